//! `relax_underlying`

use super::change_margin::ChangeBoard;
use crate::{
    error::{BallastError, Logged},
    events::ScanRangeRelaxed,
    instructions::load::now,
};
use anchor_lang::prelude::*;
use ballast_risk::Ppm;

/// Runs `relax_underlying`: takes back a raise of the least scan range, or a part of it, while maintenance margin is on its
/// way there. It does not wait for the timelock, in which the raise would come into force.
pub fn relax_underlying(ctx: &mut Context<ChangeBoard>, index: u16, scan_range: u32) -> Result<()> {
    let u = ctx.accounts.board.board.underlying_mut(index).logged()?;
    let before = u.params.scan_range;
    if !u.range.may_relax(now()?, before, Ppm::new(scan_range)).logged()? {
        msg!("scan_range: {} now, {} before, {} requested", before.get(), u.range.floor_before.get(), scan_range);
        return Err(BallastError::ChangeNotProposed.into());
    }
    u.params.scan_range = Ppm::new(scan_range);
    u.validate().logged()?;
    emit!(ScanRangeRelaxed {
        exchange: *ctx.accounts.exchange.address(),
        before: before.get(),
        scan_range,
        underlying: index,
    });
    Ok(())
}
