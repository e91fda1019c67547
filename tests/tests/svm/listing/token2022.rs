//! Collateral of Token-2022: plain mints made by that program itself, and the extensions that are refused (I287, I288).

use crate::harness::refusal::assert_refused;
use ballast_client::{
    BallastError as E, TOKEN_2022_PROGRAM,
    ballast::args::CollateralArgs,
    config,
    instruction::{self, of_token_2022},
    risk::{Ppm, TokenParams},
};
use ballast_testkit::{BTC, SOL, Svm, Trader};
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError as I};
use solana_signer::Signer;

/// A mint's authority, or whatever an extension points to.
const SOMEBODY: [u8; 32] = [7; 32];

fn list(svm: &Svm, mint: &Address) -> Instruction {
    let args = CollateralArgs {
        name: config::name("T22").unwrap(),
        params: TokenParams { deposit_limit: 1_000_000_000_000, haircut: Ppm::new(50_000), reserved: 0 },
        underlying: SOL,
    };
    instruction::list_collateral(&svm.exchange, &svm.payer.pubkey(), &svm.admin.pubkey(), mint, &args)
}

/// An exchange with a mint of Token-2022 listed, and a trader with 1,000 of its tokens of 8 decimals.
fn listed(extensions: &[(usize, Vec<u8>)]) -> (Svm, Address, Trader, Address) {
    let mut svm = Svm::new().unwrap();
    let mint = svm.create_mint_2022(8, extensions).unwrap();
    let (ix, admin) = (of_token_2022(list(&svm, &mint)), svm.admin.insecure_clone());
    svm.send(&[ix], &[&admin]).unwrap();
    let alice = svm.trader("1000").unwrap();
    let tokens = svm.create_account_2022(&mint, &alice.address(), 100_000_000_000).unwrap();
    (svm, mint, alice, tokens)
}

/// Data of an instruction with parts.
fn data(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// I288. Deposited, used as margin, withdrawn: to the unit, with the vault's own program.
#[test]
fn a_plain_mint_is_collateral() {
    let pointer = |number: u8| (64, data(&[&[number, 0], &SOMEBODY, &SOMEBODY]));
    for extensions in [vec![], vec![pointer(39)], vec![pointer(39), pointer(40), pointer(41)]] {
        let (mut svm, mint, alice, tokens) = listed(&extensions);
        let (e, who, bob) = (svm.exchange, alice.address(), svm.trader("100000").unwrap());
        let vault = e.vault(&mint);
        assert_eq!(svm.account(&vault).unwrap().owner, TOKEN_2022_PROGRAM);
        let deposit = instruction::deposit(&e, &who, &alice.margin, &tokens, &mint, 60_000_000_001);
        svm.send(&[of_token_2022(deposit)], &[&alice.key]).unwrap();
        assert_eq!((svm.portfolio(&alice).balance(1), svm.token_amount(&vault)), (60_000_000_001, 60_000_000_001));
        // 600 of 40 dollars each, and 1,000 dollars of cash: the odd atom counts for nothing.
        assert_eq!(svm.requirements(&alice).equity.get(), 25_000_000_000);
        svm.trade(&alice, &bob, BTC, "40000", 200).unwrap();
        svm.assert_reconciled();
        let withdraw = |amount| of_token_2022(instruction::withdraw(&e, &who, &alice.margin, &tokens, &mint, amount));
        svm.send(&[withdraw(10_000_000_001)], &[&alice.key]).unwrap();
        assert_eq!((svm.portfolio(&alice).balance(1), svm.token_amount(&vault)), (50_000_000_000, 50_000_000_000));
        assert_eq!(svm.token_amount(&tokens), 50_000_000_000);
        assert_refused(&mut svm, &[withdraw(50_000_000_000)], &[&alice.key], E::BelowWithdrawalMargin);
        svm.assert_reconciled();
    }
}

/// I287. Every extension that Token-2022 lets a mint have and that is more than a description, by name.
#[test]
fn a_mint_that_could_take_tax_or_freeze_is_refused_by_name() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    let extensions: [(&str, usize, Vec<u8>); 10] = [
        ("TransferFeeConfig", 108, data(&[&[26, 0, 0, 0], &100u16.to_le_bytes(), &u64::MAX.to_le_bytes()])),
        ("MintCloseAuthority", 32, data(&[&[25, 1], &SOMEBODY])),
        ("ConfidentialTransferMint", 65, data(&[&[27, 0], &SOMEBODY, &[1], &[0; 32]])),
        ("DefaultAccountState", 1, vec![28, 0, 1]),
        ("NonTransferable", 0, vec![32]),
        ("InterestBearingConfig", 52, data(&[&[33, 0], &SOMEBODY, &[1, 0]])),
        ("PermanentDelegate", 32, data(&[&[35], &SOMEBODY])),
        ("TransferHook", 64, data(&[&[36, 0], &SOMEBODY, &SOMEBODY])),
        ("ScaledUiAmount", 56, data(&[&[43, 0], &SOMEBODY, &1f64.to_le_bytes()])),
        ("Pausable", 33, data(&[&[44, 0], &SOMEBODY])),
    ];
    for (name, len, init) in extensions {
        let pointer = (64, data(&[&[39, 0], &SOMEBODY, &SOMEBODY]));
        for with in [vec![(len, init.clone())], vec![pointer, (len, init.clone())]] {
            let mint = svm.create_mint_2022(8, &with).unwrap_or_else(|e| panic!("{name}: {e}"));
            let ix = of_token_2022(list(&svm, &mint));
            let failed = assert_refused(&mut svm, &[ix], &[&admin], E::MintExtension);
            let line = format!("mint extension {name}");
            assert!(failed.log.iter().any(|l| l.ends_with(&line)), "{line}: {:?}", failed.log);
        }
    }
}

/// I288. Only the program that a mint or vault is of will do.
#[test]
fn the_token_program_is_that_of_the_vault() {
    let (mut svm, mint, alice, tokens) = listed(&[]);
    let (e, who, admin) = (svm.exchange, alice.address(), svm.admin.insecure_clone());
    let another = svm.create_mint_2022(8, &[]).unwrap();
    let ix = list(&svm, &another);
    assert_refused(&mut svm, &[ix], &[&admin], I::IncorrectProgramId);
    let old = Address::new_unique();
    svm.create_mint(old, 8);
    let ix = of_token_2022(list(&svm, &old));
    assert_refused(&mut svm, &[ix], &[&admin], I::IncorrectProgramId);
    let deposit = instruction::deposit(&e, &who, &alice.margin, &tokens, &mint, 1);
    assert_refused(&mut svm, std::slice::from_ref(&deposit), &[&alice.key], I::IncorrectProgramId);
    svm.send(&[of_token_2022(deposit)], &[&alice.key]).unwrap();
    let withdraw = instruction::withdraw(&e, &who, &alice.margin, &tokens, &mint, 1);
    assert_refused(&mut svm, &[withdraw], &[&alice.key], I::IncorrectProgramId);
    // And the other way round, of dollars and of wrapped SOL.
    svm.deposit_sol(&alice, 5).unwrap();
    for (account, mint) in [(alice.usdc, svm.usdc), (alice.wsol, svm.wsol)] {
        let deposit = instruction::deposit(&e, &who, &alice.margin, &account, &mint, 1);
        assert_refused(&mut svm, &[of_token_2022(deposit)], &[&alice.key], I::IncorrectProgramId);
        let withdraw = instruction::withdraw(&e, &who, &alice.margin, &account, &mint, 1);
        assert_refused(&mut svm, &[of_token_2022(withdraw)], &[&alice.key], I::IncorrectProgramId);
    }
    // Nor any other program, nor an account of the other program.
    let mut elsewhere = instruction::deposit(&e, &who, &alice.margin, &tokens, &mint, 1);
    elsewhere.accounts[7].pubkey = ballast_client::SYSTEM_PROGRAM;
    assert_refused(&mut svm, &[elsewhere], &[&alice.key], I::IncorrectProgramId);
    let of_dollars = of_token_2022(instruction::deposit(&e, &who, &alice.margin, &alice.usdc, &mint, 1));
    let failed = svm.send(&[of_dollars], &[&alice.key]).unwrap_err();
    assert!(failed.ballast().is_none(), "{failed:?}");
    svm.assert_reconciled();
}

/// I287. What only looks like a mint is none, nor is a mint of Token-2022 the quote currency.
#[test]
fn what_is_no_mint_is_refused() {
    let (mut svm, mint, _, tokens) = listed(&[(64, data(&[&[39, 0], &SOMEBODY, &SOMEBODY]))]);
    let admin = svm.admin.insecure_clone();
    let ix = of_token_2022(list(&svm, &tokens));
    assert_refused(&mut svm, &[ix], &[&admin], E::WrongMint);
    let bytes = svm.account(&mint).unwrap();
    let changes: [fn(&mut solana_account::Account); 5] = [
        |a| a.data[165] = 2,
        |a| a.data[45] = 0,
        |a| a.data.truncate(200),
        |a| a.data[168] += 1,
        |a| a.owner = Address::new_from_array([9; 32]),
    ];
    for change in changes {
        let (elsewhere, mut account) = (Address::new_unique(), bytes.clone());
        change(&mut account);
        svm.set_account(elsewhere, account);
        let ix = of_token_2022(list(&svm, &elsewhere));
        assert_refused(&mut svm, &[ix], &[&admin], E::WrongMint);
    }
    let mut bare = Svm::bare().unwrap();
    let args = bare.config.exchange_args(&bare.risker.pubkey(), &bare.pauser.pubkey()).unwrap();
    let (admin, dollars) = (bare.admin.insecure_clone(), bare.create_mint_2022(6, &[]).unwrap());
    let ix = instruction::initialize_exchange(&bare.payer.pubkey(), &admin.pubkey(), &dollars, &args);
    assert_refused(&mut bare, &[ix], &[&admin], E::WrongMint);
}
