//! The price and the amount at which tokens of an account below maintenance that owes cash are bought.
//!
//! The liquidator pays the index price less a discount, at the rate of a takeover, and never more than φ of the health that
//! the account gains at the index price: of whole delta units that is the margin that they free. Three bounds on the amount:
//! what the account holds, the fewest units that reach the buffer, and the fewest that pay off what is owed.

use super::{
    discount::discount_rate,
    search::{at_discount, excess, fewest},
};
use crate::{
    Board, Margin, Portfolio, Ppm, Purpose, QuoteNative, Requirements, RiskError, Scaled, Token, Underlying, Units,
    guard::UnderlyingSet,
    margin::{TokenHolding, UnderlyingRisk},
    math::{mul_bounded, mul_div_floor, mul_ppm_floor},
    rule,
};

/// A sale of tokens to a liquidator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSale {
    /// What is sold, in the token's smallest units.
    pub amount: u64,
    /// Its value at the index price, rounded down, against the account.
    pub value: QuoteNative,
    /// What the account gives up of that, ≥ 0.
    pub discount: QuoteNative,
    /// The part of the discount that the liquidator passes on to the insurance fund.
    pub insurance: QuoteNative,
    /// The account before.
    pub before: Requirements,
    /// The account after.
    pub after: Requirements,
}

impl TokenSale {
    /// What the account is paid.
    pub fn price(&self) -> Result<QuoteNative, RiskError> {
        Ok(self.value.minus(self.discount)?)
    }

    /// Moves the tokens from the account below maintenance to the liquidator, who pays for them and the insurance fund's part of
    /// the discount from cash, not on credit: nobody borrows here past the limits of a withdrawal. Returns what the liquidator is
    /// required to have now. Interest of both is accrued before, and noted after.
    ///
    /// # Errors
    /// [`RiskError::InsufficientCash`]; [`RiskError::BelowInitialMargin`] where the liquidator cannot carry the tokens; the errors
    /// of the liquidator's prices, see [`Purpose::Takeover`]; [`RiskError::NoFreeToken`].
    #[inline(always)]
    pub fn apply(
        &self,
        board: &Board,
        token: u16,
        account: &mut Portfolio,
        liquidator: &mut Portfolio,
        now: i64,
    ) -> Result<Requirements, RiskError> {
        let terms = board.token(token)?;
        let u = board.underlying(terms.underlying)?;
        let price = self.price()?;
        account.debit(token, self.amount)?;
        account.cash = account.cash.plus(price)?;
        let paid = price.plus(self.insurance)?;
        if !paid.is_zero() && liquidator.cash < paid {
            return Err(RiskError::InsufficientCash { needed: paid.get(), available: liquidator.cash.get() });
        }
        liquidator.cash = liquidator.cash.minus(paid)?;
        liquidator.credit(token, terms, u, self.amount)?;
        rule::require_taken_over(board, liquidator, UnderlyingSet::one(u.index), now)
    }
}

/// Finds the sale of at most `most` smallest units of the token at an index, in whole delta units. With the last of them
/// goes what is beyond a whole unit, which counts for nothing in margin and is paid for all the same.
///
/// # Errors
/// [`RiskError::NotLiquidatable`]; [`RiskError::NothingToLiquidate`] where nothing is owed, where nothing is held, and where
/// `most` is less than a unit; [`RiskError::LiquidationDoesNotHelp`] where health would not rise, but for a balance too small to
/// have a price, or where the underlying's scanning risk would: a token that hedges is not taken.
#[inline(never)]
pub fn sell_tokens(
    board: &Board,
    portfolio: &Portfolio,
    token: u16,
    most: u64,
    now: i64,
) -> Result<TokenSale, RiskError> {
    let terms = board.token(token)?;
    let u = board.underlying(terms.underlying)?;
    let mut trial =
        Trial::new(board, portfolio, u, token, Purpose::Liquidation { now, moved: UnderlyingSet::one(u.index) })?;
    let before = trial.before;
    if !before.is_liquidatable() {
        return Err(RiskError::NotLiquidatable { equity: before.equity.get(), maintenance: before.maintenance.get() });
    }
    let whole = most >= trial.held;
    let units = terms.units(most.min(trial.held))?.get();
    if before.owed().is_zero() || trial.held == 0 || units == 0 && !whole {
        return Err(RiskError::NothingToLiquidate);
    }
    let scan_before = trial.scan;

    let mut taken = if units == 0 { 0 } else { trial.fewest_units(units)? };
    let left = (Units::new(trial.units - taken) * u.price).to_native_floor(u.scale());
    if whole && left < board.params.dust_value {
        taken = units;
    }
    let sale = trial.sale(taken, whole && taken == trial.units)?;
    let (was, is) = (before.health()?, sale.after.health()?);
    let worthless = sale.value.is_zero() && sale.amount == trial.held && is == was;
    if trial.scan > scan_before || is <= was && !worthless {
        return Err(RiskError::LiquidationDoesNotHelp { before: was.get(), after: is.get() });
    }
    Ok(sale)
}

/// One account, and the sales that could be made of its balance of one token. Everything but that underlying is summed
/// once.
struct Trial<'a> {
    board: &'a Board,
    portfolio: &'a Portfolio,
    u: &'a Underlying,
    terms: &'a Token,
    /// Balance in smallest units, and its whole delta units.
    held: u64,
    units: i64,
    /// All tokens of the underlying.
    tokens: TokenHolding,
    /// First position of the underlying, and one past its last.
    run: (usize, usize),
    rest: Margin,
    before: Requirements,
    purpose: Purpose,
    rate: Ppm,
    /// Scanning risk of the underlying after the last trial.
    scan: QuoteNative,
}

impl<'a> Trial<'a> {
    #[inline(never)]
    fn new(
        board: &'a Board,
        portfolio: &'a Portfolio,
        u: &'a Underlying,
        token: u16,
        purpose: Purpose,
    ) -> Result<Self, RiskError> {
        purpose.require(u)?;
        let mut rest = Margin::default();
        let tokens = rest.add_portfolio(board, portfolio, purpose, Some(u.index))?;
        let open = portfolio.open();
        let start = open.partition_point(|p| p.key.underlying() < u.index);
        let end = open.partition_point(|p| p.key.underlying() <= u.index);
        let risk = UnderlyingRisk::of(board, u, &open[start..end], &tokens, purpose)?;
        let mut all = rest;
        all.add(board, u, &risk);
        let before = all.requirements(board)?;
        let rate = discount_rate(&board.params, &before)?;
        let terms = board.token(token)?;
        let held = portfolio.balance(token);
        let units = terms.units(held)?.get();
        let (run, scan) = ((start, end), risk.scan);
        Ok(Self { board, portfolio, u, terms, held, units, tokens, run, rest, before, purpose, rate, scan })
    }

    /// Makes the sale of a number of delta units and, `with_rest`, of what is beyond the last of them.
    #[inline(never)]
    fn sale(&mut self, units: i64, with_rest: bool) -> Result<TokenSale, RiskError> {
        let per_unit = self.terms.atoms_per_unit;
        let whole =
            u64::try_from(units).ok().and_then(|units| units.checked_mul(per_unit)).ok_or(RiskError::Overflow)?;
        let amount = if with_rest { self.held } else { whole };
        let (rest, per_unit) = (
            amount.checked_sub(whole).ok_or(RiskError::Corrupt { what: "the amount of the token" })? as i64,
            per_unit as i64,
        );
        // Below 2^54 and one unit's price.
        let scaled = mul_bounded(units, self.u.price.get()) + mul_div_floor(rest, self.u.price.get(), per_unit)?;
        let value = Scaled::new(scaled).to_native_floor(self.u.scale());

        let at_index = self.outcome(units, value)?;
        let gained = at_index.health()?.minus(self.before.health()?)?.max(QuoteNative::ZERO);
        let params = &self.board.params;
        let discount = mul_ppm_floor(value, self.rate)?.min(mul_ppm_floor(gained, params.discount_of_freed)?);
        Ok(TokenSale {
            amount,
            value,
            discount,
            insurance: mul_ppm_floor(discount, params.insurance_share)?,
            before: self.before,
            after: at_discount(&at_index, discount)?,
        })
    }

    /// The account's requirements with so many units less and so much cash more.
    fn outcome(&mut self, units: i64, paid: QuoteNative) -> Result<Requirements, RiskError> {
        let was = TokenHolding::of(self.terms, self.u, self.units)?;
        let is = TokenHolding::of(self.terms, self.u, self.units - units)?;
        let tokens = TokenHolding {
            units: self.tokens.units - units,
            haircut: self.tokens.haircut.minus(was.haircut)?.plus(is.haircut)?,
        };
        let positions = self
            .portfolio
            .positions
            .get(self.run.0..self.run.1)
            .ok_or(RiskError::Corrupt { what: "positions of the underlying" })?;
        let risk = UnderlyingRisk::of(self.board, self.u, positions, &tokens, self.purpose)?;
        self.scan = risk.scan;
        let mut margin = self.rest;
        margin.add(self.board, self.u, &risk);
        margin.add_cash(paid)?;
        margin.requirements(self.board)
    }

    /// The fewest units, up to `most`, whose sale reaches the buffer or pays off what is owed, or `most`.
    fn fewest_units(&mut self, most: i64) -> Result<i64, RiskError> {
        let params = &self.board.params;
        let done = |r: &Requirements| Ok(excess(params, r)?.max(r.own_cash.get()));
        let none = done(&self.before)?;
        fewest(most, none, |units| done(&self.sale(units, false)?.after))
    }
}
