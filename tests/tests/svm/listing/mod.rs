//! Listing of underlyings, collateral and instruments. The admin's.

mod board;
mod contracts;
pub mod tables;
mod token2022;
