//! Margin accounts: open, close, deposit, withdraw, view, delegates, transfers between accounts of one owner.

mod close_margin_account;
mod deposit;
mod open_margin_account;
mod set_delegate;
mod transfer_cash;
mod transfer_position;
mod view_margin;
mod withdraw;

pub use {
    close_margin_account::*, deposit::*, open_margin_account::*, set_delegate::*, transfer_cash::*,
    transfer_position::*, view_margin::*, withdraw::*,
};
