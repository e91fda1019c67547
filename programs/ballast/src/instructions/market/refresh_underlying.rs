//! `refresh_underlying`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, LATE_SAMPLE_MAX_AGE, SECOND_SOURCE_MAX_AGE, SECOND_SOURCE_STANDS_IN_AFTER},
    error::{BallastError, Logged},
    events::UnderlyingRefreshed,
    instructions::load::now,
    oracle::{self, OraclePrice, to_board_price},
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Print, Underlying, UnitPrice, guard::SecondPrice};

/// Accounts of `refresh_underlying`. The account of the second source follows where the underlying has one.
#[derive(Accounts)]
pub struct RefreshUnderlying {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// Account of the underlying's first feed.
    pub price_update: UncheckedAccount,
}

/// Runs `refresh_underlying`. The same price update again changes nothing.
///
/// The second source, where there is one, is compared with the first, and stands in for it when the first is too old and the
/// board has heard nothing for a minute. A print that is no newer than the board, and the sample of a bucket of the
/// variance, goes into the variance alone.
pub fn refresh_underlying(ctx: &mut Context<RefreshUnderlying>, underlying: u16) -> Result<()> {
    let further = ctx.remaining_accounts()?;
    let now = now()?;
    let board = &mut ctx.accounts.board.board;
    let u = board.underlying_mut(underlying).logged()?;
    let first = oracle::read_account(&u.first, ctx.accounts.price_update.account())?;
    let second = second_source(u, further.first(), now)?;
    if is_late_sample(u, &first, now)? {
        let print = to_print(&first, u)?;
        return u.sample_late(&print).logged();
    }
    let (published, stands_in) = match second {
        // What stands in is no sample, whenever the print before it was: the variance is that of one feed.
        Some(second) if is_stale(u, &first, now)? && is_due(u, now)? => {
            (OraclePrice { previous_publish_time: second.publish_time, ..second }, true)
        }
        _ => (first, false),
    };
    if published.publish_time == u.publish_time {
        return Ok(());
    }
    guard(u, &published, now)?;
    let print = to_print(&published, u)?;
    if stands_in {
        u.publish_second(&print).logged()?;
    } else {
        let compared = second.map(|second| SecondPrice {
            // A price that does not fit is as far off as can be: it diverges, and has no veto.
            price: to_board_price(second.price, second.exponent, u).unwrap_or(i64::MAX),
            publish_time: second.publish_time,
        });
        u.publish(&print, compared).logged()?;
    }
    let stable_price = u.stable_price;
    board.reprice(underlying).logged()?;
    emit!(UnderlyingRefreshed {
        exchange: *ctx.accounts.exchange.address(),
        price: print.price.get(),
        stable_price: stable_price.get(),
        publish_time: print.publish_time,
        underlying: u64::from(underlying),
    });
    Ok(())
}

/// The second source's price, if the underlying has one and it is good and recent. A source that fell silent, or that
/// shows nothing usable, neither vetoes nor stands in; which account it is is pinned, so that nobody chooses it.
fn second_source(u: &Underlying, account: Option<&AccountView>, now: i64) -> Result<Option<OraclePrice>> {
    if u.second.is_none() {
        return Ok(None);
    }
    let view = account.ok_or(BallastError::SecondSourceMissing)?;
    require!(view.address().to_bytes() == u.second.account, BallastError::OracleWrongFeed);
    let price = oracle::read(&u.second, view.owner(), &view.try_borrow()?).ok();
    let recent =
        |p: &OraclePrice| now.checked_sub(p.publish_time).is_some_and(|age| (0..=SECOND_SOURCE_MAX_AGE).contains(&age));
    Ok(price.filter(recent))
}

/// True if a price is older than new risk allows.
fn is_stale(u: &Underlying, p: &OraclePrice, now: i64) -> Result<bool> {
    let age = now.checked_sub(p.publish_time).ok_or(BallastError::Overflow)?;
    Ok(age > i64::from(u.params.max_age))
}

/// True if the price on the board is so old that another source may stand in.
fn is_due(u: &Underlying, now: i64) -> Result<bool> {
    let age = now.checked_sub(u.publish_time).ok_or(BallastError::Overflow)?;
    Ok(age > SECOND_SOURCE_STANDS_IN_AFTER.max(u.params.max_age.into()))
}

/// True if a print that is no newer than the board is the sample that the variance still lacks.
fn is_late_sample(u: &Underlying, p: &OraclePrice, now: i64) -> Result<bool> {
    let age = now.checked_sub(p.publish_time).ok_or(BallastError::Overflow)?;
    let recent = (0..=LATE_SAMPLE_MAX_AGE).contains(&age) && p.publish_time <= u.publish_time;
    Ok(recent && u.range.wants(p.publish_time, p.previous_publish_time))
}

/// A source's price at the board's scale. Refuses what is not positive there, or above the underlying's hard bound.
pub(crate) fn to_print(p: &OraclePrice, u: &Underlying) -> Result<Print> {
    let price = to_board_price(p.price, p.exponent, u).logged()?;
    require!(price > 0, BallastError::OraclePriceNotPositive);
    if price > u.max_price.get() {
        msg!("price {}, bound {}", price, u.max_price);
        return Err(BallastError::OraclePriceTooHigh.into());
    }
    // An interval beyond any price is as wide as can be, and the guard says so.
    let confidence = i64::try_from(p.confidence).unwrap_or(i64::MAX);
    let confidence = to_board_price(confidence, p.exponent, u).unwrap_or(i64::MAX);
    Ok(Print {
        price: UnitPrice::new(price),
        confidence: UnitPrice::new(confidence),
        publish_time: p.publish_time,
        previous_publish_time: p.previous_publish_time,
    })
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
    if is_stale(u, p, now)? {
        msg!("price published {}, now {}, limit {} s", p.publish_time, now, u.params.max_age);
        return Err(BallastError::OracleStale.into());
    }
    Ok(())
}
