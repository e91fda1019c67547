//! Authorities, changes that wait for the timelock, and what may be tightened at once.

pub mod accept_authority;
pub mod cancel_change;
pub mod change_collateral;
pub mod change_fees;
pub mod change_instrument;
pub mod change_margin;
pub mod change_underlying;
pub mod nominate_authority;
pub mod propose_change;
pub mod relax_underlying;
pub mod set_timelock;
pub mod set_withdrawal_limit;
pub mod tighten_collateral;
pub mod tighten_instrument;
pub mod tighten_underlying;
pub mod timelock;
pub mod trip_breaker;

use crate::error::BallastError;
use anchor_lang::prelude::*;

/// Refuses what the risk authority may not do, with the numbers in the log.
fn only_tightens(what: &str, tightens: bool, before: i64, after: i64) -> Result<()> {
    if !tightens {
        msg!("{}: {} now, {} requested", what, before, after);
        return Err(BallastError::OnlyTightens.into());
    }
    Ok(())
}
