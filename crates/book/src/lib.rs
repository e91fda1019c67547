//! A price-time-priority order book in a byte slice: the tail of a Solana account, or any bytes that are
//! aligned to 8. No allocation, no recursion, no `unsafe`, no Solana type.
//!
//! ```
//! use ballast_book::{BookMut, Lots, NewOrder, Owner, Side, Ticks, init, required_len};
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
//!     price_ticks: Ticks::new(101),
//!     lots: Lots::new(5),
//!     client_id: 1,
//!     placed_at: 1_700_000_000,
//!     expires_at: 0,
//!     flags: 0,
//! };
//! let id = book.insert(Side::Ask, &order, &mut head)?;
//!
//! // A taker buys 2 of the 5 lots, then the maker cancels the rest.
//! let best = book.best(Side::Ask).expect("an ask rests");
//! assert_eq!(book.reduce(best, Lots::new(2))?, Lots::new(3));
//! let handle = book.by_order_id(id)?;
//! assert_eq!(book.remove(handle, &maker, &mut head)?.lots, Lots::new(3));
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
//! The capacity is what the slice holds, so a book grows when its account does. Slots beyond the number ever used are
//! taken one by one when the free list is empty; they need not be prepared, nor be zero. A side holds at most half of
//! the slots, so that nobody can shut one side by filling the other. Links are slot numbers from 1; 0 is "none".
//!
//! # Priority
//!
//! A better price comes first, and within a price the earlier order. The sequence number says which is earlier. It is
//! never given out twice, so an [`OrderId`] whose order is gone does not find the next order in that slot.
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
//! | the order that gives way on a full side | [`EVICTABLE`] at most |
//!
//! What that costs in the whole program, with both sides of every match settled and checked, is measured by `cargo
//! xtask bench`, in `benches/RESULTS.md`: `place_post_only_16` and `place_post_only_16_book_4096` (an order into an
//! empty book, and into the middle of 4,096), `match_each_16` (a resting order that is met), `match_step_over`,
//! `take_1_maker_cancelled_16` and `take_makers_failing_48_options` (makers who cannot carry the fill). The program
//! bounds how many orders one instruction meets and passes, so that its compute has a bound, whatever rests in the
//! book.
//!
//! The height is at most 2·log2(levels + 1): 24 for 4,095 levels. No choice of prices makes it higher. A crit-bit tree,
//! as in Serum or Mango v4, can be as deep as the number of bits in which keys differ; its key is a 128-bit price and
//! sequence number, and each order needs an inner node beside its leaf. A treap or a skip list depends on chance, which
//! is public on a chain and can be chosen. An AVL tree may rotate at every step up in a removal; this tree rotates at
//! most three times. Since the tree holds levels and not orders, most orders of a busy book are added and taken without
//! a change to it.
//!
//! # Why not a published library
//!
//! `lib-sokoban` 0.3.3 has the red-black tree that Phoenix's book is. Both were measured in one program, by one
//! compiler, with random prices and each order its own level, which is the worst case here. An insertion costs about
//! the same in both, although this book also keeps the owner's list and the priority list. A removal here costs about
//! half, since an order is named by its slot and not searched for. Where many orders share a level, this book does not
//! touch a tree at all. Further reasons against a dependency:
//!
//! - `lib-sokoban` does not build as `no_std`: its sources use `std` throughout, there is no feature for it, and
//!   `thiserror` 1 under it needs the standard library too. Its capacity is a constant of the type, so that a market
//!   could not grow. It indexes without a check, and so panics on bytes that contradict themselves.
//! - `hypertree` 1.0.0 (Manifest) uses `std` likewise, depends on `solana-program` 1.18, and is licensed GPL-2.0 or
//!   later, which this project, Apache-2.0, cannot link. It was not measured.
//!
//! Neither keeps a list of an owner's orders, which cancelling all of them and liquidation need.
//!
//! # Trust
//!
//! The bytes are read as if anyone could have written them: every link is checked against the slots, every loop is
//! bounded, and bytes that contradict themselves yield [`BookError::Corrupt`]. See [`BookError`] for which errors leave
//! the book unchanged. The book cannot check the caller's part: a head must be used with the book and the owner that it
//! came from, and only this crate may write the bytes.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(test)]
extern crate std;

mod book;
mod check;
mod error;
mod evict;
mod impact;
mod layout;
mod owner_list;
mod priority_list;
mod tree;
mod view;

pub use ballast_units::{Lots, Side, Ticks};
pub use book::BookMut;
pub use error::BookError;
pub use evict::{EVICTABLE, LOCK_SECONDS, WorstOrders};
pub use impact::{Impact, Reach};
pub use layout::{BookHeader, Handle, NewOrder, Order, OrderId, Owner, init, required_len};
pub use view::{Book, Level, Levels, Orders, OwnerOrders};
