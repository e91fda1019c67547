//! Product groups: which underlyings offset one another, and how much.

use crate::{GroupParams, Ppm};
use bytemuck::{Pod, Zeroable};

/// Product groups on a board.
pub const MAX_GROUPS: usize = 8;

/// A product group. With weight c its underlyings move together, row by row; with weight 1 − c each takes its own worst
/// row. Two equal and opposite risks under correlation ρ need c = 1 − √((1−ρ)/2).
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct ProductGroup {
    /// Name, padded with zeros; all zero where the slot is free.
    pub name: [u8; 16],
    /// Parameters: c.
    pub params: GroupParams,
}

/// 1 − c: the part of an underlying's scanning risk that no product group offsets. `group` is the underlying's: index + 1.
pub(crate) fn kept_apart(groups: &[ProductGroup], group: u8) -> Ppm {
    let group = usize::from(group).checked_sub(1).and_then(|g| groups.get(g));
    Ppm::new(Ppm::ONE.get() - group.map_or(0, |g| g.params.offset.get().min(Ppm::ONE.get())))
}
