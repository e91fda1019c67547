//! `initialize_exchange`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    args::{ExchangeArgs, FeeArgs, MarginArgs},
    constants::{BOARD_SEED, EXCHANGE_SEED, MAX_GROWTH, TREASURY_SEED, VAULT_SEED},
    error::{BallastError, Named, require_within},
    events::ExchangeInitialized,
    instructions::{load::now, mint, token},
    state::{DISCRIMINATOR_LEN, Exchange, RiskBoard, Treasury},
};
use anchor_lang::{create_account_signed, prelude::*};
use ballast_risk::{MarginParams, Ppm, QuoteNative, bounds, scenario};

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
    let params = margin_params(&args.margin);
    params.validate().named(bounds::margin::ALL)?;
    require_within(&bounds::exchange::TIMELOCK, args.timelock)?;
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
    set_fees(&mut a.exchange, &args.fees)?;
    a.exchange.quote_decimals = QUOTE_DECIMALS;
    a.exchange.bump = ctx.bumps.exchange;
    a.exchange.invariant()?;
    a.treasury.exchange = exchange;
    a.treasury.bump = ctx.bumps.treasury;

    let mint = *a.quote_mint.address();
    let seeds: [&[u8]; 4] = [VAULT_SEED, exchange.as_ref(), mint.as_ref(), &[ctx.bumps.quote_vault]];
    token::create_vault(a.payer.account(), a.quote_vault.account(), a.quote_mint.account(), &exchange, &seeds)?;
    create_board(a, &exchange, ctx.bumps.board, &params)?;

    emit!(ExchangeInitialized { exchange, admin: *a.admin.address(), id: args.id });
    Ok(())
}

/// Writes fees that are inside their hard bounds.
pub fn set_fees(exchange: &mut Exchange, fees: &FeeArgs) -> Result<()> {
    require_within(&bounds::exchange::TAKER_FEE, fees.taker_fee_ppm)?;
    require_within(&bounds::exchange::MAKER_FEE, fees.maker_fee_ppm)?;
    require_within(&bounds::exchange::BLOCK_FEE, fees.block_fee_ppm)?;
    require_within(&bounds::exchange::MAKER_PENALTY_RATE, fees.maker_penalty_ppm)?;
    require_within(&bounds::exchange::MAKER_PENALTY, fees.maker_penalty)?;
    // A rebate is paid out of the taker fee, and no maker pays more than a taker.
    require!(fees.maker_fee_ppm.unsigned_abs() <= fees.taker_fee_ppm, BallastError::ParameterOutOfBounds);
    exchange.taker_fee_ppm = fees.taker_fee_ppm;
    exchange.maker_fee_ppm = fees.maker_fee_ppm;
    exchange.block_fee_ppm = fees.block_fee_ppm;
    exchange.maker_penalty_ppm = fees.maker_penalty_ppm;
    exchange.maker_penalty = QuoteNative::new(fees.maker_penalty);
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

/// The margin parameters that arguments name.
pub fn margin_params(args: &MarginArgs) -> MarginParams {
    MarginParams {
        initial_ratio: Ppm::new(args.initial_ratio),
        liquidation_buffer: Ppm::new(args.liquidation_buffer),
        discount_base: Ppm::new(args.discount_base),
        discount_max: Ppm::new(args.discount_max),
        discount_of_freed: Ppm::new(args.discount_of_freed),
        insurance_share: Ppm::new(args.insurance_share),
        dust_value: QuoteNative::new(args.dust_value),
        warning_buffer: Ppm::new(args.warning_buffer),
        reserved: [0; 7],
    }
}
