//! Orders and matching.

pub mod cancel_all_orders;
pub mod cancel_order;
mod matching;
pub mod place_order;
pub(crate) use matching::{move_open_interest, take_all_off_book};
