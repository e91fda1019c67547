//! The rule after a block trade, path by path, on a board for mental arithmetic: 10 USDC a lot, 1 USDC of
//! maintenance margin, 1.25 USDC of initial margin; two underlyings.

use super::{
    random::{Rng, cases},
    world::{NOW, Reach, USDC, World, plain},
};
use crate::{
    Fill, Leg, Lots, Portfolio, Ppm, QuoteNative, RiskError, Ticks, UnitPrice,
    block::legs_at_marks,
    liquidation::Episode,
    margin::check,
    rule::{after_block, require_initial, require_withdrawable},
};
use bytemuck::Zeroable;
use std::{cell::Cell, prelude::v1::*};

fn account(world: &World, cash: i64, lots: &[(u16, i64)]) -> Portfolio {
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(cash);
    for (index, lots) in lots {
        world.buy(&mut p, *index, *lots, 10 * USDC);
    }
    p
}

/// Legs of instrument, lots and price per lot.
fn legs(legs: &[(u16, i64, i64)]) -> Vec<Leg> {
    legs.iter()
        .map(|(instrument, lots, per_lot)| Leg {
            instrument: *instrument,
            fill: Fill { lots: Lots::new(*lots), value: QuoteNative::new(lots * per_lot) },
        })
        .collect()
}

/// The rule for an account that trades these legs for a fee.
fn rule(world: &World, before: &Portfolio, traded: &[(u16, i64, i64)], fee: i64) -> Result<(), RiskError> {
    let legs = legs(traded);
    let (mut before, mut after) = (*before, *before);
    for leg in &legs {
        let (i, u) = world.instrument(leg.instrument);
        after.fill(i, u, leg.fill).unwrap();
    }
    after.cash = QuoteNative::new(after.cash.get() - fee);
    after_block(&world.board, &mut before, &after, &Episode::default(), &legs, QuoteNative::new(fee), NOW).map(|_| ())
}

/// I281.
#[test]
fn who_pays_must_be_able_to_withdraw_what_is_paid() {
    let world = plain();
    // Ten lots for 11 USDC each: 10 USDC beyond the mark, 12.5 of initial margin.
    let paid = [(0, 10, 11 * USDC)];
    assert_eq!(rule(&world, &account(&world, 22_500_000, &[]), &paid, 0), Ok(()));
    let refused = RiskError::BelowWithdrawalMargin { required: 12_500_000, available: 12_499_999 };
    assert_eq!(rule(&world, &account(&world, 22_499_999, &[]), &paid, 0), Err(refused));
    // The fee is paid too.
    assert_eq!(rule(&world, &account(&world, 22_500_000, &[]), &paid, 1), Err(refused));
    // Who receives needs initial margin: the gain counts.
    assert_eq!(rule(&world, &account(&world, 2_500_000, &[]), &[(0, 10, 9 * USDC)], 0), Ok(()));
    let refused = RiskError::BelowInitialMargin { required: 12_500_000, available: 12_499_999 };
    assert_eq!(rule(&world, &account(&world, 2_499_999, &[]), &[(0, 10, 9 * USDC)], 0), Err(refused));
}

/// I281. The cost of a leg does not come out of another position's unrealised profit, though both are of one underlying.
#[test]
fn unrealised_profit_pays_for_no_leg() {
    let mut world = plain();
    let mut p = account(&world, 56_250_000, &[(0, 20)]);
    world.reprice(0, 1_500_000);
    world.board.underlyings[0].stable_price = UnitPrice::new(1_500_000);
    // 20 lots of 15 USDC have gained 100 USDC, which is not to be withdrawn.
    let r = require_withdrawable(&world.board, &p, NOW).unwrap();
    assert_eq!(
        (r.initial_equity.get(), r.withdraw_equity.get(), r.initial.get()),
        (156_250_000, 56_250_000, 37_500_000)
    );
    // Ten more for 16 USDC each: 56.25 of initial margin and 10 beyond the mark, which the profit carries: as it stands the
    // account has what it needs, and yet it cannot pay.
    let traded = [(0, 10, 16 * USDC)];
    let refused = RiskError::BelowWithdrawalMargin { required: 56_250_000, available: 46_250_000 };
    assert_eq!(rule(&world, &p, &traded, 0), Err(refused));
    p.cash = QuoteNative::new(66_249_999);
    let refused = RiskError::BelowWithdrawalMargin { required: 56_250_000, available: 56_249_999 };
    assert_eq!(rule(&world, &p, &traded, 0), Err(refused));
    p.cash = QuoteNative::new(66_250_000);
    assert_eq!(rule(&world, &p, &traded, 0), Ok(()));
    // At the mark it costs nothing, and initial margin is enough.
    p.cash = QuoteNative::new(0);
    assert_eq!(rule(&world, &p, &[(0, 10, 15 * USDC)], 0), Ok(()));
}

/// I281. Legs that cost something and legs that gain it are one sum.
#[test]
fn legs_pay_for_one_another() {
    let world = plain();
    let poor = account(&world, 25 * USDC, &[]);
    // 10 USDC lost on one leg and gained on the other: nobody pays.
    assert_eq!(rule(&world, &poor, &[(0, 10, 11 * USDC), (1, 10, 9 * USDC)], 0), Ok(()));
    let paid = [(0, 10, 11 * USDC), (1, 10, 9 * USDC + 1)];
    let refused = RiskError::BelowWithdrawalMargin { required: 25 * USDC, available: 15 * USDC };
    assert_eq!(rule(&world, &poor, &paid, 0), Err(refused));
}

/// I282.
#[test]
fn who_receives_may_reduce_where_the_legs_are_of_one_underlying() {
    let world = plain();
    let below = account(&world, 31 * USDC, &[(0, 20), (1, 10)]);
    assert!(require_initial(&world.board, &below, NOW).is_err());
    assert_eq!(rule(&world, &below, &[(0, -5, 10 * USDC)], 0), Ok(()));
    // Not where it costs anything, however little.
    let refused = RiskError::BelowWithdrawalMargin { required: 31_250_000, available: 30_999_995 };
    assert_eq!(rule(&world, &below, &[(0, -5, 10 * USDC - 1)], 0), Err(refused));
    // Not where the legs are of two underlyings, though both reduce.
    let refused = RiskError::BelowInitialMargin { required: 35 * USDC, available: 31 * USDC };
    assert_eq!(rule(&world, &below, &[(0, -1, 10 * USDC), (1, -1, 10 * USDC)], 0), Err(refused));
    // Not where it adds.
    let refused = RiskError::BelowInitialMargin { required: 38_750_000, available: 31 * USDC };
    assert_eq!(rule(&world, &below, &[(0, 1, 10 * USDC)], 0), Err(refused));
    // A fee does not stop it, and who has nothing left trades no more.
    assert_eq!(rule(&world, &below, &[(0, -5, 10 * USDC)], 10_000), Ok(()));
    let bankrupt = account(&world, 0, &[(0, 20)]);
    assert_eq!(rule(&world, &bankrupt, &[(0, -5, 10 * USDC)], 0), Err(RiskError::Bankrupt { equity: 0 }));
}

/// I280. Both sides of a leg are exactly opposite, and their fees equal.
#[test]
fn a_leg_reversed_is_the_other_side() {
    let world = plain();
    let (i, _) = world.instrument(0);
    let leg = Leg::new(i, Lots::new(7), Ticks::new(10_001)).unwrap();
    assert_eq!(leg.fill, Fill { lots: Lots::new(7), value: QuoteNative::new(7 * 10_001_000) });
    let other = leg.reversed().unwrap();
    assert_eq!(other.fill, Fill { lots: Lots::new(-7), value: QuoteNative::new(-7 * 10_001_000) });
    assert_eq!(other.reversed().unwrap(), leg);
    // 70,007,000 · 0.0123 % = 8,610.861.
    assert_eq!(
        (leg.fee(Ppm::new(123)), other.fee(Ppm::new(123))),
        (Ok(QuoteNative::new(8_611)), Ok(QuoteNative::new(8_611)))
    );
    assert!(Leg::new(i, Lots::new(i64::MAX), Ticks::new(2)).is_err());
    assert!(Leg { fill: Fill { lots: Lots::new(i64::MIN), value: QuoteNative::new(0) }, ..leg }.reversed().is_err());
}

/// I280. What one side pays beyond the marks the other gains, but for less than a unit a leg, in nobody's favour.
#[test]
fn both_sides_cost_together_what_rounding_costs() {
    cases(500, |rng| {
        let world = World::random(rng, Reach::Legal, 3);
        let legs: Vec<Leg> = world.instruments.iter().take(8).map(|index| random_leg(rng, &world, *index)).collect();
        let others: Vec<Leg> = legs.iter().map(|leg| leg.reversed().unwrap()).collect();
        let one = legs_at_marks(&world.board, &legs, NOW).unwrap();
        let other = legs_at_marks(&world.board, &others, NOW).unwrap();
        let rounding = one.cost.get() + other.cost.get();
        assert!((0..=legs.len() as i64).contains(&rounding), "{rounding}");
        let underlyings: Vec<u16> = legs.iter().map(|leg| world.instrument(leg.instrument).0.underlying).collect();
        let same = underlyings.iter().all(|u| *u == underlyings[0]);
        assert_eq!(one.underlying, same.then_some(underlyings[0]));
    });
}

/// I281. Whoever passes the rule could have paid the cost out: the fills at the marks, and the cost withdrawn.
#[test]
fn who_passes_could_have_withdrawn_the_cost() {
    let paid = Cell::new(0);
    cases(2_000, |rng| {
        let mut world = World::random(rng, Reach::Usual, 3);
        let before = world.portfolio(rng, 8);
        let legs: Vec<Leg> = world.instruments.iter().take(3).map(|index| random_leg(rng, &world, *index)).collect();
        let mut after = before;
        let filled = legs.iter().try_for_each(|leg| {
            let (i, u) = world.instrument(leg.instrument);
            after.fill(i, u, leg.fill).map(|_| ())
        });
        let mut scratch = before;
        if filled.is_err()
            || after_block(&world.board, &mut scratch, &after, &Episode::default(), &legs, QuoteNative::ZERO, NOW)
                .is_err()
        {
            return;
        }
        let Ok(sum) = legs_at_marks(&world.board, &legs, NOW) else { return };
        if sum.cost.get() <= 0 {
            return;
        }
        paid.set(paid.get() + 1);
        let mut at_marks = before;
        for leg in &legs {
            let (i, u) = world.instrument(leg.instrument);
            at_marks.fill(i, u, leg.at_mark(&world.board, NOW).unwrap()).unwrap();
        }
        at_marks.cash = at_marks.cash.minus(sum.cost).unwrap();
        assert!(require_withdrawable(&world.board, &at_marks, NOW).is_ok());
        let is = check(&world.board, &after, crate::Purpose::Maintenance { now: NOW }).unwrap();
        assert!(is.withdraw_equity >= is.initial && !is.is_liquidatable());
    });
    assert!(paid.get() > 50, "{} blocks were paid for", paid.get());
}

/// A leg near the mark.
fn random_leg(rng: &mut Rng, world: &World, instrument: u16) -> Leg {
    let most = world.instrument(instrument).0.limits.max_position.get();
    let lots = rng.log_range(1, most);
    Leg { instrument, fill: world.fill_near_mark(rng, instrument, lots) }
}
