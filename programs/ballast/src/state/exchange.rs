//! The exchange: authorities, fees, pause bits. Written by governance only.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::FeeParams;
use solana_address::Address;

/// Seeds: "exchange", exchange id (u64, little endian).
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct Exchange {
    /// May list and change parameters, after the timelock.
    pub admin: Address,
    /// May tighten risk parameters at once, never loosen them.
    pub risk_authority: Address,
    /// May set pause bits, never clear them.
    pub pause_authority: Address,
    /// Who was nominated for each authority, in the order of [`crate::args::authority`]; all zero for nobody.
    pub nominated: [Address; 3],
    /// Mint of the quote currency.
    pub quote_mint: Address,
    /// Token account that holds all of the quote currency.
    pub quote_vault: Address,
    /// The id in the seeds.
    pub id: u64,
    /// Fees.
    pub fees: FeeParams,
    /// Since when withdrawals are not paused, seconds. While they are, this says nothing.
    pub withdrawals_open_since: i64,
    /// When an admin was last nominated, seconds.
    pub admin_nominated_at: i64,
    /// Pause bits, see [`crate::constants::pause`].
    pub pause: u32,
    /// Seconds that a change of parameters waits; 0 while an exchange is being set up.
    pub timelock: u32,
    /// Reserved, zero.
    pub reserved_word: u32,
    /// Decimals of the quote mint.
    pub quote_decimals: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 114],
}
