//! `nominate_authority`

use super::set_timelock::ChangeExchange;
use crate::{args::Authority, error::BallastError, events::AuthorityNominated, instructions::load::now};
use anchor_lang::prelude::*;

/// Runs `nominate_authority`. The authority does not change until the nominee accepts. Nominating the default
/// address withdraws a nomination.
pub fn nominate_authority(ctx: &mut Context<ChangeExchange>, kind: u8, who: [u8; 32]) -> Result<()> {
    let who = Address::new_from_array(who);
    let exchange = &mut ctx.accounts.exchange;
    let authority = Authority::from_byte(kind).ok_or(BallastError::ParameterOutOfBounds)?;
    exchange.nominated[authority as usize] = who;
    if authority == Authority::Admin {
        exchange.admin_nominated_at = now()?;
    }
    emit!(AuthorityNominated { exchange: *exchange.address(), who, kind });
    Ok(())
}
