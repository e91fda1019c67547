//! Lending: what borrowers pay, and how lenders get it.
//!
//! Interest accrues in the account that owes and is *collected* from its positive cash where the pool can be written. At the
//! end of an epoch what was collected is divided: the exchange keeps its reserve, the rest raises the lend index by
//! `rest / lent`. So lenders are paid from interest that was paid, and from nothing else.
//!
//! In an epoch the index rises by no more than what borrowers pay in it on one unit. Interest that is paid late, for a time
//! in which others lent, is given out over the next epochs, so that nobody gets a year's interest by lending for one epoch.
//!
//! An account lends its own cash that stays for a whole epoch: cash less open losses, as with what it owes. Every touch of
//! the pool notes the present own cash as a candidate, with the epoch's number. At a touch in a later epoch, what is still
//! there of it is *lent*: registered in the pool, and earning from that epoch's division on. A deposit for the second in
//! which an epoch ends earns nothing.
//!
//! ```text
//! lender interest ≥ undivided + Σ lent · (lend index − the account's lend index)
//! ```
//!
//! What is lent also bears the bad debt that nobody else could pay, through a loss index that every check counts at once. It counts
//! what survives, S = 1 − index, so that nobody loses more than he lends:
//!
//! ```text
//! a loss       S ·= 1 − borne / (lent − receivable)
//! an account   owes ⌈lent · (1 − S / S then)⌉ of it
//! receivable ≤ Σ lent · (1 − S / S then)
//! ```

use crate::{
    Interest, InterestParams, Portfolio, QuoteNative, RiskError,
    interest::{INDEX_BITS, interest_floor},
    math::{mul_ppm_ceil, mul_ppm_floor},
};
use bytemuck::{Pod, Zeroable};

/// What all accounts lend and owe, and the interest between them. In the treasury.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct LendingPool {
    /// Interest paid by borrowers in the present epoch, lenders' and the exchange's part together, not yet divided.
    pub collected: QuoteNative,
    /// Interest paid by borrowers that belongs to lenders and was not yet paid to them.
    pub lender_interest: QuoteNative,
    /// The part of `lender_interest` that no rise of the lend index has given to anybody: it goes into the next division.
    pub undivided: QuoteNative,
    /// Sum of what all accounts have registered as lent.
    pub lent: QuoteNative,
    /// Sum of what all accounts have registered as owed.
    pub owed: QuoteNative,
    /// `lent` times seconds, summed over the present epoch up to `counted_at`; 128 bits, the low word first.
    pub lent_seconds: [u64; 2],
    /// `owed` times seconds, likewise.
    pub owed_seconds: [u64; 2],
    /// Time up to which the two sums go, seconds.
    pub counted_at: i64,
    /// Bad debt that was charged to what is lent, and credited at once, and that lenders have not paid yet.
    pub receivable: QuoteNative,
}

/// What a touch of the pool moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Interest paid to the account for what it lends, in its cash.
    pub earned: QuoteNative,
    /// Interest taken from its cash for what it owes.
    pub collected: QuoteNative,
    /// Losses of others taken from its cash for what it lends.
    pub lost: QuoteNative,
}

/// What an update of the pool did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// What the exchange keeps, for its fees.
    pub reserve: QuoteNative,
    /// What the rise of the lend index gave to lenders.
    pub given: QuoteNative,
}

impl LendingPool {
    /// Brings an account up to date: accrues its interest, pays what it earned, collects what it can pay.
    pub fn settle(&mut self, p: &mut Portfolio, interest: &Interest, now: i64) -> Result<Settled, RiskError> {
        p.accrue(interest, now)?;
        let lost = self.take_losses(p, interest, now)?;
        let earned = self.pay(p, interest)?;
        Ok(Settled { earned, collected: self.collect(p)?, lost })
    }

    /// Takes from an account's cash the losses that what it lends has borne since. All accounts together pay at least what was
    /// charged, each rounded up; what they pay beyond it is interest of the lenders. What is lost is no longer lent.
    fn take_losses(&mut self, p: &mut Portfolio, interest: &Interest, now: i64) -> Result<QuoteNative, RiskError> {
        let lost = p.losses_due(interest)?;
        p.loss_index = interest.loss_index;
        if !lost.is_zero() {
            self.count_time(now)?;
            let less = lost.min(p.lent);
            (p.lent, self.lent) = (p.lent.minus(less)?, self.lent.minus(less)?);
            p.cash = p.cash.minus(lost)?;
            let repaid = lost.min(self.receivable);
            self.receivable = self.receivable.minus(repaid)?;
            self.collected = self.collected.plus(lost.minus(repaid)?)?;
        }
        Ok(lost)
    }

    /// Charges a debt to what all accounts lend, as far as it goes: not what was charged to it before. Returns what it bears,
    /// exactly; the index is rounded up.
    pub fn share_loss(&mut self, interest: &mut Interest, debt: QuoteNative) -> Result<QuoteNative, RiskError> {
        let free = self.lent.minus(self.receivable)?;
        if debt.min(free) <= QuoteNative::ZERO {
            return Ok(QuoteNative::ZERO);
        }
        let borne = interest.bear(debt, free)?;
        self.receivable = self.receivable.plus(borne)?;
        Ok(borne)
    }

    /// Has an account lend nothing any more: one in default earns no interest, and bears no part of its own debt. It must have
    /// been settled.
    pub fn stop_lending(&mut self, p: &mut Portfolio, now: i64) -> Result<(), RiskError> {
        self.count_time(now)?;
        self.lent = self.lent.minus(p.lent)?;
        (p.lent, p.lend_candidate) = (QuoteNative::ZERO, QuoteNative::ZERO);
        Ok(())
    }

    /// Takes accrued interest from an account's positive cash.
    pub fn collect(&mut self, p: &mut Portfolio) -> Result<QuoteNative, RiskError> {
        let paid = p.accrued_interest.min(p.cash.max(QuoteNative::ZERO));
        p.cash = p.cash.minus(paid)?;
        p.accrued_interest = p.accrued_interest.minus(paid)?;
        self.collected = self.collected.plus(paid)?;
        Ok(paid)
    }

    /// Pays an account what it earned on the cash lent that stayed with it. What others would have got of its share, had it
    /// not gone, is divided anew.
    fn pay(&mut self, p: &mut Portfolio, interest: &Interest) -> Result<QuoteNative, RiskError> {
        let risen =
            interest.lend_index.checked_sub(p.lend_index).ok_or(RiskError::Backwards { what: "the lend index" })?;
        p.lend_index = interest.lend_index;
        if risen == 0 || p.lent.is_zero() {
            return Ok(QuoteNative::ZERO);
        }
        // Never more than there is, whatever the index says.
        let share = interest_floor(p.lent, risen)?.min(self.lender_interest.minus(self.undivided)?);
        let earned = interest_floor(p.lent.min(p.lendable()), risen)?.min(share);
        self.lender_interest = self.lender_interest.minus(earned)?;
        self.undivided = self.undivided.plus(share.minus(earned)?)?;
        p.receive(earned)?;
        Ok(earned)
    }

    /// Counts anew what an account lends and owes. The last step of every touch, after [`LendingPool::settle`] and the
    /// instruction's own change. `own_cash` is what a check has measured, or [`Portfolio::known_own_cash`]; no more is noted
    /// for lending.
    pub fn register(
        &mut self,
        p: &mut Portfolio,
        own_cash: QuoteNative,
        interest: &Interest,
        now: i64,
    ) -> Result<(), RiskError> {
        self.count_time(now)?;
        let stayed = p.lendable();
        let lent = if interest.epoch > p.lend_epoch { stayed } else { p.lent.min(stayed) };
        self.lent = self.lent.plus(lent)?.minus(p.lent)?;
        p.lent = lent;
        p.lend_candidate = own_cash.min(p.cash).max(QuoteNative::ZERO);
        p.lend_epoch = interest.epoch;
        self.register_owed(p, now)
    }

    /// Counts anew what an account owes.
    pub fn register_owed(&mut self, p: &mut Portfolio, now: i64) -> Result<(), RiskError> {
        self.count_time(now)?;
        self.owed = self.owed.plus(p.owed)?.minus(p.owed_registered)?;
        p.owed_registered = p.owed;
        Ok(())
    }

    /// Adds what was lent and owed since the last time to the epoch's sums.
    fn count_time(&mut self, now: i64) -> Result<(), RiskError> {
        if now <= self.counted_at {
            return Ok(());
        }
        let elapsed = now.checked_sub(self.counted_at).ok_or(RiskError::Overflow)? as u64;
        self.counted_at = now;
        for (sum, amount) in [(&mut self.lent_seconds, self.lent), (&mut self.owed_seconds, self.owed)] {
            if !amount.is_zero() {
                let amount =
                    u64::try_from(amount.get()).map_err(|_| RiskError::Corrupt { what: "what is lent or owed" })?;
                let more = u128::from(amount) * u128::from(elapsed);
                *sum = words(joined(*sum).checked_add(more).ok_or(RiskError::Overflow)?);
            }
        }
        Ok(())
    }

    /// What was owed of what was lent in the epoch: sums over its seconds, so that nobody who calls for the update chooses
    /// the sample. Without a second of either, what is owed and lent now.
    fn use_of_epoch(&self) -> Result<(u128, u128), RiskError> {
        let (owed, lent) = (joined(self.owed_seconds), joined(self.lent_seconds));
        if owed | lent != 0 {
            return Ok((owed, lent));
        }
        let amount =
            |q: QuoteNative| u128::try_from(q.get()).map_err(|_| RiskError::Corrupt { what: "what is lent or owed" });
        Ok((amount(self.owed)?, amount(self.lent)?))
    }

    /// Requires that no more is owed than the utilisation up to which withdrawals may borrow.
    pub fn require_lendable(&self, params: &InterestParams) -> Result<(), RiskError> {
        let limit = mul_ppm_floor(self.lent, params.max_utilisation)?;
        if self.owed > limit {
            return Err(RiskError::BorrowLimit { owed: self.owed.get(), limit: limit.get() });
        }
        Ok(())
    }

    /// Moves the borrow index to `now`; where the epoch is over, divides what was collected in it and begins the next; sets
    /// the borrow rate from what was owed and lent in the epoch, on the average of its time. The larger of that rate and the
    /// one before bounds what the epoch gives to lenders; the rest waits.
    ///
    /// With nothing lent the exchange gets all that was collected.
    ///
    /// # Errors
    /// [`RiskError::EpochNotOver`] before the end of the epoch, unless the parameters changed.
    pub fn update(&mut self, interest: &mut Interest, now: i64) -> Result<Division, RiskError> {
        let over = interest.epoch_is_over(now)?;
        if !over && interest.rate_is_old == 0 {
            return Err(RiskError::EpochNotOver);
        }
        interest.advance(now)?;
        self.count_time(now)?;
        let ending_rate = interest.borrow_rate;
        let (owed, lent) = self.use_of_epoch()?;
        interest.borrow_rate = interest.params.rate(owed, lent)?;
        interest.rate_is_old = 0;
        let mut division = Division::default();
        if over {
            division = self.divide(interest, ending_rate.max(interest.borrow_rate), now)?;
            interest.epoch = interest.epoch.checked_add(1).ok_or(RiskError::Overflow)?;
            interest.epoch_started_at = now;
            (self.lent_seconds, self.owed_seconds) = Default::default();
        }
        Ok(division)
    }

    /// Divides what was collected. Rounds in favour of the exchange. What is beyond `rate` a second, 2^-48, and what a whole
    /// unit of the index cannot hold stay undivided until the next time.
    fn divide(&mut self, interest: &mut Interest, rate: u64, now: i64) -> Result<Division, RiskError> {
        let collected = core::mem::take(&mut self.collected);
        let Some(lent) = u128::try_from(self.lent.get()).ok().filter(|lent| *lent > 0) else {
            return Ok(Division { reserve: collected, given: QuoteNative::ZERO });
        };
        let reserve = mul_ppm_ceil(collected, interest.params.reserve)?;
        let rest = collected.minus(reserve)?;
        self.lender_interest = self.lender_interest.plus(rest)?;
        self.undivided = self.undivided.plus(rest)?;

        let elapsed = now.checked_sub(interest.epoch_started_at).ok_or(RiskError::Overflow)?;
        let elapsed = u64::try_from(elapsed).map_err(|_| RiskError::Backwards { what: "the time of the epoch" })?;
        let most = u128::from(rate) * u128::from(elapsed);
        let undivided =
            u128::try_from(self.undivided.get()).map_err(|_| RiskError::Corrupt { what: "undivided interest" })?;
        let rise = ((undivided << INDEX_BITS) / lent).min(most);
        let rise = u64::try_from(rise).map_err(|_| RiskError::Overflow)?;
        // Up: accounts are paid rounded down, but once for several epochs.
        let given = crate::interest::interest_ceil(self.lent, rise)?;
        self.undivided = self.undivided.minus(given)?;
        interest.lend_index = interest.lend_index.checked_add(rise).ok_or(RiskError::Overflow)?;
        Ok(Division { reserve, given })
    }
}

/// A number of 128 bits from its words.
fn joined(words: [u64; 2]) -> u128 {
    u128::from(words[1]) << 64 | u128::from(words[0])
}

/// The words of a number of 128 bits.
fn words(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}
