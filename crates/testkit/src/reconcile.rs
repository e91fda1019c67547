//! The reconciliation: what the vault holds is what everybody has.

use crate::Svm;
use ballast_client::{
    account::{Layout, decode, discriminator},
    ballast::state::{MarginAccount, Market},
};

/// vault = Σ (cash + quote) + treasury + unswept, in quote-native.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Tokens in the quote vault.
    pub vault: i128,
    /// Cash of all accounts.
    pub cash: i128,
    /// Signed cash flow of all open positions.
    pub quote: i128,
    /// Insurance fund and swept fees.
    pub treasury: i128,
    /// Fees not yet swept.
    pub unswept: i128,
    /// Long less short lots, summed over all accounts and instruments.
    pub net_lots: i128,
}

impl Reconciliation {
    /// What is in the vault and belongs to nobody, or is missing: zero.
    pub fn difference(&self) -> i128 {
        self.vault - self.cash - self.quote - self.treasury - self.unswept
    }
}

impl Svm {
    /// Adds up all accounts, and checks open interest and order totals on the way.
    pub fn reconcile(&self) -> Reconciliation {
        let mut sum = Reconciliation::default();
        let treasury = self.treasury();
        sum.vault = i128::from(self.token_amount(&self.exchange.vault(&self.usdc)));
        sum.treasury = i128::from(treasury.insurance.0) + i128::from(treasury.fees.0);
        let mut interest = std::collections::BTreeMap::<u16, (i64, i64)>::new();
        for (_, account) in self.program_accounts() {
            if account.data.starts_with(&discriminator(MarginAccount::NAME)) {
                let margin = decode::<MarginAccount>(&account.data).expect("a margin account");
                sum.cash += i128::from(margin.portfolio.cash.0);
                for p in margin.portfolio.open() {
                    sum.quote += i128::from(p.quote.0);
                    sum.net_lots += i128::from(p.lots.0);
                    let (long, short) = interest.entry(p.key.instrument()).or_default();
                    *long += p.lots.0.max(0);
                    *short += (-p.lots.0).max(0);
                }
            }
        }
        for (_, account) in self.program_accounts() {
            if account.data.starts_with(&discriminator(Market::NAME)) {
                let market = decode::<Market>(&account.data).expect("a market");
                sum.unswept += i128::from(market.unswept_fees.0);
                let (long, short) = interest.get(&market.instrument).copied().unwrap_or_default();
                assert_eq!(market.open_interest_long.0, long, "open interest is the sum of the longs");
                assert_eq!(market.open_interest_short.0, short, "open interest is the sum of the shorts");
            }
        }
        assert_eq!(i128::from(treasury.quote_deposits.0), sum.vault, "the vault holds deposits less withdrawals");
        sum
    }

    /// Asserts the reconciliation to the unit.
    pub fn assert_reconciled(&self) {
        let sum = self.reconcile();
        assert_eq!(sum.difference(), 0, "{sum:?}");
        assert_eq!(sum.net_lots, 0, "{sum:?}");
    }
}
