//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use super::{funding::quoted, second::stale};
use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::{Expected, assert_refused},
    world::World,
};
use ballast_client::{BallastError as E, ballast::constants::MAX_REFRESHED, instruction};
use ballast_testkit::{BTC, ETH, SOL};
use solana_instruction::{Instruction, error::InstructionError as I};
use solana_signer::Signer;

#[test]
fn grow_market() {
    let World { mut svm, other, payer, .. } = World::new();
    let e = svm.exchange;
    let ix = instruction::grow_market(&e, &payer.pubkey(), BTC);
    Case::new("grow_market", ix, &[&payer], &[Slot::Payer, EXCHANGE, MARKET, SYSTEM])
        .other_exchange(1, other.address)
        .other_exchange(2, other.market(BTC))
        .sibling(2, e.market(ETH))
        .except(0, OtherSigner, Legal) // anyone may pay
        .except(2, Sibling, Legal) // for any market
        .run(&mut svm);
}

/// I248.
#[test]
fn refresh_underlyings_with_a_second_source() {
    let mut svm = stale();
    let other = svm.another_exchange(2).unwrap();
    let e = svm.exchange;
    svm.advance(1);
    svm.write_price(BTC, "40001");
    svm.write_second(BTC, "40002");
    svm.write_second(ETH, "2500");
    let (price, second) = (svm.price_account(BTC), svm.second_account(BTC).unwrap());
    let ix = instruction::refresh_underlying_from(&e, &price, Some(&second), BTC);
    Case::new("refresh_underlyings", ix, &[], &[EXCHANGE, BOARD, Slot::Further, Slot::Further])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .sibling(2, svm.price_account(SOL))
        .sibling(3, svm.second_account(ETH).unwrap())
        .except(2, OtherAddress, Legal) // any account of the oracle program with the feed
        .except(2, OtherOwner, E::OracleWrongOwner)
        .except(2, Empty, E::OracleWrongOwner)
        .except(2, Sibling, E::OracleWrongFeed)
        .except(2, DuplicateOf(0), E::OracleWrongOwner)
        .except(2, DuplicateOf(3), E::OracleWrongOwner)
        .except(2, SwappedWithNext, E::OracleWrongOwner)
        // The second source is one account, whatever others hold.
        .except(3, OtherOwner, E::OracleWrongFeed)
        .except(3, OtherAddress, E::OracleWrongFeed)
        .except(3, Empty, E::OracleWrongFeed)
        .except(3, Sibling, E::OracleWrongFeed)
        .except(3, DuplicateOf(0), E::OracleWrongFeed)
        .except(3, DuplicateOf(2), E::OracleWrongFeed)
        .except(2, Missing, E::FirstSourceMissing)
        .except(3, Missing, E::SecondSourceMissing)
        .run(&mut svm);
}

/// I733.
#[test]
fn refresh_underlyings() {
    let World { mut svm, other, .. } = World::new();
    let e = svm.exchange;
    svm.advance(1);
    svm.write_price(BTC, "40001");
    let price = svm.price_account(BTC);
    let build = |underlying| instruction::refresh_underlying(&e, &price, underlying);
    let arguments = [
        ("another underlying", build(ETH), E::OracleWrongFeed.into()),
        ("an underlying that is not listed", build(3), E::NotListed.into()),
        ("an underlying beyond the last", build(32), E::NotListed.into()),
        ("an underlying at the type's end", build(u16::MAX), E::NotListed.into()),
    ];
    let with_data = |data: &[u8]| Instruction { data: data.to_vec(), ..build(BTC) };
    let tag = build(BTC).data[0];
    let lists = [
        ("two underlyings and one price", with_data(&[tag, 2, 0, 0, 0, 0, 0, 1, 0]), E::FirstSourceMissing.into()),
        ("one that is refused after a good one", with_data(&[tag, 2, 0, 0, 0, 0, 0, 3, 0]), E::NotListed.into()),
        ("a list that is shorter than it says", with_data(&[tag, 2, 0, 0, 0, 0, 0]), I::InvalidInstructionData.into()),
        (
            "a list of four thousand million",
            with_data(&[tag, 255, 255, 255, 255, 0, 0]),
            I::InvalidInstructionData.into(),
        ),
    ];
    Case::new("refresh_underlyings", build(BTC), &[], &[EXCHANGE, BOARD, Slot::Further])
        .arguments(&mut svm, &arguments)
        .arguments(&mut svm, &lists)
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .sibling(2, svm.price_account(SOL))
        .except(2, OtherAddress, Legal) // any account of the oracle program with the feed
        .except(2, OtherOwner, E::OracleWrongOwner)
        .except(2, Empty, E::OracleWrongOwner)
        .except(2, Sibling, E::OracleWrongFeed)
        .except(2, DuplicateOf(0), E::OracleWrongOwner)
        .except(2, Missing, E::FirstSourceMissing)
        .run(&mut svm);
}

/// I258.
#[test]
fn sweep_writes_the_board_of_its_own_exchange_only() {
    let (World { mut svm, other, alice, bob, .. }, _) = World::with_options();
    let e = svm.exchange;
    svm.trade(&alice, &bob, 10, "1300", 10).unwrap();
    Case::new("sweep", instruction::sweep(&e, 10), &[], &[EXCHANGE, TREASURY, BOARD, MARKET])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(10))
        .sibling(3, e.market(11))
        .except(3, Sibling, E::NothingToSweep)
        .run(&mut svm);
}

#[test]
fn sweep() {
    let World { mut svm, other, alice, bob, .. } = World::new();
    let e = svm.exchange;
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    Case::new("sweep", instruction::sweep(&e, BTC), &[], &[EXCHANGE, TREASURY, BOARD, MARKET])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .sibling(3, e.market(ETH))
        .except(3, Sibling, E::NothingToSweep)
        .run(&mut svm);
    svm.sweep(BTC).unwrap();
    assert_refused(&mut svm, &[instruction::sweep(&e, BTC)], &[], E::NothingToSweep);
}

/// I246.
#[test]
fn refresh_options() {
    let (World { mut svm, other, .. }, _) = World::with_options();
    let e = svm.exchange;
    svm.advance(1);
    svm.publish(BTC, "40100").unwrap();
    let build = |list: &[u16]| instruction::refresh_options(&e, BTC, list);
    let with_data = |data: &[u8]| Instruction { data: data.to_vec(), ..build(&[]) };
    let many: Vec<u16> = (10..10 + MAX_REFRESHED as u16 + 1).collect();
    let tag = build(&[]).data[0];
    let bad = |error: E| Expected::from(error);
    let arguments = [
        ("nothing", build(&[]), bad(E::TooManyInstruments)),
        ("one more than an instruction refreshes", build(&many), bad(E::TooManyInstruments)),
        ("two in the wrong order", build(&[11, 10]), bad(E::UnsortedInstruments)),
        ("the first one last", build(&[11, 12, 10]), bad(E::UnsortedInstruments)),
        ("one twice", build(&[10, 10]), bad(E::DuplicateInstrument)),
        ("the last one twice", build(&[10, 11, 11]), bad(E::DuplicateInstrument)),
        ("a perpetual", build(&[BTC]), bad(E::NotAnOption)),
        ("a perpetual before options", build(&[BTC, 10, 11]), bad(E::NotAnOption)),
        ("another underlying's perpetual", build(&[ETH]), bad(E::WrongSurface)),
        ("another underlying's option", build(&[20]), bad(E::WrongSurface)),
        ("another underlying's option after options", build(&[10, 11, 20]), bad(E::WrongSurface)),
        ("a free slot", build(&[10, 11, 12]), bad(E::NotListed)),
        ("an index beyond the last", build(&[10, 512]), bad(E::NotListed)),
        ("an index at the type's end", build(&[u16::MAX]), bad(E::NotListed)),
        (
            "a list that is shorter than it says",
            with_data(&[tag, 3, 0, 0, 0, 10, 0, 11, 0]),
            I::InvalidInstructionData.into(),
        ),
        (
            "a list of four thousand million",
            with_data(&[tag, 255, 255, 255, 255, 10, 0]),
            I::InvalidInstructionData.into(),
        ),
    ];
    Case::new("refresh_options", build(&[10, 11]), &[], &[EXCHANGE, BOARD, SURFACE])
        .arguments(&mut svm, &arguments)
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, other.surface(BTC))
        .sibling(2, e.surface(ETH))
        .except(2, Sibling, E::WrongSurface)
        .run(&mut svm);
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
