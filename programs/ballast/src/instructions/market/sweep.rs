//! `sweep`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::Swept,
    state::{Exchange, Market, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::Lots;

/// Accounts of `sweep`.
#[derive(Accounts)]
pub struct Sweep {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board, which learns the market's open interest.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
}

/// Runs `sweep`.
pub fn sweep(ctx: &mut Context<Sweep>) -> Result<()> {
    let a = &mut ctx.accounts;
    let i = a.board.board.instrument(a.market.instrument).logged()?;
    a.market.invariant(i)?;
    let fees = a.market.take_unswept()?;
    // What is settled is a risk no more.
    let open = if i.settled == 0 { a.market.open_interest_long.max(a.market.open_interest_short) } else { Lots::ZERO };
    let (open_interest, reported) = (open, i.open_interest);
    require!(!fees.is_zero() || open_interest != reported, BallastError::NothingToSweep);
    a.board.board.report_open_interest(a.market.instrument, open_interest).logged()?;
    a.treasury.fees = a.treasury.fees.plus(fees).logged()?;
    emit!(Swept { market: *a.market.address(), fees: fees.get() });
    Ok(())
}
