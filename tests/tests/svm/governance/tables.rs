//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use super::{
    parameters::{btc_args, publish_later, publish_uncertain},
    timelock::{self, fees, instrument_change, set_timelock},
};
use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::Expected,
    world::{Change, World, refusals},
};
use crate::listing::tables::{BAD_FEEDS, pinned};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{
            Authority, CollateralChangeArgs, InstrumentChangeArgs, InstrumentTightenArgs, UnderlyingArgs,
            WithdrawalLimitArgs,
        },
        instruction::tag,
        state::MAX_CHANGE_LEN,
    },
    instruction::{self, accept_authority, nominate_authority, propose, propose_change, with_change},
    risk::{
        BREAKER_SUSPECT_SECONDS, FeeParams, Feed, Lots, MarginParams, Ppm, QuoteNative, TokenParams, WithdrawalLimit,
    },
};
use ballast_testkit::{BTC, ETH, SOL, options::SECOND};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

/// I312.
#[test]
fn propose_change_table() {
    let World { mut svm, other, payer, admin, .. } = World::new();
    let (e, from, a, none) = (svm.exchange, payer.pubkey(), admin.pubkey(), Address::default());
    set_timelock(&mut svm, 60).unwrap();
    let build = |data: &[u8]| propose_change(&e, &from, &a, 1, &none, data);
    let ix = build(&[tag::SET_TIMELOCK, 0, 0, 0, 0]);
    let long = |len: usize| {
        let mut data = vec![0; len];
        data[0] = tag::LIST_OPTION;
        data
    };
    let mut arguments = vec![
        ("no data", build(&[]), E::BadChange.into()),
        ("data that are too long", build(&long(MAX_CHANGE_LEN + 1)), E::BadChange.into()),
    ];
    for free in (0..=u8::MAX).filter(|t| !tag::waits(*t)) {
        arguments.push(("an instruction that does not wait", build(&[free, 0]), E::BadChange.into()));
    }
    svm.simulate(&[build(&long(MAX_CHANGE_LEN))], &[&payer, &admin]).unwrap();
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, Slot::Init, SYSTEM];
    Case::new("propose_change", ix, &[&payer, &admin], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(2, other.address)
        .other_exchange(3, other.change(1))
        .sibling(3, e.change(2))
        .except(0, OtherSigner, Legal) // anyone may pay
        .except(0, DuplicateOf(1), Legal) // the admin too
        .except(1, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(1, DuplicateOf(0), E::Unauthorized)
        .run(&mut svm);
}

/// I312.
#[test]
fn cancel_change_table() {
    let World { mut svm, other, payer, admin, .. } = World::new();
    let (e, a, from) = (svm.exchange, admin.pubkey(), payer.pubkey());
    let ix = timelock::change_fees(&svm, 600);
    for (e, nonce) in [(e, 1), (e, 2), (other, 1)] {
        let proposal = propose(&e, &from, &a, nonce, &Address::default(), &ix);
        svm.send(&[proposal], &[&payer, &admin]).unwrap();
    }
    let cancel = |nonce| instruction::cancel_change(&e, &a, nonce, &from);
    let mut another = cancel(2);
    another.accounts[2].pubkey = e.change(1);
    let arguments = [("another number", another, I::InvalidSeeds.into())];
    Case::new("cancel_change", cancel(1), &[&admin], &[Slot::Signer, EXCHANGE, CHANGE, Slot::Receiver])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.change(1))
        .sibling(2, e.change(2))
        .sibling(3, a)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, OtherOwner, E::Unauthorized)
        .except(3, OtherAddress, E::Unauthorized)
        .except(3, Empty, E::Unauthorized)
        .except(3, Sibling, E::Unauthorized)
        .except(3, DuplicateOf(0), E::Unauthorized)
        .except(3, DuplicateOf(1), E::Unauthorized)
        .run(&mut svm);
}

/// I313.
#[test]
fn set_timelock_table() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let ix = instruction::set_timelock(&e, &a, 60);
    Case::new("set_timelock", ix, &[&admin], &[Slot::Signer, EXCHANGE])
        .arguments(
            &mut svm,
            &[("beyond 30 days", instruction::set_timelock(&e, &a, 2_592_001), E::ParameterOutOfBounds.into())],
        )
        .other_exchange(1, other.address)
        .except(0, OtherSigner, E::Unauthorized)
        .except(1, OtherExchange, Legal) // the admin is the same
        .run(&mut svm);
}

/// An instruction that names an authority, by a byte of which there may be none.
fn with_kind(mut ix: Instruction, kind: u8) -> Instruction {
    ix.data[1] = kind;
    ix
}

/// I315.
#[test]
fn nominate_authority_table() {
    let World { mut svm, other, admin, bob, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |authority| nominate_authority(&e, &a, authority, &bob.address());
    let odd = |kind| with_kind(build(Authority::Risk), kind);
    let arguments = [
        ("a kind beyond the last", odd(3), E::ParameterOutOfBounds.into()),
        ("a kind at the type's end", odd(u8::MAX), E::ParameterOutOfBounds.into()),
    ];
    Case::new("nominate_authority", build(Authority::Risk), &[&admin], &[Slot::Signer, EXCHANGE])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .except(0, OtherSigner, E::Unauthorized)
        .except(1, OtherExchange, Legal) // the admin is the same
        .run(&mut svm);
}

/// I315.
#[test]
fn accept_authority_table() {
    let World { mut svm, other, admin, bob, .. } = World::new();
    let e = svm.exchange;
    svm.send(&[nominate_authority(&e, &admin.pubkey(), Authority::Pause, &bob.address())], &[&admin]).unwrap();
    let build = |kind| accept_authority(&e, &bob.address(), kind);
    let arguments = [
        ("a kind beyond the last", with_kind(build(Authority::Risk), 3), E::ParameterOutOfBounds.into()),
        ("another authority", build(Authority::Admin), E::NotNominated.into()),
    ];
    Case::new("accept_authority", build(Authority::Pause), &[&bob.key], &[Slot::Signer, EXCHANGE])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .except(0, OtherSigner, E::NotNominated)
        .except(1, OtherExchange, E::NotNominated)
        .run(&mut svm);
}

#[test]
fn change_fees() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |args: &FeeParams| instruction::change_fees(&e, &a, args);
    let bounds: &[Change<FeeParams>] = &[
        ("a taker fee above 1 %", |f| f.taker_fee = Ppm::new(10_001), E::ParameterOutOfBounds),
        ("a taker fee at the type's end", |f| f.taker_fee = Ppm::new(u32::MAX), E::ParameterOutOfBounds),
        ("a maker fee above the taker fee", |f| f.maker_fee = 501, E::ParameterOutOfBounds),
        ("a rebate above the taker fee", |f| f.maker_fee = -501, E::ParameterOutOfBounds),
        ("a rebate at the type's end", |f| f.maker_fee = i32::MIN, E::ParameterOutOfBounds),
        ("a block fee above 1 %", |f| f.block_fee = Ppm::new(10_001), E::ParameterOutOfBounds),
        ("a penalty above 1 %", |f| f.maker_penalty_rate = Ppm::new(10_001), E::ParameterOutOfBounds),
        ("a negative penalty", |f| f.maker_penalty = QuoteNative::new(-1), E::ParameterOutOfBounds),
        ("a penalty above 100 dollars", |f| f.maker_penalty = QuoteNative::new(100_000_001), E::ParameterOutOfBounds),
    ];
    let args = fees(&svm, 500);
    Case::new("change_fees", build(&args), &[&admin], &[Slot::Signer, EXCHANGE])
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(1, other.address)
        .except(0, OtherSigner, E::Unauthorized)
        .except(1, OtherExchange, crate::harness::mutation::Verdict::Legal) // the admin is the same
        .run(&mut svm);
}

/// I310. The pending change and who gets its rent, after the accounts of an instruction.
#[test]
fn the_accounts_of_a_change_table() {
    let World { mut svm, other, payer, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    for exchange in [other, e] {
        svm.exchange = exchange;
        set_timelock(&mut svm, 60).unwrap();
    }
    let ix = timelock::change_fees(&svm, 600);
    let group = instruction::set_product_group(&e, &a, 0, [1; 16], &ballast_testkit::offset(0));
    for (e, nonce, ix) in [(e, 1, &ix), (e, 2, &ix), (other, 1, &ix), (e, 3, &group)] {
        let proposal = propose(&e, &payer.pubkey(), &a, nonce, &Address::default(), ix);
        svm.send(&[proposal], &[&payer, &admin]).unwrap();
    }
    svm.advance(60);
    let executed = with_change(ix, &e, 1, &payer.pubkey());
    let slots = [Slot::Signer, EXCHANGE, Slot::Further, Slot::Further];
    Case::new("change_fees", executed, &[&admin], &slots)
        .other_exchange(1, other.address)
        .other_exchange(2, other.change(1))
        .sibling(2, e.change(3))
        .sibling(3, a)
        .except(0, OtherSigner, E::Unauthorized)
        .except(1, OtherExchange, E::WrongExchange)
        .except(2, OtherOwner, E::ChangeNotProposed)
        .except(2, Empty, E::ChangeNotProposed)
        .except(2, OtherExchange, E::WrongExchange)
        .except(2, Sibling, E::ChangeDiffers)
        .except(2, SwappedWithNext, E::ChangeNotProposed)
        .except(2, DuplicateOf(0), E::ChangeNotProposed)
        .except(2, DuplicateOf(3), E::ChangeNotProposed)
        .except(2, Missing, E::ChangeNotProposed)
        .except(3, OtherOwner, E::Unauthorized)
        .except(3, OtherAddress, E::Unauthorized)
        .except(3, Empty, E::Unauthorized)
        .except(3, Sibling, E::Unauthorized)
        .except(3, DuplicateOf(0), E::Unauthorized)
        .except(3, DuplicateOf(2), E::Unauthorized)
        .except(3, Missing, E::ChangeNotProposed)
        .run(&mut svm);
    // Two changes that say the same serve as well as one another.
    let ix = with_change(timelock::change_fees(&svm, 600), &e, 2, &payer.pubkey());
    svm.simulate(&[ix], &[&admin]).unwrap();
}

/// I348.
#[test]
fn change_margin() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |args: &MarginParams| instruction::change_margin(&e, &a, args);
    let bounds: &[Change<MarginParams>] = &[
        ("an initial ratio below its bound", |m| m.initial_ratio = Ppm::new(1_049_999), E::ParameterOutOfBounds),
        ("an initial ratio above its bound", |m| m.initial_ratio = Ppm::new(3_000_001), E::ParameterOutOfBounds),
        ("a base discount above 25 %", |m| m.discount_base = Ppm::new(250_001), E::ParameterOutOfBounds),
        (
            "a largest discount below 10 %",
            |m| (m.discount_base, m.discount_max) = (Ppm::ZERO, Ppm::new(99_999)),
            E::ParameterOutOfBounds,
        ),
        (
            "more than half of the discount for the fund",
            |m| m.insurance_share = Ppm::new(500_001),
            E::ParameterOutOfBounds,
        ),
        (
            "a buffer above initial margin",
            |m| m.liquidation_buffer = Ppm::new(m.initial_ratio.get() - 1_000_000 + 1),
            E::ParameterOutOfBounds,
        ),
        ("a largest discount below the base", |m| m.discount_max = Ppm::new(149_999), E::ParameterOutOfBounds),
        ("a settlement at the end of the day", |m| m.settlement_time = 86_400, E::ParameterOutOfBounds),
        ("a settlement between two minutes", |m| m.settlement_time = 61, E::ParameterOutOfBounds),
        ("negative dust", |m| m.dust_value = QuoteNative::new(-1), E::ParameterOutOfBounds),
    ];
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap().margin;
    Case::new("change_margin", build(&args), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn change_underlying() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let args = btc_args(&svm);
    let build = |args: &UnderlyingArgs| instruction::change_underlying(&e, &a, BTC, args);
    let bounds: &[Change<UnderlyingArgs>] = &[
        ("a group beyond the last", |u| u.group = 9, E::ParameterOutOfBounds),
        ("no liquidity", |u| u.params.liquidity = QuoteNative::new(0), E::ParameterOutOfBounds),
        ("a scan range above 100 %", |u| u.params.scan_range = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        (
            "a scan range above its cap",
            |u| u.params.scan_range = Ppm::new(u.range.cap.get() + 1),
            E::ParameterOutOfBounds,
        ),
        (
            "a calendar charge above the scan range",
            |u| u.params.calendar = Ppm::new(u.params.scan_range.get() + 1),
            E::ParameterOutOfBounds,
        ),
        ("a guard on moves below 1 %", |u| u.guards.max_move = Ppm::new(9_999), E::ParameterOutOfBounds),
    ];
    let mut arguments = refusals(args, build, bounds);
    let with_second = UnderlyingArgs { second: pinned(SECOND), ..args };
    arguments.extend(refusals(with_second, build, BAD_FEEDS));
    for index in [3, u16::MAX] {
        let first = Feed { id: [7; 32], ..args.first };
        let ix = instruction::change_underlying(&e, &a, index, &UnderlyingArgs { first, ..args });
        arguments.push(("an underlying that is not listed", ix, E::NotListed.into()));
    }
    Case::new("change_underlying", build(&args), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

const END: i64 = 1 << 56;

const INVALID_SEEDS: solana_instruction::error::InstructionError =
    solana_instruction::error::InstructionError::InvalidSeeds;

#[test]
fn change_instrument() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let args = instrument_change(&svm, BTC);
    let build = |args: &InstrumentChangeArgs| instruction::change_instrument(&e, &a, BTC, args);
    let bounds: &[Change<InstrumentChangeArgs>] = &[
        ("no position", |i| i.limits.max_position = Lots::new(0), E::ParameterOutOfBounds),
        ("a position beyond 2^50", |i| i.limits.max_position = Lots::new((1 << 50) + 1), E::ParameterOutOfBounds),
        ("a position whose product does not fit", |i| i.limits.max_position = Lots::new(1 << 50), E::Overflow),
        ("a negative order value", |i| i.limits.min_order_value = QuoteNative::new(-1), E::ParameterOutOfBounds),
        ("no open interest", |i| i.limits.open_interest_cap = Lots::new(0), E::ParameterOutOfBounds),
        ("an open interest beyond 2^55", |i| i.limits.open_interest_cap = Lots::new(END), E::ParameterOutOfBounds),
        ("a band below 0.1 %", |i| i.limits.price_band = Ppm::new(999), E::ParameterOutOfBounds),
        ("a band above 50 %", |i| i.limits.price_band = Ppm::new(500_001), E::ParameterOutOfBounds),
        ("no orders", |i| i.limits.max_orders = 0, E::ParameterOutOfBounds),
        ("orders beyond 1,024", |i| i.limits.max_orders = 1_025, E::ParameterOutOfBounds),
        ("a basis above 10 %", |i| i.funding.max_basis = Ppm::new(100_001), E::ParameterOutOfBounds),
        ("a negative impact notional", |i| i.funding.impact_notional = QuoteNative::new(-1), E::ParameterOutOfBounds),
        ("neither close-only nor not", |i| i.reduce_only = 2, E::ParameterOutOfBounds),
        ("what was in the slot before", |i| i.generation = 0, E::ChangeDiffers),
        ("what will be in the slot", |i| i.generation = 2, E::ChangeDiffers),
    ];
    let mut arguments = refusals(args, build, bounds);
    let mut unlisted = instruction::change_instrument(&e, &a, 9, &args);
    unlisted.accounts[3].pubkey = e.market(BTC);
    arguments.push(("the market of another instrument", unlisted, Expected::Instruction(INVALID_SEEDS)));
    Case::new("change_instrument", build(&args), &[&admin], &[Slot::Signer, EXCHANGE, BOARD, MARKET])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .sibling(3, e.market(ETH))
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn change_collateral() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let args = CollateralChangeArgs {
        params: TokenParams { deposit_limit: 1 << 40, haircut: Ppm::new(50_000), reserved: 0 },
        token: 0,
    };
    let build = |args: &CollateralChangeArgs| instruction::change_collateral(&e, &a, args);
    let bounds: &[Change<CollateralChangeArgs>] = &[
        ("a token that is not listed", |c| c.token = 1, E::NotListed),
        ("a token at the type's end", |c| c.token = u16::MAX, E::NotListed),
        ("a haircut above 90 %", |c| c.params.haircut = Ppm::new(900_001), E::ParameterOutOfBounds),
        ("no deposits", |c| c.params.deposit_limit = 0, E::ParameterOutOfBounds),
        ("deposits beyond 2^62", |c| c.params.deposit_limit = (1 << 62) + 1, E::ParameterOutOfBounds),
    ];
    Case::new("change_collateral", build(&args), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn set_withdrawal_limit() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let args = WithdrawalLimitArgs { params: WithdrawalLimit { limit: 1, window: 60, reserved: 0 }, token: 0 };
    let build = |args: &WithdrawalLimitArgs| instruction::set_withdrawal_limit(&e, &a, args);
    let bounds: &[Change<WithdrawalLimitArgs>] = &[
        ("a window below a minute", |w| w.params.window = 59, E::ParameterOutOfBounds),
        ("a window above a week", |w| w.params.window = 604_801, E::ParameterOutOfBounds),
        ("a window at the type's end", |w| w.params.window = u32::MAX, E::ParameterOutOfBounds),
        ("a token that is not listed", |w| w.token = 1, E::NotListed),
        ("a token beyond the last slot", |w| w.token = u16::MAX - 1, E::NotListed),
    ];
    Case::new("set_withdrawal_limit", build(&args), &[&admin], &[Slot::Signer, EXCHANGE, BOARD, TREASURY])
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.treasury)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// I318, I650.
#[test]
fn tighten_underlying() {
    let World { mut svm, other, .. } = World::new();
    let (e, risker) = (svm.exchange, svm.risker.insecure_clone());
    let build = |underlying, range| instruction::tighten_underlying(&e, &risker.pubkey(), underlying, range);
    let arguments = [
        ("an underlying that is not listed", build(3, 1), E::NotListed.into()),
        ("the range that there is", build(SOL, 250_000), E::OnlyTightens.into()),
        ("more than a tenth", build(SOL, 275_001), E::RaisedTooMuch.into()),
        ("a range at the type's end", build(SOL, u32::MAX), E::RaisedTooMuch.into()),
    ];
    Case::new("tighten_underlying", build(SOL, 250_001), &[&risker], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// I318, I653.
#[test]
fn tighten_instrument() {
    let World { mut svm, other, .. } = World::new();
    let (e, risker) = (svm.exchange, svm.risker.insecure_clone());
    let args = InstrumentTightenArgs { max_position: 100_000, open_interest_cap: 20, reduce_only: 1 };
    let build = |args: &InstrumentTightenArgs| instruction::tighten_instrument(&e, &risker.pubkey(), BTC, args);
    let bounds: &[Change<InstrumentTightenArgs>] = &[
        ("no position", |i| i.max_position = 0, E::ParameterOutOfBounds),
        ("less than a tenth of a position", |i| i.max_position = 99_999, E::ParameterOutOfBounds),
        ("a position at the type's beginning", |i| i.max_position = i64::MIN, E::ParameterOutOfBounds),
        ("a position at the type's end", |i| i.max_position = i64::MAX, E::OnlyTightens),
        ("no open interest", |i| i.open_interest_cap = 0, E::ParameterOutOfBounds),
        ("an open interest at the type's end", |i| i.open_interest_cap = i64::MAX, E::OnlyTightens),
        ("neither close-only nor as it is", |i| i.reduce_only = 2, E::ParameterOutOfBounds),
    ];
    Case::new("tighten_instrument", build(&args), &[&risker], &[Slot::Signer, EXCHANGE, BOARD, MARKET])
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .sibling(3, e.market(ETH))
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// I318.
#[test]
fn tighten_collateral() {
    let World { mut svm, other, .. } = World::new();
    let (e, risker) = (svm.exchange, svm.risker.insecure_clone());
    let build = |token, limit| instruction::tighten_collateral(&e, &risker.pubkey(), token, limit);
    let arguments = [
        ("a token that is not listed", build(1, 1), E::NotListed.into()),
        ("no deposits", build(0, 0), E::ParameterOutOfBounds.into()),
        ("a limit at the type's end", build(0, u64::MAX), E::OnlyTightens.into()),
    ];
    Case::new("tighten_collateral", build(0, 1), &[&risker], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// I319.
#[test]
fn trip_breaker() {
    let World { mut svm, other, .. } = World::new();
    publish_later(&mut svm, 1, publish_uncertain);
    publish_later(&mut svm, BREAKER_SUSPECT_SECONDS, publish_uncertain);
    let e = svm.exchange;
    let ix = instruction::trip_breaker(&e, BTC);
    Case::new("trip_breaker", ix, &[], &[EXCHANGE, BOARD])
        .arguments(&mut svm, &[])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .run(&mut svm);
}

/// I336.
#[test]
fn relax_underlying() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, risker) = (svm.exchange, svm.risker.insecure_clone());
    let tighten = instruction::tighten_underlying(&e, &risker.pubkey(), SOL, 275_000);
    svm.send(&[tighten], &[&risker]).unwrap();
    let build = |underlying, range| instruction::relax_underlying(&e, &admin.pubkey(), underlying, range);
    let arguments = [
        ("an underlying that is not listed", build(3, 250_000), E::NotListed.into()),
        ("an underlying at the type's end", build(u16::MAX, 250_000), E::NotListed.into()),
        ("an underlying that was not tightened", build(BTC, 150_000), E::ChangeNotProposed.into()),
        ("less than there was", build(SOL, 249_999), E::ChangeNotProposed.into()),
        ("no range", build(SOL, 0), E::ChangeNotProposed.into()),
        ("the range that there is", build(SOL, 275_000), E::ChangeNotProposed.into()),
        ("a range at the type's end", build(SOL, u32::MAX), E::ChangeNotProposed.into()),
    ];
    Case::new("relax_underlying", build(SOL, 250_000), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// I652.
#[test]
fn relax_instrument() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, risker) = (svm.exchange, svm.risker.insecure_clone());
    let args = InstrumentTightenArgs { max_position: 100_000, open_interest_cap: 20, reduce_only: 1 };
    svm.send(&[instruction::tighten_instrument(&e, &risker.pubkey(), BTC, &args)], &[&risker]).unwrap();
    let build = |instrument| instruction::relax_instrument(&e, &admin.pubkey(), instrument);
    let arguments = [("an instrument that was not tightened", build(ETH), E::ChangeNotProposed.into())];
    Case::new("relax_instrument", build(BTC), &[&admin], &[Slot::Signer, EXCHANGE, BOARD, MARKET])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .sibling(3, e.market(ETH))
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}
