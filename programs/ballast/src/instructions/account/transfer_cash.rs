//! `transfer_cash`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::CashTransferred,
    instructions::load::{call_for_margin, now},
    state::{Exchange, MarginAccount, Permissions, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{QuoteNative, rule};

/// Accounts of `transfer_cash`.
#[derive(Accounts)]
pub struct TransferCash {
    /// The owner, or somebody who may transfer for both accounts.
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
    /// The giving account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            from.owner.as_ref(),
            bytemuck::bytes_of(&from.sub_id),
        ],
        bump = from.bump
    )]
    pub from: Account<MarginAccount>,
    /// The receiving account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            to.owner.as_ref(),
            bytemuck::bytes_of(&to.sub_id),
        ],
        bump = to.bump
    )]
    pub to: Account<MarginAccount>,
}

/// Runs `transfer_cash`. The giver must own the cash, and what it has left must cover initial margin without unrealised
/// profit, as after a withdrawal. So an account that may be liquidated gives nothing. The receiver is not checked: cash adds
/// one for one to every equity and to no requirement. A pause of withdrawals does not stop a transfer: nothing leaves the
/// exchange.
///
/// Both accounts are counted anew in the pool, as by a withdrawal and a deposit; otherwise the giver would still count as a
/// lender of cash that is gone. So interest is paid and collected on both sides too.
pub fn transfer_cash(ctx: &mut Context<TransferCash>, amount: u64) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    require_transferable(&a.from, &a.to, a.authority.address(), now)?;
    require!(amount > 0, BallastError::ZeroAmount);
    let amount = QuoteNative::new(i64::try_from(amount).map_err(|_| BallastError::Overflow)?);
    let (interest, lending) = (&a.board.board.interest, &mut a.treasury.lending);
    for margin in [&mut a.from, &mut a.to] {
        lending.settle(&mut margin.portfolio, interest, now).logged()?;
    }
    let cash = a.from.portfolio.cash;
    if amount > cash {
        msg!("cash: needed {}, had {}", amount.get(), cash.get());
        return Err(BallastError::WouldBorrow.into());
    }
    a.from.portfolio.cash = cash.minus(amount).logged()?;
    a.to.portfolio.receive(amount).logged()?;
    lending.collect(&mut a.to.portfolio).logged()?;
    let left = rule::require_withdrawable(&a.board.board, &a.from.portfolio, now).logged()?;
    a.from.portfolio.note_owed(&left);
    lending.register(&mut a.from.portfolio, left.own_cash, interest, now).logged()?;
    let own_cash = a.to.portfolio.known_own_cash().logged()?;
    lending.register(&mut a.to.portfolio, own_cash, interest, now).logged()?;
    call_for_margin(a.from.address(), &a.board.board, &left)?;
    a.from.count_change()?;
    a.to.count_change()?;
    emit!(CashTransferred {
        from: *a.from.address(),
        to: *a.to.address(),
        amount: amount.get(),
        from_cash: a.from.portfolio.cash.get(),
        to_cash: a.to.portfolio.cash.get(),
    });
    Ok(())
}

/// Requires that both accounts are of one owner and in the owner's hands, and that somebody may transfer for both.
pub(super) fn require_transferable(from: &MarginAccount, to: &MarginAccount, who: &Address, now: i64) -> Result<()> {
    require!(from.owner == to.owner, BallastError::DifferentOwners);
    let allowed = from.allows(who, Permissions::TRANSFER, now) && to.allows(who, Permissions::TRANSFER, now);
    require!(allowed, BallastError::Unauthorized);
    from.require_in_own_hands()?;
    to.require_in_own_hands()?;
    Ok(())
}
