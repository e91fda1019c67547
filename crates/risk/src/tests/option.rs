//! Options: what a refresh writes, how it moves until the next, and when it may no longer be used.

use super::{
    random::{Rng, cases},
    rational::whole,
    reference,
    world::{
        self, LAST, NOW, PUBLISHER, Reach, World, empty_board, instrument, plain, surface, twin, usual_option_params,
    },
};
use crate::{
    ExpiryArrays, Fill, Instrument, Kind, LotValue, Lots, Portfolio, Ppm, Purpose, QuoteNative, RiskError, Ticks,
    Underlying, UnitPrice,
    guard::UnderlyingSet,
    margin::{UnderlyingRisk, check},
    math::{RATIO_ONE, mul_div_floor},
    scenario::{ROWS, SPAN, Scenario},
};
use bytemuck::Zeroable;
use core::{cell::Cell, f64::consts::PI};
use num_bigint::BigInt;
use std::prelude::v1::*;

pub const CALL: u16 = 0;
pub const PUT: u16 = 1;
pub const FUTURE: u16 = 2;

/// A call and a put of one strike, the future of their expiry, made now. Nothing where no strike can be said in ticks.
fn pair(rng: &mut Rng, reach: Reach) -> Option<World> {
    let mut world = World::of(empty_board());
    if reach == Reach::Legal {
        world.board.scenarios = world::table(rng, reach);
    }
    let u = world::underlying(rng, reach, 0, 1);
    let expiry = NOW + 60 * rng.log_range(1, 525_600);
    let call = Instrument { kind: Kind::Call as u8, ..world::option(rng, reach, &u, &[expiry], CALL)? };
    let future = instrument(rng, reach, &u, &[expiry], FUTURE);
    let future = Instrument { kind: Kind::Future as u8, expiry, ..future };
    world.board.underlyings[0] = u;
    world.underlyings = vec![0];
    world.list(call);
    world.list(twin(&call, PUT));
    world.list(future);
    world.board.reprice(0).unwrap();
    world.open_surface(rng, reach, 0);
    remake(&mut world, &[CALL, PUT], NOW).unwrap();
    Some(world)
}

pub fn remake(world: &mut World, list: &[u16], now: i64) -> Result<(), RiskError> {
    world.board.refresh_options(0, &world.surfaces[&0], list.iter().copied(), now)
}

/// Runs cases on pairs.
pub fn pairs(count: u64, run: impl Fn(&mut Rng, &mut World)) {
    let tried = Cell::new(0);
    cases(count, |rng| {
        let reach = rng.pick(&[Reach::Usual, Reach::Legal]);
        if let Some(mut world) = pair(rng, reach) {
            tried.set(tried.get() + 1);
            run(rng, &mut world);
        }
    });
    assert!(tried.get() > count / 2 || tried.get() <= 1, "only {} of {count}", tried.get());
}

/// A price from next to nothing to the largest, and a time from the refresh to after expiry.
fn move_on(rng: &mut Rng, world: &mut World) -> i64 {
    let u = &world.board.underlyings[0];
    let price = match rng.below(5) {
        0 => u.price,
        1 => UnitPrice::new(u.price.get() + rng.range(-1, 1) * rng.range(0, u.range_value.get() / 6)),
        2 => UnitPrice::new(mul_div_floor(u.price.get(), rng.range(990_000, 1_010_000), 1_000_000).unwrap()),
        3 => UnitPrice::new(mul_div_floor(u.price.get(), rng.range(500_000, 2_000_000), 1_000_000).unwrap()),
        _ => UnitPrice::new(rng.log_range(1, u.max_price.get())),
    };
    world.reprice(0, price.clamp(UnitPrice::new(1), world.board.underlyings[0].max_price).get());
    let left = world.instrument(CALL).0.expiry - NOW;
    NOW + match rng.below(4) {
        0 => 0,
        1 => rng.range(0, left),
        2 => left,
        _ => rng.log_range(1, left + 100),
    }
}

pub fn at(world: &World, index: u16, now: i64) -> (i64, i64, i64) {
    let (i, u) = world.instrument(index);
    let state = i.option.at(i, u, now);
    (state.mark, state.delta, state.drift)
}

/// What a lot's forward is worth now.
fn forward(world: &World, index: u16) -> i64 {
    let (i, u) = world.instrument(index);
    i.lot_units.get() * u.price.get() + i.option.carry
}

/// I60.
#[test]
fn a_call_less_its_put_is_the_forward_less_the_strike() {
    pairs(20_000, |rng, world| {
        let (call, put) = (world.instrument(CALL).0.option, world.instrument(PUT).0.option);
        assert_eq!((call.array, call.call, call.delta, call.carry), (put.array, put.call, put.delta, put.carry));
        let now = move_on(rng, world);
        let (call, put) = (at(world, CALL, now), at(world, PUT, now));
        let strike = world.instrument(CALL).0.strike_value(&world.board.underlyings[0]).unwrap();
        assert_eq!(call.0 - put.0, forward(world, CALL) - strike.get());
        assert_eq!((call.1 - put.1, call.2), (RATIO_ONE, put.2));
    });
}

/// I60. Long the call, short the put, short the forward: not a unit is left in any row, whatever moved since the refresh.
#[test]
fn a_conversion_has_no_scanning_risk_but_its_gap() {
    pairs(4_000, |rng, world| {
        let now = move_on(rng, world);
        let (i, u) = world.instrument(CALL);
        let units = i.lot_units.get();
        // As many units of the forward as it takes: a future of one unit a lot.
        let mut board = world.board.clone();
        board.instruments[usize::from(FUTURE)].lot_units = crate::UnitsPerLot::new(1);
        board.instruments[usize::from(FUTURE)].delta_units = crate::UnitsPerLot::new(1);
        board.reprice(0).unwrap();
        let lots = rng.log_range(1, i.limits.max_position.get());
        let mut portfolio = Portfolio::zeroed();
        for (index, lots) in [(CALL, lots), (PUT, -lots), (FUTURE, -lots * units)] {
            portfolio.slot(&board.instruments[usize::from(index)]).unwrap().lots = Lots::new(lots);
        }
        let risk = UnderlyingRisk::in_portfolio(&board, u, &portfolio, Purpose::Maintenance { now }).unwrap();
        assert_eq!(risk.rows, [0; ROWS]);
        assert!((-1..=0).contains(&risk.delta), "{}", risk.delta);
        let t = &i.option;
        let drift = at(world, CALL, now).2;
        if now >= i.expiry {
            return assert_eq!((risk.scan.get(), risk.extra.get(), risk.drift.get()), (0, 0, 0));
        }
        let native = |of_lot: i64| (whole(lots) * whole(of_lot) / whole(1i64 << u.scale())).ceil();
        let extra = native(t.convexity + 2 * t.model_error);
        assert_eq!((BigInt::from(risk.scan.get()), risk.scan), (extra, risk.extra));
        assert_eq!(BigInt::from(risk.drift.get()), native(2 * drift));
    });
}

/// I61.
#[test]
fn marks_stay_between_intrinsic_and_the_forward() {
    pairs(20_000, |rng, world| {
        let now = move_on(rng, world);
        let strike = world.instrument(CALL).0.option.strike;
        let forward = forward(world, CALL);
        let (call, put) = (at(world, CALL, now).0, at(world, PUT, now).0);
        assert!(call >= (forward - strike).max(0) && put >= (strike - forward).max(0));
        let u = &world.board.underlyings[0];
        let t = &world.instrument(CALL).0.option;
        // Beyond the limit for new risk a fall may leave the call what it was, since its delta is no less than zero.
        let near = 6 * (u.price.get() - t.price).abs() <= u.range_value.get();
        let most = if near { forward } else { forward.max(t.call) };
        assert!(call <= most && put <= most - forward + strike, "{call} {forward} {put} {strike}");
        for index in [CALL, PUT] {
            let (_, delta, drift) = at(world, index, now);
            let (i, u) = world.instrument(index);
            assert!((0..=RATIO_ONE).contains(&if i.is_put() { -delta } else { delta }));
            // No row turns by more than four units a unit.
            let moved = i.lot_units.get() * (u.price.get() - i.option.price).abs();
            assert!((0..=4 * moved).contains(&drift));
        }
    });
}

/// I62.
#[test]
fn at_expiry_an_option_is_worth_what_it_pays() {
    pairs(3_000, |rng, world| {
        move_on(rng, world);
        let expiry = world.instrument(CALL).0.expiry;
        let paid = forward(world, CALL) - world.instrument(CALL).0.option.strike;
        // The one price and time at which the array itself is asked is that of its refresh, before expiry.
        for now in [expiry, expiry + 1, expiry + 1_000_000] {
            assert_eq!(at(world, CALL, now), (paid.max(0), if paid > 0 { RATIO_ONE } else { 0 }, 0));
            assert_eq!(at(world, PUT, now), ((-paid).max(0), if paid > 0 { 0 } else { -RATIO_ONE }, 0));
        }
    });
}

/// I63.
#[test]
fn a_refresh_is_idempotent_and_knows_no_order() {
    pairs(2_000, |rng, world| {
        world.reprice(0, world.board.underlyings[0].price.get());
        let first = world.board.clone();
        for list in [&[CALL, PUT][..], &[PUT, CALL], &[PUT], &[CALL], &[CALL, CALL, PUT]] {
            remake(world, list, NOW).unwrap();
            assert_eq!(world.board.instruments, first.instruments, "after {list:?}");
        }
        // From anywhere back to the same price and time.
        let price = world.board.underlyings[0].price;
        let now = move_on(rng, world).min(world.instrument(CALL).0.expiry - 1);
        remake(world, &[PUT, CALL], now).unwrap();
        world.reprice(0, price.get());
        remake(world, &[CALL, PUT], NOW).unwrap();
        assert_eq!(world.board.instruments, first.instruments);
    });
}

/// I64. What orders are margined by is the option's own worst row, with gap, error and surcharge.
#[test]
fn worst_rows_are_those_of_the_option_itself() {
    pairs(2_000, |_, world| {
        let u = &world.board.underlyings[0];
        for index in [CALL, PUT] {
            let i = world.instrument(index).0;
            let t = &i.option;
            let units = if i.is_put() { i.lot_units.get() } else { 0 };
            let rows = t.array.iter().zip(&u.shocks).map(|(loss, shock)| loss - units * shock);
            let (long, short) = rows.fold((0, 0), |(long, short), loss: i64| (long.max(loss), short.max(-loss)));
            let stressed = |n: i64| (whole(n) * super::rational::ppm(1_000_000 + u.surcharge.get())).ceil();
            assert_eq!(BigInt::from(t.worst_long), stressed(long + t.convexity + t.model_error));
            assert_eq!(BigInt::from(t.worst_short), stressed(short + t.model_error));
            assert_eq!(i.mark, LotValue::new(at(world, index, NOW).0));
        }
    });
}

/// A market in numbers: 40 USDC, a range of 10 %, options of 30 days at 60 %.
fn market() -> World {
    let mut world = plain();
    let u = &mut world.board.underlyings[0];
    u.params.max_age = 600;
    let expiry = NOW + 30 * 86_400;
    let call = Instrument {
        kind: Kind::Call as u8,
        index: 2,
        next_linear: 0,
        expiry,
        strike: Ticks::new(10_000),
        ..world.board.instruments[0]
    };
    world.list(call);
    world.list(twin(&call, 3));
    let mut surface = surface();
    let flat = crate::Smile { level: Ppm::new(600_000), skew: 0, curvature: 0 };
    surface.open_expiry(expiry, flat, NOW).unwrap();
    surface.publish(&PUBLISHER, expiry, flat, 1_000_000, NOW).unwrap();
    world.surfaces.insert(0, surface);
    remake(&mut world, &[2, 3], NOW).unwrap();
    world
}

/// I1. A call and a put at the money of 10 USDC: 0.4 · 60 % · √(30/365) of it.
#[test]
fn an_option_in_numbers() {
    let world = market();
    let (call, delta, drift) = at(&world, 2, NOW);
    // 10 · (2·N(0.6·√(30/365)/2) − 1) = 0.685394 USDC.
    assert_eq!((call, drift), (685_394, 0));
    assert_eq!(at(&world, 3, NOW).0, call);
    assert_eq!((delta * 1_000) >> 30, 534);
    // A short one is worth most in the last rows, 10 % up with more volatility: 1.47 USDC of loss.
    let t = &world.instrument(2).0.option;
    assert_eq!(t.array.iter().position(|l| *l == *t.array.iter().min().unwrap()), Some(10));
}

/// I65, I71.
#[test]
fn new_risk_needs_an_array_that_is_near_and_young() {
    let mut world = market();
    let (call, other) = (*world.instrument(2).0, world.board.clone());
    let usable = |world: &World, now| {
        let (i, u) = world.instrument(2);
        i.option.require_usable(i, u, now)
    };
    let mut portfolio = Portfolio::zeroed();
    portfolio.cash = QuoteNative::new(100_000_000);
    world.buy(&mut portfolio, 2, 1, 685_394);
    let stale = |moved, age| Err(RiskError::StaleRiskArray { instrument: 2, moved, age });

    // Age: 60 seconds.
    assert_eq!(usable(&world, NOW + 60), Ok(()));
    assert_eq!(usable(&world, NOW + 61), stale(0, 61));
    // Distance: a sixth of a tenth of the price at which it is used.
    for (price, moved) in [(1_016_949, None), (1_016_950, Some(1_000)), (983_607, None), (983_606, Some(1_000))] {
        world.reprice(0, price);
        let expected = moved.map_or(Ok(()), |moved| stale(moved, 0));
        assert_eq!(usable(&world, NOW), expected, "at {price}");
        let check = |purpose| check(&world.board, &portfolio, purpose);
        assert_eq!(check(Purpose::NewRisk { now: NOW }).map(|_| ()), expected);
        assert_eq!(check(Purpose::Withdrawal { now: NOW }).map(|_| ()), expected);
        // Whatever it says, it stops no reduction.
        let last = check(LAST);
        assert!(last.is_ok());
        assert_eq!(check(Purpose::Reduction { now: NOW, underlying: 0 }), last);
        // But nothing is liquidated at a mark that a refresh would have changed. What is not moved counts as it stands.
        assert_eq!(check(Purpose::Liquidation { now: NOW, moved: UnderlyingSet::one(0) }).map(|_| ()), expected);
        assert_eq!(check(Purpose::Liquidation { now: NOW, moved: UnderlyingSet::one(1) }), last);
        assert!(check(Purpose::Liquidation { now: NOW + 10_000, moved: UnderlyingSet::one(1) }).is_ok());
        if moved.is_none() {
            assert_eq!(check(Purpose::NewRisk { now: NOW }), last);
        }
    }
    world.reprice(0, 1_000_000);
    // Volatility: 600 seconds, however young the array is.
    remake(&mut world, &[2, 3], NOW + 600).unwrap();
    assert_eq!(usable(&world, NOW + 600), Ok(()));
    assert_eq!(usable(&world, NOW + 601), Err(RiskError::StaleVolatility { instrument: 2, age: 601, limit: 600 }));
    // Expired at its expiry, not before.
    world.board.underlyings[0].option_params.max_volatility_age = u32::MAX;
    remake(&mut world, &[2], call.expiry - 1).unwrap();
    assert_eq!(usable(&world, call.expiry - 1), Ok(()));
    assert_eq!(usable(&world, call.expiry), Err(RiskError::Expired { instrument: 2, expiry: call.expiry }));
    // Never made, and with a volatility that was never published.
    world.board = other;
    world.board.instruments[2].option = Zeroable::zeroed();
    assert_eq!(usable(&world, NOW), stale(0, -1));
    let mut unpublished = surface();
    unpublished.open_expiry(call.expiry, world.surfaces[&0].expiries[0].smile, NOW).unwrap();
    world.surfaces.insert(0, unpublished);
    remake(&mut world, &[2], NOW).unwrap();
    assert_eq!(usable(&world, NOW), Err(RiskError::StaleVolatility { instrument: 2, age: -1, limit: 600 }));
}

/// I63. A refresh that is refused names why, and what it was not asked for stays.
#[test]
fn a_refresh_is_refused_by_name() {
    let mut world = market();
    let expiry = world.instrument(2).0.expiry;
    let before = world.board.clone();
    assert_eq!(remake(&mut world, &[0], NOW), Err(RiskError::NotAnOption { instrument: 0 }));
    assert_eq!(remake(&mut world, &[1], NOW), Err(RiskError::NotListed { index: 1 }), "another underlying's");
    assert_eq!(remake(&mut world, &[9], NOW), Err(RiskError::NotListed { index: 9 }));
    assert_eq!(remake(&mut world, &[2], expiry), Err(RiskError::Expired { instrument: 2, expiry }));
    let empty = surface();
    let refused = world.board.refresh_options(0, &empty, [2].into_iter(), NOW);
    assert_eq!(refused, Err(RiskError::NoVolatility { expiry }));
    let other = world.board.refresh_options(1, &world.surfaces[&0], [2].into_iter(), NOW);
    assert_eq!(other, Err(RiskError::NotListed { index: 2 }));
    let arrays = |u: &Underlying| ExpiryArrays::new(&SPAN, u, world.surfaces[&0].expiry(expiry).unwrap(), 0, NOW);
    let made = arrays(&world.board.underlyings[0]).unwrap();
    let mut later = Instrument { expiry: expiry + 60, ..world.board.instruments[2] };
    let refused = made.refresh(&mut later, &world.board.underlyings[0], &SPAN, NOW);
    assert_eq!(refused, Err(RiskError::NoVolatility { expiry: expiry + 60 }));
    let unpriced = Underlying { price: UnitPrice::new(0), ..world.board.underlyings[0] };
    assert_eq!(arrays(&unpriced).unwrap_err(), RiskError::NoPrice { underlying: 0 });
    assert_eq!(world.board.instruments, before.instruments);
}

/// I66. One unit of the price moves a mark by no more than two of it a unit, and the grain of the relative move.
#[test]
fn a_mark_is_continuous_in_the_price() {
    pairs(20_000, |rng, world| {
        let now = move_on(rng, world).min(world.instrument(CALL).0.expiry - 1);
        let (i, u) = world.instrument(CALL);
        if u.price == u.max_price {
            return;
        }
        let (units, t) = (i.lot_units.get(), i.option);
        let next = u.price.get() + 1;
        let was = [at(world, CALL, now).0, at(world, PUT, now).0];
        world.reprice(0, next);
        let is = [at(world, CALL, now).0, at(world, PUT, now).0];
        let grain = (i128::from(t.gamma) * i128::from((next - t.price).abs()) * i128::from(units)) >> 37;
        for (was, is) in was.into_iter().zip(is) {
            let most = 2 * i128::from(units) + grain + 2;
            assert!(i128::from((is - was).abs()) <= most, "{was} to {is}: more than {most}");
        }
    });
}

/// I66. Beyond the limits too, the corrected call is the exact one of the stated formula.
#[test]
fn corrections_are_those_of_the_exact_model() {
    pairs(10_000, |rng, world| {
        let now = move_on(rng, world);
        for index in [CALL, PUT] {
            let (i, u) = world.instrument(index);
            let exact = reference::option(i, u, now);
            let state = i.option.at(i, u, now);
            assert_eq!(BigInt::from(state.mark), exact.mark);
            let over = whole(state.drift) - exact.drift;
            assert!(over >= whole(0) && over <= exact.drift_slack, "{over} {}", exact.drift_slack);
            assert!(whole(state.delta) == exact.delta * whole(RATIO_ONE));
        }
    });
}

/// The normal distribution's tail below x, to about 1e-15 of itself: a series of positive terms near the middle, a continued
/// fraction in the tails.
fn normal(x: f64) -> f64 {
    let z = x.abs();
    let density = (-z * z / 2.0).exp() / (2.0 * PI).sqrt();
    let upper = if z < 3.0 {
        let (mut term, mut sum) = (z, z);
        for n in 1..100 {
            term *= z * z / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 - density * sum
    } else {
        let fraction = (1..200).rev().fold(z, |below, n| z + f64::from(n) / below);
        density / fraction
    };
    if x > 0.0 { 1.0 - upper } else { upper }
}

/// Black's formula of 1976, undiscounted.
fn black(forward: f64, strike: f64, total: f64) -> f64 {
    let d = (forward / strike).ln() / total + total / 2.0;
    // Out of the money directly, in it by parity: no digits cancel.
    if forward <= strike {
        forward * normal(d) - strike * normal(d - total)
    } else {
        strike * normal(total - d) - forward * normal(-d) + forward - strike
    }
}

#[test]
fn the_yardstick_is_right_itself() {
    for (x, p) in [(0.0, 0.5), (1.0, 0.841_344_746_068_542_9), (-3.5, 2.326_290_790_355_250_4e-4)] {
        assert!((normal(x) - p).abs() < 1e-15 * p.max(1e-3), "{x}");
    }
    assert!((normal(2.999_999) + normal(-3.000_001) - 1.0).abs() < 1e-8);
    assert!((black(100.0, 100.0, 0.2) - 7.965_567_455_405_804).abs() < 1e-13);
}

/// One curve of an option in floats, from the terms of the contract: its value at a price move of the underlying.
struct Curve {
    forward: f64,
    strike: f64,
    units: f64,
    total: f64,
}

impl Curve {
    fn of(i: &Instrument, direction: i64, range: i64) -> Self {
        let t = &i.option;
        let volatility = i64::from(t.volatility.get()) * (1_000_000 + direction * range) / 1_000_000;
        let years = (i.expiry - t.time) as f64 / 31_536_000.0;
        Self {
            forward: (i128::from(i.lot_units.get()) * i128::from(t.price) + i128::from(t.carry)).max(1) as f64,
            strike: t.strike as f64,
            units: i.lot_units.get() as f64,
            total: volatility.clamp(20_000, 5_000_000) as f64 / 1e6 * years.sqrt(),
        }
    }

    fn value(&self, moved: f64) -> f64 {
        black((self.forward + self.units * moved).max(1.0), self.strike, self.total)
    }
}

/// The price move of a row, as the scan has it: no further than to 5 % of the price.
fn moved(u: &Underlying, s: &Scenario) -> i64 {
    let shift = (i64::from(s.price_thirds) * i64::from(u.scan_range().get())).max(-3 * 950_000);
    mul_div_floor(u.price.get(), shift, 3_000_000).unwrap()
}

/// `v · (30 / max(days, floor))^p` in millionths, as near as floats say.
fn volatility_range(u: &Underlying, seconds: i64) -> i64 {
    let p = &u.option_params;
    let days = (seconds as f64 / 86_400.0).max(f64::from(p.volatility_floor_days));
    let factor = (30.0 / days).powf(f64::from(p.volatility_power.get()) / 1e6);
    ((factor * f64::from(p.volatility_range.get())) as i64).min(900_000)
}

/// Below, a fall to 5 % of the price ends at less than a few of its units.
fn is_fine(world: &World) -> bool {
    world.board.underlyings[0].price >= UnitPrice::new(1 << 7)
}

/// I67.
#[test]
fn an_array_is_blacks_formula_within_its_stated_error() {
    pairs(6_000, |_, world| {
        if !is_fine(world) {
            return;
        }
        let (i, u) = world.instrument(CALL);
        let t = &i.option;
        let near = |got: i64, exact: f64| (got as f64 - exact).abs() <= t.model_error as f64;
        let rounded = volatility_range(u, i.expiry - NOW);
        // The range in whole millionths may fall on either side of a float's.
        let agrees = |range: i64| {
            let curves: Vec<_> = (-1..=1).map(|d| Curve::of(i, d, range)).collect();
            let now = curves[1].value(0.0);
            near(t.call, now)
                && t.array.iter().zip(&world.board.scenarios).all(|(loss, s)| {
                    let then = curves[(s.volatility + 1) as usize].value(moved(u, s) as f64);
                    near(*loss, (now - then) * f64::from(s.weight.get()) / 1e6)
                })
        };
        assert!((rounded - 1..=rounded + 1).any(agrees), "{u:?} {i:?}");
    });
}

/// I68. Between the nodes of the scan a long option is worth no less than the straight line says, less the gap.
#[test]
fn the_convexity_gap_is_no_less_than_the_true_one() {
    pairs(1_500, |rng, world| {
        if !is_fine(world) {
            return;
        }
        let (i, u) = world.instrument(CALL);
        let t = &i.option;
        let range = volatility_range(u, i.expiry - NOW);
        let direction = rng.range(-1, 1);
        let rows = world.board.scenarios.iter().filter(|s| i64::from(s.volatility) == direction);
        let mut nodes: Vec<_> = rows.filter(|s| s.price_thirds.abs() <= 3).map(|s| moved(u, s)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let curve = Curve::of(i, direction, range);
        for ends in nodes.windows(2) {
            let (a, b) = (ends[0] as f64, ends[1] as f64);
            let (low, high) = (curve.value(a), curve.value(b));
            let deepest = (0..=200).map(|n| {
                let part = f64::from(n) / 200.0;
                low + (high - low) * part - curve.value(a + (b - a) * part)
            });
            let deepest = deepest.fold(0.0, f64::max);
            assert!(deepest <= (t.convexity + t.model_error) as f64, "{deepest} {} {}", t.convexity, t.model_error);
        }
    });
}

/// I69. A smile's volatility is what its formula says at the strike, and sticks to the strike as the price moves.
#[test]
fn a_volatility_sticks_to_its_strike() {
    pairs(2_000, |rng, world| {
        let (i, _) = world.instrument(CALL);
        let of = world.surfaces[&0].expiry(i.expiry).unwrap();
        let (s, t) = (of.smile, i.option);
        let years = ((i.expiry - NOW) as f64 / 31_536_000.0).sqrt();
        let anchor = if of.anchor_price > 0 { of.anchor_price } else { t.price } as f64;
        let forward = (i.lot_units.get() as f64 * t.price as f64 + t.carry as f64) * anchor / t.price as f64;
        let x = ((t.strike as f64 / forward).ln() / years).clamp(-3.0, 3.0);
        let factor = 1.0 + f64::from(s.skew) / 1e6 * x + f64::from(s.curvature) / 1e6 * x * x;
        let exact = (f64::from(s.level.get()) * factor).clamp(20_000.0, 5_000_000.0);
        // In millionths: the moneyness, its square and each product are cut off, and the level multiplies that.
        // The forward of a lot is whole.
        let grain = 2.0 + f64::from(s.level.get()) * 7.0 * (2e-6 + 2.0 / forward / years);
        assert!((f64::from(t.volatility.get()) - exact).abs() <= grain, "{} {exact}", t.volatility);
        // Published once, it does not follow the price.
        if of.published_at > 0 {
            let price = mul_div_floor(t.price, rng.range(700_000, 1_300_000), 1_000_000).unwrap();
            let max = world.board.underlyings[0].max_price;
            world.reprice(0, price.clamp(1, max.get()));
            remake(world, &[CALL], NOW).unwrap();
            let moved = i64::from(world.instrument(CALL).0.option.volatility.get()) - i64::from(t.volatility.get());
            assert!((moved.abs() as f64) <= grain, "{moved}");
        }
    });
}

/// I61. A fill at the mark changes no equity but by rounding, option or not.
#[test]
fn a_fill_at_the_mark_is_worth_nothing() {
    pairs(2_000, |rng, world| {
        let now = move_on(rng, world);
        let purpose = Purpose::Maintenance { now };
        for index in [CALL, PUT] {
            let (i, u) = world.instrument(index);
            let lots = rng.log_range(1, i.limits.max_position.get()) * rng.pick(&[1, -1]);
            let value = crate::Scaled::new(lots * i.mark_at(u, now).get()).to_native_ceil(u.scale()).get();
            let mut portfolio = Portfolio::zeroed();
            portfolio.fill(i, u, Fill { lots: Lots::new(lots), value: QuoteNative::new(value) }).unwrap();
            let r = check(&world.board, &portfolio, purpose).unwrap();
            assert!((-1..=0).contains(&r.equity.get()), "{}", r.equity);
        }
    });
}

/// I17.
#[test]
fn option_parameters_out_of_bounds_are_named() {
    let refuse = |name: &str, change: &dyn Fn(&mut crate::OptionParams)| {
        let mut u = *plain().board.underlying(0).unwrap();
        u.option_params = usual_option_params();
        change(&mut u.option_params);
        super::world::refused_by_name(u.validate(), name);
    };
    refuse("volatility_range", &|p| p.volatility_range = Ppm::new(900_001));
    refuse("volatility_power", &|p| p.volatility_power = Ppm::new(1_000_001));
    refuse("volatility_floor_days", &|p| p.volatility_floor_days = 0);
    refuse("volatility_floor_days", &|p| p.volatility_floor_days = 31);
    refuse("max_array_age", &|p| p.max_array_age = 3_601);
    refuse("max_volatility_age", &|p| p.max_volatility_age = 9);
    let refuse = |name: &str, change: &dyn Fn(&mut Instrument)| {
        let world = market();
        let (i, u) = world.instrument(2);
        let mut i = *i;
        change(&mut i);
        super::world::refused_by_name(i.validate(u), name);
    };
    refuse("expiry", &|i| i.expiry += 1);
    refuse("expiry", &|i| i.expiry = 0);
    refuse("strike", &|i| i.strike = Ticks::new(0));
    // 1,000,000 of ten units at 100 USDC: a strike of 1,000 USDC is the dearest.
    refuse("strike", &|i| i.strike = Ticks::new(1_000_001));
    let world = market();
    let (i, u) = world.instrument(2);
    assert_eq!(Instrument { strike: Ticks::new(1_000_000), ..*i }.validate(u), Ok(()));
}

/// I70. An order's price band is that of the mark or of a scan range, whichever is wider.
#[test]
fn a_cheap_option_has_a_band_of_its_underlying() {
    let mut world = market();
    let band = |world: &World| {
        let (i, u) = world.instrument(2);
        i.band(u, NOW).unwrap()
    };
    // 10 % of the larger of 0.6856 and of a range of 1 USDC, in ticks of 0.001.
    assert_eq!(band(&world), (Ticks::new(586), Ticks::new(785)));
    world.board.instruments[2].strike = Ticks::new(1_000);
    remake(&mut world, &[2], NOW).unwrap();
    assert_eq!(band(&world), (Ticks::new(8_100), Ticks::new(9_900)));
    assert_eq!(world.instrument(2).0.mark_ticks_floor(world.instrument(2).1, NOW), Ticks::new(9_000));
    // Nothing is ordered below a tick.
    world.board.instruments[2].strike = Ticks::new(100_000);
    remake(&mut world, &[2], NOW).unwrap();
    assert_eq!(band(&world), (Ticks::new(1), Ticks::new(100)));
}
