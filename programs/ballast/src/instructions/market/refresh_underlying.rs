//! `refresh_underlying`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::UnderlyingRefreshed,
    instructions::load::now,
    oracle::{OraclePrice, pyth, to_board_price},
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Underlying, math::mul_div_floor};

/// Accounts of `refresh_underlying`.
#[derive(Accounts)]
pub struct RefreshUnderlying {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// Pyth price update of the underlying's feed.
    pub price_update: UncheckedAccount,
}

/// Runs `refresh_underlying`. The same price update again changes nothing.
pub fn refresh_underlying(ctx: &mut Context<RefreshUnderlying>, underlying: u16) -> Result<()> {
    let board = &mut ctx.accounts.board.board;
    let view = ctx.accounts.price_update.account();
    let u = board.underlying_mut(underlying).logged()?;
    let published = pyth::parse(view.owner(), &view.try_borrow()?, &u.feed_id)?;
    if published.publish_time == u.publish_time {
        return Ok(());
    }
    guard(u, &published, now()?)?;
    let price = to_board_price(published.price, published.exponent, u).logged()?;
    let confidence = i64::try_from(published.confidence).map_err(|_| BallastError::OracleTooUncertain)?;
    let confidence = to_board_price(confidence, published.exponent, u).logged()?;
    require!(price > 0, BallastError::OraclePriceNotPositive);
    if price > u.max_price {
        msg!("price {}, bound {}", price, u.max_price);
        return Err(BallastError::OraclePriceTooHigh.into());
    }
    u.publish(price, confidence, published.publish_time).logged()?;
    let stable_price = u.stable_price;
    board.reprice(underlying).logged()?;
    emit!(UnderlyingRefreshed {
        exchange: *ctx.accounts.exchange.address(),
        price,
        stable_price,
        publish_time: published.publish_time,
        underlying: u64::from(underlying),
    });
    Ok(())
}

/// What a price must satisfy to be put on the board, beside being a price of the feed.
fn guard(u: &Underlying, p: &OraclePrice, now: i64) -> Result<()> {
    if p.publish_time > now {
        msg!("published {}, now {}", p.publish_time, now);
        return Err(BallastError::OracleFuture.into());
    }
    if p.publish_time < u.publish_time {
        msg!("published {}, on the board {}", p.publish_time, u.publish_time);
        return Err(BallastError::OracleBackwards.into());
    }
    // A price nobody could trade on is not worth its write.
    let age = now.checked_sub(p.publish_time).ok_or(BallastError::Overflow)?;
    if age > i64::from(u.params.max_age) {
        msg!("price is {} s old, limit {} s", age, u.params.max_age);
        return Err(BallastError::OracleStale.into());
    }
    let widest = mul_div_floor(p.price, i64::from(u.params.max_confidence.0), 1_000_000).logged()?;
    if i64::try_from(p.confidence).map_or(true, |c| c > widest) {
        msg!("confidence {}, limit {}", p.confidence, widest);
        return Err(BallastError::OracleTooUncertain.into());
    }
    Ok(())
}
