//! What lets an instruction that waits for the timelock go on.

use crate::{
    constants::CHANGE_SEED,
    error::BallastError,
    instructions::load::now,
    state::{Exchange, Pause, PendingChange},
};
use alloc::{vec, vec::Vec};
use anchor_lang::{
    AccountClose, AnchorAccount, BORSH_CONFIG, BorshConfig, cpi::verify_program_address, prelude::*,
    wincode::SchemaWrite, wincode::config::serialize_into,
};

/// The subject of a change whose data say everything.
pub const NO_SUBJECT: Address = Address::new_from_array([0; 32]);

/// Lets the instruction with this discriminator and these arguments go on if the exchange has no timelock, or if the last two
/// further accounts are its pending change, whose time has come, and the payer of that change. The pending change is then closed.
///
/// # Errors
/// [`BallastError::ChangeNotProposed`], [`BallastError::ChangeDiffers`], [`BallastError::ChangeNotReady`] and
/// [`BallastError::ChangeExpired`], the last two with the times in the log.
pub fn require_proposed<A: SchemaWrite<BorshConfig, Src = A>>(
    further: Vec<AccountView>,
    exchange: &Account<Exchange>,
    subject: Address,
    tag: u8,
    args: &A,
) -> Result<()> {
    find_proposed(further, exchange, subject, tag, args)?.close()
}

/// As [`require_proposed`], for an instruction that calls another program. The runtime refuses such a call after a change of
/// lamports, so the instruction closes the change itself when it is done.
pub fn find_proposed<A: SchemaWrite<BorshConfig, Src = A>>(
    further: Vec<AccountView>,
    exchange: &Account<Exchange>,
    subject: Address,
    tag: u8,
    args: &A,
) -> Result<Proposal> {
    if exchange.timelock == 0 {
        return Ok(Proposal(None));
    }
    let mut data = vec![tag];
    serialize_into(&mut data, args, BORSH_CONFIG).map_err(|_| BallastError::ChangeDiffers)?;
    find(further, exchange, subject, &data)
}

/// The pending change of these data among the further accounts.
#[inline(never)]
fn find(further: Vec<AccountView>, exchange: &Account<Exchange>, subject: Address, data: &[u8]) -> Result<Proposal> {
    let [.., change, payer] = further[..] else { return Err(BallastError::ChangeNotProposed.into()) };
    let change = load(change, exchange.address())?;
    require!(*payer.address() == change.payer, BallastError::Unauthorized);
    require!(payer.is_writable(), ErrorCode::ConstraintMut);
    let same = change.subject == subject && change.data.get(..usize::from(change.len)) == Some(data);
    require!(same, BallastError::ChangeDiffers);
    require_ready(&change, exchange, now()?)?;
    Ok(Proposal(Some((change, payer))))
}

/// A change that may be executed, and the payer of it; nothing where there is no timelock.
#[must_use = "a change that is not closed can be executed again"]
pub struct Proposal(Option<(Account<PendingChange>, AccountView)>);

impl Proposal {
    /// Closes the pending change; the rent goes to who paid for it.
    pub fn close(self) -> Result<()> {
        if let Some((mut change, payer)) = self.0 {
            change.close(payer)?;
        }
        Ok(())
    }
}

/// The pending change of this exchange in an account: writable, of this program, at its own seeds.
fn load(view: AccountView, exchange: &Address) -> Result<Account<PendingChange>> {
    require!(view.owned_by(&crate::ID), BallastError::ChangeNotProposed);
    // SAFETY: Anchor refuses an account that is also declared as mutable, none that is declared as read-only is a pending
    // change, and the other further accounts are not loaded.
    let change = unsafe { Account::<PendingChange>::load_mut(view)? };
    require!(change.exchange == *exchange, BallastError::WrongExchange);
    let (nonce, bump) = (change.nonce.to_le_bytes(), [change.bump]);
    verify_program_address(&[CHANGE_SEED, exchange.as_ref(), &nonce, &bump], &crate::ID, view.address())?;
    Ok(change)
}

/// Checks that a change's time has come and is not over. A timelock that was lengthened since holds for it too; one that was
/// shortened does not. Withdrawals must have been possible for the whole timelock, so that users who do not want the change
/// can leave.
fn require_ready(change: &PendingChange, exchange: &Exchange, now: i64) -> Result<()> {
    if exchange.pause.contains(Pause::WITHDRAW) {
        msg!("withdrawals are paused");
        return Err(BallastError::ChangeNotReady.into());
    }
    let since = change.proposed_at.max(exchange.withdrawals_open_since);
    let ready = change.not_before.max(waited(since, exchange)?);
    require_reached(ready, now)?;
    if now > change.expires_at {
        msg!("expired at {}, now {}", change.expires_at, now);
        return Err(BallastError::ChangeExpired.into());
    }
    Ok(())
}

/// A time and the exchange's timelock after it.
pub fn waited(since: i64, exchange: &Exchange) -> Result<i64> {
    Ok(since.checked_add(exchange.timelock.into()).ok_or(BallastError::Overflow)?)
}

/// Refuses what is not ready, with both times in the log.
pub fn require_reached(ready: i64, now: i64) -> Result<()> {
    if now < ready {
        msg!("ready at {}, now {}", ready, now);
        return Err(BallastError::ChangeNotReady.into());
    }
    Ok(())
}
