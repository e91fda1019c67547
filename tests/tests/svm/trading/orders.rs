//! Orders beyond placing and cancelling one: market orders, sliding, replacing, batches, pruning, the maker's penalty
//! (I229, I270 to I274, I277, I331, I332).

use crate::harness::refusal::{numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{OrderArgs, OrderKind, SelfTrade},
        events::{OrderPlaced, OrderReplaced, OrdersBatched, OrdersPruned},
        state::Pause,
        state::{DISCRIMINATOR_LEN, RiskBoard},
    },
    book::Side,
    event, instruction,
    risk::Instrument,
};
use ballast_testkit::{BTC, ETH, Failed, Order, SOL, Sent, Svm, Trader, lending::INTEREST};

/// An exchange with rich traders.
fn desk<const N: usize>() -> (Svm, [Trader; N]) {
    desk_with(|_| ())
}

/// The same with another configuration.
fn desk_with<const N: usize>(change: impl FnOnce(&mut ballast_client::config::Config)) -> (Svm, [Trader; N]) {
    let mut svm = Svm::with_config(change).unwrap();
    let traders = core::array::from_fn(|_| svm.trader("1000000").unwrap());
    (svm, traders)
}

#[track_caller]
fn placed(sent: Result<Sent, Failed>) -> OrderPlaced {
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    event::find::<OrderPlaced>(&sent.log).remove(0)
}

#[track_caller]
fn replaced(sent: Result<Sent, Failed>) -> OrderReplaced {
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    event::find::<OrderReplaced>(&sent.log).remove(0)
}

#[track_caller]
fn batched(sent: Result<Sent, Failed>) -> OrdersBatched {
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    event::find::<OrdersBatched>(&sent.log).remove(0)
}

/// Client ids, prices and lots of one side of a book, best first.
fn side(svm: &Svm, instrument: u16, side: Side) -> Vec<(u64, i64, i64)> {
    let market = svm.market(instrument);
    let book = market.book().unwrap();
    book.check_invariants().unwrap();
    book.orders(side).map(|o| o.unwrap().1).map(|o| (o.client_id, o.price_ticks.get(), o.lots.get())).collect()
}

/// What resting orders count for in an account: bid lots, ask lots, bid value, ask value, number.
fn order_totals(svm: &Svm, t: &Trader, instrument: u16) -> (i64, i64, i64, i64, u32) {
    match svm.portfolio(t).position(&terms(svm, instrument)) {
        Some(p) => (p.bid_lots.get(), p.ask_lots.get(), p.bid_value.get(), p.ask_value.get(), p.order_count),
        None => (0, 0, 0, 0, 0),
    }
}

fn terms(svm: &Svm, instrument: u16) -> Instrument {
    *svm.board().board.instrument(instrument).unwrap()
}

/// Changes the board as no instruction of this part of the program does.
fn change_board(svm: &mut Svm, change: impl FnOnce(&mut RiskBoard)) {
    let (mut board, address) = (svm.board(), svm.exchange.board);
    change(&mut board);
    let mut account = svm.account(&address).unwrap();
    account.data[DISCRIMINATOR_LEN..].copy_from_slice(bytemuck::bytes_of(&*board));
    svm.set_account(address, account);
}

mod bounds {
    use super::*;

    #[test]
    fn a_halted_underlying_takes_reduce_only_orders_only() {
        let (mut svm, [alice, bob]) = desk();
        svm.trade(&alice, &bob, BTC, "40000", 5).unwrap();
        let until = svm.now() + 5;
        change_board(&mut svm, |b| b.board.underlyings[usize::from(BTC)].halted_until = until);
        svm.advance(4);
        let buy = Order::buy(&svm, BTC, "39000", 1);
        let failed = refused(&mut svm, |svm| svm.place(&alice, buy, &[]), E::Halted);
        assert!(failed.log.iter().any(|l| l.contains(&format!("underlying 0: halted until {until}"))));
        // An order that would reduce and does not say so might not.
        let sell = Order::sell(&svm, BTC, "40000", 5);
        refused(&mut svm, |svm| svm.place(&alice, sell, &[]), E::Halted);
        placed(svm.place(&alice, sell.reduce_only(), &[]));
        // Another underlying is not concerned.
        let other = Order::buy(&svm, ETH, "2400", 1);
        placed(svm.place(&alice, other, &[]));
        svm.advance(1);
        placed(svm.place(&alice, buy, &[]));
    }

    #[test]
    fn once_its_price_is_decided_an_instrument_takes_no_order() {
        let (mut svm, [alice, bob]) = desk();
        let (future, expiry) = (10, svm.now() + 3_600);
        svm.settle_at(expiry).unwrap();
        svm.list_future(BTC, expiry, future).unwrap();
        svm.trade(&alice, &bob, future, "40000", 5).unwrap();
        let sell = Order::sell(&svm, future, "40000", 1).reduce_only();
        svm.set_time(expiry - 1);
        svm.refresh_all();
        let order = svm.rest(&alice, sell).unwrap();
        svm.set_time(expiry);
        svm.refresh_all();
        for order in [sell, Order::buy(&svm, future, "40000", 1), Order::market_sell(future, 1).reduce_only()] {
            refused(&mut svm, |svm| svm.place(&alice, order, &[&bob]), E::InstrumentExpired);
        }
        svm.cancel(&alice, future, order).unwrap();
    }
}

mod market_orders {
    use super::*;

    #[test]
    fn trade_at_any_price_inside_the_band_and_drop_the_remainder() {
        let (mut svm, [alice, bob]) = desk();
        for price in ["40000", "43999.9", "44000"] {
            svm.rest(&bob, Order::sell(&svm, BTC, price, 2)).unwrap();
        }
        let order = placed(svm.place(&alice, Order::market_buy(BTC, 7), &[&bob]));
        // Ten per cent above 40,000; the event says so.
        assert_eq!((order.price, order.filled, order.resting, order.sequence), (440_000, 6, 0, 0));
        assert_eq!(order.fills.iter().map(|f| f.price).collect::<Vec<_>>(), [400_000, 439_999, 440_000]);
        assert_eq!(side(&svm, BTC, Side::Bid), []);
        svm.rest(&bob, Order::buy(&svm, BTC, "36000", 3)).unwrap();
        let order = placed(svm.place(&alice, Order::market_sell(BTC, 2), &[&bob]));
        assert_eq!((order.price, order.filled, order.value), (360_000, 2, 72_000_000));
        svm.assert_reconciled();
    }

    #[test]
    fn leave_what_the_band_has_left_behind() {
        let (mut svm, [alice, bob]) = desk();
        svm.rest(&bob, Order::sell(&svm, BTC, "44000", 2)).unwrap();
        svm.advance(1);
        svm.publish(BTC, "39999").unwrap();
        let order = placed(svm.place(&alice, Order::market_buy(BTC, 2), &[&bob]));
        assert_eq!((order.price, order.filled), (439_989, 0));
    }

    #[test]
    fn have_no_price_of_their_own() {
        let (mut svm, [alice]) = desk();
        for price in [1, 400_000, -1, i64::MAX, i64::MIN] {
            let mut order = Order::market_buy(BTC, 1);
            order.args.price = price;
            refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::BadPrice);
        }
    }

    #[test]
    fn are_worth_the_minimum_at_the_mark() {
        let (mut svm, [alice, bob]) = desk();
        svm.rest(&bob, Order::sell(&svm, SOL, "40", 10)).unwrap();
        // A lot of 0.1 SOL is 4 dollars, the minimum is 5.
        let failed = refused(&mut svm, |svm| svm.place(&alice, Order::market_buy(SOL, 1), &[&bob]), E::BadSize);
        assert_eq!(numbers(&failed, "order value"), (4_000_000, 5_000_000));
        assert_eq!(placed(svm.place(&alice, Order::market_buy(SOL, 2), &[&bob])).filled, 2);
        let small = Order::market_sell(SOL, 1).reduce_only();
        svm.rest(&bob, Order::buy(&svm, SOL, "39.9", 10)).unwrap();
        assert_eq!(placed(svm.place(&alice, small, &[&bob])).filled, 1);
    }
}

mod sliding {
    use super::*;

    #[test]
    fn goes_one_tick_behind_the_best_of_the_other_side() {
        let (mut svm, [alice, bob]) = desk();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        svm.rest(&bob, Order::buy(&svm, BTC, "39990", 5)).unwrap();
        for (price, at) in [("44000", 399_999), ("40000", 399_999), ("39999.9", 399_999), ("39999", 399_990)] {
            let order = placed(svm.place(&alice, Order::buy(&svm, BTC, price, 1).slide(), &[]));
            assert_eq!((order.price, order.filled, order.resting), (at, 0, 1), "{price}");
        }
        svm.cancel_all(&alice, BTC, 9).unwrap();
        for (price, at) in [("36000", 399_901), ("39990", 399_901), ("39990.1", 399_901), ("39995", 399_950)] {
            let order = placed(svm.place(&alice, Order::sell(&svm, BTC, price, 1).slide(), &[]));
            assert_eq!((order.price, order.filled, order.resting), (at, 0, 1), "{price}");
        }
        assert_eq!(order_totals(&svm, &alice, BTC).4, 4);
        svm.assert_reconciled();
    }

    #[test]
    fn looks_past_orders_that_have_expired() {
        let (mut svm, [alice, bob]) = desk();
        let until = svm.now() + 30;
        svm.rest(&bob, Order::sell(&svm, BTC, "39995", 5).until(until)).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        let buy = Order::buy(&svm, BTC, "40010", 1).slide();
        assert_eq!(placed(svm.place(&alice, buy, &[])).price, 399_949);
        svm.advance(30);
        svm.refresh_all();
        assert_eq!(placed(svm.place(&alice, buy, &[])).price, 399_999);
    }

    #[test]
    fn is_refused_where_it_would_leave_the_band_or_lose_its_least_value() {
        let (mut svm, [alice, bob]) = desk();
        svm.rest(&bob, Order::sell(&svm, BTC, "36000", 5)).unwrap();
        let buy = Order::buy(&svm, BTC, "40000", 1).slide();
        let failed = refused(&mut svm, |svm| svm.place(&alice, buy, &[]), E::BadPrice);
        assert!(failed.log.iter().any(|l| l.contains("price 359999, band 360000 to 440000 ticks")));
        // Its own price has to be inside the band as well.
        let far = Order::buy(&svm, BTC, "44000.1", 1).slide();
        refused(&mut svm, |svm| svm.place(&alice, far, &[]), E::BadPrice);
        // Two lots at 25 dollars are worth the minimum of five, and one tick below not.
        svm.advance(1);
        svm.publish(SOL, "25").unwrap();
        svm.rest(&bob, Order::sell(&svm, SOL, "25", 5)).unwrap();
        let buy = Order::buy(&svm, SOL, "25", 2).slide();
        refused(&mut svm, |svm| svm.place(&alice, buy, &[]), E::BadSize);
    }

    #[test]
    fn slides_behind_ones_own_order_too() {
        let (mut svm, [alice]) = desk();
        svm.rest(&alice, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        assert_eq!(placed(svm.place(&alice, Order::buy(&svm, BTC, "40000", 1).slide(), &[])).price, 399_999);
    }
}

mod cancelling {
    use super::*;

    #[test]
    fn by_client_id_takes_the_newest_of_that_name() {
        let (mut svm, [alice, bob]) = desk();
        for (price, id) in [("39000", 7), ("39100", 8), ("39200", 7)] {
            svm.rest(&alice, Order::buy(&svm, BTC, price, 1).client_id(id)).unwrap();
        }
        svm.rest(&bob, Order::buy(&svm, BTC, "39300", 1).client_id(7)).unwrap();
        svm.cancel_by_client_id(&alice, BTC, 7).unwrap();
        assert_eq!(side(&svm, BTC, Side::Bid), [(7, 393_000, 1), (8, 391_000, 1), (7, 390_000, 1)]);
        svm.cancel_by_client_id(&alice, BTC, 7).unwrap();
        refused(&mut svm, |svm| svm.cancel_by_client_id(&alice, BTC, 7), E::OrderNotFound);
        refused(&mut svm, |svm| svm.cancel_by_client_id(&alice, ETH, 8), E::OrderNotFound);
        svm.cancel_by_client_id(&alice, BTC, 8).unwrap();
        assert_eq!(svm.portfolio(&alice).position_count, 0);
        svm.assert_reconciled();
    }

    #[test]
    fn all_of_a_side_leaves_the_other() {
        let (mut svm, [alice, bob]) = desk();
        for n in 0..4 {
            svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1).client_id(n)).unwrap();
            svm.rest(&alice, Order::sell(&svm, BTC, "41000", 1).client_id(10 + n)).unwrap();
            svm.rest(&bob, Order::sell(&svm, BTC, "41000", 2).client_id(20 + n)).unwrap();
        }
        let ids = |svm: &Svm, s| side(svm, BTC, s).iter().map(|o| o.0).collect::<Vec<_>>();
        svm.cancel_side(&alice, BTC, 1, 2).unwrap();
        assert_eq!(ids(&svm, Side::Ask), [10, 20, 11, 21, 22, 23]);
        svm.cancel_side(&alice, BTC, 1, u16::MAX).unwrap();
        assert_eq!((ids(&svm, Side::Ask), ids(&svm, Side::Bid)), (vec![20, 21, 22, 23], vec![0, 1, 2, 3]));
        svm.cancel_side(&alice, BTC, 0, 3).unwrap();
        assert_eq!(ids(&svm, Side::Bid), [0]);
        svm.cancel_side(&alice, BTC, 2, 3).unwrap();
        assert_eq!(svm.portfolio(&alice).position_count, 0);
        svm.assert_reconciled();
    }
}

mod replacing {
    use super::*;

    #[test]
    fn by_less_of_the_same_keeps_priority() {
        let (mut svm, [alice, bob]) = desk();
        let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 9).client_id(1)).unwrap();
        svm.rest(&bob, Order::buy(&svm, BTC, "39000", 1).client_id(2)).unwrap();
        for kind in [OrderKind::Limit, OrderKind::PostOnly, OrderKind::PostOnlySlide] {
            let lots = 7 - kind as i64;
            let mut order = Order::buy(&svm, BTC, "39000", lots).client_id(3 + kind as u64);
            order.args.kind = kind as u8;
            let r = replaced(svm.replace(&alice, old, order, &[]));
            assert_eq!((r.replaced.sequence, r.placed.sequence, r.placed.handle), (old.1, old.1, old.0));
            assert_eq!((r.placed.resting, r.placed.client_id), (lots, 3 + kind as u64));
            assert_eq!(side(&svm, BTC, Side::Bid)[0], (3 + kind as u64, 390_000, lots));
            assert_eq!(order_totals(&svm, &alice, BTC), (lots, 0, lots * 39_000_000, 0, 1));
        }
        // As many lots: another name, and nothing else.
        let r = replaced(svm.replace(&alice, old, Order::buy(&svm, BTC, "39000", 2).client_id(9), &[]));
        assert_eq!((r.replaced.lots, r.placed.resting, r.placed.sequence), (2, 2, old.1));
        assert_eq!(side(&svm, BTC, Side::Bid), [(9, 390_000, 2), (2, 390_000, 1)]);
        svm.assert_reconciled();
    }

    #[test]
    fn by_anything_else_is_a_new_order() {
        let (mut svm, [alice, bob]) = desk();
        svm.trade(&alice, &bob, BTC, "40000", 50).unwrap();
        let expiry = svm.now() + 60;
        let changes: [fn(&mut OrderArgs, i64); 5] = [
            |o, _| o.lots += 1,
            |o, _| o.price += 1,
            |o, _| o.side = 1,
            |o, expiry| o.expires_at = expiry,
            |o, _| (o.side, o.reduce_only) = (1, 1),
        ];
        for change in changes {
            let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 5)).unwrap();
            let mut order = Order::buy(&svm, BTC, "39000", 5).post_only();
            change(&mut order.args, expiry);
            order.args.price += i64::from(order.args.side) * 20_000;
            let r = replaced(svm.replace(&alice, old, order, &[]));
            assert_eq!((r.replaced.sequence, r.replaced.lots), (old.1, 5));
            assert!(r.placed.sequence > old.1 && r.placed.resting == order.args.lots);
            assert_eq!(order_totals(&svm, &alice, BTC).4, 1);
            svm.cancel(&alice, BTC, (r.placed.handle, r.placed.sequence)).unwrap();
        }
        svm.assert_reconciled();
    }

    #[test]
    fn may_trade() {
        let (mut svm, [alice, bob]) = desk();
        let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 5)).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 3).client_id(4)).unwrap();
        let r = replaced(svm.replace(&alice, old, Order::buy(&svm, BTC, "40000", 5), &[&bob]));
        assert_eq!((r.placed.filled, r.placed.resting, r.placed.fills, r.fills.len()), (3, 2, 1, 1));
        assert_eq!((r.fills[0].maker, r.fills[0].lots, r.fills[0].maker_client_id), (bob.margin, 3, 4));
        assert_eq!((svm.lots(&alice, BTC), svm.lots(&bob, BTC)), (3, -3));
        // A market order, which leaves nothing.
        svm.rest(&bob, Order::buy(&svm, BTC, "39990", 9)).unwrap();
        let r = replaced(svm.replace(
            &alice,
            (r.placed.handle, r.placed.sequence),
            Order::market_sell(BTC, 4).self_trade(SelfTrade::Abort),
            &[&bob],
        ));
        assert_eq!((r.placed.filled, r.placed.sequence), (4, 0));
        assert_eq!(order_totals(&svm, &alice, BTC), (0, 0, 0, 0, 0));
        svm.assert_reconciled();
    }

    #[test]
    fn is_checked_once_over_both() {
        let (mut svm, [_]) = desk();
        let alice = svm.trader("1000").unwrap();
        // The most that fits, found by trying.
        let fits = |svm: &mut Svm, lots| svm.simulate_place(&alice, Order::buy(svm, BTC, "39000", lots));
        let most = (1..500).take_while(|lots| fits(&mut svm, *lots)).last().unwrap();
        let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", most)).unwrap();
        let next = Order::buy(&svm, BTC, "39000.1", most);
        refused(&mut svm, |svm| svm.place(&alice, next, &[]), E::BelowInitialMargin);
        let more = Order::buy(&svm, BTC, "39000.1", most + 1);
        refused(&mut svm, |svm| svm.replace(&alice, old, more, &[]), E::BelowInitialMargin);
        let r = replaced(svm.replace(&alice, old, next, &[]));
        assert_eq!(r.placed.resting, most);
        // Below initial margin it may be replaced by what asks for no more, and not by what asks for more.
        svm.advance(1);
        svm.publish(BTC, "42000").unwrap();
        let old = (r.placed.handle, r.placed.sequence);
        assert!(svm.requirements(&alice).initial_equity < svm.requirements(&alice).initial);
        refused(&mut svm, |svm| svm.replace(&alice, old, more, &[]), E::BelowInitialMargin);
        replaced(svm.replace(&alice, old, Order::buy(&svm, BTC, "39000", most), &[]));
        svm.assert_reconciled();
    }

    #[test]
    fn an_order_that_is_gone_or_anothers_changes_nothing() {
        let (mut svm, [alice, bob]) = desk();
        let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 5)).unwrap();
        let next = Order::buy(&svm, BTC, "39001", 5);
        refused(&mut svm, |svm| svm.replace(&bob, old, next, &[]), E::OrderNotOwned);
        refused(&mut svm, |svm| svm.replace(&alice, (old.0, old.1 + 1), next, &[]), E::OrderNotFound);
        let wrong = Order::buy(&svm, BTC, "30000", 5);
        refused(&mut svm, |svm| svm.replace(&alice, old, wrong, &[]), E::BadPrice);
        svm.cancel(&alice, BTC, old).unwrap();
        refused(&mut svm, |svm| svm.replace(&alice, old, next, &[]), E::OrderNotFound);
    }

    #[test]
    fn in_place_is_possible_in_every_pause_and_at_any_price() {
        let (mut svm, [alice]) = desk();
        let old = svm.rest(&alice, Order::buy(&svm, SOL, "39", 9)).unwrap();
        let less = |lots| Order::buy(&svm, SOL, "39", lots).post_only();
        let (less, dust, more) = (less(8), less(1), less(10));
        svm.set_pause(Pause::all()).unwrap();
        svm.advance(1_000);
        replaced(svm.replace(&alice, old, less, &[]));
        refused(&mut svm, |svm| svm.replace(&alice, old, more, &[]), E::Paused);
        // What is left is worth the market's minimum too.
        let failed = refused(&mut svm, |svm| svm.replace(&alice, old, dust, &[]), E::BadSize);
        assert_eq!(numbers(&failed, "order value"), (3_900_000, 5_000_000));
        let mut odd = less;
        odd.args.self_trade = 3;
        refused(&mut svm, |svm| svm.replace(&alice, old, odd, &[]), E::BadSelfTrade);
    }

    #[test]
    fn an_order_that_has_expired_is_not_kept() {
        let (mut svm, [alice]) = desk();
        let until = svm.now() + 30;
        let order = Order::buy(&svm, BTC, "39000", 5).until(until);
        let old = svm.rest(&alice, order).unwrap();
        svm.advance(30);
        svm.refresh_all();
        refused(&mut svm, |svm| svm.replace(&alice, old, order, &[]), E::OrderExpired);
        let r = replaced(svm.replace(&alice, old, Order::buy(&svm, BTC, "39000", 5), &[]));
        assert!(r.placed.sequence > old.1);
    }
}

mod pruning {
    use super::*;

    #[test]
    fn takes_what_has_expired_and_anyone_may() {
        let (mut svm, [alice, bob]) = desk();
        let now = svm.now();
        for (n, seconds) in [30, 0, 32, 30, 30].into_iter().enumerate() {
            let order = Order::buy(&svm, BTC, "39000", 1).client_id(n as u64);
            let order = if seconds > 0 { order.until(now + seconds) } else { order };
            svm.rest(&alice, order).unwrap();
            svm.rest(&bob, order).unwrap();
        }
        let pruned = |sent: Sent| event::find::<OrdersPruned>(&sent.log)[0].count;
        let ids = |svm: &Svm, t: &Trader| {
            let market = svm.market(BTC);
            let book = market.book().unwrap();
            let owner = t.margin.to_bytes();
            let all = book.orders(Side::Bid).map(|o| *o.unwrap().1);
            all.filter(|o| *o.owner.as_bytes() == owner).map(|o| o.client_id).collect::<Vec<_>>()
        };
        svm.advance(29);
        let before = svm.account(&alice.margin);
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 0);
        assert_eq!(svm.account(&alice.margin), before, "nothing to prune, nothing changed");
        svm.advance(1);
        assert_eq!(pruned(svm.prune(&alice, BTC, 2).unwrap()), 2);
        assert_eq!(ids(&svm, &alice), [0, 1, 2]);
        assert_eq!(pruned(svm.prune(&alice, BTC, u16::MAX).unwrap()), 1);
        assert_eq!((ids(&svm, &alice), ids(&svm, &bob)), (vec![1, 2], vec![0, 1, 2, 3, 4]));
        assert_eq!(order_totals(&svm, &alice, BTC), (2, 0, 78_000_000, 0, 2));
        svm.set_pause(Pause::all()).unwrap();
        svm.advance(1_000_000);
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 1);
        assert_eq!(pruned(svm.prune(&bob, BTC, 9).unwrap()), 4);
        assert_eq!(pruned(svm.prune(&bob, ETH, 9).unwrap()), 0);
        svm.assert_reconciled();
    }

    #[test]
    fn takes_reduce_only_orders_that_outlived_their_position() {
        let (mut svm, [alice, bob]) = desk();
        let pruned = |sent: Sent| event::find::<OrdersPruned>(&sent.log)[0].count;
        svm.trade(&alice, &bob, BTC, "40000", 5).unwrap();
        svm.rest(&alice, Order::sell(&svm, BTC, "41000", 3).reduce_only().client_id(1)).unwrap();
        svm.rest(&alice, Order::sell(&svm, BTC, "41000", 3).client_id(2)).unwrap();
        svm.rest(&alice, Order::sell(&svm, BTC, "41001", 2).reduce_only().client_id(3)).unwrap();
        let before = svm.account(&alice.margin);
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 0);
        assert_eq!(svm.account(&alice.margin), before, "there is a position to reduce");
        // Alice is short now: what reduced a long position reduces nothing, what reduces a short one does.
        svm.trade(&bob, &alice, BTC, "40000", 7).unwrap();
        svm.rest(&alice, Order::buy(&svm, BTC, "39000", 2).reduce_only().client_id(4)).unwrap();
        assert_eq!(pruned(svm.prune(&alice, BTC, 1).unwrap()), 1);
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 1);
        assert_eq!(side(&svm, BTC, Side::Ask), [(2, 410_000, 3)]);
        assert_eq!(side(&svm, BTC, Side::Bid), [(4, 390_000, 2)]);
        svm.trade(&alice, &bob, BTC, "40000", 2).unwrap();
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 1);
        assert_eq!(order_totals(&svm, &alice, BTC), (0, 3, 0, 123_000_000, 1));
        svm.assert_reconciled();
    }
}

/// While what is traded cannot be taken on by anybody, nobody's orders are taken off the book for it (I229).
mod unusable {
    use super::*;
    use crate::stories::options;
    use ballast_client::risk::guard::flag;

    /// Bob's and Carol's asks, and bids of Carol's, who is long; somebody with an empty account.
    fn desk_with_orders() -> (Svm, Trader, [Trader; 2]) {
        let (mut svm, [bob, carol]) = desk();
        svm.trade(&carol, &bob, BTC, "40000", 10).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 20)).unwrap();
        svm.rest(&carol, Order::buy(&svm, BTC, "39000", 5)).unwrap();
        let empty = svm.trader("0").unwrap();
        (svm, empty, [bob, carol])
    }

    #[test]
    fn a_stale_price_takes_no_order_off_the_book() {
        let (mut svm, empty, [bob, carol]) = desk_with_orders();
        svm.advance(11);
        for order in [Order::buy(&svm, BTC, "40001", 5), Order::sell(&svm, BTC, "39000", 5)] {
            let failed = refused(&mut svm, |svm| svm.place(&empty, order.immediate(), &[&bob, &carol]), E::PriceStale);
            assert!(failed.log.iter().any(|l| l.contains("the price of underlying 0 is 11 s old, limit 10 s")));
            let batch = [order.immediate(); 2];
            refused(&mut svm, |svm| svm.batch(&empty, BTC, &[], &batch, &[&bob, &carol]), E::PriceStale);
        }
        // Who would only reduce learns the same, and loses nothing.
        let sell = Order::sell(&svm, BTC, "39000", 5).immediate().reduce_only();
        let dave = svm.trader("1000").unwrap();
        svm.refresh_all();
        svm.trade(&dave, &bob, BTC, "40000", 1).unwrap();
        svm.advance(11);
        refused(&mut svm, |svm| svm.place(&dave, sell, &[&carol]), E::PriceStale);
        svm.refresh_all();
        assert_eq!(placed(svm.place(&dave, sell, &[&carol])).filled, 1);
    }

    #[test]
    fn a_suspect_price_takes_no_order_off_the_book() {
        for (bit, error) in [
            (flag::VOLATILE, E::PriceTooVolatile),
            (flag::UNCERTAIN, E::PriceTooUncertain),
            (flag::DIVERGENT, E::PriceDivergent),
        ] {
            let (mut svm, empty, [bob, carol]) = desk_with_orders();
            change_board(&mut svm, |b| b.board.underlyings[usize::from(BTC)].guards.flags = bit);
            let buy = Order::buy(&svm, BTC, "40001", 5).immediate();
            refused(&mut svm, |svm| svm.place(&empty, buy, &[&bob, &carol]), error);
            // Who reduces still trades with who reduces.
            let buy = Order::buy(&svm, BTC, "40001", 1).immediate().reduce_only();
            refused(&mut svm, |svm| svm.place(&empty, buy, &[&bob]), E::NothingToReduce);
            svm.cancel_all(&bob, BTC, 9).unwrap();
            let all = Order::buy(&svm, BTC, "40001", 10).immediate().reduce_only();
            assert_eq!(placed(svm.place(&bob, all, &[&carol])).filled, 10);
            svm.assert_reconciled();
        }
    }

    #[test]
    fn a_stale_array_takes_no_order_off_the_book() {
        let (mut svm, _, list) = options::listed();
        let (bob, empty) = (svm.trader("100000").unwrap(), svm.trader("0").unwrap());
        let option = list[2];
        let mut ask = Order::sell(&svm, option, "1400", 10);
        ask.args.price = terms(&svm, option).mark_ticks_floor(&svm.board().board.underlyings[0], svm.now()).get();
        svm.rest(&bob, ask).unwrap();
        svm.advance(121);
        svm.refresh_all();
        let buy = Order { args: OrderArgs { side: 0, kind: OrderKind::ImmediateOrCancel as u8, ..ask.args }, ..ask };
        refused(&mut svm, |svm| svm.place(&empty, buy, &[&bob]), E::StaleRiskArray);
        // Bob holds nothing but that order; with the array refreshed it is there.
        svm.refresh_all_options(BTC).unwrap();
        let carol = svm.trader("100000").unwrap();
        assert_eq!(placed(svm.place(&carol, buy, &[&bob])).filled, 10);
        svm.assert_reconciled();
    }
}

mod penalty {
    use super::*;

    /// One tenth of a per cent, at most so many dollars.
    fn penalty_of<const N: usize>(most: &str) -> (Svm, [Trader; N]) {
        desk_with(|c| {
            c.exchange.fees.set("maker_penalty_rate", "0.001");
            c.exchange.fees.set("maker_penalty", most);
        })
    }

    fn cash(svm: &Svm, t: &Trader) -> i64 {
        svm.portfolio(t).cash.get()
    }

    /// 16 lots of 40 dollars need 96 dollars as an order, and 120 as a position.
    fn poor(svm: &mut Svm, price: &str) -> Trader {
        let poor = svm.trader("100").unwrap();
        svm.rest(&poor, Order::sell(svm, BTC, price, 16)).unwrap();
        poor
    }

    #[test]
    fn is_paid_to_the_taker_by_a_maker_who_cannot_carry_the_fill() {
        let (mut svm, [alice, bob]) = penalty_of("10");
        let poor = poor(&mut svm, "40000");
        svm.rest(&bob, Order::sell(&svm, BTC, "40001", 16)).unwrap();
        let before = cash(&svm, &alice);
        let order = placed(svm.place(&alice, Order::buy(&svm, BTC, "40001", 16), &[&poor, &bob]));
        // 640 dollars would have matched.
        assert_eq!(order.penalties.iter().map(|p| (p.maker, p.amount)).collect::<Vec<_>>(), [(poor.margin, 640_000)]);
        assert_eq!((order.makers_cancelled, order.filled), (1, 16));
        assert_eq!(cash(&svm, &poor), 100_000_000 - 640_000);
        assert_eq!(cash(&svm, &alice), before - order.fee + 640_000);
        svm.assert_reconciled();
    }

    #[test]
    fn is_at_most_the_fixed_amount_and_nothing_where_either_parameter_is_zero() {
        for (most, rate, paid) in [("0.25", "0.001", 250_000), ("10", "0", 0), ("0", "0.001", 0)] {
            let (mut svm, [alice]) = desk_with(|c| {
                c.exchange.fees.set("maker_penalty_rate", rate);
                c.exchange.fees.set("maker_penalty", most);
            });
            let poor = poor(&mut svm, "40000");
            let order = placed(svm.place(&alice, Order::buy(&svm, BTC, "40000", 16).immediate(), &[&poor]));
            assert_eq!(order.penalties.iter().map(|p| p.amount).sum::<i64>(), paid);
            assert_eq!(order.penalties.len(), usize::from(paid > 0));
            assert_eq!(cash(&svm, &poor), 100_000_000 - paid);
            svm.assert_reconciled();
        }
    }

    /// The compute of a maker who fails is many times that of one who is stepped over: four end the match, and what
    /// they did stands, so that whoever comes next gets further (I331).
    #[test]
    fn four_makers_who_cannot_carry_the_fill_end_the_match() {
        let (mut svm, [alice, bob]) = penalty_of("10");
        let poor: Vec<Trader> = (0..6).map(|_| poor(&mut svm, "40000")).collect();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 16)).unwrap();
        let makers: Vec<&Trader> = poor.iter().chain([&bob]).collect();
        let buy = Order::buy(&svm, BTC, "40000", 16);
        let order = placed(svm.place(&alice, buy, &makers));
        assert_eq!((order.makers_cancelled, order.filled, order.resting, order.penalties.len()), (4, 0, 0, 4));
        assert_eq!(side(&svm, BTC, Side::Ask).len(), 3);
        let order = placed(svm.place(&alice, buy, &makers));
        assert_eq!((order.makers_cancelled, order.filled), (2, 16));
        svm.assert_reconciled();
    }

    #[test]
    fn is_paid_once_an_instruction_by_each_maker() {
        let (mut svm, [alice]) = penalty_of("10");
        let makers = [svm.trader("96.5").unwrap(), svm.trader("96.5").unwrap()];
        for price in ["40000", "40001"] {
            for maker in &makers {
                svm.rest(maker, Order::sell(&svm, BTC, price, 8)).unwrap();
            }
        }
        // Their margin is withdrawn by a price: 8 lots are carried no more.
        svm.advance(1);
        svm.publish(BTC, "43900").unwrap();
        let buy = Order::buy(&svm, BTC, "40001", 8).immediate();
        let sent = svm.batch(&alice, BTC, &[], &[buy, buy], &[&makers[0], &makers[1]]);
        let batch = batched(sent);
        assert_eq!(batch.placed.iter().map(|p| (p.makers_cancelled, p.fills)).collect::<Vec<_>>(), [(4, 0), (0, 0)]);
        let paid: Vec<_> = batch.penalties.iter().map(|p| (p.maker, p.amount)).collect();
        assert_eq!(paid, [(makers[0].margin, 320_000), (makers[1].margin, 320_000)]);
        svm.assert_reconciled();
    }

    #[test]
    fn takes_no_more_than_the_cash_there_is() {
        let (mut svm, [alice, bob]) = penalty_of("100");
        let lamports = 1_000_000_000;
        // All but a little of the maker's equity is SOL.
        let maker = svm.trader("0.1").unwrap();
        svm.deposit_sol(&maker, 4 * lamports).unwrap();
        let lots = (1..60).take_while(|n| svm.simulate_place(&maker, Order::sell(&svm, BTC, "40000", *n))).last();
        svm.rest(&maker, Order::sell(&svm, BTC, "40000", lots.unwrap())).unwrap();
        let order = placed(svm.place(&alice, Order::buy(&svm, BTC, "40000", 60).immediate(), &[&maker]));
        assert_eq!((order.makers_cancelled, order.penalties[0].amount), (1, 100_000));
        assert_eq!(cash(&svm, &maker), 0);
        // With debts there is nothing to pay from.
        svm.set_interest(&INTEREST).unwrap();
        let debtor = svm.trader("0").unwrap();
        svm.deposit_sol(&debtor, 4 * lamports).unwrap();
        svm.rest(&bob, Order::sell(&svm, ETH, "2500", 1)).unwrap();
        placed(svm.place(&debtor, Order::buy(&svm, ETH, "2500", 1), &[&bob]));
        assert!(cash(&svm, &debtor) < 0);
        let lots = (1..60).take_while(|n| svm.simulate_place(&debtor, Order::sell(&svm, BTC, "40000", *n))).last();
        svm.rest(&debtor, Order::sell(&svm, BTC, "40000", lots.unwrap())).unwrap();
        let order = placed(svm.place(&alice, Order::buy(&svm, BTC, "40000", 60).immediate(), &[&debtor]));
        assert_eq!((order.makers_cancelled, order.penalties.len()), (1, 0));
        svm.assert_reconciled();
    }

    #[test]
    fn leaves_the_maker_at_maintenance_margin_and_takes_nothing_below_it() {
        for below in [false, true] {
            let (mut svm, [alice, bob]) = penalty_of("100");
            let maker = svm.trader("900").unwrap();
            svm.trade(&maker, &bob, BTC, "40000", 100).unwrap();
            svm.rest(&maker, Order::buy(&svm, BTC, "36000", 20)).unwrap();
            // Down to where less than the penalty is left above maintenance margin, or nothing.
            let spare = |svm: &Svm| {
                let r = svm.requirements(&maker);
                r.equity.get() - r.maintenance.get()
            };
            let mut dollars = 36_600;
            while spare(&svm) >= if below { 0 } else { 720_000 } {
                svm.advance(1);
                dollars -= 2;
                svm.publish(BTC, &dollars.to_string()).unwrap();
            }
            let (spare, before) = (spare(&svm).max(0), cash(&svm, &maker));
            let order = placed(svm.place(&alice, Order::sell(&svm, BTC, "36000", 20).immediate(), &[&maker]));
            assert_eq!((order.makers_cancelled, order.filled), (1, 0));
            assert_eq!((spare > 0, order.penalties.len()), (!below, usize::from(!below)));
            // A tenth of a per cent of 720 dollars would be more.
            let paid: i64 = order.penalties.iter().map(|p| p.amount).sum();
            assert_eq!((paid, cash(&svm, &maker)), (spare, before - spare));
            let r = svm.requirements(&maker);
            assert!(below || r.equity == r.maintenance);
            svm.assert_reconciled();
        }
    }

    /// I332.
    #[test]
    fn is_not_paid_by_whom_a_stale_price_keeps_from_trading() {
        let (mut svm, [alice, bob, carol]) = penalty_of("10");
        svm.trade(&bob, &carol, ETH, "2500", 10).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        svm.advance(11);
        svm.publish(BTC, "40000").unwrap();
        let order = placed(svm.place(&alice, Order::buy(&svm, BTC, "40000", 5).immediate(), &[&bob]));
        assert_eq!((order.makers_cancelled, order.penalties.len()), (1, 0));
    }

    /// I332.
    #[test]
    fn makes_no_trade_a_reduction() {
        let (mut svm, [_, bob]) = penalty_of("10");
        let alice = svm.trader("1000").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 120).unwrap();
        let poor = poor(&mut svm, "40100");
        svm.rest(&bob, Order::sell(&svm, BTC, "40101", 1)).unwrap();
        svm.advance(1);
        svm.publish(BTC, "38900").unwrap();
        // Below initial margin; the penalty alone would raise her health by more than the fill costs.
        let buy = Order::buy(&svm, BTC, "40101", 16).immediate();
        refused(&mut svm, |svm| svm.place(&alice, buy, &[&poor, &bob]), E::BelowInitialMargin);
    }
}

/// The program's own view of whether an order would be accepted.
trait Simulate {
    fn simulate_place(&mut self, t: &Trader, order: Order) -> bool;
}

impl Simulate for Svm {
    fn simulate_place(&mut self, t: &Trader, order: Order) -> bool {
        let e = &self.exchange;
        let ix = instruction::place_order(e, &t.address(), &t.margin, order.instrument, &[], &order.args);
        self.simulate(&[ix], &[&t.key]).is_ok()
    }
}
