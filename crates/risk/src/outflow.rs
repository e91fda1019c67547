//! The rolling limit on what may be withdrawn: a bucket that leaks.

use bytemuck::{Pod, Zeroable};

/// Net outflow of one mint. The level rises by withdrawals, falls by deposits, and leaks `limit` in `window` seconds; a
/// withdrawal that would carry it past `limit` is refused.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct OutflowWindow {
    /// Most that may flow out within a window, in the mint's smallest unit; 0 for no limit.
    pub limit: u64,
    /// Net outflow that has not leaked yet.
    pub level: u64,
    /// Time of the last change, seconds.
    pub updated_at: i64,
    /// Length of the window, seconds.
    pub window: u32,
    /// Reserved, zero.
    pub reserved: u32,
}
