//! `liquidator`: a liquidator as a process of its own.

mod args;
mod log;

use anyhow::{Result, anyhow};
use args::Args;
use ballast_liquidator::Liquidator;
use clap::Parser;
use signal_hook::{consts::TERM_SIGNALS, flag};
use solana_keypair::read_keypair_file;
use std::{
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let key = read_keypair_file(&args.keypair).map_err(|e| anyhow!("key {}: {e}", args.keypair.display()))?;
    let bot = Liquidator::new(&args.rpc, key, args.settings()?);
    let stop = Arc::new(AtomicBool::new(false));
    log::begin(args.log, &stop)?;
    if args.once {
        bot.pass()?;
        return Ok(());
    }
    for signal in TERM_SIGNALS {
        flag::register(*signal, Arc::clone(&stop))?;
    }
    bot.run(Duration::from_millis(args.poll_ms), &stop);
    Ok(())
}
