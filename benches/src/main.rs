//! `cargo xtask bench`: compute units of every instruction of the built ELF, and native times of the margin check
//! and of pricing.
//!
//! Prints a table and writes it to `benches/RESULTS.md`, and to `benches/results.json` for programs. Fails where a row is
//! above its ceiling, after writing. The ceilings are in the file of each family.
//!
//! ```text
//! --check       write nothing; fail also where figures differ from the committed ones
//! --no-native   measure no native times
//! ```

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

use anyhow::{Result, bail, ensure};
use report::Results;

fn main() -> Result<()> {
    let (mut check, mut with_native) = (false, true);
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--check" => check = true,
            "--no-native" => with_native = false,
            other => bail!("{other} is neither --check nor --no-native"),
        }
    }

    // Times are a report and no condition: a machine that cannot measure them still checks the ceilings.
    let native = if with_native && !check {
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
