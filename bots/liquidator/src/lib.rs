//! A liquidator: finds accounts below maintenance margin and takes their positions over.
//!
//! It knows nothing but what JSON-RPC tells: it reads the risk board and all margin accounts of one exchange, computes
//! every account's margin with the program's own code, and calls `liquidate` where that pays best. What it took over it
//! closes on the order book, unless told to keep it.
//!
//! - [`Liquidator`]: the bot, one pass at a time or in a loop.
//! - [`candidate`]: which position to take over, as a pure function.
//!
//! It logs by `tracing`: what it did as information, what it will try again as a warning.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod bot;
pub mod candidate;
mod oracle;
mod unwind;

pub use bot::Liquidator;
