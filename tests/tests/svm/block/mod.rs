//! Block trades.

mod blocks;
mod tables;
