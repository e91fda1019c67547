//! Which order gives way to a new one when its side is full.

use crate::error::BookError;
use crate::layout::{Handle, Order, key};
use crate::view::{Book, Walk};
use ballast_units::{Lots, Side, Ticks};

/// Of how many of a side's worst orders one may give way to a new order.
pub const EVICTABLE: usize = 8;

/// Seconds for which an order that took another's place stays locked; see [`Order::is_locked`].
pub const LOCK_SECONDS: i64 = 10;

impl Order {
    /// Flag: took the place of another order when its side was full.
    pub const TOOK_A_PLACE: u8 = 2;

    /// Whether its owner may not take it off the book at `now`: it took another order's place less than [`LOCK_SECONDS`] ago.
    /// The book stores the flag; the caller acts on it.
    #[inline(always)]
    pub const fn is_locked(&self, now: i64) -> bool {
        if self.flags & Self::TOOK_A_PLACE == 0 {
            return false;
        }
        match now.checked_sub(self.placed_at) {
            Some(age) => age < LOCK_SECONDS,
            None => true,
        }
    }

    /// What it is worth in lots times ticks. A product of two i64 fits.
    const fn worth(&self) -> i128 {
        worth(self.lots, self.price_ticks)
    }
}

const fn worth(lots: Lots, price_ticks: Ticks) -> i128 {
    (lots.get() as i128).wrapping_mul(price_ticks.get() as i128) // never wraps
}

impl<'a> Book<'a> {
    /// Whether a side has no room for another order.
    #[inline(always)]
    pub fn is_full(&self, side: Side) -> bool {
        self.len(side) >= self.side_capacity()
    }

    /// The orders of a side that may give way to another, the worst first: at most [`EVICTABLE`].
    #[inline(always)]
    pub fn worst_orders(&self, side: Side) -> WorstOrders<'a> {
        let worst = self.worst(side).map_or(0, |handle| handle.0);
        WorstOrders { walk: Walk::new(*self, worst), left: EVICTABLE }
    }

    /// The order that gives way to a new one: of [`Book::worst_orders`] the first that `may_go`, that has a strictly worse price
    /// and is worth no more. None where there is none. Whether the side is full is the caller's to look at.
    ///
    /// # Errors
    /// [`BookError::Corrupt`]
    pub fn giving_way(
        &self,
        side: Side,
        price_ticks: Ticks,
        lots: Lots,
        mut may_go: impl FnMut(&Order) -> bool,
    ) -> Result<Option<Handle>, BookError> {
        let offered = worth(lots, price_ticks);
        for entry in self.worst_orders(side) {
            let (handle, order) = entry?;
            if key(side, price_ticks) >= key(side, order.price_ticks) {
                break; // nor is any order after it worse
            }
            if order.worth() <= offered && may_go(order) {
                return Ok(Some(handle));
            }
        }
        Ok(None)
    }
}

/// Iterator of [`Book::worst_orders`].
#[derive(Clone, Debug)]
pub struct WorstOrders<'a> {
    walk: Walk<'a>,
    left: usize,
}

impl<'a> Iterator for WorstOrders<'a> {
    type Item = Result<(Handle, &'a Order), BookError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = self.walk.peek()?;
        if let Ok((_, order)) = item {
            self.walk.advance(order.prev);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BookMut, NewOrder, Owner, init, required_len};
    use bytemuck::Zeroable;
    use std::vec;
    use std::vec::Vec;

    /// A book whose bids have these prices and lots; the client id is the place in the list.
    fn bids(orders: &[(i64, i64)]) -> Vec<u64> {
        let mut words = vec![0u64; required_len(2 * orders.len()) / 8];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        init(bytes).unwrap();
        let mut book = BookMut::from_bytes(bytes).unwrap();
        let mut head = 0;
        for (n, (price, lots)) in orders.iter().enumerate() {
            let new = NewOrder {
                owner: Owner::from([1; 32]),
                price_ticks: Ticks::new(*price),
                lots: Lots::new(*lots),
                client_id: n as u64,
                placed_at: 0,
                expires_at: 0,
                flags: 0,
            };
            book.insert(Side::Bid, &new, &mut head).unwrap();
        }
        words
    }

    fn view(words: &[u64]) -> Book<'_> {
        Book::from_bytes(bytemuck::cast_slice(words)).unwrap()
    }

    fn gone(book: &Book<'_>, price: i64, lots: i64, may_go: impl Fn(u64) -> bool) -> Option<u64> {
        let handle = book.giving_way(Side::Bid, Ticks::new(price), Lots::new(lots), |o| may_go(o.client_id)).unwrap();
        handle.map(|h| book.get(h).unwrap().client_id)
    }

    /// I151.
    #[test]
    fn the_worst_that_is_worse_and_worth_no_more_gives_way() {
        let words = bids(&[(100, 1), (50, 9), (60, 2), (50, 3)]);
        let book = view(&words);
        assert!(book.is_full(Side::Bid) && !book.is_full(Side::Ask));
        // The younger of two at the worst price is worse, and goes first.
        assert_eq!(gone(&book, 70, 3, |_| true), Some(3));
        // 50 · 9 is worth more than 70 · 3; the one at 60 is not.
        assert_eq!(gone(&book, 70, 3, |id| id != 3), Some(2));
        assert_eq!(gone(&book, 70, 7, |id| id != 3), Some(1));
        // Strictly better, and worth at least as much, to the unit.
        assert_eq!(gone(&book, 50, 100, |_| true), None);
        assert_eq!((gone(&book, 75, 2, |_| true), gone(&book, 74, 2, |_| true)), (Some(3), Some(2)));
        assert_eq!(gone(&book, 60, 1, |_| true), None);
        assert_eq!(gone(&book, 200, 100, |_| false), None);
        assert_eq!(book.giving_way(Side::Ask, Ticks::new(1), Lots::new(1), |_| true), Ok(None));
    }

    /// I151.
    #[test]
    fn only_the_eight_worst_give_way() {
        let orders: Vec<_> = (0..20).map(|n| (100 - n, 1)).collect();
        let words = bids(&orders);
        let book = view(&words);
        let worst: Vec<u64> = book.worst_orders(Side::Bid).map(|o| o.unwrap().1.client_id).collect();
        assert_eq!(worst, [19, 18, 17, 16, 15, 14, 13, 12]);
        assert_eq!(gone(&book, 200, 1, |id| id == 12), Some(12));
        assert_eq!(gone(&book, 200, 1, |id| id == 11), None);
        // Products beyond 64 bits are compared as they are.
        assert_eq!(gone(&book, i64::MAX, i64::MAX, |_| true), Some(19));
    }

    /// I152.
    #[test]
    fn an_order_that_took_a_place_is_locked_for_ten_seconds() {
        let mut order = Order { placed_at: 100, ..Order::zeroed() };
        assert!(!order.is_locked(100));
        order.flags = Order::TOOK_A_PLACE;
        assert!(order.is_locked(100) && order.is_locked(109) && !order.is_locked(110));
        assert!(order.is_locked(99) && !order.is_reduce_only());
        assert!(Order { placed_at: i64::MIN, ..order }.is_locked(i64::MAX));
    }
}
