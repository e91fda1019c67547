//! `wind_down_perpetual`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::PerpetualWoundDown,
    instruction::tag,
    instructions::{
        governance::timelock::{NO_SUBJECT, require_proposed},
        load::now,
    },
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;

/// Accounts of `wind_down_perpetual`.
#[derive(Accounts)]
pub struct WindDownPerpetual {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `wind_down_perpetual`. It cannot be undone.
///
/// The generation says which instrument is meant: the slot may have another by the time that the change is executed.
pub fn wind_down_perpetual(
    ctx: &mut Context<WindDownPerpetual>,
    instrument: u16,
    generation: u32,
    settles_at: i64,
) -> Result<()> {
    let args = (instrument, generation, settles_at);
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::WIND_DOWN_PERPETUAL, &args)?;
    let a = &mut ctx.accounts;
    let listed = a.board.board.instrument(instrument).logged()?;
    require!(generation == listed.generation, BallastError::ChangeDiffers);
    a.board.board.wind_down(instrument, settles_at, now()?).logged()?;
    emit!(PerpetualWoundDown { exchange: *a.exchange.address(), settles_at, instrument });
    Ok(())
}
