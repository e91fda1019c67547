//! Risk arrays of options: what a refresh writes, see the head of `option/mod.rs`.

use crate::{
    Instrument, LotValue, OptionTerms, Ppm, RiskError, Underlying,
    math::{
        PRODUCT_LIMIT, RATIO_BITS, RATIO_ONE, add_bounded, mul_bounded, mul_div_floor, mul_ratio_floor, sub_bounded,
    },
    option::{GAMMA_BITS, GAMMA_LIMIT},
    scenario::{MAX_MOVE, PRICE_FACTOR_FLOOR, ROWS, Scenario},
    surface::{ExpirySmile, MAX_VOLATILITY, MIN_VOLATILITY},
};
use ballast_pricing::{self as pricing, I16F48, PricingError, TotalVolatility};

/// Price nodes of a scenario table: its moves as forwards, and their logarithms.
const NODES: usize = (2 * MAX_MOVE + 1) as usize;
/// Fraction bits of [`ExpiryArrays::ratios`].
const NODE_BITS: u32 = 28;

/// What all options of one expiry share in a refresh: time, volatility range, and the log of every price move.
#[derive(Clone, Copy, Debug)]
pub struct ExpiryArrays {
    expiry: i64,
    seconds: i64,
    root_years: I16F48,
    volatility_range: Ppm,
    /// ln(forward at the node / forward), by price move in thirds of the scan range plus [`MAX_MOVE`]; only moves that
    /// the table has.
    log_moves: [I16F48; NODES],
    /// Price of a delta unit at the node less the price.
    moves: [i64; NODES],
    /// Price at the node as a ratio of the price, 2^-28.
    ratios: [i64; NODES],
    /// The forward's premium over the price, millionths.
    basis: i64,
    /// ln(forward / the smile's anchor): how far the forward went since the smile was published.
    since_anchor: I16F48,
    smile: ExpirySmile,
}

impl ExpiryArrays {
    /// Prepares an expiry. `basis` is the premium of the expiry's forward over the index price, millionths.
    #[inline(never)]
    pub fn new(
        table: &[Scenario; ROWS],
        u: &Underlying,
        smile: &ExpirySmile,
        basis: i64,
        now: i64,
    ) -> Result<Self, RiskError> {
        u.require_priced()?;
        let seconds = smile.expiry.checked_sub(now).ok_or(RiskError::Overflow)?;
        let mut arrays = Self {
            expiry: smile.expiry,
            seconds,
            root_years: pricing::root_years(seconds)?,
            volatility_range: u.option_params.volatility_range_of(seconds)?,
            log_moves: [I16F48::ZERO; NODES],
            moves: [0; NODES],
            ratios: [1 << NODE_BITS; NODES],
            basis,
            since_anchor: match smile.anchor_price {
                1.. => pricing::ln_ratio(u.price.get(), smile.anchor_price)?,
                _ => I16F48::ZERO,
            },
            smile: *smile,
        };
        let price = u.price.get();
        let forward = price.checked_add(mul_div_floor(price, basis, 1_000_000)?).ok_or(RiskError::Overflow)?;
        let floor = -3 * i64::from(Ppm::ONE.get() - PRICE_FACTOR_FLOOR.get());
        for scenario in table {
            let node = node_of(scenario);
            if scenario.price_thirds == 0 || arrays.moves[node] != 0 {
                continue;
            }
            let shift = (i64::from(scenario.price_thirds) * i64::from(u.scan_range().get())).max(floor);
            let moved = mul_div_floor(u.price.get(), shift, 3_000_000)?;
            arrays.moves[node] = moved;
            arrays.ratios[node] = mul_div_floor(1 << NODE_BITS, 3_000_000 + shift, 3_000_000)?;
            // The forward moves by what the price moves; a discount of more than the floor's 5 % would leave nothing.
            arrays.log_moves[node] = pricing::ln_ratio((forward + moved).max(1), forward.max(1))?;
        }
        Ok(arrays)
    }

    /// The expiry that this is of.
    pub const fn expiry(&self) -> i64 {
        self.expiry
    }

    /// Writes an option's terms anew.
    ///
    /// # Errors
    /// [`RiskError::NotAnOption`]; [`RiskError::NoVolatility`] where the arrays are of another expiry;
    /// [`RiskError::Expired`].
    #[inline(never)]
    pub fn refresh(
        &self,
        i: &mut Instrument,
        u: &Underlying,
        table: &[Scenario; ROWS],
        now: i64,
    ) -> Result<(), RiskError> {
        if !i.is_option() {
            return Err(RiskError::NotAnOption { instrument: i.index });
        }
        if i.expiry != self.expiry {
            return Err(RiskError::NoVolatility { expiry: i.expiry });
        }
        if self.seconds <= 0 {
            return Err(RiskError::Expired { instrument: i.index, expiry: i.expiry });
        }
        self.price_call(i, u, table, now)?;
        settle_worst(i, u)
    }

    /// Takes over the terms of the option of the same strike and expiry that was just refreshed.
    #[inline(never)]
    pub fn copy(&self, i: &mut Instrument, u: &Underlying, from: &OptionTerms) -> Result<(), RiskError> {
        i.option = *from;
        settle_worst(i, u)
    }

    /// The call's value, Greeks, array, gap and ε.
    fn price_call(
        &self,
        i: &mut Instrument,
        u: &Underlying,
        table: &[Scenario; ROWS],
        now: i64,
    ) -> Result<(), RiskError> {
        let units = i.delta_units.get();
        let spot = mul_bounded(units, u.price.get());
        let carry = mul_div_floor(spot, self.basis, 1_000_000)?;
        let forward = add_bounded(spot, carry).max(1);
        let whole_strike = i.strike_value(u)?;
        let strike = sub_bounded(whole_strike.get(), i.fixed.get());
        // What is fixed of the average may be more than the strike: the call is then the forward less the strike, which is
        // priced as one with the least strike there is.
        let priced_strike = strike.max(1);
        let surplus = sub_bounded(priced_strike, strike);
        let moneyness = pricing::ln_ratio(forward, priced_strike)?;
        let smile_at = if i.fixed.is_zero() { moneyness } else { self.whole_moneyness(i, u, whole_strike.get())? };
        let at_publication = I16F48::from_bits(sub_bounded(self.since_anchor.to_bits(), smile_at.to_bits()));
        let volatility = self.smile.smile.volatility(at_publication, self.root_years);
        let total = |direction: i64| {
            let shifted = i64::from(volatility.get())
                * (1_000_000 + direction * i64::from(self.volatility_range.get()))
                / 1_000_000;
            let bounded = shifted.clamp(MIN_VOLATILITY.get().into(), MAX_VOLATILITY.get().into());
            TotalVolatility::new(bounded as u32, self.root_years)
        };
        let totals = [total(-1)?, total(0)?, total(1)?];
        let greeks = pricing::greeks(forward, priced_strike, moneyness, &totals[1], self.seconds)?;
        let call = pricing::call(forward, priced_strike, moneyness, &totals[1])?;

        let mut nodes = [[None; NODES]; 3];
        let delta = ratio(call.delta);
        let mut turn = 0;
        let t = &mut i.option;
        for (loss, scenario) in t.array.iter_mut().zip(table) {
            let node = node_of(scenario);
            let curve = (i64::from(scenario.volatility) + 1).clamp(0, 2) as usize;
            let moved = mul_bounded(units, self.moves[node]);
            let at = Node::price(forward, moved, priced_strike, moneyness, self.log_moves[node], &totals[curve])?;
            nodes[curve][node] = Some(at);
            let lost = sub_bounded(call.value, at.value);
            // Δ_k · (1 + m_k·r): the node's price moves with the price.
            let scaled = mul_bounded(at.delta, self.ratios[node]) >> NODE_BITS;
            let mut turned = sub_bounded(scaled, delta).wrapping_abs();
            *loss = match scenario.weight {
                Ppm::ONE => lost,
                weight => {
                    turned = mul_div_floor(turned, weight.get().into(), 1_000_000)?;
                    mul_div_floor(lost, weight.get().into(), 1_000_000)?
                }
            };
            turn = turn.max(turned);
        }
        t.convexity = nodes.iter().map(convexity_gap).max().unwrap_or(0);
        t.price = u.price.get();
        t.time = now;
        // Where no unit is left the forward that was priced is more than there is, by one.
        let most = add_bounded(spot, carry);
        t.call = add_bounded(call.value, surplus).min(most.max(sub_bounded(most, strike)));
        t.strike = strike;
        t.carry = carry;
        t.delta = delta;
        t.turn = (turn + 1).min(4 * RATIO_ONE);
        // Per relative move of the forward; the forward moves by what the price moves.
        t.gamma = mul_div_floor(gamma(greeks.gamma), spot, forward)?;
        t.decay = greeks.decay.clamp(0, PRODUCT_LIMIT);
        // The stated error of a price is 1e-9 of its forward; an entry is the difference of two, and twice that again for
        // the gap. Two units for rounding, and one a delta unit, since nodes and shocks are rounded for one unit each.
        t.model_error = (forward >> 28) + 2 + units;
        t.volatility = volatility;
        t.volatility_time = self.smile.published_at;
        Ok(())
    }
}

impl ExpiryArrays {
    /// Where the smile is read inside the settlement window: at the strike as listed, whatever part of the average is fixed.
    fn whole_moneyness(&self, i: &Instrument, u: &Underlying, strike: i64) -> Result<I16F48, RiskError> {
        let spot = mul_bounded(i.lot_units.get(), u.price.get());
        let carry = mul_div_floor(spot, self.basis, 1_000_000)?;
        Ok(pricing::ln_ratio(add_bounded(spot, carry).max(1), strike)?)
    }
}

/// Which node a scenario's price move is.
fn node_of(scenario: &Scenario) -> usize {
    (i64::from(scenario.price_thirds) + MAX_MOVE).clamp(0, NODES as i64 - 1) as usize
}

/// A call at one node.
#[derive(Clone, Copy)]
struct Node {
    /// Forward of one lot less the present one.
    moved: i64,
    value: i64,
    /// Delta in 2^-30.
    delta: i64,
}

impl Node {
    fn price(
        forward: i64,
        moved: i64,
        strike: i64,
        moneyness: I16F48,
        log_move: I16F48,
        volatility: &TotalVolatility,
    ) -> Result<Self, RiskError> {
        let forward = add_bounded(forward, moved).max(1);
        let moneyness = I16F48::from_bits(add_bounded(moneyness.to_bits(), log_move.to_bits()));
        let call = pricing::call(forward, strike, moneyness, volatility)?;
        Ok(Self { moved, value: call.value, delta: ratio(call.delta) })
    }
}

/// The deepest that a call can be below its chord between two neighbouring nodes of one volatility, within one scan range.
fn convexity_gap(curve: &[Option<Node>; NODES]) -> i64 {
    let mut deepest = 0;
    let mut last: Option<&Node> = None;
    for move_ in -RANGE_MOVE..=RANGE_MOVE {
        let Some(node) = &curve[(move_ + MAX_MOVE) as usize] else { continue };
        if let Some(before) = last {
            deepest = deepest.max(below_chord(before, node));
        }
        last = Some(node);
    }
    deepest
}

/// Price move, in thirds, of one scan range: the moves within it are what the scan covers.
const RANGE_MOVE: i64 = 3;

/// `u·v / (u + v)`, rounded up: see the module's head.
fn below_chord(a: &Node, b: &Node) -> i64 {
    let width = b.moved - a.moved;
    let rise = b.value - a.value;
    let u = (rise - mul_ratio_floor(width, a.delta)).max(0);
    let v = (mul_ratio_floor(width, b.delta) + 1 - rise).max(0);
    let (small, large) = (u.min(v), u.max(v));
    // small − small² / (small + large), with as many bits as let the square fit; rounded up.
    let drop = 64 - (large as u64).leading_zeros().min(64);
    let drop = drop.saturating_sub(31);
    let (s, l) = (small >> drop, (large >> drop) + 1);
    small - ((mul_bounded(s, s) / (s + l)) << drop)
}

/// A delta as a ratio of 2^-30.
fn ratio(delta: I16F48) -> i64 {
    (delta.to_bits() >> (I16F48::FRAC_NBITS - RATIO_BITS)).clamp(0, RATIO_ONE)
}

fn gamma(gamma: I16F48) -> i64 {
    (gamma.to_bits() >> (I16F48::FRAC_NBITS - GAMMA_BITS)).clamp(0, GAMMA_LIMIT)
}

/// The option's own mark and worst rows, which follow from the call's terms.
fn settle_worst(i: &mut Instrument, u: &Underlying) -> Result<(), RiskError> {
    let put = i.is_put();
    let units = i.delta_units.get();
    let (mut long, mut short) = (0, 0);
    for (loss, shock) in i.option.array.iter().zip(&u.shocks) {
        let loss = if put { add_bounded(*loss, -mul_bounded(units, *shock)) } else { *loss };
        long = long.max(loss);
        short = short.max(-loss);
    }
    let t = i.option;
    i.option.worst_long = u.with_surcharge(add_bounded(long, t.convexity + t.model_error))?;
    i.option.worst_short = u.with_surcharge(add_bounded(short, t.model_error))?;
    i.mark = LotValue::new(i.option.at(i, u, t.time).mark);
    Ok(())
}

impl From<PricingError> for RiskError {
    fn from(_: PricingError) -> Self {
        Self::Overflow
    }
}
