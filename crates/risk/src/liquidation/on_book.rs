//! The close of a part of one position on the order book, for an account below maintenance.
//!
//! Whoever rests in the book takes the lots, so that the caller needs no capital. It may cost the account what a slice of the same
//! lots would, and no more: the discount D of the margin that they free. The caller is paid a share of D, out of what the fills
//! left of it.
//!
//! ```text
//! limit of a sale      v ≥ mark − (1 − s) · D   and   mark − v + fee(v) ≤ D        v: value of the lots, s: the caller's share
//! limit of a purchase  v ≤ mark + (1 − s) · D   and   v − mark + fee(v) ≤ D
//! spent                equity before − equity after + penalties received          at the same prices: cost and fee
//! required             spent ≤ D(freed), maintenance margin falls, the ratio of equity to it rises
//! reward               min(s · D, D − spent)
//! ```
//!
//! D in the limit is that of all the lots. Margin is convex, but for a concentration charge at its cap and units of rounding, so that
//! fewer lots free at least their part of it, and a fill at the limit is not refused for being only a part. Nothing has a fixed part. Below zero equity D is nothing: only fills at the mark or better
//! remain, fee included.

use super::{
    Episode, Terms, Workspace,
    cut::FRACTION_ONE,
    search::is_better,
    slice::{ROUNDING, Rules, Trials, position_leg},
};
use crate::{
    Board, Instrument, Lots, MarginParams, Portfolio, PositionKey, Ppm, QuoteNative, Requirements, RiskError, Side,
    Ticks, Underlying,
    guard::UnderlyingSet,
    math::{ceil_div, mul_admit, mul_div_floor, mul_ppm_ceil, mul_ppm_floor},
};
use bytemuck::{Pod, Zeroable};

/// Seconds of a window in which a market's book takes only so much of accounts below maintenance.
pub const BOOK_WINDOW_SECONDS: i64 = 60;
/// What it takes in a window: a ratio of the underlying's liquidity. Slices take the rest, so that no book is pushed.
pub const BOOK_WINDOW_PART: Ppm = Ppm::new(10_000);

/// What was closed on a market's book in its present window.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct BookWindow {
    /// Number of the window: its time divided by [`BOOK_WINDOW_SECONDS`].
    pub number: i64,
    /// Notional closed in it at the index price, quote-native, rounded up.
    pub notional: QuoteNative,
}

impl BookWindow {
    /// Most lots that may be closed now, rounded down. A window in which nothing was closed has room for one lot, whatever that
    /// is worth.
    ///
    /// # Errors
    /// [`RiskError::BookWindowFull`] where there is room for none.
    pub fn room(&self, i: &Instrument, u: &Underlying, now: i64) -> Result<Lots, RiskError> {
        let (used, limit) = (self.used(now), mul_ppm_floor(u.params.liquidity, BOOK_WINDOW_PART)?);
        let lot = notional(i, u, Lots::new(1)).get();
        let left = limit.minus(used)?.get().max(0).checked_div(lot).ok_or(RiskError::NotPositive { what: "a lot" })?;
        if left == 0 && !used.is_zero() {
            return Err(RiskError::BookWindowFull { closed: used.get(), limit: limit.get() });
        }
        Ok(Lots::new(left.max(1)))
    }

    /// Counts lots that were closed, ≥ 0.
    pub fn count(&mut self, i: &Instrument, u: &Underlying, lots: Lots, now: i64) -> Result<(), RiskError> {
        let notional = self.used(now).plus(notional(i, u, lots))?;
        *self = Self { number: window(now), notional };
        Ok(())
    }

    /// Notional that was closed in the window of a time.
    fn used(&self, now: i64) -> QuoteNative {
        if self.number == window(now) { self.notional } else { QuoteNative::ZERO }
    }
}

const fn window(now: i64) -> i64 {
    now.div_euclid(BOOK_WINDOW_SECONDS)
}

/// Value of the asset that lots are about, at the index price, rounded up: of an option too.
fn notional(i: &Instrument, u: &Underlying, lots: Lots) -> QuoteNative {
    (lots * (i.lot_units * u.price)).to_native_ceil(u.scale())
}

/// An immediate-or-cancel order that closes a part of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookClose {
    /// Its side: asks close a long position.
    pub side: Side,
    /// Most lots.
    pub lots: Lots,
    /// Its limit, inside the band.
    pub price: Ticks,
    /// The account before.
    pub before: Requirements,
    terms: Terms,
    moved: UnderlyingSet,
    now: i64,
}

/// What the order came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookClosed {
    /// D of the margin that was freed: the most that it could cost the account.
    pub discount: QuoteNative,
    /// What the fills cost the account against the mark, with the fee; negative where they were better.
    pub spent: QuoteNative,
    /// What the account pays the caller, ≥ 0.
    pub reward: QuoteNative,
    /// The account after all of it.
    pub after: Requirements,
}

/// Finds the order that closes at most `most` lots of the position in `i`: the fewest that reach the buffer, or all of `most`.
///
/// The episode takes note: of the notice, and of the ratio of equity.
///
/// # Errors
/// [`RiskError::NotLiquidatable`]; [`RiskError::NothingToLiquidate`]; [`RiskError::LiquidationDoesNotHelp`] where no number of lots
/// that was tried does; the errors of prices and arrays, see [`Purpose::Liquidation`](crate::Purpose::Liquidation).
#[inline(never)]
#[allow(clippy::too_many_arguments)] // the account, what is asked for, and where
pub fn close_on_book(
    board: &Board,
    account: &Portfolio,
    episode: &mut Episode,
    i: &Instrument,
    most: Lots,
    taker_fee: Ppm,
    now: i64,
    room: &mut Workspace,
) -> Result<BookClose, RiskError> {
    let u = board.underlying(i.underlying)?;
    let moved = UnderlyingSet::one(u.index);
    let before = room.begin(board, account, moved, now)?;
    if !before.is_liquidatable() {
        return Err(RiskError::NotLiquidatable { equity: before.equity.get(), maintenance: before.maintenance.get() });
    }
    if before.equity < QuoteNative::ZERO {
        // What is lacking becomes somebody's loss with the last leg, as in a slice.
        u.require_undoubted()?;
    }
    let slot = account.search(PositionKey::of(i)).map_err(|_| RiskError::NothingToLiquidate)?;
    let held = account.positions[slot].lots;
    let most = most.min(held.magnitude()?);
    if most <= Lots::ZERO {
        return Err(RiskError::NothingToLiquidate);
    }
    episode.observe(&before, &board.params, now)?;
    let terms = Terms::of(&board.params, episode, &before, QuoteNative::ZERO, now)?;

    room.hold_only(position_leg(i, u, held.get(), slot, now))?;
    let most = part_of(most, held.magnitude()?)?;
    let point = Trials::new(board, account, room, (moved, now), &before, &terms).run(most, Rules::NONE)?;
    let lots = Lots::new(room.legs().first().map_or(0, |leg| leg.taken)).magnitude()?;
    let discount = terms.pay(before.maintenance.minus(point.maintenance)?)?.discount;
    let side = if held > Lots::ZERO { Side::Ask } else { Side::Bid };
    let price = limit(i, u, side, lots, &Spend { params: &board.params, discount, taker_fee }, now)?;
    Ok(BookClose { side, lots, price, before, terms, moved, now })
}

/// The fraction that some lots, at least one, are of all: a cut by it takes just so many.
fn part_of(lots: Lots, all: Lots) -> Result<u64, RiskError> {
    Ok(mul_div_floor(lots.get(), FRACTION_ONE as i64, all.get())? as u64)
}

impl BookClose {
    /// Judges the account after the fills, and finds the reward, which the caller of this moves. `penalties` is what makers paid
    /// the account who could not carry a fill: a gift, which pays for nothing. The episode takes note of what the close has raised.
    ///
    /// # Errors
    /// [`RiskError::LiquidationDoesNotHelp`] where maintenance margin did not fall or the ratio of equity to it did not rise;
    /// [`RiskError::FillWorseThanLiquidation`] where it cost more than D.
    #[inline(never)]
    pub fn judge(
        &self,
        board: &Board,
        account: &Portfolio,
        episode: &mut Episode,
        penalties: QuoteNative,
        room: &Workspace,
    ) -> Result<BookClosed, RiskError> {
        let before = &self.before;
        let filled = room.check(board, account, self.moved, self.now)?;
        let refused =
            RiskError::LiquidationDoesNotHelp { before: before.maintenance.get(), after: filled.maintenance.get() };
        if filled.maintenance >= before.maintenance {
            return Err(refused);
        }
        let discount = self.terms.pay(before.maintenance.minus(filled.maintenance)?)?.discount;
        let spent = before.equity.minus(filled.equity)?.plus(penalties)?;
        if spent > discount {
            return Err(RiskError::FillWorseThanLiquidation { cost: spent.get(), allowed: discount.get() });
        }
        let reward = mul_ppm_floor(discount, board.params.book_reward)?.min(discount.minus(spent)?);
        let after = filled.less_cash(reward)?;
        if !is_better(before, after.equity, after.maintenance) {
            return Err(refused);
        }
        self.terms.note_raised(episode, &after, QuoteNative::ZERO)?;
        Ok(BookClosed { discount, spent, reward, after })
    }
}

/// What the fills may spend.
struct Spend<'a> {
    params: &'a MarginParams,
    discount: QuoteNative,
    taker_fee: Ppm,
}

/// The limit price, rounded against giving more, inside the band.
fn limit(
    i: &Instrument,
    u: &Underlying,
    side: Side,
    lots: Lots,
    spend: &Spend<'_>,
    now: i64,
) -> Result<Ticks, RiskError> {
    const ONE: i64 = Ppm::ONE.get() as i64;
    let (low, high) = i.band(u, now)?;
    let tick = mul_admit(lots.get(), i.tick_value.get())?;
    let mark = lots * i.mark_at(u, now);
    let discount = spend.discount;
    let kept = discount.minus(mul_ppm_ceil(discount, spend.params.book_reward)?)?;
    let all = discount.minus(QuoteNative::new(ROUNDING))?; // without a discount the fills pay for the rounding
    let fee = i64::from(spend.taker_fee.get());
    Ok(match side {
        Side::Ask => {
            let mark = mark.to_native_ceil(u.scale());
            // v − fee(v) ≥ mark − D, rounded up; the fee itself is rounded up by less than the units left out of D.
            let least = mark.minus(all)?.get().max(0);
            let with_fee = mul_div_floor(least, ONE, ONE - fee)?.checked_add(1).ok_or(RiskError::Overflow)?;
            let value = with_fee.max(mark.minus(kept)?.get());
            Ticks::new(ceil_div(value, tick)).max(low)
        }
        Side::Bid => {
            let mark = mark.to_native_floor(u.scale());
            let with_fee = mul_div_floor(mark.plus(all)?.get().max(0), ONE, ONE + fee)?;
            let value = with_fee.min(mark.plus(kept)?.get());
            Ticks::new(value / tick).min(high)
        }
    })
}
