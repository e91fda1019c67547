//! The exchange as a whole.

use super::{build, payer, read, signer, write};
use crate::{SYSTEM_PROGRAM, TOKEN_PROGRAM, pda::Exchange};
use ballast::{args::ExchangeArgs, instruction::tag, state::Pause};
use solana_address::Address;
use solana_instruction::Instruction;

/// `initialize_exchange`
pub fn initialize_exchange(from: &Address, admin: &Address, quote_mint: &Address, args: &ExchangeArgs) -> Instruction {
    let e = Exchange::new(args.id);
    let accounts = vec![
        payer(from),
        signer(admin),
        write(&e.address),
        write(&e.treasury),
        write(&e.board),
        read(quote_mint),
        write(&e.vault(quote_mint)),
        read(&TOKEN_PROGRAM),
        read(&SYSTEM_PROGRAM),
    ];
    build(tag::INITIALIZE_EXCHANGE, accounts, args)
}

/// `grow_board`
pub fn grow_board(e: &Exchange, from: &Address) -> Instruction {
    let accounts = vec![payer(from), read(&e.address), write(&e.board), read(&SYSTEM_PROGRAM)];
    build(tag::GROW_BOARD, accounts, &())
}

/// `set_pause`
pub fn set_pause(e: &Exchange, authority: &Address, pause: Pause) -> Instruction {
    build(tag::SET_PAUSE, vec![signer(authority), write(&e.address)], &pause.bits())
}

/// `fund_insurance`
pub fn fund_insurance(
    e: &Exchange,
    giver: &Address,
    source: &Address,
    quote_mint: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![
        signer(giver),
        read(&e.address),
        write(&e.treasury),
        write(source),
        write(&e.vault(quote_mint)),
        read(&TOKEN_PROGRAM),
    ];
    build(tag::FUND_INSURANCE, accounts, &amount)
}
