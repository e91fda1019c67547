//! Instruction arguments, as program and clients share them.
//!
//! An instruction's data is its discriminator, one byte ([`tag`](crate::instruction::tag)), and its arguments in Borsh's
//! layout: integers little endian, arrays without a length.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::Feed;

/// Declares a struct of integers and byte arrays that can be an instruction's argument.
macro_rules! args {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl $name {
            /// Appends the argument's bytes.
            pub fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                $( Encode::encode(&self.$field, out); )*
            }
        }
    };
}

/// A value with a fixed encoding.
pub trait Encode {
    /// Appends the value's bytes.
    fn encode(&self, out: &mut alloc::vec::Vec<u8>);
}

macro_rules! encode_integers {
    ($($type:ty),*) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        }
    )* };
}
encode_integers!(u8, u16, u32, u64, i32, i64);

/// Structs that are parts of other arguments.
macro_rules! encode_structs {
    ($($type:ty),*) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                Self::encode(self, out);
            }
        }
    )* };
}

impl<const N: usize> Encode for [u8; N] {
    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl<const N: usize, const M: usize> Encode for [[u8; N]; M] {
    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        out.extend_from_slice(self.as_flattened());
    }
}

/// A list: how many, then each.
impl<T: Encode> Encode for [T] {
    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        (self.len() as u32).encode(out);
        self.iter().for_each(|item| item.encode(out));
    }
}

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
    /// Interest; see `ballast_risk::InterestParams` for meaning and bounds.
    InterestArgs {
        /// Rate a year at no utilisation, millionths.
        base_rate: u32,
        /// Rate at the optimal utilisation, millionths.
        optimal_rate: u32,
        /// Rate at full utilisation, millionths.
        max_rate: u32,
        /// Utilisation at which the two lines meet, millionths.
        optimal_utilisation: u32,
        /// Utilisation up to which withdrawals may borrow, millionths.
        max_utilisation: u32,
        /// Part of the interest that the exchange keeps, millionths.
        reserve: u32,
        /// Length of an epoch of lending, seconds.
        epoch_seconds: u32,
    }
}

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
        fees: FeeArgs,
        /// Margin parameters.
        margin: MarginArgs,
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

encode_structs!(
    MarginArgs,
    FeeArgs,
    FundingArgs,
    CancelArgs,
    LegArgs,
    OrderArgs,
    RangeArgs,
    FeedArgs,
    OptionParamsArgs,
    InstrumentArgs,
    SmileArgs,
    UnderlyingArgs,
    CollateralArgs,
    FutureArgs,
    OptionArgs,
    SurfaceArgs,
    InterestArgs,
    InstrumentChangeArgs,
    CollateralChangeArgs,
    WithdrawalLimitArgs
);

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

args! {
    /// A volatility surface; see `ballast_risk::surface::SurfaceParams` for meaning and bounds.
    SurfaceArgs {
        /// Publishers without whom there is no median.
        min_publishers: u32,
        /// Oldest quote that counts, seconds.
        max_quote_age: u32,
        /// Farthest move of a minute, pro rata, millionths.
        update_bound: u32,
        /// Farthest move of an hour, millionths.
        hour_bound: u32,
        /// Farthest that the first publication may be from what was listed, millionths.
        first_bound: u32,
        /// The underlying.
        underlying: u16,
    }
}

args! {
    /// A smile; see `ballast_risk::surface::Smile` for meaning and bounds.
    SmileArgs {
        /// Volatility at the money, millionths a year.
        level: u32,
        /// Millionths.
        skew: i32,
        /// Millionths.
        curvature: i32,
    }
}

args! {
    /// An order.
    OrderArgs {
        /// 0 bid, 1 ask.
        side: u8,
        /// See [`order_kind`].
        kind: u8,
        /// See [`self_trade`].
        self_trade: u8,
        /// 1 if the order may only reduce the position.
        reduce_only: u8,
        /// Limit price, ticks.
        price: i64,
        /// Size, lots.
        lots: i64,
        /// The owner's own number for it.
        client_id: u64,
        /// When it expires, seconds; 0 for never.
        expires_at: i64,
    }
}

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

args! {
    /// Names one order.
    CancelArgs {
        /// Where it rests.
        handle: u32,
        /// Its sequence number.
        sequence: u64,
    }
}

args! {
    /// A leg of a block trade, from the first account's side.
    LegArgs {
        /// Lots, positive bought, negative sold.
        lots: i64,
        /// Price, ticks.
        price: i64,
        /// The instrument.
        instrument: u16,
    }
}

/// Stands for both sides of the book where a side is asked for.
pub const BOTH_SIDES: u8 = 2;

/// Kinds of orders.
pub mod order_kind {
    /// Trades what it can and rests with the remainder.
    pub const LIMIT: u8 = 0;
    /// Only rests; refused if it would trade.
    pub const POST_ONLY: u8 = 1;
    /// Trades what it can; the remainder is dropped.
    pub const IMMEDIATE_OR_CANCEL: u8 = 2;
    /// Trades whole or not at all.
    pub const FILL_OR_KILL: u8 = 3;
    /// Trades what it can at any price inside the band; its own price is 0. The remainder is dropped.
    pub const MARKET: u8 = 4;
    /// Only rests: where it would trade, one tick behind the best order of the other side instead.
    pub const POST_ONLY_SLIDE: u8 = 5;
}

/// What happens when an order meets one of the same owner.
pub mod self_trade {
    /// The resting order is cancelled.
    pub const CANCEL_MAKER: u8 = 0;
    /// The incoming order ends.
    pub const CANCEL_TAKER: u8 = 1;
    /// The instruction fails.
    pub const ABORT: u8 = 2;
}
