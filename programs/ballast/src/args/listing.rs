//! Arguments of listings.

use super::*;

args! {
    /// Funding and basis of an instrument; see `ballast_risk::FundingParams` for meaning and bounds.
    FundingArgs {
        /// Notional of the impact bid and ask, quote-native; 0 turns sampling off.
        impact_notional: i64,
        /// Largest premium of a sample, millionths.
        max_premium: u32,
        /// Seconds over which a premium is paid.
        period: u32,
        /// Farthest that the mark may be from the index, millionths.
        max_basis: u32,
    }
}

args! {
    /// The dynamic scan range; see `ballast_risk::range::RangeParams` for meaning and bounds.
    RangeArgs {
        /// z in hundredths; 0 keeps the range at its floor.
        sigmas: u32,
        /// Largest range, millionths.
        cap: u32,
        /// Horizon, seconds.
        horizon: u32,
        /// Half-life of the variance, seconds.
        half_life: u32,
        /// Most by which a range falls in an hour, millionths.
        fall_rate: u32,
    }
}

args! {
    /// Parameters of an underlying's options; see `ballast_risk::OptionParams` for meaning and bounds.
    OptionParamsArgs {
        /// Volatility range at 30 days, millionths of the volatility.
        volatility_range: u32,
        /// Power of the time to expiry, millionths.
        volatility_power: u32,
        /// Days below which the range grows no more.
        volatility_floor_days: u32,
        /// Oldest array for new risk, seconds.
        max_array_age: u32,
        /// Oldest volatility for new risk, seconds.
        max_volatility_age: u32,
    }
}

args! {
    /// A price feed; see `ballast_risk::Feed` for meaning. Which feeds an underlying may have, `oracle::admission` says.
    FeedArgs {
        /// The oracle, see `oracle::Source`; 0 for no feed.
        source: u8,
        /// Reserved, zero.
        reserved: [u8; 7],
        /// The one account that holds the feed; zero where any account of the oracle with its id will do.
        account: [u8; 32],
        /// The oracle's id of the feed.
        id: [u8; 32],
    }
}

impl From<FeedArgs> for Feed {
    fn from(FeedArgs { source, reserved, account, id }: FeedArgs) -> Self {
        Self { source, reserved, account, id }
    }
}

impl From<Feed> for FeedArgs {
    fn from(Feed { source, reserved, account, id }: Feed) -> Self {
        Self { source, reserved, account, id }
    }
}

args! {
    /// An underlying to list; see `ballast_risk::Underlying` and `UnderlyingParams` for meaning and bounds.
    UnderlyingArgs {
        /// Name, padded with zeros.
        name: [u8; 16],
        /// Feed of the index price.
        first: FeedArgs,
        /// Hard upper bound of the price, scaled, per delta unit.
        max_price: i64,
        /// Gross delta notional from which concentration is charged, quote-native.
        liquidity: i64,
        /// Most unrealised profit that counts towards initial equity, quote-native.
        profit_cap: i64,
        /// Price scan range, millionths.
        scan_range: u32,
        /// Widest accepted confidence interval, millionths of the price.
        max_confidence: u32,
        /// Calendar charge, millionths.
        calendar: u32,
        /// Concentration charge, millionths.
        concentration: u32,
        /// Cap of the excess to which it applies, millionths.
        concentration_cap: u32,
        /// Rate of the stable price, millionths an hour.
        stable_rate: u32,
        /// Oldest price for new risk, seconds.
        max_age: u32,
        /// Short option minimum, millionths.
        short_minimum: u32,
        /// Rate at which the open interest of the whole underlying adds to the concentration charge, millionths.
        crowding: u32,
        /// Cap of it, millionths.
        crowding_cap: u32,
        /// Notional of the whole open interest from which it counts, quote-native.
        open_interest_liquidity: i64,
        /// Feed of the second source; all zero for none.
        second: FeedArgs,
        /// The dynamic scan range.
        range: RangeArgs,
        /// Options.
        options: OptionParamsArgs,
        /// Farthest from the median of the last five minutes, millionths; 0 turns the guard off.
        max_move: u32,
        /// Farthest that the two sources may be apart, millionths.
        max_divergence: u32,
        /// Scale: prices count in 2^-this quote-native.
        scale_bits: u8,
        /// A delta unit is 10^-this of the asset.
        unit_exponent: u8,
        /// Product group, index + 1; 0 for none.
        group: u8,
    }
}

args! {
    /// A collateral token to list.
    CollateralArgs {
        /// Name, padded with zeros.
        name: [u8; 16],
        /// Smallest units of the token in one delta unit of the underlying.
        atoms_per_unit: u64,
        /// Most that all accounts may deposit, in smallest units.
        deposit_limit: u64,
        /// Haircut, millionths.
        haircut: u32,
        /// Underlying.
        underlying: u16,
    }
}

args! {
    /// What every instrument to list has; see `ballast_risk::Instrument` for meaning and bounds.
    InstrumentArgs {
        /// Name, padded with zeros.
        name: [u8; 16],
        /// Delta units in one lot.
        lot_units: i64,
        /// Quote-native per tick and lot.
        tick_value: i64,
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
        /// Most resting orders of one account.
        max_orders: u16,
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
        terms: InstrumentArgs,
        /// When it expires, seconds, a whole minute.
        expiry: i64,
    }
}

args! {
    /// A European option to list. Its expiry must be on the underlying's volatility surface.
    OptionArgs {
        /// What every instrument has.
        terms: InstrumentArgs,
        /// When it expires, seconds, a whole minute.
        expiry: i64,
        /// Strike, ticks.
        strike: i64,
        /// 1 for a put, 0 for a call.
        put: u8,
    }
}
