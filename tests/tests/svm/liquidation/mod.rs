//! Liquidation and bad debt.

mod on_book;
mod positions;
mod slices;
mod tables;
