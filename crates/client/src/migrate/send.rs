//! Planning and applying through JSON-RPC.

use super::{Keys, Plan, State, Step, plan};
use crate::{
    config::Config,
    rpc::{Rpc, Sent},
};
use anyhow::{Context, Result};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Addresses that one request may name.
const ADDRESSES: usize = 100;

impl Rpc {
    /// What is missing on the chain to make it what a configuration says.
    pub fn plan(&self, config: &Config, keys: &Keys) -> Result<Plan> {
        let now = self.now()?;
        let state = State::read(config, keys, now, |addresses| self.data_of(addresses))?;
        plan(config, keys, &state, now)
    }

    /// Sends the steps of a plan that can be sent now, each when the one before it is confirmed. `hear` is told of every step
    /// before it is sent, and again with what it did. Stops at the first that fails: the next plan goes on from there.
    pub fn apply(
        &self,
        plan: &Plan,
        payer: &Keypair,
        signers: &[&Keypair],
        mut hear: impl FnMut(usize, &Step, Option<&Sent>),
    ) -> Result<()> {
        for (n, step) in plan.steps.iter().enumerate() {
            hear(n, step, None);
            if !step.is_wait() {
                let needed = step.signers();
                let signers: Vec<&Keypair> = signers.iter().copied().filter(|k| needed.contains(&k.pubkey())).collect();
                let sent = self.send(&step.instructions, payer, &signers);
                hear(n, step, Some(&sent.with_context(|| format!("step {}: {step}", n + 1))?));
            }
        }
        Ok(())
    }

    /// The data of accounts, in the order of their addresses.
    fn data_of(&self, addresses: &[Address]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut all = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(ADDRESSES) {
            let found = self.client().get_multiple_accounts_with_commitment(some, self.client().commitment())?;
            all.extend(found.value.into_iter().map(|account| account.map(|a| a.data)));
        }
        Ok(all)
    }
}
