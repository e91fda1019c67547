//! Orders and matching.

pub mod batch_orders;
pub mod cancel_all_orders;
pub mod cancel_by_client_id;
pub mod cancel_order;
mod matching;
mod order;
pub mod place_order;
pub mod prune_expired;
pub mod replace_order;
mod session;
pub(crate) use matching::{move_open_interest, take_all_off_book};
