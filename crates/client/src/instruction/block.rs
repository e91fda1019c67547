//! Block trades.

use super::{build, read, signer, write};
use crate::pda::Exchange;
use ballast::{args::LegArgs, instruction::tag};
use solana_address::Address;
use solana_instruction::Instruction;

/// Whoever takes part in a block trade: who signs, and for which account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// The owner, or a delegate who may sign blocks.
    pub authority: Address,
    /// The margin account.
    pub margin: Address,
}

/// `block_trade`: legs from the first party's side, in ascending order of their instruments.
pub fn block_trade(
    e: &Exchange,
    one: &Party,
    other: &Party,
    legs: &[LegArgs],
    expires_at: i64,
    nonce: u64,
) -> Instruction {
    let mut accounts = vec![
        signer(&one.authority),
        signer(&other.authority),
        read(&e.address),
        read(&e.board),
        write(&one.margin),
        write(&other.margin),
    ];
    accounts.extend(legs.iter().map(|leg| write(&e.market(leg.instrument))));
    build(tag::BLOCK_TRADE, accounts, &(legs, expires_at, nonce))
}
