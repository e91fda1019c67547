//! Settlement prices: the average of the index over a window before expiry.

use bytemuck::{Pod, Zeroable};

/// Samples of an average.
pub const SAMPLES: u32 = 30;
/// Seconds between two samples.
pub const SAMPLE_SECONDS: i64 = 60;
/// Expiries of one underlying that can be averaged or await their settlement at a time.
pub const MAX_FIXINGS: usize = 4;

/// The average of one expiry.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Fixing {
    /// The expiry, seconds; 0 where the slot is free.
    pub expiry: i64,
    /// Sum of the samples, at the underlying's scale.
    pub sum: i64,
    /// Which samples were taken, a bit each.
    pub taken: u64,
    /// The settlement price, at the underlying's scale; 0 until it is settled.
    pub price: i64,
}
