//! What the positions of one underlying add up to, at its scale.

use super::charges::order_margin;
use crate::{
    Board, Instrument, Position, Purpose, RiskError, Underlying,
    guard::Arrays,
    math::{add_bounded, mul_bounded, mul_ratio_floor, sub_bounded},
    option::Present,
    scenario::Row16,
};

/// Sums over the positions of one underlying, at its scale.
pub struct Sums {
    /// Profit and loss.
    pub pnl: i64,
    /// Delta at the present price, options included, whole units.
    pub delta: i64,
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
    /// Convexity gaps, model errors and drift.
    pub extra: i64,
    /// True if there is an option among the positions.
    pub options: bool,
}

impl Sums {
    #[inline(always)]
    fn close_bucket(&mut self, bucket: i64) {
        if bucket > 0 {
            self.long = add_bounded(self.long, bucket);
        } else {
            self.short = sub_bounded(self.short, bucket);
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
        let mut sums = Self {
            pnl: 0,
            delta: 0,
            gross: 0,
            long: 0,
            short: 0,
            order_margin: 0,
            linear: 0,
            short_options: 0,
            extra: 0,
            options: false,
        };
        let mut present = Present::of(u, purpose.now());
        let arrays = purpose.arrays(u);
        let mut current = 0;
        let mut bucket = 0i64;
        for p in positions {
            let i = board.instrument(p.key.instrument())?;
            if i.generation != p.generation {
                return Err(RiskError::NotListed { index: i.index });
            }
            if p.key.bucket() != current {
                sums.close_bucket(bucket);
                bucket = 0;
                current = p.key.bucket();
            }
            // A settled option is worth a fixed sum, as is a settled future: no array, no delta.
            let (mark, delta, drift) = if i.is_option() && i.settled == 0 {
                sums.add_option(&mut present, i, p, arrays, rows)?
            } else {
                let delta = p.delta(i).get();
                sums.linear = add_bounded(sums.linear, delta);
                (i.mark.get(), delta, 0)
            };
            let value = mul_bounded(p.lots.get(), mark);
            sums.pnl = add_bounded(sums.pnl, add_bounded(value, p.quote.get() << u.scale()));
            bucket = add_bounded(bucket, delta);
            sums.delta = add_bounded(sums.delta, delta);
            sums.gross = add_bounded(sums.gross, delta.wrapping_abs());
            if p.funding_index != i.funding_index || i.has_losses() {
                sums.pnl = sums.pnl.checked_add(p.unsettled(i)?).ok_or(RiskError::Overflow)?;
            }
            if p.bid_lots.get() | p.ask_lots.get() != 0 {
                sums.order_margin = add_bounded(sums.order_margin, order_margin(u, i, p, mark, drift));
            }
        }
        sums.close_bucket(bucket);
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
        rows: &mut Row16,
    ) -> Result<(i64, i64, i64), RiskError> {
        let t = &i.option;
        let lots = p.lots.get();
        // Orders that only reduce take on no risk.
        if lots | p.bid_lots.get() | p.ask_lots.get() != 0 {
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
        let uncertain = add_bounded(t.model_error, state.drift);
        let extra = if lots > 0 {
            mul_bounded(lots, add_bounded(uncertain, t.convexity))
        } else {
            self.short_options = sub_bounded(self.short_options, units);
            mul_bounded(sub_bounded(0, lots), uncertain)
        };
        self.extra = add_bounded(self.extra, extra);
        Ok((state.mark, delta, state.drift))
    }
}

/// `rows += factor · array`. A function of its own, so that it has all registers.
#[inline(never)]
fn add_rows(rows: &mut Row16, array: &Row16, factor: i64) {
    for (row, loss) in rows.iter_mut().zip(array) {
        *row = add_bounded(*row, mul_bounded(factor, *loss));
    }
}
