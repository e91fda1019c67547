//! What a new index price does to an underlying: its stable price, guards, ranges and crowding charge.

use super::Underlying;
use crate::{
    Print, RiskError, UnitPrice,
    guard::{SecondPrice, flag},
    math::mul_div_floor,
    publish::{DIVERGENCE_ENDS_AFTER, SECOND_SOURCE_SILENCE},
};

impl Underlying {
    /// Takes a new index price: moves the stable price towards it, the variance and the ranges on, and judges the price by
    /// the guards. A suspect price is taken too; what it blocks is decided where it is used, see [`crate::guard`].
    pub fn publish(&mut self, print: &Print, second: Option<SecondPrice>) -> Result<(), RiskError> {
        self.take_in(print, second)?;
        (self.first_time, self.second_since) = (print.publish_time, 0);
        self.note_suspect();
        Ok(())
    }

    /// As [`Underlying::publish`], of a price of the second source that stands in for the first. It diverges if the two did when
    /// both were heard, or if it was too far from the last price of the first when it took over; and no longer than
    /// [`DIVERGENCE_ENDS_AFTER`], when there is nothing left to compare it with. It is no sample of the variance, whenever the print
    /// before it was: samples are of one feed.
    pub fn publish_second(&mut self, print: &Print, now: i64) -> Result<(), RiskError> {
        let (divergent, last) = (self.guards.flags & flag::DIVERGENT, self.price);
        let silent = now.checked_sub(self.publish_time).ok_or(RiskError::Overflow)?;
        self.take_in(&Print { previous_publish_time: print.publish_time, ..*print }, None)?;
        self.guards.flags |= divergent;
        if self.second_since == 0 {
            self.second_since = now;
            if divergent == 0 && last > UnitPrice::ZERO {
                let second = SecondPrice { price: print.price.get(), publish_time: print.publish_time };
                self.guards.compare(last.get(), second, &self.guard_params)?;
            }
        } else if silent > SECOND_SOURCE_SILENCE {
            // It was in charge in name only: nobody saw its price.
            self.second_since = now;
        } else if now.checked_sub(self.second_since).ok_or(RiskError::Overflow)? >= DIVERGENCE_ENDS_AFTER {
            self.guards.flags &= !flag::DIVERGENT;
        }
        self.note_suspect();
        Ok(())
    }

    /// Takes a print into the variance, if it is the sample of a bucket and its own confidence interval is not too wide. Nothing
    /// else changes: a refresh just before a boundary's print must not keep it out.
    ///
    /// Only the print itself decides, not the guards that are up when somebody shows it: whoever chose the moment would choose
    /// the sample. How far it is off the samples before it, [`crate::range`] judges.
    pub fn sample(&mut self, print: &Print) -> Result<(), RiskError> {
        if self.is_uncertain(print)? {
            return Ok(());
        }
        let Print { price, publish_time, previous_publish_time, .. } = *print;
        let floor = self.params.scan_range;
        self.range.sample(price.get(), publish_time, previous_publish_time, floor, &self.range_params)
    }

    /// True if a print's confidence interval is wider than accepted.
    fn is_uncertain(&self, print: &Print) -> Result<bool, RiskError> {
        let widest = mul_div_floor(print.price.get(), self.params.max_confidence.get().into(), 1_000_000)?;
        Ok(print.confidence > UnitPrice::new(widest))
    }

    /// Moves the ranges on to a time.
    pub fn move_range(&mut self, now: i64) -> Result<(), RiskError> {
        self.range.advance(now, self.params.scan_range, &self.range_params)?;
        self.surcharge = self.range.surcharge();
        Ok(())
    }

    /// Notes since when prices are suspect.
    fn note_suspect(&mut self) {
        if self.guards.flags == 0 {
            self.suspect_since = 0;
        } else if self.suspect_since == 0 {
            self.suspect_since = self.publish_time;
        }
    }

    fn take_in(&mut self, print: &Print, second: Option<SecondPrice>) -> Result<(), RiskError> {
        let Print { price, confidence, publish_time, .. } = *print;
        self.require_in_bounds(price)?;
        if confidence < UnitPrice::ZERO {
            return Err(RiskError::Overflow);
        }
        // The first source takes over from a second that was ahead of it. What moves with time does not go back.
        let time = publish_time.max(self.publish_time);
        self.move_stable_price(price.get(), time)?;
        self.guards.observe(price.get(), time, self.price.get(), &self.guard_params)?;
        match second {
            Some(second) => self.guards.compare(price.get(), second, &self.guard_params)?,
            None => self.guards.flags &= !flag::DIVERGENT,
        }
        self.guards.flags &= !flag::UNCERTAIN;
        if self.is_uncertain(print)? {
            self.guards.flags |= flag::UNCERTAIN;
        }
        self.sample(print)?;
        self.move_range(time)?;
        self.price = price;
        self.confidence = confidence;
        self.publish_time = publish_time;
        self.move_crowding(time)
    }
}
