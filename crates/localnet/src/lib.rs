//! A local validator with a whole exchange on it: real JSON-RPC and websocket, no network.
//!
//! ```no_run
//! use ballast_client::config::Config;
//! use ballast_localnet::Localnet;
//!
//! # fn main() -> anyhow::Result<()> {
//! let net = Localnet::start()?; // a validator with the program
//! let config = Config::from_toml(&std::fs::read_to_string("migrations/localnet.toml")?)?;
//! let venue = net.apply(&config)?; // an exchange on it, with mints, price accounts and markets
//! venue.publish(&["40000", "2500", "40"])?; // prices of its underlyings, on the board
//! venue.publish_volatilities()?; // smiles of its expiries, and its options priced
//!
//! let alice = venue.trader("Alice", "10000", "0")?; // a funded key with a margin account
//! venue.deposit_usdc(&alice, "10000")?;
//! println!("trade at {}", net.rpc_url());
//! # Ok(())
//! # }
//! ```
//!
//! - [`Localnet`]: the validator, its clock, and what its test authority may write.
//! - [`Venue`]: an exchange on it, made by signed transactions only.
//! - [`Trader`]: a key with token accounts and a margin account.
//! - [`story`]: the demo.
//!
//! What a signed transaction can do is done by one. The test authority writes three things that no key here could: the
//! program, the price accounts (the oracle's own program owns them), and the clock.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod dated;
mod exchange;
mod meter;
mod price;
mod reconcile;
pub mod story;
mod table;
mod token;
mod trader;
mod validator;

pub use exchange::Venue;
pub use meter::Meter;
pub use trader::Trader;
pub use validator::{Localnet, elf_path};
