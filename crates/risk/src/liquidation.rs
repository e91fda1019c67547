//! The price and the size at which an account below maintenance is taken over.
//!
//! The liquidator takes a position at the mark less a discount. The discount grows with the shortfall from a base to a
//! maximum and never takes more than φ of the margin that the transfer frees, so that every transfer raises the account's
//! health. Where a request would carry health past the buffer it is cut back, by bisection, to the fewest lots that reach it.

use crate::{
    Board, Fill, Instrument, Lots, Margin, MarginParams, Portfolio, Position, Ppm, QuoteNative, Requirements,
    RiskError, Underlying,
    margin::{self, Prices, TokenHolding, UnderlyingRisk},
    math::{mul_bounded, mul_div_floor, mul_ppm_ceil, mul_ppm_floor},
};

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
    let (base, max) = (params.discount_base.0, params.discount_max.0);
    let shortfall = r.maintenance.minus(r.equity)?.0.clamp(0, r.maintenance.0.max(0));
    if r.maintenance.0 <= 0 {
        return Ok(Ppm(max));
    }
    let grown = mul_div_floor(i64::from(max - base), shortfall, r.maintenance.0)?;
    Ok(Ppm(base + u32::try_from(grown).map_err(|_| RiskError::Overflow)?))
}

/// Finds the transfer of at most `most` lots of the position in `i`. The account must have no orders in `i`.
///
/// `scratch` is a copy of the account and is left with its position in `i` changed.
pub fn take_over(
    board: &Board,
    scratch: &mut Portfolio,
    i: &Instrument,
    most: Lots,
    now: i64,
) -> Result<Takeover, RiskError> {
    let u = board.underlying(i.underlying)?;
    let before = margin::check(board, scratch, Prices::FreshOf { now, underlying: u.index })?;
    if !before.is_liquidatable() {
        return Err(RiskError::NotLiquidatable { equity: before.equity.0, maintenance: before.maintenance.0 });
    }
    let held = scratch.lots(i).magnitude()?;
    let most = Lots(most.0.min(held.0));
    if most.0 <= 0 {
        return Err(RiskError::NothingToLiquidate);
    }
    let mut trial = Trial::new(board, scratch, u, i, before)?;
    let risk_before = trial.risk()?;

    let lots = trial.fewest_lots(most)?;
    let left = mul_bounded(held.0 - lots.0, i.mark) >> u.scale();
    let lots = if most == held && left < board.params.dust_value.0 { held } else { lots };

    let found = trial.transfer(lots)?;
    let risk_after = trial.risk()?;
    if risk_after.scan > risk_before.scan || found.after.health()? <= before.health()? {
        return Err(RiskError::LiquidationDoesNotHelp { before: before.health()?.0, after: found.after.health()?.0 });
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
    slot: usize,
    position: Position,
    tokens: TokenHolding,
    /// First position of the underlying, and one past its last.
    run: (usize, usize),
    rest: Margin,
    before: Requirements,
    rate: Ppm,
}

impl<'a> Trial<'a> {
    #[inline(never)]
    fn new(
        board: &'a Board,
        portfolio: &'a mut Portfolio,
        u: &'a Underlying,
        i: &'a Instrument,
        before: Requirements,
    ) -> Result<Self, RiskError> {
        let rate = discount_rate(&board.params, &before)?;
        let slot = portfolio.search(crate::PositionKey::of(i)).map_err(|_| RiskError::NothingToLiquidate)?;
        let position = portfolio.positions[slot];
        let mut rest = Margin::default();
        rest.add_portfolio(board, portfolio, Prices::Last, Some(u.index))?;

        let open = portfolio.open();
        let start = open.partition_point(|p| p.key.underlying() < u.index);
        let end = open.partition_point(|p| p.key.underlying() <= u.index);
        let mut tokens = TokenHolding::default();
        let mut holdings = margin::Holdings::of(board, portfolio)?;
        while let Some((index, _, held)) = holdings.next() {
            if index == u.index {
                tokens = held;
            }
        }
        Ok(Self { board, portfolio, u, i, slot, position, tokens, run: (start, end), rest, before, rate })
    }

    /// The underlying's contribution as the trial now stands.
    fn risk(&self) -> Result<UnderlyingRisk, RiskError> {
        let positions = self.portfolio.positions.get(self.run.0..self.run.1).ok_or(RiskError::Overflow)?;
        UnderlyingRisk::of(self.board, self.u, positions, &self.tokens)
    }

    /// Makes the transfer of a number of lots.
    #[inline(never)]
    fn transfer(&mut self, lots: Lots) -> Result<Takeover, RiskError> {
        let long = self.position.lots.0 > 0;
        let scaled = mul_bounded(lots.0, self.i.mark);
        // Against the account: a long is sold at the value rounded down, a short is bought back at it rounded up.
        let scale = self.u.scale();
        let mark_value = crate::Scaled(scaled);
        let mark_value = if long { mark_value.to_native_floor(scale) } else { mark_value.to_native_ceil(scale) };

        // At the mark first: what margin does the transfer free?
        let at_mark = self.outcome(signed_fill(long, lots, mark_value))?;
        let freed = QuoteNative(self.before.maintenance.minus(at_mark.maintenance)?.0.max(0));
        let by_rate = mul_ppm_floor(mark_value, self.rate)?;
        let by_freed = mul_ppm_floor(freed, self.board.params.discount_of_freed)?;
        let discount = by_rate.min(by_freed);

        let price = if long { mark_value.minus(discount)? } else { mark_value.plus(discount)? };
        let mut after = at_mark;
        after.equity = after.equity.minus(discount)?;
        after.initial_equity = after.initial_equity.minus(discount)?;
        after.withdraw_equity = after.withdraw_equity.minus(discount)?;
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
        self.portfolio.positions[self.slot] = position;
        let risk = self.risk()?;
        let mut margin = self.rest;
        margin.add(self.board, self.u, &risk)?;
        let mut r = margin.requirements(self.board)?;
        r.equity = r.equity.plus(realised)?;
        r.initial_equity = r.initial_equity.plus(realised)?;
        r.withdraw_equity = r.withdraw_equity.plus(realised)?;
        Ok(r)
    }

    /// True if the transfer of a number of lots carries equity to maintenance and the buffer.
    fn reaches_buffer(&mut self, lots: Lots) -> Result<bool, RiskError> {
        let after = self.transfer(lots)?.after;
        let buffer = mul_ppm_ceil(after.maintenance, self.board.params.liquidation_buffer)?;
        Ok(after.equity >= after.maintenance.plus(buffer)?)
    }

    /// The fewest lots, up to `most`, that reach the buffer, or `most`. Keeps `H(lo) < buffer ≤ H(hi)`.
    fn fewest_lots(&mut self, most: Lots) -> Result<Lots, RiskError> {
        if !self.reaches_buffer(most)? {
            return Ok(most);
        }
        let (mut lo, mut hi) = (0, most.0);
        while hi - lo > 1 {
            let mid = lo + (hi - lo) / 2;
            if self.reaches_buffer(Lots(mid))? {
                hi = mid;
            } else {
                lo = mid;
            }
        }
        Ok(Lots(hi))
    }
}

/// The fill that takes lots off a position.
fn signed_fill(long: bool, lots: Lots, value: QuoteNative) -> Fill {
    if long { Fill { lots: Lots(-lots.0), value: QuoteNative(-value.0) } } else { Fill { lots, value } }
}
