//! A market: the book of one instrument and the totals that its trades change.

use crate::error::BallastError;
#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{Filled, Instrument, Lots, Overflow, QuoteNative, funding::Samples, liquidation::BookWindow};
use solana_address::Address;

/// Seeds: "market", exchange, instrument (u16, little endian). The order book (`ballast-book`) follows this header to the
/// end of the account.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct Market {
    /// The exchange.
    pub exchange: Address,
    /// Sum of the long positions.
    pub open_interest_long: Lots,
    /// Sum of the short positions, positive.
    pub open_interest_short: Lots,
    /// Fees collected and not yet swept.
    pub unswept_fees: QuoteNative,
    /// Price of the last match, ticks.
    pub last_price: i64,
    /// Time of the last match, seconds.
    pub last_trade_time: i64,
    /// Funding and losses that positions have settled into this market and that others have not been paid yet. What is left
    /// when nobody holds a position is dust, and the exchange's.
    pub unpaid_funding: QuoteNative,
    /// Number of the last bucket whose premium was sampled.
    pub sample_bucket: i64,
    /// Premium of the impact prices over the index in that bucket, millionths, clamped.
    pub premium: i64,
    /// What the funding index has not yet taken of past samples for want of a whole unit; see `ballast_risk::funding`.
    pub funding_remainder: i64,
    /// Average of the premium, from which the basis is: millionths in 2^-20.
    pub premium_average: i64,
    /// What of accounts below maintenance was closed on the book in the present window.
    pub book_window: BookWindow,
    /// Reserved, zero.
    pub reserved_words: [u64; 20],
    /// Generation of the instrument.
    pub generation: u32,
    /// The instrument.
    pub instrument: u16,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: u8,
}

impl Market {
    /// Books the fill of a position, of whatever kind: every change of lots goes through here. What it settled of funding and
    /// losses comes out of what the market holds for others, and open interest moves by what its long and its short part
    /// changed by.
    #[inline(always)]
    pub fn book(&mut self, filled: &Filled) -> core::result::Result<(), Overflow> {
        let (before, after) = (filled.before, filled.after);
        self.unpaid_funding = self.unpaid_funding.minus(filled.settled)?;
        // Lots are within the bound of products, so that neither a negation nor a difference of two parts can overflow.
        let long = |lots: Lots| lots.max(Lots::ZERO);
        let short = |lots: Lots| Lots::ZERO.minus_bounded(lots).max(Lots::ZERO);
        self.open_interest_long = self.open_interest_long.plus(long(after).minus_bounded(long(before)))?;
        self.open_interest_short = self.open_interest_short.plus(short(after).minus_bounded(short(before)))?;
        Ok(())
    }

    /// Collects a fee, or pays a rebate where it is negative.
    #[inline(always)]
    pub fn collect(&mut self, fee: QuoteNative) -> core::result::Result<(), Overflow> {
        self.unswept_fees = self.unswept_fees.plus(fee)?;
        Ok(())
    }

    /// What holds at the end of every instruction that moves lots or fees: nobody is owed fees, and until the instrument
    /// is settled, position by position, there is a short lot for every long one. A market that breaks it stops, exits
    /// included: a trade against a lot that is nobody's would be paid by everybody.
    #[inline(always)]
    pub fn invariant(&self, i: &Instrument) -> core::result::Result<(), BallastError> {
        let (long, short) = (self.open_interest_long, self.open_interest_short);
        let matched = long == short || i.settled != 0 && short.get() >= 0;
        if matched && long.get() >= 0 && self.unswept_fees.get() >= 0 {
            Ok(())
        } else {
            Err(BallastError::CorruptState)
        }
    }

    /// What the samples of the premium have left behind.
    pub const fn samples(&self) -> Samples {
        Samples {
            bucket: self.sample_bucket,
            premium: self.premium,
            remainder: self.funding_remainder,
            average: self.premium_average,
        }
    }

    /// Keeps what a sample left behind.
    pub const fn set_samples(&mut self, samples: &Samples) {
        self.sample_bucket = samples.bucket;
        self.premium = samples.premium;
        self.funding_remainder = samples.remainder;
        self.premium_average = samples.average;
    }

    /// Takes what is the exchange's: fees, and where nobody holds a position the dust that funding has left.
    pub fn take_unswept(&mut self) -> core::result::Result<QuoteNative, BallastError> {
        let mut swept = core::mem::take(&mut self.unswept_fees);
        if self.open_interest_long.is_zero() && self.open_interest_short.is_zero() {
            let dust = core::mem::take(&mut self.unpaid_funding);
            swept = swept.plus(dust).map_err(BallastError::from)?;
        }
        Ok(swept)
    }

    /// Where the book begins.
    pub const BOOK_OFFSET: usize = super::DISCRIMINATOR_LEN + core::mem::size_of::<Self>();
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn book(market: &mut Market, before: i64, after: i64) {
        let filled = Filled { settled: QuoteNative::new(5), before: Lots::new(before), after: Lots::new(after) };
        market.book(&filled).unwrap();
    }

    #[test]
    fn a_fill_moves_the_long_and_the_short_part_and_pays_what_was_settled() {
        for before in [-7, -1, 0, 1, 7] {
            for after in [-9, -1, 0, 1, 9] {
                let mut market = Market::zeroed();
                (market.open_interest_long, market.open_interest_short) = (Lots::new(100), Lots::new(100));
                book(&mut market, before, after);
                let long = 100 + after.max(0) - before.max(0);
                let short = 100 - after.min(0) + before.min(0);
                assert_eq!((market.open_interest_long.get(), market.open_interest_short.get()), (long, short));
                assert_eq!(market.unpaid_funding.get(), -5);
            }
        }
    }

    #[test]
    fn a_market_has_a_short_lot_for_every_long_one_until_it_settles() {
        let (mut market, mut i) = (Market::zeroed(), Instrument::zeroed());
        book(&mut market, 0, 3);
        assert_eq!(market.invariant(&i), Err(BallastError::CorruptState));
        book(&mut market, 2, -1);
        assert_eq!(market.invariant(&i), Ok(()));
        assert_eq!((market.open_interest_long.get(), market.open_interest_short.get()), (1, 1));
        market.collect(QuoteNative::new(-1)).unwrap();
        assert_eq!(market.invariant(&i), Err(BallastError::CorruptState));
        market.collect(QuoteNative::new(1)).unwrap();
        i.settled = 1;
        book(&mut market, 1, 0);
        assert_eq!(market.invariant(&i), Ok(()));
        market.open_interest_long = Lots::new(-1);
        assert_eq!(market.invariant(&i), Err(BallastError::CorruptState));
    }
}
