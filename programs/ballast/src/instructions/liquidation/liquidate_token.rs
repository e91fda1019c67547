//! `liquidate_token`

use super::parties::{Outcome, require_liquidator, settle};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::TokensLiquidated,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::liquidation::sell_tokens;

/// Accounts of `liquidate_token`.
#[derive(Accounts)]
pub struct LiquidateToken {
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
    /// The liquidator's account, which buys the tokens.
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

/// Runs `liquidate_token`. The tokens stay in the vault: what all accounts together deposited is as before.
pub fn liquidate_token(ctx: &mut Context<LiquidateToken>, token: u16, max_amount: u64) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    require_liquidator(&a.exchange, a.authority.address(), &a.liquidator, &a.margin, now)?;

    let (address, liquidator) = (*a.margin.address(), *a.liquidator.address());
    let board = &a.board.board;
    let underlying = board.token(token).logged()?.underlying;
    require!(a.liquidator.accepts_underlying(underlying), BallastError::OtherUnderlying);
    a.margin.portfolio.accrue(&board.interest, now).logged()?;
    a.liquidator.portfolio.accrue(&board.interest, now).logged()?;

    let sale = sell_tokens(board, &a.margin.portfolio, token, max_amount, now).logged()?;
    let required = sale.apply(board, token, &mut a.margin.portfolio, &mut a.liquidator.portfolio, now).logged()?;
    let outcome = Outcome { account: &sale.after, liquidator: &required, insurance: sale.insurance };
    let debt = settle(&mut a.treasury, &mut a.margin, &mut a.liquidator, &outcome, &board.interest, now)?;
    emit!(TokensLiquidated {
        margin: address,
        liquidator,
        amount: sale.amount,
        value: sale.value.get(),
        discount: sale.discount.get(),
        insurance: sale.insurance.get(),
        equity_before: sale.before.equity.get(),
        maintenance_before: sale.before.maintenance.get(),
        equity_after: sale.after.equity.get(),
        maintenance_after: sale.after.maintenance.get(),
        bad_debt: debt.paid.get(),
        uncovered: debt.uncovered.get(),
        token,
    });
    Ok(())
}
