//! The bytes: what a book looks like in an account.

use bytemuck::{Pod, Zeroable};
use core::mem::size_of;

use crate::error::BookError;
use ballast_units::{Lots, Side, Ticks};

/// The absent link. Handles count from 1.
pub(crate) const NONE: u32 = 0;

/// "BLSTBK01": marks an initialised book and the version of its layout.
const MAGIC: u64 = u64::from_le_bytes(*b"BLSTBK01");

/// Maps a price to a key of its side that is smaller the better the price is.
#[inline(always)]
pub(crate) const fn key(side: Side, price_ticks: Ticks) -> i64 {
    // All ones for bids, which reverses the order; zero for asks.
    price_ticks.get() ^ (side as i64).wrapping_sub(1)
}

/// The place of an order in the book: 1 for the first slot. Valid while the order rests; the slot is
/// used again afterwards, so what is kept across transactions is an [`OrderId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct Handle(pub u32);

/// Names one order for the lifetime of the book: a sequence number is never given out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderId {
    /// Where the order rests.
    pub handle: Handle,
    /// Its sequence number.
    pub seq: u64,
}

/// The address of the margin account an order belongs to.
///
/// Kept as four words so that copying and comparing take four steps each.
#[derive(Clone, Copy, Debug, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Owner([u64; 4]);

impl Owner {
    /// The owner with this address.
    #[inline(always)]
    pub fn new(address: &[u8; 32]) -> Owner {
        match bytemuck::try_cast_ref::<[u8; 32], [u64; 4]>(address) {
            Ok(words) => Owner(*words),
            Err(_) => Owner(bytemuck::cast(*address)), // not aligned to words: byte by byte
        }
    }

    /// The address.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8; 32] {
        bytemuck::cast_ref(&self.0)
    }
}

impl PartialEq for Owner {
    #[inline(always)]
    fn eq(&self, other: &Owner) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        a == e && b == f && c == g && d == h
    }
}

impl From<&[u8; 32]> for Owner {
    #[inline(always)]
    fn from(address: &[u8; 32]) -> Owner {
        Owner::new(address)
    }
}

impl From<[u8; 32]> for Owner {
    #[inline(always)]
    fn from(address: [u8; 32]) -> Owner {
        Owner::new(&address)
    }
}

/// What the caller says about an order to insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// The margin account it belongs to.
    pub owner: Owner,
    /// Price, positive.
    pub price_ticks: Ticks,
    /// Size, positive.
    pub lots: Lots,
    /// The owner's own name for it. Not checked for uniqueness.
    pub client_id: u64,
    /// When it is placed, unix seconds.
    pub placed_at: i64,
    /// When it expires, unix seconds; 0 is good till cancelled. The book stores it; the caller acts on it.
    pub expires_at: i64,
    /// [`Order::REDUCE_ONLY`], [`Order::TOOK_A_PLACE`], both or none.
    pub flags: u8,
}

/// A resting order in its slot.
///
/// A free slot has `seq == 0` and keeps the free list in `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Order {
    /// The margin account it belongs to.
    pub owner: Owner,
    /// Price.
    pub price_ticks: Ticks,
    /// Size that still rests.
    pub lots: Lots,
    /// The owner's own name for it.
    pub client_id: u64,
    /// Sequence number: grows by one with each order of the book, never 0.
    pub seq: u64,
    /// When it was placed, unix seconds.
    pub placed_at: i64,
    /// When it expires, unix seconds; 0 is good till cancelled.
    pub expires_at: i64,
    /// The neighbour of next lower priority.
    pub(crate) next: u32,
    /// The neighbour of next higher priority.
    pub(crate) prev: u32,
    /// The price levels of better and of worse prices below this one in the tree.
    pub(crate) child: [u32; 2],
    /// The price level above this one in the tree.
    pub(crate) parent: u32,
    /// The owner's next older order.
    pub(crate) owner_next: u32,
    /// The owner's next newer order.
    pub(crate) owner_prev: u32,
    /// [`Side`] as an index; see [`Order::side`].
    pub(crate) side: u8,
    /// [`Order::REDUCE_ONLY`], [`Order::TOOK_A_PLACE`], both or none.
    pub flags: u8,
    /// [`NOT_IN_TREE`], [`RED`] or [`BLACK`].
    pub(crate) colour: u8,
    pub(crate) reserved: u8,
}

/// Colour of an order that is not the first of its price level.
pub(crate) const NOT_IN_TREE: u8 = 0;
/// Colour of a red tree node.
pub(crate) const RED: u8 = 1;
/// Colour of a black tree node.
pub(crate) const BLACK: u8 = 2;

impl Order {
    /// Flag: may only reduce its owner's position.
    pub const REDUCE_ONLY: u8 = 1;

    /// The side it rests on.
    #[inline(always)]
    pub const fn side(&self) -> Result<Side, BookError> {
        match Side::from_index(self.side) {
            Some(side) => Ok(side),
            None => Err(BookError::Corrupt),
        }
    }

    /// Whether it may only reduce its owner's position.
    #[inline(always)]
    pub const fn is_reduce_only(&self) -> bool {
        self.flags & Self::REDUCE_ONLY != 0
    }

    /// Whether its time is over at `now`: it is valid before `expires_at`, not at it.
    #[inline(always)]
    pub const fn is_expired(&self, now: i64) -> bool {
        self.expires_at != 0 && now >= self.expires_at
    }

    /// Child in direction `dir`, 0 or 1.
    #[inline(always)]
    pub(crate) fn child(&self, dir: usize) -> u32 {
        self.child[dir & 1]
    }

    /// Sets the child in direction `dir`, 0 or 1.
    #[inline(always)]
    pub(crate) fn set_child(&mut self, dir: usize, to: u32) {
        self.child[dir & 1] = to;
    }
}

/// One side's totals and entry points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct SideHeader {
    /// Sum of the lots of its orders.
    pub total_lots: Lots,
    /// Number of its orders.
    pub len: u32,
    /// Root of the tree of price levels.
    pub root: u32,
    /// Order of highest priority.
    pub best: u32,
    /// Order of lowest priority.
    pub worst: u32,
}

/// The head of a book's bytes; the slots follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BookHeader {
    magic: u64,
    /// Sequence number of the next order.
    pub(crate) next_seq: u64,
    /// Bids, asks.
    pub(crate) sides: [SideHeader; 2],
    /// Number of slots that were ever in use; those beyond hold nothing, not even zeros.
    pub(crate) bump: u32,
    /// First slot of the free list.
    pub(crate) free: u32,
    pub(crate) reserved: [u64; 2],
}

impl BookHeader {
    #[inline(always)]
    pub(crate) fn side(&self, side: Side) -> &SideHeader {
        let [bids, asks] = &self.sides;
        match side {
            Side::Bid => bids,
            Side::Ask => asks,
        }
    }

    #[inline(always)]
    pub(crate) fn side_mut(&mut self, side: Side) -> &mut SideHeader {
        let [bids, asks] = &mut self.sides;
        match side {
            Side::Bid => bids,
            Side::Ask => asks,
        }
    }
}

/// Bytes of the header.
pub(crate) const HEADER_LEN: usize = size_of::<BookHeader>();
/// Bytes of a slot.
pub(crate) const SLOT_LEN: usize = size_of::<Order>();

const _: () = assert!(SLOT_LEN == 112 && HEADER_LEN == 88);
const _: () = assert!(HEADER_LEN.is_multiple_of(8) && SLOT_LEN.is_multiple_of(8));

/// Bytes of a book with room for `orders` orders, half of them on each side.
///
/// ```
/// assert_eq!(ballast_book::required_len(32), 88 + 32 * 112);
/// ```
pub const fn required_len(orders: usize) -> usize {
    HEADER_LEN + SLOT_LEN * orders
}

/// Makes `bytes` an empty book. Only the header is written, so the cost does not grow with the length.
///
/// # Errors
/// [`BookError::BadSlice`] when `bytes` is too short for a header or not aligned to 8 bytes.
pub fn init(bytes: &mut [u8]) -> Result<(), BookError> {
    let (header, _) = bytes.split_at_mut_checked(HEADER_LEN).ok_or(BookError::BadSlice)?;
    let header: &mut BookHeader = bytemuck::try_from_bytes_mut(header).map_err(|_| BookError::BadSlice)?;
    *header = BookHeader { magic: MAGIC, next_seq: 1, ..BookHeader::zeroed() };
    Ok(())
}

/// Bytes of the whole slots in `slot_bytes` bytes.
#[inline(always)]
fn whole_slots(slot_bytes: usize) -> usize {
    (slot_bytes / SLOT_LEN).wrapping_mul(SLOT_LEN) // at most slot_bytes
}

/// Splits the bytes of an initialised book into header and slots.
#[inline(always)]
pub(crate) fn split(bytes: &[u8]) -> Result<(&BookHeader, &[Order]), BookError> {
    let (header, slots) = bytes.split_at_checked(HEADER_LEN).ok_or(BookError::BadSlice)?;
    let header: &BookHeader = bytemuck::try_from_bytes(header).map_err(|_| BookError::BadSlice)?;
    if header.magic != MAGIC {
        return Err(BookError::BadSlice);
    }
    let (slots, _) = slots.split_at_checked(whole_slots(slots.len())).ok_or(BookError::BadSlice)?;
    let slots = bytemuck::try_cast_slice(slots).map_err(|_| BookError::BadSlice)?;
    Ok((header, slots))
}

/// As [`split`], to write.
#[inline(always)]
pub(crate) fn split_mut(bytes: &mut [u8]) -> Result<(&mut BookHeader, &mut [Order]), BookError> {
    let (header, slots) = bytes.split_at_mut_checked(HEADER_LEN).ok_or(BookError::BadSlice)?;
    let header: &mut BookHeader = bytemuck::try_from_bytes_mut(header).map_err(|_| BookError::BadSlice)?;
    if header.magic != MAGIC {
        return Err(BookError::BadSlice);
    }
    let len = whole_slots(slots.len());
    let (slots, _) = slots.split_at_mut_checked(len).ok_or(BookError::BadSlice)?;
    let slots = bytemuck::try_cast_slice_mut(slots).map_err(|_| BookError::BadSlice)?;
    Ok((header, slots))
}

/// The slot that link `link` names. [`NONE`] and links beyond the end are corruption here.
#[inline(always)]
pub(crate) fn at(slots: &[Order], link: u32) -> Result<&Order, BookError> {
    // NONE wraps to the greatest index, so that one comparison covers both ends.
    slots.get((link as usize).wrapping_sub(1)).ok_or(BookError::Corrupt)
}

/// As [`at`], to write.
#[inline(always)]
pub(crate) fn at_mut(slots: &mut [Order], link: u32) -> Result<&mut Order, BookError> {
    slots.get_mut((link as usize).wrapping_sub(1)).ok_or(BookError::Corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn slices_that_hold_no_book() {
        let mut words = vec![0u64; required_len(4) / 8];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        assert_eq!(split(bytes).err(), Some(BookError::BadSlice)); // not initialised
        assert_eq!(init(&mut bytes[..HEADER_LEN - 1]), Err(BookError::BadSlice));
        assert_eq!(init(&mut bytes[1..]), Err(BookError::BadSlice));
        init(bytes).unwrap();
        assert!(split(bytes).is_ok());
        assert!(split_mut(bytes).is_ok());
        assert_eq!(split(&bytes[..80]).err(), Some(BookError::BadSlice));
        assert_eq!(split(&bytes[8..]).err(), Some(BookError::BadSlice));
        assert_eq!(split_mut(&mut bytes[..0]).err(), Some(BookError::BadSlice));
    }

    #[test]
    fn only_whole_slots_count() {
        let mut words = vec![0u64; required_len(4) / 8];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        init(bytes).unwrap();
        for cut in [0, 1, 8, SLOT_LEN - 1, SLOT_LEN, SLOT_LEN + 1, 4 * SLOT_LEN] {
            let len = bytes.len() - cut;
            let slots = (len - HEADER_LEN) / SLOT_LEN;
            assert_eq!(split(&bytes[..len]).unwrap().1.len(), slots);
            assert_eq!(split_mut(&mut bytes[..len]).unwrap().1.len(), slots);
        }
    }

    #[test]
    fn keys_order_prices_by_priority() {
        for (low, high) in [(1, 2), (1, i64::MAX), (i64::MAX - 1, i64::MAX)] {
            assert!(key(Side::Ask, Ticks::new(low)) < key(Side::Ask, Ticks::new(high)));
            assert!(key(Side::Bid, Ticks::new(high)) < key(Side::Bid, Ticks::new(low)));
        }
    }

    #[test]
    fn owners_keep_their_address() {
        let mut bytes = [0u8; 48];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = i as u8;
        }
        for start in 0..16 {
            let address: &[u8; 32] = bytes[start..start + 32].try_into().unwrap();
            let owner = Owner::new(address);
            assert_eq!(owner.as_bytes(), address);
            assert_eq!(owner, Owner::from(*address));
            for i in 0..32 {
                let mut other = *address;
                other[i] ^= 0x80;
                assert_ne!(owner, Owner::from(&other));
            }
        }
    }

    #[test]
    fn expiry() {
        let mut order = Order::zeroed();
        assert!(!order.is_expired(i64::MAX));
        order.expires_at = 100;
        assert!(!order.is_expired(99));
        assert!(order.is_expired(100));
    }
}
