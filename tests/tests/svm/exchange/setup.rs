//! Making an exchange, its board and its insurance fund (I204).

use crate::harness::refusal::assert_refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        constants::MAX_GROWTH,
        state::{Exchange, Pause, RiskBoard},
    },
    instruction,
};
use ballast_testkit::{BTC, Svm};
use solana_account::Account;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

#[test]
fn an_exchange_is_what_its_arguments_say() {
    let svm = Svm::new().unwrap();
    let exchange = svm.decode::<Exchange>(&svm.exchange.address);
    assert_eq!((exchange.admin, exchange.pause_authority), (svm.admin.pubkey(), svm.pauser.pubkey()));
    assert_eq!((exchange.quote_mint, exchange.quote_vault), (svm.usdc, svm.exchange.vault(&svm.usdc)));
    assert_eq!((exchange.id, exchange.pause), (1, Pause::empty()));
    assert_eq!((exchange.fees.taker_fee.get(), exchange.fees.maker_fee), (500, -100));
    let params = svm.board().board.params;
    assert_eq!((params.initial_ratio.get(), params.liquidation_buffer.get()), (1_250_000, 100_000));
    assert_eq!(svm.treasury().insurance.get(), 25_000_000_000);
    svm.assert_reconciled();
}

#[test]
fn an_admin_may_pay_for_the_whole_exchange() {
    let mut svm = Svm::bare().unwrap();
    svm.payer = svm.admin.insecure_clone();
    svm.initialize_exchange().unwrap();
    svm.list_all().unwrap();
    svm.grow_market(BTC).unwrap();
    assert_eq!(svm.decode::<Exchange>(&svm.exchange.address).admin, svm.payer.pubkey());
}

#[test]
fn an_exchange_is_made_once() {
    let mut svm = Svm::new().unwrap();
    let (payer, admin) = (svm.payer.pubkey(), svm.admin.insecure_clone());
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let ix = instruction::initialize_exchange(&payer, &admin.pubkey(), &svm.usdc, &args);
    assert_refused(&mut svm, &[ix], &[&admin], I::Custom(0)); // the system program: already in use
}

/// I204.
#[test]
fn lamports_sent_ahead_do_not_keep_an_exchange_from_being_made() {
    let mut svm = Svm::bare().unwrap();
    let e = svm.exchange;
    let ahead = [e.address, e.treasury, e.board, e.vault(&svm.usdc), e.vault(&svm.wsol), e.market(BTC)];
    for (n, address) in ahead.into_iter().enumerate() {
        let lamports = if n % 2 == 0 { 1 } else { 1_000_000_000_000 };
        svm.set_account(address, Account { lamports, ..Account::default() });
    }
    svm.initialize_exchange().unwrap();
    svm.list_all().unwrap();
    assert_eq!(svm.market(BTC).header.instrument, BTC);
}

#[test]
fn the_board_is_complete_after_as_many_calls_as_its_length_takes() {
    let mut svm = Svm::bare().unwrap();
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let (payer, admin) = (svm.payer.pubkey(), svm.admin.insecure_clone());
    let ix = instruction::initialize_exchange(&payer, &admin.pubkey(), &svm.usdc, &args);
    svm.send(&[ix], &[&admin]).unwrap();
    let grow = instruction::grow_board(&svm.exchange, &payer);
    let calls = RiskBoard::LEN.div_ceil(MAX_GROWTH) - 1;
    for _ in 0..calls {
        let list =
            instruction::set_product_group(&svm.exchange, &admin.pubkey(), 0, [1; 16], &ballast_testkit::offset(0));
        assert!(svm.simulate(&[list], &[&admin]).is_err(), "a board that is not complete is of no use");
        svm.send(std::slice::from_ref(&grow), &[]).unwrap();
    }
    assert_eq!(svm.account(&svm.exchange.board).unwrap().data.len(), RiskBoard::LEN);
    assert_eq!(svm.board().exchange, svm.exchange.address);
    assert_refused(&mut svm, &[grow], &[], E::AlreadyComplete);
}

#[test]
fn a_gift_to_the_insurance_fund_counts_to_the_unit() {
    let mut svm = Svm::new().unwrap();
    svm.fund_insurance(1).unwrap();
    assert_eq!(svm.treasury().insurance.get(), 25_000_000_001);
    svm.assert_reconciled();
}
