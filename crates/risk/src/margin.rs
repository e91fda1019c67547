//! The portfolio margin check.
//!
//! ```text
//! scan_u[k]       = Σ_i lots_i · A_i[k]                 instruments and tokens of underlying u, loss positive
//! scan_u          = max(0, max_k scan_u[k])
//! calendar_u      = c_u · S_u · delta matched between buckets (spot, perpetuals, each expiry)
//! concentration_u = scan_u · κ_u · clamp(gross delta notional_u / liquidity_u − 1, 0, cap)
//! group g         : risk_g = (1 − c_g) · Σ_u scan_u + c_g · max(0, max_k Σ_u scan_u[k])
//! maintenance     = Σ_g risk_g + Σ_u (calendar_u + concentration_u) + Σ tokens haircut · value
//! initial         = im_ratio · maintenance + Σ order margin
//! order margin_i  = max( bids·max_k A_i + max(0, bid value − bids·mark), asks·max_k(−A_i) + max(0, asks·mark − ask value) )
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

use crate::{
    Board, Instrument, Kind, MAX_GROUPS, MarginParams, Portfolio, Position, Ppm, QuoteNative, RiskError, Scaled,
    Underlying,
    math::{mul_bounded, mul_div_floor, mul_ppm_ceil, mul_ppm_floor},
    portfolio::MAX_BALANCES,
    scenario::{ROWS, Row16},
};

/// Which prices a check insists on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// Every underlying held must have a fresh price: new risk, withdrawals.
    Fresh {
        /// Time of the check, seconds.
        now: i64,
    },
    /// Only this underlying must: reductions and liquidations, so that nothing unrelated can stop them.
    FreshOf {
        /// Time of the check, seconds.
        now: i64,
        /// The underlying.
        underlying: u16,
    },
    /// The last price counts, however old: maintenance.
    Last,
}

impl Prices {
    #[inline(always)]
    fn require(self, u: &Underlying) -> Result<(), RiskError> {
        match self {
            Self::Fresh { now } => u.require_fresh(now),
            Self::FreshOf { now, underlying } if underlying == u.index => u.require_fresh(now),
            Self::FreshOf { .. } | Self::Last => u.require_priced(),
        }
    }
}

/// What one underlying contributes to a portfolio's margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    equity: QuoteNative,
    initial_equity: QuoteNative,
    withdraw_equity: QuoteNative,
    /// Scanning risk of underlyings that stand alone.
    scan_alone: QuoteNative,
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

/// Checks a whole portfolio.
pub fn check(board: &Board, portfolio: &Portfolio, prices: Prices) -> Result<Requirements, RiskError> {
    let mut margin = Margin::default();
    margin.add_portfolio(board, portfolio, prices, None)?;
    margin.requirements(board)
}

impl Margin {
    /// Adds everything that a portfolio holds, but for one underlying if that is asked for.
    pub fn add_portfolio(
        &mut self,
        board: &Board,
        portfolio: &Portfolio,
        prices: Prices,
        without: Option<u16>,
    ) -> Result<(), RiskError> {
        let cash = portfolio.cash.minus(portfolio.accrued_interest)?;
        self.equity = self.equity.plus(cash)?;
        self.initial_equity = self.initial_equity.plus(cash)?;
        self.withdraw_equity = self.withdraw_equity.plus(cash)?;

        let mut holdings = Holdings::of(board, portfolio)?;
        while let Some((index, positions, tokens)) = holdings.next() {
            if without == Some(index) {
                continue;
            }
            let u = board.underlying(index)?;
            prices.require(u)?;
            self.add(board, u, &UnderlyingRisk::of(board, u, positions, &tokens)?)?;
        }
        Ok(())
    }

    /// Adds one underlying.
    pub fn add(&mut self, board: &Board, u: &Underlying, risk: &UnderlyingRisk) -> Result<(), RiskError> {
        let value = risk.token_value;
        let profit = QuoteNative(risk.pnl.0.min(risk.profit_limit.0));
        let loss = QuoteNative(risk.pnl.0.min(0));
        self.equity = self.equity.plus(value)?.plus(risk.pnl)?;
        self.initial_equity = self.initial_equity.plus(value)?.plus(profit)?.minus(risk.stable_charge)?;
        self.withdraw_equity = self.withdraw_equity.plus(value)?.plus(loss)?.minus(risk.stable_charge)?;
        self.calendar = self.calendar.plus(risk.calendar)?;
        self.concentration = self.concentration.plus(risk.concentration)?;
        self.haircut = self.haircut.plus(risk.haircut)?;
        self.order_margin = self.order_margin.plus(risk.order_margin)?;

        let group = match usize::from(u.group).checked_sub(1).and_then(|g| self.groups.get_mut(g)) {
            Some(group) if board.groups[usize::from(u.group) - 1].offset > Ppm::ZERO => group,
            _ => {
                self.scan_alone = self.scan_alone.plus(risk.scan)?;
                return Ok(());
            }
        };
        group.scan = group.scan.plus(risk.scan)?;
        for (sum, loss) in group.rows.iter_mut().zip(&risk.rows) {
            *sum = sum.checked_add(Scaled(*loss).to_native_ceil(u.scale()).0).ok_or(RiskError::Overflow)?;
        }
        Ok(())
    }

    /// The requirements that follow from the sums.
    pub fn requirements(&self, board: &Board) -> Result<Requirements, RiskError> {
        let mut scan = self.scan_alone;
        for (sum, group) in self.groups.iter().zip(&board.groups) {
            if sum.scan.is_zero() {
                continue;
            }
            // (1 − c)·Σ + c·netted = Σ − c·(Σ − netted): the benefit is rounded down.
            let netted = QuoteNative(worst(&sum.rows).max(0));
            let benefit = mul_ppm_floor(sum.scan.minus(netted)?, group.offset)?;
            scan = scan.plus(sum.scan)?.minus(benefit)?;
        }
        let maintenance = scan.plus(self.calendar)?.plus(self.concentration)?.plus(self.haircut)?;
        let initial = mul_ppm_ceil(maintenance, board.params.initial_ratio)?.plus(self.order_margin)?;
        Ok(Requirements {
            equity: self.equity,
            initial_equity: self.initial_equity,
            withdraw_equity: self.withdraw_equity,
            scan,
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
}

/// Stands for "no token" in [`Holdings`].
const NONE: u16 = u16::MAX;

impl<'a> Holdings<'a> {
    /// Starts a walk. Values the tokens.
    pub fn of(board: &Board, portfolio: &'a Portfolio) -> Result<Self, RiskError> {
        let mut tokens = [(NONE, TokenHolding::default()); MAX_BALANCES];
        for (held, balance) in tokens.iter_mut().zip(&portfolio.balances) {
            if balance.amount == 0 {
                continue;
            }
            let token = board.token(balance.token)?;
            let u = board.underlying(token.underlying)?;
            let units = token.units(balance.amount)?.0;
            // Below 2^54 by the bound of `Portfolio::credit`.
            let value = Scaled(mul_bounded(units, u.price)).to_native_ceil(u.scale());
            *held = (token.underlying, TokenHolding { units, haircut: mul_ppm_ceil(value, token.haircut)? });
        }
        Ok(Self { positions: portfolio.open(), tokens })
    }

    /// The next underlying: its index, its positions, its tokens.
    #[allow(clippy::should_implement_trait)] // an iterator's item could not borrow less than it does here
    #[inline]
    pub fn next(&mut self) -> Option<(u16, &'a [Position], TokenHolding)> {
        let index = match self.positions.first() {
            Some(p) => p.key.underlying(),
            None => self.tokens.iter().find(|(u, _)| *u != NONE)?.0,
        };
        let run = self.positions.iter().take_while(|p| p.key.underlying() == index).count();
        let (positions, rest) = self.positions.split_at(run);
        self.positions = rest;
        let mut sum = TokenHolding::default();
        for (underlying, held) in &mut self.tokens {
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
#[derive(Default)]
struct Sums {
    pnl: i64,
    delta: i64,
    gross: i64,
    /// Sum of the calendar buckets that are long, and of those that are short.
    long: i64,
    short: i64,
    order_margin: i64,
}

impl Sums {
    fn close_bucket(&mut self, bucket: i64) {
        if bucket > 0 {
            self.long += bucket;
        } else {
            self.short -= bucket;
        }
    }

    fn of(board: &Board, u: &Underlying, positions: &[Position]) -> Result<Self, RiskError> {
        let mut sums = Self::default();
        let mut current = 0;
        let mut bucket = 0i64;
        for p in positions {
            let i = board.instrument(p.key.instrument())?;
            if i.generation != p.generation || i.kind > Kind::Future as u8 {
                return Err(RiskError::NotListed { index: i.index });
            }
            if p.key.bucket() != current {
                sums.close_bucket(bucket);
                bucket = 0;
                current = p.key.bucket();
            }
            // Products stay below 2^54 each (`Instrument::validate`, `Portfolio::fill`); at most 64 are added.
            sums.pnl += mul_bounded(p.lots.0, i.mark) + (p.quote.0 << u.scale());
            let delta = p.delta(i).0;
            bucket += delta;
            sums.delta += delta;
            sums.gross += delta.abs();
            if p.funding_index != i.funding_index || i.loss_index_long | i.loss_index_short != 0 {
                sums.pnl = sums.pnl.checked_add(p.unsettled(i)?).ok_or(RiskError::Overflow)?;
            }
            if p.bid_lots.0 | p.ask_lots.0 != 0 {
                sums.order_margin += order_margin(u, i, p);
            }
        }
        sums.close_bucket(bucket);
        Ok(sums)
    }
}

impl UnderlyingRisk {
    /// The contribution of one underlying to a whole portfolio.
    pub fn in_portfolio(board: &Board, u: &Underlying, portfolio: &Portfolio) -> Result<Self, RiskError> {
        let mut holdings = Holdings::of(board, portfolio)?;
        while let Some((index, positions, tokens)) = holdings.next() {
            if index == u.index {
                return Self::of(board, u, positions, &tokens);
            }
        }
        Self::of(board, u, &[], &TokenHolding::default())
    }

    /// The contribution of the positions and tokens of one underlying.
    pub fn of(board: &Board, u: &Underlying, positions: &[Position], tokens: &TokenHolding) -> Result<Self, RiskError> {
        let sums = Sums::of(board, u, positions)?;
        let scale = u.scale();
        let delta = sums.delta + tokens.units;

        let mut rows = [0; ROWS];
        for (row, shock) in rows.iter_mut().zip(&u.shocks) {
            *row = mul_bounded(delta, *shock);
        }
        let scan = Scaled(worst(&rows).max(0)).to_native_ceil(scale);

        // Spot, perpetuals and each expiry are buckets of their own; tokens are never short.
        let (long, short) = (sums.long + tokens.units, sums.short);
        let matched = Scaled(mul_bounded(long.min(short), u.price)).to_native_ceil(scale);
        let calendar = if matched.is_zero() { QuoteNative::ZERO } else { mul_ppm_ceil(matched, u.params.calendar)? };

        let gross = Scaled(mul_bounded(sums.gross + tokens.units, u.price)).to_native_ceil(scale);
        let matched_tokens = tokens.units.min((-sums.delta).max(0));
        let matched_value = Scaled(mul_bounded(matched_tokens, u.price)).to_native_floor(scale);
        let stable = mul_bounded(delta, u.price - u.stable_price).max(0);

        Ok(Self {
            index: u.index,
            delta,
            rows,
            pnl: Scaled(sums.pnl).to_native_floor(scale),
            profit_limit: u.params.profit_cap.plus(matched_value)?,
            token_value: Scaled(mul_bounded(tokens.units, u.price)).to_native_floor(scale),
            stable_charge: Scaled(stable).to_native_ceil(scale),
            scan,
            calendar,
            concentration: concentration(u, scan, gross)?,
            haircut: tokens.haircut,
            order_margin: Scaled(sums.order_margin).to_native_ceil(scale),
        })
    }
}

/// Margin of the resting orders in one instrument, at the underlying's scale.
fn order_margin(u: &Underlying, i: &Instrument, p: &Position) -> i64 {
    let (bids, asks) = (p.bid_lots.0, p.ask_lots.0);
    let above = ((p.bid_value.0 << u.scale()) - mul_bounded(bids, i.mark)).max(0);
    let below = (mul_bounded(asks, i.mark) - (p.ask_value.0 << u.scale())).max(0);
    let bid = mul_bounded(mul_bounded(bids, i.lot_units.0), u.worst_long) + above;
    let ask = mul_bounded(mul_bounded(asks, i.lot_units.0), u.worst_short) + below;
    bid.max(ask)
}

/// `scan · κ · clamp(gross / liquidity − 1, 0, cap)`, rounded up.
fn concentration(u: &Underlying, scan: QuoteNative, gross: QuoteNative) -> Result<QuoteNative, RiskError> {
    let liquidity = u.params.liquidity;
    if gross <= liquidity || u.params.concentration.is_zero() {
        return Ok(QuoteNative::ZERO);
    }
    let charge = mul_ppm_ceil(scan, u.params.concentration)?;
    let excess = gross.minus(liquidity)?;
    // Below the cap the excess is less than four times the liquidity, so that the quotient fits.
    if excess >= mul_ppm_ceil(liquidity, u.params.concentration_cap)? {
        return mul_ppm_ceil(charge, u.params.concentration_cap);
    }
    // Rounded up: the quotient of the negated product rounded down, negated.
    mul_div_floor(charge.0, -excess.0, liquidity.0).map(|q| QuoteNative(-q))
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
