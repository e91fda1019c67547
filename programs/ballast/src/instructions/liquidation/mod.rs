//! Liquidation and bad debt.

mod cancel_liquidatable_orders;
mod liquidate;
mod liquidate_on_book;
mod markets;
mod parties;
mod resolve_bad_debt;

pub use {cancel_liquidatable_orders::*, liquidate::*, liquidate_on_book::*, resolve_bad_debt::*};
