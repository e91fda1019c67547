//! The margin model of Ballast: pure integer functions over plain values, shared by the program, bots and tests.
//!
//! Nothing here knows of Solana. The names follow SPAN (Chicago Mercantile Exchange) and ISDA usage.
//!
//! - [`Board`]: what every check reads (prices, shocks, instruments, parameters).
//! - [`Portfolio`]: what one account holds.
//! - [`ExpiryArrays`], [`OptionTerms`], [`surface`]: risk arrays of options, how they move between refreshes, volatilities.
//! - [`publish`]: the rules by which a price goes onto the board.
//! - [`guard`], [`range`]: when a price is suspect and what that stops; the dynamic scan range.
//! - [`margin`]: the model, from a board and a portfolio to equity and requirements.
//! - [`rule`]: what must hold at the end of every instruction that can add risk.
//! - [`funding`], [`fixing`], [`settlement`]: premiums, settlement prices, and how they reach instruments.
//! - [`block`], [`transfer`]: several fills at once between two accounts, and positions that move between accounts of one owner.
//! - [`interest`], [`lending`]: interest on owed cash, and what lenders of cash get of it.
//! - [`liquidation`]: the slices in which an account below maintenance is taken over, and what they cost it.
#![no_std]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod array;
pub mod block;
mod board;
mod bound;
mod error;
mod feed;
pub mod fixing;
pub mod funding;
mod group;
pub mod guard;
mod instrument;
pub mod interest;
pub mod lending;
pub mod liquidation;
pub mod margin;
mod mark;
pub mod math;
mod option;
mod outflow;
pub mod params;
pub mod portfolio;
pub mod position;
mod price;
pub mod publish;
pub mod range;
pub mod rule;
pub mod scenario;
pub mod settlement;
pub mod surface;
mod tightening;
mod token;
pub mod transfer;
mod underlying;

pub use array::ExpiryArrays;
pub use ballast_units::{
    LotValue, Lots, NativePerLot, Overflow, Ppm, QuoteNative, Scaled, Side, TickValue, Ticks, Times, UnitPrice, Units,
    UnitsPerLot,
};
pub use block::Leg;
pub use board::{Board, MAX_INSTRUMENTS, MAX_TOKENS, MAX_UNDERLYINGS};
pub use bound::{Bound, Unit};
pub use error::RiskError;
pub use feed::Feed;
pub use fixing::Fixing;
pub use group::{MAX_GROUPS, ProductGroup};
pub use guard::Purpose;
pub use instrument::{Instrument, Kind};
pub use interest::Interest;
pub use lending::LendingPool;
pub use margin::{Margin, Requirements};
pub use option::OptionTerms;
pub use outflow::OutflowWindow;
pub use params::{
    ContractTerms, ExchangeParams, FeeParams, FundingParams, GroupParams, GuardParams, InstrumentLimits,
    InterestParams, MAX_PUBLISHERS, MAX_UNIT_PRICE, MAX_VOLATILITY_RANGE, MarginParams, OptionParams, Parameters,
    RangeParams, Smile, SurfaceParams, TokenParams, UnderlyingParams, UnderlyingTerms, WithdrawalLimit,
};
pub use portfolio::{Balance, MAX_BALANCES, MAX_HELD, MAX_POSITIONS, Portfolio};
pub use position::{Fill, Filled, Position, PositionKey};
pub use price::{OraclePrice, Print, to_board_price};
pub use publish::{Published, Quotes};
pub use token::Token;
pub use transfer::Moved;
pub use underlying::{BREAKER_REST_SECONDS, BREAKER_SECONDS, BREAKER_SUSPECT_SECONDS, Underlying};

#[cfg(test)]
mod tests;
