//! Interest and lending.

mod interest;
mod owed;
mod tables;
