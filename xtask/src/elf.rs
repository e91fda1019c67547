//! What is told about a built program.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// A program's ELF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elf {
    /// Bytes.
    pub size: u64,
    /// Of the whole file, in hexadecimal.
    pub sha256: String,
    /// The sBPF version it is for: the header's flags.
    pub sbpf_version: u32,
}

impl Elf {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("no program at {}", path.display()))?;
        Self::parse(&bytes).with_context(|| path.display().to_string())
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        // 64-bit, little-endian; the flags are at 48.
        ensure!(bytes.len() >= 64 && bytes.starts_with(b"\x7fELF\x02\x01"), "not a 64-bit ELF");
        let flags = bytes[48..52].try_into().expect("four bytes");
        Ok(Self { size: bytes.len() as u64, sha256: sha256(bytes), sbpf_version: u32::from_le_bytes(flags) })
    }
}

impl fmt::Display for Elf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, sBPF v{}, sha256 {}", self.size, self.sbpf_version, self.sha256)
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_the_version() {
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[48] = 3;
        let elf = Elf::parse(&file).unwrap();
        assert_eq!((elf.size, elf.sbpf_version), (64, 3));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(Elf::parse(b"MZ").is_err());
        assert!(Elf::parse(&[0; 100]).is_err());
    }
}
