//! Switchboard On-Demand: `PullFeedAccountData` of `switchboard-on-demand`, against Ballast's parser and writer.

use ballast_client::{
    BallastError as E,
    ballast::oracle::{
        OraclePrice, Source,
        switchboard::{DECIMALS, DISCRIMINATOR, LEN, MIN_SAMPLES, PROGRAMS, SUBMISSIONS},
    },
    oracle::switchboard::PullFeed,
    risk::Feed,
};
use ballast_vendors::{Case, Random, compare_with_vectors};
use bytemuck::Zeroable;
use std::cell::RefCell;
use switchboard_on_demand::{
    Discriminator, ON_DEMAND_DEVNET_PID, ON_DEMAND_MAINNET_PID, OracleSubmission, PRECISION, PullFeedAccountData,
};

const VENDOR: &str = "switchboard-on-demand 0.13.0";
const ONE: i128 = 1_000_000_000_000_000_000;

/// The account's bytes, which the vendor reads back.
fn encode(feed: &PullFeedAccountData) -> Vec<u8> {
    let mut data = [PullFeedAccountData::DISCRIMINATOR, bytemuck::bytes_of(feed)].concat();
    // The crate casts the bytes behind the discriminator, to a type that the host aligns to 16 bytes.
    let mut aligned = vec![0u128; data.len() / 16 + 2];
    let bytes: &mut [u8] = &mut bytemuck::cast_slice_mut(&mut aligned)[8..][..data.len()];
    bytes.copy_from_slice(&data);
    let read = RefCell::new(bytes);
    let read = PullFeedAccountData::parse(read.borrow()).unwrap();
    assert!(bytemuck::bytes_of(&*read) == bytemuck::bytes_of(feed));
    data.shrink_to_fit();
    data
}

/// What must be read, from the vendor's fields.
fn expected(feed: &PullFeedAccountData) -> Result<OraclePrice, E> {
    let result = &feed.result;
    if feed.permit_write_by_authority != 0 {
        return Err(E::OraclePartiallyVerified);
    }
    if result.num_samples < 3 || result.num_samples < feed.min_sample_size {
        return Err(E::OracleTooFewSamples);
    }
    if result.value <= 0 {
        return Err(E::OraclePriceNotPositive);
    }
    if result.std_dev < 0 || result.submission_idx >= 32 {
        return Err(E::OracleWrongAccount);
    }
    if feed.result_submission().value != result.value || feed.result_submission().slot != result.slot {
        return Err(E::OracleStale);
    }
    // Digit by digit, until the value fits.
    let (mut value, mut unit, mut exponent) = (result.value, 1i128, -(PRECISION as i32));
    while value > i128::from(i64::MAX) {
        (value, unit, exponent) = (value / 10, unit * 10, exponent + 1);
    }
    let interval = result.std_dev / unit + i128::from(result.std_dev % unit != 0);
    let time = feed.result_ts().min(feed.last_update_timestamp);
    Ok(OraclePrice {
        price: value as i64,
        confidence: u64::try_from(interval).unwrap_or(u64::MAX),
        exponent,
        publish_time: time,
        previous_publish_time: time,
    })
}

fn case(what: &str, feed: &PullFeedAccountData, devnet: bool) -> Case {
    let program = if devnet { ON_DEMAND_DEVNET_PID } else { ON_DEMAND_MAINNET_PID };
    Case {
        what: what.to_owned(),
        feed: Feed { source: Source::Switchboard as u8, program: devnet.into(), id: feed.feed_hash, ..Feed::NONE },
        owner: program.to_bytes(),
        data: encode(feed),
        expected: expected(feed),
    }
}

/// A feed with any bytes in every field, also in those that the crate keeps to itself, and then of a content that is good in
/// most respects most of the time.
fn random(r: &mut Random) -> PullFeedAccountData {
    let mut feed = PullFeedAccountData::zeroed();
    bytemuck::bytes_of_mut(&mut feed).iter_mut().for_each(|byte| *byte = r.bits() as u8);
    feed.permit_write_by_authority = if r.one_in(12) { r.bits() as u8 } else { 0 };
    feed.min_sample_size = r.below(8) as u8;
    feed.last_update_timestamp = r.long();
    let result = &mut feed.result;
    (result.value, result.std_dev) = (r.wide(), r.wide());
    if !r.one_in(6) {
        result.value = result.value.saturating_abs();
    }
    if !r.one_in(6) {
        result.std_dev = result.std_dev.saturating_abs();
    }
    result.num_samples = if r.one_in(6) { r.below(4) as u8 } else { 8 + r.below(32) as u8 };
    result.submission_idx = if r.one_in(12) { r.bits() as u8 } else { r.below(32) as u8 };
    feed.submission_timestamps.iter_mut().for_each(|time| *time = r.long());
    if let Some(submission) = feed.submissions.get_mut(usize::from(feed.result.submission_idx))
        && !r.one_in(12)
    {
        (submission.value, submission.slot) = (feed.result.value, feed.result.slot);
    }
    feed
}

/// 155.59404527 dollars, off by 0.24, the median of five.
fn good() -> PullFeedAccountData {
    let mut feed = PullFeedAccountData::zeroed();
    for n in 0..5u8 {
        feed.submissions[usize::from(n)] = OracleSubmission {
            oracle: [n + 1; 32].into(),
            slot: 1_000 + u64::from(n),
            landed_at: 1_010,
            value: 155_594_045_270_000_000_000 + (i128::from(n) - 2) * ONE / 5,
        };
        feed.submission_timestamps[usize::from(n)] = 1_700_000_000 + i64::from(n);
    }
    (feed.authority, feed.queue, feed.feed_hash) = ([21; 32].into(), [22; 32].into(), [7; 32]);
    (feed.min_responses, feed.min_sample_size, feed.max_staleness) = (1, 3, 100);
    (feed.max_variance, feed.last_update_timestamp) = (1_000_000_000, 1_700_000_010);
    let result = &mut feed.result;
    (result.value, result.std_dev) = (feed.submissions[2].value, ONE * 24 / 100);
    (result.mean, result.range) = (result.value, ONE * 4 / 5);
    (result.min_value, result.max_value) = (result.value - ONE * 2 / 5, result.value + ONE * 2 / 5);
    (result.num_samples, result.submission_idx, result.slot) = (5, 2, 1_002);
    (result.min_slot, result.max_slot) = (1_000, 1_004);
    feed
}

#[test]
fn the_vectors_are_what_the_crate_encodes() {
    let with = |what: &str, change: fn(&mut PullFeedAccountData)| {
        let mut feed = good();
        change(&mut feed);
        case(what, &feed, false)
    };
    let mut cases = vec![
        with("a good feed", |_| {}),
        case("a good feed of the devnet", &good(), true),
        with("written by its authority", |f| f.permit_write_by_authority = 1),
        with("two samples", |f| f.result.num_samples = 2),
        with("fewer samples than the feed wants", |f| f.min_sample_size = 6),
        with("a submission that was replaced", |f| f.submissions[2].slot += 1),
        with("a submission that is none", |f| f.result.submission_idx = 32),
        with("a negative value", |f| {
            f.result.value = -f.result.value;
            f.submissions[2].value = f.result.value;
        }),
        with("the largest value and deviation", |f| {
            (f.result.value, f.result.std_dev, f.submissions[2].value) = (i128::MAX, i128::MAX, i128::MAX);
        }),
        with("the least value", |f| (f.result.value, f.submissions[2].value) = (1, 1)),
        with("a negative deviation", |f| f.result.std_dev = -1),
        with("a submission from after the last write", |f| f.submission_timestamps[2] = 1_700_000_011),
    ];
    let mut r = Random(4);
    cases.extend((0..8).map(|n| case(&format!("random {n}"), &random(&mut r), n % 2 == 1)));
    compare_with_vectors("switchboard", VENDOR, &cases).unwrap();
}

#[test]
fn random_feeds_are_read_as_their_fields_say() {
    let mut r = Random(5);
    let mut prices = 0;
    for n in 0..1_000 {
        let case = case(&format!("random {n}"), &random(&mut r), r.one_in(2));
        case.check();
        prices += usize::from(case.expected.is_ok());
    }
    assert!((200..800).contains(&prices), "{prices} of 1,000 are prices");
}

#[test]
fn what_the_client_writes_is_what_the_crate_encodes() {
    let mut r = Random(6);
    for _ in 0..300 {
        let written = PullFeed {
            feed_hash: r.bytes(),
            value: r.wide(),
            std_dev: r.wide(),
            num_samples: r.below(40) as u8,
            publish_time: r.long(),
        };
        let mut feed = PullFeedAccountData::zeroed();
        for n in 0..usize::from(written.num_samples).min(SUBMISSIONS) {
            let oracle = [n as u8 + 1; 32].into();
            feed.submissions[n] = OracleSubmission { oracle, slot: 1, landed_at: 1, value: written.value };
            feed.submission_timestamps[n] = written.publish_time;
        }
        (feed.feed_hash, feed.min_sample_size) = (written.feed_hash, MIN_SAMPLES);
        feed.last_update_timestamp = written.publish_time;
        let result = &mut feed.result;
        (result.value, result.std_dev, result.mean) = (written.value, written.std_dev, written.value);
        result.num_samples = written.num_samples;
        (result.slot, result.min_slot, result.max_slot) = (1, 1, 1);
        assert!(written.encode() == encode(&feed));
    }
}

#[test]
fn constants_are_those_of_the_crate() {
    assert_eq!(PROGRAMS[0].to_bytes(), ON_DEMAND_MAINNET_PID.to_bytes());
    assert_eq!(PROGRAMS[1].to_bytes(), ON_DEMAND_DEVNET_PID.to_bytes());
    assert_eq!(DISCRIMINATOR, PullFeedAccountData::DISCRIMINATOR);
    assert_eq!((LEN, DECIMALS), (size_of::<PullFeedAccountData>() + 8, PRECISION as i32));
}
