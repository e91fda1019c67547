//! `set_withdrawal_limit`

use super::timelock::{NO_SUBJECT, require_proposed};
use crate::{
    args::{QUOTE_TOKEN, WithdrawalLimitArgs},
    constants::{BOARD_SEED, EXCHANGE_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::WithdrawalLimitSet,
    instruction::tag,
    instructions::load::now,
    state::{Exchange, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;

/// Accounts of `set_withdrawal_limit`.
#[derive(Accounts)]
pub struct SetWithdrawalLimit {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board, which says what tokens there are.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
}

/// Runs `set_withdrawal_limit`. What has flowed out goes on counting.
pub fn set_withdrawal_limit(ctx: &mut Context<SetWithdrawalLimit>, args: WithdrawalLimitArgs) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::SET_WITHDRAWAL_LIMIT, &args)?;
    let now = now()?;
    let a = &mut ctx.accounts;
    let treasury = &mut *a.treasury;
    let (mint, window) = if args.token == QUOTE_TOKEN {
        (a.exchange.quote_mint, &mut treasury.quote_window)
    } else {
        let mint = Address::new_from_array(a.board.board.token(args.token).logged()?.mint);
        let window = treasury.token_windows.get_mut(usize::from(args.token)).ok_or(BallastError::NotListed)?;
        (mint, window)
    };
    window.set(args.params, now).logged()?;
    emit!(WithdrawalLimitSet { exchange: *a.exchange.address(), mint, params: args.params, token: args.token });
    Ok(())
}
