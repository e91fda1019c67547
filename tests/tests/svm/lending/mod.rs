//! Interest and lending.

mod interest;
mod tables;
