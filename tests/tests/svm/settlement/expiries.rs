//! The end of contracts: settlement prices, settlement of positions, delisting, winding down (I295 to I299).

use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        events::{ExpirySettled, PositionSettled},
        oracle::OraclePrice,
    },
    event, settlement,
};
use ballast_testkit::{BTC, ETH, Order, Svm, Trader, options::SMILE};
use solana_signer::Signer;

/// Indices of the fixture's future, call and put of 40,000 dollars.
pub const FUTURE: u16 = 3;

pub const CALL: u16 = 10;

pub const PUT: u16 = 11;

/// Lists a future, a call and a put of BTC that expire in two hours.
pub fn list(svm: &mut Svm) -> i64 {
    let expiry = svm.now() / 60 * 60 + 7_200;
    svm.list_future(BTC, expiry, FUTURE).unwrap();
    svm.open_surface(BTC).unwrap();
    svm.list_options(BTC, &[expiry], &["40000"], CALL).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    expiry
}

/// Two traders who hold all three: alice is long the future and the call, bob long the put.
fn held() -> (Svm, i64, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    let expiry = list(&mut svm);
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, FUTURE, "40000", 100).unwrap();
    svm.trade(&alice, &bob, CALL, "150", 50).unwrap();
    svm.trade(&bob, &alice, PUT, "150", 20).unwrap();
    (svm, expiry, alice, bob)
}

fn marks(svm: &Svm) -> [i64; 3] {
    let board = svm.board();
    [FUTURE, CALL, PUT].map(|index| {
        let i = board.board.instrument(index).unwrap();
        i.mark_at(board.board.underlying(BTC).unwrap(), svm.now()).get()
    })
}

/// I295. Listed, traded, averaged, settled, paid, delisted, listed again: every number on the way.
#[test]
fn a_contract_lives_and_ends() {
    let (mut svm, expiry, alice, bob) = held();
    svm.rest(&bob, Order::buy(&svm, FUTURE, "39000", 5).post_only()).unwrap();
    svm.rest(&bob, Order::sell(&svm, FUTURE, "41000", 5).post_only()).unwrap();
    refused(&mut svm, |svm| svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]), E::NotYetExpired);
    refused(&mut svm, |svm| svm.settle_position(&alice, FUTURE), E::NotSettled);
    refused(&mut svm, |svm| svm.delist(FUTURE), E::NotSettled);

    // Half of the samples at 41,000: five of the ten units of a lot are fixed, five follow the index of 40,000.
    svm.take_samples(BTC, expiry, 1..=15, "41000").unwrap();
    let i = *svm.board().board.instrument(FUTURE).unwrap();
    assert_eq!((i.delta_units.get(), i.fixed.get(), i.mark.get()), (5, 328_000_000, 648_000_000));
    let [future, call, put] = marks(&svm);
    assert_eq!(call - put, future - 640_000_000, "parity, to the unit");
    svm.publish(BTC, "41000").unwrap();
    svm.refresh_all_options(BTC).unwrap();
    let [future, call, put] = marks(&svm);
    assert_eq!((future, call - put), (656_000_000, 16_000_000));
    assert!(
        (16_000_000..17_000_000).contains(&call),
        "little of the option is left but what it is in the money: {call}"
    );
    svm.assert_reconciled();

    svm.take_samples(BTC, expiry, 16..=29, "42000").unwrap();
    assert_eq!(settlement::missing(&svm.board().board, expiry).len(), 1);
    svm.write_sample(BTC, expiry, 30, "42000");
    refused(&mut svm, |svm| svm.settle_expiry(BTC, &[FUTURE]), E::NotEnoughSamples);
    svm.sample_settlement(BTC, expiry).unwrap();
    refused(&mut svm, |svm| svm.sample_settlement(BTC, expiry), E::NothingToSample);
    assert!(settlement::missing(&svm.board().board, expiry + 9_999).is_empty());

    let sent = svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]).unwrap();
    let settled = event::find::<ExpirySettled, _>(&sent.log, ExpirySettled::NAME)[0];
    assert_eq!((settled.price, settled.samples, settled.count), (66_400_000, 30, 3), "41,500 dollars");
    refused(&mut svm, |svm| svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]), E::AlreadySettled);
    refused(&mut svm, |svm| svm.sample_settlement(BTC, expiry), E::NotListed);
    assert_eq!(marks(&svm), [664_000_000, 24_000_000, 0]);
    svm.assert_reconciled();

    // Nothing of it stops anything: the price is an hour old, and a withdrawal goes through.
    svm.advance(3_600);
    svm.withdraw_usdc(&alice, 1_000_000).unwrap();
    let reduce = Order::sell(&svm, FUTURE, "41500", 1).reduce_only();
    refused(&mut svm, |svm| svm.place(&alice, reduce, &[]), E::InstrumentExpired);
    refused(&mut svm, |svm| svm.delist(FUTURE), E::PositionsLeft);

    let pays = [(FUTURE, 41_500_000i64), (CALL, 1_500_000), (PUT, 0)];
    for (who, sign) in [(&alice, 1), (&bob, -1)] {
        for ((instrument, per_lot), lots) in pays.into_iter().zip([100, 50, -20]) {
            let before = svm.portfolio(who);
            let i = *svm.board().board.instrument(instrument).unwrap();
            let quote = before.position(&i).unwrap().quote.get();
            let sent = svm.settle_position(who, instrument).unwrap();
            let event = event::find::<PositionSettled, _>(&sent.log, PositionSettled::NAME)[0];
            assert_eq!((event.lots, event.value), (sign * lots, sign * lots * per_lot));
            assert_eq!(event.orders_cancelled, if instrument == FUTURE && sign < 0 { 2 } else { 0 });
            let after = svm.portfolio(who);
            assert_eq!(after.cash.get(), before.cash.get() + quote + sign * lots * per_lot);
            assert!(after.position(&i).is_none());
            refused(&mut svm, |svm| svm.settle_position(who, instrument), E::NothingToTransfer);
            svm.assert_reconciled();
        }
    }
    assert!(svm.portfolio(&alice).holds_only_cash() && svm.portfolio(&bob).holds_only_cash());

    for instrument in [FUTURE, CALL, PUT] {
        let (admin, market) = (svm.admin.pubkey(), svm.exchange.market(instrument));
        let had = svm.account(&admin).unwrap().lamports;
        let rent = svm.account(&market).unwrap().lamports;
        let (fees, unswept) = (svm.treasury().fees.get(), svm.market(instrument).header.unswept_fees.get());
        svm.delist(instrument).unwrap();
        assert!(svm.account(&market).is_none_or(|a| a.lamports == 0 && a.data.is_empty()));
        assert_eq!(svm.account(&admin).unwrap().lamports, had + rent);
        assert_eq!(svm.treasury().fees.get(), fees + unswept);
        svm.assert_reconciled();
    }
    // The call's slot as a future, of the next generation; it trades.
    svm.list_future(BTC, expiry + 86_400, CALL).unwrap();
    assert_eq!(svm.board().board.instrument(CALL).unwrap().generation, 2);
    svm.refresh_all();
    svm.trade(&alice, &bob, CALL, "41000", 10).unwrap();
    svm.assert_reconciled();
}

/// I296. Late prints are as good as prompt ones; two thirds are enough after ten minutes; all of an expiry at one price.
#[test]
fn late_prints_count_and_two_thirds_are_enough() {
    let (mut svm, expiry, ..) = held();
    svm.set_time(expiry + 300);
    svm.take_samples(BTC, expiry, 11..=30, "39000").unwrap();
    svm.write_sample(BTC, expiry, 3, "45000");
    let early = OraclePrice { publish_time: svm.now() + 1, ..svm.print(BTC) };
    svm.write_print(BTC, &early);
    refused(&mut svm, |svm| svm.sample_settlement(BTC, expiry), E::OracleFuture);
    refused(&mut svm, |svm| svm.settle_expiry(BTC, &[CALL]), E::NotEnoughSamples);
    svm.settle_all().unwrap();
    assert_eq!(svm.board().board.instrument(CALL).unwrap().settled, 0);
    svm.set_time(expiry + 600);
    svm.settle_expiry(BTC, &[CALL]).unwrap();
    svm.write_sample(BTC, expiry, 3, "45000");
    refused(&mut svm, |svm| svm.sample_settlement(BTC, expiry), E::AlreadySettled);
    svm.settle_all().unwrap();
    assert_eq!(marks(&svm), [624_000_000, 0, 16_000_000]);
    svm.assert_reconciled();
}

/// I297. A perpetual is wound down with notice, can only be reduced, and settles like a future; its slot is free for another.
#[test]
fn a_perpetual_is_wound_down() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.list_future(BTC, svm.now() + 86_400, FUTURE).unwrap();
    let ends = svm.now() + 7_200;
    svm.wind_down(BTC, ends).unwrap();
    let order = Order::buy(&svm, BTC, "40000", 1);
    refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::MarketReduceOnly);
    svm.take_samples(BTC, ends, 1..=30, "40100").unwrap();
    svm.settle_all().unwrap();
    svm.settle_position(&alice, BTC).unwrap();
    svm.settle_position(&bob, BTC).unwrap();
    assert_eq!(svm.portfolio(&alice).cash.get(), 100_000_000_000 + 100 * 100_000 - 2_000_000);
    svm.assert_reconciled();
    svm.delist(BTC).unwrap();
    let board = svm.board();
    assert_eq!(board.board.underlyings[usize::from(BTC)].first_linear, FUTURE + 1);
    assert_eq!(board.board.instrument(FUTURE).unwrap().next_linear, 0);
    svm.refresh_all();
    svm.trade(&alice, &bob, FUTURE, "40000", 1).unwrap();
    svm.assert_reconciled();
}

/// I298. Two expiries of one underlying are the same or half an hour apart.
#[test]
fn windows_do_not_overlap() {
    let (mut svm, expiry, ..) = held();
    refused(&mut svm, |svm| svm.list_future(BTC, expiry + 1_740, 4), E::ExpiriesTooClose);
    refused(&mut svm, |svm| svm.wind_down(BTC, expiry - 60), E::ExpiriesTooClose);
    svm.list_future(BTC, expiry + 1_800, 4).unwrap();
    svm.list_future(ETH, expiry + 60, 5).unwrap();
}

/// I298. A contract that is listed inside the window of its expiry knows what is fixed already.
#[test]
fn a_late_listing_joins_its_window() {
    let (mut svm, expiry, ..) = held();
    svm.take_samples(BTC, expiry, 1..=15, "41000").unwrap();
    svm.list_future(BTC, expiry, 4).unwrap();
    let board = svm.board();
    let (old, new) = (board.board.instrument(FUTURE).unwrap(), board.board.instrument(4).unwrap());
    assert_eq!((new.delta_units, new.fixed, new.mark), (old.delta_units, old.fixed, old.mark));
}

/// I295. A long chain of options is sampled in one transaction, and settled in a few.
#[test]
fn a_long_chain_of_options_is_sampled_at_once() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() / 60 * 60 + 7_200;
    svm.open_surface(BTC).unwrap();
    let strikes: Vec<String> = (0..60).map(|n| (25_000 + 500 * n).to_string()).collect();
    let strikes: Vec<&str> = strikes.iter().map(String::as_str).collect();
    let options = svm.list_options(BTC, &[expiry], &strikes, 10).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    svm.write_sample(BTC, expiry, 1, "40000");
    let first = svm.sample_settlement(BTC, expiry).unwrap().compute_units;
    svm.write_sample(BTC, expiry, 2, "40000");
    let second = svm.sample_settlement(BTC, expiry).unwrap().compute_units;
    assert!(first.max(second) < 400_000, "{first} {second}");
    svm.take_samples(BTC, expiry, 3..=30, "40000").unwrap();
    let batch = svm.settle_expiry(BTC, &options[..16]).unwrap().compute_units;
    assert!(batch < 200_000, "{batch}");
    println!("samples of {} options {first} and {second} units, the settlement of 16 {batch}", options.len());
    svm.settle_all().unwrap();
    assert!(svm.board().board.instruments.iter().filter(|i| i.is_option()).all(|i| i.settled == 1));
}
