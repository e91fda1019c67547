//! Ratios.

use bytemuck::{Pod, Zeroable};

/// A ratio in millionths.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[cfg_attr(feature = "wincode", derive(wincode::SchemaRead, wincode::SchemaWrite))]
#[cfg_attr(feature = "borsh", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
pub struct Ppm(u32);

impl Ppm {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One, that is 100 %.
    pub const ONE: Self = Self(1_000_000);

    /// So many millionths.
    #[inline(always)]
    pub const fn new(millionths: u32) -> Self {
        Self(millionths)
    }

    /// The number of millionths.
    #[inline(always)]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// True if the ratio is zero.
    #[inline(always)]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl core::fmt::Display for Ppm {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.0, f)
    }
}
