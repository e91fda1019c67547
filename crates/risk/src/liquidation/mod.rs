//! The price and the size at which an account below maintenance is taken over.
//!
//! The liquidator takes a position at the mark less a discount. The discount is a ratio of the mark, or of the index price for a
//! short option. It grows with the shortfall from a base to a maximum, and never takes more than φ of the margin that the
//! transfer frees, so that every transfer raises the account's health. A request that would carry health past the buffer is cut
//! back to the fewest lots that reach it.
mod discount;
mod episode;
mod loss;
mod notice;
mod receivership;
mod search;
mod takeover;
mod token;

pub use discount::discount_rate;
pub use episode::{Episode, EpisodeLeg, MAX_EPISODE_LEGS};
pub use notice::{Found, NOTICE_LAPSE_SECONDS, Noticed, measure};
pub use receivership::{
    BUDGET_RISE_SECONDS, SEIZURE_NOTICE_SECONDS, Spending, UNTAKEN_SECONDS, next_settlement, require_untaken,
    seizure_level,
};
pub use takeover::{TakenOver, Takeover, take_over};
pub use token::{TokenSale, sell_tokens};
