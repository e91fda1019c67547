//! What all tests share: refusals, mutations of accounts, a world to play in.

pub mod mutation;
pub mod refusal;
pub mod world;
