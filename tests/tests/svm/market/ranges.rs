//! The dynamic scan range and the crowding charge on chain: up at once for new risk, slowly for maintenance (I256 to I258).

use crate::harness::refusal::refused;
use ballast_client::risk::UnitPrice;
use ballast_client::{
    BallastError as E, oracle,
    risk::{Print, Underlying, range::BUCKET_SECONDS},
};
use ballast_testkit::{BTC, ETH, Order, Svm, Trader, options::SMILE};

/// An exchange whose BTC range is three sigmas of a day, with a half-life of an hour; Alice is
/// long 100 lots with 4,000 dollars.
fn dynamic() -> (Svm, Trader, Trader) {
    let mut svm = Svm::with_config(|c| {
        let range = &mut c.underlying[0].range;
        range.set("sigmas", "3");
        range.set("half_life", "3600");
    })
    .unwrap();
    let (alice, bob) = (svm.trader("4000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    (svm, alice, bob)
}

fn btc(svm: &Svm) -> Underlying {
    *svm.board().board.underlying(BTC).unwrap()
}

/// Publishes a price at a time.
fn publish_at(svm: &mut Svm, time: i64, dollars: &str) {
    svm.set_time(time);
    svm.publish(BTC, dollars).unwrap();
}

/// I256.
#[test]
fn a_volatile_price_raises_initial_margin_at_once_and_maintenance_by_a_quarter_an_hour_at_most() {
    let (mut svm, alice, _) = dynamic();
    let start = svm.now();
    let calm = svm.requirements(&alice);
    assert_eq!(
        (btc(&svm).range.maintenance.get(), btc(&svm).range.initial.get(), calm.surcharge.get()),
        (150_000, 150_000, 0)
    );
    let swing = |n: i64| if n % 2 == 1 { "40400" } else { "40000" };
    publish_at(&mut svm, start + BUCKET_SECONDS, swing(1));
    publish_at(&mut svm, start + 2 * BUCKET_SECONDS, swing(2));
    let u = btc(&svm);
    // Twice one per cent in five minutes, a sixth of the half-life: a range of some 17 %.
    assert!((160_000..175_000).contains(&u.range.initial.get()), "{:?}", u.range);
    // A quarter an hour, compounded, for the five minutes since the last price.
    assert_eq!(u.range.maintenance.get(), 152_815);
    let now = svm.requirements(&alice);
    assert_eq!(now.maintenance.get() / 1_000, calm.maintenance.get() * 152_815 / 150_000 / 1_000);
    let ratio = f64::from(u.range.initial.get()) / f64::from(u.range.maintenance.get());
    let asked = (now.maintenance.get() + now.surcharge.get()) as f64;
    assert!((asked / now.maintenance.get() as f64 - ratio).abs() < 1e-4);
    assert!((now.initial.get() as f64 - 1.25 * asked).abs() < 10.0);

    let mut last = u.range.maintenance.get();
    for n in 3..=48 {
        publish_at(&mut svm, start + n * BUCKET_SECONDS, swing(n));
        let range = btc(&svm).range;
        assert!(range.maintenance <= range.initial && u64::from(range.maintenance.get()) * 48 <= u64::from(last) * 49);
        last = range.maintenance.get();
    }
    // Four hours on, maintenance has come up to initial margin: three of one per cent times √288, 50.9 %.
    let range = btc(&svm).range;
    assert!((450_000..520_000).contains(&range.initial.get()), "{range:?}");
    assert!(last > 300_000);
}

/// I257.
#[test]
fn the_board_moves_as_the_model_says() {
    let (mut svm, ..) = dynamic();
    let start = svm.now();
    let mut expected = btc(&svm);
    for (seconds, dollars) in
        [(10, 40_100), (300, 41_000), (301, 39_000), (899, 43_000), (900, 42_000), (4_000, 42_000)]
    {
        publish_at(&mut svm, start + seconds, &dollars.to_string());
        let print = Print {
            price: UnitPrice::new(dollars * 10 * 16),
            confidence: UnitPrice::new(dollars * 10 * 16 / 2_000),
            publish_time: start + seconds,
            previous_publish_time: start + seconds - 1,
        };
        expected.publish(&print, None).unwrap();
        let is = btc(&svm);
        assert_eq!(
            (is.range, is.surcharge, is.stable_price),
            (expected.range, expected.surcharge, expected.stable_price)
        );
        assert_eq!(
            is.range_value.get(),
            (is.price.get() * i64::from(is.range.maintenance.get()) + 999_999) / 1_000_000
        );
    }
}

/// I257.
#[test]
fn prints_that_cross_no_bucket_change_no_variance() {
    let (mut svm, ..) = dynamic();
    let start = svm.now();
    let before = btc(&svm).range;
    // Any number of wild prices within a bucket, up to the second before the next.
    for seconds in [1, 30, 100, 200, 298, 299] {
        publish_at(&mut svm, start + seconds, if seconds % 2 == 0 { "60000" } else { "20000" });
        let range = btc(&svm).range;
        assert_eq!(
            (range.variance, range.sample_price, range.sample_time),
            (before.variance, before.sample_price, start)
        );
    }
    // The print across the boundary is the sample; those after it are not.
    publish_at(&mut svm, start + 300, "40000");
    let sampled = btc(&svm).range;
    assert_eq!((sampled.sample_time, sampled.variance), (start + 300, 0));
    publish_at(&mut svm, start + 301, "80000");
    assert_eq!(btc(&svm).range.variance, 0);
    // A bucket that nobody sampled in time has none: this print is a second late.
    publish_at(&mut svm, start + 601, "80000");
    assert_eq!(btc(&svm).range.sample_time, start + 300);
}

/// The range of a large exchange: four σ of a day, a half-life of a week, at least 12 %.
fn weekly() -> Svm {
    Svm::with_config(|c| {
        c.underlying[0].params.set("scan_range", "0.12");
        let range = &mut c.underlying[0].range;
        range.set("sigmas", "4");
        range.set("half_life", "604800");
    })
    .unwrap()
}

/// I730. Before, the wick became a sample a second later, and the range of initial margin went from 15 to 52 %.
#[test]
fn a_wick_that_a_guard_refused_is_no_variance_when_it_is_posted_late() {
    let mut svm = Svm::with_config(|c| {
        c.underlying[0].guard.set("max_move", "0.04");
        c.underlying[0].range.set("sigmas", "3");
        c.underlying[0].range.set("half_life", "3600");
    })
    .unwrap();
    let start = svm.now();
    for second in [60, 120, 180, 240] {
        publish_at(&mut svm, start + second, "40000");
    }
    // Somebody puts the price of a second later on the board, and then posts the wick at the boundary.
    let boundary = start + BUCKET_SECONDS;
    publish_at(&mut svm, boundary + 1, "40000");
    let wick = oracle::dollars("41720", boundary).unwrap();
    svm.write_print(BTC, &wick);
    svm.refresh(BTC).unwrap();
    let range = btc(&svm).range;
    assert_eq!((range.sample_price, range.sample_time, range.held_price), (40_000 * 160, boundary, 41_720 * 160));
    publish_at(&mut svm, boundary + BUCKET_SECONDS, "40000");
    let range = btc(&svm).range;
    assert_eq!((range.sample_price, range.held_price), (40_000 * 160, 0));
    // It counted as six σ of the floor of 15 %, which is much of an hour's half-life.
    assert_eq!(range.initial.get(), 207_147);
}

/// I730. Before, the wick raised the range of initial margin from 12 to 16.8 %, above its floor for a week.
#[test]
fn a_wick_that_reverts_leaves_the_range_at_its_floor() {
    let mut svm = weekly();
    let start = svm.now();
    for n in 1..=3 {
        publish_at(&mut svm, start + n * BUCKET_SECONDS, "40000");
    }
    publish_at(&mut svm, start + 4 * BUCKET_SECONDS, "43960");
    for n in 5..=16 {
        publish_at(&mut svm, start + n * BUCKET_SECONDS, "40000");
        assert_eq!(btc(&svm).range.initial.get(), 120_000, "bucket {n}");
    }
}

/// I730. A crash costs initial margin one bucket of delay.
#[test]
fn a_crash_is_accepted_in_full_by_the_next_sample() {
    let mut svm = weekly();
    let start = svm.now();
    publish_at(&mut svm, start + BUCKET_SECONDS, "40000");
    publish_at(&mut svm, start + 2 * BUCKET_SECONDS, "32000");
    let held = btc(&svm).range;
    assert_eq!((held.initial.get(), held.sample_price, held.held_price), (120_000, 40_000 * 160, 32_000 * 160));
    // Half of it comes back, and no more: it has happened.
    publish_at(&mut svm, start + 3 * BUCKET_SECONDS, "36000");
    let accepted = btc(&svm).range;
    assert_eq!((accepted.sample_price, accepted.held_price), (32_000 * 160, 36_000 * 160));
    // Four σ of a day, with 20 % squared at the weight of five minutes in a week's half-life: 25.2 %, and what is held of the way back.
    assert_eq!(accepted.initial.get(), 253_228);
}

/// I730. The next sample decides however late it is.
#[test]
fn a_held_sample_waits_for_the_next_one() {
    for (price, sampled) in [("32000", 32_000), ("40000", 40_000)] {
        let mut svm = weekly();
        let start = svm.now();
        publish_at(&mut svm, start + BUCKET_SECONDS, "40000");
        publish_at(&mut svm, start + 2 * BUCKET_SECONDS, "32000");
        publish_at(&mut svm, start + 100 * BUCKET_SECONDS, price);
        let range = btc(&svm).range;
        assert_eq!((range.sample_price, range.held_price), (sampled * 160, 0), "{price}");
    }
}

/// I256.
#[test]
fn a_range_falls_slowly() {
    let (mut svm, ..) = dynamic();
    let start = svm.now();
    for n in 1..=24 {
        publish_at(&mut svm, start + n * BUCKET_SECONDS, if n % 2 == 1 { "40600" } else { "40000" });
    }
    let high = btc(&svm).range;
    assert!(high.initial > high.maintenance && high.maintenance.get() > 200_000, "{high:?}");
    // A quarter of a day of calm: the range falls as the variance does, to a half in two of its half-lives, and to its floor.
    let (calm, mut last) = (svm.now(), high.initial.get());
    for n in 1..=72 {
        publish_at(&mut svm, calm + n * BUCKET_SECONDS, "40000");
        let range = btc(&svm).range;
        assert!(
            range.initial.get() <= last && u64::from(range.initial.get()) * 1_000 >= u64::from(last) * 971,
            "{range:?}"
        );
        last = range.initial.get();
    }
    let range = btc(&svm).range;
    assert_eq!((range.maintenance.get(), range.initial.get()), (150_000, 150_000));
}

/// I256.
#[test]
fn a_spike_of_volatility_stops_new_risk_and_liquidates_nobody() {
    let (mut svm, alice, _) = dynamic();
    let poor = svm.trader("1300").unwrap();
    let bob = svm.trader("100000").unwrap();
    svm.trade(&poor, &bob, BTC, "40000", 140).unwrap();
    let start = svm.now();
    for (n, dollars) in [(1, "41000"), (2, "40000"), (3, "41000"), (4, "40000")] {
        publish_at(&mut svm, start + n * BUCKET_SECONDS, dollars);
    }
    let r = svm.requirements(&poor);
    assert!(r.initial > r.initial_equity && !r.is_liquidatable(), "{r:?}");
    let order = Order::buy(&svm, BTC, "39000", 1);
    refused(&mut svm, |svm| svm.place(&poor, order, &[]), E::BelowInitialMargin);
    refused(&mut svm, |svm| svm.liquidate(&bob, &poor, &[BTC]), E::NotLiquidatable);
    // Reducing stays possible.
    svm.rest(&alice, Order::buy(&svm, BTC, "40000", 10)).unwrap();
    let sell = Order::sell(&svm, BTC, "40000", 10).immediate();
    svm.place(&poor, sell, &[&alice]).unwrap();
    assert_eq!(svm.lots(&poor, BTC), 130);
}

/// I256.
#[test]
fn an_options_array_takes_the_range_that_is_in_force() {
    let (mut svm, ..) = dynamic();
    let (start, expiry) = (svm.now(), svm.now() + 7 * 86_400);
    svm.open_surface(BTC).unwrap();
    let options = svm.list_options(BTC, &[expiry], &["40000"], 10).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    let terms = |svm: &Svm| svm.board().board.instrument(options[0]).unwrap().option;
    let calm = terms(&svm);
    for (n, dollars) in [(1, "41000"), (2, "40000")] {
        publish_at(&mut svm, start + n * BUCKET_SECONDS, dollars);
    }
    svm.refresh_all_options(BTC).unwrap();
    let wild = terms(&svm);
    let least = |t: &ballast_client::risk::OptionTerms| *t.array.iter().min().unwrap();
    assert!(least(&wild) < least(&calm), "the range of maintenance has risen, and with it what a short call can lose");
    // The surcharge is in the worst rows by which orders are margined.
    let surcharge = f64::from(btc(&svm).surcharge.get()) / 1e6;
    let short = (-least(&wild) + wild.model_error) as f64;
    assert!(surcharge > 0.1 && (wild.worst_short as f64 - short * (1.0 + surcharge)).abs() < 2.0);
}

/// I258.
#[test]
fn a_sweep_reports_open_interest_and_the_crowding_charge_grows_by_five_per_cent_an_hour() {
    let mut svm = Svm::with_config(|c| {
        let params = &mut c.underlying[0].params;
        params.set("open_interest_liquidity", "2000");
        params.set("crowding", "1");
        params.set("crowding_cap", "0.12");
    })
    .unwrap();
    let expiry = svm.now() + 7 * 86_400;
    svm.open_surface(BTC).unwrap();
    let call = svm.list_options(BTC, &[expiry], &["40000"], 10).unwrap()[0];
    svm.list_future(BTC, expiry, 3).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    let (alice, bob) = (svm.trader("10000").unwrap(), svm.trader("10000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.trade(&alice, &bob, 3, "40000", 20).unwrap();
    svm.trade(&bob, &alice, call, "1300", 30).unwrap();
    assert_eq!(btc(&svm).open_interest.get(), 0, "the board learns of it by a sweep");
    for (market, units) in [(BTC, 10_000), (3, 12_000), (call, 15_000)] {
        svm.sweep(market).unwrap();
        assert_eq!(btc(&svm).open_interest.get(), units, "one side, in units of 0.00001 BTC");
        refused(&mut svm, |svm| svm.sweep(market), E::NothingToSweep);
    }
    assert_eq!(svm.board().board.instrument(call).unwrap().open_interest.get(), 30);
    // 6,000 dollars are three times the liquidity: the charge's goal is its cap of 12 %. It moves with the price only.
    assert_eq!(btc(&svm).crowding.get(), 0);
    let start = svm.now();
    let calm = svm.requirements(&alice);
    for (minutes, crowding) in [(6, 5_000), (30, 25_000), (60, 50_000), (120, 100_000), (180, 120_000), (240, 120_000)]
    {
        publish_at(&mut svm, start + minutes * 60, "40000");
        assert_eq!(btc(&svm).crowding.get(), crowding, "after {minutes} minutes");
    }
    let r = svm.requirements(&alice);
    assert_eq!(calm.concentration.get(), 0);
    assert!((r.concentration.get() - r.scan.get() * 12 / 100).abs() <= 1, "{r:?}");
    // Seldom prices do not let it leap: an hour's worth is the most at once. Down it goes at once, when less is open.
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
    svm.sweep(BTC).unwrap();
    assert_eq!(btc(&svm).open_interest.get(), 5_000);
    svm.advance(1);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!((btc(&svm).crowding.get(), svm.requirements(&alice).concentration.get()), (0, 0));
    svm.assert_reconciled();
}

/// I258.
#[test]
fn an_hour_without_a_price_is_an_hour_of_crowding_at_most() {
    let mut svm = Svm::with_config(|c| {
        let params = &mut c.underlying[0].params;
        params.set("open_interest_liquidity", "1");
        params.set("crowding", "1");
        params.set("crowding_cap", "1");
    })
    .unwrap();
    let (alice, bob) = (svm.trader("10000").unwrap(), svm.trader("10000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.sweep(BTC).unwrap();
    svm.advance(1_000_000);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!(btc(&svm).crowding.get(), 50_000);
    // Of another underlying nothing moves.
    assert_eq!(svm.board().board.underlying(ETH).unwrap().open_interest.get(), 0);
}
