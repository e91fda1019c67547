//! The rolling limit on withdrawals.

use super::list::parameters;

parameters! {
    /// A limit on the net outflow of one mint; see [`crate::OutflowWindow`].
    WithdrawalLimit "Withdrawal limit" {
        /// Most that may flow out within a window; 0 for no limit.
        limit: u64 in 0..=1 << 62, Atoms;
        /// Length of the window.
        window: u32 in 60..=604_800, Seconds;
    } reserved u32
}
