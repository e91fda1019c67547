//! SPL token accounts and transfers, by the token program's own instructions.
//!
//! Plain instructions, not a typed wrapper: a wrapper's transfer costs three times as much and refuses accounts that are
//! borrowed.

use crate::{constants::EXCHANGE_SEED, error::BallastError, state::Exchange};
use anchor_lang::{create_account_signed, prelude::*};
use pinocchio::{
    cpi::{CpiAccount, Seed, Signer as PdaSigner, invoke_signed_unchecked},
    instruction::{InstructionAccount, InstructionView},
};

/// Length of a token account.
const TOKEN_ACCOUNT_LEN: usize = 165;
/// Length of a mint.
const MINT_LEN: usize = 82;
/// Where a token account has its mint, and its amount.
const AMOUNT_OFFSET: usize = 64;
const MINT_DECIMALS: usize = 44;
const MINT_INITIALIZED: usize = 45;

const INITIALIZE_ACCOUNT_3: u8 = 18;
const TRANSFER: u8 = 3;

/// Checks that an account is a mint of the token program; returns its decimals.
pub fn mint_decimals(mint: &AccountView) -> Result<u8> {
    require!(mint.owned_by(&Token::id()), BallastError::WrongMint);
    let data = mint.try_borrow()?;
    require!(data.len() == MINT_LEN && data[MINT_INITIALIZED] == 1, BallastError::WrongMint);
    Ok(data[MINT_DECIMALS])
}

/// Makes a token account at a PDA, owned by the exchange.
pub fn create_vault(
    payer: &AccountView,
    vault: &AccountView,
    mint: &AccountView,
    exchange: &Address,
    seeds: &[&[u8]],
) -> Result<()> {
    create_account_signed(payer, vault, TOKEN_ACCOUNT_LEN, &Token::id(), seeds)?;
    let mut data = [0; 33];
    data[0] = INITIALIZE_ACCOUNT_3;
    data[1..].copy_from_slice(exchange.as_ref());
    let accounts = [InstructionAccount::writable(vault.address()), InstructionAccount::readonly(mint.address())];
    let instruction = InstructionView { program_id: &Token::id(), accounts: &accounts, data: &data };
    // SAFETY: no reference into the data of either account lives across the call.
    unsafe { invoke_signed_unchecked(&instruction, &[CpiAccount::from(vault), CpiAccount::from(mint)], &[]) };
    Ok(())
}

/// Amount held by a token account. Zero where the account is no token account.
pub fn amount(account: &AccountView) -> Result<u64> {
    let data = account.try_borrow()?;
    match data.get(AMOUNT_OFFSET..).and_then(|d| d.first_chunk::<8>()) {
        Some(bytes) => Ok(u64::from_le_bytes(*bytes)),
        None => Err(BallastError::WrongVault.into()),
    }
}

/// Transfers from a token account whose owner signs the transaction.
pub fn transfer_in(from: &AccountView, to: &AccountView, owner: &AccountView, amount: u64) {
    transfer(from, to, owner, amount, &[]);
}

/// Transfers out of a vault, the exchange signing.
pub fn transfer_out(from: &AccountView, to: &AccountView, exchange: &Account<Exchange>, amount: u64) {
    let (id, bump) = (exchange.id.to_le_bytes(), [exchange.bump]);
    let seeds = [Seed::from(EXCHANGE_SEED), Seed::from(id.as_slice()), Seed::from(bump.as_slice())];
    transfer(from, to, exchange.account(), amount, &[PdaSigner::from(&seeds)]);
}

fn transfer(from: &AccountView, to: &AccountView, authority: &AccountView, amount: u64, signers: &[PdaSigner]) {
    let mut data = [TRANSFER; 9];
    data[1..].copy_from_slice(&amount.to_le_bytes());
    let accounts = [
        InstructionAccount::writable(from.address()),
        InstructionAccount::writable(to.address()),
        InstructionAccount::readonly_signer(authority.address()),
    ];
    let instruction = InstructionView { program_id: &Token::id(), accounts: &accounts, data: &data };
    // SAFETY: no reference into the data of either token account lives across the call. A failed call ends the
    // transaction, so there is no result to look at.
    unsafe {
        invoke_signed_unchecked(
            &instruction,
            &[CpiAccount::from(from), CpiAccount::from(to), CpiAccount::from(authority)],
            signers,
        )
    };
}
