//! Switchboard On-Demand's `PullFeedAccountData`, parsed from the account's bytes.
//!
//! Layout (C, little endian; offsets from the start of the account, after which come 8 bytes of discriminator):
//!
//! | offset | field | type | read |
//! |---|---|---|---|
//! | 0 | discriminator | 8 bytes | yes |
//! | 8 | submissions: oracle 32, slot u64, landed at u64, value i128 | 32 times 64 bytes | the one of the result |
//! | 2056 | authority | 32 bytes | |
//! | 2088 | queue | 32 bytes | |
//! | 2120 | feed hash | 32 bytes | yes |
//! | 2152 | initialized at | i64 | |
//! | 2160 | permissions | u64 | |
//! | 2168 | maximum variance | u64 | |
//! | 2176 | minimum responses | u32 | |
//! | 2180 | name | 32 bytes | |
//! | 2212 | padding | 1 byte | |
//! | 2213 | permit write by authority | u8 | yes |
//! | 2214 | index of the next historical result | u8 | |
//! | 2215 | minimum sample size | u8 | yes |
//! | 2216 | last update timestamp, seconds | i64 | yes |
//! | 2224 | slot of the lookup table | u64 | |
//! | 2232 | reserved | 32 bytes | |
//! | 2264 | result: value, the median | i128 | yes |
//! | 2280 | result: standard deviation | i128 | yes |
//! | 2296, 2312, 2328, 2344 | result: mean, range, minimum, maximum | i128 each | |
//! | 2360 | result: number of samples | u8 | yes |
//! | 2361 | result: index of the submission that is the median | u8 | yes |
//! | 2362 | padding | 6 bytes | |
//! | 2368 | result: slot at which the value was signed | u64 | yes |
//! | 2376, 2384 | result: first slot, last slot | u64 each | |
//! | 2392 | maximum staleness, slots | u32 | |
//! | 2396 | padding | 12 bytes | |
//! | 2408 | historical results: deviation f32, mean f32, slot u64 | 32 times 16 bytes | |
//! | 2920 | reserved | 32 bytes | |
//! | 2952 | timestamps of the submissions, seconds | 32 times i64 | the one of the result |
//! | 3208 | end | | |
//!
//! All values have 18 decimals. The layout has no implicit padding, so that it is the same whether an i128 is aligned to 8 or
//! to 16 bytes; the account's bytes are aligned to 8 only, which is why fields are copied out of them and never cast.
//! Source: the crate `switchboard-on-demand` 0.13.0.

use super::OraclePrice;
use crate::error::BallastError;
use solana_address::{Address, address};

/// Programs that own pull feeds: of mainnet and of devnet.
pub const PROGRAMS: [Address; 2] =
    [address!("SBondMDrcV3K4kxZR1HNVT7osZxAHVHgYXL5Ze1oMUv"), address!("Aio4gaXjXzJNVLtzwtNVmSqGKpANtXhybbkhtAC94ji2")];

/// Discriminator of `PullFeedAccountData`.
pub const DISCRIMINATOR: [u8; 8] = [196, 27, 108, 196, 10, 215, 219, 40];

/// Length of a pull feed's account.
pub const LEN: usize = 3208;

/// Submissions that a pull feed has room for.
pub const SUBMISSIONS: usize = 32;

/// Fewest samples that a result must be of, whatever the feed itself asks for: with three, no oracle decides alone.
pub const MIN_SAMPLES: u8 = 3;

/// Decimals of a pull feed's values.
pub const DECIMALS: i32 = 18;

/// Where the fields are that are read here; those of a submission and of the result count from the account's start too.
pub mod offset {
    /// Submission 0.
    pub const SUBMISSION: usize = 8;
    /// Bytes of a submission.
    pub const SUBMISSION_LEN: usize = 64;
    /// Slot within a submission.
    pub const SUBMISSION_SLOT: usize = 32;
    /// Value within a submission.
    pub const SUBMISSION_VALUE: usize = 48;
    /// Feed hash.
    pub const FEED_HASH: usize = 2120;
    /// Whether the feed's authority may write values itself.
    pub const PERMIT_WRITE_BY_AUTHORITY: usize = 2213;
    /// Fewest samples by the feed's own configuration.
    pub const MIN_SAMPLE_SIZE: usize = 2215;
    /// When the account was last written to.
    pub const LAST_UPDATE: usize = 2216;
    /// Median.
    pub const VALUE: usize = 2264;
    /// Standard deviation.
    pub const STD_DEV: usize = 2280;
    /// Number of samples.
    pub const NUM_SAMPLES: usize = 2360;
    /// Index of the submission that is the median.
    pub const SUBMISSION_INDEX: usize = 2361;
    /// Slot of the result.
    pub const SLOT: usize = 2368;
    /// Timestamp of submission 0.
    pub const TIMESTAMP: usize = 2952;
}

/// Reads a pull feed's result. Checks owner, length, discriminator, feed hash, that only oracles can have written it, the
/// number of samples, positive value, and that the submission which dates the result is the one it was taken from. Age,
/// confidence and order in time are the caller's, and so is the account's address: anyone can open a feed with any hash on a
/// queue of oracles of their own, so that the hash alone proves nothing.
///
/// - The price is the median, rounded down to as many of its 18 decimals as fit: the mantissa has 18 digits or more, or is
///   exact.
/// - The confidence interval is the standard deviation of the samples, rounded up, and [`u64::MAX`] if it does not fit.
/// - It was published when the median's submission was, and no later than the account was last written to. That last write
///   alone would not do: a submission that is not the median moves it, and would make an old median look new.
/// - A feed does not say when the update before was published. The publish time stands for it, by which no boundary in time
///   lies between the two: anyone can choose which updates to post, so that none is the only one of its time.
pub fn parse(owner: &Address, data: &[u8], feed_hash: &[u8; 32]) -> Result<OraclePrice, BallastError> {
    if !PROGRAMS.contains(owner) {
        return Err(BallastError::OracleWrongOwner);
    }
    if data.len() < LEN || field(data, 0)? != DISCRIMINATOR {
        return Err(BallastError::OracleWrongAccount);
    }
    if field(data, offset::FEED_HASH)? != *feed_hash {
        return Err(BallastError::OracleWrongFeed);
    }
    if field(data, offset::PERMIT_WRITE_BY_AUTHORITY)? != [0] {
        return Err(BallastError::OraclePartiallyVerified);
    }
    let [samples] = field(data, offset::NUM_SAMPLES)?;
    let [required] = field(data, offset::MIN_SAMPLE_SIZE)?;
    if samples < required.max(MIN_SAMPLES) {
        return Err(BallastError::OracleTooFewSamples);
    }
    let value = i128::from_le_bytes(field(data, offset::VALUE)?);
    if value <= 0 {
        return Err(BallastError::OraclePriceNotPositive);
    }
    let deviation = i128::from_le_bytes(field(data, offset::STD_DEV)?);
    let (price, confidence, exponent) = scale(value, deviation)?;
    let publish_time = published(data, value)?;
    Ok(OraclePrice { price, confidence, exponent, publish_time, previous_publish_time: publish_time })
}

/// When the submission that is the median was made, and no later than the account's last write. A submission with another
/// value or slot than the result has taken its place since, and says nothing about the result: it needs an update.
fn published(data: &[u8], value: i128) -> Result<i64, BallastError> {
    let [index] = field(data, offset::SUBMISSION_INDEX)?;
    let index = usize::from(index);
    if index >= SUBMISSIONS {
        return Err(BallastError::OracleWrongAccount);
    }
    let submission = offset::SUBMISSION + index * offset::SUBMISSION_LEN;
    let slot: [u8; 8] = field(data, submission + offset::SUBMISSION_SLOT)?;
    let same_value = field(data, submission + offset::SUBMISSION_VALUE)? == value.to_le_bytes();
    if !same_value || field(data, offset::SLOT)? != slot {
        return Err(BallastError::OracleStale);
    }
    let submitted = i64::from_le_bytes(field(data, offset::TIMESTAMP + index * 8)?);
    let written = i64::from_le_bytes(field(data, offset::LAST_UPDATE)?);
    Ok(submitted.min(written))
}

/// A positive value and its deviation, both with 18 decimals, as mantissa, interval and power of ten.
fn scale(value: i128, deviation: i128) -> Result<(i64, u64, i32), BallastError> {
    let value = u128::try_from(value).map_err(|_| BallastError::OraclePriceNotPositive)?;
    let deviation = u128::try_from(deviation).map_err(|_| BallastError::OracleWrongAccount)?;
    // The quotient is below 2^63 exactly when the value's part above 2^63 is below the divisor. That part is below 2^64,
    // so that the divisor is at most 10^20.
    let excess = value >> 63;
    let (mut divisor, mut exponent) = (1u128, -DECIMALS);
    while excess >= divisor {
        divisor = divisor.checked_mul(10).ok_or(BallastError::Overflow)?;
        exponent += 1;
    }
    let price = i64::try_from(value / divisor).map_err(|_| BallastError::Overflow)?;
    let confidence = u64::try_from(deviation.div_ceil(divisor)).unwrap_or(u64::MAX);
    Ok((price, confidence, exponent))
}

fn field<const N: usize>(data: &[u8], offset: usize) -> Result<[u8; N], BallastError> {
    data.get(offset..).and_then(|rest| rest.first_chunk()).copied().ok_or(BallastError::OracleWrongAccount)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i128 = 1_000_000_000_000_000_000;
    const HASH: [u8; 32] = [7; 32];
    /// Index of the median's submission.
    const INDEX: usize = 5;

    fn put(data: &mut [u8], offset: usize, bytes: &[u8]) {
        data[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    /// A feed at 155.59404527 dollars, off by 0.24, published at 1000 and written to at 1010. Offsets are literal: they are
    /// what the parser's must be.
    fn feed() -> Vec<u8> {
        let mut data = vec![0; 3208];
        put(&mut data, 0, &[0xc4, 0x1b, 0x6c, 0xc4, 0x0a, 0xd7, 0xdb, 0x28]);
        put(&mut data, 2120, &HASH);
        put(&mut data, 2215, &[3]);
        put(&mut data, 2216, &1010i64.to_le_bytes());
        put(&mut data, 2280, &(ONE * 24 / 100).to_le_bytes());
        put(&mut data, 2360, &[4, INDEX as u8]);
        put(&mut data, 2368, &77u64.to_le_bytes());
        put(&mut data, 8 + 64 * INDEX + 32, &77u64.to_le_bytes());
        put(&mut data, 2952 + 8 * INDEX, &1000i64.to_le_bytes());
        set_value(&mut data, 155_594_045_270_000_000_000);
        data
    }

    fn set_value(data: &mut [u8], value: i128) {
        put(data, 2264, &value.to_le_bytes());
        put(data, 8 + 64 * INDEX + 48, &value.to_le_bytes());
    }

    fn read(data: &[u8]) -> Result<OraclePrice, BallastError> {
        parse(&PROGRAMS[0], data, &HASH)
    }

    fn with(change: impl FnOnce(&mut Vec<u8>)) -> Result<OraclePrice, BallastError> {
        let mut data = feed();
        change(&mut data);
        read(&data)
    }

    #[test]
    fn a_good_feed_is_a_price() {
        let expected = OraclePrice {
            price: 1_555_940_452_700_000_000,
            confidence: 2_400_000_000_000_000,
            exponent: -16,
            publish_time: 1000,
            previous_publish_time: 1000,
        };
        assert_eq!(read(&feed()), Ok(expected));
        assert_eq!(parse(&PROGRAMS[1], &feed(), &HASH), Ok(expected));
        // Trailing bytes mean nothing.
        assert_eq!(with(|d| d.resize(4096, 9)), Ok(expected));
    }

    #[test]
    fn owner_account_and_feed_are_checked() {
        let stranger = Address::new_from_array([9; 32]);
        assert_eq!(parse(&stranger, &feed(), &HASH), Err(BallastError::OracleWrongOwner));
        assert_eq!(parse(&PROGRAMS[0], &feed(), &[8; 32]), Err(BallastError::OracleWrongFeed));
        for byte in 0..8 {
            assert_eq!(with(|d| d[byte] ^= 1), Err(BallastError::OracleWrongAccount));
        }
        for byte in 2120..2152 {
            assert_eq!(with(|d| d[byte] ^= 1), Err(BallastError::OracleWrongFeed));
        }
    }

    #[test]
    fn a_truncated_account_is_refused_at_every_length() {
        let whole = feed();
        for len in 0..LEN {
            assert_eq!(read(&whole[..len]), Err(BallastError::OracleWrongAccount));
        }
    }

    #[test]
    fn a_feed_that_its_authority_may_write_is_refused() {
        assert_eq!(with(|d| d[2213] = 1), Err(BallastError::OraclePartiallyVerified));
    }

    #[test]
    fn too_few_samples_are_refused() {
        assert!(with(|d| d[2360] = 3).is_ok());
        assert_eq!(with(|d| d[2360] = 2), Err(BallastError::OracleTooFewSamples));
        // The feed may ask for more than the minimum, and not for fewer.
        assert_eq!(with(|d| d[2215] = 5), Err(BallastError::OracleTooFewSamples));
        for (samples, expected) in [(2, false), (3, true)] {
            let read = with(|d| {
                d[2215] = 1;
                d[2360] = samples;
            });
            assert_eq!(read.is_ok(), expected);
        }
        // A feed that was never updated.
        let empty = with(|d| d[2216..].fill(0));
        assert_eq!(empty, Err(BallastError::OracleTooFewSamples));
    }

    #[test]
    fn the_value_must_be_positive() {
        for value in [0, -1, -ONE, i128::MIN] {
            assert_eq!(with(|d| set_value(d, value)), Err(BallastError::OraclePriceNotPositive));
        }
    }

    #[test]
    fn as_many_digits_are_kept_as_fit() {
        let scaled = |value| with(|d| set_value(d, value)).map(|p| (p.price, p.exponent));
        assert_eq!(scaled(1), Ok((1, -18)));
        assert_eq!(scaled(ONE), Ok((ONE as i64, -18)));
        let most = i128::from(i64::MAX);
        assert_eq!(scaled(most), Ok((i64::MAX, -18)));
        assert_eq!(scaled(most + 1), Ok((922_337_203_685_477_580, -17)));
        // Rounded down: 19 digits that fit, and what is cut off.
        assert_eq!(scaled(most * 10 + 9), Ok((i64::MAX, -17)));
        assert_eq!(scaled(most * 10 + 10), Ok((922_337_203_685_477_580, -16)));
        assert_eq!(scaled(100_000 * ONE), Ok((ONE as i64, -13)));
        assert_eq!(scaled(100_000 * ONE - 1), Ok((999_999_999_999_999_999, -13)));
        // The largest: 1.7 · 10^20 dollars.
        assert_eq!(scaled(i128::MAX), Ok((1_701_411_834_604_692_317, 2)));
    }

    #[test]
    fn every_power_of_ten_keeps_its_value() {
        for power in 0..=38 {
            let value = 10i128.pow(power);
            let p = with(|d| set_value(d, value)).unwrap();
            let dropped = u32::try_from(p.exponent + 18).unwrap();
            assert_eq!(i128::from(p.price) * 10i128.pow(dropped), value);
            assert!(dropped == 0 || p.price >= i64::MAX / 10);
        }
    }

    #[test]
    fn the_deviation_is_rounded_up() {
        let confidence = |deviation: i128| with(|d| put(d, 2280, &deviation.to_le_bytes())).map(|p| p.confidence);
        assert_eq!(confidence(0), Ok(0));
        assert_eq!(confidence(1), Ok(1));
        assert_eq!(confidence(100), Ok(1));
        assert_eq!(confidence(101), Ok(2));
        assert_eq!(confidence(i128::from(u64::MAX) * 100), Ok(u64::MAX));
        assert_eq!(confidence(i128::MAX), Ok(u64::MAX));
        assert_eq!(confidence(-1), Err(BallastError::OracleWrongAccount));
    }

    #[test]
    fn the_median_dates_the_price_and_not_the_last_write() {
        let time = |change: fn(&mut Vec<u8>)| with(change).map(|p| p.publish_time);
        assert_eq!(time(|d| put(d, 2216, &9_999i64.to_le_bytes())), Ok(1000));
        assert_eq!(time(|d| put(d, 2216, &999i64.to_le_bytes())), Ok(999));
        // Another submission's time means nothing; without one the price has no age to be accepted at.
        assert_eq!(time(|d| put(d, 2952, &9_999i64.to_le_bytes())), Ok(1000));
        assert_eq!(time(|d| put(d, 2952 + 8 * INDEX, &[0; 8])), Ok(0));
        assert_eq!(time(|d| put(d, 2952 + 8 * INDEX, &i64::MIN.to_le_bytes())), Ok(i64::MIN));
    }

    #[test]
    fn a_result_whose_submission_was_replaced_is_stale() {
        assert_eq!(with(|d| d[8 + 64 * INDEX + 32] ^= 1), Err(BallastError::OracleStale));
        assert_eq!(with(|d| d[8 + 64 * INDEX + 48] ^= 1), Err(BallastError::OracleStale));
        assert_eq!(with(|d| d[2361] = 31), Err(BallastError::OracleStale));
        for index in [32, 255] {
            assert_eq!(with(|d| d[2361] = index), Err(BallastError::OracleWrongAccount));
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        // A linear congruential generator over the fields that are read.
        let mut seed = 1u64;
        for _ in 0..20_000 {
            let mut data = feed();
            for _ in 0..4 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = 2200 + (seed >> 33) as usize % 176;
                data[at] = (seed >> 25) as u8;
            }
            if let Ok(p) = read(&data) {
                assert!(p.price > 0 && p.publish_time <= 1000);
            }
        }
    }
}
