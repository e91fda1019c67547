//! `demo`: an exchange on a local validator through the crash of May 2021. `cargo xtask demo` builds and runs it.

use ballast_localnet::story::{self, Process};
use clap::Parser;
use indicatif::ProgressBar;
use std::process::ExitCode;

/// Shows an exchange on a local validator through the crash of May 2021, with a liquidator, and reconciles it to the unit.
#[derive(Debug, Parser)]
#[command(name = "demo", version)]
struct Args {}

fn main() -> ExitCode {
    let Args {} = Args::parse();
    // Drawn on the standard error, and only where that is a terminal.
    let progress = ProgressBar::no_length();
    let told = story::run(|seat| Ok(Box::new(Process::start(seat)?)), &mut std::io::stdout(), progress);
    match told {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
