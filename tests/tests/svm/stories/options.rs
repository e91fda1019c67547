//! Options in trade: marks, parity, margin of combinations, orders, liquidation (I259 to I263).

use crate::harness::refusal::{refused, snapshot};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::LiquidateArgs,
        events::{Liquidated, OrderPlaced},
    },
    event,
    margin::Liquidation,
    risk::{Lots, Ppm, Requirements, Smile},
};
use ballast_testkit::{BTC, Order, Svm, Trader, options::SMILE};

/// Days of the nearer expiry.
const DAY: i64 = 86_400;

/// An exchange with calls and puts of two expiries and three strikes from index 10 on, published and refreshed.
pub fn listed() -> (Svm, Vec<i64>, Vec<u16>) {
    with(Svm::new().unwrap())
}

/// As [`listed`], on an exchange made already.
pub fn with(mut svm: Svm) -> (Svm, Vec<i64>, Vec<u16>) {
    let expiries: Vec<i64> = [7, 30].iter().map(|days| (svm.now() / 60 + 1) * 60 + days * DAY).collect();
    svm.open_surface(BTC).unwrap();
    svm.settle_at(expiries[0]).unwrap();
    let options = svm.list_options(BTC, &expiries, &["36000", "40000", "44000"], 10).unwrap();
    for expiry in &expiries {
        svm.publish_smile(BTC, *expiry, &SMILE).unwrap();
    }
    svm.refresh_all_options(BTC).unwrap();
    (svm, expiries, options)
}

/// The mark of one lot, at the underlying's scale.
fn mark(svm: &Svm, option: u16) -> i64 {
    let board = svm.board();
    let i = board.board.instrument(option).unwrap();
    i.mark_at(board.board.underlying(i.underlying).unwrap(), svm.now()).get()
}

/// A mark in dollars per whole asset, rounded down to a tick.
fn dollars(svm: &Svm, option: u16) -> String {
    let tenths = mark(svm, option) / 1_600;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Trades at the mark.
fn trade(svm: &mut Svm, buyer: &Trader, seller: &Trader, instrument: u16, lots: i64) {
    let price = dollars(svm, instrument);
    svm.trade(buyer, seller, instrument, &price, lots).unwrap();
}

fn move_price(svm: &mut Svm, seconds: i64, dollars: &str) {
    svm.advance(seconds);
    svm.publish(BTC, dollars).unwrap();
}

/// I260.
#[test]
fn an_option_is_priced_traded_and_margined_as_the_client_says() {
    let (mut svm, expiries, options) = listed();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    let board = svm.board();
    let call = board.board.instrument(options[2]).unwrap();
    assert_eq!(call.expiry, expiries[0]);
    // At the money, 60 % for seven days: about 0.4 · 0.6 · √(7/365) of 40,000 dollars, per 0.001 BTC.
    let mark = call.mark.get() as f64 / 16.0 / 1e6 * 1_000.0;
    let expected = 0.398_94 * 0.6 * (7f64 / 365.0).sqrt() * 40_000.0;
    assert!((mark - expected).abs() < 5.0, "{mark} {expected}");

    let price = format!("{}", (mark as i64 / 10) * 10);
    svm.trade(&alice, &bob, options[2], &price, 100).unwrap();
    let view = svm.view_margin(&alice);
    let here = svm.requirements(&alice);
    assert_eq!(
        (view.equity, view.maintenance, view.initial),
        (here.equity.get(), here.maintenance.get(), here.initial.get())
    );
    let short = svm.requirements(&bob);
    assert!(here.maintenance.get() < short.maintenance.get(), "a long call is asked for less than a short one");
    assert_eq!(svm.portfolio(&alice).lots(call), Lots::new(100));
    svm.assert_reconciled();
}

#[test]
fn a_stale_array_stops_new_risk_and_names_the_instrument() {
    let (mut svm, _, options) = listed();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, options[2], "1300", 10).unwrap();
    svm.advance(121);
    svm.refresh_all();
    let order = Order::buy(&svm, options[2], "1300", 10);
    let failed = refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::StaleRiskArray);
    assert!(failed.log.iter().any(|l| l.contains(&format!("instrument {}", options[2]))), "{:?}", failed.log);
    svm.refresh_options(BTC, &[options[2], options[3]]).unwrap();
    svm.place(&alice, order, &[]).unwrap();
    let smile = Smile { level: Ppm::new(650_000), ..SMILE };
    refused(&mut svm, |svm| svm.publish_smile(BTC, 60, &smile), E::NoVolatility);
}

/// I259.
#[test]
fn put_call_parity_holds_to_the_unit_through_moves_of_price_and_time_without_a_refresh() {
    let (mut svm, expiries, options) = listed();
    let parity = |svm: &Svm| {
        let board = svm.board();
        let u = board.board.underlying(BTC).unwrap();
        for pair in options.chunks(2) {
            let i = board.board.instrument(pair[0]).unwrap();
            let strike = i.strike_value(u).unwrap();
            assert_eq!(mark(svm, pair[0]) - mark(svm, pair[1]), 100 * u.price.get() + i.option.carry - strike.get());
            assert!(mark(svm, pair[0]) >= 0 && mark(svm, pair[1]) >= 0);
        }
    };
    parity(&svm);
    let steps =
        [(1, "40000.01"), (7, "40123.45"), (60, "39000"), (600, "44444.4"), (3_600, "30000"), (1, "120000"), (1, "1")];
    for (seconds, dollars) in steps {
        move_price(&mut svm, seconds, dollars);
        parity(&svm);
    }
    for time in [expiries[0] - 1, expiries[0], expiries[1] + DAY] {
        svm.set_time(time);
        svm.publish(BTC, "41234.5").unwrap();
        parity(&svm);
    }
}

/// I259.
#[test]
fn a_synthetic_forward_is_worth_what_the_perpetual_is() {
    let (mut svm, _, options) = listed();
    let [alice, bob, carol] = [(); 3].map(|()| svm.trader("100000").unwrap());
    let (call, put) = (options[2], options[3]);
    trade(&mut svm, &alice, &carol, call, 100);
    trade(&mut svm, &carol, &alice, put, 100);
    svm.trade(&bob, &carol, BTC, "40000", 100).unwrap();
    let equity = |svm: &Svm, t: &Trader| svm.requirements(t).equity.get();
    let apart = equity(&svm, &alice) - equity(&svm, &bob);
    for (seconds, dollars) in [(10, "40333.3"), (200, "37000"), (4_000, "47000.7")] {
        move_price(&mut svm, seconds, dollars);
        assert_eq!(equity(&svm, &alice) - equity(&svm, &bob), apart, "at {dollars}");
    }
    // And the three together, a conversion, are asked for what their uncertainty is and a calendar charge.
    move_price(&mut svm, 1, "40000");
    svm.publish_smile(BTC, svm.board().board.instrument(call).unwrap().expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    svm.trade(&carol, &alice, BTC, "40000", 100).unwrap();
    let (conversion, outright) = (svm.requirements(&alice), svm.requirements(&bob));
    assert!(conversion.scan.get() * 20 < outright.scan.get(), "{conversion:?}");
    svm.assert_reconciled();
}

/// What an account with these lots, bought or sold at the mark, is asked for.
fn asked(svm: &mut Svm, legs: &[(u16, i64)]) -> Requirements {
    let (trader, other) = (svm.trader("100000").unwrap(), svm.trader("1000000").unwrap());
    for (instrument, lots) in legs {
        let price = if *instrument == BTC { "40000".to_owned() } else { dollars(svm, *instrument) };
        if *lots > 0 {
            svm.trade(&trader, &other, *instrument, &price, *lots).unwrap();
        } else {
            svm.trade(&other, &trader, *instrument, &price, -lots).unwrap();
        }
    }
    svm.requirements(&trader)
}

/// I260.
#[test]
fn a_covered_call_and_a_spread_are_asked_for_less_than_their_legs() {
    let (mut svm, _, options) = listed();
    let (low, atm, high) = (options[0], options[2], options[4]);
    let alone = |svm: &mut Svm, leg| asked(svm, &[leg]).maintenance.get();
    let perpetual = alone(&mut svm, (BTC, 100));
    let short_call = alone(&mut svm, (atm, -100));
    let covered = asked(&mut svm, &[(BTC, 100), (atm, -100)]).maintenance.get();
    assert!(covered < perpetual && covered < short_call + perpetual / 2, "{covered} {perpetual} {short_call}");

    // A vertical spread loses at most its width, of 4 dollars a lot, or what was paid for it.
    let short_low = alone(&mut svm, (low, -100));
    let bear = asked(&mut svm, &[(low, -100), (atm, 100)]).maintenance.get();
    assert!(bear < short_low / 2 && bear < 400_000_000 + 10_000_000, "{bear} {short_low}");
    let bull = asked(&mut svm, &[(atm, 100), (high, -100)]).maintenance.get();
    assert!(bull < alone(&mut svm, (atm, 100)) + alone(&mut svm, (high, -100)));
    let paid = (mark(&svm, atm) - mark(&svm, high)) / 16 * 100;
    let gap = svm.board().board.instrument(atm).unwrap().option.convexity / 16 * 100;
    assert!(bull <= paid + gap + 10_000, "{bull} {paid} {gap}");
}

/// I261.
#[test]
fn a_band_is_a_tenth_of_the_scan_range_or_of_the_mark_whichever_is_more() {
    let (mut svm, _, options) = listed();
    let alice = svm.trader("1000000").unwrap();
    let board = svm.board();
    let u = *board.board.underlying(BTC).unwrap();
    // The scan range is 6,000 dollars, the lowest call some 4,200: the band is 600 dollars around either mark.
    for option in [options[0], options[2]] {
        let (mark, half) = (mark(&svm, option), 600_000 * 16);
        assert!(mark < 100 * u.range_value.get());
        // A tick is 100 units of the quote currency a lot, at 1/16 of it.
        let (low, high) = ((mark - half + 1_599) / 1_600, (mark + half) / 1_600);
        for (price, good) in [(low, true), (low - 1, false), (high, true), (high + 1, false)] {
            for side in [Order::buy, Order::sell] {
                let mut order = side(&svm, option, "40000", 10).immediate();
                order.args.price = price;
                if good {
                    svm.place(&alice, order, &[]).unwrap();
                } else {
                    refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::BadPrice);
                }
            }
        }
    }
    // Far from the money the band ends at a tick.
    let mut order = Order::buy(&svm, options[4], "40000", 100_000);
    order.args.price = 1;
    assert!(mark(&svm, options[4]) < 600_000 * 16);
    svm.place(&alice, order.immediate(), &[]).unwrap();
    order.args.price = 0;
    refused(&mut svm, |svm| svm.place(&alice, order.immediate(), &[]), E::BadPrice);
}

/// I261.
#[test]
fn a_band_of_an_option_that_is_worth_more_than_the_scan_range_is_of_its_mark() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + 7 * DAY;
    svm.open_surface(BTC).unwrap();
    let call = svm.list_options(BTC, &[expiry], &["20000"], 10).unwrap()[0];
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    let alice = svm.trader("1000000").unwrap();
    // 20,000 dollars and a little: up to 22,000 and a little.
    for (price, good) in [("18005", true), ("17995", false), ("21995", true), ("22005", false)] {
        let order = Order::buy(&svm, call, price, 1).immediate();
        assert_eq!(svm.place(&alice, order, &[]).is_ok(), good, "{price}");
    }
}

/// I262.
#[test]
fn orders_on_options_follow_the_rules_of_all_orders() {
    let (mut svm, _, options) = listed();
    let [alice, bob] = [(); 2].map(|()| svm.trader("100000").unwrap());
    let call = options[2];
    svm.rest(&bob, Order::sell(&svm, call, "1330", 10)).unwrap();
    // Post-only.
    let order = Order::buy(&svm, call, "1330", 10).post_only();
    refused(&mut svm, |svm| svm.place(&alice, order, &[&bob]), E::WouldCross);
    svm.rest(&alice, Order::buy(&svm, call, "1329.9", 10).post_only()).unwrap();
    svm.cancel_all(&alice, call, 9).unwrap();
    // Nothing to reduce, then too much.
    for order in [Order::buy(&svm, call, "1330", 5).reduce_only(), Order::sell(&svm, call, "1330", 5).reduce_only()] {
        refused(&mut svm, |svm| svm.place(&alice, order, &[&bob]), E::NothingToReduce);
    }
    let buy = Order::buy(&svm, call, "1330", 10).fill_or_kill();
    svm.place(&alice, buy, &[&bob]).unwrap();
    svm.rest(&bob, Order::buy(&svm, call, "1320", 50)).unwrap();
    let sell = Order::sell(&svm, call, "1320", 99).reduce_only().immediate();
    let sent = svm.place(&alice, sell, &[&bob]).unwrap();
    assert_eq!(event::find::<OrderPlaced>(&sent.log)[0].filled, 10);
    assert_eq!(svm.lots(&alice, call), 0);
    // An order of the least value, a dollar, and a lot below it.
    let small = Order::sell(&svm, call, "1340", 1);
    svm.rest(&alice, small).unwrap();
    let mut cheap = Order::sell(&svm, options[4], "500", 1);
    refused(&mut svm, |svm| svm.place(&alice, cheap, &[]), E::BadSize);
    cheap.args.lots = 2;
    svm.rest(&alice, cheap).unwrap();
    svm.assert_reconciled();
}

/// I262.
#[test]
fn lots_and_orders_of_an_option_stay_within_its_position_limit_and_its_cap() {
    let (mut svm, _, options) = with(
        Svm::with_config(|c| {
            c.perpetual[0].contract.limits.set("max_position", "0.02");
            c.perpetual[0].contract.limits.set("open_interest_cap", "0.03");
        })
        .unwrap(),
    );
    let [alice, bob, carol] = [(); 3].map(|()| svm.trader("100000").unwrap());
    let call = options[2];
    trade(&mut svm, &alice, &bob, call, 8);
    let order = |svm: &Svm, lots| Order::buy(svm, call, "1300", lots);
    let (most, more, whole) = (order(&svm, 12), order(&svm, 13), order(&svm, 21));
    refused(&mut svm, |svm| svm.place(&alice, whole, &[]), E::BadSize);
    refused(&mut svm, |svm| svm.place(&alice, more, &[]), E::PositionLimit);
    svm.rest(&alice, most).unwrap();
    // Another strike has a limit of its own.
    trade(&mut svm, &alice, &bob, options[4], 20);
    // Eight lots are open; with 22 more the cap is reached.
    let dave = svm.trader("100000").unwrap();
    trade(&mut svm, &carol, &dave, call, 20);
    svm.cancel_all(&alice, call, 1).unwrap();
    svm.rest(&bob, Order::sell(&svm, call, "1330", 3)).unwrap();
    let buy = Order::buy(&svm, call, "1330", 3).immediate();
    refused(&mut svm, |svm| svm.place(&alice, buy, &[&bob]), E::OpenInterestCap);
    let buy = Order::buy(&svm, call, "1330", 2).immediate();
    svm.place(&alice, buy, &[&bob]).unwrap();
    svm.assert_reconciled();
}

/// I262.
#[test]
fn an_order_on_an_option_may_use_initial_margin_up_and_no_more() {
    let (mut svm, _, options) = listed();
    let call = options[2];
    for side in [Order::buy, Order::sell] {
        let alice = svm.trader("1000").unwrap();
        let order = side(&svm, call, "1300", 1);
        svm.rest(&alice, order).unwrap();
        let one = svm.requirements(&alice).order_margin.get();
        let most = 1_000_000_000 / one;
        let mut rest = order;
        rest.args.lots = most - 1;
        svm.rest(&alice, rest).unwrap();
        let r = svm.requirements(&alice);
        assert!(r.initial <= r.initial_equity && r.initial.get() + one > r.initial_equity.get(), "{r:?}");
        refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::BelowInitialMargin);
        svm.cancel_all(&alice, call, 9).unwrap();
    }
}

/// What `liquidate` did, after checking it against what the client says.
fn liquidate(svm: &mut Svm, by: &Trader, of: &Trader, instruments: &[u16]) -> Liquidated {
    let (board, now, account) = (svm.board(), svm.now(), svm.margin(&of.margin));
    let args = LiquidateArgs::of(0);
    let treasury = svm.treasury();
    let liquidation =
        Liquidation { treasury: &treasury, board: &board.board, account: &account, instruments, args, now };
    let expected = liquidation.after_slice(&svm.portfolio(by)).unwrap();
    let insurance = svm.treasury().insurance.get();
    let did = event::find::<Liquidated>(&svm.liquidate(by, of, instruments).unwrap().log)[0].clone();
    assert_eq!((did.discount, did.insurance), (expected.slice.payment.discount.get(), did.discount / 5));
    assert_eq!(svm.treasury().insurance.get(), insurance + did.insurance);
    assert!(did.discount > 0 && did.discount <= (did.maintenance_before - did.maintenance_after) / 2);
    assert_eq!((svm.requirements(of), svm.requirements(by)), (expected.account, expected.liquidator));
    // The liquidator has gained the discount less what went to insurance, at the mark.
    svm.assert_reconciled();
    did
}

/// I263.
#[test]
fn a_short_option_is_liquidated_for_a_part_of_the_margin_that_it_frees() {
    let (mut svm, expiries, options) = listed();
    let call = options[2];
    let alice = svm.trader("800").unwrap();
    let [bob, liquidator] = [(); 2].map(|()| svm.trader("100000").unwrap());
    trade(&mut svm, &bob, &alice, call, 100);
    for price in ["41000", "42000", "43000"] {
        move_price(&mut svm, 1, price);
        svm.publish_smile(BTC, expiries[0], &SMILE).unwrap();
        svm.refresh_all_options(BTC).unwrap();
    }
    assert!(svm.requirements(&alice).is_liquidatable());
    let equity = svm.requirements(&liquidator).equity.get();
    let did = liquidate(&mut svm, &liquidator, &alice, &[call]);
    let lots = did.positions[0].lots;
    assert!(lots < 0 && lots > -99, "in part: {lots}");
    let gained = did.discount - did.insurance;
    assert!((svm.requirements(&liquidator).equity.get() - equity - gained).abs() <= 2);
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[call]), E::NotLiquidatable);
}

/// I255, I263.
#[test]
fn nobody_is_liquidated_by_an_array_that_was_left_stale() {
    let (mut svm, _, options) = listed();
    let put = options[3];
    let alice = svm.trader("800").unwrap();
    let [bob, carol, liquidator] = [(); 3].map(|()| svm.trader("100000").unwrap());
    trade(&mut svm, &bob, &alice, put, 100);
    trade(&mut svm, &liquidator, &carol, put, 10);
    // Far beyond the array's reach. Its drift is asked of new risk alone; a refresh, that anyone can make, takes it off again.
    move_price(&mut svm, 1, "37000");
    let order = Order::sell(&svm, put, "3300", 1);
    refused(&mut svm, |svm| svm.place(&carol, order, &[]), E::StaleRiskArray);
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[put]), E::StaleRiskArray);
    let stale = svm.requirements(&alice);
    svm.refresh_all_options(BTC).unwrap();
    let fresh = svm.requirements(&alice);
    assert!(stale.drift.get() > 0 && fresh.drift.is_zero() && fresh.initial < stale.initial);
    if svm.requirements(&alice).is_liquidatable() {
        liquidate(&mut svm, &liquidator, &alice, &[put]);
    } else {
        refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[put]), E::NotLiquidatable);
    }
}

/// I263.
#[test]
fn long_options_go_with_what_they_stand_beside() {
    let (mut svm, expiries, options) = listed();
    let [call, wing] = [options[2], options[4]];
    let alice = svm.trader("1060").unwrap();
    let [bob, liquidator] = [(); 2].map(|()| svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    trade(&mut svm, &alice, &bob, call, 50);
    trade(&mut svm, &alice, &bob, wing, 50);
    for price in ["39000", "38000", "37000", "35500"] {
        move_price(&mut svm, 1, price);
        svm.publish_smile(BTC, expiries[0], &SMILE).unwrap();
        svm.refresh_all_options(BTC).unwrap();
    }
    let r = svm.requirements(&alice);
    assert!(r.is_liquidatable() && r.equity.get() > 0, "{r:?}");
    let did = liquidate(&mut svm, &liquidator, &alice, &[BTC, call, wing]);
    assert_eq!(did.positions.len(), 3);
    assert!(!svm.requirements(&alice).is_liquidatable());
}

#[test]
fn an_option_that_expired_is_worth_its_intrinsic_value_and_no_error() {
    let (mut svm, expiries, options) = listed();
    let [alice, bob, carol] = [(); 3].map(|()| svm.trader("100000").unwrap());
    trade(&mut svm, &alice, &bob, options[0], 100);
    let dave = svm.trader("100000").unwrap();
    trade(&mut svm, &carol, &dave, options[5], 1);
    svm.set_time(expiries[0] - 1);
    svm.refresh_all();
    svm.set_time(expiries[0] + 10 * DAY);
    svm.publish(BTC, "41000").unwrap();
    assert_eq!((mark(&svm, options[0]), mark(&svm, options[5])), (5_000_000 * 16, 3_000_000 * 16));
    let (view, here) = (svm.view_margin(&alice), svm.requirements(&alice));
    assert_eq!((view.equity, view.maintenance), (here.equity.get(), here.maintenance.get()));
    // Nobody adds to it, and who holds it withdraws nothing before it is settled.
    let order = Order::buy(&svm, options[0], "5000", 1);
    refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::InstrumentExpired);
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 1), E::StaleRiskArray);
    // Nor does anybody trade it any more: what it pays is decided.
    let buy = Order::buy(&svm, options[0], "5000", 100).reduce_only();
    refused(&mut svm, |svm| svm.place(&bob, buy, &[]), E::InstrumentExpired);
    svm.assert_reconciled();
}

/// I260.
#[test]
fn marks_move_between_refreshes_and_a_refresh_moves_no_position() {
    let (mut svm, _, options) = listed();
    let [alice, bob] = [(); 2].map(|()| svm.trader("100000").unwrap());
    trade(&mut svm, &alice, &bob, options[2], 100);
    let (at_first, equity) = (mark(&svm, options[2]), svm.requirements(&alice).equity.get());
    move_price(&mut svm, 30, "40400");
    let moved = mark(&svm, options[2]);
    assert!(moved > at_first && svm.requirements(&alice).equity.get() > equity);
    svm.refresh_options(BTC, &options).unwrap();
    // Delta, gamma and decay take the mark to within a thousandth of what the model then says.
    assert!((mark(&svm, options[2]) - moved).abs() * 1_000 < moved);
    let accounts = |svm: &Svm| {
        let board = svm.exchange.board;
        snapshot(svm).into_iter().filter(|(a, _)| *a != board).collect::<Vec<_>>()
    };
    let before = accounts(&svm);
    move_price(&mut svm, 1, "40500");
    svm.refresh_options(BTC, &options).unwrap();
    // Price accounts are another program's; everything of Ballast but the board is as it was.
    assert!(before == accounts(&svm));
}
