//! Native times, from `crates/risk/benches/margin.rs`: compiled with optimisation, which this program is not.

use anyhow::{Context, Result, ensure};
use std::{collections::BTreeMap, env, path::PathBuf, process::Command};

/// Nanoseconds by name.
pub type Native = BTreeMap<String, u64>;

/// Builds and runs the benchmark of `ballast-risk`.
pub fn measure() -> Result<Native> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["bench", "--quiet", "--bench", "margin", "--manifest-path"])
        .arg(root.join("crates/risk/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/programs"))
        .output()
        .context("cargo does not start")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8(output.stdout)?)
}

/// Reads lines of a name and a number.
fn parse(text: &str) -> Result<Native> {
    let line = |line: &str| -> Result<(String, u64)> {
        let (name, ns) = line.split_once(' ').with_context(|| format!("'{line}' is no name and number"))?;
        Ok((format!("{name}_ns"), ns.trim().parse()?))
    };
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_is_a_name_and_nanoseconds() {
        let native = super::parse("margin_check_16 300\nmargin_check_64 900\n").unwrap();
        assert_eq!(native["margin_check_64_ns"], 900);
        assert!(super::parse("margin_check_16").is_err());
    }
}
