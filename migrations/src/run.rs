//! Planning and applying.

use anyhow::{Result, ensure};
use ballast_client::{
    config::Config,
    migrate::{Keys, Plan},
    rpc::Rpc,
};
use indicatif::ProgressBar;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::io::Write;

/// Who signs.
pub struct Keyring {
    /// The exchange's admin.
    pub admin: Keypair,
    /// Pays fees, rent, and the first gift to the insurance fund.
    pub payer: Keypair,
}

impl Keyring {
    fn keys(&self) -> Keys {
        Keys { payer: self.payer.pubkey(), admin: self.admin.pubkey(), insurance_source: None }
    }
}

/// Shows what is missing to make the chain what a configuration says.
///
/// # Errors
/// The configuration or the chain cannot be read.
pub fn plan(config: &Config, rpc: &Rpc, keyring: &Keyring, out: &mut impl Write) -> Result<Plan> {
    let plan = rpc.plan(config, &keyring.keys())?;
    write!(out, "{plan}")?;
    Ok(plan)
}

/// Shows the plan and, if `agree` agrees, applies it. Every step that is done is a line of `out`, above the `progress` of all.
///
/// # Errors
/// The plan has conflicts, or a step failed: what was done before stays done, and the next run goes on from there.
pub fn apply(
    config: &Config,
    rpc: &Rpc,
    keyring: &Keyring,
    agree: impl FnOnce() -> Result<bool>,
    out: &mut impl Write,
    progress: &ProgressBar,
) -> Result<Plan> {
    let plan = plan(config, rpc, keyring, out)?;
    let count = plan.sendable().count();
    if count == 0 {
        return Ok(plan);
    }
    ensure!(plan.conflicts.is_empty(), "the file contradicts what is listed: nothing was done");
    ensure!(agree()?, "nothing was done");
    let mut heard = Ok(());
    let mut done = 0;
    progress.set_length(count as u64);
    let applied = rpc.apply(&plan, &keyring.payer, &[&keyring.admin], |_, step, sent| match sent {
        None => progress.set_message(step.to_string()),
        Some(sent) => {
            done += 1;
            let line = || writeln!(out, "[{done}/{count}] {step} ({})", sent.signature);
            heard = std::mem::replace(&mut heard, Ok(())).and(progress.suspend(line));
            progress.inc(1);
        }
    });
    progress.finish_and_clear();
    applied?;
    heard?;
    let waiting = plan.steps.len() - count;
    writeln!(out, "{done} steps done, {waiting} waiting")?;
    Ok(plan)
}
