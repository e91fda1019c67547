//! Liquidation in numbers, on a board for mental arithmetic: 10 USDC a lot, 1 USDC of maintenance margin.

use super::{
    efficiency::Market,
    slice::{Done, done, require, rich, room},
    world::{LAST, NOW, USDC, World, group, plain},
};
use crate::{
    Fill, Instrument, Kind, Lots, MAX_HELD, Portfolio, PositionKey, Ppm, QuoteNative, RiskError, Side,
    guard::flag,
    liquidation::{CountedRatio, Episode, FRACTION_ONE, LegMoved, Legs, Request, close_on_book, measure, slice},
    margin::check,
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

/// A long of 100 lots (1,000 USDC, 100 USDC of maintenance margin) with a given equity.
fn long(world: &World, equity: i64) -> Portfolio {
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(equity);
    world.buy(&mut p, 0, 100, 10 * USDC);
    p
}

fn liquidate(world: &World, account: &Portfolio, request: &Request) -> Result<Done, RiskError> {
    done(&world.board, account, &mut Episode::zeroed(), request)
}

fn all_of(world: &World, account: &Portfolio) -> Done {
    liquidate(world, account, &Request::ALL).unwrap()
}

/// Lots taken of each position, signed as it was.
fn lots(done: &Done) -> Vec<i64> {
    let of = |leg: &LegMoved| match leg {
        LegMoved::Position { lots, .. } => lots.get(),
        LegMoved::Token { .. } => 0,
    };
    done.legs.iter().map(of).filter(|lots| *lots != 0).collect()
}

fn only(world: &World, account: &Portfolio, instruments: &[u16]) -> Request {
    let mut legs = Legs::default();
    for index in instruments {
        legs.add(account, world.instrument(*index).0);
    }
    Request { legs, most: Ppm::ONE }
}

fn at_most(most: u32) -> Request {
    Request { most: Ppm::new(most), ..Request::ALL }
}

/// A dated future on underlying 0, of the perpetual's size, at an index; its underlying's calendar charge is 1.25 %.
fn list_future(world: &mut World, index: u16, lot_units: i64) {
    world.board.underlyings[0].params.calendar = Ppm::new(12_500);
    let perpetual = *world.instrument(0).0;
    world.list(Instrument {
        index,
        kind: Kind::Future as u8,
        expiry: NOW + 30 * 86_400,
        lot_units: crate::UnitsPerLot::new(lot_units),
        delta_units: crate::UnitsPerLot::new(lot_units),
        limits: super::world::limits(Lots::new(10_000)),
        ..perpetual
    });
    world.board.reprice(0).unwrap();
}

/// I40 to I45, in numbers.
#[test]
fn a_liquidation_in_numbers() {
    let world = plain();
    // Equity 80 of 100: the shortfall is a fifth, the share of what is freed 15 % + 7 % = 22 %, below half of the 80 % that equity
    // covers. After n lots: 80 − 0.22·n against 1.05·(100 − n): n ≥ 25 / 0.83 = 30.1.
    let did = all_of(&world, &long(&world, 80 * USDC));
    assert_eq!(lots(&did), [31]);
    assert_eq!((did.slice.payment.discount.get(), did.slice.payment.insurance.get()), (6_820_000, 2_046_000));
    let after = did.sliced.account;
    assert_eq!((after.equity.get(), after.maintenance.get()), (80 * USDC - 6_820_000, 69 * USDC));
    // Fewer on request.
    let did = liquidate(&world, &long(&world, 80 * USDC), &at_most(100_000)).unwrap();
    assert_eq!((lots(&did), did.slice.payment.discount.get()), (vec![10], 2_200_000));
    // A bankrupt account pays nothing, and is taken over whole.
    let did = all_of(&world, &long(&world, -5 * USDC));
    assert_eq!((lots(&did), did.slice.payment.discount.get()), (vec![100], 0));
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (-5 * USDC, 0));
}

/// I42, I448. The share rises with the time since the notice, and falls with the least equity of the last ten minutes.
#[test]
fn a_discount_in_numbers() {
    let world = plain();
    let paid = |episode: Episode| {
        let did = done(&world.board, &long(&world, 80 * USDC), &mut { episode }, &at_most(100_000)).unwrap();
        did.slice.payment.discount.get()
    };
    let noticed = |ago: i64| Episode { noticed_at: NOW - ago, seen_at: NOW - ago.min(300), ..Episode::zeroed() };
    assert_eq!(paid(Episode::zeroed()), 2_200_000);
    // After two minutes the shortfall of a fifth is still more; after five it is half of the way to 50 %.
    assert_eq!(paid(noticed(120)), 2_200_000);
    assert_eq!(paid(noticed(300)), 3_250_000);
    // After ten minutes half of what is freed would be paid; equity covers 80 %, half of which is 40 %.
    assert_eq!(paid(noticed(600)), 4_000_000);
    // A notice that nobody confirmed for more than five minutes counts no more.
    let dropped = Episode { noticed_at: NOW - 600, seen_at: NOW - 301, ..Episode::zeroed() };
    assert_eq!(paid(dropped), 2_200_000);
    // Ten minutes ago equity was a tenth, and liquidations have raised it since: half of that tenth is the most.
    let left = CountedRatio { ratio: Ppm::new(100_000), left: Ppm::new(800_000) };
    let low = |ago: i64| Episode { equity: left, counted_at: NOW - ago, ..Episode::zeroed() };
    assert_eq!((paid(low(600)), paid(low(601))), (500_000, 2_200_000));
}

/// I449. A notice runs while somebody confirms it, and ends when the account is at the buffer.
#[test]
fn a_notice_in_numbers() {
    let world = plain();
    let at = |equity: i64| require(&world.board, &long(&world, equity));
    let params = &world.board.params;
    let mut e = Episode::zeroed();
    e.observe(&at(100 * USDC), params, NOW).unwrap();
    assert_eq!(e, Episode::zeroed());
    e.observe(&at(99 * USDC), params, NOW).unwrap();
    e.observe(&at(90 * USDC), params, NOW + 300).unwrap();
    assert_eq!((e.noticed_at, e.seen_at, e.noticed_for(NOW + 600)), (NOW, NOW + 300, 600));
    assert!(!e.notice_runs(NOW + 601) && e.noticed_for(NOW + 601) == 0);
    // Not healthy yet: nothing changes.
    let before = e;
    e.observe(&at(105 * USDC - 1), params, NOW + 400).unwrap();
    assert_eq!(e, before);
    e.observe(&at(99 * USDC), params, NOW + 700).unwrap();
    assert_eq!((e.noticed_at, e.seen_at), (NOW + 700, NOW + 700));
    e.equity.ratio = Ppm::new(5);
    e.observe(&at(105 * USDC), params, NOW + 701).unwrap();
    assert_eq!(e, Episode::zeroed());
    // A seized account is in other hands.
    let seized = Episode { seized_at: NOW, noticed_at: NOW, ..Episode::zeroed() };
    let mut e = seized;
    e.observe(&at(200 * USDC), params, NOW + 1).unwrap();
    assert_eq!(e, seized);
}

/// I44. What one side gives the other takes, and the insurance fund gets its part, whatever the liquidator's position limit is.
#[test]
fn a_slice_moves_what_it_says() {
    let mut world = plain();
    world.board.instruments[0].limits.max_position = Lots::new(100);
    let i = world.instrument(0).0;
    let (mut account, mut liquidator) = (long(&world, 80 * USDC), long(&world, 500 * USDC));
    let cash = |p: &Portfolio| p.cash.get() + p.position(i).unwrap().quote.get();
    let before = cash(&account) + cash(&liquidator);
    let mut room = room();
    let found = slice(&world.board, &account, &mut Episode::zeroed(), QuoteNative::ZERO, &Request::ALL, NOW, &mut room)
        .unwrap();
    let mut moved = vec![];
    let book = |leg: &LegMoved| {
        moved.push(*leg);
        Ok::<(), RiskError>(())
    };
    let sliced = found.apply(&world.board, &room, &mut account, &mut liquidator, NOW, book).unwrap();
    let [LegMoved::Position { lots, value, account: given, liquidator: taken, instrument: 0 }] = moved[..] else {
        unreachable!("{moved:?}")
    };
    assert_eq!((lots.get(), value.get()), (31, 310 * USDC));
    assert_eq!((given.before.get(), given.after.get()), (100, 69));
    assert_eq!((taken.before.get(), taken.after.get()), (100, 131));
    assert_eq!((account.lots(i), liquidator.lots(i)), (Lots::new(69), Lots::new(131)));
    assert_eq!(require(&world.board, &account), sliced.account);
    assert_eq!(require(&world.board, &liquidator), sliced.liquidator);
    assert_eq!(before - cash(&account) - cash(&liquidator), found.payment.insurance.get());

    let (mut account, mut poor) = (long(&world, 80 * USDC), Portfolio::zeroed());
    let refused = found.apply(&world.board, &room, &mut account, &mut poor, NOW, |_| Ok::<(), RiskError>(()));
    assert!(matches!(refused, Err(RiskError::BelowInitialMargin { .. })), "{refused:?}");
}

/// I40, I43.
#[test]
fn what_is_not_to_be_liquidated_is_refused() {
    let mut world = plain();
    let refuse =
        |world: &World, account: &Portfolio, request: &Request| liquidate(world, account, request).err().unwrap();
    let healthy = RiskError::NotLiquidatable { equity: 100 * USDC, maintenance: 100 * USDC };
    assert_eq!(refuse(&world, &long(&world, 100 * USDC), &Request::ALL), healthy);
    let poor = long(&world, 0);
    assert_eq!(refuse(&world, &poor, &at_most(0)), RiskError::NothingToLiquidate);
    let nothing = Request { legs: Legs::default(), most: Ppm::ONE };
    assert_eq!(refuse(&world, &poor, &nothing), RiskError::NothingToLiquidate);
    assert_eq!(refuse(&world, &poor, &only(&world, &poor, &[1])), RiskError::NothingToLiquidate);
    // A hedge is not broken: a token against the short perpetual.
    let mut hedged = Portfolio::zeroed();
    let u = world.board.underlying(0).unwrap();
    hedged.credit(0, &world.board.tokens[0], u, 1_000).unwrap();
    hedged.cash = QuoteNative::new(-990 * USDC);
    world.buy(&mut hedged, 0, -100, 10 * USDC);
    assert_eq!(
        refuse(&world, &hedged, &only(&world, &hedged, &[0])),
        RiskError::LiquidationDoesNotHelp { before: 50 * USDC, after: 150 * USDC }
    );
    // What would not move the account: less than 2 % of the margin, and less than the dust value.
    let least = RiskError::SliceTooSmall { freed: USDC, least: 10 * USDC };
    assert_eq!(refuse(&world, &long(&world, 0), &at_most(10_000)), least);
    // Only what is moved has to be fresh.
    let mut both = long(&world, 80 * USDC);
    world.buy(&mut both, 1, 10, 10 * USDC);
    world.board.underlyings[1].publish_time = NOW - 1_000_000;
    assert_eq!(lots(&all_of(&world, &both)), [45]);
    world.board.underlyings[0].publish_time = NOW - 11;
    let stale = RiskError::StalePrice { underlying: 0, age: 11, limit: 5 };
    assert_eq!(refuse(&world, &both, &Request::ALL), stale);
}

/// I46. Below the dust value an account is liquidated whole or not at all.
#[test]
fn dust_goes_whole() {
    let mut world = plain();
    let taken =
        |world: &World, request: &Request| liquidate(world, &long(world, 90 * USDC), request).map(|did| lots(&did));
    world.board.params.dust_value = QuoteNative::new(100 * USDC);
    assert_eq!(taken(&world, &Request::ALL), Ok(vec![18]));
    world.board.params.dust_value = QuoteNative::new(100 * USDC + 1);
    assert_eq!(taken(&world, &Request::ALL), Ok(vec![100]));
    let small = RiskError::SliceTooSmall { freed: 0, least: 100 * USDC };
    assert_eq!(taken(&world, &at_most(999_999)), Err(small));
}

/// I451. Two opposite risks of a product group: one leg alone raises the risk of the other where the offset is above one half; both
/// together are a smaller book of the same kind. At an offset of 0.6 the pair requires 0.4 · 200 = 80 USDC.
#[test]
fn a_group_pair_is_one_slice() {
    let mut world = plain();
    world.board.groups[0] = group(Ppm::new(600_000));
    for u in &mut world.board.underlyings[..2] {
        u.group = 1;
    }
    world.reprice(0, USDC);
    world.reprice(1, USDC);
    let pair = |equity: i64| {
        let mut p = long(&world, equity);
        world.buy(&mut p, 1, -100, 10 * USDC);
        p
    };
    for equity in [40 * USDC, -13_118_000] {
        for leg in [0, 1] {
            let refused = liquidate(&world, &pair(equity), &only(&world, &pair(equity), &[leg])).err();
            let expected = RiskError::LiquidationDoesNotHelp { before: 80 * USDC, after: 100 * USDC };
            assert_eq!(refused, Some(expected));
        }
    }
    // Equity covers a half: 25 % of what is freed. (1.05 · 80 − 40) / ((1.05 − 0.25) · 80) = 68.75 %.
    let did = all_of(&world, &pair(40 * USDC));
    assert_eq!(lots(&did), [69, -69]);
    assert_eq!(did.slice.payment.discount.get(), 13_800_000);
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (26_200_000, 24_800_000));
    // The bankrupt pair goes whole, at the marks.
    let did = all_of(&world, &pair(-13_118_000));
    assert_eq!((lots(&did), did.slice.fraction), (vec![100, -100], FRACTION_ONE));
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (-13_118_000, 0));
}

/// I451. A perpetual against a dated future: the pair requires its calendar charge alone, and goes whole where it is bankrupt.
#[test]
fn a_basis_book_is_one_slice() {
    let mut world = plain();
    list_future(&mut world, 2, 10);
    let mut p = long(&world, 0);
    world.buy(&mut p, 2, -100, 10 * USDC);
    p.cash = QuoteNative::new(-44_500_000);
    let before = require(&world.board, &p);
    assert_eq!((before.equity.get(), before.maintenance.get()), (-44_500_000, 12_500_000));
    for leg in [0, 2] {
        let refused = liquidate(&world, &p, &only(&world, &p, &[leg])).err();
        let expected = RiskError::LiquidationDoesNotHelp { before: 12_500_000, after: 100 * USDC };
        assert_eq!(refused, Some(expected));
    }
    let did = all_of(&world, &p);
    assert_eq!((lots(&did), did.slice.payment.discount.get()), (vec![100, -100], 0));
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (-44_500_000, 0));
}

/// I451. +100 against −60: margin is 40 of scan and 7.5 of calendar. Any fraction of both is a smaller book of the same kind, so that
/// what is asked for is taken, all or half.
#[test]
fn an_uneven_pair_is_one_slice() {
    let mut world = plain();
    list_future(&mut world, 2, 10);
    let mut p = long(&world, 40 * USDC);
    world.buy(&mut p, 2, -60, 10 * USDC);
    assert_eq!(require(&world.board, &p).maintenance.get(), 47_500_000);
    let did = all_of(&world, &p);
    // Equity is 84.2 % of margin: 20.5 % of what is freed. 9.875 / (0.8447 · 47.5) = 24.6 %.
    assert_eq!(lots(&did), [24, -14]);
    assert_eq!(did.slice.payment.discount.get(), 2_411_840);
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (37_588_160, 35_750_000));
    let half = liquidate(&world, &p, &at_most(500_000)).unwrap();
    assert_eq!(lots(&half), lots(&did));
    // Bankrupt, half is half and all is all.
    p.cash = QuoteNative::new(-USDC);
    let half = liquidate(&world, &p, &at_most(500_000)).unwrap();
    assert_eq!((lots(&half), half.sliced.account.maintenance.get()), (vec![50, -30], 23_750_000));
    assert_eq!(lots(&all_of(&world, &p)), [100, -60]);
}

/// I447. Equity 38 of 471: a discount is a part of the equity that covers what is freed, so that nobody goes under by it.
#[test]
fn no_discount_makes_an_account_bankrupt() {
    let world = plain();
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(38 * USDC);
    world.buy(&mut p, 0, 471, 10 * USDC);
    let did = all_of(&world, &p);
    // Equity covers 8.0679 %: 4.0339 % of what is freed. (494.55 − 38) / ((1.05 − 0.040339) · 471) = 96.004 %.
    assert_eq!((lots(&did), did.slice.payment.discount.get()), (vec![453], 18_273_567));
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (19_726_433, 18 * USDC));
}

/// I236, I451. Tokens hedged by a short perpetual, of an account that owes: tokens and short go together, for the liquidator's cash.
#[test]
fn tokens_and_their_hedge_are_one_slice() {
    let world = plain();
    let mut p = Portfolio::zeroed();
    let u = world.board.underlying(0).unwrap();
    p.credit(0, &world.board.tokens[0], u, 1_000).unwrap();
    p.cash = QuoteNative::new(-975 * USDC);
    world.buy(&mut p, 0, -100, 10 * USDC);
    let before = require(&world.board, &p);
    assert_eq!((before.equity.get(), before.maintenance.get()), (25 * USDC, 50 * USDC));
    let did = all_of(&world, &p);
    // (52.5 − 25) / ((1.05 − 0.25) · 50) = 68.75 %.
    assert_eq!((lots(&did), did.account.balance(0), did.liquidator.balance(0)), (vec![-69], 310, 690));
    assert_eq!(did.slice.payment.discount.get(), 8_625_000);
    assert_eq!((did.sliced.account.equity.get(), did.sliced.account.maintenance.get()), (16_375_000, 15_500_000));
    let paid = 690 * USDC - 8_625_000 + 2_587_500;
    assert_eq!(rich().cash.get() - did.liquidator.cash.get(), paid);

    // For cash that the liquidator has, and for no other.
    let mut room = room();
    let found =
        slice(&world.board, &p, &mut Episode::zeroed(), QuoteNative::ZERO, &Request::ALL, NOW, &mut room).unwrap();
    let mut poor = Portfolio { cash: QuoteNative::new(paid - 1), ..Portfolio::zeroed() };
    let refused = found.apply(&world.board, &room, &mut p.clone(), &mut poor, NOW, |_| Ok::<(), RiskError>(()));
    assert_eq!(refused, Err(RiskError::InsufficientCash { needed: paid, available: paid - 1 }));
}

/// A rest below a delta unit goes with all, at its price; one that is worth less than a unit of quote goes for nothing.
#[test]
fn a_rest_below_a_delta_unit_goes_too() {
    let mut world = plain();
    world.board.tokens[0].atoms_per_unit = 10_000_000;
    let u = *world.board.underlying(0).unwrap();
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(-5 * USDC);
    p.credit(0, &world.board.tokens[0], &u, 9_999_999).unwrap(); // not quite a unit, of 1 USDC
    let did = all_of(&world, &p);
    assert_eq!(did.legs, [LegMoved::Token { token: 0, amount: 9_999_999, value: QuoteNative::new(999_999) }]);
    assert_eq!(did.sliced.account.equity.get(), -5 * USDC + 999_999);
    assert!(did.account.has_no_holdings());
}

/// I452. A coarse lot against fine ones: nothing of the pair moves or all of it, whatever the fraction.
#[test]
fn a_coarse_lot_goes_with_its_hedge() {
    let mut world = plain();
    list_future(&mut world, 2, 100);
    let mut p = Portfolio::zeroed();
    world.buy(&mut p, 2, 1, 100 * USDC);
    world.buy(&mut p, 0, -10, 10 * USDC);
    p.cash = QuoteNative::new(USDC);
    world.board.params.dust_value = QuoteNative::ZERO;
    assert_eq!(require(&world.board, &p).maintenance.get(), 1_250_000);
    let mut taken = lots(&all_of(&world, &p));
    taken.sort_unstable();
    assert_eq!(taken, [-10, 1]);
    let refused = liquidate(&world, &p, &at_most(400_000)).err();
    assert_eq!(refused, Some(RiskError::LiquidationDoesNotHelp { before: 1_250_000, after: 1_250_000 }));
}

/// I453. A leg whose price nobody can refresh stays and blocks nothing, unless it needs as much alone as all does: then it is what the
/// others hedge.
#[test]
fn what_cannot_move_stays() {
    let mut world = plain();
    let mut p = long(&world, 80 * USDC);
    world.buy(&mut p, 1, 50, 10 * USDC);
    world.board.underlyings[1].publish_time = NOW - 131;
    let did = all_of(&world, &p);
    assert_eq!((lots(&did), did.account.lots(world.instrument(1).0).get()), (vec![99], 50));
    let whole = Legs::ALL;
    assert_eq!(whole.require_whole(&world.board, &p, NOW), Ok(()));
    assert_eq!(only(&world, &p, &[0]).legs.require_whole(&world.board, &p, NOW), Ok(()));
    assert_eq!(
        only(&world, &p, &[1]).legs.require_whole(&world.board, &p, NOW),
        Err(RiskError::PositionMissing { instrument: 0 })
    );
    // Hedged by a group of 0.9: what cannot move requires 50 alone, the whole less.
    world.board.groups[0] = group(Ppm::new(900_000));
    for u in &mut world.board.underlyings[..2] {
        u.group = 1;
    }
    let mut pair = Portfolio::zeroed();
    world.buy(&mut pair, 0, 50, 10 * USDC);
    world.buy(&mut pair, 1, -50, 10 * USDC);
    let refused = liquidate(&world, &pair, &Request::ALL).err().unwrap();
    assert_eq!(refused, RiskError::StalePrice { underlying: 1, age: 131, limit: 5 });
}

/// I506. Equity 80 of 100 at the prices before; a print of the other underlying at a tenth of its price makes it 71 of 101. While that
/// print is not believed nobody takes a lot of either leg by it, in a slice or on the book; nor is a notice given. Once it is, or its
/// feed is dead, liquidations go on.
#[test]
fn a_print_that_is_not_believed_judges_nobody() {
    let mut world = plain();
    let mut p = long(&world, 115 * USDC);
    world.buy(&mut p, 1, 10, 10 * USDC);
    assert!(!require(&world.board, &p).is_liquidatable());
    world.reprice(1, USDC / 10);
    assert!(require(&world.board, &p).is_liquidatable());
    world.board.underlyings[1].guards.flags = flag::VOLATILE;
    let refused = Some(RiskError::PriceTooVolatile { underlying: 1, price: USDC / 10, since: 0 });
    for request in [Request::ALL, only(&world, &p, &[0]), only(&world, &p, &[1])] {
        assert_eq!(liquidate(&world, &p, &request).err(), refused);
    }
    let on_book = |world: &World| {
        let (i, most) = (world.instrument(0).0, Lots::new(100));
        close_on_book(&world.board, &p, &mut Episode::zeroed(), i, most, Ppm::ZERO, NOW, &mut room()).err()
    };
    assert_eq!(on_book(&world), refused);
    assert_eq!(measure(&world.board, &p, NOW).err(), refused);
    world.board.underlyings[1].guards.flags = 0;
    assert!(liquidate(&world, &p, &only(&world, &p, &[0])).is_ok() && on_book(&world).is_none());
    // The feed died with that print: its leg stays.
    (world.board.underlyings[1].guards.flags, world.board.underlyings[1].publish_time) = (flag::VOLATILE, NOW - 131);
    assert!(liquidate(&world, &p, &Request::ALL).is_ok() && on_book(&world).is_none());
}

/// I507. A liquidator pays for tokens with what is its own: an open loss of another position and interest due are not.
#[test]
fn tokens_are_not_paid_for_with_what_is_owed() {
    let mut world = plain();
    let u = *world.board.underlying(0).unwrap();
    let mut p = Portfolio { cash: QuoteNative::new(-975 * USDC), ..Portfolio::zeroed() };
    p.credit(0, &world.board.tokens[0], &u, 1_000).unwrap();
    let mut room = room();
    let found =
        slice(&world.board, &p, &mut Episode::zeroed(), QuoteNative::ZERO, &Request::ALL, NOW, &mut room).unwrap();
    let buys = |world: &World, lots: i64, cash: i64| {
        let mut own = Portfolio { cash: QuoteNative::new(cash), ..Portfolio::zeroed() };
        if lots != 0 {
            world.buy(&mut own, 1, lots, 11 * USDC); // a dollar a lot lost
        }
        found.apply(&world.board, &room, &mut p.clone(), &mut own, NOW, |_| Ok::<(), RiskError>(())).map(|_| own)
    };
    let cost = 5_000 * USDC - buys(&world, 0, 5_000 * USDC).unwrap().cash.get();
    assert!(cost > 900 * USDC);
    assert!(buys(&world, 100, cost + 100 * USDC).is_ok());
    let short = |available| Some(RiskError::InsufficientCash { needed: cost, available });
    assert_eq!(buys(&world, 100, cost + 100 * USDC - 1).err(), short(cost - 1));
    assert_eq!(buys(&world, 100, cost).err(), short(cost - 100 * USDC));
    world.board.interest.params.max_owed = Ppm::new(900_000);
    assert_eq!(buys(&world, 100, cost).err(), short(cost - 100 * USDC), "whatever may be borrowed otherwise");
}

/// I508. A resting bid for an option whose array is stale asks for none, whichever leg of the underlying moves; with a lot it does.
#[test]
fn a_resting_bid_asks_for_no_array() {
    let mut market = Market::new();
    let future = *market.instrument("future 30");
    let call = *market.instrument("call 30 60000");
    market.world.board.instruments[usize::from(call.index)].option.time = 1;
    let mut p = Portfolio::zeroed();
    p.slot(&future).unwrap().lots = Lots::new(100);
    p.slot(&call).unwrap().add_order(Side::Bid, false, Lots::new(1), QuoteNative::new(1)).unwrap();
    p.cash = QuoteNative::new(-1 - require(&market.world.board, &p).equity.get());
    let did = liquidate(&market.world, &p, &Request::ALL).unwrap();
    assert_eq!(did.account.lots(&future), Lots::ZERO);
    p.slot(&call).unwrap().lots = Lots::new(1);
    assert!(matches!(liquidate(&market.world, &p, &Request::ALL).err(), Some(RiskError::StaleRiskArray { .. })));
}

/// I501. Long 1.1M of one underlying against 660,000 of another, both 10 % lower. With one of the two prices posted equity is 302,000 of
/// 316,800; with both it is 368,000 of 297,000. Nobody liquidates the first account by leaving the other price out.
#[test]
fn a_price_that_was_left_out_is_refreshed_first() {
    let mut world = plain();
    for (u, range) in world.board.underlyings.iter_mut().zip([120_000, 300_000]) {
        u.params.scan_range = Ppm::new(range);
    }
    world.reprice(1, USDC);
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(412_000 * USDC);
    world.buy(&mut p, 0, 110_000, 10 * USDC);
    world.buy(&mut p, 1, -66_000, 10 * USDC);
    world.reprice(0, 900_000);
    let found = require(&world.board, &p);
    assert_eq!((found.equity.get(), found.maintenance.get()), (302_000 * USDC, 316_800 * USDC));
    for age in [6, 125] {
        world.board.underlyings[1].publish_time = NOW - age;
        for request in [Request::ALL, only(&world, &p, &[0]), only(&world, &p, &[1])] {
            let refused = liquidate(&world, &p, &request).err();
            assert_eq!(refused, Some(RiskError::StalePrice { underlying: 1, age, limit: 5 }));
        }
    }
    // Two minutes more and the feed is dead: its leg stays, and blocks nothing.
    world.board.underlyings[1].publish_time = NOW - 126;
    assert!(lots(&all_of(&world, &p)).iter().all(|lots| *lots > 0));
    // What is settled needs no price.
    world.board.underlyings[1].publish_time = NOW - 11;
    let mut settled = World::of(world.board.clone());
    (settled.board.instruments[1].settled, settled.board.instruments[1].delta_units) = (1, crate::UnitsPerLot::new(0));
    settled.board.instruments[1].fixed = settled.board.instruments[1].mark;
    assert!(!matches!(liquidate(&settled, &p, &Request::ALL).err(), Some(RiskError::StalePrice { .. })));
    world.reprice(1, 900_000);
    let found = require(&world.board, &p);
    assert_eq!((found.equity.get(), found.maintenance.get()), (368_000 * USDC, 297_000 * USDC));
    assert!(matches!(liquidate(&world, &p, &Request::ALL).err(), Some(RiskError::NotLiquidatable { .. })));
}

/// I502. Eleven lots of 10,000 units each, and 100 options of 100 units. Half of them is six coarse lots, which is half a lot too much:
/// options at the money make up for it, so far as they can. A tail of little delta is cut in proportion, whatever the coarse lots
/// leave; before, none of it or all of it went.
#[test]
fn a_tail_is_cut_in_proportion() {
    let mut market = Market::new();
    let coarse = crate::UnitsPerLot::new(10_000);
    let future = *market.instrument("future 30");
    let index = 40;
    let limits = super::world::limits(Lots::new(20));
    market.world.list(Instrument { index, lot_units: coarse, delta_units: coarse, limits, ..future });
    market.world.board.reprice(0).unwrap();
    let taken = |option: &str, most| {
        let mut p = Portfolio::zeroed();
        p.slot(market.world.instrument(index).0).unwrap().lots = Lots::new(11);
        p.slot(market.instrument(option)).unwrap().lots = Lots::new(100);
        p.cash = QuoteNative::new(-1 - require(&market.world.board, &p).equity.get());
        let did = liquidate(&market.world, &p, &at_most(most)).unwrap();
        assert_eq!(did.slice.payment.discount.get(), 0);
        let left = |i: &Instrument| did.account.lots(i).get();
        (11 - left(market.world.instrument(index).0), 100 - left(market.instrument(option)))
    };
    // Of 0.16 and of 0.53 delta.
    assert_eq!((taken("call 30 72000", 500_000), taken("call 30 60000", 500_000)), ((6, 50), (6, 0)));
    assert_eq!((taken("call 30 72000", 400_000), taken("call 30 60000", 400_000)), ((4, 40), (4, 100)));
    assert_eq!(taken("put 30 48000", 500_000), (6, 50));
}

/// I454. Hedged pairs, tokens that carry no margin and settled legs add nothing to what a slice costs.
#[test]
fn what_frees_nothing_costs_nothing() {
    let mut world = plain();
    world.board.tokens[0].params.haircut = Ppm::ZERO;
    list_future(&mut world, 2, 10);
    world.board.underlyings[0].params.calendar = Ppm::ZERO;
    world.board.reprice(0).unwrap();
    let plain_slice = all_of(&world, &long(&world, 80 * USDC));
    // A pair of 1,000 lots beside it: twenty times the gross value.
    let mut padded = long(&world, 80 * USDC);
    world.buy(&mut padded, 0, 1_000, 10 * USDC);
    world.buy(&mut padded, 2, -1_000, 10 * USDC);
    let did = all_of(&world, &padded);
    assert!(did.slice.payment.discount <= plain_slice.slice.payment.discount);
    // A settled leg beside it.
    let mut padded = long(&world, 80 * USDC);
    world.buy(&mut padded, 2, 1_000, 10 * USDC);
    (world.board.instruments[2].settled, world.board.instruments[2].delta_units) = (1, crate::UnitsPerLot::new(0));
    let did = all_of(&world, &padded);
    assert_eq!(did.slice.payment, plain_slice.slice.payment);
    assert_eq!(did.account.lots(world.instrument(2).0).get(), 1_000);
}

/// I455. At most 48 positions hold lots; more slots may have orders, and what closes or adds is never refused for it.
#[test]
fn at_most_48_positions_hold_lots() {
    let mut world = plain();
    let perpetual = *world.instrument(0).0;
    for index in 2..60 {
        world.list(Instrument { index, ..perpetual });
    }
    world.board.reprice(0).unwrap();
    let mut p = Portfolio::zeroed();
    for index in 2..60 {
        let slot = p.slot(world.instrument(index).0).unwrap();
        slot.add_order(Side::Bid, false, Lots::new(1), QuoteNative::new(1)).unwrap();
    }
    let fill = |p: &mut Portfolio, index: u16, lots: i64| {
        let (i, u) = world.instrument(index);
        p.fill(i, u, Fill { lots: Lots::new(lots), value: QuoteNative::new(lots * 10 * USDC) }).map(|_| ())
    };
    for index in 2..50 {
        fill(&mut p, index, 1).unwrap();
    }
    assert_eq!(p.held_positions(), MAX_HELD);
    let full = Err(RiskError::TooManyPositions { limit: 48 });
    assert_eq!(fill(&mut p.clone(), 50, 1), full);
    let (i, u) = world.instrument(51);
    let taken = Fill { lots: Lots::new(1), value: QuoteNative::new(USDC) };
    assert_eq!(p.clone().fill_takeover(i, u, taken).map(|_| ()), full);
    fill(&mut p, 2, 1).unwrap();
    fill(&mut p, 2, -5).unwrap();
    fill(&mut p, 2, 3).unwrap();
    fill(&mut p, 50, 1).unwrap();
    assert!(p.search(PositionKey::of(world.instrument(2).0)).is_ok(), "its order rests on");
    assert!(check(&world.board, &p, LAST).is_ok());
}
