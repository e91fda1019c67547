//! The end of contracts: settlement prices, settlement of positions, delisting, winding down (I295 to I299).

use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        events::{ExpirySettled, PositionSettled},
        oracle::OraclePrice,
    },
    event, instruction,
    risk::publish::CLOCK_LAG,
    settlement,
};
use ballast_testkit::{BTC, ETH, Failed, Order, SOL, Sent, Svm, Trader, options::SMILE};
use solana_signer::Signer;
use std::ops::RangeInclusive;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Indices of the fixture's future, call and put of 40,000 dollars.
pub const FUTURE: u16 = 3;

pub const CALL: u16 = 10;

pub const PUT: u16 = 11;

/// Lists a future, a call and a put of BTC that expire in two hours.
pub fn list(svm: &mut Svm) -> i64 {
    let expiry = svm.now() / 60 * 60 + 7_200;
    svm.settle_at(expiry).unwrap();
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

    // Half of the samples at 41,000: fifty of the hundred units of a lot are fixed, fifty follow the index of 40,000.
    svm.take_samples(BTC, expiry, 1..=15, "41000").unwrap();
    let i = *svm.board().board.instrument(FUTURE).unwrap();
    assert_eq!((i.delta_units.get(), i.fixed.get(), i.mark.get()), (50, 328_000_000, 648_000_000));
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
    let settled = event::find::<ExpirySettled>(&sent.log)[0];
    assert_eq!((settled.price, settled.samples, settled.count), (6_640_000, 30, 3), "41,500 dollars");
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
            let event = event::find::<PositionSettled>(&sent.log)[0];
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
    let early = OraclePrice { publish_time: svm.now() + CLOCK_LAG + 1, ..svm.print(BTC) };
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
    let ends = svm.now() + DAY;
    svm.list_future(BTC, ends + DAY, FUTURE).unwrap();
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

/// I298, I347. Everything settles at one time of day: what would settle at another is refused by name, whatever it is; what
/// settles a day apart is listed, of whatever underlying, and no windows overlap.
#[test]
fn everything_settles_at_one_time_of_day() {
    let (mut svm, expiry, ..) = held();
    let hours = (expiry / 3_600 % 24, expiry / 60 % 60);
    let named = format!("at second {} of the UTC day, {:02}:{:02}", expiry % DAY, hours.0, hours.1);
    let wrong = |svm: &mut Svm, at: i64, list: fn(&mut Svm, i64) -> Result<Sent, Failed>| {
        let failed = refused(svm, |svm| list(svm, at), E::NotASettlementTime);
        assert!(failed.log.iter().any(|l| l.contains(&format!("nothing settles at {at}")) && l.contains(&named)));
    };
    for off in [60, 1_740, 1_800, 3_600, DAY - 60, DAY + 60] {
        wrong(&mut svm, expiry + off, |svm, at| svm.list_future(BTC, at, 4));
        wrong(&mut svm, expiry + off, |svm, at| svm.list_future(ETH, at, 4));
        wrong(&mut svm, expiry + DAY + off, |svm, at| svm.wind_down(BTC, at));
    }
    // A surface may have the expiry; an option of it is refused.
    svm.open_expiry(BTC, expiry + 60, &SMILE).unwrap();
    wrong(&mut svm, expiry + 60, |svm, at| {
        let option = svm.series(BTC, &[at], &["40000"], 20).unwrap().options().unwrap()[0];
        let (payer, admin) = (svm.payer.pubkey(), svm.admin.insecure_clone());
        svm.send(&[instruction::list_option(&svm.exchange, &payer, &admin.pubkey(), &option)], &[&admin])
    });
    for (underlying, days, instrument) in [(ETH, 1, 4), (BTC, 2, 5), (ETH, 2, 6), (SOL, 0, 7)] {
        svm.list_future(underlying, expiry + days * DAY, instrument).unwrap();
    }
    svm.wind_down(ETH, expiry + DAY).unwrap();
}

/// I348. The settlement time cannot change while anything awaits its settlement; then it can.
#[test]
fn the_settlement_time_changes_when_nothing_awaits_it() {
    let (mut svm, expiry, ..) = held();
    refused(&mut svm, |svm| svm.settle_at(expiry + 60), E::AwaitsSettlement);
    svm.settle_at(expiry).unwrap();
    svm.take_samples(BTC, expiry, 1..=30, "40000").unwrap();
    svm.settle_expiry(BTC, &[FUTURE, CALL]).unwrap();
    refused(&mut svm, |svm| svm.settle_at(expiry + 60), E::AwaitsSettlement);
    svm.settle_expiry(BTC, &[PUT]).unwrap();
    refused(&mut svm, |svm| svm.settle_at(expiry + 61), E::ParameterOutOfBounds);
    svm.settle_at(expiry + 60).unwrap();
    refused(&mut svm, |svm| svm.list_future(BTC, expiry + DAY, 4), E::NotASettlementTime);
    svm.list_future(BTC, expiry + DAY + 60, 4).unwrap();
    refused(&mut svm, |svm| svm.settle_at(expiry), E::AwaitsSettlement);
}

/// I349. Who holds a perpetual that is wound down has a day's notice, to the second.
#[test]
fn a_wind_down_gives_a_day() {
    let mut svm = Svm::new().unwrap();
    let ends = svm.board().board.params.settlement_from(svm.now() + 2 * DAY).unwrap();
    svm.set_time(ends - DAY + 1);
    refused(&mut svm, |svm| svm.wind_down(BTC, ends), E::ParameterOutOfBounds);
    svm.set_time(ends - DAY);
    svm.wind_down(BTC, ends).unwrap();
    let i = *svm.board().board.instrument(BTC).unwrap();
    assert_eq!((i.settles_at, i.expiry, i.reduce_only), (ends, 0, 1));
}

/// I350. The board's next settlement is the least of what is not settled, after each instruction that writes it.
#[test]
fn the_board_says_when_it_next_settles() {
    let next = |svm: &Svm| {
        let board = svm.board();
        let awaits = board.board.instruments.iter().filter(|i| i.is_listed() && i.settles_at != 0 && i.settled == 0);
        assert_eq!(board.board.next_settlement, awaits.map(|i| i.settles_at).min().unwrap_or(0));
        board.board.next_settlement
    };
    let mut svm = Svm::new().unwrap();
    assert_eq!(next(&svm), 0);
    let first = svm.now() + 2 * DAY;
    svm.list_future(BTC, first, 3).unwrap();
    assert_eq!(next(&svm), first);
    svm.wind_down(ETH, first - DAY).unwrap();
    assert_eq!(next(&svm), first - DAY);
    svm.list_future(SOL, first + DAY, 5).unwrap();
    svm.open_surface(BTC).unwrap();
    let [call, put] = svm.list_options(BTC, &[first], &["40000"], 10).unwrap()[..] else { panic!("a pair") };
    assert_eq!(next(&svm), first - DAY);
    svm.take_samples(ETH, first - DAY, 1..=30, "2500").unwrap();
    assert_eq!(next(&svm), first - DAY);
    svm.settle_expiry(ETH, &[ETH]).unwrap();
    assert_eq!(next(&svm), first);
    svm.delist(ETH).unwrap();
    svm.take_samples(BTC, first, 1..=30, "40000").unwrap();
    svm.settle_expiry(BTC, &[3, call]).unwrap();
    assert_eq!(next(&svm), first, "the put of this expiry is left");
    svm.delist(3).unwrap();
    assert_eq!(next(&svm), first);
    svm.settle_expiry(BTC, &[put]).unwrap();
    assert_eq!(next(&svm), first + DAY);
    svm.take_samples(SOL, first + DAY, 1..=30, "40").unwrap();
    svm.settle_expiry(SOL, &[5]).unwrap();
    assert_eq!(next(&svm), 0);
    svm.delist(5).unwrap();
    assert_eq!(next(&svm), 0);
}

/// A hedged pair: alice is long the future and short the perpetual, bob the other way round. The index rises by 30 dollars a
/// minute through the window; only samples of a range are taken in time.
fn hedged(in_time: RangeInclusive<u32>) -> (Svm, i64, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    let expiry = list(&mut svm);
    let (alice, bob) = (svm.trader("2000").unwrap(), svm.trader("2000").unwrap());
    svm.trade(&alice, &bob, FUTURE, "40000", 100).unwrap();
    svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
    sample_rising(&mut svm, expiry, in_time);
    svm.set_time(expiry);
    (svm, expiry, alice, bob)
}

fn sample_rising(svm: &mut Svm, expiry: i64, samples: RangeInclusive<u32>) {
    for k in samples {
        svm.take_samples(BTC, expiry, k..=k, &(40_000 + 30 * k).to_string()).unwrap();
    }
}

/// What the settlement came to: its price, and what alice and bob have in the end, a day later and at the same index.
fn outcome(svm: &mut Svm, expiry: i64, alice: &Trader, bob: &Trader) -> (i64, [i64; 2]) {
    let sent = svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]).unwrap();
    let price = event::find::<ExpirySettled>(&sent.log)[0].price;
    svm.settle_position(alice, FUTURE).unwrap();
    svm.settle_position(bob, FUTURE).unwrap();
    svm.set_time(expiry + 2 * DAY);
    svm.publish(BTC, "40900").unwrap();
    svm.assert_reconciled();
    (price, [alice, bob].map(|t| svm.requirements(t).equity.get()))
}

/// I352. Leaving samples out pays nobody: what is posted late counts as if it had come in time, to the unit; what nobody posts
/// is made up for by waiting; and what one wallet of a hedged pair gets more, the other gets less.
#[test]
fn nobody_gains_from_samples_that_are_left_out() {
    let (mut svm, expiry, alice, bob) = hedged(1..=30);
    let (price, whole) = outcome(&mut svm, expiry, &alice, &bob);
    assert_eq!(price, 404_650 * 16, "the mean of 40,030 to 40,900 dollars");

    // Who is short the future leaves out the dearest twelve. Anybody posts them within the ten minutes, or later.
    for (taken, waits) in [(18, 0), (18, DAY - 1), (22, 0), (22, 599)] {
        let (mut svm, expiry, alice, bob) = hedged(1..=taken);
        svm.set_time(expiry + waits);
        refused(&mut svm, |svm| svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]), E::NotEnoughSamples);
        // The units that are not fixed follow the index, and the hedge of them stands.
        let left = svm.board().board.instrument(FUTURE).unwrap().delta_units.get();
        assert_eq!(left, (100 * (30 - i64::from(taken)) * 2 + 30) / 60);
        svm.publish(BTC, "40900").unwrap();
        for t in [&alice, &bob] {
            assert!(!svm.requirements(t).is_liquidatable());
        }
        sample_rising(&mut svm, expiry, taken + 1..=30);
        assert_eq!(outcome(&mut svm, expiry, &alice, &bob), (price, whole));
    }

    // Nobody posts them: the mean of what there is, after ten minutes or a day, and a hedged owner of both has what he had.
    for (taken, waits, mean) in [(22, 600, 403_450), (18, DAY, 402_850), (1, DAY, 400_300)] {
        let (mut svm, expiry, alice, bob) = hedged(1..=taken);
        svm.set_time(expiry + waits);
        let (price, has) = outcome(&mut svm, expiry, &alice, &bob);
        assert_eq!(price, mean * 16);
        let less = 100 * 100 * (404_650 - mean);
        assert_eq!(has, [whole[0] - less, whole[1] + less]);
    }
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
    svm.settle_at(expiry).unwrap();
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
