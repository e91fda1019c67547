//! Settlement prices, settlement of positions, and the end of instruments.

mod expiries;
mod tables;
