//! What happened, and how to come back to it.

use ballast_client::{BallastError, instruction};
use solana_instruction::Instruction;
use std::collections::{BTreeMap, VecDeque};

/// Instructions that a failure prints.
const REMEMBERED: usize = 12;

/// How often what happened.
#[derive(Debug, Default)]
pub struct Tally {
    did: BTreeMap<&'static str, usize>,
    refused: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts something that happened.
    pub fn did(&mut self, what: &'static str, n: usize) {
        *self.did.entry(what).or_default() += n;
    }

    /// Counts a refusal.
    pub fn refused(&mut self, error: BallastError) {
        *self.refused.entry(error.name()).or_default() += 1;
    }

    /// Adds what happened elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (from, to) in [(&other.did, &mut self.did), (&other.refused, &mut self.refused)] {
            for (what, n) in from {
                *to.entry(what).or_default() += n;
            }
        }
    }

    /// Panics, naming what happened less often.
    pub fn assert_at_least(&self, least: usize, did: &[&str]) {
        let seldom = |what: &&str| self.did.get(what).is_none_or(|n| *n < least);
        let missing: Vec<&str> = did.iter().copied().filter(seldom).collect();
        assert!(missing.is_empty(), "happened less than {least} times: {missing:?}");
    }

    /// Panics, naming what never happened.
    pub fn assert_happened(&self, did: &[&str], refused: &[BallastError]) {
        let never = |map: &BTreeMap<&'static str, usize>, what: &str| map.get(what).is_none_or(|n| *n == 0);
        let missing: Vec<&str> = did.iter().copied().filter(|what| never(&self.did, what)).collect();
        let unmet: Vec<&str> = refused.iter().map(|e| e.name()).filter(|what| never(&self.refused, what)).collect();
        assert!(missing.is_empty() && unmet.is_empty(), "never happened: {missing:?}, never refused with: {unmet:?}");
    }
}

/// What led to where a sequence is. A panic prints it.
pub struct Replay {
    seed: u64,
    step: u64,
    last: VecDeque<String>,
}

impl Replay {
    /// The beginning of a sequence.
    pub fn new(seed: u64) -> Self {
        Self { seed, step: 0, last: VecDeque::with_capacity(REMEMBERED) }
    }

    /// Goes on to the next step.
    pub fn next_step(&mut self) {
        self.step += 1;
    }

    /// Notes an instruction that is about to be sent.
    pub fn note(&mut self, time: i64, ix: &Instruction) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        let hex: String = ix.data.iter().map(|b| format!("{b:02x}")).collect();
        let accounts: Vec<String> = ix.accounts.iter().map(|a| a.pubkey.to_string()[..6].to_owned()).collect();
        let name = instruction::name(&ix.data).unwrap_or("?");
        self.last.push_back(format!("step {} at {time}: {name} {hex} {}", self.step, accounts.join(" ")));
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:#?}", self.last);
            eprintln!(
                "again: BALLAST_SEED={} BALLAST_STEPS={} cargo test -p ballast-tests --test svm random -- --nocapture",
                self.seed, self.step
            );
        }
    }
}
