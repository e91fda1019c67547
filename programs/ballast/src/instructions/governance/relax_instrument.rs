//! `relax_instrument`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::change_instrument::{ChangeInstrument, write_limits};
use crate::{
    error::{BallastError, Logged},
    events::InstrumentChanged,
    instructions::load::now,
};
use anchor_lang::prelude::*;

/// Runs `relax_instrument`: takes back all that the risk authority tightened of an instrument in its last series, within twelve
/// hours of the last of it. It does not wait for the timelock, in which a thief of that key would keep a market shut.
pub fn relax_instrument(ctx: &mut Context<ChangeInstrument>, instrument: u16) -> Result<()> {
    let a = &mut ctx.accounts;
    let mut changed = *a.board.board.instrument(instrument).logged()?;
    if !changed.may_relax(now()?).logged()? {
        msg!("last tightened at {}", changed.tightened_at);
        return Err(BallastError::ChangeNotProposed.into());
    }
    changed.relax();
    write_limits(&mut a.board.board, &mut a.market, &changed)?;
    emit!(InstrumentChanged::of(a.exchange.address(), &changed));
    Ok(())
}
