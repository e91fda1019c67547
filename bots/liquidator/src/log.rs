//! The log, on the standard output.

use crate::args::LogFormat;
use anyhow::{Context, Result};
use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing_subscriber::EnvFilter;

/// What is logged unless RUST_LOG says something else.
const DEFAULT: &str = "warn,ballast_liquidator=info";

/// Begins to log. Sets `stop` once nobody reads what is logged.
///
/// # Errors
/// RUST_LOG cannot be read.
pub fn begin(format: LogFormat, stop: &Arc<AtomicBool>) -> Result<()> {
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(directives) => EnvFilter::try_new(&directives).with_context(|| format!("RUST_LOG={directives}"))?,
        Err(_) => EnvFilter::new(DEFAULT),
    };
    let stop = Arc::clone(stop);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(io::stdout().is_terminal())
        .log_internal_errors(false)
        .with_writer(move || Output { stop: Arc::clone(&stop) });
    match format {
        LogFormat::Human => subscriber.init(),
        LogFormat::Plain => subscriber.without_time().init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(())
}

/// The standard output. Whoever started the bot and reads it may be gone: so is the reason to run.
struct Output {
    stop: Arc<AtomicBool>,
}

impl Write for Output {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stdout().write(line).inspect_err(|_| self.stop.store(true, Ordering::Relaxed))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
