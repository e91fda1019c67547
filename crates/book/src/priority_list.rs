//! All orders of one side in priority order: a doubly linked list, the best first.

use crate::error::BookError;
use crate::layout::{NONE, Order, SideHeader, at_mut};

/// Puts `link` between its neighbours `better` and `worse`.
#[inline(always)]
pub(crate) fn link_between(
    slots: &mut [Order],
    side: &mut SideHeader,
    link: u32,
    better: u32,
    worse: u32,
) -> Result<(), BookError> {
    if worse == NONE {
        side.worst = link;
    } else {
        at_mut(slots, worse)?.prev = link;
    }
    if better == NONE {
        side.best = link;
    } else {
        at_mut(slots, better)?.next = link;
    }
    Ok(())
}

/// Takes out an order whose neighbours are `better` and `worse`.
#[inline(always)]
pub(crate) fn unlink(slots: &mut [Order], side: &mut SideHeader, better: u32, worse: u32) -> Result<(), BookError> {
    if better == NONE {
        side.best = worse;
    } else {
        at_mut(slots, better)?.next = worse;
    }
    if worse == NONE {
        side.worst = better;
    } else {
        at_mut(slots, worse)?.prev = better;
    }
    Ok(())
}
