//! What the listing of every kind of instrument does: a slot on the board, and a market.

use crate::{
    args::InstrumentArgs,
    constants::{MARKET_SEED, MAX_GROWTH},
    error::{BallastError, Logged},
    events::InstrumentListed,
    state::{DISCRIMINATOR_LEN, Market},
};
use anchor_lang::{create_account_signed, prelude::*};
use ballast_risk::{Board, Instrument, Kind, Ticks, UnitPrice};
use bytemuck::Zeroable;

/// Longest life of a contract: three years, the domain of the option model.
const MAX_LIFE: i64 = 3 * 365 * 86_400;

/// What distinguishes the kinds of instruments.
pub struct Contract {
    /// Kind.
    pub kind: Kind,
    /// Expiry; 0 for a perpetual.
    pub expiry: i64,
    /// Strike; 0 for what is not an option.
    pub strike: i64,
}

impl Contract {
    /// Checks that the expiry is a whole minute in the future, at most three years away.
    pub fn require_expiry(&self, now: i64) -> Result<()> {
        let life = self.expiry.checked_sub(now).ok_or(BallastError::BadExpiry)?;
        if life <= 0 || life > MAX_LIFE || self.expiry % 60 != 0 {
            msg!("expiry {}, now {}", self.expiry, now);
            return Err(BallastError::BadExpiry.into());
        }
        Ok(())
    }
}

/// Writes the instrument into its slot and, if it is linear, into its underlying's chain; returns its generation.
pub fn add_instrument(board: &mut Board, args: &InstrumentArgs, contract: &Contract) -> Result<u32> {
    if contract.expiry != 0 {
        board.await_settlement(contract.expiry).logged()?;
    }
    let slot = board.instruments.get_mut(usize::from(args.instrument)).ok_or(BallastError::NotListed)?;
    require!(!slot.is_listed(), BallastError::AlreadyExists);
    let generation = slot.generation.checked_add(1).ok_or(BallastError::Overflow)?;
    let u = board.underlyings.get_mut(usize::from(args.underlying)).filter(|u| u.is_listed());
    let u = u.ok_or(BallastError::NotListed)?;

    *slot = Instrument {
        name: args.name,
        lot_units: args.terms.lot_units,
        tick_value: args.terms.tick_value,
        expiry: contract.expiry,
        generation,
        underlying: args.underlying,
        index: args.instrument,
        kind: contract.kind as u8,
        limits: args.limits,
        strike: Ticks::new(contract.strike),
        delta_units: args.terms.lot_units,
        settles_at: contract.expiry,
        funding: args.funding,
        ..Instrument::zeroed()
    };
    slot.validate(u).logged()?;
    let linear = !slot.is_option();
    if linear {
        slot.next_linear = u.first_linear;
        u.first_linear = args.instrument.checked_add(1).ok_or(BallastError::Overflow)?;
    }
    let priced = u.price > UnitPrice::ZERO;
    board.join_fixing(args.instrument).logged()?;
    if linear {
        board.require_basis_covered(args.underlying).logged()?;
    }
    if linear && priced {
        board.reprice(args.underlying).logged()?;
    }
    Ok(generation)
}

/// Makes the market of a listed instrument, with an empty book.
pub fn create_market(
    payer: &AccountView,
    market: &AccountView,
    bump: u8,
    exchange: &Address,
    args: &InstrumentArgs,
    generation: u32,
) -> Result<()> {
    let instrument = args.instrument.to_le_bytes();
    let seeds: [&[u8]; 4] = [MARKET_SEED, exchange.as_ref(), &instrument, &[bump]];
    create_account_signed(payer, market, MAX_GROWTH, &crate::ID, &seeds)?;
    let mut view = *market;
    let mut data = view.try_borrow_mut()?;
    let (head, book) = data.split_at_mut(Market::BOOK_OFFSET);
    let mut made = Market::zeroed();
    made.exchange = *exchange;
    made.generation = generation;
    made.instrument = args.instrument;
    made.bump = bump;
    head[..DISCRIMINATOR_LEN].copy_from_slice(Market::DISCRIMINATOR);
    head[DISCRIMINATOR_LEN..].copy_from_slice(bytemuck::bytes_of(&made));
    ballast_book::init(book).logged()?;

    emit!(InstrumentListed {
        exchange: *exchange,
        market: *market.address(),
        name: args.name,
        instrument: args.instrument,
        underlying: args.underlying,
    });
    Ok(())
}
