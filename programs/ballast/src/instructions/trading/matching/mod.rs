//! Matching: an incoming order against the book, both sides settled and checked at once.

mod evict;
mod meeting;
mod penalty;
mod run;
mod settle;
mod state;

pub use state::{Matched, Matcher};
