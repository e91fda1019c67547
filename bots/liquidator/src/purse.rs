//! The liquidator's money: what its main account can spare, and the instruction that moves it.

use crate::chain::{Addresses, Own};
use ballast_client::{
    instruction, margin,
    pda::Exchange,
    risk::{Board, Portfolio, QuoteNative, Requirements},
};
use bytemuck::allocation::zeroed_box;
use solana_address::Address;
use solana_instruction::Instruction;

/// What is brought in beyond what is missing, one part in so many of initial margin: prices move.
const RESERVE: i64 = 4;

/// What the main account can send to the other, quote-native: cash that none of its own margin needs.
pub fn spare(board: &Board, own: &Own, at: &Addresses, now: i64) -> i64 {
    if at.are_one() {
        return 0;
    }
    let main = &own.main.portfolio;
    let Ok(r) = margin::requirements(board, main, now) else { return 0 };
    let free = r.withdraw_equity.get().saturating_sub(r.initial.get());
    free.min(main.cash.get()).max(0)
}

/// What to bring in for an account that would have these requirements with all that can be spared, `cash` of it being needed
/// outright.
pub fn wanted(after: &Requirements, spare: i64, cash: i64) -> i64 {
    let initial = after.initial.get();
    let missing = initial.saturating_sub(after.initial_equity.get().saturating_sub(spare));
    if missing <= 0 && cash <= 0 {
        return 0;
    }
    missing.max(0).saturating_add(initial / RESERVE).max(cash).clamp(0, spare)
}

/// The account that takes slices over, with all that can be spared; an empty one, as it will be, where it is not open yet.
pub fn with_spare(own: &Own, spare: i64) -> Box<Portfolio> {
    let mut portfolio: Box<Portfolio> = match &own.desk {
        Some(desk) => Box::new(desk.portfolio),
        None => zeroed_box(),
    };
    portfolio.cash = QuoteNative::new(portfolio.cash.get().saturating_add(spare));
    portfolio
}

/// The instruction that brings cash in, if there is any to bring.
pub fn bring(exchange: &Exchange, at: &Addresses, amount: i64) -> Option<Instruction> {
    send(exchange, at, [&at.main, &at.desk], amount)
}

/// The instruction that returns cash, if there is any to return.
pub fn give_back(exchange: &Exchange, at: &Addresses, amount: i64) -> Option<Instruction> {
    send(exchange, at, [&at.desk, &at.main], amount)
}

fn send(exchange: &Exchange, at: &Addresses, [from, to]: [&Address; 2], amount: i64) -> Option<Instruction> {
    let amount = u64::try_from(amount).ok().filter(|amount| *amount > 0 && !at.are_one())?;
    Some(instruction::transfer_cash(exchange, &at.owner, from, to, amount))
}
