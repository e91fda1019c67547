//! Margin accounts: open, close, deposit, withdraw, view, delegates, transfers between accounts of one owner.

mod accounts;
mod delegates;
mod tables;
