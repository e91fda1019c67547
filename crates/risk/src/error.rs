//! What can go wrong in the model. The program maps each to one of its own error codes.

use crate::bound::Bound;

/// An error of the risk model. Fields name what the numbers are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskError {
    /// A sum or product does not fit, or a value is outside the bound that keeps products exact.
    Overflow,
    /// A value is zero or negative where it must be positive.
    NotPositive {
        /// The value.
        what: &'static str,
    },
    /// The state says what cannot be: a total below zero, more samples than there are.
    Corrupt {
        /// Whose numbers contradict each other.
        what: &'static str,
    },
    /// A time, or an index that only grows, is behind what was written before.
    Backwards {
        /// Which.
        what: &'static str,
    },
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
    /// The legs have no lots and no tokens to take over, or the request has the wrong size.
    NothingToLiquidate,
    /// The account has no such position, or fewer lots of it, or the lots are of the wrong sign.
    NothingToTransfer,
    /// No fraction of these legs that was tried would lower maintenance margin and raise the ratio of equity to it.
    LiquidationDoesNotHelp {
        /// Maintenance margin before, quote-native.
        before: i64,
        /// Maintenance margin after the largest slice tried, quote-native.
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
    /// Nothing settles at this time of day.
    NotASettlementTime {
        /// When it would settle, seconds.
        settles_at: i64,
        /// Second of the UTC day at which everything settles.
        settlement_time: u32,
    },
    /// The settlement time cannot change: something awaits its settlement.
    AwaitsSettlement {
        /// The next settlement, seconds.
        settles_at: i64,
    },
    /// The mark of a perpetual or future could be farther from the index than the calendar charge of a pair covers.
    BasisAboveCalendar {
        /// Instrument on the board.
        instrument: u16,
        /// Its `max_basis`, millionths.
        max_basis: u32,
        /// The underlying's calendar charge, millionths.
        calendar: u32,
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
    /// The print was published after the present time.
    PrintFromFuture {
        /// When it was published, seconds.
        published: i64,
        /// The present time, seconds.
        now: i64,
    },
    /// The print is older than the price on the board.
    PrintBackwards {
        /// When it was published, seconds.
        published: i64,
        /// When the price on the board was, seconds.
        on_board: i64,
    },
    /// The print is older than new risk allows.
    PrintTooOld {
        /// When it was published, seconds.
        published: i64,
        /// The present time, seconds.
        now: i64,
        /// Limit of its age in seconds.
        limit: u32,
    },
    /// The print's price is not positive at the board's scale.
    PrintNotPositive,
    /// The print's price is above the underlying's hard bound.
    PrintTooHigh {
        /// Price of a delta unit at the underlying's scale.
        price: i64,
        /// The bound.
        bound: i64,
    },
    /// The buyer of tokens has less cash than they cost.
    InsufficientCash {
        /// What they cost with the part of the insurance fund, quote-native.
        needed: i64,
        /// Cash, quote-native.
        available: i64,
    },
    /// The account would owe more than its share of what backs it.
    OwedTooMuch {
        /// What it would owe, quote-native.
        owed: i64,
        /// The most, quote-native.
        limit: i64,
    },
    /// The account may not be seized: its equity is not low enough, and no notice has run for ten minutes.
    NotSeizable {
        /// Its equity, quote-native.
        equity: i64,
        /// Equity below which it would be seized at once.
        level: i64,
    },
    /// No perpetual is wound down for what a seized account holds of it: too little, for too short a time, or while the account is at
    /// the buffer and nobody may take it.
    WindDownNotDue {
        /// Lots that it holds.
        lots: i64,
        /// Seconds since it was seized; -1 where it is not.
        seconds: i64,
    },
    /// Liquidations on a book have reached what they may in the present window.
    BookWindowFull {
        /// Notional closed in the window, quote-native.
        closed: i64,
        /// The most, quote-native.
        limit: i64,
    },
    /// The account holds lots of as many instruments as it may.
    TooManyPositions {
        /// The most.
        limit: u32,
    },
    /// The slice frees too little of the margin.
    SliceTooSmall {
        /// Maintenance margin that it frees, quote-native.
        freed: i64,
        /// The least that it must, quote-native.
        least: i64,
    },
    /// A slice of the whole account lacks a position.
    PositionMissing {
        /// Instrument on the board.
        instrument: u16,
    },
    /// A slice of the whole account lacks a token.
    TokenMissing {
        /// Token on the board.
        token: u16,
    },
    /// The price is the second source's, which took over a short time ago.
    SecondSourceNew {
        /// The underlying.
        underlying: u16,
        /// Since when, seconds.
        since: i64,
        /// From when anybody may be liquidated at it, seconds.
        until: i64,
    },
}

/// Every result of the model carries the error: a larger one costs every margin check.
const _: () = assert!(size_of::<RiskError>() == 24);

impl From<ballast_units::Overflow> for RiskError {
    fn from(_: ballast_units::Overflow) -> Self {
        Self::Overflow
    }
}

/// What went wrong, with its numbers: the line that the program logs.
impl core::fmt::Display for RiskError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::PrintFromFuture { published, now } => write!(f, "published {}, now {}", published, now),
            Self::PrintBackwards { published, on_board } => {
                write!(f, "published {}, on the board {}", published, on_board)
            }
            Self::PrintTooOld { published, now, limit } => {
                write!(f, "price published {}, now {}, limit {} s", published, now, limit)
            }
            Self::PrintNotPositive => f.write_str("the price is not positive"),
            Self::PrintTooHigh { price, bound } => write!(f, "price {}, bound {}", price, bound),
            Self::InsufficientCash { needed, available } => write!(f, "cash: needed {}, had {}", needed, available),
            Self::NotSeizable { equity, level } => write!(f, "equity: {}, seized below {}", equity, level),
            Self::WindDownNotDue { lots, seconds } => write!(f, "holds {} lots, seized for {} s", lots, seconds),
            Self::ParameterOutOfBounds { bound, value } => write!(f, "{}: {}, {}", bound.name, value, bound),
            Self::ParameterRule { rule } => f.write_str(rule),
            Self::ReservedNotZero { list } => write!(f, "{}: reserved must be zero", list),
            Self::BadScenario { row } => write!(f, "row {} of the scenario table is out of bounds", row),
            Self::BadStrike { strike, max_price } => {
                write!(f, "strike {} ticks, maximum price {} a unit", strike, max_price)
            }
            Self::Overflow => f.write_str("a number does not fit"),
            Self::NotPositive { what } => write!(f, "{what} must be positive"),
            Self::Corrupt { what } => write!(f, "the state contradicts itself: {what}"),
            Self::Backwards { what } => write!(f, "{what} would run backwards"),
            Self::NoPrice { underlying } => write!(f, "underlying {underlying} has no price yet"),
            Self::StalePrice { underlying, age, limit } => {
                write!(f, "the price of underlying {underlying} is {age} s old, limit {limit} s")
            }
            Self::NotListed { index } => write!(f, "nothing is listed at index {index}"),
            Self::NoFreePosition => f.write_str("every position slot is in use"),
            Self::NoFreeToken => f.write_str("every token slot is in use"),
            Self::InsufficientToken => f.write_str("the account holds less of the token"),
            Self::PositionLimit { instrument, lots, limit } => {
                write!(f, "position and orders in instrument {instrument} would be {lots} lots, limit {limit}")
            }
            Self::BelowInitialMargin { required, available } => {
                write!(f, "initial margin: required {required}, available {available}")
            }
            Self::BelowWithdrawalMargin { required, available } => {
                write!(f, "withdrawal margin: required {required}, available {available}")
            }
            Self::Bankrupt { equity } => write!(f, "the account is bankrupt: equity {equity}"),
            Self::FillWorseThanLiquidation { cost, allowed } => {
                write!(f, "the fill costs {cost} against the mark, a liquidation {allowed}")
            }
            Self::NotLiquidatable { equity, maintenance } => {
                write!(f, "equity {equity} covers maintenance margin {maintenance}")
            }
            Self::NothingToLiquidate => f.write_str("the account has no such legs, or nothing is to be taken over"),
            Self::NothingToTransfer => f.write_str("the account has no such position, or too few lots of it"),
            Self::LiquidationDoesNotHelp { before, after } => {
                write!(f, "the slice does not help: maintenance margin before {before}, after {after}")
            }
            Self::PriceTooVolatile { underlying, price, since } => {
                write!(f, "the price {price} of underlying {underlying} has been off the median since {since}")
            }
            Self::PriceTooUncertain { underlying, confidence, price } => {
                write!(
                    f,
                    "the price {price} of underlying {underlying} is too uncertain: confidence interval {confidence}"
                )
            }
            Self::PriceDivergent { underlying, price, second } => {
                write!(f, "the price {price} of underlying {underlying} differs from the second source's {second}")
            }
            Self::StaleRiskArray { instrument, moved, age } => write!(
                f,
                "the risk array of instrument {instrument} is {age} s old, and the price moved by {moved}/1000 of its limit",
            ),
            Self::StaleVolatility { instrument, age, limit } => {
                write!(f, "the volatility of instrument {instrument} is {age} s old, limit {limit} s")
            }
            Self::Expired { instrument, expiry } => write!(f, "instrument {instrument} expired at {expiry}"),
            Self::NotAnOption { instrument } => write!(f, "instrument {instrument} is not an option"),
            Self::NoVolatility { expiry } => write!(f, "there is no volatility for the expiry at {expiry}"),
            Self::NotAPublisher => f.write_str("the signer does not publish on this surface"),
            Self::DuplicatePublisher => f.write_str("the same publisher is listed twice"),
            Self::DuplicateExpiry { expiry } => write!(f, "the surface has a smile for the expiry at {expiry} already"),
            Self::NoFreeExpiry => f.write_str("every slot for expiries is in use"),
            Self::NothingToSample => f.write_str("the bucket has its sample"),
            Self::NoFunding { instrument } => {
                write!(f, "instrument {instrument} has no funding and no basis to sample")
            }
            Self::NotYetExpired { expiry: 0 } => f.write_str("the instrument never expires"),
            Self::NotYetExpired { expiry } => write!(f, "the instrument does not expire before {expiry}"),
            Self::NotEnoughSamples { taken } => {
                write!(f, "the settlement price has {taken} samples, too few at this time")
            }
            Self::NotSettled { instrument } => write!(f, "instrument {instrument} is not settled yet"),
            Self::AlreadySettled => f.write_str("it is settled already"),
            Self::NotASettlementTime { settles_at, settlement_time } => {
                write!(
                    f,
                    "nothing settles at {settles_at}: everything does at second {settlement_time} of the UTC day, {:02}:{:02}",
                    settlement_time / 3_600,
                    settlement_time / 60 % 60
                )
            }
            Self::AwaitsSettlement { settles_at } => {
                write!(f, "the settlement time cannot change before what settles at {settles_at} is settled")
            }
            Self::BasisAboveCalendar { instrument, max_basis, calendar } => {
                write!(
                    f,
                    "max_basis {max_basis} of instrument {instrument} is above a quarter of the calendar charge {calendar}"
                )
            }
            Self::NoFreeFixing => f.write_str("every slot for averages of expiries is in use"),
            Self::BorrowLimit { owed, limit } => write!(f, "all accounts together would owe {owed}, limit {limit}"),
            Self::BookWindowFull { closed, limit } => {
                write!(f, "closed on this book in the present minute: {closed}, limit {limit}")
            }
            Self::EpochNotOver => f.write_str("the epoch of lending is not over"),
            Self::OwedTooMuch { owed, limit } => write!(f, "the account would owe {owed}, limit {limit}"),
            Self::TooManyPositions { limit } => write!(f, "the account holds lots of {limit} instruments already"),
            Self::SliceTooSmall { freed, least } => {
                write!(f, "the slice frees {freed} of the margin, and must free {least}")
            }
            Self::PositionMissing { instrument } => write!(f, "the position in instrument {instrument} is missing"),
            Self::TokenMissing { token } => write!(f, "token {token} is missing"),
            Self::OutflowLimit { outflow, limit } => write!(f, "the net outflow would be {outflow}, limit {limit}"),
            Self::SecondSourceNew { underlying, since, until } => {
                write!(
                    f,
                    "underlying {underlying} has the second source's price since {since}: it liquidates from {until} on"
                )
            }
        }
    }
}

impl core::error::Error for RiskError {}
