//! Liquidation on the order book (I386 to I393).

use crate::{
    harness::refusal::{DUPLICATE, assert_refused, numbers, refused},
    stories::options,
};
use ballast_client::{
    BallastError as E,
    ballast::{args::LiquidateArgs, events::LiquidatedOnBook, state::Pause},
    book::Side,
    config::Config,
    event, instruction,
    risk::{Ppm, QuoteNative, Requirements, math::mul_ppm_floor},
};
use ballast_testkit::{BTC, ETH, Order, Sent, Svm, Trader, options::SMILE};

/// Alice is long (or short) 100 BTC lots of 40,000 dollars with 900 dollars; Bob and the maker are rich, and the caller has nothing.
struct Crash {
    svm: Svm,
    alice: Trader,
    bob: Trader,
    maker: Trader,
    caller: Trader,
}

impl Crash {
    /// After the price has moved.
    fn to(long: bool, price: &str) -> Self {
        Self::with(long, price, "900")
    }

    fn with(long: bool, price: &str, usdc: &str) -> Self {
        Self::of(Svm::new().unwrap(), long, price, usdc)
    }

    fn of(mut svm: Svm, long: bool, price: &str, usdc: &str) -> Self {
        let (alice, caller) = (svm.trader(usdc).unwrap(), svm.trader("0").unwrap());
        let (bob, maker) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
        if long {
            svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        } else {
            svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
        }
        svm.advance(1);
        svm.publish(BTC, price).unwrap();
        Self { svm, alice, bob, maker, caller }
    }

    /// The maker bids (or offers) lots.
    fn rest(&mut self, long: bool, price: &str, lots: i64) {
        let order =
            if long { Order::buy(&self.svm, BTC, price, lots) } else { Order::sell(&self.svm, BTC, price, lots) };
        self.svm.rest(&self.maker, order.post_only()).unwrap();
    }

    fn close(&mut self, max_lots: i64) -> LiquidatedOnBook {
        let Self { svm, alice, maker, caller, .. } = self;
        closed(&svm.liquidate_on_book(caller, alice, BTC, max_lots, &[maker]).unwrap())
    }

    #[track_caller]
    fn refuse(
        &mut self,
        max_lots: i64,
        error: impl Into<crate::harness::refusal::Expected>,
    ) -> ballast_testkit::Failed {
        let Self { svm, alice, maker, caller, .. } = self;
        refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, max_lots, &[maker]), error)
    }
}

fn closed(sent: &Sent) -> LiquidatedOnBook {
    let mut events = event::find::<LiquidatedOnBook>(&sent.log);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// Equity of an account at the board's prices.
fn equity(svm: &Svm, t: &Trader) -> i64 {
    svm.requirements(t).equity.get()
}

/// What a slice that frees so much would cost an account in its first minute below maintenance, reckoned from the documents: 15 %,
/// rising to 50 % with the shortfall, and no more than half of the ratio of equity.
fn discount(before: &Requirements, freed: i64) -> i64 {
    let part = |a: i64, b: i64| a * b / 1_000_000;
    let ratio = (i128::from(before.equity.get().max(0)) * 1_000_000 / i128::from(before.maintenance.get())) as i64;
    let rate = (150_000 + part(350_000, 1_000_000 - ratio)).min(part(500_000, ratio));
    mul_ppm_floor(QuoteNative::new(freed), Ppm::new(rate as u32)).unwrap().get()
}

/// I386, I392. The caller has not a cent, and ends with the reward alone.
#[test]
fn every_number_of_the_event_is_where_it_says() {
    for (long, price, limit) in [(true, "36000", "35500"), (false, "44000", "44500")] {
        let mut crash = Crash::to(long, price);
        crash.rest(long, limit, 1_000);
        let was = crash.svm.requirements(&crash.alice);
        let fees = crash.svm.market(BTC).header.unswept_fees.get();
        let did = crash.close(i64::MAX);

        assert_eq!((did.margin, did.liquidator, did.instrument), (crash.alice.margin, crash.caller.margin, BTC));
        assert_eq!((did.equity_before, did.maintenance_before), (was.equity.get(), was.maintenance.get()));
        let is = crash.svm.requirements(&crash.alice);
        assert_eq!((did.equity_after, did.maintenance_after), (is.equity.get(), is.maintenance.get()));
        let sign = if long { 1 } else { -1 };
        assert_eq!(crash.svm.lots(&crash.alice, BTC), sign * 100 - did.lots);
        assert_eq!(crash.svm.lots(&crash.maker, BTC), did.lots);
        assert_eq!(crash.svm.lots(&crash.caller, BTC), 0);

        // The mark is the index: a lot of 0.001 BTC. The fee is 0.05 % of the value, rounded up.
        let (mark, at) = (did.lots * price.parse::<i64>().unwrap() * 1_000, limit.parse::<i64>().unwrap() * 1_000);
        assert_eq!((did.mark_value, did.value), (mark, did.lots.abs() * at));
        assert_eq!(did.fee, (did.value + 1_999) / 2_000);
        let cost = (did.mark_value.abs() - did.value) * sign;
        assert_eq!(did.discount, discount(&was, was.maintenance.get() - is.maintenance.get()));
        assert!(did.reward > 0 && cost + did.fee + did.reward <= did.discount);
        assert_eq!(did.reward, (did.discount / 5).min(did.discount - cost - did.fee));
        assert_eq!(did.equity_before - did.equity_after, cost + did.fee + did.reward);
        assert_eq!((did.bad_debt, did.uncovered, did.makers_cancelled), (0, 0, 0));
        assert_eq!((did.fills.len(), did.fills[0].maker, did.fills[0].lots), (1, crash.maker.margin, did.lots.abs()));

        // What left the account is the maker's, the caller's and the exchange's.
        assert_eq!(crash.svm.portfolio(&crash.caller).cash.get(), did.reward);
        let fees = crash.svm.market(BTC).header.unswept_fees.get() - fees;
        assert_eq!(fees, did.fee + did.fills[0].maker_fee);
        assert_eq!(equity(&crash.svm, &crash.maker), 100_000_000_000 + cost - did.fills[0].maker_fee);

        // It ends at the buffer.
        assert!(10 * is.equity.get() >= 11 * is.maintenance.get());
        crash.refuse(i64::MAX, E::NotLiquidatable);
        let margin = crash.svm.margin(&crash.alice.margin);
        assert_eq!((margin.liquidated_at, margin.episode.noticed_at), (crash.svm.now(), 0), "the episode is over");
        crash.svm.assert_reconciled();
    }
}

/// I386. At the limit everything of D but the caller's fifth goes to the maker; a tick beyond it nothing is filled.
#[test]
fn the_limit_is_the_mark_less_the_discount() {
    let mut crash = Crash::to(true, "36000");
    crash.rest(true, "35000", 1_000);
    let failed = crash.refuse(10, E::NoFill);
    let (limit, lots) = numbers(&failed, "limit");
    assert_eq!(lots, 10);
    let price = |ticks: i64| format!("{}.{}", ticks / 10, ticks % 10);
    crash.rest(true, &price(limit - 1), 1_000);
    crash.refuse(10, E::NoFill);
    crash.rest(true, &price(limit), 4);
    let did = crash.close(10);
    assert_eq!((did.lots, did.price), (4, limit));
    let cost = did.mark_value - did.value;
    assert!(cost <= did.discount * 4 / 5 && cost + 500 > did.discount * 4 / 5 - 4 * 100, "{cost} of {did:?}");
    assert!(did.reward <= did.discount - cost - did.fee);
    crash.svm.assert_reconciled();
}

#[test]
fn a_request_for_less_closes_that_much() {
    let mut crash = Crash::to(true, "36000");
    crash.rest(true, "35900", 1_000);
    let first = crash.close(3);
    assert_eq!(first.lots, 3);
    assert!(crash.svm.requirements(&crash.alice).is_liquidatable());
    let margin = crash.svm.margin(&crash.alice.margin);
    assert_eq!((margin.episode.noticed_at, margin.episode.seen_at), (crash.svm.now(), crash.svm.now()));
    assert_eq!((margin.episode.legs[0].instrument, margin.episode.legs[0].delta.get()), (BTC, first.mark_value));
    assert!(crash.close(i64::MAX).lots > 3);
    crash.svm.assert_reconciled();
}

/// I388.
#[test]
fn a_hedge_is_not_broken() {
    let mut svm = Svm::new().unwrap();
    svm.list_more(1).unwrap(); // a second BTC perpetual
    let alice = svm.trader("500").unwrap();
    let (bob, maker, caller) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap(), svm.trader("0").unwrap());
    for _ in 0..6 {
        // In turns, so that Alice's margin is that of the difference.
        svm.trade(&alice, &bob, BTC, "40000", 17).unwrap();
        svm.trade(&bob, &alice, 3, "40000", 10).unwrap();
    }
    svm.advance(1);
    svm.publish(BTC, "32500").unwrap();
    assert!(svm.requirements(&alice).is_liquidatable());
    // Whoever buys the short leg back, at whatever price, leaves the long one alone.
    svm.rest(&maker, Order::sell(&svm, 3, "32500", 60).post_only()).unwrap();
    svm.rest(&maker, Order::sell(&svm, 3, "32000", 60).post_only()).unwrap();
    for lots in [1, 30, 60, i64::MAX] {
        let close = |svm: &mut Svm| svm.liquidate_on_book(&caller, &alice, 3, lots, &[&maker]);
        refused(&mut svm, close, E::LiquidationDoesNotHelp);
    }
    // What the hedge does not cover may go.
    svm.rest(&maker, Order::buy(&svm, BTC, "32500", 1_000).post_only()).unwrap();
    let did = closed(&svm.liquidate_on_book(&caller, &alice, BTC, 42, &[&maker]).unwrap());
    assert!(did.lots > 0 && did.lots <= 42 && did.maintenance_after < did.maintenance_before);
    svm.assert_reconciled();
}

/// I389. One per cent of 50 million dollars is 500,000: 14,705 lots of 34 dollars.
#[test]
fn a_book_takes_only_so_much_a_minute() {
    let mut svm = Svm::new().unwrap();
    let (alice, caller) = (svm.trader("900000").unwrap(), svm.trader("0").unwrap());
    let (bob, maker) = (svm.trader("10000000").unwrap(), svm.trader("10000000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100_000).unwrap();
    let minute = 60 - svm.now() % 60;
    svm.advance(minute);
    svm.publish(BTC, "34000").unwrap();
    svm.rest(&maker, Order::buy(&svm, BTC, "34000", 100_000).post_only()).unwrap();
    let close = |svm: &mut Svm, lots| svm.liquidate_on_book(&caller, &alice, BTC, lots, &[&maker]);
    assert_eq!(closed(&close(&mut svm, 14_000).unwrap()).lots, 14_000);
    svm.advance(9);
    svm.publish(BTC, "34000").unwrap();
    assert_eq!(closed(&close(&mut svm, i64::MAX).unwrap()).lots, 705);
    let failed = refused(&mut svm, |svm| close(svm, 1), E::BookWindowFull);
    let expected = (14_705 * 34_000_000, 500_000_000_000);
    assert_eq!(numbers(&failed, "closed on this book in the present minute:"), expected);
    // Slices go on.
    svm.slice(&bob, &alice, &[BTC], LiquidateArgs { most: 50_000, ..LiquidateArgs::of(0) }).unwrap();
    svm.advance(51);
    svm.publish(BTC, "34000").unwrap();
    assert_eq!(closed(&close(&mut svm, 100).unwrap()).lots, 100);
    svm.assert_reconciled();
}

/// I390. Orders of the owner's other account are met like anybody's: at the best price they keep nobody from a close, and they are used
/// up by it.
#[test]
fn orders_of_the_owner() {
    let mut crash = Crash::with(true, "36000", "900");
    let Crash { svm, alice, bob, maker, caller } = &mut crash;
    let second = svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
    // Alice's own bid gives way, though it is the best.
    svm.deposit_usdc(alice, 300_000_000).unwrap();
    svm.rest(alice, Order::buy(svm, BTC, "35950", 5).post_only()).unwrap();
    svm.advance(1);
    svm.publish(BTC, "32000").unwrap();
    assert!(svm.requirements(alice).is_liquidatable());
    svm.rest(maker, Order::buy(svm, BTC, "31950", 10).post_only()).unwrap();
    let did = closed(&svm.liquidate_on_book(caller, alice, BTC, 3, &[maker]).unwrap());
    assert_eq!((did.lots, did.fills.len(), did.fills[0].maker), (3, 1, maker.margin));
    assert_eq!(svm.market(BTC).book().unwrap().len(Side::Bid), 1);
    // Her other account's bid is the best: two lots of it, and the maker's for the third. It pays what it bought, to the cent.
    svm.rest(&second, Order::buy(svm, BTC, "32000", 2).post_only()).unwrap();
    let (alice, caller, maker, second) = (&*alice, &*caller, &*maker, &second);
    svm.advance(3);
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 3, &[maker]), E::NoFill);
    let both = |svm: &Svm| equity(svm, alice) + equity(svm, second) + equity(svm, caller);
    let before = both(svm);
    let did = closed(&svm.liquidate_on_book(caller, alice, BTC, 3, &[second, maker]).unwrap());
    let by: Vec<_> = did.fills.iter().map(|fill| (fill.maker, fill.lots)).collect();
    assert_eq!(by, [(second.margin, 2), (maker.margin, 1)]);
    assert_eq!(
        (svm.lots(second, BTC), svm.portfolio(alice).lots(svm.board().board.instrument(BTC).unwrap()).get()),
        (2, 94)
    );
    assert!(both(svm) < before, "all her wallets together lose");
    // Slices go on.
    svm.liquidate(bob, alice, &[BTC]).unwrap();
    svm.assert_reconciled();
}

/// I391.
#[test]
fn what_is_refused() {
    let mut healthy = Crash::to(true, "39000");
    healthy.rest(true, "38900", 1_000);
    let r = healthy.svm.requirements(&healthy.alice);
    let failed = healthy.refuse(1, E::NotLiquidatable);
    assert_eq!(numbers(&failed, "equity"), (r.equity.get(), r.maintenance.get()));

    let mut crash = Crash::to(true, "36000");
    crash.refuse(1, E::NoFill); // an empty book
    crash.rest(true, "34000", 1_000);
    crash.refuse(1, E::NoFill); // a bid below the limit
    crash.rest(true, "35900", 1_000);
    crash.svm.advance(3);
    let Crash { svm, alice, bob, maker, caller } = &mut crash;
    let (alice, bob, maker, caller) = (&*alice, &*bob, &*maker, &*caller);
    // A maker who is not passed in ends the match.
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 1, &[]), E::NoFill);
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, ETH, 1, &[maker]), E::NothingToLiquidate);
    refused(svm, |svm| svm.liquidate_on_book(caller, bob, BTC, 1, &[maker]), E::NotLiquidatable);
    // The owner neither calls nor is it called for with another's account; the accounts are three.
    let second = svm.sub_account(alice.key.insecure_clone(), 1, "100").unwrap();
    refused(svm, |svm| svm.liquidate_on_book(&second, alice, BTC, 1, &[maker]), E::LiquidatorIsOwner);
    refused(svm, |svm| svm.liquidate_on_book(alice, alice, BTC, 1, &[maker]), DUPLICATE);
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 1, &[caller, maker]), DUPLICATE);
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 1, &[alice, maker]), DUPLICATE);
    let (e, who) = (svm.exchange, bob.address());
    let theft = instruction::liquidate_on_book(&e, &who, &caller.margin, &alice.margin, BTC, &[maker.margin], 1);
    assert_refused(svm, &[theft], &[&bob.key], E::Unauthorized);
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        svm.set_pause(bit).unwrap();
        refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 1, &[maker]), E::Paused);
    }
    svm.set_pause(Pause::all() & !Pause::LIQUIDATE & !Pause::DEPOSIT).unwrap();
    // In receivership it is sold by slices.
    let healthy = svm.account(&alice.margin).unwrap();
    let mut seized = healthy.clone();
    let offset = ballast_client::ballast::state::DISCRIMINATOR_LEN
        + core::mem::offset_of!(ballast_client::ballast::state::MarginAccount, episode)
        + core::mem::offset_of!(ballast_client::risk::liquidation::Episode, seized_at);
    seized.data[offset] = 1;
    svm.set_account(alice.margin, seized);
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 1, &[maker]), E::Seized);
    svm.set_account(alice.margin, healthy);
    // The price of the leg is fresh.
    svm.advance(10);
    svm.publish(ETH, "2500").unwrap();
    refused(svm, |svm| svm.liquidate_on_book(caller, alice, BTC, 1, &[maker]), E::PriceStale);
    svm.publish(BTC, "36000").unwrap();
    svm.liquidate_on_book(caller, alice, BTC, 1, &[maker]).unwrap();
    svm.assert_reconciled();
}

/// I393.
#[test]
fn a_bankrupt_account_is_closed_at_no_cost() {
    let mut crash = Crash::to(true, "30000");
    assert!(equity(&crash.svm, &crash.alice) < 0);
    crash.rest(true, "30000", 1_000);
    crash.refuse(i64::MAX, E::NoFill); // the fee would be its cost
    crash.rest(true, "30015.9", 7);
    let did = crash.close(i64::MAX);
    assert_eq!((did.lots, did.discount, did.reward), (7, 0, 0));
    assert!(did.equity_after >= did.equity_before && did.maintenance_after < did.maintenance_before);
    assert_eq!(crash.svm.portfolio(&crash.caller).cash.get(), 0);
    crash.svm.assert_reconciled();
}

/// I387. Caller, maker and owner are one person with three wallets. Whatever the equity, and in one call or in many, they have
/// together what they had less the fees, the account stays solvent, and the fund is as it was.
#[test]
fn one_person_with_three_wallets_gains_nothing() {
    for (price, parts) in [("37500", 1), ("37000", 1), ("37000", 20), ("34000", 1), ("34000", 20), ("32000", 20)] {
        // At 32,000 dollars a lot has lost 8 of 9 dollars.
        let mut crash = Crash::with(true, price, "810");
        let Crash { svm, alice, bob, maker, caller } = &mut crash;
        let ours = |svm: &Svm| [&*alice, &*maker, &*caller].map(|t| equity(svm, t)).iter().sum::<i64>();
        let (before, fund) = (ours(svm), svm.treasury().insurance);
        let fees = |svm: &Svm| svm.market(BTC).header.unswept_fees.get();
        let (fees_before, was) = (fees(svm), equity(svm, alice));
        let mut lost = 0;
        for _ in 0..parts {
            // The worst bid that is still taken, found by trying.
            let probe = svm.liquidate_on_book(caller, alice, BTC, 100 / parts, &[maker]);
            let Err(failed) = probe else { panic!("nothing rests") };
            if failed.ballast() == Some(E::NotLiquidatable) {
                break;
            }
            let (limit, lots) = numbers(&failed, "limit");
            let bid = Order::buy(svm, BTC, &format!("{}.{}", limit / 10, limit % 10), lots).post_only();
            svm.rest(maker, bid).unwrap();
            let did = closed(&svm.liquidate_on_book(caller, alice, BTC, lots, &[maker]).unwrap());
            assert_eq!(did.lots, lots);
            lost += did.equity_before - did.equity_after;
        }
        assert_eq!(ours(svm) - before, fees_before - fees(svm), "they have what they had, less the fees");
        assert!(ours(svm) < before && equity(svm, alice) > 0, "{price} in {parts}");
        assert_eq!((svm.treasury().insurance, was - equity(svm, alice)), (fund, lost));
        // Whoever lost to them is themselves: Bob has what he had.
        assert!(svm.lots(bob, BTC) == -100);
        svm.assert_reconciled();
    }
}

/// I391. A short call is bought back while its array is near the price, and not when it is not: anyone may refresh it.
#[test]
fn an_option_needs_a_near_array() {
    let (mut svm, expiries, list) = options::listed();
    let call = list[2];
    let (alice, caller) = (svm.trader("800").unwrap(), svm.trader("0").unwrap());
    let [bob, maker] = [(); 2].map(|()| svm.trader("100000").unwrap());
    svm.trade(&bob, &alice, call, "1300", 100).unwrap();
    for price in ["41000", "42000", "43000"] {
        svm.advance(1);
        svm.publish(BTC, price).unwrap();
        svm.publish_smile(BTC, expiries[0], &SMILE).unwrap();
        svm.refresh_all_options(BTC).unwrap();
    }
    svm.rest(&maker, Order::sell(&svm, call, "3500", 1_000).post_only()).unwrap();
    svm.advance(1);
    svm.publish(BTC, "44500").unwrap();
    let close = |svm: &mut Svm| svm.liquidate_on_book(&caller, &alice, call, 10, &[&maker]);
    refused(&mut svm, close, E::StaleRiskArray);
    svm.refresh_all_options(BTC).unwrap();
    let did = closed(&close(&mut svm).unwrap());
    assert!(did.lots < 0 && did.lots >= -10 && did.maintenance_after < did.maintenance_before, "{did:?}");
    svm.assert_reconciled();
}

/// I386. A maker who cannot carry the fill loses its order. What it pays the account for that is a gift, and counts towards no
/// price.
#[test]
fn a_maker_who_cannot_carry_it_is_passed() {
    let penalties = |c: &mut Config| {
        c.exchange.fees.set("maker_penalty_rate", "0.001");
        c.exchange.fees.set("maker_penalty", "5");
    };
    let mut crash = Crash::of(Svm::with_config(penalties).unwrap(), true, "36000", "900");
    let Crash { svm, alice, bob, maker, caller } = &mut crash;
    let poor = svm.trader("200").unwrap();
    svm.trade(&poor, bob, ETH, "2500", 10).unwrap();
    svm.rest(&poor, Order::buy(svm, BTC, "36000", 20).post_only()).unwrap();
    svm.advance(1);
    svm.publish(ETH, "2000").unwrap();
    svm.rest(maker, Order::buy(svm, BTC, "35900", 100).post_only()).unwrap();
    let did = closed(&svm.liquidate_on_book(caller, alice, BTC, 10, &[&poor, maker]).unwrap());
    assert_eq!((did.lots, did.makers_cancelled, did.fills.len()), (10, 1, 1));
    let [penalty] = did.penalties[..] else { panic!("one maker pays: {did:?}") };
    assert_eq!((penalty.maker, penalty.amount), (poor.margin, 360_000));
    let spent = did.mark_value - did.value + did.fee;
    assert_eq!(did.equity_before - did.equity_after, spent + did.reward - penalty.amount);
    assert_eq!(did.reward, (did.discount / 5).min(did.discount - spent));
    svm.assert_reconciled();
}

/// I719. An odd lot ends a match like any other order: the caller, who may be the maker too, does not choose worse prices for the
/// account by leaving makers out.
#[test]
fn no_odd_lot_is_traded_through() {
    let mut crash = Crash::to(true, "36000");
    let better = Order::buy(&crash.svm, BTC, "35990", 1).post_only();
    crash.svm.rest(&crash.bob, better).unwrap();
    crash.rest(true, "35500", 1_000);
    crash.svm.advance(3);
    crash.svm.refresh_all();
    crash.refuse(i64::MAX, E::NoFill);
    let Crash { svm, alice, bob, maker, caller } = &mut crash;
    let did = closed(&svm.liquidate_on_book(caller, alice, BTC, i64::MAX, &[bob, maker]).unwrap());
    assert_eq!((did.fills[0].maker, did.fills[0].price, did.fills[1].maker), (bob.margin, 359_900, maker.margin));
    svm.assert_reconciled();
}

/// I719. Nine wallets with an order of one lot each at the top, of which four are named and met; then the rest is looked past.
#[test]
fn no_wall_of_odd_lots_stops_a_close() {
    let mut crash = Crash::to(true, "36000");
    let wall: Vec<Trader> = (0..9).map(|_| crash.svm.trader("1000").unwrap()).collect();
    for t in &wall {
        let order = Order::buy(&crash.svm, BTC, "35990", 1).post_only();
        crash.svm.rest(t, order).unwrap();
    }
    crash.rest(true, "35900", 1_000);
    crash.svm.advance(3);
    crash.svm.refresh_all();
    let Crash { svm, alice, maker, caller, .. } = &mut crash;
    let named: Vec<&Trader> = wall[..4].iter().chain([&*maker]).collect();
    let did = closed(&svm.liquidate_on_book(caller, alice, BTC, i64::MAX, &named).unwrap());
    assert_eq!((did.fills.len(), did.fills[4].maker), (5, maker.margin));
    svm.assert_reconciled();
}
