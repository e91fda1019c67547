//! The compiler. Solana's own `cargo-build-sbf` where it is on PATH; otherwise one that toolchain/setup.sh installs from
//! Debian packages and Cargo's registry, once a machine, outside the repository.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::run::{on_path, run, step};
use crate::{elf, tree};

/// Which compiler builds a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Solana's `cargo-build-sbf`.
    Official,
    /// toolchain/setup.sh. The committed ELFs in dist/ are made by this one.
    Registry,
}

impl Route {
    /// The official tools if they are here.
    pub fn preferred() -> Self {
        if on_path("cargo-build-sbf") { Self::Official } else { Self::Registry }
    }
}

/// Files of the recipe that decide what is installed; the scripts in toolchain/bin run from the repository.
const INSTALLERS: [&str; 3] = ["debian.sha256", "patch-std.py", "setup.sh"];
/// Written last into a complete installation: the hash of the recipe that made it.
const STAMP: &str = "recipe.sha256";

/// Where the registry route's compiler is, or will be.
pub fn folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("BALLAST_TOOLCHAIN_DIR") {
        return Ok(std::path::absolute(folder)?);
    }
    let home = || std::env::home_dir().map(|home| home.join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache =
        cache.or_else(home).context("no home folder: set BALLAST_TOOLCHAIN_DIR to where the compiler may live")?;
    Ok(cache.join("ballast").join(format!("toolchain-{}", &recipe_hash()?[..12])))
}

/// Whether some compiler is here already.
pub fn available() -> Result<bool> {
    Ok(Route::preferred() == Route::Official || is_complete(&folder()?)?)
}

/// The folder of the registry route's compiler, installed first if it is not there or of another recipe.
pub fn ensure() -> Result<PathBuf> {
    let folder = folder()?;
    if is_complete(&folder)? {
        return Ok(folder);
    }
    let parent = folder.parent().context("BALLAST_TOOLCHAIN_DIR has no parent folder")?;
    fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    // Two builds at once install once.
    let lock = File::create(beside(&folder, "lock"))?;
    lock.lock()?;
    if !is_complete(&folder)? {
        install(&folder)?;
    }
    Ok(folder)
}

/// What is installed, for a manifest: rustc, llvm, sbpf-linker.
pub fn versions(folder: &Path) -> Result<Value> {
    let list = fs::read_to_string(folder.join("versions.txt"))?;
    let mut versions = Map::new();
    for (name, version) in list.lines().filter_map(|line| line.split_once(' ')) {
        let known = versions.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        known.as_array_mut().expect("just made").push(version.into());
    }
    Ok(Value::Object(versions))
}

fn recipe_hash() -> Result<String> {
    let mut all = Vec::new();
    for name in INSTALLERS {
        all.extend(fs::read(tree::recipe().join(name)).with_context(|| format!("toolchain/{name}"))?);
    }
    Ok(elf::sha256(&all))
}

fn is_complete(folder: &Path) -> Result<bool> {
    match fs::read_to_string(folder.join(STAMP)) {
        Ok(stamp) => Ok(stamp == recipe_hash()?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| folder.display().to_string()),
    }
}

/// Installs beside the folder and renames at the end: what has the folder's name is complete.
fn install(folder: &Path) -> Result<()> {
    step(format!("No cargo-build-sbf on PATH: installing a compiler in {} (once, some minutes)", folder.display()));
    if folder.exists() && !folder.join(STAMP).exists() && fs::read_dir(folder)?.next().is_some() {
        bail!("{} has something else in it: name an empty or new folder", folder.display());
    }
    let partial = beside(folder, "partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    let mut setup = Command::new("bash");
    setup.arg(tree::recipe().join("setup.sh")).arg(&partial);
    if std::env::var_os("BALLAST_DEB_CACHE").is_none() {
        let cache = tree::root().join("../shared/toolchain/debs");
        if cache.is_dir() {
            setup.env("BALLAST_DEB_CACHE", cache);
        }
    }
    run(&mut setup).context("the compiler could not be installed; see above for what is missing")?;
    fs::write(partial.join(STAMP), recipe_hash()?)?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&partial, folder)?;
    Ok(())
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
