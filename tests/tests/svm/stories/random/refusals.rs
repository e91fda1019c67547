//! Which refusals an instruction may meet here.

use crate::harness::refusal::{Expected, outcome};
use ballast_client::BallastError as E;
use ballast_testkit::Failed;

pub fn expected_refusal(what: &str, failed: &Failed) -> E {
    let Expected::Ballast(error) = outcome(failed) else {
        panic!("{what}: {failed:#?}");
    };
    let may = allowed(what);
    assert!(may.contains(&error), "{what} is not to be refused with {error:?}: {:#?}", failed.log);
    error
}

/// What stops new risk and withdrawals wherever prices are needed.
const PRICES: [E; 6] = [
    E::PriceStale,
    E::PriceTooVolatile,
    E::StaleRiskArray,
    E::StaleVolatility,
    E::InstrumentExpired,
    E::PriceTooUncertain,
];

/// What stops an order, beside prices.
const ORDERS: [E; 19] = [
    E::Seized,
    E::Paused,
    E::Halted,
    E::BelowInitialMargin,
    E::Bankrupt,
    E::FillWorseThanLiquidation,
    E::BadPrice,
    E::BadSize,
    E::WouldCross,
    E::WouldNotFill,
    E::NothingToReduce,
    E::SelfTrade,
    E::TooManyOrders,
    E::BookFull,
    E::PositionLimit,
    E::NoFreePosition,
    E::OpenInterestCap,
    E::OrderExpired,
    E::OrderLifeTooShort,
];

/// Which refusals an instruction may meet.
fn allowed(what: &str) -> Vec<E> {
    let with_prices = |own: &[E]| own.iter().chain(&PRICES).copied().collect();
    match what {
        "deposit" => vec![E::ZeroAmount, E::Paused, E::BelowInitialMargin],
        "withdraw" => with_prices(&[
            E::Seized,
            E::ZeroAmount,
            E::Paused,
            E::WouldBorrow,
            E::BorrowLimit,
            E::InsufficientBalance,
            E::InsufficientVault,
            E::BelowWithdrawalMargin,
        ]),
        "transfer cash" => with_prices(&[
            E::Seized,
            E::Unauthorized,
            E::ZeroAmount,
            E::WouldBorrow,
            E::BelowWithdrawalMargin,
            E::DifferentOwners,
        ]),
        "transfer position" => with_prices(&[
            E::Seized,
            E::Unauthorized,
            E::Paused,
            E::Halted,
            E::NothingToTransfer,
            E::BelowInitialMargin,
            E::BelowWithdrawalMargin,
            E::Bankrupt,
            E::FillWorseThanLiquidation,
            E::PositionLimit,
            E::DifferentOwners,
        ]),
        "order" => with_prices(&ORDERS),
        "batch" => with_prices(&[&ORDERS[..], &[E::TooManyLegs]].concat()),
        "replace" => with_prices(&ORDERS),
        "cancel" => vec![E::OrderNotOwned],
        "cancel by client id" => vec![E::OrderNotFound],
        "block" => with_prices(&[
            E::Seized,
            E::Paused,
            E::Halted,
            E::QuoteExpired,
            E::BlockWithSelf,
            E::BlockLegOutOfBand,
            E::BelowInitialMargin,
            E::BelowWithdrawalMargin,
            E::Bankrupt,
            E::FillWorseThanLiquidation,
            E::PositionLimit,
            E::OpenInterestCap,
        ]),
        "delegate" => vec![E::BadPermissions, E::BadExpiryOfDelegate, E::NotADelegate],
        "liquidate on book" => with_prices(&[
            E::Seized,
            E::Paused,
            E::NotLiquidatable,
            E::NothingToLiquidate,
            E::LiquidationDoesNotHelp,
            E::FillWorseThanLiquidation,
            E::LiquidatorIsOwner,
            E::NoFill,
            E::BookWindowFull,
        ]),
        "liquidate" => with_prices(&[
            E::PriceDivergent,
            E::Seized,
            E::Paused,
            E::NotLiquidatable,
            E::NothingToLiquidate,
            E::LiquidationDoesNotHelp,
            E::LiquidatorIsOwner,
            E::BelowInitialMargin,
            E::SliceTooSmall,
            E::InsufficientBalance,
        ]),
        "sweep" => vec![E::NothingToSweep],
        "resolve" => with_prices(&[E::Paused, E::NoBadDebt, E::PriceDivergent]),
        "notice" => with_prices(&[E::Paused, E::Seized, E::NotLiquidatable]),
        "seize" => with_prices(&[E::Paused, E::Seized, E::NotSeizable, E::NothingToLiquidate]),
        "release" => with_prices(&[E::NotSeized, E::BelowInitialMargin, E::OwedTooMuch, E::PriceDivergent]),
        "wind down seized" => with_prices(&[E::Paused, E::WindDownNotDue, E::AlreadySettled]),
        "accrue interest" => vec![E::NothingToAccrue],
        "update interest" => vec![E::EpochNotOver],
        "price" => vec![E::OracleBackwards],
        "volatility" => with_prices(&[]),
        "refresh" => vec![E::PriceStale],
        "sample market" => with_prices(&[E::BookTooThin, E::NoFunding]),
        "sample settlement" => vec![E::NothingToSample, E::OracleFuture, E::AlreadySettled, E::NotYetExpired],
        "settle expiry" => vec![E::NotYetExpired, E::NotEnoughSamples],
        "settle" => vec![E::NotSettled, E::NothingToTransfer],
        "delist" => vec![E::NotSettled, E::PositionsLeft],
        "breaker" => vec![E::BreakerNotTripped, E::PriceStale, E::Halted],
        _ => Vec::new(),
    }
}
