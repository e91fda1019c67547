//! `set_publishers`

use crate::{
    constants::{EXCHANGE_SEED, SURFACE_SEED},
    error::{BallastError, Logged},
    events::PublishersSet,
    instruction::tag,
    instructions::governance::timelock::require_proposed,
    state::{Exchange, VolatilitySurface},
};
use anchor_lang::prelude::*;

/// Accounts of the instructions by which the admin changes a surface.
#[derive(Accounts)]
pub struct ChangeSurface {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The surface.
    #[account(
        mut,
        seeds = [SURFACE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&surface.underlying)],
        bump = surface.bump
    )]
    pub surface: Account<VolatilitySurface>,
}

/// Runs `set_publishers`. What publishers said before is forgotten; smiles stay in force.
pub fn set_publishers(ctx: &mut Context<ChangeSurface>, publishers: [[u8; 32]; 5]) -> Result<()> {
    let surface = *ctx.accounts.surface.address();
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, surface, tag::SET_PUBLISHERS, &publishers)?;
    ctx.accounts.surface.surface.set_publishers(publishers).logged()?;
    let count = publishers.iter().filter(|p| **p != [0; 32]).count();
    emit!(PublishersSet { surface, count: count as u32 });
    Ok(())
}
