//! What can go wrong.

use core::fmt;

/// Why a book operation was refused.
///
/// An operation that returns [`Full`](BookError::Full), [`NotFound`](BookError::NotFound),
/// [`NotOwner`](BookError::NotOwner), [`BadPrice`](BookError::BadPrice) or
/// [`BadLots`](BookError::BadLots) has changed nothing. After [`Corrupt`](BookError::Corrupt) or
/// [`Overflow`](BookError::Overflow) the book may be half changed: the caller must abort, which on
/// Solana undoes every write of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookError {
    /// The side holds as many orders as it may.
    Full,
    /// No such order; an order id whose order is gone is not found either.
    NotFound,
    /// The order, or the list it should go into, belongs to another owner.
    NotOwner,
    /// The byte slice is too short, not aligned to 8 bytes, or holds no initialised book.
    BadSlice,
    /// The book, or the owner's list head, contradicts itself.
    Corrupt,
    /// The price is not positive.
    BadPrice,
    /// The lots are not positive, or a reduction would leave none.
    BadLots,
    /// A total or the sequence number would overflow.
    Overflow,
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BookError::Full => "this side of the book is full",
            BookError::NotFound => "no such order",
            BookError::NotOwner => "the order belongs to another owner",
            BookError::BadSlice => "the bytes hold no order book",
            BookError::Corrupt => "the order book contradicts itself",
            BookError::BadPrice => "the price must be positive",
            BookError::BadLots => "the lots must be positive and below the order's",
            BookError::Overflow => "a total of the order book would overflow",
        })
    }
}

impl core::error::Error for BookError {}

impl From<ballast_units::Overflow> for BookError {
    fn from(_: ballast_units::Overflow) -> Self {
        Self::Overflow
    }
}
