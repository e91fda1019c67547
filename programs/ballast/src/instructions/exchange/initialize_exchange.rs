//! `initialize_exchange`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    args::ExchangeArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MAX_GROWTH, TREASURY_SEED, VAULT_SEED},
    error::{BallastError, Logged},
    events::ExchangeInitialized,
    instructions::{load::now, mint, token},
    state::{DISCRIMINATOR_LEN, Exchange, RiskBoard, Treasury},
};
use anchor_lang::{create_account_signed, prelude::*};
use ballast_risk::{ExchangeParams, MarginParams, Parameters, scenario};

/// Accounts of `initialize_exchange`.
#[derive(Accounts)]
#[instruction(args: ExchangeArgs)]
pub struct InitializeExchange {
    /// Pays for the accounts.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// Becomes the admin.
    pub admin: Signer,
    /// The exchange.
    #[account(init, payer = payer, seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&args.id)], bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(init, payer = payer, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump)]
    pub treasury: Account<Treasury>,
    /// Its risk board, made here and completed by `grow_board`.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump)]
    pub board: UncheckedAccount,
    /// Mint of the quote currency, 6 decimals.
    pub quote_mint: UncheckedAccount,
    /// The quote vault, made here.
    #[account(mut, seeds = [VAULT_SEED, exchange.address().as_ref(), quote_mint.address().as_ref()], bump)]
    pub quote_vault: UncheckedAccount,
    /// SPL token program.
    pub token_program: Program<Token>,
    /// System program.
    pub system_program: Program<System>,
}

/// Decimals of the quote currency: every amount of the model counts in 1e-6.
const QUOTE_DECIMALS: u8 = 6;

/// Runs `initialize_exchange`.
pub fn initialize_exchange(ctx: &mut Context<InitializeExchange>, args: ExchangeArgs) -> Result<()> {
    args.margin.validate().logged()?;
    args.fees.validate().logged()?;
    ExchangeParams { timelock: args.timelock }.validate_bounds().logged()?;
    require!(mint::mint_decimals(ctx.accounts.quote_mint.account())? == QUOTE_DECIMALS, BallastError::WrongMint);

    let exchange = *ctx.accounts.exchange.address();
    let a = &mut ctx.accounts;
    a.exchange.admin = *a.admin.address();
    a.exchange.pause_authority = Address::new_from_array(args.pause_authority);
    a.exchange.quote_mint = *a.quote_mint.address();
    a.exchange.quote_vault = *a.quote_vault.address();
    a.exchange.id = args.id;
    a.exchange.risk_authority = Address::new_from_array(args.risk_authority);
    a.exchange.timelock = args.timelock;
    a.exchange.withdrawals_open_since = now()?;
    a.exchange.fees = args.fees;
    a.exchange.quote_decimals = QUOTE_DECIMALS;
    a.exchange.bump = ctx.bumps.exchange;
    a.exchange.invariant()?;
    a.treasury.exchange = exchange;
    a.treasury.bump = ctx.bumps.treasury;

    let mint = *a.quote_mint.address();
    let seeds: [&[u8]; 4] = [VAULT_SEED, exchange.as_ref(), mint.as_ref(), &[ctx.bumps.quote_vault]];
    token::create_vault(a.payer.account(), a.quote_vault.account(), a.quote_mint.account(), &exchange, &seeds)?;
    create_board(a, &exchange, ctx.bumps.board, &args.margin)?;

    emit!(ExchangeInitialized { exchange, admin: *a.admin.address(), id: args.id });
    Ok(())
}

/// Makes the first part of the board and writes what is known of it, but no discriminator.
fn create_board(a: &InitializeExchange, exchange: &Address, bump: u8, params: &MarginParams) -> Result<()> {
    let seeds: [&[u8]; 3] = [BOARD_SEED, exchange.as_ref(), &[bump]];
    create_account_signed(a.payer.account(), a.board.account(), MAX_GROWTH, &crate::ID, &seeds)?;
    let mut view = *a.board.account();
    let mut data = view.try_borrow_mut()?;
    let mut write = |offset: usize, bytes: &[u8]| {
        let start = DISCRIMINATOR_LEN + offset;
        data[start..start + bytes.len()].copy_from_slice(bytes);
    };
    write(core::mem::offset_of!(RiskBoard, exchange), exchange.as_ref());
    write(core::mem::offset_of!(RiskBoard, bump), &[bump]);
    let board = core::mem::offset_of!(RiskBoard, board);
    write(board + core::mem::offset_of!(ballast_risk::Board, params), bytemuck::bytes_of(params));
    write(board + core::mem::offset_of!(ballast_risk::Board, scenarios), bytemuck::bytes_of(&scenario::SPAN));
    Ok(())
}
