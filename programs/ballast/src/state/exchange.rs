//! The exchange: authorities, fees, pause bits. Written by governance only.

use crate::error::BallastError;
#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{ExchangeParams, FeeParams, Parameters};
use bitflags::bitflags;
use bytemuck::{Pod, Zeroable};
use solana_address::Address;

/// What is paused.
#[cfg_attr(all(feature = "program", feature = "idl-build"), derive(IdlType))]
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Pause(u32);

bitflags! {
    impl Pause: u32 {
        /// No deposits, and no liquidations, which nobody could avert.
        const DEPOSIT = 1;
        /// No withdrawals.
        const WITHDRAW = 2;
        /// No trade that adds risk. Reducing and cancelling stay possible in every pause state.
        const NEW_RISK = 4;
        /// No liquidation.
        const LIQUIDATE = 8;
    }
}

/// Seeds: "exchange", exchange id (u64, little endian).
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct Exchange {
    /// May list and change parameters, after the timelock.
    pub admin: Address,
    /// May tighten risk parameters at once, never loosen them.
    pub risk_authority: Address,
    /// May set pause bits, never clear them.
    pub pause_authority: Address,
    /// Who was nominated for each authority, in the order of [`crate::args::Authority`]; all zero for nobody.
    pub nominated: [Address; 3],
    /// Mint of the quote currency.
    pub quote_mint: Address,
    /// Token account that holds all of the quote currency.
    pub quote_vault: Address,
    /// The id in the seeds.
    pub id: u64,
    /// Fees.
    pub fees: FeeParams,
    /// Since when withdrawals are not paused, seconds. While they are, this says nothing.
    pub withdrawals_open_since: i64,
    /// Since when liquidations are not paused, seconds; 0 where they never were. While they are, this says nothing.
    pub liquidations_open_since: i64,
    /// When an admin was last nominated, seconds.
    pub admin_nominated_at: i64,
    /// What is paused.
    pub pause: Pause,
    /// Seconds that a change of parameters waits; 0 while an exchange is being set up.
    pub timelock: u32,
    /// Reserved, zero.
    pub reserved_word: u32,
    /// Decimals of the quote mint.
    pub quote_decimals: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 106],
}

impl Exchange {
    /// True if accounts may be liquidated, given notice and seized: neither that nor deposits, which avert it, are paused.
    pub fn may_liquidate(&self) -> bool {
        !self.pause.intersects(Pause::LIQUIDATE.union(Pause::DEPOSIT))
    }

    /// What holds of an exchange, and at the end of every instruction that writes its fees: fees and timelock inside their hard
    /// bounds, no maker fee or rebate above the taker fee, and no pause bits but the known ones. The pause, the authorities and
    /// the timelock check what they write and nothing else: what defends the exchange may not fail because of its fees.
    ///
    /// # Errors
    /// [`BallastError::ParameterOutOfBounds`].
    pub fn invariant(&self) -> core::result::Result<(), BallastError> {
        let fees = self.fees.validate().is_ok();
        let timelock = ExchangeParams { timelock: self.timelock }.validate_bounds().is_ok();
        let known = timelock && Pause::from_bits(self.pause.bits()).is_some();
        if fees && known { Ok(()) } else { Err(BallastError::ParameterOutOfBounds) }
    }
}
