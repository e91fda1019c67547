//! `update_interest`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, TREASURY_SEED},
    error::Logged,
    events::InterestUpdated,
    instructions::load::now,
    state::{Exchange, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;

/// Accounts of `update_interest`.
#[derive(Accounts)]
pub struct UpdateInterest {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `update_interest`: ends the epoch if its time is over, and sets the borrow rate.
pub fn update_interest(ctx: &mut Context<UpdateInterest>) -> Result<()> {
    let a = &mut ctx.accounts;
    let interest = &mut a.board.board.interest;
    let division = a.treasury.lending.update(interest, now()?).logged()?;
    a.treasury.fees = a.treasury.fees.plus(division.reserve).logged()?;
    emit!(InterestUpdated {
        exchange: *a.exchange.address(),
        borrow_index: interest.borrow_index,
        borrow_rate: interest.borrow_rate,
        lend_index: interest.lend_index,
        given: division.given.get(),
        reserve: division.reserve.get(),
        lent: a.treasury.lending.lent.get(),
        owed: a.treasury.lending.owed.get(),
        epoch: u64::from(interest.epoch),
    });
    Ok(())
}
