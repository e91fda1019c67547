//! SPL token accounts and transfers, by instructions of the token program that Token-2022 knows too.
//!
//! They are those of `pinocchio-token`, called at the program that owns the vault or the mint.

use crate::{constants::EXCHANGE_SEED, error::BallastError, state::Exchange};
use anchor_lang::{create_account_signed, prelude::*};
use pinocchio::cpi::{Seed, Signer as PdaSigner};
use pinocchio_token::instructions::{InitializeAccount3, Transfer};
use pinocchio_token_2022::state::{Account as TokenAccount, StateWithExtensions};

/// The token program or Token-2022.
pub struct TokenPrograms;

impl Ids for TokenPrograms {
    fn ids() -> &'static [Address] {
        const IDS: [Address; 2] = [pinocchio_token::ID, pinocchio_token_2022::ID];
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
    create_account_signed(payer, vault, TokenAccount::BASE_LEN, mint.owner(), seeds)?;
    InitializeAccount3::new(vault, mint, exchange).invoke_with_unverified_program(mint.owner())?;
    Ok(())
}

/// Amount held by a token account of either program.
pub fn amount(account: &AccountView) -> Result<u64> {
    let data = account.try_borrow()?;
    let account = StateWithExtensions::<TokenAccount>::from_bytes(&data).map_err(|_| BallastError::WrongVault)?;
    Ok(account.base.amount())
}

/// Transfers from a token account whose owner signs the transaction, by the program that the vault belongs to.
pub fn transfer_in(from: &AccountView, to: &AccountView, owner: &AccountView, amount: u64) -> Result<()> {
    Transfer::new(from, to, owner, amount).invoke_with_unverified_program(to.owner())?;
    Ok(())
}

/// Transfers out of a vault by the program that it belongs to, the exchange signing.
pub fn transfer_out(from: &AccountView, to: &AccountView, exchange: &Account<Exchange>, amount: u64) -> Result<()> {
    let (id, bump) = (exchange.id.to_le_bytes(), [exchange.bump]);
    let seeds = [Seed::from(EXCHANGE_SEED), Seed::from(id.as_slice()), Seed::from(bump.as_slice())];
    Transfer::new(from, to, exchange.account(), amount)
        .invoke_signed_with_unverified_program(&[PdaSigner::from(&seeds)], from.owner())?;
    Ok(())
}
