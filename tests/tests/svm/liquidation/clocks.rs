//! What a default's clocks count, and what becomes of what others have paid for an account (I630 to I634).

use super::{
    receivership::{Scene, USDC, copy, the_event},
    slices::liquidated,
};
use crate::{
    governance::timelock::{allowed, propose_now, set_timelock},
    harness::refusal::refused,
};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::LiquidateArgs,
        events::{AccountReleased, AccountSeized, BadDebtResolved},
        state::Pause,
    },
    instruction,
    risk::{MarginParams, Ppm, liquidation::Episode},
};
use ballast_testkit::{BTC, lending::INTEREST};
use solana_signer::Signer;

/// I630. Alice goes bankrupt without a seizure: Carol takes all of her at equity below zero, Bob bears 25 dollars of the debt, and
/// nobody the rest. A deposit made the account healthy, and one notice wiped what Bob had borne. Now it is in receivership until it
/// has repaid, and then free at once, for whoever calls.
#[test]
fn what_others_bore_is_repaid_by_an_account_that_nobody_seized() {
    let mut s = Scene::with_fund("0").at("20000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    let did = liquidated(&s.svm.liquidate(&carol, &alice, &[BTC]).unwrap());
    assert_eq!((did.uncovered, did.discount), (1_100 * USDC, 0));
    let did: BadDebtResolved = the_event(&s.svm.resolve_bad_debt(&alice).unwrap());
    assert_eq!((did.shared, did.uncovered), (25 * USDC, 1_075 * USDC));

    s.svm.deposit_usdc(&alice, 2_000_000_000).unwrap();
    refused(&mut s.svm, |svm| svm.give_notice(&alice), E::Seized);
    refused(&mut s.svm, |svm| svm.withdraw_usdc(&alice, 1), E::Seized);
    assert_eq!(s.episode().claims().unwrap().get(), 25 * USDC);
    let did: AccountReleased = the_event(&s.svm.release(&alice).unwrap());
    assert_eq!((did.repaid, s.svm.treasury().insurance.get()), (25 * USDC, 25 * USDC));
    assert_eq!(s.episode(), Episode::default());
    s.svm.withdraw_usdc(&alice, 900 * USDC as u64).unwrap();
    s.svm.assert_reconciled();
}

/// I630. What the fund paid of such a debt is repaid as well. With nothing left the account is free: its owner could open another one.
#[test]
fn an_account_with_nothing_left_is_free() {
    let mut s = Scene::with_fund("100").at("20000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    s.svm.liquidate(&carol, &alice, &[BTC]).unwrap();
    assert_eq!(s.episode().advanced.get(), 100 * USDC);
    refused(&mut s.svm, |svm| svm.release(&alice), E::BelowInitialMargin);
    s.svm.deposit_usdc(&alice, 1_030 * USDC as u64).unwrap();
    let did: AccountReleased = the_event(&s.svm.release(&alice).unwrap());
    assert_eq!((did.repaid, s.svm.portfolio(&alice).cash.get()), (30 * USDC, 0));
    assert_eq!(s.episode(), Episode::default());
    // All of it paid by the fund: nothing is left to be in default with.
    let mut s = Scene::with_fund("25000").at("20000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    s.svm.liquidate(&carol, &alice, &[BTC]).unwrap();
    assert!(!s.episode().is_seized() && s.episode().claims().unwrap().is_zero());
    assert!(s.svm.portfolio(&alice).cash.is_zero());
    s.svm.assert_reconciled();
}

/// I631. A seized account lends nothing, whoever deposits or touches it: it earned interest on the 1,500 dollars, and bore a part of
/// its own debt.
#[test]
fn a_seized_account_lends_nothing() {
    let mut s = Scene::with_fund("25000").at("20000");
    s.seize();
    let alice = copy(&s.alice);
    let svm = &mut s.svm;
    svm.set_interest(&INTEREST).unwrap();
    svm.update_interest().unwrap();
    svm.deposit_usdc(&alice, 1_000 * USDC as u64).unwrap();
    for _ in 0..3 {
        svm.advance(3_600);
        svm.refresh_all();
        svm.update_interest().unwrap();
        // Refused where it changes nothing.
        let _ = svm.accrue_interest(&alice);
        svm.deposit_usdc(&alice, USDC as u64).unwrap();
        let p = svm.portfolio(&alice);
        assert_eq!((p.lent.get(), p.lend_candidate.get()), (0, 0));
    }
    assert_eq!(svm.treasury().lending.lent.get(), 0);
    // In its owner's hands again it does.
    svm.deposit_usdc(&alice, 1_000 * USDC as u64).unwrap();
    svm.release(&alice).unwrap();
    svm.advance(3_600);
    svm.refresh_all();
    svm.update_interest().unwrap();
    svm.accrue_interest(&alice).unwrap();
    assert!(svm.portfolio(&alice).lent.get() > 0);
    svm.assert_reconciled();
}

/// I632. The fund was empty when Alice was seized, and has money an hour later: whoever calls has the budget set anew, a tenth of the
/// maintenance margin and at most a hundredth of the fund, and liquidators are paid from it. Nobody is paid more than that tenth of what
/// is freed, however often it is set, nor the fund's part of a day.
#[test]
fn a_fund_that_has_money_again_restores_the_budget() {
    let mut s = Scene::with_fund("1100").at("20000"); // −1,100 of 300
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    assert_eq!(s.seize().budget, 0);
    refused(&mut s.svm, |svm| svm.seize(&alice), E::Seized);
    s.later(1_800);
    let paid = |s: &mut Scene, most| {
        let args = LiquidateArgs { most, ..LiquidateArgs::of(0) };
        liquidated(&s.svm.slice(&carol, &alice, &[BTC], args).unwrap()).discount
    };
    assert_eq!(paid(&mut s, 100_000), 0, "nobody is paid from an empty fund");
    s.svm.fund_insurance(25_000 * USDC as u64).unwrap();
    s.later(601); // what was there at that slice counts for ten minutes
    let did: AccountSeized = s.seize();
    let maintenance = did.maintenance;
    assert_eq!((did.paid, did.uncovered, did.budget), (0, 0, maintenance / 10));
    let mut all = 0;
    for _ in 0..20 {
        let Ok(sent) = s.svm.slice(&carol, &alice, &[BTC], LiquidateArgs { most: 200_000, ..LiquidateArgs::of(0) })
        else {
            break;
        };
        let did = liquidated(&sent);
        assert_eq!(did.discount, did.from_budget);
        all += did.from_budget;
        let _ = s.svm.seize(&alice);
    }
    assert!(all > maintenance / 20 && all <= maintenance / 10, "{all} of {maintenance}");
    let spent = s.svm.treasury().spending.spent[usize::from(BTC)].get();
    assert!(spent == all && spent <= 250 * USDC);
    s.svm.assert_reconciled();
}

/// I632. Nobody makes the fund spend more than its part of a day by setting the budget anew.
#[test]
fn a_budget_set_anew_stays_within_the_day() {
    let mut s = Scene::with_fund("2000").at("20000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    assert_eq!(s.seize().budget, 9 * USDC);
    s.later(1_800);
    let mut all = 0;
    for _ in 0..40 {
        let args = LiquidateArgs { most: 300_000, ..LiquidateArgs::of(0) };
        let Ok(sent) = s.svm.slice(&carol, &alice, &[BTC], args) else { break };
        all += liquidated(&sent).from_budget;
        let _ = s.svm.seize(&alice);
    }
    assert!((1..=9 * USDC).contains(&all), "{all}");
    s.svm.assert_reconciled();
}

/// I633. A notice of 36,000 dollars, a pause from its second minute to its fifth: Alice was seized after ten minutes, three of which
/// nobody could have come in. She is now ten minutes after the pause, by a notice that is confirmed again.
#[test]
fn a_pause_is_no_time_of_a_notice() {
    for bit in [Pause::LIQUIDATE, Pause::DEPOSIT] {
        let mut s = Scene::with_fund("25000").at("36000");
        let alice = copy(&s.alice);
        s.svm.give_notice(&alice).unwrap();
        s.later(100);
        s.svm.set_pause(bit).unwrap();
        s.later(190);
        s.svm.set_pause(Pause::empty()).unwrap();
        let opened = s.svm.now();
        s.svm.give_notice(&alice).unwrap();
        assert_eq!(s.episode().noticed_at, opened);
        for seconds in [299, 300] {
            s.later(seconds);
            s.svm.give_notice(&alice).unwrap();
            refused(&mut s.svm, |svm| svm.seize(&alice), E::NotSeizable);
        }
        s.later(1);
        s.seize();
    }
}

/// I633. While liquidations are paused the price falls to where equity is a tenth of maintenance margin. The owner could not deposit:
/// nobody seizes the account for ten minutes after the pause, though anyone may liquidate it.
#[test]
fn nobody_is_seized_for_ten_minutes_after_a_pause() {
    let mut s = Scene::with_fund("25000");
    let (alice, carol) = (copy(&s.alice), copy(&s.carol));
    s.svm.set_pause(Pause::DEPOSIT).unwrap();
    s.later(600);
    s.move_to("31500");
    // Another bit says nothing of it.
    s.svm.set_pause(Pause::LIQUIDATE | Pause::WITHDRAW).unwrap();
    s.later(1);
    s.svm.set_pause(Pause::WITHDRAW).unwrap();
    refused(&mut s.svm, |svm| svm.seize(&alice), E::NotSeizable);
    s.svm.set_pause(Pause::empty()).unwrap();
    s.later(599);
    refused(&mut s.svm, |svm| svm.seize(&alice), E::NotSeizable);
    let legs = [BTC];
    let ix = instruction::liquidate(
        &s.svm.exchange,
        &carol.address(),
        &carol.margin,
        &alice.margin,
        &legs,
        &LiquidateArgs::of(0),
    );
    s.svm.simulate(&[ix], &[&carol.key]).unwrap();
    s.later(1);
    s.seize();
}

/// I633. What a seized account pays rises over half an hour in which somebody could come. A pause of that half an hour had everything
/// paid at its end; now the rate is where it was after the seizure.
#[test]
fn a_pause_is_no_time_of_a_seizure() {
    let discount = |paused: bool| {
        let mut s = Scene::with_fund("25000").at("32600"); // 160 of 489
        s.seize();
        if paused {
            s.svm.set_pause(Pause::LIQUIDATE).unwrap();
            s.later(1_800);
            s.svm.set_pause(Pause::empty()).unwrap();
        }
        let (alice, carol) = (copy(&s.alice), copy(&s.carol));
        liquidated(&s.svm.liquidate(&carol, &alice, &[BTC]).unwrap()).discount
    };
    assert_eq!(discount(true), discount(false));
}

/// Alice with 200 of 495 dollars, and a change that is due: the ratio below which an account is seized rises to a half.
fn before_a_higher_ratio() -> (Scene, impl Fn(&mut Scene)) {
    const WAIT: u32 = 3_600;
    let mut s = Scene::with_fund("25000");
    set_timelock(&mut s.svm, WAIT).unwrap();
    let admin = s.svm.admin.insecure_clone();
    let params = MarginParams { seizure_ratio: Ppm::new(500_000), ..s.svm.board().board.params };
    let ix = instruction::change_margin(&s.svm.exchange, &admin.pubkey(), &params);
    propose_now(&mut s.svm, 1, &ix);
    s.later(WAIT.into());
    s.move_to("33000");
    let execute = move |s: &mut Scene| {
        let ix = allowed(&s.svm, 1, &ix);
        s.svm.send(&[ix], &[&admin]).unwrap();
    };
    (s, execute)
}

/// I634. A change of parameters takes no account at a stroke: for ten minutes nobody is seized for how little equity it has, and in
/// them anyone may deposit, liquidate or give notice.
#[test]
fn a_change_of_parameters_seizes_nobody_at_once() {
    let (mut s, execute) = before_a_higher_ratio();
    let alice = copy(&s.alice);
    refused(&mut s.svm, |svm| svm.seize(&alice), E::NotSeizable);
    execute(&mut s);
    for seconds in [0, 599] {
        s.later(seconds);
        refused(&mut s.svm, |svm| svm.seize(&alice), E::NotSeizable);
    }
    s.later(1);
    s.seize();
}

/// I634. A notice that has run for ten minutes is one, whatever was changed in them.
#[test]
fn a_notice_runs_on_through_a_change_of_parameters() {
    let (mut s, execute) = before_a_higher_ratio();
    let alice = copy(&s.alice);
    for _ in 0..2 {
        s.svm.give_notice(&alice).unwrap();
        s.later(300);
    }
    execute(&mut s);
    s.seize();
}
