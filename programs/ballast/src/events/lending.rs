//! Events of interest and lending.

use ballast_risk::InterestParams;
use solana_address::Address;

events! {
    /// Interest of an account was accrued, collected and paid, and what it lends and owes counted anew.
    InterestAccrued {
        /// The account.
        margin: Address,
        /// Interest that it was paid for what it lends.
        earned: i64,
        /// Interest that it paid for what it owes.
        paid: i64,
        /// Interest that it still has to pay.
        accrued: i64,
        /// What it lends now.
        lent: i64,
        /// What it owes now.
        owed: i64,
    }
    /// The borrow rate was set, and an epoch of lending divided if it was over.
    InterestUpdated {
        /// The exchange.
        exchange: Address,
        /// Interest on one owed unit since the beginning, 2^-48.
        borrow_index: u64,
        /// Interest on one owed unit a second from now on, 2^-48.
        borrow_rate: u64,
        /// Interest paid to one lent unit since the beginning, 2^-48.
        lend_index: u64,
        /// What lenders got of the interest collected.
        given: i64,
        /// What the exchange got.
        reserve: i64,
        /// What all accounts lend.
        lent: i64,
        /// What all accounts owe.
        owed: i64,
        /// Number of the epoch that now runs.
        epoch: u64,
    }
    /// The parameters of interest were set.
    InterestSet {
        /// The exchange.
        exchange: Address,
        /// The parameters.
        params: InterestParams,
    }
}
