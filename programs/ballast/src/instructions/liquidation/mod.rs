//! Liquidation and bad debt.

mod liquidate;
mod liquidate_on_book;
mod liquidate_token;
mod parties;
mod resolve_bad_debt;

pub use {liquidate::*, liquidate_on_book::*, liquidate_token::*, resolve_bad_debt::*};
