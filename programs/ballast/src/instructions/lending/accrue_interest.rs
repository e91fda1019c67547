//! `accrue_interest`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::InterestAccrued,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{Portfolio, Purpose, QuoteNative, margin};

/// Accounts of `accrue_interest`.
#[derive(Accounts)]
pub struct AccrueInterest {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// Any account.
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
}

/// Runs `accrue_interest`: brings an account's interest up to date and counts anew what it lends and owes, at the last prices.
pub fn accrue_interest(ctx: &mut Context<AccrueInterest>) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    let (board, lending) = (&a.board.board, &mut a.treasury.lending);
    let p = &mut a.margin.portfolio;
    let before = interest_state(p);
    let settled = lending.settle(p, &board.interest, now).logged()?;
    let measured = margin::check(board, p, Purpose::Maintenance { now }).logged()?;
    p.note_owed(&measured);
    a.margin.register(lending, measured.own_cash, &board.interest, now).logged()?;
    let p = &a.margin.portfolio;
    require!(interest_state(p) != before, BallastError::NothingToAccrue);
    let (accrued, lent, owed) = (p.accrued_interest.get(), p.lent.get(), p.owed.get());
    a.margin.count_change()?;
    emit!(InterestAccrued {
        margin: *a.margin.address(),
        earned: settled.earned.get(),
        paid: settled.collected.get(),
        accrued,
        lent,
        owed,
    });
    Ok(())
}

/// What the instruction may change that matters to anybody.
fn interest_state(p: &Portfolio) -> [QuoteNative; 6] {
    [p.cash, p.accrued_interest, p.owed, p.owed_registered, p.lent, p.lend_candidate]
}
