//! Listing of underlyings, collateral and instruments. The admin's.

mod board;
mod contracts;
mod tables;
mod token2022;
