//! `ballast-migrate`: shows what is missing to make an exchange what its TOML file says, and does it.

mod args;

use anyhow::{Context, Result, anyhow};
use args::{Cli, Command, Target};
use ballast_client::{config::Config, rpc::Rpc};
use ballast_migrate::{Keyring, apply, plan};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use solana_keypair::{Keypair, read_keypair_file};
use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let out = &mut io::stdout();
    match command {
        Command::Plan(target) => {
            let (config, rpc, keyring) = open(&target)?;
            plan(&config, &rpc, &keyring, out)?;
        }
        Command::Apply { target, yes } => {
            let (config, rpc, keyring) = open(&target)?;
            let agree = || if yes { Ok(true) } else { ask() };
            apply(&config, &rpc, &keyring, agree, out, &progress()?)?;
        }
    }
    Ok(())
}

/// Reads the files of a target.
fn open(target: &Target) -> Result<(Config, Rpc, Keyring)> {
    let text = std::fs::read_to_string(&target.config).with_context(|| format!("file {}", target.config.display()))?;
    let config = Config::from_toml(&text)?;
    let admin = key(&target.admin)?;
    let payer = target.payer.as_deref().map_or_else(|| Ok(admin.insecure_clone()), key)?;
    Ok((config, Rpc::new(&target.url), Keyring { admin, payer }))
}

fn key(file: &Path) -> Result<Keypair> {
    read_keypair_file(file).map_err(|e| anyhow!("key {}: {e}", file.display()))
}

/// A bar on the standard error, drawn only where that is a terminal.
fn progress() -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {eta} left  {wide_msg}")?;
    Ok(ProgressBar::no_length().with_style(style))
}

fn ask() -> Result<bool> {
    print!("apply? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "yes"))
}
