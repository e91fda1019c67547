//! `accept_authority`

use super::timelock::{require_reached, waited};
use crate::{
    args::Authority, constants::EXCHANGE_SEED, error::BallastError, events::AuthorityAccepted, instructions::load::now,
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
    let authority = Authority::from_byte(kind).ok_or(BallastError::ParameterOutOfBounds)?;
    let nominated = &mut exchange.nominated[authority as usize];
    require!(*nominated == who, BallastError::NotNominated);
    *nominated = Address::default();
    if authority == Authority::Admin {
        require_reached(waited(exchange.admin_nominated_at, exchange)?, now()?)?;
    }
    let held = match authority {
        Authority::Admin => {
            exchange.nominated = Default::default();
            &mut exchange.admin
        }
        Authority::Risk => &mut exchange.risk_authority,
        Authority::Pause => &mut exchange.pause_authority,
    };
    let before = core::mem::replace(held, who);
    emit!(AuthorityAccepted { exchange: *exchange.address(), before, who, kind });
    Ok(())
}
