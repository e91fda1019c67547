//! Authorities, changes that wait for the timelock, and what may be tightened at once.

mod authorities;
mod parameters;
mod stolen;
mod tables;
pub mod timelock;
