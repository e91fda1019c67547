//! What `cargo xtask` does, as a library, so that tests can ask whether an ELF was built from the sources beside it.

pub mod deploy;
pub mod dist;
pub mod elf;
pub mod idl;
pub mod program;
pub mod reproduce;
pub mod run;
pub mod sources;
pub mod tasks;
pub mod toolchain;
pub mod tree;
