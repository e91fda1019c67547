//! The risk board: prices, shocks, instruments and margin parameters that every check reads.

use super::Exchange;
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
    pub reserved: [u8; 7],
    /// When the admin last changed parameters that margin follows from, seconds: for some minutes no account is seized for how little
    /// equity it has. 0 while the exchange is being set up.
    pub changed_at: i64,
    /// Reserved, zero.
    pub reserved_words: [u64; 2],
    /// The model's numbers.
    pub board: Board,
}

impl RiskBoard {
    /// Size of the account, discriminator included.
    pub const LEN: usize = super::DISCRIMINATOR_LEN + core::mem::size_of::<Self>();

    /// Notes that the admin changed parameters that margin follows from. Without a timelock the exchange is being set up.
    pub fn note_change(&mut self, exchange: &Exchange, now: i64) {
        if exchange.timelock != 0 {
            self.changed_at = now;
        }
    }
}
