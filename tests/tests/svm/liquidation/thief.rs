//! What somebody with several wallets gains by the default of one of them (I373, I374, I385).

use super::receivership::{Scene, USDC, copy, the_event};
use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        args::LiquidateArgs,
        events::{AccountSeized, Liquidated},
    },
    risk::liquidation::Episode,
};
use ballast_testkit::{BTC, Svm, Trader};

/// What the owner of a margin account could get out of it: nobody pays in what it lacks.
fn worth(svm: &Svm, t: &Trader) -> i64 {
    svm.requirements(t).equity.get().max(0)
}

/// Takes as much as there is, in slices, until nothing is left or nothing more may be taken. Returns what the budget paid.
fn sell(svm: &mut Svm, by: &Trader, of: &Trader, most: u32) -> i64 {
    let mut budget = 0;
    for _ in 0..60 {
        let args = LiquidateArgs { most, ..LiquidateArgs::of(0) };
        let sent = svm.slice(by, of, &[BTC], args).or_else(|_| svm.slice(by, of, &[BTC], LiquidateArgs::of(0)));
        let Ok(sent) = sent else { break };
        budget += the_event::<Liquidated>(&sent).from_budget;
    }
    budget
}

/// Prices at which Alice, who has 900 dollars at 40,000, is below maintenance, a third of it, a tenth of it, and bankrupt.
const PRICES: [&str; 8] = ["36000", "34000", "32600", "32000", "31300", "31050", "30000", "20000"];

/// I374. Whoever takes over his own second account gains nothing before it is seized, at any equity, in one slice or in many, and
/// after it no more than the budget that was spent: none where equity covers a tenth of maintenance.
#[test]
fn nobody_gains_by_his_own_default() {
    for price in PRICES {
        for seized in [false, true] {
            for most in [1_000_000, 100_000] {
                let mut s = Scene::with_fund("25000").at(price);
                let (alice, mule) = (copy(&s.alice), copy(&s.carol));
                let r = s.svm.requirements(&alice);
                let before = worth(&s.svm, &alice) + worth(&s.svm, &mule);
                if seized && s.svm.seize(&alice).is_err() {
                    continue;
                }
                if seized {
                    s.later(1_800);
                }
                let budget = sell(&mut s.svm, &mule, &alice, most);
                let after = worth(&s.svm, &alice) + worth(&s.svm, &mule);
                let gain = after - before;
                assert!(gain <= budget, "{price}, seized {seized}, {most}: gained {gain}, budget {budget}");
                assert!(seized || budget == 0);
                if 10 * r.equity.get() >= r.maintenance.get() {
                    assert_eq!(budget, 0, "{price}: equity covers a tenth");
                }
                assert!(budget <= r.maintenance.get() / 10);
                if seized {
                    if s.svm.lots(&alice, BTC) != 0 {
                        s.svm.release(&alice).unwrap(); // sold to the buffer
                    }
                    assert_eq!(s.episode(), Episode::default(), "{price}");
                }
                s.svm.assert_reconciled();
            }
        }
    }
}

/// Equity of the accounts of [`Sweep`], in tenths of maintenance margin.
const TENTHS: std::ops::RangeInclusive<i64> = -20..=10;

/// One second account at every equity from maintenance margin down to twice of it below zero, each with a wallet of the same person's
/// that takes it over: a bitcoin each, bought at 40,000, at 24,500 dollars and a maintenance margin of 3,675.
struct Sweep {
    svm: Svm,
    wallets: Vec<(i64, Trader, Trader)>,
}

/// What came of one account.
#[derive(Debug, Default)]
struct Gain {
    tenths: i64,
    /// Of all wallets of its owner together.
    gain: i64,
    discount: i64,
    /// What of the discount the insurance fund paid, and what it got.
    budget: i64,
    insurance: i64,
    slices: u32,
}

impl Sweep {
    const MAINTENANCE: i64 = 3_675 * USDC;

    fn new() -> Self {
        let mut svm = Svm::with_config(|c| c.exchange.insurance = "100000000".to_owned()).unwrap();
        let bob = svm.trader("9000000").unwrap();
        let mut wallets = Vec::new();
        for tenths in TENTHS {
            // The loss, the fee, and a unit less than its share of maintenance margin.
            let usdc = 15_500 * USDC + 20 * USDC + Self::MAINTENANCE / 10 * tenths - 1;
            let alice = svm.trader(&format!("{}.{:06}", usdc / USDC, usdc % USDC)).unwrap();
            svm.trade(&alice, &bob, BTC, "40000", 1_000).unwrap();
            wallets.push((tenths, alice, svm.trader("100000").unwrap()));
        }
        svm.advance(1);
        svm.publish(BTC, "24500").unwrap();
        for (tenths, alice, _) in &wallets {
            let r = svm.requirements(alice);
            assert_eq!((r.equity.get(), r.maintenance.get()), (Self::MAINTENANCE / 10 * tenths - 1, Self::MAINTENANCE));
        }
        Self { svm, wallets }
    }

    /// Has all accounts seized ten minutes after their notice. Half an hour later their discounts have risen.
    fn seize_all(&mut self) {
        let Self { svm, wallets } = self;
        for seconds in [300, 300] {
            wallets.iter().for_each(|(_, alice, _)| drop(svm.give_notice(alice).unwrap()));
            svm.advance(seconds);
            svm.refresh_all();
        }
        wallets.iter().for_each(|(_, alice, _)| drop(svm.seize(alice).unwrap()));
        svm.advance(1_800);
        svm.refresh_all();
    }

    /// Takes all of them over to the end, in so many slices: the last takes the rest, and the others the least that is allowed.
    fn take_over(&mut self, pieces: u32) -> Vec<Gain> {
        let Self { svm, wallets } = self;
        let mut gains = Vec::new();
        for (tenths, alice, mule) in wallets.iter() {
            let before = worth(svm, alice) + worth(svm, mule);
            let mut made = Gain { tenths: *tenths, ..Gain::default() };
            for n in 1..=pieces {
                let lots = svm.lots(alice, BTC).max(1);
                let least = (1_000_000 * (lots + 49) / 50 + lots - 1) / lots; // a fiftieth, in whole lots
                let args =
                    LiquidateArgs { most: if n == pieces { 1_000_000 } else { least as u32 }, ..LiquidateArgs::of(0) };
                let Ok(sent) = svm.slice(mule, alice, &[BTC], args) else { break };
                let did: Liquidated = the_event(&sent);
                (made.budget, made.insurance) = (made.budget + did.from_budget, made.insurance + did.insurance);
                (made.discount, made.slices) = (made.discount + did.discount, n);
            }
            if svm.margin(&alice.margin).episode.is_seized() {
                svm.release(alice).unwrap(); // it was sold to the buffer
            }
            assert!(!svm.requirements(alice).is_liquidatable(), "{made:?}");
            made.gain = worth(svm, alice) + worth(svm, mule) - before;
            gains.push(made);
        }
        svm.assert_reconciled();
        gains
    }
}

/// I385. At every equity from maintenance margin down to twice of it below zero, in one slice and in a hundred. Before a seizure the
/// wallets of the owner lose what the insurance fund gets of the discount: 11.7 dollars at maintenance margin, 131.7 at six tenths of it,
/// nothing where there is no equity. After it they have the budget, a tenth of maintenance margin less equity, and no more: 367.5 dollars
/// without equity, nothing from a tenth on.
#[test]
fn no_equity_makes_a_default_pay() {
    for seized in [false, true] {
        let [one, hundred] = [1, 100].map(|pieces| {
            let mut s = Sweep::new();
            if seized {
                s.seize_all();
            }
            s.take_over(pieces)
        });
        for (one, hundred) in one.iter().zip(&hundred) {
            let equity = (Sweep::MAINTENANCE / 10 * one.tenths - 1).max(0);
            let most = if seized { (Sweep::MAINTENANCE / 10 - equity).max(0) } else { 0 };
            for made in [one, hundred] {
                assert_eq!(made.gain, made.budget - made.insurance, "{made:?}");
                assert!(made.slices > 0 && made.budget <= most, "{made:?}");
                assert_eq!(made.insurance > 0, !seized && equity > 0, "{made:?}");
            }
            assert!(hundred.discount * 100 <= one.discount * 102, "{one:?} {hundred:?}");
        }
        assert!(hundred.iter().any(|made| made.slices == 100));
    }
}

/// I374, I481. The fund paid a bankrupt account out at a low, and the price recovered. What the fund paid comes back to it, and no
/// liquidator gets it.
#[test]
fn what_the_fund_advanced_is_no_prize() {
    let mut s = Scene::with_fund("25000").at("20000");
    let (alice, mule) = (copy(&s.alice), copy(&s.carol));
    let fund = s.svm.treasury().insurance.get();
    let seized = s.seize();
    assert_eq!(seized.paid, 1_100 * USDC);
    s.later(1_800);
    s.move_to("31500"); // equity 1,150 of 472.5, of which 50 are Alice's
    let mule_before = worth(&s.svm, &mule);
    let did: Liquidated = the_event(&s.svm.slice(&mule, &alice, &[BTC], LiquidateArgs::of(0)).unwrap());
    assert_eq!((did.discount, did.from_budget), (79_999_920, 29_999_920));
    assert_eq!(worth(&s.svm, &mule) - mule_before, did.discount);
    assert_eq!(
        s.svm.treasury().insurance.get(),
        fund - did.from_budget,
        "what was advanced is repaid, the budget was spent"
    );
    assert_eq!((worth(&s.svm, &alice), s.episode()), (0, Episode::default()));
    s.svm.assert_reconciled();
}

/// I373. However many accounts are seized in a day, their discounts cost the fund no more than a hundredth of it an underlying; the
/// next day goes on.
#[test]
fn several_seizures_spend_one_days_budget() {
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "1_000_000".to_owned()).unwrap();
    let [bob, mule] = ["90000000", "90000000"].map(|usdc| svm.trader(usdc).unwrap());
    let poor: Vec<Trader> = (0..4).map(|_| svm.trader("90200").unwrap()).collect();
    for t in &poor {
        svm.trade(t, &bob, BTC, "40000", 10_000).unwrap();
    }
    svm.advance(1);
    svm.publish(BTC, "20000").unwrap();
    let mut set_aside = 0;
    for t in &poor {
        let seized: AccountSeized = the_event(&svm.seize(t).unwrap());
        set_aside += seized.budget;
    }
    let limit = svm.treasury().insurance.get() / 100;
    assert!(set_aside > 2 * limit, "more is set aside, {set_aside}, than may be spent, {limit}");
    svm.advance(1_800);
    svm.refresh_all();
    let mut spent = 0;
    for t in &poor {
        spent += sell(&mut svm, &mule, t, 1_000_000);
        assert!(spent <= limit, "{spent} of {limit}");
    }
    assert!(spent > limit / 2);
    assert_eq!(svm.treasury().spending.spent[usize::from(BTC)].get(), spent);
    svm.assert_reconciled();
    refused(&mut svm, |svm| svm.release(&poor[0]), E::NotSeized);
}

/// I380. The oracle prints ten times the price, and a price near zero. Nobody has an account seized, liquidated or paid for by such a
/// print, and the debt of one that was seized before is not shared by it.
#[test]
fn a_wrong_print_makes_nobody_pay() {
    let mut svm = Svm::with_config(|c| {
        c.exchange.insurance = "25000".to_owned();
        c.underlying[0].guard.set("max_move", "0.1");
    })
    .unwrap();
    let [long, short, mule] = ["902", "902", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    let stay = |svm: &mut Svm, price: &str| {
        for _ in 0..6 {
            svm.advance(60);
            svm.publish(BTC, price).unwrap();
            svm.refresh_all();
        }
    };
    svm.trade(&long, &short, BTC, "40000", 100).unwrap();
    stay(&mut svm, "40000");
    let fund = svm.treasury().insurance;
    for (print, victim) in [("400000", &short), ("1", &long)] {
        svm.advance(1);
        svm.publish(BTC, print).unwrap();
        assert!(svm.requirements(victim).equity.get() < -3_000 * USDC, "it would owe a lot");
        for attempt in [Svm::seize, Svm::give_notice] {
            refused(&mut svm, |svm| attempt(svm, victim), E::PriceTooVolatile);
        }
        refused(&mut svm, |svm| svm.resolve_bad_debt(victim), E::NoBadDebt);
        refused(&mut svm, |svm| svm.slice(&mule, victim, &[BTC], LiquidateArgs::of(0)), E::PriceTooVolatile);
        stay(&mut svm, "40000");
    }
    // One that was seized at a good price, with equity.
    for price in ["36500", "33500", "32500"] {
        stay(&mut svm, price);
    }
    svm.seize(&long).unwrap();
    svm.advance(1);
    svm.publish(BTC, "3250").unwrap();
    refused(&mut svm, |svm| svm.resolve_bad_debt(&long), E::PriceTooVolatile);
    stay(&mut svm, "32500");
    refused(&mut svm, |svm| svm.resolve_bad_debt(&long), E::NoBadDebt);
    assert_eq!(svm.treasury().insurance, fund);
    svm.assert_reconciled();
}
