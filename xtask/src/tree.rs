//! Where things are in the repository.

use std::path::PathBuf;

/// The repository's root.
pub fn root() -> PathBuf {
    let xtask = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask/ is in the repository").to_path_buf()
}

/// What cargo builds goes here, for both workspaces.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// What cargo writes to when it builds the on-chain workspace for the host. A folder of its own: a library that is also a
/// cdylib has the same file name in both workspaces, and each would overwrite the other's.
pub fn programs_target() -> PathBuf {
    target().join("programs")
}

/// The ELFs that tests, benchmarks and the demo load, and a record of how each was made.
pub fn deploy() -> PathBuf {
    root().join("target/deploy")
}

/// The committed ELFs.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The on-chain workspace.
pub fn programs() -> PathBuf {
    root().join("programs")
}

/// The recipe of the compiler.
pub fn recipe() -> PathBuf {
    root().join("toolchain")
}
