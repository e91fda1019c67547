//! `set_delegate`

use crate::{
    constants::{EXCHANGE_SEED, MARGIN_SEED, MAX_DELEGATION},
    error::BallastError,
    events::DelegateSet,
    instructions::load::now,
    state::{Delegate, Exchange, MarginAccount, Permissions},
};
use anchor_lang::prelude::*;
use bytemuck::Zeroable;

/// Accounts of `set_delegate`.
#[derive(Accounts)]
pub struct SetDelegate {
    /// The owner. A delegate names no others.
    #[account(address = margin.owner @ BallastError::Unauthorized)]
    pub owner: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `set_delegate`. The permissions of a delegate that is named already are replaced. The slot of a delegate whose time
/// is over is free. Taking permissions away is never refused for want of time or slots.
pub fn set_delegate(
    ctx: &mut Context<SetDelegate>,
    delegate: [u8; 32],
    permissions: u8,
    expires_at: i64,
) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    let delegate = Address::new_from_array(delegate);
    let permissions = Permissions::from_bits(permissions).ok_or(BallastError::BadPermissions)?;
    // The owner may do everything without, and nobody is at the address that marks a free slot.
    require!(delegate != a.margin.owner && delegate != Address::default(), BallastError::NotADelegate);
    let slots = &mut a.margin.delegates;
    let present = slots.iter().position(|d| d.address == delegate);
    if permissions.is_empty() {
        require!(expires_at == 0, BallastError::BadExpiryOfDelegate);
        slots[present.ok_or(BallastError::NotADelegate)?] = Delegate::zeroed();
    } else {
        let latest = now.checked_add(MAX_DELEGATION).ok_or(BallastError::Overflow)?;
        require!(expires_at > now && expires_at <= latest, BallastError::BadExpiryOfDelegate);
        let free = || slots.iter().position(|d| d.address == Address::default() || d.expires_at <= now);
        let slot = present.or_else(free).ok_or(BallastError::NoFreeDelegate)?;
        slots[slot] = Delegate { address: delegate, expires_at, permissions, reserved: [0; 7] };
    }
    a.margin.count_change()?;
    emit!(DelegateSet { margin: *a.margin.address(), delegate, expires_at, permissions: permissions.bits() });
    Ok(())
}
