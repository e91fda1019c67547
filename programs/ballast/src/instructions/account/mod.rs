//! Margin accounts: open, close, deposit, withdraw, view.

pub mod close_margin_account;
pub mod deposit;
pub mod open_margin_account;
pub mod view_margin;
pub mod withdraw;
