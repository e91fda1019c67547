//! `give_notice`

use super::parties::require_liquidations;
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED},
    error::Logged,
    events,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{
    RiskError,
    liquidation::{Noticed, measure},
};

/// Accounts of `give_notice`.
#[derive(Accounts)]
pub struct GiveNotice {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `give_notice`: begins or confirms a notice where equity is below maintenance, and ends the episode of an account that has
/// reached the buffer. In between there is nothing to say, and it is refused.
pub fn give_notice(ctx: &mut Context<GiveNotice>) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    require_liquidations(&a.exchange)?;
    a.margin.require_in_own_hands()?;
    a.margin.episode.resume(a.exchange.liquidations_open_since);
    let board = &a.board.board;
    let found = measure(board, &a.margin.portfolio, now).logged()?.required;
    let (equity, maintenance) = (found.equity.get(), found.maintenance.get());
    if a.margin.episode.notice(&board.params, &found, now).logged()? == Noticed::Unchanged {
        return Err(RiskError::NotLiquidatable { equity, maintenance }).logged();
    }
    a.margin.count_change()?;
    emit!(events::Noticed {
        margin: *a.margin.address(),
        equity,
        maintenance,
        noticed_at: a.margin.episode.noticed_at
    });
    Ok(())
}
