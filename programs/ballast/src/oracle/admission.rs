//! Which feeds an underlying may have.
//!
//! **The first** needs an oracle whose every print anybody can show at any time, and which says when the print before was
//! published. Then exactly one print belongs to each boundary in time, so that settlements and the variance have samples that
//! nobody chooses. Pyth's updates are like that. A Switchboard feed keeps its last result only and does not date the one
//! before: settlements would have no sample, and the scan range would never leave its floor. For the same reason the first feed
//! names no account. A single account shows one print at a time, and whoever overwrites it keeps a sample out.
//!
//! **The second** names its account, of whichever oracle. It is compared with the first and stands in for it, without a choice
//! for whoever refreshes. Of a Pyth feed in any account, that caller would choose an update of the last minute: one that diverges,
//! and so stops new risk, or one that hides a divergence. Of a Switchboard feed in any account, it would choose the price itself:
//! anyone can open a feed with any hash on a queue of oracles of their own. What a Pyth feed pins is an account that only moves
//! forward, such as a sponsored price feed account; one whose write authority may post any update gives that choice to the
//! authority.
//!
//! **Either** names which of its oracle's programs owns its accounts. Pyth's two receivers verify by different guardians, and may show
//! different prints of one second: whoever posts would choose between them. The next program may be named with a date, so that a
//! vendor's move from one to the other is no outage.

use super::Source;
use crate::error::BallastError;
use ballast_risk::Feed;

/// Checks the two feeds of an underlying. The errors, in this order: [`BallastError::InvalidFeed`],
/// [`BallastError::UnknownOracle`], [`BallastError::FeedCannotBeFirst`], [`BallastError::FeedNotPinned`],
/// [`BallastError::SameFeedTwice`].
pub fn check(first: &Feed, second: &Feed) -> Result<(), BallastError> {
    let source = check_feed(first)?;
    if first.is_pinned() || !source.can_be_first() {
        return Err(BallastError::FeedCannotBeFirst);
    }
    if *second == Feed::NONE {
        return Ok(());
    }
    check_feed(second)?;
    if !second.is_pinned() {
        return Err(BallastError::FeedNotPinned);
    }
    if second.is_same(first) {
        return Err(BallastError::SameFeedTwice);
    }
    Ok(())
}

/// Checks that a feed is one: a known oracle's, with an id, and with programs that the oracle has.
fn check_feed(feed: &Feed) -> Result<Source, BallastError> {
    if feed.reserved != Feed::NONE.reserved || feed.id == Feed::NONE.id {
        return Err(BallastError::InvalidFeed);
    }
    let source = Source::from_byte(feed.source).ok_or(BallastError::UnknownOracle)?;
    let known = |program: u8| usize::from(program) < source.programs().len();
    let next = match feed.next_from {
        0 => feed.next_program == 0,
        from => from > 0 && feed.next_program != feed.program && known(feed.next_program),
    };
    if known(feed.program) && next { Ok(source) } else { Err(BallastError::InvalidFeed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BallastError as E;

    const PYTH: Feed = Feed { source: Source::Pyth as u8, id: [7; 32], ..Feed::NONE };
    const SWITCHBOARD: Feed = Feed { source: Source::Switchboard as u8, account: [8; 32], id: [9; 32], ..Feed::NONE };

    /// I339.
    #[test]
    fn a_first_feed_stands_alone_or_beside_a_pinned_one() {
        assert_eq!(check(&PYTH, &Feed::NONE), Ok(()));
        assert_eq!(check(&PYTH, &SWITCHBOARD), Ok(()));
        // Ids of different oracles have nothing to do with one another.
        assert_eq!(check(&PYTH, &Feed { id: PYTH.id, ..SWITCHBOARD }), Ok(()));
        assert_eq!(check(&PYTH, &Feed { account: [8; 32], id: [9; 32], ..PYTH }), Ok(()));
    }

    /// I339.
    #[test]
    fn the_first_must_be_a_feed_that_anyone_can_show() {
        assert_eq!(check(&Feed::NONE, &Feed::NONE), Err(E::InvalidFeed));
        assert_eq!(check(&Feed { id: [0; 32], ..PYTH }, &Feed::NONE), Err(E::InvalidFeed));
        assert_eq!(check(&Feed { account: [1; 32], ..PYTH }, &Feed::NONE), Err(E::FeedCannotBeFirst));
        assert_eq!(check(&SWITCHBOARD, &Feed::NONE), Err(E::FeedCannotBeFirst));
        assert_eq!(check(&Feed { account: [0; 32], ..SWITCHBOARD }, &Feed::NONE), Err(E::FeedCannotBeFirst));
        assert_eq!(check(&SWITCHBOARD, &Feed { account: [8; 32], ..PYTH }), Err(E::FeedCannotBeFirst));
    }

    /// I339.
    #[test]
    fn the_second_must_be_another_feed_in_one_account() {
        assert_eq!(check(&PYTH, &Feed { account: [0; 32], ..SWITCHBOARD }), Err(E::FeedNotPinned));
        assert_eq!(check(&PYTH, &Feed { account: [0; 32], id: [9; 32], ..PYTH }), Err(E::FeedNotPinned));
        assert_eq!(check(&PYTH, &Feed { account: [8; 32], ..PYTH }), Err(E::SameFeedTwice));
        assert_eq!(check(&PYTH, &Feed { id: [0; 32], ..SWITCHBOARD }), Err(E::InvalidFeed));
        // What is no feed is zero in every byte.
        assert_eq!(check(&PYTH, &Feed { source: 0, ..SWITCHBOARD }), Err(E::UnknownOracle));
        assert_eq!(check(&PYTH, &Feed { account: [8; 32], ..Feed::NONE }), Err(E::InvalidFeed));
        assert_eq!(check(&PYTH, &Feed { source: Source::Pyth as u8, ..Feed::NONE }), Err(E::InvalidFeed));
    }

    /// I732.
    #[test]
    fn a_feed_names_programs_of_its_oracle() {
        for feed in [PYTH, SWITCHBOARD] {
            let check = |feed: Feed| if feed.is_pinned() { check(&PYTH, &feed) } else { check(&feed, &Feed::NONE) };
            assert_eq!(check(Feed { program: 1, ..feed }), Ok(()));
            assert_eq!(check(Feed { next_program: 1, next_from: 1, ..feed }), Ok(()));
            assert_eq!(check(Feed { program: 1, next_program: 0, next_from: 1, ..feed }), Ok(()));
            for (program, next_program, next_from) in
                [(2, 0, 0), (255, 0, 0), (0, 1, 0), (0, 0, 1), (0, 2, 1), (0, 1, -1)]
            {
                let wrong = Feed { program, next_program, next_from, ..feed };
                assert_eq!(check(wrong), Err(E::InvalidFeed), "{wrong:?}");
            }
        }
    }

    /// I339.
    #[test]
    fn unknown_oracles_and_reserved_bytes_are_refused() {
        for byte in (0..=u8::MAX).filter(|byte| Source::from_byte(*byte).is_none()) {
            assert_eq!(check(&Feed { source: byte, ..PYTH }, &Feed::NONE), Err(E::UnknownOracle));
            assert_eq!(check(&PYTH, &Feed { source: byte, ..SWITCHBOARD }), Err(E::UnknownOracle));
        }
        for at in 0..5 {
            let mut reserved = [0; 5];
            reserved[at] = 1;
            assert_eq!(check(&Feed { reserved, ..PYTH }, &Feed::NONE), Err(E::InvalidFeed));
            assert_eq!(check(&PYTH, &Feed { reserved, ..SWITCHBOARD }), Err(E::InvalidFeed));
            assert_eq!(check(&PYTH, &Feed { reserved, ..Feed::NONE }), Err(E::InvalidFeed));
        }
    }
}
