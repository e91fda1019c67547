//! Margin accounts: open, close, deposit, withdraw, view, delegates, transfers between accounts of one owner.

use super::{build, payer, read, signer, write};
use crate::{SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, pda::Exchange};
use ballast::{instruction::tag, state::Permissions};
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

/// `open_margin_account`, for everything; see [`open_isolated_account`].
pub fn open_margin_account(e: &Exchange, from: &Address, owner: &Address, sub_id: u16) -> Instruction {
    open(e, from, owner, sub_id, 0)
}

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

/// `open_margin_account`: isolated to an underlying, index + 1, or to none, 0.
fn open(e: &Exchange, from: &Address, owner: &Address, sub_id: u16, isolated_underlying: u16) -> Instruction {
    let accounts =
        vec![payer(from), signer(owner), read(&e.address), write(&e.margin(owner, sub_id)), read(&SYSTEM_PROGRAM)];
    build(tag::OPEN_MARGIN_ACCOUNT, accounts, &(sub_id, isolated_underlying))
}

/// `close_margin_account`
pub fn close_margin_account(e: &Exchange, owner: &Address, sub_id: u16) -> Instruction {
    let accounts =
        vec![payer(owner), read(&e.address), write(&e.treasury), read(&e.board), write(&e.margin(owner, sub_id))];
    build(tag::CLOSE_MARGIN_ACCOUNT, accounts, &())
}

/// `deposit`: `mint` says what.
pub fn deposit(
    e: &Exchange,
    depositor: &Address,
    margin: &Address,
    source: &Address,
    mint: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![
        signer(depositor),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(margin),
        write(source),
        write(&e.vault(mint)),
        read(&TOKEN_PROGRAM),
    ];
    build(tag::DEPOSIT, accounts, &amount)
}

/// `withdraw`: `mint` says what.
pub fn withdraw(
    e: &Exchange,
    owner: &Address,
    margin: &Address,
    destination: &Address,
    mint: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![
        signer(owner),
        read(&e.address),
        write(&e.treasury),
        read(&e.board),
        write(margin),
        write(&e.vault(mint)),
        write(destination),
        read(&TOKEN_PROGRAM),
    ];
    build(tag::WITHDRAW, accounts, &amount)
}

/// The same `list_collateral`, `deposit` or `withdraw` for a mint of Token-2022.
pub fn of_token_2022(mut instruction: Instruction) -> Instruction {
    for meta in instruction.accounts.iter_mut().filter(|meta| meta.pubkey == TOKEN_PROGRAM) {
        *meta = AccountMeta::new_readonly(TOKEN_2022_PROGRAM, false);
    }
    instruction
}

/// `view_margin`: simulate it and read the return data with [`crate::account::margin_view`].
pub fn view_margin(e: &Exchange, margin: &Address, first_underlying: u16) -> Instruction {
    let accounts = vec![read(&e.address), read(&e.board), read(margin)];
    build(tag::VIEW_MARGIN, accounts, &first_underlying)
}

/// `set_delegate`: no permissions, with an expiry of 0, take away what it had.
pub fn set_delegate(
    e: &Exchange,
    owner: &Address,
    margin: &Address,
    delegate: &Address,
    permissions: Permissions,
    expires_at: i64,
) -> Instruction {
    build(
        tag::SET_DELEGATE,
        vec![signer(owner), read(&e.address), write(margin)],
        &(delegate, permissions.bits(), expires_at),
    )
}

/// `transfer_cash`, quote-native.
pub fn transfer_cash(e: &Exchange, authority: &Address, from: &Address, to: &Address, amount: u64) -> Instruction {
    let accounts =
        vec![signer(authority), read(&e.address), write(&e.treasury), read(&e.board), write(from), write(to)];
    build(tag::TRANSFER_CASH, accounts, &amount)
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
    build(tag::TRANSFER_POSITION, accounts, &lots)
}
