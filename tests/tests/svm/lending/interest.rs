//! Interest on owed cash, lending, borrowing and the rolling limits on withdrawals (I300 to I309).

use crate::harness::refusal::{assert_refused, numbers, refused};
use ballast_client::ballast::args::LiquidateArgs;
use ballast_client::margin::Liquidation;
use ballast_client::{
    BallastError as E,
    ballast::events::{
        BadDebtResolved, Deposited, EventData, InterestAccrued, InterestSet, InterestUpdated, Liquidated, Withdrawn,
    },
    event, instruction, margin,
    risk::{InterestParams, OutflowWindow, Ppm, WithdrawalLimit},
};
use ballast_testkit::{BTC, Order, Sent, Svm, Trader, lending::INTEREST};

const USDC: i64 = 1_000_000;

const LAMPORTS: u64 = 1_000_000_000;

const HOUR: i64 = 3_600;

const YEAR: i64 = 31_536_000;

fn the_event<T: EventData + Clone>(sent: &Sent) -> T {
    let events = event::find::<T>(&sent.log);
    assert_eq!(events.len(), 1, "{}: {:#?}", T::NAME, sent.log);
    events[0].clone()
}

/// An exchange with interest on, and a trader whose dollars are lent: the third epoch has begun.
fn with_lender(usdc: &str) -> (Svm, Trader) {
    let mut svm = Svm::new().unwrap();
    svm.set_interest(&INTEREST).unwrap();
    svm.update_interest().unwrap();
    let lender = svm.trader(usdc).unwrap();
    assert_eq!(svm.portfolio(&lender).lent.get(), 0);
    next_epoch(&mut svm);
    svm.accrue_interest(&lender).unwrap();
    assert_eq!(svm.portfolio(&lender).lent, svm.portfolio(&lender).cash);
    assert_eq!(svm.treasury().lending.lent, svm.portfolio(&lender).cash);
    (svm, lender)
}

/// An hour passes, the epoch ends, prices are fresh.
fn next_epoch(svm: &mut Svm) -> Sent {
    svm.advance(HOUR);
    svm.refresh_all();
    svm.update_interest().unwrap()
}

/// A trader with 100 SOL, worth 4,000 dollars, and no cash.
fn with_sol(svm: &mut Svm) -> Trader {
    let trader = svm.trader("0").unwrap();
    svm.deposit_sol(&trader, 100 * LAMPORTS).unwrap();
    trader
}

fn due(svm: &Svm, t: &Trader) -> i64 {
    svm.portfolio(t).interest_due(&svm.board().board.interest, svm.now()).unwrap().get()
}

/// I300, I303. A withdrawal borrows; interest is collected from what is deposited, and the lender gets it after that and not
/// before.
#[test]
fn lenders_are_paid_from_what_borrowers_paid() {
    let (mut svm, lender) = with_lender("1000");
    let borrower = with_sol(&mut svm);
    let sent = svm.withdraw_usdc(&borrower, 800_000_000).unwrap();
    assert_eq!(the_event::<Withdrawn>(&sent).balance, -800 * USDC);
    let p = svm.portfolio(&borrower);
    assert_eq!((p.cash.get(), p.owed.get(), p.owed_registered.get()), (-800 * USDC, 800 * USDC, 800 * USDC));
    assert_eq!(svm.treasury().lending.owed.get(), 800 * USDC);
    svm.assert_reconciled();

    let updated: InterestUpdated = the_event(&next_epoch(&mut svm));
    assert_eq!((updated.given, updated.reserve, updated.epoch), (0, 0, 3));
    assert_eq!((updated.lent, updated.owed), (1_000 * USDC, 800 * USDC));
    // Ten per cent a year of 2^48, rounded up, at 80 % in use.
    assert_eq!(updated.borrow_rate, (1u64 << 48).div_ceil(10 * YEAR as u64));
    assert_eq!(due(&svm, &borrower), 1_827); // 800e6 · 2 % / 8,760, rounded up
    // Accruing is not paying.
    let accrued: InterestAccrued = the_event(&svm.accrue_interest(&borrower).unwrap());
    assert_eq!((accrued.accrued, accrued.paid, accrued.owed), (1_827, 0, 800 * USDC + 1_827));
    refused(&mut svm, |svm| svm.accrue_interest(&lender), E::NothingToAccrue);
    refused(&mut svm, |svm| svm.accrue_interest(&borrower), E::NothingToAccrue);
    next_epoch(&mut svm);
    refused(&mut svm, |svm| svm.accrue_interest(&lender), E::NothingToAccrue);
    svm.assert_reconciled();

    // 9,133 more of an hour at ten per cent, interest on interest included.
    let sent = svm.deposit_usdc(&borrower, 801_000_000).unwrap();
    let deposited: Deposited = the_event(&sent);
    assert_eq!((deposited.interest_paid, deposited.balance), (1_827 + 9_133, USDC - 10_960));
    let p = svm.portfolio(&borrower);
    assert_eq!((p.owed.get(), p.owed_registered.get(), p.accrued_interest.get()), (0, 0, 0));
    assert_eq!(svm.treasury().lending.collected.get(), 10_960);
    refused(&mut svm, |svm| svm.accrue_interest(&lender), E::NothingToAccrue);
    let fees = svm.treasury().fees.get();
    let updated: InterestUpdated = the_event(&next_epoch(&mut svm));
    assert_eq!((updated.reserve, updated.given, updated.owed), (1_096, 9_864, 0));
    assert_eq!(svm.treasury().fees.get(), fees + 1_096);
    svm.assert_reconciled();

    let accrued: InterestAccrued = the_event(&svm.accrue_interest(&lender).unwrap());
    assert_eq!(accrued.earned, 9_863); // rounded down: the last unit is dust
    assert_eq!(svm.portfolio(&lender).cash.get(), 1_000 * USDC + 9_863);
    svm.assert_reconciled();
    svm.withdraw_usdc(&lender, 1_000_000_000 + 9_863).unwrap();
    assert_eq!(svm.treasury().lending.lent.get(), 0);
    svm.assert_reconciled();
}

/// I301. Open losses are owed: interest runs on them without a crank, the view and the client count it, and a trade accrues it
/// without touching the treasury.
#[test]
fn a_leveraged_loser_pays_interest() {
    let (mut svm, _) = with_lender("10000");
    let (alice, bob) = (with_sol(&mut svm), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    let fee = 2 * USDC; // 0.05 % of 4,000 dollars
    assert_eq!(svm.portfolio(&alice).owed.get(), fee);
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    // The base is what the last check measured, until anyone has it measured anew.
    assert_eq!(svm.portfolio(&alice).owed.get(), fee);
    let r = svm.requirements(&alice);
    let owed = 400 * USDC + fee + 1; // a second's interest on the fee, rounded up
    assert_eq!(r.owed().get(), owed);
    svm.accrue_interest(&alice).unwrap();
    assert_eq!(svm.portfolio(&alice).owed.get(), owed);
    assert_eq!(svm.treasury().lending.owed.get(), owed);
    assert_eq!(svm.portfolio(&bob).owed.get(), 0);
    svm.advance(HOUR);
    svm.refresh_all();
    svm.update_interest().unwrap();
    let before = svm.requirements(&alice);
    assert_eq!(due(&svm, &alice), 1 + 918); // 402e6 · 2 % / 8,760, rounded up

    // 402 of 10,000 lent, but for the first of 3,601 seconds: 2.402 % a year; half a year of it.
    let rate = svm.board().board.interest.borrow_rate;
    let (used, lent) = (owed as u128 * 3_600, 10_000_000_000 * 3_601);
    let exact = (1u128 << 48) * (20_000 * lent + 100_000 * used) / (1_000_000 * lent * YEAR as u128);
    assert!((exact..=exact + 1).contains(&u128::from(rate)), "{rate}, {exact}");
    svm.advance(YEAR / 2);
    svm.refresh_all();
    let index = rate * (YEAR / 2) as u64 + svm.board().board.interest.borrow_index - svm.portfolio(&alice).borrow_index;
    let interest = (u128::from(index) * owed as u128).div_ceil(1 << 48);
    assert_eq!(due(&svm, &alice) as u128, 1 + interest);
    assert!((4_828_500..4_829_000).contains(&interest)); // 402 · 2.4019 % / 2 = 4.8279 dollars, and the hour before
    let is = svm.requirements(&alice);
    assert_eq!(before.equity.get() - is.equity.get(), due(&svm, &alice) - 919);
    let view = svm.view_margin(&alice);
    assert_eq!((view.equity, view.owed, view.interest), (is.equity.get(), is.owed().get(), due(&svm, &alice)));
    assert_eq!(svm.requirements(&bob).own_cash, svm.portfolio(&bob).cash);

    // A trade accrues and measures, for both sides, and collects nothing.
    let (treasury, due_now) = (svm.treasury(), due(&svm, &alice));
    svm.trade(&bob, &alice, BTC, "36000", 50).unwrap();
    let p = svm.portfolio(&alice);
    assert_eq!((p.accrued_interest.get(), p.cash.get()), (due_now, -200 * USDC - fee + 180_000));
    assert_eq!(p.owed, svm.requirements(&alice).owed());
    assert_eq!(bytemuck::bytes_of(treasury.as_ref()), bytemuck::bytes_of(svm.treasury().as_ref()));
    svm.assert_reconciled();

    // Cash pays it: at the next deposit, before anything else.
    let owed = -p.cash.get();
    let sent = svm.deposit_usdc(&alice, owed as u64 + 1_000_000).unwrap();
    let deposited: Deposited = the_event(&sent);
    assert_eq!((deposited.interest_paid, deposited.balance), (USDC, 0));
    assert_eq!(svm.portfolio(&alice).accrued_interest.get(), due_now - USDC);
    svm.assert_reconciled();
}

/// I302. A maker's interest is accrued when his order is met, and his debt measured by his own check.
#[test]
fn a_maker_pays_interest_too() {
    let (mut svm, _) = with_lender("10000");
    let (maker, taker) = (with_sol(&mut svm), svm.trader("100000").unwrap());
    svm.withdraw_usdc(&maker, 500_000_000).unwrap();
    next_epoch(&mut svm);
    svm.rest(&maker, Order::buy(&svm, BTC, "40000", 1)).unwrap();
    svm.advance(24 * HOUR);
    svm.refresh_all();
    let interest = due(&svm, &maker);
    assert!(interest > 30_000);
    svm.place(&taker, Order::sell(&svm, BTC, "40000", 1).immediate(), &[&maker]).unwrap();
    let p = svm.portfolio(&maker);
    assert_eq!((p.accrued_interest.get(), p.owed), (interest, svm.requirements(&maker).owed()));
    assert_eq!(due(&svm, &maker), interest);
    svm.assert_reconciled();
}

/// I304. Who deposits for the end of an epoch earns nothing of it; who takes his cash away before the end gets nothing either.
#[test]
fn a_just_in_time_deposit_earns_nothing() {
    let (mut svm, lender) = with_lender("1000");
    let leaver = svm.trader("1000").unwrap();
    let borrower = with_sol(&mut svm);
    svm.withdraw_usdc(&borrower, 500_000_000).unwrap();
    next_epoch(&mut svm);
    svm.accrue_interest(&leaver).unwrap();
    assert_eq!(svm.treasury().lending.lent.get(), 2_000 * USDC);
    svm.advance(HOUR - 1);
    let whale = svm.trader("1000000").unwrap();
    svm.deposit_usdc(&borrower, 600_000_000).unwrap();
    let collected = svm.treasury().lending.collected.get();
    assert!(collected > 1_000);
    svm.refresh_all();
    svm.withdraw_usdc(&leaver, 1_000_000_000).unwrap();
    svm.advance(1);
    svm.update_interest().unwrap();
    refused(&mut svm, |svm| svm.accrue_interest(&leaver), E::NothingToAccrue);
    svm.accrue_interest(&lender).unwrap();
    // All of it is the one's who stayed.
    let reserve = (collected + 9) / 10;
    let earned = svm.portfolio(&lender).cash.get() - 1_000 * USDC;
    assert!((collected - reserve - 1..=collected - reserve).contains(&earned));
    let sent = svm.accrue_interest(&whale).unwrap();
    let whales: InterestAccrued = the_event(&sent);
    assert_eq!((whales.earned, whales.lent), (0, 1_000_000 * USDC));
    assert_eq!(svm.portfolio(&whale).cash.get(), 1_000_000 * USDC);
    svm.assert_reconciled();
}

/// I304. Cash that a lender lost in a trade earns nothing, from when it was gone, though it came back.
#[test]
fn cash_that_was_away_earns_nothing() {
    let (mut svm, lender) = with_lender("1000");
    let (bob, borrower) = (svm.trader("100000").unwrap(), with_sol(&mut svm));
    svm.withdraw_usdc(&borrower, 500_000_000).unwrap();
    next_epoch(&mut svm);
    svm.trade(&lender, &bob, BTC, "40000", 10).unwrap();
    svm.trade(&bob, &lender, BTC, "39000", 10).unwrap(); // 10 dollars less, and fees
    let low = svm.portfolio(&lender).cash.get();
    assert!(low < 991 * USDC);
    svm.trade(&bob, &lender, BTC, "40000", 10).unwrap();
    svm.trade(&lender, &bob, BTC, "39000", 10).unwrap();
    assert!(svm.portfolio(&lender).cash.get() > 999 * USDC);
    assert_eq!((svm.portfolio(&lender).lent.get(), svm.portfolio(&lender).lend_candidate.get()), (1_000 * USDC, low));
    svm.deposit_usdc(&borrower, 600_000_000).unwrap();
    let updated: InterestUpdated = the_event(&next_epoch(&mut svm));
    let sent = svm.accrue_interest(&lender).unwrap();
    let accrued: InterestAccrued = the_event(&sent);
    let share = i128::from(updated.given) * i128::from(low) / i128::from(1_000 * USDC);
    assert!((share - 1..=share).contains(&i128::from(accrued.earned)), "{accrued:?} {share}", accrued = accrued.earned);
    // The rest goes into the next division.
    assert!(svm.treasury().lending.undivided.get() >= updated.given - accrued.earned - 2);
    svm.assert_reconciled();
}

/// I300, I333. Cash that goes to another account of its owner, and out, is not lent by the first any more: neither in
/// one transaction at the end of an epoch, with money that was borrowed for it, nor moved on from account to account in
/// every epoch. Interest is paid and collected on both sides.
#[test]
fn cash_that_was_given_away_is_not_lent() {
    let (mut svm, lender) = with_lender("1000");
    let second = svm.sub_account(lender.key.insecure_clone(), 1, "0").unwrap();
    let lent = |svm: &Svm| {
        (svm.portfolio(&lender).lent.get(), svm.portfolio(&second).lent.get(), svm.treasury().lending.lent.get())
    };
    // 900 million for one transaction, across the end of an epoch.
    svm.advance(HOUR);
    svm.refresh_all();
    let (e, a, b, usdc, flash) = (svm.exchange, &lender, &second, svm.usdc, 900_000_000_000_000);
    let at_once = [
        instruction::deposit(&e, &a.address(), &a.margin, &a.usdc, &usdc, flash),
        instruction::update_interest(&e),
        instruction::accrue_interest(&e, &a.margin),
        instruction::transfer_cash(&e, &a.address(), &a.margin, &b.margin, flash),
        instruction::withdraw(&e, &a.address(), &b.margin, &a.usdc, &usdc, flash),
    ];
    svm.send(&at_once, &[&a.key]).unwrap();
    assert_eq!(lent(&svm), (1_000 * USDC, 0, 1_000 * USDC));
    // The same thousand dollars in one account after the other.
    for epoch in 0..4 {
        let (from, to) = if epoch % 2 == 0 { (&lender, &second) } else { (&second, &lender) };
        svm.transfer_cash(from, to, 1_000_000_000).unwrap();
        assert_eq!(lent(&svm), (0, 0, 0));
        next_epoch(&mut svm);
        svm.accrue_interest(to).unwrap();
        assert_eq!((svm.portfolio(to).lent.get(), svm.treasury().lending.lent.get()), (1_000 * USDC, 1_000 * USDC));
        svm.assert_reconciled();
    }
    // Who owes is paid into: that pays interest, and less is owed.
    let borrower = with_sol(&mut svm);
    let payer = svm.sub_account(borrower.key.insecure_clone(), 1, "500").unwrap();
    svm.withdraw_usdc(&borrower, 400_000_000).unwrap();
    next_epoch(&mut svm);
    let interest = due(&svm, &borrower);
    assert_eq!(interest, 914); // 400e6 · 2 % / 8,760, rounded up
    svm.transfer_cash(&payer, &borrower, 450_000_000).unwrap();
    let p = svm.portfolio(&borrower);
    assert_eq!((p.cash.get(), p.accrued_interest.get(), p.owed.get()), (50 * USDC - interest, 0, 0));
    assert_eq!((svm.treasury().lending.owed.get(), svm.treasury().lending.collected.get()), (0, interest));
    svm.assert_reconciled();
    // The giver gets what it earned up to now.
    next_epoch(&mut svm);
    svm.transfer_cash(&lender, &second, 1_000_000_000).unwrap();
    let earned = svm.portfolio(&lender).cash.get();
    assert!((interest * 9 / 10 * 5 / 8..=interest).contains(&earned), "{earned}");
    svm.assert_reconciled();
}

/// I305. Borrowing ends at the utilisation that lenders can spare, to the unit, with both numbers in the log; a withdrawal of
/// cash that is there is not borrowing.
#[test]
fn borrowing_is_limited_by_what_is_lent() {
    let (mut svm, lender) = with_lender("1000");
    let borrower = with_sol(&mut svm);
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&borrower, 900_000_001), E::BorrowLimit);
    assert_eq!(numbers(&failed, "all accounts together would owe"), (900_000_001, 900_000_000));
    svm.withdraw_usdc(&borrower, 900_000_000).unwrap();
    // Whoever lends may go at any time, as far as the vault holds it.
    svm.withdraw_usdc(&lender, 500_000_000).unwrap();
    assert_eq!(svm.treasury().lending.lent.get(), 500 * USDC);
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&borrower, 1), E::BorrowLimit);
    assert_eq!(numbers(&failed, "all accounts together would owe"), (900_000_001, 450_000_000));
    // Tokens are not borrowed.
    svm.withdraw_sol(&borrower, LAMPORTS).unwrap();
    svm.withdraw_usdc(&lender, 500_000_000).unwrap();
    svm.assert_reconciled();
}

/// I213, I305. A withdrawal on credit leaves initial margin, and what the vault does not hold nobody borrows.
#[test]
fn borrowing_needs_margin_and_a_vault_that_holds_it() {
    let (mut svm, _) = with_lender("100000");
    let borrower = with_sol(&mut svm);
    let r = svm.requirements(&borrower);
    let most = r.withdraw_equity.get() - r.initial.get();
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&borrower, most as u64 + 1), E::BelowWithdrawalMargin);
    assert_eq!(numbers(&failed, "withdrawal margin:"), (r.initial.get(), r.initial.get() - 1));
    svm.withdraw_usdc(&borrower, most as u64).unwrap();
    let vault = svm.token_amount(&svm.exchange.vault(&svm.usdc));
    refused(&mut svm, |svm| svm.withdraw_usdc(&borrower, vault + 1), E::InsufficientVault);
    svm.assert_reconciled();
}

/// I303, I305. Where borrowing is off nobody withdraws more than his cash, what he owes of interest taken off first.
#[test]
fn without_borrowing_cash_is_the_limit() {
    let (mut svm, _) = with_lender("10000");
    let borrower = with_sol(&mut svm);
    svm.withdraw_usdc(&borrower, 100_000_000).unwrap();
    let params = InterestParams { max_utilisation: Ppm::new(0), max_owed: Ppm::new(0), ..INTEREST };
    svm.set_interest(&params).unwrap();
    next_epoch(&mut svm);
    refused(&mut svm, |svm| svm.withdraw_usdc(&borrower, 1), E::WouldBorrow);
    svm.deposit_usdc(&borrower, 150_000_000).unwrap();
    let cash = svm.portfolio(&borrower).cash.get();
    assert_eq!(cash, 50 * USDC - 229); // 100e6 · 2 % / 8,760, rounded up
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&borrower, 50_000_000), E::WouldBorrow);
    assert_eq!(numbers(&failed, "cash:"), (50 * USDC, cash));
    svm.withdraw_usdc(&borrower, cash as u64).unwrap();
    svm.assert_reconciled();
}

/// I306. Interest alone carries an account below maintenance, the client knows when, and the liquidation collects.
#[test]
fn interest_alone_liquidates() {
    let (mut svm, lender) = with_lender("10000");
    let (alice, bob, liquidator) = (with_sol(&mut svm), svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    let r = svm.requirements(&alice);
    svm.withdraw_usdc(&alice, (r.withdraw_equity.get() - r.initial.get()) as u64).unwrap();
    next_epoch(&mut svm);
    let start = svm.now();
    let (board, p) = (svm.board(), svm.portfolio(&alice));
    let liquidatable = |now| margin::requirements(&board.board, &p, now).unwrap().is_liquidatable();
    let (mut low, mut high) = (start, start + 100 * YEAR);
    assert!(!liquidatable(low) && liquidatable(high));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if liquidatable(middle) { high = middle } else { low = middle }
    }
    svm.set_time(high - 1);
    svm.refresh_all();
    refused(&mut svm, |svm| svm.liquidate(&liquidator, &alice, &[BTC]), E::NotLiquidatable);
    svm.set_time(high);
    svm.refresh_all();
    let (board, account) = (svm.board(), svm.margin(&alice.margin));
    let args = LiquidateArgs::of(0);
    let treasury = svm.treasury();
    let liquidation = Liquidation {
        treasury: &treasury,
        board: &board.board,
        account: &account,
        instruments: &[BTC],
        args,
        now: high,
    };
    let expected = liquidation.after_slice(&svm.portfolio(&liquidator)).unwrap();
    let interest = due(&svm, &alice);
    let sent = svm.liquidate(&liquidator, &alice, &[BTC]).unwrap();
    let did: Liquidated = the_event(&sent);
    assert_eq!(
        (did.discount, did.equity_after),
        (expected.slice.payment.discount.get(), expected.account.equity.get())
    );
    let p = svm.portfolio(&alice);
    assert_eq!((p.accrued_interest.get(), p.owed), (interest, expected.account.owed()));
    assert_eq!((p.owed_registered, svm.requirements(&alice)), (p.owed, expected.account));
    svm.accrue_interest(&lender).ok();
    svm.assert_reconciled();
}

/// I306. Interest of an account that has nothing left is written off: neither the fund nor lenders pay or get it.
#[test]
fn interest_of_a_bankrupt_is_written_off() {
    let (mut svm, _) = with_lender("10000");
    let (alice, bob, liquidator) =
        (svm.trader("900").unwrap(), svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "30900").unwrap(); // 910 lost of 898
    svm.accrue_interest(&alice).unwrap();
    assert_eq!(svm.portfolio(&alice).owed.get(), 12 * USDC);
    next_epoch(&mut svm);
    svm.advance(24 * HOUR);
    svm.refresh_all();
    let interest = due(&svm, &alice);
    assert!(interest > 0);
    let (fund, pool) = (svm.treasury().insurance.get(), svm.treasury().lending);
    let sent = svm.liquidate(&liquidator, &alice, &[BTC]).unwrap();
    let did: Liquidated = the_event(&sent);
    assert_eq!((did.positions[0].lots, did.uncovered), (100, 0));
    let p = svm.portfolio(&alice);
    assert_eq!((p.cash.get(), p.accrued_interest.get(), p.owed.get(), p.owed_registered.get()), (0, 0, 0, 0));
    assert_eq!(svm.treasury().insurance.get(), fund + did.insurance - did.bad_debt);
    assert_eq!(
        (svm.treasury().lending.collected, svm.treasury().lending.lender_interest),
        (pool.collected, pool.lender_interest)
    );
    svm.assert_reconciled();
    let close = instruction::close_margin_account(&svm.exchange, &alice.address(), 0);
    svm.send(&[close], &[&alice.key]).unwrap();
    svm.assert_reconciled();
}

/// I306. So is what is left when the fund pays later.
#[test]
fn debt_that_is_resolved_later_ends_its_interest() {
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "0".to_owned()).unwrap();
    svm.set_interest(&INTEREST).unwrap();
    svm.update_interest().unwrap();
    let (alice, bob, liquidator) =
        (svm.trader("900").unwrap(), svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "20000").unwrap();
    let sent = svm.liquidate(&liquidator, &alice, &[BTC]).unwrap();
    let did: Liquidated = the_event(&sent);
    assert_eq!(svm.portfolio(&alice).owed.get(), did.uncovered);
    next_epoch(&mut svm);
    svm.accrue_interest(&alice).unwrap();
    let interest = svm.portfolio(&alice).accrued_interest.get();
    assert!(interest > 0);
    svm.fund_insurance(did.uncovered as u64).unwrap();
    let sent = svm.resolve_bad_debt(&alice).unwrap();
    let resolved: BadDebtResolved = the_event(&sent);
    assert_eq!((resolved.paid, resolved.uncovered, resolved.interest_written_off), (did.uncovered, 0, interest));
    assert_eq!(svm.treasury().lending.owed.get(), 0);
    refused(&mut svm, |svm| svm.resolve_bad_debt(&alice), E::NoBadDebt);
    svm.assert_reconciled();
}

/// I307. A change of parameters acts from its time on; the epoch is not shortened by it.
#[test]
fn parameters_act_from_their_time_on() {
    let (mut svm, _) = with_lender("1000");
    let borrower = with_sol(&mut svm);
    svm.withdraw_usdc(&borrower, 800_000_000).unwrap();
    next_epoch(&mut svm);
    refused(&mut svm, Svm::update_interest, E::EpochNotOver);
    svm.advance(600);
    let was = svm.board().board.interest;
    let args = InterestParams {
        base_rate: Ppm::ONE,
        optimal_rate: Ppm::new(2_000_000),
        max_rate: Ppm::new(4_000_000),
        ..INTEREST
    };
    let set: InterestSet = the_event(&svm.set_interest(&args).unwrap());
    assert_eq!(set.params, args);
    let is = svm.board().board.interest;
    assert_eq!(is.borrow_index, was.borrow_index + 600 * was.borrow_rate);
    assert_eq!((is.borrow_rate, is.params.max_rate), (was.borrow_rate, Ppm::new(4_000_000)));
    svm.update_interest().unwrap();
    let is = svm.board().board.interest;
    assert_eq!(is.borrow_rate, (2u64 << 48).div_ceil(YEAR as u64));
    assert_eq!((is.epoch, is.epoch_started_at), (was.epoch, was.epoch_started_at));
    refused(&mut svm, Svm::update_interest, E::EpochNotOver);
    // Off again: nothing runs any more.
    let off = InterestParams {
        base_rate: Ppm::new(0),
        optimal_rate: Ppm::new(0),
        max_rate: Ppm::new(0),
        optimal_utilisation: Ppm::new(0),
        max_utilisation: Ppm::new(0),
        max_owed: Ppm::new(0),
        reserve: Ppm::new(0),
        epoch_seconds: 0,
    };
    svm.set_interest(&off).unwrap();
    svm.update_interest().unwrap();
    let now = due(&svm, &borrower);
    svm.advance(YEAR);
    assert_eq!(due(&svm, &borrower), now);
    svm.assert_reconciled();
}

/// I307. The rate is that of the whole epoch: who borrows, updates and pays back in one transaction changes nothing.
#[test]
fn nobody_chooses_the_moment_of_the_rate() {
    let (mut svm, _) = with_lender("1000");
    let borrower = with_sol(&mut svm);
    svm.advance(HOUR);
    svm.refresh_all();
    let (e, t, usdc) = (svm.exchange, &borrower, svm.usdc);
    let at_once = [
        instruction::withdraw(&e, &t.address(), &t.margin, &t.usdc, &usdc, 900_000_000),
        instruction::update_interest(&e),
        instruction::deposit(&e, &t.address(), &t.margin, &t.usdc, &usdc, 900_000_000),
    ];
    svm.send(&at_once, &[&t.key]).unwrap();
    assert_eq!(svm.board().board.interest.borrow_rate, (1u64 << 48).div_ceil(50 * YEAR as u64));
    svm.assert_reconciled();
}

fn window(limit: u64, window: u32, now: i64) -> OutflowWindow {
    OutflowWindow {
        params: WithdrawalLimit { limit, window, reserved: 0 },
        updated_at: now,
        ..OutflowWindow::default()
    }
}

/// I308. Withdrawals of all accounts together stay within the window; it refills with time and with deposits.
#[test]
fn withdrawals_stay_within_the_window() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("10000").unwrap(), svm.trader("10000").unwrap());
    let now = svm.now();
    svm.change_treasury(|t| t.quote_window = window(1_000_000_000, 3_600, now));
    svm.withdraw_usdc(&alice, 600_000_000).unwrap();
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&bob, 400_000_001), E::WithdrawalWindow);
    assert_eq!(numbers(&failed, "the net outflow would be"), (1_000_000_001, 1_000_000_000));
    svm.withdraw_usdc(&bob, 400_000_000).unwrap();
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 1), E::WithdrawalWindow);
    // Money that only passes through uses nothing up.
    svm.deposit_usdc(&bob, 500_000_000).unwrap();
    svm.withdraw_usdc(&bob, 500_000_000).unwrap();
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 1), E::WithdrawalWindow);
    // A quarter of an hour lets a quarter out.
    svm.advance(900);
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 250_000_001), E::WithdrawalWindow);
    svm.withdraw_usdc(&alice, 250_000_000).unwrap();
    assert_eq!(svm.treasury().quote_window.level, 1_000_000_000);
    svm.change_treasury(|t| t.quote_window = OutflowWindow::default());
    svm.withdraw_usdc(&alice, 5_000_000_000).unwrap();
    svm.assert_reconciled();
}

/// I308. Who deposits twice the limit and withdraws it in the same transaction, as often as he likes, blocks nobody.
#[test]
fn money_that_passes_through_blocks_nobody() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("10000").unwrap(), svm.trader("10000").unwrap());
    let now = svm.now();
    svm.change_treasury(|t| t.quote_window = window(1_000_000_000, 3_600, now));
    svm.withdraw_usdc(&bob, 2_000_000).unwrap();
    svm.withdraw_usdc(&alice, 998_000_000).unwrap();
    svm.advance(360);
    let (e, t, usdc) = (svm.exchange, &bob, svm.usdc);
    let cycle = [
        instruction::deposit(&e, &t.address(), &t.margin, &t.usdc, &usdc, 2_000_000_000),
        instruction::withdraw(&e, &t.address(), &t.margin, &t.usdc, &usdc, 2_000_000_000),
    ];
    svm.send(&[cycle.clone(), cycle].concat(), &[&t.key]).unwrap();
    assert_eq!(svm.treasury().quote_window.level, 900_000_000);
    svm.withdraw_usdc(&alice, 100_000_000).unwrap();
    svm.assert_reconciled();
}

/// I308. Each token has a window of its own.
#[test]
fn tokens_have_windows_of_their_own() {
    let mut svm = Svm::new().unwrap();
    let alice = with_sol(&mut svm);
    svm.deposit_usdc(&alice, 100_000_000).unwrap();
    let now = svm.now();
    svm.change_treasury(|t| t.token_windows[0] = window(10 * LAMPORTS, 3_600, now));
    svm.withdraw_sol(&alice, 10 * LAMPORTS).unwrap();
    let failed = refused(&mut svm, |svm| svm.withdraw_sol(&alice, 1), E::WithdrawalWindow);
    assert_eq!(numbers(&failed, "the net outflow would be"), (10_000_000_001, 10_000_000_000));
    svm.withdraw_usdc(&alice, 100_000_000).unwrap();
    svm.deposit_sol(&alice, LAMPORTS).unwrap();
    svm.withdraw_sol(&alice, LAMPORTS).unwrap();
    svm.assert_reconciled();
}

/// I309. Closing takes an account out of the pool.
#[test]
fn a_closed_account_lends_nothing() {
    let (mut svm, lender) = with_lender("1000");
    let close = instruction::close_margin_account(&svm.exchange, &lender.address(), 0);
    assert_refused(&mut svm, std::slice::from_ref(&close), &[&lender.key], E::AccountNotEmpty);
    svm.withdraw_usdc(&lender, 1_000_000_000).unwrap();
    svm.send(&[close], &[&lender.key]).unwrap();
    assert_eq!(svm.treasury().lending.lent.get(), 0);
    svm.assert_reconciled();
}

/// I309. Nor is an account closed that owes interest.
#[test]
fn an_account_that_owes_interest_is_not_closed() {
    let (mut svm, _) = with_lender("1000");
    let borrower = with_sol(&mut svm);
    svm.withdraw_usdc(&borrower, 500_000_000).unwrap();
    next_epoch(&mut svm);
    svm.deposit_usdc(&borrower, 500_000_000).unwrap();
    let p = svm.portfolio(&borrower);
    let interest = p.accrued_interest.get();
    assert!(p.cash.get() == 0 && interest > 0);
    // Collateral worth the interest stays, and the account with it.
    refused(&mut svm, |svm| svm.withdraw_sol(&borrower, 100 * LAMPORTS), E::BelowWithdrawalMargin);
    svm.deposit_usdc(&borrower, interest as u64).unwrap();
    svm.withdraw_sol(&borrower, 100 * LAMPORTS).unwrap();
    let close = instruction::close_margin_account(&svm.exchange, &borrower.address(), 0);
    svm.send(&[close], &[&borrower.key]).unwrap();
    assert_eq!(svm.treasury().lending.owed.get(), 0);
    svm.assert_reconciled();
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// What lenders may claim, and that it is there.
fn assert_claims_are_covered(svm: &Svm, traders: &[Trader]) {
    let (pool, index) = (svm.treasury().lending, svm.board().board.interest.lend_index);
    let claim = |t: &Trader| {
        let p = svm.portfolio(t);
        p.lent.get() as u128 * u128::from(index - p.lend_index)
    };
    let claims: u128 = traders.iter().map(claim).sum();
    assert!(claims <= ((pool.lender_interest.get() - pool.undivided.get()) as u128) << 48, "{pool:?}");
}

/// I300 to I303, I305, I306. Random trades, deposits, withdrawals on credit, prices, epochs and liquidations at the highest
/// rates: after every step the books balance, claims of lenders are covered, and what an account owes is what its last check
/// said.
#[test]
fn whatever_happens_interest_balances() {
    let steps = std::env::var("BALLAST_STEPS").ok().and_then(|s| s.parse().ok()).unwrap_or(1_000);
    let seed = std::env::var("BALLAST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "50".to_owned()).unwrap();
    let args = InterestParams {
        base_rate: Ppm::new(1_000_000),
        optimal_rate: Ppm::new(2_000_000),
        max_rate: Ppm::new(4_000_000),
        max_utilisation: Ppm::new(950_000),
        epoch_seconds: 60,
        ..INTEREST
    };
    svm.set_interest(&args).unwrap();
    svm.update_interest().unwrap();
    let traders: Vec<Trader> = ["300", "1000", "3000", "10000", "30000"].map(|usdc| svm.trader(usdc).unwrap()).into();
    for t in &traders {
        svm.deposit_sol(t, 20 * LAMPORTS).unwrap();
    }
    let mut random = Random(seed);
    let mut dollars = 40_000;
    let (mut borrowed, mut earned, mut paid, mut liquidated) = (0, 0, 0, 0);
    for step in 0..steps {
        println!("BALLAST_SEED={seed}, step {step}");
        let (a, b) = (random.below(5) as usize, random.below(4) as usize);
        let b = if b >= a { b + 1 } else { b };
        let (t, other) = (&traders[a], &traders[b]);
        match random.below(20) {
            0..2 => {
                if let Ok(sent) = svm.deposit_usdc(t, random.below(100_000_000) + 1) {
                    let event: Deposited = the_event(&sent);
                    earned += event.interest_earned;
                    paid += event.interest_paid;
                }
            }
            2..6 => {
                let amount = random.below(500_000_000) + 1;
                if svm.withdraw_usdc(t, amount).is_ok() {
                    let p = svm.portfolio(t);
                    let r = svm.requirements(t);
                    assert!(r.withdraw_equity >= r.initial && p.owed == r.owed() && p.owed_registered == p.owed);
                    borrowed += usize::from(!p.owed.is_zero());
                }
            }
            6..12 => {
                let lots = random.below(150) as i64 + 1;
                if svm.trade(t, other, BTC, &dollars.to_string(), lots).is_ok() {
                    for t in [t, other] {
                        assert_eq!(svm.portfolio(t).owed, svm.requirements(t).owed());
                        assert_eq!(due(&svm, t), svm.portfolio(t).accrued_interest.get());
                    }
                } else {
                    drop((svm.cancel_all(t, BTC, 9), svm.cancel_all(other, BTC, 9)));
                }
            }
            12..14 => {
                svm.advance(1);
                dollars = (dollars + random.below(7_001) as i64 - 3_500).clamp(20_000, 80_000);
                drop(svm.publish(BTC, &dollars.to_string()));
            }
            14..16 => {
                svm.advance([5, 61, 3_600, 86_400][random.below(4) as usize]);
                svm.refresh_all();
                drop(svm.update_interest());
            }
            16..18 => {
                if let Ok(sent) = svm.accrue_interest(t) {
                    let event: InterestAccrued = the_event(&sent);
                    earned += event.earned;
                    paid += event.paid;
                }
            }
            18 => drop(svm.resolve_bad_debt(t)),
            _ => {
                for by in &traders {
                    liquidated += usize::from(svm.liquidate(by, t, &[BTC]).is_ok());
                }
            }
        }
        svm.assert_reconciled();
        assert_claims_are_covered(&svm, &traders);
    }
    assert!(borrowed > 10 && earned > 0 && paid > 0 && liquidated > 0, "{borrowed} {earned} {paid} {liquidated}");
}
