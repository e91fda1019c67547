//! Orders and matching.

mod batches;
mod deep_book;
mod matching;
mod orders;
mod tables;
mod walls;
