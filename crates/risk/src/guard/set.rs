//! A set of underlyings.

use crate::MAX_UNDERLYINGS;

/// A set of underlyings of a board, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderlyingSet(u32);

const _: () = assert!(MAX_UNDERLYINGS <= u32::BITS as usize);

impl UnderlyingSet {
    /// None of them.
    pub const EMPTY: Self = Self(0);

    /// All of them.
    pub const ALL: Self = Self(u32::MAX >> (u32::BITS as usize - MAX_UNDERLYINGS));

    /// One underlying, by its index. An index that no board has gives the empty set.
    #[inline(always)]
    pub const fn one(index: u16) -> Self {
        if (index as usize) < MAX_UNDERLYINGS { Self(1 << index) } else { Self::EMPTY }
    }

    /// With one more.
    #[inline(always)]
    #[must_use]
    pub const fn with(self, index: u16) -> Self {
        Self(self.0 | Self::one(index).0)
    }

    /// Without one.
    #[inline(always)]
    #[must_use]
    pub const fn without(self, index: u16) -> Self {
        Self(self.0 & !Self::one(index).0)
    }

    /// Those that another set does not have.
    #[inline(always)]
    #[must_use]
    pub const fn except(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True if an underlying is in it.
    #[inline(always)]
    pub const fn contains(self, index: u16) -> bool {
        self.0 & Self::one(index).0 != 0
    }

    /// True if it is empty.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The indices in it, in ascending order.
    pub fn iter(self) -> impl Iterator<Item = u16> {
        (0..MAX_UNDERLYINGS as u16).filter(move |index| self.contains(*index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{vec, vec::Vec};

    #[test]
    fn holds_what_was_put_in() {
        let set = UnderlyingSet::one(3).with(31).with(0).with(3).without(0);
        assert_eq!(set.iter().collect::<Vec<_>>(), vec![3, 31]);
        assert!(set.contains(31) && !set.contains(0) && !set.contains(32) && !set.contains(u16::MAX));
        assert_eq!(UnderlyingSet::ALL.iter().count(), MAX_UNDERLYINGS);
        assert_eq!(UnderlyingSet::ALL.except(set).except(UnderlyingSet::ALL), UnderlyingSet::EMPTY);
        assert!(!UnderlyingSet::ALL.except(set).contains(3) && UnderlyingSet::ALL.except(set).contains(4));
        assert!(UnderlyingSet::one(32).is_empty() && UnderlyingSet::EMPTY.is_empty());
    }
}
