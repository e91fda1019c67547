//! Liquidation and bad debt.

use super::{build, read, signer, write};
use crate::pda::Exchange;
use ballast::instruction::tag;
use solana_address::Address;
use solana_instruction::Instruction;

/// `liquidate`
pub fn liquidate(
    e: &Exchange,
    authority: &Address,
    liquidator: &Address,
    margin: &Address,
    instrument: u16,
    max_lots: i64,
) -> Instruction {
    let accounts = vec![
        signer(authority),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(&e.market(instrument)),
        write(margin),
        write(liquidator),
    ];
    build(tag::LIQUIDATE, accounts, &max_lots)
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

/// `liquidate_token`: at most so much of a token, in its smallest units.
pub fn liquidate_token(
    e: &Exchange,
    authority: &Address,
    liquidator: &Address,
    margin: &Address,
    token: u16,
    max_amount: u64,
) -> Instruction {
    let accounts =
        vec![signer(authority), read(&e.address), write(&e.treasury), read(&e.board), write(margin), write(liquidator)];
    build(tag::LIQUIDATE_TOKEN, accounts, &(token, max_amount))
}
