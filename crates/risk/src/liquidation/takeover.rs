//! The takeover of a position of an account below maintenance.

use super::{
    discount::discount_rate,
    search::{at_discount, excess, fewest},
};
use crate::{
    Board, Fill, Filled, Instrument, LotValue, Lots, Margin, Portfolio, Position, PositionKey, Ppm, Purpose,
    QuoteNative, Requirements, RiskError, Underlying,
    guard::UnderlyingSet,
    margin::{TokenHolding, UnderlyingRisk},
    math::mul_ppm_floor,
    rule,
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

/// What a takeover did to the two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// The fill of the account below maintenance, for its market.
    pub account: Filled,
    /// The fill of the liquidator, for its market.
    pub liquidator: Filled,
    /// What the liquidator is required to have now.
    pub required: Requirements,
}

impl Takeover {
    /// Moves the lots of `i` from the account below maintenance to the liquidator, who pays the insurance fund's part of the
    /// discount out of its cash. Interest of both is accrued before, and noted after.
    ///
    /// # Errors
    /// [`RiskError::BelowInitialMargin`] where the liquidator cannot carry the lots; the errors of the liquidator's prices, see
    /// [`Purpose::Takeover`]; [`RiskError::NoFreePosition`].
    #[inline(always)]
    pub fn apply(
        &self,
        board: &Board,
        i: &Instrument,
        account: &mut Portfolio,
        liquidator: &mut Portfolio,
        now: i64,
    ) -> Result<TakenOver, RiskError> {
        let u = board.underlying(i.underlying)?;
        let account = account.fill(i, u, self.fill)?;
        let taken = self.fill_liquidator(i, u, liquidator)?;
        let required = rule::require_taken_over(board, liquidator, UnderlyingSet::one(u.index), now)?;
        Ok(TakenOver { account, liquidator: taken, required })
    }

    /// The liquidator's side of [`Takeover::apply`], without the check at its end.
    #[inline(always)]
    pub fn fill_liquidator(
        &self,
        i: &Instrument,
        u: &Underlying,
        liquidator: &mut Portfolio,
    ) -> Result<Filled, RiskError> {
        let filled = liquidator.fill_takeover(i, u, self.fill.reversed()?)?;
        liquidator.cash = liquidator.cash.minus(self.insurance)?;
        Ok(filled)
    }
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
    let mut trial = Trial::new(board, scratch, u, i, Purpose::Liquidation { now, moved: UnderlyingSet::one(u.index) })?;
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
        let freed = self.before.maintenance.minus(at_mark.maintenance)?.max(QuoteNative::ZERO);
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

/// The fill that takes lots off a position.
fn signed_fill(long: bool, lots: Lots, value: QuoteNative) -> Fill {
    if long {
        Fill { lots: Lots::new(-lots.get()), value: QuoteNative::new(-value.get()) }
    } else {
        Fill { lots, value }
    }
}
