//! Liquidation and bad debt.

mod positions;
mod receivership;
mod sharing;
mod slices;
mod tables;
mod thief;
