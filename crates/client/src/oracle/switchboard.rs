//! Pull feeds as Switchboard On-Demand writes them. On a real cluster they are written by that program itself.

use anyhow::{Context, Result};
use ballast::oracle::{
    OraclePrice,
    switchboard::{DECIMALS, DISCRIMINATOR, LEN, MIN_SAMPLES, PROGRAMS, SUBMISSIONS, offset},
};
use solana_address::Address;

/// The program that is said to have written a feed.
pub const OWNER: Address = PROGRAMS[0];

/// Slot at which all values say that they were signed.
const SLOT: u64 = 1;

/// A result to write.
#[derive(Clone, Copy, Debug)]
pub struct PullFeed {
    /// Hash of what the feed observes.
    pub feed_hash: [u8; 32],
    /// Median, 18 decimals.
    pub value: i128,
    /// Standard deviation, 18 decimals.
    pub std_dev: i128,
    /// Number of samples; each has the median's value.
    pub num_samples: u8,
    /// When the samples were submitted, seconds.
    pub publish_time: i64,
}

impl PullFeed {
    /// A price as the median of as few samples as will do. It dates no update before. An error if it does not fit 18
    /// decimals.
    pub fn of(feed_hash: &[u8; 32], price: &OraclePrice) -> Result<Self> {
        let power = price.exponent.checked_add(DECIMALS).and_then(|power| u32::try_from(power).ok());
        let factor = power.and_then(|power| 10i128.checked_pow(power));
        let scaled = |number: i128| {
            factor.and_then(|factor| number.checked_mul(factor)).context("a price that 18 decimals cannot hold")
        };
        Ok(Self {
            feed_hash: *feed_hash,
            value: scaled(price.price.into())?,
            std_dev: scaled(price.confidence.into())?,
            num_samples: MIN_SAMPLES,
            publish_time: price.publish_time,
        })
    }

    /// The account's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut data = vec![0; LEN];
        let mut put = |offset: usize, bytes: &[u8]| data[offset..offset + bytes.len()].copy_from_slice(bytes);
        put(0, &DISCRIMINATOR);
        for index in 0..usize::from(self.num_samples).min(SUBMISSIONS) {
            let submission = offset::SUBMISSION + index * offset::SUBMISSION_LEN;
            put(submission, &[1 + index as u8; 32]); // oracle
            put(submission + offset::SUBMISSION_SLOT, &SLOT.to_le_bytes());
            put(submission + offset::SUBMISSION_SLOT + 8, &SLOT.to_le_bytes()); // landed at
            put(submission + offset::SUBMISSION_VALUE, &self.value.to_le_bytes());
            put(offset::TIMESTAMP + index * 8, &self.publish_time.to_le_bytes());
        }
        put(offset::FEED_HASH, &self.feed_hash);
        put(offset::MIN_SAMPLE_SIZE, &[MIN_SAMPLES]);
        put(offset::LAST_UPDATE, &self.publish_time.to_le_bytes());
        put(offset::VALUE, &self.value.to_le_bytes());
        put(offset::STD_DEV, &self.std_dev.to_le_bytes());
        put(offset::STD_DEV + 16, &self.value.to_le_bytes()); // mean
        put(offset::NUM_SAMPLES, &[self.num_samples]);
        put(offset::SLOT, &SLOT.to_le_bytes());
        put(offset::SLOT + 8, &SLOT.to_le_bytes()); // first slot
        put(offset::SLOT + 16, &SLOT.to_le_bytes()); // last slot
        data
    }
}

/// What the feeds with a hash contain, and where.
pub(super) fn filters(feed_hash: &[u8; 32]) -> Vec<(usize, Vec<u8>)> {
    vec![(0, DISCRIMINATOR.to_vec()), (offset::FEED_HASH, feed_hash.to_vec())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast::{
        error::BallastError,
        oracle::{OraclePrice, switchboard::parse},
    };

    const FEED: PullFeed = PullFeed {
        feed_hash: [7; 32],
        value: 40_000_250_000_000_000_000_000,
        std_dev: 3_500_000_000_000_000_001,
        num_samples: MIN_SAMPLES,
        publish_time: 1_700_000_000,
    };

    fn read(feed: &PullFeed) -> Result<OraclePrice, BallastError> {
        parse(&PROGRAMS[0], &feed.encode(), &[7; 32])
    }

    #[test]
    fn what_is_written_is_read_back() {
        let expected = OraclePrice {
            price: 4_000_025_000_000_000_000,
            confidence: 350_000_000_000_001,
            exponent: -14,
            publish_time: 1_700_000_000,
            previous_publish_time: 1_700_000_000,
        };
        assert_eq!(read(&FEED), Ok(expected));
        for num_samples in [MIN_SAMPLES + 1, SUBMISSIONS as u8, u8::MAX] {
            assert_eq!(read(&PullFeed { num_samples, ..FEED }), Ok(expected));
        }
    }

    #[test]
    fn a_price_is_a_median_of_18_decimals() {
        let price = OraclePrice { price: 41, confidence: 2, exponent: -1, publish_time: 9, previous_publish_time: 8 };
        let feed = PullFeed::of(&[7; 32], &price).unwrap();
        assert_eq!((feed.value, feed.std_dev), (4_100_000_000_000_000_000, 200_000_000_000_000_000));
        assert_eq!(PullFeed::of(&[7; 32], &OraclePrice { exponent: -18, ..price }).unwrap().value, 41);
        for exponent in [-19, 19, i32::MIN, i32::MAX] {
            assert!(PullFeed::of(&[7; 32], &OraclePrice { exponent, ..price }).is_err());
        }
    }

    #[test]
    fn a_bad_result_is_refused() {
        let few = PullFeed { num_samples: MIN_SAMPLES - 1, ..FEED };
        assert_eq!(read(&few), Err(BallastError::OracleTooFewSamples));
        assert_eq!(read(&PullFeed { value: 0, ..FEED }), Err(BallastError::OraclePriceNotPositive));
        assert_eq!(read(&PullFeed { value: -1, ..FEED }), Err(BallastError::OraclePriceNotPositive));
        assert_eq!(read(&PullFeed { feed_hash: [8; 32], ..FEED }), Err(BallastError::OracleWrongFeed));
    }
}
