//! What the insurance fund cannot pay of a debt is shared, to the unit (I370, I371, I374).

use super::receivership::{Scene, USDC, copy, the_event};
use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        events::{AccountReleased, AccountSeized, BadDebtResolved},
        state::Treasury,
    },
    instruction,
};
use ballast_testkit::{BTC, ETH, Order, SOL, Svm, Trader, lending::INTEREST};

/// Makes all that a trader has lent: the third epoch begins.
fn lend(svm: &mut Svm, who: &[&Trader]) {
    svm.set_interest(&INTEREST).unwrap();
    svm.update_interest().unwrap();
    svm.advance(3_600);
    svm.refresh_all();
    svm.update_interest().unwrap();
    for t in who {
        svm.accrue_interest(t).unwrap();
        assert_eq!(svm.portfolio(t).lent, svm.portfolio(t).cash);
    }
}

fn resolve(svm: &mut Svm, of: &Trader) -> BadDebtResolved {
    let did = the_event(&svm.resolve_bad_debt(of).unwrap());
    svm.assert_reconciled();
    did
}

fn equity(svm: &Svm, of: &Trader) -> i64 {
    svm.requirements(of).equity.get()
}

fn treasury(svm: &Svm) -> Box<Treasury> {
    svm.treasury()
}

/// I369, I370. Alice lacks 1,100 dollars that the fund does not have. Bob, who is short what she was long, bears the calendar charge
/// of 1.25 % of 2,000 dollars, less than a part in 65,535; Carol's lent cash the rest, counted at once and paid when it is touched.
#[test]
fn a_debt_is_shared_to_the_unit() {
    let mut s = Scene::with_fund("0");
    let carol = copy(&s.carol);
    lend(&mut s.svm, &[&carol]);
    s.move_to("20000");
    let (alice, bob) = (copy(&s.alice), copy(&s.bob));
    let did = s.seize();
    assert_eq!((did.paid, did.uncovered, did.budget), (0, 1_100 * USDC, 0));
    let svm = &mut s.svm;
    let before = [&alice, &bob, &carol].map(|t| equity(svm, t));
    let did = resolve(svm, &alice);
    assert_eq!((did.paid, did.shared, did.uncovered), (0, 25 * USDC, 0));
    assert_eq!(did.lenders, 1_075 * USDC);
    let after = [&alice, &bob, &carol].map(|t| equity(svm, t));
    assert_eq!(after[0], 0);
    assert_eq!(before[1] - after[1], did.shared);
    assert!((did.lenders..=did.lenders + 1).contains(&(before[2] - after[2])));
    assert_eq!(treasury(svm).lending.receivable.get(), did.lenders);
    refused(svm, |svm| svm.resolve_bad_debt(&alice), E::NoBadDebt);

    // Bob pays as he trades, Carol as she withdraws: nobody takes with him what he was charged.
    let cash = svm.portfolio(&carol).cash.get();
    svm.withdraw_usdc(&carol, 1).unwrap();
    assert!((did.lenders + 1..=did.lenders + 2).contains(&(cash - svm.portfolio(&carol).cash.get())));
    assert_eq!(treasury(svm).lending.receivable.get(), 0);
    let unpaid = svm.market(BTC).header.unpaid_funding.get();
    assert_eq!(unpaid, -did.shared);
    svm.trade(&bob, &carol, BTC, "20000", 1).unwrap();
    assert_eq!(svm.market(BTC).header.unpaid_funding.get(), 0);
    svm.assert_reconciled();

    // What the price brings later is not Alice's: she repays all of it first, and keeps the buffer beyond it.
    assert_eq!(svm.margin(&alice.margin).episode.shared.get(), 1_100 * USDC);
    svm.deposit_usdc(&alice, 1_429_000_000).unwrap();
    refused(svm, |svm| svm.release(&alice), E::BelowInitialMargin);
    svm.deposit_usdc(&alice, 2_000_000).unwrap();
    let did: AccountReleased = the_event(&svm.release(&alice).unwrap());
    assert_eq!((did.repaid, treasury(svm).insurance.get()), (1_100 * USDC, 1_100 * USDC));
    svm.assert_reconciled();
}

/// I370. Where nobody lends, what the other side does not bear stays visible until the fund has money.
#[test]
fn without_lenders_the_rest_stays_until_the_fund_has_money() {
    let mut s = Scene::with_fund("0").at("20000");
    s.seize();
    let (svm, alice) = (&mut s.svm, &s.alice);
    let did = resolve(svm, alice);
    assert_eq!((did.shared, did.lenders, did.uncovered), (25 * USDC, 0, 1_075 * USDC));
    refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
    svm.fund_insurance(1_000 * USDC as u64).unwrap();
    let did = resolve(svm, alice);
    assert_eq!((did.paid, did.shared, did.uncovered), (1_000 * USDC, 0, 75 * USDC));
    svm.fund_insurance(75 * USDC as u64).unwrap();
    assert_eq!(resolve(svm, alice).uncovered, 0);
    assert_eq!(equity(svm, alice), 0);
    assert_eq!(svm.margin(&alice.margin).episode.advanced.get(), 1_075 * USDC);
}

/// I371. Whoever calls cannot choose who is charged: all the markets of the legs in their order, or the fund alone.
#[test]
fn nobody_chooses_who_is_charged() {
    let mut s = Scene::with_fund("0");
    s.svm.trade(&s.alice, &s.bob, ETH, "2500", 1).unwrap();
    s.move_to("20000");
    s.seize();
    let (svm, margin) = (&mut s.svm, s.alice.margin);
    assert_eq!(svm.sharing_markets(&s.alice), [BTC, ETH]);
    let build = |svm: &Svm, markets: &[u16]| instruction::resolve_bad_debt(&svm.exchange, &margin, markets);
    for markets in [&[][..], &[BTC], &[ETH], &[ETH, BTC], &[BTC, SOL], &[BTC, BTC], &[BTC, ETH, SOL], &[BTC, ETH, ETH]]
    {
        let ix = build(svm, markets);
        refused(svm, |svm| svm.send(&[ix], &[]), E::WrongMarket);
    }
    let mut read_only = build(svm, &[BTC, ETH]);
    read_only.accounts[5].is_writable = false;
    svm.send(&[read_only], &[]).unwrap_err();
    // With a little money the fund pays it alone, whatever is passed.
    svm.fund_insurance(5).unwrap();
    let did: BadDebtResolved = the_event(&svm.send(&[build(svm, &[])], &[]).unwrap());
    assert_eq!((did.paid, did.shared, did.lenders), (5, 0, 0));
    let did = resolve(svm, &s.alice);
    // By net delta: 2,000 of 2,025 and 25 of 2,025 dollars, each at most its calendar charge.
    assert!(did.shared > 25 * USDC && did.shared < 25 * USDC + USDC, "{}", did.shared);
}

/// I371. A small leg bears no more than its part, and nothing where its notional is a dollar.
#[test]
fn a_small_leg_does_not_steer_the_loss() {
    let mut s = Scene::with_fund("0");
    s.svm.trade(&s.alice, &s.bob, SOL, "40", 2).unwrap();
    s.move_to("20000");
    s.seize();
    let e = s.episode();
    let svm = &mut s.svm;
    let value = e.legs[1].delta.get();
    assert!(e.legs[0].delta.get() == 2_000 * USDC && (1..=40 * USDC).contains(&value));
    let before = svm.board().board.instruments[usize::from(SOL)].loss_index_short;
    resolve(svm, &s.alice);
    let i = svm.board().board.instruments[usize::from(SOL)];
    let lots = svm.market(SOL).header.open_interest_short.get();
    let u = svm.board().board.underlyings[usize::from(i.underlying)];
    let charged = (lots * (i.loss_index_short.get() - before.get())) >> u.scale();
    assert!(charged as i128 <= 1_100i128 * i128::from(value) / 2_000 + 1, "{charged} of {value}");
}

/// I370, I374. A thief with two wallets pumps a thin market. His long profits, his short owes; what he takes out is what prices gave to
/// both together, and the rest is charged: the fund first, then who is long, then who lends. All adds up to the unit.
#[test]
fn a_pumped_thin_market_is_shared() {
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "500".to_owned()).unwrap();
    let [long, short, maker, lender] = ["5000", "5000", "100000", "50000"].map(|usdc| svm.trader(usdc).unwrap());
    lend(&mut svm, &[&lender]);
    svm.trade(&long, &short, SOL, "40", 3_000).unwrap();
    let lots = svm.lots(&long, SOL);
    let start = equity(&svm, &long) + equity(&svm, &short);
    for price in ["48", "58", "70"] {
        svm.advance(300);
        svm.publish(SOL, price).unwrap();
        svm.refresh_all();
    }
    // Profit that nobody has paid is not withdrawn.
    let profit = equity(&svm, &long) as u64;
    refused(&mut svm, |svm| svm.withdraw_usdc(&long, profit), E::BelowWithdrawalMargin);
    // He finds an honest buyer at the pumped price, and takes all of it out.
    svm.rest(&maker, Order::buy(&svm, SOL, "70", lots).post_only()).unwrap();
    let sell = Order::sell(&svm, SOL, "70", lots).immediate();
    svm.place(&long, sell, &[&maker]).unwrap();
    svm.refresh_all();
    let taken = svm.portfolio(&long).cash.get();
    svm.withdraw_usdc(&long, taken as u64).unwrap();
    let owed = -equity(&svm, &short);
    assert!(owed > 2_000 * USDC, "the short owes {owed}");

    let fund = svm.treasury().insurance.get();
    let seized: AccountSeized = the_event(&svm.seize(&short).unwrap());
    assert_eq!((seized.paid, seized.uncovered, seized.budget), (fund, owed - fund, 0));
    let before = [&maker, &lender].map(|t| equity(&svm, t));
    let did = resolve(&mut svm, &short);
    assert_eq!((did.paid, did.uncovered), (0, 0));
    assert_eq!(did.shared + did.lenders, owed - fund);
    let after = [&maker, &lender].map(|t| equity(&svm, t));
    // Rounded against those who pay, by a unit each.
    assert!((did.shared..=did.shared + 1).contains(&(before[0] - after[0])));
    assert!((did.lenders..=did.lenders + 1).contains(&(before[1] - after[1])));
    assert_eq!(equity(&svm, &short), 0);
    // Both wallets together have what the price gave them less what the short cannot pay, which others bear: no more than that.
    assert!(taken <= start + owed, "{taken} of {start} and {owed}");
    for t in [&maker, &lender] {
        svm.accrue_interest(t).unwrap();
    }
    assert_eq!(svm.treasury().lending.receivable.get(), 0);
    svm.assert_reconciled();
}
