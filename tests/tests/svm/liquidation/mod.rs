//! Liquidation and bad debt.

mod positions;
mod tables;
mod tokens;
