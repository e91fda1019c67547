//! Liquidation and bad debt.

mod positions;
mod slices;
mod tables;
