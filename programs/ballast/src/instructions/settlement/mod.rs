//! Settlement prices, settlement of positions, and the end of instruments.

pub mod delist;
pub mod sample_settlement;
pub mod settle_expiry;
pub mod settle_position;
pub mod wind_down_perpetual;
