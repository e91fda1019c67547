//! The command line.

use anyhow::{Context, Result, bail};
use std::{path::PathBuf, time::Duration};

/// What the command line takes.
pub const USAGE: &str = "\
liquidator --rpc URL --keypair FILE [OPTIONS]

  --rpc URL        JSON-RPC server of a validator
  --keypair FILE   key of the liquidator, as solana-keygen writes it: owns the margin account and pays fees
  --exchange ID    exchange (default 1)
  --sub-id N       which of the key's margin accounts takes positions over (default 0)
  --poll-ms N      pause between two looks at the chain (default 500)
  --keep           keep what was taken over; by default it is closed on the order book
  --once           look once and end";

/// The command line, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// JSON-RPC server.
    pub rpc: String,
    /// File with the key.
    pub keypair: PathBuf,
    /// Exchange id.
    pub exchange: u64,
    /// Sub-id of the margin account.
    pub sub_id: u16,
    /// Pause between two passes.
    pub poll: Duration,
    /// True if positions that were taken over are kept.
    pub keep: bool,
    /// True if there is only one pass.
    pub once: bool,
}

impl Args {
    /// Parses what follows the program's name.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut words = words.into_iter();
        let (mut rpc, mut keypair) = (None, None);
        let (mut exchange, mut sub_id, mut poll_ms) = (1, 0, 500);
        let (mut keep, mut once) = (false, false);
        while let Some(option) = words.next() {
            let mut value = || words.next().with_context(|| format!("{option} needs a value"));
            let not_a_number = || format!("{option} needs a whole number");
            match option.as_str() {
                "--rpc" => rpc = Some(value()?),
                "--keypair" => keypair = Some(PathBuf::from(value()?)),
                "--exchange" => exchange = value()?.parse().with_context(not_a_number)?,
                "--sub-id" => sub_id = value()?.parse().with_context(not_a_number)?,
                "--poll-ms" => poll_ms = value()?.parse().with_context(not_a_number)?,
                "--keep" => keep = true,
                "--once" => once = true,
                other => bail!("no option {other}"),
            }
        }
        Ok(Self {
            rpc: rpc.context("--rpc is missing")?,
            keypair: keypair.context("--keypair is missing")?,
            exchange,
            sub_id,
            poll: Duration::from_millis(poll_ms),
            keep,
            once,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_have_defaults_and_values() {
        let args = parse("--rpc http://x --keypair k.json --exchange 7 --once").unwrap();
        assert_eq!((args.exchange, args.sub_id, args.once, args.keep), (7, 0, true, false));
        assert_eq!(args.poll, Duration::from_millis(500));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parse("--keypair k").unwrap_err().to_string(), "--rpc is missing");
        assert_eq!(parse("--rpc").unwrap_err().to_string(), "--rpc needs a value");
        assert_eq!(parse("--poll-ms x").unwrap_err().to_string(), "--poll-ms needs a whole number");
        assert_eq!(parse("--fast").unwrap_err().to_string(), "no option --fast");
    }
}
