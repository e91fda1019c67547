//! Closing a position on the order book: the size, the limit price, what it may cost, and what the caller is paid.

use super::{
    random::{Rng, cases},
    rational::{ppm, whole},
    slice::room,
    world::{NOW, Reach, USDC, World, plain},
};
use crate::{
    Board, Fill, Instrument, Lots, Portfolio, Ppm, Purpose, QuoteNative, Requirements, RiskError, Side, Ticks,
    guard::UnderlyingSet,
    liquidation::{
        BOOK_WINDOW_SECONDS, BookClose, BookClosed, BookWindow, CountedRatio, Episode, Request, Workspace,
        close_on_book, owners_share, slice,
    },
    margin::check,
    math::mul_ppm_ceil,
};
use bytemuck::Zeroable;
use core::cell::Cell;
use std::prelude::v1::*;

fn require(board: &Board, p: &Portfolio, i: &Instrument) -> Requirements {
    check(board, p, Purpose::Liquidation { now: NOW, moved: UnderlyingSet::one(i.underlying) }).unwrap()
}

fn close(
    board: &Board,
    account: &Portfolio,
    episode: &mut Episode,
    i: &Instrument,
    most: i64,
    fee: Ppm,
) -> Result<Order, RiskError> {
    let mut room = room();
    let close = close_on_book(board, account, episode, i, Lots::new(most), fee, NOW, &mut room)?;
    Ok(Order { close, room })
}

/// An order, and what its fills are judged with.
struct Order {
    close: BookClose,
    room: Box<Workspace>,
}

impl core::ops::Deref for Order {
    type Target = BookClose;

    fn deref(&self) -> &BookClose {
        &self.close
    }
}

impl Order {
    fn judge(&self, board: &Board, account: &Portfolio, penalties: QuoteNative) -> Result<BookClosed, RiskError> {
        self.close.judge(board, account, &mut Episode::zeroed(), penalties, &self.room)
    }
}

/// Fills lots at a price, the fee taken.
fn fill(board: &Board, account: &mut Portfolio, i: &Instrument, at: (Side, i64, Ticks), fee: Ppm) {
    let (side, lots, price) = at;
    let value = i.value_at(Lots::new(lots), price).unwrap();
    account.fill(i, board.underlying(i.underlying).unwrap(), Fill::of(side, Lots::new(lots), value)).unwrap();
    account.cash = account.cash.minus(mul_ppm_ceil(value, fee).unwrap()).unwrap();
}

/// Brings an account's equity to a ratio of its maintenance margin, in hundredths.
fn distress(board: &Board, account: &mut Portfolio, i: &Instrument, percent: i64) {
    let r = require(board, account, i);
    let target = (i128::from(r.maintenance.get()) * i128::from(percent) / 100) as i64;
    account.cash = QuoteNative::new(account.cash.get() + target - r.equity.get());
}

/// Long (or short) lots of the plain board's first perpetual, with equity of so many hundredths of its maintenance margin, a
/// dollar a lot.
fn outright(world: &World, lots: i64, percent: i64) -> Portfolio {
    let mut account = Portfolio::zeroed();
    world.buy(&mut account, 0, lots, 10 * USDC);
    distress(&world.board, &mut account, world.instrument(0).0, percent);
    account
}

/// I491, I492, I493. A hundred lots of ten dollars, a dollar of margin each, and 80 dollars of equity: δ is 22 %, so that 31 lots
/// reach the buffer of 5 % and D is 6.82. The caller's fifth of it leaves 5.456, 17.6 cents a lot.
#[test]
fn a_close_in_numbers() {
    let world = plain();
    let (board, i) = (&world.board, world.instrument(0).0);
    for (lots, side, limit) in [(100, Side::Ask, 9_824), (-100, Side::Bid, 10_176)] {
        let account = outright(&world, lots, 80);
        let mut episode = Episode::zeroed();
        let order = close(board, &account, &mut episode, i, i64::MAX, Ppm::ZERO).unwrap();
        assert_eq!((order.side, order.lots.get(), order.price.get()), (side, 31, limit));
        assert_eq!((episode.noticed_at, episode.equity.ratio), (NOW, Ppm::new(800_000)));

        // At the limit nothing is left beyond the reward; at the mark the reward is the same, and the account keeps the rest.
        for (price, spent) in [(limit, 5_456_000), (10_000, 0), (20_000 - limit, -5_456_000)] {
            let mut after = account;
            fill(board, &mut after, i, (side, 31, Ticks::new(price)), Ppm::ZERO);
            let closed = order.judge(board, &after, QuoteNative::ZERO).unwrap();
            assert_eq!((closed.discount.get(), closed.spent.get(), closed.reward.get()), (6_820_000, spent, 1_364_000));
            let lost = order.before.equity.get() - closed.after.equity.get();
            assert_eq!((lost, closed.after.maintenance.get()), (spent + 1_364_000, 69 * USDC));
            after.cash = QuoteNative::new(after.cash.get() - 1_364_000);
            assert_eq!(require(board, &after, i), closed.after);
        }
        // A fee of ten basis points leaves the caller less of D, and moves no limit that leaves room for it.
        let fee = Ppm::new(1_000);
        assert_eq!(close(board, &account, &mut Episode::zeroed(), i, i64::MAX, fee).unwrap().price.get(), limit);
        let mut after = account;
        fill(board, &mut after, i, (side, 31, Ticks::new(limit)), fee);
        let value = 31 * limit * 1_000;
        let closed = order.judge(board, &after, QuoteNative::ZERO).unwrap();
        assert_eq!(closed.spent.get(), 5_456_000 + value / 1_000);
        assert_eq!(closed.reward.get(), 1_364_000 - value / 1_000);
        // Half of the lots: half of D.
        let mut after = account;
        fill(board, &mut after, i, (side, 10, Ticks::new(limit)), Ppm::ZERO);
        let closed = order.judge(board, &after, QuoteNative::ZERO).unwrap();
        assert_eq!((closed.discount.get(), closed.reward.get()), (2_200_000, 440_000));
    }
}

/// I492. Penalties that makers pay are a gift: they pay for no worse fill.
#[test]
fn a_fill_beyond_the_discount_is_refused_whatever_was_given() {
    let world = plain();
    let (board, i) = (&world.board, world.instrument(0).0);
    let account = outright(&world, 100, 80);
    let order = close(board, &account, &mut Episode::zeroed(), i, 31, Ppm::ZERO).unwrap();
    let mut after = account;
    fill(board, &mut after, i, (Side::Ask, 31, Ticks::new(9_780)), Ppm::ZERO);
    assert_eq!(order.judge(board, &after, QuoteNative::ZERO).unwrap().reward.get(), 0, "31 · 0.22 is all of D");
    after.cash = QuoteNative::new(after.cash.get() - 1);
    let refused = RiskError::FillWorseThanLiquidation { cost: 6_820_001, allowed: 6_820_000 };
    assert_eq!(order.judge(board, &after, QuoteNative::ZERO), Err(refused));
    after.cash = QuoteNative::new(after.cash.get() + 1_000);
    assert_eq!(order.judge(board, &after, QuoteNative::new(1_000)), Err(refused));
}

/// I495. Without equity there is no discount: only what costs nothing, fee included, is filled, and nobody is paid.
#[test]
fn a_bankrupt_account_only_gains() {
    let world = plain();
    let (board, i) = (&world.board, world.instrument(0).0);
    let fee = Ppm::new(1_000);
    for (lots, side, limit) in [(100, Side::Ask, 10_011), (-100, Side::Bid, 9_990)] {
        for percent in [0, -50] {
            let account = outright(&world, lots, percent);
            let order = close(board, &account, &mut Episode::zeroed(), i, i64::MAX, fee).unwrap();
            assert_eq!((order.lots.get(), order.price.get()), (100, limit));
            let mut after = account;
            fill(board, &mut after, i, (side, 7, Ticks::new(limit)), fee);
            let closed = order.judge(board, &after, QuoteNative::ZERO).unwrap();
            assert!(closed.spent.get() <= 0 && closed.discount.is_zero() && closed.reward.is_zero());
            let mut worse = account;
            fill(board, &mut worse, i, (side, 7, Ticks::new(10_000)), fee);
            assert!(matches!(
                order.judge(board, &worse, QuoteNative::ZERO),
                Err(RiskError::FillWorseThanLiquidation { allowed: 0, .. })
            ));
        }
    }
}

/// I494. A leg whose hedge would be left alone is not closed, at any size; the fill that would do it is not accepted either.
#[test]
fn a_hedge_is_not_broken() {
    let mut world = plain();
    world.board.groups[0] = super::world::group(Ppm::new(900_000));
    for u in [0, 1] {
        world.board.underlyings[u].group = 1;
    }
    let (board, i) = (&world.board, world.instrument(0).0);
    let mut account = Portfolio::zeroed();
    world.buy(&mut account, 0, 100, 10 * USDC);
    world.buy(&mut account, 1, -100, 10 * USDC);
    distress(board, &mut account, i, 50);
    for most in [1, 10, 99, 100] {
        let refused = close(board, &account, &mut Episode::zeroed(), i, most, Ppm::ZERO);
        assert!(matches!(refused, Err(RiskError::LiquidationDoesNotHelp { .. })), "{most}: {:?}", refused.err());
    }
    // Of 120 against 100 the 20 beyond the hedge may go, and no more.
    world.buy(&mut account, 0, 20, 10 * USDC);
    distress(board, &mut account, i, 20);
    let order = close(board, &account, &mut Episode::zeroed(), i, 20, Ppm::ZERO).unwrap();
    assert_eq!(order.lots.get(), 20);
    let mut after = account;
    fill(board, &mut after, i, (Side::Ask, 60, Ticks::new(10_000)), Ppm::ZERO);
    assert!(matches!(order.judge(board, &after, QuoteNative::ZERO), Err(RiskError::LiquidationDoesNotHelp { .. })));
}

/// I499. The window takes its part of the liquidity, or one lot, and is empty again in the next.
#[test]
fn a_window_takes_so_much() {
    let mut world = plain();
    world.board.underlyings[0].params.liquidity = QuoteNative::new(25_000 * USDC);
    let (i, u) = world.instrument(0);
    let start = NOW / BOOK_WINDOW_SECONDS * BOOK_WINDOW_SECONDS;
    let mut window = BookWindow::default();
    assert_eq!(window.room(i, u, start).unwrap().get(), 25, "a hundredth is 250 dollars, a lot 10");
    window.count(i, u, Lots::new(20), start).unwrap();
    assert_eq!(window.room(i, u, start + 59).unwrap().get(), 5);
    window.count(i, u, Lots::new(5), start + 59).unwrap();
    let full = RiskError::BookWindowFull { closed: 250 * USDC, limit: 250 * USDC };
    assert_eq!(window.room(i, u, start + 59), Err(full));
    assert_eq!(window.room(i, u, start + 60).unwrap().get(), 25);

    world.board.underlyings[0].params.liquidity = QuoteNative::new(1);
    let (i, u) = world.instrument(0);
    assert_eq!(window.room(i, u, start + 60).unwrap().get(), 1, "a lot a window, whatever it is worth");
    window.count(i, u, Lots::new(1), start + 60).unwrap();
    assert!(window.room(i, u, start + 60).is_err() && window.room(i, u, start + 120).is_ok());
}

/// I497. In a hundred parts, one after another at the limit, an account loses at most 1.02 times what it loses at once, and what
/// all its callers together are paid is no more than that allows.
#[test]
fn a_hundred_parts_cost_no_more_than_one() {
    let world = plain();
    let (board, i) = (&world.board, world.instrument(0).0);
    for percent in [5, 20, 50, 80, 95] {
        let parts = |size: i64| {
            let (mut account, mut episode, mut lost, mut least) =
                (outright(&world, 10_000, percent), Episode::zeroed(), 0, 0);
            while let Ok(order) = close(board, &account, &mut episode, i, size, Ppm::ZERO) {
                fill(board, &mut account, i, (order.side, order.lots.get(), order.price), Ppm::ZERO);
                let closed = order.close.judge(board, &account, &mut episode, QuoteNative::ZERO, &order.room).unwrap();
                account.cash = QuoteNative::new(account.cash.get() - closed.reward.get());
                lost += closed.spent.get() + closed.reward.get();
                least = closed.after.equity.get();
            }
            assert!(least > 0, "the account stays solvent");
            (lost, account.lots(i).get())
        };
        let (whole, left) = parts(i64::MAX);
        let (cut, left_of_cut) = parts(100);
        assert!(cut <= whole + whole / 50, "{percent} %: {cut} of {left_of_cut}, {whole} of {left}");
    }
}

/// I509. One lot that a friend of the owner's closes at a low takes nothing from what liquidators are paid once the price is back; what
/// closes have raised the ratio by stays out of it for ten minutes.
#[test]
fn a_small_close_at_a_low_is_no_shield() {
    let mut world = plain();
    let mut account = outright(&world, 1_000, 80);
    world.reprice(0, 928_000); // a loss of 720 of 800
    let (board, i) = (&world.board, world.instrument(0).0);
    let mut episode = Episode::zeroed();
    let closing = |account: &mut Portfolio, episode: &mut Episode, board: &Board, lots: i64| {
        let i = board.instrument(0).unwrap();
        let order = close(board, account, episode, i, lots, Ppm::ZERO).unwrap();
        let mark = i.mark_ticks_floor(board.underlying(0).unwrap(), NOW);
        fill(board, account, i, (order.side, order.lots.get(), mark), Ppm::ZERO);
        let closed = order.close.judge(board, account, episode, QuoteNative::ZERO, &order.room).unwrap();
        account.cash = QuoteNative::new(account.cash.get() - closed.reward.get());
        closed.discount.get()
    };
    assert_eq!(require(board, &account, i).equity.get(), 80 * USDC);
    closing(&mut account, &mut episode, board, 1);
    world.reprice(0, USDC);
    let whole = closing(&mut account.clone(), &mut Episode::zeroed(), &world.board, 100);
    let after = closing(&mut account, &mut episode, &world.board, 100);
    assert!(whole >= 21 * USDC && (whole - after) * 1_000 < whole, "{after} of {whole}");
    // It has been raised from 80 to 87 hundredths, which do not count; a price that falls below that does.
    let params = &world.board.params;
    let of = |ppm: u32| Requirements {
        equity: QuoteNative::new(ppm.into()),
        maintenance: QuoteNative::new(1_000_000),
        ..Requirements::default()
    };
    let share = |episode: &Episode, ppm, ago| owners_share(params, &of(ppm), episode, NOW + ago).unwrap().get();
    let equity = CountedRatio { ratio: Ppm::new(300_000), left: Ppm::new(700_000) };
    let raised = Episode { equity, counted_at: NOW, ..Episode::zeroed() };
    let half = |ppm: u32| ppm / 2;
    assert_eq!(share(&raised, 500_000, 0), half(300_000));
    assert_eq!(share(&raised, 750_000, 0), half(350_000));
    assert_eq!(share(&raised, 200_000, 0), half(200_000));
    assert_eq!((share(&raised, 500_000, 600), share(&raised, 500_000, 601)), (half(300_000), half(500_000)));
}

/// What was seen of each outcome.
#[derive(Default)]
struct Seen {
    closed: Cell<u32>,
    partly: Cell<u32>,
    bankrupt: Cell<u32>,
    refused: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// Checks what holds of a judgement.
fn holds(board: &Board, i: &Instrument, order: &BookClose, account: &Portfolio, closed: &BookClosed) {
    let before = &order.before;
    // I492: what the account loses is at most D, and D is at most the shares of what was freed and of the equity there is.
    assert!(closed.reward.get() >= 0 && closed.spent.get() + closed.reward.get() <= closed.discount.get());
    assert_eq!(before.equity.get() - closed.after.equity.get(), closed.spent.get() + closed.reward.get());
    let freed = whole(before.maintenance.get() - closed.after.maintenance.get());
    let params = &board.params;
    let of_freed = |share: Ppm| &freed * ppm(share.get());
    assert!(whole(closed.discount.get()) <= of_freed(params.discount_max));
    assert!(whole(closed.reward.get()) <= whole(closed.discount.get()) * ppm(params.book_reward.get()));
    let mut paid = *account;
    paid.cash = paid.cash.minus(closed.reward).unwrap();
    assert_eq!(require(board, &paid, i), closed.after);
    // I494: margin falls, and the ratio of equity to it rises.
    assert!(closed.after.maintenance < before.maintenance);
    if before.equity.get() > 0 {
        let ratio = |r: &Requirements, other: &Requirements| whole(r.equity.get()) * whole(other.maintenance.get());
        assert!(ratio(&closed.after, before) > ratio(before, &closed.after));
        assert!(closed.after.equity.get() > 0, "no debt comes of it");
        let equity = whole(before.equity.get()) * ppm(params.discount_of_equity.get());
        assert!(whole(closed.discount.get()) * whole(before.maintenance.get()) <= equity * &freed);
    } else {
        assert!(closed.reward.is_zero() && closed.after.equity >= before.equity);
    }
}

fn one_account(rng: &mut Rng, reach: Reach, seen: &Seen) {
    let mut world = World::random(rng, reach, 4);
    let mut account = world.portfolio(rng, 12);
    let held = world.held(&account);
    if held.is_empty() {
        return;
    }
    let index = rng.pick(&held);
    world.refresh_at(world.instrument(index).0.underlying, NOW);
    let (board, i) = (&world.board, world.instrument(index).0);
    let u = board.underlying(i.underlying).unwrap();
    if u.require_fresh(NOW).is_err() || i.is_option() && i.option.price == 0 {
        return;
    }
    distress(board, &mut account, i, rng.range(-60, 101));
    let lots = account.lots(i).get().abs();
    let most = if rng.chance(50) { rng.log_range(1, lots) } else { lots };
    let fee = Ppm::new(rng.range(0, 2_000) as u32);
    let mut episode = Episode::zeroed();
    let order = match close(board, &account, &mut episode, i, most, fee) {
        Ok(order) => order,
        Err(RiskError::NotLiquidatable { .. } | RiskError::LiquidationDoesNotHelp { .. }) => {
            return count(&seen.refused);
        }
        Err(RiskError::StaleRiskArray { .. }) => return,
        // Lots that no order could be for: at a price of one tick they are worth more than the bounds admit.
        Err(RiskError::Overflow) if i.value_at(Lots::new(most), Ticks::new(1)).is_err() => return,
        Err(other) => unreachable!("{other:?}"),
    };
    // I493.
    assert!(order.lots >= Lots::new(1) && order.lots.get() <= most);
    let (low, high) = i.band(u, NOW).unwrap();
    match order.side {
        Side::Ask => assert!(account.lots(i).get() > 0 && order.price >= low),
        Side::Bid => assert!(account.lots(i).get() < 0 && order.price <= high),
    }
    let highest = Ticks::new(order.price.get() + 3);
    if order.price.get() <= 0 || i.value_at(order.lots, highest).is_err() {
        return; // a purchase for nothing, or a tick of such a size that no order could be
    }

    // I491: all of it at the limit is accepted, or it does not help as rounded.
    let mut after = account;
    fill(board, &mut after, i, (order.side, order.lots.get(), order.price), fee);
    match order.judge(board, &after, QuoteNative::ZERO) {
        Ok(closed) => {
            holds(board, i, &order, &after, &closed);
            count(if order.before.equity.get() > 0 { &seen.closed } else { &seen.bankrupt });
        }
        Err(other) => unreachable!("{other:?} of {:?}", order.close),
    }
    // Any part of it at any price is accepted by the rules, or refused.
    let part = rng.range(1, order.lots.get());
    let price = Ticks::new((order.price.get() + rng.range(-3, 3)).max(1));
    let mut after = account;
    fill(board, &mut after, i, (order.side, part, price), fee);
    match order.judge(board, &after, QuoteNative::ZERO) {
        Ok(closed) => {
            holds(board, i, &order, &after, &closed);
            count(&seen.partly);
        }
        Err(RiskError::FillWorseThanLiquidation { cost, allowed }) => assert!(cost > allowed),
        Err(RiskError::LiquidationDoesNotHelp { .. }) => {}
        Err(other) => unreachable!("{other:?}"),
    }

    // I496: a slice of the same leg would have paid a liquidator no less for the same margin.
    let mut legs = crate::liquidation::Legs::default();
    legs.add(&account, i);
    let mut room: Box<Workspace> = bytemuck::zeroed_box();
    let request = Request { legs, most: Ppm::ONE };
    if let Ok(slice) = slice(board, &account, &mut Episode::zeroed(), QuoteNative::ZERO, &request, NOW, &mut room) {
        let mut after = account;
        let lots = room.legs()[0].taken.abs();
        let mark = i.mark_ticks_floor(u, NOW);
        if mark.get() > 0 && lots > 0 {
            fill(board, &mut after, i, (order.side, lots, mark), Ppm::ZERO);
            if let Ok(closed) = order.judge(board, &after, QuoteNative::ZERO) {
                assert_eq!(closed.discount, slice.payment.discount);
            }
        }
    }
}

fn many(reach: Reach, n: u64) {
    let seen = Seen::default();
    cases(n, |rng| one_account(rng, reach, &seen));
    if seen.closed.get() > 100 {
        for (name, cell) in [("partly", &seen.partly), ("bankrupt", &seen.bankrupt), ("refused", &seen.refused)] {
            assert!(cell.get() > 5, "{name}: only {} of {}", cell.get(), seen.closed.get());
        }
    }
}

/// I491 to I496.
#[test]
fn usual_accounts_are_closed_by_the_rules() {
    many(Reach::Usual, 4_000);
}

/// I491 to I496.
#[test]
fn legal_accounts_are_closed_by_the_rules() {
    many(Reach::Legal, 4_000);
}

/// I498. What is not to be closed is refused, and the episode takes no note of it.
#[test]
fn what_is_not_to_be_closed_is_refused() {
    let mut world = plain();
    let healthy = outright(&world, 100, 100);
    let account = outright(&world, 100, 80);
    let mut episode = Episode::zeroed();
    let (board, i) = (&world.board, world.instrument(0).0);
    let mut refuse = |account: &Portfolio, index: u16, most: i64, error: RiskError| {
        let i = world.instrument(index).0;
        assert_eq!(close(&world.board, account, &mut episode, i, most, Ppm::ZERO).err(), Some(error));
        assert_eq!(episode, Episode::zeroed());
    };
    let covered = RiskError::NotLiquidatable { equity: 100 * USDC, maintenance: 100 * USDC };
    refuse(&healthy, 0, 1, covered);
    refuse(&account, 0, 0, RiskError::NothingToLiquidate);
    refuse(&account, 0, -1, RiskError::NothingToLiquidate);
    refuse(&account, 1, 1, RiskError::NothingToLiquidate);
    assert!(close(board, &account, &mut Episode::zeroed(), i, 1, Ppm::ZERO).is_ok());
    world.board.underlyings[0].publish_time = NOW - 11;
    let i = world.instrument(0).0;
    let stale = close(&world.board, &account, &mut Episode::zeroed(), i, 1, Ppm::ZERO);
    assert_eq!(stale.err(), Some(RiskError::StalePrice { underlying: 0, age: 11, limit: 5 }));
    world.board.underlyings[0].publish_time = NOW;
    world.board.underlyings[0].guards.flags = crate::guard::flag::VOLATILE;
    let i = world.instrument(0).0;
    let volatile = close(&world.board, &account, &mut Episode::zeroed(), i, 1, Ppm::ZERO);
    assert!(matches!(volatile, Err(RiskError::PriceTooVolatile { .. })));
}
