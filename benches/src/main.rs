//! `cargo xtask bench`: compute units of every instruction of the built ELF, and native times of the margin check
//! and of pricing.
//!
//! Prints a table and writes it to `benches/RESULTS.md`, and to `benches/results.json` for programs. Fails where a row is
//! above its ceiling (see `rows.rs`), after writing.

mod account;
mod bench;
mod block;
mod exchange;
mod governance;
mod lending;
mod liquidation;
mod listing;
mod margin;
mod market;
mod native;
mod options;
mod pricing;
mod report;
mod row;
mod rows;
mod scenes;
mod settlement;
mod surface;
mod trading;

use anyhow::{Result, ensure};
use clap::Parser;
use report::Results;

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

fn main() -> Result<()> {
    let Args { check, no_native } = Args::parse();

    // Times are a report and no condition: a machine that cannot measure them still checks the ceilings.
    let native = if !no_native && !check {
        native::measure().inspect_err(|error| eprintln!("no native times: {error:#}")).ok()
    } else {
        None
    };
    let (units, pricing) = scenes::all()?;
    let results = Results::new(&units, pricing, native)?;
    println!("{}", results.markdown()?);
    if !check {
        results.write()?;
    }

    let mut complaints: Vec<_> =
        results.too_dear().map(|(name, f)| format!("{name}: {} CU, ceiling {}", f.cu, f.ceiling)).collect();
    complaints.extend(results.too_slow());
    if check {
        complaints.extend(results.changes(&Results::read()?));
    }
    ensure!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    Ok(())
}
