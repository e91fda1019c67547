//! The exchange as a whole.

use crate::{
    bench::{Bench, native},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    ballast::{constants::pause, state::RiskBoard},
    instruction,
};
use solana_instruction::Instruction;
use solana_signer::Signer;

/// Underlyings over which positions are spread. Each is in a product group.
pub const SPREAD: u16 = 8;
/// Perpetuals on each of them. Perpetual `SPREAD · k + u` is the k-th on underlying u.
pub const DEPTH: u16 = 8;
/// Perpetuals of 16 positions over 8 underlyings.
pub const SIXTEEN: std::ops::Range<u16> = 0..2 * SPREAD;
/// Perpetuals of 64 positions over 8 underlyings.
pub const SIXTY_FOUR: std::ops::Range<u16> = 0..DEPTH * SPREAD;
/// Deposit of an account that is never short of margin.
pub const RICH: &str = "100_000_000";
/// An underlying with one perpetual.
pub const ONE: u16 = SPREAD;
/// An underlying with [`MANY_DEPTH`] perpetuals.
pub const MANY: u16 = SPREAD + 1;
/// Perpetuals on [`MANY`].
pub const MANY_DEPTH: u16 = 22;

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
    let stop = instruction::set_pause(&b.svm.exchange, &admin.pubkey(), pause::NEW_RISK);
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
