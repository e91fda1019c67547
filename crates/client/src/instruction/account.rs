//! Isolated accounts, delegates, transfers between accounts of one owner, Token-2022.

use super::{build, open, read, signer, write};
use crate::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM, pda::Exchange};
use ballast::args::{Encode, tag};
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

/// `open_margin_account`, isolated to one underlying for good.
pub fn open_isolated_account(
    e: &Exchange,
    from: &Address,
    owner: &Address,
    sub_id: u16,
    underlying: u16,
) -> Instruction {
    open(e, from, owner, sub_id, underlying.saturating_add(1))
}

/// `set_delegate`: bits of [`ballast::state::permission`]; none, with an expiry of 0, take them away.
pub fn set_delegate(
    e: &Exchange,
    owner: &Address,
    margin: &Address,
    delegate: &Address,
    permissions: u8,
    expires_at: i64,
) -> Instruction {
    build(tag::SET_DELEGATE, vec![signer(owner), read(&e.address), write(margin)], |out| {
        delegate.to_bytes().encode(out);
        permissions.encode(out);
        expires_at.encode(out);
    })
}

/// `transfer_cash`, quote-native.
pub fn transfer_cash(e: &Exchange, authority: &Address, from: &Address, to: &Address, amount: u64) -> Instruction {
    let accounts =
        vec![signer(authority), read(&e.address), write(&e.treasury), read(&e.board), write(from), write(to)];
    build(tag::TRANSFER_CASH, accounts, |out| amount.encode(out))
}

/// `transfer_position`: lots signed as the position is.
pub fn transfer_position(
    e: &Exchange,
    authority: &Address,
    from: &Address,
    to: &Address,
    instrument: u16,
    lots: i64,
) -> Instruction {
    let market = write(&e.market(instrument));
    let accounts = vec![signer(authority), read(&e.address), read(&e.board), market, write(from), write(to)];
    build(tag::TRANSFER_POSITION, accounts, |out| lots.encode(out))
}

/// The same `list_collateral`, `deposit` or `withdraw` for a mint of Token-2022.
pub fn of_token_2022(mut instruction: Instruction) -> Instruction {
    for meta in instruction.accounts.iter_mut().filter(|meta| meta.pubkey == TOKEN_PROGRAM) {
        *meta = AccountMeta::new_readonly(TOKEN_2022_PROGRAM, false);
    }
    instruction
}
