//! Arguments of listings. Parameters are those of `ballast_risk::params`, as they are stored.

use ballast_risk::{
    ContractTerms, Feed, FundingParams, GuardParams, InstrumentLimits, OptionParams, RangeParams, TokenParams,
    UnderlyingParams, UnderlyingTerms,
};

args! {
    /// An underlying to list; see `ballast_risk::Underlying` for meaning.
    UnderlyingArgs {
        /// Name, padded with zeros.
        name: [u8; 16],
        /// Feed of the index price. Which feeds an underlying may have, `oracle::admission` says.
        first: Feed,
        /// Feed of the second source; all zero for none.
        second: Feed,
        /// What is fixed.
        terms: UnderlyingTerms,
        /// Risk parameters.
        params: UnderlyingParams,
        /// The dynamic scan range.
        range: RangeParams,
        /// Options.
        options: OptionParams,
        /// Guards on the price.
        guards: GuardParams,
        /// Product group, index + 1; 0 for none.
        group: u8,
    }
}

args! {
    /// A collateral token to list.
    CollateralArgs {
        /// Name, padded with zeros.
        name: [u8; 16],
        /// Parameters.
        params: TokenParams,
        /// Underlying.
        underlying: u16,
    }
}

args! {
    /// What every instrument to list has; see `ballast_risk::Instrument` for meaning.
    InstrumentArgs {
        /// Name, padded with zeros.
        name: [u8; 16],
        /// What is fixed.
        terms: ContractTerms,
        /// Limits.
        limits: InstrumentLimits,
        /// Funding and basis.
        funding: FundingParams,
        /// Underlying.
        underlying: u16,
        /// The instrument's index, which must be free.
        instrument: u16,
    }
}

args! {
    /// A dated future to list.
    FutureArgs {
        /// What every instrument has.
        contract: InstrumentArgs,
        /// When it expires, seconds, a whole minute.
        expiry: i64,
    }
}

args! {
    /// A European option to list. Its expiry must be on the underlying's volatility surface.
    OptionArgs {
        /// What every instrument has.
        contract: InstrumentArgs,
        /// When it expires, seconds, a whole minute.
        expiry: i64,
        /// Strike, ticks.
        strike: i64,
        /// 1 for a put, 0 for a call.
        put: u8,
    }
}
