//! The exchange as a whole.

mod pauses;
mod setup;
mod tables;
