//! A slice as it moves from the account to the liquidator.

use super::slice::{Slice, Workspace, token_amount};
use crate::{
    Board, Fill, Filled, Lots, Portfolio, QuoteNative, Requirements, RiskError, Scaled, Token, Underlying, Units,
    liquidation::cut::Cut,
    math::{add_bounded, mul_div_floor},
    rule,
};

/// A leg that moved from the account to the liquidator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegMoved {
    /// Lots of a position.
    Position {
        /// The instrument.
        instrument: u16,
        /// Lots, signed as they were held.
        lots: Lots,
        /// Their value at the mark, signed likewise; rounded down, against the account.
        value: QuoteNative,
        /// The fill of the account, for its market.
        account: Filled,
        /// The fill of the liquidator, for its market.
        liquidator: Filled,
    },
    /// A token.
    Token {
        /// The token.
        token: u16,
        /// Amount, in its smallest units.
        amount: u64,
        /// Its value at the index price, rounded down, against the account.
        value: QuoteNative,
    },
}

/// What the two accounts are required to have after a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliced {
    /// The account that was below maintenance.
    pub account: Requirements,
    /// The liquidator's.
    pub liquidator: Requirements,
}

impl Slice {
    /// Moves the slice from the account to the liquidator, leg by leg at the marks, and pays the discount. `book` is told of every
    /// leg, for its market. The insurance fund's side, [`Payment::insurance`](super::Payment) less what comes out of the budget, is
    /// the caller's. Interest of both accounts is accrued before, and noted after.
    ///
    /// # Errors
    /// [`RiskError::InsufficientCash`] where the liquidator would owe what tokens cost: nobody borrows past the limits of a withdrawal by
    /// liquidating. [`RiskError::BelowInitialMargin`] where it cannot carry the legs; the errors of its prices, see
    /// [`Purpose::Takeover`](crate::Purpose::Takeover); [`RiskError::NoFreePosition`], [`RiskError::TooManyPositions`], [`RiskError::NoFreeToken`].
    pub fn apply(
        &self,
        board: &Board,
        room: &Workspace,
        account: &mut Portfolio,
        liquidator: &mut Portfolio,
        now: i64,
        mut book: impl FnMut(&LegMoved) -> Result<(), RiskError>,
    ) -> Result<Sliced, RiskError> {
        let mut cost = QuoteNative::ZERO; // of the tokens
        for leg in room.legs() {
            if let Some(moved) = move_leg(board, leg, account, liquidator, now)? {
                if let LegMoved::Token { value, .. } = moved {
                    cost = cost.plus(value)?;
                }
                book(&moved)?;
            }
        }
        self.pay(account, liquidator)?;
        let account = room.check(board, account, self.moved, now)?;
        let liquidator = rule::require_taken_over(board, liquidator, self.moved, now)?;
        self.require_paid(cost, &liquidator)?;
        Ok(Sliced { account, liquidator })
    }

    /// Requires that the liquidator paid for tokens, after its part of the discount, out of cash of its own: less interest due and
    /// open losses.
    fn require_paid(&self, cost: QuoteNative, liquidator: &Requirements) -> Result<(), RiskError> {
        let needed = cost.minus(self.payment.discount)?.plus(self.payment.insurance)?;
        if cost.is_zero() || needed.get() <= 0 || liquidator.own_cash.get() >= 0 {
            return Ok(());
        }
        let available = needed.plus(liquidator.own_cash)?;
        Err(RiskError::InsufficientCash { needed: needed.get(), available: available.get() })
    }

    /// Pays the discount between the accounts.
    fn pay(&self, account: &mut Portfolio, liquidator: &mut Portfolio) -> Result<(), RiskError> {
        let p = &self.payment;
        account.cash = account.cash.minus(p.from_account)?;
        liquidator.cash = liquidator.cash.plus(p.discount)?.minus(p.insurance)?;
        Ok(())
    }
}

/// Moves a leg. None if nothing of it is taken.
#[inline(never)]
fn move_leg(
    board: &Board,
    leg: &Cut,
    account: &mut Portfolio,
    liquidator: &mut Portfolio,
    now: i64,
) -> Result<Option<LegMoved>, RiskError> {
    if leg.is_token != 0 {
        return move_tokens(board, leg, account, liquidator);
    }
    if leg.taken == 0 {
        return Ok(None);
    }
    let i = board.instrument(leg.index)?;
    let u = board.underlying(i.underlying)?;
    let lots = Lots::new(leg.taken);
    // Down, whatever the sign: a long is sold for less, a short bought back for more.
    let value = (lots * i.mark_at(u, now)).to_native_floor(u.scale());
    let given = Fill { lots, value }.reversed()?;
    let account = account.fill(i, u, given)?;
    let liquidator = liquidator.fill_takeover(i, u, Fill { lots, value })?;
    Ok(Some(LegMoved::Position { instrument: i.index, lots, value, account, liquidator }))
}

#[inline(never)]
fn move_tokens(
    board: &Board,
    leg: &Cut,
    account: &mut Portfolio,
    liquidator: &mut Portfolio,
) -> Result<Option<LegMoved>, RiskError> {
    let (amount, value) = tokens_of(board, leg, account)?;
    if amount == 0 {
        return Ok(None);
    }
    let terms = board.token(leg.index)?;
    account.debit(leg.index, amount)?;
    account.cash = account.cash.plus(value)?;
    liquidator.cash = liquidator.cash.minus(value)?;
    liquidator.credit(leg.index, terms, board.underlying(terms.underlying)?, amount)?;
    Ok(Some(LegMoved::Token { token: leg.index, amount, value }))
}

/// The amount of a token that a cut takes, and its value.
fn tokens_of(board: &Board, leg: &Cut, account: &Portfolio) -> Result<(u64, QuoteNative), RiskError> {
    let terms = board.token(leg.index)?;
    let amount = token_amount(board, leg, account.balance(leg.index))?;
    Ok((amount, token_value(terms, board.underlying(terms.underlying)?, amount)?))
}

/// Value of an amount at the index price, what is beyond a whole delta unit included; rounded down.
fn token_value(terms: &Token, u: &Underlying, amount: u64) -> Result<QuoteNative, RiskError> {
    let units = terms.units(amount)?;
    let rest = amount.checked_rem(terms.atoms_per_unit).ok_or(RiskError::Overflow)?;
    // Of less than a unit: below its price.
    let rest = mul_div_floor(rest as i64, u.price.get(), terms.atoms_per_unit as i64)?;
    let whole: Scaled = Units::new(units.get()) * u.price;
    Ok(Scaled::new(add_bounded(whole.get(), rest)).to_native_floor(u.scale()))
}
