//! A perpetual against a future whose premium somebody holds at its clamp (I397).

use super::slices::liquidated;
use ballast_client::{ballast::args::LiquidateArgs, config::Section};
use ballast_testkit::{BTC, Order, Svm, Trader};

const USDC: i64 = 1_000_000;
/// The future.
pub const FUTURE: u16 = 3;
const DAY: i64 = 86_400;
/// Lots of 100 BTC: four million dollars, at a maintenance margin of 50,000.
const LOTS: i64 = 100_000;

/// An exchange whose largest basis is a quarter of the calendar charge, and a future in thirty days.
pub fn exchange() -> Svm {
    let mut svm = Svm::with_config(|c| {
        c.perpetual[usize::from(BTC)].contract.funding = Section::of(&[
            ("impact_notional", "25_000"),
            ("max_premium", "0.02"),
            ("period", "28_800"),
            ("max_basis", "0.003125"),
        ]);
    })
    .unwrap();
    let expiry = svm.now() + 30 * DAY;
    svm.list_future(BTC, expiry, FUTURE).unwrap();
    svm
}

/// Holds a bid and an ask of 700 lots, 28,000 dollars, in the future for so many minutes, and samples every one.
fn hold(svm: &mut Svm, by: &Trader, bid: &str, ask: &str, minutes: i64) {
    let bid = svm.rest(by, Order::buy(svm, FUTURE, bid, 700).post_only()).unwrap();
    let ask = svm.rest(by, Order::sell(svm, FUTURE, ask, 700).post_only()).unwrap();
    for _ in 0..minutes {
        svm.advance(60);
        svm.publish(BTC, "40000").unwrap();
        svm.sample_market(FUTURE).unwrap();
    }
    svm.publish(BTC, "40000").unwrap();
    for order in [bid, ask] {
        svm.cancel(by, FUTURE, order).unwrap();
    }
}

fn basis(svm: &Svm) -> i64 {
    svm.board().board.instrument(FUTURE).unwrap().basis
}

/// I397. One person has all three wallets. The future is held 2 % below the index until its basis is at its bound, the pair is
/// traded against the mirror at the marks, and then the future is held 2 % above for a day: the swing takes 25,000 of a deposit of
/// 62,600, half of maintenance margin. The third wallet takes a slice of both legs. Before, with a charge of 0.3 % and a basis of
/// 5 %, the first wallet was 44,500 below zero, neither leg could be taken, and the mirror withdrew 75,500.
#[test]
fn a_premium_at_its_clamp_costs_no_one_but_its_owner() {
    let mut svm = exchange();
    let [alice, mirror, thief] = ["62600", "62600", "300000"].map(|usdc| svm.trader(usdc).unwrap());
    let fund = svm.treasury().insurance.get();
    hold(&mut svm, &thief, "38000", "39200", 300);
    assert_eq!(basis(&svm), -3_125);
    // The marks: 40,000 and 0.3125 % less.
    svm.block(&alice, &mirror, &[(BTC, LOTS, "40000"), (FUTURE, -LOTS, "39875")]).unwrap();
    let all = |svm: &Svm| [&alice, &mirror, &thief].map(|t| svm.requirements(t).equity.get()).iter().sum::<i64>();
    let before = all(&svm);
    assert!(before <= 425_200 * USDC);

    hold(&mut svm, &thief, "40800", "42000", 1_440);
    assert_eq!(basis(&svm), 3_124);
    let [poor, rich] = [&alice, &mirror].map(|t| svm.requirements(t));
    assert_eq!(poor.maintenance.get(), 50_000 * USDC);
    assert!((37_000 * USDC..38_000 * USDC).contains(&poor.equity.get()), "{poor:?}");
    assert!(poor.is_liquidatable() && rich.equity.get() > 87_000 * USDC);
    // Nothing of the mirror's gain can be withdrawn while it is open.
    assert!(rich.withdraw_equity.get() <= 62_600 * USDC);

    let did = liquidated(&svm.slice(&thief, &alice, &[BTC, FUTURE], LiquidateArgs::of(0)).unwrap());
    assert_eq!((did.positions.len(), did.bad_debt), (2, 0));
    assert_eq!(did.positions[0].lots, -did.positions[1].lots, "a smaller pair is left");
    let left = svm.requirements(&alice);
    assert!(!left.is_liquidatable() && left.equity.get() > 32_000 * USDC, "{left:?}");
    // Of the three wallets the fund has its share of the discount, and nobody has paid them anything.
    assert!(did.insurance > 0 && all(&svm) <= before - did.insurance);
    assert_eq!(svm.treasury().insurance.get(), fund + did.insurance);
    svm.assert_reconciled();

    // The premium goes, and the pair is worth what it was.
    hold(&mut svm, &thief, "38000", "42000", 300);
    assert!(basis(&svm).abs() <= 1);
    assert!(all(&svm) <= before - did.insurance);
    assert_eq!(svm.treasury().insurance.get(), fund + did.insurance);
    svm.assert_reconciled();
}
