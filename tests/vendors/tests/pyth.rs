//! Pyth: `PriceUpdateV2` of `pyth-solana-receiver-sdk`, against Ballast's parser and writer.

use anchor_lang::{AccountDeserialize, AccountSerialize};
use ballast_client::{
    BallastError as E,
    ballast::oracle::{
        OraclePrice, Source,
        pyth::{DISCRIMINATOR, LEN, RECEIVERS},
    },
    oracle,
    risk::Feed,
};
use ballast_vendors::{Case, Random, compare_with_vectors};
use pyth_solana_receiver_sdk::price_update::{PriceFeedMessage, PriceUpdateV2, VerificationLevel};

const VENDOR: &str = "pyth-solana-receiver-sdk 2.0.0";

/// The bytes as the receiver leaves them in an account, which has room for the longer of the verification levels. What
/// follows a fully verified update is a byte of whatever was there before.
fn encode(update: &PriceUpdateV2, left_over: u8) -> Vec<u8> {
    let mut data = Vec::new();
    update.try_serialize(&mut data).unwrap();
    data.resize(PriceUpdateV2::LEN, left_over);
    data
}

/// What must be read, by the vendor's own accessors.
fn expected(update: &PriceUpdateV2, id: &[u8; 32]) -> Result<OraclePrice, E> {
    if !update.verification_level.gte(VerificationLevel::Full) {
        return Err(E::OraclePartiallyVerified);
    }
    let price = update.get_price_unchecked(id).map_err(|_| E::OracleWrongFeed)?;
    if price.price <= 0 {
        return Err(E::OraclePriceNotPositive);
    }
    Ok(OraclePrice {
        price: price.price,
        confidence: price.conf,
        exponent: price.exponent,
        publish_time: price.publish_time,
        previous_publish_time: update.price_message.prev_publish_time,
    })
}

fn case(what: &str, update: &PriceUpdateV2, id: [u8; 32], left_over: u8) -> Case {
    let feed = Feed { source: Source::Pyth as u8, id, ..Feed::NONE };
    let data = encode(update, left_over);
    // The vendor reads back what it wrote.
    let read = PriceUpdateV2::try_deserialize(&mut &data[..]).unwrap();
    assert_eq!(read.price_message, update.price_message);
    Case {
        what: what.to_owned(),
        feed,
        owner: pyth_solana_receiver_sdk::ID.to_bytes(),
        data,
        expected: expected(update, &id),
    }
}

/// An update of any content.
fn random(r: &mut Random) -> PriceUpdateV2 {
    let level = match r.below(4) {
        0 => VerificationLevel::Partial { num_signatures: r.bits() as u8 },
        _ => VerificationLevel::Full,
    };
    PriceUpdateV2 {
        write_authority: r.bytes().into(),
        verification_level: level,
        price_message: PriceFeedMessage {
            feed_id: r.bytes(),
            price: r.long(),
            conf: r.long() as u64,
            exponent: match r.below(8) {
                0 => i32::MAX,
                1 => i32::MIN,
                2 => r.bits() as i32,
                _ => -(r.below(19) as i32),
            },
            publish_time: r.long(),
            prev_publish_time: r.long(),
            ema_price: r.long(),
            ema_conf: r.bits(),
        },
        posted_slot: r.bits(),
    }
}

/// 40,000.25 dollars, off by 20.
fn good() -> PriceUpdateV2 {
    PriceUpdateV2 {
        write_authority: [3; 32].into(),
        verification_level: VerificationLevel::Full,
        price_message: PriceFeedMessage {
            feed_id: [7; 32],
            price: 4_000_025_000_000,
            conf: 2_000_000_000,
            exponent: -8,
            publish_time: 1_700_000_001,
            prev_publish_time: 1_700_000_000,
            ema_price: 3_999_900_000_000,
            ema_conf: 1_900_000_000,
        },
        posted_slot: 250_000_000,
    }
}

#[test]
fn the_vectors_are_what_the_crate_encodes() {
    let with = |what: &str, change: fn(&mut PriceUpdateV2)| {
        let mut update = good();
        change(&mut update);
        case(what, &update, [7; 32], 0)
    };
    let mut cases = vec![
        with("a good update", |_| {}),
        with("verified by one guardian", |u| u.verification_level = VerificationLevel::Partial { num_signatures: 1 }),
        with("verified by 255", |u| u.verification_level = VerificationLevel::Partial { num_signatures: 255 }),
        with("another feed", |u| u.price_message.feed_id[31] = 8),
        with("no price", |u| u.price_message.price = 0),
        with("a negative price", |u| u.price_message.price = -4_000_025_000_000),
        with("the least price", |u| u.price_message.price = i64::MIN),
        with("the largest price and interval", |u| {
            (u.price_message.price, u.price_message.conf) = (i64::MAX, u64::MAX)
        }),
        with("the largest exponent", |u| u.price_message.exponent = i32::MAX),
        with("the least exponent", |u| u.price_message.exponent = i32::MIN),
        with("times at the ends of the type", |u| {
            (u.price_message.publish_time, u.price_message.prev_publish_time) = (i64::MIN, i64::MAX)
        }),
    ];
    let mut r = Random(1);
    for n in 0..24 {
        let update = random(&mut r);
        cases.push(case(&format!("random {n}"), &update, update.price_message.feed_id, r.bits() as u8));
    }
    compare_with_vectors("pyth", VENDOR, &cases).unwrap();
}

#[test]
fn random_updates_are_read_as_the_crate_reads_them() {
    let mut r = Random(2);
    let mut prices = 0;
    for n in 0..1_000 {
        let update = random(&mut r);
        let id = if r.one_in(10) { r.bytes() } else { update.price_message.feed_id };
        let case = case(&format!("random {n}"), &update, id, r.bits() as u8);
        case.check();
        prices += usize::from(case.expected.is_ok());
    }
    assert!((200..800).contains(&prices), "{prices} of 1,000 are prices");
}

#[test]
fn what_the_client_writes_is_what_the_crate_encodes() {
    let mut r = Random(3);
    for _ in 0..300 {
        let mut update = random(&mut r);
        let message = &mut update.price_message;
        (message.ema_price, message.ema_conf) = (message.price, message.conf);
        (update.write_authority, update.posted_slot) = ([0; 32].into(), 0);
        update.verification_level = VerificationLevel::Full;
        let message = &update.price_message;
        let price = OraclePrice {
            price: message.price,
            confidence: message.conf,
            exponent: message.exponent,
            publish_time: message.publish_time,
            previous_publish_time: message.prev_publish_time,
        };
        let feed = Feed { source: Source::Pyth as u8, id: message.feed_id, ..Feed::NONE };
        let (owner, data) = oracle::write(&feed, &price).unwrap();
        assert_eq!(owner.to_bytes(), pyth_solana_receiver_sdk::ID.to_bytes());
        assert_eq!(data, encode(&update, 0)[..LEN]);
    }
}

#[test]
fn constants_are_those_of_the_crate() {
    assert_eq!(RECEIVERS[0].to_bytes(), pyth_solana_receiver_sdk::ID.to_bytes());
    assert_eq!(DISCRIMINATOR, <PriceUpdateV2 as anchor_lang::Discriminator>::DISCRIMINATOR);
    // The crate's length has room for the number of signatures.
    assert_eq!(LEN, PriceUpdateV2::LEN - 1);
}
