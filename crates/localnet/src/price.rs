//! Prices: accounts as the oracles of the underlyings' first feeds write them.

use crate::Venue;
use anyhow::{Result, ensure};
use ballast_client::{
    instruction::{self, Shown},
    oracle,
};
use solana_instruction::Instruction;

impl Venue<'_> {
    /// Writes the price account of an underlying: a price in dollars per whole asset, with the time at which it was
    /// published. The board does not know it before a refresh.
    pub fn write_price(&self, underlying: u16, dollars: &str, publish_time: i64) -> Result<()> {
        let feed = self.config.underlying[usize::from(underlying)].first.feed()?;
        let price = oracle::dollars(dollars, publish_time)?;
        ensure!(price.price > 0, "a price is positive, unlike {dollars}");
        let (owner, data) = oracle::write(&feed, &price)?;
        self.net.set_account(&self.prices[usize::from(underlying)], &owner, &data)
    }

    /// Writes prices of now of the first underlyings.
    pub fn write_prices(&self, dollars: &[&str]) -> Result<()> {
        let now = self.net.rpc().now()?;
        for (underlying, price) in (0u16..).zip(dollars) {
            self.write_price(underlying, price, now)?;
        }
        Ok(())
    }

    /// The instruction that puts the price accounts of the first underlyings on the board.
    pub fn refresh(&self, underlyings: usize) -> Instruction {
        let prices = (0u16..).zip(&self.prices).take(underlyings);
        let shown: Vec<Shown> =
            prices.map(|(underlying, first)| Shown { underlying, first: *first, second: None }).collect();
        instruction::refresh_underlyings(&self.exchange, &shown)
    }

    /// Writes prices and puts them on the board.
    pub fn publish(&self, dollars: &[&str]) -> Result<()> {
        self.write_prices(dollars)?;
        self.net.send(&[self.refresh(dollars.len())], self.net.payer(), &[])?;
        Ok(())
    }
}
