//! Arguments of the instructions that make an exchange and its authorities.

use super::*;

/// Authorities of an exchange.
pub mod authority {
    /// The admin.
    pub const ADMIN: u8 = 0;
    /// The risk authority.
    pub const RISK: u8 = 1;
    /// The pause authority.
    pub const PAUSE: u8 = 2;
}

args! {
    /// What an exchange starts with.
    ExchangeArgs {
        /// Exchange id, part of the seeds.
        id: u64,
        /// May set pause bits.
        pause_authority: [u8; 32],
        /// May tighten risk parameters.
        risk_authority: [u8; 32],
        /// Seconds that changes wait; 0 while the exchange is being set up.
        timelock: u32,
        /// Fees.
        fees: FeeParams,
        /// Margin parameters.
        margin: MarginParams,
    }
}
