//! Interest and lending.

use super::{build, read, signer, write};
use crate::pda::Exchange;
use ballast::instruction::tag;
use ballast_risk::InterestParams;
use solana_address::Address;
use solana_instruction::Instruction;

/// `accrue_interest`
pub fn accrue_interest(e: &Exchange, margin: &Address) -> Instruction {
    let accounts = vec![read(&e.address), write(&e.treasury), read(&e.board), write(margin)];
    build(tag::ACCRUE_INTEREST, accounts, &())
}

/// `update_interest`
pub fn update_interest(e: &Exchange) -> Instruction {
    build(tag::UPDATE_INTEREST, vec![read(&e.address), write(&e.treasury), write(&e.board)], &())
}

/// `set_interest`
pub fn set_interest(e: &Exchange, admin: &Address, args: &InterestParams) -> Instruction {
    build(tag::SET_INTEREST, vec![signer(admin), read(&e.address), write(&e.board)], args)
}
