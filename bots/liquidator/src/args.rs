//! The command line.

use anyhow::{Context, Result};
use ballast_client::decimal;
use ballast_liquidator::{Settings, Tokens};
use clap::{
    Parser, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use std::path::PathBuf;

const ENVIRONMENT: &str = "\
Environment:
  RUST_LOG  What is logged, such as `debug` or `warn` [default: warn,ballast_liquidator=info]";

/// Finds accounts in default and takes slices of them over.
#[derive(Clone, Debug, Parser, PartialEq, Eq)]
#[command(name = "liquidator", version, after_help = ENVIRONMENT)]
pub struct Args {
    /// JSON-RPC server of a validator
    #[arg(long, value_name = "URL")]
    pub rpc: String,
    /// Key of the liquidator, as solana-keygen writes it: owns the margin accounts and pays fees
    #[arg(long, value_name = "FILE")]
    pub keypair: PathBuf,
    /// Exchange
    #[arg(long, value_name = "ID", default_value_t = 1)]
    pub exchange: u64,
    /// Which of the key's margin accounts has the money
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub sub_id: u16,
    /// Which of them takes slices over; opened if missing, funded for each slice, empty in between [default: the next after --sub-id]
    #[arg(long, value_name = "N", conflicts_with = "one_account")]
    pub desk_id: Option<u16>,
    /// Take slices over into the account that has the money
    #[arg(long)]
    pub one_account: bool,
    /// Least gain of a slice in USDC, after the cost of closing it
    #[arg(long, value_name = "USDC", default_value = "0", value_parser = usdc)]
    pub min_profit: i64,
    /// Cost of closing what was taken over, as a part of its value
    #[arg(long, value_name = "PART", default_value = "0.001", value_parser = millionths)]
    pub closing_cost: u32,
    /// Index of an underlying of which nothing is taken over; may be repeated
    #[arg(long, value_name = "INDEX")]
    pub without: Vec<u16>,
    /// What becomes of tokens that a slice contained: to the key's token account, to the account that has the money, or they stay
    #[arg(long, value_name = "WHAT", default_value = "withdraw",
          value_parser = PossibleValuesParser::new(["withdraw", "main", "keep"]).map(|s| tokens(&s)))]
    pub tokens: Tokens,
    /// Most in USDC that the tokens of a slice may be worth, with what is of them already where they end up [default: what the cash buys]
    #[arg(long, value_name = "USDC", value_parser = usdc)]
    pub max_tokens: Option<i64>,
    /// Pause between two looks at the chain, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub poll_ms: u64,
    /// Keep what was taken over, tokens included, instead of closing it on the order books
    #[arg(long)]
    pub keep: bool,
    /// Look once and end
    #[arg(long)]
    pub once: bool,
    /// How lines are logged; plain is without the time, which a service manager adds
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub log: LogFormat,
}

impl Args {
    /// What the bot is told of it.
    pub fn settings(&self) -> Result<Settings> {
        let desk_id = match self.desk_id {
            _ if self.one_account => self.sub_id,
            Some(id) => id,
            None => self.sub_id.checked_add(1).context("no sub-id is left for the account that takes slices over")?,
        };
        Ok(Settings {
            exchange: self.exchange,
            sub_id: self.sub_id,
            desk_id,
            keep: self.keep,
            min_profit: self.min_profit,
            closing_cost: self.closing_cost,
            unwanted: self.without.clone(),
            tokens: self.tokens,
            max_tokens: self.max_tokens.unwrap_or(i64::MAX),
        })
    }
}

/// What becomes of tokens, of the values that there are.
fn tokens(text: &str) -> Tokens {
    match text {
        "main" => Tokens::Main,
        "keep" => Tokens::Keep,
        _ => Tokens::Withdraw,
    }
}

/// An amount of USDC, such as "2.5", in quote-native.
fn usdc(text: &str) -> Result<i64, String> {
    decimal::parse(text, 6).map_err(|e| format!("{e:#}"))
}

/// A part of one, such as "0.001", in millionths.
fn millionths(text: &str) -> Result<u32, String> {
    let part = decimal::parse(text, 6).map_err(|e| format!("{e:#}"))?;
    u32::try_from(part).ok().filter(|part| *part <= 1_000_000).ok_or_else(|| "not between 0 and 1".to_owned())
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

    fn parse(line: &str) -> std::result::Result<Args, clap::Error> {
        Args::try_parse_from(["liquidator"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn options_have_defaults_and_values() {
        Args::command().debug_assert();
        let args = parse("--rpc http://x --keypair k.json --exchange 7 --once").unwrap();
        assert_eq!((args.exchange, args.sub_id, args.poll_ms), (7, 0, 500));
        assert_eq!((args.once, args.keep, args.log), (true, false, LogFormat::Human));
        assert_eq!(args.settings().unwrap(), Settings::new(7));
        let args =
            parse("--rpc x --keypair k --sub-id 4 --min-profit 2.5 --closing-cost 0.002 --without 1 --without 3");
        let settings = args.unwrap().settings().unwrap();
        assert_eq!((settings.sub_id, settings.desk_id), (4, 5));
        assert_eq!((settings.min_profit, settings.closing_cost), (2_500_000, 2_000));
        assert_eq!(settings.unwanted, [1, 3]);
        assert_eq!((settings.tokens, settings.max_tokens), (Tokens::Withdraw, i64::MAX));
        for (word, tokens) in [("withdraw", Tokens::Withdraw), ("main", Tokens::Main), ("keep", Tokens::Keep)] {
            let settings = parse(&format!("--rpc x --keypair k --tokens {word} --max-tokens 250")).unwrap().settings();
            assert_eq!(settings.map(|s| (s.tokens, s.max_tokens)).unwrap(), (tokens, 250_000_000));
        }
        let one = parse("--rpc x --keypair k --sub-id 4 --one-account").unwrap().settings().unwrap();
        assert_eq!((one.sub_id, one.desk_id), (4, 4));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let kind = |line: &str| parse(line).unwrap_err().kind();
        assert_eq!(kind("--keypair k"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("--rpc"), ErrorKind::InvalidValue);
        assert_eq!(kind("--rpc x --keypair k --poll-ms x"), ErrorKind::ValueValidation);
        assert_eq!(kind("--rpc x --keypair k --closing-cost 2"), ErrorKind::ValueValidation);
        assert_eq!(kind("--rpc x --keypair k --one-account --desk-id 2"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("--rpc x --keypair k --tokens burn"), ErrorKind::InvalidValue);
        assert_eq!(kind("--fast"), ErrorKind::UnknownArgument);
    }
}
