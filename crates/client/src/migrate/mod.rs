//! Makes an exchange what its TOML file says, step by step.
//!
//! [`State`] is what is on the chain, read through any source of accounts. [`plan`] compares it with a [`Config`] and
//! says what is still missing, in order: it is a pure function, and remembers nothing. So running it again after any of its
//! steps goes on where the last run ended, and of a complete exchange the plan is empty.
//!
//! What the file does not name is left as it is: nothing is delisted by leaving it out. What cannot be changed after listing
//! and differs is a conflict, which a plan names and does not touch.
//!
//! Where the exchange has a timelock, an instruction that waits for it is proposed first. The number of its pending change is
//! a hash of what it is about, so that a later run finds it, and waits for it or executes it.
//!
//! An expiry given in `days` is a rung of a ladder, see [`ladder`].

mod begin;
mod bounds;
mod collateral;
mod dated;
mod difference;
mod instrument;
pub mod ladder;
mod need;
mod parameters;
#[cfg(feature = "rpc")]
mod send;
mod state;
#[cfg(test)]
mod tests;
mod timelock;
mod underlying;

pub use state::{MarketState, State};

use crate::{config::Config, time};
use anyhow::Result;
use solana_address::Address;
use solana_instruction::Instruction;
use std::{collections::BTreeSet, fmt};

/// Who pays, who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Pays rent, and gives to the insurance fund.
    pub payer: Address,
    /// The exchange's admin.
    pub admin: Address,
    /// Token account from which the insurance fund gets its first gift; by default the payer's associated one.
    pub insurance_source: Option<Address>,
}

/// What is to be done with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is sent.
    Send,
    /// It is proposed, and may be executed from a time on.
    Propose {
        /// The time, seconds.
        ready_at: i64,
    },
    /// A proposal that expired, or says something else, is withdrawn.
    Withdraw,
    /// It was proposed, and waits.
    Wait {
        /// Until a time, seconds; where there is none, for the steps before it.
        until: Option<i64>,
    },
    /// It was proposed, its time has come, and it is executed.
    Execute,
}

/// A step: one transaction, or a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, for people: values before and after in the units of the file.
    pub what: String,
    /// What is to be done with it.
    pub action: Action,
    /// The instructions; none of a wait.
    pub instructions: Vec<Instruction>,
}

impl Step {
    /// Who must sign, the payer of fees aside.
    pub fn signers(&self) -> BTreeSet<Address> {
        let metas = self.instructions.iter().flat_map(|i| &i.accounts);
        metas.filter(|m| m.is_signer).map(|m| m.pubkey).collect()
    }

    /// True if there is nothing to send yet.
    pub fn is_wait(&self) -> bool {
        matches!(self.action, Action::Wait { .. })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.action {
            Action::Send => write!(f, "{}", self.what),
            Action::Propose { ready_at } => {
                write!(f, "propose (executable at {}): {}", time::format(ready_at), self.what)
            }
            Action::Withdraw => write!(f, "withdraw the proposal: {}", self.what),
            Action::Wait { until: Some(at) } => write!(f, "waits until {}: {}", time::format(at), self.what),
            Action::Wait { until: None } => write!(f, "waits for the steps before it: {}", self.what),
            Action::Execute => write!(f, "execute: {}", self.what),
        }
    }
}

/// What is missing to make the chain what the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is to be done, in order.
    pub steps: Vec<Step>,
    /// What differs and cannot be changed.
    pub conflicts: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Plan {
    /// The steps that can be sent now.
    pub fn sendable(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| !s.is_wait())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for conflict in &self.conflicts {
            writeln!(f, "conflict: {conflict}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for (n, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:>4}. {step}", n + 1)?;
        }
        if self.steps.is_empty() {
            writeln!(f, "nothing to do")?;
        }
        Ok(())
    }
}

/// The steps that are still missing at a time, in seconds, to make the chain what the configuration says.
///
/// # Errors
/// The configuration is wrong: a number, a name, an address that is missing.
pub fn plan(config: &Config, keys: &Keys, state: &State, now: i64) -> Result<Plan> {
    let found = need::needs(config, keys, state, now)?;
    let steps = timelock::schedule(found.needs, keys, state, now);
    Ok(Plan { steps, conflicts: found.conflicts, notes: found.notes })
}
