//! `change_collateral`

use super::{
    change_margin::ChangeBoard,
    timelock::{NO_SUBJECT, require_proposed},
};
use crate::{
    args::CollateralChangeArgs, error::Logged, events::CollateralChanged, instruction::tag, instructions::load::now,
};
use anchor_lang::prelude::*;
use ballast_risk::{Board, RiskError, Token as CollateralToken};

/// Runs `change_collateral`. A limit below what is deposited stops further deposits, and nothing else.
pub fn change_collateral(ctx: &mut Context<ChangeBoard>, args: CollateralChangeArgs) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::CHANGE_COLLATERAL, &args)?;
    let board = &mut ctx.accounts.board.board;
    let token = *board.token(args.token).logged()?;
    let changed = CollateralToken { params: args.params, ..token };
    write_token(board, args.token, &changed)?;
    ctx.accounts.board.note_change(&ctx.accounts.exchange, now()?);
    emit!(CollateralChanged::of(ctx.accounts.exchange.address(), args.token, &changed));
    Ok(())
}

/// Writes a token back if its parameters are inside their hard bounds.
pub fn write_token(board: &mut Board, index: u16, changed: &CollateralToken) -> Result<()> {
    changed.validate().logged()?;
    let slot = board.tokens.get_mut(usize::from(index)).ok_or(RiskError::NotListed { index }).logged()?;
    *slot = *changed;
    Ok(())
}
