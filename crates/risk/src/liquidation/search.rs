//! The search for the smallest slice that reaches the buffer.

use super::{Terms, cut::FRACTION_ONE};
use crate::{
    MarginParams, QuoteNative, Requirements, RiskError,
    math::{mul_div_floor, mul_ppm_floor},
};

/// Fractions that are tried.
pub(super) const MAX_TRIALS: u32 = 6;

/// A fraction that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// The fraction.
    pub fraction: u64,
    /// Equity beyond the buffer after the slice; negative where it does not reach it.
    pub excess: i64,
    /// Maintenance margin after it.
    pub maintenance: QuoteNative,
    /// True if the slice, as rounded, makes the account better.
    pub helps: bool,
}

impl Point {
    const fn reaches(&self) -> bool {
        self.helps && self.excess >= 0
    }

    /// True if it is a better slice than another: the smallest that reaches the buffer, else the one that comes nearest to it.
    fn is_better_than(&self, other: &Self) -> bool {
        match (self.reaches(), other.reaches()) {
            (true, true) => self.fraction < other.fraction,
            (false, false) => self.excess > other.excess,
            (reaches, _) => reaches,
        }
    }
}

/// What a search looks for.
pub(super) struct Goal {
    /// The largest fraction.
    pub most: u64,
    /// Where it starts.
    pub start: u64,
    /// The fraction that one lot of the coarsest leg is of that leg: nothing finer is looked for.
    pub step: u64,
    /// Equity beyond the buffer of an account from which nothing is taken.
    pub none: i64,
    /// An excess that is small enough to stop at.
    pub near: i64,
}

/// The best of at most [`MAX_TRIALS`] fractions, or none if none helps.
///
/// Margin is homogeneous and convex, so that a slice of the whole reaches the buffer at `start` but for rounding, or sooner where
/// concentration is charged. From there by secants, which of a concave excess never fall short. A part of a portfolio may need more
/// than `start`, or may help only at its largest fraction: the last trial is that one, if nothing was found.
pub(super) fn search(
    goal: &Goal,
    mut at: impl FnMut(u64) -> Result<Point, RiskError>,
) -> Result<Option<Point>, RiskError> {
    let mut best: Option<Point> = None;
    let mut low = (0, goal.none);
    let mut high: Option<(u64, i64)> = None;
    let mut next = goal.start.min(goal.most);
    for left in (0..MAX_TRIALS).rev() {
        let point = at(next)?;
        if point.helps && best.is_none_or(|best| point.is_better_than(&best)) {
            best = Some(point);
        }
        let before = low;
        if point.reaches() {
            high = Some((next, point.excess));
        } else {
            low = (next, point.excess.min(-1));
        }
        next = match high {
            Some((fraction, excess)) if excess <= goal.near || fraction - low.0 <= goal.step => break,
            Some(high) => between(low, high, goal.step)?,
            None if next >= goal.most => break,
            None if left == 1 => goal.most,
            None => beyond(before, low, goal)?,
        };
    }
    Ok(best)
}

/// Where the line through two points has no excess, at least a step from either.
fn between(low: (u64, i64), high: (u64, i64), step: u64) -> Result<u64, RiskError> {
    let (width, rise) = ((high.0 - low.0) as i64, high.1.saturating_sub(low.1));
    let back = mul_div_floor(width, high.1, rise)? as u64;
    let most = high.0 - low.0 - step; // more than a step apart
    Ok(high.0 - back.max(step).min(most.max(1)))
}

/// Where the line through two points that fall short would have no excess, a step further; the largest fraction where the line
/// does not rise.
fn beyond(before: (u64, i64), low: (u64, i64), goal: &Goal) -> Result<u64, RiskError> {
    let rise = low.1.saturating_sub(before.1);
    if rise <= 0 || low.0 <= before.0 {
        return Ok(goal.most);
    }
    let room = goal.most - low.0;
    let ahead = u128::from(low.0 - before.0) * u128::from(low.1.unsigned_abs()) / rise as u128 + u128::from(goal.step);
    Ok(low.0 + u64::try_from(ahead).unwrap_or(room).min(room))
}

/// The fraction of the whole that reaches the buffer if margin falls in proportion: `((1 + b) · M − E) / ((1 + b − d) · M)`.
pub(super) fn closed_form(params: &MarginParams, before: &Requirements, terms: &Terms) -> Result<u64, RiskError> {
    let target = before.target(params)?;
    let missing = target.minus(before.equity)?;
    let gained = target.minus(mul_ppm_floor(before.maintenance, terms.rate)?)?;
    if missing >= gained {
        return Ok(FRACTION_ONE);
    }
    Ok(mul_div_floor(missing.get().max(0), FRACTION_ONE as i64, gained.get())? as u64 + 1)
}

/// A thousandth of the maintenance margin: a search that is so near does not go on.
pub(super) fn near(before: &Requirements) -> QuoteNative {
    QuoteNative::new(before.maintenance.get() >> 10)
}

/// Equity beyond maintenance margin and the buffer.
pub(super) fn excess(params: &MarginParams, equity: QuoteNative, maintenance: QuoteNative) -> Result<i64, RiskError> {
    let after = Requirements { equity, maintenance, ..Requirements::default() };
    Ok(equity.minus(after.target(params)?)?.get())
}

/// True if maintenance margin falls and the ratio of equity to it rises, as far as there is equity.
pub(super) fn is_better(before: &Requirements, equity: QuoteNative, maintenance: QuoteNative) -> bool {
    let product = |a: QuoteNative, b: QuoteNative| i128::from(a.get()) * i128::from(b.get());
    maintenance < before.maintenance
        && (before.equity.get() <= 0 || product(equity, before.maintenance) > product(before.equity, maintenance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Excess after a fraction: rises in one or two slopes, with steps where lots are rounded.
    fn excess_at(fraction: u64, none: i64, slopes: [i64; 2], kink: u64, grain: u64) -> i64 {
        let part = |of: u64, slope: i64| ((i128::from(of) * i128::from(slope)) >> 20) as i64;
        let fraction = fraction / grain * grain;
        none + part(fraction.min(kink), slopes[0]) + part(fraction.saturating_sub(kink), slopes[1])
    }

    proptest! {
        /// I532. Of the points that were tried the best is returned: the smallest that reaches the buffer, else the one nearest to it. Where it
        /// reaches it, it is near, or no point a step below was left to try, or the trials are used up; what is asked for at most is tried
        /// before a search finds nothing.
        #[test]
        fn the_best_of_the_points_tried_is_returned(
            none in -1_000_000i64..-1,
            first in -100_000i64..4_000_000,
            second in -100_000i64..4_000_000,
            kink in 0..FRACTION_ONE,
            grain in 1..FRACTION_ONE / 4,
            start in 1..=FRACTION_ONE,
            most in 1..=FRACTION_ONE,
            step in 0..FRACTION_ONE / 4,
            near in 0i64..10_000,
            least in 0..FRACTION_ONE / 8,
        ) {
            let goal = Goal { most, start, step, none, near };
            let mut tried: Vec<Point> = Vec::new();
            let found = search(&goal, |fraction| {
                let excess = excess_at(fraction, none, [first, second], kink, grain);
                let helps = fraction >= least;
                let point = Point { fraction, excess, maintenance: QuoteNative::ZERO, helps };
                tried.push(point);
                Ok(point)
            }).unwrap();
            prop_assert!((1..=MAX_TRIALS as usize).contains(&tried.len()));
            prop_assert!(tried.iter().all(|p| p.fraction <= most));
            let Some(found) = found else {
                prop_assert!(tried.iter().all(|p| !p.helps) && tried.iter().any(|p| p.fraction == most));
                return Ok(());
            };
            prop_assert!(tried.contains(&found) && found.helps);
            if !found.reaches() {
                prop_assert!(tried.iter().all(|p| !p.helps || !p.reaches() && p.excess <= found.excess));
                return Ok(());
            }
            prop_assert!(tried.iter().all(|p| !p.reaches() || p.fraction >= found.fraction));
            let below = tried.iter().map(|p| p.fraction).filter(|f| *f < found.fraction).max().unwrap_or(0);
            let used_up = tried.len() == MAX_TRIALS as usize;
            prop_assert!(found.excess <= near || found.fraction - below <= step || used_up, "{found:?} {tried:?}");
        }
    }
}
