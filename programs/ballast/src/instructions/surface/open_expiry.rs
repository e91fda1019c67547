//! `open_expiry`

use super::set_publishers::ChangeSurface;
use crate::{
    error::Logged,
    events::ExpiryOpened,
    instructions::{listing::instrument::Contract, load::now},
};
use anchor_lang::prelude::*;
use ballast_risk::{Kind, Smile};

/// Runs `open_expiry`.
pub fn open_expiry(ctx: &mut Context<ChangeSurface>, expiry: i64, smile: Smile) -> Result<()> {
    let now = now()?;
    Contract { kind: Kind::Future, expiry, strike: 0 }.require_expiry(now)?;
    ctx.accounts.surface.surface.open_expiry(expiry, smile, now).logged()?;
    emit!(ExpiryOpened { surface: *ctx.accounts.surface.address(), expiry, level: smile.level });
    Ok(())
}
