//! Pull feeds as Switchboard On-Demand writes them, for local validators and tests. On a real cluster they are written by
//! that program itself.

use ballast::oracle::switchboard::{DISCRIMINATOR, LEN, MIN_SAMPLES, SUBMISSIONS, offset};

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

#[cfg(test)]
mod tests {
    use super::*;
    use ballast::{
        error::BallastError,
        oracle::{
            OraclePrice,
            switchboard::{PROGRAMS, parse},
        },
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
    fn a_bad_result_is_refused() {
        let few = PullFeed { num_samples: MIN_SAMPLES - 1, ..FEED };
        assert_eq!(read(&few), Err(BallastError::OracleTooFewSamples));
        assert_eq!(read(&PullFeed { value: 0, ..FEED }), Err(BallastError::OraclePriceNotPositive));
        assert_eq!(read(&PullFeed { value: -1, ..FEED }), Err(BallastError::OraclePriceNotPositive));
        assert_eq!(read(&PullFeed { feed_hash: [8; 32], ..FEED }), Err(BallastError::OracleWrongFeed));
    }
}
