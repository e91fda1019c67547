//! Arguments of changes.

use ballast_risk::{FundingParams, InstrumentLimits, TokenParams, WithdrawalLimit};

args! {
    /// What can be changed of an instrument after listing; see `ballast_risk::Instrument` for meaning.
    InstrumentChangeArgs {
        /// Limits.
        limits: InstrumentLimits,
        /// Funding and basis.
        funding: FundingParams,
        /// The instrument's generation: a slot that was delisted and listed again meanwhile is another instrument.
        generation: u32,
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
    /// What can be changed of a collateral token after listing.
    CollateralChangeArgs {
        /// Parameters.
        params: TokenParams,
        /// The token's index.
        token: u16,
    }
}

args! {
    /// A limit on the net outflow of one mint.
    WithdrawalLimitArgs {
        /// The limit.
        params: WithdrawalLimit,
        /// The token's index; [`QUOTE_TOKEN`] for the quote currency.
        token: u16,
    }
}

/// Stands for the quote currency where a token's index is expected.
pub const QUOTE_TOKEN: u16 = u16::MAX;
