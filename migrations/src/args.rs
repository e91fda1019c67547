//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Makes an exchange what its TOML file says.
#[derive(Clone, Debug, Parser, PartialEq, Eq)]
#[command(name = "ballast-migrate", version)]
pub struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Show what is missing to make the exchange what the file says
    Plan(Target),
    /// Show it, ask, and do it
    ///
    /// Run it again after an interruption, and when changes that were proposed may be executed.
    Apply {
        #[command(flatten)]
        target: Target,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// An exchange, what it is to become, and by whom.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The exchange, as migrations/mainnet.example.toml
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// JSON-RPC server of a validator
    #[arg(long)]
    pub url: String,
    /// Key of the exchange's admin, as solana-keygen writes it
    #[arg(long, value_name = "KEYPAIR")]
    pub admin: PathBuf,
    /// Pays fees, rent, and the first gift to the insurance fund [default: the admin]
    #[arg(long, value_name = "KEYPAIR")]
    pub payer: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, error::ErrorKind};

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(["ballast-migrate"].into_iter().chain(line.split_whitespace())).map(|cli| cli.command)
    }

    #[test]
    fn commands_and_options_are_read() {
        Cli::command().debug_assert();
        let apply = parse("apply --config x.toml --url http://x --admin a.json --yes").unwrap();
        assert!(matches!(apply, Command::Apply { yes: true, target } if target.payer.is_none()));
        let plan = parse("plan --payer p.json --config x.toml --url http://x --admin a.json").unwrap();
        assert!(matches!(plan, Command::Plan(target) if target.payer == Some("p.json".into())));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let kind = |line: &str| parse(line).unwrap_err().kind();
        assert_eq!(kind(""), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
        assert_eq!(kind("destroy"), ErrorKind::InvalidSubcommand);
        assert_eq!(kind("plan --url x"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("plan --config"), ErrorKind::InvalidValue);
        assert_eq!(kind("plan --force"), ErrorKind::UnknownArgument);
    }
}
