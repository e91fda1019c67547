//! `accept_authority`

use super::timelock::{require_reached, waited};
use crate::{
    args::authority, constants::EXCHANGE_SEED, error::BallastError, events::AuthorityAccepted, instructions::load::now,
    state::Exchange,
};
use anchor_lang::prelude::*;

/// Accounts of `accept_authority`.
#[derive(Accounts)]
pub struct AcceptAuthority {
    /// Who was nominated.
    pub nominee: Signer,
    /// The exchange.
    #[account(mut, seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
}

/// Runs `accept_authority`. A new admin accepts a timelock after its nomination, so that a thief of the key cannot shut its
/// owner out at once. The nominations that an admin made end with it.
pub fn accept_authority(ctx: &mut Context<AcceptAuthority>, kind: u8) -> Result<()> {
    let who = *ctx.accounts.nominee.address();
    let exchange = &mut ctx.accounts.exchange;
    let nominated = exchange.nominated.get_mut(usize::from(kind)).ok_or(BallastError::ParameterOutOfBounds)?;
    require!(*nominated == who, BallastError::NotNominated);
    *nominated = Address::default();
    if kind == authority::ADMIN {
        require_reached(waited(exchange.admin_nominated_at, exchange)?, now()?)?;
    }
    let authority = match kind {
        authority::ADMIN => {
            exchange.nominated = Default::default();
            &mut exchange.admin
        }
        authority::RISK => &mut exchange.risk_authority,
        _ => &mut exchange.pause_authority,
    };
    let before = core::mem::replace(authority, who);
    emit!(AuthorityAccepted { exchange: *exchange.address(), before, who, kind });
    Ok(())
}
