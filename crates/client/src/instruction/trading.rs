//! Orders and matching.

use super::{build, read, signer, write};
use crate::pda::Exchange;
use ballast::{
    args::{CancelArgs, OrderArgs},
    instruction::tag,
};
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

/// `place_order`: `makers` are the margin accounts whose orders it may meet.
pub fn place_order(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    makers: &[Address],
    args: &OrderArgs,
) -> Instruction {
    let mut accounts = trading(e, authority, margin, instrument);
    accounts.extend(makers.iter().map(write));
    build(tag::PLACE_ORDER, accounts, args)
}

/// `cancel_order`
pub fn cancel_order(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    handle: u32,
    sequence: u64,
) -> Instruction {
    build(tag::CANCEL_ORDER, trading(e, authority, margin, instrument), &(handle, sequence))
}

/// `cancel_all_orders`, at most `limit` of a side: 0 bids, 1 asks, [`BOTH_SIDES`](ballast::args::BOTH_SIDES).
pub fn cancel_all_orders(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    side: u8,
    limit: u16,
) -> Instruction {
    build(tag::CANCEL_ALL_ORDERS, trading(e, authority, margin, instrument), &(side, limit))
}

/// `cancel_by_client_id`
pub fn cancel_by_client_id(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    client_id: u64,
) -> Instruction {
    build(tag::CANCEL_BY_CLIENT_ID, trading(e, authority, margin, instrument), &client_id)
}

/// `replace_order`: `old` is the order's handle and sequence number, `makers` are the margin accounts whose orders the new
/// one may meet.
pub fn replace_order(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    makers: &[Address],
    old: &CancelArgs,
    args: &OrderArgs,
) -> Instruction {
    let mut accounts = trading(e, authority, margin, instrument);
    accounts.extend(makers.iter().map(write));
    build(tag::REPLACE_ORDER, accounts, &(old, args))
}

/// `batch_orders`: the cancels come first.
pub fn batch_orders(
    e: &Exchange,
    authority: &Address,
    margin: &Address,
    instrument: u16,
    makers: &[Address],
    cancels: &[CancelArgs],
    orders: &[OrderArgs],
) -> Instruction {
    let mut accounts = trading(e, authority, margin, instrument);
    accounts.extend(makers.iter().map(write));
    build(tag::BATCH_ORDERS, accounts, &(cancels, orders))
}

/// `prune_expired`, at most `limit` orders: expired ones, and reduce-only ones without a position to reduce.
pub fn prune_expired(e: &Exchange, margin: &Address, instrument: u16, limit: u16) -> Instruction {
    let accounts = vec![read(&e.address), read(&e.board), write(&e.market(instrument)), write(margin)];
    build(tag::PRUNE_EXPIRED, accounts, &limit)
}

fn trading(e: &Exchange, authority: &Address, margin: &Address, instrument: u16) -> Vec<AccountMeta> {
    vec![signer(authority), read(&e.address), read(&e.board), write(&e.market(instrument)), write(margin)]
}
