//! Liquidation and bad debt.

pub mod basis;
mod clocks;
mod findings;
mod on_book;
mod positions;
mod predicted;
mod receivership;
mod sharing;
mod slices;
mod stories;
mod tables;
mod thief;
