//! A market: the book of one instrument and the totals that its trades change.

use crate::error::BallastError;
#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{Lots, QuoteNative, funding::Samples};
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
    /// Reserved, zero.
    pub reserved_words: [u64; 22],
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
    /// Counts funding and losses that a position settled: what it received comes out of what the market holds for others.
    pub fn pay(&mut self, settled: QuoteNative) -> core::result::Result<(), BallastError> {
        self.unpaid_funding = self.unpaid_funding.minus(settled).map_err(BallastError::from)?;
        Ok(())
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
