//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use super::expiries::{CALL, DAY, FUTURE, PUT, list};
use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::{Expected, refused},
    world::World,
};
use ballast_client::{BallastError as E, instruction};
use ballast_testkit::{BTC, ETH, SOL};
use solana_signer::Signer;

/// A world whose first exchange has the fixture's contracts, held by alice and bob.
fn world() -> (World, i64) {
    let mut world = World::new();
    let expiry = list(&mut world.svm);
    world.svm.trade(&world.alice, &world.bob, FUTURE, "40000", 10).unwrap();
    (world, expiry)
}

/// I299.
#[test]
fn sample_settlement() {
    let (World { mut svm, other, .. }, expiry) = world();
    svm.write_sample(BTC, expiry, 5, "40000");
    let (e, price) = (svm.exchange, svm.price_account(BTC));
    let build = |underlying, expiry| instruction::sample_settlement(&e, &price, underlying, expiry);
    let arguments: Vec<(&str, _, Expected)> = vec![
        ("another underlying", build(ETH, expiry), E::OracleWrongFeed.into()),
        ("an underlying that is not listed", build(3, expiry), E::NotListed.into()),
        ("an underlying at the type's end", build(u16::MAX, expiry), E::NotListed.into()),
        ("an expiry that nothing awaits", build(BTC, expiry - 60), E::NotListed.into()),
        ("an expiry whose window has not begun", build(BTC, expiry + 300), E::NothingToSample.into()),
        ("no expiry", build(BTC, 0), E::NothingToSample.into()),
        ("an expiry at the type's end", build(BTC, i64::MAX), E::NothingToSample.into()),
        ("an expiry at the type's other end", build(BTC, i64::MIN), E::NothingToSample.into()),
    ];
    Case::new("sample_settlement", build(BTC, expiry), &[], &[EXCHANGE, BOARD, Slot::Unchecked])
        .arguments(&mut svm, &arguments)
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .sibling(2, svm.price_account(SOL))
        .except(2, OtherAddress, Legal) // any account of the oracle program with the feed
        .except(2, OtherOwner, E::OracleWrongOwner)
        .except(2, Empty, E::OracleWrongOwner)
        .except(2, Sibling, E::OracleWrongFeed)
        .except(2, DuplicateOf(0), E::OracleWrongOwner)
        .run(&mut svm);
}

/// I299.
#[test]
fn settle_expiry() {
    let (World { mut svm, other, .. }, expiry) = world();
    svm.take_samples(BTC, expiry, 1..=30, "40000").unwrap();
    let e = svm.exchange;
    let build = |underlying, list: &[u16]| instruction::settle_expiry(&e, underlying, list);
    let arguments: Vec<(&str, _, Expected)> = vec![
        ("nothing", build(BTC, &[]), E::TooManyInstruments.into()),
        ("too many", build(BTC, &(0..33).collect::<Vec<_>>()), E::TooManyInstruments.into()),
        ("the same twice", build(BTC, &[FUTURE, FUTURE]), E::DuplicateInstrument.into()),
        ("not in order", build(BTC, &[CALL, FUTURE]), E::UnsortedInstruments.into()),
        ("another underlying", build(ETH, &[FUTURE]), E::NotListed.into()),
        ("a perpetual", build(BTC, &[BTC]), E::NotYetExpired.into()),
        ("a perpetual of another underlying beside it", build(BTC, &[FUTURE, 4]), E::NotListed.into()),
        ("an instrument beyond the last", build(BTC, &[u16::MAX]), E::NotListed.into()),
    ];
    Case::new("settle_expiry", build(BTC, &[FUTURE, CALL, PUT]), &[], &[EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .run(&mut svm);
}

/// I299.
#[test]
fn settle_position() {
    let (World { mut svm, other, alice, abroad, .. }, expiry) = world();
    svm.take_samples(BTC, expiry, 1..=30, "40000").unwrap();
    svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]).unwrap();
    let nobody = svm.trader("1").unwrap();
    let e = svm.exchange;
    let ix = instruction::settle_position(&e, &alice.margin, FUTURE);
    Case::new("settle_position", ix, &[], &[EXCHANGE, BOARD, MARKET, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, other.market(BTC))
        .other_exchange(3, abroad)
        .sibling(2, e.market(ETH))
        .sibling(3, nobody.margin)
        .except(2, Sibling, E::NotSettled)
        .except(3, Sibling, E::NothingToTransfer)
        .run(&mut svm);
}

/// I299.
#[test]
fn delist() {
    let (World { mut svm, other, alice, bob, payer, .. }, expiry) = world();
    svm.take_samples(BTC, expiry, 1..=30, "40000").unwrap();
    svm.settle_expiry(BTC, &[FUTURE, CALL, PUT]).unwrap();
    svm.settle_position(&alice, FUTURE).unwrap();
    svm.settle_position(&bob, FUTURE).unwrap();
    let (e, admin) = (svm.exchange, svm.admin.pubkey());
    let ix = instruction::delist(&e, &admin, FUTURE);
    Case::new("delist", ix, &[], &[EXCHANGE, TREASURY, BOARD, MARKET, Slot::Unchecked])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .sibling(3, e.market(ETH))
        .sibling(4, payer.pubkey())
        .except(3, Sibling, E::NotSettled)
        .except(4, OtherOwner, E::Unauthorized)
        .except(4, OtherAddress, E::Unauthorized)
        .except(4, Empty, E::Unauthorized)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
}

/// I299, I349.
#[test]
fn wind_down_perpetual() {
    let (World { mut svm, other, admin, .. }, expiry) = world();
    let (e, a, ends) = (svm.exchange, admin.pubkey(), expiry + DAY);
    let build = |instrument, settles_at| instruction::wind_down_perpetual(&e, &a, instrument, 1, settles_at);
    let arguments: Vec<(&str, _, Expected)> = vec![
        ("a future", build(FUTURE, ends), E::NotListed.into()),
        ("an option", build(CALL, ends), E::NotListed.into()),
        ("an instrument that is not listed", build(4, ends), E::NotListed.into()),
        ("an instrument beyond the last", build(u16::MAX, ends), E::NotListed.into()),
        ("too soon", build(BTC, expiry), E::ParameterOutOfBounds.into()),
        ("no whole minute", build(BTC, ends + 1), E::NotASettlementTime.into()),
        ("never", build(BTC, 0), E::ParameterOutOfBounds.into()),
        ("too late", build(BTC, i64::MAX / 60 * 60), E::ParameterOutOfBounds.into()),
        ("before all time", build(BTC, i64::MIN), E::Overflow.into()),
        ("another time of day", build(BTC, ends + 60), E::NotASettlementTime.into()),
        ("another generation", instruction::wind_down_perpetual(&e, &a, BTC, 2, ends), E::ChangeDiffers.into()),
    ];
    Case::new("wind_down_perpetual", build(BTC, ends), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
    svm.wind_down(BTC, ends).unwrap();
    refused(&mut svm, |svm| svm.wind_down(BTC, ends), E::AlreadySettled);
}
