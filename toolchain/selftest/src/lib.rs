//! The test of the sBPF compiler and linker: a program that runs the operations of [`ops`] on chain. tests/tests/toolchain.rs
//! runs them on the host as well and compares. It must pass before anyone trusts a new compiler, linker or standard library.
#![cfg_attr(target_os = "solana", no_std)] // on the host, a cdylib needs an allocator and a panic handler
#![deny(missing_docs)]

pub mod ops;
#[cfg(feature = "pricing")]
pub mod pricing;

#[cfg(feature = "program")]
mod program;
#[cfg(feature = "program")]
pub use program::*;
