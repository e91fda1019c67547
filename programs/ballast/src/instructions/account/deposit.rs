//! `deposit`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::Deposited,
    instructions::{
        load::{boxed, now},
        token::{self, TokenPrograms},
    },
    state::{Exchange, MarginAccount, Pause, Permissions, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{Board, QuoteNative, rule};

/// Accounts of `deposit`.
#[derive(Accounts)]
pub struct Deposit {
    /// Owns the source.
    pub depositor: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account to deposit into.
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
    /// Token account to take from.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// The quote vault or a collateral token's vault: says what is deposited.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// The program of the vault: the SPL token program or Token-2022.
    pub token_program: Interface<'static, TokenPrograms>,
}

/// What a vault holds.
pub(crate) enum Asset {
    /// The quote currency.
    Quote,
    /// A collateral token, by its index on the board.
    Token(u16),
}

impl Asset {
    /// The asset of a vault.
    pub(crate) fn of_vault(vault: &Address, exchange: &Exchange, board: &Board) -> Result<Self> {
        if *vault == exchange.quote_vault {
            return Ok(Self::Quote);
        }
        let vault = vault.to_bytes();
        let index = board.tokens.iter().position(|t| t.is_listed() && t.vault == vault);
        Ok(Self::Token(index.ok_or(BallastError::WrongVault)? as u16))
    }
}

/// Runs `deposit`.
///
/// Anyone may give cash to any account: it adds equity one for one. A token also adds risk, haircut and charges, and takes
/// one of eight slots. So only the owner or a delegate deposits tokens, and the account is checked.
pub fn deposit(ctx: &mut Context<Deposit>, amount: u64) -> Result<()> {
    let a = &mut ctx.accounts;
    require!(amount > 0, BallastError::ZeroAmount);
    require!(!a.exchange.pause.contains(Pause::DEPOSIT), BallastError::Paused);

    let now = now()?;
    let interest = &a.board.board.interest;
    let lending = &mut a.treasury.lending;
    let mut settled = lending.settle(&mut a.margin.portfolio, interest, now).logged()?;
    let (own_cash, mint, balance) = match Asset::of_vault(a.vault.address(), &a.exchange, &a.board.board)? {
        Asset::Quote => {
            a.treasury.quote_window.deposit(amount, now).logged()?;
            let amount = QuoteNative::new(i64::try_from(amount).map_err(|_| BallastError::Overflow)?);
            let p = &mut a.margin.portfolio;
            p.receive(amount).logged()?;
            a.treasury.quote_deposits = a.treasury.quote_deposits.plus(amount).logged()?;
            let collected = a.treasury.lending.collect(p).logged()?;
            settled.collected = settled.collected.plus(collected).logged()?;
            (p.known_own_cash().logged()?, a.exchange.quote_mint, p.cash.get())
        }
        Asset::Token(index) => {
            let board = &a.board.board;
            let terms = board.token(index).logged()?;
            let u = board.underlying(terms.underlying).logged()?;
            let allowed = a.margin.allows(a.depositor.address(), Permissions::TRADE, now);
            require!(allowed, BallastError::Unauthorized);
            require!(a.margin.accepts_underlying(terms.underlying), BallastError::OtherUnderlying);
            let total = &mut a.treasury.token_deposits[usize::from(index)];
            let after = total.checked_add(amount).ok_or(BallastError::Overflow)?;
            if after > terms.params.deposit_limit {
                msg!("deposits would be {}, limit {}", after, terms.params.deposit_limit);
                return Err(BallastError::DepositLimit.into());
            }
            *total = after;
            a.treasury.token_windows[usize::from(index)].deposit(amount, now).logged()?;
            let before = boxed(&a.margin.portfolio);
            a.margin.portfolio.credit(index, terms, u, amount).logged()?;
            let measured = rule::require_after_token_deposit(board, &before, &a.margin.portfolio, now).logged()?;
            a.margin.portfolio.note_owed(&measured);
            let balance = a.margin.portfolio.balance(index) as i64;
            (measured.own_cash, Address::new_from_array(terms.mint), balance)
        }
    };
    a.margin.register(&mut a.treasury.lending, own_cash, &a.board.board.interest, now).logged()?;
    a.margin.count_change()?;
    token::require_program_of(a.vault.account(), a.token_program.address())?;
    token::transfer_in(a.source.account(), a.vault.account(), a.depositor.account(), amount)?;
    emit!(Deposited {
        margin: *a.margin.address(),
        mint,
        amount,
        balance,
        interest_earned: settled.earned.get(),
        interest_paid: settled.collected.get()
    });
    Ok(())
}
