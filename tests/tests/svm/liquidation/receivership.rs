//! Notice and receivership (I366 to I369, I372).

use crate::harness::refusal::{numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        events::{AccountReleased, AccountSeized, Liquidated, Noticed, OrderPlaced, PerpetualWoundDown},
        oracle::OraclePrice,
        state::Pause,
    },
    event::{self, EventData},
    instruction, oracle,
    risk::{fixing::SAMPLES, liquidation::Episode},
};
use ballast_testkit::{BTC, ETH, Order, Sent, Svm, Trader};

pub const USDC: i64 = 1_000_000;

/// The event of a kind that a transaction emitted.
pub fn the_event<T: EventData>(sent: &Sent) -> T {
    let mut events = event::find::<T>(&sent.log);
    assert_eq!(events.len(), 1, "{}: {:#?}", T::NAME, sent.log);
    events.remove(0)
}

/// The same trader.
pub fn copy(t: &Trader) -> Trader {
    Trader { key: t.key.insecure_clone(), ..*t }
}

/// Alice bought 100 BTC lots, a tenth of a bitcoin, at 40,000 dollars with 900 dollars and paid a fee of two; Bob sold them.
pub struct Scene {
    pub svm: Svm,
    pub alice: Trader,
    pub bob: Trader,
    pub carol: Trader,
}

impl Scene {
    pub fn with_fund(dollars: &str) -> Self {
        let mut svm = Svm::with_config(|c| c.exchange.insurance = dollars.to_owned()).unwrap();
        let [alice, bob, carol] = ["902", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
        svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        assert_eq!(svm.requirements(&alice).equity.get(), 900 * USDC);
        Self { svm, alice, bob, carol }
    }

    pub fn at(mut self, price: &str) -> Self {
        self.move_to(price);
        self
    }

    pub fn move_to(&mut self, price: &str) {
        self.svm.advance(1);
        self.svm.publish(BTC, price).unwrap();
    }

    /// The same price, later.
    pub fn later(&mut self, seconds: i64) {
        self.svm.advance(seconds);
        self.svm.refresh_all();
    }

    pub fn seize(&mut self) -> AccountSeized {
        the_event(&self.svm.seize(&self.alice).unwrap())
    }

    fn notice(&mut self) -> Noticed {
        the_event(&self.svm.give_notice(&self.alice).unwrap())
    }

    pub fn episode(&self) -> Episode {
        self.svm.margin(&self.alice.margin).episode
    }

    #[track_caller]
    fn refuse_seizure(&mut self, error: E) -> (i64, i64) {
        let alice = &self.alice;
        let failed = refused(&mut self.svm, |svm| svm.seize(alice), error);
        if error == E::NotSeizable { numbers(&failed, "equity") } else { (0, 0) }
    }
}

/// I610. A default that has ended leaves nothing behind: no notice runs on an account that holds nothing and owes nothing.
#[test]
fn a_default_that_has_ended_leaves_no_notice() {
    let mut s = Scene::with_fund("25000").at("30000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    assert!(s.svm.requirements(&alice).equity.get() < 0);
    let did: Liquidated = the_event(&s.svm.liquidate(&carol, &alice, &[BTC]).unwrap());
    assert!(did.bad_debt > 0 && did.uncovered == 0);
    assert_eq!((s.svm.portfolio(&alice).cash.get(), s.episode()), (0, Episode::default()));
}

/// I613. A resting order in a market whose price nobody refreshed keeps its owner neither from notice nor from liquidation.
#[test]
fn a_resting_order_elsewhere_keeps_nobody_from_judging() {
    let mut s = Scene::with_fund("25000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    s.svm.rest(&alice, Order::buy(&s.svm, ETH, "2400", 1)).unwrap();
    s.svm.advance(11);
    s.svm.publish(BTC, "36000").unwrap();
    assert_eq!(s.notice().noticed_at, s.svm.now());
    s.svm.liquidate(&carol, &alice, &[BTC]).unwrap();
    s.svm.assert_reconciled();
}

/// I367. Nobody makes a notice run on a healthy account, and nobody keeps one from ending.
#[test]
fn a_notice_is_given_confirmed_and_over() {
    let mut s = Scene::with_fund("25000").at("39000");
    let alice = copy(&s.alice);
    let failed = refused(&mut s.svm, |svm| svm.give_notice(&alice), E::NotLiquidatable);
    let r = s.svm.requirements(&alice);
    assert_eq!(numbers(&failed, "equity"), (r.equity.get(), r.maintenance.get()));

    s.move_to("36000");
    let (first, r) = (s.svm.now(), s.svm.requirements(&alice));
    assert_eq!(
        s.notice(),
        Noticed { margin: alice.margin, equity: r.equity.get(), maintenance: r.maintenance.get(), noticed_at: first }
    );
    s.later(300);
    assert_eq!(s.notice().noticed_at, first);
    s.later(301);
    let second = s.svm.now();
    assert_eq!(s.notice().noticed_at, second, "unconfirmed it lapsed");

    // Between maintenance and the buffer of 10 % nothing changes.
    let missing = r.maintenance.get() - r.equity.get();
    s.svm.deposit_usdc(&alice, missing as u64).unwrap();
    refused(&mut s.svm, |svm| svm.give_notice(&alice), E::NotLiquidatable);
    assert_eq!(s.episode().noticed_at, second);
    s.svm.deposit_usdc(&alice, (r.maintenance.get() / 10) as u64 + 1).unwrap();
    assert_eq!(s.notice().noticed_at, 0);
    assert_eq!(s.episode(), Episode::default());
    refused(&mut s.svm, |svm| svm.give_notice(&alice), E::NotLiquidatable);

    s.svm.advance(11);
    refused(&mut s.svm, |svm| svm.give_notice(&alice), E::PriceStale);
    s.svm.refresh_all();
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        s.svm.set_pause(bit).unwrap();
        refused(&mut s.svm, |svm| svm.give_notice(&alice), E::Paused);
    }
}

/// I368. Seized at once below a third of maintenance. With more equity than a tenth of it there is no budget.
#[test]
fn an_account_far_below_maintenance_is_seized_at_once() {
    let mut s = Scene::with_fund("25000").at("36000");
    s.refuse_seizure(E::NotSeizable);
    s.move_to("32700"); // 170 of 490.5
    assert_eq!(s.refuse_seizure(E::NotSeizable), (170 * USDC, 163_499_836));
    s.move_to("32600"); // 160 of 489
    let did = s.seize();
    assert_eq!((did.equity, did.maintenance), (160 * USDC, 489 * USDC));
    assert_eq!((did.paid, did.uncovered, did.budget), (0, 0, 0));
    let e = s.episode();
    assert_eq!((e.seized_at, e.legs[0].delta.get(), e.legs[1].delta.get()), (s.svm.now(), 3_260 * USDC, 0));
    s.refuse_seizure(E::Seized);
    let alice = copy(&s.alice);
    refused(&mut s.svm, |svm| svm.give_notice(&alice), E::Seized);
    s.svm.assert_reconciled();
}

/// I368. Ten minutes after notice, confirmed on the way, and only below maintenance.
#[test]
fn an_account_that_nobody_took_over_is_seized_after_ten_minutes() {
    let mut s = Scene::with_fund("25000").at("36000");
    for _ in 0..2 {
        s.notice();
        s.refuse_seizure(E::NotSeizable);
        s.later(300);
    }
    let alice = copy(&s.alice);
    let r = s.svm.requirements(&alice);
    let missing = r.maintenance.get() - r.equity.get();
    s.svm.deposit_usdc(&alice, missing as u64 - 1).unwrap();
    let ix = instruction::seize(&s.svm.exchange, &alice.margin);
    s.svm.simulate(&[ix], &[]).unwrap();
    s.svm.deposit_usdc(&alice, 1).unwrap();
    s.refuse_seizure(E::NotSeizable);
}

/// I368. What a bankrupt account lacks is paid at once. The budget is a tenth of maintenance, or a hundredth of the fund.
#[test]
fn the_fund_pays_what_a_seized_account_lacks() {
    for (fund, paid, uncovered, budget) in
        [("25000", 1_100, 0, 30 * USDC), ("2000", 1_100, 0, 9 * USDC), ("1100", 1_100, 0, 0), ("100", 100, 1_000, 0)]
    {
        let mut s = Scene::with_fund(fund).at("20000"); // −1,100 of 300
        let before = s.svm.treasury().insurance.get();
        let did = s.seize();
        assert_eq!((did.equity, did.maintenance), (-1_100 * USDC, 300 * USDC));
        assert_eq!((did.paid, did.uncovered, did.budget), (paid * USDC, uncovered * USDC, budget));
        assert_eq!(s.svm.requirements(&s.alice).equity.get(), -uncovered * USDC);
        let treasury = s.svm.treasury();
        assert_eq!(treasury.insurance.get(), before - paid * USDC);
        assert_eq!(treasury.bad_debt_paid.get(), paid * USDC);
        let e = s.episode();
        assert_eq!((e.advanced.get(), e.budget.get(), e.shared.get()), (paid * USDC, budget, 0));
        s.svm.assert_reconciled();
    }
}

/// I366. The owner of a seized account deposits and cancels orders, and nothing else.
#[test]
fn a_seized_account_does_nothing_by_itself() {
    let mut s = Scene::with_fund("25000");
    let alice = copy(&s.alice);
    let sub = s.svm.sub_account(alice.key.insecure_clone(), 1, "1000").unwrap();
    let svm = &mut s.svm;
    let (sell, buy) = (Order::sell(svm, BTC, "41000", 1), Order::buy(svm, BTC, "37000", 1));
    let order = svm.rest(&alice, sell.post_only()).unwrap();
    let other = svm.rest(&alice, buy.post_only()).unwrap();
    s.move_to("31100");
    s.seize();
    let (svm, bob) = (&mut s.svm, copy(&s.bob));

    let sell = Order::sell(svm, BTC, "31100", 1);
    refused(svm, |svm| svm.place(&alice, sell, &[]), E::Seized);
    refused(svm, |svm| svm.place(&alice, sell.immediate().reduce_only(), &[&bob]), E::Seized);
    refused(svm, |svm| svm.replace(&alice, order, sell, &[]), E::Seized);
    refused(svm, |svm| svm.block(&alice, &bob, &[(BTC, -1, "31100")]), E::Seized);
    refused(svm, |svm| svm.block(&bob, &alice, &[(BTC, 1, "31100")]), E::Seized);
    refused(svm, |svm| svm.withdraw_usdc(&alice, 1), E::Seized);
    refused(svm, |svm| svm.transfer_cash(&alice, &sub, 1), E::Seized);
    refused(svm, |svm| svm.transfer_cash(&sub, &alice, 1), E::Seized);
    refused(svm, |svm| svm.transfer_position(&alice, &sub, BTC, 1), E::Seized);
    refused(svm, |svm| svm.transfer_position(&sub, &alice, BTC, 1), E::Seized);
    let close = instruction::close_margin_account(&svm.exchange, &alice.address(), 0);
    refused(svm, |svm| svm.send(&[close], &[&alice.key]), E::Seized);

    svm.cancel(&alice, BTC, other).unwrap();
    svm.deposit_usdc(&alice, 1).unwrap();
    let gift = instruction::deposit(&svm.exchange, &bob.address(), &alice.margin, &bob.usdc, &svm.usdc, 1);
    svm.send(&[gift], &[&bob.key]).unwrap();
    svm.assert_reconciled();
}

/// I366. An order of a seized account that is met is taken off the book, for nothing, and the match goes on.
#[test]
fn no_order_of_a_seized_account_matches() {
    let mut s = Scene::with_fund("25000");
    let alice = copy(&s.alice);
    let sell = Order::sell(&s.svm, BTC, "33000", 5);
    s.move_to("36500");
    s.svm.rest(&alice, sell.post_only()).unwrap_err();
    s.move_to("33500");
    s.svm.rest(&alice, Order::sell(&s.svm, BTC, "33600", 5).post_only().reduce_only()).unwrap();
    s.svm.rest(&s.bob, Order::sell(&s.svm, BTC, "33700", 5).post_only()).unwrap();
    s.move_to("32600");
    s.seize();
    let before = s.svm.portfolio(&alice);
    let buy = Order::buy(&s.svm, BTC, "33700", 5).immediate();
    let placed: OrderPlaced = the_event(&s.svm.place(&s.carol, buy, &[&alice, &s.bob]).unwrap());
    assert_eq!((placed.filled, placed.makers_cancelled), (5, 0));
    let after = s.svm.portfolio(&alice);
    assert_eq!((after.cash, after.positions[0].lots), (before.cash, before.positions[0].lots));
    assert_eq!((before.positions[0].order_count, after.positions[0].order_count), (1, 0));
    s.svm.assert_reconciled();
}

/// I366. A seized account takes nothing over.
#[test]
fn a_seized_account_is_no_liquidator() {
    let mut s = Scene::with_fund("25000");
    let poor = s.svm.trader("902").unwrap();
    s.svm.trade(&poor, &s.bob, BTC, "40000", 100).unwrap();
    s.move_to("32600");
    s.seize();
    s.svm.deposit_usdc(&s.alice, 50_000_000_000).unwrap();
    let alice = copy(&s.alice);
    refused(&mut s.svm, |svm| svm.liquidate(&alice, &poor, &[BTC]), E::Seized);
}

/// I369. Released once it has repaid the fund and is at the buffer. Its owner has lost nothing but the loss.
#[test]
fn an_account_is_released_at_the_buffer_after_repaying_the_fund() {
    let mut s = Scene::with_fund("25000").at("20000"); // −1,100 of 300, initial 375
    let alice = copy(&s.alice);
    refused(&mut s.svm, |svm| svm.release(&alice), E::NotSeized);
    let fund = s.svm.treasury().insurance.get();
    s.seize();
    refused(&mut s.svm, |svm| svm.release(&alice), E::BelowInitialMargin);
    // To the buffer: 1.1 times 300.
    s.svm.deposit_usdc(&alice, 1_429_999_999).unwrap();
    let failed = refused(&mut s.svm, |svm| svm.release(&alice), E::BelowInitialMargin);
    assert_eq!(numbers(&failed, "initial margin: required"), (375 * USDC, 330 * USDC - 1));
    s.svm.deposit_usdc(&alice, 1).unwrap();
    s.svm.advance(11);
    refused(&mut s.svm, |svm| svm.release(&alice), E::PriceStale);
    s.svm.refresh_all();
    let did: AccountReleased = the_event(&s.svm.release(&alice).unwrap());
    assert_eq!((did.margin, did.repaid), (alice.margin, 1_100 * USDC));
    assert_eq!((s.svm.treasury().insurance.get(), s.episode()), (fund, Episode::default()));
    assert_eq!(s.svm.requirements(&alice).equity.get(), 330 * USDC);
    s.svm.deposit_usdc(&alice, 48_000_000).unwrap();
    let sell = Order::sell(&s.svm, BTC, "20000", 1);
    s.svm.place(&alice, sell, &[]).unwrap();
    refused(&mut s.svm, |svm| svm.release(&alice), E::NotSeized);
    s.svm.assert_reconciled();
}

/// I375. What a bankrupt account lacks becomes the fund's loss with its last leg: not at a price in doubt, whoever takes it.
#[test]
fn a_bankrupt_account_does_not_go_at_a_price_in_doubt() {
    let mut s = Scene::with_fund("25000");
    s.svm.advance(1);
    let price = oracle::dollars("30000", s.svm.now()).unwrap();
    s.svm.write_print(BTC, &OraclePrice { confidence: price.price as u64 * 3 / 100, ..price });
    s.svm.refresh(BTC).unwrap();
    assert_eq!(s.svm.requirements(&s.alice).equity.get(), -100 * USDC);
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    refused(&mut s.svm, |svm| svm.liquidate(&carol, &alice, &[BTC]), E::PriceTooUncertain);
    refused(&mut s.svm, |svm| svm.liquidate_on_book(&carol, &alice, BTC, i64::MAX, &[]), E::PriceTooUncertain);
    s.svm.advance(1);
    s.svm.publish(BTC, "30000").unwrap();
    s.svm.liquidate(&carol, &alice, &[BTC]).unwrap();
    assert_eq!(s.svm.treasury().insurance.get(), 24_900 * USDC);
    s.svm.assert_reconciled();
}

/// I372. A short that nobody takes, left to the insurance fund: after a day its perpetual is wound down, and ends for everybody at
/// the average of its index. The fund gets back what it advanced, as far as something is left; the sum of all is as it was.
#[test]
fn an_illiquid_short_is_wound_down() {
    let mut svm = Svm::with_config(|c| {
        c.exchange.insurance = "25000".to_owned();
        c.underlying[0].params.set("liquidity", "400_000"); // of which a hundredth is 4,000
    })
    .unwrap();
    let [alice, bob, dust] = ["902", "100000", "12"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
    svm.trade(&bob, &dust, BTC, "40000", 1).unwrap();
    svm.trade(&bob, &alice, ETH, "2500", 1).unwrap();
    svm.advance(1);
    svm.publish(BTC, "52000").unwrap();
    refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::WindDownNotDue);
    for t in [&alice, &dust] {
        svm.seize(t).unwrap();
        refused(&mut svm, |svm| svm.wind_down_seized(t, BTC), E::WindDownNotDue);
    }
    let paid = svm.margin(&alice.margin).episode.advanced.get() + svm.margin(&dust.margin).episode.advanced.get();
    assert!(paid > 100 * USDC);
    svm.advance(86_399);
    svm.refresh_all();
    refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::WindDownNotDue);
    svm.advance(1);
    svm.refresh_all();
    refused(&mut svm, |svm| svm.wind_down_seized(&dust, BTC), E::WindDownNotDue);
    // Nor while nobody may take the position: at the buffer again, or paused.
    svm.advance(1);
    svm.publish(BTC, "39000").unwrap();
    refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::WindDownNotDue);
    svm.advance(1);
    svm.publish(BTC, "52000").unwrap();
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        svm.set_pause(bit).unwrap();
        refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::Paused);
    }
    // Nor was the time before a pause a day in which anybody could.
    svm.set_pause(Pause::empty()).unwrap();
    refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::WindDownNotDue);
    svm.advance(86_400);
    svm.refresh_all();
    let did: PerpetualWoundDown = the_event(&svm.wind_down_seized(&alice, BTC).unwrap());
    let ahead = did.settles_at - svm.now();
    assert!((86_400..2 * 86_400).contains(&ahead), "a day's notice at least: {ahead}");
    refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::AlreadySettled);

    // The price falls to 45,000 before the end.
    svm.take_samples(BTC, did.settles_at, 1..=SAMPLES, "45000").unwrap();
    svm.set_time(did.settles_at);
    svm.publish(BTC, "45000").unwrap();
    svm.refresh_all();
    svm.settle_expiry(BTC, &[BTC]).unwrap();
    for t in [&alice, &bob, &dust] {
        svm.settle_position(t, BTC).unwrap();
    }
    let fund = svm.treasury().insurance.get();
    // Dust has nothing left but cash: what it had, less the loss, plus what the fund paid.
    let left = svm.portfolio(&dust).cash.get();
    let repaid: AccountReleased = the_event(&svm.release(&dust).unwrap());
    assert_eq!(repaid.repaid, left.min(repaid.repaid));
    assert_eq!(svm.treasury().insurance.get(), fund + repaid.repaid);
    assert_eq!(svm.margin(&dust.margin).episode, Episode::default());
    svm.assert_reconciled();
}
