//! What a new index price does to an underlying: its stable price, guards, ranges and crowding charge.

use super::Underlying;
use crate::{
    Print, RiskError, UnitPrice,
    guard::{SecondPrice, flag},
    math::mul_div_floor,
};

impl Underlying {
    /// Takes a new index price: moves the stable price towards it, the variance and the ranges on, and judges the price by
    /// the guards. A suspect price is taken too; what it blocks is decided where it is used, see [`crate::guard`].
    pub fn publish(&mut self, print: &Print, second: Option<SecondPrice>) -> Result<(), RiskError> {
        self.take_in(print, second)?;
        self.note_suspect();
        Ok(())
    }

    /// As [`Underlying::publish`], of a price of the second source that stands in for the first: it diverges if the two did
    /// when both were heard, or if it is too far from the last price of the first. It is no sample of the variance, whenever
    /// the print before it was: samples are of one feed.
    pub fn publish_second(&mut self, print: &Print) -> Result<(), RiskError> {
        let (divergent, last) = (self.guards.flags & flag::DIVERGENT, self.price);
        self.take_in(&Print { previous_publish_time: print.publish_time, ..*print }, None)?;
        self.guards.flags |= divergent;
        if divergent == 0 && last > UnitPrice::ZERO {
            let second = SecondPrice { price: print.price.get(), publish_time: print.publish_time };
            self.guards.compare(last.get(), second, &self.guard_params)?;
        }
        self.note_suspect();
        Ok(())
    }

    /// Takes a print that came after a newer one into the variance, if it is the sample of a bucket. Nothing else changes: a
    /// refresh just before a boundary's print must not keep it out.
    pub fn sample_late(&mut self, print: &Print) -> Result<(), RiskError> {
        if self.guards.flags & (flag::VOLATILE | flag::UNCERTAIN) != 0 {
            return Ok(());
        }
        self.range.sample(print.price.get(), print.publish_time, print.previous_publish_time, &self.range_params)
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
        let Print { price, confidence, publish_time, previous_publish_time } = *print;
        self.require_in_bounds(price)?;
        if confidence < UnitPrice::ZERO {
            return Err(RiskError::Overflow);
        }
        self.move_stable_price(price.get(), publish_time)?;
        self.guards.observe(price.get(), publish_time, &self.guard_params)?;
        match second {
            Some(second) => self.guards.compare(price.get(), second, &self.guard_params)?,
            None => self.guards.flags &= !flag::DIVERGENT,
        }
        let widest = mul_div_floor(price.get(), self.params.max_confidence.get().into(), 1_000_000)?;
        self.guards.flags &= !flag::UNCERTAIN;
        if confidence > UnitPrice::new(widest) {
            self.guards.flags |= flag::UNCERTAIN;
        }
        // A suspect price is no sample: a real move is taken in at the next boundary.
        if self.guards.flags & (flag::VOLATILE | flag::UNCERTAIN) == 0 {
            self.range.sample(price.get(), publish_time, previous_publish_time, &self.range_params)?;
        }
        self.move_range(publish_time)?;
        self.price = price;
        self.confidence = confidence;
        self.publish_time = publish_time;
        self.move_crowding(publish_time)
    }
}
