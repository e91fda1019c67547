//! `tighten_collateral`

use super::{change_collateral::write_token, only_tightens, tighten_underlying::TightenBoard};
use crate::{error::Logged, events::CollateralChanged};
use anchor_lang::prelude::*;
use ballast_risk::{Token as CollateralToken, TokenParams};

/// Runs `tighten_collateral`: lowers what all accounts together may deposit.
pub fn tighten_collateral(ctx: &mut Context<TightenBoard>, token: u16, deposit_limit: u64) -> Result<()> {
    let board = &mut ctx.accounts.board.board;
    let listed = *board.token(token).logged()?;
    // Numbers for the log: both are at most 2^62, or refused.
    let numbers = (listed.params.deposit_limit as i64, i64::try_from(deposit_limit).unwrap_or(i64::MAX));
    only_tightens("deposit_limit", deposit_limit <= listed.params.deposit_limit, numbers.0, numbers.1)?;
    let changed = CollateralToken { params: TokenParams { deposit_limit, ..listed.params }, ..listed };
    write_token(board, token, &changed)?;
    emit!(CollateralChanged::of(ctx.accounts.exchange.address(), token, &changed));
    Ok(())
}
