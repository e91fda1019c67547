//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::{INSUFFICIENT_FUNDS, OWNER_MISMATCH, assert_refused},
    world::{Change, World, refusals},
};
use ballast_client::{
    BallastError as E,
    ballast::{args::ExchangeArgs, state::Pause},
    instruction,
    pda::Exchange,
    risk::{Ppm, QuoteNative},
};
use ballast_testkit::Svm;
use solana_instruction::error::InstructionError as I;
use solana_keypair::Keypair;
use solana_signer::Signer;

#[test]
fn initialize_exchange() {
    let mut svm = Svm::bare().unwrap();
    let payer = Keypair::new();
    svm.fund(&payer.pubkey());
    let admin = svm.admin.insecure_clone();
    let (from, a, mint) = (payer.pubkey(), admin.pubkey(), svm.usdc);
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let build = |args: &ExchangeArgs| instruction::initialize_exchange(&from, &a, &mint, args);
    let other = Exchange::new(2);
    let bounds: &[Change<ExchangeArgs>] = &[
        ("taker fee above 1 %", |a| a.fees.taker_fee = Ppm::new(10_001), E::ParameterOutOfBounds),
        ("taker fee at the type's end", |a| a.fees.taker_fee = Ppm::new(u32::MAX), E::ParameterOutOfBounds),
        ("maker fee above the taker fee", |a| a.fees.maker_fee = 501, E::ParameterOutOfBounds),
        ("rebate above the taker fee", |a| a.fees.maker_fee = -501, E::ParameterOutOfBounds),
        ("rebate at the type's end", |a| a.fees.maker_fee = i32::MIN, E::ParameterOutOfBounds),
        ("initial ratio below its bound", |a| a.margin.initial_ratio = Ppm::new(1_049_999), E::ParameterOutOfBounds),
        ("initial ratio above its bound", |a| a.margin.initial_ratio = Ppm::new(3_000_001), E::ParameterOutOfBounds),
        ("no liquidation buffer", |a| a.margin.liquidation_buffer = Ppm::new(999), E::ParameterOutOfBounds),
        (
            "liquidation buffer above its bound",
            |a| a.margin.liquidation_buffer = Ppm::new(500_001),
            E::ParameterOutOfBounds,
        ),
        ("discount base above its bound", |a| a.margin.discount_base = Ppm::new(500_001), E::ParameterOutOfBounds),
        ("discount maximum below the base", |a| a.margin.discount_max = Ppm::new(149_999), E::ParameterOutOfBounds),
        ("discount maximum above its bound", |a| a.margin.discount_max = Ppm::new(700_001), E::ParameterOutOfBounds),
        ("a discount of no equity", |a| a.margin.discount_of_equity = Ppm::new(0), E::ParameterOutOfBounds),
        (
            "a discount of all that is freed",
            |a| a.margin.discount_of_equity = Ppm::new(700_001),
            E::ParameterOutOfBounds,
        ),
        ("insurance share above its bound", |a| a.margin.insurance_share = Ppm::new(900_001), E::ParameterOutOfBounds),
        ("negative dust", |a| a.margin.dust_value = QuoteNative::new(-1), E::ParameterOutOfBounds),
        ("dust above its bound", |a| a.margin.dust_value = QuoteNative::new(i64::MAX), E::ParameterOutOfBounds),
        ("warning buffer above its bound", |a| a.margin.warning_buffer = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("book reward above its bound", |a| a.margin.book_reward = Ppm::new(500_001), E::ParameterOutOfBounds),
    ];
    let slots = [
        Slot::Payer,
        Slot::Signer,
        Slot::Init,
        Slot::Init,
        Slot::Unchecked,
        Slot::Unchecked,
        Slot::Unchecked,
        TOKENS,
        SYSTEM,
    ];
    Case::new("initialize_exchange", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(2, other.address)
        .other_exchange(3, other.treasury)
        .other_exchange(4, other.board)
        .other_exchange(6, other.vault(&mint))
        .sibling(5, svm.wsol)
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, Legal) // whoever signs becomes the admin
        .except(0, SwappedWithNext, Legal)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), Legal)
        .run(&mut svm);
    let mut nine_decimals = build(&args);
    nine_decimals.accounts[5].pubkey = svm.wsol;
    nine_decimals.accounts[6].pubkey = svm.exchange.vault(&svm.wsol);
    assert_refused(&mut svm, &[nine_decimals], &[&payer, &admin], E::WrongMint);
}

#[test]
fn grow_board() {
    let mut svm = Svm::bare().unwrap();
    let payer = Keypair::new();
    svm.fund(&payer.pubkey());
    let admin = svm.admin.insecure_clone();
    for id in [1, 2] {
        svm.config.exchange.id = id;
        let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
        let ix = instruction::initialize_exchange(&payer.pubkey(), &admin.pubkey(), &svm.usdc, &args);
        svm.send(&[ix], &[&payer, &admin]).unwrap();
    }
    let (e, other) = (Exchange::new(1), Exchange::new(2));
    let slots = [Slot::Payer, EXCHANGE, Slot::Unchecked, SYSTEM];
    Case::new("grow_board", instruction::grow_board(&e, &payer.pubkey()), &[&payer], &slots)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .sibling(2, e.treasury)
        .except(0, OtherSigner, Legal) // anyone may pay
        .run(&mut svm);
    // Until it is complete the board is no board.
    let ix = instruction::set_product_group(&e, &admin.pubkey(), 0, [0; 16], &ballast_testkit::offset(1));
    assert_refused(&mut svm, &[ix], &[&admin], I::AccountDataTooSmall);
    let mut complete = Svm::new().unwrap();
    let ix = instruction::grow_board(&complete.exchange, &complete.payer.pubkey());
    assert_refused(&mut complete, &[ix], &[], E::AlreadyComplete);
}

#[test]
fn set_pause() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |bits| instruction::set_pause(&e, &a, Pause::from_bits_retain(bits));
    let arguments = [
        ("a bit that means nothing", build(16), E::ParameterOutOfBounds.into()),
        ("all bits of the type", build(u32::MAX), E::ParameterOutOfBounds.into()),
    ];
    Case::new("set_pause", build(15), &[&admin], &[Slot::Signer, EXCHANGE])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .except(0, OtherSigner, E::Unauthorized)
        .except(1, OtherExchange, Legal) // the fixture's exchanges have the same admin
        .run(&mut svm);
}

#[test]
fn fund_insurance() {
    let World { mut svm, other, alice, bob, .. } = World::new();
    let (e, who, usdc) = (svm.exchange, alice.address(), svm.usdc);
    let build = |amount| instruction::fund_insurance(&e, &who, &alice.usdc, &usdc, amount);
    let all = svm.token_amount(&alice.usdc);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the giver has", build(all + 1), INSUFFICIENT_FUNDS),
        ("more than fits", build(i64::MAX as u64), E::Overflow.into()),
        ("more than fits the type", build(u64::MAX), E::Overflow.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, Slot::Unchecked, Slot::Unchecked, TOKENS];
    Case::new("fund_insurance", build(all), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(4, other.vault(&usdc))
        .sibling(3, bob.usdc)
        .sibling(4, e.vault(&svm.wsol))
        .except(0, OtherSigner, OWNER_MISMATCH)
        .except(3, Sibling, OWNER_MISMATCH)
        .except(3, OtherAddress, Legal) // any token account of the giver
        .except(3, OtherOwner, I::ExternalAccountDataModified)
        .except(3, Empty, I::InvalidAccountData)
        .except(3, SwappedWithNext, E::WrongVault)
        .except(4, OtherOwner, E::WrongVault)
        .except(4, OtherAddress, E::WrongVault)
        .except(4, Empty, E::WrongVault)
        .except(4, Sibling, E::WrongVault)
        .except(4, OtherExchange, E::WrongVault)
        .run(&mut svm);
}
