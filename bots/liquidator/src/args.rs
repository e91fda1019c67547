//! The command line.

use clap::{Parser, ValueEnum};
use std::path::PathBuf;

const ENVIRONMENT: &str = "\
Environment:
  RUST_LOG  What is logged, such as `debug` or `warn` [default: warn,ballast_liquidator=info]";

/// Finds accounts below maintenance margin and takes their positions over.
#[derive(Clone, Debug, Parser, PartialEq, Eq)]
#[command(name = "liquidator", version, after_help = ENVIRONMENT)]
pub struct Args {
    /// JSON-RPC server of a validator
    #[arg(long, value_name = "URL")]
    pub rpc: String,
    /// Key of the liquidator, as solana-keygen writes it: owns the margin account and pays fees
    #[arg(long, value_name = "FILE")]
    pub keypair: PathBuf,
    /// Exchange
    #[arg(long, value_name = "ID", default_value_t = 1)]
    pub exchange: u64,
    /// Which of the key's margin accounts takes positions over
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub sub_id: u16,
    /// Pause between two looks at the chain, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub poll_ms: u64,
    /// Keep what was taken over, instead of closing it on the order book
    #[arg(long)]
    pub keep: bool,
    /// Look once and end
    #[arg(long)]
    pub once: bool,
    /// How lines are logged; plain is without the time, which a service manager adds
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub log: LogFormat,
}

/// How lines are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    // No documentation of each: it would make the help three times as long.
    #[default]
    Human,
    Plain,
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, error::ErrorKind};

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(["liquidator"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn options_have_defaults_and_values() {
        Args::command().debug_assert();
        let args = parse("--rpc http://x --keypair k.json --exchange 7 --once").unwrap();
        assert_eq!((args.exchange, args.sub_id, args.poll_ms), (7, 0, 500));
        assert_eq!((args.once, args.keep, args.log), (true, false, LogFormat::Human));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let kind = |line: &str| parse(line).unwrap_err().kind();
        assert_eq!(kind("--keypair k"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("--rpc"), ErrorKind::InvalidValue);
        assert_eq!(kind("--rpc x --keypair k --poll-ms x"), ErrorKind::ValueValidation);
        assert_eq!(kind("--fast"), ErrorKind::UnknownArgument);
    }
}
