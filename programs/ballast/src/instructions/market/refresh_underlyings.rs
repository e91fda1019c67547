//! `refresh_underlyings`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::UnderlyingRefreshed,
    instructions::load::now,
    oracle,
    state::{Exchange, RiskBoard},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;
use ballast_risk::{Feed, OraclePrice, Published, Quotes};

/// Accounts of `refresh_underlyings`. The accounts of the feeds follow: of each underlying in the order of the list that of the first
/// feed, and that of the second where it has one.
#[derive(Accounts)]
pub struct RefreshUnderlyings {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `refresh_underlyings`, by the rules of [`ballast_risk::publish`]: all of the list or nothing. The same price updates again
/// change nothing.
pub fn refresh_underlyings(ctx: &mut Context<RefreshUnderlyings>, underlyings: Vec<u16>) -> Result<()> {
    let further = ctx.remaining_accounts()?;
    let mut feeds = further.iter();
    let now = now()?;
    let exchange = *ctx.accounts.exchange.address();
    let board = &mut ctx.accounts.board.board;
    for underlying in underlyings {
        let u = board.underlying(underlying).logged()?;
        let first = feeds.next().ok_or(BallastError::FirstSourceMissing)?;
        let first = oracle::read_account(&u.first, first)?;
        let second = if u.second.is_none() { None } else { second_price(&u.second, feeds.next())? };
        let published = board.publish(underlying, &Quotes { first, second }, now).logged()?;
        if let Published::Price { print, stable_price, .. } = published {
            emit!(UnderlyingRefreshed {
                exchange,
                price: print.price.get(),
                stable_price: stable_price.get(),
                publish_time: print.publish_time,
                underlying,
            });
        }
    }
    Ok(())
}

/// The second feed's price, if it shows one. A feed that shows nothing usable neither vetoes nor stands in; which account it is is
/// pinned, so that nobody chooses it.
fn second_price(feed: &Feed, account: Option<&AccountView>) -> Result<Option<OraclePrice>> {
    let view = account.ok_or(BallastError::SecondSourceMissing)?;
    require!(view.address().to_bytes() == feed.account, BallastError::OracleWrongFeed);
    Ok(oracle::read(feed, view.owner(), &view.try_borrow()?).ok())
}
