//! Liquidation and bad debt (I202, I214, I233 to I235).

use crate::harness::refusal::{DUPLICATE, assert_refused, numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{InstrumentTightenArgs, LiquidateArgs},
        events::Liquidated,
        state::Pause,
    },
    book::Side,
    event, instruction,
    margin::{AfterSlice, Liquidation},
    risk::{Fill, Lots, Portfolio, QuoteNative, guard::REFRESH_SECONDS, liquidation::LegMoved, math::mul_ppm_ceil},
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

    /// What the client says that a liquidation of at most so much does, in millionths.
    fn simulated(&self, most: u32) -> AfterSlice {
        let (board, now) = (self.svm.board(), self.svm.now());
        let account = self.svm.margin(&self.alice.margin);
        let args = part(most);
        let treasury = self.svm.treasury();
        let liquidation =
            Liquidation { treasury: &treasury, board: &board.board, account: &account, instruments: &[BTC], args, now };
        liquidation.after_slice(&self.svm.portfolio(&self.liquidator)).unwrap()
    }

    fn liquidate(&mut self, most: u32) -> Liquidated {
        liquidated(&self.svm.slice(&self.liquidator, &self.alice, &[BTC], part(most)).unwrap())
    }

    #[track_caller]
    fn refuse(&mut self, most: u32, error: impl Into<crate::harness::refusal::Expected>) -> ballast_testkit::Failed {
        let (liquidator, alice) = (&self.liquidator, &self.alice);
        refused(&mut self.svm, |svm| svm.slice(liquidator, alice, &[BTC], part(most)), error)
    }
}

const ALL: u32 = 1_000_000;

fn part(most: u32) -> LiquidateArgs {
    LiquidateArgs { most, ..LiquidateArgs::of(0) }
}

/// Lots of the one position that was taken.
fn lots(did: &Liquidated) -> i64 {
    did.positions[0].lots
}

fn liquidated(sent: &Sent) -> Liquidated {
    let events = event::find::<Liquidated>(&sent.log);
    assert_eq!(events.len(), 1);
    events[0].clone()
}

/// True if equity reaches maintenance margin and the buffer of 10 %.
fn reaches_buffer(after: &ballast_client::risk::Requirements) -> bool {
    let buffer = mul_ppm_ceil(after.maintenance, ballast_client::risk::Ppm::new(100_000)).unwrap();
    after.equity.get() >= after.maintenance.get() + buffer.get()
}

/// An account whose position was taken over at a loss that no insurance covered.
pub fn uncovered_debt() -> (Svm, Trader) {
    let mut crash = Crash::with(|c| c.exchange.insurance = "0".to_owned(), true, "20000");
    crash.liquidate(ALL);
    (crash.svm, crash.alice)
}

#[test]
fn an_account_that_covers_its_maintenance_margin_is_not_liquidated() {
    let mut crash = Crash::with(|_| {}, true, "39000");
    let r = crash.svm.requirements(&crash.alice);
    let failed = crash.refuse(ALL, E::NotLiquidatable);
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
        &[BTC],
        &part(ALL),
    );
    crash.svm.simulate(&[ix], &[&crash.liquidator.key]).unwrap();
    crash.svm.deposit_usdc(&crash.alice, 1).unwrap();
    crash.refuse(ALL, E::NotLiquidatable);
}

/// I234.
#[test]
fn the_fewest_lots_that_reach_the_buffer_are_taken() {
    for (long, price) in [(true, "36000"), (true, "36300"), (false, "44000"), (false, "43700")] {
        let mut crash = Crash::with(|_| {}, long, price);
        let expected = crash.simulated(ALL);
        let LegMoved::Position { lots: taken, .. } = expected.legs[0] else { unreachable!() };
        let taken = taken.get();
        assert!(taken.abs() > 1 && taken.abs() < 100, "the case is one of a partial liquidation: {taken}");
        assert!(reaches_buffer(&expected.account));
        let fewer = crash.simulated(((taken.abs() - 1) * 10_000) as u32);
        assert!(!reaches_buffer(&fewer.account), "a lot less does not reach the buffer");

        let did = crash.liquidate(ALL);
        assert_eq!(lots(&did), taken);
        assert_eq!(crash.svm.requirements(&crash.alice), expected.account);
        assert_eq!(crash.svm.requirements(&crash.liquidator), expected.liquidator);
        assert_eq!(crash.svm.margin(&crash.alice.margin).episode.noticed_at, 0, "at the buffer the episode is over");
        crash.refuse(ALL, E::NotLiquidatable);
        crash.svm.assert_reconciled();
    }
}

#[test]
fn a_request_for_less_takes_that_much_and_leaves_the_rest_to_others() {
    let mut crash = Crash::new();
    let LegMoved::Position { lots: whole, .. } = crash.simulated(ALL).legs[0] else { unreachable!() };
    let first = crash.liquidate(50_000);
    assert_eq!(lots(&first), 5);
    assert!(!reaches_buffer(&crash.svm.requirements(&crash.alice)));
    let second = liquidated(&crash.svm.liquidate(&crash.bob, &crash.alice, &[BTC]).unwrap());
    assert!(lots(&second) < whole.get());
    assert!(reaches_buffer(&crash.svm.requirements(&crash.alice)));
    crash.svm.assert_reconciled();
}

#[test]
fn every_number_of_the_event_is_where_it_says() {
    for (long, price) in [(true, "36000"), (false, "44000")] {
        let mut crash = Crash::with(|_| {}, long, price);
        let (was, expected) = (crash.svm.requirements(&crash.alice), crash.simulated(ALL));
        let (alice, liquidator) = (crash.svm.portfolio(&crash.alice), crash.svm.portfolio(&crash.liquidator));
        let fund = crash.svm.treasury().insurance.get();
        let did = crash.liquidate(ALL);

        assert_eq!((did.margin, did.liquidator), (crash.alice.margin, crash.liquidator.margin));
        assert_eq!((did.equity_before, did.maintenance_before), (was.equity.get(), was.maintenance.get()));
        let is = crash.svm.requirements(&crash.alice);
        assert_eq!((did.equity_after, did.maintenance_after), (is.equity.get(), is.maintenance.get()));
        let (taken, value) = (lots(&did), did.positions[0].mark_value);
        assert_eq!(value, taken * crash.svm.board().board.instrument(BTC).unwrap().mark.get() / 16);
        assert_eq!((did.discount, did.insurance), (expected.slice.payment.discount.get(), did.discount / 5));
        assert!(did.discount > 0 && did.from_budget == 0 && did.tokens.is_empty());
        assert_eq!(crash.svm.treasury().insurance.get(), fund + did.insurance);

        let fill = |sign: i64| Fill { lots: Lots::new(sign * taken), value: QuoteNative::new(sign * value) };
        assert_portfolio(&crash.svm, alice, &crash.alice, fill(-1), did.discount);
        assert_portfolio(&crash.svm, liquidator, &crash.liquidator, fill(1), did.insurance - did.discount);

        let margin = crash.svm.margin(&crash.alice.margin);
        assert_eq!(margin.liquidated_at, crash.svm.now());
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

/// I357.
#[test]
fn orders_stay_until_anyone_cancels_those_of_an_account_below_maintenance() {
    let mut crash = Crash::with(|_| {}, true, "39900");
    crash.svm.rest(&crash.alice, Order::sell(&crash.svm, BTC, "41000", 3)).unwrap();
    crash.svm.rest(&crash.alice, Order::sell(&crash.svm, BTC, "42000", 3)).unwrap();
    crash.svm.rest(&crash.alice, Order::sell(&crash.svm, BTC, "43000", 2).reduce_only()).unwrap();
    crash.svm.rest(&crash.alice, Order::buy(&crash.svm, ETH, "2400", 1)).unwrap();
    crash.svm.rest(&crash.bob, Order::sell(&crash.svm, BTC, "41500", 7)).unwrap();
    let cancel = instruction::cancel_liquidatable_orders(&crash.svm.exchange, &crash.alice.margin, BTC);
    assert_refused(&mut crash.svm, std::slice::from_ref(&cancel), &[], E::NotLiquidatable);
    crash.svm.advance(1);
    crash.svm.publish(BTC, "36000").unwrap();
    let asks = |svm: &Svm| -> Vec<Lots> {
        svm.market(BTC).book().unwrap().orders(Side::Ask).map(|o| o.unwrap().1.lots).collect()
    };
    crash.liquidate(50_000);
    assert_eq!(asks(&crash.svm).len(), 4);
    crash.svm.send(&[cancel], &[]).unwrap();
    assert_eq!(asks(&crash.svm), [Lots::new(7), Lots::new(2)], "what only reduces is the owner's way out");
    assert_eq!(crash.svm.market(ETH).book().unwrap().len(Side::Bid), 1);
    crash.liquidate(ALL);
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
    // The short leg is the hedge: without it the scan grows. Any part of it alone is refused.
    for most in [300_000, 600_000, ALL] {
        refused(&mut svm, |svm| svm.slice(&liquidator, &alice, &[3], part(most)), E::LiquidationDoesNotHelp);
    }
    // Both together are a smaller book of the same kind.
    let did = liquidated(&svm.liquidate(&liquidator, &alice, &[BTC, 3]).unwrap());
    let ratio = |equity: i64, maintenance: i64| equity as f64 / maintenance as f64;
    assert!(ratio(did.equity_after, did.maintenance_after) > ratio(did.equity_before, did.maintenance_before));
    assert_eq!(did.positions.len(), 2);
    svm.assert_reconciled();
}

/// I235.
#[test]
fn a_liquidator_ends_above_initial_margin() {
    let mut crash = Crash::new();
    let bob = crash.svm.trader("100").unwrap();
    let alice = &crash.alice;
    let failed = refused(&mut crash.svm, |svm| svm.liquidate(&bob, alice, &[BTC]), E::BelowInitialMargin);
    let (required, available): (i64, i64) = numbers(&failed, "initial margin:");
    assert!(available < required);
    crash.svm.slice(&bob, &crash.alice, &[BTC], part(30_000)).unwrap();
    let r = crash.svm.requirements(&bob);
    assert!(r.initial_equity >= r.initial);
}

/// I235.
#[test]
fn nobody_liquidates_himself() {
    let mut crash = Crash::new();
    let alice = &crash.alice;
    let second = crash.svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
    refused(&mut crash.svm, |svm| svm.liquidate(&second, alice, &[BTC]), E::LiquidatorIsOwner);
    refused(&mut crash.svm, |svm| svm.liquidate(alice, alice, &[BTC]), DUPLICATE);
}

/// I202.
#[test]
fn nobody_liquidates_with_anothers_account() {
    let mut crash = Crash::new();
    let (svm, thief) = (&mut crash.svm, &crash.bob);
    let ix = instruction::liquidate(
        &svm.exchange,
        &thief.address(),
        &crash.liquidator.margin,
        &crash.alice.margin,
        &[BTC],
        &part(ALL),
    );
    assert_refused(svm, &[ix], &[&thief.key], E::Unauthorized);
}

/// I398.
#[test]
fn the_legs_price_must_be_fresh_and_every_other_refreshed() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("960").unwrap();
    let (bob, liquidator) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.trade(&alice, &bob, ETH, "2500", 10).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    svm.publish(ETH, "2500").unwrap();
    svm.advance(5);
    svm.simulate_liquidation(&liquidator, &alice, BTC).unwrap();
    svm.advance(1);
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[BTC]), E::PriceStale);
    svm.publish(BTC, "36000").unwrap();
    // Alice's ETH is to be refreshed too: nobody judges her at prices of two times.
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[BTC]), E::PriceStale);
    svm.advance(REFRESH_SECONDS);
    svm.publish(BTC, "36000").unwrap();
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[ETH]), E::PriceStale);
    // Where nobody was able to, it counts at its last price; the liquidator holds none.
    svm.liquidate(&liquidator, &alice, &[BTC]).unwrap();
}

/// I731. The price dipped and came back. Whoever shows the dip takes a healthy account with it, as long as it may be ten seconds old.
#[test]
fn nobody_liquidates_at_the_worst_price_of_the_last_seconds() {
    let mut svm = Svm::with_config(|c| {
        c.underlying[usize::from(BTC)].guard.set("liquidation_age", "5");
        c.underlying[usize::from(ETH)].guard.set("liquidation_age", "2");
    })
    .unwrap();
    let alice = svm.trader("960").unwrap();
    let (bob, thief) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.write_price(BTC, "35500");
    let dip = svm.account(&svm.price_account(BTC)).unwrap();
    svm.advance(9);
    svm.write_price(BTC, "40000");
    let now = svm.account(&svm.price_account(BTC)).unwrap();
    // All in one transaction: the dip of nine seconds ago, a liquidation, and the present price.
    svm.set_account(svm.price_account(BTC), dip);
    svm.refresh(BTC).unwrap();
    refused(&mut svm, |svm| svm.liquidate(&thief, &alice, &[BTC]), E::PriceStale);
    refused(&mut svm, |svm| svm.give_notice(&alice), E::PriceStale);
    svm.set_account(svm.price_account(BTC), now);
    svm.refresh(BTC).unwrap();
    refused(&mut svm, |svm| svm.liquidate(&thief, &alice, &[BTC]), E::NotLiquidatable);

    // A price may be as old as the limit of its underlying and no older, whether its leg moves or not.
    svm.trade(&alice, &bob, ETH, "2500", 10).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    svm.advance(3);
    svm.publish(ETH, "2500").unwrap();
    svm.advance(2);
    svm.simulate_liquidation(&thief, &alice, BTC).unwrap();
    svm.advance(1);
    refused(&mut svm, |svm| svm.liquidate(&thief, &alice, &[BTC]), E::PriceStale);
    svm.publish(BTC, "36000").unwrap();
    refused(&mut svm, |svm| svm.liquidate(&thief, &alice, &[BTC]), E::PriceStale);
    svm.publish(ETH, "2500").unwrap();
    svm.liquidate(&thief, &alice, &[BTC]).unwrap();
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
        let ix =
            instruction::liquidate(&self.exchange, &by.address(), &by.margin, &of.margin, &[instrument], &part(ALL));
        self.simulate(&[ix], &[&by.key])
    }
}

#[test]
fn a_liquidator_needs_fresh_prices_of_what_he_holds() {
    let mut crash = Crash::new();
    crash.svm.trade(&crash.liquidator, &crash.bob, ETH, "2500", 10).unwrap();
    crash.svm.advance(11);
    crash.svm.publish(BTC, "36000").unwrap();
    crash.refuse(ALL, E::PriceStale);
    crash.svm.publish(ETH, "2500").unwrap();
    crash.liquidate(ALL);
}

/// I205.
#[test]
fn a_pause_of_liquidation_or_of_deposits_stops_it_and_no_other_does() {
    let mut crash = Crash::new();
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        crash.svm.set_pause(bit).unwrap();
        crash.refuse(ALL, E::Paused);
    }
    crash.svm.set_pause(Pause::all() & !Pause::LIQUIDATE & !Pause::DEPOSIT).unwrap();
    crash.liquidate(ALL);
}

/// I318. Whatever a risk key does to the limits of an instrument, liquidators take positions over.
#[test]
fn a_tightened_position_limit_stops_no_liquidation() {
    let mut crash =
        Crash::with(|c| c.perpetual[usize::from(BTC)].contract.limits.set("max_position", "0.1"), true, "20000");
    let risker = crash.svm.risker.insecure_clone();
    let args = InstrumentTightenArgs { max_position: 10, open_interest_cap: 1, reduce_only: 1 };
    let tighten = instruction::tighten_instrument(&crash.svm.exchange, &risker.pubkey(), BTC, &args);
    crash.svm.send(&[tighten], &[&risker]).unwrap();
    assert_eq!(lots(&crash.liquidate(ALL)), 100);
    assert_eq!((crash.svm.lots(&crash.alice, BTC), crash.svm.lots(&crash.liquidator, BTC)), (0, 100));
    crash.svm.assert_reconciled();
}

#[test]
fn what_is_not_held_is_not_taken_over() {
    let mut crash = Crash::new();
    let (liquidator, alice) = (&crash.liquidator, &crash.alice);
    refused(&mut crash.svm, |svm| svm.liquidate(liquidator, alice, &[ETH]), E::NothingToLiquidate);
}

/// I234. Below the dust value of 10 dollars of margin an account goes whole or not at all.
#[test]
fn dust_is_taken_whole() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("13").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, SOL, "40", 10).unwrap();
    svm.advance(1);
    svm.publish(SOL, "33").unwrap();
    let r = svm.requirements(&alice);
    assert!(r.is_liquidatable() && r.equity.get() > 0 && r.maintenance.get() < 10_000_000);
    refused(&mut svm, |svm| svm.slice(&bob, &alice, &[SOL], part(999_999)), E::SliceTooSmall);
    let did = liquidated(&svm.liquidate(&bob, &alice, &[SOL]).unwrap());
    assert_eq!(lots(&did), 10);
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
        let did = crash.liquidate(ALL);
        assert_eq!(lots(&did).abs(), 100);
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
    let did = crash.liquidate(990_000);
    assert_eq!((lots(&did), did.bad_debt, did.uncovered), (99, 0, 0));
    let (svm, alice) = (&mut crash.svm, &crash.alice);
    refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
    let did = crash.liquidate(ALL);
    assert_eq!(lots(&did), 1);
    assert!(did.bad_debt > 0);
    crash.svm.assert_reconciled();
}

/// I214.
#[test]
fn a_fund_that_is_too_small_leaves_debt_for_later() {
    let mut crash = Crash::with(|c| c.exchange.insurance = "10".to_owned(), true, "20000");
    let did = crash.liquidate(ALL);
    // The fund has its 10 dollars; a bankrupt account pays no discount.
    assert_eq!(did.bad_debt, 10_000_000 + did.insurance);
    assert!(did.uncovered > 0);
    let debt = |svm: &Svm, t: &Trader| -svm.portfolio(t).cash.get();
    assert_eq!(debt(&crash.svm, &crash.alice), did.uncovered);
    assert_eq!(crash.svm.treasury().insurance.get(), 0);
    crash.svm.assert_reconciled();

    crash.svm.fund_insurance(1_000_000).unwrap();
    crash.svm.resolve_bad_debt_by_fund(&crash.alice).unwrap();
    assert_eq!(debt(&crash.svm, &crash.alice), did.uncovered - 1_000_000);
    crash.svm.fund_insurance(did.uncovered as u64).unwrap();
    crash.svm.resolve_bad_debt(&crash.alice).unwrap();
    assert_eq!(debt(&crash.svm, &crash.alice), 0);
    assert_eq!(crash.svm.treasury().insurance.get(), 1_000_000);
    let (svm, alice) = (&mut crash.svm, &crash.alice);
    refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
    svm.assert_reconciled();
}

/// I214, I630. The smallest token that its owner deposits kept a debt from being paid. An account with a debt that nobody covered is in
/// receivership: it lacks what its equity is below zero.
#[test]
fn a_token_does_not_keep_a_debt_from_being_paid() {
    let (mut svm, debtor) = uncovered_debt();
    svm.deposit_sol(&debtor, 1).unwrap();
    svm.fund_insurance(1).unwrap();
    let owed = svm.portfolio(&debtor).cash.get();
    svm.resolve_bad_debt_by_fund(&debtor).unwrap();
    assert_eq!((svm.portfolio(&debtor).cash.get(), svm.treasury().insurance.get()), (owed + 1, 0));
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
    crash.refuse(ALL, E::NotLiquidatable);
}
