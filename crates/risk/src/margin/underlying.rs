//! One underlying's contribution to a portfolio's margin.

use super::{
    charges::{calendar_with_options, concentration},
    holdings::{Holdings, TokenHolding},
    sums::Sums,
};
use crate::{
    Board, Portfolio, Position, Purpose, QuoteNative, RiskError, Scaled, Underlying, Units,
    group::kept_apart,
    math::{add_bounded, mul_bounded, mul_ppm_ceil, mul_ppm_floor, sub_bounded},
    scenario::{ROWS, Row16},
};

/// What one underlying contributes to a portfolio's margin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderlyingRisk {
    /// Index of the underlying.
    pub index: u16,
    /// Net delta in units, tokens included.
    pub delta: i64,
    /// Loss in each scenario row, at the underlying's scale.
    pub rows: Row16,
    /// Profit and loss of the positions, rounded down.
    pub pnl: QuoteNative,
    /// Most profit that counts towards initial equity: the cap and the matched token value.
    pub profit_limit: QuoteNative,
    /// Value of the tokens, rounded down.
    pub token_value: QuoteNative,
    /// What the stable price takes off initial equity, rounded up.
    pub stable_charge: QuoteNative,
    /// Scanning risk, rounded up.
    pub scan: QuoteNative,
    /// The part of it that no row shows: convexity gaps and model errors of options, rounded up.
    pub extra: QuoteNative,
    /// What the scan may have gained since the options' arrays were made, rounded up. Initial margin alone counts it.
    pub drift: QuoteNative,
    /// What initial margin adds to it, rounded up.
    pub surcharge: QuoteNative,
    /// What the minimum for short options requires beyond all else that this underlying requires, rounded up.
    pub short_minimum: QuoteNative,
    /// Calendar charge, rounded up.
    pub calendar: QuoteNative,
    /// Concentration charge, rounded up.
    pub concentration: QuoteNative,
    /// Haircut of the tokens, rounded up.
    pub haircut: QuoteNative,
    /// Order margin, rounded up.
    pub order_margin: QuoteNative,
}

impl UnderlyingRisk {
    /// The contribution of one underlying to a whole portfolio.
    pub fn in_portfolio(
        board: &Board,
        u: &Underlying,
        portfolio: &Portfolio,
        purpose: Purpose,
    ) -> Result<Self, RiskError> {
        let (positions, tokens) = Holdings::of_underlying(board, portfolio, u.index)?;
        Self::of(board, u, positions, &tokens, purpose)
    }

    /// The contribution of the positions and tokens of one underlying.
    pub fn of(
        board: &Board,
        u: &Underlying,
        positions: &[Position],
        tokens: &TokenHolding,
        purpose: Purpose,
    ) -> Result<Self, RiskError> {
        let mut risk = Self::default();
        risk.measure(board, u, positions, tokens, purpose)?;
        Ok(risk)
    }

    /// As [`UnderlyingRisk::of`], in place: a result of this size is not worth its copies.
    #[inline(never)]
    pub(super) fn measure(
        &mut self,
        board: &Board,
        u: &Underlying,
        positions: &[Position],
        tokens: &TokenHolding,
        purpose: Purpose,
    ) -> Result<(), RiskError> {
        self.rows = [0; ROWS];
        let sums = Sums::of(board, u, positions, purpose, &mut self.rows)?;
        let scale = u.scale();
        let held = sums.delta();
        let delta = add_bounded(held, tokens.units);
        let stable = (Units::new(delta) * u.price.minus_bounded(u.stable_price)).max(Scaled::ZERO);

        self.index = u.index;
        self.delta = delta;
        self.pnl = Scaled::new(sums.pnl).to_native_floor(scale);
        self.profit_limit = u.params.profit_cap;
        self.token_value = QuoteNative::ZERO;
        if tokens.units != 0 {
            let matched_tokens = tokens.units.min(sub_bounded(0, held).max(0));
            let matched_value = (Units::new(matched_tokens) * u.price).to_native_floor(scale);
            self.profit_limit = u.params.profit_cap.plus(matched_value)?;
            self.token_value = (Units::new(tokens.units) * u.price).to_native_floor(scale);
        }
        self.stable_charge = stable.to_native_ceil(scale);
        self.haircut = tokens.haircut;
        self.order_margin = Scaled::new(sums.order_margin).to_native_ceil(scale);
        self.charge(board, u, &sums, tokens)
    }

    /// Writes what the sums require. `rows` has the losses of the options, to which the linear positions are added.
    #[inline(always)]
    pub(super) fn charge(
        &mut self,
        board: &Board,
        u: &Underlying,
        sums: &Sums,
        tokens: &TokenHolding,
    ) -> Result<(), RiskError> {
        let scale = u.scale();
        let linear = add_bounded(sums.linear, tokens.units);
        let most = shock(&mut self.rows, &u.shocks, linear);
        let shown = Scaled::new(most).to_native_ceil(scale);
        let extra = Scaled::new(sums.extra).to_native_ceil(scale);
        let scan = QuoteNative::new(add_bounded(shown.get(), extra.get()));

        // Spot, each perpetual and each expiry are buckets of their own; tokens are never short.
        let (long, short) = (add_bounded(sums.long, tokens.units), sums.short);
        let calendar = if u.calendar.is_zero() || long | short == 0 {
            QuoteNative::ZERO
        } else if sums.options {
            calendar_with_options(board, u, &self.rows, most, long, short)?
        } else if long.min(short) == 0 {
            QuoteNative::ZERO
        } else {
            let matched = (Units::new(long.min(short)) * u.price).to_native_ceil(scale);
            mul_ppm_ceil(matched, u.calendar)?
        };

        let gross = (Units::new(add_bounded(sums.gross, tokens.units)) * u.price).to_native_ceil(scale);
        // Delta that is matched must be unwound too: the charge on it grows with its size as the scan does.
        let concentration = concentration(u, scan.plus_bounded(calendar), gross)?;

        self.scan = scan;
        self.extra = extra;
        self.drift = if sums.drift == 0 { QuoteNative::ZERO } else { Scaled::new(sums.drift).to_native_ceil(scale) };
        self.surcharge = if u.surcharge.is_zero() { QuoteNative::ZERO } else { mul_ppm_ceil(scan, u.surcharge)? };
        self.short_minimum = if sums.short_options == 0 {
            QuoteNative::ZERO
        } else {
            let short = (Units::new(sums.short_options) * u.price).to_native_ceil(scale);
            let least = mul_ppm_ceil(short, u.params.short_minimum)?;
            let asked = mul_ppm_floor(scan, kept_apart(&board.groups, u.group))?.plus(calendar)?.plus(concentration)?;
            QuoteNative::new(sub_bounded(least.get(), asked.get()).max(0))
        };
        self.calendar = calendar;
        self.concentration = concentration;
        Ok(())
    }

    /// What maintenance margin adds to scanning risk for this underlying.
    pub fn add_on(&self) -> Result<QuoteNative, RiskError> {
        Ok(self.calendar.plus(self.concentration)?.plus(self.short_minimum)?.plus(self.haircut)?)
    }
}

/// Adds the loss of the linear positions to each row; returns the worst, at least zero.
#[inline(never)]
fn shock(rows: &mut Row16, shocks: &Row16, linear: i64) -> i64 {
    let mut most = 0;
    for (row, shock) in rows.iter_mut().zip(shocks) {
        *row = add_bounded(*row, mul_bounded(linear, *shock));
        most = most.max(*row);
    }
    most
}
