//! Listing dated futures and options: what is refused, and what a listed one is (I201 to I203, I240, I241).

use crate::harness::{
    refusal::{assert_refused, refused},
    world::World,
};
use ballast_client::{
    BallastError as E,
    ballast::args::{FutureArgs, InstrumentArgs, OptionArgs},
    config, instruction,
    risk::{Instrument, Kind, Smile},
};
use ballast_testkit::{BTC, Order, Svm, options::SMILE};
use solana_account::Account;
use solana_signer::Signer;

pub const DAY: i64 = 86_400;

/// Longest life of a contract: three years.
pub const LONGEST: i64 = 3 * 365 * DAY;

/// What a BTC instrument at an index has.
pub fn terms(svm: &Svm, instrument: u16) -> InstrumentArgs {
    let mut terms = svm.config.instrument_args(&svm.config.perpetual[usize::from(BTC)], instrument).unwrap();
    terms.name = config::name("X").unwrap();
    terms
}

/// I240.
#[test]
fn a_listed_contract_is_what_its_arguments_say() {
    let (World { mut svm, payer, admin, .. }, expiry) = World::with_options();
    let (e, from, a) = (svm.exchange, payer.pubkey(), admin.pubkey());
    let first_linear = svm.board().board.underlying(BTC).unwrap().first_linear;
    let future = FutureArgs { contract: terms(&svm, 3), expiry: expiry + DAY };
    let option = OptionArgs { contract: terms(&svm, 4), expiry, strike: 440_000, put: 1 };
    svm.send(&[instruction::list_future(&e, &from, &a, &future)], &[&payer, &admin]).unwrap();
    svm.send(&[instruction::list_option(&e, &from, &a, &option)], &[&payer, &admin]).unwrap();
    let board = svm.board();
    let same = |i: &Instrument, terms: &InstrumentArgs| {
        assert_eq!((i.terms(), i.limits, i.funding), (terms.terms, terms.limits, terms.funding));
        assert_eq!((i.underlying, i.index), (BTC, terms.instrument));
        assert_eq!((i.name, i.generation, i.reduce_only), (terms.name, 1, 0));
        let market = svm.market(i.index).header;
        assert_eq!((market.instrument, market.generation), (i.index, 1));
    };
    let listed = board.board.instrument(3).unwrap();
    same(listed, &future.contract);
    assert_eq!((listed.kind, listed.expiry, listed.strike.get()), (Kind::Future as u8, expiry + DAY, 0));
    // A future has the index for a mark from its listing on, and is in the chain by which a refresh finds it.
    assert_eq!(listed.mark, board.board.instrument(BTC).unwrap().mark);
    assert_eq!((listed.next_linear, board.board.underlying(BTC).unwrap().first_linear), (first_linear, 4));
    let listed = board.board.instrument(4).unwrap();
    same(listed, &option.contract);
    assert_eq!((listed.kind, listed.expiry, listed.strike.get()), (Kind::Put as u8, expiry, 440_000));
    // An option has no array before its first refresh.
    assert_eq!((listed.next_linear, listed.option.price, listed.mark.get()), (0, 0, 0));
}

/// I241.
#[test]
fn nobody_orders_an_option_before_its_first_refresh() {
    // Nothing says what it is worth, and no minimum for short options stands for that.
    let mut svm = Svm::with_config(|c| c.underlying[0].params.set("short_minimum", "0")).unwrap();
    let expiry = svm.now() + 7 * DAY;
    svm.open_surface(BTC).unwrap();
    let options = svm.list_options(BTC, &[expiry], &["44000"], 10).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    let [poor, rich, long, short] = ["10", "100000", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&long, &short, BTC, "40000", 200).unwrap();
    // What their marks are before anything was written: the index, and nothing.
    for (option, price) in [(options[0], "40000"), (options[1], "100")] {
        for trader in [&poor, &rich, &long, &short] {
            for order in [Order::buy(&svm, option, price, 100), Order::sell(&svm, option, price, 100)] {
                refused(&mut svm, |svm| svm.place(trader, order, &[]), E::StaleRiskArray);
            }
        }
    }
    svm.refresh_options(BTC, &options).unwrap();
    svm.rest(&rich, Order::buy(&svm, options[0], "100", 10)).unwrap();
}

/// I204.
#[test]
fn lamports_sent_ahead_keep_no_surface_and_no_contract_from_being_made() {
    let mut svm = Svm::new().unwrap();
    let (e, expiry) = (svm.exchange, svm.now() + DAY);
    for (n, address) in [e.surface(BTC), e.market(3), e.market(10), e.market(11)].into_iter().enumerate() {
        let lamports = if n % 2 == 0 { 1 } else { 1_000_000_000_000 };
        svm.set_account(address, Account { lamports, ..Account::default() });
    }
    svm.open_surface(BTC).unwrap();
    svm.list_future(BTC, expiry, 3).unwrap();
    svm.list_options(BTC, &[expiry], &["40000"], 10).unwrap();
    assert_eq!((svm.surface(BTC).exchange, svm.market(11).header.instrument), (e.address, 11));
}

/// I241.
#[test]
fn an_option_takes_no_risk_before_its_volatility_is_published() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + DAY;
    svm.open_surface(BTC).unwrap();
    let call = svm.list_options(BTC, &[expiry], &["40000"], 10).unwrap()[0];
    svm.refresh_all_options(BTC).unwrap();
    let alice = svm.trader("10000").unwrap();
    let order = Order::buy(&svm, call, "500", 10);
    refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::StaleVolatility);
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::StaleVolatility);
    svm.refresh_all_options(BTC).unwrap();
    svm.rest(&alice, order).unwrap();
}

/// I240.
#[test]
fn a_future_trades_at_the_index_like_a_perpetual() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + 30 * DAY;
    svm.list_future(BTC, expiry, 3).unwrap();
    let (alice, bob) = (svm.trader("10000").unwrap(), svm.trader("10000").unwrap());
    svm.trade(&alice, &bob, 3, "40000", 100).unwrap();
    svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    let board = svm.board();
    assert_eq!(board.board.instrument(3).unwrap().mark, board.board.instrument(BTC).unwrap().mark);
    // Long the future and short the perpetual: no scan, only the calendar charge of 1.25 % of 3,600 dollars.
    let r = svm.requirements(&alice);
    assert_eq!((r.scan.get(), r.calendar.get()), (0, 45_000_000));
    svm.assert_reconciled();
}

/// I245.
#[test]
fn a_surfaces_smile_needs_its_expiry_and_a_board_its_slots() {
    let mut svm = Svm::new().unwrap();
    let now = svm.now();
    svm.open_surface(BTC).unwrap();
    for n in 1..=16 {
        svm.open_expiry(BTC, now + n * 60, &SMILE).unwrap();
    }
    refused(&mut svm, |svm| svm.open_expiry(BTC, now + 17 * 60, &SMILE), E::NoFreeExpiry);
    refused(&mut svm, |svm| svm.open_expiry(BTC, now + 60, &SMILE), E::DuplicateExpiry);
    // The slot of an expiry that has passed is used again.
    svm.advance(60);
    refused(&mut svm, |svm| svm.open_expiry(BTC, now + 120, &Smile { ..SMILE }), E::DuplicateExpiry);
    svm.open_expiry(BTC, now + 17 * 60, &SMILE).unwrap();
    let admin = svm.admin.insecure_clone();
    let gone = OptionArgs { contract: terms(&svm, 3), expiry: now + 60, strike: 400_000, put: 0 };
    let ix = instruction::list_option(&svm.exchange, &svm.payer.pubkey(), &admin.pubkey(), &gone);
    assert_refused(&mut svm, &[ix], &[&admin], E::BadExpiry);
}
