//! Fills, settlement, limits and slots.

use super::{
    random::{Rng, cases},
    world::{Reach, USDC, World, plain},
};
use crate::{
    Fill, Instrument, LotValue, Lots, MAX_POSITIONS, Portfolio, Position, PositionKey, QuoteNative, RiskError, Side,
    Underlying,
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

fn fill(lots: i64, value: i64) -> Fill {
    Fill { lots: Lots::new(lots), value: QuoteNative::new(value) }
}

/// A position in no particular instrument.
fn position(lots: i64, quote: i64) -> Position {
    Position { lots: Lots::new(lots), quote: QuoteNative::new(quote), ..Position::zeroed() }
}

fn random_fill(rng: &mut Rng, held: i64) -> Fill {
    let lots = match rng.below(4) {
        0 => -held,
        1 => -held / 2,
        _ => rng.log_range(1, 1 << 40) * rng.pick(&[1, -1]),
    };
    let lots = if lots == 0 { 1 } else { lots };
    fill(lots, rng.range(0, 1 << 40) * lots.signum())
}

/// I20.
#[test]
fn a_fill_conserves_value_exactly() {
    cases(20_000, |rng| {
        let i = Instrument::zeroed();
        let mut p = position(rng.range(-(1 << 20), 1 << 20), rng.range(-(1 << 50), 1 << 50));
        if p.lots.get() == 0 {
            p.quote = QuoteNative::new(0);
        }
        let was = p;
        let f = random_fill(rng, p.lots.get());
        let realised = p.apply_fill(f, &i).unwrap().get();
        // lots · mark + quote + cash changes by what the fill is worth at any mark less what was paid: for every mark, so
        // both the lots and the money add up.
        assert_eq!(p.lots.get(), was.lots.get() + f.lots.get());
        assert_eq!(p.quote.get() + realised, was.quote.get() - f.value.get());
        if p.lots.get() == 0 {
            assert_eq!(p.quote.get(), 0);
        }
        // A fill that only adds realises nothing, and one that reduces leaves the entry price where it was, to a unit.
        if was.lots.get().signum() * f.lots.get().signum() >= 0 {
            assert_eq!(realised, 0);
        } else if p.lots.get().signum() == was.lots.get().signum() {
            let left = i128::from(p.quote.get()) * i128::from(was.lots.get());
            let share = i128::from(was.quote.get()) * i128::from(p.lots.get());
            assert!((left - share).abs() <= i128::from(was.lots.get().abs()));
        } else if p.lots.get() != 0 {
            // Through zero: the new side's entry price is the fill's, to a unit.
            let left = i128::from(p.quote.get()) * i128::from(f.lots.get());
            let share = -i128::from(f.value.get()) * i128::from(p.lots.get());
            assert!((left - share).abs() <= i128::from(f.lots.get().abs()));
        }
    });
}

/// I20.
#[test]
fn fills_opening_reducing_and_through_zero() {
    let i = Instrument::zeroed();
    let mut p = position(0, 0);
    assert_eq!(p.apply_fill(fill(10, 1_000), &i), Ok(QuoteNative::new(0)));
    assert_eq!((p.lots.get(), p.quote.get()), (10, -1_000));
    // A third of 1,000 is not whole: the loss is realised up, in favour of the exchange.
    assert_eq!(p.apply_fill(fill(-3, -330), &i), Ok(QuoteNative::new(30)));
    assert_eq!((p.lots.get(), p.quote.get()), (7, -700));
    assert_eq!(p.apply_fill(fill(-2, -211), &i), Ok(QuoteNative::new(11)));
    assert_eq!((p.lots.get(), p.quote.get()), (5, -500));
    // Eight lots for 1,001 close five (625.625, down) and sell three.
    assert_eq!(p.apply_fill(fill(-8, -1_001), &i), Ok(QuoteNative::new(125)));
    assert_eq!((p.lots.get(), p.quote.get()), (-3, 376));
    assert_eq!(p.apply_fill(fill(3, 400), &i), Ok(QuoteNative::new(-24)));
    assert_eq!((p.lots.get(), p.quote.get()), (0, 0));
}

/// I20.
#[test]
fn a_fill_of_nothing_or_of_the_wrong_sign_is_refused() {
    let i = Instrument::zeroed();
    let mut p = position(5, -50);
    for wrong in [fill(0, 0), fill(1, -1), fill(-1, 1), fill(1, i64::MIN)] {
        assert_eq!(p.apply_fill(wrong, &i), Err(RiskError::Corrupt { what: "a fill" }));
        assert_eq!(p, position(5, -50));
    }
    // Worthless is not wrong.
    assert_eq!(p.apply_fill(fill(-5, 0), &i), Ok(QuoteNative::new(-50)));
}

/// I21.
#[test]
fn trades_between_accounts_conserve_money_exactly() {
    cases(500, |rng| {
        let world = World::random(rng, Reach::Legal, 2);
        let mut accounts = [Portfolio::zeroed(); 4];
        let total = |accounts: &[Portfolio; 4]| -> i128 {
            let of = |p: &Portfolio| {
                p.open().iter().map(|p| i128::from(p.quote.get())).sum::<i128>() + i128::from(p.cash.get())
            };
            accounts.iter().map(of).sum()
        };
        for _ in 0..40 {
            let index = rng.pick(&world.instruments);
            let (i, u) = world.instrument(index);
            let (one, other) = (rng.below(4), rng.below(4));
            if one == other {
                continue;
            }
            let lots = rng.log_range(1, i.limits.max_position.get());
            let f = world.fill_near_mark(rng, index, lots);
            let back = fill(-f.lots.get(), -f.value.get());
            let saved = accounts;
            let both = accounts[one].fill(i, u, f).and_then(|_| accounts[other].fill(i, u, back));
            if both.is_err() {
                accounts = saved;
                continue;
            }
            accounts[one].release(i).unwrap();
            accounts[other].release(i).unwrap();
            assert_eq!(total(&accounts), 0);
            let net: i64 = accounts.iter().map(|p| p.lots(i).get()).sum();
            assert_eq!(net, 0);
        }
    });
}

/// I22.
#[test]
fn settlement_conserves_value_but_for_dust() {
    cases(5_000, |rng| {
        let u = Underlying { scale_bits: rng.range(0, 16) as u8, ..Underlying::zeroed() };
        let i = Instrument {
            funding_index: LotValue::new(rng.range(-(1 << 30), 1 << 30)),
            loss_index_long: LotValue::new(rng.range(0, 1 << 30)),
            loss_index_short: LotValue::new(rng.range(0, 1 << 30)),
            ..Instrument::zeroed()
        };
        let mut p = position(rng.range(-(1 << 24), 1 << 24), 0);
        p.funding_index = LotValue::new(rng.range(-(1 << 30), 1 << 30));
        p.loss_index = LotValue::new(
            rng.range(0, if p.lots.get() < 0 { i.loss_index_short.get() } else { i.loss_index_long.get() }),
        );
        let due = p.unsettled(&i).unwrap();
        let expected = -i128::from(p.lots.get()) * i128::from(i.funding_index.get() - p.funding_index.get())
            - i128::from(p.lots.get().abs())
                * i128::from(
                    if p.lots.get() < 0 { i.loss_index_short } else { i.loss_index_long }.get() - p.loss_index.get(),
                );
        assert!(p.lots.get() == 0 || i128::from(due) == expected);
        let settled = p.settle(&i, &u).unwrap().get();
        let dust = due - (settled << u.scale());
        assert!((0..1 << u.scale()).contains(&dust));
        assert_eq!(p.unsettled(&i), Ok(0));
        assert_eq!(p.settle(&i, &u), Ok(QuoteNative::new(0)));
    });
}

/// I22. Funding is settled at the lots that bore it, and losses at the side that bore them.
#[test]
fn a_fill_settles_first() {
    let mut world = plain();
    let mut portfolio = Portfolio::zeroed();
    world.buy(&mut portfolio, 0, 10, 10 * USDC);
    let i = &mut world.board.instruments[0];
    i.funding_index = LotValue::new(i.funding_index.get() + 7);
    i.loss_index_long = LotValue::new(i.loss_index_long.get() + 2);
    i.loss_index_short = LotValue::new(i.loss_index_short.get() + 1_000);
    // Sold through zero at cost: ten lots pay 7 and 2 each; the five short ones start at the new indices.
    world.buy(&mut portfolio, 0, -15, 10 * USDC);
    assert_eq!(portfolio.cash.get(), -90);
    let (i, _) = world.instrument(0);
    let p = *portfolio.position(i).unwrap();
    assert_eq!((p.lots.get(), p.quote.get(), p.unsettled(i)), (-5, 50 * USDC, Ok(0)));
    // Shorts are paid funding and bear the shorts' losses.
    let i = &mut world.board.instruments[0];
    i.funding_index = LotValue::new(i.funding_index.get() + 3);
    i.loss_index_long = LotValue::new(i.loss_index_long.get() + 500);
    i.loss_index_short = LotValue::new(i.loss_index_short.get() + 1);
    world.buy(&mut portfolio, 0, 5, 10 * USDC);
    assert_eq!(portfolio.cash.get(), -90 + 15 - 5);
    // A slot that is opened flat owes nothing of the past to either side.
    portfolio.release(world.instrument(0).0).unwrap();
    world.buy(&mut portfolio, 0, -1, 10 * USDC);
    let (i, _) = world.instrument(0);
    assert_eq!(portfolio.position(i).unwrap().unsettled(i), Ok(0));
}

/// I23. A limit that was lowered keeps no liquidator away; the bound of products holds for him too, with his orders.
#[test]
fn a_takeover_stays_within_the_bound_of_products() {
    let world = plain();
    let (listed, u) = world.instrument(0);
    let i = Instrument { limits: super::world::limits(Lots::new(1)), ..*listed };
    let beyond = 1 << 50;
    assert_eq!(i.require_exact(Lots::new(beyond), u), Err(RiskError::Overflow));
    let mut p = Portfolio::zeroed();
    p.fill_takeover(&i, u, fill(listed.limits.max_position.get(), 1)).unwrap();
    assert!(p.clone().fill(&i, u, fill(1, 1)).is_err());
    p.clone().fill_takeover(&i, u, fill(1, 1)).unwrap();
    assert_eq!(p.clone().fill_takeover(&i, u, fill(beyond, 1)), Err(RiskError::Overflow));
    p.slot(&i).unwrap().add_order(Side::Bid, false, Lots::new(beyond), QuoteNative::new(1)).unwrap();
    assert_eq!(p.fill_takeover(&i, u, fill(1, 1)), Err(RiskError::Overflow));
}

/// I23.
#[test]
fn lots_with_orders_stay_within_the_limit() {
    let world = plain();
    let (i, u) = world.instrument(0);
    let most = i.limits.max_position.get();
    let limit = |lots| Err(RiskError::PositionLimit { instrument: 0, lots, limit: most });
    let mut p = Portfolio::zeroed();
    p.fill(i, u, fill(most, most)).unwrap();
    assert_eq!(p.clone().fill(i, u, fill(1, 1)), limit(most + 1));
    // Asks may flip the position up to the limit on the other side, less what is held.
    let slot = p.slot(i).unwrap();
    slot.add_order(Side::Ask, false, Lots::new(most), QuoteNative::new(1)).unwrap();
    slot.require_within_limit(i).unwrap();
    slot.add_order(Side::Ask, false, Lots::new(1), QuoteNative::new(1)).unwrap();
    assert_eq!(slot.require_within_limit(i).err(), limit(most + 1).err());
    slot.remove_order(Side::Ask, false, Lots::new(1), QuoteNative::new(1)).unwrap();
    assert_eq!(p.clone().fill(i, u, fill(-most - 1, -1)), limit(most + 1));
    let mut short = p;
    short.fill(i, u, fill(-most, -1)).unwrap();
    assert_eq!(short.slot(i).unwrap().add_order(Side::Bid, false, Lots::new(most), QuoteNative::new(1)), Ok(()));
    assert_eq!(short.clone().fill(i, u, fill(1, 1)), limit(most + 1));
    // Reduce-only orders do not count.
    short.slot(i).unwrap().add_order(Side::Bid, true, Lots::new(most), QuoteNative::new(1)).unwrap();
    short.slot(i).unwrap().require_within_limit(i).unwrap();
}

/// I23. A limit that was lowered stops no reduction, and no liquidation.
#[test]
fn a_lowered_limit_stops_no_reduction() {
    let mut world = plain();
    let mut portfolio = Portfolio::zeroed();
    world.buy(&mut portfolio, 0, 100, 10 * USDC);
    world.board.instruments[0].limits.max_position = Lots::new(10);
    let (i, u) = world.instrument(0);
    assert!(portfolio.clone().fill(i, u, fill(1, 1)).is_err());
    assert!(portfolio.clone().fill(i, u, fill(-111, -1)).is_err());
    portfolio.fill(i, u, fill(-30, -1)).unwrap();
    portfolio.fill(i, u, fill(-80, -1)).unwrap();
    assert_eq!(portfolio.lots(i).get(), -10);
}

/// I24.
#[test]
fn order_totals_are_the_sum_of_the_orders() {
    cases(500, |rng| {
        let mut p = position(0, 0);
        let mut orders: Vec<(Side, bool, i64, i64)> = Vec::new();
        for _ in 0..60 {
            if orders.is_empty() || rng.chance(60) {
                let order = (rng.pick(&Side::BOTH), rng.chance(20), rng.range(2, 1 << 40), rng.range(2, 1 << 50));
                p.add_order(order.0, order.1, Lots::new(order.2), QuoteNative::new(order.3)).unwrap();
                orders.push(order);
            } else {
                let n = rng.below(orders.len());
                let o = &mut orders[n];
                let (lots, value) = (rng.range(1, o.2), rng.range(1, o.3));
                if lots < o.2 && rng.chance(50) {
                    p.fill_order(o.0, o.1, Lots::new(lots), QuoteNative::new(value)).unwrap();
                    (o.2, o.3) = (o.2 - lots, o.3 - value);
                } else {
                    p.remove_order(o.0, o.1, Lots::new(o.2), QuoteNative::new(o.3)).unwrap();
                    orders.swap_remove(n);
                }
            }
            let sum = |side: Side, of: fn(&(Side, bool, i64, i64)) -> i64| -> i64 {
                orders.iter().filter(|o| o.0 == side && !o.1).map(of).sum()
            };
            assert_eq!(p.order_count as usize, orders.len());
            assert_eq!((p.bid_lots.get(), p.bid_value.get()), (sum(Side::Bid, |o| o.2), sum(Side::Bid, |o| o.3)));
            assert_eq!((p.ask_lots.get(), p.ask_value.get()), (sum(Side::Ask, |o| o.2), sum(Side::Ask, |o| o.3)));
        }
    });
    let mut p = position(0, 0);
    assert_eq!(
        p.remove_order(Side::Bid, false, Lots::new(1), QuoteNative::new(1)),
        Err(RiskError::Corrupt { what: "the number of orders" })
    );
    let mut p = position(0, 0);
    p.add_order(Side::Bid, false, Lots::new(1), QuoteNative::new(1)).unwrap();
    assert_eq!(
        p.fill_order(Side::Bid, false, Lots::new(2), QuoteNative::new(1)),
        Err(RiskError::Corrupt { what: "totals of orders" })
    );
}

/// I9. Keys order by underlying, then expiry, then instrument.
#[test]
fn keys_hold_what_they_are_made_of() {
    cases(2_000, |rng| {
        let mut random = || Instrument {
            underlying: rng.range(0, 31) as u16,
            index: rng.range(0, 511) as u16,
            expiry: if rng.chance(50) { 0 } else { rng.range(0, 1 << 26) * 60 },
            ..Instrument::zeroed()
        };
        let (a, b) = (random(), random());
        let key = PositionKey::of(&a);
        assert_eq!((key.underlying(), key.instrument()), (a.underlying, a.index));
        let same = (a.underlying, a.expiry) == (b.underlying, b.expiry) && (a.expiry > 0 || a.index == b.index);
        assert_eq!(key.bucket() == PositionKey::of(&b).bucket(), same);
        assert!(key <= key.bucket() && key.bucket().underlying() == key.underlying());
        let order = (a.underlying, a.expiry, a.index).cmp(&(b.underlying, b.expiry, b.index));
        assert_eq!(key.cmp(&PositionKey::of(&b)), order);
    });
}

/// I25.
#[test]
fn slots_are_kept_while_in_use_and_given_back_empty() {
    let mut world = plain();
    let template = world.board.instruments[0];
    for n in 2..70 {
        world.list(Instrument { index: n, ..template });
    }
    let mut p = Portfolio::zeroed();
    for n in 0..MAX_POSITIONS as u16 {
        p.slot(world.instrument(n).0).unwrap();
    }
    assert_eq!(p.slot(world.instrument(69).0).err(), Some(RiskError::NoFreePosition));
    // With an order it stays; without, it goes and the others keep their order.
    let i = world.instrument(5).0;
    p.slot(i).unwrap().add_order(Side::Bid, true, Lots::new(1), QuoteNative::new(1)).unwrap();
    p.release(i).unwrap();
    assert!(p.position(i).is_some());
    p.slot(i).unwrap().remove_order(Side::Bid, true, Lots::new(1), QuoteNative::new(1)).unwrap();
    p.release(i).unwrap();
    assert!(p.position(i).is_none());
    assert_eq!(p.position_count, 63);
    assert!(p.open().windows(2).all(|w| w[0].key < w[1].key));
    assert_eq!(p.positions[63], Position::zeroed());
    // What is left of `quote` goes to cash.
    let i = world.instrument(6).0;
    p.slot(i).unwrap().quote = QuoteNative::new(77);
    p.release(i).unwrap();
    assert_eq!(p.cash.get(), 77);
    // A slot of an earlier contract is not a position in the one that has its index now.
    let later = Instrument { generation: 2, ..*world.instrument(7).0 };
    assert_eq!(p.slot(&later).err(), Some(RiskError::NotListed { index: 7 }));
}

/// I25.
#[test]
fn balances_are_credited_and_debited_exactly() {
    let mut world = plain();
    for n in 1..9 {
        world.board.tokens[n] = world.board.tokens[0];
    }
    let u = world.board.underlying(0).unwrap();
    let terms = &world.board.tokens[0];
    let mut p = Portfolio::zeroed();
    for n in 0..8 {
        p.credit(n, terms, u, 10).unwrap();
    }
    assert_eq!(p.credit(8, terms, u, 10), Err(RiskError::NoFreeToken));
    p.credit(3, terms, u, 5).unwrap();
    assert_eq!(p.balance(3), 15);
    assert_eq!(p.debit(3, 16), Err(RiskError::InsufficientToken));
    assert_eq!(p.debit(8, 1), Err(RiskError::InsufficientToken));
    p.debit(3, 15).unwrap();
    assert_eq!(p.balance(3), 0);
    p.credit(8, terms, u, 1).unwrap();
    assert_eq!(p.balance(8), 1);
    assert_eq!(p.credit(8, terms, u, u64::MAX), Err(RiskError::Overflow));
    assert_eq!(p.balance(8), 1);
    assert!(!p.holds_only_cash());
    assert!(Portfolio::zeroed().holds_only_cash());
}
