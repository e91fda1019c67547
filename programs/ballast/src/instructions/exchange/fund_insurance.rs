//! `fund_insurance`

use crate::{
    constants::{EXCHANGE_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::InsuranceFunded,
    instructions::token,
    state::{Exchange, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::QuoteNative;

/// Accounts of `fund_insurance`.
#[derive(Accounts)]
pub struct FundInsurance {
    /// Owns the source.
    pub giver: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Token account to take from.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// The quote vault.
    #[account(mut, address = exchange.quote_vault @ BallastError::WrongVault)]
    pub vault: UncheckedAccount,
    /// SPL token program.
    pub token_program: Program<Token>,
}

/// Runs `fund_insurance`.
pub fn fund_insurance(ctx: &mut Context<FundInsurance>, amount: u64) -> Result<()> {
    require!(amount > 0, BallastError::ZeroAmount);
    let given = QuoteNative::new(i64::try_from(amount).map_err(|_| BallastError::Overflow)?);
    let a = &mut ctx.accounts;
    a.treasury.insurance = a.treasury.insurance.plus(given).logged()?;
    a.treasury.quote_deposits = a.treasury.quote_deposits.plus(given).logged()?;
    token::transfer_in(a.source.account(), a.vault.account(), a.giver.account(), amount)?;
    emit!(InsuranceFunded {
        exchange: *a.exchange.address(),
        amount: given.get(),
        insurance: a.treasury.insurance.get()
    });
    Ok(())
}
