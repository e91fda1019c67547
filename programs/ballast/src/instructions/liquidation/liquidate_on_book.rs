//! `liquidate_on_book`

use super::parties::{Outcome, require_liquidator, settle};
use crate::{
    args::{OrderKind, SelfTrade},
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::LiquidatedOnBook,
    instructions::{
        admission::admit_order,
        load::{market_and_book, now},
        trading::{Incoming, Matcher, Venue},
    },
    state::{Exchange, MarginAccount, Market, RiskBoard, Treasury},
};
use alloc::boxed::Box;
use anchor_lang::prelude::*;
use ballast_book::Side;
use ballast_risk::{
    Lots, Purpose,
    guard::UnderlyingSet,
    liquidation::{Payment, Workspace, close_on_book},
    margin,
};
use core::mem::take;

/// Accounts of `liquidate_on_book`. The makers' margin accounts follow as further accounts, writable.
#[derive(Accounts)]
pub struct LiquidateOnBook {
    /// The caller: owner, or a delegate who may liquidate, of the account that is paid.
    pub authority: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market of the position.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// The account below maintenance.
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
    /// The caller's account, which is paid the reward and takes nothing over.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            liquidator.owner.as_ref(),
            bytemuck::bytes_of(&liquidator.sub_id),
        ],
        bump = liquidator.bump
    )]
    pub liquidator: Account<MarginAccount>,
}

/// Runs `liquidate_on_book`.
pub fn liquidate_on_book(ctx: &mut Context<LiquidateOnBook>, max_lots: i64) -> Result<()> {
    let now = now()?;
    let makers = ctx.remaining_accounts()?;
    let a = &mut ctx.accounts;
    require_liquidator(&a.exchange, a.authority.address(), &a.liquidator, &a.margin, now)?;
    a.margin.require_in_own_hands()?;
    a.margin.episode.resume(a.exchange.liquidations_open_since);
    require!(max_lots > 0, BallastError::NothingToLiquidate);

    let (address, liquidator, exchange) = (*a.margin.address(), *a.liquidator.address(), *a.exchange.address());
    let board = &a.board.board;
    let i = board.instrument(a.market.instrument).logged()?;
    let u = board.underlying(i.underlying).logged()?;
    admit_order(&a.exchange, &a.margin, i, u, true, now)?;
    let (market, book) = market_and_book(&mut a.market)?;
    a.margin.portfolio.accrue(&board.interest, now).logged()?;
    a.liquidator.portfolio.accrue(&board.interest, now).logged()?;

    let most = Lots::new(max_lots).min(market.book_window.room(i, u, now).logged()?);
    let mut room: Box<Workspace> = bytemuck::allocation::zeroed_box();
    let fee = a.exchange.fees.taker_fee;
    let MarginAccount { portfolio, episode, .. } = &mut *a.margin;
    let close = close_on_book(board, portfolio, episode, i, most, fee, now, &mut room).logged()?;

    let venue = Venue { exchange: &a.exchange, board, i, u, now };
    let mut matcher = Matcher::new(venue, &exchange, market, book, a.authority.address(), &makers)?;
    let order = Incoming {
        side: close.side,
        kind: OrderKind::ImmediateOrCancel,
        // Orders of the account itself do not stand in the way.
        self_trade: SelfTrade::CancelMaker,
        is_forced: true,
        reduce_only: true,
        price: close.price,
        lots: close.lots,
        client_id: 0,
        expires_at: 0,
        // The caller, who chooses the makers, must not choose worse prices for the account.
    };
    let matched = matcher.run(&mut a.margin, &address, &order)?;
    if matched.fills == 0 {
        msg!("limit {} ticks, {} lots", close.price.get(), close.lots.get());
        return Err(BallastError::NoFill.into());
    }
    matcher.require_market()?;
    let (fills, penalties) = (take(&mut matcher.fills), take(&mut matcher.penalties));
    market.book_window.count(i, u, matched.lots, now).logged()?;

    let MarginAccount { portfolio, episode, .. } = &mut *a.margin;
    let closed = close.judge(board, portfolio, episode, matched.penalties, &room).logged()?;
    let (from, to) = (&mut a.margin.portfolio, &mut a.liquidator.portfolio);
    from.cash = from.cash.minus(closed.reward).logged()?;
    to.cash = to.cash.plus(closed.reward).logged()?;

    let lots = if close.side == Side::Ask { matched.lots } else { matched.lots.negated().logged()? };
    let mark_value = (lots * i.mark_at(u, now)).to_native_floor(u.scale());
    a.margin.episode.record(board, i.index, lots, now).logged()?;
    // The caller only receives, whatever it holds.
    let required = margin::check(board, &a.liquidator.portfolio, Purpose::Maintenance { now }).logged()?;
    // Makers and the reward are paid already, and nothing comes of a budget.
    let (payment, moved) = (Payment::default(), UnderlyingSet::one(u.index));
    let outcome = Outcome { account: &closed.after, liquidator: &required, payment: &payment, moved };
    let debt = settle(&mut a.treasury, &mut a.margin, &mut a.liquidator, &outcome, board, now)?;
    emit!(LiquidatedOnBook {
        margin: address,
        liquidator,
        instrument: i.index,
        makers_cancelled: matched.makers_cancelled,
        price: close.price.get(),
        lots: lots.get(),
        mark_value: mark_value.get(),
        value: matched.value.get(),
        fee: matched.fee.get(),
        discount: closed.discount.get(),
        reward: closed.reward.get(),
        equity_before: close.before.equity.get(),
        maintenance_before: close.before.maintenance.get(),
        equity_after: closed.after.equity.get(),
        maintenance_after: closed.after.maintenance.get(),
        bad_debt: debt.paid.get(),
        uncovered: debt.uncovered.get(),
        fills,
        penalties,
    });
    Ok(())
}
