//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use crate::harness::{
    mutation::{Case, Mutation::*, Slot, slot::*},
    refusal::{Expected, assert_refused},
    world::{Change, World},
};
use ballast_client::{BallastError as E, ballast::args::LegArgs, instruction};
use ballast_testkit::{BTC, ETH, SOL};
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError as I};

/// I280.
#[test]
fn block_trade() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let carol = svm.trader("100000").unwrap();
    let e = svm.exchange;
    let expires_at = svm.now() + 60;
    let good = [svm.leg(BTC, 10, "40000"), svm.leg(ETH, -10, "2500")];
    let build =
        |legs: &[LegArgs]| instruction::block_trade(&e, &alice.party(), &bob.party(), legs, expires_at, u64::MAX);
    let bounds: &[Change<LegArgs>] = &[
        ("no lots", |l| l.lots = 0, E::BadSize),
        ("lots at the type's beginning", |l| l.lots = i64::MIN, E::BadSize),
        ("lots at the type's end", |l| l.lots = i64::MAX, E::BadSize),
        ("a lot more than any position", |l| l.lots = 1_000_001, E::BadSize),
        ("no price", |l| l.price = 0, E::BlockLegOutOfBand),
        ("a negative price", |l| l.price = -400_000, E::BlockLegOutOfBand),
        ("a price at the type's beginning", |l| l.price = i64::MIN, E::BlockLegOutOfBand),
        ("a price at the type's end", |l| l.price = i64::MAX, E::BlockLegOutOfBand),
    ];
    let mut arguments: Vec<(&str, Instruction, Expected)> = Vec::new();
    for (what, change, error) in bounds {
        let mut legs = good;
        change(&mut legs[0]);
        arguments.push((what, build(&legs), (*error).into()));
    }
    let nine: Vec<LegArgs> = (0..9).map(|n| LegArgs { instrument: n, ..good[0] }).collect();
    arguments.push(("no legs", build(&[]), E::TooManyLegs.into()));
    arguments.push(("nine legs", build(&nine), E::TooManyLegs.into()));
    arguments.push(("legs that descend", build(&[good[1], good[0]]), E::UnsortedInstruments.into()));
    arguments.push(("a leg twice", build(&[good[0], good[0]]), E::DuplicateInstrument.into()));
    let mut one_market = build(&good);
    one_market.accounts.pop();
    arguments.push(("a market too few", one_market, E::WrongMarket.into()));
    let mut three_markets = build(&good);
    three_markets.accounts.push(solana_instruction::AccountMeta::new(e.market(SOL), false));
    arguments.push(("a market too many", three_markets, E::WrongMarket.into()));
    let unlisted = [LegArgs { instrument: 500, ..good[0] }];
    arguments.push(("an instrument that is not listed", build(&unlisted), I::IllegalOwner.into()));

    let slots = [Slot::Signer, Slot::Signer, EXCHANGE, BOARD, MARGIN, MARGIN, Slot::Further, Slot::Further];
    Case::new("block_trade", build(&good), &[&alice.key, &bob.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(2, other.address)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(5, abroad)
        .other_exchange(6, other.market(BTC))
        .other_exchange(7, other.market(ETH))
        .sibling(4, carol.margin)
        .sibling(5, carol.margin)
        .sibling(6, e.market(SOL))
        .sibling(7, e.market(SOL))
        .except(0, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(0, DuplicateOf(1), E::Unauthorized)
        .except(1, OtherSigner, E::Unauthorized)
        .except(1, DuplicateOf(0), E::Unauthorized)
        .except(4, Sibling, E::Unauthorized)
        .except(4, SwappedWithNext, E::Unauthorized)
        .except(5, Sibling, E::Unauthorized)
        .except(6, OtherOwner, I::IllegalOwner)
        .except(6, Empty, I::IllegalOwner)
        .except(6, OtherExchange, E::WrongExchange)
        .except(6, Sibling, E::WrongMarket)
        .except(6, SwappedWithNext, E::WrongMarket)
        .except(6, DuplicateOf(0), I::IllegalOwner)
        .except(6, DuplicateOf(1), I::IllegalOwner)
        .except(6, DuplicateOf(2), I::InvalidAccountData)
        .except(6, DuplicateOf(3), I::InvalidAccountData)
        .except(6, DuplicateOf(7), E::WrongMarket)
        .except(6, Missing, E::WrongMarket)
        .except(7, OtherOwner, I::IllegalOwner)
        .except(7, Empty, I::IllegalOwner)
        .except(7, OtherExchange, E::WrongExchange)
        .except(7, Sibling, E::WrongMarket)
        .except(7, DuplicateOf(0), I::IllegalOwner)
        .except(7, DuplicateOf(1), I::IllegalOwner)
        .except(7, DuplicateOf(2), I::InvalidAccountData)
        .except(7, DuplicateOf(3), I::InvalidAccountData)
        .except(7, DuplicateOf(6), E::WrongMarket)
        .except(7, Missing, E::WrongMarket)
        .run(&mut svm);
    // Bytes that are no market's, though this program owns them.
    let keys = [&alice.key, &bob.key];
    let mut no_market = build(&good);
    no_market.accounts[7].pubkey = carol.margin;
    assert_refused(&mut svm, &[no_market], &keys, I::InvalidAccountData);
    let bytes = svm.account(&e.market(ETH)).unwrap();
    let changes = [
        ((|a| a.owner = Address::new_from_array([9; 32])) as fn(&mut solana_account::Account), I::IllegalOwner),
        (|a| a.data[0] ^= 1, I::InvalidAccountData),
        (|a| a.data.truncate(100), I::AccountDataTooSmall),
        (|_| (), I::InvalidSeeds),
    ];
    for (change, error) in changes {
        let elsewhere = Address::new_unique();
        let mut account = bytes.clone();
        change(&mut account);
        svm.set_account(elsewhere, account);
        let mut ix = build(&good);
        ix.accounts[7].pubkey = elsewhere;
        assert_refused(&mut svm, &[ix], &keys, error);
    }
}
