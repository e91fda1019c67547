//! Makes an exchange what its TOML file says: see [`ballast_client::migrate`] for how.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod run;

pub use run::{Keyring, apply, plan};
