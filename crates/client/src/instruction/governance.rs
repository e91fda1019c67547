//! Authorities, changes that wait for the timelock, and what may be tightened at once.

use super::{build, payer, read, signer, write};
use crate::{SYSTEM_PROGRAM, pda::Exchange};
use ballast::{
    args::{
        Authority, CollateralChangeArgs, InstrumentChangeArgs, InstrumentTightenArgs, UnderlyingArgs,
        WithdrawalLimitArgs,
    },
    instruction::tag,
};
use ballast_risk::{FeeParams, MarginParams};
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

/// `propose_change`: `data` is the data of the instruction to send later, and `subject` the account that it is about where
/// its data do not say it, else zero. [`propose`] and [`subject`] make both from the instruction.
pub fn propose_change(
    e: &Exchange,
    from: &Address,
    admin: &Address,
    nonce: u64,
    subject: &Address,
    data: &[u8],
) -> Instruction {
    let accounts = vec![payer(from), signer(admin), read(&e.address), write(&e.change(nonce)), read(&SYSTEM_PROGRAM)];
    build(tag::PROPOSE_CHANGE, accounts, &(nonce, subject, data))
}

/// The account that an instruction is about where its data do not say it: the mint of `list_collateral`, the surface of
/// `set_publishers`, `open_expiry` and `change_surface`; else zero.
pub fn subject(ix: &Instruction) -> Address {
    let place = match ix.data.first() {
        Some(&tag::LIST_COLLATERAL) => 4,
        Some(&(tag::SET_PUBLISHERS | tag::OPEN_EXPIRY | tag::CHANGE_SURFACE)) => 2,
        _ => return Address::default(),
    };
    ix.accounts.get(place).map_or(Address::default(), |meta| meta.pubkey)
}

/// The proposal of an instruction that waits for the timelock; [`subject`] says what it is about.
pub fn propose(
    e: &Exchange,
    from: &Address,
    admin: &Address,
    nonce: u64,
    subject: &Address,
    proposed: &Instruction,
) -> Instruction {
    propose_change(e, from, admin, nonce, subject, &proposed.data)
}

/// The instruction with the pending change that allows it, which it closes. `rent_to` is who paid for the proposal.
pub fn with_change(mut ix: Instruction, e: &Exchange, nonce: u64, rent_to: &Address) -> Instruction {
    ix.accounts.extend([write(&e.change(nonce)), write(rent_to)]);
    ix
}

/// `cancel_change`: `rent_to` is who paid for the proposal.
pub fn cancel_change(e: &Exchange, admin: &Address, nonce: u64, rent_to: &Address) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), write(&e.change(nonce)), write(rent_to)];
    build(tag::CANCEL_CHANGE, accounts, &nonce)
}

/// `set_timelock`
pub fn set_timelock(e: &Exchange, admin: &Address, seconds: u32) -> Instruction {
    build(tag::SET_TIMELOCK, of_exchange(e, admin), &seconds)
}

/// `nominate_authority`: a zero address withdraws a nomination.
pub fn nominate_authority(e: &Exchange, admin: &Address, authority: Authority, who: &Address) -> Instruction {
    build(tag::NOMINATE_AUTHORITY, of_exchange(e, admin), &(authority as u8, who))
}

/// `accept_authority`
pub fn accept_authority(e: &Exchange, nominee: &Address, authority: Authority) -> Instruction {
    build(tag::ACCEPT_AUTHORITY, of_exchange(e, nominee), &(authority as u8))
}

/// `change_fees`
pub fn change_fees(e: &Exchange, admin: &Address, args: &FeeParams) -> Instruction {
    build(tag::CHANGE_FEES, of_exchange(e, admin), args)
}

/// `change_margin`
pub fn change_margin(e: &Exchange, admin: &Address, args: &MarginParams) -> Instruction {
    build(tag::CHANGE_MARGIN, of_board(e, admin), args)
}

/// `change_underlying`
pub fn change_underlying(e: &Exchange, admin: &Address, underlying: u16, args: &UnderlyingArgs) -> Instruction {
    build(tag::CHANGE_UNDERLYING, of_board(e, admin), &(underlying, args))
}

/// `change_instrument`
pub fn change_instrument(e: &Exchange, admin: &Address, instrument: u16, args: &InstrumentChangeArgs) -> Instruction {
    build(tag::CHANGE_INSTRUMENT, of_market(e, admin, instrument), &(instrument, args))
}

/// `change_collateral`
pub fn change_collateral(e: &Exchange, admin: &Address, args: &CollateralChangeArgs) -> Instruction {
    build(tag::CHANGE_COLLATERAL, of_board(e, admin), args)
}

/// `set_withdrawal_limit`
pub fn set_withdrawal_limit(e: &Exchange, admin: &Address, args: &WithdrawalLimitArgs) -> Instruction {
    let accounts = vec![signer(admin), read(&e.address), read(&e.board), write(&e.treasury)];
    build(tag::SET_WITHDRAWAL_LIMIT, accounts, args)
}

/// `tighten_underlying`
pub fn tighten_underlying(e: &Exchange, risk_authority: &Address, underlying: u16, scan_range: u32) -> Instruction {
    build(tag::TIGHTEN_UNDERLYING, of_board(e, risk_authority), &(underlying, scan_range))
}

/// `tighten_instrument`
pub fn tighten_instrument(
    e: &Exchange,
    risk_authority: &Address,
    instrument: u16,
    args: &InstrumentTightenArgs,
) -> Instruction {
    build(tag::TIGHTEN_INSTRUMENT, of_market(e, risk_authority, instrument), &(instrument, args))
}

/// `tighten_collateral`
pub fn tighten_collateral(e: &Exchange, risk_authority: &Address, token: u16, deposit_limit: u64) -> Instruction {
    build(tag::TIGHTEN_COLLATERAL, of_board(e, risk_authority), &(token, deposit_limit))
}

/// `trip_breaker`
pub fn trip_breaker(e: &Exchange, underlying: u16) -> Instruction {
    build(tag::TRIP_BREAKER, vec![read(&e.address), write(&e.board)], &underlying)
}

/// `relax_underlying`
pub fn relax_underlying(e: &Exchange, admin: &Address, underlying: u16, scan_range: u32) -> Instruction {
    build(tag::RELAX_UNDERLYING, of_board(e, admin), &(underlying, scan_range))
}

/// `relax_instrument`
pub fn relax_instrument(e: &Exchange, admin: &Address, instrument: u16) -> Instruction {
    build(tag::RELAX_INSTRUMENT, of_market(e, admin, instrument), &instrument)
}

/// The accounts of an instruction of an authority that changes the exchange alone.
fn of_exchange(e: &Exchange, authority: &Address) -> Vec<AccountMeta> {
    vec![signer(authority), write(&e.address)]
}

/// The accounts of an instruction of an authority that changes the board alone.
fn of_board(e: &Exchange, authority: &Address) -> Vec<AccountMeta> {
    vec![signer(authority), read(&e.address), write(&e.board)]
}

/// The accounts of an instruction of an authority that changes an instrument and its market.
fn of_market(e: &Exchange, authority: &Address, instrument: u16) -> Vec<AccountMeta> {
    let mut accounts = of_board(e, authority);
    accounts.push(write(&e.market(instrument)));
    accounts
}
