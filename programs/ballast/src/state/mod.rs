//! The accounts, one file each.

mod exchange;
mod margin_account;
mod market;
mod pending_change;
mod risk_board;
mod surface;
mod treasury;

pub use exchange::{Exchange, Pause};
pub use margin_account::{Delegate, MarginAccount, Permissions};
pub use market::Market;
pub use pending_change::{MAX_CHANGE_LEN, PendingChange};
pub use risk_board::RiskBoard;
pub use surface::VolatilitySurface;
pub use treasury::Treasury;

/// Length of the discriminator at the head of every account.
pub const DISCRIMINATOR_LEN: usize = 8;
