//! `list_perpetual`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    args::PerpetualArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED, MAX_GROWTH},
    error::{BallastError, Logged},
    events::InstrumentListed,
    state::{DISCRIMINATOR_LEN, Exchange, Market, RiskBoard},
};
use anchor_lang::{create_account_signed, prelude::*};
use ballast_risk::{Instrument, Kind, Lots, Ppm, QuoteNative, Units};
use bytemuck::Zeroable;

/// Accounts of `list_perpetual`.
#[derive(Accounts)]
#[instruction(args: PerpetualArgs)]
pub struct ListPerpetual {
    /// Pays for the market.
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
    /// The market, made here.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&args.instrument)],
        bump
    )]
    pub market: UncheckedAccount,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `list_perpetual`.
pub fn list_perpetual(ctx: &mut Context<ListPerpetual>, args: PerpetualArgs) -> Result<()> {
    let bump = ctx.bumps.market;
    let a = &mut ctx.accounts;
    let generation = add_instrument(&mut a.board, &args)?;
    require!((1..=1 << 55).contains(&args.open_interest_cap), BallastError::ParameterOutOfBounds);

    let (exchange, instrument) = (*a.exchange.address(), args.instrument.to_le_bytes());
    let seeds: [&[u8]; 4] = [MARKET_SEED, exchange.as_ref(), &instrument, &[bump]];
    create_account_signed(a.payer.account(), a.market.account(), MAX_GROWTH, &crate::ID, &seeds)?;
    let mut view = *a.market.account();
    let mut data = view.try_borrow_mut()?;
    let (head, book) = data.split_at_mut(Market::BOOK_OFFSET);
    let mut market = Market::zeroed();
    market.exchange = exchange;
    market.open_interest_cap = Lots(args.open_interest_cap);
    market.generation = generation;
    market.instrument = args.instrument;
    market.bump = bump;
    head[..DISCRIMINATOR_LEN].copy_from_slice(Market::DISCRIMINATOR);
    head[DISCRIMINATOR_LEN..].copy_from_slice(bytemuck::bytes_of(&market));
    ballast_book::init(book).logged()?;

    emit!(InstrumentListed {
        exchange,
        market: *a.market.address(),
        name: args.name,
        instrument: u32::from(args.instrument),
        underlying: u32::from(args.underlying),
    });
    Ok(())
}

/// Writes the instrument into its slot, and into its underlying's chain of linear instruments; returns its generation.
fn add_instrument(board: &mut RiskBoard, args: &PerpetualArgs) -> Result<u32> {
    let board = &mut board.board;
    let slot = board.instruments.get_mut(usize::from(args.instrument)).ok_or(BallastError::NotListed)?;
    require!(!slot.is_listed(), BallastError::AlreadyExists);
    let generation = slot.generation.checked_add(1).ok_or(BallastError::Overflow)?;
    let u = board.underlyings.get_mut(usize::from(args.underlying)).filter(|u| u.is_listed());
    let u = u.ok_or(BallastError::NotListed)?;

    *slot = Instrument {
        name: args.name,
        lot_units: Units(args.lot_units),
        tick_value: QuoteNative(args.tick_value),
        max_position: Lots(args.max_position),
        generation,
        underlying: args.underlying,
        index: args.instrument,
        next_linear: u.first_linear,
        kind: Kind::Perpetual as u8,
        price_band: Ppm(args.price_band),
        min_order_value: QuoteNative(args.min_order_value),
        ..Instrument::zeroed()
    };
    slot.validate(u).logged()?;
    u.first_linear = args.instrument.checked_add(1).ok_or(BallastError::Overflow)?;
    if u.price > 0 {
        board.reprice(args.underlying).logged()?;
    }
    Ok(generation)
}
