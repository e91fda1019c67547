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
    /// Which of the oracle's programs owns the accounts that show the feed, as the program numbers them: two of them verify updates by
    /// different signers and may show different prints of one second.
    pub program: u8,
    /// Which of them does from [`Feed::next_from`] on; 0 where none is to follow.
    pub next_program: u8,
    /// Reserved, zero.
    pub reserved: [u8; 5],
    /// The one account that holds the feed; zero where any account of the oracle with its id will do.
    pub account: [u8; 32],
    /// The oracle's id of the feed.
    pub id: [u8; 32],
    /// Publish time, in seconds, of the first print that is the next program's; 0 where none is to follow.
    pub next_from: i64,
}

impl Feed {
    /// No feed.
    pub const NONE: Self =
        Self { source: 0, program: 0, next_program: 0, reserved: [0; 5], account: [0; 32], id: [0; 32], next_from: 0 };

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

    /// Which of the oracle's programs shows the print of a publish time. One does, so that whoever posts a print chooses nothing.
    #[inline(always)]
    pub const fn program_at(&self, publish_time: i64) -> u8 {
        if self.next_from != 0 && publish_time >= self.next_from { self.next_program } else { self.program }
    }

    /// True if both are the same feed of the same oracle, in whichever account and of whichever program.
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
        assert!(feed.is_same(&Feed { program: 1, ..feed }));
        assert!(feed.is_pinned() && !Feed { account: [0; 32], ..feed }.is_pinned());
    }

    #[test]
    fn one_program_shows_the_print_of_a_time() {
        let feed = Feed { source: 1, program: 2, id: [7; 32], ..Feed::NONE };
        assert_eq!([i64::MIN, 0, 99, 100, i64::MAX].map(|time| feed.program_at(time)), [2; 5]);
        let feed = Feed { next_program: 1, next_from: 100, ..feed };
        assert_eq!([i64::MIN, 0, 99, 100, i64::MAX].map(|time| feed.program_at(time)), [2, 2, 2, 1, 1]);
    }
}
