//! Where the story is told: numbered steps, indented lines, and the ledger of what transactions did.

use super::Ledger;
use anyhow::Result;
use ballast_client::{decimal, rpc::Sent};
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::{fmt::Display, io::Write, time::Duration};

/// How long a turn of the spinner's hand takes.
const TICK: Duration = Duration::from_millis(100);

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
        self.write(format_args!("      {text}\n"))
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
        table.lines().try_for_each(|line| self.line(line.trim_end()))
    }

    /// Does something of which nobody knows how long it takes.
    pub fn wait<T>(&mut self, what: &'static str, work: impl FnOnce() -> T) -> T {
        self.progress.reset();
        self.progress.set_style(style("      {spinner} {msg} {elapsed}"));
        self.progress.set_message(what);
        self.progress.enable_steady_tick(TICK);
        let done = work();
        self.progress.disable_steady_tick();
        self.progress.finish_and_clear();
        done
    }

    /// Begins something that has many parts.
    pub fn begin(&mut self, parts: usize) {
        self.progress.reset();
        self.progress.set_style(style("      {bar:40} {pos} of {len}  {msg}"));
        self.progress.set_length(parts as u64);
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
    fn write(&mut self, text: std::fmt::Arguments) -> Result<()> {
        let out = &mut self.out;
        self.progress.suspend(|| {
            out.write_fmt(text)?;
            Ok(out.flush()?)
        })
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a template of this file")
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
