//! `delist`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::InstrumentDelisted,
    instructions::load::market_and_book,
    state::{Exchange, Market, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_book::Side;

/// Accounts of `delist`.
#[derive(Accounts)]
pub struct Delist {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury, which takes what is left in the market.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market of a settled instrument, empty.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump,
        close = admin
    )]
    pub market: Account<Market>,
    /// The exchange's admin, who gets the rent.
    #[account(mut, address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: UncheckedAccount,
}

/// Runs `delist`: sweeps the market, frees the instrument's slot for the next generation, and closes the market.
pub fn delist(ctx: &mut Context<Delist>) -> Result<()> {
    let a = &mut ctx.accounts;
    let (address, instrument) = (*a.market.address(), a.market.instrument);
    let generation = a.market.generation;
    let (market, book) = market_and_book(&mut a.market)?;
    let empty = market.open_interest_long.is_zero()
        && market.open_interest_short.is_zero()
        && Side::BOTH.iter().all(|side| book.view().is_empty(*side));
    a.board.board.delist(instrument).logged()?;
    require!(empty, BallastError::PositionsLeft);
    let swept = market.take_unswept()?;
    a.treasury.fees = a.treasury.fees.plus(swept).logged()?;
    emit!(InstrumentDelisted {
        exchange: *a.exchange.address(),
        market: address,
        swept: swept.get(),
        instrument,
        generation,
    });
    Ok(())
}
