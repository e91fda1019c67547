//! Funding and basis: samples of the impact mid, what they cost and move, and what is refused (I290 to I293, I299).

use crate::{
    mutation::{Case, Mutation::*, slot::*},
    refusal::{refused, snapshot},
};
use ballast_client::{BallastError as E, ballast::events::MarketSampled, config::FundingConfig, event, instruction};
use ballast_testkit::{BTC, ETH, Order, Svm, Trader};

/// The bid and the ask of the fixture, and their size. The middle is 0.1 % above the index; 25 lots are the impact notional.
const QUOTES: (&str, &str, i64) = ("39990", "40090", 30);

/// An exchange whose BTC perpetual has funding and a basis, with quotes that have rested for five seconds.
fn quoted() -> (Svm, Trader, (u32, u64)) {
    let mut svm = Svm::with_config(|config| {
        config.perpetual[usize::from(BTC)].funding = FundingConfig {
            impact_notional: "1000".into(),
            max_premium: "0.005".into(),
            period: 28_800,
            max_basis: "0.0001".into(),
        };
    })
    .unwrap();
    let maker = svm.trader("100000").unwrap();
    let (bid, ask, lots) = QUOTES;
    svm.rest(&maker, Order::buy(&svm, BTC, bid, lots).post_only()).unwrap();
    let ask = svm.rest(&maker, Order::sell(&svm, BTC, ask, lots).post_only()).unwrap();
    svm.advance(5);
    (svm, maker, ask)
}

/// I290. The numbers of a sample, to the unit: premium, funding index and its remainder, basis and mark, what each side pays,
/// and the dust that is left.
#[test]
fn a_sample_is_paid_by_the_longs_to_the_shorts_and_dust_is_the_exchanges() {
    let (mut svm, _, _) = quoted();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    let sent = svm.sample_market(BTC).unwrap();
    let sampled = event::find::<MarketSampled, _>(&sent.log, MarketSampled::NAME)[0];
    // A lot is 40 dollars, 640,000,000 sixteenths: · 0.001 · 60 / 28,800 = 1,333 and a third.
    assert_eq!((sampled.premium, sampled.funding_index, sampled.basis), (1_000, 1_333, 45));
    let market = svm.market(BTC).header;
    assert_eq!((market.funding_remainder, market.sample_bucket), (9_600_000_000, svm.now() / 60));
    let mark = |svm: &Svm| svm.board().board.instrument(BTC).unwrap().mark;
    assert_eq!(mark(&svm), 640_000_000, "in force from the next repricing");
    svm.assert_reconciled();

    let (long, short) = (svm.requirements(&alice).equity.0, svm.requirements(&bob).equity.0);
    svm.trade(&bob, &alice, BTC, "40000", 60).unwrap();
    assert_eq!(svm.market(BTC).header.unpaid_funding.0, 8_332 - 8_331);
    svm.assert_reconciled();
    svm.trade(&bob, &alice, BTC, "40000", 40).unwrap();
    let fee = 40_000_000 * 100 / 2_000;
    assert_eq!(svm.portfolio(&bob).cash.0, short - fee, "the taker's fee, and nothing but what was due");
    assert!(svm.portfolio(&alice).cash.0 > long, "the maker's rebate");
    let (before, unswept) = (svm.treasury().fees.0, svm.market(BTC).header.unswept_fees.0);
    svm.sweep(BTC).unwrap();
    assert_eq!(svm.treasury().fees.0, before + unswept + 1, "the dust of a market that nobody is in");
    assert_eq!(svm.market(BTC).header.unpaid_funding.0, 0);
    svm.assert_reconciled();

    svm.advance(1);
    svm.refresh_all();
    assert_eq!(mark(&svm), 640_000_000 + 28_800, "0.0045 %");
    for _ in 0..3 {
        svm.advance(60);
        svm.refresh_all();
        svm.sample_market(BTC).unwrap();
    }
    let i = *svm.board().board.instrument(BTC).unwrap();
    assert_eq!(i.basis, 100, "the bound");
    assert_eq!(i.funding_index, 4 * 640_000_000 / 1_000 * 60 / 28_800, "nothing was lost to rounding");
}

/// I291. One sample a bucket; a second call changes not a byte. A bucket that nobody sampled costs nothing.
#[test]
fn a_bucket_is_sampled_once_and_stands_for_itself_alone() {
    let (mut svm, _, _) = quoted();
    svm.sample_market(BTC).unwrap();
    let before = snapshot(&svm);
    svm.advance(5);
    svm.sample_market(BTC).unwrap();
    assert_eq!(crate::refusal::difference(&before, &snapshot(&svm)), None);
    svm.advance(50 * 60);
    svm.refresh_all();
    svm.sample_market(BTC).unwrap();
    assert_eq!(svm.board().board.instrument(BTC).unwrap().funding_index, 2_666);
}

/// I292. Only orders count that have rested five seconds, have not expired, add to a position, and are deep enough together.
#[test]
fn what_flashes_up_or_only_reduces_does_not_count() {
    let (mut svm, maker, ask) = quoted();
    svm.cancel(&maker, BTC, ask).unwrap();
    let sample = |svm: &mut Svm| svm.sample_market(BTC);
    refused(&mut svm, sample, E::BookTooThin);
    // 24 lots at 40,090 are worth 962 dollars.
    svm.rest(&maker, Order::sell(&svm, BTC, "40090", 24).post_only()).unwrap();
    svm.advance(5);
    refused(&mut svm, sample, E::BookTooThin);
    let until = svm.now() + 6;
    svm.rest(&maker, Order::sell(&svm, BTC, "40090", 50).post_only().until(until)).unwrap();
    svm.advance(4);
    svm.refresh_all();
    refused(&mut svm, sample, E::BookTooThin);
    svm.advance(2);
    refused(&mut svm, sample, E::BookTooThin);
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 50).unwrap();
    svm.rest(&alice, Order::sell(&svm, BTC, "40090", 50).reduce_only().post_only()).unwrap();
    svm.advance(5);
    svm.refresh_all();
    refused(&mut svm, sample, E::BookTooThin);
    svm.rest(&maker, Order::sell(&svm, BTC, "40100", 50).post_only()).unwrap();
    svm.advance(5);
    // 24 lots at 40,090 and one at 40,100: 40,090.4, against a bid of 39,990.
    svm.sample_market(BTC).unwrap();
    assert_eq!(svm.market(BTC).header.premium, 1_005);
}

/// I293. The index must be fresh and suspected by no guard, and there must be a premium to sample.
#[test]
fn no_sample_is_taken_at_a_price_that_is_in_doubt() {
    let (mut svm, _, _) = quoted();
    refused(&mut svm, |svm| svm.sample_market(ETH), E::NoFunding);
    svm.advance(6);
    refused(&mut svm, |svm| svm.sample_market(BTC), E::PriceStale);
    let update = ballast_client::pyth::PriceUpdate {
        feed_id: svm.feed_id(BTC),
        price: 4_000_000_000_000,
        confidence: 100_000_000_000,
        exponent: -8,
        publish_time: svm.now(),
    };
    svm.write_price_update(BTC, &update);
    svm.refresh(BTC).unwrap();
    refused(&mut svm, |svm| svm.sample_market(BTC), E::PriceTooUncertain);
}

/// I299.
#[test]
fn sample_market() {
    let (mut svm, _, _) = quoted();
    let other = svm.another_exchange(2).unwrap();
    let e = svm.exchange;
    Case::new("sample_market", instruction::sample_market(&e, BTC), &[], &[EXCHANGE, BOARD, MARKET])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, other.market(BTC))
        .sibling(2, e.market(ETH))
        .except(2, Sibling, E::NoFunding)
        .run(&mut svm);
}
