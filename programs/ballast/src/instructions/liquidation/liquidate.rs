//! `liquidate`

use super::parties::{Outcome, require_liquidator, settle};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::Liquidated,
    instructions::{
        load::{boxed, market_and_book, now},
        trading::take_all_off_book,
    },
    state::{Exchange, MarginAccount, Market, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{Lots, liquidation::take_over};

/// Accounts of `liquidate`.
#[derive(Accounts)]
pub struct Liquidate {
    /// The liquidator: owner, or a delegate who may liquidate, of the liquidator's account.
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
    /// The liquidator's account, which takes the position over.
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

/// Runs `liquidate`.
pub fn liquidate(ctx: &mut Context<Liquidate>, max_lots: i64) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    require_liquidator(&a.exchange, a.authority.address(), &a.liquidator, &a.margin, now)?;
    require!(max_lots > 0, BallastError::NothingToLiquidate);

    let (address, liquidator) = (*a.margin.address(), *a.liquidator.address());
    let board = &a.board.board;
    let i = board.instrument(a.market.instrument).logged()?;
    require!(a.liquidator.accepts_underlying(i.underlying), BallastError::OtherUnderlying);
    let (market, mut book) = market_and_book(&mut a.market)?;
    a.margin.portfolio.accrue(&board.interest, now).logged()?;
    a.liquidator.portfolio.accrue(&board.interest, now).logged()?;

    // Orders carry no maintenance margin, so that cancelling them does not change whether the account is liquidatable.
    let orders_cancelled = take_all_off_book(&mut book, &address, &mut a.margin.portfolio, i, u32::MAX, |_| true)?;
    let mut scratch = boxed(&a.margin.portfolio);
    let taken = take_over(board, &mut scratch, i, Lots::new(max_lots), now).logged()?;

    let moved = taken.apply(board, i, &mut a.margin.portfolio, &mut a.liquidator.portfolio, now).logged()?;
    for filled in [&moved.account, &moved.liquidator] {
        market.book(filled).logged()?;
    }
    market.invariant(i)?;
    let value =
        if moved.account.before > Lots::ZERO { taken.mark_value } else { taken.mark_value.negated().logged()? };
    a.margin.episode.record(i, value).logged()?;
    let outcome = Outcome { account: &taken.after, liquidator: &moved.required, insurance: taken.insurance };
    let debt = settle(&mut a.treasury, &mut a.margin, &mut a.liquidator, &outcome, &board.interest, now)?;
    emit!(Liquidated {
        margin: address,
        liquidator,
        lots: taken.fill.lots.negated().logged()?.get(),
        mark_value: taken.mark_value.get(),
        discount: taken.discount.get(),
        insurance: taken.insurance.get(),
        equity_before: taken.before.equity.get(),
        maintenance_before: taken.before.maintenance.get(),
        equity_after: taken.after.equity.get(),
        maintenance_after: taken.after.maintenance.get(),
        bad_debt: debt.paid.get(),
        uncovered: debt.uncovered.get(),
        orders_cancelled,
        instrument: i.index,
    });
    Ok(())
}
