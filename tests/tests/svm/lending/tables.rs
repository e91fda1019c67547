//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::{Expected, assert_refused},
    world::{Change, World, refusals},
};
use ballast_client::{
    BallastError as E, instruction,
    risk::{InterestParams, Ppm},
};
use ballast_testkit::lending::INTEREST;
use solana_signer::Signer;

#[test]
fn accrue_interest() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    svm.set_interest(&INTEREST).unwrap();
    svm.update_interest().unwrap();
    let ix = instruction::accrue_interest(&svm.exchange, &alice.margin);
    Case::new("accrue_interest", ix.clone(), &[], &[EXCHANGE, TREASURY, BOARD, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, abroad)
        .sibling(3, bob.margin)
        .except(3, Sibling, Legal) // anyone accrues anybody's
        .run(&mut svm);
    svm.send(std::slice::from_ref(&ix), &[]).unwrap();
    assert_refused(&mut svm, &[ix], &[], Expected::from(E::NothingToAccrue));
}

#[test]
fn update_interest() {
    let World { mut svm, other, .. } = World::new();
    Case::new("update_interest", instruction::update_interest(&svm.exchange), &[], &[EXCHANGE, TREASURY, BOARD])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .run(&mut svm);
}

/// I307.
#[test]
fn set_interest() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |args: &InterestParams| instruction::set_interest(&e, &a, args);
    let bounds: &[Change<InterestParams>] = &[
        ("base rate above 100 %", |a| a.base_rate = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("optimal rate below the base rate", |a| a.optimal_rate = Ppm::new(19_999), E::ParameterOutOfBounds),
        ("optimal rate above 200 %", |a| a.optimal_rate = Ppm::new(2_000_001), E::ParameterOutOfBounds),
        ("max rate below the optimal rate", |a| a.max_rate = Ppm::new(99_999), E::ParameterOutOfBounds),
        ("max rate at the type's end", |a| a.max_rate = Ppm::new(u32::MAX), E::ParameterOutOfBounds),
        ("no optimal utilisation", |a| a.optimal_utilisation = Ppm::new(0), E::ParameterOutOfBounds),
        ("optimal utilisation above 99 %", |a| a.optimal_utilisation = Ppm::new(990_001), E::ParameterOutOfBounds),
        ("borrowing above 95 %", |a| a.max_utilisation = Ppm::new(950_001), E::ParameterOutOfBounds),
        ("owing above 90 %", |a| a.max_owed = Ppm::new(900_001), E::ParameterOutOfBounds),
        ("owing where nobody may borrow", |a| a.max_utilisation = Ppm::new(0), E::ParameterOutOfBounds),
        ("reserve above 90 %", |a| a.reserve = Ppm::new(900_001), E::ParameterOutOfBounds),
        ("epochs of no time", |a| a.epoch_seconds = 0, E::ParameterOutOfBounds),
        ("epochs above a week", |a| a.epoch_seconds = 604_801, E::ParameterOutOfBounds),
    ];
    Case::new("set_interest", build(&INTEREST), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &refusals(INTEREST, build, bounds))
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
    for key in [svm.risker.insecure_clone(), svm.pauser.insecure_clone()] {
        let ix = instruction::set_interest(&e, &key.pubkey(), &INTEREST);
        assert_refused(&mut svm, &[ix], &[&key], E::Unauthorized);
    }
}
