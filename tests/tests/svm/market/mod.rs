//! Permissionless cranks of prices and markets.

mod funding;
mod oracle;
mod ranges;
mod refresh;
mod second;
mod tables;
mod upkeep;
