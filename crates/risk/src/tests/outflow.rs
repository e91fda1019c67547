//! The rolling limit on withdrawals.

use super::{
    random::{Rng, cases},
    rational::Q,
    world::NOW,
};
use crate::{OutflowWindow, RiskError};
use num_bigint::BigInt;
use std::{panic, prelude::v1::*};

fn window(limit: u64, seconds: u32) -> OutflowWindow {
    let mut w = OutflowWindow::default();
    w.set(limit, seconds, NOW).unwrap();
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
    for (limit, seconds, parameter) in [(u64::MAX, 60, 7), (1, 59, 6), (1, 604_801, 6)] {
        assert_eq!(w.set(limit, seconds, NOW), Err(RiskError::ParameterOutOfBounds { parameter }));
    }
}

/// I414. A limit that is raised and lowered again, or whose window changes, forgets nothing; one that is turned off does.
#[test]
fn another_limit_goes_on_counting() {
    let mut w = window(1_000, 3_600);
    w.withdraw(800, NOW).unwrap();
    w.set(5_000, 3_600, NOW).unwrap();
    w.set(1_000, 60, NOW).unwrap();
    assert_eq!(w.withdraw(201, NOW), Err(RiskError::OutflowLimit { outflow: 1_001, limit: 1_000 }));
    // A lower limit than what has flown out waits until enough has leaked: 500 in a minute.
    w.set(500, 60, NOW).unwrap();
    assert!(w.withdraw(1, NOW + 36).is_err());
    w.withdraw(1, NOW + 37).unwrap();
    w.set(0, 60, NOW + 37).unwrap();
    w.set(1_000, 60, NOW + 37).unwrap();
    w.withdraw(1_000, NOW + 37).unwrap();
}

fn any(rng: &mut Rng) -> OutflowWindow {
    window(rng.log_range(1, 1 << 50) as u64, rng.range(60, 604_800) as u32)
}

/// I414. The level leaks exactly, however often it is asked for.
#[test]
fn a_leak_loses_no_remainder() {
    cases(1_000, |rng| {
        let mut w = any(rng);
        let level = rng.range(0, w.limit as i64);
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
            let leaked = Q::new(BigInt::from(w.limit) * (now - NOW), w.window).floor();
            let left = (BigInt::from(level) - leaked).max(BigInt::from(0));
            assert_eq!(BigInt::from(w.level.abs()), left);
            assert!(w.level == 0 || (w.level < 0) == into);
        }
    });
}

/// I414. In no stretch of time as long as the window does more flow out, net, than three times the limit; and money that comes
/// and goes changes nothing for others.
#[test]
fn no_window_lets_out_more_than_three_times_its_limit() {
    cases(300, |rng| {
        let mut w = any(rng);
        let mut flows: Vec<(i64, i64)> = Vec::new();
        let mut now = NOW;
        for _ in 0..100 {
            now += rng.log_range(1, i64::from(w.window) / 4);
            let amount = rng.log_range(1, w.limit as i64);
            if rng.chance(30) {
                w.deposit(amount as u64, now).unwrap();
                flows.push((now, -amount));
            } else {
                let before = w;
                match w.withdraw(amount as u64, now) {
                    Ok(()) => flows.push((now, amount)),
                    Err(RiskError::OutflowLimit { .. }) => w = before,
                    other => panic!("{other:?}"),
                }
            }
            for start in 0..flows.len() {
                let from = flows[start].0;
                if now - from >= i64::from(w.window) {
                    continue;
                }
                let net: i128 = flows[start..].iter().map(|f| i128::from(f.1)).sum();
                assert!(net <= 3 * i128::from(w.limit));
            }
            let mut cycled = w;
            let amount = rng.range(0, w.limit as i64).min(w.limit as i64 + w.level) as u64;
            cycled.deposit(amount, now).unwrap();
            cycled.withdraw(amount, now).unwrap();
            let mut still = w;
            still.withdraw(0, now).unwrap();
            assert_eq!(cycled.level, still.level);
        }
    });
}
