//! Liquidation and bad debt.

mod positions;
mod receivership;
mod sharing;
mod tables;
mod thief;
mod tokens;
