//! Liquidation and bad debt.

use super::{build, read, signer, write};
use crate::pda::Exchange;
use ballast::{args::LiquidateArgs, instruction::tag};
use solana_address::Address;
use solana_instruction::Instruction;
use std::collections::BTreeSet;

/// `liquidate`: the positions in some instruments, in any order, and the tokens that the arguments name.
pub fn liquidate(
    e: &Exchange,
    authority: &Address,
    liquidator: &Address,
    margin: &Address,
    instruments: &[u16],
    args: &LiquidateArgs,
) -> Instruction {
    let mut accounts =
        vec![signer(authority), read(&e.address), write(&e.treasury), read(&e.board), write(margin), write(liquidator)];
    let instruments: BTreeSet<u16> = instruments.iter().copied().collect();
    accounts.extend(instruments.into_iter().map(|i| write(&e.market(i))));
    build(tag::LIQUIDATE, accounts, args)
}

/// `cancel_liquidatable_orders`
pub fn cancel_liquidatable_orders(e: &Exchange, margin: &Address, instrument: u16) -> Instruction {
    let accounts = vec![read(&e.address), read(&e.board), write(&e.market(instrument)), write(margin)];
    build(tag::CANCEL_LIQUIDATABLE_ORDERS, accounts, &())
}

/// `resolve_bad_debt`, with the markets of the episode's legs that still trade, see [`crate::margin::sharing_markets`]; without
/// any only the insurance fund pays.
pub fn resolve_bad_debt(e: &Exchange, margin: &Address, markets: &[u16]) -> Instruction {
    let mut accounts = vec![read(&e.address), write(&e.treasury), write(&e.board), write(margin)];
    accounts.extend(markets.iter().map(|i| write(&e.market(*i))));
    build(tag::RESOLVE_BAD_DEBT, accounts, &())
}

/// `give_notice`
pub fn give_notice(e: &Exchange, margin: &Address) -> Instruction {
    build(tag::GIVE_NOTICE, vec![read(&e.address), read(&e.board), write(margin)], &())
}

/// `seize`
pub fn seize(e: &Exchange, margin: &Address) -> Instruction {
    build(tag::SEIZE, vec![read(&e.address), write(&e.treasury), read(&e.board), write(margin)], &())
}

/// `release`
pub fn release(e: &Exchange, margin: &Address) -> Instruction {
    build(tag::RELEASE, vec![read(&e.address), write(&e.treasury), read(&e.board), write(margin)], &())
}

/// `wind_down_seized`
pub fn wind_down_seized(e: &Exchange, margin: &Address, instrument: u16) -> Instruction {
    let accounts = vec![read(&e.address), write(&e.board), read(&e.market(instrument)), read(margin)];
    build(tag::WIND_DOWN_SEIZED, accounts, &())
}

/// `liquidate_on_book`: `makers` are the margin accounts whose orders it may meet.
pub fn liquidate_on_book(
    e: &Exchange,
    authority: &Address,
    liquidator: &Address,
    margin: &Address,
    instrument: u16,
    makers: &[Address],
    max_lots: i64,
) -> Instruction {
    let mut accounts = vec![
        signer(authority),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(&e.market(instrument)),
        write(margin),
        write(liquidator),
    ];
    accounts.extend(makers.iter().map(write));
    build(tag::LIQUIDATE_ON_BOOK, accounts, &max_lots)
}
