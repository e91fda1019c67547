//! Changes that wait (I310 to I312): proposed to the byte, executed in time and once, by whom and where they were proposed.

use crate::harness::{
    refusal::{assert_refused, numbers, refused},
    world::World,
};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{
            CollateralArgs, CollateralChangeArgs, FutureArgs, InstrumentArgs, InstrumentChangeArgs, OptionArgs,
            QUOTE_TOKEN, SurfaceArgs, UnderlyingArgs, WithdrawalLimitArgs,
        },
        constants::CHANGE_LIFETIME,
        events::{ChangeCancelled, ChangeProposed, TimelockSet},
        instruction::tag,
        state::Pause,
        state::{Exchange, MAX_CHANGE_LEN, PendingChange, RiskBoard},
    },
    event,
    instruction::{self, propose, propose_change, subject, with_change},
    risk::{ExchangeParams, FeeParams, Feed, Parameters, Ppm, SurfaceParams, TokenParams, WithdrawalLimit},
};
use ballast_testkit::{BTC, ETH, Failed, SOL, Sent, Svm, lending::INTEREST, options};
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError as I};
use solana_signer::Signer;

pub const DAY: i64 = 86_400;

/// Sets the timelock, the admin signing.
pub fn set_timelock(svm: &mut Svm, seconds: u32) -> Result<Sent, Failed> {
    let admin = svm.admin.insecure_clone();
    let ix = instruction::set_timelock(&svm.exchange, &admin.pubkey(), seconds);
    svm.send(&[ix], &[&admin])
}

/// Proposes an instruction.
pub fn propose_now(svm: &mut Svm, nonce: u64, ix: &Instruction) -> Sent {
    let admin = svm.admin.insecure_clone();
    let ix = propose(&svm.exchange, &svm.payer.pubkey(), &admin.pubkey(), nonce, &subject(ix), ix);
    svm.send(&[ix], &[&admin]).unwrap()
}

/// The instruction with its pending change.
pub fn allowed(svm: &Svm, nonce: u64, ix: &Instruction) -> Instruction {
    with_change(ix.clone(), &svm.exchange, nonce, &svm.payer.pubkey())
}

/// The fees of the configuration, with another taker fee.
pub fn fees(svm: &Svm, taker_fee: u32) -> FeeParams {
    let fees = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap().fees;
    FeeParams { taker_fee: Ppm::new(taker_fee), ..fees }
}

pub fn change_fees(svm: &Svm, taker_fee: u32) -> Instruction {
    instruction::change_fees(&svm.exchange, &svm.admin.pubkey(), &fees(svm, taker_fee))
}

fn exchange(svm: &Svm) -> Exchange {
    *svm.decode::<Exchange>(&svm.exchange.address)
}

/// What an instrument can be changed to: what it is, of the configuration.
pub fn instrument_change(svm: &Svm, instrument: u16) -> InstrumentChangeArgs {
    let perpetual = &svm.config.perpetual[usize::from(instrument)];
    let listed = svm.config.instrument_args(perpetual, instrument).unwrap();
    InstrumentChangeArgs {
        limits: listed.limits,
        funding: listed.funding,
        generation: svm.board().board.instrument(instrument).unwrap().generation,
        reduce_only: 0,
    }
}

/// Every instruction that waits for the timelock, with this admin, as it can be executed on an exchange with options of BTC
/// that expire at a time. `fresh` tells one call's mint and feed from another's.
pub fn waiting(svm: &mut Svm, admin: &Address, expiry: i64, fresh: u8) -> Vec<(&'static str, Instruction)> {
    let (e, from) = (svm.exchange, svm.payer.pubkey());
    let mint = Address::new_from_array([fresh; 32]);
    svm.create_mint(mint, 8);
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let btc = svm.config.underlying_args(&svm.config.underlying[0]).unwrap();
    let first = Feed { id: [fresh; 32], ..btc.first };
    let terms = |instrument| InstrumentArgs {
        instrument,
        ..svm.config.instrument_args(&svm.config.perpetual[0], instrument).unwrap()
    };
    let token = CollateralArgs {
        name: [b'T'; 16],
        params: TokenParams { deposit_limit: 1, haircut: Ppm::new(0), reserved: 0 },
        underlying: BTC,
    };
    let option = OptionArgs { contract: terms(302), expiry, strike: 400_000, put: 0 };
    let collateral = CollateralChangeArgs {
        params: TokenParams { deposit_limit: 5, haircut: Ppm::new(100_000), reserved: 0 },
        token: 0,
    };
    let limit =
        WithdrawalLimitArgs { params: WithdrawalLimit { limit: 7, window: 3_600, reserved: 0 }, token: QUOTE_TOKEN };
    let settles_at = (svm.now() / 60 + 60 * 24 * 90) * 60;
    let several = SurfaceParams { min_publishers: 2, ..options::SURFACE.params };
    let publishers = [Address::new_from_array([3; 32]), Address::new_from_array([4; 32])];
    vec![
        (
            "set_product_group",
            instruction::set_product_group(&e, admin, 1, [b'G'; 16], &ballast_testkit::offset(500_000)),
        ),
        ("list_underlying", instruction::list_underlying(&e, admin, &UnderlyingArgs { first, ..btc })),
        ("list_collateral", instruction::list_collateral(&e, &from, admin, &mint, &token)),
        ("list_perpetual", instruction::list_perpetual(&e, &from, admin, &terms(300))),
        ("list_future", instruction::list_future(&e, &from, admin, &FutureArgs { contract: terms(301), expiry })),
        ("list_option", instruction::list_option(&e, &from, admin, &option)),
        (
            "open_surface",
            instruction::open_surface(&e, &from, admin, &SurfaceArgs { underlying: SOL, params: several }),
        ),
        ("change_surface", instruction::change_surface(&e, admin, BTC, &several)),
        ("open_expiry", instruction::open_expiry(&e, admin, BTC, expiry + DAY, &options::SMILE)),
        ("set_publishers", instruction::set_publishers(&e, admin, BTC, &publishers)),
        ("change_fees", instruction::change_fees(&e, admin, &fees(svm, 600))),
        ("change_margin", instruction::change_margin(&e, admin, &args.margin)),
        ("change_underlying", instruction::change_underlying(&e, admin, BTC, &btc)),
        ("change_instrument", instruction::change_instrument(&e, admin, BTC, &instrument_change(svm, BTC))),
        ("change_collateral", instruction::change_collateral(&e, admin, &collateral)),
        ("set_withdrawal_limit", instruction::set_withdrawal_limit(&e, admin, &limit)),
        ("set_interest", instruction::set_interest(&e, admin, &INTEREST)),
        ("wind_down_perpetual", instruction::wind_down_perpetual(&e, admin, ETH, 1, settles_at)),
        ("set_timelock", instruction::set_timelock(&e, admin, 0)),
    ]
}

/// I310, I634.
#[test]
fn every_instruction_that_waits_needs_its_change_and_uses_it_up() {
    let (World { mut svm, admin, .. }, expiry) = World::with_options();
    let all = waiting(&mut svm, &admin.pubkey(), expiry, 9);
    for (what, ix) in &all {
        svm.simulate(std::slice::from_ref(ix), &[&admin]).unwrap_or_else(|f| panic!("{what}: {f:#?}"));
    }
    let waits = (0..=u8::MAX).filter(|t| tag::waits(*t)).count();
    assert_eq!(all.len(), waits);

    set_timelock(&mut svm, DAY as u32).unwrap();
    for (nonce, (what, ix)) in (0..).zip(&all) {
        println!("{what}");
        assert_refused(&mut svm, std::slice::from_ref(ix), &[&admin], E::ChangeNotProposed);
        let early = allowed(&svm, nonce, ix);
        assert_refused(&mut svm, std::slice::from_ref(&early), &[&admin], E::ChangeNotProposed);
        propose_now(&mut svm, nonce, ix);
        assert_refused(&mut svm, &[early], &[&admin], E::ChangeNotReady);
        // A change that was proposed is of no use if it is not passed.
        assert_refused(&mut svm, std::slice::from_ref(ix), &[&admin], E::ChangeNotProposed);
    }
    svm.advance(DAY);
    for (nonce, (what, ix)) in (0..).zip(&all) {
        println!("{what}");
        let change = svm.exchange.change(nonce);
        let rent = svm.account(&change).unwrap().lamports;
        let sum = |svm: &Svm| -> u64 {
            let accounts = ix.accounts.iter().map(|m| m.pubkey).chain([svm.payer.pubkey(), change]);
            let unique: std::collections::BTreeSet<Address> = accounts.collect();
            unique.iter().filter_map(|a| svm.account(a)).map(|a| a.lamports).sum()
        };
        let before = (sum(&svm), svm.account(&svm.payer.pubkey()).unwrap().lamports);
        let now = allowed(&svm, nonce, ix);
        svm.send(std::slice::from_ref(&now), &[&admin]).unwrap_or_else(|f| panic!("{what}: {f:#?}"));
        assert!(svm.account(&change).is_none(), "{what} uses its change up");
        let noted = svm.board().changed_at == svm.now();
        let changes_margin =
            ["set_product_group", "change_margin", "change_underlying", "change_instrument", "change_collateral"];
        assert_eq!(noted, changes_margin.contains(what), "{what}");
        svm.advance(1);
        // Two signatures; where the instruction makes no account, the payer has the whole rent back.
        assert_eq!(sum(&svm), before.0 - 10_000, "{what}");
        if !matches!(&ix.data[0], 3..=5 | 21..=23) {
            assert_eq!(svm.account(&svm.payer.pubkey()).unwrap().lamports, before.1 + rent - 10_000, "{what}");
        }
        if ix.data[0] == tag::SET_TIMELOCK {
            assert_eq!(exchange(&svm).timelock, 0);
            set_timelock(&mut svm, DAY as u32).unwrap();
        }
        assert_refused(&mut svm, &[now], &[&admin], E::ChangeNotProposed);
    }
    assert_eq!((exchange(&svm).fees.taker_fee.get(), svm.treasury().quote_window.params.limit), (600, 7));
    svm.assert_reconciled();
}

/// I312.
#[test]
fn a_change_says_what_was_proposed_and_when() {
    let mut svm = Svm::new().unwrap();
    set_timelock(&mut svm, 3_600).unwrap();
    let (ix, now) = (change_fees(&svm, 600), svm.now());
    let sent = propose_now(&mut svm, 7, &ix);
    let change = svm.decode::<PendingChange>(&svm.exchange.change(7));
    assert_eq!((change.exchange, change.payer), (svm.exchange.address, svm.payer.pubkey()));
    assert_eq!((change.nonce, change.subject), (7, Address::default()));
    assert_eq!(
        (change.proposed_at, change.not_before, change.expires_at),
        (now, now + 3_600, now + 3_600 + CHANGE_LIFETIME)
    );
    assert_eq!(change.data[..usize::from(change.len)], ix.data);
    let told = event::find::<ChangeProposed>(&sent.log)[0];
    assert_eq!((told.nonce, told.change, told.instruction), (7, svm.exchange.change(7), tag::CHANGE_FEES));
    assert_eq!((told.not_before, told.expires_at), (change.not_before, change.expires_at));

    let admin = svm.admin.insecure_clone();
    let now = allowed(&svm, 7, &ix);
    svm.advance(3_599);
    let failed = assert_refused(&mut svm, std::slice::from_ref(&now), &[&admin], E::ChangeNotReady);
    assert_eq!(numbers(&failed, "ready at"), (change.not_before, change.not_before - 1));
    svm.advance(1);
    svm.simulate(std::slice::from_ref(&now), &[&admin]).unwrap();
    svm.set_time(change.expires_at + 1);
    let failed = assert_refused(&mut svm, std::slice::from_ref(&now), &[&admin], E::ChangeExpired);
    assert_eq!(numbers(&failed, "expired at"), (change.expires_at, change.expires_at + 1));
    svm.set_time(change.expires_at);
    svm.send(&[now], &[&admin]).unwrap();
    assert_eq!(exchange(&svm).fees.taker_fee.get(), 600);
}

/// I312.
#[test]
fn a_change_allows_its_own_bytes_and_nothing_else() {
    let (World { mut svm, other, admin, .. }, _) = World::with_options();
    let (a, from) = (admin.pubkey(), svm.payer.pubkey());
    let first = svm.exchange;
    let (mint, another) = (Address::new_unique(), Address::new_unique());
    svm.create_mint(mint, 8);
    svm.create_mint(another, 8);
    let token = CollateralArgs {
        name: [b'T'; 16],
        params: TokenParams { deposit_limit: 1, haircut: Ppm::new(0), reserved: 0 },
        underlying: BTC,
    };
    let list = |mint| instruction::list_collateral(&first, &from, &a, mint, &token);
    let publish = |u| instruction::set_publishers(&first, &a, u, &[a]);
    let change = |u| instruction::set_product_group(&first, &a, u, [b'G'; 16], &ballast_testkit::offset(500_000));
    set_timelock(&mut svm, 60).unwrap();
    let fees = change_fees(&svm, 600);
    for (nonce, ix) in (0..).zip([&fees, &list(&mint), &publish(BTC), &change(1)]) {
        propose_now(&mut svm, nonce, ix);
    }
    // The same for the other exchange, whose change must not serve this one.
    svm.exchange = other;
    set_timelock(&mut svm, 60).unwrap();
    let elsewhere = change_fees(&svm, 600);
    propose_now(&mut svm, 0, &elsewhere);
    let foreign = svm.exchange.change(0);
    svm.exchange = first;
    svm.advance(60);

    let attempts = [
        ("a fee one higher", allowed(&svm, 0, &change_fees(&svm, 601))),
        ("the change of something else", allowed(&svm, 1, &fees)),
        ("another mint", allowed(&svm, 1, &list(&another))),
        ("another surface", allowed(&svm, 2, &publish(ETH))),
        ("another group", allowed(&svm, 3, &change(2))),
        ("fees by the change of a group", allowed(&svm, 3, &fees)),
    ];
    for (what, ix) in attempts {
        println!("{what}");
        assert_refused(&mut svm, &[ix], &[&admin], E::ChangeDiffers);
    }
    let mut abroad = allowed(&svm, 0, &fees);
    abroad.accounts[2].pubkey = foreign;
    assert_refused(&mut svm, &[abroad], &[&admin], E::WrongExchange);
    let proposed_without_subject = propose_change(&first, &from, &a, 9, &Address::default(), &list(&mint).data);
    svm.send(&[proposed_without_subject], &[&admin]).unwrap();
    svm.advance(60);
    let ix = allowed(&svm, 9, &list(&mint));
    assert_refused(&mut svm, &[ix], &[&admin], E::ChangeDiffers);
    for (nonce, ix) in (0..).zip([&fees, &list(&mint), &publish(BTC), &change(1)]) {
        let now = allowed(&svm, nonce, ix);
        svm.send(&[now], &[&admin]).unwrap();
    }
}

/// I312. Not a bit of the longest instruction may differ, nor its length.
#[test]
fn every_bit_of_a_change_counts() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    set_timelock(&mut svm, 60).unwrap();
    let args = svm.config.underlying_args(&svm.config.underlying[0]).unwrap();
    let ix = instruction::change_underlying(&svm.exchange, &admin.pubkey(), BTC, &args);
    propose_now(&mut svm, 1, &ix);
    svm.advance(60);
    let (now, change) = (allowed(&svm, 1, &ix), svm.exchange.change(1));
    let refused_with = |svm: &mut Svm, alter: &dyn Fn(&mut PendingChange)| {
        let proposed = *svm.decode::<PendingChange>(&change);
        svm.modify::<PendingChange>(&change, alter);
        let failed = svm.simulate(std::slice::from_ref(&now), &[&admin]).unwrap_err();
        assert_eq!(failed.ballast(), Some(E::ChangeDiffers));
        svm.modify::<PendingChange>(&change, |c| *c = proposed);
    };
    for byte in 0..ix.data.len() {
        refused_with(&mut svm, &|c| c.data[byte] ^= 1 << (byte % 8));
    }
    for len in [0, ix.data.len() - 1, ix.data.len() + 1, MAX_CHANGE_LEN, MAX_CHANGE_LEN + 1] {
        refused_with(&mut svm, &|c| c.len = len as u16);
    }
    refused_with(&mut svm, &|c| c.subject = Address::new_from_array([1; 32]));
    svm.send(&[now], &[&admin]).unwrap();
}

/// I312.
#[test]
fn a_cancelled_change_is_gone_and_its_number_free() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    set_timelock(&mut svm, 60).unwrap();
    let ix = change_fees(&svm, 600);
    propose_now(&mut svm, 1, &ix);
    let (change, from) = (svm.exchange.change(1), svm.payer.pubkey());
    let rent = svm.account(&change).unwrap().lamports;
    let before = svm.account(&from).unwrap().lamports;
    svm.advance(60);
    let cancel = instruction::cancel_change(&svm.exchange, &admin.pubkey(), 1, &from);
    let sent = svm.send(std::slice::from_ref(&cancel), &[&admin]).unwrap();
    assert_eq!(event::find::<ChangeCancelled>(&sent.log)[0].nonce, 1);
    assert_eq!(svm.account(&from).unwrap().lamports, before + rent - 10_000);
    let now = allowed(&svm, 1, &ix);
    assert_refused(&mut svm, std::slice::from_ref(&now), &[&admin], E::ChangeNotProposed);
    assert_refused(&mut svm, &[cancel], &[&admin], I::AccountDataTooSmall);
    // Proposed again it waits again.
    propose_now(&mut svm, 1, &ix);
    assert_refused(&mut svm, &[now], &[&admin], E::ChangeNotReady);
}

/// I313.
#[test]
fn a_longer_timelock_holds_at_once_and_a_shorter_one_waits() {
    let mut svm = Svm::new().unwrap();
    let (admin, e) = (svm.admin.insecure_clone(), svm.exchange);
    let set = |seconds| instruction::set_timelock(&e, &admin.pubkey(), seconds);
    let sent = set_timelock(&mut svm, 3_600).unwrap();
    let told = event::find::<TimelockSet>(&sent.log)[0];
    assert_eq!((told.before, told.seconds), (0, 3_600));
    for shorter in [0, 3_599] {
        assert_refused(&mut svm, &[set(shorter)], &[&admin], E::ChangeNotProposed);
    }
    let fees = change_fees(&svm, 600);
    propose_now(&mut svm, 1, &set(60));
    propose_now(&mut svm, 2, &fees);
    // What was proposed under the shorter timelock waits for the longer one.
    set_timelock(&mut svm, DAY as u32).unwrap();
    svm.advance(DAY - 1);
    for (nonce, ix) in [(1, set(60)), (2, fees.clone())] {
        let ix = allowed(&svm, nonce, &ix);
        assert_refused(&mut svm, &[ix], &[&admin], E::ChangeNotReady);
    }
    propose_now(&mut svm, 3, &fees);
    svm.advance(1);
    let shorten = allowed(&svm, 1, &set(60));
    svm.send(&[shorten], &[&admin]).unwrap();
    assert_eq!(exchange(&svm).timelock, 60);
    let now = allowed(&svm, 2, &fees);
    svm.send(&[now], &[&admin]).unwrap();
    // What was proposed under the longer one keeps its time.
    svm.advance(60);
    let now = allowed(&svm, 3, &fees);
    assert_refused(&mut svm, std::slice::from_ref(&now), &[&admin], E::ChangeNotReady);
    svm.advance(DAY);
    svm.send(&[now], &[&admin]).unwrap();
    let longest = ExchangeParams::BOUNDS[0].high as u32;
    set_timelock(&mut svm, longest).unwrap();
    for beyond in [longest + 1, u32::MAX] {
        refused(&mut svm, |svm| set_timelock(svm, beyond), E::ParameterOutOfBounds);
    }
}

/// I312. A slot that was delisted and listed again while a change waited has another instrument.
#[test]
fn a_change_of_an_instrument_is_not_for_the_next_one_in_its_slot() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    let (e, a) = (svm.exchange, admin.pubkey());
    let settles_at = (svm.now() / 60 + 60 * 24 * 90) * 60;
    let change = instruction::change_instrument(&e, &a, ETH, &instrument_change(&svm, ETH));
    let wind_down = instruction::wind_down_perpetual(&e, &a, ETH, 1, settles_at);
    set_timelock(&mut svm, 60).unwrap();
    propose_now(&mut svm, 1, &change);
    propose_now(&mut svm, 2, &wind_down);
    svm.advance(60);
    let executed = [allowed(&svm, 1, &change), allowed(&svm, 2, &wind_down)];
    svm.modify::<RiskBoard>(&e.board, |b| b.board.instruments[usize::from(ETH)].generation = 2);
    for ix in &executed {
        assert_refused(&mut svm, std::slice::from_ref(ix), &[&admin], E::ChangeDiffers);
    }
    svm.modify::<RiskBoard>(&e.board, |b| b.board.instruments[usize::from(ETH)].generation = 1);
    for ix in executed {
        svm.send(&[ix], &[&admin]).unwrap();
    }
}

/// I313. Nothing is executed over the heads of users who could not leave: withdrawals were possible for the whole timelock.
#[test]
fn a_change_waits_until_withdrawals_were_possible_for_the_timelock() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    set_timelock(&mut svm, 3_600).unwrap();
    let ix = change_fees(&svm, 600);
    propose_now(&mut svm, 1, &ix);
    let ix = [allowed(&svm, 1, &ix)];
    svm.set_pause(Pause::WITHDRAW | Pause::NEW_RISK).unwrap();
    svm.advance(3_600);
    assert_refused(&mut svm, &ix, &[&admin], E::ChangeNotReady);
    // Another bit that is cleared says nothing.
    svm.set_pause(Pause::WITHDRAW).unwrap();
    assert_refused(&mut svm, &ix, &[&admin], E::ChangeNotReady);
    svm.set_pause(Pause::empty()).unwrap();
    let open_since = svm.now();
    assert_eq!(exchange(&svm).withdrawals_open_since, open_since);
    svm.advance(1_800);
    svm.set_pause(Pause::NEW_RISK).unwrap();
    svm.set_pause(Pause::empty()).unwrap();
    svm.advance(1_799);
    let failed = assert_refused(&mut svm, &ix, &[&admin], E::ChangeNotReady);
    assert_eq!(numbers(&failed, "ready at"), (open_since + 3_600, open_since + 3_599));
    svm.advance(1);
    svm.set_pause(Pause::all()).unwrap();
    assert_refused(&mut svm, &ix, &[&admin], E::ChangeNotReady);
    svm.set_pause(Pause::empty()).unwrap();
    assert_refused(&mut svm, &ix, &[&admin], E::ChangeNotReady);
    svm.advance(3_600);
    svm.send(&ix, &[&admin]).unwrap();
}

/// I310.
#[test]
fn a_change_that_fails_is_not_used_up() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    set_timelock(&mut svm, 60).unwrap();
    let ix = change_fees(&svm, 10_001);
    propose_now(&mut svm, 1, &ix);
    svm.advance(60);
    let ix = allowed(&svm, 1, &ix);
    assert_refused(&mut svm, &[ix], &[&admin], E::ParameterOutOfBounds);
    assert!(svm.account(&svm.exchange.change(1)).is_some());
}
