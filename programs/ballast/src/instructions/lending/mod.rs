//! Interest and lending.

pub mod accrue_interest;
pub mod set_interest;
pub mod update_interest;
