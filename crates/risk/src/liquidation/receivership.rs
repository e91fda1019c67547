//! Receivership: an account that nobody took over in time is sold to the end, for its owner's account and at last for the
//! insurance fund's.
//!
//! ```text
//! seized where    E < seizure ratio · maintenance, or ten minutes after notice and E < maintenance; both without the ramp of expiries
//! budget          = max(0, min(ratio · maintenance, ratio · fund, what is left of the day of every underlying held) − max(0, N))
//! sold while      N < (1 + b) · maintenance                         N = E − claims, what others have paid for the account
//! discount        = rate · freed, see `discount.rs`
//! ```
//!
//! The account pays as much of the discount as it has net equity, the budget the rest. The budget is nothing where equity already
//! comes to its ratio of maintenance. Nothing is transferred at the marks, and nobody chooses who takes what.

use super::{Episode, episode::CountedRatio};
use crate::{
    Board, Lots, MAX_UNDERLYINGS, MarginParams, Portfolio, Position, Ppm, QuoteNative, Requirements, RiskError,
    guard::UnderlyingSet, math::mul_ppm_floor,
};
use bytemuck::{Pod, Zeroable};

/// An account may be seized this long after notice, seconds.
pub const SEIZURE_NOTICE_SECONDS: i64 = 600;
/// A perpetual of which nobody takes what a seized account holds is wound down after this time, seconds.
pub const UNTAKEN_SECONDS: i64 = DAY;

const DAY: i64 = 86_400;
/// A seized account winds a perpetual down where it holds one in so many of the market's lots, 5 %: a small rest must not let
/// anyone close a market.
const LEAST_PART: i64 = 20;
/// And one that is worth so much of its underlying's liquidity, 1 %: a twentieth of a market that hardly anyone is in is nothing.
const LEAST_OF_LIQUIDITY: Ppm = Ppm::new(10_000);

/// What the insurance fund spent on the discounts of seized accounts today, by underlying.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Spending {
    /// The day, counted from the epoch, UTC.
    pub day: i64,
    /// Quote spent on that day.
    pub spent: [QuoteNative; MAX_UNDERLYINGS],
}

impl Spending {
    /// What may still be spent today on every one of a set of underlyings, ≥ 0. The fund's part for a day is that of the fund as
    /// it is now.
    pub fn room(
        &self,
        params: &MarginParams,
        fund: QuoteNative,
        of: UnderlyingSet,
        now: i64,
    ) -> Result<QuoteNative, RiskError> {
        let most = mul_ppm_floor(fund.max(QuoteNative::ZERO), params.fund_budget)?;
        if now.div_euclid(DAY) != self.day {
            return Ok(most);
        }
        let spent = of.iter().map(|u| self.of(u)).max().unwrap_or_default();
        Ok(most.minus(spent)?.max(QuoteNative::ZERO))
    }

    /// Counts what was spent, for each of the underlyings whole.
    pub fn spend(&mut self, amount: QuoteNative, on: UnderlyingSet, now: i64) -> Result<(), RiskError> {
        let day = now.div_euclid(DAY);
        if day != self.day {
            *self = Self { day, ..Self::default() };
        }
        for underlying in on.iter() {
            if let Some(spent) = self.spent.get_mut(usize::from(underlying)) {
                *spent = spent.plus(amount)?;
            }
        }
        Ok(())
    }

    fn of(&self, underlying: u16) -> QuoteNative {
        self.spent.get(usize::from(underlying)).copied().unwrap_or_default()
    }
}

/// Equity below which an account is seized at once. The ramp of expiries is a forecast, and no reason to take an account from
/// its owner.
pub fn seizure_level(params: &MarginParams, r: &Requirements) -> Result<QuoteNative, RiskError> {
    mul_ppm_floor(r.maintenance_without_ramp().max(QuoteNative::ZERO), params.seizure_ratio)
}

impl Episode {
    /// Requires that an account may be seized. Both levels are without the ramp of expiries. `since`: when liquidations were opened
    /// again after a pause, or parameters of margin changed, whichever is later. No equity is low enough for a seizure in the
    /// first [`SEIZURE_NOTICE_SECONDS`] after it: its owner could not deposit, or knew of other margins.
    ///
    /// # Errors
    /// [`RiskError::NotSeizable`].
    pub fn require_seizable(
        &self,
        params: &MarginParams,
        r: &Requirements,
        since: i64,
        now: i64,
    ) -> Result<(), RiskError> {
        let level = seizure_level(params, r)?;
        let at_once = r.equity < level && now.saturating_sub(since) >= SEIZURE_NOTICE_SECONDS;
        let below = r.equity < r.maintenance_without_ramp();
        let overdue = below && self.noticed_for(now) >= SEIZURE_NOTICE_SECONDS;
        if at_once || overdue {
            return Ok(());
        }
        Err(RiskError::NotSeizable { equity: r.equity.get(), level: level.get() })
    }

    /// Puts an account into receivership, where it is not yet.
    pub fn begin_receivership(&mut self, now: i64) {
        if !self.is_seized() {
            (self.seized_at, self.total) = (now, CountedRatio::WHOLE);
        }
    }

    /// Seizes an account: records all that it holds, for what the fund cannot pay, and sets the budget aside.
    /// `fund` is what the insurance fund has after it has paid what the account lacks; `room` what it may still spend today.
    /// Returns whether there is more budget than before.
    ///
    /// Of an account that is seized already only the budget is set anew, where it would be more: the fund has money again, or
    /// there is less equity. The rate of the discount is at most what there is, so that nobody is paid more of the margin freed
    /// for it.
    ///
    /// The budget's ratio is at most the seizure's: an account that was seized by notice, above the seizure's level, has none.
    pub fn seize(
        &mut self,
        board: &Board,
        portfolio: &Portfolio,
        r: &Requirements,
        (fund, room): (QuoteNative, QuoteNative),
        now: i64,
    ) -> Result<bool, RiskError> {
        for p in portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
            self.record(board, p.key.instrument(), p.lots, now)?;
        }
        let params = &board.params;
        let most = mul_ppm_floor(r.maintenance_without_ramp().max(QuoteNative::ZERO), params.seizure_budget)?
            .min(mul_ppm_floor(fund.max(QuoteNative::ZERO), params.fund_budget)?)
            .min(room);
        let missing = most.minus(self.net(r)?.equity.max(QuoteNative::ZERO))?;
        let opened = missing > self.budget;
        self.budget = missing.max(self.budget);
        self.begin_receivership(now);
        Ok(opened)
    }

    /// What an account is required to have, with what others have paid for it taken off its equity.
    pub fn net(&self, r: &Requirements) -> Result<Requirements, RiskError> {
        Ok(Requirements { equity: r.equity.minus(self.claims()?)?, ..*r })
    }

    /// True if the account may be liquidated: below maintenance. A seized one is sold until it is at the buffer, net of what others
    /// have paid for it, and may be released then.
    pub fn may_be_sold(&self, params: &MarginParams, net: &Requirements) -> Result<bool, RiskError> {
        Ok(net.equity < if self.is_seized() { net.target(params)? } else { net.maintenance })
    }

    /// Counts what the insurance fund paid for the account.
    pub fn advance(&mut self, amount: QuoteNative) -> Result<(), RiskError> {
        self.advanced = self.advanced.plus(amount)?;
        Ok(())
    }

    /// What others have paid for the account, and have a claim on before its owner and its liquidators: else an account that the
    /// fund paid out at a low would be sold to a friend of its owner after the price has risen, for all of that.
    pub fn claims(&self) -> Result<QuoteNative, RiskError> {
        Ok(self.advanced.plus(self.shared)?)
    }

    /// Takes from the cash of an account that holds nothing else what others have paid for it: what the fund has advanced, and
    /// what was shared, which cannot go back to whom it was charged and goes to the fund too. Returns what goes to the fund.
    pub fn repay(&mut self, portfolio: &mut Portfolio) -> Result<QuoteNative, RiskError> {
        let paid = self.claims()?.min(portfolio.cash.max(QuoteNative::ZERO));
        portfolio.cash = portfolio.cash.minus(paid)?;
        Ok(paid)
    }

    /// As [`Episode::repay`], whole: of an account that holds something, cash may go below zero.
    pub fn repay_all(&mut self, portfolio: &mut Portfolio) -> Result<QuoteNative, RiskError> {
        let paid = self.claims()?;
        portfolio.cash = portfolio.cash.minus(paid)?;
        Ok(paid)
    }
}

/// Requires that a perpetual may be wound down for what a seized account holds of it: nobody took it in a day, it is at least a
/// twentieth of the market's lots on `side`, and worth a hundredth of its underlying's liquidity.
///
/// # Errors
/// [`RiskError::WindDownNotDue`].
pub fn require_untaken(
    board: &Board,
    episode: &Episode,
    position: &Position,
    side: Lots,
    now: i64,
) -> Result<(), RiskError> {
    let seconds = now.saturating_sub(episode.seized_at);
    let held = position.lots.magnitude()?;
    let lots = held.get();
    let i = board.instrument(position.key.instrument())?;
    let u = board.underlying(i.underlying)?;
    let worth = (held * i.mark_at(u, now)).to_native_floor(u.scale());
    let part = lots > 0 && lots.checked_mul(LEAST_PART).is_none_or(|least| least >= side.get());
    let large = part && worth >= mul_ppm_floor(u.params.liquidity, LEAST_OF_LIQUIDITY)?;
    if episode.is_seized() && seconds >= UNTAKEN_SECONDS && large {
        return Ok(());
    }
    Err(RiskError::WindDownNotDue { lots, seconds: if episode.is_seized() { seconds } else { -1 } })
}
