//! dist/: the built ELFs, committed, so that nobody needs a compiler to try Ballast. MANIFEST.json says from which sources
//! and by which tools.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::elf::Elf;
use crate::program::{BALLAST, SELFTEST};
use crate::toolchain::{self, Route};
use crate::{deploy, program, sources, tree};

/// Both: the clearing program, and the test that its compiler computes right.
pub const PACKAGES: [&str; 2] = [BALLAST, SELFTEST];

/// A committed ELF.
pub fn path(package: &str) -> PathBuf {
    tree::dist().join(format!("{package}.so"))
}

/// Builds with the registry route, and writes dist/.
pub fn write() -> Result<()> {
    program::build(&PACKAGES, Route::Registry, &["--locked".to_owned()])?;
    fs::create_dir_all(tree::dist())?;
    let mut programs = Map::new();
    for package in PACKAGES {
        let built = deploy::current(package)?;
        let elf = Elf::read(&built)?;
        deploy::replace(&path(package), &fs::read(built)?)?;
        programs.insert(package.to_owned(), json!({ "elf_sha256": elf.sha256, "elf_size": elf.size }));
    }
    let manifest = json!({
        "programs": programs,
        "sources_sha256": sources::hash(&tree::root())?,
        "made_by": { "route": "registry", "versions": toolchain::versions(&toolchain::folder()?)? },
    });
    deploy::replace(&manifest_path(), format!("{}\n", serde_json::to_string_pretty(&manifest)?).as_bytes())?;
    println!("{}: written; commit it", tree::dist().display());
    Ok(())
}

/// Whether dist/ is there, whole, and of the sources as they are now.
pub fn is_current() -> bool {
    check().is_ok()
}

/// The same, with the reason why not.
pub fn check() -> Result<()> {
    let manifest = manifest()?;
    for package in PACKAGES {
        let elf = Elf::read(&path(package))?;
        ensure!(
            manifest["programs"][package]["elf_sha256"] == elf.sha256.as_str(),
            "{} is not the one of MANIFEST.json: run `cargo xtask dist`",
            path(package).display()
        );
    }
    ensure!(
        manifest["sources_sha256"] == sources::hash(&tree::root())?.as_str(),
        "dist/ was built from other sources: run `cargo xtask dist` and commit it"
    );
    Ok(())
}

/// Puts a committed ELF into target/deploy. The caller knows that it is current.
pub(crate) fn deploy(package: &str) -> Result<Elf> {
    let sources = sources::hash(&tree::root())?;
    deploy::install(package, &path(package), &sources, &json!({ "route": "dist" }))
}

fn manifest() -> Result<Value> {
    let text = fs::read_to_string(manifest_path()).context("no dist/MANIFEST.json: run `cargo xtask dist`")?;
    serde_json::from_str(&text).context("dist/MANIFEST.json")
}

fn manifest_path() -> PathBuf {
    tree::dist().join("MANIFEST.json")
}
