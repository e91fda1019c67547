//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::{DUPLICATE, Expected, assert_refused},
    world::{Change, World, refusals},
};
use ballast_client::{
    BallastError as E,
    ballast::args::{BOTH_SIDES, CancelArgs, OrderArgs, OrderKind},
    instruction,
};
use ballast_testkit::{BTC, ETH, Order, Trader};
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError as I};

#[test]
fn place_order() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let carol = svm.trader("100000").unwrap();
    let e = svm.exchange;
    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 10).post_only()).unwrap();
    let args = Order::buy(&svm, BTC, "40000", 10).args;
    let build =
        |args: &OrderArgs| instruction::place_order(&e, &alice.address(), &alice.margin, BTC, &[bob.margin], args);
    let bounds: &[Change<OrderArgs>] = &[
        ("a third side", |o| o.side = 2, E::BadSide),
        ("a side at the type's end", |o| o.side = u8::MAX, E::BadSide),
        ("a seventh kind", |o| o.kind = 6, E::BadOrderKind),
        ("a market order with a price", |o| o.kind = OrderKind::Market as u8, E::BadPrice),
        ("a fourth self-trade mode", |o| o.self_trade = 3, E::BadSelfTrade),
        ("reduce-only that is neither", |o| o.reduce_only = 2, E::BadOrderKind),
        ("no lots", |o| o.lots = 0, E::BadSize),
        ("negative lots", |o| o.lots = -1, E::BadSize),
        ("lots at the type's beginning", |o| o.lots = i64::MIN, E::BadSize),
        ("lots at the type's end", |o| o.lots = i64::MAX, E::BadSize),
        ("a lot more than any position", |o| o.lots = 1_000_001, E::BadSize),
        ("no price", |o| o.price = 0, E::BadPrice),
        ("a negative price", |o| o.price = -1, E::BadPrice),
        ("a price at the type's beginning", |o| o.price = i64::MIN, E::BadPrice),
        ("a price at the type's end", |o| o.price = i64::MAX, E::BadPrice),
        ("an expiry of long ago", |o| o.expires_at = 1, E::OrderExpired),
        ("a negative expiry", |o| o.expires_at = i64::MIN, E::OrderExpired),
        ("nothing to reduce", |o| o.reduce_only = 1, E::NothingToReduce),
    ];
    let slots = [Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN];
    let mut arguments = refusals(args, build, bounds);
    let now = OrderArgs { expires_at: svm.now(), ..args };
    arguments.push(("an expiry of now", build(&now), E::OrderExpired.into()));
    let without_maker = instruction::place_order(&e, &alice.address(), &alice.margin, BTC, &[], &args);
    Case::new("place_order", without_maker, &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::BadPrice) // the price is one of another market
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);

    // Makers' accounts, which Anchor knows nothing of.
    let keys = [&alice.key];
    let with = |makers: &[Address]| instruction::place_order(&e, &alice.address(), &alice.margin, BTC, makers, &args);
    svm.simulate(&[with(&[bob.margin, carol.margin])], &keys).unwrap();
    assert_refused(&mut svm, &[with(&[bob.margin, bob.margin])], &keys, E::DuplicateAccount);
    assert_refused(&mut svm, &[with(&[bob.margin, alice.margin])], &keys, DUPLICATE);
    assert_refused(&mut svm, &[with(&[e.market(BTC)])], &keys, DUPLICATE);
    assert_refused(&mut svm, &[with(&[abroad])], &keys, E::WrongExchange);
    assert_refused(&mut svm, &[with(&[e.address])], &keys, I::AccountDataTooSmall);
    assert_refused(&mut svm, &[with(&[e.market(ETH)])], &keys, I::InvalidAccountData);
    assert_refused(&mut svm, &[with(&[e.board])], &keys, I::InvalidAccountData);
    assert_refused(&mut svm, &[with(&[Address::new_unique()])], &keys, I::IllegalOwner);
    assert_refused(&mut svm, &[with(&[alice.usdc])], &keys, I::IllegalOwner);
    let mut read_only = with(&[bob.margin]);
    read_only.accounts[5].is_writable = false;
    assert_refused(&mut svm, &[read_only], &keys, crate::harness::refusal::NOT_WRITABLE);
    let bytes = svm.account(&bob.margin).unwrap();
    for (change, error) in [
        ((|a| a.owner = Address::new_from_array([9; 32])) as fn(&mut solana_account::Account), I::IllegalOwner),
        (|a| a.data[0] ^= 1, I::InvalidAccountData),
        (|a| a.data.truncate(a.data.len() - 1), I::AccountDataTooSmall),
        (|_| (), I::InvalidSeeds),
    ] {
        let elsewhere = Address::new_unique();
        let mut account = bytes.clone();
        change(&mut account);
        svm.set_account(elsewhere, account);
        assert_refused(&mut svm, &[with(&[elsewhere])], &keys, error);
    }
    let crowd: Vec<Trader> = (0..9).map(|_| svm.trader("0").unwrap()).collect();
    let crowd: Vec<Address> = crowd.iter().map(|t| t.margin).collect();
    svm.simulate(&[with(&crowd[..8])], &keys).unwrap();
    assert_refused(&mut svm, &[with(&crowd)], &keys, E::TooManyMakers);
}

#[test]
fn cancel_order() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let (handle, sequence) = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let bobs = svm.rest(&bob, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let build =
        |handle, sequence| instruction::cancel_order(&e, &alice.address(), &alice.margin, BTC, handle, sequence);
    let arguments = [
        ("another sequence number", build(handle, sequence + 1), E::OrderNotFound.into()),
        ("sequence number zero, that of a free slot", build(3, 0), E::OrderNotFound.into()),
        ("no handle", build(0, sequence), E::OrderNotFound.into()),
        ("a handle never in use", build(3, sequence), E::OrderNotFound.into()),
        ("a handle at the type's end", build(u32::MAX, sequence), E::OrderNotFound.into()),
        ("a sequence number at the type's end", build(handle, u64::MAX), E::OrderNotFound.into()),
        ("somebody else's order", build(bobs.0, bobs.1), E::OrderNotOwned.into()),
    ];
    Case::new("cancel_order", build(handle, sequence), &[&alice.key], &[Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::OrderNotFound)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
    // Whoever holds no position slot in the market cannot cancel what is another's either.
    let carol = svm.trader("0").unwrap();
    let ix = instruction::cancel_order(&e, &carol.address(), &carol.margin, BTC, handle, sequence);
    assert_refused(&mut svm, &[ix], &[&carol.key], E::OrderNotOwned);
}

#[test]
fn cancel_all_orders() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let build = |side| instruction::cancel_all_orders(&e, &alice.address(), &alice.margin, BTC, side, 1);
    let arguments = [
        ("a fourth side", build(3), E::BadSide.into()),
        ("a side at the type's end", build(u8::MAX), E::BadSide.into()),
    ];
    let ix = build(BOTH_SIDES);
    Case::new("cancel_all_orders", ix, &[&alice.key], &[Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, Legal) // nothing there to cancel
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
}

const TRADING: [Slot; 5] = [Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN];

#[test]
fn cancel_by_client_id() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10).client_id(5)).unwrap();
    svm.rest(&bob, Order::buy(&svm, BTC, "39000", 10).client_id(6)).unwrap();
    let build = |id| instruction::cancel_by_client_id(&e, &alice.address(), &alice.margin, BTC, id);
    let arguments = [
        ("a number of nobody's", build(0), E::OrderNotFound.into()),
        ("somebody else's number", build(6), E::OrderNotFound.into()),
        ("a number at the type's end", build(u64::MAX), E::OrderNotFound.into()),
    ];
    Case::new("cancel_by_client_id", build(5), &[&alice.key], &TRADING)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::OrderNotFound)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn replace_order() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let (handle, sequence) = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let bobs = svm.rest(&bob, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let args = Order::buy(&svm, BTC, "39500", 10).args;
    let build = |handle, sequence, args: &OrderArgs, makers: &[Address]| {
        let old = CancelArgs { handle, sequence };
        instruction::replace_order(&e, &alice.address(), &alice.margin, BTC, makers, &old, args)
    };
    let with = |change: fn(&mut OrderArgs)| {
        let mut changed = args;
        change(&mut changed);
        build(handle, sequence, &changed, &[])
    };
    let arguments = [
        ("another sequence number", build(handle, sequence + 1, &args, &[]), E::OrderNotFound.into()),
        ("sequence number zero", build(9, 0, &args, &[]), E::OrderNotFound.into()),
        ("a handle at the type's end", build(u32::MAX, sequence, &args, &[]), E::OrderNotFound.into()),
        ("somebody else's order", build(bobs.0, bobs.1, &args, &[]), E::OrderNotOwned.into()),
        ("a third side", with(|o| o.side = 2), E::BadSide.into()),
        ("a seventh kind", with(|o| o.kind = 6), E::BadOrderKind.into()),
        ("a seventh kind of the same", with(|o| (o.kind, o.price) = (6, 390_000)), E::BadOrderKind.into()),
        ("a fourth self-trade mode", with(|o| o.self_trade = 3), E::BadSelfTrade.into()),
        ("reduce-only that is neither", with(|o| o.reduce_only = 2), E::BadOrderKind.into()),
        ("no lots", with(|o| o.lots = 0), E::BadSize.into()),
        ("no lots of the same", with(|o| (o.lots, o.price) = (0, 390_000)), E::BadSize.into()),
        ("negative lots of the same", with(|o| (o.lots, o.price) = (-1, 390_000)), E::BadSize.into()),
        ("lots at the type's end", with(|o| o.lots = i64::MAX), E::BadSize.into()),
        ("a price at the type's end", with(|o| o.price = i64::MAX), E::BadPrice.into()),
        ("an expiry of long ago", with(|o| o.expires_at = 1), E::OrderExpired.into()),
    ];
    Case::new("replace_order", build(handle, sequence, &args, &[]), &[&alice.key], &TRADING)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::OrderNotFound)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
    let twice = build(handle, sequence, &args, &[bob.margin, bob.margin]);
    assert_refused(&mut svm, &[twice], &[&alice.key], E::DuplicateAccount);
    assert_refused(&mut svm, &[build(handle, sequence, &args, &[abroad])], &[&alice.key], E::WrongExchange);
}

/// Bad input (I201 to I203).
#[test]
fn batch_orders() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let (handle, sequence) = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let order = Order::buy(&svm, BTC, "39500", 10).args;
    let build = |cancels: &[CancelArgs], orders: &[OrderArgs], makers: &[Address]| {
        instruction::batch_orders(&e, &alice.address(), &alice.margin, BTC, makers, cancels, orders)
    };
    let one = CancelArgs { handle, sequence };
    // As many items as there are bytes for none.
    let mut endless = build(&[], &[], &[]);
    endless.data[1..5].fill(0xff);
    let mut endless_orders = build(&[], &[], &[]);
    endless_orders.data[5..9].fill(0xff);
    let no_lots = OrderArgs { lots: 0, ..order };
    let arguments: [(&str, Instruction, Expected); 7] = [
        ("nothing", build(&[], &[], &[]), E::TooManyLegs.into()),
        (
            "another sequence number",
            build(&[CancelArgs { handle, sequence: 9 }], &[order], &[]),
            E::OrderNotFound.into(),
        ),
        ("an order twice", build(&[one, one], &[order], &[]), E::OrderNotFound.into()),
        (
            "a handle at the type's end",
            build(&[CancelArgs { handle: u32::MAX, sequence }], &[], &[]),
            E::OrderNotFound.into(),
        ),
        ("no lots", build(&[one], &[order, no_lots], &[]), E::BadSize.into()),
        ("cancels without end", endless, I::InvalidInstructionData.into()),
        ("orders without end", endless_orders, I::InvalidInstructionData.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN];
    Case::new("batch_orders", build(&[one], &[order, order], &[]), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::OrderNotFound)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
    for makers in [vec![alice.margin], vec![e.market(BTC)]] {
        assert_refused(
            &mut svm,
            &[build(&[one], &[order], &makers)],
            &[&alice.key],
            crate::harness::refusal::DUPLICATE,
        );
    }
    let twice = build(&[one], &[order], &[bob.margin, bob.margin]);
    assert_refused(&mut svm, &[twice], &[&alice.key], E::DuplicateAccount);
    assert_refused(&mut svm, &[build(&[one], &[order], &[abroad])], &[&alice.key], E::WrongExchange);
}

#[test]
fn prune_expired() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let until = svm.now() + 30;
    svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10).until(until)).unwrap();
    svm.advance(30);
    let build = |limit| instruction::prune_expired(&e, &alice.margin, BTC, limit);
    Case::new("prune_expired", build(1), &[], &[EXCHANGE, BOARD, MARKET, MARGIN])
        .arguments(&mut svm, &[])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, other.market(BTC))
        .other_exchange(3, abroad)
        .sibling(2, e.market(ETH))
        .sibling(3, bob.margin)
        .except(2, Sibling, Legal) // nothing there to prune
        .except(3, Sibling, Legal)
        .run(&mut svm);
    // None at all, and more than there are.
    for limit in [0, u16::MAX] {
        svm.simulate(&[build(limit)], &[]).unwrap();
    }
}
