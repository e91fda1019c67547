//! What can go wrong in the model. The program maps each to one of its own error codes.

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
        /// The index that was asked for.
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
        /// Which, as an index into the parameter's own list (see the type's `validate`).
        parameter: u16,
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
    /// Taking over these lots would not raise the account's health, or would raise an underlying's scanning risk.
    LiquidationDoesNotHelp {
        /// Health before, quote-native.
        before: i64,
        /// Health after, quote-native.
        after: i64,
    },
}
