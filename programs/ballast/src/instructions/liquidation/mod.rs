//! Liquidation and bad debt.

mod cancel_liquidatable_orders;
mod liquidate;
mod markets;
mod parties;
mod resolve_bad_debt;

pub use {cancel_liquidatable_orders::*, liquidate::*, resolve_bad_debt::*};
