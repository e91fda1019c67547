//! `set_product_group`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Named},
    events::ProductGroupSet,
    instruction::tag,
    instructions::governance::timelock::{NO_SUBJECT, require_proposed},
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Ppm, ProductGroup, bounds};

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
pub fn set_product_group(ctx: &mut Context<SetProductGroup>, group: u8, name: [u8; 16], offset: u32) -> Result<()> {
    require_proposed(
        ctx.remaining_accounts()?,
        &ctx.accounts.exchange,
        NO_SUBJECT,
        tag::SET_PRODUCT_GROUP,
        &(group, name, offset),
    )?;
    let set = ProductGroup { name, offset: Ppm::new(offset), reserved: [0; 3] };
    set.validate().named(bounds::group::ALL)?;
    let slot = ctx.accounts.board.board.groups.get_mut(usize::from(group)).ok_or(BallastError::NotListed)?;
    *slot = set;
    emit!(ProductGroupSet { exchange: *ctx.accounts.exchange.address(), name, offset, group });
    Ok(())
}
