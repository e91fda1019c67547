//! `refresh_options`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MAX_REFRESHED, SURFACE_SEED},
    error::{BallastError, Logged},
    events::OptionsRefreshed,
    instructions::load::now,
    state::{Exchange, RiskBoard, VolatilitySurface},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;
use core::cmp::Ordering;

/// Accounts of `refresh_options`.
#[derive(Accounts)]
pub struct RefreshOptions {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The volatility surface of the options' underlying.
    #[account(
        seeds = [SURFACE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&surface.underlying)],
        bump = surface.bump
    )]
    pub surface: Account<VolatilitySurface>,
}

/// Runs `refresh_options`: prices every option of the list at the board's present price. The same call again changes nothing.
pub fn refresh_options(ctx: &mut Context<RefreshOptions>, instruments: Vec<u16>) -> Result<()> {
    let a = &mut ctx.accounts;
    let now = now()?;
    require_ascending(&instruments)?;
    let underlying = a.surface.underlying;
    let board = &mut a.board.board;
    let u = board.underlying(underlying).logged()?;
    u.require_fresh(now).logged()?;
    let price = u.price;
    for index in &instruments {
        let i = board.instrument(*index).logged()?;
        require!(i.underlying == underlying, BallastError::WrongSurface);
    }
    board.refresh_options(underlying, &a.surface.surface, instruments.iter().copied(), now).logged()?;
    emit!(OptionsRefreshed {
        exchange: *a.exchange.address(),
        price: price.get(),
        underlying,
        count: instruments.len() as u32,
    });
    Ok(())
}

/// Checks that a list is neither empty nor too long, and strictly ascending.
pub(crate) fn require_ascending(instruments: &[u16]) -> Result<()> {
    require!((1..=MAX_REFRESHED).contains(&instruments.len()), BallastError::TooManyInstruments);
    for pair in instruments.windows(2) {
        match pair[0].cmp(&pair[1]) {
            Ordering::Less => {}
            Ordering::Equal => return Err(BallastError::DuplicateInstrument.into()),
            Ordering::Greater => return Err(BallastError::UnsortedInstruments.into()),
        }
    }
    Ok(())
}
