//! Hedged books, stale arrays and profits on paper, in their numbers (I381 to I384).

use super::{receivership::USDC, slices::liquidated};
use crate::{
    harness::refusal::{numbers, refused},
    stories::options,
};
use ballast_client::{
    BallastError as E,
    ballast::args::LiquidateArgs,
    risk::{Ppm, Smile},
};
use ballast_testkit::{BTC, ETH, Svm, Trader, options::SMILE};

/// A second perpetual of BTC, or a future.
const SECOND: u16 = 3;
const DAY: i64 = 86_400;

/// I381. Ten bitcoins of one perpetual against ten of another, 400,000 dollars. Initial margin was 0, as both were in one calendar
/// bucket. Now maintenance margin is 1.25 % of the matched delta and initial margin 1.25 times that, at any price.
#[test]
fn two_perpetuals_of_one_underlying_are_charged_for_their_difference() {
    let mut svm = Svm::new().unwrap();
    svm.list_more(1).unwrap();
    let pair = [(BTC, 10_000, "40000"), (SECOND, -10_000, "40000")];
    let [poor, alice, bob] = ["6249.999999", "6250", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    let failed = refused(&mut svm, |svm| svm.block(&poor, &bob, &pair), E::BelowInitialMargin);
    assert_eq!(numbers(&failed, "initial margin:"), (6_250 * USDC, 6_250 * USDC - 1));
    svm.block(&alice, &bob, &pair).unwrap();
    for (price, maintenance, initial) in [("40000", 5_000, 6_250), ("20000", 2_500, 3_125), ("48000", 6_000, 7_500)] {
        svm.advance(1);
        svm.publish(BTC, price).unwrap();
        let r = svm.requirements(&alice);
        assert_eq!(r.equity.get(), 6_250 * USDC);
        assert_eq!((r.scan.get(), r.calendar.get()), (0, maintenance * USDC));
        assert_eq!((r.maintenance.get(), r.initial.get()), (maintenance * USDC, initial * USDC));
    }
}

/// I382. A straddle of a tenth of a bitcoin is short, volatility has risen to 86 %, and the price moves by 2.45 % while the arrays
/// stay as they are. What they are off by counted in maintenance margin, which was then above equity. Now it is asked of new risk
/// alone: nobody liquidates the account or gives it notice, before the refresh or after it.
#[test]
fn a_straddle_is_not_liquidated_for_its_stale_arrays() {
    let (mut svm, expiries, list) = options::listed();
    let legs = [list[2], list[3]];
    let [alice, bob, liquidator] = ["680", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.block(&alice, &bob, &legs.map(|leg| (leg, -100, "1320"))).unwrap();
    for level in [660_000, 720_000, 790_000, 860_000] {
        svm.advance(60);
        svm.refresh_all();
        svm.publish_smile(BTC, expiries[0], &Smile { level: Ppm::new(level), ..SMILE }).unwrap();
        svm.refresh_all_options(BTC).unwrap();
    }
    svm.advance(1);
    svm.publish(BTC, "40980").unwrap();
    let stale = svm.requirements(&alice);
    assert_eq!((stale.equity.get(), stale.maintenance.get()), (551_496_087, 494_042_203));
    assert_eq!(stale.drift.get(), 121_664_588);
    assert!(stale.equity < stale.maintenance.plus(stale.drift).unwrap(), "liquidatable, where drift counts");
    let refuse_all = |svm: &mut Svm| {
        refused(svm, |svm| svm.liquidate(&liquidator, &alice, &legs), E::NotLiquidatable);
        refused(svm, |svm| svm.give_notice(&alice), E::NotLiquidatable);
        refused(svm, |svm| svm.seize(&alice), E::NotSeizable);
    };
    refuse_all(&mut svm);
    svm.refresh_all_options(BTC).unwrap();
    let fresh = svm.requirements(&alice);
    assert_eq!((fresh.equity.get(), fresh.maintenance.get()), (551_620_112, 511_453_325));
    assert!(fresh.drift.is_zero() && fresh.initial < stale.initial);
    refuse_all(&mut svm);
    svm.assert_reconciled();
}

/// I383. A bitcoin bought at 40,000 with 9,000 dollars is worth 45,000. Equity is 14,000 of a maintenance margin of 6,750, and the
/// 7,250 between are neither paid out nor given to another account, however long the price stands: 9,000 must cover an initial margin
/// of 8,437.5. What there is beyond that is paid out, to the unit, and the account is solvent when the profit is gone.
#[test]
fn a_profit_on_paper_is_not_paid_out() {
    let mut svm = Svm::new().unwrap();
    let [alice, bob] = ["9020", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    let other = svm.sub_account(alice.key.insecure_clone(), 1, "0").unwrap();
    svm.trade(&alice, &bob, BTC, "40000", 1_000).unwrap();
    let (fund, free) = (svm.treasury().insurance.get(), 562_500_000);
    for _ in 0..8 {
        svm.advance(3_600);
        svm.publish(BTC, "45000").unwrap();
        let r = svm.requirements(&alice);
        assert_eq!((r.equity.get(), r.maintenance.get()), (14_000 * USDC, 6_750 * USDC));
        for amount in [7_250 * USDC, free + 1] {
            let failed = refused(&mut svm, |svm| svm.withdraw_usdc(&alice, amount as u64), E::BelowWithdrawalMargin);
            assert_eq!(numbers(&failed, "withdrawal margin:"), (8_437_500_000, 9_000 * USDC - amount));
            refused(&mut svm, |svm| svm.transfer_cash(&alice, &other, amount as u64), E::BelowWithdrawalMargin);
        }
    }
    svm.withdraw_usdc(&alice, free as u64).unwrap();
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 1), E::BelowWithdrawalMargin);
    for (price, equity) in [("40000", 8_437_500_000), ("37500", 5_937_500_000), ("32000", 437_500_000)] {
        svm.advance(1);
        svm.publish(BTC, price).unwrap();
        let r = svm.requirements(&alice);
        assert_eq!((r.equity.get(), r.is_liquidatable()), (equity, price == "32000"));
    }
    assert_eq!(svm.treasury().insurance.get(), fund);
    svm.assert_reconciled();
}

/// A book of two legs, its owner, and who liquidates it.
struct Book {
    svm: Svm,
    alice: Trader,
    liquidator: Trader,
    legs: [u16; 2],
}

impl Book {
    /// A long perpetual of 100 BTC, and a future short of 60.
    fn of_a_future(usdc: &str) -> Self {
        let mut svm = Svm::new().unwrap();
        let expiry = svm.now() + 30 * DAY;
        svm.list_future(BTC, expiry, SECOND).unwrap();
        Self::with(svm, usdc, &[(BTC, 100_000, "40000"), (SECOND, -60_000, "40000")])
    }

    fn with(mut svm: Svm, usdc: &str, legs: &[(u16, i64, &str); 2]) -> Self {
        let [alice, bob, liquidator] = [usdc, "10000000", "10000000"].map(|usdc| svm.trader(usdc).unwrap());
        svm.block(&alice, &bob, legs).unwrap();
        Self { svm, alice, liquidator, legs: legs.map(|(instrument, ..)| instrument) }
    }

    fn lots(&self) -> [i64; 2] {
        self.legs.map(|leg| self.svm.lots(&self.alice, leg))
    }

    /// One step of a crash. Where it makes the account liquidatable, a liquidator takes a slice of both legs: what is left is the
    /// same book to a lot, smaller, at the buffer, and solvent. `hedge` alone is refused.
    fn step(&mut self, prices: &[(u16, i64)], hedge: Option<u16>) -> bool {
        let Self { svm, alice, liquidator, legs } = self;
        svm.advance(1);
        for (underlying, price) in prices {
            svm.publish(*underlying, &price.to_string()).unwrap();
        }
        if !svm.requirements(alice).is_liquidatable() {
            return false;
        }
        if let Some(leg) = hedge {
            refused(svm, |svm| svm.liquidate(liquidator, alice, &[leg]), E::LiquidationDoesNotHelp);
        }
        let was = legs.map(|leg| svm.lots(alice, leg));
        let did = liquidated(&svm.liquidate(liquidator, alice, legs).unwrap());
        let is = legs.map(|leg| svm.lots(alice, leg));
        assert!(is[0] > 0 && is[0] < was[0] && is[1] < 0 && is[1] > was[1], "{was:?} {is:?} at {prices:?}");
        let off = is[0] * was[1] - is[1] * was[0];
        assert!(off.abs() <= was[0].max(-was[1]), "{was:?} {is:?} at {prices:?}");
        assert_eq!((did.bad_debt, did.uncovered, did.from_budget), (0, 0, 0));
        let r = svm.requirements(alice);
        assert!(r.equity >= r.target(&svm.board().board.params).unwrap(), "{r:?}");
        assert!(did.discount > 0 && did.equity_after == did.equity_before - did.discount);
        true
    }
}

/// I384. 100 BTC long and 60 short in a future, through a fall from 40,000 to 12,000 dollars in steps of 1,000: nineteen slices, each
/// of both legs. The hedge alone goes at no step. The book ends five to three, as it began, and solvent.
#[test]
fn a_hedged_book_goes_through_a_crash_whole() {
    let mut b = Book::of_a_future("600000");
    let fund = b.svm.treasury().insurance.get();
    let mut slices = 0;
    for price in (12..40).rev().map(|thousands| thousands * 1_000) {
        slices += u32::from(b.step(&[(BTC, price)], Some(SECOND)));
    }
    assert_eq!((slices, b.lots()), (19, [189, -114]));
    let r = b.svm.requirements(&b.alice);
    assert_eq!((r.equity.get(), r.maintenance.get()), (168_353_533, 152_100_000));
    assert!(b.svm.treasury().insurance.get() > fund, "it has its share of the discounts");
    b.svm.assert_reconciled();
}

/// I384. 3.52 BTC long and 40 ETH short in a group, while BTC falls by a quarter and ETH rises: eighteen slices, each of both legs.
#[test]
fn a_group_pair_goes_through_a_crash_whole() {
    let mut b = Book::with(Svm::new().unwrap(), "22000", &[(BTC, 3_520, "40000"), (ETH, -4_000, "2500")]);
    let mut slices = 0;
    for n in 1..=20 {
        slices += u32::from(b.step(&[(BTC, 40_000 - 500 * n), (ETH, 2_500 + 5 * n)], None));
    }
    assert_eq!((slices, b.lots()), (18, [277, -315]));
    let r = b.svm.requirements(&b.alice);
    assert_eq!((r.equity.get(), r.maintenance.get()), (1_349_542_715, 1_224_900_000));
    b.svm.assert_reconciled();
}

/// I384. 100 BTC long and 60 short in a future with an equity of 198,000: a request for all of the perpetual was refused and one for
/// half was taken, as the excess is not monotone in lots. Now whoever may take some may ask for more, and gets no less.
#[test]
fn a_request_for_more_takes_no_less() {
    for legs in [&[BTC][..], &[BTC, SECOND]] {
        let mut taken = 0;
        for most in [100_000, 300_000, 500_000, 600_000, 800_000, 1_000_000] {
            let mut b = Book::of_a_future("438000");
            b.svm.advance(1);
            b.svm.publish(BTC, "34000").unwrap();
            let r = b.svm.requirements(&b.alice);
            assert_eq!((r.equity.get(), r.maintenance.get()), (198_000 * USDC, 229_500 * USDC));
            let args = LiquidateArgs { most, ..LiquidateArgs::of(0) };
            let did = liquidated(&b.svm.slice(&b.liquidator, &b.alice, legs, args).unwrap());
            let lots = did.positions[0].lots;
            assert!(lots >= taken, "{legs:?} {most}: {lots} after {taken}");
            taken = lots;
            b.svm.assert_reconciled();
        }
    }
}
