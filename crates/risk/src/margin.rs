//! The portfolio margin check.
//!
//! ```text
//! scan_u[k]       = Σ_i lots_i · A_i[k]                 instruments and tokens of underlying u, loss positive
//! scan_u          = max(0, max_k scan_u[k]) + extra_u
//! extra_u         = Σ long option lots · convexity gap + Σ |option lots| · (ε + drift)
//! calendar_u      = c_u · S_u · delta matched between buckets (spot, perpetuals, each expiry); with options see below.
//!                   c_u is at most (1 − c_g) · r, so that a hedge is never dearer than its legs
//! concentration_u = scan_u · (κ_u · clamp(gross delta notional_u / liquidity_u − 1, 0, cap) + crowding_u)
//! short_min_u     = rate_u · S_u · short option lots
//! group g         : risk_g = (1 − c_g) · Σ_u scan_u + c_g · (max(0, max_k Σ_u scan_u[k]) + Σ_u extra_u)
//! maintenance     = Σ_g risk_g + Σ_u max(calendar_u + concentration_u, short_min_u − (1 − c_g) · scan_u)
//!                   + Σ tokens haircut · value
//! initial         = im_ratio · (maintenance + Σ_u surcharge_u · scan_u) + Σ order margin
//! order margin_i  = max( bids·worst long_i + max(0, bid value − bids·mark), asks·worst short_i + max(0, asks·mark − ask value) )
//!
//! PnL_u           = Σ positions of u (lots · mark + quote) with unsettled funding and losses
//! equity          = cash + Σ tokens · S + Σ_u PnL_u − accrued interest
//! E_init          = … with min(PnL_u, cap_u + matched token value_u), less Σ_u max(0, Δ_u · (S_u − S̃_u))
//! E_withdraw      = E_init with min(PnL_u, 0)
//! ```
//!
//! Linear instruments (tokens, perpetuals, futures) need no array of their own: their deltas are summed per underlying
//! and shocked once. Requirements are rounded up to whole quote-native, values down. Both at the end of an underlying,
//! never between its positions, so the sums of a book do not depend on how many positions it is cut into.
//!
//! **Calendar with options.** The charge on matched delta is `½·c·S·(Σ_b |Δ_b| − |Σ_b Δ_b|)` over buckets b. The second term
//! is the delta that is left to the scan; an option's delta may be left to no scan at all (a long call loses little), so the
//! charge would then make two books dearer together than apart. With t = ½·c·S and w = 1 − c_g the same charge is written as
//! `max(0, max_k (w·scan[k] − t·Δ·dir_k)) + t·Σ_b |Δ_b| − w·scan`, dir_k the sign of a long unit's loss in row k: equal for
//! linear books, convex for all. The minimum for short options counts against `w·scan` for the same reason.

use crate::{
    Board, Instrument, MAX_GROUPS, MarginParams, Portfolio, Position, PositionKey, Ppm, Purpose, QuoteNative,
    RiskError, Scaled, Underlying,
    guard::Arrays,
    math::{add_bounded, mul_bounded, mul_div_floor, mul_ppm_ceil, mul_ppm_floor, mul_ratio_floor, sub_bounded},
    option::Present,
    portfolio::MAX_BALANCES,
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
    /// The part of it that no row shows: convexity gaps, model errors and drift of options, rounded up.
    pub extra: QuoteNative,
    /// What initial margin adds to it, rounded up.
    pub surcharge: QuoteNative,
    /// What the minimum for short options asks beyond all that this underlying is asked for, rounded up.
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

/// The sums of a check over any part of a portfolio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// Cash less accrued interest.
    cash: QuoteNative,
    token_value: QuoteNative,
    /// Profit and loss of all positions; the part that counts towards initial equity; and losses alone.
    pnl: QuoteNative,
    counted: QuoteNative,
    losses: QuoteNative,
    stable_charge: QuoteNative,
    /// Scanning risk of underlyings that stand alone.
    scan_alone: QuoteNative,
    surcharge: QuoteNative,
    short_minimum: QuoteNative,
    calendar: QuoteNative,
    concentration: QuoteNative,
    haircut: QuoteNative,
    order_margin: QuoteNative,
    groups: [GroupSum; MAX_GROUPS],
}

/// A product group's sums, in quote-native.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct GroupSum {
    scan: QuoteNative,
    extra: QuoteNative,
    rows: Row16,
}

/// The result of a check. All in quote-native.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Equity for maintenance and liquidation.
    pub equity: QuoteNative,
    /// Equity that counts for new risk.
    pub initial_equity: QuoteNative,
    /// Equity that counts for withdrawals.
    pub withdraw_equity: QuoteNative,
    /// Scanning risk after product groups.
    pub scan: QuoteNative,
    /// What initial margin adds to scanning risk while the scan range rises.
    pub surcharge: QuoteNative,
    /// What the minimum for short options asks beyond the other charges.
    pub short_minimum: QuoteNative,
    /// Calendar charges.
    pub calendar: QuoteNative,
    /// Concentration charges.
    pub concentration: QuoteNative,
    /// Haircuts of tokens.
    pub haircut: QuoteNative,
    /// Order margin.
    pub order_margin: QuoteNative,
    /// Maintenance margin.
    pub maintenance: QuoteNative,
    /// Initial margin, with order margin.
    pub initial: QuoteNative,
}

impl Requirements {
    /// Equity less maintenance margin.
    pub fn health(&self) -> Result<QuoteNative, RiskError> {
        self.equity.minus(self.maintenance)
    }

    /// True if equity is so low that the owner should be called for margin: below maintenance times one plus the warning
    /// buffer.
    pub fn is_margin_call(&self, params: &MarginParams) -> Result<bool, RiskError> {
        let warning = mul_ppm_ceil(self.maintenance, params.warning_buffer)?;
        Ok(self.equity < self.maintenance.plus(warning)?)
    }

    /// True if the account may be liquidated.
    pub fn is_liquidatable(&self) -> bool {
        self.equity < self.maintenance
    }
}

/// Checks a whole portfolio: the check of the program. It stops at the cash where nothing else is held.
///
/// It looks at every position that is held. A bound that could stop sooner needs every mark and every delta first, which is
/// three fifths of the whole: accounts far above their margin would gain two fifths by it, and hedged ones, whom no bound
/// without netting lets through, would pay as much twice.
#[inline(never)]
pub fn check(board: &Board, portfolio: &Portfolio, purpose: Purpose) -> Result<Requirements, RiskError> {
    if portfolio.holds_only_cash() {
        let cash = portfolio.cash.minus(portfolio.accrued_interest)?;
        return Ok(Requirements {
            equity: cash,
            initial_equity: cash,
            withdraw_equity: cash,
            ..Requirements::default()
        });
    }
    let mut margin = Margin::default();
    margin.add_portfolio(board, portfolio, purpose, None)?;
    margin.requirements(board)
}

/// As [`check`], with what every underlying contributes: the whole breakdown, in the order of the account's positions,
/// underlyings of which only tokens are held after them.
pub fn breakdown(
    board: &Board,
    portfolio: &Portfolio,
    purpose: Purpose,
    mut each: impl FnMut(&Underlying, &UnderlyingRisk),
) -> Result<Requirements, RiskError> {
    let mut margin = Margin { cash: portfolio.cash.minus(portfolio.accrued_interest)?, ..Margin::default() };
    let mut holdings = Holdings::of(board, portfolio)?;
    while let Some((index, positions, tokens)) = holdings.next() {
        let u = board.underlying(index)?;
        purpose.require(u)?;
        let risk = UnderlyingRisk::of(board, u, positions, &tokens, purpose)?;
        margin.add(board, u, &risk);
        each(u, &risk);
    }
    margin.requirements(board)
}

impl Margin {
    /// Adds everything that a portfolio holds, but for one underlying if that is asked for, of which it returns the tokens.
    #[inline(never)]
    pub fn add_portfolio(
        &mut self,
        board: &Board,
        portfolio: &Portfolio,
        purpose: Purpose,
        without: Option<u16>,
    ) -> Result<TokenHolding, RiskError> {
        let cash = portfolio.cash.minus(portfolio.accrued_interest)?;
        self.cash = self.cash.plus(cash)?;

        let mut risk = UnderlyingRisk::default();
        let mut left_out = TokenHolding::default();
        let mut holdings = Holdings::of(board, portfolio)?;
        while let Some((index, positions, tokens)) = holdings.next() {
            if without == Some(index) {
                left_out = tokens;
                continue;
            }
            let u = board.underlying(index)?;
            purpose.require(u)?;
            risk.measure(board, u, positions, &tokens, purpose)?;
            self.add(board, u, &risk);
        }
        Ok(left_out)
    }

    /// Adds one underlying.
    ///
    /// No sum overflows: the values of all that a portfolio holds together stay below 2^60 ([`crate::math::NATIVE_LIMIT`]),
    /// its profit and loss below 1.25 · 2^62 (`Portfolio::fill`).
    #[inline(always)]
    pub fn add(&mut self, board: &Board, u: &Underlying, risk: &UnderlyingRisk) {
        let add = |sum: &mut QuoteNative, term: QuoteNative| sum.0 = add_bounded(sum.0, term.0);
        add(&mut self.token_value, risk.token_value);
        add(&mut self.pnl, risk.pnl);
        add(&mut self.counted, risk.pnl.min(risk.profit_limit));
        add(&mut self.losses, risk.pnl.min(QuoteNative::ZERO));
        add(&mut self.stable_charge, risk.stable_charge);
        add(&mut self.surcharge, risk.surcharge);
        add(&mut self.short_minimum, risk.short_minimum);
        add(&mut self.calendar, risk.calendar);
        add(&mut self.concentration, risk.concentration);
        add(&mut self.haircut, risk.haircut);
        add(&mut self.order_margin, risk.order_margin);

        let group = match usize::from(u.group).checked_sub(1).and_then(|g| self.groups.get_mut(g)) {
            Some(group) if board.groups[usize::from(u.group) - 1].offset > Ppm::ZERO => group,
            _ => return add(&mut self.scan_alone, risk.scan),
        };
        add(&mut group.scan, risk.scan);
        add(&mut group.extra, risk.extra);
        add_native(&mut group.rows, &risk.rows, u.scale());
    }

    /// The requirements that follow from the sums.
    #[inline(never)]
    pub fn requirements(&self, board: &Board) -> Result<Requirements, RiskError> {
        let kept = self.cash.plus(self.token_value)?;
        let equity = kept.plus(self.pnl)?;
        let kept = kept.minus(self.stable_charge)?;
        let mut scan = self.scan_alone;
        for (sum, group) in self.groups.iter().zip(&board.groups) {
            if sum.scan.is_zero() {
                continue;
            }
            // (1 − c)·Σ + c·netted = Σ − c·(Σ − netted): the benefit is rounded down.
            let netted = QuoteNative(worst(&sum.rows).max(0)).plus(sum.extra)?;
            let benefit = mul_ppm_floor(sum.scan.minus(netted)?, group.offset)?;
            scan = scan.plus(sum.scan)?.minus(benefit)?;
        }
        let add_on = self.calendar.plus(self.concentration)?.plus(self.short_minimum)?;
        let maintenance = scan.plus(add_on)?.plus(self.haircut)?;
        let stressed = maintenance.plus(self.surcharge)?;
        let initial = mul_ppm_ceil(stressed, board.params.initial_ratio)?.plus(self.order_margin)?;
        Ok(Requirements {
            equity,
            initial_equity: kept.plus(self.counted)?,
            withdraw_equity: kept.plus(self.losses)?,
            scan,
            surcharge: self.surcharge,
            short_minimum: self.short_minimum,
            calendar: self.calendar,
            concentration: self.concentration,
            haircut: self.haircut,
            order_margin: self.order_margin,
            maintenance,
            initial,
        })
    }
}

/// The tokens that an account holds of one underlying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenHolding {
    /// Whole delta units.
    pub units: i64,
    /// Haircut on their value, rounded up.
    pub haircut: QuoteNative,
}

/// Walks a portfolio underlying by underlying: the run of its positions, and its tokens.
pub struct Holdings<'a> {
    positions: &'a [Position],
    tokens: [(u16, TokenHolding); MAX_BALANCES],
    token_count: usize,
}

/// Stands for "no token" in [`Holdings`].
const NONE: u16 = u16::MAX;

impl<'a> Holdings<'a> {
    /// Starts a walk. Values the tokens.
    pub fn of(board: &Board, portfolio: &'a Portfolio) -> Result<Self, RiskError> {
        let mut tokens = [(NONE, TokenHolding::default()); MAX_BALANCES];
        let mut token_count = 0;
        for balance in portfolio.balances.iter().filter(|b| b.amount != 0) {
            let token = board.token(balance.token)?;
            let u = board.underlying(token.underlying)?;
            let units = token.units(balance.amount)?.0;
            // Below 2^54 by the bound of `Portfolio::credit`.
            let value = Scaled(mul_bounded(units, u.price)).to_native_ceil(u.scale());
            tokens[token_count] =
                (token.underlying, TokenHolding { units, haircut: mul_ppm_ceil(value, token.haircut)? });
            token_count += 1; // at most MAX_BALANCES
        }
        Ok(Self { positions: portfolio.open(), tokens, token_count })
    }

    /// The next underlying: its index, its positions, its tokens.
    #[allow(clippy::should_implement_trait)] // an iterator's item could not borrow less than it does here
    #[inline]
    pub fn next(&mut self) -> Option<(u16, &'a [Position], TokenHolding)> {
        let index = match self.positions.first() {
            Some(p) => p.key.underlying(),
            None => self.tokens[..self.token_count].iter().find(|(u, _)| *u != NONE)?.0,
        };
        let last = PositionKey::last_of(index);
        let run = self.positions.iter().take_while(|p| p.key <= last).count();
        let (positions, rest) = self.positions.split_at(run);
        self.positions = rest;
        let mut sum = TokenHolding::default();
        for (underlying, held) in &mut self.tokens[..self.token_count] {
            if *underlying == index {
                *underlying = NONE;
                // At most eight values below 2^54 each.
                sum.units += held.units;
                sum.haircut = QuoteNative(sum.haircut.0 + held.haircut.0);
            }
        }
        Some((index, positions, sum))
    }
}

/// Sums over the positions of one underlying, at its scale.
struct Sums {
    pnl: i64,
    /// Delta at the present price, options included, whole units.
    delta: i64,
    gross: i64,
    /// Sum of the calendar buckets that are long, and of those that are short.
    long: i64,
    short: i64,
    order_margin: i64,
    /// Delta that the linear shocks apply to: linear positions, and the forward in every put.
    linear: i64,
    /// Units of short options.
    short_options: i64,
    /// Convexity gaps, model errors and drift.
    extra: i64,
    options: bool,
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
    fn of(
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
        let arrays = purpose.arrays(u.index);
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
            let (mark, delta, drift) = if i.is_option() {
                sums.add_option(&mut present, i, p, arrays, rows)?
            } else {
                let delta = p.delta(i).0;
                sums.linear = add_bounded(sums.linear, delta);
                (i.mark, delta, 0)
            };
            let value = mul_bounded(p.lots.0, mark);
            sums.pnl = add_bounded(sums.pnl, add_bounded(value, p.quote.0 << u.scale()));
            bucket = add_bounded(bucket, delta);
            sums.delta = add_bounded(sums.delta, delta);
            sums.gross = add_bounded(sums.gross, delta.wrapping_abs());
            if p.funding_index != i.funding_index || i.loss_index_long | i.loss_index_short != 0 {
                sums.pnl = sums.pnl.checked_add(p.unsettled(i)?).ok_or(RiskError::Overflow)?;
            }
            if p.bid_lots.0 | p.ask_lots.0 != 0 {
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
        let lots = p.lots.0;
        // Orders that only reduce take on no risk.
        if lots | p.bid_lots.0 | p.ask_lots.0 != 0 {
            present.require(i, arrays)?;
        }
        let state = present.state(i);
        if lots == 0 {
            return Ok((state.mark, 0, state.drift));
        }
        self.options = true;
        add_rows(rows, &t.array, lots);
        let units = mul_bounded(lots, i.lot_units.0);
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
        Ok((state.mark, mul_ratio_floor(units, state.delta), state.drift))
    }
}

/// `rows += factor · array`. A function of its own, so that it has all registers.
#[inline(never)]
fn add_rows(rows: &mut Row16, array: &Row16, factor: i64) {
    for (row, loss) in rows.iter_mut().zip(array) {
        *row = add_bounded(*row, mul_bounded(factor, *loss));
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

/// `sum += rows`, each rounded up to whole quote-native.
#[inline(never)]
fn add_native(sum: &mut Row16, rows: &Row16, scale_bits: u32) {
    for (sum, loss) in sum.iter_mut().zip(rows) {
        *sum = add_bounded(*sum, Scaled(*loss).to_native_ceil(scale_bits).0);
    }
}

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

impl UnderlyingRisk {
    /// The contribution of one underlying to a whole portfolio.
    pub fn in_portfolio(
        board: &Board,
        u: &Underlying,
        portfolio: &Portfolio,
        purpose: Purpose,
    ) -> Result<Self, RiskError> {
        let mut holdings = Holdings::of(board, portfolio)?;
        while let Some((index, positions, tokens)) = holdings.next() {
            if index == u.index {
                return Self::of(board, u, positions, &tokens, purpose);
            }
        }
        Self::of(board, u, &[], &TokenHolding::default(), purpose)
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
    fn measure(
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
        let delta = add_bounded(sums.delta, tokens.units);

        let linear = add_bounded(sums.linear, tokens.units);
        let most = shock(&mut self.rows, &u.shocks, linear);
        let shown = Scaled(most).to_native_ceil(scale);
        let extra = Scaled(sums.extra).to_native_ceil(scale);
        let scan = QuoteNative(add_bounded(shown.0, extra.0));

        // Spot, perpetuals and each expiry are buckets of their own; tokens are never short.
        let (long, short) = (add_bounded(sums.long, tokens.units), sums.short);
        let calendar = if u.calendar.is_zero() || long | short == 0 {
            QuoteNative::ZERO
        } else if sums.options {
            calendar_with_options(board, u, &self.rows, most, long, short)?
        } else if long.min(short) == 0 {
            QuoteNative::ZERO
        } else {
            let matched = Scaled(mul_bounded(long.min(short), u.price)).to_native_ceil(scale);
            mul_ppm_ceil(matched, u.calendar)?
        };

        let gross = Scaled(mul_bounded(add_bounded(sums.gross, tokens.units), u.price)).to_native_ceil(scale);
        let concentration = concentration(u, scan, gross)?;
        let stable = mul_bounded(delta, sub_bounded(u.price, u.stable_price)).max(0);

        self.index = u.index;
        self.delta = delta;
        self.pnl = Scaled(sums.pnl).to_native_floor(scale);
        self.profit_limit = u.params.profit_cap;
        self.token_value = QuoteNative::ZERO;
        if tokens.units != 0 {
            let matched_tokens = tokens.units.min(sub_bounded(0, sums.delta).max(0));
            let matched_value = Scaled(mul_bounded(matched_tokens, u.price)).to_native_floor(scale);
            self.profit_limit = u.params.profit_cap.plus(matched_value)?;
            self.token_value = Scaled(mul_bounded(tokens.units, u.price)).to_native_floor(scale);
        }
        self.stable_charge = Scaled(stable).to_native_ceil(scale);
        self.scan = scan;
        self.extra = extra;
        self.surcharge = if u.surcharge.is_zero() { QuoteNative::ZERO } else { mul_ppm_ceil(scan, u.surcharge)? };
        self.short_minimum = if sums.short_options == 0 {
            QuoteNative::ZERO
        } else {
            let short = Scaled(mul_bounded(sums.short_options, u.price)).to_native_ceil(scale);
            let least = mul_ppm_ceil(short, u.params.short_minimum)?;
            let asked = mul_ppm_floor(scan, kept_apart(board, u))?.plus(calendar)?.plus(concentration)?;
            QuoteNative(sub_bounded(least.0, asked.0).max(0))
        };
        self.calendar = calendar;
        self.concentration = concentration;
        self.haircut = tokens.haircut;
        self.order_margin = Scaled(sums.order_margin).to_native_ceil(scale);
        Ok(())
    }

    /// What maintenance margin adds to scanning risk for this underlying.
    pub fn add_on(&self) -> Result<QuoteNative, RiskError> {
        self.calendar.plus(self.concentration)?.plus(self.short_minimum)?.plus(self.haircut)
    }
}

/// 1 − c: the part of an underlying's scanning risk that no product group offsets.
fn kept_apart(board: &Board, u: &Underlying) -> Ppm {
    let group = usize::from(u.group).checked_sub(1).and_then(|g| board.groups.get(g));
    Ppm(Ppm::ONE.0 - group.map_or(0, |g| g.offset.0.min(Ppm::ONE.0)))
}

/// The calendar charge of a book with options, see the head of this module; `worst_row` is at least zero.
/// Rounded up.
///
/// Of `max_k (w·scan[k] − t·Δ·dir_k) − w·scan` only the row of the scan itself is near zero, as long as the charge is small
/// beside the scan; the others are weighed only where they might be more.
#[inline(never)]
fn calendar_with_options(
    board: &Board,
    u: &Underlying,
    rows: &Row16,
    worst_row: i64,
    long: i64,
    short: i64,
) -> Result<QuoteNative, RiskError> {
    let scale = u.scale();
    // c·S·x of both sides: twice t·x, so that the halving comes last.
    let charge = |units: i64| mul_ppm_ceil(Scaled(mul_bounded(units, u.price)).to_native_ceil(scale), u.calendar);
    let (long, short) = (charge(long)?.0, charge(short)?.0);
    let (apart, tilt) = (add_bounded(long, short), sub_bounded(long, short));

    let kept = kept_apart(board, u);
    let worst = Worst::of(rows);
    let mut most = i64::MIN;
    // Nothing at all is a row too: a book that loses in no row.
    for (loss, tilt) in [(worst.still.max(0), 0), (worst.long_loses, sub_bounded(0, tilt)), (worst.short_loses, tilt)] {
        let less = Scaled(sub_bounded(worst_row, loss)).to_native_floor(scale).0;
        if less == 0 {
            most = most.max(tilt);
        } else if tilt > most && least_kept(less) < sub_bounded(tilt, most.max(-apart)) {
            let less = mul_ppm_floor(QuoteNative(less), kept)?.0;
            most = most.max(sub_bounded(tilt, add_bounded(less, less)));
        }
    }
    let charge = add_bounded(apart, most).max(0);
    Ok(QuoteNative(charge / 2 + charge % 2))
}

/// A product group keeps at least a twentieth of a risk apart: twice that.
const fn least_kept(less: i64) -> i64 {
    less / 10
}

/// Margin of the resting orders in one instrument, at the underlying's scale.
fn order_margin(u: &Underlying, i: &Instrument, p: &Position, mark: i64, drift: i64) -> i64 {
    let (bids, asks) = (p.bid_lots.0, p.ask_lots.0);
    let (worst_long, worst_short) = if i.is_option() {
        (add_bounded(i.option.worst_long, drift), add_bounded(i.option.worst_short, drift))
    } else {
        (mul_bounded(i.lot_units.0, u.worst_long), mul_bounded(i.lot_units.0, u.worst_short))
    };
    let above = sub_bounded(p.bid_value.0 << u.scale(), mul_bounded(bids, mark)).max(0);
    let below = sub_bounded(mul_bounded(asks, mark), p.ask_value.0 << u.scale()).max(0);
    let bid = add_bounded(mul_bounded(bids, worst_long), above);
    let ask = add_bounded(mul_bounded(asks, worst_short), below);
    bid.max(ask)
}

/// `scan · (κ · clamp(gross / liquidity − 1, 0, cap) + crowding)`, each part rounded up.
fn concentration(u: &Underlying, scan: QuoteNative, gross: QuoteNative) -> Result<QuoteNative, RiskError> {
    let crowding = if u.crowding.is_zero() { QuoteNative::ZERO } else { mul_ppm_ceil(scan, u.crowding)? };
    let liquidity = u.params.liquidity;
    if gross <= liquidity || u.params.concentration.is_zero() {
        return Ok(crowding);
    }
    let charge = mul_ppm_ceil(scan, u.params.concentration)?;
    let excess = gross.minus(liquidity)?;
    // Below the cap the excess is less than four times the liquidity, so that the quotient fits.
    let own = if excess >= mul_ppm_ceil(liquidity, u.params.concentration_cap)? {
        mul_ppm_ceil(charge, u.params.concentration_cap)?
    } else {
        // Rounded up: the quotient of the negated product rounded down, negated.
        mul_div_floor(charge.0, -excess.0, liquidity.0).map(|q| QuoteNative(-q))?
    };
    own.plus(crowding)
}

/// Largest entry of a row of losses.
#[inline(always)]
fn worst(rows: &Row16) -> i64 {
    let mut worst = rows[0];
    for loss in &rows[1..] {
        worst = worst.max(*loss);
    }
    worst
}
