//! Liquidation and bad debt (I202, I214, I233 to I235).

use crate::harness::refusal::{DUPLICATE, assert_refused, numbers, refused};
use ballast_client::risk::UnitPrice;
use ballast_client::{
    BallastError as E,
    ballast::{args::InstrumentTightenArgs, events::Liquidated, state::Pause},
    book::Side,
    event, instruction, margin,
    risk::{Fill, Lots, Portfolio, Print, QuoteNative, liquidation::Takeover, math::mul_ppm_ceil},
};
use ballast_testkit::{BTC, ETH, Order, SOL, Sent, Svm, Trader};
use solana_signer::Signer;

/// Alice is long (or short) 100 BTC lots of 40,000 dollars with 900 dollars, and Bob and a liquidator are rich.
struct Crash {
    svm: Svm,
    alice: Trader,
    bob: Trader,
    liquidator: Trader,
}

impl Crash {
    fn with(config: impl FnOnce(&mut ballast_client::config::Config), long: bool, price: &str) -> Self {
        let mut svm = Svm::with_config(config).unwrap();
        let alice = svm.trader("900").unwrap();
        let (bob, liquidator) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
        if long {
            svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        } else {
            svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
        }
        svm.advance(1);
        svm.publish(BTC, price).unwrap();
        Self { svm, alice, bob, liquidator }
    }

    fn new() -> Self {
        Self::with(|_| {}, true, "36000")
    }

    /// What the client says that a liquidation of at most so many lots does.
    fn simulated(&self, max_lots: i64) -> Takeover {
        let (board, now) = (self.svm.board(), self.svm.now());
        margin::takeover(&board.board, &self.svm.portfolio(&self.alice), BTC, max_lots, now).unwrap()
    }

    fn liquidate(&mut self, max_lots: i64) -> Liquidated {
        liquidated(&self.svm.liquidate(&self.liquidator, &self.alice, BTC, max_lots).unwrap())
    }

    #[track_caller]
    fn refuse(
        &mut self,
        max_lots: i64,
        error: impl Into<crate::harness::refusal::Expected>,
    ) -> ballast_testkit::Failed {
        let (liquidator, alice) = (&self.liquidator, &self.alice);
        refused(&mut self.svm, |svm| svm.liquidate(liquidator, alice, BTC, max_lots), error)
    }
}

fn liquidated(sent: &Sent) -> Liquidated {
    let events = event::find::<Liquidated>(&sent.log);
    assert_eq!(events.len(), 1);
    events[0]
}

/// True if equity reaches maintenance margin and the buffer of 10 %.
fn reaches_buffer(after: &ballast_client::risk::Requirements) -> bool {
    let buffer = mul_ppm_ceil(after.maintenance, ballast_client::risk::Ppm::new(100_000)).unwrap();
    after.equity.get() >= after.maintenance.get() + buffer.get()
}

/// An account whose position was taken over at a loss that no insurance covered.
pub fn uncovered_debt() -> (Svm, Trader) {
    let mut crash = Crash::with(|c| c.exchange.insurance = "0".to_owned(), true, "20000");
    crash.liquidate(i64::MAX);
    (crash.svm, crash.alice)
}

#[test]
fn an_account_that_covers_its_maintenance_margin_is_not_liquidated() {
    let mut crash = Crash::with(|_| {}, true, "39000");
    let r = crash.svm.requirements(&crash.alice);
    let failed = crash.refuse(1, E::NotLiquidatable);
    assert_eq!(numbers(&failed, "equity"), (r.equity.get(), r.maintenance.get()));
}

/// I233.
#[test]
fn liquidation_begins_one_unit_below_maintenance_margin() {
    let mut crash = Crash::new();
    let r = crash.svm.requirements(&crash.alice);
    let short = (r.maintenance.get() - r.equity.get()) as u64;
    crash.svm.deposit_usdc(&crash.alice, short - 1).unwrap();
    let ix = instruction::liquidate(
        &crash.svm.exchange,
        &crash.liquidator.address(),
        &crash.liquidator.margin,
        &crash.alice.margin,
        BTC,
        1,
    );
    crash.svm.simulate(&[ix], &[&crash.liquidator.key]).unwrap();
    crash.svm.deposit_usdc(&crash.alice, 1).unwrap();
    crash.refuse(1, E::NotLiquidatable);
}

/// I234.
#[test]
fn the_fewest_lots_that_reach_the_buffer_are_taken() {
    for (long, price) in [(true, "36000"), (true, "36300"), (false, "44000"), (false, "43700")] {
        let mut crash = Crash::with(|_| {}, long, price);
        let expected = crash.simulated(i64::MAX);
        let lots = expected.fill.lots.get().abs();
        assert!(lots > 1 && lots < 100, "the case is one of a partial liquidation: {lots}");
        assert!(reaches_buffer(&expected.after));
        assert!(!reaches_buffer(&crash.simulated(lots - 1).after), "a lot less does not reach the buffer");

        let did = crash.liquidate(i64::MAX);
        assert_eq!(did.lots, -expected.fill.lots.get());
        assert_eq!(crash.svm.requirements(&crash.alice), expected.after);
        crash.refuse(1, E::NotLiquidatable);
        crash.svm.assert_reconciled();
    }
}

#[test]
fn a_request_for_less_takes_that_much_and_leaves_the_rest_to_others() {
    let mut crash = Crash::new();
    let whole = crash.simulated(i64::MAX).fill.lots.get().abs();
    let first = crash.liquidate(1);
    assert_eq!(first.lots, 1);
    assert!(!reaches_buffer(&crash.svm.requirements(&crash.alice)));
    let second = liquidated(&crash.svm.liquidate(&crash.bob, &crash.alice, BTC, i64::MAX).unwrap());
    assert!(second.lots < whole);
    assert!(reaches_buffer(&crash.svm.requirements(&crash.alice)));
    crash.svm.assert_reconciled();
}

#[test]
fn every_number_of_the_event_is_where_it_says() {
    for (long, price) in [(true, "36000"), (false, "44000")] {
        let mut crash = Crash::with(|_| {}, long, price);
        let (was, expected) = (crash.svm.requirements(&crash.alice), crash.simulated(i64::MAX));
        let (alice, liquidator) = (crash.svm.portfolio(&crash.alice), crash.svm.portfolio(&crash.liquidator));
        let fund = crash.svm.treasury().insurance.get();
        let did = crash.liquidate(i64::MAX);

        assert_eq!((did.margin, did.liquidator), (crash.alice.margin, crash.liquidator.margin));
        assert_eq!((did.equity_before, did.maintenance_before), (was.equity.get(), was.maintenance.get()));
        let is = crash.svm.requirements(&crash.alice);
        assert_eq!((did.equity_after, did.maintenance_after), (is.equity.get(), is.maintenance.get()));
        assert_eq!(did.mark_value, did.lots.abs() * crash.svm.board().board.instrument(BTC).unwrap().mark.get() / 16);
        assert_eq!((did.discount, did.insurance), (expected.discount.get(), did.discount / 5));
        assert!(did.discount > 0);
        assert_eq!(crash.svm.treasury().insurance.get(), fund + did.insurance);

        let price = if long { did.mark_value - did.discount } else { -did.mark_value - did.discount };
        let fill = |lots: i64, value: i64| Fill { lots: Lots::new(lots), value: QuoteNative::new(value) };
        assert_portfolio(&crash.svm, alice, &crash.alice, fill(-did.lots, -price), 0);
        assert_portfolio(&crash.svm, liquidator, &crash.liquidator, fill(did.lots, price), did.insurance);

        let margin = crash.svm.margin(&crash.alice.margin);
        assert_eq!(margin.liquidated_at, crash.svm.now());
        let value = if long { did.mark_value } else { -did.mark_value };
        assert_eq!((margin.episode.legs[0].instrument, margin.episode.legs[0].value.get()), (BTC, value));
        crash.svm.assert_reconciled();
    }
}

/// What a trader has is what he had, after a fill and a payment.
fn assert_portfolio(svm: &Svm, mut was: Portfolio, t: &Trader, fill: Fill, paid: i64) {
    let board = svm.board();
    let i = board.board.instrument(BTC).unwrap();
    was.fill(i, board.board.underlying(i.underlying).unwrap(), fill).unwrap();
    was.cash = was.cash.minus(QuoteNative::new(paid)).unwrap();
    was.lend_candidate = svm.requirements(t).own_cash.max(QuoteNative::ZERO);
    assert_eq!(was, svm.portfolio(t));
}

#[test]
fn the_accounts_orders_in_the_market_go_and_all_others_stay() {
    let mut crash = Crash::with(|_| {}, true, "39900");
    crash.svm.rest(&crash.alice, Order::sell(&crash.svm, BTC, "41000", 3)).unwrap();
    crash.svm.rest(&crash.alice, Order::sell(&crash.svm, BTC, "42000", 3)).unwrap();
    crash.svm.rest(&crash.alice, Order::buy(&crash.svm, ETH, "2400", 1)).unwrap();
    crash.svm.rest(&crash.bob, Order::sell(&crash.svm, BTC, "41500", 7)).unwrap();
    crash.svm.advance(1);
    crash.svm.publish(BTC, "36000").unwrap();
    let did = crash.liquidate(i64::MAX);
    assert_eq!(did.orders_cancelled, 2);
    let market = crash.svm.market(BTC);
    let left: Vec<_> = market.book().unwrap().orders(Side::Ask).map(|o| o.unwrap().1.lots).collect();
    assert_eq!(left, [Lots::new(7)]);
    assert_eq!(crash.svm.market(ETH).book().unwrap().len(Side::Bid), 1);
    crash.svm.assert_reconciled();
}

/// I235.
#[test]
fn a_hedge_is_not_broken() {
    let mut svm = Svm::new().unwrap();
    svm.list_more(1).unwrap(); // a second BTC perpetual
    let alice = svm.trader("500").unwrap();
    let (bob, liquidator) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    for _ in 0..6 {
        // In turns, so that Alice's margin is that of the difference.
        svm.trade(&alice, &bob, BTC, "40000", 17).unwrap();
        svm.trade(&bob, &alice, 3, "40000", 10).unwrap();
    }
    svm.advance(1);
    svm.publish(BTC, "32500").unwrap();
    assert!(svm.requirements(&alice).is_liquidatable());
    assert_eq!((svm.lots(&alice, BTC), svm.lots(&alice, 3)), (102, -60));
    // The short leg is the hedge: without it the scan grows. Any number of lots of it is refused.
    for lots in [1, 30, 60, i64::MAX] {
        refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, 3, lots), E::LiquidationDoesNotHelp);
    }
    // Nor may so much of the other leg be taken that the hedge becomes the risk.
    for lots in [102, i64::MAX] {
        refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, BTC, lots), E::LiquidationDoesNotHelp);
    }
    let did = liquidated(&svm.liquidate(&liquidator, &alice, BTC, 42).unwrap());
    assert!(did.equity_after - did.maintenance_after > did.equity_before - did.maintenance_before);
    svm.assert_reconciled();
}

/// I235.
#[test]
fn a_liquidator_ends_above_initial_margin() {
    let mut crash = Crash::new();
    let expected = crash.simulated(i64::MAX);
    let (bob, board) = (crash.svm.trader("100").unwrap(), crash.svm.board());
    let i = board.board.instrument(BTC).unwrap();
    let mut after = crash.svm.portfolio(&bob);
    let other =
        Fill { lots: Lots::new(-expected.fill.lots.get()), value: QuoteNative::new(-expected.fill.value.get()) };
    after.fill(i, board.board.underlying(BTC).unwrap(), other).unwrap();
    after.cash = after.cash.minus(expected.insurance).unwrap();
    let short = margin::requirements(&board.board, &after, crash.svm.now()).unwrap();
    let alice = &crash.alice;
    let failed = refused(&mut crash.svm, |svm| svm.liquidate(&bob, alice, BTC, i64::MAX), E::BelowInitialMargin);
    assert_eq!(numbers(&failed, "initial margin:"), (short.initial.get(), short.initial_equity.get()));
    crash.svm.liquidate(&bob, &crash.alice, BTC, 1).unwrap();
}

/// I235.
#[test]
fn nobody_liquidates_himself() {
    let mut crash = Crash::new();
    let alice = &crash.alice;
    let second = crash.svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
    refused(&mut crash.svm, |svm| svm.liquidate(&second, alice, BTC, 1), E::LiquidatorIsOwner);
    refused(&mut crash.svm, |svm| svm.liquidate(alice, alice, BTC, 1), DUPLICATE);
}

/// I202.
#[test]
fn nobody_liquidates_with_anothers_account() {
    let mut crash = Crash::new();
    let (svm, thief) = (&mut crash.svm, &crash.bob);
    let ix =
        instruction::liquidate(&svm.exchange, &thief.address(), &crash.liquidator.margin, &crash.alice.margin, BTC, 1);
    assert_refused(svm, &[ix], &[&thief.key], E::Unauthorized);
}

#[test]
fn the_legs_price_must_be_fresh_and_no_other() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("960").unwrap();
    let (bob, liquidator) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.trade(&alice, &bob, ETH, "2500", 10).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    svm.advance(10);
    svm.publish(SOL, "40").unwrap();
    svm.simulate_liquidation(&liquidator, &alice, BTC).unwrap();
    svm.advance(1);
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, BTC, 1), E::PriceStale);
    svm.publish(BTC, "36000").unwrap();
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, ETH, 1), E::PriceStale);
    // Alice's ETH counts at its last price; the liquidator holds none.
    svm.liquidate(&liquidator, &alice, BTC, 1).unwrap();
}

trait SimulateLiquidation {
    fn simulate_liquidation(
        &mut self,
        by: &Trader,
        of: &Trader,
        instrument: u16,
    ) -> Result<Sent, ballast_testkit::Failed>;
}

impl SimulateLiquidation for Svm {
    fn simulate_liquidation(
        &mut self,
        by: &Trader,
        of: &Trader,
        instrument: u16,
    ) -> Result<Sent, ballast_testkit::Failed> {
        let ix = instruction::liquidate(&self.exchange, &by.address(), &by.margin, &of.margin, instrument, 1);
        self.simulate(&[ix], &[&by.key])
    }
}

#[test]
fn a_liquidator_needs_fresh_prices_of_what_he_holds() {
    let mut crash = Crash::new();
    crash.svm.trade(&crash.liquidator, &crash.bob, ETH, "2500", 10).unwrap();
    crash.svm.advance(11);
    crash.svm.publish(BTC, "36000").unwrap();
    crash.refuse(1, E::PriceStale);
    crash.svm.publish(ETH, "2500").unwrap();
    crash.liquidate(1);
}

/// I205.
#[test]
fn a_pause_of_liquidation_or_of_deposits_stops_it_and_no_other_does() {
    let mut crash = Crash::new();
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        crash.svm.set_pause(bit).unwrap();
        crash.refuse(1, E::Paused);
    }
    crash.svm.set_pause(Pause::all() & !Pause::LIQUIDATE & !Pause::DEPOSIT).unwrap();
    crash.liquidate(1);
}

/// I318. Whatever a risk key does to the limits of an instrument, liquidators take positions over.
#[test]
fn a_tightened_position_limit_stops_no_liquidation() {
    let mut crash = Crash::with(|_| {}, true, "20000");
    let risker = crash.svm.risker.insecure_clone();
    let args = InstrumentTightenArgs { max_position: 1, open_interest_cap: 1, reduce_only: 1 };
    let tighten = instruction::tighten_instrument(&crash.svm.exchange, &risker.pubkey(), BTC, &args);
    crash.svm.send(&[tighten], &[&risker]).unwrap();
    assert_eq!(crash.liquidate(i64::MAX).lots, 100);
    assert_eq!((crash.svm.lots(&crash.alice, BTC), crash.svm.lots(&crash.liquidator, BTC)), (0, 100));
    crash.svm.assert_reconciled();
}

#[test]
fn what_is_not_held_is_not_taken_over() {
    let mut crash = Crash::new();
    let (liquidator, alice) = (&crash.liquidator, &crash.alice);
    refused(&mut crash.svm, |svm| svm.liquidate(liquidator, alice, ETH, 1), E::NothingToLiquidate);
}

/// I234.
#[test]
fn dust_is_taken_whole() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("64").unwrap(), svm.trader("100000").unwrap());
    let held = 50;
    svm.trade(&alice, &bob, SOL, "40", held).unwrap();
    let portfolio = svm.portfolio(&alice);
    // A price at which a few lots less than all would do, which are worth less than 10 dollars.
    let (cents, fewest) = (2_600..3_900)
        .rev()
        .find_map(|cents| {
            let (mut board, now) = (svm.board(), svm.now());
            let print = Print {
                price: UnitPrice::new(cents * 100 * 16), // of 0.01 SOL, at 1/16 of 0.000001
                confidence: UnitPrice::new(0),
                publish_time: now + 1,
                previous_publish_time: now,
            };
            board.board.underlying_mut(SOL).unwrap().publish(&print, None).unwrap();
            board.board.reprice(SOL).unwrap();
            let taken = margin::takeover(&board.board, &portfolio, SOL, held - 1, now + 1).ok()?;
            let lots = taken.fill.lots.get().abs();
            let dust = (held - lots) * cents * 1_000 < 10_000_000;
            (lots < held - 1 && dust && reaches_buffer(&taken.after)).then_some((cents, lots))
        })
        .expect("there is such a price");
    svm.advance(1);
    svm.publish(SOL, &format!("{}.{:02}", cents / 100, cents % 100)).unwrap();
    let by_request = instruction::liquidate(&svm.exchange, &bob.address(), &bob.margin, &alice.margin, SOL, held - 1);
    let sent = svm.simulate(&[by_request], &[&bob.key]).unwrap();
    assert_eq!(liquidated(&sent).lots, fewest);
    let did = liquidated(&svm.liquidate(&bob, &alice, SOL, held).unwrap());
    assert_eq!(did.lots, held);
    assert_eq!(svm.portfolio(&alice).position_count, 0);
    svm.assert_reconciled();
}

/// I214.
#[test]
fn a_bankrupt_accounts_debt_is_paid_by_the_insurance_fund_at_once() {
    for (long, price) in [(true, "20000"), (false, "60000")] {
        let mut crash = Crash::with(|_| {}, long, price);
        assert!(crash.svm.requirements(&crash.alice).equity.get() < 0);
        let fund = crash.svm.treasury().insurance.get();
        let did = crash.liquidate(i64::MAX);
        assert_eq!(did.lots.abs(), 100);
        assert!(did.bad_debt > 0 && did.uncovered == 0);
        let portfolio = crash.svm.portfolio(&crash.alice);
        assert_eq!((portfolio.cash.get(), portfolio.position_count), (0, 0));
        let treasury = crash.svm.treasury();
        assert_eq!(treasury.insurance.get(), fund + did.insurance - did.bad_debt);
        assert_eq!(treasury.bad_debt_paid.get(), did.bad_debt);
        let (svm, alice) = (&mut crash.svm, &crash.alice);
        refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
        svm.assert_reconciled();
    }
}

/// I214.
#[test]
fn a_bankrupt_account_with_lots_left_keeps_its_debt_until_the_last_is_gone() {
    let mut crash = Crash::with(|_| {}, true, "20000");
    let did = crash.liquidate(99);
    assert_eq!((did.lots, did.bad_debt, did.uncovered), (99, 0, 0));
    let (svm, alice) = (&mut crash.svm, &crash.alice);
    refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
    let did = crash.liquidate(1);
    assert_eq!(did.lots, 1);
    assert!(did.bad_debt > 0);
    crash.svm.assert_reconciled();
}

/// I214.
#[test]
fn a_fund_that_is_too_small_leaves_debt_for_later() {
    let mut crash = Crash::with(|c| c.exchange.insurance = "10".to_owned(), true, "20000");
    let did = crash.liquidate(i64::MAX);
    // The fund has its 10 dollars and its share of the discount.
    assert_eq!(did.bad_debt, 10_000_000 + did.insurance);
    assert!(did.uncovered > 0);
    let debt = |svm: &Svm, t: &Trader| -svm.portfolio(t).cash.get();
    assert_eq!(debt(&crash.svm, &crash.alice), did.uncovered);
    assert_eq!(crash.svm.treasury().insurance.get(), 0);
    crash.svm.assert_reconciled();

    crash.svm.fund_insurance(1_000_000).unwrap();
    crash.svm.resolve_bad_debt(&crash.alice).unwrap();
    assert_eq!(debt(&crash.svm, &crash.alice), did.uncovered - 1_000_000);
    crash.svm.fund_insurance(did.uncovered as u64).unwrap();
    crash.svm.resolve_bad_debt(&crash.alice).unwrap();
    assert_eq!(debt(&crash.svm, &crash.alice), 0);
    assert_eq!(crash.svm.treasury().insurance.get(), 1_000_000);
    let (svm, alice) = (&mut crash.svm, &crash.alice);
    refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
    svm.assert_reconciled();
}

/// I214.
#[test]
fn debt_of_an_account_that_holds_tokens_is_not_paid() {
    let (mut svm, debtor) = uncovered_debt();
    svm.deposit_sol(&debtor, 1).unwrap();
    svm.fund_insurance(1).unwrap();
    refused(&mut svm, |svm| svm.resolve_bad_debt(&debtor), E::NoBadDebt);
}

#[test]
fn an_account_in_credit_has_no_bad_debt() {
    let mut svm = Svm::new().unwrap();
    let (rich, empty) = (svm.trader("1").unwrap(), svm.trader("0").unwrap());
    refused(&mut svm, |svm| svm.resolve_bad_debt(&rich), E::NoBadDebt);
    refused(&mut svm, |svm| svm.resolve_bad_debt(&empty), E::NoBadDebt);
}

#[test]
fn whoever_deposits_in_time_is_not_liquidated() {
    let mut crash = Crash::new();
    crash.svm.deposit_usdc(&crash.alice, 500_000_000).unwrap();
    crash.refuse(i64::MAX, E::NotLiquidatable);
}
