//! `open_expiry`

use super::set_publishers::ChangeSurface;
use crate::{
    error::Logged,
    events::ExpiryOpened,
    instruction::tag,
    instructions::{governance::timelock::require_proposed, listing::instrument::Contract, load::now},
};
use anchor_lang::prelude::*;
use ballast_risk::{Kind, Smile};

/// Runs `open_expiry`. It waits: its smile is the volatility of options that may be listed by then, and what the first publication
/// must be near.
pub fn open_expiry(ctx: &mut Context<ChangeSurface>, expiry: i64, smile: Smile) -> Result<()> {
    let (now, surface) = (now()?, *ctx.accounts.surface.address());
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, surface, tag::OPEN_EXPIRY, &(expiry, smile))?;
    Contract { kind: Kind::Future, expiry, strike: 0 }.require_expiry(now)?;
    ctx.accounts.surface.surface.open_expiry(expiry, smile, now).logged()?;
    emit!(ExpiryOpened { surface, expiry, level: smile.level });
    Ok(())
}
