//! What was once found to pay whoever causes a default, in its numbers.

use super::receivership::{USDC, the_event};
use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{args::LiquidateArgs, events::Liquidated},
};
use ballast_testkit::{BTC, Svm, Trader, options::SMILE};

const FUTURE: u16 = 3;
const DAY: i64 = 86_400;

/// I374. Equity of 38 dollars at a maintenance margin of 471. The discount took 146.9 of it, when it was a part of what was moved: it
/// ended at −108.9. Now it is at most half of the 38, however often somebody comes.
#[test]
fn a_discount_bankrupts_no_account() {
    let mut svm = Svm::new().unwrap();
    let [alice, bob, carol] = ["900", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "31400").unwrap();
    let r = svm.requirements(&alice);
    assert_eq!((r.equity.get(), r.maintenance.get()), (38 * USDC, 471 * USDC));

    let fund = svm.treasury().insurance.get();
    let (mut paid, mut insurance) = (0, 0);
    for most in [100_000, 300_000, 1_000_000, 1_000_000] {
        let args = LiquidateArgs { most, ..LiquidateArgs::of(0) };
        let Ok(sent) = svm.slice(&carol, &alice, &[BTC], args) else { break };
        let did: Liquidated = the_event(&sent);
        assert_eq!((did.bad_debt, did.uncovered, did.from_budget), (0, 0, 0));
        (paid, insurance) = (paid + did.discount, insurance + did.insurance);
    }
    let left = svm.requirements(&alice);
    assert!(!left.is_liquidatable() && left.equity.get() >= 19 * USDC - 20, "{left:?}");
    assert!((1..=19 * USDC).contains(&paid), "{paid}");
    assert_eq!(svm.treasury().insurance.get(), fund + insurance);
    svm.assert_reconciled();
}

/// One person's three wallets, and the fund.
struct Wallets {
    svm: Svm,
    all: [Trader; 3],
    fund: i64,
}

impl Wallets {
    /// No wallet lacks anything, all together have no more than they deposited, and the fund has lost nothing.
    #[track_caller]
    fn assert_nothing_gained(&self) {
        let equity = self.all.each_ref().map(|t| self.svm.requirements(t).equity.get());
        assert!(equity.iter().all(|e| *e >= 0), "{equity:?}");
        assert!(equity.iter().sum::<i64>() <= 400_000 * USDC, "{equity:?}");
        assert!(self.svm.treasury().insurance.get() >= self.fund);
        self.svm.assert_reconciled();
    }

    /// The third wallet takes over as much as it can carry of one of these legs of each of the others, in turn.
    fn take_over(&mut self, legs: &[u16], slices: &mut u32) {
        let Self { svm, all: [one, other, third], .. } = self;
        for of in [&*one, &*other] {
            for &leg in legs {
                let mut parts = [1_000_000, 300_000, 100_000, 50_000, 30_000, 20_000].into_iter();
                let took = parts.any(|most| {
                    let args = LiquidateArgs { most, ..LiquidateArgs::of(0) };
                    svm.slice(third, of, &[leg], args).is_ok()
                });
                *slices += u32::from(took);
            }
        }
    }

    /// Through an expiry, the price flat: from the eleventh sample on the third wallet takes over what it can of the perpetual and of
    /// these, which expire. Then all that is left is settled.
    fn through(&mut self, expiry: i64, expiring: &[u16]) {
        let legs: Vec<u16> = [BTC].iter().chain(expiring).copied().collect();
        let mut slices = 0;
        for sample in 1..=30 {
            self.svm.take_samples(BTC, expiry, sample..=sample, "40000").unwrap();
            self.svm.publish(BTC, "40000").unwrap();
            if self.svm.now() < expiry {
                self.svm.refresh_all_options(BTC).unwrap();
            }
            if sample > 10 {
                self.take_over(&legs, &mut slices);
                self.assert_nothing_gained();
            }
        }
        assert!(slices > 10, "{slices}");
        self.svm.settle_all().unwrap();
        for _ in 0..20 {
            self.take_over(&legs, &mut slices);
            self.assert_nothing_gained();
        }
        for t in &self.all {
            for &leg in expiring {
                if self.svm.lots(t, leg) != 0 {
                    self.svm.settle_position(t, leg).unwrap();
                }
            }
        }
        self.assert_nothing_gained();
    }
}

/// I374. A perpetual against a future through its expiry, mirrored in a second wallet, the price flat; from the eleventh sample on a
/// third wallet takes over from both in turn. It made 3,592,463 of 400,000, when nothing saw the expiry coming: margin rose at each
/// sample, and each takeover was paid of what was moved.
#[test]
fn a_hedge_through_an_expiry_pays_no_one() {
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "1000000".to_owned()).unwrap();
    let expiry = svm.now() + 2 * DAY;
    svm.list_future(BTC, expiry, FUTURE).unwrap();
    let all = ["155000", "155000", "90000"].map(|usdc| svm.trader(usdc).unwrap());
    let fund = svm.treasury().insurance.get();
    // A thousand bitcoins want four times what was deposited: 1.25 % of 40 millions of matched delta.
    let pair = |lots: i64| [(BTC, lots, "40000"), (FUTURE, -lots, "40000")];
    refused(&mut svm, |svm| svm.block(&all[0], &all[1], &pair(1_000_000)), E::BelowInitialMargin);
    svm.block(&all[0], &all[1], &pair(240_000)).unwrap();
    let mut wallets = Wallets { svm, all, fund };
    wallets.assert_nothing_gained();

    wallets.through(expiry, &[FUTURE]);
}

/// I374. The same of a conversion, a perpetual against a short call and a long put of one strike: 180 bitcoins want 150,400 dollars, and
/// what the options leave when they expire is seen coming.
#[test]
fn a_conversion_through_an_expiry_pays_no_one() {
    let mut svm = Svm::with_config(|c| c.exchange.insurance = "1000000".to_owned()).unwrap();
    let expiry = (svm.now() / 60 + 1) * 60 + 2 * DAY;
    svm.settle_at(expiry).unwrap();
    svm.open_surface(BTC).unwrap();
    let [call, put] = svm.list_options(BTC, &[expiry], &["40000"], FUTURE).unwrap()[..] else { panic!("a pair") };
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    let all = ["155000", "155000", "90000"].map(|usdc| svm.trader(usdc).unwrap());
    let fund = svm.treasury().insurance.get();
    let legs = |lots: i64| [(BTC, lots, "40000"), (call, -lots, "700"), (put, lots, "700")];
    refused(&mut svm, |svm| svm.block(&all[0], &all[1], &legs(1_000_000)), E::BelowInitialMargin);
    svm.block(&all[0], &all[1], &legs(180_000)).unwrap();
    let mut wallets = Wallets { svm, all, fund };
    wallets.assert_nothing_gained();
    wallets.through(expiry, &[call, put]);
}
