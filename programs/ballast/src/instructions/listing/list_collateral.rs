//! `list_collateral`

use crate::{
    args::CollateralArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, VAULT_SEED},
    error::{BallastError, Logged},
    events::CollateralListed,
    instruction::tag,
    instructions::{
        governance::timelock::find_proposed,
        mint::plain_mint_decimals,
        token::{self, TokenPrograms},
    },
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::Token as CollateralToken;

/// Accounts of `list_collateral`.
#[derive(Accounts)]
pub struct ListCollateral {
    /// Pays for the vault.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The token's mint.
    pub mint: UncheckedAccount,
    /// The token's vault, made here.
    #[account(mut, seeds = [VAULT_SEED, exchange.address().as_ref(), mint.address().as_ref()], bump)]
    pub vault: UncheckedAccount,
    /// The program of the mint: the SPL token program or Token-2022.
    pub token_program: Interface<'static, TokenPrograms>,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `list_collateral`.
pub fn list_collateral(ctx: &mut Context<ListCollateral>, args: CollateralArgs) -> Result<()> {
    let mint = *ctx.accounts.mint.address();
    let proposal = find_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, mint, tag::LIST_COLLATERAL, &args)?;
    let a = &mut ctx.accounts;
    let exchange = *a.exchange.address();
    require!(mint != a.exchange.quote_mint, BallastError::WrongMint);
    let decimals = plain_mint_decimals(a.mint.account())?;
    token::require_program_of(a.mint.account(), a.token_program.address())?;
    let u = a.board.board.underlying(args.underlying).logged()?;
    let atoms_per_unit = CollateralToken::atoms_per_unit(decimals, u.unit_exponent).logged()?;
    let tokens = &mut a.board.board.tokens;
    require!(!tokens.iter().any(|t| t.is_listed() && t.mint == mint.to_bytes()), BallastError::AlreadyExists);
    let index = tokens.iter().position(|t| !t.is_listed()).ok_or(BallastError::NoFreeSlot)?;

    let listed = CollateralToken {
        vault: a.vault.address().to_bytes(),
        mint: mint.to_bytes(),
        name: args.name,
        atoms_per_unit,
        params: args.params,
        underlying: args.underlying,
        listed: 1,
        decimals,
        reserved: [0; 9],
    };
    listed.validate().logged()?;
    tokens[index] = listed;

    let seeds: [&[u8]; 4] = [VAULT_SEED, exchange.as_ref(), mint.as_ref(), &[ctx.bumps.vault]];
    token::create_vault(a.payer.account(), a.vault.account(), a.mint.account(), &exchange, &seeds)?;
    emit!(CollateralListed { exchange, mint, token: index as u16, underlying: args.underlying });
    proposal.close()
}
