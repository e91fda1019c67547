//! The volatility surface: the one input of the model that is trusted, and bounded.

use super::{build, payer, read, signer, write};
use crate::{SYSTEM_PROGRAM, pda::Exchange};
use ballast::{args::SurfaceArgs, instruction::tag};
use ballast_risk::{Smile, SurfaceParams};
use core::array::from_fn;
use solana_address::Address;
use solana_instruction::Instruction;

/// `open_surface`
pub fn open_surface(e: &Exchange, from: &Address, admin: &Address, args: &SurfaceArgs) -> Instruction {
    let accounts = vec![
        payer(from),
        signer(admin),
        read(&e.address),
        read(&e.board),
        write(&e.surface(args.underlying)),
        read(&SYSTEM_PROGRAM),
    ];
    build(tag::OPEN_SURFACE, accounts, args)
}

/// `change_surface`
pub fn change_surface(e: &Exchange, admin: &Address, underlying: u16, params: &SurfaceParams) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    build(tag::CHANGE_SURFACE, accounts, params)
}

/// `set_publishers`: at most five, the rest zero.
pub fn set_publishers(e: &Exchange, admin: &Address, underlying: u16, publishers: &[Address]) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    let slots: [Address; 5] = from_fn(|slot| publishers.get(slot).copied().unwrap_or_default());
    build(tag::SET_PUBLISHERS, accounts, &slots)
}

/// `open_expiry`
pub fn open_expiry(e: &Exchange, admin: &Address, underlying: u16, expiry: i64, smile: &Smile) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    build(tag::OPEN_EXPIRY, accounts, &(expiry, smile))
}

/// `publish_volatility`
pub fn publish_volatility(
    e: &Exchange,
    publisher: &Address,
    underlying: u16,
    expiry: i64,
    smile: &Smile,
) -> Instruction {
    let accounts = vec![signer(publisher), read(&e.address), read(&e.board), write(&e.surface(underlying))];
    build(tag::PUBLISH_VOLATILITY, accounts, &(expiry, smile))
}
