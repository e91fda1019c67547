//! Permissionless cranks of prices and markets.

pub mod grow_market;
pub mod refresh_options;
pub mod refresh_underlying;
pub mod sample_market;
pub mod sweep;
