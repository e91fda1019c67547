//! A price-time-priority order book in a byte slice: the tail of a Solana account, or any bytes that are
//! aligned to 8. No allocation, no recursion, no `unsafe`, no Solana type.
//!
//! ```
//! use ballast_book::{BookMut, NewOrder, Owner, Side, init, required_len};
//!
//! let mut words = vec![0u64; required_len(32) / 8]; // room for 16 orders a side
//! let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
//! init(bytes)?;
//! let mut book = BookMut::from_bytes(bytes)?;
//!
//! // The caller keeps one list head for every pair of owner and book; it begins as 0.
//! let (maker, mut head) = (Owner::from([7; 32]), 0);
//! let order = NewOrder {
//!     owner: maker,
//!     price_ticks: 101,
//!     lots: 5,
//!     client_id: 1,
//!     placed_at: 1_700_000_000,
//!     expires_at: 0,
//!     flags: 0,
//! };
//! let id = book.insert(Side::Ask, &order, &mut head)?;
//!
//! // A taker buys 2 of the 5 lots, then the maker cancels the rest.
//! let best = book.best(Side::Ask).expect("an ask rests");
//! assert_eq!(book.reduce(best, 2)?, 3);
//! let handle = book.by_order_id(id)?;
//! assert_eq!(book.remove(handle, &maker, &mut head)?.lots, 3);
//! assert_eq!(head, 0);
//! assert!(book.by_order_id(id).is_err());
//! # Ok::<(), ballast_book::BookError>(())
//! ```
//!
//! # Layout
//!
//! | bytes | what |
//! |---|---|
//! | 0..88 | [`BookHeader`]: magic and version; next sequence number; for each side total lots, count, root of the tree, best and worst order; number of slots ever used; head of the free list |
//! | 88.. | slots of 112 bytes, each an [`Order`] with its links, as many as fit |
//!
//! The capacity is what the slice holds, so a book grows when its account does: slots beyond the number
//! ever used are taken one by one when the free list is empty, and need not be prepared, nor be zero. A side
//! holds at most half of the slots, so that nobody can shut one side by filling the other. Links are
//! slot numbers from 1; 0 is "none".
//!
//! # Priority
//!
//! Better price first, earlier order first within a price. The sequence number says which is earlier; it
//! is never given out twice, so an [`OrderId`] whose order is gone does not find the next order in that slot.
//! [`BookMut::reduce`] keeps priority; to grow an order, remove it and insert a new one.
//!
//! # Structure
//!
//! Each order is in three intrusive structures of its slot's links:
//!
//! 1. the **priority list** of its side, doubly linked: matching goes from the best order to the next;
//! 2. the **owner's list**, doubly linked, whose head is in the owner's own account: an owner cancels
//!    its orders without touching anybody else's;
//! 3. if it is the first of its price level, the **tree of levels** of its side, a red-black tree with
//!    parent links. An insertion looks there for the next worse level, and its place is just before that.
//!
//! | operation | steps |
//! |---|---|
//! | best, worst, next, older, get, by order id, totals | O(1) |
//! | reduce, rename | O(1) |
//! | insert at a new best price | O(1), amortised |
//! | insert elsewhere | O(log levels), one comparison of 64 bits a step |
//! | remove, another order is left at its price | O(1) |
//! | remove the last order at its price | O(1) rotations; O(log levels) recolourings at most |
//! | find by client id, owner's orders | linear in the owner's orders |
//!
//! Measured as sBPF v3 compute units, wrapping the bytes (22) included, random orders, both sides nearly full:
//!
//! | orders a side, prices | insert mean / max | new best | remove any mean / max | remove best | reduce |
//! |---|---|---|---|---|---|
//! | 256, 64 levels | 432 / 723 | 423 | 158 / 412 | 214 | 62 |
//! | 1,024, up to 1,024 levels | 539 / 945 | 442 | 205 / 633 | 266 | 62 |
//! | 4,096, each its own level | 653 / 1,136 | 444 | 270 / 745 | 296 | 61 |
//!
//! In the whole program, with both sides of every match settled and checked (`benches/`): an order into the middle of 4,096 at
//! as many prices costs 12,378 units, into an empty book 12,067. A resting order that is met costs 11,258 with 16 positions
//! held by its maker, one that is stepped over 134, one whose maker cannot carry the fill some 28,000 with
//! 16 positions and some 110,000 with 64, 48 of them options (the check's long way, twice). An instruction meets at most sixteen and
//! passes at most sixteen, of which one whose maker cannot carry the fill counts as five, so that its compute has a bound,
//! whatever rests in the book.
//!
//! The height is at most 2·log2(levels + 1): 24 for 4,095 levels. No choice of prices makes it higher, which is
//! why it is not a crit-bit tree as in Serum or Mango v4: there the depth is up to the number of bits in
//! which keys differ, the key is a 128-bit price and sequence number, and each order needs an inner node beside
//! its leaf. It is not a treap or a skip list because their chance is public on a chain, where it can be
//! chosen. It is not an AVL tree because a removal there can rotate at every step up; here at most three
//! times. Since the tree holds levels and not orders, most orders of a busy book are added and taken
//! without a change to it.
//!
//! # Why not a published library
//!
//! Measured beside `lib-sokoban` 0.3.3, whose red-black tree Phoenix's book is, in one program, of one compiler: a single
//! insertion and removal of random prices, each order its own level, which is the worst case of ours. Sokoban's entries carry
//! 72 bytes and no owner's list; units of wrapping the bytes included, of dispatch not, mean / max of 60.
//!
//! | levels | insert, ours | insert, sokoban | remove, ours | remove, sokoban |
//! |---|---|---|---|---|
//! | 256 | 521 / 709 | 478 / 857 | 226 / 459 | 441 / 870 |
//! | 1,024 | 546 / 865 | 558 / 983 | 220 / 427 | 437 / 884 |
//! | 4,096 | 570 / 751 | 620 / 964 | 225 / 385 | 523 / 863 |
//!
//! Insertions cost the same, with the owner's list and the priority list in ours; a removal costs half, since an order is
//! named by its slot and not looked for. Where many orders share a level ours touches no tree at all. Against a dependency
//! speak further:
//!
//! - `lib-sokoban` does not build as `no_std`: its sources say `use std::{...}` throughout, there is no feature for it, and
//!   `thiserror` 1 under it needs the standard library too. It links here only because the target's own is built along. Its
//!   capacity is a constant of the type, so that a market could not grow, and it indexes without a check, and so panics on
//!   bytes that contradict themselves.
//! - `hypertree` 1.0.0 (Manifest) uses `std` likewise, depends on `solana-program` 1.18, and is licensed GPL-2.0 or later,
//!   which this project, Apache-2.0, cannot link. It was not measured.
//! - `sokoban` 0.2.3 on the registry checks solutions of the game, and is nothing of the kind.
//!
//! None keeps a list of an owner's orders, on which cancelling all of them and liquidation stand.
//!
//! # Trust
//!
//! The bytes are read as if anybody could have written them: every link is checked against the slots
//! and every loop is bounded, and nonsense yields [`BookError::Corrupt`]. See [`BookError`] for which errors leave
//! the book unchanged. What the book cannot check is the caller's part: a head must be used with the
//! book and the owner it came from, and the bytes must not be written but by this crate.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(test)]
extern crate std;

mod book;
mod check;
mod error;
mod impact;
mod layout;
mod owner_list;
mod priority_list;
mod tree;
mod view;

pub use ballast_units::Side;
pub use book::BookMut;
pub use error::BookError;
pub use impact::{Impact, Reach};
pub use layout::{BookHeader, Handle, NewOrder, Order, OrderId, Owner, init, required_len};
pub use view::{Book, Level, Levels, Orders, OwnerOrders};
