//! Orders and matching (I205, I211, I212, I220 to I228).

use crate::harness::refusal::{assert_refused, numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::SelfTrade::{Abort, CancelMaker, CancelTaker},
        constants::{MAX_FILLS, MAX_GROWTH, MAX_PASSED},
        events::OrderPlaced,
        state::Pause,
        state::Permissions,
    },
    book::Side,
    event, instruction, margin,
    risk::{Lots, MAX_POSITIONS, QuoteNative, Requirements, Ticks},
};
use ballast_testkit::{BTC, ETH, Failed, Order, SOL, Sent, Svm, Trader};
use solana_keypair::Keypair;
use solana_signer::Signer;

const LAMPORTS: u64 = 1_000_000_000;

/// An exchange with two rich traders.
fn two() -> (Svm, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("1000000").unwrap(), svm.trader("1000000").unwrap());
    (svm, alice, bob)
}

/// An exchange with three.
fn three() -> (Svm, Trader, Trader, Trader) {
    let (mut svm, alice, bob) = two();
    let carol = svm.trader("1000000").unwrap();
    (svm, alice, bob, carol)
}

/// The order that a transaction placed.
fn placed(sent: &Sent) -> OrderPlaced {
    let mut orders = event::find::<OrderPlaced>(&sent.log);
    assert_eq!(orders.len(), 1, "one order, one event");
    orders.remove(0)
}

/// Orders of which the outcome is known. Methods, so that an order can be made from the machine it is placed on.
trait Desk {
    /// Places an order that must go through.
    fn placed(&mut self, t: &Trader, order: Order, makers: &[&Trader]) -> OrderPlaced;
    /// Places an order that must be refused.
    fn refuse(&mut self, t: &Trader, order: Order, makers: &[&Trader], error: E) -> Failed;
}

impl Desk for Svm {
    #[track_caller]
    fn placed(&mut self, t: &Trader, order: Order, makers: &[&Trader]) -> OrderPlaced {
        match self.place(t, order, makers) {
            Ok(sent) => placed(&sent),
            Err(failed) => panic!("{failed:#?}"),
        }
    }

    #[track_caller]
    fn refuse(&mut self, t: &Trader, order: Order, makers: &[&Trader], error: E) -> Failed {
        refused(self, |svm| svm.place(t, order, makers), error)
    }
}

/// Prices and lots of one side of a book, best first.
fn side(svm: &Svm, instrument: u16, side: Side) -> Vec<(i64, i64)> {
    let market = svm.market(instrument);
    let book = market.book().unwrap();
    book.check_invariants().unwrap();
    book.orders(side).map(|o| o.unwrap().1).map(|o| (o.price_ticks.get(), o.lots.get())).collect()
}

/// What resting orders count for in an account: bid lots, ask lots, bid value, ask value, number.
fn order_totals(svm: &Svm, t: &Trader, instrument: u16) -> (i64, i64, i64, i64, u32) {
    let board = svm.board();
    let portfolio = svm.portfolio(t);
    match portfolio.position(board.board.instrument(instrument).unwrap()) {
        Some(p) => (p.bid_lots.get(), p.ask_lots.get(), p.bid_value.get(), p.ask_value.get(), p.order_count),
        None => (0, 0, 0, 0, 0),
    }
}

mod placing {
    use super::*;

    #[test]
    fn a_limit_order_rests_and_counts() {
        let (mut svm, alice, _) = two();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "39000", 7).client_id(5), &[]);
        assert_eq!((order.filled, order.resting, order.client_id), (0, 7, 5));
        assert_eq!(side(&svm, BTC, Side::Bid), [(390_000, 7)]);
        assert_eq!(order_totals(&svm, &alice, BTC), (7, 0, 273_000_000, 0, 1));
        svm.cancel(&alice, BTC, (order.handle, order.sequence)).unwrap();
        assert_eq!(side(&svm, BTC, Side::Bid), []);
        assert_eq!(svm.portfolio(&alice).position_count, 0);
    }

    #[test]
    fn a_limit_order_trades_what_it_can_and_rests_with_the_remainder() {
        let (mut svm, alice, bob) = two();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 3)).unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40010", 10), &[&bob]);
        assert_eq!((order.filled, order.resting, order.value), (3, 7, 120_000_000));
        assert_eq!(order.fills.len(), 1);
        assert_eq!((order.fills[0].price, order.fills[0].lots, order.fills[0].maker), (400_000, 3, bob.margin));
        assert_eq!((svm.lots(&alice, BTC), svm.lots(&bob, BTC)), (3, -3));
        assert_eq!((side(&svm, BTC, Side::Bid), side(&svm, BTC, Side::Ask)), (vec![(400_100, 7)], vec![]));
        svm.assert_reconciled();
    }

    #[test]
    fn a_maker_that_is_filled_in_part_goes_on_resting() {
        let (mut svm, alice, bob) = two();
        svm.rest(&bob, Order::buy(&svm, BTC, "40000", 10)).unwrap();
        let order = svm.placed(&alice, Order::sell(&svm, BTC, "39990", 4), &[&bob]);
        assert_eq!((order.filled, order.resting), (4, 0));
        assert_eq!(side(&svm, BTC, Side::Bid), [(400_000, 6)]);
        assert_eq!(order_totals(&svm, &bob, BTC), (6, 0, 240_000_000, 0, 1));
        assert_eq!((svm.lots(&alice, BTC), svm.lots(&bob, BTC)), (-4, 4));
        svm.assert_reconciled();
    }

    #[test]
    fn a_post_only_order_that_would_trade_is_refused() {
        let (mut svm, alice, bob) = two();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 3)).unwrap();
        for price in ["40000", "40000.1", "44000"] {
            svm.refuse(&alice, Order::buy(&svm, BTC, price, 1).post_only(), &[&bob], E::WouldCross);
        }
        svm.placed(&alice, Order::buy(&svm, BTC, "39999.9", 1).post_only(), &[]);
        // Against one's own order too.
        svm.refuse(&alice, Order::sell(&svm, BTC, "39999.9", 1).post_only(), &[], E::WouldCross);
        svm.placed(&alice, Order::sell(&svm, BTC, "40000", 1).post_only(), &[]);
    }

    #[test]
    fn an_immediate_order_never_rests() {
        let (mut svm, alice, bob) = two();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000", 5).immediate(), &[]);
        assert_eq!((order.filled, order.resting, order.sequence, order.handle), (0, 0, 0, 0));
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 3)).unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000", 5).immediate(), &[&bob]);
        assert_eq!((order.filled, order.resting), (3, 0));
        assert_eq!((side(&svm, BTC, Side::Bid), side(&svm, BTC, Side::Ask)), (vec![], vec![]));
    }

    #[test]
    fn a_fill_or_kill_order_trades_whole_or_not_at_all() {
        let (mut svm, alice, bob, carol) = three();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 3)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 3)).unwrap();
        let buy = |svm: &Svm, price, lots| Order::buy(svm, BTC, price, lots).fill_or_kill();
        let order = buy(&svm, "40001", 7);
        let failed = svm.refuse(&alice, order, &[&bob, &carol], E::WouldNotFill);
        assert_eq!(numbers(&failed, "lots:"), (7, 6));
        let order = buy(&svm, "40000.9", 6);
        svm.refuse(&alice, order, &[&bob, &carol], E::WouldNotFill);
        let order = svm.placed(&alice, buy(&svm, "40001", 6), &[&bob, &carol]);
        assert_eq!((order.filled, order.fills.len()), (6, 2));
    }

    /// I224.
    #[test]
    fn a_reduce_only_order_is_cut_to_the_position() {
        let (mut svm, alice, bob) = two();
        svm.trade(&alice, &bob, BTC, "40000", 5).unwrap();
        let order = svm.placed(&alice, Order::sell(&svm, BTC, "40010", 100).reduce_only(), &[]);
        assert_eq!(order.resting, 5);
        // It carries no margin and counts as an order only.
        assert_eq!(order_totals(&svm, &alice, BTC), (0, 0, 0, 0, 1));
        svm.refuse(&alice, Order::buy(&svm, BTC, "40000", 1).reduce_only(), &[], E::NothingToReduce);
        svm.rest(&bob, Order::buy(&svm, BTC, "40000", 50)).unwrap();
        let order = svm.placed(&alice, Order::sell(&svm, BTC, "40000", 9).reduce_only().immediate(), &[&bob]);
        assert_eq!(order.filled, 5);
        assert_eq!(svm.lots(&alice, BTC), 0);
    }

    /// I224.
    #[test]
    fn a_reduce_only_order_that_rests_is_worth_the_least_value() {
        let (mut svm, alice, bob) = two();
        svm.trade(&alice, &bob, SOL, "40", 4).unwrap();
        // A lot is worth four dollars, the least is five.
        let small = Order::sell(&svm, SOL, "40", 1).reduce_only();
        for order in [small, small.post_only(), small.slide()] {
            let failed = svm.refuse(&alice, order, &[], E::BadSize);
            assert_eq!(numbers(&failed, "order value"), (4_000_000, 5_000_000));
        }
        let two = svm.rest(&alice, Order::sell(&svm, SOL, "40", 2).reduce_only()).unwrap();
        refused(&mut svm, |svm| svm.replace(&alice, two, small, &[]), E::BadSize);
        svm.cancel(&alice, SOL, two).unwrap();
        // What never rests is free to be small.
        svm.rest(&bob, Order::buy(&svm, SOL, "40", 9)).unwrap();
        assert_eq!(svm.placed(&alice, small.immediate(), &[&bob]).filled, 1);
        assert_eq!(svm.placed(&alice, small.fill_or_kill(), &[&bob]).filled, 1);
        assert_eq!(svm.placed(&alice, Order::market_sell(SOL, 1).reduce_only(), &[&bob]).filled, 1);
        // The last lot is the whole position: it is closed at once.
        svm.refuse(&alice, Order::sell(&svm, SOL, "41", 1).reduce_only().post_only(), &[], E::BadSize);
        assert_eq!(svm.placed(&alice, small.immediate(), &[&bob]).filled, 1);
        svm.assert_reconciled();
    }
}

mod bounds {
    use super::*;

    #[test]
    fn the_price_band_holds_to_the_tick_on_both_sides() {
        let (mut svm, alice, _) = two();
        // Ten per cent around 40,000.
        for price in ["36000", "44000"] {
            svm.placed(&alice, Order::buy(&svm, BTC, price, 1).immediate(), &[]);
            svm.placed(&alice, Order::sell(&svm, BTC, price, 1).immediate(), &[]);
        }
        for price in ["35999.9", "44000.1"] {
            svm.refuse(&alice, Order::buy(&svm, BTC, price, 1), &[], E::BadPrice);
            svm.refuse(&alice, Order::sell(&svm, BTC, price, 1), &[], E::BadPrice);
        }
    }

    #[test]
    fn the_band_is_rounded_inwards() {
        let (mut svm, alice, _) = two();
        svm.advance(1);
        // 90 % and 110 % of 40,000.05 are 36,000.045 and 44,000.055.
        svm.publish(BTC, "40000.05").unwrap();
        svm.placed(&alice, Order::buy(&svm, BTC, "36000.1", 1), &[]);
        svm.placed(&alice, Order::sell(&svm, BTC, "44000", 1), &[]);
        svm.refuse(&alice, Order::buy(&svm, BTC, "36000", 1), &[], E::BadPrice);
        let failed = svm.refuse(&alice, Order::sell(&svm, BTC, "44000.1", 1), &[], E::BadPrice);
        assert!(failed.log.iter().any(|l| l.contains("price 440001, band 360001 to 440000 ticks")));
    }

    #[test]
    fn the_least_value_holds_to_the_unit() {
        let (mut svm, alice, _) = two();
        // Two lots of 0.1 SOL at 25 dollars are five.
        svm.advance(1);
        svm.publish(SOL, "25").unwrap();
        svm.placed(&alice, Order::buy(&svm, SOL, "25", 2), &[]);
        let failed = svm.refuse(&alice, Order::buy(&svm, SOL, "24.999", 2), &[], E::BadSize);
        assert_eq!(numbers(&failed, "order value"), (4_999_800, 5_000_000));
    }

    #[test]
    fn a_full_side_takes_orders_again_once_the_market_has_grown() {
        let mut svm = Svm::new().unwrap();
        let capacity = svm.market(SOL).book().unwrap().side_capacity();
        let mut makers = Vec::new();
        for n in 0..capacity {
            if n % 64 == 0 {
                makers.push(svm.trader("100000").unwrap());
            }
            svm.rest(makers.last().unwrap(), Order::buy(&svm, SOL, "39", 2)).unwrap();
        }
        let late = svm.trader("1000").unwrap();
        // Nobody's account is passed in whose order might give way.
        svm.refuse(&late, Order::buy(&svm, SOL, "39.5", 2), &[], E::BookFull);
        // The other side is not shut out.
        svm.rest(&late, Order::sell(&svm, SOL, "41", 2)).unwrap();
        svm.grow_market(SOL).unwrap();
        svm.rest(&late, Order::buy(&svm, SOL, "39.5", 2)).unwrap();
        assert_eq!(side(&svm, SOL, Side::Bid).len(), capacity + 1);
        assert_eq!(side(&svm, SOL, Side::Bid)[0], (39_500, 2));
        let more = svm.market(SOL).book().unwrap().side_capacity();
        assert!(more - capacity >= MAX_GROWTH / 112 / 2, "{capacity} a side, then {more}");
    }

    #[test]
    fn an_account_has_sixty_four_orders_in_a_market() {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader("1000000").unwrap();
        for _ in 0..2 {
            svm.grow_market(BTC).unwrap();
        }
        let mut orders = Vec::new();
        for _ in 0..64 {
            orders.push(svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1)).unwrap());
        }
        svm.refuse(&alice, Order::buy(&svm, BTC, "39000", 1), &[], E::TooManyOrders);
        svm.refuse(&alice, Order::sell(&svm, BTC, "41000", 1), &[], E::TooManyOrders);
        svm.rest(&alice, Order::buy(&svm, ETH, "2400", 1)).unwrap();
        svm.cancel(&alice, BTC, orders[31]).unwrap();
        svm.rest(&alice, Order::sell(&svm, BTC, "41000", 1)).unwrap();
        svm.cancel_all(&alice, BTC, 10).unwrap();
        assert_eq!(order_totals(&svm, &alice, BTC).4, 54);
        svm.cancel_all(&alice, BTC, u16::MAX).unwrap();
        assert_eq!(order_totals(&svm, &alice, BTC), (0, 0, 0, 0, 0));
        assert_eq!((side(&svm, BTC, Side::Bid), side(&svm, BTC, Side::Ask)), (vec![], vec![]));
    }

    #[test]
    fn an_account_has_sixty_four_positions() {
        let (mut svm, alice, bob) = two();
        svm.list_more(MAX_POSITIONS + 1 - 3).unwrap();
        let price = |n: usize| ["40000", "2500", "40"][n % 3];
        for n in 0..MAX_POSITIONS {
            let order = Order::buy(&svm, n as u16, price(n), 2);
            // Half of them orders only: an instrument with an order takes a slot like one with lots.
            if n % 2 == 0 {
                svm.trade(&alice, &bob, n as u16, price(n), 2).unwrap();
            } else {
                svm.rest(&alice, order).unwrap();
            }
        }
        assert_eq!(svm.portfolio(&alice).position_count as usize, MAX_POSITIONS);
        let last = MAX_POSITIONS as u16;
        let order = Order::buy(&svm, last, price(MAX_POSITIONS), 2);
        svm.refuse(&alice, order, &[], E::NoFreePosition);
        svm.rest(&bob, Order::sell(&svm, last, price(MAX_POSITIONS), 2)).unwrap();
        svm.refuse(&alice, order.immediate(), &[&bob], E::NoFreePosition);
        svm.cancel_all(&alice, 1, 1).unwrap();
        let order = svm.placed(&alice, order, &[&bob]);
        assert_eq!(order.filled, 2);
        svm.assert_reconciled();
    }

    #[test]
    fn lots_and_orders_of_a_side_stay_within_the_position_limit() {
        let mut svm = Svm::with_config(|c| c.perpetual[0].contract.limits.set("max_position", "0.02")).unwrap();
        let (alice, bob) = (svm.trader("1000000").unwrap(), svm.trader("1000000").unwrap());
        svm.trade(&alice, &bob, BTC, "40000", 8).unwrap();
        svm.refuse(&alice, Order::buy(&svm, BTC, "39000", 21), &[], E::BadSize);
        let failed = svm.refuse(&alice, Order::buy(&svm, BTC, "39000", 13), &[], E::PositionLimit);
        assert!(
            failed.log.iter().any(|l| l.contains("position and orders in instrument 0 would be 21 lots, limit 20"))
        );
        svm.placed(&alice, Order::buy(&svm, BTC, "39000", 12), &[]);
        svm.refuse(&alice, Order::buy(&svm, BTC, "39000", 1), &[], E::PositionLimit);
        // The other way there is room for what is held as well; asks alone stay within the limit.
        svm.placed(&alice, Order::sell(&svm, BTC, "41000", 20), &[]);
        svm.refuse(&alice, Order::sell(&svm, BTC, "41000", 1), &[], E::PositionLimit);
        // A fill counts like an order.
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 1)).unwrap();
        svm.refuse(&alice, Order::buy(&svm, BTC, "40000", 1).immediate(), &[&bob], E::PositionLimit);
    }

    /// I211.
    #[test]
    fn open_interest_may_reach_its_cap_and_not_pass_it() {
        let mut svm = Svm::with_config(|c| c.perpetual[0].contract.limits.set("open_interest_cap", "0.01")).unwrap();
        let (alice, bob, carol) =
            (svm.trader("100000").unwrap(), svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 11)).unwrap();
        let buy = |svm: &Svm, lots| Order::buy(svm, BTC, "40000", lots).immediate();
        let order = buy(&svm, 11);
        let failed = svm.refuse(&alice, order, &[&bob], E::OpenInterestCap);
        assert_eq!(numbers(&failed, "open interest"), (11, 10));
        let order = buy(&svm, 10);
        svm.placed(&alice, order, &[&bob]);
        assert_eq!(svm.market(BTC).header.open_interest_long.get(), 10);
        // At the cap, positions may still change hands and shrink.
        let order = buy(&svm, 1);
        svm.refuse(&carol, order, &[&bob], E::OpenInterestCap);
        svm.cancel_all(&bob, BTC, 9).unwrap();
        svm.rest(&alice, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        let order = buy(&svm, 5);
        svm.placed(&carol, order, &[&alice]);
        assert_eq!(svm.market(BTC).header.open_interest_long.get(), 10);
        svm.trade(&bob, &carol, BTC, "40000", 5).unwrap();
        assert_eq!(svm.market(BTC).header.open_interest_long.get(), 5);
        svm.assert_reconciled();
    }

    #[test]
    fn a_match_ends_after_sixteen_fills() {
        let (mut svm, alice, bob) = two();
        for _ in 0..MAX_FILLS + 2 {
            svm.rest(&bob, Order::sell(&svm, BTC, "40000", 2)).unwrap();
        }
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000", 60).immediate(), &[&bob]);
        assert_eq!((order.filled, order.fills.len()), (2 * MAX_FILLS as i64, MAX_FILLS));
        assert_eq!(side(&svm, BTC, Side::Ask), [(400_000, 2); 2]);
    }

    #[test]
    fn a_match_passes_at_most_sixteen_orders_that_it_cannot_trade_with() {
        let (mut svm, alice, bob, carol) = three();
        for _ in 0..MAX_PASSED {
            svm.rest(&bob, Order::sell(&svm, BTC, "40000", 2)).unwrap();
        }
        svm.rest(&carol, Order::sell(&svm, BTC, "40000", 1)).unwrap();
        // Bob's orders are young and he is not passed in.
        let buy = Order::buy(&svm, BTC, "40000", 1).immediate();
        assert_eq!(svm.placed(&alice, buy, &[&carol]).filled, 0);
        svm.cancel_all(&bob, BTC, 1).unwrap();
        assert_eq!(svm.placed(&alice, buy, &[&carol]).filled, 1);
    }
}

mod makers {
    use super::*;

    #[test]
    fn are_met_in_price_time_priority() {
        let (mut svm, alice, bob, carol) = three();
        svm.rest(&bob, Order::sell(&svm, BTC, "40002", 1).client_id(4)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 2).client_id(2)).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40001", 3).client_id(3)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40000", 4).client_id(1)).unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40002", 20), &[&bob, &carol]);
        let fills: Vec<_> = order.fills.iter().map(|f| (f.maker_client_id, f.price, f.lots)).collect();
        assert_eq!(fills, [(1, 400_000, 4), (2, 400_010, 2), (3, 400_010, 3), (4, 400_020, 1)]);
        assert_eq!((order.filled, order.resting), (10, 10));
        assert_eq!((svm.lots(&bob, BTC), svm.lots(&carol, BTC)), (-4, -6));
        svm.assert_reconciled();
    }

    #[test]
    fn are_met_in_price_time_priority_on_the_bid_side() {
        let (mut svm, alice, bob, carol) = three();
        svm.rest(&bob, Order::buy(&svm, BTC, "39998", 1).client_id(3)).unwrap();
        svm.rest(&carol, Order::buy(&svm, BTC, "39999", 2).client_id(1)).unwrap();
        svm.rest(&bob, Order::buy(&svm, BTC, "39999", 3).client_id(2)).unwrap();
        let order = svm.placed(&alice, Order::sell(&svm, BTC, "39998", 6).fill_or_kill(), &[&bob, &carol]);
        let fills: Vec<_> = order.fills.iter().map(|f| (f.maker_client_id, f.price, f.lots)).collect();
        assert_eq!(fills, [(1, 399_990, 2), (2, 399_990, 3), (3, 399_980, 1)]);
    }

    #[test]
    fn not_passed_in_are_stepped_over_while_their_orders_are_young() {
        let (mut svm, alice, bob, carol) = three();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
        svm.advance(2);
        let buy = Order::buy(&svm, BTC, "40001", 1).immediate();
        let order = svm.placed(&alice, buy, &[&carol]);
        assert_eq!((order.filled, order.fills[0].maker), (1, carol.margin));
        svm.advance(1);
        // Now whoever takes could have known of Bob's order.
        assert_eq!(svm.placed(&alice, buy, &[&carol]).filled, 0);
        assert_eq!(svm.placed(&alice, buy, &[&carol, &bob]).fills[0].maker, bob.margin);
    }

    /// I226.
    #[test]
    fn who_were_not_needed_are_left_alone() {
        let (mut svm, alice, bob, carol) = three();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        let before = svm.account(&carol.margin);
        svm.placed(&alice, Order::buy(&svm, BTC, "40000", 5), &[&carol, &bob]);
        assert_eq!(before, svm.account(&carol.margin));
    }

    #[test]
    fn lose_an_order_that_has_expired() {
        let (mut svm, alice, bob, carol) = three();
        let until = svm.now() + 30;
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5).until(until)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
        let buy = Order::buy(&svm, BTC, "40001", 1).immediate();
        svm.advance(29);
        svm.refresh_all();
        assert_eq!(svm.placed(&alice, buy, &[&bob, &carol]).fills[0].maker, bob.margin);
        svm.advance(1);
        // Not passed in: stepped over, however old.
        assert_eq!(svm.placed(&alice, buy, &[&carol]).fills[0].maker, carol.margin);
        assert_eq!(side(&svm, BTC, Side::Ask).len(), 2);
        // Passed in: taken off the book.
        let order = svm.placed(&alice, buy, &[&bob, &carol]);
        assert_eq!((order.filled, order.fills[0].maker), (1, carol.margin));
        assert_eq!(side(&svm, BTC, Side::Ask), [(400_010, 3)]);
        assert_eq!(order_totals(&svm, &bob, BTC).4, 0);
        assert_eq!(svm.lots(&bob, BTC), -1);
    }

    #[test]
    fn who_cannot_carry_the_fill_lose_the_order_and_the_match_goes_on() {
        let (mut svm, alice, bob, carol) = three();
        let poor = svm.trader("100").unwrap();
        svm.rest(&poor, Order::sell(&svm, BTC, "40000", 16)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 16)).unwrap();
        // 16 lots of 40 dollars need 96 as an order, and 120 as a position.
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40001", 16), &[&poor, &carol]);
        assert_eq!((order.filled, order.makers_cancelled, order.fills.len()), (16, 1, 1));
        assert_eq!(order.fills[0].maker, carol.margin);
        let portfolio = svm.portfolio(&poor);
        assert_eq!((portfolio.position_count, portfolio.cash.get()), (0, 100_000_000));
        assert_eq!(side(&svm, BTC, Side::Ask), []);
        drop(bob);
        svm.assert_reconciled();
    }

    #[test]
    fn whose_margin_cannot_be_computed_lose_the_order() {
        let (mut svm, alice, bob, carol) = three();
        svm.trade(&bob, &carol, ETH, "2500", 10).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        svm.rest(&carol, Order::sell(&svm, BTC, "40001", 5)).unwrap();
        svm.advance(11);
        svm.publish(BTC, "40000").unwrap();
        // Both hold ETH, whose price is stale: new risk is not theirs to take.
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40001", 5).immediate(), &[&bob, &carol]);
        assert_eq!((order.filled, order.makers_cancelled), (0, 2));
        assert_eq!(side(&svm, BTC, Side::Ask), []);
    }

    #[test]
    fn who_reduce_are_filled_whatever_else_they_hold() {
        let (mut svm, alice, bob, carol) = three();
        svm.trade(&bob, &carol, ETH, "2500", 10).unwrap();
        svm.trade(&bob, &carol, BTC, "40000", 10).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 10)).unwrap();
        svm.advance(11);
        svm.publish(BTC, "40000").unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000", 10).immediate(), &[&bob]);
        assert_eq!((order.filled, order.makers_cancelled), (10, 0));
        assert_eq!(svm.lots(&bob, BTC), 0);
    }

    /// I224.
    #[test]
    fn with_reduce_only_orders_are_cut_to_their_position() {
        let (mut svm, alice, bob, carol) = three();
        svm.trade(&bob, &carol, BTC, "40000", 10).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 6).reduce_only()).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40001", 4).reduce_only()).unwrap();
        // Six of the ten go elsewhere.
        svm.trade(&carol, &bob, BTC, "39990", 6).unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40001", 10).immediate(), &[&bob]);
        assert_eq!((order.filled, order.fills.len()), (4, 1));
        assert_eq!(svm.lots(&bob, BTC), 0);
        // With nothing to reduce, what is left of the first is off the book, and so is the second.
        assert_eq!((side(&svm, BTC, Side::Ask), svm.portfolio(&bob).position(&btc(&svm)).is_none()), (vec![], true));
    }

    fn btc(svm: &Svm) -> ballast_client::risk::Instrument {
        *svm.board().board.instrument(BTC).unwrap()
    }
}

mod self_trade {
    use super::*;

    fn own_order() -> (Svm, Trader, Trader) {
        let (mut svm, alice, bob) = two();
        svm.rest(&alice, Order::sell(&svm, BTC, "40000", 5)).unwrap();
        svm.rest(&bob, Order::sell(&svm, BTC, "40001", 5)).unwrap();
        (svm, alice, bob)
    }

    #[test]
    fn may_abort() {
        let (mut svm, alice, bob) = own_order();
        svm.refuse(&alice, Order::buy(&svm, BTC, "40001", 9).self_trade(Abort), &[&bob], E::SelfTrade);
    }

    #[test]
    fn may_cancel_the_maker() {
        let (mut svm, alice, bob) = own_order();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40001", 9).self_trade(CancelMaker), &[&bob]);
        assert_eq!((order.filled, order.resting), (5, 4));
        assert_eq!((side(&svm, BTC, Side::Ask), side(&svm, BTC, Side::Bid)), (vec![], vec![(400_010, 4)]));
        assert_eq!(order_totals(&svm, &alice, BTC), (4, 0, 160_004_000, 0, 1));
    }

    #[test]
    fn may_cancel_the_taker() {
        let (mut svm, alice, bob) = own_order();
        let taker = Order::buy(&svm, BTC, "40001", 9).self_trade(CancelTaker);
        let order = svm.placed(&alice, taker, &[&bob]);
        assert_eq!((order.filled, order.resting), (0, 0));
        assert_eq!(side(&svm, BTC, Side::Ask).len(), 2);
        // What it traded before stands.
        svm.rest(&bob, Order::sell(&svm, BTC, "39999", 3)).unwrap();
        let order = svm.placed(&alice, taker, &[&bob]);
        assert_eq!((order.filled, order.resting), (3, 0));
    }

    #[test]
    fn is_also_that_of_two_accounts_of_one_owner() {
        let (mut svm, alice, bob) = own_order();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
        let buy = Order::buy(&svm, BTC, "40001", 9);
        svm.refuse(&second, buy.self_trade(Abort), &[&alice, &bob], E::SelfTrade);
        let order = svm.placed(&second, buy.self_trade(CancelTaker), &[&alice, &bob]);
        assert_eq!((order.filled, order.resting), (0, 0));
        let order = svm.placed(&second, buy.self_trade(CancelMaker), &[&alice, &bob]);
        assert_eq!((order.filled, order.resting), (5, 4));
        assert_eq!((svm.lots(&alice, BTC), svm.lots(&second, BTC)), (0, 5));
        assert_eq!(order_totals(&svm, &alice, BTC), (0, 0, 0, 0, 0));
    }

    /// A delegate of one account takes no order of the owner's others off the book, unless he may trade for those too.
    #[test]
    fn of_two_accounts_cancels_where_the_authority_may_trade_for_both() {
        let (mut svm, alice, bob) = own_order();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
        let (delegate, until) = (Keypair::new(), svm.now() + 100);
        svm.fund(&delegate.pubkey());
        svm.delegate(&second, &delegate.pubkey(), Permissions::TRADE, until).unwrap();
        svm.delegate(&alice, &delegate.pubkey(), Permissions::all() & !Permissions::TRADE, until).unwrap();
        let args = Order::buy(&svm, BTC, "40001", 9).self_trade(CancelMaker).args;
        let makers = [alice.margin, bob.margin];
        let e = svm.exchange;
        let buy = instruction::place_order(&e, &delegate.pubkey(), &second.margin, BTC, &makers, &args);
        let alices = svm.account(&alice.margin);
        let order = placed(&svm.send(std::slice::from_ref(&buy), &[&delegate]).unwrap());
        assert_eq!((order.filled, order.resting), (0, 0));
        assert_eq!(svm.account(&alice.margin), alices);
        assert_eq!(side(&svm, BTC, Side::Ask).len(), 2);
        svm.delegate(&alice, &delegate.pubkey(), Permissions::TRADE, until).unwrap();
        svm.advance(1); // the same transaction would be one already known
        let order = placed(&svm.send(&[buy], &[&delegate]).unwrap());
        assert_eq!((order.filled, order.resting), (5, 4));
        assert_eq!(order_totals(&svm, &alice, BTC), (0, 0, 0, 0, 0));
        svm.assert_reconciled();
    }
}

mod fees {
    use super::*;

    #[test]
    fn the_takers_fee_is_rounded_up_and_the_makers_rebate_down() {
        let (mut svm, alice, bob) = two();
        let cash = |svm: &Svm, t: &Trader| svm.portfolio(t).cash.get();
        let (alices, bobs) = (cash(&svm, &alice), cash(&svm, &bob));
        svm.rest(&bob, Order::sell(&svm, BTC, "40000.1", 1)).unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000.1", 1), &[&bob]);
        // 40.0001 dollars: 0.02000005 up, 0.00400001 down.
        assert_eq!((order.value, order.fee, order.fills[0].maker_fee), (40_000_100, 20_001, -4_000));
        assert_eq!((cash(&svm, &alice), cash(&svm, &bob)), (alices - 20_001, bobs + 4_000));
        assert_eq!(svm.market(BTC).header.unswept_fees.get(), 16_001);
        svm.assert_reconciled();
    }

    #[test]
    fn are_rounded_in_each_match() {
        let (mut svm, alice, bob) = two();
        for _ in 0..3 {
            svm.rest(&bob, Order::sell(&svm, BTC, "40000.1", 1)).unwrap();
        }
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000.1", 3), &[&bob]);
        assert_eq!((order.fee, order.fills.iter().map(|f| f.maker_fee).sum::<i64>()), (60_003, -12_000));
        assert_eq!(svm.market(BTC).header.unswept_fees.get(), 48_003);
    }

    #[test]
    fn a_makers_fee_is_rounded_up_too() {
        let mut svm = Svm::with_config(|c| c.exchange.fees.set("maker_fee", "0.0002")).unwrap();
        let (alice, bob) = (svm.trader("1000").unwrap(), svm.trader("1000").unwrap());
        svm.rest(&bob, Order::sell(&svm, BTC, "40000.1", 1)).unwrap();
        let order = svm.placed(&alice, Order::buy(&svm, BTC, "40000.1", 1), &[&bob]);
        assert_eq!((order.fee, order.fills[0].maker_fee), (20_001, 8_001));
        assert_eq!(svm.portfolio(&bob).cash.get(), 1_000_000_000 - 8_001);
        svm.assert_reconciled();
    }

    #[test]
    fn a_rebate_never_exceeds_what_the_taker_pays() {
        let mut svm = Svm::with_config(|c| c.exchange.fees.set("maker_fee", "-0.0005")).unwrap();
        let (alice, bob) = (svm.trader("1000").unwrap(), svm.trader("1000").unwrap());
        for price in ["40000.1", "40000.2", "39999.3"] {
            svm.trade(&alice, &bob, BTC, price, 1).unwrap();
        }
        let unswept = svm.market(BTC).header.unswept_fees.get();
        assert!((0..=3).contains(&unswept), "only what rounding leaves: {unswept}");
        svm.assert_reconciled();
    }

    #[test]
    fn profit_is_realised_to_the_unit_on_closing() {
        let (mut svm, alice, bob) = two();
        svm.trade(&alice, &bob, BTC, "40000", 3).unwrap();
        svm.trade(&alice, &bob, BTC, "40000.1", 4).unwrap();
        svm.trade(&bob, &alice, BTC, "40100", 2).unwrap();
        svm.trade(&bob, &alice, BTC, "40200", 5).unwrap();
        // Alice took twice and made twice.
        let paid = 3 * 40_000_000 + 4 * 40_000_100i64;
        let got = 2 * 40_100_000 + 5 * 40_200_000i64;
        let fees = 60_000 + 80_001 - (8_020 + 20_100);
        assert_eq!(svm.portfolio(&alice).cash.get(), 1_000_000_000_000 + got - paid - fees);
        assert_eq!(svm.portfolio(&alice).position_count, 0);
        svm.assert_reconciled();
    }

    #[test]
    fn a_fill_through_zero_splits_there() {
        let (mut svm, alice, bob) = two();
        svm.trade(&alice, &bob, BTC, "40000", 3).unwrap();
        svm.trade(&bob, &alice, BTC, "40100", 8).unwrap();
        let portfolio = svm.portfolio(&alice);
        let board = svm.board();
        let p = portfolio.position(board.board.instrument(BTC).unwrap()).unwrap();
        assert_eq!((p.lots.get(), p.quote.get()), (-5, 5 * 40_100_000));
        // 3 · 0.1 dollars realised, the fee of the first and the rebate of the second trade.
        assert_eq!(portfolio.cash.get(), 1_000_000_000_000 + 300_000 - 60_000 + 32_080);
        assert_eq!(svm.market(BTC).header.open_interest_long.get(), 5);
        svm.assert_reconciled();
    }
}

mod margin_rule {
    use super::*;

    /// The margin of an account if an order of it rested.
    fn with_order(svm: &Svm, t: &Trader, order: Order) -> Requirements {
        let (board, mut portfolio) = (svm.board(), svm.portfolio(t));
        let i = board.board.instrument(order.instrument).unwrap();
        let value = i.value_at(Lots::new(order.args.lots), Ticks::new(order.args.price)).unwrap();
        let position = portfolio.slot(i).unwrap();
        position
            .add_order(Side::from_index(order.args.side).unwrap(), false, Lots::new(order.args.lots), value)
            .unwrap();
        margin::requirements(&board.board, &portfolio, svm.now()).unwrap()
    }

    /// The most lots for which a requirement holds.
    fn most(holds: impl Fn(i64) -> Requirements) -> i64 {
        let ok = |lots: i64| {
            let r = holds(lots);
            r.initial_equity >= r.initial
        };
        let (mut low, mut high) = (0, 100_000);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if ok(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// I223.
    #[test]
    fn a_trade_may_use_initial_margin_up_and_not_a_lot_more() {
        for (price, buys) in [("40000", true), ("40100", true), ("40000", false), ("39900", false)] {
            let (mut svm, _, bob) = two();
            let alice = svm.trader("1000").unwrap();
            let make = |svm: &Svm, lots| {
                if buys { Order::sell(svm, BTC, price, lots) } else { Order::buy(svm, BTC, price, lots) }
            };
            let take = |svm: &Svm, lots| {
                let order = if buys { Order::buy(svm, BTC, price, lots) } else { Order::sell(svm, BTC, price, lots) };
                order.immediate()
            };
            svm.rest(&bob, make(&svm, 1_000)).unwrap();
            let (board, portfolio, now) = (svm.board(), svm.portfolio(&alice), svm.now());
            let ticks = take(&svm, 1).args.price;
            let after = |lots: i64| {
                let fee = (lots * ticks * 100 * 500 + 999_999) / 1_000_000;
                let lots = if buys { lots } else { -lots };
                margin::after_fill(&board.board, &portfolio, BTC, lots, ticks, fee, now).unwrap()
            };
            let lots = most(after);
            let short = after(lots + 1);
            let failed = svm.refuse(&alice, take(&svm, lots + 1), &[&bob], E::BelowInitialMargin);
            assert_eq!(numbers(&failed, "initial margin:"), (short.initial.get(), short.initial_equity.get()));
            svm.placed(&alice, take(&svm, lots), &[&bob]);
            let r = svm.requirements(&alice);
            assert_eq!((r.initial, r.initial_equity), (after(lots).initial, after(lots).initial_equity));
        }
    }

    /// I223.
    #[test]
    fn an_order_may_use_initial_margin_up_and_not_a_lot_more() {
        for (price, buys) in [("39000", true), ("40500", true), ("41000", false), ("39500", false)] {
            let mut svm = Svm::new().unwrap();
            let alice = svm.trader("1000").unwrap();
            let order = |svm: &Svm, lots| {
                if buys { Order::buy(svm, BTC, price, lots) } else { Order::sell(svm, BTC, price, lots) }
            };
            let lots = most(|lots| with_order(&svm, &alice, order(&svm, lots)));
            let short = with_order(&svm, &alice, order(&svm, lots + 1));
            let failed = svm.refuse(&alice, order(&svm, lots + 1), &[], E::BelowInitialMargin);
            assert_eq!(numbers(&failed, "initial margin:"), (short.initial.get(), short.initial_equity.get()));
            svm.placed(&alice, order(&svm, lots), &[]);
            svm.refuse(&alice, order(&svm, 1), &[], E::BelowInitialMargin);
            // Of two sides the larger counts.
            let other = if buys { Order::sell(&svm, BTC, "42000", 1) } else { Order::buy(&svm, BTC, "38000", 1) };
            svm.placed(&alice, other, &[]);
        }
    }

    #[test]
    fn a_hedge_costs_less_than_its_legs() {
        let (mut svm, _, bob) = two();
        let alice = svm.trader("2000").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 80).unwrap();
        let alone = svm.requirements(&alice).maintenance;
        svm.trade(&bob, &alice, ETH, "2500", 100).unwrap();
        let hedged = svm.requirements(&alice).maintenance;
        assert!(hedged < alone, "{hedged} < {alone}");
    }

    #[test]
    fn a_token_deposit_hedges_a_short_of_its_underlying() {
        let (mut svm, _, bob) = two();
        let alice = svm.trader("0").unwrap();
        svm.deposit_sol(&alice, 100 * LAMPORTS).unwrap();
        // 100 SOL are 4,000 dollars; a short of as much leaves the haircut and the calendar charge.
        svm.trade(&bob, &alice, SOL, "40", 1_000).unwrap();
        let r = svm.requirements(&alice);
        assert_eq!((r.scan.get(), r.haircut.get(), r.calendar.get()), (0, 200_000_000, 80_000_000));
    }

    #[test]
    fn stale_prices_stop_new_risk_and_not_a_reduction_with_its_own_leg_fresh() {
        let (mut svm, alice, bob) = two();
        svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
        svm.trade(&alice, &bob, ETH, "2500", 10).unwrap();
        let carol = svm.trader("100000").unwrap();
        svm.advance(10);
        svm.placed(&alice, Order::buy(&svm, BTC, "39000", 1), &[]);
        svm.advance(1);
        let failed = svm.refuse(&alice, Order::buy(&svm, BTC, "39000", 1), &[], E::PriceStale);
        assert!(failed.log.iter().any(|l| l.contains("the price of underlying 0 is 11 s old, limit 10 s")));
        svm.publish(BTC, "40000").unwrap();
        let failed = svm.refuse(&alice, Order::buy(&svm, BTC, "39000", 1), &[], E::PriceStale);
        assert!(failed.log.iter().any(|l| l.contains("the price of underlying 1 is 11 s old, limit 10 s")));
        // Carol holds no ETH, so its price does not concern her; Alice may reduce her BTC.
        svm.rest(&carol, Order::buy(&svm, BTC, "40000", 10)).unwrap();
        let order = svm.placed(&alice, Order::sell(&svm, BTC, "40000", 10).immediate(), &[&carol]);
        assert_eq!(order.filled, 10);
        // Her ETH she may not: that price is the stale one.
        let sell = Order::sell(&svm, ETH, "2500", 10).reduce_only();
        svm.refuse(&alice, sell, &[], E::PriceStale);
    }

    #[test]
    fn below_initial_margin_only_reducing_is_possible() {
        let (mut svm, _, bob) = two();
        let alice = svm.trader("1000").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 120).unwrap();
        svm.advance(1);
        svm.publish(BTC, "38900").unwrap();
        let r = svm.requirements(&alice);
        assert!(r.initial_equity < r.initial && !r.is_liquidatable());
        let failed = svm.refuse(&alice, Order::buy(&svm, BTC, "38000", 1), &[], E::BelowInitialMargin);
        let short = with_order(&svm, &alice, Order::buy(&svm, BTC, "38000", 1));
        assert_eq!(numbers(&failed, "initial margin:"), (short.initial.get(), short.initial_equity.get()));
        svm.refuse(&alice, Order::sell(&svm, BTC, "39500", 1), &[], E::BelowInitialMargin);
        svm.placed(&alice, Order::sell(&svm, BTC, "39500", 1).reduce_only(), &[]);
        svm.rest(&bob, Order::buy(&svm, BTC, "38900", 300)).unwrap();
        // Through zero to a larger position is not reducing, towards zero is.
        svm.refuse(&alice, Order::sell(&svm, BTC, "38900", 250).immediate(), &[&bob], E::BelowInitialMargin);
        let order = svm.placed(&alice, Order::sell(&svm, BTC, "38900", 20).immediate(), &[&bob]);
        assert_eq!(order.filled, 20);
    }

    #[test]
    fn below_maintenance_a_fill_must_be_no_worse_than_a_liquidation() {
        let (mut svm, _, bob) = two();
        let alice = svm.trader("900").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        svm.advance(1);
        svm.publish(BTC, "36000").unwrap();
        let r = svm.requirements(&alice);
        assert!(r.is_liquidatable() && r.equity.get() > 0);
        let board = svm.board();
        let rate = ballast_client::risk::liquidation::owners_share(
            &board.board.params,
            &r,
            &svm.margin(&alice.margin).episode,
            svm.now(),
        )
        .unwrap();
        // Ten lots of a hundred, of which each frees the same.
        let allowed = r.maintenance.get() / 10 * i64::from(rate.get()) / 1_000_000;
        let worst = 360_000_000 - allowed; // that ten lots must bring
        let ticks = (worst + 999) / 1_000; // ten lots, 100 a tick
        let sell = |svm: &Svm, ticks: i64| {
            let mut order = Order::sell(svm, BTC, "36000", 10).immediate();
            order.args.price = ticks;
            order
        };
        let mut bid = Order::buy(&svm, BTC, "36000", 10);
        bid.args.price = ticks - 1;
        let below = svm.rest(&bob, bid).unwrap();
        let order = sell(&svm, ticks - 1);
        let failed = svm.refuse(&alice, order, &[&bob], E::FillWorseThanLiquidation);
        assert_eq!(numbers(&failed, "the fill costs"), (360_000_000 - (ticks - 1) * 1_000, allowed));
        svm.cancel(&bob, BTC, below).unwrap();
        bid.args.price = ticks;
        svm.rest(&bob, bid).unwrap();
        let order = sell(&svm, ticks);
        assert_eq!(svm.placed(&alice, order, &[&bob]).filled, 10);
    }

    #[test]
    fn a_bankrupt_owner_only_deposits_and_cancels() {
        let (mut svm, _, bob) = two();
        let alice = svm.trader("900").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        let order = svm.rest(&alice, Order::sell(&svm, BTC, "43000", 1)).unwrap();
        svm.advance(1);
        svm.publish(BTC, "31000").unwrap();
        assert!(svm.requirements(&alice).equity.get() <= 0);
        svm.rest(&bob, Order::buy(&svm, BTC, "31500", 50)).unwrap();
        let sell = Order::sell(&svm, BTC, "31500", 10).immediate().reduce_only();
        svm.refuse(&alice, sell, &[&bob], E::Bankrupt);
        svm.cancel(&alice, BTC, order).unwrap();
        svm.deposit_usdc(&alice, 1_000_000_000).unwrap();
        assert_eq!(svm.placed(&alice, sell, &[&bob]).filled, 10);
    }
}

mod cancelling {
    use super::*;

    #[test]
    fn an_order_that_is_gone_is_not_found_and_its_slot_names_no_other() {
        let (mut svm, alice, bob) = two();
        let first = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1)).unwrap();
        svm.cancel(&alice, BTC, first).unwrap();
        refused(&mut svm, |svm| svm.cancel(&alice, BTC, first), E::OrderNotFound);
        let second = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1)).unwrap();
        assert_eq!(first.0, second.0, "the slot is used again");
        refused(&mut svm, |svm| svm.cancel(&alice, BTC, first), E::OrderNotFound);
        refused(&mut svm, |svm| svm.cancel(&bob, BTC, second), E::OrderNotOwned);
        svm.cancel(&alice, BTC, second).unwrap();
    }

    /// I205.
    #[test]
    fn is_possible_whatever_prices_do_and_in_every_pause() {
        let (mut svm, alice, _) = two();
        let first = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1)).unwrap();
        svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1)).unwrap();
        svm.set_pause(Pause::all()).unwrap();
        svm.advance(1_000_000);
        svm.cancel(&alice, BTC, first).unwrap();
        svm.cancel_all(&alice, BTC, 1).unwrap();
        assert_eq!(svm.portfolio(&alice).position_count, 0);
    }

    #[test]
    fn all_takes_the_newest_first_and_no_more_than_asked() {
        let (mut svm, alice, bob) = two();
        for price in ["39000", "39100", "39200"] {
            svm.rest(&alice, Order::buy(&svm, BTC, price, 1)).unwrap();
            svm.rest(&bob, Order::buy(&svm, BTC, price, 2)).unwrap();
        }
        svm.cancel_all(&alice, BTC, 2).unwrap();
        assert_eq!(side(&svm, BTC, Side::Bid), [(392_000, 2), (391_000, 2), (390_000, 1), (390_000, 2)]);
        assert_eq!(order_totals(&svm, &alice, BTC), (1, 0, 39_000_000, 0, 1));
        svm.cancel_all(&alice, BTC, 0).unwrap();
        assert_eq!(order_totals(&svm, &alice, BTC).4, 1);
    }
}

#[test]
fn makers_from_another_exchange_are_refused() {
    let (mut svm, alice, bob) = two();
    let other = svm.another_exchange(2).unwrap();
    let here = std::mem::replace(&mut svm.exchange, other);
    let abroad = svm.sub_account(bob.key.insecure_clone(), 0, "1000").unwrap();
    svm.exchange = here;
    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
    svm.refuse(&alice, Order::buy(&svm, BTC, "40000", 5), &[&abroad], E::WrongExchange);
}

#[test]
fn an_order_of_one_owner_is_not_placed_by_another() {
    let (mut svm, alice, bob) = two();
    let order = Order::buy(&svm, BTC, "40000", 1);
    let ix = instruction::place_order(&svm.exchange, &bob.address(), &alice.margin, BTC, &[], &order.args);
    assert_refused(&mut svm, &[ix], &[&bob.key], E::Unauthorized);
}

#[test]
fn a_price_and_an_order_in_one_transaction() {
    let (mut svm, alice, _) = two();
    svm.advance(100);
    svm.write_price(BTC, "40000");
    let refresh = instruction::refresh_underlying(&svm.exchange, &svm.price_account(BTC), BTC);
    let order = Order::buy(&svm, BTC, "40000", 1);
    let place = instruction::place_order(&svm.exchange, &alice.address(), &alice.margin, BTC, &[], &order.args);
    assert_refused(&mut svm, std::slice::from_ref(&place), &[&alice.key], E::PriceStale);
    svm.send(&[refresh, place], &[&alice.key]).unwrap();
    assert_eq!(order_totals(&svm, &alice, BTC).0, 1);
    assert_eq!(svm.requirements(&alice).initial_equity, QuoteNative::new(1_000_000_000_000));
}

/// I228.
#[test]
fn the_book_never_rests_crossed() {
    let (mut svm, alice, bob) = two();
    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5)).unwrap();
    svm.advance(3);
    svm.publish(BTC, "40000").unwrap();
    // Bob's account is not passed in and his order is old enough to be known: the match ends, and nothing rests across it.
    let sent = svm.place(&alice, Order::buy(&svm, BTC, "40001", 5), &[]).unwrap();
    let order = placed(&sent);
    assert_eq!((order.filled, order.resting, order.sequence), (0, 0, 0));
    assert_eq!(side(&svm, BTC, Side::Bid), []);
    assert_eq!(order_totals(&svm, &alice, BTC), (0, 0, 0, 0, 0));
}

/// I228.
#[test]
fn a_post_only_order_looks_past_an_expired_one() {
    let (mut svm, alice, bob) = two();
    let until = svm.now() + 30;
    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 5).until(until)).unwrap();
    svm.advance(30);
    svm.publish(BTC, "40000").unwrap();
    let sent = svm.place(&alice, Order::buy(&svm, BTC, "40001", 5).post_only(), &[]).unwrap();
    assert_eq!(placed(&sent).resting, 5);
}
