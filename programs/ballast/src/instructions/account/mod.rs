//! Margin accounts: open, close, deposit, withdraw, view, delegates, transfers between accounts of one owner.

pub mod close_margin_account;
pub mod deposit;
pub mod open_margin_account;
pub mod set_delegate;
pub mod transfer_cash;
pub mod transfer_position;
pub mod view_margin;
pub mod withdraw;
