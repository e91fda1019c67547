//! Liquidation and bad debt.

pub mod liquidate;
pub mod resolve_bad_debt;
