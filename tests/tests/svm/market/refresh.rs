//! Refreshing options: lists, what a refresh writes, and what it leaves alone (I201, I203, I246, I247).

use crate::harness::refusal::{assert_refused, refused, snapshot};
use ballast_client::risk::LotValue;
use ballast_client::{BallastError as E, ballast::constants::MAX_REFRESHED, instruction};
use ballast_testkit::{BTC, ETH, SOL, Svm, options::SMILE};

const DAY: i64 = 86_400;

/// An exchange with calls and puts of two expiries of BTC, from index 10 on.
fn two_expiries() -> (Svm, [i64; 2], Vec<u16>) {
    let mut svm = Svm::new().unwrap();
    let expiries = [svm.now() + 60, svm.now() + 60 + 7 * DAY];
    svm.settle_at(expiries[0]).unwrap();
    svm.open_surface(BTC).unwrap();
    let options = svm.list_options(BTC, &expiries, &["36000", "40000"], 10).unwrap();
    for expiry in expiries {
        svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    }
    svm.refresh_all_options(BTC).unwrap();
    (svm, expiries, options)
}

/// I246.
#[test]
fn an_option_that_has_expired_is_not_refreshed_and_fails_the_whole_list() {
    let (mut svm, expiries, options) = two_expiries();
    svm.set_time(expiries[0] - 1);
    svm.refresh_all();
    svm.refresh_options(BTC, &options).unwrap();
    svm.set_time(expiries[0]);
    svm.refresh_all();
    refused(&mut svm, |svm| svm.refresh_options(BTC, &options), E::InstrumentExpired);
    refused(&mut svm, |svm| svm.refresh_options(BTC, &options[3..5]), E::InstrumentExpired);
    svm.refresh_options(BTC, &options[4..]).unwrap();
    // At and after expiry an option is worth its intrinsic value.
    let board = svm.board();
    let u = board.board.underlying(BTC).unwrap();
    for (option, dollars) in options[..4].iter().zip([4_000, 0, 0, 0]) {
        let i = board.board.instrument(*option).unwrap();
        assert_eq!(i.mark_at(u, svm.now()), LotValue::new(dollars * 1_000 * 16), "a lot of 0.001 BTC");
    }
}

/// I247.
#[test]
fn the_same_refresh_again_changes_nothing() {
    let (mut svm, _, options) = two_expiries();
    svm.advance(5);
    svm.publish(BTC, "40321.5").unwrap();
    svm.refresh_options(BTC, &options).unwrap();
    let before = snapshot(&svm);
    svm.refresh_options(BTC, &options).unwrap();
    assert!(before == snapshot(&svm));
    // One by one, and in any partition: the same bytes.
    for option in &options {
        svm.refresh_options(BTC, &[*option]).unwrap();
    }
    for pair in options.chunks(3) {
        svm.refresh_options(BTC, pair).unwrap();
    }
    assert!(before == snapshot(&svm));
}

/// I247.
#[test]
fn a_refresh_writes_what_the_model_says_of_the_options_named_and_nothing_else() {
    let (mut svm, _, options) = two_expiries();
    svm.advance(7);
    svm.publish(BTC, "39876.5").unwrap();
    let mut expected = svm.board();
    let (before, surface) = (svm.board(), svm.surface(BTC));
    let named = [options[1], options[4], options[5]];
    expected.board.refresh_options(BTC, &surface.surface, named.into_iter(), svm.now()).unwrap();
    svm.refresh_options(BTC, &named).unwrap();
    let after = svm.board();
    assert!(after.board.instruments == expected.board.instruments);
    assert!(after.board.underlyings == before.board.underlyings);
    for option in options.iter().filter(|o| !named.contains(o)) {
        assert_eq!(after.board.instrument(*option).unwrap(), before.board.instrument(*option).unwrap());
    }
}

/// I247.
#[test]
fn a_call_and_its_put_share_one_array() {
    let (svm, _, options) = two_expiries();
    let board = svm.board();
    let u = board.board.underlying(BTC).unwrap();
    for pair in options.chunks(2) {
        let terms = |k: usize| board.board.instrument(pair[k]).unwrap().option;
        let (call, put) = (terms(0), terms(1));
        assert_eq!((call.array, call.call, call.delta), (put.array, put.call, put.delta));
        let mark = |k: usize| board.board.instrument(pair[k]).unwrap().mark_at(u, svm.now());
        let forward = 100 * u.price.get() + call.carry;
        assert_eq!(mark(0).get() - mark(1).get(), forward - call.strike);
    }
}

/// I246.
#[test]
fn a_refresh_needs_a_fresh_price() {
    let (mut svm, _, options) = two_expiries();
    svm.advance(10);
    svm.refresh_options(BTC, &options).unwrap();
    svm.advance(1);
    refused(&mut svm, |svm| svm.refresh_options(BTC, &options), E::PriceStale);
    for other in [ETH, SOL] {
        svm.publish(other, if other == ETH { "2500" } else { "40" }).unwrap();
    }
    refused(&mut svm, |svm| svm.refresh_options(BTC, &options), E::PriceStale);
    svm.publish(BTC, "40000").unwrap();
    svm.refresh_options(BTC, &options).unwrap();
}

/// I246.
#[test]
fn as_many_options_as_a_transaction_may_name_fit_its_compute_limit() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + 7 * DAY;
    svm.open_surface(BTC).unwrap();
    let strikes: Vec<String> = (0..17).map(|n| (36_000 + n * 500).to_string()).collect();
    let strikes: Vec<&str> = strikes.iter().map(String::as_str).collect();
    let options = svm.list_options(BTC, &[expiry], &strikes, 10).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    let sent = svm.refresh_options(BTC, &options[..MAX_REFRESHED]).unwrap();
    assert!(sent.compute_units < 1_400_000);
    let too_many = instruction::refresh_options(&svm.exchange, BTC, &options[..MAX_REFRESHED + 1]);
    assert_refused(&mut svm, &[too_many], &[], E::TooManyInstruments);
    let board = svm.board();
    let price = board.board.underlying(BTC).unwrap().price;
    for option in &options[..MAX_REFRESHED] {
        let made = board.board.instrument(*option).unwrap().option;
        assert_eq!((made.price, made.time), (price.get(), svm.now()));
    }
}
