//! Where the price of an underlying comes from.

use bytemuck::{Pod, Zeroable};

/// A price feed of an oracle. All zero where there is none.
///
/// What the bytes mean is the program's: it knows the oracles, this crate does not.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[cfg_attr(feature = "wincode", derive(wincode::SchemaRead, wincode::SchemaWrite))]
#[cfg_attr(feature = "borsh", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Feed {
    /// The oracle, as the program numbers them; 0 for no feed.
    pub source: u8,
    /// Reserved, zero.
    pub reserved: [u8; 7],
    /// The one account that holds the feed; zero where any account of the oracle with its id will do.
    pub account: [u8; 32],
    /// The oracle's id of the feed.
    pub id: [u8; 32],
}

impl Feed {
    /// No feed.
    pub const NONE: Self = Self { source: 0, reserved: [0; 7], account: [0; 32], id: [0; 32] };

    /// True if there is no feed.
    #[inline(always)]
    pub const fn is_none(&self) -> bool {
        self.source == 0
    }

    /// True if one account holds the feed.
    #[inline(always)]
    pub fn is_pinned(&self) -> bool {
        self.account != [0; 32]
    }

    /// True if both are the same feed of the same oracle, in whichever account.
    #[inline(always)]
    pub fn is_same(&self, other: &Self) -> bool {
        self.source == other.source && self.id == other.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_known_by_its_oracle_and_its_id() {
        let feed = Feed { source: 1, account: [8; 32], id: [7; 32], ..Feed::NONE };
        assert!(feed.is_same(&Feed { account: [9; 32], ..feed }));
        assert!(!feed.is_same(&Feed { source: 2, ..feed }));
        assert!(!feed.is_same(&Feed { id: [6; 32], ..feed }));
        assert!(Feed::NONE.is_none() && !feed.is_none());
        assert!(feed.is_pinned() && !Feed { account: [0; 32], ..feed }.is_pinned());
    }
}
