//! Price accounts: where the chain has those of a feed, and what an oracle would write, for local validators and tests.

pub mod pyth;
pub mod switchboard;

use crate::decimal;
use anyhow::{Context, Result, ensure};
use ballast::oracle::{OraclePrice, Source};
use ballast_risk::Feed;
use solana_address::Address;

/// Exponent of [`dollars`].
const EXPONENT: i32 = -8;
/// The confidence interval of [`dollars`] is the price over this: 0.05 %.
const CONFIDENCE: u64 = 2_000;

/// What the accounts of a program must contain to be looked at: a search of accounts by their owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The program that owns them.
    pub owner: Address,
    /// Bytes that they have, each with where it starts.
    pub filters: Vec<(usize, Vec<u8>)>,
}

/// Searches that find every account that holds a feed, whichever it names; `ballast::oracle::read` says what is in each. No
/// search where there is no feed.
pub fn searches(feed: &Feed) -> Vec<Search> {
    let Some(source) = Source::from_byte(feed.source) else { return Vec::new() };
    let filters = match source {
        Source::Pyth => pyth::filters(&feed.id),
        Source::Switchboard => switchboard::filters(&feed.id),
    };
    let named = [i64::MIN, i64::MAX].map(|time| feed.program_at(time));
    let programs = (0u8..).zip(source.programs()).filter(|(index, _)| named.contains(index));
    programs.map(|(_, owner)| Search { owner: *owner, filters: filters.clone() }).collect()
}

/// The account that a feed names, if it names one.
pub fn pinned(feed: &Feed) -> Option<Address> {
    feed.is_pinned().then(|| feed.account.into())
}

/// What the account of a feed holds after its oracle has published a price: the program that owns it, and its bytes.
///
/// An oracle that does not date the update before leaves that time out. An error if there is no feed, or if the oracle cannot
/// write that price.
pub fn write(feed: &Feed, price: &OraclePrice) -> Result<(Address, Vec<u8>)> {
    let source = Source::from_byte(feed.source).context("there is no feed to write")?;
    let program = usize::from(feed.program_at(price.publish_time));
    let owner = source.programs().get(program).context("the feed names a program that its oracle does not have")?;
    let data = match source {
        Source::Pyth => pyth::encode(&feed.id, price),
        Source::Switchboard => switchboard::PullFeed::of(&feed.id, price)?.encode(),
    };
    Ok((*owner, data))
}

/// A price in dollars per whole asset with an interval of 0.05 %, published a second after the one before.
pub fn dollars(text: &str, publish_time: i64) -> Result<OraclePrice> {
    let price = decimal::parse(text, EXPONENT.unsigned_abs())?;
    ensure!(price >= 0, "a price is not negative, unlike {text}");
    Ok(OraclePrice {
        price,
        confidence: price as u64 / CONFIDENCE,
        exponent: EXPONENT,
        publish_time,
        previous_publish_time: publish_time - 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast::{error::BallastError, oracle::read};

    fn feed(source: Source) -> Feed {
        Feed { source: source as u8, id: [7; 32], ..Feed::NONE }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let price = dollars("40000.25", 1_700_000_000).unwrap();
        assert_eq!((price.price, price.confidence), (4_000_025_000_000, 2_000_012_500));
        for source in Source::ALL {
            let (owner, data) = write(&feed(source), &price).unwrap();
            let read = read(&feed(source), &owner, &data).unwrap();
            // Equal but for trailing zeros of the mantissa.
            let zeros = 10i64.pow((price.exponent - read.exponent) as u32);
            assert_eq!((read.price, read.confidence), (price.price * zeros, price.confidence * zeros as u64));
            assert_eq!(read.publish_time, price.publish_time);
        }
    }

    #[test]
    fn what_is_written_is_found() {
        let price = dollars("1", 1_700_000_000).unwrap();
        for source in Source::ALL {
            let (owner, data) = write(&feed(source), &price).unwrap();
            let found = |id| {
                let searches = searches(&Feed { id, ..feed(source) });
                let has = |(at, bytes): &(usize, Vec<u8>)| data[*at..].starts_with(bytes);
                searches.iter().filter(|s| s.owner == owner && s.filters.iter().all(has)).count()
            };
            assert_eq!((found([7; 32]), found([8; 32])), (1, 0));
        }
        assert_eq!(searches(&Feed::NONE), []);
    }

    #[test]
    fn one_oracle_does_not_read_what_another_writes() {
        let price = dollars("1", 1_700_000_000).unwrap();
        let (pyth, switchboard) = (feed(Source::Pyth), feed(Source::Switchboard));
        for (writer, reader) in [(pyth, switchboard), (switchboard, pyth)] {
            let (owner, data) = write(&writer, &price).unwrap();
            assert_eq!(read(&reader, &owner, &data), Err(BallastError::OracleWrongOwner));
            let (owner, _) = write(&reader, &price).unwrap();
            assert_eq!(read(&reader, &owner, &data), Err(BallastError::OracleWrongAccount));
        }
        let (owner, data) = write(&pyth, &price).unwrap();
        assert_eq!(read(&Feed::NONE, &owner, &data), Err(BallastError::UnknownOracle));
        assert!(write(&Feed::NONE, &price).is_err());
    }
}
