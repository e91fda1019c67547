//! `change_margin`

use super::timelock::{NO_SUBJECT, require_proposed};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::MarginChanged,
    instruction::tag,
    instructions::load::now,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::MarginParams;

/// Accounts of the instructions by which the admin changes the board alone.
#[derive(Accounts)]
pub struct ChangeBoard {
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

/// Runs `change_margin`. Nothing of it is part of maintenance margin: nobody is liquidated by it.
pub fn change_margin(ctx: &mut Context<ChangeBoard>, args: MarginParams) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::CHANGE_MARGIN, &args)?;
    ctx.accounts.board.board.change_margin(&args).logged()?;
    ctx.accounts.board.note_change(&ctx.accounts.exchange, now()?);
    emit!(MarginChanged { exchange: *ctx.accounts.exchange.address(), params: args });
    Ok(())
}
