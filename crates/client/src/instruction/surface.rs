//! The volatility surface: the one input of the model that is trusted, and bounded.

use super::{build, payer, read, signer, write};
use crate::{SYSTEM_PROGRAM, pda::Exchange};
use ballast::{
    args::{Encode, SurfaceArgs},
    instruction::tag,
};
use ballast_risk::Smile;
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
    build(tag::OPEN_SURFACE, accounts, |out| args.encode(out))
}

/// `set_publishers`: at most five, the rest zero.
pub fn set_publishers(e: &Exchange, admin: &Address, underlying: u16, publishers: &[Address]) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    build(tag::SET_PUBLISHERS, accounts, |out| {
        for slot in 0..5 {
            publishers.get(slot).map_or([0; 32], Address::to_bytes).encode(out);
        }
    })
}

/// `open_expiry`
pub fn open_expiry(e: &Exchange, admin: &Address, underlying: u16, expiry: i64, smile: &Smile) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.surface(underlying))];
    build(tag::OPEN_EXPIRY, accounts, |out| {
        expiry.encode(out);
        smile.encode(out);
    })
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
    build(tag::PUBLISH_VOLATILITY, accounts, |out| {
        expiry.encode(out);
        smile.encode(out);
    })
}
