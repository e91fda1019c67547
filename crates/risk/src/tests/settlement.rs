//! Settlement prices, the window before an expiry, settled instruments, the end of instruments.

use super::{
    option::{CALL, FUTURE, PUT, at, pairs, remake},
    random::cases,
    world::{NOW, World, plain, print, usual_params},
};
use crate::{
    FundingParams, Instrument, Kind, LotValue, Lots, MarginParams, Portfolio, Position, Ppm, Print, Purpose,
    QuoteNative, RiskError, Side, Ticks, UnitPrice, Units, UnitsPerLot,
    fixing::{ENOUGH_SAMPLES, Fixing, GRACE_SECONDS, LONGEST_WAIT, SAMPLES, WINDOW_SECONDS, sample_of, sample_time},
    margin::check,
    math::RATIO_ONE,
    rule,
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

/// The expiry of the fixtures.
const EXPIRY: i64 = NOW + 3_600;
/// Its time of day.
const OF_DAY: u32 = 32_400;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Indices of the fixtures' future, call and put, beside the perpetuals 0 and 1.
const DATED: [u16; 3] = [2, 3, 4];

/// [`plain`] with a future, a call and a put of 12 USDC a lot of 10 units, on underlying 0.
fn dated() -> World {
    let mut world = plain();
    let base = Instrument { expiry: EXPIRY, settles_at: EXPIRY, ..world.board.instruments[0] };
    world.list(Instrument { kind: Kind::Future as u8, index: DATED[0], ..base });
    let option = Instrument { strike: Ticks::new(12_000), ..base };
    world.list(Instrument { kind: Kind::Call as u8, index: DATED[1], ..option });
    world.list(Instrument { kind: Kind::Put as u8, index: DATED[2], ..option });
    world.board.reprice(0).unwrap();
    world
}

/// Gives the future of a pair the lots of its options and no basis, and all three their settlement.
fn same_lots(world: &mut World) {
    let call = *world.instrument(CALL).0;
    for index in [CALL, PUT, FUTURE] {
        let i = &mut world.board.instruments[usize::from(index)];
        (i.settles_at, i.basis) = (call.expiry, 0);
        (i.lot_units, i.delta_units, i.limits.max_position) =
            (call.lot_units, call.lot_units, call.limits.max_position);
    }
    world.board.reprice(0).unwrap();
}

/// The print of a sample.
fn sample(sample: u32, price: i64) -> Print {
    let time = sample_time(EXPIRY, sample).unwrap();
    Print {
        price: UnitPrice::new(price),
        confidence: UnitPrice::new(0),
        publish_time: time + 7,
        previous_publish_time: time - 1,
    }
}

/// Takes samples at a price.
fn take(world: &mut World, samples: impl Iterator<Item = u32>, price: i64) {
    for k in samples {
        assert_eq!(world.board.sample_settlement(0, EXPIRY, &sample(k, price)), Ok(k));
    }
}

/// I400. Of any sequence of prints each sample has at most one, which is the first at or after its time, within its minute.
#[test]
fn a_sample_is_one_print_that_nobody_chooses() {
    let at = |publish_time: i64, previous_publish_time: i64| {
        sample_of(
            EXPIRY,
            &Print {
                price: UnitPrice::new(1),
                confidence: UnitPrice::new(0),
                publish_time: EXPIRY + publish_time,
                previous_publish_time: EXPIRY + previous_publish_time,
            },
        )
    };
    assert_eq!(at(0, -1), Some(30));
    assert_eq!(at(59, -1), Some(30));
    assert_eq!(at(60, -1), None, "the expiry's minute is over");
    assert_eq!(at(0, 0), None, "not the first at that second");
    assert_eq!(at(-1, -2), None);
    assert_eq!(at(-1, -61), Some(29));
    assert_eq!(at(-1_740, -1_741), Some(1));
    assert_eq!(at(-1_741, -1_800), None, "before the window");
    assert_eq!(sample_of(i64::MIN, &print(i64::MAX, i64::MAX)), None);
    assert_eq!(sample_of(i64::MAX, &print(1, i64::MIN + 1)), None);
    cases(500, |rng| {
        let mut prints = vec![EXPIRY - 2_000];
        while prints[prints.len() - 1] < EXPIRY + 200 {
            prints.push(prints[prints.len() - 1] + if rng.chance(90) { rng.range(0, 5) } else { rng.range(5, 200) });
        }
        for k in 1..=SAMPLES {
            let time = sample_time(EXPIRY, k).unwrap();
            let found: Vec<i64> = prints
                .windows(2)
                .filter(|w| {
                    let print = Print {
                        price: UnitPrice::new(1),
                        confidence: UnitPrice::new(0),
                        publish_time: w[1],
                        previous_publish_time: w[0],
                    };
                    sample_of(EXPIRY, &print) == Some(k)
                })
                .map(|w| w[1])
                .collect();
            let first = prints.iter().copied().find(|p| *p >= time).filter(|p| *p < time + 60);
            assert_eq!(found, first.into_iter().collect::<Vec<_>>(), "sample {k}");
        }
    });
}

/// I401. What the samples have fixed is worth their mean, the rest the index; a lot whose units are no whole number of
/// thirtieths is worth no more and no less than its units.
#[test]
fn inside_the_window_a_lot_is_what_is_fixed_and_the_rest() {
    let mut world = dated();
    take(&mut world, 1..=3, 1_200_000);
    let i = *world.instrument(2).0;
    // 9 of 10 units are left after three thirtieths.
    assert_eq!(
        (i.delta_units, i.fixed, i.mark),
        (UnitsPerLot::new(9), LotValue::new(1_200_000), LotValue::new(9_000_000 + 1_200_000))
    );
    take(&mut world, 4..=4, 1_200_000);
    assert_eq!(world.instrument(2).0.delta_units, UnitsPerLot::new(9), "8.67 units, rounded");
    assert_eq!(world.instrument(0).0.delta_units, UnitsPerLot::new(10), "the perpetual goes on");
    cases(500, |rng| {
        let mut world = dated();
        let units = rng.log_range(1, 1_000);
        for index in DATED {
            let i = &mut world.board.instruments[usize::from(index)];
            (i.lot_units, i.delta_units, i.limits.max_position) =
                (UnitsPerLot::new(units), UnitsPerLot::new(units), Lots::new(1_000));
        }
        let (mut sum, mut count) = (0, 0);
        for k in 1..=SAMPLES {
            if rng.chance(80) {
                let price = rng.range(900_000, 1_100_000);
                take(&mut world, k..=k, price);
                (sum, count) = (sum + price, count + 1);
                let i = world.instrument(2).0;
                let left = (2 * units * (30 - count) + 30) / 60;
                assert_eq!(i.delta_units.get(), left);
                assert_eq!(i.fixed, LotValue::new((units - left) * sum / count));
                assert_eq!(i.mark, LotValue::new(i.fixed.get() + left * 1_000_000));
                if units * count % 30 == 0 {
                    assert_eq!(i.fixed, LotValue::new(units * sum / 30));
                }
            }
        }
    });
}

/// I402. A print that is not the sample, comes twice, is uncertain or of nothing listed is refused, and changes nothing.
#[test]
fn what_is_no_sample_is_refused() {
    let mut world = dated();
    take(&mut world, 5..=5, 1_000_000);
    let before = world.board.clone();
    let none = Err(RiskError::NothingToSample);
    assert_eq!(world.board.sample_settlement(0, EXPIRY, &sample(5, 1)), none);
    assert_eq!(world.board.sample_settlement(0, EXPIRY, &print(1_000_000, EXPIRY - 30)), none);
    let wide = Print { confidence: UnitPrice::new(20_001), ..sample(6, 1_000_000) };
    let uncertain = RiskError::PriceTooUncertain { underlying: 0, confidence: 20_001, price: 1_000_000 };
    assert_eq!(world.board.sample_settlement(0, EXPIRY, &wide), Err(uncertain));
    assert_eq!(world.board.sample_settlement(1, EXPIRY, &sample(6, 1)), Err(RiskError::NotListed { index: 1 }));
    let other = Print { publish_time: EXPIRY + 60, previous_publish_time: EXPIRY, ..sample(6, 1) };
    assert_eq!(world.board.sample_settlement(0, EXPIRY + 60, &other), Err(RiskError::NotListed { index: 0 }));
    assert_eq!(bytemuck::bytes_of(&*world.board), bytemuck::bytes_of(&*before));
    for (slot, fixing) in world.board.underlyings[0].fixings.iter_mut().enumerate() {
        fixing.expiry = 60 + slot as i64;
    }
    assert_eq!(world.board.sample_settlement(0, EXPIRY, &sample(6, 1)), Err(RiskError::NoFreeFixing));
}

/// I403. A sample at the price on the board moves no option's value; parity with the future holds to the unit before and after,
/// and after a refresh inside the window.
#[test]
fn a_sample_moves_no_value_and_keeps_parity() {
    pairs(3_000, |rng, world| {
        let expiry = world.instrument(CALL).0.expiry;
        if expiry > NOW + WINDOW_SECONDS {
            return; // what is fixed long before would take real optionality away
        }
        same_lots(world);
        remake(world, &[CALL, PUT], NOW).unwrap();
        let u = world.board.underlyings[0];
        let (from, to) = (rng.below(29) as u32, 1 + rng.below(29) as u32);
        for k in from + 1..=(from + to).min(29) {
            let price = rng
                .range(u.price.get() - u.price.get() / 50, u.price.get() + u.price.get() / 50)
                .clamp(1, u.max_price.get());
            world.reprice(0, price);
            let strike = world.instrument(CALL).0.strike_value(&u).unwrap();
            let parity = |world: &World| {
                let (call, put) = (at(world, CALL, NOW).0, at(world, PUT, NOW).0);
                assert_eq!(call - put, world.instrument(FUTURE).0.mark.get() - strike.get());
                call
            };
            let before = parity(world);
            let was = *world.instrument(CALL).0;
            let time = sample_time(expiry, k).unwrap();
            let print = Print {
                price: UnitPrice::new(price),
                confidence: UnitPrice::new(0),
                publish_time: time,
                previous_publish_time: time - 1,
            };
            world.board.sample_settlement(0, expiry, &print).unwrap();
            let after = parity(world);
            let i = world.instrument(CALL).0;
            // What was rounded to whole units changed its reference from the index to the mean of the samples; and a call of
            // fewer units has a lower bound above, which an enormous volatility may be near.
            let rounded =
                (i.fixed.get() + i.delta_units.get() * price - was.fixed.get() - was.delta_units.get() * price).abs();
            assert!((after - before).abs() <= rounded + (before >> 9) + 2, "{before} {after} {rounded}");
            assert!(after >= 0 && at(world, PUT, NOW).0 >= 0);
            if rng.chance(30) {
                remake(world, &[CALL, PUT], NOW).unwrap();
                parity(world);
            }
        }
    });
}

/// I403. When what is fixed is more than the strike, the call is the forward less the strike, with a delta of one; when no unit
/// is left it is what it will pay.
#[test]
fn a_strike_that_is_fixed_away_leaves_a_forward() {
    pairs(2_000, |rng, world| {
        let expiry = world.instrument(CALL).0.expiry;
        same_lots(world);
        let u = world.board.underlyings[0];
        let mut fixing = Fixing { expiry, ..Fixing::zeroed() };
        let count = rng.range(1, 30) as u32;
        (1..=count).for_each(|k| fixing.take(k, u.max_price.get()).unwrap());
        for index in [CALL, PUT, FUTURE] {
            world.board.instruments[usize::from(index)].fix(&u, &fixing, u.max_price.get()).unwrap();
        }
        world.board.reprice(0).unwrap();
        remake(world, &[CALL, PUT], NOW).unwrap();
        let (i, future) = (world.instrument(CALL).0, world.instrument(FUTURE).0);
        let strike = i.strike_value(&u).unwrap();
        let call = at(world, CALL, NOW);
        if i.fixed >= strike {
            assert!((call.0 - (future.mark.get() - strike.get())).abs() <= 1, "{call:?}");
            assert!(call.1 > RATIO_ONE - (1 << 20) || i.delta_units.get() * u.price.get() < 1 << 10, "{call:?}");
        }
        if i.delta_units.is_zero() {
            assert!((call.0 - (i.fixed.get() - strike.get()).max(0)).abs() <= 1);
        }
        assert_eq!(call.0 - at(world, PUT, NOW).0, future.mark.get() - strike.get());
    });
}

/// I404, I415. All samples settle at once, two thirds after ten minutes, any after a day, none at the fresh price of
/// the board. All of an expiry at one price, whichever was settled first; a lot pays whole quote-native; a call less a
/// put pays the future less the strike.
#[test]
fn an_expiry_settles_at_the_mean_of_its_samples() {
    let mut world = dated();
    let early = |world: &mut World, now: i64| world.board.settle_expiry(0, &DATED, now);
    assert_eq!(early(&mut world, EXPIRY - 1), Err(RiskError::NotYetExpired { expiry: EXPIRY }));
    assert_eq!(early(&mut world, EXPIRY), Err(RiskError::NotEnoughSamples { taken: 0 }));
    take(&mut world, 1..=ENOUGH_SAMPLES - 1, 1_300_000);
    let wait = EXPIRY + GRACE_SECONDS;
    assert_eq!(early(&mut world, wait), Err(RiskError::NotEnoughSamples { taken: 19 }));
    take(&mut world, 30..=30, 1_300_001);
    assert_eq!(early(&mut world, wait - 1), Err(RiskError::NotEnoughSamples { taken: 20 }));
    assert_eq!(world.board.settle_expiry(0, &[0], wait), Err(RiskError::NotYetExpired { expiry: 0 }));
    assert_eq!(world.board.settle_expiry(0, &[2, 0], wait), Err(RiskError::NotListed { index: 0 }));
    assert_eq!(world.board.settle_expiry(1, &[2], wait), Err(RiskError::NotListed { index: 2 }));

    world.board.report_open_interest(2, Lots::new(5)).unwrap();
    let first = world.board.settle_expiry(0, &[2], wait).unwrap();
    assert_eq!((first.price, first.samples, first.count), (1_300_000, 20, 1));
    assert_eq!(world.board.underlyings[0].open_interest, Units::new(0));
    assert_eq!(world.board.sample_settlement(0, EXPIRY, &sample(29, 1)), Err(RiskError::AlreadySettled));
    assert_eq!(world.board.settle_expiry(0, &[2], wait), Err(RiskError::AlreadySettled));
    let rest = world.board.settle_expiry(0, &DATED, wait + 9_999).unwrap();
    assert_eq!((rest.price, rest.count), (1_300_000, 2));
    let paid = DATED.map(|index| world.instrument(index).0.fixed);
    assert_eq!(paid, [13_000_000, 1_000_000, 0].map(LotValue::new));
    assert_eq!(world.board.underlyings[0].fixings, [Fixing::zeroed(); 4], "the slot is free again");
    assert_eq!(world.board.sample_settlement(0, EXPIRY, &sample(29, 1)), Err(RiskError::NotListed { index: 0 }));

    let mut one = dated();
    take(&mut one, 7..=7, 900_000);
    assert_eq!(early(&mut one, EXPIRY + LONGEST_WAIT - 1), Err(RiskError::NotEnoughSamples { taken: 1 }));
    assert_eq!(early(&mut one, EXPIRY + LONGEST_WAIT).unwrap().price, 900_000);
    let mut none = dated();
    let late = EXPIRY + LONGEST_WAIT;
    let stale = RiskError::StalePrice { underlying: 0, age: late - NOW, limit: 10 };
    assert_eq!(early(&mut none, late), Err(stale));
    none.board.underlyings[0].publish(&print(1_100_000, late), None).unwrap();
    let settled = early(&mut none, late).unwrap();
    assert_eq!((settled.price, settled.samples), (1_100_000, 0));

    cases(500, |rng| {
        let mut world = dated();
        let scale = rng.range(0, 10) as u8;
        world.board.underlyings[0].scale_bits = scale;
        for k in 1..=SAMPLES {
            take(&mut world, k..=k, rng.range(1, 2_000_000 << scale).min(100_000_000));
        }
        world.board.settle_expiry(0, &DATED, EXPIRY).unwrap();
        let [future, call, put] = DATED.map(|index| world.instrument(index).0.fixed);
        assert_eq!(call.get() - put.get(), future.get() - (12_000_000 << scale));
        assert!([future, call, put].iter().all(|v| v.get() >= 0 && v.get() % (1 << scale) == 0));
    });
}

/// I405. Settling every position comes to nothing over all accounts, to the unit, whatever they were bought for.
#[test]
fn settled_positions_add_up_to_nothing() {
    cases(300, |rng| {
        let mut world = dated();
        let mut accounts: Vec<Portfolio> = vec![Portfolio::zeroed(); 6];
        for _ in 0..40 {
            let (index, lots, price) = (rng.pick(&DATED), rng.range(1, 1_000), rng.range(1, 20_000_000));
            let (a, b) = (rng.below(6), rng.below(6));
            world.buy(&mut accounts[a], index, lots, price);
            world.buy(&mut accounts[b], index, -lots, price);
        }
        take(&mut world, 1..=30, rng.range(1, 3_000_000));
        let (i, u) = world.instrument(2);
        assert_eq!(accounts[0].clone().close_settled(i, u), Err(RiskError::NotSettled { instrument: 2 }));
        world.board.settle_expiry(0, &DATED, EXPIRY).unwrap();
        for index in DATED {
            let (i, u) = world.instrument(index);
            let mut values = 0;
            for account in &mut accounts {
                let (held, before) = (account.lots(i), account.cash.get());
                let quote = account.position(i).map_or(0, |p| p.quote.get());
                let closed = account.close_settled(i, u).unwrap();
                assert_eq!((closed.filled.before, closed.value.get()), (held, held.get() * i.fixed.get()));
                if !held.is_zero() {
                    assert_eq!(account.cash.get(), before + quote + closed.value.get());
                }
                assert!(account.position(i).is_none());
                values += closed.value.get();
            }
            assert_eq!(values, 0);
        }
        assert_eq!(accounts.iter().map(|p| p.cash.get()).sum::<i64>(), 0);
        assert!(accounts.iter().all(|p| p.holds_only_cash()));
    });
}

/// I406. A settled position is a sum: it asks for no margin, no array and no fresh price, and stops no withdrawal.
#[test]
fn a_settled_position_is_a_sum_and_stops_nothing() {
    let mut world = dated();
    let mut account = Portfolio { cash: QuoteNative::new(50_000_000), ..Portfolio::zeroed() };
    for (index, lots) in [(2, -3), (3, 5), (4, -7)] {
        world.buy(&mut account, index, lots, 1_000_000);
    }
    let later = EXPIRY + GRACE_SECONDS;
    assert!(rule::require_withdrawable(&world.board, &account, later).is_err(), "a stale price, no arrays");
    take(&mut world, 1..=30, 1_400_000);
    // Between the last sample and the settlement an option is a sum too; only the price is asked for.
    let mut fixed = world.board.clone();
    fixed.underlyings[0].publish(&print(1_000_000, later), None).unwrap();
    fixed.reprice(0).unwrap();
    let before = rule::require_withdrawable(&fixed, &account, later).unwrap();
    world.board.settle_expiry(0, &DATED, EXPIRY).unwrap();
    let r = rule::require_withdrawable(&world.board, &account, later).unwrap();
    assert_eq!((before.equity, before.maintenance), (r.equity, r.maintenance));
    // −3 lots of 14, +5 of 2, −7 of nothing, each less or with what it cost; no profit counts for a withdrawal.
    assert_eq!(r.equity.get(), 50_000_000 - 3 * 14_000_000 + 5 * 2_000_000 + 3_000_000 - 5_000_000 + 7_000_000);
    assert_eq!((r.maintenance.get(), r.initial.get()), (0, 0));
    // An order that is left over asks for what it would cost against what the lot pays, no more.
    let (i, _) = world.instrument(3);
    account.slot(i).unwrap().add_order(Side::Bid, false, Lots::new(1), QuoteNative::new(2_000_000)).unwrap();
    assert_eq!(check(&world.board, &account, Purpose::Maintenance { now: later }).unwrap().initial.get(), 0);
    // With anything of the underlying that is not settled its price matters again.
    world.buy(&mut account, 0, 1, 10_000_000);
    let stale = RiskError::StalePrice { underlying: 0, age: later - NOW, limit: 10 };
    assert_eq!(rule::require_withdrawable(&world.board, &account, later), Err(stale));
}

/// I293, I407, I436. Everything settles at one time of day; a perpetual is wound down with a day's notice, once, and settles like a
/// future.
#[test]
fn everything_settles_at_one_time_of_day_and_perpetuals_end_with_notice() {
    let mut world = dated();
    world.board.params.settlement_time = OF_DAY;
    for off in [-DAY + 60, -60, -1, 1, 60, 1_800, 3_600, DAY / 2, DAY - 1] {
        let settles_at = EXPIRY + off;
        let refused = RiskError::NotASettlementTime { settles_at, settlement_time: OF_DAY };
        assert_eq!(world.board.await_settlement(settles_at), Err(refused));
        assert!(refused.to_string().ends_with(" at second 32400 of the UTC day, 09:00"), "{refused}");
    }
    for never in [i64::MIN, -DAY + i64::from(OF_DAY), 0, i64::MAX] {
        assert!(matches!(world.board.await_settlement(never), Err(RiskError::NotASettlementTime { .. })));
    }
    for days in [0, 1, 2, 365] {
        assert_eq!(world.board.await_settlement(EXPIRY + days * DAY), Ok(()));
    }
    let noon = EXPIRY - DAY;
    for (settles_at, now) in
        [(EXPIRY, noon + 1), (EXPIRY, EXPIRY), (EXPIRY + 366 * DAY, EXPIRY - 1), (EXPIRY, EXPIRY + 1)]
    {
        assert!(matches!(world.board.wind_down(0, settles_at, now), Err(RiskError::ParameterRule { .. })));
    }
    assert!(matches!(world.board.wind_down(0, EXPIRY + 60, noon), Err(RiskError::NotASettlementTime { .. })));
    assert_eq!(world.board.wind_down(0, i64::MAX, -1), Err(RiskError::Overflow));
    assert_eq!(world.board.wind_down(2, EXPIRY, noon), Err(RiskError::NotListed { index: 2 }));
    world.board.instruments[0].basis = 5;
    assert_eq!(world.board.wind_down(0, EXPIRY, noon), Ok(()));
    assert_eq!(world.board.wind_down(0, EXPIRY + DAY, noon), Err(RiskError::AlreadySettled));
    let i = world.instrument(0).0;
    assert_eq!((i.settles_at, i.expiry, i.reduce_only, i.basis), (EXPIRY, 0, 1, 5), "the basis fades, see I293");
    take(&mut world, 1..=30, 1_250_000);
    assert_eq!(world.instrument(0).0.mark, LotValue::new(12_500_000));
    world.board.settle_expiry(0, &[0, 2], EXPIRY).unwrap();
    assert_eq!(world.instrument(0).0.fixed, LotValue::new(12_500_000));
}

/// I436. The first settlement time at or after a moment is one, less than a day later, and none is between.
#[test]
fn the_next_settlement_time_is_the_first_at_or_after_a_moment() {
    cases(2_000, |rng| {
        let params = MarginParams { settlement_time: rng.range(0, 1_439) as u32 * 60, ..usual_params() };
        let time = rng.range(1, 4_000_000_000);
        let found = params.settlement_from(time).unwrap();
        assert!(params.is_settlement_time(found) && (time..time + DAY).contains(&found));
        assert_eq!(params.settlement_from(found), Ok(found));
        assert_eq!(params.settlement_from(found + 1), Ok(found + DAY));
    });
    for end in [i64::MIN, i64::MAX] {
        assert_eq!(usual_params().settlement_from(end), Err(RiskError::Overflow));
    }
}

/// I440. Each sample takes a thirtieth of a lot's delta, to less than a unit: of thirty units and more each takes some.
#[test]
fn delta_leaves_as_evenly_as_its_units_allow() {
    let world = dated();
    for units in [1, 7, 10, 29, 30, 31, 45, 59, 60, 100, 1_000, 12_345] {
        let mut i = Instrument { lot_units: UnitsPerLot::new(units), ..*world.instrument(2).0 };
        let mut fixing = Fixing { expiry: EXPIRY, ..Fixing::zeroed() };
        let mut before = units;
        for k in 1..=SAMPLES {
            fixing.take(k, 1_000_000).unwrap();
            i.fix(world.instrument(2).1, &fixing, 1_000_000).unwrap();
            let left = i.delta_units.get();
            assert!(
                (before - left) * 30 > units - 30 && (before - left) * 30 < units + 30,
                "{units} units, sample {k}"
            );
            assert!(units < 30 || left < before);
            assert!((2 * left * 30 - 2 * units * i64::from(SAMPLES - k)).abs() <= 30);
            before = left;
        }
        assert_eq!(before, 0);
    }
}

/// I437. The settlement time stays while something awaits its settlement; every other parameter can change.
#[test]
fn the_settlement_time_stays_while_something_awaits_it() {
    let mut world = dated();
    world.board.params.settlement_time = OF_DAY;
    world.board.await_settlement(EXPIRY).unwrap();
    let other = MarginParams { settlement_time: 0, ..world.board.params };
    assert_eq!(world.board.change_margin(&other), Err(RiskError::AwaitsSettlement { settles_at: EXPIRY }));
    let ratio = MarginParams { initial_ratio: Ppm::new(2_000_000), ..world.board.params };
    assert_eq!(world.board.change_margin(&ratio), Ok(()));
    let odd = MarginParams { settlement_time: 61, ..ratio };
    assert!(matches!(world.board.change_margin(&odd), Err(RiskError::ParameterRule { .. })));
    assert_eq!(world.board.params, ratio);
    take(&mut world, 1..=30, 1_250_000);
    world.board.settle_expiry(0, &[2, 3], EXPIRY).unwrap();
    assert_eq!(world.board.change_margin(&other), Err(RiskError::AwaitsSettlement { settles_at: EXPIRY }));
    world.board.settle_expiry(0, &[4], EXPIRY).unwrap();
    assert_eq!(world.board.change_margin(&other), Ok(()));
    assert_eq!(world.board.params, other);
}

/// I438. The next settlement is what a scan of all instruments finds, after whatever lists, winds down, settles and delists.
#[test]
fn the_next_settlement_is_that_of_a_scan() {
    cases(60, |rng| {
        let mut world = plain();
        world.board.params.settlement_time = OF_DAY;
        let base = world.board.instruments[0];
        let (mut now, mut free) = (EXPIRY - 3 * DAY, 2);
        for _ in 0..60 {
            let settles_at = world.board.params.settlement_from(now + rng.range(1, 4) * DAY).unwrap();
            match rng.below(6) {
                0 | 1 if free < 60 => {
                    world.board.await_settlement(settles_at).unwrap();
                    let underlying = rng.below(2) as u16;
                    let kind = if rng.chance(50) { Kind::Future } else { Kind::Call } as u8;
                    let strike = Ticks::new(if kind == Kind::Call as u8 { 12_000 } else { 0 });
                    let base = Instrument { index: free, expiry: settles_at, settles_at, ..base };
                    world.list(Instrument { kind, strike, underlying, ..base });
                    free += 1;
                }
                2 if rng.chance(20) => {
                    let _ = world.board.wind_down(rng.below(2) as u16, settles_at, now);
                }
                3 | 4 => now += rng.range(1, 2 * DAY),
                _ => {
                    // Ends of the wait: a price of the board is enough.
                    for u in 0..2 {
                        let latest = world.board.underlyings[u].publish_time.max(now);
                        world.board.underlyings[u].publish(&print(1_000_000, latest), None).unwrap();
                    }
                    for index in 0..free {
                        let i = world.board.instruments[usize::from(index)];
                        if i.is_listed() && rng.chance(60) {
                            let _ = world.board.settle_expiry(i.underlying, &[index], now);
                            assert_eq!(world.board.next_settlement, scanned(&world));
                            let _ = world.board.delist(index);
                        }
                    }
                }
            }
            assert_eq!(world.board.next_settlement, scanned(&world));
        }
    });
}

/// Least time of what is not settled.
fn scanned(world: &World) -> i64 {
    let all = world.board.instruments.iter().filter(|i| i.is_listed() && i.settled == 0 && i.settles_at != 0);
    all.map(|i| i.settles_at).min().unwrap_or(0)
}

/// I439, I504. The basis of a perpetual or future is at most a quarter of its underlying's calendar charge, at listing and at a change
/// of either; that of what is settled is free.
#[test]
fn the_calendar_charge_covers_the_basis_of_a_pair() {
    let mut world = dated();
    let calendar = Ppm::new(12_500);
    world.board.underlyings[0].params.calendar = calendar;
    let with = |world: &World, index, max_basis| {
        let i = *world.instrument(index).0;
        Instrument { funding: FundingParams { max_basis, ..i.funding }, ..i }
    };
    let quarter = Ppm::new(3_125);
    for index in [0, 2] {
        let refused = RiskError::BasisAboveCalendar { instrument: index, max_basis: 3_126, calendar: 12_500 };
        let mut board = world.board.clone();
        board.instruments[usize::from(index)] = with(&world, index, Ppm::new(3_126));
        assert_eq!(board.require_basis_covered(0), Err(refused));
        board.instruments[usize::from(index)] = with(&world, index, quarter);
        assert_eq!(board.require_basis_covered(0), Ok(()));
        board.underlyings[0].params.calendar = Ppm::new(12_499);
        let refused = RiskError::BasisAboveCalendar { instrument: index, max_basis: 3_125, calendar: 12_499 };
        assert_eq!(board.require_basis_covered(0), Err(refused));
        assert_eq!(board.require_basis_covered(1), Ok(()));
        board.instruments[usize::from(index)].settled = 1;
        assert_eq!(board.require_basis_covered(0), Ok(()));
    }
}

/// I504. Whatever the bases of two instruments were and become, a pair at equal sizes loses no more than its calendar charge, but for
/// the rounding of marks: bound for each leg at the whole charge, it lost four times that.
#[test]
fn no_swing_of_the_bases_costs_more_than_the_charge() {
    let mut world = dated();
    world.board.underlyings[0].params.calendar = Ppm::new(12_500);
    world.board.reprice(0).unwrap();
    let set = |world: &mut World, bases: [i64; 2]| {
        for (index, basis) in [0, 2].into_iter().zip(bases) {
            let i = &mut world.board.instruments[index];
            (i.funding.impact_notional, i.funding.max_basis) = (QuoteNative::new(1_000_000), Ppm::new(3_125));
            i.basis = basis;
        }
        world.board.reprice(0).unwrap();
    };
    set(&mut world, [3_125, -3_125]);
    let mut pair = Portfolio::zeroed();
    for (index, lots) in [(0, 1_000), (2, -1_000)] {
        let mark = world.instrument(index).0.mark_at(world.instrument(index).1, NOW).get();
        world.buy(&mut pair, index, lots, mark);
    }
    let asked = check(&world.board, &pair, Purpose::Maintenance { now: NOW }).unwrap();
    assert_eq!((asked.equity.get(), asked.scan.get()), (0, 0));
    set(&mut world, [-3_125, 3_125]);
    let left = check(&world.board, &pair, Purpose::Maintenance { now: NOW }).unwrap();
    assert_eq!((-left.equity.get(), asked.maintenance_without_ramp().get()), (125_000_000, 125_000_000));
}

/// I25, I408. An instrument leaves its underlying's chain whole, and its slot keeps the generation: what was held of
/// the old contract is nothing of the new one.
#[test]
fn a_delisted_slot_is_no_position_in_the_next_contract() {
    cases(200, |rng| {
        let mut world = plain();
        let base =
            Instrument { kind: Kind::Future as u8, expiry: EXPIRY, settles_at: EXPIRY, ..world.board.instruments[0] };
        for index in 2..9 {
            world.list(Instrument { index, ..base });
        }
        assert_eq!(world.board.delist(2), Err(RiskError::NotSettled { instrument: 2 }));
        take(&mut world, 1..=30, 1_000_000);
        world.board.settle_expiry(0, &[2, 3, 4, 5, 6, 7, 8], EXPIRY).unwrap();
        let mut left: Vec<u16> = (2..9).collect();
        rng.shuffle(&mut left);
        while let Some(gone) = left.pop() {
            let mut stale = Portfolio::zeroed();
            stale.slot(world.instrument(gone).0).unwrap();
            world.board.delist(gone).unwrap();
            let freed = world.board.instruments[usize::from(gone)];
            assert_eq!(freed, Instrument { generation: 1, ..Instrument::zeroed() });
            let mut chain = vec![];
            let mut next = world.board.underlyings[0].first_linear;
            while next != 0 {
                chain.push(next - 1);
                next = world.board.instruments[usize::from(next - 1)].next_linear;
            }
            let mut expected: Vec<u16> = left.iter().copied().chain([0]).collect();
            chain.sort_unstable();
            expected.sort_unstable();
            assert_eq!(chain, expected);
            // The same index and expiry again, of another kind.
            let option = Instrument { kind: Kind::Put as u8, strike: Ticks::new(1), settled: 0, ..base };
            world.board.instruments[usize::from(gone)] = Instrument { index: gone, generation: 2, ..option };
            let refused = RiskError::NotListed { index: gone };
            stale.positions[0] = Position { lots: Lots::new(1), ..stale.positions[0] };
            assert_eq!(check(&world.board, &stale, Purpose::Maintenance { now: NOW }).err(), Some(refused));
            assert_eq!(stale.slot(world.instrument(gone).0).err(), Some(refused));
            world.board.instruments[usize::from(gone)] = freed;
        }
    });
}
