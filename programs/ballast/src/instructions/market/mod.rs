//! Permissionless cranks of prices and markets.

mod grow_market;
mod refresh_options;
mod refresh_underlyings;
mod sample_market;
mod sweep;

pub use {grow_market::*, refresh_options::*, refresh_underlyings::*, sample_market::*, sweep::*};
