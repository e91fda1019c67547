//! An exchange in an SVM inside the test's own process.
//!
//! [`Svm`] runs the ELF that `cargo xtask build` made, with the exchange of `migrations/localnet.toml` and prices in
//! their oracles' layouts. Everything that changes state is a transaction with its signers; only token balances, SOL and price accounts are
//! written directly, as a local validator's test authority would.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod exchange;
pub mod lending;
pub mod options;
mod order;
mod reconcile;
mod settlement;
mod svm;
mod table;
pub mod token;
mod trader;

pub use exchange::offset;
pub use order::Order;
pub use svm::{Failed, Sent, Svm, elf_path};
pub use trader::Trader;

/// Index of the BTC perpetual, and of its underlying.
pub const BTC: u16 = 0;
/// Index of the ETH perpetual, and of its underlying.
pub const ETH: u16 = 1;
/// Index of the SOL perpetual, and of its underlying.
pub const SOL: u16 = 2;
