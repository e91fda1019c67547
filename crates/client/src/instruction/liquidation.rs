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

/// `resolve_bad_debt`
pub fn resolve_bad_debt(e: &Exchange, margin: &Address) -> Instruction {
    build(tag::RESOLVE_BAD_DEBT, vec![read(&e.address), write(&e.treasury), write(margin)], &())
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
