//! Interest and lending.

mod accrue_interest;
mod set_interest;
mod update_interest;

pub use {accrue_interest::*, set_interest::*, update_interest::*};
