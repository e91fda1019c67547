//! What is said of accounts, once for each cause.

use crate::choose::Passed;
use ballast_client::{risk::RiskError, rpc::Failed};
use solana_address::Address;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};
use tracing::{debug, info, warn};

/// What was said last of each account.
#[derive(Default)]
pub struct Report {
    said: RefCell<BTreeMap<(Address, String), String>>,
}

impl Report {
    /// Says that something failed: what was tried, on which account, and why.
    pub fn failed(&self, account: &Address, tried: &str, error: &anyhow::Error) {
        let text = format!("{error:#}");
        if self.is_new(account, tried, cause(error, &text)) {
            warn!(%account, error = %text, "could not {tried}");
        } else {
            debug!(%account, error = %text, "could not {tried}");
        }
    }

    /// Says what was not done to an account in default, and why.
    pub fn left(&self, account: &Address, what: &str, why: &Passed) {
        let cause = match why {
            Passed::Refused(error) => name(error),
            Passed::TooLittle { .. } => "too little".to_owned(),
            Passed::TooLarge { .. } => "too large".to_owned(),
            Passed::Unwanted => "unwanted".to_owned(),
            Passed::TooManyTokens { .. } => "too many tokens".to_owned(),
            Passed::NobodyTakes => "nobody takes it".to_owned(),
        };
        self.note(account, what, cause, why);
    }

    /// Says what the liquidator holds of others' positions and tokens, whenever that has changed.
    pub fn holds(&self, account: &Address, holdings: &str) {
        const HOLDS: &str = "holds";
        if holdings.is_empty() && !self.said.borrow().contains_key(&(*account, HOLDS.to_owned())) {
            return;
        }
        let what = if holdings.is_empty() { "nothing" } else { holdings };
        if self.is_new(account, HOLDS, what.to_owned()) {
            info!(%account, %what, "{HOLDS}");
        }
    }

    /// Says something that is so for a cause, and why.
    pub fn note(&self, account: &Address, what: &str, cause: String, why: &dyn Display) {
        if self.is_new(account, what, cause) {
            info!(%account, %why, "{what}");
        } else {
            debug!(%account, %why, "{what}");
        }
    }

    /// Says that the margin of an account cannot be computed.
    pub fn unread(&self, account: &Address, error: &RiskError) {
        self.note(account, "could not compute its margin", name(error), error);
    }

    /// Forgets what was said of accounts that are not among these.
    pub fn keep_only(&self, accounts: impl Iterator<Item = Address>) {
        let accounts: BTreeSet<Address> = accounts.collect();
        self.said.borrow_mut().retain(|(account, _), _| accounts.contains(account));
    }

    fn is_new(&self, account: &Address, about: &str, cause: String) -> bool {
        let mut said = self.said.borrow_mut();
        let key = (*account, about.to_owned());
        if said.get(&key) == Some(&cause) {
            return false;
        }
        said.insert(key, cause);
        true
    }
}

/// What an error is about, without its numbers.
fn cause(error: &anyhow::Error, text: &str) -> String {
    if let Some(ballast) = error.downcast_ref::<Failed>().and_then(Failed::ballast) {
        return ballast.name().to_owned();
    }
    error.downcast_ref::<RiskError>().map_or_else(|| text.to_owned(), name)
}

/// The name of an error of the risk model.
fn name(error: &RiskError) -> String {
    let debug = format!("{error:?}");
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once_until_it_changes_or_the_account_is_well() {
        let (report, account) = (Report::default(), Address::new_from_array([7; 32]));
        let stale = |age| RiskError::StalePrice { underlying: 1, age, limit: 10 };
        assert!(report.is_new(&account, "left alone", name(&stale(11))));
        assert!(!report.is_new(&account, "left alone", name(&stale(12))), "other numbers, the same cause");
        assert!(report.is_new(&account, "left alone", name(&RiskError::NothingToLiquidate)));
        report.keep_only(std::iter::empty());
        assert!(report.is_new(&account, "left alone", name(&RiskError::NothingToLiquidate)));
        let error = anyhow::Error::from(stale(13));
        assert_eq!(cause(&error, "text"), "StalePrice");
    }

    #[test]
    fn what_is_held_is_said_when_it_changes() {
        let (report, account) = (Report::default(), Address::new_from_array([7; 32]));
        let said = || report.said.borrow().get(&(account, "holds".to_owned())).cloned();
        report.holds(&account, "");
        assert_eq!(said(), None, "nothing is no news");
        report.holds(&account, "1 SOL");
        assert_eq!(said().as_deref(), Some("1 SOL"));
        report.holds(&account, "");
        assert_eq!(said().as_deref(), Some("nothing"));
    }
}
