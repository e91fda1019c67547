//! `view_margin`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED},
    error::{BallastError, Logged},
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard},
    view::{MarginView, UnderlyingView, VIEW_PAGE},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;
use ballast_risk::{Purpose, margin};

/// Accounts of `view_margin`.
#[derive(Accounts)]
pub struct ViewMargin {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account.
    #[account(
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `view_margin`.
pub fn view_margin(ctx: &mut Context<ViewMargin>, first_underlying: u16) -> Result<()> {
    let board = &ctx.accounts.board.board;
    let portfolio = &ctx.accounts.margin.portfolio;
    let purpose = Purpose::Maintenance { now: now()? };

    let mut page = Vec::with_capacity(VIEW_PAGE);
    let mut shown = Ok(());
    let mut seen = 0u16;
    let totals = margin::breakdown(board, portfolio, purpose, |u, risk| {
        // At most 32 underlyings and 8 tokens.
        let place = seen;
        seen += 1;
        if place >= first_underlying && page.len() < VIEW_PAGE {
            match UnderlyingView::new(u, risk) {
                Ok(view) => page.push(view),
                Err(e) => shown = Err(e),
            }
        }
    })
    .logged()?;
    shown.logged()?;
    let end = first_underlying.checked_add(page.len() as u16).ok_or(BallastError::Overflow)?;
    let next = if end < seen { end } else { 0 };
    let interest = portfolio.interest_due(&board.interest, purpose.now()).logged()?;
    let head = MarginView::new(&totals, interest, purpose.now(), page.len() as u16, next);
    let mut data = Vec::with_capacity(core::mem::size_of::<MarginView>() + core::mem::size_of_val(page.as_slice()));
    data.extend_from_slice(bytemuck::bytes_of(&head));
    data.extend_from_slice(bytemuck::cast_slice(&page));
    pinocchio::cpi::set_return_data(&data);
    Ok(())
}
