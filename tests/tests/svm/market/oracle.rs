//! Prices: what an oracle account must be, and what a good one does to the board (I230 to I232).

use crate::harness::refusal::{assert_refused, refused, snapshot};
use ballast_client::risk::{LotValue, UnitPrice};
use ballast_client::{
    BallastError as E,
    ballast::{
        oracle::{
            OraclePrice, Source,
            pyth::{LEN, RECEIVERS},
        },
        state::RiskBoard,
    },
    instruction::{self, Shown},
    oracle::{self, pyth},
    risk::{Feed, Lots, Print, Ticks, guard::flag, publish::CLOCK_LAG},
    time,
};
use ballast_testkit::{BTC, ETH, SOL, Svm};
use solana_account::Account;
use solana_address::Address;

const DOLLAR: i64 = 100_000_000;

/// Oldest price that the fixture's underlyings accept, seconds.
const MAX_AGE: i64 = 10;

/// Where an update says how well it was verified.
const VERIFICATION: usize = 40;

/// An exchange a hundred seconds after its last prices.
fn stale() -> Svm {
    let mut svm = Svm::new().unwrap();
    svm.advance(100);
    svm
}

/// A good update of BTC: 41,000 dollars, now.
fn update(svm: &Svm) -> OraclePrice {
    OraclePrice { confidence: 10 * DOLLAR as u64, ..oracle::dollars("41000", svm.now()).unwrap() }
}

/// The bytes of a good update of BTC.
fn bytes(svm: &Svm) -> Vec<u8> {
    encode(svm, &update(svm))
}

/// The bytes of an update of BTC.
fn encode(svm: &Svm, update: &OraclePrice) -> Vec<u8> {
    pyth::encode(&svm.first_feed(BTC).id, update)
}

fn write(svm: &mut Svm, owner: Address, data: Vec<u8>) {
    let account = Account { lamports: 10_000_000, data, owner, ..Account::default() };
    svm.set_account(svm.price_account(BTC), account);
}

/// Refreshes BTC from an account with these bytes: must be refused.
fn refuse_bytes(svm: &mut Svm, owner: Address, data: Vec<u8>, expected: E) {
    write(svm, owner, data);
    let ix = instruction::refresh_underlying(&svm.exchange, &svm.price_account(BTC), BTC);
    assert_refused(svm, &[ix], &[], expected);
}

/// Refreshes BTC from a good update with a change: must be refused.
fn refuse(change: impl FnOnce(&mut OraclePrice, i64), expected: E) {
    let mut svm = stale();
    let mut update = update(&svm);
    change(&mut update, svm.now());
    update.previous_publish_time = update.publish_time - 1;
    let data = encode(&svm, &update);
    refuse_bytes(&mut svm, RECEIVERS[0], data, expected);
}

/// Refreshes BTC from a good update with a change: must go through.
fn accept(change: impl FnOnce(&mut OraclePrice, i64)) -> Svm {
    let mut svm = stale();
    let mut update = update(&svm);
    change(&mut update, svm.now());
    update.previous_publish_time = update.publish_time - 1;
    svm.write_print(BTC, &update);
    svm.refresh(BTC).unwrap();
    svm
}

/// I232.
#[test]
fn a_price_moves_the_board_as_the_model_says() {
    let mut svm = stale();
    let mut expected = svm.board();
    let u = expected.board.underlying_mut(BTC).unwrap();
    // 41,000 dollars are 0.41 a delta unit, at 1/16 of 0.000001; the interval likewise.
    let print = Print {
        price: UnitPrice::new(410_000 * 16),
        confidence: UnitPrice::new(100 * 16),
        publish_time: svm.now(),
        previous_publish_time: svm.now() - 1,
    };
    u.publish(&print, None).unwrap();
    expected.board.reprice(BTC).unwrap();
    let good = bytes(&svm);
    write(&mut svm, RECEIVERS[0], good);
    svm.refresh(BTC).unwrap();
    let board = svm.board();
    assert!(same_board(&expected, &board));
    let u = board.board.underlying(BTC).unwrap();
    // 50 % an hour for 100 seconds, of 40,000: the stable price could move by 555.55 dollars, rounded down.
    assert_eq!(u.stable_price.get() - 400_000 * 16, 400_000 * 16 * 50 * 100 / 360_000);
    assert_eq!(
        board.board.instrument(BTC).unwrap().value_at(Lots::new(1), Ticks::new(410_000)).unwrap().get(),
        41_000_000
    );
    assert_eq!(board.board.instrument(BTC).unwrap().mark, LotValue::new(41_000_000 * 16));
}

fn same_board(a: &RiskBoard, b: &RiskBoard) -> bool {
    let (a, b) = (&a.board, &b.board);
    a.underlyings == b.underlyings && a.instruments == b.instruments
}

/// I732. Whoever posted chose between the two receivers.
#[test]
fn the_receiver_that_the_feed_names_is_accepted_and_no_other_owner() {
    for (named, other) in [(0, 1), (1, 0)] {
        let program = RECEIVERS[named].to_string();
        let mut svm = Svm::with_config(|c| c.underlying[usize::from(BTC)].first.program = Some(program)).unwrap();
        svm.advance(100);
        let data = bytes(&svm);
        refuse_bytes(&mut svm, RECEIVERS[other], data.clone(), E::OracleWrongOwner);
        write(&mut svm, RECEIVERS[named], data);
        svm.refresh(BTC).unwrap();
        assert_eq!(svm.board().board.underlying(BTC).unwrap().price, UnitPrice::new(410_000 * 16));
    }
    let mut svm = stale();
    let data = bytes(&svm);
    for owner in [ballast_client::ballast::ID, ballast_client::SYSTEM_PROGRAM, Address::new_from_array([9; 32])] {
        refuse_bytes(&mut svm, owner, data.clone(), E::OracleWrongOwner);
    }
}

/// I732. Each print is one receiver's, before and after the date.
#[test]
fn the_next_receiver_takes_over_at_its_date() {
    let start = Svm::bare().unwrap().now();
    let mut svm = Svm::with_config(|c| {
        let first = &mut c.underlying[usize::from(BTC)].first;
        first.next_program = Some(RECEIVERS[1].to_string());
        first.next_from = Some(time::format(start + 200));
    })
    .unwrap();
    for (seconds, of) in [(199, 0), (200, 1), (500, 1)] {
        svm.set_time(start + seconds);
        let data = bytes(&svm);
        refuse_bytes(&mut svm, RECEIVERS[1 - of], data.clone(), E::OracleWrongOwner);
        write(&mut svm, RECEIVERS[of], data);
        svm.refresh(BTC).unwrap();
    }
}

#[test]
fn an_account_of_another_type_is_refused() {
    let mut svm = stale();
    for byte in 0..8 {
        let mut data = bytes(&svm);
        data[byte] ^= 1;
        refuse_bytes(&mut svm, RECEIVERS[0], data, E::OracleWrongAccount);
    }
}

#[test]
fn a_truncated_account_is_refused_at_every_length() {
    let mut svm = stale();
    let whole = bytes(&svm);
    assert_eq!(whole.len(), LEN);
    // What follows the previous publish time is not read.
    let read = LEN - 3 * 8;
    for len in 0..read {
        refuse_bytes(&mut svm, RECEIVERS[0], whole[..len].to_vec(), E::OracleWrongAccount);
    }
    write(&mut svm, RECEIVERS[0], whole[..read].to_vec());
    svm.refresh(BTC).unwrap();
}

#[test]
fn a_partly_verified_update_is_refused() {
    let mut svm = stale();
    let mut data = bytes(&svm);
    data[VERIFICATION] = 0;
    data.insert(VERIFICATION + 1, 5); // signatures
    refuse_bytes(&mut svm, RECEIVERS[0], data, E::OraclePartiallyVerified);
    let mut data = bytes(&svm);
    data[VERIFICATION] = 2;
    refuse_bytes(&mut svm, RECEIVERS[0], data, E::OraclePartiallyVerified);
}

#[test]
fn another_feed_is_refused() {
    let mut svm = stale();
    let mut id = svm.first_feed(BTC).id;
    id[31] ^= 1;
    let other = pyth::encode(&id, &update(&svm));
    refuse_bytes(&mut svm, RECEIVERS[0], other, E::OracleWrongFeed);
    svm.write_price(ETH, "2500");
    let ix = instruction::refresh_underlying(&svm.exchange, &svm.price_account(ETH), BTC);
    assert_refused(&mut svm, &[ix], &[], E::OracleWrongFeed);
}

#[test]
fn a_price_that_is_not_positive_is_refused() {
    refuse(|u, _| u.price = 0, E::OraclePriceNotPositive);
    refuse(|u, _| u.price = -1, E::OraclePriceNotPositive);
    refuse(|u, _| u.price = i64::MIN, E::OraclePriceNotPositive);
}

#[test]
fn a_price_below_half_a_unit_of_the_board_is_no_price() {
    // A unit of the board is 0.00625 dollars a bitcoin.
    refuse(|u, _| (u.price, u.confidence) = (312_499, 0), E::OraclePriceNotPositive);
    let svm = accept(|u, _| (u.price, u.confidence) = (312_500, 0));
    assert_eq!(svm.board().board.underlying(BTC).unwrap().price, UnitPrice::new(1));
}

#[test]
fn a_confidence_interval_may_be_two_per_cent_and_a_wider_one_is_flagged() {
    let flags = |svm: &Svm| svm.board().board.underlying(BTC).unwrap().guards.flags;
    assert_eq!(flags(&accept(|u, _| u.confidence = 820 * DOLLAR as u64)), 0);
    assert_eq!(flags(&accept(|u, _| u.confidence = 820 * DOLLAR as u64 + 625_000)), flag::UNCERTAIN);
    assert_eq!(flags(&accept(|u, _| u.confidence = u64::MAX)), flag::UNCERTAIN);
}

#[test]
fn an_update_may_be_as_old_as_the_limit_and_no_older() {
    accept(|u, now| u.publish_time = now - MAX_AGE);
    refuse(|u, now| u.publish_time = now - MAX_AGE - 1, E::OracleStale);
    refuse(|u, _| u.publish_time = 1, E::OracleBackwards);
    refuse(|u, _| u.publish_time = -1, E::OracleBackwards);
}

/// I734.
#[test]
fn an_update_of_the_future_is_refused() {
    // But the chain's clock may be ten seconds behind.
    accept(|u, now| u.publish_time = now + CLOCK_LAG);
    refuse(|u, now| u.publish_time = now + CLOCK_LAG + 1, E::OracleFuture);
    refuse(|u, _| u.publish_time = i64::MAX, E::OracleFuture);
}

#[test]
fn the_board_never_goes_back_in_time() {
    let mut svm = accept(|u, now| u.publish_time = now - 2);
    let mut older = update(&svm);
    older.publish_time -= 3;
    let older = encode(&svm, &older);
    refuse_bytes(&mut svm, RECEIVERS[0], older, E::OracleBackwards);
    let mut newer = update(&svm);
    newer.publish_time -= 1;
    svm.write_print(BTC, &newer);
    svm.refresh(BTC).unwrap();
}

#[test]
fn a_price_above_the_hard_bound_is_refused() {
    // A million dollars; a unit of the board is 0.00625 dollars.
    let svm = accept(|u, _| u.price = 1_000_000 * DOLLAR + 312_499);
    assert_eq!(svm.board().board.underlying(BTC).unwrap().price, UnitPrice::new(10_000_000 * 16));
    refuse(|u, _| u.price = 1_000_000 * DOLLAR + 312_500, E::OraclePriceTooHigh);
    refuse(|u, _| (u.price, u.exponent) = (i64::MAX, -12), E::OraclePriceTooHigh);
}

#[test]
fn a_price_that_does_not_fit_is_refused() {
    refuse(|u, _| u.price = i64::MAX, E::OraclePriceTooHigh);
    refuse(|u, _| (u.price, u.exponent) = (i64::MAX, 0), E::Overflow);
    refuse(|u, _| u.exponent = i32::MAX, E::Overflow);
    refuse(|u, _| u.exponent = i32::MIN, E::Overflow);
}

#[test]
fn any_exponent_means_the_same_price() {
    for (price, exponent) in [(41, 3), (41_000, 0), (410_000, -1), (41_000 * DOLLAR, -8), (41_000_000_000_000_000, -12)]
    {
        let svm = accept(|u, _| (u.price, u.exponent, u.confidence) = (price, exponent, 0));
        assert_eq!(svm.board().board.underlying(BTC).unwrap().price, UnitPrice::new(410_000 * 16), "10^{exponent}");
    }
}

/// I231.
#[test]
fn the_same_update_again_changes_nothing() {
    let mut svm = accept(|_, _| {});
    let before = snapshot(&svm);
    svm.refresh(BTC).unwrap();
    assert!(before == snapshot(&svm));
    // Nor does another price of the same second: the first one counts.
    let mut other = update(&svm);
    other.price += DOLLAR;
    svm.write_print(BTC, &other);
    svm.refresh(BTC).unwrap();
    assert!(before == snapshot(&svm));
}

/// I733. And a list of three costs less than three instructions.
#[test]
fn a_list_refreshes_each_as_alone() {
    let (mut alone, mut together) = (stale(), stale());
    let prices = [(BTC, "41000"), (ETH, "2600"), (SOL, "41")];
    let mut units = 0;
    for (u, price) in prices {
        units += alone.publish(u, price).unwrap().compute_units;
        together.write_price(u, price);
    }
    let shown = |svm: &Svm, list: &[u16]| -> Vec<Shown> {
        let of = |u: &u16| Shown { underlying: *u, first: svm.price_account(*u), second: None };
        list.iter().map(of).collect()
    };
    // One that is refused takes the others with it.
    let mut wrong = shown(&together, &[BTC, ETH, SOL]);
    wrong[2].first = together.price_account(BTC);
    let ix = instruction::refresh_underlyings(&together.exchange, &wrong);
    assert_refused(&mut together, &[ix], &[], E::OracleWrongFeed);
    let ix = instruction::refresh_underlyings(&together.exchange, &shown(&together, &[SOL, BTC, ETH]));
    let sent = together.send(&[ix], &[]).unwrap();
    println!("{units} CU alone, {} together", sent.compute_units);
    assert!(sent.compute_units + 1_500 < units, "{units} {}", sent.compute_units);
    assert!(same_board(&alone.board(), &together.board()));
}

/// I232.
#[test]
fn a_refresh_moves_its_own_underlying_only() {
    let mut svm = stale();
    let before = svm.board();
    svm.publish(ETH, "2600").unwrap();
    let after = svm.board();
    for u in [BTC, SOL] {
        assert_eq!(before.board.underlying(u).unwrap(), after.board.underlying(u).unwrap());
        assert_eq!(before.board.instrument(u).unwrap(), after.board.instrument(u).unwrap());
    }
    assert_ne!(before.board.instrument(ETH).unwrap().mark, after.board.instrument(ETH).unwrap().mark);
}

#[test]
fn a_refusal_leaves_the_last_price_standing() {
    let mut svm = stale();
    let before = svm.board().board.underlying(BTC).unwrap().price;
    refused(&mut svm, |svm| svm.publish(BTC, "0"), E::OraclePriceNotPositive);
    assert_eq!(svm.board().board.underlying(BTC).unwrap().price, before);
}

/// What one oracle writes is no price under the name, or in an account, of another.
#[test]
fn bytes_of_one_oracle_are_no_price_of_another() {
    let mut svm = stale();
    let first = svm.first_feed(BTC);
    let price = update(&svm);
    for source in Source::ALL.into_iter().filter(|source| *source as u8 != first.source) {
        let other = Feed { source: source as u8, ..first };
        let (owner, data) = oracle::write(&other, &price).unwrap();
        refuse_bytes(&mut svm, owner, data.clone(), E::OracleWrongOwner);
        refuse_bytes(&mut svm, RECEIVERS[0], data, E::OracleWrongAccount);
        let good = bytes(&svm);
        refuse_bytes(&mut svm, owner, good, E::OracleWrongOwner);
    }
}

/// A board whose first feed says another oracle, or none, than its accounts are of. No listing writes that.
#[test]
fn a_source_byte_that_is_wrong_refuses_every_price() {
    let mut svm = stale();
    let (e, board) = (svm.exchange, svm.exchange.board);
    svm.write_price(BTC, "41000");
    let ix = instruction::refresh_underlying(&e, &svm.price_account(BTC), BTC);
    let sample = instruction::sample_settlement(&e, &svm.price_account(BTC), BTC, svm.now());
    let (good, known) = (svm.first_feed(BTC), Source::ALL.map(|source| source as u8));
    for source in (0..=u8::MAX).filter(|source| *source != good.source) {
        svm.modify::<RiskBoard>(&board, |b| b.board.underlyings[usize::from(BTC)].first.source = source);
        let expected = if known.contains(&source) { E::OracleWrongOwner } else { E::UnknownOracle };
        for ix in [&ix, &sample] {
            assert_refused(&mut svm, std::slice::from_ref(ix), &[], expected);
        }
    }
    svm.modify::<RiskBoard>(&board, |b| b.board.underlyings[usize::from(BTC)].first = good);
    svm.send(&[ix], &[]).unwrap();
}
