//! Every parameter of an exchange, declared once: field, type, hard bounds, unit and meaning.
//!
//! From a declaration come the struct that is sent, stored and told by events, its bounds, `docs/bounds.md`, the keys of a
//! configuration, what a migration compares and the words of the log; see [`Parameters`]. What two parameters must be to one
//! another is in the `validate` of their list.

mod exchange;
mod funding;
mod group;
mod guard;
mod instrument;
mod interest;
mod list;
mod margin;
mod option;
mod outflow;
mod range;
mod surface;
#[cfg(test)]
mod tests;
mod token;
mod underlying;

pub use exchange::{ExchangeParams, FeeParams};
pub use funding::FundingParams;
pub use group::GroupParams;
pub use guard::GuardParams;
pub use instrument::{ContractTerms, InstrumentLimits};
pub use interest::InterestParams;
pub use list::Parameters;
pub use margin::MarginParams;
pub use option::{MAX_VOLATILITY_RANGE, OptionParams};
pub use outflow::WithdrawalLimit;
pub use range::RangeParams;
pub use surface::{MAX_PUBLISHERS, Smile, SurfaceParams};
pub use token::TokenParams;
pub use underlying::{MAX_UNIT_PRICE, UnderlyingParams, UnderlyingTerms};
