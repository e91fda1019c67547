//! Liquidation and bad debt.

pub mod liquidate;
pub mod liquidate_token;
mod parties;
pub mod resolve_bad_debt;
