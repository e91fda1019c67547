//! Liquidation: price, size, and that the account is better off for it.

use super::{
    random::{Rng, cases},
    rational::{Q, ppm, whole},
    world::{LAST, NOW, Reach, USDC, World, plain},
};
use crate::{
    Board, Fill, Filled, Instrument, Lots, Portfolio, Position, Ppm, QuoteNative, Requirements, RiskError, Scaled,
    Underlying,
    liquidation::{Takeover, discount_rate, take_over},
    margin::{UnderlyingRisk, check},
};
use bytemuck::Zeroable;
use core::cell::Cell;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::prelude::v1::*;

fn native(n: BigInt) -> i64 {
    n.to_i64().unwrap()
}

fn require(board: &Board, p: &Portfolio) -> Requirements {
    check(board, p, LAST).unwrap()
}

/// The transfer of a number of lots, written from `docs/model.md#liquidation`: really filled, really checked.
fn transfer(board: &Board, account: &Portfolio, i: &Instrument, u: &Underlying, lots: i64) -> Takeover {
    let before = require(board, account);
    let long = account.lots(i).get() > 0;
    let native_of = |lots: i64, per_lot: i64| whole(lots) * whole(per_lot) / whole(1i64 << u.scale());
    let worth = native_of(lots, i.mark_at(u, NOW).get());
    let mark_value = native(if long { worth.floor() } else { worth.ceil() });
    let filled = |value: i64| {
        let sign = if long { -1 } else { 1 };
        let mut p = *account;
        p.fill(i, u, Fill { lots: Lots::new(sign * lots), value: QuoteNative::new(sign * value) }).unwrap();
        p
    };
    let at_mark = require(board, &filled(mark_value));
    let params = &board.params;
    let freed = (before.maintenance.get() - at_mark.maintenance.get()).max(0);
    let shortfall = (before.maintenance.get() - before.equity.get()).min(before.maintenance.get());
    let range = whole(params.discount_max.get() - params.discount_base.get());
    let rate = match before.maintenance.get() {
        0 => i64::from(params.discount_max.get()),
        m => i64::from(params.discount_base.get()) + native((range * Q::new(shortfall, m)).floor()),
    };
    assert_eq!(discount_rate(params, &before), Ok(Ppm::new(rate as u32)));
    // Of a short option the index price is the base.
    let base =
        if i.is_option() && !long { native_of(lots * i.lot_units.get(), u.price.get()).floor() } else { worth.floor() };
    let by_rate = (whole(base) * ppm(rate)).floor();
    let by_freed = (whole(freed) * ppm(params.discount_of_freed.get())).floor();
    let discount = native(by_rate.min(by_freed));
    let discount = if long { discount.min(mark_value) } else { discount };
    let value = if long { mark_value - discount } else { mark_value + discount };
    let sign = if long { -1 } else { 1 };
    Takeover {
        fill: Fill { lots: Lots::new(sign * lots), value: QuoteNative::new(sign * value) },
        mark_value: QuoteNative::new(mark_value),
        discount: QuoteNative::new(discount),
        insurance: QuoteNative::new(native((whole(discount) * ppm(params.insurance_share.get())).floor())),
        before,
        after: require(board, &filled(value)),
    }
}

fn reaches_buffer(board: &Board, r: &Requirements) -> bool {
    let buffer = whole(1) + ppm(board.params.liquidation_buffer.get());
    whole(r.equity.get()) >= whole(r.maintenance.get()) * buffer
}

fn scan(board: &Board, u: &Underlying, p: &Portfolio) -> QuoteNative {
    UnderlyingRisk::in_portfolio(board, u, p, LAST).unwrap().scan
}

/// Brings an account's equity to a fraction of its maintenance margin, in hundredths, and takes its orders in one
/// instrument away.
fn distress(rng: &mut Rng, world: &World, account: &mut Portfolio, i: &Instrument) {
    let slot = account.search(crate::PositionKey::of(i)).unwrap();
    let p = account.positions[slot];
    account.positions[slot] = Position {
        bid_lots: Lots::ZERO,
        ask_lots: Lots::ZERO,
        bid_value: QuoteNative::ZERO,
        ask_value: QuoteNative::ZERO,
        order_count: 0,
        ..p
    };
    let r = require(&world.board, account);
    let target = (i128::from(r.maintenance.get()) * i128::from(rng.range(-60, 101)) / 100) as i64;
    account.cash = QuoteNative::new(account.cash.get() + target - r.equity.get());
}

/// I71. A takeover in an underlying with a stale array is refused; anyone may make it anew, which this does.
fn with_near_arrays(world: &mut World, account: &Portfolio, index: u16) {
    let i = world.instrument(index).0;
    let stale = |p: &&Position| {
        let (option, u) = world.instrument(p.key.instrument());
        let orders = p.bid_lots.get() | p.ask_lots.get();
        option.is_option()
            && p.lots.get() | orders != 0
            && NOW < option.expiry
            && u.require_fresh(NOW).is_ok()
            && matches!(option.option.require_usable(option, u, NOW), Err(RiskError::StaleRiskArray { .. }))
    };
    let stale: Vec<u16> = account.open().iter().filter(stale).map(|p| p.key.underlying()).collect();
    if !stale.is_empty() {
        let refused = take_over(&world.board, &mut account.clone(), i, Lots::new(1), NOW);
        assert!(matches!(refused, Err(RiskError::StaleRiskArray { .. })), "{refused:?}");
        for underlying in stale {
            world.refresh_at(underlying, NOW);
        }
    }
}

/// What was seen of each outcome.
#[derive(Default)]
struct Seen {
    taken: Cell<u32>,
    bankrupt: Cell<u32>,
    cut_back: Cell<u32>,
    all: Cell<u32>,
    dust: Cell<u32>,
    refused: Cell<u32>,
    healthy: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

fn one_account(rng: &mut Rng, reach: Reach, seen: &Seen) {
    let mut world = World::random(rng, reach, 4);
    world.board.next_settlement = 0; // a takeover sees no expiry coming
    let mut account = world.portfolio(rng, 12);
    let held = world.held(&account);
    if held.is_empty() {
        return;
    }
    let index = rng.pick(&held);
    with_near_arrays(&mut world, &account, index);
    let (i, u) = world.instrument(index);
    distress(rng, &world, &mut account, i);
    let board = &world.board;
    let before = require(board, &account);
    let lots = account.lots(i).get().abs();
    let most = if rng.chance(50) { rng.log_range(1, lots) } else { rng.pick(&[lots, i64::MAX]) };
    let offered = most.min(lots);
    let result = take_over(board, &mut account.clone(), i, Lots::new(most), NOW);
    if before.equity >= before.maintenance {
        let healthy = RiskError::NotLiquidatable { equity: before.equity.get(), maintenance: before.maintenance.get() };
        assert_eq!(result, Err(healthy));
        return count(&seen.healthy);
    }
    let whole_request = transfer(board, &account, i, u, offered);
    let taken = match result {
        Ok(taken) => taken,
        Err(RiskError::LiquidationDoesNotHelp { before: was, after: is }) => {
            assert_eq!(was, before.health().unwrap().get());
            if !reaches_buffer(board, &whole_request.after) {
                // All that was asked for was tried, and refused for a reason.
                let mut p = account;
                p.fill(i, u, whole_request.fill).unwrap();
                assert_eq!(is, whole_request.after.health().unwrap().get());
                assert!(is <= was || scan(board, u, &p) > scan(board, u, &account));
            }
            return count(&seen.refused);
        }
        Err(other) => unreachable!("{other:?}"),
    };
    count(&seen.taken);

    // I41: the prediction is what a check finds after the fill, to the unit, in every field.
    let size = taken.fill.lots.get().abs();
    assert!(size >= 1 && size <= offered && taken.fill.lots.get().signum() == -account.lots(i).get().signum());
    assert_eq!(taken, transfer(board, &account, i, u, size));

    // I42: the discount.
    let rate = discount_rate(&board.params, &before).unwrap();
    assert!(rate >= board.params.discount_base && rate <= board.params.discount_max);
    let worth = |lots: i64| {
        Scaled::new(lots * i.discount_value(u, account.lots(i).get() > 0, i.mark_at(u, NOW)).get())
            .to_native_floor(u.scale())
            .get()
    };
    assert!(whole(taken.discount.get()) <= whole(worth(size)) * ppm(rate.get()));
    assert!(account.lots(i).get() < 0 || taken.discount <= taken.mark_value);
    assert!(taken.discount.get() >= 0 && taken.insurance.get() >= 0 && taken.insurance <= taken.discount);
    let freed = before.maintenance.get() - taken.after.maintenance.get();
    assert!(whole(taken.discount.get()) <= whole(freed.max(0)) * ppm(board.params.discount_of_freed.get()));

    // I43: better off, and no hedge broken.
    assert!(taken.after.health().unwrap() > before.health().unwrap());
    let mut after = account;
    after.fill(i, u, taken.fill).unwrap();
    assert!(scan(board, u, &after) <= scan(board, u, &account));
    if before.equity.get() <= 0 {
        count(&seen.bankrupt);
    }

    // I44: what the account loses is the discount, and less than three units of rounding.
    let lost = before.equity.get() - taken.after.equity.get() - taken.discount.get();
    assert!((0..=2).contains(&lost), "{lost}");

    // I45: as few lots as reach the buffer, next to that point, or all that were asked for.
    let dust = board.params.dust_value.get();
    if reaches_buffer(board, &taken.after) && size > 1 {
        let one_less = transfer(board, &account, i, u, size - 1);
        if reaches_buffer(board, &one_less.after) {
            // More was taken than that, since what was left was dust.
            assert!(size == lots && offered == lots);
            let mut same = board.clone();
            same.params.dust_value = QuoteNative::ZERO;
            let fewer = take_over(&same, &mut account.clone(), i, Lots::new(most), NOW);
            if let Ok(fewer) = fewer {
                let left = worth(lots - fewer.fill.lots.get().abs());
                assert!(left < dust);
                count(&seen.dust);
            }
        } else if size < offered {
            count(&seen.cut_back);
        }
    } else if size < offered {
        assert_eq!(size, 1);
    } else {
        count(&seen.all);
    }
    // I46: no dust stays where all was asked for.
    let left = worth(lots - size);
    assert!(offered < lots || left == 0 && size == lots || left >= dust);
}

fn many(reach: Reach, n: u64) {
    let seen = Seen::default();
    cases(n, |rng| one_account(rng, reach, &seen));
    if seen.taken.get() > 100 {
        for (name, cell) in [
            ("bankrupt", &seen.bankrupt),
            ("cut back", &seen.cut_back),
            ("taken whole", &seen.all),
            ("refused", &seen.refused),
            ("healthy", &seen.healthy),
        ] {
            assert!(cell.get() > 5, "{name}: only {} of {}", cell.get(), seen.taken.get());
        }
        assert!(seen.dust.get() > 0);
    }
}

/// I40 to I46, I71.
#[test]
fn usual_accounts_are_liquidated_by_the_rules() {
    many(Reach::Usual, 4_000);
}

/// I40 to I46, I71.
#[test]
fn legal_accounts_are_liquidated_by_the_rules() {
    many(Reach::Legal, 4_000);
}

/// I47, I71. An account with one position can always be liquidated, however far it is under water, and a bankrupt one
/// whole.
#[test]
fn an_outright_position_can_always_be_liquidated() {
    cases(2_000, |rng| {
        let mut world = World::random(rng, Reach::Usual, 1);
        let mut account = Portfolio::zeroed();
        let index = rng.pick(&world.instruments);
        world.trade(rng, &mut account, index);
        if rng.chance(50) {
            world.move_prices(rng);
        }
        if account.lots(world.instrument(index).0).get() == 0 {
            return;
        }
        with_near_arrays(&mut world, &account, index);
        let (i, u) = world.instrument(index);
        let lots = account.lots(i).get().abs();
        // Where a lot's margin is a few units, rounding may eat what a transfer frees.
        if lots == 0 || require(&world.board, &account).maintenance.get() < 1_000 {
            return;
        }
        distress(rng, &world, &mut account, i);
        let before = require(&world.board, &account);
        if !before.is_liquidatable() {
            return;
        }
        let taken = take_over(&world.board, &mut account.clone(), i, Lots::new(lots), NOW).unwrap();
        if before.equity.get() <= 0 {
            assert_eq!(taken.fill.lots.get().abs(), lots);
            assert_eq!(taken.after.maintenance.get(), 0);
        }
        account.fill(i, u, taken.fill).unwrap();
    });
}

/// A long of 100 lots (1,000 USDC, 100 USDC of maintenance margin) with a given equity.
fn long(world: &World, equity: i64) -> Portfolio {
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(equity);
    world.buy(&mut p, 0, 100, 10 * USDC);
    p
}

/// I40 to I45, in numbers.
#[test]
fn a_liquidation_in_numbers() {
    let world = plain();
    let i = world.instrument(0).0;
    // Equity 80 of 100: the shortfall is a fifth, the discount 0.5 % + 0.9 % = 1.4 %, 0.14 USDC a lot. Half the margin a lot
    // frees is 0.5 USDC: more. After n lots: 80 − 0.14·n against 1.05·(100 − n): n ≥ 25 / 0.91 = 27.47.
    let mut account = long(&world, 80 * USDC);
    let taken = take_over(&world.board, &mut account, i, Lots::new(100), NOW).unwrap();
    assert_eq!(taken.fill, Fill { lots: Lots::new(-28), value: QuoteNative::new(-280 * USDC + 3_920_000) });
    assert_eq!(
        (taken.mark_value.get(), taken.discount.get(), taken.insurance.get()),
        (280 * USDC, 3_920_000, 1_176_000)
    );
    assert_eq!((taken.after.equity.get(), taken.after.maintenance.get()), (80 * USDC - 3_920_000, 72 * USDC));
    // Fewer on request.
    let taken = take_over(&world.board, &mut long(&world, 80 * USDC), i, Lots::new(10), NOW).unwrap();
    assert_eq!((taken.fill.lots.get(), taken.discount.get()), (-10, 1_400_000));
    // φ binds where a lot's margin is small against its value.
    let mut thin = plain();
    thin.board.params.discount_base = Ppm::new(100_000);
    thin.board.params.discount_max = Ppm::new(200_000);
    let taken = take_over(&thin.board, &mut long(&thin, -5 * USDC), i, Lots::new(100), NOW).unwrap();
    assert_eq!((taken.fill.lots.get(), taken.discount.get()), (-100, 50 * USDC));
    assert_eq!((taken.after.equity.get(), taken.after.maintenance.get()), (-55 * USDC, 0));
}

/// What one side gives the other takes, and the insurance fund gets its part, whatever the liquidator's position limit is.
#[test]
fn a_takeover_moves_what_it_says() {
    let mut world = plain();
    world.board.instruments[0].limits.max_position = Lots::new(100);
    let i = world.instrument(0).0;
    let mut account = long(&world, 80 * USDC);
    let mut liquidator = long(&world, 500 * USDC);
    let taken = take_over(&world.board, &mut account.clone(), i, Lots::new(100), NOW).unwrap();
    let cash = |p: &Portfolio| p.cash.get() + p.position(i).unwrap().quote.get();
    let before = cash(&account) + cash(&liquidator);
    let moved = taken.apply(&world.board, i, &mut account, &mut liquidator, NOW).unwrap();
    let filled = |before: i64, after: i64| Filled {
        settled: QuoteNative::ZERO,
        before: Lots::new(before),
        after: Lots::new(after),
    };
    assert_eq!((moved.account, moved.liquidator), (filled(100, 72), filled(100, 128)));
    assert_eq!((account.lots(i), liquidator.lots(i)), (Lots::new(72), Lots::new(128)));
    assert_eq!(require(&world.board, &account), taken.after);
    assert_eq!(require(&world.board, &liquidator), moved.required);
    assert_eq!(before - cash(&account) - cash(&liquidator), taken.insurance.get());

    let mut poor = Portfolio::zeroed();
    let refused = taken.apply(&world.board, i, &mut long(&world, 80 * USDC), &mut poor, NOW);
    assert!(matches!(refused, Err(RiskError::BelowInitialMargin { .. })), "{refused:?}");
}

/// I40, I43.
#[test]
fn what_is_not_to_be_liquidated_is_refused() {
    let mut world = plain();
    let i = *world.instrument(0).0;
    let refuse = |world: &World, mut account: Portfolio, lots: i64| {
        take_over(&world.board, &mut account, &i, Lots::new(lots), NOW).unwrap_err()
    };
    let healthy = RiskError::NotLiquidatable { equity: 100 * USDC, maintenance: 100 * USDC };
    assert_eq!(refuse(&world, long(&world, 100 * USDC), 100), healthy);
    assert_eq!(refuse(&world, long(&world, 0), 0), RiskError::NothingToLiquidate);
    assert_eq!(refuse(&world, long(&world, 0), -1), RiskError::NothingToLiquidate);
    let mut other = Portfolio::zeroed();
    world.buy(&mut other, 1, 100, 10 * USDC);
    assert_eq!(refuse(&world, other, 1), RiskError::NothingToLiquidate);
    // A hedge is not broken: a token against the short perpetual.
    let mut hedged = Portfolio::zeroed();
    let u = world.board.underlying(0).unwrap();
    hedged.credit(0, &world.board.tokens[0], u, 1_000).unwrap();
    hedged.cash = QuoteNative::new(-990 * USDC);
    world.buy(&mut hedged, 0, -100, 10 * USDC);
    let broken = refuse(&world, hedged, 100);
    assert!(matches!(broken, RiskError::LiquidationDoesNotHelp { .. }), "{broken:?}");
    // Only the leg's own price has to be fresh.
    let mut both = long(&world, 80 * USDC);
    world.buy(&mut both, 1, 10, 10 * USDC);
    world.board.underlyings[1].publish_time = NOW - 1_000_000;
    take_over(&world.board, &mut both.clone(), &i, Lots::new(100), NOW).unwrap();
    world.board.underlyings[0].publish_time = NOW - 11;
    assert_eq!(refuse(&world, both, 100), RiskError::StalePrice { underlying: 0, age: 11, limit: 10 });
}

/// I46.
#[test]
fn dust_closes_whole() {
    let mut world = plain();
    let i = *world.instrument(0).0;
    // At equity 5 of 100: 4.775 %, 0.4775 USDC a lot; 100 / 0.5725 is beyond 100 lots, so equity must be a little larger for
    // 95 lots to do: at 50, 2.75 %, 0.275 a lot, 55 / 0.775 = 70.97 lots.
    let lots = |world: &World, most: i64| {
        take_over(&world.board, &mut long(world, 50 * USDC), &i, Lots::new(most), NOW).unwrap().fill.lots.get()
    };
    assert_eq!(lots(&world, 100), -71);
    world.board.params.dust_value = QuoteNative::new(290 * USDC);
    assert_eq!(lots(&world, 100), -71);
    world.board.params.dust_value = QuoteNative::new(290 * USDC + 1);
    assert_eq!(lots(&world, 100), -100);
    // Who asked for less is not given more.
    assert_eq!(lots(&world, 99), -71);
}
