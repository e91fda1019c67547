//! From what is missing to steps: what waits for the timelock is proposed, waited for and executed.

use super::{Action, Keys, State, Step, need::Need};
use crate::instruction;
use ballast::instruction::tag;
use sha2::{Digest, Sha256};

/// The number of the pending change of a need. None where it does not wait.
pub(super) fn nonce(need: &Need) -> Option<u64> {
    let number = *need.instructions.first()?.data.first()?;
    (tag::waits(number) && !need.at_once).then(|| nonce_of(number, &need.about))
}

/// The number of the pending change of an instruction about something: a hash of both, and not of the instruction's data,
/// so that a proposal that says something else is found too, and an expiry in days, which is another time in every run.
pub(super) fn nonce_of(number: u8, about: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update([number]);
    hash.update(about);
    hash.finalize()[..8].iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// The steps for what is missing.
pub(super) fn schedule(needs: Vec<Need>, keys: &Keys, state: &State, now: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    // A listing that is not done yet: later ones may need it.
    let mut held = false;
    for need in needs {
        let listing = need.listing;
        let mut made = steps_of(need, keys, state, now);
        if let Some(last) = made.last_mut().filter(|_| listing) {
            let done_now = matches!(last.action, Action::Send | Action::Execute);
            if held && done_now {
                last.action = Action::Wait { until: None };
                last.instructions.clear();
            }
            held |= !done_now;
        }
        steps.append(&mut made);
    }
    steps
}

fn steps_of(need: Need, keys: &Keys, state: &State, now: i64) -> Vec<Step> {
    let timelock = i64::from(state.timelock());
    let waiting = nonce(&need).filter(|_| timelock > 0);
    let Need { what, mut instructions, .. } = need;
    let Some(nonce) = waiting else { return vec![Step { what, action: Action::Send, instructions }] };

    let e = &state.addresses;
    let ix = instructions.swap_remove(0);
    let propose = |what: String| {
        let proposal = instruction::propose(e, &keys.payer, &keys.admin, nonce, &instruction::subject(&ix), &ix);
        let action = Action::Propose { ready_at: now.saturating_add(timelock) };
        Step { what, action, instructions: vec![proposal] }
    };
    let Some(change) = state.changes.get(&nonce) else { return vec![propose(what)] };
    let same =
        change.subject == instruction::subject(&ix) && change.data.get(..usize::from(change.len)) == Some(&ix.data[..]);
    if !same || now > change.expires_at {
        let withdraw = instruction::cancel_change(e, &keys.admin, nonce, &change.payer);
        let why = if same { "expired" } else { "says something else" };
        let withdrawn =
            Step { what: format!("it {why}: {what}"), action: Action::Withdraw, instructions: vec![withdraw] };
        return vec![withdrawn, propose(what)];
    }
    let since = change.proposed_at.max(state.withdrawals_open_since(now));
    let ready_at = change.not_before.max(since.saturating_add(timelock));
    if now < ready_at {
        return vec![Step { what, action: Action::Wait { until: Some(ready_at) }, instructions: Vec::new() }];
    }
    let execute = instruction::with_change(ix, e, nonce, &change.payer);
    vec![Step { what, action: Action::Execute, instructions: vec![execute] }]
}
