//! Building the on-chain programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::run::{first_line, run, step};
use crate::toolchain::{self, Route};
use crate::{deploy, sources, tree};

/// The clearing program.
pub const BALLAST: &str = "ballast";
/// The test of the compiler.
pub const SELFTEST: &str = "selftest";

/// Builds programs into target/deploy and says what they are.
pub fn build(packages: &[&str], route: Route, cargo_args: &[String]) -> Result<()> {
    let before = sources::hash(&tree::root())?;
    let (how, built) = match route {
        Route::Official => official(packages, cargo_args)?,
        Route::Registry => registry(packages, cargo_args)?,
    };
    for (package, path) in packages.iter().zip(built) {
        let elf = deploy::install(package, &path, &before, &how)?;
        ensure!(elf.sbpf_version == 3, "{package} is for sBPF v{}: the chain takes v3", elf.sbpf_version);
        println!("{}: {elf}", deploy::path(package).display());
    }
    if sources::hash(&tree::root())? != before {
        step("The sources changed during the build: build again before you trust a test");
    }
    Ok(())
}

/// Solana's own tools.
fn official(packages: &[&str], cargo_args: &[String]) -> Result<(Value, Vec<PathBuf>)> {
    let version = first_line(Command::new("cargo-build-sbf").arg("--version")).unwrap_or_default();
    let out = tree::target().join("sbf-official/deploy");
    for package in packages {
        step(format!("Building {package} with {version}"));
        let mut command = Command::new("cargo-build-sbf");
        command.current_dir(tree::programs()).args(["--arch", "v3", "--manifest-path"]).arg(manifest(package));
        command.arg("--sbf-out-dir").arg(&out).arg("--").args(cargo_args);
        command.env("CARGO_TARGET_DIR", tree::target().join("sbf-official"));
        // The workspace says "off", for the other linker.
        command.env("CARGO_PROFILE_RELEASE_LTO", "fat").env_remove("RUSTUP_TOOLCHAIN");
        run(command)?;
    }
    Ok((json!({ "route": "cargo-build-sbf", "version": version }), elfs(&out, "", packages)))
}

/// The compiler of toolchain/.
fn registry(packages: &[&str], cargo_args: &[String]) -> Result<(Value, Vec<PathBuf>)> {
    let tools = toolchain::ensure()?;
    let target = tree::target().join("sbf");
    for package in packages {
        step(format!("Building {package} with toolchain/ (the first time with the standard library)"));
        registry_build(&tree::root(), &tools, &target, package, cargo_args, &[])?;
    }
    let how = json!({ "route": "registry", "versions": toolchain::versions(&tools)? });
    Ok((how, registry_elfs(&target, packages)))
}

/// One build by the registry route, of the sources below `root`.
pub(crate) fn registry_build(
    root: &Path,
    tools: &Path,
    target: &Path,
    package: &str,
    cargo_args: &[String],
    env: &[(&str, &Path)],
) -> Result<()> {
    let mut command = Command::new(root.join("toolchain/bin/sbf-build"));
    command.current_dir(root.join("programs")).arg(tools).arg(target).arg(package).args(cargo_args);
    run(command.envs(env.iter().copied())).with_context(|| format!("{package} did not build"))
}

/// Where [`registry_build`] leaves programs.
pub(crate) fn registry_elfs(target: &Path, packages: &[&str]) -> Vec<PathBuf> {
    elfs(&target.join("sbpf-solana-solana/release"), "lib", packages)
}

fn elfs(folder: &Path, prefix: &str, packages: &[&str]) -> Vec<PathBuf> {
    packages.iter().map(|package| folder.join(format!("{prefix}{}.so", package.replace('-', "_")))).collect()
}

fn manifest(package: &str) -> PathBuf {
    match package {
        SELFTEST => tree::recipe().join("selftest/Cargo.toml"),
        package => tree::programs().join(package).join("Cargo.toml"),
    }
}
