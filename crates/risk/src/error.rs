//! What can go wrong in the model. The program maps each to one of its own error codes.

use crate::bound::Bound;

/// An error of the risk model. Fields name what the numbers are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskError {
    /// A sum or product does not fit, or a value is outside the bound that keeps products exact.
    Overflow,
    /// The index price of this underlying was never published.
    NoPrice {
        /// Index of the underlying on the board.
        underlying: u16,
    },
    /// The index price of this underlying is older than its limit.
    StalePrice {
        /// Index of the underlying on the board.
        underlying: u16,
        /// Age in seconds.
        age: i64,
        /// Limit in seconds.
        limit: i64,
    },
    /// No such instrument, token, underlying or group is listed.
    NotListed {
        /// The index.
        index: u16,
    },
    /// All position slots of the account are in use.
    NoFreePosition,
    /// All token slots of the account are in use.
    NoFreeToken,
    /// The account holds less of the token than the operation takes.
    InsufficientToken,
    /// The position and its orders together would exceed the instrument's limit.
    PositionLimit {
        /// Instrument on the board.
        instrument: u16,
        /// Lots, with orders, that the account would have.
        lots: i64,
        /// The limit.
        limit: i64,
    },
    /// A parameter is outside its hard bound.
    ParameterOutOfBounds {
        /// The bound, which has the parameter's name.
        bound: &'static Bound,
        /// The value.
        value: i64,
    },
    /// Two parameters, or a parameter and what it is for, do not go together.
    ParameterRule {
        /// What must hold.
        rule: &'static str,
    },
    /// The reserved bytes of parameters are not zero.
    ReservedNotZero {
        /// Whose.
        list: &'static str,
    },
    /// A row of a scenario table is outside its hard bounds.
    BadScenario {
        /// Which.
        row: u16,
    },
    /// The strike of an option is not positive or above the underlying's maximum price, or something else has one.
    BadStrike {
        /// The strike, ticks.
        strike: i64,
        /// The underlying's maximum price, scaled, a delta unit.
        max_price: i64,
    },
    /// The account would have less initial equity than its initial margin.
    BelowInitialMargin {
        /// Required, quote-native.
        required: i64,
        /// Available, quote-native.
        available: i64,
    },
    /// The account would have less withdrawable equity than its initial margin.
    BelowWithdrawalMargin {
        /// Required, quote-native.
        required: i64,
        /// Available, quote-native.
        available: i64,
    },
    /// The account is bankrupt: the owner may only deposit or cancel.
    Bankrupt {
        /// Its equity, quote-native.
        equity: i64,
    },
    /// The account is below maintenance and the owner's fill is worse than the liquidation price.
    FillWorseThanLiquidation {
        /// What the fill cost against the mark, quote-native.
        cost: i64,
        /// What a liquidator would have been paid, quote-native.
        allowed: i64,
    },
    /// The account is not below maintenance.
    NotLiquidatable {
        /// Equity, quote-native.
        equity: i64,
        /// Maintenance margin, quote-native.
        maintenance: i64,
    },
    /// The position has no lots to take over, or the request has the wrong size.
    NothingToLiquidate,
    /// The account has no such position, or fewer lots of it, or the lots are of the wrong sign.
    NothingToTransfer,
    /// Taking over these lots would not raise the account's health, or would raise an underlying's scanning risk.
    LiquidationDoesNotHelp {
        /// Health before, quote-native.
        before: i64,
        /// Health after, quote-native.
        after: i64,
    },
    /// The price left the median of the last minutes by more than its limit, and has not stayed there long enough.
    PriceTooVolatile {
        /// Index of the underlying on the board.
        underlying: u16,
        /// The price.
        price: i64,
        /// Since when prices have been outside, seconds.
        since: i64,
    },
    /// The price's confidence interval is wider than its limit.
    PriceTooUncertain {
        /// Index of the underlying on the board.
        underlying: u16,
        /// The interval.
        confidence: i64,
        /// The price.
        price: i64,
    },
    /// The two sources of the price disagree.
    PriceDivergent {
        /// Index of the underlying on the board.
        underlying: u16,
        /// The price.
        price: i64,
        /// What the second source says.
        second: i64,
    },
    /// An option's array was made too long ago, or the price has left it too far, to take on risk by it.
    StaleRiskArray {
        /// Instrument on the board.
        instrument: u16,
        /// How far the price moved since, in thousandths of what is allowed.
        moved: i64,
        /// Age in seconds; -1 if the array was never made.
        age: i64,
    },
    /// The volatility of an option's expiry was published too long ago: only reducing is possible.
    StaleVolatility {
        /// Instrument on the board.
        instrument: u16,
        /// Age in seconds; -1 if it was never published.
        age: i64,
        /// Limit in seconds.
        limit: i64,
    },
    /// The instrument has expired.
    Expired {
        /// Instrument on the board.
        instrument: u16,
        /// When, seconds.
        expiry: i64,
    },
    /// The instrument is not an option.
    NotAnOption {
        /// Instrument on the board.
        instrument: u16,
    },
    /// No volatility is listed, or was ever published, for this expiry.
    NoVolatility {
        /// The expiry, seconds.
        expiry: i64,
    },
    /// The signer is not a publisher of this surface.
    NotAPublisher,
    /// The same publisher is listed twice.
    DuplicatePublisher,
    /// The surface has a smile for this expiry already.
    DuplicateExpiry {
        /// The expiry, seconds.
        expiry: i64,
    },
    /// The surface has no free slot for another expiry.
    NoFreeExpiry,
    /// The print is not the sample of a bucket, or that sample was taken already.
    NothingToSample,
    /// The instrument has no funding and no basis to sample, or not any more.
    NoFunding {
        /// Instrument on the board.
        instrument: u16,
    },
    /// The instrument is not settled before this time.
    NotYetExpired {
        /// When, seconds; 0 where it is never settled.
        expiry: i64,
    },
    /// The average lacks samples, and it is too early to do without them.
    NotEnoughSamples {
        /// Samples that were taken.
        taken: u32,
    },
    /// The instrument is not settled yet.
    NotSettled {
        /// Instrument on the board.
        instrument: u16,
    },
    /// The instrument, or the average of its expiry, is settled already.
    AlreadySettled,
    /// Another expiry of the underlying is so near that the windows of both would overlap.
    ExpiriesTooClose {
        /// The other expiry, seconds.
        expiry: i64,
    },
    /// All averages of the underlying are in use.
    NoFreeFixing,
    /// More would be owed than withdrawals may borrow.
    BorrowLimit {
        /// What all accounts would owe, quote-native.
        owed: i64,
        /// The most, quote-native.
        limit: i64,
    },
    /// The epoch of lending is not over.
    EpochNotOver,
    /// More would flow out in a window than its limit.
    OutflowLimit {
        /// Net outflow that there would be, in the mint's smallest unit.
        outflow: u64,
        /// The limit.
        limit: u64,
    },
}

impl From<ballast_units::Overflow> for RiskError {
    fn from(_: ballast_units::Overflow) -> Self {
        Self::Overflow
    }
}

/// What went wrong, with its numbers: the line that the program logs.
impl core::fmt::Display for RiskError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::NoPrice { underlying } => write!(f, "underlying {}: no price", underlying),
            Self::StalePrice { underlying, age, limit } => {
                write!(f, "underlying {}: price is {} s old, limit {} s", underlying, age, limit)
            }
            Self::NotListed { index } => write!(f, "index {} is not listed", index),
            Self::PositionLimit { instrument, lots, limit } => {
                write!(f, "instrument {}: {} lots with orders, limit {}", instrument, lots, limit)
            }
            Self::ParameterOutOfBounds { bound, value } => write!(f, "{}: {}, {}", bound.name, value, bound),
            Self::ParameterRule { rule } => f.write_str(rule),
            Self::ReservedNotZero { list } => write!(f, "{}: reserved must be zero", list),
            Self::BadScenario { row } => write!(f, "row {} of the scenario table is out of bounds", row),
            Self::BadStrike { strike, max_price } => {
                write!(f, "strike {} ticks, maximum price {} a unit", strike, max_price)
            }
            Self::BelowInitialMargin { required, available } => {
                write!(f, "initial margin: required {}, available {}", required, available)
            }
            Self::BelowWithdrawalMargin { required, available } => {
                write!(f, "withdrawal margin: required {}, available {}", required, available)
            }
            Self::Bankrupt { equity } => write!(f, "equity {}", equity),
            Self::FillWorseThanLiquidation { cost, allowed } => {
                write!(f, "cost against the mark {}, allowed {}", cost, allowed)
            }
            Self::NotLiquidatable { equity, maintenance } => {
                write!(f, "equity {}, maintenance margin {}", equity, maintenance)
            }
            Self::LiquidationDoesNotHelp { before, after } => write!(f, "health before {}, after {}", before, after),
            Self::PriceTooVolatile { underlying, price, since } => {
                write!(f, "underlying {}: price {} is off the median, since {}", underlying, price, since)
            }
            Self::PriceTooUncertain { underlying, confidence, price } => {
                write!(f, "underlying {}: confidence {} of price {}", underlying, confidence, price)
            }
            Self::PriceDivergent { underlying, price, second } => {
                write!(f, "underlying {}: price {}, second source {}", underlying, price, second)
            }
            Self::StaleRiskArray { instrument, moved, age } => write!(
                f,
                "instrument {}: array is {} s old, price moved by {}/1000 of the limit",
                instrument, age, moved
            ),
            Self::StaleVolatility { instrument, age, limit } => {
                write!(f, "instrument {}: volatility is {} s old, limit {} s", instrument, age, limit)
            }
            Self::Expired { instrument, expiry } => write!(f, "instrument {}: expired at {}", instrument, expiry),
            Self::NotAnOption { instrument } => write!(f, "instrument {} is not an option", instrument),
            Self::NoVolatility { expiry } | Self::DuplicateExpiry { expiry } => write!(f, "expiry {}", expiry),
            Self::NoFunding { instrument } | Self::NotSettled { instrument } => write!(f, "instrument {}", instrument),
            Self::NotYetExpired { expiry } | Self::ExpiriesTooClose { expiry } => write!(f, "expiry {}", expiry),
            Self::NotEnoughSamples { taken } => write!(f, "samples {}", taken),
            Self::BorrowLimit { owed, limit } => write!(f, "owed by all: {}, limit {}", owed, limit),
            Self::OutflowLimit { outflow, limit } => write!(f, "net outflow {}, limit {}", outflow, limit),
            Self::Overflow => f.write_str("a number does not fit"),
            Self::NothingToSample => f.write_str("the bucket has its sample"),
            Self::AlreadySettled => f.write_str("settled already"),
            Self::NoFreeFixing => f.write_str("every slot for averages of expiries is in use"),
            Self::EpochNotOver => f.write_str("the epoch of lending is not over"),
            Self::NotAPublisher => f.write_str("not a publisher of this surface"),
            Self::DuplicatePublisher => f.write_str("the same publisher twice"),
            Self::NoFreeExpiry => f.write_str("every slot for expiries is in use"),
            Self::NoFreePosition => f.write_str("every position slot is in use"),
            Self::NoFreeToken => f.write_str("every token slot is in use"),
            Self::InsufficientToken => f.write_str("the account holds less of the token"),
            Self::NothingToLiquidate => f.write_str("no such position, or no lots"),
            Self::NothingToTransfer => f.write_str("no such position, or too few lots"),
        }
    }
}

impl core::error::Error for RiskError {}
