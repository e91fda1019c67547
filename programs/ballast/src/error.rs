//! Error codes. Append only: a code never changes its meaning and is never used again.

use ballast_book::BookError;
use ballast_risk::{Overflow, Parameters, RiskError, Smile};

/// Code of the first error.
pub const ERROR_OFFSET: u32 = 6000;

macro_rules! errors {
    ($($name:ident = $message:literal,)*) => {
        /// Everything that an instruction of Ballast can refuse with, beside the errors of Solana and Anchor.
        #[cfg(feature = "program")]
        #[derive(Debug, PartialEq, Eq)]
        #[anchor_lang::prelude::error_code]
        pub enum BallastError { $( #[doc = $message] #[msg($message)] $name, )* }

        /// Everything that an instruction of Ballast can refuse with, beside the errors of Solana and Anchor.
        #[cfg(not(feature = "program"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum BallastError { $( #[doc = $message] $name, )* }

        impl BallastError {
            /// Every error, in the order of the codes.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// The error's name.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => stringify!($name), )* }
            }

            /// What to do about it.
            pub const fn message(self) -> &'static str {
                match self { $( Self::$name => $message, )* }
            }
        }
    };
}

errors! {
    Overflow = "a number does not fit: use a smaller amount, size or price",
    Unauthorized = "the signer may not do this: sign with the owner, a delegate with the permission, or the authority in charge",
    Paused = "this kind of instruction is paused: reducing and cancelling stay possible",
    ParameterOutOfBounds = "a parameter is outside its hard bound: the log names which",
    NotListed = "nothing is listed under this index, or the position belongs to an earlier contract",
    AlreadyExists = "this slot or account is in use already",
    NoFreeSlot = "the board has no free slot of this kind",
    WrongExchange = "the accounts belong to different exchanges",
    WrongMint = "the mint is not that of the quote currency, nor of a listed collateral token",
    WrongVault = "the vault is not the one of this mint",
    WrongMarket = "the market is not the one of this instrument",
    DuplicateAccount = "the same account was passed in twice",
    ZeroAmount = "the amount must not be zero",
    DepositLimit = "the deposit would exceed the limit of this collateral: the log names both",
    InsufficientBalance = "the account holds less than that",
    WouldBorrow = "the withdrawal takes more cash than the account has: close positions or deposit to turn profit into cash",
    InsufficientVault = "the vault holds less than that: others owe what is missing, try a smaller amount",
    AccountNotEmpty = "the account still holds cash, tokens, positions or orders",
    NoFreePosition = "all 64 position slots are in use: close a position or cancel its orders",
    NoFreeToken = "all 8 token slots are in use: withdraw one",
    PositionLimit = "position and orders together would exceed the instrument's limit",
    OpenInterestCap = "the trade would carry the market's open interest past its cap: only reducing trades are possible",
    OracleWrongOwner = "the price account is not owned by an accepted oracle program",
    OracleWrongAccount = "the price account is not a price update",
    OraclePartiallyVerified = "the price update is not fully verified",
    OracleWrongFeed = "the price update is of another feed",
    OraclePriceNotPositive = "the price is not positive",
    OracleTooUncertain = "the price's confidence interval is too wide: wait for the next price",
    OracleStale = "the price update is too old: post a newer one",
    OracleFuture = "the price update is from the future",
    OracleBackwards = "the price update is older than the one on the board",
    OraclePriceTooHigh = "the price is above the hard bound of this underlying",
    PriceMissing = "the underlying has no price yet: refresh it first",
    PriceStale = "the price on the board is too old: refresh the underlying in the same transaction or before it",
    BelowInitialMargin = "initial equity would be less than initial margin: the log names required and available; deposit, reduce or use a smaller size",
    BelowWithdrawalMargin = "what is left would not cover initial margin: the log names required and available; withdraw less",
    Bankrupt = "the account's equity is not positive: only deposits and cancellations are possible",
    FillWorseThanLiquidation = "the account is below maintenance and the fill costs more than a liquidation: use a better limit",
    NotLiquidatable = "the account's equity covers its maintenance margin",
    NothingToLiquidate = "the account has none of these positions and tokens, or the fraction is zero",
    LiquidationDoesNotHelp = "no fraction of these legs would lower the account's maintenance margin: take the legs that hedge one another together, or all",
    LiquidatorIsOwner = "the account's owner owns the liquidator's account or may act for it",
    BadSide = "the side must be 0 (bid) or 1 (ask)",
    BadOrderKind = "the order kind is not known",
    BadSelfTrade = "the self-trade mode is not known",
    BadPrice = "the price must be positive and inside the band around the mark: the log names the band",
    BadSize = "the size must be positive and its value at least the market's minimum",
    OrderExpired = "the order's expiry is not in the future",
    WouldCross = "the post-only order would trade at once: use a less aggressive price",
    WouldNotFill = "the fill-or-kill order cannot be filled whole at once",
    NothingToReduce = "the account has no position that this reduce-only order could reduce, or its other reduce-only orders reduce all of it",
    MarketReduceOnly = "the market only accepts reduce-only orders",
    SelfTrade = "the order would trade with the same owner",
    TooManyMakers = "too many maker accounts were passed in",
    BookFull = "this side of the book is full: pass the accounts of its eight worst orders and offer more at a better price, or grow the market",
    TooManyOrders = "the account has as many orders in this market as it may",
    OrderNotFound = "no such order: it was filled, cancelled or has another id",
    OrderNotOwned = "the order belongs to another account",
    BookCorrupt = "the order book contradicts itself: nothing was changed, please report this",
    NoBadDebt = "the account has no bad debt: it holds positions or tokens, or owes nothing",
    NothingToSweep = "the market has nothing to sweep",
    NotComplete = "the account is not complete yet: grow it first",
    AlreadyComplete = "the account is complete already",
    PriceTooVolatile = "the price jumped away from the last five minutes: wait up to two minutes of steady prices; reducing stays possible",
    PriceTooUncertain = "the price's confidence interval is too wide for new risk and withdrawals: wait for the next price; reducing stays possible",
    PriceDivergent = "the two price sources disagree: wait until they agree; reducing stays possible",
    StaleRiskArray = "the option's risk array is too old, or the price has left it: the log names the instrument; call refresh_options for it first",
    StaleVolatility = "the volatility of this expiry was not published lately: only reducing is possible until it is",
    InstrumentExpired = "the instrument has expired",
    NotAnOption = "the instrument is not an option",
    NoVolatility = "the surface has no smile for this expiry: open the expiry first",
    VolatilityOutOfBounds = "the level, skew or curvature is outside its hard bounds: the log names which",
    NotAPublisher = "the signer is not a publisher of this surface",
    DuplicatePublisher = "the same publisher is listed twice",
    DuplicateExpiry = "the surface has a smile for this expiry already",
    NoFreeExpiry = "the surface has no free slot: wait until an expiry has passed",
    UnsortedInstruments = "the instruments must be listed in ascending order",
    DuplicateInstrument = "the same instrument is listed twice",
    TooManyInstruments = "the list is empty or has more instruments than one instruction may refresh",
    BadStrike = "the strike must be positive and at most the underlying's maximum price",
    BadExpiry = "the expiry must be a whole minute in the future, at most three years away",
    WrongSurface = "the surface is not the one of this underlying",
    SecondSourceMissing = "this underlying has a second price source: pass its account too",
    OracleTooFewSamples = "the price is of too few oracles' samples: update the feed with more of them",
    TooManyLegs = "the list of orders or legs is empty or longer than one instruction may have",
    QuoteExpired = "the block trade's quote has expired: ask for a new one",
    BlockWithSelf = "both sides of the block trade have the same owner: use transfer_position",
    BlockLegOutOfBand = "a leg's price is outside the band around its mark: the log names the leg and the band",
    BadPermissions = "the permissions are not known: use bits of trade, liquidate, block and transfer",
    BadExpiryOfDelegate = "a delegate's permission must end in the future, at most ten years from now",
    NoFreeDelegate = "all four delegate slots are in use: remove one",
    NotADelegate = "this address is not a delegate of the account",
    DifferentOwners = "the two accounts belong to different owners",
    OtherUnderlying = "an isolated account holds one underlying only, and this is another",
    NothingToTransfer = "there is nothing to transfer: no such position, or too few lots",
    NothingToSample = "the bucket was sampled already, or the price is not the one print of a bucket that still lacks it",
    BookTooThin = "the book has not enough orders of five seconds and older on both sides to sample",
    NoFunding = "the instrument has no funding or basis to sample",
    NotYetExpired = "the instrument has not expired yet",
    NotEnoughSamples = "the settlement price lacks samples: post the prints of the window, or wait a day",
    NotSettled = "the instrument is not settled yet: call settle_expiry first",
    AlreadySettled = "the instrument is settled already",
    PositionsLeft = "positions or orders are left in the market: settle or cancel them first",
    ExpiriesTooClose = "reserved: expiries are at one time of day, see NotASettlementTime",
    NoFreeFixing = "four expiries of this underlying are being averaged or await settlement: settle one first",
    BorrowLimit = "the withdrawal would borrow more than lenders can spare: the log names both; withdraw less",
    NothingToAccrue = "there is no interest to accrue or pay yet",
    EpochNotOver = "the epoch of lending is not over yet",
    ChangeNotProposed = "this change must be proposed first and wait for the timelock: pass its pending change",
    ChangeNotReady = "the change's time has not come yet: the log names it",
    ChangeExpired = "the change was not executed in time: propose it again",
    ChangeDiffers = "the instruction is not the one that was proposed",
    BadChange = "this instruction cannot be proposed: it is not one of those that wait for the timelock",
    NotNominated = "the signer was not nominated for this authority",
    OnlyTightens = "the risk authority may only tighten: the log names what would loosen",
    WithdrawalWindow = "the withdrawal would exceed what may flow out in a window: the log names both; wait or withdraw less",
    BreakerNotTripped = "no guard of this underlying has stayed up for ten seconds, or its breaker was tripped a short time ago: the log says since when",
    Halted = "the breaker of this underlying was tripped: only reducing is possible until the time in the log",
    MintExtension = "the mint has an extension that could take, tax or freeze deposits: the log names it",
    ImmutableParameter = "this parameter cannot be changed after listing",
    UnknownOracle = "the feed names no oracle that is known here",
    InvalidFeed = "a feed needs an id and reserved bytes of zero, and what is no feed is all zero",
    FeedCannotBeFirst = "the first feed must be Pyth's, in no particular account: anyone must be able to show any of its prints",
    FeedNotPinned = "the second feed must name its account: else whoever refreshes chooses among its prints",
    SameFeedTwice = "the second feed is the first: name one of another source",
    NotPositive = "a value is zero or negative where it must be positive: the log names it; use a positive one",
    CorruptState = "the accounts contradict themselves: nothing was changed, please report this with the log",
    Backwards = "the time, or an index that only grows, is behind what was written before: try again later, and report it if that does not help",
    NotASettlementTime = "nothing settles at this time of day: the log names the time at which everything does",
    AwaitsSettlement = "the settlement time cannot change while something awaits its settlement: the log says until when",
    BasisAboveCalendar = "max_basis must be at most a quarter of the underlying's calendar charge: the log names both",
    OwedTooMuch = "the account would owe more than its tokens and counted profits allow: the log names both; deposit quote, sell tokens or reduce",
    TooManyPositions = "the account holds lots of 48 instruments already: close a position first",
    SliceTooSmall = "the slice frees too little of the margin: the log names both; take more legs or a larger fraction",
    PositionMissing = "a position of the account is not among the legs: pass the market of the instrument in the log",
    TokenMissing = "a token of the account is not among the legs: set the bit of the token in the log",
    UnsortedMarkets = "the markets must be in ascending order of their instruments, each once",
    Seized = "the account is in receivership: its owner may only deposit and cancel orders until it is released",
    NotSeized = "the account is not in receivership",
    NotSeizable = "the account may not be seized yet: the log names its equity and the level; give notice, and confirm it for ten minutes",
    DebtShared = "reserved: what others have borne is repaid at the release",
    WindDownNotDue = "a perpetual is wound down for an account seized a day ago, still below the buffer, that holds a twentieth of it: the log names what this one holds",
    NoFill = "no order in the book could be filled within the limit in the log: pass the makers' accounts, or liquidate by a slice",
    BookWindowFull = "liquidations on this book have reached what a minute may take: the log names both; wait for the next minute, or liquidate by a slice",
    RaisedTooMuch = "the risk authority raises a least scan range by at most a tenth in twelve hours: the log names how far",
    OrderLifeTooShort = "an order that rests lives for 30 seconds at least: let it expire later, or never",
    OrderLocked = "the order took another one's place less than ten seconds ago: cancel it then",
    FirstSourceMissing = "an underlying of the list has no account of its first feed: pass one for each, in the order of the list",
    SecondSourceNew = "the price is the second source's, which took over less than a minute ago: post the first's, or wait until the time in the log",
}

impl BallastError {
    /// The code that a transaction fails with.
    pub const fn code(self) -> u32 {
        ERROR_OFFSET + self as u32
    }

    /// The error of a code.
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(code.checked_sub(ERROR_OFFSET)? as usize).copied()
    }
}

impl From<BookError> for BallastError {
    fn from(e: BookError) -> Self {
        match e {
            BookError::Full => Self::BookFull,
            BookError::NotFound => Self::OrderNotFound,
            BookError::NotOwner => Self::OrderNotOwned,
            BookError::BadPrice => Self::BadPrice,
            BookError::BadLots => Self::BadSize,
            BookError::Overflow => Self::Overflow,
            BookError::BadSlice | BookError::Corrupt => Self::BookCorrupt,
        }
    }
}

impl From<Overflow> for BallastError {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

impl From<RiskError> for BallastError {
    fn from(e: RiskError) -> Self {
        match e {
            RiskError::Overflow => Self::Overflow,
            RiskError::NotPositive { .. } => Self::NotPositive,
            RiskError::Corrupt { .. } => Self::CorruptState,
            RiskError::Backwards { .. } => Self::Backwards,
            RiskError::NoPrice { .. } => Self::PriceMissing,
            RiskError::StalePrice { .. } => Self::PriceStale,
            RiskError::NotListed { .. } => Self::NotListed,
            RiskError::NoFreePosition => Self::NoFreePosition,
            RiskError::NoFreeToken => Self::NoFreeToken,
            RiskError::InsufficientToken => Self::InsufficientBalance,
            RiskError::PositionLimit { .. } => Self::PositionLimit,
            RiskError::ParameterOutOfBounds { bound, .. } if bound.list == Smile::LIST => Self::VolatilityOutOfBounds,
            RiskError::ParameterOutOfBounds { .. }
            | RiskError::ParameterRule { .. }
            | RiskError::ReservedNotZero { .. }
            | RiskError::BadScenario { .. } => Self::ParameterOutOfBounds,
            RiskError::BadStrike { .. } => Self::BadStrike,
            RiskError::BelowInitialMargin { .. } => Self::BelowInitialMargin,
            RiskError::BelowWithdrawalMargin { .. } => Self::BelowWithdrawalMargin,
            RiskError::Bankrupt { .. } => Self::Bankrupt,
            RiskError::FillWorseThanLiquidation { .. } => Self::FillWorseThanLiquidation,
            RiskError::NotLiquidatable { .. } => Self::NotLiquidatable,
            RiskError::NothingToLiquidate => Self::NothingToLiquidate,
            RiskError::NothingToTransfer => Self::NothingToTransfer,
            RiskError::LiquidationDoesNotHelp { .. } => Self::LiquidationDoesNotHelp,
            RiskError::PriceTooVolatile { .. } => Self::PriceTooVolatile,
            RiskError::PriceTooUncertain { .. } => Self::PriceTooUncertain,
            RiskError::PriceDivergent { .. } => Self::PriceDivergent,
            RiskError::StaleRiskArray { .. } => Self::StaleRiskArray,
            RiskError::StaleVolatility { .. } => Self::StaleVolatility,
            RiskError::Expired { .. } => Self::InstrumentExpired,
            RiskError::NotAnOption { .. } => Self::NotAnOption,
            RiskError::NoVolatility { .. } => Self::NoVolatility,
            RiskError::NotAPublisher => Self::NotAPublisher,
            RiskError::DuplicatePublisher => Self::DuplicatePublisher,
            RiskError::DuplicateExpiry { .. } => Self::DuplicateExpiry,
            RiskError::NoFreeExpiry => Self::NoFreeExpiry,
            RiskError::NothingToSample => Self::NothingToSample,
            RiskError::NoFunding { .. } => Self::NoFunding,
            RiskError::NotYetExpired { .. } => Self::NotYetExpired,
            RiskError::NotEnoughSamples { .. } => Self::NotEnoughSamples,
            RiskError::NotSettled { .. } => Self::NotSettled,
            RiskError::AlreadySettled => Self::AlreadySettled,
            RiskError::NotASettlementTime { .. } => Self::NotASettlementTime,
            RiskError::AwaitsSettlement { .. } => Self::AwaitsSettlement,
            RiskError::BasisAboveCalendar { .. } => Self::BasisAboveCalendar,
            RiskError::NoFreeFixing => Self::NoFreeFixing,
            RiskError::BorrowLimit { .. } => Self::BorrowLimit,
            RiskError::EpochNotOver => Self::EpochNotOver,
            RiskError::OutflowLimit { .. } => Self::WithdrawalWindow,
            RiskError::PrintFromFuture { .. } => Self::OracleFuture,
            RiskError::PrintBackwards { .. } => Self::OracleBackwards,
            RiskError::PrintTooOld { .. } => Self::OracleStale,
            RiskError::PrintNotPositive => Self::OraclePriceNotPositive,
            RiskError::PrintTooHigh { .. } => Self::OraclePriceTooHigh,
            RiskError::InsufficientCash { .. } => Self::InsufficientBalance,
            RiskError::OwedTooMuch { .. } => Self::OwedTooMuch,
            RiskError::TooManyPositions { .. } => Self::TooManyPositions,
            RiskError::SliceTooSmall { .. } => Self::SliceTooSmall,
            RiskError::PositionMissing { .. } => Self::PositionMissing,
            RiskError::TokenMissing { .. } => Self::TokenMissing,
            RiskError::NotSeizable { .. } => Self::NotSeizable,
            RiskError::WindDownNotDue { .. } => Self::WindDownNotDue,
            RiskError::BookWindowFull { .. } => Self::BookWindowFull,
            RiskError::SecondSourceNew { .. } => Self::SecondSourceNew,
        }
    }
}

#[cfg(feature = "program")]
mod log {
    use super::*;
    use anchor_lang::prelude::*;

    /// Turns an error of a crate into one of the program, with its numbers in the log.
    pub trait Logged<T> {
        /// Logs the numbers of the error and maps it.
        fn logged(self) -> Result<T>;
    }

    impl<T> Logged<T> for core::result::Result<T, RiskError> {
        #[inline(always)]
        fn logged(self) -> Result<T> {
            match self {
                Ok(value) => Ok(value),
                Err(e) => Err(log_numbers(e)),
            }
        }
    }

    impl<T> Logged<T> for core::result::Result<T, Overflow> {
        #[inline(always)]
        fn logged(self) -> Result<T> {
            self.map_err(|e| BallastError::from(e).into())
        }
    }

    impl<T> Logged<T> for core::result::Result<T, BookError> {
        #[inline(always)]
        fn logged(self) -> Result<T> {
            self.map_err(|e| BallastError::from(e).into())
        }
    }

    #[cold]
    #[inline(never)]
    fn log_numbers(e: RiskError) -> Error {
        if e != RiskError::Overflow {
            msg!("{}", e);
        }
        BallastError::from(e).into()
    }
}

#[cfg(feature = "program")]
pub use log::Logged;
