//! The second price source: it is compared with the first, stands in for it, and has no veto (I201, I248 to I250).

use crate::harness::refusal::{assert_refused, refused, snapshot};
use ballast_client::{
    BallastError as E,
    ballast::oracle::{
        OraclePrice, Source,
        switchboard::{LEN, MIN_SAMPLES, PROGRAMS, offset},
    },
    config::FeedConfig,
    instruction,
    oracle::{self, pyth, switchboard::PullFeed},
    risk::{guard::flag, publish::CLOCK_LAG},
};
use ballast_testkit::{
    BTC, ETH, SOL, Svm,
    options::{SECOND_ID, with_second},
};
use solana_account::Account;
use solana_address::Address;

const ONE: i128 = 1_000_000_000_000_000_000;

/// An exchange whose BTC and ETH have a second source each, a hundred seconds after its last prices.
pub fn stale() -> Svm {
    let mut svm = Svm::with_config(|c| {
        with_second(c, BTC, &Address::new_from_array([0xB7; 32]));
        with_second(c, ETH, &Address::new_from_array([0xE7; 32]));
    })
    .unwrap();
    svm.advance(100);
    svm
}

fn flags(svm: &Svm) -> u8 {
    svm.board().board.underlying(BTC).unwrap().guards.flags
}

/// The price on the board in dollars, and when it was published.
fn on_board(svm: &Svm) -> (i64, i64) {
    let board = svm.board();
    let u = board.board.underlying(BTC).unwrap();
    (u.price.get() / 160, u.publish_time)
}

/// Writes the second source's account with any bytes.
fn write_bytes(svm: &mut Svm, owner: Address, data: Vec<u8>) {
    let address = svm.second_account(BTC).unwrap();
    svm.set_account(address, Account { lamports: 10_000_000, data, owner, ..Account::default() });
}

/// A good result of BTC's second source: a price of now.
fn pull_feed(svm: &Svm, dollars: &str) -> PullFeed {
    let price = OraclePrice { confidence: 0, ..oracle::dollars(dollars, svm.now()).unwrap() };
    PullFeed::of(&svm.second_feed(BTC).unwrap().id, &price).unwrap()
}

fn write_pull_feed(svm: &mut Svm, feed: &PullFeed) {
    write_bytes(svm, PROGRAMS[0], feed.encode());
}

/// Refreshes from the first source as it is on the board already: nothing changes, because nothing stands in.
#[track_caller]
fn nothing_stands_in(svm: &mut Svm) {
    let before = snapshot(svm);
    svm.refresh(BTC).unwrap();
    assert!(before == snapshot(svm));
}

/// I248.
#[test]
fn it_must_be_passed_where_there_is_one_and_means_nothing_where_there_is_none() {
    let mut svm = stale();
    let e = svm.exchange;
    svm.write_price(BTC, "40000");
    let without = instruction::refresh_underlying(&e, &svm.price_account(BTC), BTC);
    assert_refused(&mut svm, &[without], &[], E::SecondSourceMissing);
    // SOL has none.
    svm.write_price(SOL, "41");
    let second = svm.second_account(BTC).unwrap();
    let with = instruction::refresh_underlying_from(&e, &svm.price_account(SOL), Some(&second), SOL);
    svm.send(&[with], &[]).unwrap();
}

/// I249.
#[test]
fn divergence_is_flagged_and_cleared() {
    let mut svm = stale();
    // Two per cent of the second's 41,000 are 820 dollars.
    for (first, divergent) in
        [("40180", false), ("40179.99", true), ("41820", false), ("41820.01", true), ("41000", false)]
    {
        svm.advance(1);
        svm.write_second(BTC, "41000");
        svm.publish(BTC, first).unwrap();
        assert_eq!(flags(&svm), if divergent { flag::DIVERGENT } else { 0 }, "{first}");
    }
    let board = svm.board();
    let guards = board.board.underlying(BTC).unwrap().guards;
    assert_eq!((guards.second_price, guards.second_time), (410_000 * 16, svm.now()));
}

/// I249.
#[test]
fn divergence_does_not_end_because_the_first_source_is_left_out() {
    let mut svm = stale();
    svm.write_second(BTC, "41000");
    svm.publish(BTC, "39000").unwrap();
    assert_eq!(flags(&svm), flag::DIVERGENT);
    let old = svm.account(&svm.price_account(BTC)).unwrap();
    svm.advance(11);
    // The first source still says 39,000; somebody passes its update of eleven seconds ago.
    svm.write_second(BTC, "41000");
    svm.set_account(svm.price_account(BTC), old);
    svm.refresh(BTC).unwrap();
    assert_eq!(flags(&svm), flag::DIVERGENT);
}

/// I250.
#[test]
fn a_first_price_that_is_stale_is_stood_in_for() {
    // Far from the last price of the first it diverges, as it would beside it.
    for (second, first, flagged) in [("40100", "40090", 0), ("41000", "40990", flag::DIVERGENT)] {
        let mut svm = stale();
        svm.write_second(BTC, second);
        svm.refresh(BTC).unwrap();
        assert_eq!(on_board(&svm), (second.parse().unwrap(), svm.now()));
        assert_eq!(flags(&svm), flagged);
        // The first takes over again as soon as it is newer.
        svm.advance(1);
        svm.publish(BTC, first).unwrap();
        assert_eq!(on_board(&svm), (first.parse().unwrap(), svm.now()));
        assert_eq!(flags(&svm), 0);
    }
}

/// I250.
#[test]
fn a_first_price_that_is_newer_than_the_board_and_stale_is_stood_in_for_too() {
    let mut svm = stale();
    svm.write_price(BTC, "40500");
    svm.advance(11);
    refused(&mut svm, |svm| svm.refresh(BTC), E::OracleStale);
    svm.write_second(BTC, "41000");
    svm.refresh(BTC).unwrap();
    assert_eq!(on_board(&svm), (41_000, svm.now()));
}

/// I250.
#[test]
fn nothing_stands_in_while_the_board_is_fresh() {
    let mut svm = stale();
    svm.publish(BTC, "40000").unwrap();
    let first = svm.now();
    svm.advance(60);
    svm.write_second(BTC, "41000");
    // For a minute a first source that is alive may still be posted.
    nothing_stands_in(&mut svm);
    svm.advance(1);
    svm.refresh(BTC).unwrap();
    assert_eq!(on_board(&svm), (41_000, first + 60));
}

#[test]
fn a_first_price_that_is_fresh_counts_whatever_the_second_says() {
    let mut svm = stale();
    svm.write_second(BTC, "41000");
    svm.advance(1);
    svm.write_price(BTC, "39000");
    svm.refresh(BTC).unwrap();
    assert_eq!(on_board(&svm), (39_000, svm.now()));
    assert_eq!(flags(&svm), flag::DIVERGENT);
}

/// I249.
#[test]
fn a_silent_second_source_neither_vetoes_nor_stands_in() {
    let mut svm = stale();
    let published = svm.now();
    svm.write_second(BTC, "50000");
    // A minute old is recent enough to be compared, a second more is not.
    svm.advance(60);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!(flags(&svm), flag::DIVERGENT);
    svm.advance(1);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!((flags(&svm), svm.now() - published), (0, 61));
    svm.advance(100);
    nothing_stands_in(&mut svm);
    // Nor does one that was published in the future; but it is compared.
    let mut ahead = pull_feed(&svm, "41000");
    ahead.publish_time += CLOCK_LAG + 1;
    write_pull_feed(&mut svm, &ahead);
    nothing_stands_in(&mut svm);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!(flags(&svm), flag::DIVERGENT);
}

/// I250.
#[test]
fn a_second_source_that_is_older_than_new_risk_allows_does_not_stand_in() {
    let mut svm = stale();
    svm.write_second(BTC, "41000");
    svm.advance(11);
    // Both are stale; what was tried to be put on the board is refused.
    refused(&mut svm, |svm| svm.refresh(BTC), E::OracleStale);
}

/// I249.
#[test]
fn a_malformed_second_source_neither_vetoes_nor_stands_in() {
    let good = pull_feed(&stale(), "50000");
    let change = |offset: usize, bytes: &[u8]| {
        let mut data = good.encode();
        data[offset..offset + bytes.len()].copy_from_slice(bytes);
        data
    };
    let feed = |feed: PullFeed| feed.encode();
    let pyth = pyth::encode(&SECOND_ID, &oracle::dollars("50000", stale().now()).unwrap());
    let cases: Vec<(&str, Address, Vec<u8>)> = vec![
        ("another owner", Address::new_from_array([9; 32]), good.encode()),
        ("no data", PROGRAMS[0], Vec::new()),
        ("an account of another oracle", pyth::OWNER, pyth.clone()),
        ("bytes of another oracle", PROGRAMS[0], pyth),
        ("the right bytes, owned by another oracle's program", pyth::OWNER, good.encode()),
        ("a byte too few", PROGRAMS[0], good.encode()[..LEN - 1].to_vec()),
        ("another type", PROGRAMS[0], change(0, &[0; 8])),
        ("another hash", PROGRAMS[0], change(offset::FEED_HASH, &[1; 32])),
        ("one that its authority may write", PROGRAMS[0], change(offset::PERMIT_WRITE_BY_AUTHORITY, &[1])),
        ("too few samples", PROGRAMS[0], feed(PullFeed { num_samples: MIN_SAMPLES - 1, ..good })),
        ("no price", PROGRAMS[0], feed(PullFeed { value: 0, ..good })),
        ("a negative price", PROGRAMS[0], feed(PullFeed { value: -ONE, ..good })),
        ("a negative deviation", PROGRAMS[0], feed(PullFeed { std_dev: -1, ..good })),
        ("a result whose submission was replaced", PROGRAMS[0], change(offset::SLOT, &[9])),
    ];
    for (what, owner, data) in cases {
        println!("{what}");
        let mut svm = stale();
        write_bytes(&mut svm, owner, data);
        nothing_stands_in(&mut svm);
        svm.publish(BTC, "40000").unwrap();
        assert_eq!((on_board(&svm).0, flags(&svm)), (40_000, 0), "{what}");
    }
}

/// I249.
#[test]
fn a_second_price_beyond_all_bounds_has_no_veto() {
    // The largest that its account can hold, and the least.
    for value in [i128::MAX, ONE * 1_000_000_000_000, 1] {
        let mut svm = stale();
        let feed = PullFeed { value, ..pull_feed(&svm, "1") };
        write_pull_feed(&mut svm, &feed);
        svm.publish(BTC, "40000").unwrap();
        assert_eq!((on_board(&svm).0, flags(&svm)), (40_000, flag::DIVERGENT));
    }
}

/// I250.
#[test]
fn a_second_price_above_the_hard_bound_does_not_stand_in() {
    let mut svm = stale();
    svm.write_second(BTC, "1000001");
    refused(&mut svm, |svm| svm.refresh(BTC), E::OraclePriceTooHigh);
    let feed = PullFeed { value: 1, ..pull_feed(&svm, "1") };
    write_pull_feed(&mut svm, &feed);
    refused(&mut svm, |svm| svm.refresh(BTC), E::OraclePriceNotPositive);
}

#[test]
fn the_wide_interval_of_a_price_that_stands_in_is_flagged() {
    let mut svm = stale();
    // Two per cent of 41,000.
    let good = pull_feed(&svm, "41000");
    for (std_dev, flagged) in [(820 * ONE, 0), (821 * ONE, flag::UNCERTAIN), (i128::MAX, flag::UNCERTAIN)] {
        svm.advance(100);
        let feed = PullFeed { std_dev, publish_time: svm.now(), ..good };
        write_pull_feed(&mut svm, &feed);
        svm.refresh(BTC).unwrap();
        assert_eq!((on_board(&svm).0, flags(&svm) & flag::UNCERTAIN), (41_000, flagged));
    }
}

/// I250. A first price that new risk allows takes over from a second that is newer: nobody keeps the first out. It does not go back to
/// one before its own.
#[test]
fn the_first_takes_over_from_a_second_that_is_newer() {
    let mut svm = stale();
    svm.write_second(BTC, "41000");
    svm.refresh(BTC).unwrap();
    svm.advance(1);
    let older = OraclePrice { publish_time: svm.now() - 2, ..oracle::dollars("40500", svm.now()).unwrap() };
    svm.write_print(BTC, &older);
    svm.refresh(BTC).unwrap();
    assert_eq!(on_board(&svm), (40_500, svm.now() - 2));
    svm.write_print(BTC, &OraclePrice { publish_time: svm.now() - 3, ..older });
    refused(&mut svm, |svm| svm.refresh(BTC), E::OracleBackwards);
}

/// I735. Before, the board was fresh for 10 of every 61 seconds.
#[test]
fn with_the_first_dead_the_board_has_every_price_of_the_second() {
    let mut svm = stale();
    svm.write_second(BTC, "40000");
    svm.refresh(BTC).unwrap();
    let mut fresh = 0;
    for second in 1..=530 {
        svm.advance(1);
        if second % 5 == 0 {
            svm.write_second(BTC, "40000");
            svm.refresh(BTC).unwrap();
        }
        fresh += u32::from(svm.board().board.underlying(BTC).unwrap().require_fresh(svm.now()).is_ok());
    }
    assert_eq!(fresh, 530);
}

/// I735. Somebody waits for a first source that nobody posts for a minute, and posts a second with a price of his choice.
#[test]
fn a_second_price_liquidates_nobody_for_a_minute() {
    let mut svm = stale();
    svm.refresh_all();
    let (alice, bob) = (svm.trader("960").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.advance(61);
    svm.write_second(BTC, "35500");
    svm.refresh(BTC).unwrap();
    let first = svm.account(&svm.price_account(BTC)).unwrap();
    refused(&mut svm, |svm| svm.liquidate(&bob, &alice, &[BTC]), E::SecondSourceNew);
    refused(&mut svm, |svm| svm.give_notice(&alice), E::SecondSourceNew);
    for seconds in [30, 29] {
        svm.advance(seconds);
        svm.write_second(BTC, "35500");
        svm.refresh(BTC).unwrap();
        refused(&mut svm, |svm| svm.liquidate(&bob, &alice, &[BTC]), E::SecondSourceNew);
    }
    // Anyone posts the first: all is well.
    svm.write_price(BTC, "40000");
    svm.refresh(BTC).unwrap();
    refused(&mut svm, |svm| svm.liquidate(&bob, &alice, &[BTC]), E::NotLiquidatable);
    // Where nobody does for a minute more, its price counts.
    svm.set_account(svm.price_account(BTC), first);
    svm.advance(61);
    for seconds in [0, 60] {
        svm.advance(seconds);
        svm.write_second(BTC, "35500");
        svm.refresh(BTC).unwrap();
    }
    svm.liquidate(&bob, &alice, &[BTC]).unwrap();
}

/// I736. A divergence from a source that is dead ends, and new risk goes on.
#[test]
fn a_divergence_from_a_dead_source_ends_after_ten_minutes() {
    let mut svm = stale();
    svm.write_second(BTC, "41000");
    svm.publish(BTC, "39000").unwrap();
    assert_eq!(flags(&svm), flag::DIVERGENT);
    svm.advance(61);
    for _ in 0..10 {
        svm.write_second(BTC, "41000");
        svm.refresh(BTC).unwrap();
        assert_eq!(flags(&svm), flag::DIVERGENT);
        svm.advance(60);
    }
    svm.write_second(BTC, "41000");
    svm.refresh(BTC).unwrap();
    assert_eq!((on_board(&svm).0, flags(&svm)), (41_000, 0));
}

/// An exchange whose BTC has Pyth for its second source too: another feed, in one account. A hundred seconds after its last
/// prices.
fn twice_pyth() -> Svm {
    let account = Address::new_from_array([0xB7; 32]);
    let second = FeedConfig::new(Source::Pyth, Some(&account), &[0x5C; 32]);
    let mut svm = Svm::with_config(|c| c.underlying[usize::from(BTC)].second = Some(second)).unwrap();
    svm.advance(100);
    svm
}

#[test]
fn any_oracle_can_be_second() {
    let mut svm = twice_pyth();
    svm.write_second(BTC, "41000");
    svm.publish(BTC, "40000").unwrap();
    assert_eq!((on_board(&svm).0, flags(&svm)), (40_000, flag::DIVERGENT));
    svm.write_second(BTC, "40100");
    svm.advance(1);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!(flags(&svm), 0);
    svm.advance(100);
    svm.write_second(BTC, "40200");
    svm.refresh(BTC).unwrap();
    assert_eq!(on_board(&svm), (40_200, svm.now()));
}

#[test]
fn a_second_print_in_another_account_is_refused() {
    let mut svm = twice_pyth();
    let (e, price, feed) = (svm.exchange, svm.price_account(BTC), svm.second_feed(BTC).unwrap());
    svm.write_price(BTC, "40000");
    svm.write_second(BTC, "40100");
    // A good update of the second feed, of which whoever refreshes could have posted any.
    let elsewhere = Address::new_from_array([0xB8; 32]);
    let good = oracle::dollars("45000", svm.now()).unwrap();
    svm.write_feed(elsewhere, &feed, &good);
    let pinned = svm.second_account(BTC).unwrap();
    for other in [elsewhere, price] {
        let ix = instruction::refresh_underlying_from(&e, &price, Some(&other), BTC);
        assert_refused(&mut svm, &[ix], &[], E::OracleWrongFeed);
    }
    // Nor is the second feed the first, in its own account or with the two changed about.
    let alone = instruction::refresh_underlying_from(&e, &pinned, Some(&pinned), BTC);
    assert_refused(&mut svm, &[alone], &[], E::OracleWrongFeed);
    let swapped = instruction::refresh_underlying_from(&e, &pinned, Some(&price), BTC);
    assert_refused(&mut svm, &[swapped], &[], E::OracleWrongFeed);
    svm.refresh(BTC).unwrap();
}

#[test]
fn a_second_update_that_is_not_fully_verified_neither_vetoes_nor_stands_in() {
    let mut svm = twice_pyth();
    let feed = svm.second_feed(BTC).unwrap();
    let whole = pyth::encode(&feed.id, &oracle::dollars("50000", svm.now()).unwrap());
    let partial = [&whole[..40], &[0, 12], &whole[41..]].concat();
    let first = pyth::encode(&svm.first_feed(BTC).id, &oracle::dollars("50000", svm.now()).unwrap());
    for data in [partial, first, pull_feed(&stale(), "50000").encode()] {
        write_bytes(&mut svm, pyth::OWNER, data);
        nothing_stands_in(&mut svm);
    }
    write_bytes(&mut svm, PROGRAMS[0], whole);
    nothing_stands_in(&mut svm);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!((on_board(&svm).0, flags(&svm)), (40_000, 0));
}

/// A print that crosses a boundary is a sample of the variance, but not one that stands in: samples are of one feed.
#[test]
fn what_stands_in_is_no_sample() {
    let mut svm = twice_pyth();
    let sampled = |svm: &Svm| svm.board().board.underlying(BTC).unwrap().range.sample_time;
    for stands_in in [true, false] {
        let boundary = (svm.now() / 3_600 + 1) * 3_600;
        svm.set_time(boundary);
        let (before, price) = (sampled(&svm), oracle::dollars("40000", boundary).unwrap());
        if stands_in {
            svm.write_second_print(BTC, &price);
        } else {
            svm.write_print(BTC, &price);
        }
        svm.refresh(BTC).unwrap();
        assert_eq!(on_board(&svm).1, boundary);
        assert_eq!(sampled(&svm), if stands_in { before } else { boundary });
    }
}
