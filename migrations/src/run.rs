//! Planning and applying.

use crate::Command;
use anyhow::{Result, ensure};
use ballast_client::{
    config::Config,
    migrate::{Keys, Plan},
    rpc::Rpc,
};
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

/// Shows the plan and, if that is the command and `agree` agrees, applies it.
///
/// # Errors
/// The plan has conflicts, or a step failed: what was done before stays done, and the next run goes on from there.
pub fn run(
    command: Command,
    config: &Config,
    rpc: &Rpc,
    keyring: &Keyring,
    agree: impl FnOnce() -> Result<bool>,
    out: &mut impl Write,
) -> Result<Plan> {
    let plan = rpc.plan(config, &keyring.keys())?;
    write!(out, "{plan}")?;
    let count = plan.sendable().count();
    if command == Command::Plan || count == 0 {
        return Ok(plan);
    }
    ensure!(plan.conflicts.is_empty(), "the file contradicts what is listed: nothing was done");
    ensure!(agree()?, "nothing was done");
    let mut done = 0;
    let mut heard = Ok(());
    rpc.apply(&plan, &keyring.payer, &[&keyring.admin], |_, step, sent| {
        if let Some(sent) = sent {
            done += 1;
            let line = writeln!(out, "[{done}/{count}] {step} ({})", sent.signature);
            heard = std::mem::replace(&mut heard, Ok(())).and(line);
        }
    })?;
    heard?;
    let waiting = plan.steps.len() - count;
    writeln!(out, "{done} steps done, {waiting} waiting")?;
    Ok(plan)
}
