//! `wind_down_seized`

use super::parties::require_liquidations;
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    error::Logged,
    events::PerpetualWoundDown,
    instructions::load::now,
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{
    Lots, RiskError,
    liquidation::{measure, require_untaken},
    settlement::LEAST_NOTICE,
};

/// Accounts of `wind_down_seized`.
#[derive(Accounts)]
pub struct WindDownSeized {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market of the perpetual.
    #[account(
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// The seized account.
    #[account(
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

/// Runs `wind_down_seized`: nobody took in a day, at the full budget, what a seized account holds of a perpetual, so that the
/// perpetual ends at the next time of settlement that is at least a day ahead. Anything with an expiry ends by itself.
pub fn wind_down_seized(ctx: &mut Context<WindDownSeized>) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    // What nobody can take while liquidations are paused is not what nobody wants.
    require_liquidations(&a.exchange)?;
    let (board, instrument) = (&mut a.board.board, a.market.instrument);
    let i = board.instrument(instrument).logged()?;
    let p = a.margin.portfolio.position(i);
    let p = p.ok_or(RiskError::WindDownNotDue { lots: 0, seconds: -1 }).logged()?;
    let side = if p.lots > Lots::ZERO { a.market.open_interest_long } else { a.market.open_interest_short };
    let mut episode = a.margin.episode;
    episode.resume(a.exchange.liquidations_open_since);
    require_untaken(board, &episode, p, side, now).logged()?;
    let found = measure(board, &a.margin.portfolio, now).logged()?;
    if !episode.may_be_sold(&board.params, &episode.net(&found.required).logged()?).logged()? {
        // Nobody may take it, whatever they want.
        let (lots, seconds) = (p.lots.get(), now.saturating_sub(episode.seized_at));
        return Err(RiskError::WindDownNotDue { lots, seconds }).logged();
    }
    let settles_at = board.params.settlement_from(now.saturating_add(LEAST_NOTICE)).logged()?;
    board.wind_down(instrument, settles_at, now).logged()?;
    emit!(PerpetualWoundDown { exchange: *a.exchange.address(), settles_at, instrument });
    Ok(())
}
