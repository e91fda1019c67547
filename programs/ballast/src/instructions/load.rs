//! Loading accounts that Anchor's types cannot express: the book behind a market's header, makers among the further
//! accounts, and copies of portfolios on the heap.

use crate::{
    constants::{MARGIN_SEED, MARKET_SEED},
    error::{BallastError, Logged},
    events::MarginCalled,
    state::{DISCRIMINATOR_LEN, MarginAccount, Market},
};
use alloc::boxed::Box;
use anchor_lang::{cpi::verify_program_address, prelude::*};
use ballast_book::BookMut;
use ballast_risk::{Board, Portfolio, Requirements};

/// The current time in seconds.
#[inline(always)]
pub fn now() -> Result<i64> {
    Ok(Clock::get()?.unix_timestamp)
}

/// A market's header and its book, to change. The market must have been loaded as mutable.
#[inline(always)]
pub fn market_and_book(market: &mut Account<Market>) -> Result<(&mut Market, BookMut<'_>)> {
    let mut view = *market.account();
    // SAFETY: the exclusive borrow of the typed account is held for as long as what is returned, and it was loaded as
    // mutable, so that nothing else refers to these bytes; account data lives as long as the instruction.
    let data: &mut [u8] = unsafe { core::slice::from_raw_parts_mut(view.data_mut_ptr(), view.data_len()) };
    let (head, book) = data.split_at_mut_checked(Market::BOOK_OFFSET).ok_or(BallastError::BookCorrupt)?;
    let market = bytemuck::try_from_bytes_mut(&mut head[DISCRIMINATOR_LEN..]).map_err(|_| BallastError::BookCorrupt)?;
    Ok((market, BookMut::from_bytes(book).logged()?))
}

/// A margin account among the further accounts: writable, of this program and exchange, at its own seeds.
pub fn margin_mut(mut view: AccountView, exchange: &Address) -> Result<&'static mut MarginAccount> {
    require!(view.is_writable(), ErrorCode::ConstraintMut);
    require!(view.owned_by(&crate::ID), ProgramError::IllegalOwner);
    let len = view.data_len();
    require!(len >= DISCRIMINATOR_LEN + core::mem::size_of::<MarginAccount>(), ProgramError::AccountDataTooSmall);
    // SAFETY: account data lives as long as the instruction; the caller refuses accounts that are passed in twice, and
    // Anchor those that are also declared, so this is the only reference to these bytes.
    let data: &'static mut [u8] = unsafe { core::slice::from_raw_parts_mut(view.data_mut_ptr(), len) };
    let (head, rest) = data.split_at_mut(DISCRIMINATOR_LEN);
    require!(head == MarginAccount::DISCRIMINATOR, ProgramError::InvalidAccountData);
    let margin: &mut MarginAccount = bytemuck::try_from_bytes_mut(&mut rest[..core::mem::size_of::<MarginAccount>()])
        .map_err(|_| ProgramError::InvalidAccountData)?;
    require!(margin.exchange == *exchange, BallastError::WrongExchange);
    let (sub_id, bump) = (margin.sub_id.to_le_bytes(), [margin.bump]);
    let seeds: [&[u8]; 5] = [MARGIN_SEED, exchange.as_ref(), margin.owner.as_ref(), &sub_id, &bump];
    verify_program_address(&seeds, &crate::ID, view.address())?;
    Ok(margin)
}

/// A market's header among the further accounts: writable, of this program and exchange, at the seeds of an instrument.
pub fn market_mut(view: AccountView, exchange: &Address, instrument: u16) -> Result<&'static mut Market> {
    let market = any_market_mut(view, exchange)?;
    require!(market.instrument == instrument, BallastError::WrongMarket);
    Ok(market)
}

/// As [`market_mut`], of whatever instrument the market is.
pub fn any_market_mut(mut view: AccountView, exchange: &Address) -> Result<&'static mut Market> {
    require!(view.is_writable(), ErrorCode::ConstraintMut);
    require!(view.owned_by(&crate::ID), ProgramError::IllegalOwner);
    let len = view.data_len();
    require!(len >= Market::BOOK_OFFSET, ProgramError::AccountDataTooSmall);
    // SAFETY: account data lives as long as the instruction; the caller loads each instrument once, and Anchor refuses
    // accounts that are also declared, so this is the only reference to these bytes.
    let data: &'static mut [u8] = unsafe { core::slice::from_raw_parts_mut(view.data_mut_ptr(), len) };
    let (head, rest) = data.split_at_mut(DISCRIMINATOR_LEN);
    require!(head == Market::DISCRIMINATOR, ProgramError::InvalidAccountData);
    let market: &mut Market = bytemuck::try_from_bytes_mut(&mut rest[..core::mem::size_of::<Market>()])
        .map_err(|_| ProgramError::InvalidAccountData)?;
    require!(market.exchange == *exchange, BallastError::WrongExchange);
    let (index, bump) = (market.instrument.to_le_bytes(), [market.bump]);
    let seeds: [&[u8]; 4] = [MARKET_SEED, exchange.as_ref(), &index, &bump];
    verify_program_address(&seeds, &crate::ID, view.address())?;
    Ok(market)
}

/// Calls for margin, by an event, where an account's equity is below its warning level.
pub fn call_for_margin(margin: &Address, board: &Board, r: &Requirements) -> Result<()> {
    if r.is_margin_call(&board.params).logged()? {
        emit!(MarginCalled { margin: *margin, equity: r.equity.get(), maintenance: r.maintenance.get() });
    }
    Ok(())
}

/// A copy on the heap. A portfolio is larger than a stack frame.
#[inline(always)]
pub fn boxed(portfolio: &Portfolio) -> Box<Portfolio> {
    let mut copy: Box<Portfolio> = bytemuck::allocation::zeroed_box();
    copy.as_mut().clone_from(portfolio);
    copy
}
