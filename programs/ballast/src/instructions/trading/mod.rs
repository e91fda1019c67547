//! Orders and matching.

mod accounts;
mod batch_orders;
mod cancel_all_orders;
mod cancel_by_client_id;
mod cancel_order;
mod matching;
mod off_book;
mod order;
mod place_order;
mod prune_expired;
mod reach;
mod reducing;
mod replace_order;
mod session;
mod venue;

pub use {
    accounts::*, batch_orders::*, cancel_all_orders::*, cancel_by_client_id::*, cancel_order::*, place_order::*,
    prune_expired::*, replace_order::*,
};
pub(crate) use {matching::Matcher, off_book::take_all_off_book, order::Incoming, venue::Venue};
