//! What the positions of one underlying add up to, at its scale.

use super::charges::order_margin;
use crate::{
    Board, Instrument, Position, PositionKey, Purpose, RiskError, Underlying,
    guard::Arrays,
    math::{add_bounded, mul_bounded, mul_ratio_floor, sub_bounded},
    option::Present,
    scenario::Row16,
};

/// Sums over the positions of one underlying, at its scale.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    /// Profit and loss.
    pub pnl: i64,
    /// Sum of the magnitudes of the positions' deltas.
    pub gross: i64,
    /// Sum of the calendar buckets that are long, and of those that are short.
    pub long: i64,
    /// See [`Sums::long`].
    pub short: i64,
    /// Margin of resting orders.
    pub order_margin: i64,
    /// Delta that the linear shocks apply to: linear positions, and the forward in every put.
    pub linear: i64,
    /// Units of short options.
    pub short_options: i64,
    /// Convexity gaps and model errors.
    pub extra: i64,
    /// Drift.
    pub drift: i64,
    /// True if there is an option among the positions.
    pub options: bool,
}

impl Sums {
    /// Delta at the present price, options included, whole units.
    #[inline(always)]
    pub fn delta(&self) -> i64 {
        sub_bounded(self.long, self.short)
    }

    /// Counts a bucket, or all perpetuals, each a bucket of its own: they come first, so that gross delta is theirs.
    #[inline(always)]
    fn close(&mut self, delta: i64, last: PositionKey) {
        if last.is_perpetual() {
            // Halves: both sums are even, and not negative.
            self.long = add_bounded(self.gross, delta) >> 1;
            self.short = sub_bounded(self.gross, delta) >> 1;
        } else if delta > 0 {
            self.long = add_bounded(self.long, delta);
        } else {
            self.short = sub_bounded(self.short, delta);
        }
    }

    /// Sums over positions, and adds the loss of the options in each row to `rows`.
    ///
    /// No sum below overflows: products of one position stay below 2^54 each, and entries of an array times lots below
    /// 0.75 · 2^56 (`Instrument::validate`, `Portfolio::fill`); at most 64 are added, to which a put adds two.
    #[inline(always)]
    pub fn of(
        board: &Board,
        u: &Underlying,
        positions: &[Position],
        purpose: Purpose,
        rows: &mut Row16,
    ) -> Result<Self, RiskError> {
        let mut sums = Self::default();
        let mut present = Present::of(u, purpose.now());
        let arrays = purpose.arrays(u);
        let mut last = PositionKey::last_perpetual_of(u.index);
        let mut bucket = 0i64;
        for p in positions {
            let i = board.instrument(p.key.instrument())?;
            if i.generation != p.generation {
                return Err(RiskError::NotListed { index: i.index });
            }
            if p.key > last {
                sums.close(bucket, last);
                bucket = 0;
                last = p.key.bucket();
            }
            // A settled option is worth a fixed sum, as is a settled future: no array, no delta.
            let (mark, delta, drift) = if i.is_option() && i.settled == 0 {
                sums.add_option(&mut present, i, p, arrays, purpose.counts_orders(), rows)?
            } else {
                let delta = p.delta(i).get();
                sums.linear = add_bounded(sums.linear, delta);
                (i.mark.get(), delta, 0)
            };
            let value = mul_bounded(p.lots.get(), mark);
            sums.pnl = add_bounded(sums.pnl, add_bounded(value, p.quote.get() << u.scale()));
            bucket = add_bounded(bucket, delta);
            sums.gross = add_bounded(sums.gross, delta.wrapping_abs());
            if p.funding_index != i.funding_index || i.has_losses() {
                sums.pnl = sums.pnl.checked_add(p.unsettled(i)?).ok_or(RiskError::Overflow)?;
            }
            if p.bid_lots.get() | p.ask_lots.get() != 0 {
                sums.order_margin = add_bounded(sums.order_margin, order_margin(u, i, p, mark, drift));
            }
        }
        sums.close(bucket, last);
        Ok(sums)
    }

    /// Adds an option; returns its mark, the delta of the position, rounded down to a unit, and the drift of a lot.
    #[inline(always)]
    fn add_option(
        &mut self,
        present: &mut Present<'_>,
        i: &Instrument,
        p: &Position,
        arrays: Arrays,
        orders: bool,
        rows: &mut Row16,
    ) -> Result<(i64, i64, i64), RiskError> {
        let t = &i.option;
        let lots = p.lots.get();
        // Orders that only reduce take on no risk.
        if lots != 0 || orders && p.bid_lots.get() | p.ask_lots.get() != 0 {
            present.require(i, arrays)?;
        }
        let state = present.state(i);
        if lots == 0 {
            return Ok((state.mark, 0, state.drift));
        }
        let units = mul_bounded(lots, i.delta_units.get());
        let delta = mul_ratio_floor(units, state.delta);
        if present.has_expired(i) {
            // What it pays moves with the price, or not at all.
            self.linear = add_bounded(self.linear, delta);
            return Ok((state.mark, delta, 0));
        }
        self.options = true;
        add_rows(rows, &t.array, lots);
        if i.is_put() {
            self.linear = sub_bounded(self.linear, units);
        }
        let (held, uncertain) = if lots > 0 {
            (lots, add_bounded(t.model_error, t.convexity))
        } else {
            self.short_options = sub_bounded(self.short_options, units);
            (sub_bounded(0, lots), t.model_error)
        };
        self.extra = add_bounded(self.extra, mul_bounded(held, uncertain));
        self.drift = add_bounded(self.drift, mul_bounded(held, state.drift));
        Ok((state.mark, delta, state.drift))
    }
}

/// A part of a book that is kept, in 2^-[`PART_BITS`].
pub const WHOLE: i64 = 1 << PART_BITS;
/// Fraction bits of such a part.
const PART_BITS: u32 = 20;

/// `sum · part`, rounded down; `part` in [0, [`WHOLE`]]. In two halves of the sum, which has up to 62 bits.
fn part_floor(sum: i64, part: i64) -> i64 {
    if part == WHOLE {
        return sum;
    }
    let low = mul_bounded(sum & (WHOLE - 1), part);
    add_bounded(mul_bounded(sum >> PART_BITS, part), low >> PART_BITS)
}

/// `sum · part`, rounded up.
fn part_ceil(sum: i64, part: i64) -> i64 {
    sub_bounded(0, part_floor(sub_bounded(0, sum), part))
}

/// `sum · part`, rounded toward zero.
fn part_toward_zero(sum: i64, part: i64) -> i64 {
    if sum < 0 { part_ceil(sum, part) } else { part_floor(sum, part) }
}

/// What requires margin in a part of the positions of one underlying: [`Sums`] and the loss of the options in each row.
#[derive(Clone, Copy, Default)]
pub struct Book {
    /// The sums. Profit and loss and order margin stay zero in a book that was added to.
    pub sums: Sums,
    /// The options' rows.
    pub rows: Row16,
}

impl Book {
    /// Adds a part of another book: deltas rounded toward zero, rows and charges up.
    #[inline(never)]
    pub fn add_part(&mut self, other: &Self, part: i64) {
        let (sums, more) = (&mut self.sums, &other.sums);
        let toward_zero = |sum: &mut i64, more: i64| *sum = add_bounded(*sum, part_toward_zero(more, part));
        let up = |sum: &mut i64, more: i64| *sum = add_bounded(*sum, part_ceil(more, part));
        toward_zero(&mut sums.gross, more.gross);
        toward_zero(&mut sums.long, more.long);
        toward_zero(&mut sums.short, more.short);
        toward_zero(&mut sums.linear, more.linear);
        up(&mut sums.short_options, more.short_options);
        up(&mut sums.extra, more.extra);
        up(&mut sums.drift, more.drift);
        if more.options {
            sums.options = true;
            self.rows.iter_mut().zip(&other.rows).for_each(|(row, more)| up(row, *more));
        }
    }
}

/// `rows += factor · array`. A function of its own, so that it has all registers.
#[inline(never)]
fn add_rows(rows: &mut Row16, array: &Row16, factor: i64) {
    for (row, loss) in rows.iter_mut().zip(array) {
        *row = add_bounded(*row, mul_bounded(factor, *loss));
    }
}
