//! Full sides and walls: orders that cost their owner next to nothing and keep others from trading (I710 to I719).

use crate::harness::refusal::{numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::SelfTrade,
        constants::{MAX_PRUNED, MIN_MARKET_LEN, MIN_SIDE_ORDERS},
        events::{OrderEvicted, OrderPlaced, OrdersPruned},
    },
    book::Side,
    event, instruction,
};
use ballast_testkit::{BTC, ETH, Failed, Order, SOL, Sent, Svm, Trader};
use solana_signer::Signer;

/// An exchange with rich traders.
fn desk<const N: usize>() -> (Svm, [Trader; N]) {
    let mut svm = Svm::new().unwrap();
    let traders = core::array::from_fn(|_| svm.trader("1000000").unwrap());
    (svm, traders)
}

#[track_caller]
fn placed(sent: Result<Sent, Failed>) -> OrderPlaced {
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    event::find::<OrderPlaced>(&sent.log).remove(0)
}

/// Prices and lots of one side of a book, best first.
fn side(svm: &Svm, instrument: u16, side: Side) -> Vec<(i64, i64)> {
    let market = svm.market(instrument);
    let book = market.book().unwrap();
    book.check_invariants().unwrap();
    book.orders(side).map(|o| o.unwrap().1).map(|o| (o.price_ticks.get(), o.lots.get())).collect()
}

/// How many of an account's orders rest in a market.
fn order_count(svm: &Svm, t: &Trader, instrument: u16) -> u32 {
    let board = svm.board();
    let i = board.board.instrument(instrument).unwrap();
    svm.portfolio(t).position(i).map_or(0, |p| p.order_count)
}

/// So many seconds later, with fresh prices.
fn wait(svm: &mut Svm, seconds: i64) {
    svm.advance(seconds);
    svm.refresh_all();
}

/// Orders that only reduce carry no margin.
mod reducing {
    use super::*;

    /// I710. Sixty-four of them rested for an account with three dollars, and five such accounts filled a side.
    #[test]
    fn three_dollars_rest_no_orders_without_margin() {
        let (mut svm, [bob]) = desk();
        let poor = svm.trader("3").unwrap();
        svm.trade(&poor, &bob, SOL, "40", 2).unwrap();
        let sell = Order::sell(&svm, SOL, "41", 2).reduce_only();
        let rested = (0..64).filter(|n| svm.rest(&poor, sell.client_id(*n)).is_ok()).count();
        assert_eq!(rested, 1, "one order of $8.20 for a position of two lots");
        refused(&mut svm, |svm| svm.place(&poor, sell.client_id(99), &[]), E::NothingToReduce);
        svm.cancel_all(&poor, SOL, 9).unwrap();
        // A position of one lot, $4, is closed at once or not at all.
        svm.rest(&bob, Order::buy(&svm, SOL, "40", 2)).unwrap();
        let one = Order::sell(&svm, SOL, "40", 1).reduce_only();
        assert_eq!(placed(svm.place(&poor, one.immediate(), &[&bob])).filled, 1);
        let small = Order::sell(&svm, SOL, "41", 1).reduce_only();
        let failed = refused(&mut svm, |svm| svm.place(&poor, small, &[]), E::BadSize);
        assert_eq!(numbers(&failed, "order value"), (4_100_000, 5_000_000));
        svm.rest(&bob, Order::buy(&svm, SOL, "39.9", 2)).unwrap();
        assert_eq!(placed(svm.place(&poor, Order::market_sell(SOL, 1).reduce_only(), &[&bob])).filled, 1);
        svm.assert_reconciled();
    }

    /// I710.
    #[test]
    fn rest_for_no_more_than_the_position() {
        let (mut svm, [alice, bob]) = desk();
        svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
        let sell = |svm: &Svm, price, lots| Order::sell(svm, BTC, price, lots).reduce_only();
        let first = svm.rest(&alice, sell(&svm, "40010", 4)).unwrap();
        // Six are left; an order in its place shares them too, and one that never rests does not.
        let second = placed(svm.place(&alice, sell(&svm, "40020", 9), &[]));
        assert_eq!(second.resting, 6);
        refused(&mut svm, |svm| svm.place(&alice, sell(svm, "40030", 1), &[]), E::NothingToReduce);
        svm.replace(&alice, first, sell(&svm, "40011", 9), &[]).unwrap();
        assert_eq!(side(&svm, BTC, Side::Ask), [(400_110, 4), (400_200, 6)]);
        svm.rest(&bob, Order::buy(&svm, BTC, "40000", 10)).unwrap();
        assert_eq!(placed(svm.place(&alice, sell(&svm, "40000", 3).immediate(), &[&bob])).filled, 3);
        svm.assert_reconciled();
    }

    /// I710. What has expired and still rests holds a place too: else one position would fill a side, one order after the other.
    #[test]
    fn that_have_expired_still_share_the_position() {
        let (mut svm, [alice, bob]) = desk();
        svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
        let until = svm.now() + 30;
        let sell = Order::sell(&svm, BTC, "41000", 8).reduce_only();
        svm.rest(&alice, sell.until(until)).unwrap();
        wait(&mut svm, 30);
        assert_eq!(placed(svm.place(&alice, sell, &[])).resting, 2);
        refused(&mut svm, |svm| svm.place(&alice, sell.client_id(1), &[]), E::NothingToReduce);
        // The older one has expired and goes; the younger one has all of the position to reduce, and stays.
        svm.prune(&alice, BTC, 9).unwrap();
        assert_eq!(side(&svm, BTC, Side::Ask), [(410_000, 2)]);
        assert_eq!(placed(svm.place(&alice, sell, &[])).resting, 8);
    }

    /// I711. Who closed the position left 64 orders behind that nobody could take off while a lot was held.
    #[test]
    fn are_pruned_where_older_ones_reduce_all_there_is() {
        let (mut svm, [alice, bob]) = desk();
        svm.trade(&alice, &bob, BTC, "40000", 20).unwrap();
        for (n, lots) in [(1, 8), (2, 8), (3, 4)] {
            svm.rest(&alice, Order::sell(&svm, BTC, "41000", lots).reduce_only().client_id(n)).unwrap();
        }
        svm.trade(&bob, &alice, BTC, "40000", 11).unwrap();
        // Nine lots are left: the first order reduces eight of them, the second one, the third none.
        let pruned = |sent: Sent| event::find::<OrdersPruned>(&sent.log)[0].count;
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 1);
        assert_eq!(side(&svm, BTC, Side::Ask), [(410_000, 8), (410_000, 8)]);
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 0);
        svm.trade(&bob, &alice, BTC, "40000", 1).unwrap();
        assert_eq!(pruned(svm.prune(&alice, BTC, 9).unwrap()), 1);
        assert_eq!(side(&svm, BTC, Side::Ask), [(410_000, 8)]);
        svm.assert_reconciled();
    }

    /// I711. Their owner's account passed in, sixteen of them ended a match.
    #[test]
    fn stop_no_taker_once_they_reduce_nothing() {
        let (mut svm, [alice, bob, carol]) = desk();
        svm.trade(&alice, &bob, BTC, "40000", 40).unwrap();
        for _ in 0..20 {
            svm.rest(&alice, Order::sell(&svm, BTC, "40001", 2).reduce_only()).unwrap();
        }
        svm.rest(&bob, Order::buy(&svm, BTC, "40000", 40)).unwrap();
        placed(svm.place(&alice, Order::market_sell(BTC, 40).reduce_only(), &[&bob]));
        assert_eq!(svm.lots(&alice, BTC), 0);
        svm.rest(&bob, Order::sell(&svm, BTC, "40002", 5)).unwrap();
        let order = placed(svm.place(&carol, Order::buy(&svm, BTC, "40002", 5), &[&alice, &bob]));
        assert_eq!((order.filled, order.fills[0].maker), (5, bob.margin));
        assert_eq!(order_count(&svm, &alice, BTC), 20 - MAX_PRUNED as u32);
        svm.assert_reconciled();
    }
}

/// I712.
mod least_value {
    use super::*;

    #[test]
    fn holds_for_what_is_left_of_an_order_that_was_filled_in_part() {
        let (mut svm, [alice, bob]) = desk();
        svm.rest(&bob, Order::sell(&svm, SOL, "40", 4)).unwrap();
        let buy = |svm: &Svm, lots| Order::buy(svm, SOL, "40", lots).immediate();
        assert_eq!(placed(svm.place(&alice, buy(&svm, 2), &[&bob])).filled, 2);
        assert_eq!(side(&svm, SOL, Side::Ask), [(40_000, 2)], "$8 go on resting");
        svm.cancel_all(&bob, SOL, 9).unwrap();
        svm.rest(&bob, Order::sell(&svm, SOL, "40", 3)).unwrap();
        assert_eq!(placed(svm.place(&alice, buy(&svm, 2), &[&bob])).filled, 2);
        assert_eq!((side(&svm, SOL, Side::Ask), order_count(&svm, &bob, SOL)), (vec![], 0), "$4 do not");
        assert_eq!(svm.lots(&bob, SOL), -4);
        svm.assert_reconciled();
    }

    #[test]
    fn and_a_position_to_reduce_keep_an_order_that_was_filled_in_part() {
        let (mut svm, [alice, bob, carol]) = desk();
        svm.trade(&bob, &carol, BTC, "40000", 10).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 10).reduce_only()).unwrap();
        // Six of the ten go elsewhere.
        svm.trade(&carol, &bob, BTC, "39990", 6).unwrap();
        assert_eq!(placed(svm.place(&alice, Order::buy(&svm, BTC, "40000", 10).immediate(), &[&bob])).filled, 4);
        assert_eq!((side(&svm, BTC, Side::Ask), order_count(&svm, &bob, BTC)), (vec![], 0));
        svm.assert_reconciled();
    }
}

/// A side that is full.
mod full {
    use super::*;

    /// Fills the bids of SOL with orders of three lots at 39 dollars; returns who placed them, the last one the worst orders.
    fn filled(svm: &mut Svm) -> Vec<Trader> {
        let room = svm.market(SOL).book().unwrap().side_capacity();
        let mut makers = Vec::new();
        for batch in 0..room.div_ceil(16) {
            if batch % 4 == 0 {
                makers.push(svm.trader("100000").unwrap());
            }
            let orders = vec![Order::buy(svm, SOL, "39", 3).post_only(); 16.min(room - batch * 16)];
            svm.batch(makers.last().unwrap(), SOL, &[], &orders, &[]).unwrap();
        }
        assert_eq!(side(svm, SOL, Side::Bid).len(), room);
        makers
    }

    fn bid(svm: &Svm, price: &str, lots: i64) -> Order {
        Order::buy(svm, SOL, price, lots).post_only()
    }

    /// I713. Forty-three bids of a dollar filled a side of a market as it was listed.
    #[test]
    fn a_market_takes_no_order_before_it_has_room_for_256_a_side() {
        let (mut svm, [alice, bob]) = desk();
        let (payer, admin) = (svm.payer.pubkey(), svm.admin.insecure_clone());
        let mut args = svm.config.perpetual_args(&svm.config.perpetual[0]).unwrap();
        args.instrument = 9;
        args.name[0] = b'X';
        svm.send(&[instruction::list_perpetual(&svm.exchange, &payer, &admin.pubkey(), &args)], &[&admin]).unwrap();
        let ask = Order::sell(&svm, 9, "40000", 5);
        let mut grown = 0;
        while svm.account(&svm.exchange.market(9)).unwrap().data.len() < MIN_MARKET_LEN {
            refused(&mut svm, |svm| svm.place(&bob, ask, &[]), E::NotComplete);
            svm.grow_market(9).unwrap();
            grown += 1;
        }
        let capacity = svm.market(9).book().unwrap().side_capacity();
        assert!(capacity >= MIN_SIDE_ORDERS && grown == 5, "{capacity} a side after {grown} growths");
        svm.rest(&bob, ask).unwrap();
        assert_eq!(placed(svm.place(&alice, Order::buy(&svm, 9, "40000", 5), &[&bob])).filled, 5);
        svm.assert_reconciled();
    }

    /// I714.
    #[test]
    fn takes_a_better_order_that_is_worth_as_much_for_one_of_the_worst() {
        let (mut svm, [alice]) = desk();
        let makers = filled(&mut svm);
        let (first, last) = (&makers[0], makers.last().unwrap());
        let count = order_count(&svm, last, SOL);
        // Nobody's account, an account without one of the eight worst orders, no better price, less value.
        for (order, passed) in [
            (bid(&svm, "39.5", 3), vec![]),
            (bid(&svm, "39.5", 3), vec![first]),
            (bid(&svm, "39", 9), vec![last]),
            (bid(&svm, "38", 9), vec![last]),
            (bid(&svm, "39.5", 2), vec![last]),
        ] {
            refused(&mut svm, |svm| svm.place(&alice, order, &passed), E::BookFull);
        }
        let before = svm.portfolio(last);
        let sent = svm.place(&alice, bid(&svm, "39.001", 3).client_id(5), &[first, last]).unwrap();
        let gone = event::find::<OrderEvicted>(&sent.log).remove(0);
        assert_eq!((gone.margin, gone.by, gone.instrument, gone.side), (last.margin, alice.margin, SOL, 0));
        assert_eq!((gone.price, gone.lots), (39_000, 3));
        assert_eq!(placed(Ok(sent)).resting, 3);
        assert_eq!(side(&svm, SOL, Side::Bid)[0], (39_001, 3));
        assert_eq!(order_count(&svm, last, SOL), count - 1);
        assert_eq!(svm.portfolio(last).cash, before.cash);
        // Its own orders too, of another account; and a batch evicts one for each order.
        let batch = [bid(&svm, "39.002", 3), bid(&svm, "39.003", 3)];
        let sent = svm.batch(&alice, SOL, &[], &batch, &[last]).unwrap();
        assert_eq!(event::find::<OrderEvicted>(&sent.log).len(), 2);
        assert_eq!(order_count(&svm, last, SOL), count - 3);
        svm.assert_reconciled();
    }

    /// I714. An order that only reduces carries no margin, and dies with the position.
    #[test]
    fn gives_way_to_no_order_that_only_reduces() {
        let (mut svm, [alice, bob]) = desk();
        svm.trade(&bob, &alice, SOL, "40", 50).unwrap();
        let makers = filled(&mut svm);
        let last = makers.last().unwrap();
        let order = bid(&svm, "39.5", 50);
        refused(&mut svm, |svm| svm.place(&alice, order.reduce_only(), &[last]), E::BookFull);
        placed(svm.place(&alice, order, &[last]));
        svm.assert_reconciled();
    }

    /// I715. Who evicts others and is gone the next moment would empty the book for the price of the transactions.
    #[test]
    fn keeps_an_order_that_took_a_place_for_ten_seconds() {
        let (mut svm, [alice, bob]) = desk();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
        let makers = filled(&mut svm);
        let last = makers.last().unwrap();
        let order = bid(&svm, "39.5", 3).client_id(7);
        let at = placed(svm.place(&alice, order, &[last]));
        let id = (at.handle, at.sequence);
        let mine = |svm: &Svm| order_count(svm, &alice, SOL);
        wait(&mut svm, 9);
        refused(&mut svm, |svm| svm.cancel(&alice, SOL, id), E::OrderLocked);
        refused(&mut svm, |svm| svm.cancel_by_client_id(&alice, SOL, 7), E::OrderLocked);
        refused(&mut svm, |svm| svm.batch(&alice, SOL, &[id], &[], &[]), E::OrderLocked);
        for other in [bid(&svm, "39.4", 3), bid(&svm, "39.5", 2)] {
            refused(&mut svm, |svm| svm.replace(&alice, id, other, &[]), E::OrderLocked);
        }
        svm.cancel_all(&alice, SOL, u16::MAX).unwrap();
        assert_eq!(mine(&svm), 1);
        // Nor does it go when it meets its owner, of this account or of another.
        let sell = Order::sell(&svm, SOL, "39", 3).immediate().self_trade(SelfTrade::CancelMaker);
        for t in [&alice, &second] {
            let order = placed(svm.place(t, sell, &[if t.margin == alice.margin { &bob } else { &alice }]));
            assert_eq!((order.filled, mine(&svm)), (0, 1));
        }
        // Anybody else trades with it.
        svm.advance(1);
        svm.refresh_all();
        svm.cancel(&alice, SOL, id).unwrap();
        assert_eq!(mine(&svm), 0);
        // The place is free, and takes an order that is not locked.
        let free = svm.rest(&alice, bid(&svm, "38", 2)).unwrap();
        svm.cancel(&alice, SOL, free).unwrap();
        svm.assert_reconciled();
    }
}

/// Orders at the top of a book that nobody can or wants to trade with.
mod top {
    use super::*;

    /// Thirty-two asks of one lot, $40 each, and an ask for a hundred whole BTC behind them.
    fn wall() -> (Svm, [Trader; 3]) {
        let (mut svm, all) = desk();
        for _ in 0..32 {
            svm.rest(&all[1], Order::sell(&svm, BTC, "40000", 1)).unwrap();
        }
        svm.rest(&all[2], Order::sell(&svm, BTC, "40001", 100_000)).unwrap();
        (svm, all)
    }

    fn hundred(svm: &Svm) -> Order {
        Order::buy(svm, BTC, "40001", 100_000).immediate()
    }

    /// I716. The order filled $640.
    #[test]
    fn thirty_two_orders_of_one_lot_hide_nothing_behind_them() {
        let (mut svm, [alice, bob, carol]) = wall();
        wait(&mut svm, 3);
        let order = placed(svm.place(&alice, hundred(&svm), &[&bob, &carol]));
        assert_eq!((order.filled, order.fills.len()), (100_000, 9));
        assert_eq!(order.value, 8 * 40_000_000 + 99_992 * 40_001_000, "of $4,000,000 ordered");
        assert_eq!(order_count(&svm, &bob, BTC), 24);
        svm.assert_reconciled();
    }

    /// I716. Without the account of the wall, the order filled nothing.
    #[test]
    fn an_odd_lot_whose_maker_was_not_passed_in_ends_no_match() {
        let (mut svm, [alice, bob, carol]) = wall();
        wait(&mut svm, 3);
        assert_eq!(placed(svm.place(&alice, hundred(&svm), &[&carol])).filled, 100_000);
        assert_eq!(order_count(&svm, &bob, BTC), 32);
        // An order of sixteen times the least one, $80, does end it.
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 2)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
        wait(&mut svm, 3);
        let buy = Order::buy(&svm, BTC, "40001", 5).immediate();
        assert_eq!(placed(svm.place(&alice, buy, &[&carol])).filled, 0);
        svm.assert_reconciled();
    }

    /// I716. What is odd goes by the impact notional too: a sixteenth of it.
    #[test]
    fn odd_lots_go_by_the_impact_notional_where_there_is_one() {
        let mut svm = Svm::with_config(|c| {
            for (key, value) in [("impact_notional", "25_000"), ("period", "28_800"), ("max_premium", "0.01")] {
                c.perpetual[0].contract.funding.set(key, value);
            }
        })
        .unwrap();
        let [alice, bob, carol] = core::array::from_fn(|_| svm.trader("1000000").unwrap());
        for (lots, filled) in [(39, 5), (40, 0)] {
            // 39 lots are $1,560, 40 are $1,600; a sixteenth is $1,562.50.
            let wall = svm.rest(&bob, Order::sell(&svm, BTC, "40000", lots)).unwrap();
            svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
            wait(&mut svm, 3);
            let buy = Order::buy(&svm, BTC, "40001", 5).immediate();
            assert_eq!(placed(svm.place(&alice, buy, &[&carol])).filled, filled);
            svm.cancel(&bob, BTC, wall).unwrap();
        }
    }

    /// I717. They made takers fill nothing.
    #[test]
    fn seventeen_expired_orders_stop_no_taker() {
        for prunes in [false, true] {
            let (mut svm, [alice, bob, carol]) = desk();
            let until = svm.now() + 30;
            for _ in 0..17 {
                svm.rest(&bob, Order::sell(&svm, BTC, "40000", 2).until(until)).unwrap();
            }
            svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
            wait(&mut svm, 30);
            let makers = if prunes { vec![&bob, &carol] } else { vec![&carol] };
            let order = placed(svm.place(&alice, Order::buy(&svm, BTC, "40001", 5), &makers));
            assert_eq!((order.filled, order.fills[0].maker), (5, carol.margin));
            assert_eq!(order_count(&svm, &bob, BTC), if prunes { 17 - MAX_PRUNED as u32 } else { 17 });
            svm.assert_reconciled();
        }
    }

    /// I717. One that sells to whom has expired orders of his own is not ended by them either.
    #[test]
    fn an_expired_order_of_ones_own_is_looked_past() {
        let (mut svm, [alice, carol]) = desk();
        svm.rest(&alice, Order::sell(&svm, BTC, "40000", 2).until(svm.now() + 30)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
        wait(&mut svm, 30);
        let buy = Order::buy(&svm, BTC, "40001", 5).self_trade(SelfTrade::Abort);
        assert_eq!(placed(svm.place(&alice, buy, &[&carol])).filled, 5);
    }

    /// I717. The bid was refused: it would cross.
    #[test]
    fn seventeen_expired_asks_refuse_no_post_only_bid() {
        let (mut svm, [alice, bob]) = desk();
        let until = svm.now() + 30;
        for _ in 0..17 {
            svm.rest(&bob, Order::sell(&svm, BTC, "40000", 2).until(until)).unwrap();
        }
        wait(&mut svm, 30);
        assert_eq!(placed(svm.place(&alice, Order::buy(&svm, BTC, "40001", 5).post_only(), &[])).resting, 5);
        assert_eq!(placed(svm.place(&alice, Order::buy(&svm, BTC, "40001", 5).slide(), &[])).price, 400_010);
    }

    /// I717. As many as an instruction looks past, and one more; what looking costs.
    #[test]
    fn what_is_looked_past_is_bounded_in_compute() {
        let (mut svm, [alice, carol]) = desk();
        let until = svm.now() + 30;
        let ask = |svm: &Svm| Order::sell(svm, ETH, "2500", 1).post_only().until(until);
        let cost = |svm: &mut Svm| {
            let e = svm.exchange;
            let buy = Order::buy(svm, ETH, "2501", 1).immediate().args;
            let ix = instruction::place_order(&e, &alice.address(), &alice.margin, ETH, &[carol.margin], &buy);
            let sent = svm.simulate(&[ix], &[&alice.key]).unwrap();
            let head = format!("Program {} consumed ", ballast_client::ballast::ID);
            let line = sent.log.iter().find_map(|l| l.strip_prefix(&head)).unwrap();
            let filled = event::find::<OrderPlaced>(&sent.log)[0].filled;
            (line.split(' ').next().unwrap().parse::<u64>().unwrap(), filled)
        };
        svm.rest(&carol, Order::sell(&svm, ETH, "2501", 4)).unwrap();
        let (alone, _) = cost(&mut svm);
        for n in 0..16 {
            let maker = svm.trader("100000").unwrap();
            let mut orders = vec![ask(&svm); 16];
            if n == 15 {
                orders.pop();
            }
            svm.batch(&maker, ETH, &[], &orders, &[]).unwrap();
        }
        let last = svm.trader("1000").unwrap();
        wait(&mut svm, 30);
        let (most, filled) = cost(&mut svm);
        println!("{alone} CU alone, {most} past 255 expired orders");
        assert!(filled == 1 && most < alone + 60_000, "{most} after {alone}");
        // The 256th is not looked past, here as little as by an order that only posts.
        svm.rest(&last, Order::sell(&svm, ETH, "2500", 1).post_only().until(svm.now() + 30)).unwrap();
        wait(&mut svm, 30);
        assert_eq!(cost(&mut svm).1, 0);
        svm.prune(&last, ETH, 1).unwrap();
        assert_eq!(cost(&mut svm).1, 1);
    }
}

/// I718. An order that lived for a second left a dead order at the top of the book.
#[test]
fn an_order_that_rests_lives_for_thirty_seconds_at_least() {
    let (mut svm, [alice, bob]) = desk();
    let now = svm.now();
    let buy = Order::buy(&svm, BTC, "39000", 5);
    for order in [buy, buy.post_only(), buy.slide()] {
        let failed = refused(&mut svm, |svm| svm.place(&alice, order.until(now + 29), &[]), E::OrderLifeTooShort);
        assert_eq!(numbers(&failed, "life"), (29, 30));
        for past in [now, now - 1, i64::MIN] {
            refused(&mut svm, |svm| svm.place(&alice, order.until(past), &[]), E::OrderExpired);
        }
    }
    let old = svm.rest(&alice, buy.until(now + 30)).unwrap();
    refused(&mut svm, |svm| svm.replace(&alice, old, buy.until(now + 29), &[]), E::OrderLifeTooShort);
    // Where nothing rests, the time is a deadline.
    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 9)).unwrap();
    let take = Order::buy(&svm, BTC, "40000", 5).until(now + 1);
    assert_eq!(placed(svm.place(&alice, take.immediate(), &[&bob])).filled, 5);
    assert_eq!(placed(svm.place(&alice, Order::market_buy(BTC, 4).until(now + 1), &[&bob])).filled, 4);
}
