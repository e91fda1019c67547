//! Liquidation and bad debt.

mod findings;
mod positions;
mod receivership;
mod sharing;
mod slices;
mod tables;
mod thief;
