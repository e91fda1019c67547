//! Settlement prices, settlement of positions, and the end of instruments.

mod delist;
mod sample_settlement;
mod settle_expiry;
mod settle_position;
mod wind_down_perpetual;

pub use {delist::*, sample_settlement::*, settle_expiry::*, settle_position::*, wind_down_perpetual::*};
