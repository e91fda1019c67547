//! The exchange: authorities, fees, pause bits. Written by governance only.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use solana_address::Address;

/// Seeds: "exchange", exchange id (u64, little endian).
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct Exchange {
    /// May list and change parameters.
    pub admin: Address,
    /// May set pause bits, never clear them.
    pub pause_authority: Address,
    /// Mint of the quote currency.
    pub quote_mint: Address,
    /// Token account that holds all of the quote currency.
    pub quote_vault: Address,
    /// The id in the seeds.
    pub id: u64,
    /// Pause bits, see [`crate::constants::pause`].
    pub pause: u32,
    /// Taker fee in millionths of value.
    pub taker_fee_ppm: u32,
    /// Maker fee in millionths of value; negative is a rebate, never more than the taker fee.
    pub maker_fee_ppm: i32,
    /// Decimals of the quote mint.
    pub quote_decimals: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 122],
}
