//! Does the same source give the same bytes? Two builds from nothing, with every path that a build can see different: the
//! repository, cargo's home, the compiler, the target folder. Each gets the files of the source hash, and of what only
//! tests use the names, which also shows that the hash misses none.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::elf::Elf;
use crate::run::timed;
use crate::{dist, program, sources, toolchain, tree};

/// Builds twice, and compares the bytes with each other and with dist/.
pub fn check() -> Result<()> {
    let tools = toolchain::ensure()?;
    let place = std::env::temp_dir().join(format!("ballast-reproduce-{}", std::process::id()));
    fs::create_dir_all(&place)?;
    let result = compare(&place, &tools);
    if result.is_ok() {
        fs::remove_dir_all(&place)?;
    } else {
        eprintln!("both builds are left in {}", place.display());
    }
    result
}

fn compare(place: &Path, tools: &Path) -> Result<()> {
    let (a, b) = (place.join("a"), place.join("a-much-longer-name/b"));
    copy_sources(&a)?;
    copy_sources(&b)?;
    let committed = dist::check();
    let first = timed("First build from nothing", || build(&a, tools))?;
    let second = timed("Second build, other folders", || build(&b, tools))?;
    for (package, (first, second)) in dist::PACKAGES.iter().zip(first.iter().zip(&second)) {
        if first != second {
            bail!("{package} differs between two builds: {first} and {second}");
        }
        println!("{package}: {first}: the same twice");
    }
    committed?;
    for (package, built) in dist::PACKAGES.iter().zip(&first) {
        let committed = Elf::read(&dist::path(package))?;
        if committed != *built {
            bail!(
                "dist/{package}.so is {committed}: not what these sources give. Run `cargo xtask dist` and commit it"
            );
        }
        println!("{package}: the same as dist/{package}.so");
    }
    Ok(())
}

fn copy_sources(place: &Path) -> Result<()> {
    for path in sources::list(&tree::root())? {
        let copy = in_folder(place, &path)?;
        fs::copy(tree::root().join(&path), copy).with_context(|| path.display().to_string())?;
    }
    for path in sources::test_only(&tree::root())? {
        fs::write(in_folder(place, &path)?, "")?;
    }
    Ok(())
}

fn in_folder(place: &Path, path: &Path) -> Result<PathBuf> {
    let copy = place.join("sources").join(path);
    fs::create_dir_all(copy.parent().expect("in a folder"))?;
    Ok(copy)
}

fn build(place: &Path, tools: &Path) -> Result<Vec<Elf>> {
    let sources = place.join("sources");
    // The downloads and the compiler under other names.
    let home = place.join("cargo");
    fs::create_dir_all(&home)?;
    let real_home = cargo_home()?;
    for name in ["registry", "config.toml", "credentials.toml"] {
        if real_home.join(name).exists() {
            symlink(real_home.join(name), home.join(name))?;
        }
    }
    let other_tools = place.join("tools");
    symlink(tools, &other_tools)?;
    let target = place.join("target");
    for package in dist::PACKAGES {
        program::registry_build(
            &sources,
            &other_tools,
            &target,
            package,
            &["--locked".to_owned()],
            &[("CARGO_HOME", &home)],
        )?;
    }
    program::registry_elfs(&target, &dist::PACKAGES).iter().map(|path| Elf::read(path)).collect()
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(std::path::absolute(home)?);
    }
    Ok(std::env::home_dir().context("no home folder")?.join(".cargo"))
}
