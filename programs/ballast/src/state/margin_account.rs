//! A margin account: one trader's cash, tokens, positions and orders.

use crate::error::BallastError;
#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{Interest, LendingPool, Portfolio, QuoteNative, RiskError, liquidation::Episode};
use bitflags::bitflags;
use bytemuck::{Pod, Zeroable};
use solana_address::Address;

/// Delegates of an account.
pub const MAX_DELEGATES: usize = 4;

/// What a delegate may do.
#[cfg_attr(all(feature = "program", feature = "idl-build"), derive(IdlType))]
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Permissions(u8);

bitflags! {
    impl Permissions: u8 {
        /// Place and cancel orders.
        const TRADE = 1;
        /// Use the account to take over positions of others.
        const LIQUIDATE = 2;
        /// Sign block trades. Whoever may do that, or trade, can give value away within the price bands.
        const BLOCK = 4;
        /// Move cash and positions between the owner's accounts.
        const TRANSFER = 8;
        // None of them withdraws.
    }
}

/// Somebody who may act for the owner.
#[cfg_attr(all(feature = "program", feature = "idl-build"), derive(IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Delegate {
    /// Who; all zero where the slot is free.
    pub address: Address,
    /// Time up to which, seconds.
    pub expires_at: i64,
    /// What.
    pub permissions: Permissions,
    /// Reserved, zero.
    pub reserved: [u8; 7],
}

/// Seeds: "margin", exchange, owner, sub-id (u16, little endian).
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct MarginAccount {
    /// The exchange.
    pub exchange: Address,
    /// Who owns what is in here.
    pub owner: Address,
    /// Which of the owner's accounts.
    pub sub_id: u16,
    /// The one underlying of an isolated account, index + 1; 0 for a cross-margin account.
    pub isolated_underlying: u16,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved_flags: [u8; 3],
    /// Counts the instructions that changed this account.
    pub sequence: u64,
    /// Time of the last liquidation, seconds.
    pub liquidated_at: i64,
    /// Who may act for the owner.
    pub delegates: [Delegate; MAX_DELEGATES],
    /// Its present episode of default.
    pub episode: Episode,
    /// Reserved, zero.
    pub reserved: [u64; 26],
    /// Cash, tokens and positions.
    pub portfolio: Portfolio,
}

impl MarginAccount {
    /// Counts an instruction that changed this account.
    pub fn count_change(&mut self) -> core::result::Result<(), BallastError> {
        self.sequence = self.sequence.checked_add(1).ok_or(BallastError::Overflow)?;
        Ok(())
    }

    /// True if the account may hold something of an underlying: an isolated account holds only one.
    pub fn accepts_underlying(&self, underlying: u16) -> bool {
        self.isolated_underlying == 0 || self.isolated_underlying - 1 == underlying
    }

    /// Requires that the account is in its owner's hands. One in receivership trades, transfers, withdraws and takes over
    /// nothing; its owner may deposit and cancel orders, which need no leave.
    #[inline(always)]
    pub fn require_in_own_hands(&self) -> core::result::Result<(), BallastError> {
        if self.episode.is_seized() { Err(BallastError::Seized) } else { Ok(()) }
    }

    /// Counts anew what the account lends and owes, see [`LendingPool::register`]. One in receivership lends nothing, whoever
    /// deposits or touches it: it would earn interest, and bear a part of its own debt.
    pub fn register(
        &mut self,
        lending: &mut LendingPool,
        own_cash: QuoteNative,
        interest: &Interest,
        now: i64,
    ) -> core::result::Result<(), RiskError> {
        if !self.episode.is_seized() {
            return lending.register(&mut self.portfolio, own_cash, interest, now);
        }
        lending.stop_lending(&mut self.portfolio, now)?;
        lending.register_owed(&mut self.portfolio, now)
    }

    /// True if `who` may do what `needed` names at time `now`.
    pub fn allows(&self, who: &Address, needed: Permissions, now: i64) -> bool {
        *who == self.owner
            || self.delegates.iter().any(|d| {
                d.address == *who && now < d.expires_at && d.permissions.contains(needed) && !needed.is_empty()
            })
    }
}

// The account is created in one instruction.
const _: () = assert!(core::mem::size_of::<MarginAccount>() + super::DISCRIMINATOR_LEN <= crate::constants::MAX_GROWTH);
