//! Liquidation and bad debt.

mod basis;
mod positions;
mod slices;
mod tables;
