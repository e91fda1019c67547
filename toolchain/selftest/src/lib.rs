//! The test of the sBPF compiler and linker: a program that runs the operations of [`ops`] on chain. tests/tests/toolchain.rs
//! runs them on the host as well and compares. It must pass before anyone trusts a new compiler, linker or standard library.
#![no_std]
#![deny(missing_docs)]

pub mod ops;

#[cfg(feature = "program")]
mod program;
#[cfg(feature = "program")]
pub use program::*;
