//! `set_product_group`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::ProductGroupSet,
    instruction::tag,
    instructions::{
        governance::timelock::{NO_SUBJECT, require_proposed},
        load::now,
    },
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{GroupParams, Parameters, ProductGroup};

/// Accounts of `set_product_group`.
#[derive(Accounts)]
pub struct SetProductGroup {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `set_product_group`. A larger offset may lower the calendar charge in force of the group's underlyings, which must still
/// cover their bases.
pub fn set_product_group(
    ctx: &mut Context<SetProductGroup>,
    group: u8,
    name: [u8; 16],
    params: GroupParams,
) -> Result<()> {
    require_proposed(
        ctx.remaining_accounts()?,
        &ctx.accounts.exchange,
        NO_SUBJECT,
        tag::SET_PRODUCT_GROUP,
        &(group, name, params),
    )?;
    params.validate_bounds().logged()?;
    let board = &mut ctx.accounts.board.board;
    let slot = board.groups.get_mut(usize::from(group)).ok_or(BallastError::NotListed)?;
    *slot = ProductGroup { name, params };
    // An underlying names its group by index + 1.
    for u in board.underlyings.iter().filter(|u| u.is_listed() && u.group.checked_sub(1) == Some(group)) {
        board.require_basis_covered(u.index).logged()?;
    }
    ctx.accounts.board.note_change(&ctx.accounts.exchange, now()?);
    emit!(ProductGroupSet { exchange: *ctx.accounts.exchange.address(), name, params, group });
    Ok(())
}
