//! Permissionless cranks of prices and markets.

use super::{build, payer, read, write};
use crate::{SYSTEM_PROGRAM, pda::Exchange};
use ballast::{
    constants::{MAX_GROWTH, MIN_MARKET_LEN},
    instruction::tag,
};
use solana_address::Address;
use solana_instruction::Instruction;

/// `grow_market`
pub fn grow_market(e: &Exchange, from: &Address, instrument: u16) -> Instruction {
    let accounts = vec![payer(from), read(&e.address), write(&e.market(instrument)), read(&SYSTEM_PROGRAM)];
    build(tag::GROW_MARKET, accounts, &())
}

/// `grow_market`, so many times as a market needs that was just listed before orders may rest in it.
pub fn complete_market(e: &Exchange, from: &Address, instrument: u16) -> Vec<Instruction> {
    vec![grow_market(e, from, instrument); MIN_MARKET_LEN.div_ceil(MAX_GROWTH) - 1]
}

/// The accounts that show an underlying's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The underlying.
    pub underlying: u16,
    /// An account of its first feed.
    pub first: Address,
    /// The account of its second feed, where it has one.
    pub second: Option<Address>,
}

/// `refresh_underlyings`
pub fn refresh_underlyings(e: &Exchange, list: &[Shown]) -> Instruction {
    let mut accounts = vec![read(&e.address), write(&e.board)];
    for shown in list {
        accounts.push(read(&shown.first));
        accounts.extend(shown.second.as_ref().map(read));
    }
    let underlyings: Vec<u16> = list.iter().map(|shown| shown.underlying).collect();
    build(tag::REFRESH_UNDERLYINGS, accounts, &underlyings)
}

/// `refresh_underlyings` of one underlying without a second source.
pub fn refresh_underlying(e: &Exchange, price_update: &Address, underlying: u16) -> Instruction {
    refresh_underlying_from(e, price_update, None, underlying)
}

/// `refresh_underlyings` of one underlying.
pub fn refresh_underlying_from(
    e: &Exchange,
    price_update: &Address,
    second: Option<&Address>,
    underlying: u16,
) -> Instruction {
    refresh_underlyings(e, &[Shown { underlying, first: *price_update, second: second.copied() }])
}

/// `sweep`
pub fn sweep(e: &Exchange, instrument: u16) -> Instruction {
    let accounts = vec![read(&e.address), write(&e.treasury), write(&e.board), write(&e.market(instrument))];
    build(tag::SWEEP, accounts, &())
}

/// `refresh_options`: instruments of one underlying in ascending order.
pub fn refresh_options(e: &Exchange, underlying: u16, instruments: &[u16]) -> Instruction {
    let accounts = vec![read(&e.address), write(&e.board), read(&e.surface(underlying))];
    build(tag::REFRESH_OPTIONS, accounts, &instruments)
}

/// `sample_market`
pub fn sample_market(e: &Exchange, instrument: u16) -> Instruction {
    build(tag::SAMPLE_MARKET, vec![read(&e.address), write(&e.board), write(&e.market(instrument))], &())
}
