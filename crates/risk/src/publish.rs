//! The rules by which a price that an oracle shows goes onto the board.
//!
//! | first feed's price | second feed's price | what happens |
//! |---|---|---|
//! | no newer than its last one on the board, at most [`LATE_SAMPLE_MAX_AGE`], and a sample that the variance lacks | | it goes into the variance alone |
//! | older than `max_age` | at most [`SECOND_SOURCE_MAX_AGE`], the first's last one on the board older than [`SECOND_SOURCE_STANDS_IN_AFTER`] and `max_age` | the second stands in |
//! | of the second of its last one on the board | | nothing |
//! | ahead of the clock, older than its last one on the board, older than `max_age`, not positive, above `max_price` | | refused |
//! | any other | at most [`SECOND_SOURCE_MAX_AGE`], or ahead of the clock | taken, and compared with the second |
//! | any other | none, or older | taken |
//!
//! Ahead of the clock is more than [`CLOCK_LAG`]: the chain's clock may be a few seconds behind the publishers'. A second feed's price
//! that is ahead of the clock does not stand in. While the second stands in, each of its prices that is newer than the board's is taken; a
//! first's that new risk allows takes over again, whatever the second's time, so that nobody keeps the first out by posting the
//! second. A price that is taken may still be suspect: the guards flag it, see [`crate::guard`].

use crate::{Board, OraclePrice, Print, RiskError, Underlying, UnitPrice, guard::SecondPrice, price::to_board_price};

/// Oldest price of a second source, in seconds, that is compared with the first or stands in for it.
pub const SECOND_SOURCE_MAX_AGE: i64 = 60;

/// Age of the price on the board, in seconds, from which a second source stands in for the first: by then a first that is
/// alive would have been posted.
pub const SECOND_SOURCE_STANDS_IN_AFTER: i64 = 60;

/// Seconds for which a second source must have been in charge before anybody is liquidated at its price: so long anyone can post the
/// first. A silence of more than [`SECOND_SOURCE_SILENCE`] begins it anew.
pub const SECOND_SOURCE_LIQUIDATES_AFTER: i64 = 60;

/// Seconds without a price of a second source in charge after which its minute begins anew: twice the heartbeat that such feeds have
/// where the price stands still.
pub const SECOND_SOURCE_SILENCE: i64 = 120;

/// Seconds of the second source in charge after which it diverges from nothing any more: the first is dead.
pub const DIVERGENCE_ENDS_AFTER: i64 = 600;

/// Farthest, in seconds, that a price may be ahead of the chain's clock.
pub const CLOCK_LAG: i64 = 10;

/// Oldest print of the first source, in seconds, that is taken as a sample of the variance when newer ones are on the board.
pub const LATE_SAMPLE_MAX_AGE: i64 = 300;

/// What the feeds of an underlying show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    /// Price of the first feed.
    pub first: OraclePrice,
    /// Price of the second feed. None where the underlying has no second feed, and where the feed shows nothing usable.
    pub second: Option<OraclePrice>,
}

/// What became of the prices that the feeds showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// Nothing: the board has the price of this second already.
    Nothing,
    /// The print went into the variance alone.
    LateSample,
    /// The print is on the board.
    Price {
        /// The print.
        print: Print,
        /// True if it is the second source's, which stands in for the first.
        stands_in: bool,
        /// The guards that are up, bits of [`crate::guard::flag`].
        flags: u8,
        /// Stable price after it.
        stable_price: UnitPrice,
    },
}

impl Board {
    /// Takes the prices that an underlying's feeds show by the rules at the head of this module, and reprices what depends on
    /// the underlying where one went onto the board.
    ///
    /// # Errors
    /// [`RiskError::NotListed`], and those of [`Underlying::publish_quotes`].
    #[inline(always)]
    pub fn publish(&mut self, underlying: u16, quotes: &Quotes, now: i64) -> Result<Published, RiskError> {
        let published = self.underlying_mut(underlying)?.publish_quotes(quotes, now)?;
        if let Published::Price { .. } = published {
            self.reprice(underlying)?;
        }
        Ok(published)
    }
}

impl Underlying {
    /// Takes the prices that the feeds show, without repricing what depends on them. On a copy of an underlying it says what a
    /// refresh would do.
    ///
    /// # Errors
    /// [`RiskError::PrintFromFuture`], [`RiskError::PrintBackwards`], [`RiskError::PrintTooOld`],
    /// [`RiskError::PrintNotPositive`],
    /// [`RiskError::PrintTooHigh`]; [`RiskError::Overflow`] for a price that does not fit the board.
    #[inline(always)]
    pub fn publish_quotes(&mut self, quotes: &Quotes, now: i64) -> Result<Published, RiskError> {
        let first = &quotes.first;
        if self.is_late_sample(first, now)? {
            let print = self.print(first, now)?;
            self.sample(&print)?;
            return Ok(Published::LateSample);
        }
        let second = quotes.second.filter(|second| is_recent(second, now));
        let standing_in = match second {
            Some(second) if !is_ahead(&second, now)? && self.is_stale(first, now)? && self.is_due(now)? => Some(second),
            _ => None,
        };
        let (taken, last) = match &standing_in {
            Some(second) => (second, self.publish_time),
            None => (first, self.first_time),
        };
        if taken.publish_time == last {
            return Ok(Published::Nothing);
        }
        self.require_in_time(taken, last, now)?;
        let print = match standing_in {
            Some(second) => {
                let print = self.print(&second, now)?;
                self.publish_second(&print, now)?;
                print
            }
            None => {
                let print = self.print(first, now)?;
                self.publish(&print, second.map(|second| self.second_price(&second)))?;
                print
            }
        };
        Ok(Published::Price {
            print,
            stands_in: standing_in.is_some(),
            flags: self.guards.flags,
            stable_price: self.stable_price,
        })
    }

    /// An oracle's price at the board's scale.
    ///
    /// # Errors
    /// [`RiskError::PrintFromFuture`]; [`RiskError::PrintNotPositive`], at the board's scale; [`RiskError::PrintTooHigh`] above
    /// the underlying's hard bound; [`RiskError::Overflow`] for a price that does not fit.
    #[inline(always)]
    pub fn print(&self, p: &OraclePrice, now: i64) -> Result<Print, RiskError> {
        if is_ahead(p, now)? {
            return Err(RiskError::PrintFromFuture { published: p.publish_time, now });
        }
        let price = UnitPrice::new(self.board_price(p.price, p.exponent)?);
        self.require_in_bounds(price)?;
        // An interval beyond any price is as wide as can be, and the guard says so.
        let confidence = i64::try_from(p.confidence).unwrap_or(i64::MAX);
        let confidence = self.board_price(confidence, p.exponent).unwrap_or(i64::MAX);
        Ok(Print {
            price,
            confidence: UnitPrice::new(confidence),
            publish_time: p.publish_time,
            previous_publish_time: p.previous_publish_time,
        })
    }

    /// Requires a price that the board can have.
    ///
    /// # Errors
    /// [`RiskError::PrintNotPositive`]; [`RiskError::PrintTooHigh`] above the underlying's hard bound.
    #[inline(always)]
    pub(crate) fn require_in_bounds(&self, price: UnitPrice) -> Result<(), RiskError> {
        if price <= UnitPrice::ZERO {
            return Err(RiskError::PrintNotPositive);
        }
        if price > self.max_price {
            return Err(RiskError::PrintTooHigh { price: price.get(), bound: self.max_price.get() });
        }
        Ok(())
    }

    /// A mantissa and a power of ten of dollars at this underlying's scale.
    fn board_price(&self, mantissa: i64, exponent: i32) -> Result<i64, RiskError> {
        to_board_price(mantissa, exponent, self.unit_exponent, self.scale())
    }

    /// The second source's price, to compare the first with.
    fn second_price(&self, second: &OraclePrice) -> SecondPrice {
        SecondPrice {
            // A price that does not fit is as far off as can be: it diverges, and has no veto.
            price: self.board_price(second.price, second.exponent).unwrap_or(i64::MAX),
            publish_time: second.publish_time,
        }
    }

    /// True if a price is older than new risk allows.
    fn is_stale(&self, p: &OraclePrice, now: i64) -> Result<bool, RiskError> {
        let age = now.checked_sub(p.publish_time).ok_or(RiskError::Overflow)?;
        Ok(age > i64::from(self.params.max_age))
    }

    /// True if the first source was heard so long ago that another may stand in.
    fn is_due(&self, now: i64) -> Result<bool, RiskError> {
        let age = now.checked_sub(self.first_time).ok_or(RiskError::Overflow)?;
        Ok(age > SECOND_SOURCE_STANDS_IN_AFTER.max(self.params.max_age.into()))
    }

    /// True if a print that the board would not take is the sample that the variance still lacks: it is no newer than the last of the
    /// first source, or too old while the second stands in.
    fn is_late_sample(&self, p: &OraclePrice, now: i64) -> Result<bool, RiskError> {
        let age = now.checked_sub(p.publish_time).ok_or(RiskError::Overflow)?;
        let recent = (-CLOCK_LAG..=LATE_SAMPLE_MAX_AGE).contains(&age);
        let passed = p.publish_time <= self.first_time || self.second_since != 0 && self.is_stale(p, now)?;
        Ok(recent && passed && self.range.wants(p.publish_time, p.previous_publish_time))
    }

    /// Requires that a price is no older than the last one, and not so old that nobody could trade on it: such a price is not
    /// worth its write.
    fn require_in_time(&self, p: &OraclePrice, last: i64, now: i64) -> Result<(), RiskError> {
        let published = p.publish_time;
        if published < last {
            return Err(RiskError::PrintBackwards { published, on_board: last });
        }
        if self.is_stale(p, now)? {
            return Err(RiskError::PrintTooOld { published, now, limit: self.params.max_age });
        }
        Ok(())
    }
}

/// True if a price is ahead of the clock by more than the clock may be behind.
fn is_ahead(p: &OraclePrice, now: i64) -> Result<bool, RiskError> {
    Ok(p.publish_time > now.checked_add(CLOCK_LAG).ok_or(RiskError::Overflow)?)
}

/// True if a second source's price is good for anything. A source that fell silent neither vetoes nor stands in. One that runs
/// ahead of the chain's clock is compared: whoever may post its newest price could end the comparison otherwise.
fn is_recent(second: &OraclePrice, now: i64) -> bool {
    now.checked_sub(second.publish_time).is_some_and(|age| age <= SECOND_SOURCE_MAX_AGE)
}
