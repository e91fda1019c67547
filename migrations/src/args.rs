//! The command line.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// What the command line takes.
pub const USAGE: &str = "\
ballast-migrate plan|apply --config FILE --url URL --admin KEYPAIR [OPTIONS]

  plan              show what is missing to make the exchange what the file says
  apply             show it, ask, and do it; run it again after an interruption, and when changes that were proposed may
                    be executed

  --config FILE     the exchange, as migrations/mainnet.example.toml
  --url URL         JSON-RPC server of a validator
  --admin KEYPAIR   key of the exchange's admin, as solana-keygen writes it
  --payer KEYPAIR   pays fees, rent, and the first gift to the insurance fund (default: the admin)
  --yes             do not ask";

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show the plan.
    Plan,
    /// Show the plan and apply it.
    Apply,
}

/// The command line, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// What is to be done.
    pub command: Command,
    /// File with the exchange.
    pub config: PathBuf,
    /// JSON-RPC server.
    pub url: String,
    /// File with the admin's key.
    pub admin: PathBuf,
    /// File with the payer's key, where it is another.
    pub payer: Option<PathBuf>,
    /// True if it does not ask.
    pub yes: bool,
}

impl Args {
    /// Parses what follows the program's name.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut words = words.into_iter();
        let command = match words.next().as_deref() {
            Some("plan") => Command::Plan,
            Some("apply") => Command::Apply,
            Some(other) => bail!("no command {other}"),
            None => bail!("a command is missing: plan or apply"),
        };
        let (mut config, mut url, mut admin, mut payer, mut yes) = (None, None, None, None, false);
        while let Some(option) = words.next() {
            let mut value = || words.next().with_context(|| format!("{option} needs a value"));
            match option.as_str() {
                "--config" => config = Some(PathBuf::from(value()?)),
                "--url" => url = Some(value()?),
                "--admin" => admin = Some(PathBuf::from(value()?)),
                "--payer" => payer = Some(PathBuf::from(value()?)),
                "--yes" => yes = true,
                other => bail!("no option {other}"),
            }
        }
        Ok(Self {
            command,
            config: config.context("--config is missing")?,
            url: url.context("--url is missing")?,
            admin: admin.context("--admin is missing")?,
            payer,
            yes,
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
    fn commands_and_options_are_read() {
        let args = parse("apply --config x.toml --url http://x --admin a.json --yes").unwrap();
        assert_eq!((args.command, args.yes, args.payer), (Command::Apply, true, None));
        let args = parse("plan --payer p.json --config x.toml --url http://x --admin a.json").unwrap();
        assert_eq!((args.command, args.yes, args.payer), (Command::Plan, false, Some("p.json".into())));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parse("").unwrap_err().to_string(), "a command is missing: plan or apply");
        assert_eq!(parse("destroy").unwrap_err().to_string(), "no command destroy");
        assert_eq!(parse("plan --url x").unwrap_err().to_string(), "--config is missing");
        assert_eq!(parse("plan --config").unwrap_err().to_string(), "--config needs a value");
        assert_eq!(parse("plan --force").unwrap_err().to_string(), "no option --force");
    }
}
