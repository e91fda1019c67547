//! Whole books against Black's formula in double precision, on a price grid fifty times finer than the scenarios: no book
//! loses more inside the covered range than its scanning risk.
//!
//! The covered range is one scan range r to either side of the index price. Books are revalued at 301 prices in it, at the
//! down and the up volatility of the scenarios, smiles sticking to strikes and the forward moving by what the price moves.
//! At the present point a book loses nothing. Volatilities between the scenarios' are not looked at: no row covers a book
//! that loses at an unchanged volatility what it wins at a higher and a lower one.
//!
//! What is left to rounding: a scenario's price is a whole unit of the underlying's scale, so an array and a shock may each
//! be one unit off per delta unit. The stated model error is in the scanning risk itself.

use super::{
    random::{Rng, cases},
    world::{self, LAST, NOW, World, empty_board, guard_params, print, range_params},
};
use crate::{
    Board, Instrument, Kind, Lots, OptionParams, Portfolio, Ppm, Purpose, QuoteNative, Smile, TickValue, Ticks,
    Underlying, UnderlyingParams, UnitPrice, UnitsPerLot,
    margin::{UnderlyingRisk, check},
    math::mul_div_floor,
    surface::{MAX_VOLATILITY, MIN_VOLATILITY},
};
use ballast_pricing::{pow, ratio};
use bytemuck::Zeroable;
use std::prelude::v1::*;

/// Points between two neighbouring scenarios.
const FINE: i64 = 50;
/// Points of the grid on either side of the price: three scenarios a range.
const SIDE: i64 = 3 * FINE;
/// Points of both volatilities.
const POINTS: usize = 2 * (2 * SIDE as usize + 1);

/// The one underlying.
const U: u16 = 0;
/// The perpetual, of one delta unit a lot.
const PERPETUAL: u16 = 0;

/// A European call on a forward, undiscounted. `s` is σ√τ.
fn black76(forward: f64, strike: f64, s: f64) -> f64 {
    let normal = |x: f64| 0.5 * libm::erfc(-x / 2f64.sqrt());
    if s <= 0.0 {
        return (forward - strike).max(0.0);
    }
    let d1 = (forward / strike).ln() / s + s / 2.0;
    forward * normal(d1) - strike * normal(d1 - s)
}

/// `v · (30 / max(days, floor))^p` in whole millionths. The power is the crate's, checked against the one in double precision:
/// a millionth more or less of volatility would be far more than what is looked for here.
fn volatility_range(params: &OptionParams, seconds: i64) -> i64 {
    let least = i64::from(params.volatility_floor_days) * 86_400;
    let base = ratio(30 * 86_400, seconds.max(least)).unwrap();
    let factor = pow(base, ratio(params.volatility_power.get().into(), 1_000_000).unwrap()).unwrap();
    let range = (i128::from(factor.to_bits()) * i128::from(params.volatility_range.get())) >> 48;
    let days = seconds.max(least) as f64 / 86_400.0;
    let float =
        f64::from(params.volatility_range.get()) * (30.0 / days).powf(f64::from(params.volatility_power.get()) / 1e6);
    assert!((float - range as f64).abs() <= 1.0 + 1e-6 * float);
    range.min(900_000) as i64
}

/// The call of an option's strike, at the volatilities of the scenarios.
struct Curve {
    units: f64,
    carry: f64,
    strike: f64,
    /// σ√τ down and up.
    total: [f64; 2],
}

impl Curve {
    fn of(i: &Instrument, u: &Underlying) -> Self {
        let t = &i.option;
        let seconds = i.expiry - t.time;
        let range = volatility_range(&u.option_params, seconds);
        let total = |direction: i64| {
            let shifted = i64::from(t.volatility.get()) * (1_000_000 + direction * range) / 1_000_000;
            let bounded = shifted.clamp(MIN_VOLATILITY.get().into(), MAX_VOLATILITY.get().into());
            bounded as f64 / 1e6 * (seconds as f64 / 31_536_000.0).sqrt()
        };
        let units = i.lot_units.get() as f64;
        Self { units, carry: t.carry as f64, strike: t.strike as f64, total: [total(-1), total(1)] }
    }

    fn call(&self, price: f64, side: usize) -> f64 {
        black76((self.units * price + self.carry).max(1.0), self.strike, self.total[side])
    }
}

/// Prices of the grid less the present one, twice: for the volatility down and up. No scenario falls below 5 % of the price.
fn moves(u: &Underlying) -> [f64; POINTS] {
    let range = f64::from(u.scan_range().get()) / 1e6;
    let ratio = |n: usize| ((n % (POINTS / 2)) as f64 / SIDE as f64 - 1.0) * range;
    core::array::from_fn(|n| ratio(n).max(-0.95) * u.price.get() as f64)
}

/// What one lot of every instrument loses at every point: its mark now less its value there.
struct Losses {
    of: Vec<Box<[f64; POINTS]>>,
}

impl Losses {
    fn of(world: &World, curves: &[Option<Curve>]) -> Self {
        let u = &world.board.underlyings[usize::from(U)];
        let moves = moves(u);
        let mut of: Vec<Box<[f64; POINTS]>> = Vec::new();
        for (index, curve) in curves.iter().enumerate() {
            let i = &world.board.instruments[index];
            let units = i.lot_units.get() as f64;
            let Some(curve) = curve else {
                of.push(Box::new(moves.map(|m| -m * units)));
                continue;
            };
            let mark = i.mark_at(u, NOW).get() as f64;
            // The put of a pair is its call less the forward.
            let twin = index.checked_sub(1).filter(|_| i.is_put());
            of.push(Box::new(core::array::from_fn(|n| {
                let price = u.price.get() as f64 + moves[n];
                let call = match twin {
                    Some(twin) => world.board.instruments[twin].mark_at(u, NOW).get() as f64 - of[twin][n],
                    None => curve.call(price, n / (POINTS / 2)),
                };
                mark - call + if i.is_put() { units * price + curve.carry - curve.strike } else { 0.0 }
            })));
        }
        Self { of }
    }

    /// The worst loss of a book inside the covered range, at the underlying's scale.
    fn worst(&self, book: &[(u16, i64)]) -> f64 {
        let mut sum = [0.0; POINTS];
        for (index, lots) in book {
            for (sum, loss) in sum.iter_mut().zip(self.of[usize::from(*index)].iter()) {
                *sum += *lots as f64 * loss;
            }
        }
        sum.into_iter().fold(0.0, f64::max)
    }
}

/// What a board is drawn from: from and to.
struct Scope {
    /// Scan range, millionths.
    range: (i64, i64),
    /// Volatility at the money, millionths a year.
    volatility: (i64, i64),
    /// Minutes to expiry, each order of magnitude equally likely.
    minutes: (i64, i64),
}

/// From a minute before expiry to a year, at all ranges and volatilities that may be listed.
const WIDE: Scope = Scope { range: (10_000, 1_000_000), volatility: (50_000, 4_000_000), minutes: (1, 525_600) };
/// Options of a month and more at usual volatilities.
const MONTHS: Scope = Scope { range: (100_000, 200_000), volatility: (400_000, 1_000_000), minutes: (43_200, 525_600) };

/// Strikes at the scenarios, between them, deep in and out of the money, and anywhere, as a ratio of the price in millionths.
fn moneyness(rng: &mut Rng, range: i64) -> i64 {
    match rng.below(5) {
        0 => 1_000_000 + range * rng.range(-3, 3) / 3,
        1 => 1_000_000 + range * (2 * rng.range(-3, 2) + 1) / 6,
        2 => rng.pick(&[200_000, 400_000, 1_800_000, 3_000_000]),
        _ => 1_000_000 + rng.range(-range, range) * 5 / 4,
    }
    .max(10_000)
}

const EXPIRIES: i64 = 3;
const STRIKES: i64 = 3;
const MAX_LOTS: i64 = 20;

/// A board with an underlying and its perpetual.
fn market(price: i64, range: i64, scale_bits: u8, option_params: OptionParams) -> World {
    let mut world = World::of(empty_board());
    let mut u = Underlying {
        params: UnderlyingParams {
            liquidity: QuoteNative::new(1 << 50),
            scan_range: Ppm::new(range as u32),
            max_confidence: Ppm::new(20_000),
            stable_rate: Ppm::new(100_000),
            max_age: 10,
            open_interest_liquidity: QuoteNative::new(1 << 60),
            ..UnderlyingParams::zeroed()
        },
        range_params: range_params(),
        guard_params: guard_params(),
        option_params,
        max_price: UnitPrice::new(8 * price),
        scale_bits,
        listed: 1,
        ..Underlying::zeroed()
    };
    u.validate().unwrap();
    u.publish(&print(price, NOW), None).unwrap();
    world.board.underlyings[usize::from(U)] = u;
    world.surfaces.insert(U, world::surface());
    list(&mut world, Kind::Perpetual, Terms { units: 1, max_position: 1 << 15, ..Terms::default() });
    world
}

/// What the instruments of these boards differ in.
#[derive(Clone, Copy, Default)]
struct Terms {
    units: i64,
    max_position: i64,
    expiry: i64,
    basis: i64,
    /// In quote-native a lot.
    strike: i64,
}

/// Lists an instrument in the next slot.
fn list(world: &mut World, kind: Kind, terms: Terms) {
    world.list(Instrument {
        index: world.instruments.len() as u16,
        kind: kind as u8,
        lot_units: UnitsPerLot::new(terms.units),
        delta_units: UnitsPerLot::new(terms.units),
        limits: super::world::limits(Lots::new(terms.max_position)),
        expiry: terms.expiry,
        basis: terms.basis,
        strike: Ticks::new(terms.strike),
        tick_value: TickValue::new(1),
        generation: 1,
        ..Instrument::zeroed()
    });
}

/// Publishes the smile of an expiry.
fn publish(world: &mut World, expiry: i64, smile: Smile) {
    let price = world.board.underlyings[usize::from(U)].price;
    let surface = world.surfaces.get_mut(&U).unwrap();
    // Two expiries may fall on one minute.
    if surface.expiry(expiry).is_err() {
        surface.open_expiry(expiry, smile, NOW).unwrap();
        surface.publish(&world::PUBLISHER, expiry, smile, price.get(), NOW).unwrap();
    }
}

/// Makes all marks and arrays, now.
fn refresh(world: &mut World) {
    world.board.reprice(U).unwrap();
    let options = world.options(U).into_iter();
    world.board.refresh_options(U, &world.surfaces[&U], options, NOW).unwrap();
}

/// A board with a perpetual, and for each of some expiries a future, calls and puts, with arrays made now.
fn chain(rng: &mut Rng, scope: &Scope) -> World {
    let price = rng.log_range(1 << 16, 1 << 31);
    let range = rng.range(scope.range.0, scope.range.1);
    let option_params = OptionParams {
        volatility_range: Ppm::new(rng.range(0, 900_000) as u32),
        volatility_power: Ppm::new(rng.range(0, 1_000_000) as u32),
        volatility_floor_days: rng.range(1, 30) as u32,
        ..world::usual_option_params()
    };
    let mut world = market(price, range, rng.range(0, 8) as u8, option_params);
    let units = rng.log_range(1, 1 << 7);
    for _ in 0..EXPIRIES {
        let smile = Smile {
            level: Ppm::new(rng.range(scope.volatility.0, scope.volatility.1) as u32),
            skew: rng.range(-300_000, 300_000) as i32,
            curvature: rng.range(0, 300_000) as i32,
        };
        let expiry = NOW + 60 * rng.log_range(scope.minutes.0, scope.minutes.1);
        publish(&mut world, expiry, smile);
        let basis = if rng.chance(50) { 0 } else { rng.range(-40_000, 40_000) };
        let terms = Terms { units, max_position: MAX_LOTS, expiry, ..Terms::default() };
        list(&mut world, Kind::Future, Terms { basis, ..terms });
        for _ in 0..STRIKES {
            let strike = mul_div_floor(price * units, moneyness(rng, range), 1_000_000).unwrap();
            let strike = (strike >> world.board.underlyings[usize::from(U)].scale_bits).max(1);
            list(&mut world, Kind::Call, Terms { strike, ..terms });
            list(&mut world, Kind::Put, Terms { strike, ..terms });
        }
    }
    refresh(&mut world);
    world
}

/// The future of an expiry; its calls and puts follow, strike by strike.
fn future(expiry: i64) -> u16 {
    (1 + expiry * (1 + 2 * STRIKES)) as u16
}

fn call(rng: &mut Rng, future: u16) -> u16 {
    future + 1 + 2 * rng.range(0, STRIKES - 1) as u16
}

/// Instruments and lots of a book.
fn book(rng: &mut Rng, board: &Board) -> Vec<(u16, i64)> {
    let future = future(rng.range(0, EXPIRIES - 1));
    let n = rng.range(1, MAX_LOTS / 4);
    let side = rng.pick(&[1, -1]);
    match rng.below(7) {
        // A straddle, hedged or not.
        0 => {
            let call = call(rng, future);
            hedged(rng, board, vec![(call, side * n), (call + 1, side * n)])
        }
        // Two calls against a future, two puts with one.
        1 => [(call(rng, future), 2 * n), (future, -n)].into(),
        2 => [(call(rng, future) + 1, 2 * n), (future, n)].into(),
        // Four legs of an expiry.
        3 => (0..4).map(|leg| (call(rng, future) + leg % 2, n * rng.pick(&[1, -1]))).collect(),
        // Anything.
        4 | 5 => {
            let all = EXPIRIES * (1 + 2 * STRIKES);
            let legs = 1 + rng.below(8);
            let mut book: Vec<_> =
                (0..legs).map(|_| (rng.range(1, all) as u16, rng.range(-MAX_LOTS, MAX_LOTS))).collect();
            if rng.chance(30) {
                let units = MAX_LOTS * board.instruments[1].lot_units.get();
                book.push((PERPETUAL, rng.range(-units, units)));
            }
            book
        }
        _ => {
            let legs = 1 + rng.below(4);
            let legs = (0..legs).map(|_| (call(rng, future) + rng.range(0, 1) as u16, side * rng.range(1, MAX_LOTS)));
            let legs = legs.collect();
            hedged(rng, board, legs)
        }
    }
}

/// A book with as many perpetuals as leave it without delta, in three of four cases.
fn hedged(rng: &mut Rng, board: &Board, mut book: Vec<(u16, i64)>) -> Vec<(u16, i64)> {
    if rng.chance(75) {
        let u = &board.underlyings[usize::from(U)];
        let risk = UnderlyingRisk::in_portfolio(board, u, &portfolio(board, &book), LAST).unwrap();
        book.push((PERPETUAL, -risk.delta));
    }
    book
}

fn portfolio(board: &Board, book: &[(u16, i64)]) -> Portfolio {
    let mut portfolio = Portfolio::zeroed();
    for (index, lots) in book {
        let slot = portfolio.slot(&board.instruments[usize::from(*index)]).unwrap();
        slot.lots = Lots::new(slot.lots.get() + lots);
    }
    portfolio
}

/// Scanning risk at the underlying's scale, and the delta units of all legs: what a unit of price may be rounded on.
fn scanned(board: &Board, book: &[(u16, i64)]) -> (f64, f64) {
    let u = &board.underlyings[usize::from(U)];
    let portfolio = portfolio(board, book);
    let risk = UnderlyingRisk::in_portfolio(board, u, &portfolio, LAST).unwrap();
    ((risk.scan.get() << u.scale()) as f64, units(board, &portfolio, |_| true))
}

/// Delta units of all legs of some instruments.
fn units(board: &Board, portfolio: &Portfolio, of: fn(&Instrument) -> bool) -> f64 {
    let legs = portfolio.open().iter().map(|p| (p, &board.instruments[usize::from(p.key.instrument())]));
    legs.filter(|(_, i)| of(i)).map(|(p, i)| (p.lots.get() * i.lot_units.get()).abs() as f64).sum()
}

fn curves(world: &World) -> Vec<Option<Curve>> {
    let u = &world.board.underlyings[usize::from(U)];
    let of = |i: &Instrument| i.is_option().then(|| Curve::of(i, u));
    world.instruments.iter().map(|index| of(&world.board.instruments[usize::from(*index)])).collect()
}

/// What double precision makes of a sum of products below 2^54, at the underlying's scale.
const NOISE: f64 = 16.0;

/// I92: 45,000 books.
#[test]
fn no_book_loses_more_than_its_scanning_risk_in_the_covered_range() {
    cases(750, |rng| {
        let world = chain(rng, &WIDE);
        let losses = Losses::of(&world, &curves(&world));
        for _ in 0..60 {
            let book = book(rng, &world.board);
            let (scan, units) = scanned(&world.board, &book);
            let loss = losses.worst(&book);
            assert!(loss <= scan + units + NOISE, "{book:?} loses {loss}, of which {scan} is covered");
        }
    });
}

/// How much more a book loses in the covered range than its scanning risk, after the price left the arrays by as much as new
/// risk may be taken on with, or less: checks a loss and the most it may be, both of one delta unit under the options, from
/// the move and the range as ratios of the price.
fn after_a_move(rng: &mut Rng, scope: &Scope, most: fn(f64, f64) -> f64) {
    let mut world = chain(rng, scope);
    let curves = curves(&world);
    let before = world.board.underlyings[usize::from(U)];
    let range = i64::from(before.scan_range().get());
    // 6·|dS| ≤ r·(S + dS)
    let farthest = mul_div_floor(before.price.get(), range, 6_000_000 + range).unwrap();
    let anywhere = rng.range(-farthest, farthest);
    let moved = rng.pick(&[farthest, -farthest, anywhere]);
    world.reprice(U, before.price.get() + moved);
    let u = world.board.underlyings[usize::from(U)];
    let losses = Losses::of(&world, &curves);
    for _ in 0..30 {
        let book = book(rng, &world.board);
        check(&world.board, &portfolio(&world.board, &book), Purpose::NewRisk { now: NOW }).unwrap();
        let (scan, units) = scanned(&world.board, &book);
        let price = u.price.get() as f64;
        let units_of_options = self::units(&world.board, &portfolio(&world.board, &book), Instrument::is_option);
        let most = units_of_options * price * most(moved.abs() as f64 / price, range as f64 / 1e6);
        let left = losses.worst(&book) - scan - units - NOISE;
        assert!(left <= most, "{book:?} after {moved}: {left} is not covered, of at most {most}");
    }
}

/// I93: `|dS|·(1 + r)` a unit, whatever the option, and so at most `r·(1 + r)/6` of the price.
///
/// An array moved on by dS is off by `dS·(Δ − (1 + m·r)·Δ_m)` in a scenario of m ranges, Δ_m being the delta there and both
/// deltas in [0, 1]. The drift term, `r·S·Γ·|dS|`, is that to first order in r. It leaves the turn of delta beyond what
/// gamma at the centre shows, all of it for a strike near the range's end shortly before expiry.
#[test]
fn after_a_move_a_book_loses_at_most_the_move_more_on_each_option() {
    cases(500, |rng| after_a_move(rng, &WIDE, |moved, range| moved * (1.0 + range)));
}

/// I93: of options of a month and more at usual volatilities a tenth of a range at the most.
#[test]
fn after_a_move_little_is_left_of_long_options() {
    cases(500, |rng| after_a_move(rng, &MONTHS, |_, range| range / 10.0));
}

/// I92: two calls of a strike between two scenarios against a future, minutes before expiry. No scenario shows a loss and the
/// calls are worth nothing, so that nothing would be asked for if a gap were capped by the mark; at the strike the future
/// has lost r·S/6 and the calls have won nothing.
#[test]
fn a_loss_between_two_scenarios_is_covered_though_no_scenario_shows_it() {
    let (price, units) = (100_000_000, 100);
    let mut world = market(price, 150_000, 0, world::usual_option_params());
    let expiry = NOW + 300;
    publish(&mut world, expiry, Smile { level: Ppm::new(600_000), ..Smile::default() });
    let sixth = units * price / 40; // r·S/6 of a lot
    let terms = Terms { units, max_position: MAX_LOTS, expiry, strike: units * price + sixth, ..Terms::default() };
    list(&mut world, Kind::Future, Terms { strike: 0, ..terms });
    list(&mut world, Kind::Call, terms);
    refresh(&mut world);

    let (future, call) = (1, 2);
    let book = [(call, 2), (future, -1)];
    let u = &world.board.underlyings[usize::from(U)];
    let i = &world.board.instruments[usize::from(call)];
    let risk = UnderlyingRisk::in_portfolio(&world.board, u, &portfolio(&world.board, &book), LAST).unwrap();
    assert!(risk.rows.iter().all(|loss| *loss <= 0), "{:?}", risk.rows);
    let capped = i.option.convexity.min(i.mark_at(u, NOW).get());
    assert_eq!(capped, 0);

    let loss = Losses::of(&world, &curves(&world)).worst(&book);
    assert!(loss > 0.98 * sixth as f64);
    assert!(
        loss <= risk.scan.get() as f64 && risk.scan.get() <= sixth + sixth / 100,
        "{loss} {} {sixth}",
        risk.scan.get()
    );
}
