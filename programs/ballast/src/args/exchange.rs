//! Arguments of the instructions that make an exchange and its authorities.

args! {
    /// Margin and liquidation parameters of the exchange; see `ballast_risk::MarginParams` for meaning and bounds.
    MarginArgs {
        /// Initial margin as a multiple of maintenance margin, millionths.
        initial_ratio: u32,
        /// Buffer above maintenance at which a liquidation stops, millionths.
        liquidation_buffer: u32,
        /// Discount at which a liquidation starts, millionths.
        discount_base: u32,
        /// Largest discount, millionths.
        discount_max: u32,
        /// φ, millionths.
        discount_of_freed: u32,
        /// Part of the discount that goes to the insurance fund, millionths.
        insurance_share: u32,
        /// Dust value, quote-native.
        dust_value: i64,
        /// Buffer at which an account is called for margin, millionths.
        warning_buffer: u32,
    }
}

args! {
    /// Fees of the exchange.
    FeeArgs {
        /// Taker fee, millionths of value, at most 1 %.
        taker_fee_ppm: u32,
        /// Maker fee, millionths of value, negative for a rebate; at most the taker fee either way.
        maker_fee_ppm: i32,
        /// Fee of either side of a block trade, millionths of value, at most 1 %.
        block_fee_ppm: u32,
        /// Penalty of a maker who cannot carry a fill, millionths of the value that would have matched, at most 1 %.
        maker_penalty_ppm: u32,
        /// Most of it in one instruction, quote-native, at most 100 USDC.
        maker_penalty: i64,
    }
}

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
        fees: FeeArgs,
        /// Margin parameters.
        margin: MarginArgs,
    }
}
