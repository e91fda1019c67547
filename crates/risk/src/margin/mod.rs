//! The portfolio margin check.
//!
//! ```text
//! scan_u[k]       = Σ_i lots_i · A_i[k]                 instruments and tokens of underlying u, loss positive
//! scan_u          = max(0, max_k scan_u[k]) + extra_u
//! extra_u         = Σ long option lots · convexity gap + Σ |option lots| · ε
//! drift_u         = Σ |option lots| · drift
//! calendar_u      = c_u · S_u · delta matched between buckets (spot, each perpetual, each expiry); with options see
//!                   `charges.rs`. c_u is at most (1 − c_g) · r, so that a hedge is never dearer than its legs
//! concentration_u = (scan_u + calendar_u) · (κ_u · clamp(gross delta notional_u / liquidity_u − 1, 0, cap) + crowding_u)
//! short_min_u     = rate_u · S_u · short option lots
//! group g         : risk_g = (1 − c_g) · Σ_u scan_u + c_g · (max(0, max_k Σ_u scan_u[k]) + Σ_u extra_u)
//! F               = Σ_g risk_g + Σ_u max(calendar_u + concentration_u, short_min_u − (1 − c_g) · scan_u)
//!                   + Σ tokens haircut · value
//! maintenance     = max(F(P), F(P_λm))                    P: the book; P_λ: what expiries leave of it, see `ramp.rs`
//! stressed        = F + Σ_u surcharge_u · scan_u + Σ_u drift_u
//! initial         = im_ratio · max(stressed(P), stressed(P_λm), stressed(P_λi)) + Σ order margin
//! order margin_i  = max( bids·worst long_i + max(0, bid value − bids·mark), asks·worst short_i + max(0, asks·mark − ask value) )
//!
//! PnL_u           = Σ positions of u (lots · mark + quote) with unsettled funding and losses
//! equity          = cash + Σ tokens · S + Σ_u PnL_u − interest due
//! E_init          = … with min(PnL_u, cap_u + matched token value_u), less Σ_u max(0, Δ_u · (S_u − S̃_u))
//! E_withdraw      = E_init with min(PnL_u, 0)
//! owed            = max(0, −(cash + Σ_u min(0, PnL_u) − interest due))
//! ```
//!
//! Linear instruments (tokens, perpetuals, futures) need no array of their own: their deltas are summed per underlying
//! and shocked once. Requirements are rounded up to whole quote-native, values down. Both at the end of an underlying,
//! never between its positions, so the sums of a book do not depend on how many positions it is cut into.
//!
//! `holdings.rs` walks a portfolio underlying by underlying, `sums.rs` adds up the positions of one, `charges.rs` has the
//! charges beside scanning risk, `underlying.rs` one underlying's contribution, made of these; `asked.rs` adds the
//! contributions up, `ramp.rs` sees expiries coming.

mod asked;
mod charges;
mod holdings;
mod ramp;
mod requirements;
mod sums;
mod underlying;

pub use charges::order_only_adds;
pub use holdings::{Holdings, TokenHolding};
pub use ramp::rows_left;
pub use requirements::Requirements;
pub use underlying::UnderlyingRisk;

use crate::{
    Board, Portfolio, Position, Purpose, QuoteNative, RiskError, Underlying, guard::UnderlyingSet, math::mul_ppm_ceil,
};
use asked::Asked;
use bytemuck::{Pod, Zeroable};

/// The sums of a check over any part of a portfolio.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Margin {
    /// Cash less interest due.
    cash: QuoteNative,
    token_value: QuoteNative,
    /// Profit and loss of all positions; the part that counts towards initial equity; and losses alone.
    pnl: QuoteNative,
    counted: QuoteNative,
    losses: QuoteNative,
    stable_charge: QuoteNative,
    haircut: QuoteNative,
    order_margin: QuoteNative,
    asked: Asked,
}

/// Checks a whole portfolio: the check of the program. It stops at the cash where nothing else is held.
///
/// It looks at every position that is held. A bound that could stop sooner needs every mark and every delta first, which is most
/// of the work. Accounts far above their margin would gain a little. Hedged accounts pass no bound without netting and would pay
/// that part twice.
#[inline(never)]
pub fn check(board: &Board, portfolio: &Portfolio, purpose: Purpose) -> Result<Requirements, RiskError> {
    if portfolio.holds_only_cash() {
        let cash = net_cash(board, portfolio, purpose)?;
        return Ok(Requirements {
            own_cash: cash,
            equity: cash,
            initial_equity: cash,
            withdraw_equity: cash,
            ..Requirements::default()
        });
    }
    let mut margin = Margin::default();
    margin.finish(board, portfolio, purpose, UnderlyingSet::ALL)
}

/// As [`check`] of a portfolio of which nothing but some underlyings and the cash has changed since [`Margin::measure`] added up the
/// others.
#[inline(never)]
pub fn check_changed(
    others: &Margin,
    board: &Board,
    portfolio: &Portfolio,
    purpose: Purpose,
    changed: UnderlyingSet,
) -> Result<Requirements, RiskError> {
    let mut margin = *others;
    margin.finish(board, portfolio, purpose, changed)
}

/// As [`check`], with what every underlying contributes, in the order of the account's positions. Underlyings of which only
/// tokens are held come last.
pub fn breakdown(
    board: &Board,
    portfolio: &Portfolio,
    purpose: Purpose,
    mut each: impl FnMut(&Underlying, &UnderlyingRisk),
) -> Result<Requirements, RiskError> {
    let mut margin = Margin { cash: net_cash(board, portfolio, purpose)?, ..Margin::default() };
    let mut holdings = Holdings::of(board, portfolio)?;
    while let Some((index, positions, tokens)) = holdings.next() {
        let u = board.underlying(index)?;
        require_price(board, u, positions, &tokens, purpose)?;
        let risk = UnderlyingRisk::of(board, u, positions, &tokens, purpose)?;
        margin.add(board, u, &risk);
        each(u, &risk);
    }
    let mut requirements = margin.requirements(board)?;
    ramp::raise(board, portfolio, purpose.now(), &mut requirements)?;
    Ok(requirements)
}

/// Checks an underlying's price as the purpose requires, unless nothing is held of it that needs one.
#[inline(always)]
fn require_price(
    board: &Board,
    u: &Underlying,
    positions: &[Position],
    tokens: &TokenHolding,
    purpose: Purpose,
) -> Result<(), RiskError> {
    match purpose.require(u) {
        Err(_) if !needs_price(board, positions, tokens, purpose) => Ok(()),
        checked => checked,
    }
}

/// True if what is held of an underlying is worth anything by its price: not what is settled, nor, for maintenance margin, orders.
pub(crate) fn needs_price(board: &Board, positions: &[Position], tokens: &TokenHolding, purpose: Purpose) -> bool {
    let counts = |p: &Position| purpose.counts_orders() || !p.lots.is_zero();
    let is_settled = |p: &Position| board.instrument(p.key.instrument()).is_ok_and(|i| i.settled != 0);
    tokens.units != 0 || positions.iter().any(|p| counts(p) && !is_settled(p))
}

impl Margin {
    /// Makes it the sums of what a portfolio holds of some underlyings, without its cash. In place, for its size.
    pub fn measure(
        &mut self,
        board: &Board,
        portfolio: &Portfolio,
        purpose: Purpose,
        of: UnderlyingSet,
    ) -> Result<(), RiskError> {
        *self = Self::zeroed();
        self.add_holdings(board, portfolio, purpose, of)
    }

    /// Adds cash and what a portfolio holds of some underlyings: the requirements of the sums.
    #[inline(always)]
    fn finish(
        &mut self,
        board: &Board,
        portfolio: &Portfolio,
        purpose: Purpose,
        of: UnderlyingSet,
    ) -> Result<Requirements, RiskError> {
        self.add_cash(net_cash(board, portfolio, purpose)?)?;
        self.add_holdings(board, portfolio, purpose, of)?;
        if !ramp::is_near(board, purpose.now()) {
            return self.requirements(board);
        }
        let mut requirements = self.requirements(board)?;
        ramp::raise(board, portfolio, purpose.now(), &mut requirements)?;
        Ok(requirements)
    }

    /// Adds what a portfolio holds of some underlyings.
    #[inline(never)]
    fn add_holdings(
        &mut self,
        board: &Board,
        portfolio: &Portfolio,
        purpose: Purpose,
        of: UnderlyingSet,
    ) -> Result<(), RiskError> {
        let mut risk = UnderlyingRisk::default();
        let mut holdings = Holdings::of(board, portfolio)?;
        while let Some((index, positions, tokens)) = holdings.next() {
            if !of.contains(index) {
                continue;
            }
            let u = board.underlying(index)?;
            require_price(board, u, positions, &tokens, purpose)?;
            risk.measure(board, u, positions, &tokens, purpose)?;
            self.add(board, u, &risk);
        }
        Ok(())
    }

    /// Adds cash.
    pub fn add_cash(&mut self, cash: QuoteNative) -> Result<(), RiskError> {
        self.cash = self.cash.plus(cash)?;
        Ok(())
    }

    /// Adds one underlying.
    ///
    /// No sum overflows: the values of all that a portfolio holds together stay below 2^60 ([`crate::math::NATIVE_LIMIT`]),
    /// its profit and loss below 1.25 · 2^62 (`Portfolio::fill`).
    #[inline(always)]
    pub fn add(&mut self, board: &Board, u: &Underlying, risk: &UnderlyingRisk) {
        let add = |sum: &mut QuoteNative, term: QuoteNative| *sum = sum.plus_bounded(term);
        add(&mut self.token_value, risk.token_value);
        add(&mut self.pnl, risk.pnl);
        add(&mut self.counted, risk.pnl.min(risk.profit_limit));
        add(&mut self.losses, risk.pnl.min(QuoteNative::ZERO));
        add(&mut self.stable_charge, risk.stable_charge);
        add(&mut self.haircut, risk.haircut);
        add(&mut self.order_margin, risk.order_margin);
        self.asked.add(board, u, risk);
    }

    /// The requirements that follow from the sums, as if nothing were about to expire.
    #[inline(never)]
    pub fn requirements(&self, board: &Board) -> Result<Requirements, RiskError> {
        let kept = self.cash.plus(self.token_value)?;
        let equity = kept.plus(self.pnl)?;
        let kept = kept.minus(self.stable_charge)?;
        let asked = &self.asked;
        let scan = asked.scan(board)?;
        let maintenance = asked.maintenance(scan, self.haircut)?;
        Ok(Requirements {
            equity,
            initial_equity: kept.plus(self.counted)?,
            withdraw_equity: kept.plus(self.losses)?,
            own_cash: self.cash.plus(self.losses)?,
            // Counted profit and loss is no more than the profit limit, which is not negative.
            backing: self.token_value.plus(self.counted)?.minus(self.losses)?,
            scan,
            surcharge: asked.surcharge,
            drift: asked.drift,
            short_minimum: asked.short_minimum,
            calendar: asked.calendar,
            concentration: asked.concentration,
            haircut: self.haircut,
            order_margin: self.order_margin,
            expiry: QuoteNative::ZERO,
            expiry_initial: QuoteNative::ZERO,
            maintenance,
            initial: initial_margin(board, asked.stressed(maintenance)?, self.order_margin)?,
        })
    }
}

/// Cash less the interest due at the time of the check, and less the losses that it bears of others.
#[inline(always)]
fn net_cash(board: &Board, portfolio: &Portfolio, purpose: Purpose) -> Result<QuoteNative, RiskError> {
    let kept = portfolio.cash.minus(portfolio.interest_due(&board.interest, purpose.now())?)?;
    Ok(kept.minus(portfolio.losses_due(&board.interest)?)?)
}

/// Initial margin from what it is a ratio of, rounded up, and the margin of orders.
fn initial_margin(board: &Board, stressed: QuoteNative, order_margin: QuoteNative) -> Result<QuoteNative, RiskError> {
    Ok(mul_ppm_ceil(stressed, board.params.initial_ratio)?.plus(order_margin)?)
}
