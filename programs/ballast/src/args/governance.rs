//! Arguments of changes.

use super::*;

args! {
    /// Parameters of an instrument that can be changed after listing; see `ballast_risk::Instrument` for meaning and bounds.
    InstrumentChangeArgs {
        /// Most lots of one account.
        max_position: i64,
        /// Smallest value of an order, quote-native.
        min_order_value: i64,
        /// Most lots of either side of the market.
        open_interest_cap: i64,
        /// Funding and basis.
        funding: FundingArgs,
        /// Widest distance of an order from the mark, millionths.
        price_band: u32,
        /// The instrument's generation: a slot that was delisted and listed again meanwhile is another instrument.
        generation: u32,
        /// Most resting orders of one account.
        max_orders: u16,
        /// 1 where only reducing trades are allowed.
        reduce_only: u8,
    }
}

args! {
    /// What the risk authority tightens of an instrument: each value at most what it is now.
    InstrumentTightenArgs {
        /// Most lots of one account.
        max_position: i64,
        /// Most lots of either side of the market.
        open_interest_cap: i64,
        /// 1 to allow reducing trades only; 0 leaves that as it is.
        reduce_only: u8,
    }
}

args! {
    /// Parameters of a collateral token that can be changed after listing.
    CollateralChangeArgs {
        /// Most that all accounts may deposit, in smallest units.
        deposit_limit: u64,
        /// Haircut, millionths.
        haircut: u32,
        /// The token's index.
        token: u16,
    }
}

args! {
    /// A limit on the net outflow of one mint.
    WithdrawalLimitArgs {
        /// Most within a window, in the mint's smallest unit; 0 for no limit.
        limit: u64,
        /// Length of the window, seconds, in [1 minute, 7 days].
        window: u32,
        /// The token's index; [`QUOTE_TOKEN`] for the quote currency.
        token: u16,
    }
}

/// Stands for the quote currency where a token's index is asked for.
pub const QUOTE_TOKEN: u16 = u16::MAX;
