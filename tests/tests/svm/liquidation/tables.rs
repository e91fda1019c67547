//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use crate::harness::{
    mutation::{Case, Mutation::*, Slot, slot::*},
    refusal::{DUPLICATE, NOT_WRITABLE, assert_refused},
    world::World,
};
use ballast_client::{BallastError as E, ballast::args::LiquidateArgs, instruction};
use ballast_testkit::{BTC, ETH, Order, SOL, Svm, Trader};
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

/// I358.
#[test]
fn liquidate() {
    let World { mut svm, other, alice: liquidator, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let poor = svm.trader("960").unwrap();
    svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
    svm.trade(&poor, &bob, ETH, "2500", 10).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    let build = |instruments: &[u16], args| {
        instruction::liquidate(&e, &liquidator.address(), &liquidator.margin, &poor.margin, instruments, &args)
    };
    let all = LiquidateArgs::of(0);
    let mut descending = build(&[BTC, ETH], all);
    descending.accounts.swap(6, 7);
    let mut twice = build(&[BTC, ETH], all);
    twice.accounts[7] = twice.accounts[6].clone();
    let arguments = [
        ("nothing of it", build(&[BTC], LiquidateArgs { most: 0, ..all }), E::NothingToLiquidate.into()),
        ("no legs", build(&[], all), E::NothingToLiquidate.into()),
        ("tokens that the account has not", build(&[], LiquidateArgs::of(u16::MAX)), E::NothingToLiquidate.into()),
        ("too little", build(&[BTC], LiquidateArgs { most: 1, ..all }), E::LiquidationDoesNotHelp.into()),
        ("a whole that lacks a position", build(&[BTC], LiquidateArgs::WHOLE), E::PositionMissing.into()),
        ("markets that descend", descending, E::UnsortedMarkets.into()),
        ("a market twice", twice, E::UnsortedMarkets.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN, MARGIN, Slot::Further, Slot::Further];
    Case::new("liquidate", build(&[BTC, ETH], LiquidateArgs::WHOLE), &[&liquidator.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(5, abroad)
        .other_exchange(6, other.market(BTC))
        .other_exchange(7, other.market(ETH))
        .sibling(4, bob.margin)
        .sibling(5, bob.margin)
        .sibling(6, e.market(SOL))
        .sibling(7, e.market(SOL))
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::NotLiquidatable)
        .except(5, Sibling, E::Unauthorized)
        .except(4, SwappedWithNext, E::Unauthorized)
        .except(6, Sibling, E::UnsortedMarkets)
        .except(6, SwappedWithNext, E::UnsortedMarkets)
        .except(7, Sibling, E::PositionMissing)
        .except(6, OtherOwner, I::IllegalOwner)
        .except(6, Empty, I::IllegalOwner)
        .except(6, OtherExchange, E::WrongExchange)
        .except(6, DuplicateOf(0), I::IllegalOwner)
        .except(6, DuplicateOf(1), I::InvalidAccountData)
        .except(6, DuplicateOf(3), I::InvalidAccountData)
        .except(6, DuplicateOf(7), E::UnsortedMarkets)
        .except(6, Missing, E::PositionMissing)
        .except(7, OtherOwner, I::IllegalOwner)
        .except(7, Empty, I::IllegalOwner)
        .except(7, OtherExchange, E::WrongExchange)
        .except(7, DuplicateOf(0), I::IllegalOwner)
        .except(7, DuplicateOf(1), I::InvalidAccountData)
        .except(7, DuplicateOf(3), I::InvalidAccountData)
        .except(7, DuplicateOf(6), E::UnsortedMarkets)
        .except(7, Missing, E::PositionMissing)
        .run(&mut svm);
}

#[test]
fn resolve_bad_debt() {
    let (mut svm, debtor) = super::positions::uncovered_debt();
    let other = svm.another_exchange(2).unwrap();
    let bob = svm.trader("100").unwrap();
    let open = instruction::open_margin_account(&other, &svm.payer.pubkey(), &bob.address(), 0);
    svm.send(&[open], &[&bob.key]).unwrap();
    svm.fund_insurance(1).unwrap();
    let e = svm.exchange;
    let ix = instruction::resolve_bad_debt(&e, &debtor.margin, &[]);
    Case::new("resolve_bad_debt", ix, &[], &[EXCHANGE, TREASURY, BOARD, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, other.margin(&bob.address(), 0))
        .sibling(3, bob.margin)
        .except(3, Sibling, E::NoBadDebt)
        .run(&mut svm);
}

/// I357.
#[test]
fn cancel_liquidatable_orders() {
    let World { mut svm, other, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let poor = svm.trader("900").unwrap();
    svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    let ix = instruction::cancel_liquidatable_orders(&e, &poor.margin, BTC);
    Case::new("cancel_liquidatable_orders", ix, &[], &[EXCHANGE, BOARD, MARKET, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, other.market(BTC))
        .other_exchange(3, abroad)
        .sibling(3, bob.margin)
        .except(3, Sibling, E::NotLiquidatable)
        .run(&mut svm);
}

/// I200 to I203, I367.
#[test]
fn give_notice() {
    let World { mut svm, other, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let poor = bankrupt(&mut svm, &bob);
    Case::new("give_notice", instruction::give_notice(&e, &poor.margin), &[], &[EXCHANGE, BOARD, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, abroad)
        .sibling(2, bob.margin)
        .except(2, Sibling, E::NotLiquidatable)
        .run(&mut svm);
}

/// I200 to I203, I368.
#[test]
fn seize() {
    let World { mut svm, other, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let poor = bankrupt(&mut svm, &bob);
    Case::new("seize", instruction::seize(&e, &poor.margin), &[], &[EXCHANGE, TREASURY, BOARD, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, abroad)
        .sibling(3, bob.margin)
        .except(3, Sibling, E::NotSeizable)
        .run(&mut svm);
}

/// I200 to I203, I369.
#[test]
fn release() {
    let World { mut svm, other, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let poor = bankrupt(&mut svm, &bob);
    svm.seize(&poor).unwrap();
    svm.deposit_usdc(&poor, 5_000_000_000).unwrap();
    Case::new("release", instruction::release(&e, &poor.margin), &[], &[EXCHANGE, TREASURY, BOARD, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, abroad)
        .sibling(3, bob.margin)
        .except(3, Sibling, E::NotSeized)
        .run(&mut svm);
}

/// I200 to I203, I372.
#[test]
fn wind_down_seized() {
    let World { mut svm, other, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let rich = svm.trader("1000000").unwrap();
    // Worth half a million: a hundredth of the liquidity of bitcoin.
    let poor = bankrupt_of(&mut svm, &rich, "200000", 25_000);
    svm.seize(&poor).unwrap();
    svm.advance(86_400);
    svm.refresh_all();
    let ix = instruction::wind_down_seized(&e, &poor.margin, BTC);
    Case::new("wind_down_seized", ix, &[], &[EXCHANGE, BOARD, MARKET, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, other.market(BTC))
        .other_exchange(3, abroad)
        .sibling(2, e.market(ETH))
        .sibling(3, bob.margin)
        .except(2, Sibling, E::WindDownNotDue)
        .except(3, Sibling, E::WindDownNotDue)
        .run(&mut svm);
}

/// An account that is long 100 lots of BTC and has lost more than it has.
fn bankrupt(svm: &mut Svm, seller: &Trader) -> Trader {
    bankrupt_of(svm, seller, "900", 100)
}

fn bankrupt_of(svm: &mut Svm, seller: &Trader, usdc: &str, lots: i64) -> Trader {
    let poor = svm.trader(usdc).unwrap();
    svm.trade(&poor, seller, BTC, "40000", lots).unwrap();
    svm.advance(1);
    svm.publish(BTC, "20000").unwrap();
    poor
}

/// I200 to I203, I391.
#[test]
fn liquidate_on_book() {
    let World { mut svm, other, alice: caller, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let (poor, maker) = (svm.trader("900").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    svm.rest(&maker, Order::buy(&svm, BTC, "35950", 1_000).post_only()).unwrap();
    let with = |makers: &[Address], lots| {
        instruction::liquidate_on_book(&e, &caller.address(), &caller.margin, &poor.margin, BTC, makers, lots)
    };
    let build = |lots| with(&[maker.margin], lots);
    let arguments = [
        ("no lots", build(0), E::NothingToLiquidate.into()),
        ("negative lots", build(-1), E::NothingToLiquidate.into()),
        ("lots at the type's beginning", build(i64::MIN), E::NothingToLiquidate.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARKET, MARGIN, MARGIN, Slot::Further];
    Case::new("liquidate_on_book", build(i64::MAX), &[&caller.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, other.market(BTC))
        .other_exchange(5, abroad)
        .other_exchange(6, abroad)
        .sibling(4, e.market(ETH))
        .sibling(5, bob.margin)
        .sibling(6, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::NothingToLiquidate)
        .except(5, Sibling, E::NotLiquidatable)
        .except(6, Sibling, E::Unauthorized)
        .except(5, SwappedWithNext, E::Unauthorized)
        .other_exchange(7, abroad)
        .sibling(7, bob.margin)
        .except(6, SwappedWithNext, E::Unauthorized)
        .except(7, OtherOwner, I::IllegalOwner)
        .except(7, Empty, I::IllegalOwner)
        .except(7, OtherExchange, E::WrongExchange)
        .except(7, Sibling, E::NoFill) // the order is young: it is stepped over
        .except(7, Missing, E::NoFill)
        .except(7, DuplicateOf(0), I::IllegalOwner)
        .except(7, DuplicateOf(1), I::AccountDataTooSmall)
        .except(7, DuplicateOf(3), I::InvalidAccountData)
        .run(&mut svm);

    // Makers' accounts, which Anchor knows nothing of.
    let keys = [&caller.key];
    svm.simulate(&[with(&[maker.margin, bob.margin], 1)], &keys).unwrap();
    for (makers, error) in [
        (vec![maker.margin, maker.margin], E::DuplicateAccount.into()),
        (vec![maker.margin, poor.margin], DUPLICATE),
        (vec![maker.margin, caller.margin], DUPLICATE),
        (vec![e.market(BTC)], DUPLICATE),
        (vec![abroad], E::WrongExchange.into()),
        (vec![e.market(ETH)], I::InvalidAccountData.into()),
        (vec![maker.usdc], I::IllegalOwner.into()),
    ] {
        assert_refused(&mut svm, &[with(&makers, 1)], &keys, error);
    }
    let mut read_only = build(1);
    read_only.accounts[7].is_writable = false;
    assert_refused(&mut svm, &[read_only], &keys, NOT_WRITABLE);
}
