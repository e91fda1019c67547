//! Block trades.

pub mod block_trade;
