//! Ballast: a cross-margin clearing program.
//!
//! The program is thin: an instruction validates its accounts, calls a pure crate, stores the result and emits an event.
//! The margin model is in `ballast-risk`, the order book in `ballast-book`.
//!
//! Without the feature `program` this crate is what clients share with it: account layouts, seeds, instruction arguments,
//! errors and events, with no dependency on Anchor.
#![cfg_attr(not(any(test, feature = "idl-build")), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(all(target_arch = "bpf", feature = "program"))]
use sbf_rt as _;

pub mod args;
#[cfg(all(test, feature = "program", feature = "borsh"))]
mod codec;
pub mod constants;
pub mod error;
pub mod events;
pub mod instruction;
pub mod oracle;
pub mod state;
pub mod view;

#[cfg(feature = "program")]
#[allow(missing_docs)] // of what Anchor's derives generate; the instructions themselves have docs
pub mod instructions;
#[cfg(feature = "program")]
#[allow(missing_docs)]
mod program;
#[cfg(feature = "program")]
pub use program::*;

#[cfg(not(feature = "program"))]
solana_address::declare_id!("BaLLastCLearing11111111111111111111111111111");
