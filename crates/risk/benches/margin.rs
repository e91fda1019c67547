//! Native time of margin checks, as a bot runs them over accounts read through RPC, and of the sweep of a whole exchange.
//! Prints a line per figure, `NAME NS`, which `cargo xtask bench` reads. Run it alone with
//!
//! ```text
//! cargo bench --manifest-path crates/risk/Cargo.toml --bench margin
//! ```

use ballast_risk::{
    Board, Fill, GroupParams, GuardParams, Instrument, InstrumentLimits, Kind, Lots, MAX_HELD, OptionParams, Portfolio,
    Ppm, Print, ProductGroup, Purpose, QuoteNative, RangeParams, Requirements, RiskError, Smile, SurfaceParams,
    TickValue, Ticks, Underlying, UnderlyingParams, UnitPrice, UnitsPerLot, margin::check, scenario, surface::Surface,
};
use bytemuck::Zeroable;
use std::{hint::black_box, time::Instant};

/// Underlyings and perpetuals on each, as in the compute-unit benchmark.
const UNDERLYINGS: u16 = 8;
const DEPTH: u16 = 8;
/// One dated future on each underlying, behind the perpetuals; then the options: two expiries, three strikes, two kinds.
const FUTURES: u16 = DEPTH * UNDERLYINGS;
const OPTIONS: u16 = FUTURES + UNDERLYINGS;
const SERIES: u16 = 12;
const INSTRUMENTS: u16 = OPTIONS + SERIES * UNDERLYINGS;
/// Expiries of the options. The futures have the second.
const EXPIRIES: [i64; 2] = [START + 11 * 86_400, START + 39 * 86_400];
/// When arrays are made.
const START: i64 = 1_621_209_600;
/// When portfolios are checked.
const NOW: i64 = START + 4;
/// First price of a delta unit, and that of the checks, so that arrays are corrected.
const PRICE: i64 = 4_000_000 << 4;
const MOVED_PRICE: i64 = 4_060_000 << 4;
/// A publisher.
const PUBLISHER: [u8; 32] = [1; 32];

/// Checks in a round, and rounds. The fastest round counts. A round is short, so that some go undisturbed on a busy machine.
const CHECKS: u32 = 100;
const ROUNDS: u32 = 3_000;

/// The sweep: accounts, the distinct portfolios that stand for them, each met so many times, and how many hold as much
/// as they may. The others have 1 to 14 positions, so that the mean is eight.
const ACCOUNTS: usize = 1_000_000;
const DISTINCT: usize = 50_000;
const FULL_EVERY: usize = 100;

fn main() {
    let board = board().expect("a valid board");
    for positions in [8, 16, 48] {
        let portfolio = linear(&board, positions).expect("a valid portfolio");
        println!("margin_check_{positions} {:.0}", fastest(&board, &portfolio));
    }
    let mixed = mixed(&board).expect("a valid portfolio");
    assert_eq!(mixed.position_count, 48);
    println!("margin_check_48_mixed {:.0}", fastest(&board, &mixed));
    println!("sweep_1m_accounts {}", sweep(&board));
}

/// Nanoseconds of a check in the fastest round.
fn fastest(board: &Board, portfolio: &Portfolio) -> f64 {
    (0..ROUNDS).map(|_| round(board, portfolio)).fold(f64::INFINITY, f64::min)
}

/// Mean nanoseconds of a check.
fn round(board: &Board, portfolio: &Portfolio) -> f64 {
    let start = Instant::now();
    for _ in 0..CHECKS {
        let r: Result<Requirements, RiskError> =
            check(black_box(board), black_box(portfolio), Purpose::NewRisk { now: NOW });
        black_box(r).expect("a check that succeeds");
    }
    start.elapsed().as_nanos() as f64 / f64::from(CHECKS)
}

/// Nanoseconds in which one core finds the accounts that may be liquidated among a million. The portfolios occupy 290 MB,
/// far more than any cache, and are met in scattered order.
fn sweep(board: &Board) -> u128 {
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut positions = 0;
    let pool: Vec<Portfolio> = (0..DISTINCT)
        .map(|account| {
            let count = if account % FULL_EVERY == 0 { MAX_HELD as u32 } else { 1 + random.below(14) as u32 };
            positions += u64::from(count);
            any(board, count, &mut random)
        })
        .collect();
    eprintln!(
        "sweep: {:.2} positions an account, {} MB of portfolios, {} KB of board",
        positions as f64 / DISTINCT as f64,
        std::mem::size_of_val(&pool[..]) >> 20,
        size_of::<Board>() >> 10
    );
    let start = Instant::now();
    let mut liquidatable = 0u32;
    // A step that has no divisor in common with their number visits all, far apart.
    let mut at = 0;
    for _ in 0..ACCOUNTS {
        at = (at + 19_937) % DISTINCT;
        let r = check(board, black_box(&pool[at]), Purpose::Maintenance { now: NOW }).expect("a check that succeeds");
        liquidatable += u32::from(r.is_liquidatable());
    }
    black_box(liquidatable);
    start.elapsed().as_nanos()
}

/// Eight underlyings at 40 dollars in two product groups, with eight perpetuals, a future and twelve options each.
fn board() -> Result<Box<Board>, RiskError> {
    let mut board: Box<Board> = bytemuck::zeroed_box();
    board.scenarios = scenario::SPAN;
    board.params.initial_ratio = Ppm::new(1_250_000);
    for group in &mut board.groups[..2] {
        *group = ProductGroup {
            params: GroupParams { offset: Ppm::new(600_000), reserved: [0; 3] },
            ..ProductGroup::zeroed()
        };
    }
    for index in 0..UNDERLYINGS {
        let u = &mut board.underlyings[usize::from(index)];
        *u = Underlying {
            max_price: UnitPrice::new(1 << 34),
            params: UnderlyingParams {
                liquidity: QuoteNative::new(10_000_000_000_000),
                profit_cap: QuoteNative::new(5_000_000_000_000),
                scan_range: Ppm::new(250_000),
                max_confidence: Ppm::new(20_000),
                calendar: Ppm::new(5_000),
                concentration: Ppm::new(500_000),
                concentration_cap: Ppm::new(2_000_000),
                stable_rate: Ppm::new(500_000),
                max_age: 10,
                short_minimum: Ppm::new(10_000),
                open_interest_liquidity: QuoteNative::new(1_000_000_000_000_000),
                ..UnderlyingParams::default()
            },
            range_params: RangeParams {
                sigmas: 0,
                cap: Ppm::new(600_000),
                horizon: 86_400,
                half_life: 604_800,
                reserved: [0; 2],
            },
            option_params: OptionParams {
                volatility_range: Ppm::new(350_000),
                volatility_power: Ppm::new(300_000),
                volatility_floor_days: 3,
                max_array_age: 120,
                max_volatility_age: 900,
                reserved: 0,
            },
            guard_params: GuardParams { max_divergence: Ppm::new(20_000), liquidation_age: 5, ..GuardParams::zeroed() },
            scale_bits: 4,
            unit_exponent: 1,
            listed: 1,
            group: 1 + (index % 2) as u8,
            index,
            ..Underlying::zeroed()
        };
        u.validate()?;
    }
    for index in 0..INSTRUMENTS {
        list(&mut board, index)?;
    }
    publish(&mut board, PRICE, START)?;
    for underlying in 0..UNDERLYINGS {
        let surface = surface((board.underlying(underlying)?.price).get())?;
        let first = OPTIONS + SERIES * underlying;
        board.refresh_options(underlying, &surface, first..first + SERIES, START)?;
    }
    publish(&mut board, MOVED_PRICE, NOW)?;
    Ok(board)
}

/// Gives all underlyings a price.
fn publish(board: &mut Board, price: i64, time: i64) -> Result<(), RiskError> {
    for index in 0..UNDERLYINGS {
        let print = Print {
            price: UnitPrice::new(price),
            confidence: UnitPrice::new(0),
            publish_time: time,
            previous_publish_time: time - 1,
        };
        board.underlying_mut(index)?.publish(&print, None)?;
        board.reprice(index)?;
    }
    Ok(())
}

/// A smile for each expiry, published by one publisher.
fn surface(price: i64) -> Result<Surface, RiskError> {
    let mut surface = Surface::zeroed();
    surface.params = SurfaceParams {
        min_publishers: 1,
        max_quote_age: 60,
        update_bound: Ppm::new(200_000),
        hour_bound: Ppm::new(1_000_000),
        first_bound: Ppm::new(1_000_000),
        reserved: 0,
    };
    surface.publishers[0] = PUBLISHER;
    let smile = Smile { level: Ppm::new(600_000), skew: -20_000, curvature: 10_000 };
    for expiry in EXPIRIES {
        surface.open_expiry(expiry, smile, START)?;
        surface.publish(&PUBLISHER, expiry, smile, price, START)?;
    }
    Ok(surface)
}

/// Puts an instrument on the board: a lot of one delta unit, a tick of 0.0001 dollars.
fn list(board: &mut Board, index: u16) -> Result<(), RiskError> {
    let mut i = Instrument {
        lot_units: UnitsPerLot::new(1),
        delta_units: UnitsPerLot::new(1),
        tick_value: TickValue::new(100),
        limits: InstrumentLimits {
            max_position: Lots::new(1_000_000),
            open_interest_cap: Lots::new(1_000_000),
            price_band: Ppm::new(100_000),
            max_orders: 64,
            min_order_value: QuoteNative::new(10_000),
            ..InstrumentLimits::default()
        },
        underlying: index % UNDERLYINGS,
        index,
        kind: Kind::Perpetual as u8,
        ..Instrument::zeroed()
    };
    if index >= OPTIONS {
        let nth = (index - OPTIONS) % SERIES;
        i.underlying = (index - OPTIONS) / SERIES;
        i.kind = if nth.is_multiple_of(2) { Kind::Call } else { Kind::Put } as u8;
        i.expiry = EXPIRIES[usize::from(nth / 6)];
        i.strike = Ticks::new(36_000 + 4_000 * i64::from(nth / 2 % 3));
    } else if index >= FUTURES {
        i.kind = Kind::Future as u8;
        i.expiry = EXPIRIES[1];
    }
    let u = &mut board.underlyings[usize::from(i.underlying)];
    if !i.is_option() {
        i.next_linear = u.first_linear;
        u.first_linear = index + 1;
    }
    i.validate(u)?;
    board.instruments[usize::from(index)] = i;
    Ok(())
}

/// Buys (positive) or sells lots at 40 dollars a unit, options at what they are worth.
fn trade(board: &Board, portfolio: &mut Portfolio, instrument: u16, lots: i64) -> Result<(), RiskError> {
    let i = board.instrument(instrument)?;
    let u = board.underlying(i.underlying)?;
    let price = if i.is_option() { i.mark_at(u, NOW).get() >> u.scale() } else { PRICE >> u.scale() };
    portfolio.fill(i, u, Fill { lots: Lots::new(lots), value: QuoteNative::new(lots * price) }).map(|_| ())
}

fn rich() -> Box<Portfolio> {
    let mut portfolio: Box<Portfolio> = bytemuck::zeroed_box();
    portfolio.cash = QuoteNative::new(1_000_000_000_000);
    portfolio
}

/// Cash and positions in the first perpetuals: long on even underlyings, short on odd ones.
fn linear(board: &Board, positions: u16) -> Result<Box<Portfolio>, RiskError> {
    let mut portfolio = rich();
    for index in 0..positions {
        let long = board.instrument(index)?.underlying.is_multiple_of(2);
        let lots = 10 + i64::from(index);
        trade(board, &mut portfolio, index, if long { lots } else { -lots })?;
    }
    Ok(portfolio)
}

/// On every underlying a perpetual, a future against it, two calls and two puts over both expiries, long and short.
fn mixed(board: &Board) -> Result<Box<Portfolio>, RiskError> {
    /// Options of a series, by expiry, strike and kind.
    const LEGS: [(u16, i64); 4] = [(2, 1), (4, -1), (1, 1), (7, -1)];
    let mut portfolio = rich();
    for underlying in 0..UNDERLYINGS {
        let lots = if underlying.is_multiple_of(2) { 10 } else { -10 } + i64::from(underlying);
        trade(board, &mut portfolio, underlying, lots)?;
        trade(board, &mut portfolio, FUTURES + underlying, -lots)?;
        for (nth, sign) in LEGS {
            trade(board, &mut portfolio, OPTIONS + SERIES * underlying + nth, sign * lots)?;
        }
    }
    Ok(portfolio)
}

/// Some cash and so many positions in any of the instruments, each at most once.
fn any(board: &Board, positions: u32, random: &mut Random) -> Portfolio {
    let mut portfolio = Portfolio::zeroed();
    portfolio.cash = QuoteNative::new(i64::from(positions) * random.below(400_000_000) as i64);
    while portfolio.position_count < positions {
        let instrument = random.below(INSTRUMENTS.into()) as u16;
        let lots = 1 + random.below(100) as i64;
        let lots = if random.below(2) == 0 { lots } else { -lots };
        let i = board.instrument(instrument).expect("a listed instrument");
        if portfolio.position(i).is_none() {
            trade(board, &mut portfolio, instrument, lots).expect("a small position");
        }
    }
    portfolio
}

/// Xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
