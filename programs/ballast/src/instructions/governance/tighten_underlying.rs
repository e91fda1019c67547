//! `tighten_underlying`

use super::only_tightens;
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::ScanRangeRaised,
    instructions::load::now,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::Ppm;

/// Accounts of the instructions by which the risk authority tightens what is on the board alone.
#[derive(Accounts)]
pub struct TightenBoard {
    /// The risk authority.
    #[account(address = exchange.risk_authority @ BallastError::Unauthorized)]
    pub risk_authority: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `tighten_underlying`: raises the least scan range, by at most a tenth in twelve hours. Initial margin takes it over with the next price, maintenance margin
/// by its ramp.
pub fn tighten_underlying(ctx: &mut Context<TightenBoard>, index: u16, scan_range: u32) -> Result<()> {
    let u = ctx.accounts.board.board.underlying_mut(index).logged()?;
    let before = u.params.scan_range;
    only_tightens("scan_range", scan_range > before.get(), before.get().into(), scan_range.into())?;
    let now = now()?;
    let most = u.range.highest_floor(now, before).logged()?;
    if scan_range > most.get() {
        msg!("scan_range: at most {} for twelve hours, {} requested", most.get(), scan_range);
        return Err(BallastError::RaisedTooMuch.into());
    }
    u.range.raise_floor(now, before).logged()?;
    u.params.scan_range = Ppm::new(scan_range);
    u.validate().logged()?;
    emit!(ScanRangeRaised {
        exchange: *ctx.accounts.exchange.address(),
        before: before.get(),
        scan_range,
        underlying: index,
    });
    Ok(())
}
