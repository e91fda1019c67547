//! `cargo xtask bench`: compute units of every instruction of the built ELF, and native times of the margin check
//! and of pricing.
//!
//! Prints a table and writes it to `benches/RESULTS.md`, and to `benches/results.json` for programs. Fails where a row is
//! above its ceiling (see `rows.rs`), after writing.

mod exchange;
mod governance;
mod lifecycle;
mod measure;
mod native;
mod options;
mod pricing;
mod report;
mod rows;

use anyhow::{Result, ensure};
use clap::Parser;
use report::Results;
use std::process::ExitCode;

/// Measures compute units and native times, and writes them to benches/RESULTS.md; fails above a ceiling.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Args {
    /// Write nothing; fail also where figures differ from the committed ones
    #[arg(long)]
    check: bool,
    /// Measure no native times
    #[arg(long)]
    no_native: bool,
}

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
    // Times are a report and no condition: a machine that cannot measure them still checks the ceilings.
    let native = if !args.no_native && !args.check {
        native::measure().inspect_err(|error| eprintln!("no native times: {error:#}")).ok()
    } else {
        None
    };
    let (units, pricing) = measure::all()?;
    let results = Results::new(&units, pricing, native)?;
    println!("{}", results.markdown()?);
    if !args.check {
        results.write()?;
    }

    let mut complaints: Vec<_> =
        results.too_dear().map(|(name, f)| format!("{name}: {} CU, ceiling {}", f.cu, f.ceiling)).collect();
    complaints.extend(results.too_slow());
    if args.check {
        complaints.extend(results.changes(&Results::read()?));
    }
    ensure!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    Ok(())
}
