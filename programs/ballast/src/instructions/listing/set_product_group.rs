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

/// Runs `set_product_group`.
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
    let slot = ctx.accounts.board.board.groups.get_mut(usize::from(group)).ok_or(BallastError::NotListed)?;
    *slot = ProductGroup { name, params };
    ctx.accounts.board.note_change(&ctx.accounts.exchange, now()?);
    emit!(ProductGroupSet { exchange: *ctx.accounts.exchange.address(), name, params, group });
    Ok(())
}
