//! Liquidation and bad debt.

mod basis;
mod on_book;
mod positions;
mod receivership;
mod sharing;
mod slices;
mod tables;
mod thief;
