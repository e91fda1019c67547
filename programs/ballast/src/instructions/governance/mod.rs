//! Authorities, changes that wait for the timelock, and what may be tightened at once.

mod accept_authority;
mod cancel_change;
mod change_collateral;
mod change_fees;
mod change_instrument;
mod change_margin;
mod change_underlying;
mod nominate_authority;
mod propose_change;
mod relax_instrument;
mod relax_underlying;
mod set_timelock;
mod set_withdrawal_limit;
mod tighten_collateral;
mod tighten_instrument;
mod tighten_underlying;
pub mod timelock;
mod trip_breaker;

pub use {
    accept_authority::*, cancel_change::*, change_collateral::*, change_fees::*, change_instrument::*,
    change_margin::*, change_underlying::*, nominate_authority::*, propose_change::*, relax_instrument::*,
    relax_underlying::*, set_timelock::*, set_withdrawal_limit::*, tighten_collateral::*, tighten_instrument::*,
    tighten_underlying::*, trip_breaker::*,
};

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
