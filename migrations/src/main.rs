//! `ballast-migrate`: see [`ballast_migrate::USAGE`].

use anyhow::{Context, Result, anyhow};
use ballast_client::{config::Config, rpc::Rpc};
use ballast_migrate::{Args, Keyring, USAGE, run};
use solana_keypair::{Keypair, read_keypair_file};
use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("error: {error:#}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match migrate(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn migrate(args: &Args) -> Result<()> {
    let text = std::fs::read_to_string(&args.config).with_context(|| format!("file {}", args.config.display()))?;
    let config = Config::from_toml(&text)?;
    let admin = key(&args.admin)?;
    let payer = args.payer.as_deref().map_or_else(|| Ok(admin.insecure_clone()), key)?;
    let keyring = Keyring { admin, payer };
    let agree = || if args.yes { Ok(true) } else { ask() };
    run(args.command, &config, &Rpc::new(&args.url), &keyring, agree, &mut io::stdout())?;
    Ok(())
}

fn key(file: &Path) -> Result<Keypair> {
    read_keypair_file(file).map_err(|e| anyhow!("key {}: {e}", file.display()))
}

fn ask() -> Result<bool> {
    print!("apply? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "yes"))
}
