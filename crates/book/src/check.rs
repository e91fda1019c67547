//! Proof by exhaustion that a book is sound. Slow: for tests, bots and debugging.

use crate::layout::{BLACK, NONE, NOT_IN_TREE, Order, RED, at, key};
use crate::tree::{LEFT, MAX_HEIGHT, RIGHT};
use crate::view::Book;
use ballast_units::{Lots, Side, Ticks};

impl Book<'_> {
    /// Checks everything that must hold between operations: the priority order and its links, the tree's
    /// order, balance and links, the owners' lists, the free list, counts and totals. O(n log n), no memory.
    ///
    /// # Errors
    /// The first violated invariant, in words.
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        let bump = self.header.bump as usize;
        ensure(bump <= self.slots.len(), "more slots used than there are")?;
        let mut live = 0usize;
        for side in Side::BOTH {
            self.check_priority_list(side)?;
            self.check_tree(side)?;
            live = live.checked_add(self.len(side)).ok_or("a count overflows")?;
        }
        self.check_free_list(live)?;
        self.check_owner_lists(live)
    }

    fn slot(&self, link: u32) -> Result<&Order, &'static str> {
        ensure(link <= self.header.bump, "a link leads beyond the used slots")?;
        at(self.slots, link).map_err(|_| "a link leads nowhere")
    }

    fn check_priority_list(&self, side: Side) -> Result<(), &'static str> {
        let header = self.header.side(side);
        ensure(self.len(side) <= self.side_capacity(), "a side is overfull")?;
        let (mut len, mut lots) = (0u32, 0i64);
        let (mut prev, mut link) = (NONE, header.best);
        while link != NONE {
            ensure(len < header.len, "a priority list is longer than its count")?;
            let order = self.slot(link)?;
            ensure(order.seq != 0, "a free slot is in a priority list")?;
            ensure(order.seq < self.header.next_seq, "a seq is not yet given out")?;
            ensure(order.side == side as u8, "an order is on the wrong side")?;
            ensure(order.price_ticks > Ticks::ZERO, "a price is not positive")?;
            ensure(order.lots > Lots::ZERO, "an order has no lots")?;
            ensure(order.prev == prev, "a priority list is broken")?;
            let mut opens_level = true;
            if prev != NONE {
                let better = self.slot(prev)?;
                let keys = (key(side, better.price_ticks), key(side, order.price_ticks));
                ensure(keys.0 <= keys.1, "prices are out of order")?;
                opens_level = keys.0 != keys.1;
                ensure(opens_level || better.seq < order.seq, "orders of one price are out of order")?;
            }
            ensure(
                opens_level == (order.colour != NOT_IN_TREE),
                "the tree does not hold exactly the first order of each level",
            )?;
            ensure(
                opens_level || (order.child == [NONE; 2] && order.parent == NONE),
                "an order outside the tree has tree links",
            )?;
            len = len.checked_add(1).ok_or("a count overflows")?;
            lots = lots.checked_add(order.lots.get()).ok_or("lots overflow")?;
            (prev, link) = (link, order.next);
        }
        ensure(prev == header.worst, "the worst order is not the last")?;
        ensure(len == header.len, "a side's count is wrong")?;
        ensure(lots == header.total_lots.get(), "a side's total is wrong")
    }

    /// Walks the tree in order along with the priority list: both must show the same levels.
    fn check_tree(&self, side: Side) -> Result<(), &'static str> {
        let header = self.header.side(side);
        ensure((header.root == NONE) == (header.best == NONE), "an empty tree beside orders, or the reverse")?;
        let mut node = header.root;
        if node == NONE {
            return Ok(());
        }
        let root = self.slot(node)?;
        ensure(root.parent == NONE, "the root has a parent")?;
        ensure(root.colour == BLACK, "the root is not black")?;
        node = self.leftmost(node)?;
        let mut black_height = None;
        let mut link = header.best;
        while link != NONE {
            let order = self.slot(link)?;
            if order.colour != NOT_IN_TREE {
                ensure(node == link, "tree and priority list differ")?;
                self.check_node(node, &mut black_height)?;
                node = self.successor(node)?;
            }
            link = order.next;
        }
        ensure(node == NONE, "the tree has more levels than the list")
    }

    fn check_node(&self, link: u32, black_height: &mut Option<usize>) -> Result<(), &'static str> {
        let node = self.slot(link)?;
        ensure(node.colour == RED || node.colour == BLACK, "a colour is unknown")?;
        for child in node.child {
            if child == NONE {
                let height = self.blacks_above(link)?;
                ensure(*black_height.get_or_insert(height) == height, "black heights differ")?;
                continue;
            }
            let child = self.slot(child)?;
            ensure(child.parent == link, "a child does not know its parent")?;
            ensure(node.colour == BLACK || child.colour == BLACK, "a red node has a red child")?;
        }
        Ok(())
    }

    fn leftmost(&self, mut link: u32) -> Result<u32, &'static str> {
        for _ in 0..MAX_HEIGHT {
            match self.slot(link)?.child(LEFT) {
                NONE => return Ok(link),
                left => link = left,
            }
        }
        Err("the tree is too high")
    }

    fn successor(&self, mut link: u32) -> Result<u32, &'static str> {
        let right = self.slot(link)?.child(RIGHT);
        if right != NONE {
            return self.leftmost(right);
        }
        for _ in 0..=MAX_HEIGHT {
            let parent = self.slot(link)?.parent;
            if parent == NONE || self.slot(parent)?.child(LEFT) == link {
                return Ok(parent);
            }
            link = parent;
        }
        Err("the tree is too high")
    }

    fn blacks_above(&self, mut link: u32) -> Result<usize, &'static str> {
        let mut blacks = 0;
        for _ in 0..=MAX_HEIGHT {
            if link == NONE {
                return Ok(blacks);
            }
            let node = self.slot(link)?;
            blacks = blacks.checked_add(usize::from(node.colour == BLACK)).ok_or("a count overflows")?;
            link = node.parent;
        }
        Err("the tree is too high")
    }

    /// The free list holds every used slot that is not live: it has the right length, and it ends.
    fn check_free_list(&self, live: usize) -> Result<(), &'static str> {
        let bump = self.header.bump as usize;
        let free = bump.checked_sub(live).ok_or("more orders than slots")?;
        let mut link = self.header.free;
        for _ in 0..free {
            let slot = self.slot(link)?;
            ensure(slot.seq == 0, "an order is in the free list")?;
            link = slot.next;
        }
        ensure(link == NONE, "the free list has the wrong length")
    }

    /// Every list is linked both ways and begins somewhere; together they hold every order once.
    fn check_owner_lists(&self, live: usize) -> Result<(), &'static str> {
        let used = self.slots.get(..self.header.bump as usize).unwrap_or(&[]);
        let mut seen = 0usize;
        let mut heads = used.iter().zip(1u32..);
        while let Some((first, mut link)) = heads.find(|(slot, _)| slot.seq != 0 && slot.owner_prev == NONE) {
            let mut prev = NONE;
            while link != NONE {
                ensure(seen < live, "an owner's list has orders that do not rest")?;
                let order = self.slot(link)?;
                ensure(order.seq != 0, "a free slot is in an owner's list")?;
                ensure(order.owner == first.owner, "an owner's list is mixed")?;
                ensure(order.owner_prev == prev, "an owner's list is broken")?;
                seen = seen.checked_add(1).ok_or("a count overflows")?;
                (prev, link) = (link, order.owner_next);
            }
        }
        ensure(seen == live, "an order is in no owner's list")
    }
}

fn ensure(holds: bool, what: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(what) }
}
