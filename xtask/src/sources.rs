//! The sources that make the on-chain programs: which they are, and one hash of all of them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::elf::hex;

/// Folders whose contents reach the ELF. One that does not exist counts as empty.
const FOLDERS: [&str; 6] = ["programs", "crates/book", "crates/pricing", "crates/risk", "crates/units", "toolchain"];
/// Names of folders and files that only tests use.
const TEST_ONLY: [&str; 5] = ["tests", "tests.rs", "benches", "examples", "proptest-regressions"];
/// Endings of the files that count; those of `toolchain/bin` have none.
const ENDINGS: [&str; 9] = ["rs", "toml", "lock", "sh", "py", "ll", "json", "sha256", ""];

/// The hash of the sources below a repository's root, and of their names.
pub fn hash(root: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    for path in list(root)? {
        let content = fs::read(root.join(&path)).with_context(|| path.display().to_string())?;
        let name = path.to_str().context("a source's name is not UTF-8")?;
        hasher.update(format!("{name}\0{}\0", content.len()));
        hasher.update(content);
    }
    Ok(hex(&hasher.finalize()))
}

/// The sources, relative to the repository's root, sorted. A program can be built from a copy of these alone, but for
/// [`test_only`].
pub fn list(root: &Path) -> Result<Vec<PathBuf>> {
    Ok(walk(root)?.into_iter().filter(|(_, test_only)| !test_only).map(|(path, _)| path).collect())
}

/// Tests and benchmarks beside the sources. Cargo wants those that a manifest names to exist; what is in them does not matter.
pub fn test_only(root: &Path) -> Result<Vec<PathBuf>> {
    Ok(walk(root)?.into_iter().filter(|(_, test_only)| *test_only).map(|(path, _)| path).collect())
}

/// Every file that counts or that only tests use, with which it is, sorted.
fn walk(root: &Path) -> Result<Vec<(PathBuf, bool)>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        if root.join(folder).is_dir() {
            collect(root, Path::new(folder), false, &mut found)?;
        }
    }
    found.sort();
    Ok(found)
}

fn collect(root: &Path, folder: &Path, test_only: bool, found: &mut Vec<(PathBuf, bool)>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder)).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        let path = folder.join(&name);
        let test_only = test_only || TEST_ONLY.iter().any(|test| name == *test);
        if name == "target" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(root, &path, test_only, found)?;
        } else if counts(&path) {
            found.push((path, test_only));
        }
    }
    Ok(())
}

fn counts(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    let dotted = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !dotted && ENDINGS.iter().any(|known| ending == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reaches_the_elf_counts() {
        let list = list(&crate::tree::root()).unwrap();
        let has = |path: &str| list.iter().any(|source| source == Path::new(path));
        assert!(has("programs/Cargo.lock"));
        assert!(has("programs/ballast/src/lib.rs"));
        assert!(has("toolchain/bin/sbf-link"));
        assert!(!has("toolchain/sbf-rt/src/tests.rs"));
        assert!(!has("toolchain/README.md"));
        let test_only = test_only(&crate::tree::root()).unwrap();
        assert!(test_only.iter().any(|source| source == Path::new("toolchain/sbf-rt/src/tests.rs")));
    }

    #[test]
    fn a_name_and_a_byte_change_the_hash() {
        let root = std::env::temp_dir().join(format!("ballast-sources-{}", std::process::id()));
        let folder = root.join("programs");
        fs::create_dir_all(&folder).unwrap();
        let with = |name: &str, content: &str| {
            let path = folder.join(name);
            fs::write(&path, content).unwrap();
            let hash = hash(&root).unwrap();
            fs::remove_file(path).unwrap();
            hash
        };
        let first = with("a.rs", "x");
        assert_eq!(first, with("a.rs", "x"));
        assert_ne!(first, with("a.rs", "y"));
        assert_ne!(first, with("b.rs", "x"));
        assert_eq!(with("a.md", "x"), hash(&root).unwrap());
        fs::remove_dir_all(root).unwrap();
    }
}
