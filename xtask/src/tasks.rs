//! The commands that run the rest of the repository.

use std::process::Command;

use anyhow::Result;

use crate::program::{self, BALLAST, SELFTEST};
use crate::run::{cargo, run, timed};
use crate::toolchain::{self, Route};
use crate::{deploy, dist, tree};

/// Every test there is. `args` go to the host side's `cargo test`.
pub fn test(args: &[String]) -> Result<()> {
    timed("Programs, as ELF", || programs(&[BALLAST, SELFTEST]))?;
    timed("Tests of the on-chain crates, on the host", || {
        let manifest = tree::programs().join("Cargo.toml");
        run(cargo()
            .args(["test", "--workspace", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(tree::programs_target()))
    })?;
    timed("The IDL is that of the source", || {
        // In a process of its own, for its environment: see main.
        run(Command::new(std::env::current_exe()?).args(["idl", "--check"]).env_remove("RUSTUP_TOOLCHAIN"))
    })?;
    timed("The oracles' accounts are those of their own crates", || {
        run(cargo()
            .current_dir(tree::root().join("tests/vendors"))
            .args(["test", "--target-dir"])
            .arg(tree::target().join("vendors")))
    })?;
    timed("Programs that tests start", binaries)?;
    timed("Tests of the host side: the ELF in an SVM, on a local validator, clients", || {
        run(host(&["test", "--workspace"]).args(args))
    })
}

/// Measures compute units and native times, and fails above a ceiling.
pub fn bench(args: &[String]) -> Result<()> {
    timed("Programs, as ELF", || programs(&[BALLAST, SELFTEST]))?;
    timed("Programs of the host side", binaries)?;
    timed("Benchmarks", || run(binary("ballast-bench").args(args)))
}

/// Shows the whole system on a local validator.
pub fn demo() -> Result<()> {
    timed("The program, as ELF", || programs(&[BALLAST]))?;
    timed("Programs of the host side (the first time, this compiles a validator: some ten minutes)", binaries)?;
    timed("Demo", || run(binary("demo")))
}

/// Programs of these sources in target/deploy, by the shortest way: the committed ones if they are of these sources and there
/// is no compiler here, otherwise a build.
fn programs(packages: &[&str]) -> Result<()> {
    if toolchain::available()? || !dist::is_current() {
        return program::build(packages, Route::preferred(), &[]);
    }
    for package in packages {
        let elf = dist::deploy(package)?;
        println!("{}: {elf} (from dist/, built from these sources)", deploy::path(package).display());
    }
    Ok(())
}

/// Builds every program of the host workspace. Always all of them: cargo unites the features of what is built together, so
/// that building one package alone would compile its dependencies a second time, with other features.
fn binaries() -> Result<()> {
    run(host(&["build", "--workspace", "--bins"]))
}

/// One of those programs.
fn binary(name: &str) -> Command {
    let mut command = Command::new(tree::target().join("debug").join(name));
    command.current_dir(tree::root()).env("BPF_OUT_DIR", tree::deploy());
    command
}

/// Cargo in the host workspace, where tests find the ELFs: solana-program-test looks in BPF_OUT_DIR.
fn host(args: &[&str]) -> Command {
    let mut command = cargo();
    command.current_dir(tree::root()).args(args).env("BPF_OUT_DIR", tree::deploy());
    command
}
