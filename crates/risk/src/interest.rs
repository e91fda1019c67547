//! Interest on owed cash, and what lenders of cash get of it.

use crate::{Ppm, RiskError, board::first_out_of_bounds};
use bytemuck::{Pod, Zeroable};

/// Parameters of the borrow rate: two straight lines that meet at the optimal utilisation.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct InterestParams {
    /// Rate at no utilisation, a year, in [0, 100 %].
    pub base_rate: Ppm,
    /// Rate at the optimal utilisation, a year, in [base, 200 %].
    pub optimal_rate: Ppm,
    /// Rate at full utilisation, a year, in [optimal, 400 %].
    pub max_rate: Ppm,
    /// Utilisation at which the lines meet, in [1 %, 99 %].
    pub optimal_utilisation: Ppm,
    /// Utilisation up to which withdrawals may borrow, in [0, 95 %]; 0 allows none.
    pub max_utilisation: Ppm,
    /// Part of the interest that the exchange keeps, in [0, 90 %].
    pub reserve: Ppm,
    /// Length of an epoch of lending in seconds, in [1 minute, 7 days].
    pub epoch_seconds: u32,
    /// Reserved, zero.
    pub reserved: u32,
}

/// Rates and indices in force, on the board.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Interest {
    /// Parameters.
    pub params: InterestParams,
    /// Cumulative interest owed on one unit, 2^-48, at `updated_at`.
    pub borrow_index: u64,
    /// Interest on one unit a second, 2^-48, from `updated_at` on.
    pub borrow_rate: u64,
    /// Time of the index, seconds.
    pub updated_at: i64,
    /// Cumulative interest paid to one unit lent, 2^-48.
    pub lend_index: u64,
    /// When the present epoch began, seconds.
    pub epoch_started_at: i64,
    /// Number of the present epoch.
    pub epoch: u32,
    /// Reserved, zero.
    pub reserved: [u32; 5],
}

impl InterestParams {
    /// Checks the hard bounds; the error counts from zero in the order of declaration.
    pub fn validate(&self) -> Result<(), RiskError> {
        first_out_of_bounds(&[
            self.base_rate.0 <= 1_000_000,
            (self.base_rate.0..=2_000_000).contains(&self.optimal_rate.0),
            (self.optimal_rate.0..=4_000_000).contains(&self.max_rate.0),
            (10_000..=990_000).contains(&self.optimal_utilisation.0),
            self.max_utilisation.0 <= 950_000,
            self.reserve.0 <= 900_000,
            (60..=604_800).contains(&self.epoch_seconds),
        ])
    }
}
