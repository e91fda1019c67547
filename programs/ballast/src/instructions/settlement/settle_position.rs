//! `settle_position`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    error::{BallastError, Logged},
    events::PositionSettled,
    instructions::{
        load::{market_and_book, now},
        trading::take_all_off_book,
    },
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Purpose, RiskError, margin};

/// Accounts of `settle_position`.
#[derive(Accounts)]
pub struct SettlePosition {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market of a settled instrument.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// The account whose position it is.
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

/// Runs `settle_position`: cancels the account's orders and turns its lots into what they pay. Possible in every pause state.
pub fn settle_position(ctx: &mut Context<SettlePosition>) -> Result<()> {
    let a = &mut ctx.accounts;
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let board = &a.board.board;
    let i = board.instrument(instrument).logged()?;
    let u = board.underlying(i.underlying).logged()?;
    if i.settled == 0 {
        return Err(RiskError::NotSettled { instrument }).logged();
    }
    require!(a.margin.portfolio.position(i).is_some(), BallastError::NothingToTransfer);
    let (market, mut book) = market_and_book(&mut a.market)?;
    let orders_cancelled = take_all_off_book(&mut book, &address, &mut a.margin.portfolio, i, u32::MAX, |_| true)?;
    let now = now()?;
    a.margin.portfolio.accrue(&board.interest, now).logged()?;
    let closed = a.margin.portfolio.close_settled(i, u).logged()?;
    // Nothing else that the account holds stops a settlement: an account that cannot be measured goes on owing what it owed.
    if let Ok(measured) = margin::check(board, &a.margin.portfolio, Purpose::Maintenance { now }) {
        a.margin.portfolio.note_owed(&measured);
    }
    market.book(&closed.filled).logged()?;
    market.invariant(i)?;
    a.margin.count_change()?;
    emit!(PositionSettled {
        margin: address,
        lots: closed.filled.before.get(),
        value: closed.value.get(),
        funding: closed.filled.settled.get(),
        orders_cancelled,
        instrument,
    });
    Ok(())
}
