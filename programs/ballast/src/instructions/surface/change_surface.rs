//! `change_surface`

use super::set_publishers::ChangeSurface;
use crate::{
    error::Logged, events::SurfaceChanged, instruction::tag, instructions::governance::timelock::require_proposed,
};
use anchor_lang::prelude::*;
use ballast_risk::SurfaceParams;

/// Runs `change_surface`. Smiles stay in force, and what publishers said counts as it did.
pub fn change_surface(ctx: &mut Context<ChangeSurface>, params: SurfaceParams) -> Result<()> {
    let surface = *ctx.accounts.surface.address();
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, surface, tag::CHANGE_SURFACE, &params)?;
    params.validate(ctx.accounts.exchange.timelock == 0).logged()?;
    ctx.accounts.surface.surface.params = params;
    emit!(SurfaceChanged { surface, params });
    Ok(())
}
