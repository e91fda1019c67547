//! `open_surface`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    args::SurfaceArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, SURFACE_SEED},
    error::{BallastError, Logged},
    events::SurfaceOpened,
    instruction::tag,
    instructions::governance::timelock::{NO_SUBJECT, find_proposed},
    state::{DISCRIMINATOR_LEN, Exchange, RiskBoard, VolatilitySurface},
};
use anchor_lang::{create_account_signed, prelude::*};

/// Accounts of `open_surface`.
#[derive(Accounts)]
#[instruction(args: SurfaceArgs)]
pub struct OpenSurface {
    /// Pays for the surface.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The surface, made here.
    #[account(
        mut,
        seeds = [SURFACE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&args.underlying)],
        bump
    )]
    pub surface: UncheckedAccount,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `open_surface`.
pub fn open_surface(ctx: &mut Context<OpenSurface>, args: SurfaceArgs) -> Result<()> {
    let proposal =
        find_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::OPEN_SURFACE, &args)?;
    let bump = ctx.bumps.surface;
    let a = &mut ctx.accounts;
    a.board.board.underlying(args.underlying).logged()?;
    args.params.validate(a.exchange.timelock == 0).logged()?;

    let (exchange, underlying) = (*a.exchange.address(), args.underlying.to_le_bytes());
    let seeds: [&[u8]; 4] = [SURFACE_SEED, exchange.as_ref(), &underlying, &[bump]];
    let len = DISCRIMINATOR_LEN + core::mem::size_of::<VolatilitySurface>();
    create_account_signed(a.payer.account(), a.surface.account(), len, &crate::ID, &seeds)?;
    let mut view = *a.surface.account();
    let mut data = view.try_borrow_mut()?;
    let (head, body) = data.split_at_mut(DISCRIMINATOR_LEN);
    head.copy_from_slice(VolatilitySurface::DISCRIMINATOR);
    let made: &mut VolatilitySurface =
        bytemuck::try_from_bytes_mut(body).map_err(|_| ProgramError::InvalidAccountData)?;
    made.exchange = exchange;
    made.underlying = args.underlying;
    made.bump = bump;
    made.surface.params = args.params;
    emit!(SurfaceOpened { exchange, surface: *a.surface.address(), underlying: args.underlying });
    proposal.close()
}
