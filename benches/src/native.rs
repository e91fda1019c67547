//! Native times, from the benchmarks of `ballast-risk` and `ballast-pricing`: compiled with optimisation, which this program
//! is not.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, env, path::PathBuf, process::Command};

/// A time on the machine that measures.
#[derive(Clone, Copy, Debug)]
pub struct NativeRow {
    /// Name, as in `results.json`.
    pub name: &'static str,
    /// Most nanoseconds it may take: some three times the target, or what was measured, so that a busy machine does not fail.
    pub ceiling: u64,
    /// What the design aims at, where it says so.
    pub target: Option<u64>,
    /// What is measured.
    pub what: &'static str,
}

const fn native(name: &'static str, ceiling: u64, target: Option<u64>, what: &'static str) -> NativeRow {
    NativeRow { name, ceiling, target, what }
}

/// The times, in the order in which they are printed.
pub const ROWS: &[NativeRow] = &[
    native("margin_check_8", 3_000, None, "a bot's margin check, 8 perpetuals over 8 underlyings"),
    native("margin_check_16", 3_000, None, "16 perpetuals over 8 underlyings"),
    native("margin_check_48", 6_000, Some(2_000), "48 perpetuals over 8 underlyings"),
    native("margin_check_48_mixed", 6_000, Some(2_000), "48 positions, 32 of them options away from their arrays"),
    native(
        "sweep_1m_accounts",
        9_000_000_000,
        Some(3_000_000_000),
        "a million accounts on one core: below maintenance or not",
    ),
    native("black76", 500, None, "a call's price from its inputs"),
    native("risk_array_16", 10_000, None, "an option's refresh: array, mark, Greeks and gap"),
    native("solmath_black_scholes_price", 10_000, None, "the price by `solmath`, as below"),
    native("solmath_black_scholes_price_hp", 10_000, None, "likewise"),
    native("solmath_bs_full", 10_000, None, "likewise, with Greeks"),
    native("solmath_bs_full_hp", 10_000, None, "likewise"),
];

/// A time and its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// Nanoseconds.
    pub ns: u64,
    /// Most that it may be.
    pub ceiling: u64,
}

/// Times by name.
pub type Native = BTreeMap<String, Time>;

/// Builds and runs the benchmarks.
pub fn measure() -> Result<Native> {
    let mut found = run("risk", "margin")?;
    found.extend(run("pricing", "black76")?);
    let time = |row: &NativeRow| -> Result<(String, Time)> {
        let ns = *found.get(row.name).with_context(|| format!("{} was not measured", row.name))?;
        Ok((row.name.to_owned(), Time { ns, ceiling: row.ceiling }))
    };
    let native: Native = ROWS.iter().map(time).collect::<Result<_>>()?;
    ensure!(native.len() == found.len(), "one of {:?} has no ceiling", found.keys());
    Ok(native)
}

/// Runs a benchmark of one of the on-chain crates.
fn run(package: &str, bench: &str) -> Result<BTreeMap<String, u64>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["bench", "--quiet", "--bench", bench, "--manifest-path"])
        .arg(root.join("crates").join(package).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/programs"))
        .output()
        .context("cargo does not start")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8(output.stdout)?)
}

/// Reads lines of a name and a number.
fn parse(text: &str) -> Result<BTreeMap<String, u64>> {
    let line = |line: &str| -> Result<(String, u64)> {
        let (name, ns) = line.split_once(' ').with_context(|| format!("'{line}' is no name and number"))?;
        Ok((name.to_owned(), ns.trim().parse()?))
    };
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn targets_are_within_ceilings_times_three() {
        for row in super::ROWS {
            assert!(row.target.is_none_or(|target| row.ceiling == 3 * target), "{}", row.name);
        }
    }

    #[test]
    fn a_line_is_a_name_and_nanoseconds() {
        let native = super::parse("margin_check_16 300\nmargin_check_48 900\n").unwrap();
        assert_eq!(native["margin_check_48"], 900);
        assert!(super::parse("margin_check_16").is_err());
    }
}
