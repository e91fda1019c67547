//! A token accepted as collateral. It is a position of delta one in its underlying.

use crate::{
    Parameters, RiskError, TokenParams, Units,
    bound::{Bound, Unit},
};
use bytemuck::{Pod, Zeroable};

/// Decimals of a mint beyond those of its underlying's delta unit.
const BEYOND_UNIT: Bound = Bound {
    list: "Collateral token, fixed at listing",
    name: "mint decimals - unit_exponent",
    low: 0,
    high: 18,
    or_zero: false,
    unit: Unit::Decimals,
};

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
    /// Parameters.
    pub params: TokenParams,
    /// Underlying whose price the token has.
    pub underlying: u16,
    /// 1 where a token is listed.
    pub listed: u8,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Reserved, zero.
    pub reserved: [u32; 9],
}

impl Token {
    /// True if a token is listed in this slot.
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.listed == 1
    }

    /// Smallest units of a token of so many decimals in one delta unit of its underlying, `10^-unit_exponent` of the asset: a
    /// whole token is a whole asset. It follows from the mint, so that no wrong number can be listed.
    ///
    /// # Errors
    /// [`RiskError::ParameterOutOfBounds`] for a mint with fewer decimals than the delta unit, whose smallest unit would be worth
    /// several; list the underlying with a smaller exponent. And for one with more than 18 beyond it.
    pub fn atoms_per_unit(decimals: u8, unit_exponent: u8) -> Result<u64, RiskError> {
        let beyond = i64::from(decimals) - i64::from(unit_exponent);
        if !BEYOND_UNIT.admits(beyond) {
            return Err(RiskError::ParameterOutOfBounds { bound: &BEYOND_UNIT, value: beyond });
        }
        Ok(10u64.pow(beyond as u32))
    }

    /// Checks every parameter against its hard bounds.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.params.validate_bounds()
    }

    /// Whole delta units in an amount of the token, rounded down.
    #[inline(always)]
    pub fn units(&self, amount: u64) -> Result<Units, RiskError> {
        // Never zero of a listed token. An error with a name costs every check of a token 11 CU.
        let units = amount.checked_div(self.atoms_per_unit).ok_or(RiskError::Overflow)?;
        i64::try_from(units).map(Units::new).map_err(|_| RiskError::Overflow)
    }
}
