//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use crate::harness::{
    mutation::{
        Case,
        Mutation::*,
        Slot,
        Verdict::{self, Legal},
        slot::*,
    },
    refusal::{INSUFFICIENT_FUNDS, MINT_MISMATCH, OWNER_MISMATCH, assert_refused},
    world::World,
};
use ballast_client::{BallastError as E, ballast::state::MarginAccount, instruction};
use ballast_testkit::{BTC, ETH, Svm, Trader};
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

#[test]
fn open_margin_account() {
    let World { mut svm, other, alice, bob, payer, .. } = World::new();
    let e = svm.exchange;
    let build = |sub_id| instruction::open_margin_account(&e, &payer.pubkey(), &alice.address(), sub_id);
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, Slot::Init, SYSTEM];
    Case::new("open_margin_account", build(1), &[&payer, &alice.key], &slots)
        .arguments(&mut svm, &[("a sub-id that is in use", build(0), I::Custom(0).into())])
        .other_exchange(2, other.address)
        .other_exchange(3, other.margin(&alice.address(), 1))
        .sibling(3, bob.margin)
        .except(0, OtherSigner, Legal) // anyone may pay
        .except(0, DuplicateOf(1), Legal) // the owner too
        .run(&mut svm);
}

#[test]
fn close_margin_account() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    svm.withdraw_usdc(&alice, 100_000_000_000).unwrap();
    let ix = instruction::close_margin_account(&e, &alice.address(), 0);
    Case::new("close_margin_account", ix, &[&alice.key], &[Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN])
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn deposit() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let (e, who, usdc) = (svm.exchange, alice.address(), svm.usdc);
    let build = |amount| instruction::deposit(&e, &who, &alice.margin, &alice.usdc, &usdc, amount);
    let all = svm.token_amount(&alice.usdc);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the depositor has", build(all + 1), INSUFFICIENT_FUNDS),
        ("more than fits", build(i64::MAX as u64), E::Overflow.into()),
        ("more than fits the type", build(u64::MAX), E::Overflow.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN, Slot::Unchecked, Slot::Unchecked, TOKENS];
    Case::new("deposit", build(all), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(6, other.vault(&usdc))
        .sibling(4, bob.margin)
        .sibling(5, bob.usdc)
        .sibling(6, e.vault(&svm.wsol))
        .except(0, OtherSigner, OWNER_MISMATCH)
        .except(4, Sibling, Legal) // anyone may deposit into any account
        .except(5, Sibling, OWNER_MISMATCH)
        .except(5, OtherAddress, Legal) // any token account of the depositor
        .except(5, OtherOwner, I::ExternalAccountDataModified)
        .except(5, Empty, I::InvalidAccountData)
        .except(5, SwappedWithNext, E::WrongVault)
        .except(6, OtherOwner, E::WrongVault)
        .except(6, OtherAddress, E::WrongVault)
        .except(6, Empty, E::WrongVault)
        .except(6, Sibling, E::DepositLimit)
        .except(6, OtherExchange, E::WrongVault)
        .run(&mut svm);
    // The vault says what is deposited: dollars are not taken for SOL.
    let mut dollars_as_sol = build(1);
    dollars_as_sol.accounts[6].pubkey = e.vault(&svm.wsol);
    assert_refused(&mut svm, &[dollars_as_sol], &[&alice.key], MINT_MISMATCH);
}

#[test]
fn withdraw() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let (e, who, usdc) = (svm.exchange, alice.address(), svm.usdc);
    svm.deposit_sol(&bob, 5_000_000_000).unwrap();
    let build = |amount| instruction::withdraw(&e, &who, &alice.margin, &alice.usdc, &usdc, amount);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the account has", build(100_000_000_001), E::WouldBorrow.into()),
        ("more than the vault has", build(225_000_000_001), E::InsufficientVault.into()),
        ("more than fits the type", build(u64::MAX), E::InsufficientVault.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN, Slot::Unchecked, Slot::Unchecked, TOKENS];
    Case::new("withdraw", build(100_000_000_000), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(5, other.vault(&usdc))
        .sibling(4, bob.margin)
        .sibling(5, e.vault(&svm.wsol))
        .sibling(6, bob.usdc)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::Unauthorized)
        .except(5, Sibling, E::InsufficientVault)
        .except(5, OtherOwner, E::WrongVault)
        .except(5, OtherAddress, E::WrongVault)
        .except(5, Empty, E::WrongVault)
        .except(5, OtherExchange, E::WrongVault)
        .except(5, SwappedWithNext, E::WrongVault)
        .except(6, Sibling, Legal) // to whom is the owner's choice
        .except(6, OtherAddress, Legal)
        .except(6, OtherOwner, I::ExternalAccountDataModified)
        .except(6, Empty, I::InvalidAccountData)
        .run(&mut svm);
    // The vault says what is withdrawn: the destination must be of its mint, and the account must hold it.
    let mut as_sol = build(1);
    as_sol.accounts[6].pubkey = alice.wsol;
    assert_refused(&mut svm, &[as_sol], &[&alice.key], MINT_MISMATCH);
    let sol = instruction::withdraw(&e, &who, &alice.margin, &alice.wsol, &svm.wsol, 1);
    assert_refused(&mut svm, &[sol], &[&alice.key], E::InsufficientBalance);
}

#[test]
fn view_margin() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let ix = instruction::view_margin(&e, &alice.margin, 0);
    Case::new("view_margin", ix, &[], &[EXCHANGE, BOARD, MARGIN])
        .arguments(&mut svm, &[])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, abroad)
        .sibling(2, bob.margin)
        .except(2, Sibling, Legal) // anyone may look at any account
        .run(&mut svm);
}

const YEAR: i64 = 31_536_000;

/// I283.
#[test]
fn set_delegate() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let (e, who, now) = (svm.exchange, Address::new_unique(), svm.now());
    let build =
        |who: &Address, bits, until| instruction::set_delegate(&e, &alice.address(), &alice.margin, who, bits, until);
    let arguments = [
        ("a permission that means nothing", build(&who, 16, now + 1), E::BadPermissions.into()),
        ("all bits of the type", build(&who, u8::MAX, now + 1), E::BadPermissions.into()),
        ("until now", build(&who, 1, now), E::BadExpiryOfDelegate.into()),
        ("until never", build(&who, 1, 0), E::BadExpiryOfDelegate.into()),
        ("until the type's beginning", build(&who, 1, i64::MIN), E::BadExpiryOfDelegate.into()),
        ("for more than ten years", build(&who, 1, now + 10 * YEAR + 1), E::BadExpiryOfDelegate.into()),
        ("until the type's end", build(&who, 1, i64::MAX), E::BadExpiryOfDelegate.into()),
        ("the owner", build(&alice.address(), 1, now + 1), E::NotADelegate.into()),
        ("nobody", build(&Address::default(), 1, now + 1), E::NotADelegate.into()),
        ("nothing of a stranger", build(&who, 0, 0), E::NotADelegate.into()),
        ("nothing until a time", build(&who, 0, now + 1), E::BadExpiryOfDelegate.into()),
    ];
    Case::new("set_delegate", build(&who, 15, now + 10 * YEAR), &[&alice.key], &[Slot::Signer, EXCHANGE, MARGIN])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, abroad)
        .sibling(2, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(2, Sibling, E::Unauthorized)
        .run(&mut svm);
}

/// I286.
#[test]
fn transfer_cash() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let second = svm.sub_account(alice.key.insecure_clone(), 1, "100").unwrap();
    let third = svm.sub_account(alice.key.insecure_clone(), 2, "0").unwrap();
    let build = |amount| instruction::transfer_cash(&e, &alice.address(), &second.margin, &alice.margin, amount);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the account has", build(100_000_001), E::WouldBorrow.into()),
        ("more than fits", build(i64::MAX as u64 + 1), E::Overflow.into()),
        ("more than fits the type", build(u64::MAX), E::Overflow.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN, MARGIN];
    Case::new("transfer_cash", build(100_000_000), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(5, abroad)
        .sibling(4, bob.margin)
        .sibling(5, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::DifferentOwners)
        .except(4, SwappedWithNext, Verdict::Legal) // it has as much
        .except(5, Sibling, E::DifferentOwners)
        .run(&mut svm);
    svm.transfer_cash(&second, &third, 100_000_000).unwrap();
    assert_eq!(svm.margin(&third.margin).sequence, 1);
    let changes = |svm: &Svm, t: &Trader| svm.decode::<MarginAccount>(&t.margin).sequence;
    assert_eq!((changes(&svm, &second), changes(&svm, &third)), (2, 1));
}

/// I286.
#[test]
fn transfer_position() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let second = svm.sub_account(alice.key.insecure_clone(), 1, "10000").unwrap();
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    let build = |lots| instruction::transfer_position(&e, &alice.address(), &alice.margin, &second.margin, BTC, lots);
    let arguments = [
        ("nothing", build(0), E::NothingToTransfer.into()),
        ("the other sign", build(-10), E::NothingToTransfer.into()),
        ("a lot too many", build(11), E::NothingToTransfer.into()),
        ("lots at the type's beginning", build(i64::MIN), E::NothingToTransfer.into()),
        ("lots at the type's end", build(i64::MAX), E::NothingToTransfer.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN, MARGIN];
    Case::new("transfer_position", build(10), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .other_exchange(5, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .sibling(5, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::NothingToTransfer)
        .except(4, Sibling, E::DifferentOwners)
        .except(4, SwappedWithNext, E::NothingToTransfer)
        .except(5, Sibling, E::DifferentOwners)
        .run(&mut svm);
}
