//! Prices: Pyth `PriceUpdateV2` accounts, as the receiver program writes them.

use crate::Venue;
use anyhow::{Result, ensure};
use ballast_client::{ballast::oracle::pyth::RECEIVERS, decimal, instruction, pyth::PriceUpdate};
use solana_instruction::Instruction;

/// Exponent of the price updates.
const EXPONENT: i32 = -8;
/// The confidence interval is the price over this: 0.05 %.
const CONFIDENCE: u64 = 2_000;

impl Venue<'_> {
    /// Writes the price account of an underlying: a price in dollars per whole asset, with the time at which it was
    /// published. The board does not know it before a refresh.
    pub fn write_price(&self, underlying: u16, dollars: &str, publish_time: i64) -> Result<()> {
        let listed = &self.config.underlying[usize::from(underlying)];
        let price = decimal::parse(dollars, EXPONENT.unsigned_abs())?;
        ensure!(price > 0, "a price is positive, unlike {dollars}");
        let update = PriceUpdate {
            feed_id: self.config.underlying_args(listed)?.feed_id,
            price,
            confidence: price as u64 / CONFIDENCE,
            exponent: EXPONENT,
            publish_time,
        };
        self.net.set_account(&self.prices[usize::from(underlying)], &RECEIVERS[0], &update.encode())
    }

    /// Writes prices of now of the first underlyings.
    pub fn write_prices(&self, dollars: &[&str]) -> Result<()> {
        let now = self.net.rpc().now()?;
        for (underlying, price) in (0u16..).zip(dollars) {
            self.write_price(underlying, price, now)?;
        }
        Ok(())
    }

    /// Instructions that put the price accounts of the first underlyings on the board.
    pub fn refresh(&self, underlyings: usize) -> Vec<Instruction> {
        let prices = (0u16..).zip(&self.prices).take(underlyings);
        prices.map(|(u, price)| instruction::refresh_underlying(&self.exchange, price, u)).collect()
    }

    /// Writes prices and puts them on the board.
    pub fn publish(&self, dollars: &[&str]) -> Result<()> {
        self.write_prices(dollars)?;
        self.net.send(&self.refresh(dollars.len()), self.net.payer(), &[])?;
        Ok(())
    }
}
