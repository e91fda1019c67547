//! The price and the size at which an account below maintenance is taken over.
//!
//! The liquidator takes a position at the mark less a discount. The discount is a ratio of the mark, or of the index price for a
//! short option. It grows with the shortfall from a base to a maximum, and never takes more than φ of the margin that the
//! transfer frees, so that every transfer raises the account's health. A request that would carry health past the buffer is cut
//! back to the fewest lots that reach it.

mod token;

pub use token::{TokenSale, sell_tokens};

use crate::{
    Board, Fill, Instrument, LotValue, Lots, Margin, MarginParams, Portfolio, Position, PositionKey, Ppm, Purpose,
    QuoteNative, Requirements, RiskError, Underlying,
    margin::{TokenHolding, UnderlyingRisk},
    math::{mul_div_floor, mul_ppm_ceil, mul_ppm_floor},
};
use bytemuck::Zeroable;

/// A transfer of a position to a liquidator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takeover {
    /// The fill of the account that is liquidated: lots of the opposite sign of its position, at the discounted price.
    pub fill: Fill,
    /// Value of the lots at the mark, ≥ 0.
    pub mark_value: QuoteNative,
    /// What the account gives up against the mark, ≥ 0.
    pub discount: QuoteNative,
    /// The part of the discount that the liquidator passes on to the insurance fund.
    pub insurance: QuoteNative,
    /// The account before.
    pub before: Requirements,
    /// The account after.
    pub after: Requirements,
}

/// Discount to the mark: from the base to the maximum as the shortfall grows from nothing to the whole maintenance
/// margin (equity at zero). Rounded down.
pub fn discount_rate(params: &MarginParams, r: &Requirements) -> Result<Ppm, RiskError> {
    let (base, max) = (params.discount_base.get(), params.discount_max.get());
    let shortfall = r.maintenance.minus(r.equity)?.get().clamp(0, r.maintenance.get().max(0));
    if r.maintenance.get() <= 0 {
        return Ok(Ppm::new(max));
    }
    let grown = mul_div_floor(i64::from(max - base), shortfall, r.maintenance.get())?;
    Ok(Ppm::new(base + u32::try_from(grown).map_err(|_| RiskError::Overflow)?))
}

/// Finds the transfer of at most `most` lots of the position in `i`. The account must have no orders in `i`.
///
/// `scratch` is a copy of the account and is left with its position in `i` changed.
#[inline(never)]
pub fn take_over(
    board: &Board,
    scratch: &mut Portfolio,
    i: &Instrument,
    most: Lots,
    now: i64,
) -> Result<Takeover, RiskError> {
    let u = board.underlying(i.underlying)?;
    let mut trial = Trial::new(board, scratch, u, i, Purpose::Liquidation { now, underlying: u.index })?;
    let before = trial.before;
    if !before.is_liquidatable() {
        return Err(RiskError::NotLiquidatable { equity: before.equity.get(), maintenance: before.maintenance.get() });
    }
    let held = trial.position.lots.magnitude()?;
    let most = Lots::new(most.get().min(held.get()));
    if most.get() <= 0 {
        return Err(RiskError::NothingToLiquidate);
    }
    let scan_before = trial.scan;

    let lots = trial.fewest_lots(most)?;
    let long = trial.position.lots.get() > 0;
    let left = held.minus(lots)? * i.discount_value(u, long, trial.mark);
    let lots = if most == held && left.to_native_floor(u.scale()) < board.params.dust_value { held } else { lots };

    let found = trial.transfer(lots)?;
    if trial.scan > scan_before || found.after.health()? <= before.health()? {
        return Err(RiskError::LiquidationDoesNotHelp {
            before: before.health()?.get(),
            after: found.after.health()?.get(),
        });
    }
    Ok(found)
}

/// One account, and the transfers that could be made of its position in one instrument. Everything but that underlying
/// is summed once.
struct Trial<'a> {
    board: &'a Board,
    portfolio: &'a mut Portfolio,
    u: &'a Underlying,
    i: &'a Instrument,
    /// Where the position is; none if the account has none.
    slot: Option<usize>,
    position: Position,
    tokens: TokenHolding,
    /// First position of the underlying, and one past its last.
    run: (usize, usize),
    rest: Margin,
    before: Requirements,
    purpose: Purpose,
    /// Mark of one lot.
    mark: LotValue,
    rate: Ppm,
    /// Scanning risk of the underlying after the last trial.
    scan: QuoteNative,
}

impl<'a> Trial<'a> {
    #[inline(never)]
    fn new(
        board: &'a Board,
        portfolio: &'a mut Portfolio,
        u: &'a Underlying,
        i: &'a Instrument,
        purpose: Purpose,
    ) -> Result<Self, RiskError> {
        purpose.require(u)?;
        let mut rest = Margin::default();
        let tokens = rest.add_portfolio(board, portfolio, purpose, Some(u.index))?;
        let open = portfolio.open();
        let start = open.partition_point(|p| p.key.underlying() < u.index);
        let end = open.partition_point(|p| p.key.underlying() <= u.index);
        let risk = UnderlyingRisk::of(board, u, &open[start..end], &tokens, purpose)?;
        let mut whole = rest;
        whole.add(board, u, &risk);
        let before = whole.requirements(board)?;

        let slot = portfolio.search(PositionKey::of(i)).ok();
        let position = slot.map_or(Position::zeroed(), |slot| portfolio.positions[slot]);
        let rate = discount_rate(&board.params, &before)?;
        let mark = i.mark_at(u, purpose.now());
        let (run, scan) = ((start, end), risk.scan);
        Ok(Self { board, portfolio, u, i, slot, position, tokens, run, rest, before, purpose, mark, rate, scan })
    }

    /// The underlying's contribution as the trial now stands.
    fn risk(&self) -> Result<UnderlyingRisk, RiskError> {
        let positions = self
            .portfolio
            .positions
            .get(self.run.0..self.run.1)
            .ok_or(RiskError::Corrupt { what: "positions of the underlying" })?;
        UnderlyingRisk::of(self.board, self.u, positions, &self.tokens, self.purpose)
    }

    /// Makes the transfer of a number of lots.
    #[inline(never)]
    fn transfer(&mut self, lots: Lots) -> Result<Takeover, RiskError> {
        let long = self.position.lots.get() > 0;
        // Against the account: a long is sold at the value rounded down, a short is bought back at it rounded up.
        let scale = self.u.scale();
        let mark_value = lots * self.mark;
        let mark_value = if long { mark_value.to_native_floor(scale) } else { mark_value.to_native_ceil(scale) };

        // At the mark first: what margin does the transfer free?
        let at_mark = self.outcome(signed_fill(long, lots, mark_value))?;
        let freed = QuoteNative::new(self.before.maintenance.minus(at_mark.maintenance)?.get().max(0));
        let base = (lots * self.i.discount_value(self.u, long, self.mark)).to_native_floor(scale);
        let by_rate = mul_ppm_floor(base, self.rate)?;
        let by_freed = mul_ppm_floor(freed, self.board.params.discount_of_freed)?;
        // Of a long position a part of its mark, so that nobody is paid to take one over.
        let discount = by_rate.min(by_freed);

        let price = if long { mark_value.minus(discount)? } else { mark_value.plus(discount)? };
        let after = at_discount(&at_mark, discount)?;
        Ok(Takeover {
            fill: signed_fill(long, lots, price),
            mark_value,
            discount,
            insurance: mul_ppm_floor(discount, self.board.params.insurance_share)?,
            before: self.before,
            after,
        })
    }

    /// The account's requirements after a fill, the position being left with it.
    fn outcome(&mut self, fill: Fill) -> Result<Requirements, RiskError> {
        let mut position = self.position;
        let settled = position.settle(self.i, self.u)?;
        let realised = position.apply_fill(fill, self.i)?.plus(settled)?;
        let slot = self.slot.ok_or(RiskError::NothingToLiquidate)?;
        self.portfolio.positions[slot] = position;
        let risk = self.risk()?;
        self.scan = risk.scan;
        let mut margin = self.rest;
        margin.add(self.board, self.u, &risk);
        margin.add_cash(realised)?;
        margin.requirements(self.board)
    }

    /// See [`excess`].
    fn excess(&self, r: &Requirements) -> Result<i64, RiskError> {
        excess(&self.board.params, r)
    }

    /// The fewest lots, up to `most`, whose transfer reaches the buffer, or `most`.
    fn fewest_lots(&mut self, most: Lots) -> Result<Lots, RiskError> {
        let none = self.excess(&self.before)?;
        let fewest = fewest(most.get(), none, |lots| {
            let after = self.transfer(Lots::new(lots))?.after;
            self.excess(&after)
        })?;
        Ok(Lots::new(fewest))
    }
}

/// The fewest of 1 to `most` with an excess of at least zero, or `most`; `none` is the excess of nothing taken. Keeps
/// `excess(lo) < 0 ≤ excess(hi)`.
///
/// By Dekker's method (1969): a secant through the last two trials while it helps, else the middle of the bracket.
/// Health is piecewise linear in what is taken, quadratic where concentration is charged, so that some six trials do.
fn fewest(most: i64, none: i64, mut excess: impl FnMut(i64) -> Result<i64, RiskError>) -> Result<i64, RiskError> {
    let (mut lo, mut hi) = (0, most);
    let mut last = (lo, none);
    let mut newest = (hi, excess(most)?);
    if newest.1 < 0 || last.1 >= 0 {
        return Ok(most);
    }
    let mut secants = 0;
    while hi - lo > 1 {
        let tried = if secants < MAX_SECANTS { secant(last, newest)? } else { lo + (hi - lo) / 2 };
        secants += 1;
        let tried = tried.clamp(lo + 1, hi - 1);
        (last, newest) = (newest, (tried, excess(tried)?));
        if newest.1 >= 0 {
            hi = tried;
        } else {
            lo = tried;
        }
    }
    Ok(hi)
}

/// Equity beyond maintenance and the buffer.
fn excess(params: &MarginParams, r: &Requirements) -> Result<i64, RiskError> {
    let buffer = mul_ppm_ceil(r.maintenance, params.liquidation_buffer)?;
    Ok(r.equity.minus(r.maintenance)?.minus(buffer)?.get())
}

/// What an account is required to have after a transfer, once the discount is taken off what it got at the mark.
fn at_discount(at_mark: &Requirements, discount: QuoteNative) -> Result<Requirements, RiskError> {
    let mut after = *at_mark;
    after.equity = after.equity.minus(discount)?;
    after.initial_equity = after.initial_equity.minus(discount)?;
    after.withdraw_equity = after.withdraw_equity.minus(discount)?;
    after.own_cash = after.own_cash.minus(discount)?;
    Ok(after)
}

/// Secants tried before the bracket is halved.
const MAX_SECANTS: u32 = 12;

/// The lots at which the line through two trials (lots, excess) has no excess, rounded towards the second; the second where
/// there is no such line.
fn secant(a: (i64, i64), b: (i64, i64)) -> Result<i64, RiskError> {
    let rise = i128::from(b.1) - i128::from(a.1);
    if rise == 0 {
        return Ok(b.0);
    }
    let step = i128::from(b.1) * i128::from(b.0 - a.0) / rise;
    i64::try_from(i128::from(b.0) - step).map_err(|_| RiskError::Overflow)
}

/// The fill that takes lots off a position.
fn signed_fill(long: bool, lots: Lots, value: QuoteNative) -> Fill {
    if long {
        Fill { lots: Lots::new(-lots.get()), value: QuoteNative::new(-value.get()) }
    } else {
        Fill { lots, value }
    }
}
