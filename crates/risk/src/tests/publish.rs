//! The rules by which the prices that feeds show go onto the board.

use super::world::{NOW, range_params};
use crate::{
    Board, GuardParams, OraclePrice, Ppm, Print, Published, QuoteNative, Quotes, RiskError, Underlying,
    UnderlyingParams, UnitPrice,
    guard::flag,
    publish::{
        CLOCK_LAG, DIVERGENCE_ENDS_AFTER, LATE_SAMPLE_MAX_AGE, SECOND_SOURCE_LIQUIDATES_AFTER, SECOND_SOURCE_MAX_AGE,
        SECOND_SOURCE_SILENCE, SECOND_SOURCE_STANDS_IN_AFTER,
    },
    range::BUCKET_SECONDS,
    scenario,
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

const MAX_AGE: i64 = 10;
/// A dollar at the board's scale: no fraction bits, units of a whole asset.
const DOLLAR: i64 = 1_000_000;

fn listed() -> Underlying {
    Underlying {
        max_price: UnitPrice::new(1 << 43),
        listed: 1,
        params: UnderlyingParams {
            scan_range: Ppm::new(100_000),
            max_confidence: Ppm::new(20_000),
            stable_rate: Ppm::new(500_000),
            max_age: MAX_AGE as u32,
            open_interest_liquidity: QuoteNative::new(1 << 60),
            ..UnderlyingParams::zeroed()
        },
        range_params: range_params(),
        guard_params: GuardParams { max_divergence: Ppm::new(10_000), ..GuardParams::zeroed() },
        ..Underlying::zeroed()
    }
}

/// So many dollars, published at a time, a second after the print before.
fn dollars(price: i64, publish_time: i64) -> OraclePrice {
    OraclePrice { price, confidence: 0, exponent: 0, publish_time, previous_publish_time: publish_time - 1 }
}

fn first(price: OraclePrice) -> Quotes {
    Quotes { first: price, second: None }
}

/// An underlying with 100 dollars on the board, published at `NOW`.
fn priced() -> Underlying {
    let mut u = listed();
    u.publish_quotes(&first(dollars(100, NOW)), NOW).unwrap();
    u
}

fn flags(published: Published) -> (bool, u8) {
    let Published::Price { stands_in, flags, .. } = published else { unreachable!("{published:?}") };
    (stands_in, flags)
}

/// I232.
#[test]
fn a_newer_price_goes_onto_the_board_and_one_of_the_same_second_changes_nothing() {
    let mut u = listed();
    let published = u.publish_quotes(&first(dollars(100, NOW - MAX_AGE)), NOW).unwrap();
    let price = UnitPrice::new(100 * DOLLAR);
    let (publish_time, previous_publish_time) = (NOW - MAX_AGE, NOW - MAX_AGE - 1);
    let print = Print { price, confidence: UnitPrice::ZERO, publish_time, previous_publish_time };
    assert_eq!(published, Published::Price { print, stands_in: false, flags: 0, stable_price: price });
    assert_eq!((u.price, u.publish_time), (price, NOW - MAX_AGE));
    let before = u;
    let again = Quotes { second: Some(dollars(50, NOW)), ..first(dollars(101, NOW - MAX_AGE)) };
    assert_eq!(u.publish_quotes(&again, NOW), Ok(Published::Nothing));
    assert_eq!(u, before);
}

/// I232.
#[test]
fn a_board_takes_a_price_as_its_underlying_does_and_reprices() {
    let mut board: Box<Board> = bytemuck::allocation::zeroed_box();
    board.scenarios = scenario::SPAN;
    board.underlyings[0] = listed();
    let quotes = first(dollars(100, NOW));
    let mut copy = listed();
    assert_eq!(board.publish(0, &quotes, NOW), copy.publish_quotes(&quotes, NOW));
    assert_eq!(board.underlyings[0].worst_long, UnitPrice::new(10 * DOLLAR));
    assert_eq!(copy.worst_long, UnitPrice::ZERO);
    assert_eq!(board.publish(1, &quotes, NOW), Err(RiskError::NotListed { index: 1 }));
}

#[test]
fn a_price_out_of_time_is_refused() {
    let mut u = priced();
    let before = u;
    let mut refused = |time: i64, now: i64| u.publish_quotes(&first(dollars(100, time)), now).unwrap_err();
    let ahead = NOW + CLOCK_LAG + 1;
    assert_eq!(refused(ahead, NOW), RiskError::PrintFromFuture { published: ahead, now: NOW });
    assert_eq!(refused(i64::MAX, NOW), RiskError::PrintFromFuture { published: i64::MAX, now: NOW });
    assert_eq!(refused(NOW - 1, NOW), RiskError::PrintBackwards { published: NOW - 1, on_board: NOW });
    let late = NOW + 1 + MAX_AGE + 1;
    assert_eq!(refused(NOW + 1, late), RiskError::PrintTooOld { published: NOW + 1, now: late, limit: MAX_AGE as u32 });
    assert_eq!(u, before);
}

#[test]
fn a_price_out_of_bounds_is_refused() {
    let mut u = priced();
    u.max_price = UnitPrice::new(1_000 * DOLLAR);
    let before = u;
    let mut refused = |price: OraclePrice| u.publish_quotes(&first(price), NOW + 1).unwrap_err();
    let price = dollars(100, NOW + 1);
    for mantissa in [0, -1, -100] {
        assert_eq!(refused(OraclePrice { price: mantissa, ..price }), RiskError::PrintNotPositive);
    }
    // Less than half of the board's unit.
    assert_eq!(refused(OraclePrice { price: 49, exponent: -8, ..price }), RiskError::PrintNotPositive);
    let high = RiskError::PrintTooHigh { price: 1_001 * DOLLAR, bound: 1_000 * DOLLAR };
    assert_eq!(refused(dollars(1_001, NOW + 1)), high);
    assert_eq!(refused(OraclePrice { exponent: 30, ..price }), RiskError::Overflow);
    assert_eq!(u, before);
}

#[test]
fn a_wide_interval_is_flagged_however_wide() {
    let quoted = |confidence: u64, exponent: i32| {
        let price = OraclePrice { price: 100, confidence, exponent, ..dollars(0, NOW + 1) };
        flags(priced().publish_quotes(&first(price), NOW + 1).unwrap())
    };
    assert_eq!(quoted(2, 0), (false, 0));
    assert_eq!(quoted(3, 0), (false, flag::UNCERTAIN));
    assert_eq!(quoted(u64::MAX, 0), (false, flag::UNCERTAIN));
}

/// I249.
#[test]
fn a_recent_second_price_is_compared_and_an_older_one_is_not() {
    let now = NOW + 100;
    let compared = |second: OraclePrice| {
        let quotes = Quotes { second: Some(second), ..first(dollars(100, now)) };
        flags(priced().publish_quotes(&quotes, now).unwrap())
    };
    assert_eq!(compared(dollars(100, now - SECOND_SOURCE_MAX_AGE)), (false, 0));
    assert_eq!(compared(dollars(98, now - SECOND_SOURCE_MAX_AGE)), (false, flag::DIVERGENT));
    assert_eq!(compared(dollars(98, now - SECOND_SOURCE_MAX_AGE - 1)), (false, 0));
    // A stranger who posts the second's newest price before the chain's clock is there does not end the comparison.
    assert_eq!(compared(dollars(98, now + 1)), (false, flag::DIVERGENT));
    // What does not fit the board is as far off as can be.
    assert_eq!(compared(OraclePrice { exponent: 30, ..dollars(100, now) }), (false, flag::DIVERGENT));
}

#[test]
fn a_second_price_stands_in_once_the_first_is_silent() {
    let quotes = |now: i64| Quotes { second: Some(dollars(100, now)), ..first(dollars(100, NOW)) };
    let due = NOW + SECOND_SOURCE_STANDS_IN_AFTER;
    assert_eq!(priced().publish_quotes(&quotes(due), due), Ok(Published::Nothing));
    let mut u = priced();
    assert_eq!(flags(u.publish_quotes(&quotes(due + 1), due + 1).unwrap()), (true, 0));
    assert_eq!(u.publish_time, due + 1);
    // A first price that new risk allows is taken, however long the board has waited.
    let fresh = Quotes { first: dollars(100, due - 5), ..quotes(due + 1) };
    assert_eq!(flags(priced().publish_quotes(&fresh, due + 1).unwrap()), (false, 0));
    // Too far from the last price of the first.
    let far = Quotes { second: Some(dollars(98, due + 1)), ..quotes(due + 1) };
    assert_eq!(flags(priced().publish_quotes(&far, due + 1).unwrap()), (true, flag::DIVERGENT));
}

/// I802. With the first dead the board has the second's price whenever there is one.
#[test]
fn a_second_price_stands_in_for_as_long_as_the_first_is_silent() {
    let mut u = priced();
    let due = NOW + SECOND_SOURCE_STANDS_IN_AFTER + 1;
    let mut fresh = 0;
    for now in NOW..NOW + 600 {
        if now % 3 == 0 {
            let quotes = Quotes { second: Some(dollars(100, now)), ..first(dollars(100, NOW)) };
            u.publish_quotes(&quotes, now).unwrap();
        }
        fresh += u32::from(now >= due && u.require_fresh(now).is_ok());
    }
    // But for the seconds until its first price.
    assert!(fresh >= 600 - SECOND_SOURCE_STANDS_IN_AFTER as u32 - 3, "{fresh}");
}

/// I802. A first price that new risk allows takes over from a second that is newer.
#[test]
fn nobody_keeps_the_first_source_out_by_posting_the_second() {
    let mut u = priced();
    let now = NOW + SECOND_SOURCE_STANDS_IN_AFTER + 1;
    let quotes = Quotes { second: Some(dollars(100, now)), ..first(dollars(100, NOW)) };
    assert_eq!(flags(u.publish_quotes(&quotes, now).unwrap()), (true, 0));
    let (stable, ranges) = (u.stable_time, u.range.moved_at);
    for age in 0..=MAX_AGE {
        let mut u = u;
        let quotes = Quotes { second: Some(dollars(100, now)), ..first(dollars(101, now - age)) };
        assert_eq!(flags(u.publish_quotes(&quotes, now).unwrap()), (false, 0));
        assert_eq!((u.publish_time, u.first_time, u.second_since), (now - age, now - age, 0));
        // No clock goes back.
        assert!(u.stable_time >= stable && u.range.moved_at >= ranges);
        assert_eq!(u.publish_quotes(&quotes, now), Ok(Published::Nothing));
    }
    let old = first(dollars(101, now - MAX_AGE - 1));
    assert!(u.publish_quotes(&old, now).is_err());
}

/// I803.
#[test]
fn a_second_price_liquidates_after_a_minute_in_charge() {
    let mut u = priced();
    let since = NOW + 200;
    for now in [since, since + 30, since + 59, since + 60, since + 61] {
        let quotes = Quotes { second: Some(dollars(100, now)), ..first(dollars(100, NOW)) };
        u.publish_quotes(&quotes, now).unwrap();
        u.guard_params.liquidation_age = 5;
        let until = since + SECOND_SOURCE_LIQUIDATES_AFTER;
        let refused = Err(RiskError::SecondSourceNew { underlying: 0, since, until });
        let expected = if now < until { refused } else { Ok(()) };
        assert_eq!((u.require_movable(now), u.require_refreshed(now)), (expected, expected));
    }
    // Left alone for longer than two heartbeats of a minute it was in charge in name only.
    for (silent, liquidates) in [(62, true), (SECOND_SOURCE_SILENCE, true), (SECOND_SOURCE_SILENCE + 1, false)] {
        let (mut left, now) = (u, since + 61 + silent);
        let quotes = Quotes { second: Some(dollars(90, now)), ..first(dollars(100, NOW)) };
        left.publish_quotes(&quotes, now).unwrap();
        left.guards.flags = 0;
        assert_eq!(left.require_movable(now).is_ok(), liquidates);
    }
    // The first takes over, and liquidates at once. The next time the minute begins anew.
    u.publish_quotes(&first(dollars(100, since + 62)), since + 62).unwrap();
    assert_eq!(u.require_movable(since + 62), Ok(()));
    let quotes = Quotes { second: Some(dollars(100, since + 200)), ..first(dollars(100, since + 62)) };
    u.publish_quotes(&quotes, since + 200).unwrap();
    assert!(u.require_movable(since + 200).is_err());
}

/// I804.
#[test]
fn a_divergence_from_a_dead_source_ends() {
    for before in [true, false] {
        let mut u = priced();
        if before {
            // They disagreed while both were heard.
            let both = Quotes { second: Some(dollars(90, NOW + 1)), ..first(dollars(100, NOW + 1)) };
            assert_eq!(flags(u.publish_quotes(&both, NOW + 1).unwrap()), (false, flag::DIVERGENT));
        }
        let since = NOW + 100;
        for seconds in (0..=DIVERGENCE_ENDS_AFTER).step_by(20) {
            let quotes = Quotes { second: Some(dollars(90, since + seconds)), ..first(dollars(100, NOW + 1)) };
            let expected = if seconds < DIVERGENCE_ENDS_AFTER { flag::DIVERGENT } else { 0 };
            assert_eq!(flags(u.publish_quotes(&quotes, since + seconds).unwrap()), (true, expected), "{seconds}");
        }
        // A price like the last is none, whatever the first one's last price was.
        let now = since + DIVERGENCE_ENDS_AFTER + 20;
        let quotes = Quotes { second: Some(dollars(90, now)), ..first(dollars(100, NOW + 1)) };
        assert_eq!(flags(u.publish_quotes(&quotes, now).unwrap()), (true, 0));
    }
}

/// I805. A clock a few seconds behind the publisher refuses no print, of either source.
#[test]
fn a_clock_that_is_behind_refuses_no_print() {
    let mut u = priced();
    assert_eq!(flags(u.publish_quotes(&first(dollars(100, NOW + CLOCK_LAG)), NOW).unwrap()), (false, 0));
    let now = NOW + 200;
    let quotes = Quotes { second: Some(dollars(100, now + CLOCK_LAG)), ..first(dollars(100, NOW)) };
    assert_eq!(flags(u.publish_quotes(&quotes, now).unwrap()), (true, 0));
    let mut u = priced();
    let quotes = Quotes { second: Some(dollars(100, now + CLOCK_LAG + 1)), ..first(dollars(100, NOW)) };
    assert_eq!(u.publish_quotes(&quotes, now), Ok(Published::Nothing));
}

#[test]
fn what_stands_in_is_no_sample_of_the_variance() {
    let mut u = priced();
    let sampled = u.range.sample_time;
    let boundary = NOW - NOW.rem_euclid(BUCKET_SECONDS) + BUCKET_SECONDS;
    let crossing = OraclePrice { previous_publish_time: boundary - 1, ..dollars(100, boundary) };
    let quotes = Quotes { second: Some(crossing), ..first(dollars(100, NOW)) };
    assert_eq!(flags(u.publish_quotes(&quotes, boundary).unwrap()), (true, 0));
    assert_eq!(u.range.sample_time, sampled);
}

#[test]
fn a_late_sample_goes_into_the_variance_alone() {
    let boundary = NOW - NOW.rem_euclid(BUCKET_SECONDS) + BUCKET_SECONDS;
    let mut u = priced();
    // A refresh just after the boundary's print has kept it out.
    u.publish_quotes(&first(dollars(101, boundary + 5)), boundary + 5).unwrap();
    let before = u;
    let late = OraclePrice { previous_publish_time: boundary - 1, ..dollars(102, boundary) };
    let too_late = boundary + LATE_SAMPLE_MAX_AGE + 1;
    let backwards = RiskError::PrintBackwards { published: boundary, on_board: boundary + 5 };
    assert_eq!(u.publish_quotes(&first(late), too_late), Err(backwards));
    assert_eq!(u.publish_quotes(&first(late), too_late - 1), Ok(Published::LateSample));
    assert_eq!((u.range.sample_time, u.range.sample_price), (boundary, 102 * DOLLAR));
    assert_eq!(Underlying { range: before.range, ..u }, before);
    // Once it is there, the print is one of the past.
    assert_eq!(u.publish_quotes(&first(late), too_late - 1), Err(backwards));
}
