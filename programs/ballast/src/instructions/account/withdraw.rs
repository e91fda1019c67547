//! `withdraw`

use super::deposit::Asset;
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::Withdrawn,
    instructions::{
        load::{call_for_margin, now},
        token::{self, TokenPrograms},
    },
    state::{Exchange, MarginAccount, Pause, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{QuoteNative, rule};

/// Accounts of `withdraw`.
#[derive(Accounts)]
pub struct Withdraw {
    /// The owner. A delegate cannot withdraw.
    #[account(address = margin.owner @ BallastError::Unauthorized)]
    pub owner: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account to withdraw from.
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
    /// The vault to take from: says what is withdrawn.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// Token account to pay to.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The program of the vault: the SPL token program or Token-2022.
    pub token_program: Interface<'static, TokenPrograms>,
}

/// Runs `withdraw`.
pub fn withdraw(ctx: &mut Context<Withdraw>, amount: u64) -> Result<()> {
    let a = &mut ctx.accounts;
    require!(amount > 0, BallastError::ZeroAmount);
    require!(!a.exchange.pause.contains(Pause::WITHDRAW), BallastError::Paused);
    a.margin.require_in_own_hands()?;

    let asset = Asset::of_vault(a.vault.address(), &a.exchange, &a.board.board)?;
    require!(a.destination.address() != a.vault.address(), BallastError::DuplicateAccount);
    let held = token::amount(a.vault.account())?;
    if held < amount {
        msg!("vault: needed {}, had {}", amount, held);
        return Err(BallastError::InsufficientVault.into());
    }
    let now = now()?;
    let interest = &a.board.board.interest;
    let settled = a.treasury.lending.settle(&mut a.margin.portfolio, interest, now).logged()?;
    let (mint, balance) = match asset {
        Asset::Quote => {
            a.treasury.quote_window.withdraw(amount, now).logged()?;
            let amount = QuoteNative::new(i64::try_from(amount).map_err(|_| BallastError::Overflow)?);
            let cash = a.margin.portfolio.cash;
            if amount > cash && interest.params.max_utilisation.is_zero() {
                msg!("cash: needed {}, had {}", amount.get(), cash.get());
                return Err(BallastError::WouldBorrow.into());
            }
            a.margin.portfolio.cash = cash.minus(amount).logged()?;
            a.treasury.quote_deposits = a.treasury.quote_deposits.minus(amount).logged()?;
            (a.exchange.quote_mint, a.margin.portfolio.cash.get())
        }
        Asset::Token(index) => {
            let mint = a.board.board.token(index).logged()?.mint;
            a.margin.portfolio.debit(index, amount).logged()?;
            let total = &mut a.treasury.token_deposits[usize::from(index)];
            *total = total.checked_sub(amount).ok_or(BallastError::InsufficientVault)?;
            a.treasury.token_windows[usize::from(index)].withdraw(amount, now).logged()?;
            (Address::new_from_array(mint), a.margin.portfolio.balance(index) as i64)
        }
    };
    let left = rule::require_withdrawable(&a.board.board, &a.margin.portfolio, now).logged()?;
    a.margin.portfolio.note_owed(&left);
    a.treasury.lending.register(&mut a.margin.portfolio, left.own_cash, interest, now).logged()?;
    // An account that owes after taking cash borrowed it. Without borrowing it took only cash that was there.
    let borrows = matches!(asset, Asset::Quote) && !left.owed().is_zero();
    if borrows && !interest.params.max_utilisation.is_zero() {
        a.treasury.lending.require_lendable(&interest.params).logged()?;
    }
    call_for_margin(a.margin.address(), &a.board.board, &left)?;
    a.margin.count_change()?;
    token::require_program_of(a.vault.account(), a.token_program.address())?;
    token::transfer_out(a.vault.account(), a.destination.account(), &a.exchange, amount)?;
    emit!(Withdrawn {
        margin: *a.margin.address(),
        mint,
        amount,
        balance,
        interest_earned: settled.earned.get(),
        interest_paid: settled.collected.get()
    });
    Ok(())
}
