//! Native times, from the benchmarks of `ballast-risk` and `ballast-pricing`: compiled with optimisation, which this program
//! is not.

use crate::rows;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, env, path::PathBuf, process::Command};

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
    let time = |row: &rows::NativeRow| -> Result<(String, Time)> {
        let ns = *found.get(row.name).with_context(|| format!("{} was not measured", row.name))?;
        Ok((row.name.to_owned(), Time { ns, ceiling: row.ceiling }))
    };
    let native: Native = rows::NATIVE.iter().map(time).collect::<Result<_>>()?;
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
    fn a_line_is_a_name_and_nanoseconds() {
        let native = super::parse("margin_check_16 300\nmargin_check_64 900\n").unwrap();
        assert_eq!(native["margin_check_64"], 900);
        assert!(super::parse("margin_check_16").is_err());
    }
}
