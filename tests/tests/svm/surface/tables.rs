//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use super::volatility::DAY;
use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    world::{Change, World, refusals},
};
use ballast_client::{
    BallastError as E,
    ballast::args::SurfaceArgs,
    instruction,
    risk::{Ppm, Smile, SurfaceParams},
};
use ballast_testkit::{
    BTC, ETH, SOL,
    options::{SMILE, SURFACE as FREE},
};
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

#[test]
fn open_surface() {
    let (World { mut svm, other, payer, admin, .. }, _) = World::with_options();
    let (e, from, a) = (svm.exchange, payer.pubkey(), admin.pubkey());
    let args = SurfaceArgs { underlying: SOL, ..FREE };
    let build = |args: &SurfaceArgs| instruction::open_surface(&e, &from, &a, args);
    let bounds: &[Change<SurfaceArgs>] = &[
        ("an underlying that is not listed", |s| s.underlying = 3, E::NotListed),
        ("an underlying beyond the last", |s| s.underlying = 32, E::NotListed),
        ("an underlying at the type's end", |s| s.underlying = u16::MAX, E::NotListed),
        ("a median of nobody", |s| s.params.min_publishers = 0, E::ParameterOutOfBounds),
        ("a median of six", |s| s.params.min_publishers = 6, E::ParameterOutOfBounds),
        ("a median at the type's end", |s| s.params.min_publishers = u32::MAX, E::ParameterOutOfBounds),
        ("quotes of less than ten seconds", |s| s.params.max_quote_age = 9, E::ParameterOutOfBounds),
        ("quotes of more than an hour", |s| s.params.max_quote_age = 3_601, E::ParameterOutOfBounds),
        ("an update bound below 0.1 %", |s| s.params.update_bound = Ppm::new(999), E::ParameterOutOfBounds),
        ("an update bound above 20 %", |s| s.params.update_bound = Ppm::new(200_001), E::ParameterOutOfBounds),
        ("an hour's bound below 1 %", |s| s.params.hour_bound = Ppm::new(9_999), E::ParameterOutOfBounds),
        ("an hour's bound above 100 %", |s| s.params.hour_bound = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a first bound below 1 %", |s| s.params.first_bound = Ppm::new(9_999), E::ParameterOutOfBounds),
        ("a first bound above 100 %", |s| s.params.first_bound = Ppm::new(1_000_001), E::ParameterOutOfBounds),
    ];
    let mut arguments = refusals(args, build, bounds);
    // The system program: the address is in use.
    arguments.push(("a surface that is open", build(&FREE), I::Custom(0).into()));
    let least = SurfaceArgs {
        params: SurfaceParams {
            min_publishers: 1,
            max_quote_age: 10,
            update_bound: Ppm::new(1_000),
            hour_bound: Ppm::new(10_000),
            first_bound: Ppm::new(10_000),
            reserved: 0,
        },
        ..args
    };
    let most = SurfaceArgs {
        params: SurfaceParams {
            min_publishers: 5,
            max_quote_age: 3_600,
            update_bound: Ppm::new(200_000),
            hour_bound: Ppm::new(1_000_000),
            first_bound: Ppm::new(1_000_000),
            reserved: 0,
        },
        ..args
    };
    for args in [least, most] {
        svm.simulate(&[build(&args)], &[&payer, &admin]).unwrap();
    }
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, BOARD, Slot::Unchecked, SYSTEM];
    Case::new("open_surface", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(2, other.address)
        .other_exchange(3, other.board)
        .other_exchange(4, other.surface(SOL))
        .sibling(4, e.surface(BTC))
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), E::Unauthorized)
        .run(&mut svm);
}

/// I654.
#[test]
fn change_surface() {
    let (World { mut svm, other, admin, .. }, _) = World::with_options();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |params: &SurfaceParams| instruction::change_surface(&e, &a, BTC, params);
    let bounds: &[Change<SurfaceParams>] = &[
        ("a median of nobody", |s| s.min_publishers = 0, E::ParameterOutOfBounds),
        ("a median of six", |s| s.min_publishers = 6, E::ParameterOutOfBounds),
        ("quotes of more than an hour", |s| s.max_quote_age = 3_601, E::ParameterOutOfBounds),
        ("an update bound above 20 %", |s| s.update_bound = Ppm::new(200_001), E::ParameterOutOfBounds),
        ("an hour's bound above 100 %", |s| s.hour_bound = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a first bound above 100 %", |s| s.first_bound = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a reserved byte", |s| s.reserved = 1, E::ParameterOutOfBounds),
    ];
    let params = SurfaceParams { min_publishers: 3, max_quote_age: 30, ..FREE.params };
    Case::new("change_surface", build(&params), &[&admin], &[Slot::Signer, EXCHANGE, SURFACE])
        .arguments(&mut svm, &refusals(params, build, bounds))
        .other_exchange(1, other.address)
        .other_exchange(2, other.surface(BTC))
        .sibling(2, e.surface(ETH))
        .except(0, OtherSigner, E::Unauthorized)
        .except(2, Sibling, Legal) // the account says which surface is changed
        .run(&mut svm);
    svm.send(&[build(&params)], &[&admin]).unwrap();
    assert_eq!(svm.surface(BTC).surface.params, params);
}

#[test]
fn set_publishers() {
    let (World { mut svm, other, admin, .. }, _) = World::with_options();
    let (e, a) = (svm.exchange, admin.pubkey());
    let p: Vec<Address> = (1..=5).map(|n| Address::new_from_array([n; 32])).collect();
    let build = |publishers: &[Address]| instruction::set_publishers(&e, &a, BTC, publishers);
    let none = Address::default();
    let arguments = [
        ("a publisher twice", build(&[p[0], p[0]]), E::DuplicatePublisher.into()),
        ("a publisher first and last", build(&[p[0], p[1], p[2], p[3], p[0]]), E::DuplicatePublisher.into()),
        ("a publisher twice, apart", build(&[none, p[0], none, p[0]]), E::DuplicatePublisher.into()),
        ("a publisher five times", build(&[p[0]; 5]), E::DuplicatePublisher.into()),
    ];
    // Free slots may be anywhere, and all of them.
    for publishers in [&[][..], &[none, p[0], none, none, p[1]], &p] {
        svm.simulate(&[build(publishers)], &[&admin]).unwrap();
    }
    Case::new("set_publishers", build(&p), &[&admin], &[Slot::Signer, EXCHANGE, SURFACE])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.surface(BTC))
        .sibling(2, e.surface(ETH))
        .except(0, OtherSigner, E::Unauthorized)
        .except(2, Sibling, Legal) // the account says which surface is changed
        .run(&mut svm);
}

/// Smiles that nobody may open an expiry with or publish.
const BAD_SMILES: &[Change<Smile>] = &[
    ("no level", |s| s.level = Ppm::new(0), E::VolatilityOutOfBounds),
    ("a level below 5 %", |s| s.level = Ppm::new(49_999), E::VolatilityOutOfBounds),
    ("a level above 400 %", |s| s.level = Ppm::new(4_000_001), E::VolatilityOutOfBounds),
    ("a level at the type's end", |s| s.level = Ppm::new(u32::MAX), E::VolatilityOutOfBounds),
    ("a skew below -100 %", |s| s.skew = -1_000_001, E::VolatilityOutOfBounds),
    ("a skew above 100 %", |s| s.skew = 1_000_001, E::VolatilityOutOfBounds),
    ("a skew at the type's beginning", |s| s.skew = i32::MIN, E::VolatilityOutOfBounds),
    ("a skew at the type's end", |s| s.skew = i32::MAX, E::VolatilityOutOfBounds),
    ("a negative curvature", |s| s.curvature = -1, E::VolatilityOutOfBounds),
    ("a curvature above 100 %", |s| s.curvature = 1_000_001, E::VolatilityOutOfBounds),
    ("a curvature at the type's beginning", |s| s.curvature = i32::MIN, E::VolatilityOutOfBounds),
    ("a curvature at the type's end", |s| s.curvature = i32::MAX, E::VolatilityOutOfBounds),
];

/// Smiles at the bounds, which are within them.
const EXTREME_SMILES: [Smile; 2] = [
    Smile { level: Ppm::new(50_000), skew: -1_000_000, curvature: 0 },
    Smile { level: Ppm::new(4_000_000), skew: 1_000_000, curvature: 1_000_000 },
];

#[test]
fn open_expiry() {
    let (World { mut svm, other, admin, .. }, listed) = World::with_options();
    let (e, a, now) = (svm.exchange, admin.pubkey(), svm.now());
    let expiry = now + 30 * DAY;
    let build = |expiry: i64, smile: &Smile| instruction::open_expiry(&e, &a, BTC, expiry, smile);
    let mut arguments = refusals(SMILE, |smile| build(expiry, smile), BAD_SMILES);
    for (what, bad) in [
        ("no expiry", 0),
        ("a negative expiry", -60),
        ("an expiry at the type's beginning", i64::MIN),
        ("an expiry a minute ago", now - 60),
        ("an expiry of now", now),
        ("an expiry that is no whole minute", now + 61),
        ("an expiry a minute beyond three years", now + 3 * 365 * DAY + 60),
        ("an expiry at the type's end", i64::MAX),
    ] {
        arguments.push((what, build(bad, &SMILE), E::BadExpiry.into()));
    }
    arguments.push(("an expiry that is open", build(listed, &SMILE), E::DuplicateExpiry.into()));
    for (expiry, smile) in [now + 60, now + 3 * 365 * DAY].into_iter().zip(EXTREME_SMILES) {
        svm.simulate(&[build(expiry, &smile)], &[&admin]).unwrap();
    }
    Case::new("open_expiry", build(expiry, &SMILE), &[&admin], &[Slot::Signer, EXCHANGE, SURFACE])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.surface(BTC))
        .sibling(2, e.surface(ETH))
        .except(0, OtherSigner, E::Unauthorized)
        .except(2, Sibling, Legal) // the account says which surface is changed
        .run(&mut svm);
}

#[test]
fn publish_volatility() {
    let (World { mut svm, other, admin, .. }, expiry) = World::with_options();
    let (e, publisher) = (svm.exchange, svm.publisher());
    let build =
        |expiry: i64, smile: &Smile| instruction::publish_volatility(&e, &publisher.pubkey(), BTC, expiry, smile);
    let mut arguments = refusals(SMILE, |smile| build(expiry, smile), BAD_SMILES);
    for (what, bad) in [
        ("no expiry: that of a free slot", 0),
        ("an expiry that is not open", expiry + 60),
        ("an expiry at the type's beginning", i64::MIN),
        ("an expiry at the type's end", i64::MAX),
    ] {
        arguments.push((what, build(bad, &SMILE), E::NoVolatility.into()));
    }
    for smile in EXTREME_SMILES {
        svm.simulate(&[build(expiry, &smile)], &[&publisher]).unwrap();
    }
    // The ETH surface has a publisher of its own.
    let set = instruction::set_publishers(&e, &admin.pubkey(), ETH, &[Address::new_from_array([1; 32])]);
    svm.send(&[set], &[&admin]).unwrap();
    let slots = [Slot::Signer, EXCHANGE, BOARD, SURFACE];
    Case::new("publish_volatility", build(expiry, &SMILE), &[&publisher], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.surface(BTC))
        .sibling(3, e.surface(ETH))
        .except(0, OtherSigner, E::NotAPublisher)
        .except(3, Sibling, E::NotAPublisher)
        .run(&mut svm);
}
