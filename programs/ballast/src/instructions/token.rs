//! SPL token accounts and transfers, by the token programs' own instructions: those of the token program, which Token-2022
//! knows too.
//!
//! Plain instructions, not a typed wrapper: a wrapper's transfer costs several times as much and refuses accounts that are
//! borrowed.

use crate::{constants::EXCHANGE_SEED, error::BallastError, state::Exchange};
use anchor_lang::{create_account_signed, prelude::*};
use pinocchio::{
    cpi::{CpiAccount, Seed, Signer as PdaSigner, invoke_signed_unchecked},
    instruction::{InstructionAccount, InstructionView},
};

/// Length of a token account.
const TOKEN_ACCOUNT_LEN: usize = 165;
/// Where a token account has its amount.
const AMOUNT_OFFSET: usize = 64;

const INITIALIZE_ACCOUNT_3: u8 = 18;
const TRANSFER: u8 = 3;

/// The token program or Token-2022.
pub struct TokenPrograms;

impl Ids for TokenPrograms {
    fn ids() -> &'static [Address] {
        const IDS: [Address; 2] = [
            solana_address::address!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"),
            solana_address::address!("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"),
        ];
        &IDS
    }
}

/// Requires that a token program is the one that an account belongs to.
pub fn require_program_of(account: &AccountView, program: &Address) -> Result<()> {
    require!(account.owned_by(program), ProgramError::IncorrectProgramId);
    Ok(())
}

/// Makes a token account at a PDA, owned by the exchange, of the token program that the mint is of.
pub fn create_vault(
    payer: &AccountView,
    vault: &AccountView,
    mint: &AccountView,
    exchange: &Address,
    seeds: &[&[u8]],
) -> Result<()> {
    create_account_signed(payer, vault, TOKEN_ACCOUNT_LEN, mint.owner(), seeds)?;
    let mut data = [0; 33];
    data[0] = INITIALIZE_ACCOUNT_3;
    data[1..].copy_from_slice(exchange.as_ref());
    let accounts = [InstructionAccount::writable(vault.address()), InstructionAccount::readonly(mint.address())];
    let instruction = InstructionView { program_id: mint.owner(), accounts: &accounts, data: &data };
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

/// Transfers from a token account whose owner signs the transaction, by the program that the vault belongs to.
pub fn transfer_in(from: &AccountView, to: &AccountView, owner: &AccountView, amount: u64) {
    transfer(to.owner(), from, to, owner, amount, &[]);
}

/// Transfers out of a vault by the program that it belongs to, the exchange signing.
pub fn transfer_out(from: &AccountView, to: &AccountView, exchange: &Account<Exchange>, amount: u64) {
    let (id, bump) = (exchange.id.to_le_bytes(), [exchange.bump]);
    let seeds = [Seed::from(EXCHANGE_SEED), Seed::from(id.as_slice()), Seed::from(bump.as_slice())];
    transfer(from.owner(), from, to, exchange.account(), amount, &[PdaSigner::from(&seeds)]);
}

fn transfer(
    program: &Address,
    from: &AccountView,
    to: &AccountView,
    authority: &AccountView,
    amount: u64,
    signers: &[PdaSigner],
) {
    let mut data = [TRANSFER; 9];
    data[1..].copy_from_slice(&amount.to_le_bytes());
    let accounts = [
        InstructionAccount::writable(from.address()),
        InstructionAccount::writable(to.address()),
        InstructionAccount::readonly_signer(authority.address()),
    ];
    let instruction = InstructionView { program_id: program, accounts: &accounts, data: &data };
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
