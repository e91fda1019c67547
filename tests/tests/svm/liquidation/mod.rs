//! Liquidation and bad debt.

mod on_book;
mod positions;
mod tables;
mod tokens;
