//! idl/ballast.json: the program's interface, from its source.

use std::fs;
use std::path::PathBuf;

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result, bail, ensure};

use crate::program::BALLAST;
use crate::{deploy, tree};

/// The committed interface.
pub fn path() -> PathBuf {
    tree::root().join("idl").join(format!("{BALLAST}.json"))
}

/// Writes it.
pub fn write() -> Result<()> {
    let text = generate()?;
    fs::create_dir_all(path().parent().expect("in a folder"))?;
    deploy::replace(&path(), text.as_bytes())?;
    println!("{}: written", path().display());
    Ok(())
}

/// Fails when the committed one is not what the source gives.
pub fn check() -> Result<()> {
    let committed = fs::read_to_string(path()).context("no idl/ballast.json: run `cargo xtask idl` and commit it")?;
    if committed != generate()? {
        bail!("idl/ballast.json is out of date: run `cargo xtask idl` and commit it");
    }
    println!("{}: current", path().display());
    Ok(())
}

/// Compiles the program with Anchor's IDL tests and runs them. Every list is sorted, so equal sources give equal text.
fn generate() -> Result<String> {
    // The builder would ask rustup to install the toolchain of this name; main removes it.
    ensure!(std::env::var_os("RUSTUP_TOOLCHAIN").is_none(), "RUSTUP_TOOLCHAIN is set");
    let target = tree::programs_target().to_str().context("the target folder's name is not UTF-8")?.to_owned();
    let idl = IdlBuilder::new()
        .program_path(tree::programs().join(BALLAST))
        .skip_lint(true)
        .cargo_args(vec!["--target-dir".to_owned(), target])
        .build()?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&idl)?))
}
