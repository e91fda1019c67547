//! Reading a book.

use crate::error::BookError;
use crate::layout::{self, BookHeader, Handle, NONE, Order, OrderId, at};
use ballast_units::{Lots, Side, Ticks};

/// A book to read.
#[derive(Clone, Copy, Debug)]
pub struct Book<'a> {
    pub(crate) header: &'a BookHeader,
    pub(crate) slots: &'a [Order],
}

/// All orders of one side at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Their price.
    pub price_ticks: Ticks,
    /// The sum of their lots.
    pub lots: Lots,
    /// How many they are.
    pub orders: u32,
}

impl<'a> Book<'a> {
    /// Wraps the bytes of an initialised book.
    ///
    /// # Errors
    /// [`BookError::BadSlice`] when `bytes` is too short, not aligned to 8 bytes or not initialised.
    #[inline(always)]
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Book<'a>, BookError> {
        let (header, slots) = layout::split(bytes)?;
        Ok(Book { header, slots })
    }

    /// How many orders each side can hold: half of the slots, so that neither side can crowd out the other.
    #[inline(always)]
    pub fn side_capacity(&self) -> usize {
        self.slots.len() / 2
    }

    /// How many orders rest on a side.
    #[inline(always)]
    pub fn len(&self, side: Side) -> usize {
        self.header.side(side).len as usize
    }

    /// Whether no order rests on a side.
    #[inline(always)]
    pub fn is_empty(&self, side: Side) -> bool {
        self.header.side(side).len == 0
    }

    /// The sum of the lots that rest on a side.
    #[inline(always)]
    pub fn total_lots(&self, side: Side) -> Lots {
        self.header.side(side).total_lots
    }

    /// The sequence number that the next order will get.
    #[inline(always)]
    pub fn next_seq(&self) -> u64 {
        self.header.next_seq
    }

    /// The order of highest priority of a side. O(1).
    #[inline(always)]
    pub fn best(&self, side: Side) -> Option<Handle> {
        some(self.header.side(side).best)
    }

    /// The order of lowest priority of a side. O(1).
    #[inline(always)]
    pub fn worst(&self, side: Side) -> Option<Handle> {
        some(self.header.side(side).worst)
    }

    /// The price of the best order of a side. O(1).
    ///
    /// # Errors
    /// [`BookError::Corrupt`]
    #[inline(always)]
    pub fn best_price(&self, side: Side) -> Result<Option<Ticks>, BookError> {
        match self.header.side(side).best {
            NONE => Ok(None),
            best => Ok(Some(Ticks::new((at(self.slots, best)?.price_ticks).get()))),
        }
    }

    /// The order at `handle`. O(1).
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests there.
    #[inline(always)]
    pub fn get(&self, handle: Handle) -> Result<&'a Order, BookError> {
        if handle.0 > self.header.bump {
            return Err(BookError::NotFound);
        }
        match at(self.slots, handle.0) {
            Ok(order) if order.seq != 0 => Ok(order),
            _ => Err(BookError::NotFound),
        }
    }

    /// The order next in priority after the one at `handle`, on its side. O(1).
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests at `handle`.
    #[inline(always)]
    pub fn next(&self, handle: Handle) -> Result<Option<Handle>, BookError> {
        Ok(some(self.get(handle)?.next))
    }

    /// The owner's order that is next older than the one at `handle`. O(1).
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests at `handle`.
    #[inline(always)]
    pub fn older(&self, handle: Handle) -> Result<Option<Handle>, BookError> {
        Ok(some(self.get(handle)?.owner_next))
    }

    /// The lasting name of the order at `handle`. O(1).
    ///
    /// # Errors
    /// [`BookError::NotFound`] when no order rests there.
    #[inline(always)]
    pub fn order_id(&self, handle: Handle) -> Result<OrderId, BookError> {
        let seq = self.get(handle)?.seq;
        Ok(OrderId { handle, seq })
    }

    /// The handle of the order that was given `id`. O(1). It says nothing about whose order it is.
    ///
    /// # Errors
    /// [`BookError::NotFound`] when that order is gone, even if another one now rests in its slot.
    #[inline(always)]
    pub fn by_order_id(&self, id: OrderId) -> Result<Handle, BookError> {
        if self.get(id.handle)?.seq != id.seq {
            return Err(BookError::NotFound);
        }
        Ok(id.handle)
    }

    /// The newest order with this client id in the owner's list that begins at `head`. Linear in the list.
    ///
    /// # Errors
    /// [`BookError::NotFound`] when the list has none.
    #[inline(always)]
    pub fn find_by_client_id(&self, head: u32, client_id: u64) -> Result<Handle, BookError> {
        for entry in self.owner_orders(head) {
            let (handle, order) = entry?;
            if order.client_id == client_id {
                return Ok(handle);
            }
        }
        Err(BookError::NotFound)
    }

    /// The orders of a side, in order of priority.
    #[inline(always)]
    pub fn orders(&self, side: Side) -> Orders<'a> {
        Orders(Walk::new(*self, self.header.side(side).best))
    }

    /// The price levels of a side, the best first.
    #[inline(always)]
    pub fn levels(&self, side: Side) -> Levels<'a> {
        Levels(Walk::new(*self, self.header.side(side).best))
    }

    /// The owner's orders in the list that begins at `head`, the newest first.
    #[inline(always)]
    pub fn owner_orders(&self, head: u32) -> OwnerOrders<'a> {
        OwnerOrders(Walk::new(*self, head))
    }
}

#[inline(always)]
fn some(link: u32) -> Option<Handle> {
    (link != NONE).then_some(Handle(link))
}

/// A walk along links. It ends after as many steps as there are slots, and after the first error.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    book: Book<'a>,
    cursor: u32,
    steps_left: usize,
}

impl<'a> Walk<'a> {
    #[inline(always)]
    pub(crate) fn new(book: Book<'a>, start: u32) -> Walk<'a> {
        let steps_left = book.slots.len();
        Walk { book, cursor: start, steps_left }
    }

    /// The order at the cursor, without moving it.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Option<Result<(Handle, &'a Order), BookError>> {
        if self.cursor == NONE {
            return None;
        }
        match at(self.book.slots, self.cursor) {
            Ok(order) if order.seq != 0 && self.steps_left != 0 => Some(Ok((Handle(self.cursor), order))),
            _ => {
                self.cursor = NONE;
                Some(Err(BookError::Corrupt))
            }
        }
    }

    #[inline(always)]
    pub(crate) fn advance(&mut self, to: u32) {
        self.cursor = to;
        self.steps_left = self.steps_left.wrapping_sub(1); // peek saw that it is not zero
    }
}

/// Iterator of [`Book::orders`].
#[derive(Clone, Debug)]
pub struct Orders<'a>(Walk<'a>);

impl<'a> Iterator for Orders<'a> {
    type Item = Result<(Handle, &'a Order), BookError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let item = self.0.peek()?;
        if let Ok((_, order)) = item {
            self.0.advance(order.next);
        }
        Some(item)
    }
}

/// Iterator of [`Book::owner_orders`].
#[derive(Clone, Debug)]
pub struct OwnerOrders<'a>(Walk<'a>);

impl<'a> Iterator for OwnerOrders<'a> {
    type Item = Result<(Handle, &'a Order), BookError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let item = self.0.peek()?;
        if let Ok((_, order)) = item {
            self.0.advance(order.owner_next);
        }
        Some(item)
    }
}

/// Iterator of [`Book::levels`].
#[derive(Clone, Debug)]
pub struct Levels<'a>(Walk<'a>);

impl Iterator for Levels<'_> {
    type Item = Result<Level, BookError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut level: Option<Level> = None;
        loop {
            let order = match self.0.peek() {
                None => return level.map(Ok),
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok((_, order))) => order,
            };
            let so_far = level.get_or_insert(Level { price_ticks: order.price_ticks, lots: Lots::new(0), orders: 0 });
            if order.price_ticks != so_far.price_ticks {
                return level.map(Ok);
            }
            let Some(lots) = so_far.lots.get().checked_add(order.lots.get()) else {
                self.0.cursor = NONE;
                return Some(Err(BookError::Corrupt));
            };
            so_far.lots = Lots::new(lots);
            so_far.orders = so_far.orders.wrapping_add(1); // no more orders than slots
            self.0.advance(order.next);
        }
    }
}
