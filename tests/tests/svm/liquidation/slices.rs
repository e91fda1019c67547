//! Slices of several legs: hedged books, tokens, whole accounts (I353 to I358).

use crate::harness::refusal::{numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{args::LiquidateArgs, events::Liquidated},
    event,
    margin::Liquidation,
    risk::{liquidation::LegMoved, math::mul_ppm_floor},
};
use ballast_testkit::{BTC, ETH, SOL, Sent, Svm, Trader, lending::INTEREST};

const USDC: i64 = 1_000_000;
const LAMPORTS: u64 = 1_000_000_000;
/// Wrapped SOL, the only token.
const TOKEN: u16 = 0;

/// What a slice did.
pub fn liquidated(sent: &Sent) -> Liquidated {
    let events = event::find::<Liquidated>(&sent.log);
    assert_eq!(events.len(), 1);
    events[0].clone()
}

/// Liquidates, and compares everything with what the client says.
fn slice(svm: &mut Svm, by: &Trader, of: &Trader, instruments: &[u16], args: LiquidateArgs) -> Liquidated {
    let (board, now, account) = (svm.board(), svm.now(), svm.margin(&of.margin));
    let treasury = svm.treasury();
    let liquidation =
        Liquidation { treasury: &treasury, board: &board.board, account: &account, instruments, args, now };
    let expected = liquidation.after_slice(&svm.portfolio(by)).unwrap();
    let fund = svm.treasury().insurance.get();
    let did = liquidated(&svm.slice(by, of, instruments, args).unwrap());
    assert_eq!(svm.requirements(of).equity.get(), expected.account.equity.get() + did.bad_debt);
    assert_eq!(svm.requirements(of).maintenance, expected.account.maintenance);
    assert_eq!(svm.requirements(by), expected.liquidator);
    assert_eq!(did.discount, expected.slice.payment.discount.get());
    assert_eq!(svm.treasury().insurance.get(), fund + did.insurance - did.bad_debt);
    let positions = expected.legs.iter().filter(|leg| matches!(leg, LegMoved::Position { .. })).count();
    assert_eq!((did.positions.len(), did.tokens.len()), (positions, expected.legs.len() - positions));
    svm.assert_reconciled();
    did
}

/// An exchange whose lenders lend 10,000 dollars, and a trader with 100 SOL of 40 dollars.
fn lending() -> (Svm, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    svm.set_interest(&INTEREST).unwrap();
    svm.update_interest().unwrap();
    let lender = svm.trader("10000").unwrap();
    svm.advance(3_600);
    svm.refresh_all();
    svm.update_interest().unwrap();
    svm.accrue_interest(&lender).unwrap();
    let (alice, liquidator) = (svm.trader("0").unwrap(), svm.trader("100000").unwrap());
    svm.deposit_sol(&alice, 100 * LAMPORTS).unwrap();
    (svm, alice, liquidator)
}

/// I236, I353. The tokens of a borrower are a leg: SOL falls by 60 %, so that 1,600 dollars cover 1,200 owed at a maintenance margin
/// of 480.
#[test]
fn tokens_of_a_borrower_are_a_leg() {
    let (mut svm, alice, liquidator) = lending();
    svm.withdraw_usdc(&alice, 1_200 * USDC as u64).unwrap();
    svm.advance(1);
    svm.publish(SOL, "16").unwrap();
    let deposited = svm.treasury().token_deposits;
    let did = slice(&mut svm, &liquidator, &alice, &[], LiquidateArgs::of(1 << TOKEN));
    let sold = did.tokens[0].amount;
    assert_eq!((did.tokens[0].token, did.tokens[0].value), (TOKEN, (sold / 1_000 * 16) as i64));
    assert_eq!(svm.portfolio(&alice).balance(TOKEN) + sold, 100 * LAMPORTS);
    assert_eq!(svm.portfolio(&liquidator).balance(TOKEN), sold);
    assert_eq!(svm.treasury().token_deposits, deposited);
    // Equity covers five sixths: 15 % and a sixth of 35 % of what is freed.
    let freed = did.maintenance_before - did.maintenance_after;
    let exact = freed * 625 / 3_000;
    assert!((did.discount - exact).abs() < freed / 10_000, "{} of {freed}", did.discount);
    refused(&mut svm, |svm| svm.slice(&liquidator, &alice, &[], LiquidateArgs::of(1)), E::NotLiquidatable);
}

/// I236. For cash that the liquidator has.
#[test]
fn tokens_are_bought_for_cash() {
    let (mut svm, alice, _) = lending();
    svm.withdraw_usdc(&alice, 1_200 * USDC as u64).unwrap();
    svm.advance(1);
    svm.publish(SOL, "16").unwrap();
    let poor = svm.trader("100").unwrap();
    svm.deposit_sol(&poor, 100 * LAMPORTS).unwrap();
    let failed = refused(&mut svm, |svm| svm.slice(&poor, &alice, &[], LiquidateArgs::of(1)), E::InsufficientBalance);
    let (needed, had): (i64, i64) = numbers(&failed, "cash: needed");
    assert!(needed > had && had == 100 * USDC);
}

/// I612. Cash that an open loss has used up buys no tokens: the liquidator would owe what they cost.
#[test]
fn tokens_are_not_bought_for_what_is_owed() {
    let (mut svm, alice, bob) = lending();
    svm.withdraw_usdc(&alice, 1_200 * USDC as u64).unwrap();
    let losing = svm.trader("3000").unwrap();
    svm.deposit_sol(&losing, 1_000 * LAMPORTS).unwrap();
    svm.trade(&losing, &bob, BTC, "40000", 700).unwrap();
    svm.advance(1);
    svm.publish(SOL, "16").unwrap();
    svm.publish(BTC, "36000").unwrap();
    let r = svm.requirements(&losing);
    assert!(svm.portfolio(&losing).cash.get() > 2_900 * USDC && r.owed().is_zero() && r.own_cash.get() < 200 * USDC);
    let failed = refused(&mut svm, |svm| svm.slice(&losing, &alice, &[], LiquidateArgs::of(1)), E::InsufficientBalance);
    let (needed, had): (i64, i64) = numbers(&failed, "cash: needed");
    assert_eq!(had, r.own_cash.get());
    assert!(needed > had);
    svm.deposit_usdc(&losing, needed as u64).unwrap();
    svm.slice(&losing, &alice, &[], LiquidateArgs::of(1)).unwrap();
    svm.assert_reconciled();
}

/// I354. Collateral and the short that hedges it go together, where neither goes alone.
#[test]
fn collateral_and_its_hedge_are_one_slice() {
    let (mut svm, alice, liquidator) = lending();
    let bob = svm.trader("100000").unwrap();
    svm.trade(&bob, &alice, SOL, "40", 1_000).unwrap();
    // Interest and fees aside, the pair keeps its value: what is taken out makes it poor.
    let spare = svm.requirements(&alice);
    let limit = mul_ppm_floor(spare.backing, svm.board().board.interest.params.max_owed).unwrap();
    let out = spare.withdraw_equity.minus(spare.initial).unwrap().min(limit).get() / 10_000 * 9_990;
    svm.withdraw_usdc(&alice, out as u64).unwrap();
    svm.advance(1);
    svm.publish(SOL, "65").unwrap();
    assert!(svm.requirements(&alice).is_liquidatable());
    let did = slice(&mut svm, &liquidator, &alice, &[SOL], LiquidateArgs::WHOLE);
    assert_eq!((did.positions.len(), did.tokens.len()), (1, 1));
}

/// I355. `whole` refuses a slice that lacks a position, by name, and takes one that lacks none.
#[test]
fn whole_means_all() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("1000").unwrap();
    let (bob, liquidator) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.trade(&alice, &bob, ETH, "2500", 10).unwrap();
    svm.advance(1);
    svm.publish(BTC, "33000").unwrap();
    svm.publish(ETH, "2000").unwrap();
    let failed =
        refused(&mut svm, |svm| svm.slice(&liquidator, &alice, &[BTC], LiquidateArgs::WHOLE), E::PositionMissing);
    assert!(failed.log.iter().any(|line| line.contains("instrument 1 is missing")));
    let did = slice(&mut svm, &liquidator, &alice, &[BTC, ETH, SOL], LiquidateArgs::WHOLE);
    assert_eq!(did.positions.len(), 2);
}

/// I238, I356. A group pair at an offset of 0.6, equity below zero: neither leg can go at any size, both go at once.
#[test]
fn a_bankrupt_group_pair_goes_whole() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("22000").unwrap();
    let (bob, liquidator) = (svm.trader("1000000").unwrap(), svm.trader("1000000").unwrap());
    svm.block(&alice, &bob, &[(BTC, 3_520, "40000"), (ETH, -4_000, "2500")]).unwrap();
    svm.advance(1);
    svm.publish(BTC, "34000").unwrap();
    svm.publish(ETH, "2850").unwrap();
    let r = svm.requirements(&alice);
    assert!(r.equity.get() < 0, "{}", r.equity.get());
    for leg in [BTC, ETH] {
        let failed = svm.liquidate(&liquidator, &alice, &[leg]);
        assert!(failed.is_err(), "leg {leg} alone breaks the hedge");
    }
    let did = slice(&mut svm, &liquidator, &alice, &[BTC, ETH], LiquidateArgs::WHOLE);
    assert_eq!((did.discount, did.bad_debt), (0, -r.equity.get()));
    assert_eq!((svm.lots(&alice, BTC), svm.lots(&alice, ETH)), (0, 0));
}
