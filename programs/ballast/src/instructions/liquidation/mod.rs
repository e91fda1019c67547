//! Liquidation and bad debt.

pub mod liquidate;
pub mod liquidate_token;
pub mod resolve_bad_debt;
