//! The commands that run the rest of the repository.

use std::process::Command;

use anyhow::Result;

use crate::program::{self, BALLAST, SELFTEST};
use crate::run::{cargo, run, timed};
use crate::tree;

/// Every test there is. `args` go to the host side's `cargo test`.
pub fn test(args: &[String]) -> Result<()> {
    timed("Programs, as ELF", || program::ensure(&[BALLAST, SELFTEST]))?;
    timed("Tests of the on-chain crates, on the host", || {
        let manifest = tree::programs().join("Cargo.toml");
        run(cargo()
            .args(["test", "--workspace", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(tree::target()))
    })?;
    timed("The IDL is that of the source", || {
        // In a process of its own, for its environment: see main.
        run(Command::new(std::env::current_exe()?).args(["idl", "--check"]).env_remove("RUSTUP_TOOLCHAIN"))
    })?;
    timed("Programs that tests start", || {
        run(host(&["build"]).args(["-p", "ballast-liquidator", "-p", "ballast-localnet"]))
    })?;
    timed("Tests of the host side: the ELF in an SVM, on a local validator, clients", || {
        run(host(&["test", "--workspace"]).args(args))
    })
}

/// Measures compute units and native times, and fails above a ceiling.
pub fn bench(args: &[String]) -> Result<()> {
    timed("Programs, as ELF", || program::ensure(&[BALLAST]))?;
    timed("Benchmarks", || run(host(&["run", "-p", "ballast-bench", "--"]).args(args)))
}

/// Shows the whole system on a local validator.
pub fn demo(args: &[String]) -> Result<()> {
    timed("The program, as ELF", || program::ensure(&[BALLAST]))?;
    timed("Programs that the demo starts (the first time, this compiles a validator: some minutes)", || {
        run(host(&["build", "-p", "ballast-liquidator"]))?;
        run(host(&["build", "-p", "ballast-localnet", "--bin", "demo"]))
    })?;
    timed("Demo", || run(host(&["run", "-q", "-p", "ballast-localnet", "--bin", "demo", "--"]).args(args)))
}

/// Cargo in the host workspace, where tests find the ELFs: solana-program-test looks in BPF_OUT_DIR.
fn host(args: &[&str]) -> Command {
    let mut command = cargo();
    command.current_dir(tree::root()).args(args).env("BPF_OUT_DIR", tree::deploy());
    command
}
