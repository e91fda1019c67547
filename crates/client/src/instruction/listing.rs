//! Listing of underlyings, collateral and instruments. The admin's.

use super::{build, payer, read, signer, write};
use crate::{SYSTEM_PROGRAM, TOKEN_PROGRAM, pda::Exchange};
use ballast::{
    args::{CollateralArgs, FutureArgs, InstrumentArgs, OptionArgs, UnderlyingArgs},
    instruction::tag,
};
use ballast_risk::GroupParams;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

/// `set_product_group`
pub fn set_product_group(
    e: &Exchange,
    admin: &Address,
    group: u8,
    name: [u8; 16],
    params: &GroupParams,
) -> Instruction {
    build(tag::SET_PRODUCT_GROUP, vec![signer(admin), read(&e.address), write(&e.board)], &(group, name, params))
}

/// `list_underlying`
pub fn list_underlying(e: &Exchange, admin: &Address, args: &UnderlyingArgs) -> Instruction {
    build(tag::LIST_UNDERLYING, vec![signer(admin), read(&e.address), write(&e.board)], args)
}

/// `list_collateral`
pub fn list_collateral(
    e: &Exchange,
    from: &Address,
    admin: &Address,
    mint: &Address,
    args: &CollateralArgs,
) -> Instruction {
    let accounts = vec![
        payer(from),
        signer(admin),
        read(&e.address),
        write(&e.board),
        read(mint),
        write(&e.vault(mint)),
        read(&TOKEN_PROGRAM),
        read(&SYSTEM_PROGRAM),
    ];
    build(tag::LIST_COLLATERAL, accounts, args)
}

/// `list_perpetual`
pub fn list_perpetual(e: &Exchange, from: &Address, admin: &Address, args: &InstrumentArgs) -> Instruction {
    build(tag::LIST_PERPETUAL, listing(e, from, admin, args.instrument), args)
}

/// `list_future`
pub fn list_future(e: &Exchange, from: &Address, admin: &Address, args: &FutureArgs) -> Instruction {
    build(tag::LIST_FUTURE, listing(e, from, admin, args.contract.instrument), args)
}

/// `list_option`
pub fn list_option(e: &Exchange, from: &Address, admin: &Address, args: &OptionArgs) -> Instruction {
    let mut accounts = listing(e, from, admin, args.contract.instrument);
    accounts.insert(accounts.len() - 1, read(&e.surface(args.contract.underlying)));
    build(tag::LIST_OPTION, accounts, args)
}

/// The accounts that every listing of an instrument takes.
fn listing(e: &Exchange, from: &Address, admin: &Address, instrument: u16) -> Vec<AccountMeta> {
    vec![
        payer(from),
        signer(admin),
        read(&e.address),
        write(&e.board),
        write(&e.market(instrument)),
        read(&SYSTEM_PROGRAM),
    ]
}
