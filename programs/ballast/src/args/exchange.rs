//! Arguments of the instructions that make an exchange and its authorities.

use ballast_risk::{FeeParams, MarginParams};

/// An authority of an exchange. One byte on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Authority {
    /// The admin.
    Admin = 0,
    /// The risk authority.
    Risk = 1,
    /// The pause authority.
    Pause = 2,
}

impl Authority {
    /// Every authority, in the order of their bytes.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Risk, Self::Pause];

    /// The authority of a byte.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Admin),
            1 => Some(Self::Risk),
            2 => Some(Self::Pause),
            _ => None,
        }
    }
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
