//! Funding and basis: samples of the impact prices, what they cost and move, and what is refused (I290 to I293, I299).

use crate::harness::refusal::{refused, snapshot};
use ballast_client::risk::{LotValue, funding::FADE_SECONDS, settlement::LEAST_NOTICE};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::InstrumentTightenArgs, events::MarketSampled, oracle::OraclePrice, state::Pause, state::RiskBoard,
    },
    config::Section,
    event, instruction, oracle,
};
use ballast_testkit::{BTC, ETH, Order, Svm, Trader};
use solana_signer::Signer;

/// An exchange whose BTC perpetual has funding and a basis, with quotes that have rested for five seconds: a bid 0.1 % above the
/// index and an ask beyond it.
pub fn quoted() -> (Svm, Trader, (u32, u64)) {
    quoted_at("40040", "40140")
}

/// As [`quoted`], 30 lots at a bid and an ask. Some 25 lots are the impact notional.
fn quoted_at(bid: &str, ask: &str) -> (Svm, Trader, (u32, u64)) {
    let mut svm = Svm::with_config(|config| {
        config.perpetual[usize::from(BTC)].contract.funding = Section::of(&[
            ("impact_notional", "1000"),
            ("max_premium", "0.005"),
            ("period", "28_800"),
            ("max_basis", "0.003"),
        ]);
    })
    .unwrap();
    let maker = svm.trader("100000").unwrap();
    svm.rest(&maker, Order::buy(&svm, BTC, bid, 30).post_only()).unwrap();
    let ask = svm.rest(&maker, Order::sell(&svm, BTC, ask, 30).post_only()).unwrap();
    svm.advance(5);
    (svm, maker, ask)
}

/// I290. The numbers of a sample, to the unit: premium, funding index and its remainder, basis and mark, what each side pays,
/// and the dust that is left.
#[test]
fn a_sample_is_paid_by_the_longs_to_the_shorts_and_dust_is_the_exchanges() {
    let (mut svm, _, _) = quoted();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40100", 100).unwrap();
    let sent = svm.sample_market(BTC).unwrap();
    let sampled = event::find::<MarketSampled>(&sent.log)[0];
    // A lot is 40 dollars, 640,000,000 sixteenths: · 0.001 · 60 / 28,800 = 1,333 and a third.
    assert_eq!((sampled.premium, sampled.funding_index, sampled.basis), (1_000, 1_333, 45));
    let market = svm.market(BTC).header;
    assert_eq!((market.funding_remainder, market.sample_bucket), (9_600_000_000, svm.now() / 60));
    let mark = |svm: &Svm| svm.board().board.instrument(BTC).unwrap().mark;
    assert_eq!(mark(&svm), LotValue::new(640_000_000), "in force from the next repricing");
    svm.assert_reconciled();

    let (long, short) = (svm.requirements(&alice).equity.get(), svm.requirements(&bob).equity.get());
    svm.trade(&bob, &alice, BTC, "40100", 60).unwrap();
    assert_eq!(svm.market(BTC).header.unpaid_funding.get(), 8_332 - 8_331);
    svm.assert_reconciled();
    svm.trade(&bob, &alice, BTC, "40100", 40).unwrap();
    // Sold and bought at 40,100, with the mark at 40,000 in between: ten dollars.
    let (fee, apart) = (40_100_000 * 100 / 2_000, 10_000_000);
    assert_eq!(svm.portfolio(&bob).cash.get(), short - apart - fee, "the taker's fee, and nothing but what was due");
    assert!(svm.portfolio(&alice).cash.get() > long + apart, "the maker's rebate");
    let (before, unswept) = (svm.treasury().fees.get(), svm.market(BTC).header.unswept_fees.get());
    svm.sweep(BTC).unwrap();
    assert_eq!(svm.treasury().fees.get(), before + unswept + 1, "the dust of a market that nobody is in");
    assert_eq!(svm.market(BTC).header.unpaid_funding.get(), 0);
    svm.assert_reconciled();

    svm.advance(1);
    svm.refresh_all();
    assert_eq!(mark(&svm), LotValue::new(640_000_000 + 28_800), "0.0045 %");
    for _ in 0..3 {
        svm.advance(60);
        svm.refresh_all();
        svm.sample_market(BTC).unwrap();
    }
    let i = *svm.board().board.instrument(BTC).unwrap();
    assert_eq!(i.basis, 168, "the average of four samples");
    assert_eq!(i.funding_index, LotValue::new(4 * 640_000_000 / 1_000 * 60 / 28_800), "nothing was lost to rounding");
}

/// I291. One sample a bucket; a second call changes not a byte. A bucket that nobody sampled costs nothing.
#[test]
fn a_bucket_is_sampled_once_and_stands_for_itself_alone() {
    let (mut svm, _, _) = quoted();
    svm.sample_market(BTC).unwrap();
    let before = snapshot(&svm);
    svm.advance(5);
    svm.sample_market(BTC).unwrap();
    assert_eq!(crate::harness::refusal::difference(&before, &snapshot(&svm)), None);
    svm.advance(50 * 60);
    svm.refresh_all();
    svm.sample_market(BTC).unwrap();
    assert_eq!(svm.board().board.instrument(BTC).unwrap().funding_index, LotValue::new(2_666));
}

/// I292. Only orders count that have rested five seconds, have not expired, add to a position, and are deep enough together.
#[test]
fn what_flashes_up_or_only_reduces_does_not_count() {
    let (mut svm, maker, ask) = quoted_at("39890", "39990");
    svm.cancel(&maker, BTC, ask).unwrap();
    let sample = |svm: &mut Svm| svm.sample_market(BTC);
    refused(&mut svm, sample, E::BookTooThin);
    // 24 lots at 39,990 are worth 960 dollars.
    svm.rest(&maker, Order::sell(&svm, BTC, "39990", 24).post_only()).unwrap();
    svm.advance(5);
    refused(&mut svm, sample, E::BookTooThin);
    let until = svm.now() + 30;
    svm.rest(&maker, Order::sell(&svm, BTC, "39990", 50).post_only().until(until)).unwrap();
    svm.advance(4);
    svm.refresh_all();
    refused(&mut svm, sample, E::BookTooThin);
    svm.advance(26);
    svm.refresh_all();
    refused(&mut svm, sample, E::BookTooThin);
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "39950", 50).unwrap();
    svm.rest(&alice, Order::sell(&svm, BTC, "39990", 50).reduce_only().post_only()).unwrap();
    svm.advance(5);
    svm.refresh_all();
    refused(&mut svm, sample, E::BookTooThin);
    svm.rest(&maker, Order::sell(&svm, BTC, "40000", 50).post_only()).unwrap();
    svm.advance(5);
    // 24 lots at 39,990 and two at 40,000: 39,990.77, which is 0.0231 % below the index.
    svm.sample_market(BTC).unwrap();
    assert_eq!(svm.market(BTC).header.premium, -231);
}

/// I335. Quotes far from the index, or on one side of it only, are no premium: only who stands to trade at one makes
/// it.
#[test]
fn quotes_that_nobody_would_hit_are_no_premium() {
    for (bid, ask, premium) in [
        ("40000", "41900", 0),
        ("38100", "40000", 0),
        ("39990", "40090", 0),
        ("40010", "41900", 250),
        ("38100", "39990", -250),
    ] {
        let (mut svm, ..) = quoted_at(bid, ask);
        svm.sample_market(BTC).unwrap();
        let i = *svm.board().board.instrument(BTC).unwrap();
        assert_eq!(svm.market(BTC).header.premium, premium, "{bid} to {ask}");
        assert_eq!((i.funding_index.get().signum(), i.basis.signum()), (premium.signum(), premium.signum()));
    }
}

/// I293. Where nobody can answer a quote nothing is sampled.
#[test]
fn nothing_is_sampled_where_no_new_risk_is_taken() {
    let (mut svm, ..) = quoted();
    svm.set_pause(Pause::NEW_RISK).unwrap();
    refused(&mut svm, |svm| svm.sample_market(BTC), E::NoFunding);
    svm.set_pause(Pause::all() & !Pause::NEW_RISK).unwrap();
    let (board, until) = (svm.exchange.board, svm.now() + 1);
    svm.modify::<RiskBoard>(&board, |b| b.board.underlyings[usize::from(BTC)].halted_until = until);
    refused(&mut svm, |svm| svm.sample_market(BTC), E::NoFunding);
    svm.set_time(until);
    svm.refresh_all();
    svm.sample_market(BTC).unwrap();
    assert_eq!(svm.market(BTC).header.premium, 1_000);
}

/// I293. A market that becomes close-only is no longer sampled, and goes back to the index in twelve hours.
#[test]
fn a_close_only_market_loses_its_basis() {
    type Close = fn(&mut Svm);
    let tighten: Close = |svm| {
        let i = *svm.board().board.instrument(BTC).unwrap();
        let cap = svm.board().board.instruments[usize::from(BTC)].limits.open_interest_cap.get();
        let args =
            InstrumentTightenArgs { max_position: i.limits.max_position.get(), open_interest_cap: cap, reduce_only: 1 };
        let risker = svm.risker.insecure_clone();
        svm.send(&[instruction::tighten_instrument(&svm.exchange, &risker.pubkey(), BTC, &args)], &[&risker]).unwrap();
    };
    let wind_down: Close = |svm| {
        let ends = svm.board().board.params.settlement_from(svm.now() + LEAST_NOTICE).unwrap();
        svm.wind_down(BTC, ends).unwrap();
    };
    for close in [tighten, wind_down] {
        let (mut svm, ..) = quoted();
        svm.sample_market(BTC).unwrap();
        svm.advance(1);
        svm.refresh_all();
        let i = *svm.board().board.instrument(BTC).unwrap();
        assert_eq!((i.basis, i.mark), (45, LotValue::new(640_028_800)));
        close(&mut svm);
        svm.advance(60);
        svm.refresh_all();
        assert_eq!(svm.board().board.instrument(BTC).unwrap().basis, 44, "it fades");
        svm.advance(FADE_SECONDS - 60);
        svm.refresh_all();
        let i = *svm.board().board.instrument(BTC).unwrap();
        assert_eq!((i.basis, i.mark), (0, LotValue::new(640_000_000)));
        refused(&mut svm, |svm| svm.sample_market(BTC), E::NoFunding);
    }
}

/// I292. Orders that do not count hide nothing behind them, up to 255 of a side, and cost little.
#[test]
fn a_crowd_in_front_does_not_hide_the_quotes() {
    let (mut svm, maker, _) = quoted();
    while svm.market(BTC).book().unwrap().side_capacity() < 300 {
        svm.grow_market(BTC).unwrap();
    }
    let sample = |svm: &mut Svm| {
        let ix = instruction::sample_market(&svm.exchange, BTC);
        svm.simulate(&[ix], &[]).unwrap().compute_units
    };
    let alone = sample(&mut svm);
    // Young orders of a lot each, in front of the bid.
    let crowd = |svm: &mut Svm, orders: usize| {
        let trader = svm.trader("10000").unwrap();
        for first in (0..orders).step_by(16) {
            let orders: Vec<_> =
                (first..orders.min(first + 16)).map(|_| Order::buy(svm, BTC, "40050", 1).post_only()).collect();
            svm.batch(&trader, BTC, &[], &orders, &[]).unwrap();
        }
    };
    for orders in [64, 64, 64, 63] {
        crowd(&mut svm, orders);
    }
    let crowded = sample(&mut svm);
    println!("255 young orders in front of the bid: {alone} compute units, then {crowded}");
    assert!(crowded - alone < 255 * 150, "{alone}, {crowded}");
    let before = svm.account(&svm.exchange.market(BTC)).unwrap();
    svm.sample_market(BTC).unwrap();
    assert_eq!(svm.market(BTC).header.premium, 1_000);
    svm.set_account(svm.exchange.market(BTC), before);
    svm.rest(&maker, Order::buy(&svm, BTC, "40060", 1).post_only()).unwrap();
    refused(&mut svm, |svm| svm.sample_market(BTC), E::BookTooThin);
}

/// I293. The index must be fresh and suspected by no guard, and there must be a premium to sample.
#[test]
fn no_sample_is_taken_at_a_price_that_is_in_doubt() {
    let (mut svm, _, _) = quoted();
    refused(&mut svm, |svm| svm.sample_market(ETH), E::NoFunding);
    svm.advance(6);
    refused(&mut svm, |svm| svm.sample_market(BTC), E::PriceStale);
    let price = oracle::dollars("40000", svm.now()).unwrap();
    svm.write_print(BTC, &OraclePrice { confidence: 100_000_000_000, ..price });
    svm.refresh(BTC).unwrap();
    refused(&mut svm, |svm| svm.sample_market(BTC), E::PriceTooUncertain);
}
