//! The orders of one owner in this book: a doubly linked list, the newest first, whose head the caller keeps.

use crate::error::BookError;
use crate::layout::{NONE, Order, Owner, at, at_mut};

/// Checks, before anything is changed, that `head` is the head of a list of `owner`.
#[inline(always)]
pub(crate) fn check_head(slots: &[Order], owner: &Owner, head: u32) -> Result<(), BookError> {
    if head == NONE {
        return Ok(());
    }
    let first = at(slots, head)?;
    if first.owner != *owner {
        return Err(BookError::NotOwner);
    }
    if first.seq == 0 || first.owner_prev != NONE {
        return Err(BookError::Corrupt);
    }
    Ok(())
}

/// Puts `link`, which already links to the old head, at the front.
#[inline(always)]
pub(crate) fn push_front(slots: &mut [Order], head: &mut u32, link: u32) -> Result<(), BookError> {
    let older = core::mem::replace(head, link);
    if older != NONE {
        at_mut(slots, older)?.owner_prev = link;
    }
    Ok(())
}

/// Takes out order `link`, whose neighbours are `newer` and `older`.
#[inline(always)]
pub(crate) fn unlink(slots: &mut [Order], head: &mut u32, link: u32, newer: u32, older: u32) -> Result<(), BookError> {
    if newer == NONE {
        if *head != link {
            return Err(BookError::Corrupt);
        }
        *head = older;
    } else {
        at_mut(slots, newer)?.owner_next = older;
    }
    if older != NONE {
        at_mut(slots, older)?.owner_prev = newer;
    }
    Ok(())
}
