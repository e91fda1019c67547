//! Cutting a fraction of a set of legs, in whole lots.
//!
//! Lots are whole, so that every leg is cut with a rounding error. A hedge must not lose its balance by that: the legs of an
//! underlying are cut from the coarsest to the finest, by the delta of a lot, and each passes the delta that it took too little or
//! too much on to the next, but for options of little delta, which are cut alone. What is left over
//! at the end is at most half a lot of the finest leg that could take it.

use crate::{
    Instrument, Ppm, Underlying,
    math::{RATIO_BITS, add_bounded, sub_bounded},
};
use bytemuck::{Pod, Zeroable};

/// Fraction bits of a fraction: 1 is [`FRACTION_ONE`].
const FRACTION_BITS: u32 = 60;

/// A fraction of everything.
pub const FRACTION_ONE: u64 = 1 << FRACTION_BITS;

/// Fraction bits of [`Cut::delta`] and [`Cut::lot`], in delta units. With them the delta of a position stays below 2^61.
pub const DELTA_BITS: u32 = 7;

/// Delta of a lot, 2^-[`DELTA_BITS`] units, of an option at its present delta; rounded down.
pub(super) fn lot_delta(i: &Instrument, u: &Underlying, now: i64) -> i64 {
    let units = i.delta_units.get();
    if !i.is_option() {
        return units << DELTA_BITS;
    }
    // The units of a lot are below 2^54, a delta is at most one.
    ((i128::from(units) * i128::from(i.option.at(i, u, now).delta)) >> (RATIO_BITS - DELTA_BITS)) as i64
}

/// A leg, and what a cut takes of it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Cut {
    /// Lots held, signed; of a token its whole delta units.
    pub held: i64,
    /// Lots taken, signed as they are held.
    pub taken: i64,
    /// Magnitude of the delta of all lots, 2^-[`DELTA_BITS`] units.
    pub delta: u64,
    /// Magnitude of the delta that one lot carries, likewise; 0 of an option of little delta.
    pub lot: u64,
    /// The instrument's index on the board, or the token's.
    pub index: u16,
    /// The underlying's.
    pub underlying: u16,
    /// Where it is in the account.
    pub slot: u8,
    /// 1 for a token.
    pub is_token: u8,
    /// 1 where the delta is negative.
    pub is_short: u8,
    /// 1 where all is taken.
    pub is_all: u8,
}

impl Cut {
    /// True if `self` is cut before `other`: by underlying, positions from the coarsest lot to the finest, then tokens.
    fn comes_before(&self, other: &Self) -> bool {
        let order = |c: &Self| (c.underlying, c.is_token, u64::MAX - c.lot, c.index);
        order(self) < order(other)
    }
}

/// The fraction of a ratio in millionths, at most one.
pub const fn fraction_of(ratio: Ppm) -> u64 {
    if ratio.get() >= Ppm::ONE.get() {
        return FRACTION_ONE;
    }
    // Below 2^60: exact but for 2^-40.
    ((ratio.get() as u64) << 40) / Ppm::ONE.get() as u64 * (1 << (FRACTION_BITS - 40))
}

/// Puts legs into the order in which they are cut. They come nearly sorted.
pub(super) fn sort(legs: &mut [Cut]) {
    for n in 1..legs.len() {
        let mut k = n;
        while k > 0 && legs[k].comes_before(&legs[k - 1]) {
            legs.swap(k, k - 1);
            k -= 1;
        }
    }
}

/// Cuts a fraction of sorted legs: `round(fraction · |lots| + carry / delta of a lot)` of each, never more than is held. The carry
/// is what the legs before took too little of, as delta; a leg whose lots carry none neither takes nor passes any. A
/// fraction of one takes all.
#[inline(never)]
pub fn cut(legs: &mut [Cut], fraction: u64) {
    let mut underlying = None;
    let mut carry = 0i64;
    for leg in legs {
        if underlying != Some(leg.underlying) {
            (underlying, carry) = (Some(leg.underlying), 0);
        }
        let held = leg.held.unsigned_abs();
        let taken = if fraction >= FRACTION_ONE {
            held
        } else if leg.lot == 0 {
            rounded(held, fraction)
        } else {
            // Of |delta| below 2^61 and a carry of at most half a lot's, so that no sum below reaches 2^63.
            let part = part_of(leg.delta, fraction) as i64;
            let wanted = if leg.is_short == 0 { add_bounded(part, carry) } else { sub_bounded(part, carry) };
            let lot = leg.lot as i64;
            let taken = (add_bounded(wanted, lot / 2).max(0) as u64 / leg.lot).min(held);
            let left = sub_bounded(wanted, (taken * leg.lot) as i64);
            carry = if leg.is_short == 0 { left } else { sub_bounded(0, left) };
            taken
        };
        leg.is_all = u8::from(fraction >= FRACTION_ONE);
        leg.taken = if leg.held < 0 { -(taken as i64) } else { taken as i64 };
    }
}

/// `whole · fraction`, rounded down.
fn part_of(whole: u64, fraction: u64) -> u64 {
    ((u128::from(whole) * u128::from(fraction)) >> FRACTION_BITS) as u64
}

/// `whole · fraction`, rounded to the nearest.
fn rounded(whole: u64, fraction: u64) -> u64 {
    ((u128::from(whole) * u128::from(fraction) + u128::from(FRACTION_ONE / 2)) >> FRACTION_BITS) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    fn leg(underlying: u16, held: i64, lot: u64, is_short: bool, index: u16) -> Cut {
        let delta = held.unsigned_abs() * lot;
        Cut { held, delta, lot, index, underlying, is_short: is_short.into(), ..Cut::default() }
    }

    fn legs() -> impl Strategy<Value = Vec<Cut>> {
        let one = (0u16..3, 1i64..1 << 20, prop_oneof![Just(0u64), 1u64..1 << 20], any::<bool>(), any::<bool>());
        prop::collection::vec(one, 1..20).prop_map(|of| {
            let numbered = of.into_iter().zip(0..);
            numbered
                .map(|((u, held, lot, sold, put), n)| leg(u, if sold { -held } else { held }, lot, sold != put, n))
                .collect()
        })
    }

    fn taken(legs: &[Cut]) -> Vec<i64> {
        legs.iter().map(|l| l.taken).collect()
    }

    /// Signed delta of what is taken, and of the fraction of what is held, of an underlying.
    fn deltas(legs: &[Cut], underlying: u16, fraction: u64) -> (i128, i128) {
        let of = |l: &&Cut| l.underlying == underlying;
        let signed = |l: &Cut, n: i128| n * i128::from(l.lot) * if l.is_short == 0 { 1 } else { -1 };
        let taken = legs.iter().filter(of).map(|l| signed(l, i128::from(l.taken.abs()))).sum();
        let held: i128 = legs.iter().filter(of).map(|l| signed(l, i128::from(l.held.abs()))).sum();
        (taken, (held * i128::from(fraction)) >> FRACTION_BITS)
    }

    proptest! {
        /// I446.
        #[test]
        fn a_cut_takes_no_more_than_is_held_and_keeps_the_balance(mut legs in legs(), fraction in 0..FRACTION_ONE) {
            sort(&mut legs);
            cut(&mut legs, fraction);
            for leg in &legs {
                prop_assert!(leg.taken.abs() <= leg.held.abs() && leg.taken * leg.held.signum() >= 0);
            }
            for underlying in 0..3 {
                // Within half a lot of the coarsest leg, and the last 2^-7 unit that each product drops.
                let coarsest = legs.iter().filter(|l| l.underlying == underlying).map(|l| l.lot).max().unwrap_or(0);
                let (took, wanted) = deltas(&legs, underlying, fraction);
                prop_assert!((took - wanted).unsigned_abs() <= u128::from(coarsest) / 2 + 21, "{took} {wanted}");
            }
        }

        /// I446.
        #[test]
        fn all_of_it_is_all_and_none_is_none(mut legs in legs()) {
            sort(&mut legs);
            cut(&mut legs, FRACTION_ONE);
            prop_assert!(legs.iter().all(|l| l.taken == l.held));
            cut(&mut legs, 0);
            prop_assert!(legs.iter().all(|l| l.taken == 0));
        }

        /// I446. Of one leg the lots grow with the fraction, and every number of lots is some fraction's.
        #[test]
        fn one_leg_is_cut_to_the_nearest_lot(held in 1i64..1 << 40, lot in 0u64..1 << 20, n in any::<u64>()) {
            let n = n % (held as u64 + 1);
            let mut one = vec![leg(0, -held, lot, true, 0)];
            cut(&mut one, (u128::from(FRACTION_ONE) * u128::from(n) / held as u128) as u64);
            prop_assert_eq!(one[0].taken, -(n as i64));
        }
    }

    /// I446. A long lot of ten units against ten short ones of one: what the coarse leg takes too much the fine one takes too.
    #[test]
    fn a_coarse_leg_carries_the_fine_one_with_it() {
        let mut book = vec![leg(0, -10, 1 << DELTA_BITS, true, 1), leg(0, 1, 10 << DELTA_BITS, false, 0)];
        sort(&mut book);
        for (percent, expected) in [(49, [0, 0]), (51, [1, -10]), (4, [0, 0]), (100, [1, -10])] {
            cut(&mut book, fraction_of(Ppm::new(percent * 10_000)));
            assert_eq!(taken(&book), expected, "{percent} %");
        }
        // Without its hedge the coarse leg is cut alone, and tokens come last.
        let mut book =
            vec![Cut { is_token: 1, ..leg(0, 25, 1 << DELTA_BITS, false, 7) }, leg(0, 3, 10 << DELTA_BITS, false, 0)];
        sort(&mut book);
        cut(&mut book, FRACTION_ONE / 2);
        assert_eq!(taken(&book), [2, 8], "half of 55 units: two lots, and 7.5 tokens");
    }

    #[test]
    fn a_ratio_is_a_fraction() {
        assert_eq!(fraction_of(Ppm::ONE), FRACTION_ONE);
        assert_eq!(fraction_of(Ppm::new(2_000_000)), FRACTION_ONE);
        assert_eq!(fraction_of(Ppm::new(500_000)), FRACTION_ONE / 2);
        assert_eq!(fraction_of(Ppm::ZERO), 0);
    }
}
