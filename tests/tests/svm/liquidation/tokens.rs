//! Tokens of an account that owes cash are bought by a liquidator (I236, I238).

use crate::harness::refusal::{numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{events::TokensLiquidated, state::Pause},
    event, instruction, margin,
};
use ballast_testkit::{BTC, SOL, Sent, Svm, Trader, lending::INTEREST};
use solana_keypair::Keypair;

const USDC: i64 = 1_000_000;

pub const LAMPORTS: u64 = 1_000_000_000;

/// Wrapped SOL, the only token.
pub const TOKEN: u16 = 0;

/// An exchange whose lenders lend 10,000 dollars, and a trader with 100 SOL of 40 dollars who withdrew dollars that he does
/// not have.
struct Loan {
    svm: Svm,
    alice: Trader,
    liquidator: Trader,
}

impl Loan {
    fn of(dollars: u64) -> Self {
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
        if dollars > 0 {
            svm.withdraw_usdc(&alice, dollars * USDC as u64).unwrap();
        }
        Self { svm, alice, liquidator }
    }

    fn at(mut self, price: &str) -> Self {
        self.svm.advance(1);
        self.svm.publish(SOL, price).unwrap();
        self
    }

    fn liquidate(&mut self, most: u64) -> TokensLiquidated {
        sold(&self.svm.liquidate_token(&self.liquidator, &self.alice, TOKEN, most).unwrap())
    }

    #[track_caller]
    fn refuse(&mut self, most: u64, error: impl Into<crate::harness::refusal::Expected>) -> ballast_testkit::Failed {
        let (liquidator, alice) = (&self.liquidator, &self.alice);
        refused(&mut self.svm, |svm| svm.liquidate_token(liquidator, alice, TOKEN, most), error)
    }

    fn sol(&self, of: &Trader) -> u64 {
        self.svm.portfolio(of).balance(TOKEN)
    }
}

fn sold(sent: &Sent) -> TokensLiquidated {
    let events: Vec<TokensLiquidated> = event::find(&sent.log);
    assert_eq!(events.len(), 1);
    events[0]
}

/// I236. SOL falls by 60 %: 1,600 dollars against 1,200 owed, maintenance 25 % and 5 % of it. The fewest hundredths of a SOL
/// that reach the buffer go, at a discount of 1.6666 %: 2,554 of them, of 400 − 0.00267 n ≥ 1.1 · (480 − 0.048 n).
#[test]
fn the_fewest_tokens_that_reach_the_buffer_are_bought() {
    let mut loan = Loan::of(1_200).at("16");
    let due =
        loan.svm.portfolio(&loan.alice).interest_due(&loan.svm.board().board.interest, loan.svm.now()).unwrap().get();
    assert!(due > 0);
    let was = loan.svm.requirements(&loan.alice);
    assert_eq!((was.equity.get(), was.maintenance.get()), (400 * USDC - due, 480 * USDC));
    let (now, board, p) = (loan.svm.now(), loan.svm.board(), loan.svm.portfolio(&loan.alice));
    let expected = margin::token_sale(&board.board, &p, TOKEN, u64::MAX, now).unwrap();
    let (deposited, fund) = (loan.svm.treasury().token_deposits, loan.svm.treasury().insurance.get());

    let did = loan.liquidate(u64::MAX);
    assert_eq!((did.margin, did.liquidator), (loan.alice.margin, loan.liquidator.margin));
    assert_eq!((did.amount, did.value, did.token), (25_540_000_000, 408_640_000, 0));
    assert_eq!((did.discount, did.insurance), (6_810_394, 1_362_078));
    assert_eq!((did.equity_before, did.maintenance_before), (was.equity.get(), was.maintenance.get()));
    assert_eq!((did.equity_after, did.maintenance_after), (was.equity.get() - did.discount, 357_408_000));
    assert_eq!((did.bad_debt, did.uncovered), (0, 0));
    assert_eq!(loan.svm.requirements(&loan.alice), expected.after);

    let paid = did.value - did.discount;
    assert_eq!((loan.sol(&loan.alice), loan.sol(&loan.liquidator)), (74_460_000_000, 25_540_000_000));
    let (alice, liquidator) = (loan.svm.portfolio(&loan.alice), loan.svm.portfolio(&loan.liquidator));
    assert_eq!((alice.cash.get(), alice.owed), (paid - 1_200 * USDC, expected.after.owed()));
    assert_eq!((alice.owed_registered, alice.accrued_interest.get()), (alice.owed, due));
    assert_eq!(liquidator.cash.get(), 100_000 * USDC - paid - did.insurance);
    let treasury = loan.svm.treasury();
    assert_eq!((treasury.insurance.get(), treasury.token_deposits), (fund + did.insurance, deposited));
    assert_eq!(loan.svm.margin(&loan.alice.margin).liquidated_at, now);
    loan.refuse(u64::MAX, E::NotLiquidatable);
    loan.svm.assert_reconciled();
}

/// I236. A request for less takes that, in whole delta units.
#[test]
fn a_request_for_less_takes_whole_units_of_it() {
    let mut loan = Loan::of(1_200).at("16");
    loan.refuse(0, E::NothingToLiquidate);
    loan.refuse(9_999_999, E::NothingToLiquidate);
    assert_eq!(loan.liquidate(19_999_999).amount, 10_000_000);
    assert!(loan.svm.requirements(&loan.alice).is_liquidatable());
    loan.svm.assert_reconciled();
}

/// I214, I236, I238. Bankrupt: 1,600 dollars of SOL against 2,000 owed. All of it goes at five per cent off, what is
/// beyond a delta unit with it, and the fund pays the rest in the same instruction.
#[test]
fn a_bankrupt_borrower_is_resolved() {
    let mut loan = Loan::of(2_000);
    loan.svm.deposit_sol(&loan.alice, 5).unwrap();
    let mut loan = loan.at("16");
    let fund = loan.svm.treasury().insurance.get();
    let (svm, alice) = (&mut loan.svm, &loan.alice);
    refused(svm, |svm| svm.resolve_bad_debt(alice), E::NoBadDebt);
    let did = loan.liquidate(u64::MAX);
    assert_eq!((did.amount, did.value), (100 * LAMPORTS + 5, 1_600 * USDC));
    assert_eq!((did.discount, did.insurance), (80 * USDC, 16 * USDC));
    assert_eq!((did.bad_debt, did.uncovered), (480 * USDC, 0));
    let p = loan.svm.portfolio(&loan.alice);
    assert_eq!((p.cash.get(), p.owed.get(), p.accrued_interest.get(), p.balance(TOKEN)), (0, 0, 0, 0));
    let treasury = loan.svm.treasury();
    assert_eq!((treasury.insurance.get(), treasury.lending.owed.get()), (fund + 16 * USDC - 480 * USDC, 0));
    loan.svm.assert_reconciled();
    let close = instruction::close_margin_account(&loan.svm.exchange, &loan.alice.address(), 0);
    loan.svm.send(&[close], &[&loan.alice.key]).unwrap();
}

/// I214, I236, I238. Whose positions were taken over and who still holds tokens is resolved too.
#[test]
fn who_lost_more_than_his_tokens_is_resolved() {
    let mut loan = Loan::of(0);
    let bob = loan.svm.trader("100000").unwrap();
    loan.svm.trade(&loan.alice, &bob, BTC, "40000", 200).unwrap();
    loan.svm.advance(1);
    loan.svm.publish(BTC, "15500").unwrap(); // 4,900 lost of 4,000
    loan.svm.refresh_all();
    loan.svm.liquidate(&loan.liquidator, &loan.alice, BTC, i64::MAX).unwrap();
    let p = loan.svm.portfolio(&loan.alice);
    assert!(p.position_count == 0 && p.cash.get() < -4_000 * USDC, "{}", p.cash.get());
    let did = loan.liquidate(u64::MAX);
    assert_eq!((did.amount, did.value, did.discount), (100 * LAMPORTS, 4_000 * USDC, 200 * USDC));
    assert_eq!(did.bad_debt + did.uncovered, -p.cash.get() - 3_800 * USDC);
    assert_eq!(loan.svm.portfolio(&loan.alice).cash.get(), -did.uncovered);
    loan.svm.assert_reconciled();
}

/// I235, I236, I238. Tokens that hedge a short are not taken: without them the scan grows.
#[test]
fn a_hedge_is_not_broken() {
    let mut loan = Loan::of(0);
    let bob = loan.svm.trader("100000").unwrap();
    loan.svm.trade(&bob, &loan.alice, SOL, "40", 1_000).unwrap();
    let r = loan.svm.requirements(&loan.alice);
    // Nine tenths of the collateral may be owed.
    let room = r.withdraw_equity.get() - r.initial.get();
    loan.svm.withdraw_usdc(&loan.alice, room.min(3_590 * USDC) as u64).unwrap();
    let mut loan = loan.at("100");
    let r = loan.svm.requirements(&loan.alice);
    assert!(r.is_liquidatable() && r.owed().get() > 0, "{r:?}");
    for most in [LAMPORTS, 50 * LAMPORTS, u64::MAX] {
        loan.refuse(most, E::LiquidationDoesNotHelp);
    }
}

/// I236. Who is refused, and why.
#[test]
fn what_is_not_to_be_sold_is_refused() {
    let mut loan = Loan::of(1_200);
    loan.refuse(u64::MAX, E::NotLiquidatable);
    let poor = loan.svm.trader("402").unwrap();
    let second = loan.svm.sub_account(loan.alice.key.insecure_clone(), 1, "10000").unwrap();
    let mut loan = loan.at("16");
    let alice = &loan.alice;
    let failed =
        refused(&mut loan.svm, |svm| svm.liquidate_token(&poor, alice, TOKEN, u64::MAX), E::InsufficientBalance);
    assert_eq!(numbers(&failed, "cash:"), (408_640_000 - 6_810_394 + 1_362_078, 402 * USDC));
    refused(&mut loan.svm, |svm| svm.liquidate_token(&second, alice, TOKEN, 1), E::LiquidatorIsOwner);
    refused(&mut loan.svm, |svm| svm.liquidate_token(&poor, alice, 1, u64::MAX), E::NotListed);
    let isolated = loan.svm.isolated_account(Keypair::new(), 0, BTC, "10000").unwrap();
    let alice = &loan.alice;
    let isolated = |svm: &mut Svm| svm.liquidate_token(&isolated, alice, TOKEN, u64::MAX);
    refused(&mut loan.svm, isolated, E::OtherUnderlying);
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        loan.svm.set_pause(bit).unwrap();
        loan.refuse(u64::MAX, E::Paused);
    }
    loan.svm.set_pause(Pause::all() & !(Pause::LIQUIDATE | Pause::DEPOSIT)).unwrap();
    loan.svm.advance(11);
    loan.refuse(u64::MAX, E::PriceStale);
    loan.svm.publish(SOL, "16").unwrap();
    loan.liquidate(u64::MAX);
}
