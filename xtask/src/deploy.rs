//! The ELFs that tests load, in target/deploy, each with a record of how it was made.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::elf::Elf;
use crate::{sources, tree};

/// Where the ELF of a program is. No promise that it exists or is current: see [`current`].
pub fn path(package: &str) -> PathBuf {
    tree::deploy().join(format!("{package}.so"))
}

/// Puts an ELF in place, with its record. A reader never sees half of it.
pub(crate) fn install(package: &str, built: &Path, sources: &str, how: &Value) -> Result<Elf> {
    let elf = Elf::read(built)?;
    fs::create_dir_all(tree::deploy())?;
    let record = json!({ "elf_sha256": elf.sha256, "elf_size": elf.size, "sources_sha256": sources, "made_by": how });
    // The record first: should this be interrupted, the two disagree and the ELF is built again.
    replace(&record_path(package), serde_json::to_string_pretty(&record)?.as_bytes())?;
    replace(&path(package), &fs::read(built)?)?;
    Ok(elf)
}

/// The ELF of a program, if it was built from the sources as they are now; otherwise an error that says what to do.
pub fn current(package: &str) -> Result<PathBuf> {
    let elf = Elf::read(&path(package)).context("run `cargo xtask build` (or `cargo xtask test`) first")?;
    let record = record_path(package);
    let text = fs::read_to_string(&record).with_context(|| format!("no record at {}", record.display()))?;
    let record: Value = serde_json::from_str(&text).with_context(|| record.display().to_string())?;
    ensure!(
        record["elf_sha256"] == elf.sha256.as_str(),
        "{} is not the file that `cargo xtask build` made: build it again",
        path(package).display()
    );
    if record["sources_sha256"] != sources::hash(&tree::root())?.as_str() {
        bail!(
            "{} was built from other sources: run `cargo xtask build` (or `cargo xtask test`) again",
            path(package).display()
        );
    }
    Ok(path(package))
}

fn record_path(package: &str) -> PathBuf {
    tree::deploy().join(format!("{package}.json"))
}

/// Writes a file beside the old one, then renames it.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let new = path.with_extension(format!("new-{}", std::process::id()));
    fs::write(&new, content).with_context(|| new.display().to_string())?;
    fs::rename(&new, path).with_context(|| path.display().to_string())
}
