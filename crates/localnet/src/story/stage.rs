//! Where the story is told: numbered steps, indented lines, and the ledger of what transactions did.

use super::Ledger;
use anyhow::Result;
use ballast_client::{decimal, rpc::Sent};
use std::{fmt::Display, io::Write};

/// The teller.
pub struct Stage<'a> {
    out: &'a mut dyn Write,
    step: usize,
    /// What transactions did.
    pub ledger: Ledger,
}

impl<'a> Stage<'a> {
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { out, step: 0, ledger: Ledger::default() }
    }

    /// Begins a step.
    pub fn step(&mut self, title: impl Display) -> Result<()> {
        self.step += 1;
        writeln!(self.out, "\n  {:>2}  {title}", self.step)?;
        Ok(self.out.flush()?)
    }

    /// Tells one thing.
    pub fn line(&mut self, text: impl Display) -> Result<()> {
        writeln!(self.out, "      {text}")?;
        Ok(self.out.flush()?)
    }

    /// Leaves a line empty.
    pub fn gap(&mut self) -> Result<()> {
        Ok(writeln!(self.out)?)
    }

    /// Shows a table.
    pub fn table(&mut self, table: &crate::Table) -> Result<()> {
        write!(self.out, "{table}")?;
        Ok(self.out.flush()?)
    }

    /// Notes what a transaction did.
    pub fn note(&mut self, sent: &Sent) -> Result<()> {
        self.ledger.read(&sent.log)
    }
}

/// USDC, rounded to cents.
pub fn usd(native: i64) -> String {
    decimal::rounded(native, 6, 2)
}

/// A ratio in percent, rounded down; a dash where there is nothing to compare with.
pub fn percent(part: i64, whole: i64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{} %", (i128::from(part) * 100).div_euclid(i128::from(whole))) }
}

/// A time, such as "19 May 13:00".
pub fn time(unix_timestamp: i64) -> String {
    match chrono::DateTime::from_timestamp(unix_timestamp, 0) {
        Some(time) => time.format("%d %b %H:%M").to_string(),
        None => unix_timestamp.to_string(),
    }
}
