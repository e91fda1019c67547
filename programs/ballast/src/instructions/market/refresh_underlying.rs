//! `refresh_underlying`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::UnderlyingRefreshed,
    instructions::load::now,
    oracle,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Feed, OraclePrice, Published, Quotes};

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

/// Runs `refresh_underlying`, by the rules of [`ballast_risk::publish`]. The same price update again changes nothing.
pub fn refresh_underlying(ctx: &mut Context<RefreshUnderlying>, underlying: u16) -> Result<()> {
    let further = ctx.remaining_accounts()?;
    let now = now()?;
    let board = &mut ctx.accounts.board.board;
    let u = board.underlying(underlying).logged()?;
    let first = oracle::read_account(&u.first, ctx.accounts.price_update.account())?;
    let second = second_price(&u.second, further.first())?;
    let published = board.publish(underlying, &Quotes { first, second }, now).logged()?;
    if let Published::Price { print, stable_price, .. } = published {
        emit!(UnderlyingRefreshed {
            exchange: *ctx.accounts.exchange.address(),
            price: print.price.get(),
            stable_price: stable_price.get(),
            publish_time: print.publish_time,
            underlying,
        });
    }
    Ok(())
}

/// The second feed's price, if there is such a feed and it shows one. A feed that shows nothing usable neither vetoes nor stands
/// in; which account it is is pinned, so that nobody chooses it.
fn second_price(feed: &Feed, account: Option<&AccountView>) -> Result<Option<OraclePrice>> {
    if feed.is_none() {
        return Ok(None);
    }
    let view = account.ok_or(BallastError::SecondSourceMissing)?;
    require!(view.address().to_bytes() == feed.account, BallastError::OracleWrongFeed);
    Ok(oracle::read(feed, view.owner(), &view.try_borrow()?).ok())
}
