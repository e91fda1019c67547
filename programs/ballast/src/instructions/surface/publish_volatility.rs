//! `publish_volatility`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, SURFACE_SEED},
    error::Logged,
    events::VolatilityPublished,
    instructions::load::now,
    state::{Exchange, RiskBoard, VolatilitySurface},
};
use anchor_lang::prelude::*;
use ballast_risk::{Purpose, Smile};

/// Accounts of `publish_volatility`.
#[derive(Accounts)]
pub struct PublishVolatility {
    /// A publisher of the surface.
    pub publisher: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board: the price from which the smile's moneyness counts.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The surface.
    #[account(
        mut,
        seeds = [SURFACE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&surface.underlying)],
        bump = surface.bump
    )]
    pub surface: Account<VolatilitySurface>,
}

/// Runs `publish_volatility`.
pub fn publish_volatility(ctx: &mut Context<PublishVolatility>, expiry: i64, smile: Smile) -> Result<()> {
    let a = &mut ctx.accounts;
    let now = now()?;
    // One publisher is enough while an exchange is being set up, and no longer.
    a.surface.surface.params.validate(a.exchange.timelock == 0).logged()?;
    let u = a.board.board.underlying(a.surface.underlying).logged()?;
    // A smile counts from this price, which must not be a suspect one.
    Purpose::NewRisk { now }.require(u).logged()?;
    let publisher = a.publisher.address().to_bytes();
    let count = a.surface.surface.publish(&publisher, expiry, smile, u.price.get(), now).logged()?;
    let made = a.surface.surface.expiry(expiry).logged()?;
    emit!(VolatilityPublished {
        surface: *a.surface.address(),
        publisher: *a.publisher.address(),
        expiry,
        level: made.smile.level.get(),
        skew: made.smile.skew,
        curvature: made.smile.curvature,
        publishers: count,
    });
    Ok(())
}
