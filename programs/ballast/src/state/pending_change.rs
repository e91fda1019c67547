//! A change that waits for its time.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use solana_address::Address;

/// Longest instruction that can be proposed, discriminator included.
pub const MAX_CHANGE_LEN: usize = 640;

/// Seeds: "change", exchange, nonce (u64, little endian). It holds the instruction that the admin may send once its time has
/// come: the data to the byte, and the mint or account that is its subject.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct PendingChange {
    /// The exchange.
    pub exchange: Address,
    /// Paid for this account, and gets the rent back.
    pub payer: Address,
    /// The account that the instruction is about where its data do not say it (the mint of `list_collateral`, the surface of
    /// `set_publishers`, `open_expiry` and `change_surface`); else zero.
    pub subject: Address,
    /// The admin's own number for it, part of the seeds.
    pub nonce: u64,
    /// When it was proposed, seconds.
    pub proposed_at: i64,
    /// From when it may be executed, seconds; later if the timelock was lengthened since.
    pub not_before: i64,
    /// Until when, seconds.
    pub expires_at: i64,
    /// Bytes of `data` in use.
    pub len: u16,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 5],
    /// The instruction's data, its discriminator first.
    pub data: [u8; MAX_CHANGE_LEN],
}
