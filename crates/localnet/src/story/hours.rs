//! The prices that are replayed: hours of May 2021.

use super::cast::{SILENCE, SOL};
use anyhow::{Context, Result};
use ballast_client::decimal;

const PRICES: &str = include_str!("../../../../tests/fixtures/may-2021.csv");

/// Prices of an hour's end.
pub struct Hour {
    /// When, in seconds.
    pub time: i64,
    /// Dollars per whole asset, in the order of the underlyings.
    pub closes: Vec<String>,
}

impl Hour {
    /// The prices, as texts.
    pub fn prices(&self) -> Vec<&str> {
        self.closes.iter().map(String::as_str).collect()
    }

    /// True if the oracle of an underlying publishes a price in this hour.
    pub fn is_heard(&self, underlying: u16) -> bool {
        underlying != SOL || self.time <= SILENCE.0 || self.time >= SILENCE.1
    }

    /// The price of an underlying, in quote-native per whole asset.
    pub fn price(&self, underlying: u16) -> Result<i64> {
        decimal::parse(self.closes.get(usize::from(underlying)).context("no such price")?, 6)
    }
}

/// The hours of the fixture.
pub fn hours() -> Result<Vec<Hour>> {
    let rows = PRICES.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let hour = |row: &str| -> Result<Hour> {
        let (time, closes) = row.split_once(',').context("a row of prices has no comma")?;
        Ok(Hour { time: time.parse()?, closes: closes.split(',').map(str::to_owned).collect() })
    };
    rows.map(hour).collect()
}
