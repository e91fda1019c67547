//! Events of liquidation and bad debt.

use super::{FillRecord, PenaltyRecord};
use alloc::vec::Vec;
use solana_address::Address;

records! {
    /// A position that a liquidator took over, in part or whole.
    LiquidatedPosition {
        /// Lots, signed as the position was.
        lots: i64,
        /// Their value at the mark, quote-native, signed likewise.
        mark_value: i64,
        /// The instrument.
        instrument: u16,
    }
    /// A token that a liquidator took over.
    LiquidatedToken {
        /// Amount, in the token's smallest units.
        amount: u64,
        /// Its value at the index price, quote-native.
        value: i64,
        /// The token.
        token: u16,
    }
}

events! {
    /// A slice of an account below maintenance was taken over.
    Liquidated with lists {
        /// The account that was below maintenance.
        margin: Address,
        /// The liquidator's account.
        liquidator: Address,
        /// Discount to the marks, quote-native.
        discount: i64,
        /// What of it the insurance fund paid, for a seized account.
        from_budget: i64,
        /// Part of it that went to the insurance fund.
        insurance: i64,
        /// Equity before.
        equity_before: i64,
        /// Maintenance margin before.
        maintenance_before: i64,
        /// Equity after.
        equity_after: i64,
        /// Maintenance margin after.
        maintenance_after: i64,
        /// Bad debt paid by the insurance fund.
        bad_debt: i64,
        /// Bad debt left, because the fund was empty.
        uncovered: i64,
        /// The positions, by underlying.
        positions: Vec<LiquidatedPosition>,
        /// The tokens.
        tokens: Vec<LiquidatedToken>,
    }
    /// A part of a position of an account below maintenance was closed on the book.
    LiquidatedOnBook with lists {
        /// The account that was below maintenance.
        margin: Address,
        /// The caller's account, which was paid.
        liquidator: Address,
        /// The instrument.
        instrument: u16,
        /// Resting orders of others that were cancelled because their maker could not carry the fill.
        makers_cancelled: u8,
        /// The limit, ticks.
        price: i64,
        /// Lots closed, signed as the position was.
        lots: i64,
        /// Their value at the mark, quote-native, signed likewise.
        mark_value: i64,
        /// Their value as they were filled, quote-native, positive.
        value: i64,
        /// Fee of the account.
        fee: i64,
        /// The discount of the margin freed: the most that fills, fee and reward together may cost.
        discount: i64,
        /// What the account paid the caller.
        reward: i64,
        /// Equity before.
        equity_before: i64,
        /// Maintenance margin before.
        maintenance_before: i64,
        /// Equity after.
        equity_after: i64,
        /// Maintenance margin after.
        maintenance_after: i64,
        /// Bad debt paid by the insurance fund.
        bad_debt: i64,
        /// Bad debt left, because the fund was empty.
        uncovered: i64,
        /// The matches.
        fills: Vec<FillRecord>,
        /// What makers paid the account.
        penalties: Vec<PenaltyRecord>,
    }
    /// An account's equity is below its warning level: the owner should deposit or reduce.
    MarginCalled {
        /// The account.
        margin: Address,
        /// Its equity, quote-native.
        equity: i64,
        /// Its maintenance margin, quote-native.
        maintenance: i64,
    }
    /// An account's bad debt was paid by the insurance fund and shared.
    BadDebtResolved {
        /// The account.
        margin: Address,
        /// Paid by the fund.
        paid: i64,
        /// Borne by the other side of what it held.
        shared: i64,
        /// Borne by those who lend.
        lenders: i64,
        /// Left.
        uncovered: i64,
        /// Interest that the account owed and nobody will pay.
        interest_written_off: i64,
    }
    /// An account was found below maintenance, or no longer in default.
    Noticed {
        /// The account.
        margin: Address,
        /// Its equity, quote-native.
        equity: i64,
        /// Its maintenance margin, quote-native.
        maintenance: i64,
        /// Since when it has been found below maintenance, seconds; 0 where its episode of default is over.
        noticed_at: i64,
    }
    /// An account was put into receivership.
    AccountSeized {
        /// The account.
        margin: Address,
        /// Its equity before, quote-native.
        equity: i64,
        /// Its maintenance margin, quote-native.
        maintenance: i64,
        /// Paid by the insurance fund for what it lacked.
        paid: i64,
        /// Left of that, because the fund was empty.
        uncovered: i64,
        /// Most that the fund adds to its equity for the discounts of liquidators.
        budget: i64,
    }
    /// A seized account was given back to its owner.
    AccountReleased {
        /// The account.
        margin: Address,
        /// What it repaid to the insurance fund.
        repaid: i64,
    }
}
