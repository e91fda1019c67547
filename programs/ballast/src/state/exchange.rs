//! The exchange: authorities, fees, pause bits. Written by governance only.

use crate::error::BallastError;
#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{QuoteNative, bounds::exchange as bounds};
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
    /// Most that a maker pays in one instruction whose order is cancelled because he could not carry the fill, quote-native.
    pub maker_penalty: QuoteNative,
    /// Since when withdrawals are not paused, seconds. While they are, this says nothing.
    pub withdrawals_open_since: i64,
    /// When an admin was last nominated, seconds.
    pub admin_nominated_at: i64,
    /// What is paused.
    pub pause: Pause,
    /// Taker fee in millionths of value.
    pub taker_fee_ppm: u32,
    /// Maker fee in millionths of value; negative is a rebate, never more than the taker fee.
    pub maker_fee_ppm: i32,
    /// Fee of either side of a block trade in millionths of value.
    pub block_fee_ppm: u32,
    /// What such a maker pays, in millionths of the value that would have matched.
    pub maker_penalty_ppm: u32,
    /// Seconds that a change of parameters waits; 0 while an exchange is being set up.
    pub timelock: u32,
    /// Reserved, zero.
    pub reserved_word: u32,
    /// Decimals of the quote mint.
    pub quote_decimals: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 114],
}

impl Exchange {
    /// What holds at the end of every instruction that writes the exchange: fees and timelock inside their hard bounds, no maker fee
    /// or rebate above the taker fee, and no pause bits but the known ones.
    ///
    /// # Errors
    /// [`BallastError::ParameterOutOfBounds`].
    pub fn invariant(&self) -> core::result::Result<(), BallastError> {
        // A rebate is paid out of the taker fee, and no maker pays more than a taker.
        let fees = self.maker_fee_ppm.unsigned_abs() <= self.taker_fee_ppm
            && bounds::TAKER_FEE.admits(self.taker_fee_ppm)
            && bounds::MAKER_FEE.admits(self.maker_fee_ppm)
            && bounds::BLOCK_FEE.admits(self.block_fee_ppm)
            && bounds::MAKER_PENALTY_RATE.admits(self.maker_penalty_ppm)
            && bounds::MAKER_PENALTY.admits(self.maker_penalty.get());
        let known = Pause::from_bits(self.pause.bits()).is_some() && bounds::TIMELOCK.admits(self.timelock);
        if fees && known { Ok(()) } else { Err(BallastError::ParameterOutOfBounds) }
    }
}
