//! Orders and matching.

pub mod accounts;
pub mod batch_orders;
pub mod cancel_all_orders;
pub mod cancel_by_client_id;
pub mod cancel_order;
mod matching;
mod off_book;
mod order;
pub mod place_order;
pub mod prune_expired;
mod reach;
pub mod replace_order;
mod session;
mod venue;

pub(crate) use off_book::take_all_off_book;
