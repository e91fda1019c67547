//! The volatility surface of one underlying. Its publishers write it; `refresh_options` reads it; no trade touches it.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::surface::Surface;
use solana_address::Address;

/// Seeds: "surface", exchange, underlying (u16, little endian).
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct VolatilitySurface {
    /// The exchange.
    pub exchange: Address,
    /// The underlying.
    pub underlying: u16,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 29],
    /// The smiles and who publishes them.
    pub surface: Surface,
}

// The account is created in one instruction.
const _: () =
    assert!(core::mem::size_of::<VolatilitySurface>() + super::DISCRIMINATOR_LEN <= crate::constants::MAX_GROWTH);
