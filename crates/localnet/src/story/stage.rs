//! Where the story is told: numbered steps, indented lines, and the ledger of what transactions did.

use super::Ledger;
use anyhow::Result;
use ballast_client::{decimal, rpc::Sent};
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::{
    fmt::{Arguments, Display},
    io::Write,
};

/// The teller.
pub struct Stage<'a> {
    out: &'a mut dyn Write,
    progress: ProgressBar,
    step: usize,
    /// What transactions did.
    pub ledger: Ledger,
}

impl<'a> Stage<'a> {
    /// A stage that tells to `out`, and shows on `progress` how far something long has come.
    pub fn new(out: &'a mut dyn Write, progress: ProgressBar) -> Self {
        // Not to be drawn before something begins.
        progress.finish_and_clear();
        Self { out, progress, step: 0, ledger: Ledger::default() }
    }

    /// Begins a step.
    pub fn step(&mut self, title: impl Display) -> Result<()> {
        self.step += 1;
        let step = self.step;
        self.write(format_args!("\n  {step:>2}  {title}\n"))
    }

    /// Tells one thing.
    pub fn line(&mut self, text: impl Display) -> Result<()> {
        let line = format!("      {text}");
        self.write(format_args!("{}\n", line.trim_end()))
    }

    /// Leaves a line empty.
    pub fn gap(&mut self) -> Result<()> {
        self.write(format_args!("\n"))
    }

    /// Shows a table.
    pub fn table(&mut self, mut table: Table) -> Result<()> {
        if let Some(first) = table.column_mut(0) {
            first.set_padding((0, 1));
        }
        table.lines().try_for_each(|line| self.line(line))
    }

    /// Begins something that has many parts.
    pub fn begin(&mut self, parts: usize) {
        let style = ProgressStyle::with_template("      {bar:40} {pos} of {len}  {msg}");
        self.progress.set_style(style.expect("the template is sound"));
        self.progress.set_length(parts as u64);
        self.progress.reset();
    }

    /// Comes to the next of them.
    pub fn next(&mut self, what: String) {
        self.progress.set_message(what);
        self.progress.inc(1);
    }

    /// Has done them all.
    pub fn end(&mut self) {
        self.progress.finish_and_clear();
    }

    /// Notes what a transaction did.
    pub fn note(&mut self, sent: &Sent) -> Result<()> {
        self.ledger.read(&sent.log)
    }

    /// Writes above the progress, where there is any.
    fn write(&mut self, text: Arguments) -> Result<()> {
        let out = &mut self.out;
        self.progress.suspend(|| {
            out.write_fmt(text)?;
            Ok(out.flush()?)
        })
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
    match Timestamp::from_second(unix_timestamp) {
        Ok(time) => time.strftime("%d %b %H:%M").to_string(),
        Err(_) => unix_timestamp.to_string(),
    }
}
