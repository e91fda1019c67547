//! The tree of price levels: red-black, intrusive, with parent links.
//!
//! A node is the first order of its price level. Left (0) holds better prices, right (1) worse ones. The
//! algorithms are those of Cormen, Leiserson, Rivest and Stein, *Introduction to Algorithms*, chapter 13,
//! without a sentinel: an absent node is black, and a fix-up carries the parent of the place it works on.
//! Every loop ends after [`MAX_HEIGHT`] rounds at the latest, whatever the bytes say.

use crate::error::BookError;
use crate::layout::{BLACK, NONE, NOT_IN_TREE, Order, RED, at, at_mut, key};
use ballast_units::{Side, Ticks};

/// Towards better prices.
pub(crate) const LEFT: usize = 0;
/// Towards worse prices.
pub(crate) const RIGHT: usize = 1;

/// A red-black tree of n nodes is at most 2·log2(n + 1) high: this is enough for 2^32 nodes.
pub(crate) const MAX_HEIGHT: usize = 65;

/// Where a price belongs.
pub(crate) struct Place {
    /// The best level that is worse; [`NONE`] if there is none.
    pub worse: u32,
    /// The level above the free place for a new level; [`NONE`] in an empty tree. The place is to its left
    /// exactly if it is `worse`.
    pub parent: u32,
}

/// Finds the place of a price.
///
/// Not inlined, so that the loop has the registers for itself.
#[inline(never)]
pub(crate) fn find(slots: &[Order], root: u32, side: Side, price_ticks: Ticks) -> Result<Place, BookError> {
    let wanted = key(side, price_ticks);
    let (mut parent, mut worse) = (NONE, NONE);
    let mut cursor = root;
    for _ in 0..MAX_HEIGHT {
        if cursor == NONE {
            return Ok(Place { worse, parent });
        }
        let node = at(slots, cursor)?;
        parent = cursor;
        if wanted < key(side, node.price_ticks) {
            worse = cursor;
            cursor = node.child(LEFT);
        } else {
            cursor = node.child(RIGHT);
        }
    }
    Err(BookError::Corrupt)
}

/// Hangs `node`, whose links and colour are clear, into its place and restores the balance.
#[inline(always)]
pub(crate) fn insert(slots: &mut [Order], root: &mut u32, node: u32, place: &Place) -> Result<(), BookError> {
    let parent = place.parent;
    let new = at_mut(slots, node)?;
    new.parent = parent;
    new.colour = RED;
    if parent == NONE {
        new.colour = BLACK;
        *root = node;
        return Ok(());
    }
    let dir = if parent == place.worse { LEFT } else { RIGHT };
    let above = at_mut(slots, parent)?;
    if above.child(dir) != NONE {
        return Err(BookError::Corrupt);
    }
    above.set_child(dir, node);
    if above.colour == BLACK {
        return Ok(());
    }
    insert_fixup(slots, root, node, parent)
}

/// `node` and `parent` are both red.
#[inline(never)]
fn insert_fixup(slots: &mut [Order], root: &mut u32, mut node: u32, mut parent: u32) -> Result<(), BookError> {
    for _ in 0..MAX_HEIGHT {
        let grandparent = at(slots, parent)?.parent; // exists, since the root is black
        let above = at_mut(slots, grandparent)?;
        let dir = usize::from(above.child(LEFT) != parent);
        let uncle = above.child(dir ^ 1);
        if uncle != NONE {
            above.colour = RED;
            let uncle = at_mut(slots, uncle)?;
            if uncle.colour == RED {
                uncle.colour = BLACK;
                at_mut(slots, parent)?.colour = BLACK;
                node = grandparent;
                let above = at_mut(slots, node)?;
                parent = above.parent;
                if parent == NONE {
                    above.colour = BLACK;
                    return Ok(());
                }
                if at(slots, parent)?.colour == BLACK {
                    return Ok(());
                }
                continue;
            }
        }
        if at(slots, parent)?.child(dir) != node {
            rotate(slots, root, parent, dir)?;
            parent = node;
        }
        at_mut(slots, parent)?.colour = BLACK;
        at_mut(slots, grandparent)?.colour = RED;
        return rotate(slots, root, grandparent, dir ^ 1);
    }
    Err(BookError::Corrupt)
}

/// Takes `node` out of the tree. Its own links are left as they were.
pub(crate) fn remove(slots: &mut [Order], root: &mut u32, node: u32) -> Result<(), BookError> {
    let Order { child: [left, right], parent: above, colour, .. } = *at(slots, node)?;
    if left != NONE && right != NONE {
        return remove_inner(slots, root, node);
    }

    // At most one child, which then is red and takes the place in black.
    let child = if left != NONE { left } else { right };
    let dir = replace_child(slots, root, above, node, child)?;
    if child != NONE {
        let child = at_mut(slots, child)?;
        child.parent = above;
        child.colour = BLACK;
        return Ok(());
    }
    if colour == BLACK {
        return remove_fixup(slots, root, above, dir);
    }
    Ok(())
}

/// Takes out a node with two children: the next worse level takes its place and colour.
fn remove_inner(slots: &mut [Order], root: &mut u32, node: u32) -> Result<(), BookError> {
    let Order { child: [left, right], parent: above, colour, .. } = *at(slots, node)?;

    let mut heir = right;
    for _ in 0..MAX_HEIGHT {
        match at(slots, heir)?.child(LEFT) {
            NONE => break,
            better => heir = better,
        }
    }
    let Order { child: [better, orphan], parent: heir_parent, colour: heir_colour, .. } = *at(slots, heir)?;
    if better != NONE {
        return Err(BookError::Corrupt);
    }

    // Where a level is missing afterwards.
    let (parent, dir) = if heir == right {
        (heir, RIGHT)
    } else {
        at_mut(slots, heir_parent)?.set_child(LEFT, orphan);
        at_mut(slots, heir)?.set_child(RIGHT, right);
        at_mut(slots, right)?.parent = heir;
        (heir_parent, LEFT)
    };
    let moved = at_mut(slots, heir)?;
    moved.set_child(LEFT, left);
    moved.parent = above;
    moved.colour = colour;
    at_mut(slots, left)?.parent = heir;
    replace_child(slots, root, above, node, heir)?;

    if orphan != NONE {
        let orphan = at_mut(slots, orphan)?;
        orphan.parent = parent;
        orphan.colour = BLACK;
        return Ok(());
    }
    if heir_colour == BLACK {
        return remove_fixup(slots, root, parent, dir);
    }
    Ok(())
}

/// The paths through the child of `parent` in direction `dir`, a black or absent node, lack one black node.
fn remove_fixup(slots: &mut [Order], root: &mut u32, mut parent: u32, mut dir: usize) -> Result<(), BookError> {
    for _ in 0..MAX_HEIGHT {
        if parent == NONE {
            return Ok(());
        }
        let mut sibling = at(slots, parent)?.child(dir ^ 1);
        if at(slots, sibling)?.colour == RED {
            at_mut(slots, sibling)?.colour = BLACK;
            at_mut(slots, parent)?.colour = RED;
            rotate(slots, root, parent, dir)?;
            sibling = at(slots, parent)?.child(dir ^ 1);
        }
        let (near, far) = {
            let sibling = at(slots, sibling)?;
            (sibling.child(dir), sibling.child(dir ^ 1))
        };
        if far != NONE && at(slots, far)?.colour == RED {
            let above = at_mut(slots, parent)?;
            let colour = above.colour;
            above.colour = BLACK;
            at_mut(slots, sibling)?.colour = colour;
            at_mut(slots, far)?.colour = BLACK;
            return rotate(slots, root, parent, dir);
        }
        if near != NONE && at(slots, near)?.colour == RED {
            rotate(slots, root, sibling, dir ^ 1)?;
            let above = at_mut(slots, parent)?;
            let colour = above.colour;
            above.colour = BLACK;
            at_mut(slots, near)?.colour = colour;
            return rotate(slots, root, parent, dir);
        }
        at_mut(slots, sibling)?.colour = RED;
        let above = at_mut(slots, parent)?;
        if above.colour == RED {
            above.colour = BLACK;
            return Ok(());
        }
        let child = parent;
        parent = above.parent;
        if parent != NONE {
            dir = usize::from(at(slots, parent)?.child(LEFT) != child);
        }
    }
    Err(BookError::Corrupt)
}

/// Puts `heir`, which is not in the tree, in the place of `node`, at the same price.
pub(crate) fn replace(slots: &mut [Order], root: &mut u32, node: u32, heir: u32) -> Result<(), BookError> {
    let Order { child, parent, colour, .. } = *at(slots, node)?;
    let new = at_mut(slots, heir)?;
    if new.colour != NOT_IN_TREE {
        return Err(BookError::Corrupt);
    }
    new.child = child;
    new.parent = parent;
    new.colour = colour;
    for child in child {
        if child != NONE {
            at_mut(slots, child)?.parent = heir;
        }
    }
    replace_child(slots, root, parent, node, heir)?;
    Ok(())
}

/// Makes `new` the child of `parent`, or the root, where `old` was; returns the direction.
#[inline(always)]
fn replace_child(slots: &mut [Order], root: &mut u32, parent: u32, old: u32, new: u32) -> Result<usize, BookError> {
    if parent == NONE {
        *root = new;
        return Ok(LEFT);
    }
    let parent = at_mut(slots, parent)?;
    let dir = usize::from(parent.child(LEFT) != old);
    if parent.child(dir) != old {
        return Err(BookError::Corrupt);
    }
    parent.set_child(dir, new);
    Ok(dir)
}

/// Moves `node` down in direction `dir`; its child on the other side takes its place.
fn rotate(slots: &mut [Order], root: &mut u32, node: u32, dir: usize) -> Result<(), BookError> {
    let top = at(slots, node)?;
    let (parent, riser) = (top.parent, top.child(dir ^ 1));
    let rising = at_mut(slots, riser)?;
    let middle = rising.child(dir);
    rising.set_child(dir, node);
    rising.parent = parent;
    let top = at_mut(slots, node)?;
    top.set_child(dir ^ 1, middle);
    top.parent = riser;
    if middle != NONE {
        at_mut(slots, middle)?.parent = node;
    }
    replace_child(slots, root, parent, node, riser)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::layout::required_len;
    use crate::{BookMut, Handle, NewOrder, Owner, Side, init};
    use ballast_units::{Lots, Ticks};
    use std::vec;
    use std::vec::Vec;

    /// All orders in which the numbers below `n` can come (Heap's algorithm).
    fn permutations(n: usize) -> Vec<Vec<usize>> {
        let mut items: Vec<usize> = (0..n).collect();
        let mut all = vec![items.clone()];
        let mut counters = vec![0; n];
        let mut i = 1;
        while i < n {
            if counters[i] < i {
                items.swap(if i % 2 == 0 { 0 } else { counters[i] }, i);
                all.push(items.clone());
                counters[i] += 1;
                i = 1;
            } else {
                counters[i] = 0;
                i += 1;
            }
        }
        all
    }

    /// Inserts one order at each price, removes some by their place in `prices`, and checks every state.
    fn insert_then_remove(prices: &[i64], removals: &[usize]) {
        let owner = Owner::from([1; 32]);
        let mut words = vec![0u64; required_len(2 * prices.len()) / 8];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        init(bytes).unwrap();
        let mut book = BookMut::from_bytes(bytes).unwrap();
        let mut head = 0;
        let mut handles: Vec<Handle> = vec![];
        for price_ticks in prices {
            let order = NewOrder {
                owner,
                price_ticks: Ticks::new(*price_ticks),
                lots: Lots::new(1),
                client_id: 0,
                placed_at: 0,
                expires_at: 0,
                flags: 0,
            };
            let id = book.insert(Side::Bid, &order, &mut head).unwrap();
            handles.push(id.handle);
            book.view().check_invariants().unwrap();
        }
        for at in removals {
            book.remove(handles[*at], &owner, &mut head).unwrap();
            book.view().check_invariants().unwrap();
        }
    }

    #[test]
    fn five_levels_in_every_order() {
        let orders = permutations(5);
        assert_eq!(orders.len(), 120);
        for insertion in &orders {
            let prices: Vec<i64> = insertion.iter().map(|i| 1 + *i as i64).collect();
            for removal in &orders {
                insert_then_remove(&prices, removal);
            }
        }
    }

    #[test]
    fn any_pair_out_of_a_tree() {
        for n in [9, 16, 23] {
            let rising: Vec<i64> = (1..=n).collect();
            let falling: Vec<i64> = (1..=n).rev().collect();
            let inwards: Vec<i64> = (0..n).map(|i| if i % 2 == 0 { 1 + i } else { 100 - i }).collect();
            for prices in [rising, falling, inwards] {
                for first in 0..n as usize {
                    for second in (0..n as usize).filter(|second| *second != first) {
                        insert_then_remove(&prices, &[first, second]);
                    }
                }
            }
        }
    }
}
