//! `relax_underlying`

use super::change_margin::ChangeBoard;
use crate::{
    error::{BallastError, Logged},
    events::ScanRangeRelaxed,
    instructions::load::now,
};
use anchor_lang::prelude::*;
use ballast_risk::{Ppm, UnitPrice};

/// Runs `relax_underlying`: takes back a series of raises of the least scan range, or a part of it, while maintenance margin is on
/// its way there; what had reached it goes back with it. It does not wait for the timelock, in which the raise would come into force.
pub fn relax_underlying(ctx: &mut Context<ChangeBoard>, index: u16, scan_range: u32) -> Result<()> {
    let (now, board) = (now()?, &mut ctx.accounts.board.board);
    let u = board.underlying_mut(index).logged()?;
    let before = u.params.scan_range;
    if !u.range.may_relax(now, before, Ppm::new(scan_range)).logged()? {
        msg!("scan_range: {} now, {} before, {} requested", before.get(), u.range.raised_from.get(), scan_range);
        return Err(BallastError::ChangeNotProposed.into());
    }
    u.params.scan_range = Ppm::new(scan_range);
    u.validate().logged()?;
    if u.price > UnitPrice::ZERO {
        u.move_range(now).logged()?;
        board.reprice(index).logged()?;
    }
    board.require_basis_covered(index).logged()?;
    emit!(ScanRangeRelaxed {
        exchange: *ctx.accounts.exchange.address(),
        before: before.get(),
        scan_range,
        underlying: index,
    });
    Ok(())
}
