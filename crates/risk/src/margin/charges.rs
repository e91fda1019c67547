//! Charges beside scanning risk: calendar, concentration, order margin.
//!
//! **Calendar with options.** The charge on matched delta is `½·c·S·(Σ_b |Δ_b| − |Σ_b Δ_b|)` over buckets b. The second term
//! is the delta that is left to the scan. But an option's delta may be left to no scan at all (a long call loses little), and
//! the charge would then make two books cost more together than apart. With t = ½·c·S and w = 1 − c_g the same charge is
//! written as
//! `max(0, max_k (w·scan[k] − t·Δ·dir_k)) + t·Σ_b |Δ_b| − w·scan`, dir_k the sign of a long unit's loss in row k: equal for
//! linear books, convex for all. The minimum for short options counts against `w·scan` for the same reason.

use crate::{
    Board, Instrument, Lots, Position, QuoteNative, RiskError, Scaled, Side, Ticks, Underlying, Units,
    group::kept_apart,
    math::{add_bounded, mul_bounded, mul_div_floor, mul_ppm_ceil, mul_ppm_floor, sub_bounded},
    scenario::Row16,
};

/// The worst of the rows in which the price stays, in which a long unit loses, and in which a short unit does.
struct Worst {
    still: i64,
    long_loses: i64,
    short_loses: i64,
}

impl Worst {
    #[inline(always)]
    fn of(r: &Row16) -> Self {
        // Written out by `DIRECTIONS`: a loop costs three times this.
        Self {
            still: r[0].max(r[1]),
            short_loses: r[2].max(r[3]).max(r[6]).max(r[7]).max(r[10]).max(r[11]).max(r[14]),
            long_loses: r[4].max(r[5]).max(r[8]).max(r[9]).max(r[12]).max(r[13]).max(r[15]),
        }
    }
}

/// The calendar charge of a book with options, see the head of this file; `worst_row` is at least zero.
/// Rounded up.
///
/// Of `max_k (w·scan[k] − t·Δ·dir_k) − w·scan` only the row of the scan itself is near zero, as long as the charge is small
/// beside the scan; the others are weighed only where they might be more.
#[inline(never)]
pub fn calendar_with_options(
    board: &Board,
    u: &Underlying,
    rows: &Row16,
    worst_row: i64,
    long: i64,
    short: i64,
) -> Result<QuoteNative, RiskError> {
    let scale = u.scale();
    // c·S·x of both sides: twice t·x, so that the halving comes last.
    let charge = |units: i64| mul_ppm_ceil((Units::new(units) * u.price).to_native_ceil(scale), u.calendar);
    let (long, short) = (charge(long)?.get(), charge(short)?.get());
    let (apart, tilt) = (add_bounded(long, short), sub_bounded(long, short));

    let kept = kept_apart(&board.groups, u.group);
    let worst = Worst::of(rows);
    let mut most = i64::MIN;
    // Nothing at all is a row too: a book that loses in no row.
    for (loss, tilt) in [(worst.still.max(0), 0), (worst.long_loses, sub_bounded(0, tilt)), (worst.short_loses, tilt)] {
        let less = Scaled::new(sub_bounded(worst_row, loss)).to_native_floor(scale).get();
        if less == 0 {
            most = most.max(tilt);
        } else if tilt > most && least_kept(less) < sub_bounded(tilt, most.max(-apart)) {
            let less = mul_ppm_floor(QuoteNative::new(less), kept)?.get();
            most = most.max(sub_bounded(tilt, add_bounded(less, less)));
        }
    }
    let charge = add_bounded(apart, most).max(0);
    Ok(QuoteNative::new(charge / 2 + charge % 2))
}

/// A product group keeps at least a tenth of a risk apart (`GroupParams::offset`): twice that.
const fn least_kept(less: i64) -> i64 {
    less / 5
}

/// Margin of the resting orders in one instrument, at the underlying's scale.
pub fn order_margin(u: &Underlying, i: &Instrument, p: &Position, mark: i64, drift: i64) -> i64 {
    let (bids, asks) = (p.bid_lots.get(), p.ask_lots.get());
    let (worst_long, worst_short) = if i.is_option() && i.settled == 0 {
        (add_bounded(i.option.worst_long, drift), add_bounded(i.option.worst_short, drift))
    } else {
        ((i.delta_units * u.worst_long).get(), (i.delta_units * u.worst_short).get())
    };
    let above = sub_bounded(p.bid_value.get() << u.scale(), mul_bounded(bids, mark)).max(0);
    let below = sub_bounded(mul_bounded(asks, mark), p.ask_value.get() << u.scale()).max(0);
    let bid = add_bounded(mul_bounded(bids, worst_long), above);
    let ask = add_bounded(mul_bounded(asks, worst_short), below);
    bid.max(ask)
}

/// True if an order that starts to rest cannot lower the margin of the orders beside it.
///
/// Orders of a side are margined together, so that an order at a better price than the mark lowers what others at worse prices
/// require. An order only adds unless it is of the first kind and the second kind outweighs it.
pub fn order_only_adds(
    u: &Underlying,
    i: &Instrument,
    p: &Position,
    side: Side,
    price: Ticks,
    now: i64,
) -> Result<bool, RiskError> {
    let mark = i.mark_at(u, now);
    let one = i.value_at(Lots::new(1), price)?.get() << u.scale();
    Ok(match side {
        Side::Bid => one >= mark.get() || p.bid_value.get() << u.scale() <= mul_bounded(p.bid_lots.get(), mark.get()),
        Side::Ask => one <= mark.get() || p.ask_value.get() << u.scale() >= mul_bounded(p.ask_lots.get(), mark.get()),
    })
}

/// `base · (κ · clamp(gross / liquidity − 1, 0, cap) + crowding)`, each part rounded up. The base is scan and calendar charge.
pub fn concentration(u: &Underlying, base: QuoteNative, gross: QuoteNative) -> Result<QuoteNative, RiskError> {
    let crowding = if u.crowding.is_zero() { QuoteNative::ZERO } else { mul_ppm_ceil(base, u.crowding)? };
    let liquidity = u.params.liquidity;
    if gross <= liquidity || u.params.concentration.is_zero() {
        return Ok(crowding);
    }
    let charge = mul_ppm_ceil(base, u.params.concentration)?;
    let excess = gross.minus(liquidity)?;
    // Below the cap the excess is less than four times the liquidity, so that the quotient fits.
    let own = if excess >= mul_ppm_ceil(liquidity, u.params.concentration_cap)? {
        mul_ppm_ceil(charge, u.params.concentration_cap)?
    } else {
        // Rounded up: the quotient of the negated product rounded down, negated.
        mul_div_floor(charge.get(), -excess.get(), liquidity.get()).map(|q| QuoteNative::new(-q))?
    };
    Ok(own.plus(crowding)?)
}
