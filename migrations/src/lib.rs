//! Makes an exchange what its TOML file says: see [`ballast_client::migrate`] for how, and [`USAGE`] for the command line.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod args;
mod run;

pub use args::{Args, Command, USAGE};
pub use run::{Keyring, run};
