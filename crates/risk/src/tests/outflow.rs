//! The rolling limit on withdrawals.

use super::{
    random::{Rng, cases},
    rational::Q,
    world::NOW,
};
use crate::{OutflowWindow, RiskError, WithdrawalLimit};
use num_bigint::BigInt;
use std::{panic, prelude::v1::*};

fn limited(limit: u64, window: u32) -> WithdrawalLimit {
    WithdrawalLimit { limit, window, reserved: 0 }
}

fn window(limit: u64, seconds: u32) -> OutflowWindow {
    let mut w = OutflowWindow::default();
    w.set(limited(limit, seconds), NOW).unwrap();
    w
}

/// I414.
#[test]
fn a_window_in_numbers() {
    let mut w = window(1_000, 3_600);
    w.withdraw(1_000, NOW).unwrap();
    assert_eq!(w.withdraw(1, NOW), Err(RiskError::OutflowLimit { outflow: 1_001, limit: 1_000 }));
    // A unit leaks in 3.6 seconds.
    assert!(w.withdraw(1, NOW + 3).is_err());
    w.withdraw(1, NOW + 4).unwrap();
    w.withdraw(499, NOW + 1_800).unwrap();
    assert!(w.withdraw(1, NOW + 1_800).is_err());
    // What comes in may go out again.
    w.deposit(5, NOW + 1_800).unwrap();
    w.withdraw(5, NOW + 1_800).unwrap();
    assert_eq!(w.level, 1_000);
    w.withdraw(1_000, NOW + 5_400).unwrap();
    // No limit counts nothing.
    let mut none = OutflowWindow::default();
    none.withdraw(u64::MAX, NOW).unwrap();
    none.deposit(u64::MAX, NOW).unwrap();
    assert_eq!(none, OutflowWindow::default());
    // At the type's ends.
    let mut w = window(1 << 62, 604_800);
    w.deposit(u64::MAX, NOW).unwrap();
    assert_eq!(w.level, -(1 << 62));
    assert!(w.withdraw(u64::MAX, NOW).is_err());
    w.withdraw(1 << 63, NOW).unwrap();
    assert_eq!(w.level, 1 << 62);
    w.withdraw(1 << 61, i64::MAX).unwrap();
    for (limit, seconds, name) in [(u64::MAX, 60, "limit"), (1, 59, "window"), (1, 604_801, "window")] {
        super::world::refused_by_name(w.set(limited(limit, seconds), NOW), name);
    }
}

/// I414. A limit that is raised and lowered again, or whose window changes, forgets nothing; one that is turned off does.
#[test]
fn another_limit_goes_on_counting() {
    let mut w = window(1_000, 3_600);
    w.withdraw(800, NOW).unwrap();
    w.set(limited(5_000, 3_600), NOW).unwrap();
    w.set(limited(1_000, 60), NOW).unwrap();
    assert_eq!(w.withdraw(201, NOW), Err(RiskError::OutflowLimit { outflow: 1_001, limit: 1_000 }));
    // A lower limit than what has flown out waits until enough has leaked: 500 in a minute.
    w.set(limited(500, 60), NOW).unwrap();
    assert!(w.withdraw(1, NOW + 36).is_err());
    w.withdraw(1, NOW + 37).unwrap();
    w.set(limited(0, 60), NOW + 37).unwrap();
    w.set(limited(1_000, 60), NOW + 37).unwrap();
    w.withdraw(1_000, NOW + 37).unwrap();
}

fn any(rng: &mut Rng) -> OutflowWindow {
    window(rng.log_range(1, 1 << 50) as u64, rng.range(60, 604_800) as u32)
}

/// I414, I419. Money that comes and goes within a second leaves everything as it was, whatever the amount and the
/// level: it blocks nobody, and opens nothing.
#[test]
fn money_that_passes_through_changes_nothing() {
    let mut w = window(1_000, 3_600);
    for _ in 0..10 {
        w.deposit(2_000, NOW).unwrap();
        w.withdraw(2_000, NOW).unwrap();
    }
    assert_eq!(w, window(1_000, 3_600));
    cases(2_000, |rng| {
        let mut w = any(rng);
        let mut now = NOW;
        for _ in 0..10 {
            now += rng.log_range(1, i64::from(w.params.window));
            if rng.chance(50) {
                w.deposit(rng.log_range(1, 1 << 55) as u64, now).unwrap();
            } else {
                let before = w;
                if w.withdraw(rng.log_range(1, w.params.limit as i64) as u64, now).is_err() {
                    w = before;
                }
            }
            now += rng.range(0, 1_000);
            let mut still = w;
            still.withdraw(0, now).unwrap();
            let (mut at_once, amount) = (w, rng.log_range(1, 1 << 55) as u64);
            at_once.deposit(amount, now).unwrap();
            at_once.withdraw(amount, now).unwrap();
            assert_eq!(at_once, still);
            // Money that stays for some time leaves the level no lower than it would have been.
            let mut later = w;
            later.deposit(amount, now).unwrap();
            now += rng.log_range(1, 2 * i64::from(w.params.window));
            later.withdraw(0, now).unwrap();
            still.withdraw(0, now).unwrap();
            assert!(later.level as i128 + amount as i128 >= still.level as i128 - 1);
        }
    });
}

/// I414, I420. Credit: in proportion beyond the limit, so that all of it is gone with the window; it stands only at the
/// type's end.
#[test]
fn credit_leaks_with_the_window() {
    let mut w = window(1_000, 3_600);
    w.deposit(36_000, NOW).unwrap();
    w.withdraw(0, NOW + 1).unwrap();
    assert_eq!(w.level, -35_990);
    w.withdraw(0, NOW + 3_601).unwrap();
    assert_eq!(w.level, 0);
    // Up to the limit it leaks as any level does.
    w.deposit(1_000, NOW + 3_601).unwrap();
    w.withdraw(0, NOW + 3_601 + 36).unwrap();
    assert_eq!(w.level, -990);
    w.deposit(u64::MAX, NOW + 3_601 + 36).unwrap();
    assert_eq!(w.level, -(1 << 62));
    w.set(limited(2_000, 3_600), NOW + 3_601 + 36).unwrap();
    assert_eq!(w.level, -(1 << 62));
}

/// I414, I420. The level leaks exactly, however often it is asked for, credit beyond the limit aside.
#[test]
fn a_leak_loses_no_remainder() {
    cases(1_000, |rng| {
        let mut w = any(rng);
        let level = rng.range(0, w.params.limit as i64);
        let into = rng.chance(50);
        if into {
            w.deposit(level as u64, NOW).unwrap()
        } else {
            w.withdraw(level as u64, NOW).unwrap()
        }
        let mut now = NOW;
        for _ in 0..rng.range(1, 50) {
            now += rng.log_range(1, 100_000);
            w.withdraw(0, now).unwrap();
            let leaked = Q::new(BigInt::from(w.params.limit) * (now - NOW), w.params.window).floor();
            let left = (BigInt::from(level) - leaked).max(BigInt::from(0));
            assert_eq!(BigInt::from(w.level.abs()), left);
            assert!(w.level == 0 || (w.level < 0) == into);
        }
    });
}

/// I414. In no stretch of time as long as the window does more flow out, net, than twice the limit and the credit that there was.
/// That is no more than what came in before, which fades with the window.
#[test]
fn no_window_lets_out_more_than_twice_its_limit_and_the_credit() {
    cases(300, |rng| {
        let mut w = any(rng);
        // Time, amount, credit before.
        let mut flows: Vec<(i64, i64, i64)> = Vec::new();
        let mut now = NOW;
        let mut came_in = 0.0;
        for _ in 0..100 {
            let elapsed = rng.log_range(1, i64::from(w.params.window) / 4);
            now += elapsed;
            came_in *= (-(elapsed as f64) / f64::from(w.params.window)).exp();
            w.withdraw(0, now).unwrap();
            let credit = (-w.level).max(0);
            assert!(credit as f64 <= came_in * (1.0 + 1e-9) + 2.0, "{credit} {came_in}");
            let amount = rng.log_range(1, 4 * w.params.limit as i64);
            if rng.chance(30) {
                w.deposit(amount as u64, now).unwrap();
                flows.push((now, -amount, credit));
                came_in += amount as f64;
            } else {
                let before = w;
                match w.withdraw(amount as u64, now) {
                    Ok(()) => flows.push((now, amount, credit)),
                    Err(RiskError::OutflowLimit { .. }) => w = before,
                    other => panic!("{other:?}"),
                }
            }
            for start in 0..flows.len() {
                let (from, _, credit) = flows[start];
                if now - from >= i64::from(w.params.window) {
                    continue;
                }
                let net: i128 = flows[start..].iter().map(|f| i128::from(f.1)).sum();
                assert!(net <= 2 * i128::from(w.params.limit) + i128::from(credit));
            }
        }
    });
}
