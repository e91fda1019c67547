//! Which expiry an entry in days stands for.
//!
//! "30 days" is another time whenever it is asked, so it cannot name an expiry by itself. The entries in days of one
//! underlying, of its futures and series together, are the rungs of a ladder: the entry of 30 days beside one of 7 stands for an
//! expiry more than 7 and at most 30 days ahead. If there is one, it is that, the last if there are several. If there
//! is none, it is the whole minute 30 days ahead. So a run tomorrow lists nothing anew; and as expiries come nearer and
//! pass, every rung is filled again, as on exchanges that always have a weekly and a monthly. No file remembers anything.

use crate::config::expiry;

/// The expiry of an entry in days at a time. `below` is the next smaller entry, `listed` are the expiries there are.
pub fn rung(now: i64, below: Option<u32>, days: u32, listed: impl Iterator<Item = i64>) -> i64 {
    let (low, high) = (below.map_or(now, |b| expiry(now, b)), expiry(now, days));
    listed.filter(|e| (low + 1..=high).contains(e)).max().unwrap_or(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const DAY: i64 = 86_400;
    const NOW: i64 = 1_621_209_601;

    fn run(now: i64, rungs: &[u32], listed: &mut BTreeSet<i64>) -> Vec<i64> {
        listed.retain(|e| *e > now);
        let below = std::iter::once(None).chain(rungs.iter().copied().map(Some));
        let filled: Vec<i64> = below.zip(rungs).map(|(b, d)| rung(now, b, *d, listed.iter().copied())).collect();
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
        }
    }
}
