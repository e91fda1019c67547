//! Positions that move between accounts of one owner.

use super::{
    random::cases,
    world::{Reach, USDC, World, plain},
};
use crate::{
    Fill, Instrument, LotValue, Lots, Portfolio, QuoteNative, RiskError,
    transfer::{at_cost, transfer},
};
use bytemuck::Zeroable;
use std::{cell::Cell, prelude::v1::*};

fn empty() -> Portfolio {
    Portfolio::zeroed()
}

/// I285.
#[test]
fn lots_go_with_what_they_cost() {
    let mut world = plain();
    let (mut from, mut to) = (empty(), empty());
    world.buy(&mut from, 0, 10, 10 * USDC);
    world.buy(&mut to, 0, 5, 8 * USDC);
    world.reprice(0, 2_000_000);
    let (i, u) = world.instrument(0);
    let moved = transfer(&mut from, &mut to, i, u, Lots::new(4)).unwrap();
    assert_eq!(moved.fill, Fill { lots: Lots::new(4), value: QuoteNative::new(40 * USDC) });
    let of = |p: &Portfolio| (p.lots(i).get(), p.position(i).unwrap().quote.get(), p.cash.get());
    // The mark has doubled, and no cash has moved.
    assert_eq!((of(&from), of(&to)), ((6, -60 * USDC, 0), (9, -80 * USDC, 0)));
    // All that is left: the slot is free.
    transfer(&mut from, &mut to, i, u, Lots::new(6)).unwrap();
    assert_eq!((from, of(&to)), (empty(), (15, -140 * USDC, 0)));
}

/// I285. Against a position of the other sign they close it, at what they cost.
#[test]
fn lots_net_at_the_receiver() {
    let world = plain();
    let (mut from, mut to) = (empty(), empty());
    world.buy(&mut from, 0, -10, 12 * USDC);
    world.buy(&mut to, 0, 4, 9 * USDC);
    let (i, u) = world.instrument(0);
    transfer(&mut from, &mut to, i, u, Lots::new(-10)).unwrap();
    assert_eq!(from, empty());
    // Four bought at 9 and sold at 12; six short at 12.
    assert_eq!((to.lots(i).get(), to.position(i).unwrap().quote.get(), to.cash.get()), (-6, 72 * USDC, 12 * USDC));
}

/// I285. Shares that are not whole are rounded, and nothing is lost.
#[test]
fn a_share_is_rounded_and_the_rest_stays() {
    let world = plain();
    let (i, u) = world.instrument(0);
    let (mut from, mut to) = (empty(), empty());
    from.fill(i, u, Fill { lots: Lots::new(3), value: QuoteNative::new(100) }).unwrap();
    let quotes = |from: &Portfolio, to: &Portfolio| [from, to].map(|p| p.position(i).map_or(0, |p| p.quote.get()));
    transfer(&mut from, &mut to, i, u, Lots::new(1)).unwrap();
    assert_eq!(quotes(&from, &to), [-66, -34]);
    transfer(&mut from, &mut to, i, u, Lots::new(1)).unwrap();
    assert_eq!(quotes(&from, &to), [-33, -67]);
    transfer(&mut from, &mut to, i, u, Lots::new(1)).unwrap();
    assert_eq!((quotes(&from, &to), from.cash.get(), to.cash.get()), ([0, -100], 0, 0));
}

/// I286.
#[test]
fn what_is_not_held_is_not_moved() {
    let world = plain();
    let mut from = empty();
    world.buy(&mut from, 0, 10, 10 * USDC);
    let (i, u) = world.instrument(0);
    for lots in [0, 11, -1, -10, i64::MAX, i64::MIN] {
        let (mut a, mut b) = (from, empty());
        assert_eq!(transfer(&mut a, &mut b, i, u, Lots::new(lots)), Err(RiskError::NothingToTransfer), "{lots}");
        assert_eq!((a, b), (from, empty()));
    }
    let (other, u) = world.instrument(1);
    assert_eq!(transfer(&mut from.clone(), &mut empty(), other, u, Lots::new(1)), Err(RiskError::NothingToTransfer));
    assert_eq!(at_cost(&crate::Position::zeroed(), Lots::new(1)), Err(RiskError::NothingToTransfer));
    // The receiver's limit is its own.
    let most = i.limits.max_position.get();
    let (mut to, mut giver) = (empty(), empty());
    to.fill(i, u, Fill { lots: Lots::new(most), value: QuoteNative::new(most) }).unwrap();
    giver.fill(i, u, Fill { lots: Lots::new(1), value: QuoteNative::new(1) }).unwrap();
    let limit = RiskError::PositionLimit { instrument: 0, lots: most + 1, limit: most };
    assert_eq!(transfer(&mut giver, &mut to, i, u, Lots::new(1)), Err(limit));
}

/// I285. Both settle funding and losses first, at the lots that bore them.
#[test]
fn funding_is_settled_where_it_was_borne() {
    let mut world = plain();
    let (mut from, mut to) = (empty(), empty());
    world.buy(&mut from, 0, 10, 10 * USDC);
    world.buy(&mut to, 0, -5, 10 * USDC);
    world.board.instruments[0].funding_index = LotValue::new(world.board.instruments[0].funding_index.get() + 7);
    world.board.instruments[0].loss_index_long = LotValue::new(world.board.instruments[0].loss_index_long.get() + 2);
    let (i, u) = world.instrument(0);
    let moved = transfer(&mut from, &mut to, i, u, Lots::new(10)).unwrap();
    assert_eq!((moved.giver.settled.get(), moved.receiver.settled.get()), (-90, 35));
    assert_eq!((from.cash.get(), to.cash.get()), (-90, 35));
    assert_eq!(to.position(i).unwrap().unsettled(i), Ok(0));
}

/// I285. Lots, money, and profit and loss at any mark are conserved; the giver realises nothing.
#[test]
fn a_transfer_conserves_lots_money_and_profit_at_any_mark() {
    let moves = Cell::new(0);
    cases(5_000, |rng| {
        let mut world = World::random(rng, Reach::Legal, 2);
        let mut accounts = [world.portfolio(rng, 6), world.portfolio(rng, 6)];
        let index = rng.pick(&world.instruments);
        let (i, u) = world.instrument(index);
        let held = accounts[0].lots(i).get();
        if held == 0 {
            return;
        }
        let lots = if rng.chance(30) { held } else { held.signum() * rng.log_range(1, held.abs()) };
        let before = accounts;
        let [from, to] = &mut accounts;
        let Ok(moved) = transfer(from, to, i, u, Lots::new(lots)) else { return };
        moves.set(moves.get() + 1);
        let settled = i128::from(moved.giver.settled.get()) + i128::from(moved.receiver.settled.get());
        for mark in [0, 1, i.mark.get(), i.mark.get() / 3, 1 << 40] {
            assert_eq!(worth(&accounts, i, mark), worth(&before, i, mark) + settled, "at {mark}");
        }
        assert_eq!(accounts[0].cash.get(), before[0].cash.get() + moved.giver.settled.get(), "nothing is realised");
        assert_eq!(accounts[0].lots(i).get(), held - lots);
        assert_eq!(accounts[1].lots(i).get(), before[1].lots(i).get() + lots);
        // What stays cost what it cost before, to a unit a lot.
        let (kept, was) = (accounts[0].position(i), before[0].position(i).unwrap());
        if let Some(kept) = kept.filter(|p| !p.lots.is_zero()) {
            let (left, share) = (
                i128::from(kept.quote.get()) * i128::from(held),
                i128::from(was.quote.get()) * i128::from(kept.lots.get()),
            );
            assert!((left - share).abs() <= i128::from(held.abs()));
        }
        // All else is as it was.
        for (after, before) in accounts.iter().zip(&before) {
            let others =
                |p: &Portfolio| p.open().iter().filter(|p| p.key.instrument() != index).copied().collect::<Vec<_>>();
            assert_eq!((others(after), after.balances), (others(before), before.balances));
        }
    });
    assert!(moves.get() > 1_000, "{} transfers", moves.get());
}

/// Cash and the position of both accounts at a mark in whole quote-native.
fn worth(accounts: &[Portfolio; 2], i: &Instrument, mark: i64) -> i128 {
    let of = |p: &Portfolio| {
        let (lots, quote) = p.position(i).map_or((0, 0), |p| (p.lots.get(), p.quote.get()));
        i128::from(p.cash.get()) + i128::from(quote) + i128::from(lots) * i128::from(mark)
    };
    accounts.iter().map(of).sum()
}
