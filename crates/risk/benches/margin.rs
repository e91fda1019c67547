//! Native time of a margin check, as a bot runs it over accounts read through RPC. Prints a line per figure, `NAME NS`,
//! which `cargo xtask bench` reads. Run it alone with
//!
//! ```text
//! cargo bench --manifest-path crates/risk/Cargo.toml --bench margin
//! ```

use ballast_risk::{
    Board, Fill, Instrument, Kind, Lots, Portfolio, Ppm, ProductGroup, QuoteNative, Requirements, RiskError,
    Underlying, UnderlyingParams, Units,
    margin::{Prices, check},
    scenario,
};
use bytemuck::Zeroable;
use std::{hint::black_box, time::Instant};

/// Underlyings and perpetuals on each, as in the compute-unit benchmark.
const UNDERLYINGS: u16 = 8;
const DEPTH: u16 = 8;

/// Checks in a round, and rounds. The fastest round counts. A round is short, so that some go undisturbed on a busy machine.
const CHECKS: u32 = 100;
const ROUNDS: u32 = 10_000;

fn main() {
    let board = board().expect("a valid board");
    for positions in [8, 16, 64] {
        let portfolio = portfolio(&board, positions).expect("a valid portfolio");
        let fastest = (0..ROUNDS).map(|_| round(&board, &portfolio)).fold(f64::INFINITY, f64::min);
        println!("margin_check_{positions} {fastest:.0}");
    }
}

/// Mean nanoseconds of a check.
fn round(board: &Board, portfolio: &Portfolio) -> f64 {
    let start = Instant::now();
    for _ in 0..CHECKS {
        let r: Result<Requirements, RiskError> =
            check(black_box(board), black_box(portfolio), Prices::Fresh { now: 0 });
        black_box(r).expect("a check that succeeds");
    }
    start.elapsed().as_nanos() as f64 / f64::from(CHECKS)
}

/// Eight underlyings at 40 dollars in two product groups, with eight perpetuals each.
fn board() -> Result<Box<Board>, RiskError> {
    let mut board: Box<Board> = bytemuck::zeroed_box();
    board.scenarios = scenario::SPAN;
    board.params.initial_ratio = Ppm(1_250_000);
    for group in &mut board.groups[..2] {
        *group = ProductGroup { offset: Ppm(600_000), ..ProductGroup::zeroed() };
    }
    for index in 0..UNDERLYINGS {
        let u = &mut board.underlyings[usize::from(index)];
        *u = Underlying {
            max_price: 1 << 34,
            params: UnderlyingParams {
                liquidity: QuoteNative(10_000_000_000_000),
                profit_cap: QuoteNative(5_000_000_000_000),
                scan_range: Ppm(250_000),
                max_confidence: Ppm(20_000),
                calendar: Ppm(5_000),
                concentration: Ppm(500_000),
                concentration_cap: Ppm(2_000_000),
                stable_rate: Ppm(500_000),
                max_age: 10,
                short_minimum: Ppm(10_000),
            },
            scale_bits: 4,
            unit_exponent: 1,
            listed: 1,
            group: 1 + (index % 2) as u8,
            index,
            ..Underlying::zeroed()
        };
        u.validate()?;
        u.publish(4_000_000 << 4, 0, 0)?;
    }
    for k in 0..DEPTH {
        for underlying in 0..UNDERLYINGS {
            let index = k * UNDERLYINGS + underlying;
            let u = &mut board.underlyings[usize::from(underlying)];
            board.instruments[usize::from(index)] = Instrument {
                lot_units: Units(1),
                tick_value: QuoteNative(100),
                max_position: Lots(1_000_000),
                underlying,
                index,
                next_linear: u.first_linear,
                kind: Kind::Perpetual as u8,
                price_band: Ppm(100_000),
                ..Instrument::zeroed()
            };
            board.instruments[usize::from(index)].validate(u)?;
            u.first_linear = index + 1;
        }
    }
    for index in 0..UNDERLYINGS {
        board.reprice(index)?;
    }
    Ok(board)
}

/// Cash and positions in the first instruments: long on even underlyings, short on odd ones.
fn portfolio(board: &Board, positions: u16) -> Result<Box<Portfolio>, RiskError> {
    let mut portfolio: Box<Portfolio> = bytemuck::zeroed_box();
    portfolio.cash = QuoteNative(1_000_000_000_000);
    for index in 0..positions {
        let i = board.instrument(index)?;
        let u = board.underlying(i.underlying)?;
        let lots = if i.underlying.is_multiple_of(2) { 10 + i64::from(index) } else { -10 - i64::from(index) };
        portfolio.fill(i, u, Fill { lots: Lots(lots), value: QuoteNative(lots * 4_000_000) })?;
    }
    Ok(portfolio)
}
