//! The risk board: prices, shocks, instruments and margin parameters that every check reads.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::Board;
use solana_address::Address;

/// Seeds: "board", exchange. Created short and grown; it has no discriminator, and so no use, until it is complete.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct RiskBoard {
    /// The exchange.
    pub exchange: Address,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 31],
    /// The model's numbers.
    pub board: Board,
}

impl RiskBoard {
    /// Size of the account, discriminator included.
    pub const LEN: usize = super::DISCRIMINATOR_LEN + core::mem::size_of::<Self>();
}
