//! Which expiry an entry in days stands for.
//!
//! "30 days" is another time whenever it is asked, so it cannot name an expiry by itself. The entries in days of one
//! underlying, of its futures and series together, are the rungs of a ladder: the entry of 30 days beside one of 7 stands for
//! an expiry more than 7 and at most 30 days ahead. If there is one, or the file names one by its time, it is that, the last
//! if there are several. If there is none, it is the first settlement time at least 30 days ahead. So a run tomorrow lists nothing anew; and as
//! expiries come nearer and pass, every rung is filled again, as on exchanges that always have a weekly and a monthly. No file
//! remembers anything.

use crate::config::expiry;
use anyhow::Result;
use ballast_risk::MarginParams;

/// What is on a rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The expiry that the entry stands for.
    pub expiry: i64,
    /// Earlier ones on the same rung: listed before, and kept as they are.
    pub others: Vec<i64>,
}

/// The rung of an entry in days at a time. `below` is the next smaller entry, `known` are the expiries that are listed or that
/// the file names.
pub fn rung(
    params: &MarginParams,
    now: i64,
    below: Option<u32>,
    days: u32,
    known: impl Iterator<Item = i64>,
) -> Result<Rung> {
    let low = below.map_or(Ok(now), |b| expiry(params, now, b))?;
    let high = expiry(params, now, days)?;
    let mut others: Vec<i64> = known.filter(|e| (low + 1..=high).contains(e)).collect();
    others.sort_unstable();
    others.dedup();
    Ok(Rung { expiry: others.pop().unwrap_or(high), others })
}

#[cfg(test)]
mod tests {
    use super::{MarginParams, Rung};
    use std::collections::BTreeSet;

    const DAY: i64 = 86_400;
    const NOW: i64 = 1_621_209_601;

    /// Everything settles at 08:00.
    fn params() -> MarginParams {
        MarginParams { settlement_time: 28_800, ..MarginParams::default() }
    }

    fn expiry(now: i64, days: u32) -> i64 {
        super::expiry(&params(), now, days).unwrap()
    }

    fn rung(now: i64, below: Option<u32>, days: u32, known: impl Iterator<Item = i64>) -> Rung {
        super::rung(&params(), now, below, days, known).unwrap()
    }

    fn run(now: i64, rungs: &[u32], listed: &mut BTreeSet<i64>) -> Vec<i64> {
        listed.retain(|e| *e > now);
        let below = std::iter::once(None).chain(rungs.iter().copied().map(Some));
        let filled: Vec<i64> = below.zip(rungs).map(|(b, d)| rung(now, b, *d, listed.iter().copied()).expiry).collect();
        listed.extend(&filled);
        filled
    }

    #[test]
    fn a_run_again_changes_nothing_until_an_expiry_passes() {
        let mut listed = BTreeSet::new();
        let first = run(NOW, &[7, 30], &mut listed);
        assert_eq!(first, [expiry(NOW, 7), expiry(NOW, 30)]);
        for later in [0, 59, 60, DAY, 6 * DAY] {
            assert_eq!(run(NOW + later, &[7, 30], &mut listed), first, "{later} s later");
        }
        let next = run(NOW + 8 * DAY, &[7, 30], &mut listed);
        assert_eq!(next, [expiry(NOW + 8 * DAY, 7), first[1]]);
    }

    #[test]
    fn a_monthly_becomes_a_weekly_and_a_new_monthly_is_listed() {
        let mut listed = BTreeSet::new();
        let monthly = run(NOW, &[7, 30], &mut listed)[1];
        let then = NOW + 25 * DAY;
        assert_eq!(run(then, &[7, 30], &mut listed), [monthly, expiry(then, 30)]);
    }

    #[test]
    fn every_rung_is_filled_whenever_it_runs() {
        let mut listed = BTreeSet::new();
        for day in 0..400 {
            let now = NOW + day * DAY + day * 977;
            let filled = run(now, &[1, 7, 30, 90], &mut listed);
            assert!(filled.is_sorted() && filled.iter().collect::<BTreeSet<_>>().len() == 4, "day {day}");
            assert!(listed.len() <= 6, "day {day}: {listed:?}");
            let all: Vec<i64> = listed.iter().copied().collect();
            assert!(all.windows(2).all(|w| w[1] - w[0] >= DAY), "day {day}: {all:?}");
        }
    }

    #[test]
    fn a_rung_ends_at_its_settlement_time() {
        let weekly = expiry(NOW, 7);
        assert_eq!((weekly - NOW) / DAY, 7);
        let at = |known: &[i64]| rung(NOW, Some(1), 7, known.iter().copied());
        assert_eq!(at(&[weekly + DAY]), Rung { expiry: weekly, others: vec![] });
        assert_eq!(
            at(&[weekly - DAY, weekly - 2 * DAY]),
            Rung { expiry: weekly - DAY, others: vec![weekly - 2 * DAY] }
        );
        assert_eq!(at(&[expiry(NOW, 1)]), Rung { expiry: weekly, others: vec![] });
        assert_eq!(expiry(weekly - 7 * DAY, 7), weekly, "exactly seven days are enough");
    }
}
