//! A token accepted as collateral. It is a position of delta one in its underlying.

use crate::{Ppm, RiskError, Units};
use bytemuck::{Pod, Zeroable};

/// A collateral token.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Token {
    /// Token account that holds what all accounts deposited.
    pub vault: [u8; 32],
    /// Mint address.
    pub mint: [u8; 32],
    /// Name, padded with zeros.
    pub name: [u8; 16],
    /// Smallest units of the token in one delta unit of its underlying. What an account holds beyond a whole delta unit
    /// counts for nothing in margin.
    pub atoms_per_unit: u64,
    /// Most that all accounts together may deposit, in smallest units.
    pub deposit_limit: u64,
    /// Underlying whose price the token has.
    pub underlying: u16,
    /// 1 where a token is listed.
    pub listed: u8,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Haircut for liquidity, in [0, 90 %]; the price risk is in the scan.
    pub haircut: Ppm,
    /// Reserved, zero.
    pub reserved: [u64; 5],
}

impl Token {
    /// True if a token is listed in this slot.
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.listed == 1
    }

    /// Checks the hard bounds: haircut, atoms per unit, deposit limit.
    pub fn validate(&self) -> Result<(), RiskError> {
        use crate::bounds::token::*;
        crate::board::first_out_of_bounds(&[
            HAIRCUT.admits(self.haircut.get()),
            ATOMS_PER_UNIT.admits(self.atoms_per_unit),
            DEPOSIT_LIMIT.admits(self.deposit_limit),
        ])
    }

    /// Whole delta units in an amount of the token, rounded down.
    #[inline(always)]
    pub fn units(&self, amount: u64) -> Result<Units, RiskError> {
        // Never zero of a listed token. An error with a name costs every check of a token 11 CU.
        let units = amount.checked_div(self.atoms_per_unit).ok_or(RiskError::Overflow)?;
        i64::try_from(units).map(Units::new).map_err(|_| RiskError::Overflow)
    }
}
