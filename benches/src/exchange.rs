//! The exchange as a whole.

use crate::{
    bench::{Bench, native},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    ballast::{state::Pause, state::RiskBoard},
    instruction,
};
use solana_instruction::Instruction;
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("initialize_exchange", 11_600, "exchange, treasury, quote vault and the first part of the board"),
    row("grow_board", 4_400, "10,240 bytes more of the board; the dearest call"),
    row("set_pause", 940, "by the admin"),
    row("fund_insurance", 2_900, "a gift in USDC"),
];

/// The exchange and its whole board.
pub fn initialize(b: &mut Bench) -> Result<()> {
    let (payer, admin) = (b.svm.payer.pubkey(), b.svm.admin.insecure_clone());
    let args = b.svm.config.exchange_args(&b.svm.risker.pubkey(), &b.svm.pauser.pubkey())?;
    let ix = instruction::initialize_exchange(&payer, &admin.pubkey(), &b.svm.usdc, &args);
    b.send("initialize_exchange", ix, &[&admin])?;
    while b.svm.account(&b.svm.exchange.board).is_some_and(|a| a.data.len() < RiskBoard::LEN) {
        let ix = instruction::grow_board(&b.svm.exchange, &payer);
        b.send("grow_board", ix, &[])?;
    }
    Ok(())
}

/// A pause, and a gift to the insurance fund.
pub fn pause_and_gift(b: &mut Bench) -> Result<()> {
    let admin = b.svm.admin.insecure_clone();
    let stop = instruction::set_pause(&b.svm.exchange, &admin.pubkey(), Pause::NEW_RISK);
    b.measure("set_pause", stop, &[&admin])?;
    let gift = gift(b, "25_000")?;
    b.send("fund_insurance", gift, &[])
}

/// `fund_insurance`, from a token account that is made for it.
pub fn gift(b: &mut Bench, usdc: &str) -> Result<Instruction> {
    let (giver, mint, amount) = (b.svm.payer.pubkey(), b.svm.usdc, native(usdc)?);
    let source = b.svm.create_token_account(&mint, &giver, amount);
    Ok(instruction::fund_insurance(&b.svm.exchange, &giver, &source, &mint, amount))
}
