//! Product groups: which underlyings offset one another, and how much.

use crate::{Ppm, RiskError};
use bytemuck::{Pod, Zeroable};

/// A product group. With weight c its underlyings move together, row by row; with weight 1 − c each takes its own worst
/// row. Two equal and opposite risks under correlation ρ need c = 1 − √((1−ρ)/2).
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct ProductGroup {
    /// Name, padded with zeros; all zero where the slot is free.
    pub name: [u8; 16],
    /// c, in [0, 95 %]: 1 − c is the floor that stands for a breakdown of correlation.
    pub offset: Ppm,
    /// Reserved, zero.
    pub reserved: [u32; 3],
}

/// 1 − c: the part of an underlying's scanning risk that no product group offsets. `group` is the underlying's: index + 1.
pub(crate) fn kept_apart(groups: &[ProductGroup], group: u8) -> Ppm {
    let group = usize::from(group).checked_sub(1).and_then(|g| groups.get(g));
    Ppm(Ppm::ONE.0 - group.map_or(0, |g| g.offset.0.min(Ppm::ONE.0)))
}

impl ProductGroup {
    /// Checks the hard bound of c.
    pub fn validate(&self) -> Result<(), RiskError> {
        crate::board::first_out_of_bounds(&[crate::bounds::group::OFFSET.admits(self.offset.0)])
    }
}
