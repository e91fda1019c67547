//! Margin accounts: open, deposit, withdraw, close (I202, I204, I206, I213, I223).

use crate::harness::refusal::{assert_refused, numbers, refused};
use ballast_client::{
    BallastError as E, account,
    ballast::{args::CollateralArgs, constants::MAX_GROWTH, view::MarginView},
    config, instruction,
    risk::{Ppm, Purpose, TokenParams, margin::check},
};
use ballast_testkit::{BTC, ETH, Order, SOL, Svm, Trader, lending::INTEREST};
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_keypair::Keypair;
use solana_signer::Signer;

const USDC: u64 = 1_000_000;

const LAMPORTS: u64 = 1_000_000_000;

#[test]
fn a_new_account_holds_nothing_and_is_its_owners() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("0").unwrap();
    let margin = svm.margin(&alice.margin);
    assert_eq!((margin.owner, margin.exchange, margin.sub_id), (alice.address(), svm.exchange.address, 0));
    assert!(margin.portfolio.holds_only_cash() && margin.portfolio.cash.is_zero());
    assert_eq!((margin.sequence, margin.isolated_underlying), (0, 0));
    assert!(svm.account(&alice.margin).unwrap().data.len() <= MAX_GROWTH);
}

#[test]
fn an_owner_may_pay_for_his_own_account() {
    let mut svm = Svm::new().unwrap();
    let key = Keypair::new();
    svm.fund(&key.pubkey());
    let ix = instruction::open_margin_account(&svm.exchange, &key.pubkey(), &key.pubkey(), 0);
    svm.send(&[ix], &[&key]).unwrap();
    assert_eq!(svm.margin(&svm.exchange.margin(&key.pubkey(), 0)).owner, key.pubkey());
}

#[test]
fn an_owner_may_have_many_accounts_and_they_share_nothing() {
    let mut svm = Svm::new().unwrap();
    let key = Keypair::new();
    let first = svm.sub_account(key.insecure_clone(), 0, "100").unwrap();
    let last = svm.sub_account(key, u16::MAX, "7").unwrap();
    assert_ne!(first.margin, last.margin);
    assert_eq!(svm.portfolio(&first).cash.get(), 100_000_000);
    assert_eq!(svm.portfolio(&last).cash.get(), 7_000_000);
    assert_eq!(svm.margin(&last.margin).sub_id, u16::MAX);
}

#[test]
fn dollars_move_to_the_unit() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("100").unwrap();
    let (vault, wallet) = (svm.exchange.vault(&svm.usdc), svm.token_amount(&alice.usdc));
    let held = svm.token_amount(&vault);
    svm.deposit_usdc(&alice, 1).unwrap();
    assert_eq!(svm.portfolio(&alice).cash.get(), 100_000_001);
    assert_eq!((svm.token_amount(&vault), svm.token_amount(&alice.usdc)), (held + 1, wallet - 1));
    svm.withdraw_usdc(&alice, 100_000_001).unwrap();
    assert_eq!(svm.portfolio(&alice).cash.get(), 0);
    assert_eq!(svm.token_amount(&vault), held - 100_000_000);
    assert_eq!(svm.treasury().quote_deposits.get() as u64, held - 100_000_000);
    svm.assert_reconciled();
}

#[test]
fn tokens_move_to_the_unit() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("0").unwrap();
    let vault = svm.exchange.vault(&svm.wsol);
    svm.deposit_sol(&alice, 3 * LAMPORTS + 1).unwrap();
    assert_eq!(svm.portfolio(&alice).balance(0), 3 * LAMPORTS + 1);
    assert_eq!((svm.token_amount(&vault), svm.treasury().token_deposits[0]), (3 * LAMPORTS + 1, 3 * LAMPORTS + 1));
    // 3 SOL of 40 dollars; the odd lamport counts for nothing.
    assert_eq!(svm.requirements(&alice).equity.get(), 120_000_000);
    svm.withdraw_sol(&alice, LAMPORTS).unwrap();
    svm.withdraw_sol(&alice, 2 * LAMPORTS + 1).unwrap();
    assert!(svm.portfolio(&alice).holds_only_cash());
    assert_eq!((svm.token_amount(&vault), svm.treasury().token_deposits[0]), (0, 0));
}

#[test]
fn anyone_may_pay_into_any_account() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("0").unwrap(), svm.trader("0").unwrap());
    let gift = instruction::deposit(&svm.exchange, &bob.address(), &alice.margin, &bob.usdc, &svm.usdc, 5);
    svm.send(&[gift], &[&bob.key]).unwrap();
    assert_eq!(svm.portfolio(&alice).cash.get(), 5);
    assert_eq!(svm.portfolio(&bob).cash.get(), 0);
}

/// I202.
#[test]
fn nobody_but_the_owner_withdraws() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100").unwrap(), svm.trader("100").unwrap());
    for thief in [&bob.key, &svm.admin.insecure_clone(), &svm.pauser.insecure_clone()] {
        let ix = instruction::withdraw(&svm.exchange, &thief.pubkey(), &alice.margin, &bob.usdc, &svm.usdc, 1);
        assert_refused(&mut svm, &[ix], &[thief], E::Unauthorized);
    }
}

#[test]
fn a_deposit_may_reach_the_collaterals_limit_and_not_pass_it() {
    let mut svm = Svm::with_config(|c| c.collateral[0].params.set("deposit_limit", "10")).unwrap();
    let (alice, bob) = (svm.trader("0").unwrap(), svm.trader("0").unwrap());
    svm.deposit_sol(&alice, 4 * LAMPORTS).unwrap();
    // The limit is of all accounts together.
    let failed = refused(&mut svm, |svm| svm.deposit_sol(&bob, 6 * LAMPORTS + 1), E::DepositLimit);
    assert_eq!(numbers(&failed, "deposits would be"), (10_000_000_001, 10_000_000_000));
    svm.deposit_sol(&bob, 6 * LAMPORTS).unwrap();
    refused(&mut svm, |svm| svm.deposit_sol(&alice, 1), E::DepositLimit);
    svm.withdraw_sol(&bob, 1).unwrap();
    svm.deposit_sol(&alice, 1).unwrap();
}

#[test]
fn a_token_without_a_price_is_not_taken() {
    let mut svm = Svm::bare().unwrap();
    svm.initialize_exchange().unwrap();
    svm.list_all().unwrap();
    let alice = svm.trader("1").unwrap();
    refused(&mut svm, |svm| svm.deposit_sol(&alice, LAMPORTS), E::PriceMissing);
}

/// I202.
#[test]
fn nobody_is_carried_into_liquidation_by_a_gift() {
    // A token that costs more margin than it is worth: a haircut of 90 % and the scan of 25 %.
    let mut svm = Svm::with_config(|c| c.collateral[0].params.set("haircut", "0.9")).unwrap();
    let (alice, bob) = (svm.trader("1000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 120).unwrap();
    svm.advance(1);
    svm.publish(BTC, "38300").unwrap();
    let r = svm.requirements(&alice);
    assert!(!r.is_liquidatable() && r.initial_equity < r.initial);
    let deposit = |svm: &Svm, by: &Trader| {
        instruction::deposit(&svm.exchange, &by.address(), &alice.margin, &by.wsol, &svm.wsol, 200 * LAMPORTS)
    };
    // A token takes a slot and brings risk: a stranger's is not wanted, whatever it is worth.
    let ix = deposit(&svm, &bob);
    assert_refused(&mut svm, &[ix], &[&bob.key], E::Unauthorized);
    let ix = deposit(&svm, &alice);
    assert_refused(&mut svm, std::slice::from_ref(&ix), &[&alice.key], E::BelowInitialMargin);
    // Whoever has the margin may hold it.
    svm.deposit_usdc(&alice, 5_000 * USDC).unwrap();
    svm.send(&[ix], &[&alice.key]).unwrap();
    assert!(!svm.requirements(&alice).is_liquidatable());
}

#[test]
fn an_account_holds_eight_tokens() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("0").unwrap();
    let admin = svm.admin.insecure_clone();
    let mut deposits = Vec::new();
    for n in 0..9 {
        let mint = Address::new_unique();
        svm.create_mint(mint, 9);
        let source = svm.create_token_account(&mint, &alice.address(), LAMPORTS);
        let args = CollateralArgs {
            name: config::name(&format!("T{n}")).unwrap(),
            params: TokenParams { deposit_limit: LAMPORTS, haircut: Ppm::new(0), reserved: 0 },
            underlying: SOL,
        };
        let list = instruction::list_collateral(&svm.exchange, &svm.payer.pubkey(), &admin.pubkey(), &mint, &args);
        svm.send(&[list], &[&admin]).unwrap();
        deposits.push(instruction::deposit(&svm.exchange, &alice.address(), &alice.margin, &source, &mint, LAMPORTS));
    }
    for deposit in &deposits[..8] {
        svm.send(std::slice::from_ref(deposit), &[&alice.key]).unwrap();
    }
    assert_refused(&mut svm, std::slice::from_ref(&deposits[8]), &[&alice.key], E::NoFreeToken);
    assert_eq!(svm.requirements(&alice).equity.get(), 8 * 40_000_000);
}

/// I213.
#[test]
fn cash_is_not_lent() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("100").unwrap();
    svm.deposit_sol(&alice, 1_000 * LAMPORTS).unwrap();
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 100 * USDC + 1), E::WouldBorrow);
    assert_eq!(numbers(&failed, "cash:"), (100_000_001, 100_000_000));
    svm.withdraw_usdc(&alice, 100 * USDC).unwrap();
}

#[test]
fn more_of_a_token_than_is_held_is_refused() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("0").unwrap(), svm.trader("0").unwrap());
    svm.deposit_sol(&alice, LAMPORTS).unwrap();
    svm.deposit_sol(&bob, LAMPORTS).unwrap();
    refused(&mut svm, |svm| svm.withdraw_sol(&alice, LAMPORTS + 1), E::InsufficientBalance);
}

/// Alice is long 10 BTC lots of 40,000 dollars.
fn with_position(usdc: &str) -> (Svm, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader(usdc).unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    (svm, alice, bob)
}

/// I213, I223.
#[test]
fn a_withdrawal_leaves_initial_margin_to_the_unit() {
    let (mut svm, alice, _) = with_position("1000");
    let r = svm.requirements(&alice);
    // 10 lots of 40 dollars, 15 %, times 1.25.
    assert_eq!(r.initial.get(), 75_000_000);
    let most = (r.withdraw_equity.get() - r.initial.get()) as u64;
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, most + 1), E::BelowWithdrawalMargin);
    assert_eq!(numbers(&failed, "withdrawal margin:"), (r.initial.get(), r.initial.get() - 1));
    svm.withdraw_usdc(&alice, most).unwrap();
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 1), E::BelowWithdrawalMargin);
}

#[test]
fn profit_that_is_not_realised_is_not_withdrawn() {
    let (mut svm, alice, _) = with_position("100");
    svm.advance(1);
    svm.publish(BTC, "50000").unwrap();
    let r = svm.requirements(&alice);
    assert_eq!(r.equity.get() - r.withdraw_equity.get(), 100_000_000 + (r.equity.get() - r.initial_equity.get()));
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 90 * USDC), E::BelowWithdrawalMargin);
    assert_eq!(numbers(&failed, "withdrawal margin:"), (r.initial.get(), r.withdraw_equity.get() - 90_000_000));
}

/// I213, I223.
#[test]
fn a_token_withdrawal_leaves_initial_margin_to_the_unit() {
    let (mut svm, alice, _) = with_position("80");
    svm.deposit_sol(&alice, 100 * LAMPORTS).unwrap();
    let cash = svm.portfolio(&alice).cash.get() as u64;
    svm.withdraw_usdc(&alice, cash).unwrap();
    let (board, portfolio, now) = (svm.board(), svm.portfolio(&alice), svm.now());
    let after = |lamports: u64| {
        let mut after = portfolio;
        after.debit(0, lamports).unwrap();
        check(&board.board, &after, Purpose::Maintenance { now }).unwrap()
    };
    let (mut low, mut high) = (0, 100 * LAMPORTS);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let r = after(middle);
        if r.withdraw_equity >= r.initial { low = middle } else { high = middle }
    }
    assert!(low > 0);
    let short = after(high);
    let failed = refused(&mut svm, |svm| svm.withdraw_sol(&alice, high), E::BelowWithdrawalMargin);
    assert_eq!(numbers(&failed, "withdrawal margin:"), (short.initial.get(), short.withdraw_equity.get()));
    svm.withdraw_sol(&alice, low).unwrap();
}

#[test]
fn a_withdrawal_wants_fresh_prices_of_all_that_is_held_and_of_nothing_else() {
    let (mut svm, alice, _) = with_position("1000");
    let carol = svm.trader("10").unwrap();
    svm.advance(11);
    svm.withdraw_usdc(&carol, USDC).unwrap();
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, USDC), E::PriceStale);
    assert_eq!(numbers_of_stale(&failed.log), (0, 11, 10));
    svm.publish(BTC, "40000").unwrap();
    svm.withdraw_usdc(&alice, USDC).unwrap();
    // A token is held like a position.
    svm.deposit_sol(&alice, LAMPORTS).unwrap();
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, USDC), E::PriceStale);
    assert_eq!(numbers_of_stale(&failed.log), (2, 11, 10));
    svm.publish(SOL, "40").unwrap();
    svm.withdraw_usdc(&alice, USDC).unwrap();
}

/// Underlying, age and limit in the log of a stale price.
fn numbers_of_stale(log: &[String]) -> (i64, i64, i64) {
    let line = log
        .iter()
        .find_map(|l| l.strip_prefix("Program log: the price of underlying "))
        .expect("a stale price is logged");
    let parts: Vec<i64> = line.split(|c: char| !c.is_ascii_digit()).filter_map(|p| p.parse().ok()).collect();
    (parts[0], parts[1], parts[2])
}

/// I213.
#[test]
fn what_others_owe_cannot_be_withdrawn() {
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "0".to_owned()).unwrap();
    let (alice, bob, carol) = (svm.trader("1000").unwrap(), svm.trader("900").unwrap(), svm.trader("1000").unwrap());
    svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
    svm.advance(3_600); // in which the stable price can follow
    svm.publish(BTC, "20000").unwrap();
    // Alice realises 2,000 dollars that Bob has lost and does not have.
    svm.trade(&alice, &carol, BTC, "20000", 100).unwrap();
    assert_eq!(svm.lots(&alice, BTC), 0);
    let cash = svm.portfolio(&alice).cash.get();
    let vault = svm.token_amount(&svm.exchange.vault(&svm.usdc)) as i64;
    assert!(vault < cash);
    let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, cash as u64), E::InsufficientVault);
    assert_eq!(numbers(&failed, "vault:"), (cash, vault));
    svm.withdraw_usdc(&alice, vault as u64).unwrap();
    svm.assert_reconciled();
}

/// The most cash that an account is closed with.
const CLOSING_DUST: u64 = 10_000;

fn close(svm: &Svm, t: &Trader) -> solana_instruction::Instruction {
    instruction::close_margin_account(&svm.exchange, &t.address(), 0)
}

/// I206.
#[test]
fn an_account_that_holds_anything_is_not_closed() {
    let mut svm = Svm::new().unwrap();
    svm.set_interest(&INTEREST).unwrap();
    let (alice, bob) = (svm.trader("0").unwrap(), svm.trader("100000").unwrap());
    let ix = close(&svm, &alice);
    let refuse = |svm: &mut Svm| assert_refused(svm, std::slice::from_ref(&ix), &[&alice.key], E::AccountNotEmpty);
    svm.deposit_usdc(&alice, CLOSING_DUST + 1).unwrap();
    refuse(&mut svm);
    svm.withdraw_usdc(&alice, CLOSING_DUST + 1).unwrap();
    svm.deposit_sol(&alice, 1).unwrap();
    refuse(&mut svm);
    svm.deposit_sol(&alice, 100 * LAMPORTS).unwrap();
    let order = svm.rest(&alice, Order::buy(&svm, BTC, "40000", 1)).unwrap();
    svm.cancel(&alice, BTC, order).unwrap();
    svm.trade(&alice, &bob, BTC, "40000", 1).unwrap();
    refuse(&mut svm);
    // Sold at a loss: what is owed keeps the account open too.
    svm.trade(&bob, &alice, BTC, "39990", 1).unwrap();
    assert!(svm.portfolio(&alice).cash.get() < 0);
    let owed = svm.portfolio(&alice).cash.get().unsigned_abs();
    svm.deposit_usdc(&alice, owed).unwrap();
    svm.withdraw_sol(&alice, 100 * LAMPORTS + 1).unwrap();
    svm.send(std::slice::from_ref(&ix), &[&alice.key]).unwrap();
    assert!(svm.account(&alice.margin).is_none());
}

/// I770.
#[test]
fn a_gift_of_dust_keeps_no_account_open() {
    let mut svm = Svm::new().unwrap();
    let (alice, griefer) = (svm.trader("100").unwrap(), svm.trader("1").unwrap());
    svm.withdraw_usdc(&alice, 100 * USDC).unwrap();
    let fund = svm.treasury().insurance.get();
    let gift =
        instruction::deposit(&svm.exchange, &griefer.address(), &alice.margin, &griefer.usdc, &svm.usdc, CLOSING_DUST);
    svm.send(&[gift], &[&griefer.key]).unwrap();
    let ix = close(&svm, &alice);
    svm.send(&[ix], &[&alice.key]).unwrap();
    assert!(svm.account(&alice.margin).is_none());
    // A gift to the fund, then: nothing is lost.
    assert_eq!(svm.treasury().insurance.get() - fund, CLOSING_DUST as i64);
    svm.assert_reconciled();
}

/// I206.
#[test]
fn an_account_with_an_order_is_not_closed() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("0").unwrap();
    svm.deposit_sol(&alice, 100 * LAMPORTS).unwrap();
    let order = svm.rest(&alice, Order::buy(&svm, BTC, "40000", 1)).unwrap();
    let ix = close(&svm, &alice);
    assert_refused(&mut svm, std::slice::from_ref(&ix), &[&alice.key], E::AccountNotEmpty);
    svm.cancel(&alice, BTC, order).unwrap();
    svm.withdraw_sol(&alice, 100 * LAMPORTS).unwrap();
    svm.send(&[ix], &[&alice.key]).unwrap();
}

/// I206.
#[test]
fn closing_pays_the_rent_to_the_owner_and_the_account_can_be_opened_again() {
    let (mut svm, alice, bob) = with_position("1000");
    svm.trade(&bob, &alice, BTC, "40000", 10).unwrap();
    let cash = svm.portfolio(&alice).cash.get() as u64;
    svm.withdraw_usdc(&alice, cash).unwrap();
    let lamports = |svm: &Svm| svm.account(&alice.address()).unwrap().lamports;
    let (rent, before) = (svm.account(&alice.margin).unwrap().lamports, lamports(&svm));
    let ix = close(&svm, &alice);
    svm.send(&[ix], &[&alice.key]).unwrap();
    assert_eq!(lamports(&svm), before + rent);
    assert!(svm.account(&alice.margin).is_none());
    refused(&mut svm, |svm| svm.deposit_usdc(&alice, 1), I::AccountDataTooSmall);

    let again = svm.sub_account(alice.key.insecure_clone(), 0, "0").unwrap();
    assert_eq!(again.margin, alice.margin);
    let margin = svm.margin(&again.margin);
    assert_eq!((margin.sequence, margin.liquidated_at), (0, 0));
    assert!(margin.portfolio.holds_only_cash() && margin.portfolio.cash.is_zero());
    svm.deposit_usdc(&again, 1_000 * USDC).unwrap();
    svm.trade(&again, &bob, ETH, "2500", 10).unwrap();
    svm.assert_reconciled();
}

/// I204.
#[test]
fn lamports_sent_ahead_do_not_keep_an_account_from_being_opened() {
    let mut svm = Svm::new().unwrap();
    let key = Keypair::new();
    for (sub_id, lamports) in [(0, 1), (1, 1_000_000_000_000)] {
        let ahead = svm.exchange.margin(&key.pubkey(), sub_id);
        svm.set_account(ahead, solana_account::Account { lamports, ..Default::default() });
        let opened = svm.sub_account(key.insecure_clone(), sub_id, "1").unwrap();
        assert_eq!(svm.portfolio(&opened).cash.get(), 1_000_000);
    }
}

#[test]
fn the_view_is_what_the_client_computes() {
    let (mut svm, alice, bob) = with_position("1000");
    svm.trade(&bob, &alice, ETH, "2500", 10).unwrap();
    svm.deposit_sol(&alice, 12 * LAMPORTS).unwrap();
    svm.rest(&alice, Order::buy(&svm, SOL, "39", 10)).unwrap();
    let view = |svm: &mut Svm, first| {
        let ix = instruction::view_margin(&svm.exchange, &alice.margin, first);
        account::margin_view(&svm.simulate(&[ix], &[]).unwrap().return_data).unwrap()
    };
    let (head, page) = view(&mut svm, 0);
    let r = svm.requirements(&alice);
    assert_eq!(
        (head.equity, head.initial_equity, head.withdraw_equity),
        (r.equity.get(), r.initial_equity.get(), r.withdraw_equity.get())
    );
    assert_eq!(
        (head.maintenance, head.initial, head.order_margin),
        (r.maintenance.get(), r.initial.get(), r.order_margin.get())
    );
    assert_eq!((head.count, head.next), (3, 0));
    assert_eq!(page.iter().map(|u| u.underlying).collect::<Vec<_>>(), [BTC, ETH, SOL]);
    assert_eq!(page.iter().map(|u| u.delta).collect::<Vec<_>>(), [1_000, -1_000, 1_200]);
    assert_eq!(page[2].token_value, 480_000_000);
    let (_, rest) = view(&mut svm, 2);
    assert_eq!(rest, page[2..]);
    let (_, none) = view(&mut svm, u16::MAX);
    assert!(none.is_empty());
    // Stale prices do not stop it: maintenance counts at the last price.
    svm.advance(1_000);
    assert_eq!(view(&mut svm, 0), (MarginView { time: head.time + 1_000, ..head }, page));
}
