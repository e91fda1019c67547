//! Liquidation and bad debt.

mod liquidate;
mod liquidate_token;
mod parties;
mod resolve_bad_debt;

pub use {liquidate::*, liquidate_token::*, resolve_bad_debt::*};
