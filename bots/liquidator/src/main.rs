//! `liquidator`: see [`ballast_liquidator::USAGE`].

use anyhow::{Result, anyhow};
use ballast_liquidator::{Args, Liquidator, USAGE};
use signal_hook::{consts::TERM_SIGNALS, flag};
use solana_keypair::read_keypair_file;
use std::{
    io::{self, Write},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("error: {error:#}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let key = read_keypair_file(&args.keypair).map_err(|e| anyhow!("key {}: {e}", args.keypair.display()))?;
    let bot = Liquidator::new(&args.rpc, key, args.exchange, args.sub_id, args.keep);
    let stop = Arc::new(AtomicBool::new(false));
    let unheard = Arc::clone(&stop);
    let mut say = |line: &str| {
        // Whoever started it is gone: so is the reason to run.
        if writeln!(io::stdout(), "{line}").is_err() {
            unheard.store(true, Ordering::Relaxed);
        }
    };
    if args.once {
        bot.pass(&mut say)?;
        return Ok(());
    }
    for signal in TERM_SIGNALS {
        flag::register(*signal, Arc::clone(&stop))?;
    }
    say(&format!("watching exchange {} with {}", args.exchange, bot.margin()));
    bot.run(args.poll, &stop, &mut say);
    say("stopped");
    Ok(())
}
