//! Changing a book.

use bytemuck::Zeroable;

use crate::error::BookError;
use crate::layout::{self, BookHeader, Handle, NONE, NOT_IN_TREE, NewOrder, Order, OrderId, Owner, at, at_mut, key};
use crate::tree::{self, Place};
use crate::view::Book;
use crate::{owner_list, priority_list};
use ballast_units::{Lots, Side, Ticks};

/// A book to change. For reading it has the most used queries itself and the rest in [`BookMut::view`].
#[derive(Debug)]
pub struct BookMut<'a> {
    pub(crate) header: &'a mut BookHeader,
    pub(crate) slots: &'a mut [Order],
}

impl<'a> BookMut<'a> {
    /// Wraps the bytes of an initialised book.
    ///
    /// # Errors
    /// [`BookError::BadSlice`] when `bytes` is too short, not aligned to 8 bytes or not initialised.
    #[inline(always)]
    pub fn from_bytes(bytes: &'a mut [u8]) -> Result<BookMut<'a>, BookError> {
        let (header, slots) = layout::split_mut(bytes)?;
        Ok(BookMut { header, slots })
    }

    /// The same book, to read.
    #[inline(always)]
    pub fn view(&self) -> Book<'_> {
        Book { header: self.header, slots: self.slots }
    }

    /// Inserts an order behind all orders of its side with the same or a better price.
    ///
    /// `head` is the head of the owner's list in this book, which the caller keeps for every pair of
    /// owner and book: 0 at first, then whatever this function and [`remove`](BookMut::remove) leave in it.
    /// O(log n) in the number of price levels; O(1) for a new best price.
    ///
    /// # Errors
    /// [`BookError::BadPrice`], [`BookError::BadLots`], [`BookError::Full`]; [`BookError::NotOwner`] when
    /// `head` is another owner's; [`BookError::Overflow`] of the side's total lots.
    pub fn insert(&mut self, side: Side, new: &NewOrder, head: &mut u32) -> Result<OrderId, BookError> {
        if new.price_ticks <= Ticks::ZERO {
            return Err(BookError::BadPrice);
        }
        if new.lots <= Lots::ZERO {
            return Err(BookError::BadLots);
        }
        let capacity = self.slots.len() / 2;
        let header = self.header.side(side);
        if header.len as usize >= capacity {
            return Err(BookError::Full);
        }
        let total_lots = header.total_lots.get().checked_add(new.lots.get()).ok_or(BookError::Overflow)?;
        let len = header.len.checked_add(1).ok_or(BookError::Overflow)?;
        let seq = self.header.next_seq;
        let next_seq = seq.checked_add(1).ok_or(BookError::Overflow)?;
        owner_list::check_head(self.slots, &new.owner, *head)?;
        let place = self.place(side, new.price_ticks)?;
        let better = match place.worse {
            NONE => self.header.side(side).worst,
            worse => at(self.slots, worse)?.prev,
        };
        let opens_level = better == NONE || at(self.slots, better)?.price_ticks != new.price_ticks;

        let link = self.allocate()?;
        *at_mut(self.slots, link)? = Order {
            owner: new.owner,
            price_ticks: new.price_ticks,
            lots: new.lots,
            client_id: new.client_id,
            seq,
            placed_at: new.placed_at,
            expires_at: new.expires_at,
            next: place.worse,
            prev: better,
            child: [NONE; 2],
            parent: NONE,
            owner_next: *head,
            owner_prev: NONE,
            side: side as u8,
            flags: new.flags,
            colour: NOT_IN_TREE,
            reserved: 0,
        };
        owner_list::push_front(self.slots, head, link)?;
        self.header.next_seq = next_seq;
        let header = self.header.side_mut(side);
        header.total_lots = Lots::new(total_lots);
        header.len = len;
        priority_list::link_between(self.slots, header, link, better, place.worse)?;
        if opens_level {
            tree::insert(self.slots, &mut header.root, link, &place)?;
        }
        Ok(OrderId { handle: Handle(link), seq })
    }

    /// Removes an order of `owner` and returns it as it was. `head` is the head of the owner's list.
    ///
    /// O(1) unless it is the last order of its price level; then O(log n) in the number of levels.
    ///
    /// # Errors
    /// [`BookError::NotFound`], [`BookError::NotOwner`]; [`BookError::Corrupt`] when `head` is not the
    /// head of the list that the order is in.
    pub fn remove(&mut self, handle: Handle, owner: &Owner, head: &mut u32) -> Result<Order, BookError> {
        let order = self.get(handle)?;
        if order.owner != *owner {
            return Err(BookError::NotOwner);
        }
        let side = order.side()?;
        let Order { price_ticks, lots, next, prev, owner_next, owner_prev, colour, .. } = *order;
        let link = handle.0;

        owner_list::unlink(self.slots, head, link, owner_prev, owner_next)?;
        let header = self.header.side_mut(side);
        header.total_lots = Lots::new(header.total_lots.get().checked_sub(lots.get()).ok_or(BookError::Corrupt)?);
        header.len = header.len.checked_sub(1).ok_or(BookError::Corrupt)?;
        priority_list::unlink(self.slots, header, prev, next)?;
        if colour != NOT_IN_TREE {
            if next != NONE && at(self.slots, next)?.price_ticks == price_ticks {
                tree::replace(self.slots, &mut header.root, link, next)?;
            } else {
                tree::remove(self.slots, &mut header.root, link)?;
            }
        }

        let slot = at_mut(self.slots, link)?;
        let removed = *slot;
        *slot = Order::zeroed();
        slot.next = core::mem::replace(&mut self.header.free, link);
        Ok(removed)
    }

    /// Takes `lots` off an order, which keeps its priority, and returns what is left of it. O(1).
    ///
    /// # Errors
    /// [`BookError::NotFound`]; [`BookError::BadLots`] unless `0 < lots <` the order's lots: an order that
    /// is filled in full is to be [removed](BookMut::remove).
    #[inline(always)]
    pub fn reduce(&mut self, handle: Handle, lots: Lots) -> Result<Lots, BookError> {
        let order = self.get(handle)?;
        let side = order.side()?;
        if lots <= Lots::ZERO || lots >= order.lots {
            return Err(BookError::BadLots);
        }
        let left = order.lots.minus(lots)?;
        let header = self.header.side_mut(side);
        header.total_lots = header.total_lots.minus(lots).map_err(|_| BookError::Corrupt)?;
        at_mut(self.slots, handle.0)?.lots = left;
        Ok(left)
    }

    /// Gives an order another name of its owner's. It keeps its priority. O(1).
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests there.
    #[inline(always)]
    pub fn rename(&mut self, handle: Handle, client_id: u64) -> Result<(), BookError> {
        self.get(handle)?;
        at_mut(self.slots, handle.0)?.client_id = client_id;
        Ok(())
    }

    /// See [`Book::get`].
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests there.
    #[inline(always)]
    pub fn get(&self, handle: Handle) -> Result<&Order, BookError> {
        self.view().get(handle)
    }

    /// See [`Book::best`].
    #[inline(always)]
    pub fn best(&self, side: Side) -> Option<Handle> {
        self.view().best(side)
    }

    /// See [`Book::worst`].
    #[inline(always)]
    pub fn worst(&self, side: Side) -> Option<Handle> {
        self.view().worst(side)
    }

    /// See [`Book::next`].
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests at `handle`.
    #[inline(always)]
    pub fn next(&self, handle: Handle) -> Result<Option<Handle>, BookError> {
        self.view().next(handle)
    }

    /// See [`Book::older`].
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests at `handle`.
    #[inline(always)]
    pub fn older(&self, handle: Handle) -> Result<Option<Handle>, BookError> {
        self.view().older(handle)
    }

    /// See [`Book::by_order_id`].
    ///
    /// # Errors
    /// [`BookError::NotFound`] when that order is gone.
    #[inline(always)]
    pub fn by_order_id(&self, id: OrderId) -> Result<Handle, BookError> {
        self.view().by_order_id(id)
    }

    /// See [`Book::find_by_client_id`].
    ///
    /// # Errors
    /// [`BookError::NotFound`] when the list has none.
    #[inline(always)]
    pub fn find_by_client_id(&self, head: u32, client_id: u64) -> Result<Handle, BookError> {
        self.view().find_by_client_id(head, client_id)
    }

    /// See [`Book::total_lots`].
    #[inline(always)]
    pub fn total_lots(&self, side: Side) -> Lots {
        self.view().total_lots(side)
    }

    /// Where an order of this price goes.
    #[inline(always)]
    fn place(&self, side: Side, price_ticks: Ticks) -> Result<Place, BookError> {
        let header = self.header.side(side);
        if header.best != NONE {
            let best = at(self.slots, header.best)?;
            if key(side, price_ticks) < key(side, best.price_ticks) {
                // A new best price goes to the left of the leftmost level.
                return Ok(Place { worse: header.best, parent: header.best });
            }
        }
        tree::find(self.slots, header.root, side, price_ticks)
    }

    /// Takes a slot from the free list, else the first one that was never in use.
    #[inline(always)]
    fn allocate(&mut self) -> Result<u32, BookError> {
        let free = self.header.free;
        if free != NONE {
            let slot = at(self.slots, free)?;
            if slot.seq != 0 {
                return Err(BookError::Corrupt);
            }
            self.header.free = slot.next;
            return Ok(free);
        }
        // Each side holds at most half of the slots, so there is one left.
        let link = self.header.bump.checked_add(1).ok_or(BookError::Corrupt)?;
        if link as usize > self.slots.len() {
            return Err(BookError::Corrupt);
        }
        self.header.bump = link;
        Ok(link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{init, required_len};
    use std::vec;
    use std::vec::Vec;

    fn empty(orders: usize) -> Vec<u64> {
        let mut words = vec![0u64; required_len(orders) / 8];
        init(bytemuck::cast_slice_mut(&mut words)).unwrap();
        words
    }

    fn book(words: &mut [u64]) -> BookMut<'_> {
        BookMut::from_bytes(bytemuck::cast_slice_mut(words)).unwrap()
    }

    fn order(who: u8, price_ticks: i64, lots: i64, client_id: u64) -> NewOrder {
        NewOrder {
            owner: Owner::from([who; 32]),
            price_ticks: Ticks::new(price_ticks),
            lots: Lots::new(lots),
            client_id,
            placed_at: 1_700_000_000,
            expires_at: 0,
            flags: Order::REDUCE_ONLY,
        }
    }

    fn client_ids(book: &BookMut<'_>, side: Side) -> Vec<u64> {
        let orders = book.view().orders(side);
        orders.map(|entry| entry.unwrap().1.client_id).collect()
    }

    /// I100.
    #[test]
    fn price_then_time() {
        let mut words = empty(32);
        let mut book = book(&mut words);
        let mut head = 0;
        for side in Side::BOTH {
            for (client_id, price) in [(0, 50), (1, 40), (2, 60), (3, 50), (4, 40), (5, 50)] {
                book.insert(side, &order(1, price, 1, client_id), &mut head).unwrap();
            }
        }
        assert_eq!(client_ids(&book, Side::Bid), [2, 0, 3, 5, 1, 4]);
        assert_eq!(client_ids(&book, Side::Ask), [1, 4, 0, 3, 5, 2]);
        assert_eq!(book.view().best_price(Side::Bid), Ok(Some(Ticks::new(60))));
        assert_eq!(book.view().best_price(Side::Ask), Ok(Some(Ticks::new(40))));
        book.view().check_invariants().unwrap();
    }

    /// I102.
    #[test]
    fn reduction_keeps_priority_and_totals() {
        let mut words = empty(8);
        let mut book = book(&mut words);
        let mut head = 0;
        let first = book.insert(Side::Ask, &order(1, 9, 10, 1), &mut head);
        book.insert(Side::Ask, &order(1, 9, 10, 2), &mut head).unwrap();
        let handle = first.unwrap().handle;
        assert_eq!(book.reduce(handle, Lots::new(4)), Ok(Lots::new(6)));
        assert_eq!(client_ids(&book, Side::Ask), [1, 2]);
        assert_eq!(book.total_lots(Side::Ask), Lots::new(16));
        for lots in [6, 7, 0, -1, i64::MIN, i64::MAX] {
            assert_eq!(book.reduce(handle, Lots::new(lots)), Err(BookError::BadLots));
        }
        assert_eq!(book.reduce(Handle(0), Lots::new(1)), Err(BookError::NotFound));
        assert_eq!(book.reduce(Handle(3), Lots::new(1)), Err(BookError::NotFound));
        assert_eq!(book.total_lots(Side::Ask), Lots::new(16));
        book.view().check_invariants().unwrap();
    }

    /// I103.
    #[test]
    fn an_old_id_never_names_a_new_order() {
        let mut words = empty(8);
        let mut book = book(&mut words);
        let (owner, mut head) = (Owner::from([1; 32]), 0);
        let old = book.insert(Side::Bid, &order(1, 5, 1, 7), &mut head).unwrap();
        book.remove(old.handle, &owner, &mut head).unwrap();
        assert_eq!(book.by_order_id(old), Err(BookError::NotFound));
        let new = book.insert(Side::Bid, &order(1, 5, 1, 7), &mut head).unwrap();
        assert_eq!(new.handle, old.handle);
        assert_ne!(new.seq, old.seq);
        assert_eq!(book.by_order_id(old), Err(BookError::NotFound));
        assert_eq!(book.by_order_id(new), Ok(new.handle));
        assert_eq!(book.view().order_id(new.handle), Ok(new));
        let nothing = OrderId { handle: Handle(0), seq: 0 };
        assert_eq!(book.by_order_id(nothing), Err(BookError::NotFound));
    }

    /// I104.
    #[test]
    fn one_side_cannot_shut_the_other() {
        let mut words = empty(5);
        let mut book = book(&mut words);
        let mut head = 0;
        for side in Side::BOTH {
            assert_eq!(book.view().side_capacity(), 2);
            for _ in 0..2 {
                book.insert(side, &order(1, 5, 1, 0), &mut head).unwrap();
            }
            let full = book.insert(side, &order(1, 6, 1, 0), &mut head);
            assert_eq!(full, Err(BookError::Full));
        }
    }

    /// I106.
    #[test]
    fn refusals_change_nothing() {
        let mut words = empty(4);
        let (one, two) = (Owner::from([1; 32]), Owner::from([2; 32]));
        let (mut head, mut other_head) = (0, 0);
        let id = book(&mut words).insert(Side::Bid, &order(1, 5, i64::MAX - 1, 0), &mut head).unwrap();
        book(&mut words).insert(Side::Ask, &order(2, 6, 1, 0), &mut other_head).unwrap();
        let before = (words.clone(), head, other_head);
        let mut insert = |new: NewOrder, head: &mut u32| {
            let refused = book(&mut words).insert(Side::Bid, &new, head);
            (refused.unwrap_err(), words == before.0)
        };
        let price = insert(order(1, 0, 1, 0), &mut head);
        assert_eq!(price, (BookError::BadPrice, true));
        let price = insert(order(1, i64::MIN, 1, 0), &mut head);
        assert_eq!(price, (BookError::BadPrice, true));
        let lots = insert(order(1, 1, 0, 0), &mut head);
        assert_eq!(lots, (BookError::BadLots, true));
        let total = insert(order(1, 1, 2, 0), &mut head);
        assert_eq!(total, (BookError::Overflow, true));
        let owner = insert(order(1, 1, 1, 0), &mut other_head);
        assert_eq!(owner, (BookError::NotOwner, true));

        let mut remove = |handle, owner, head: &mut u32| {
            let refused = book(&mut words).remove(handle, owner, head);
            (refused.unwrap_err(), words == before.0)
        };
        let owner = remove(id.handle, &two, &mut other_head);
        assert_eq!(owner, (BookError::NotOwner, true));
        let handle = remove(Handle(3), &one, &mut head);
        assert_eq!(handle, (BookError::NotFound, true));
        let wrong_head = remove(id.handle, &one, &mut other_head);
        assert_eq!(wrong_head, (BookError::Corrupt, true));
        assert_eq!((head, other_head), (before.1, before.2));
    }

    /// I101.
    #[test]
    fn owners_keep_apart() {
        let mut words = empty(32);
        let mut book = book(&mut words);
        let mut heads = [0; 3];
        for i in 0..9u8 {
            let who = i % 3;
            let side = Side::BOTH[usize::from(i) % 2];
            let new = order(who, 10, 1, u64::from(i / 3));
            book.insert(side, &new, &mut heads[usize::from(who)]).unwrap();
        }
        for (who, head) in heads.iter_mut().enumerate() {
            let owner = Owner::from([who as u8; 32]);
            let ids: Vec<u64> = book.view().owner_orders(*head).map(|entry| entry.unwrap().1.client_id).collect();
            assert_eq!(ids, [2, 1, 0]); // the newest first, both sides
            let handle = book.find_by_client_id(*head, 1).unwrap();
            book.remove(handle, &owner, head).unwrap();
            assert_eq!(book.find_by_client_id(*head, 1), Err(BookError::NotFound));
            while *head != 0 {
                book.remove(Handle(*head), &owner, head).unwrap();
            }
            book.view().check_invariants().unwrap();
        }
        assert!(Side::BOTH.iter().all(|side| book.view().is_empty(*side)));
    }

    #[test]
    fn a_renamed_order_keeps_its_place() {
        let mut words = empty(8);
        let mut book = book(&mut words);
        let mut head = 0;
        let ids = [1, 2, 3].map(|n| book.insert(Side::Bid, &order(1, 100, 5, n), &mut head).unwrap());
        book.rename(ids[0].handle, 9).unwrap();
        let names = |book: &BookMut<'_>| -> Vec<u64> {
            book.view().orders(Side::Bid).map(|o| o.unwrap().1.client_id).collect()
        };
        assert_eq!(names(&book), [9, 2, 3]);
        assert_eq!(book.rename(Handle(7), 1), Err(BookError::NotFound));
        assert_eq!(book.rename(Handle(0), 1), Err(BookError::NotFound));
        book.view().check_invariants().unwrap();
    }

    #[test]
    fn an_owners_orders_lead_from_the_newest_to_the_oldest() {
        let mut words = empty(16);
        let mut book = book(&mut words);
        let (mut mine, mut other) = (0, 0);
        let ids = [100, 103, 101].map(|price| {
            book.insert(Side::Ask, &order(2, price, 1, 0), &mut other).unwrap();
            book.insert(Side::Bid, &order(1, price - 50, 5, 0), &mut mine).unwrap()
        });
        assert_eq!(mine, ids[2].handle.0);
        assert_eq!(book.older(ids[2].handle), Ok(Some(ids[1].handle)));
        assert_eq!(book.older(ids[1].handle), Ok(Some(ids[0].handle)));
        assert_eq!(book.older(ids[0].handle), Ok(None));
        assert_eq!(book.older(Handle(0)), Err(BookError::NotFound));
    }
}
