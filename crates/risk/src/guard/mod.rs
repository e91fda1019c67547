//! Guards on the index price: what makes a price suspect, and which actions a suspect price blocks.
//!
//! | guard | new risk | withdrawal | reduction | liquidation | maintenance |
//! |---|---|---|---|---|---|
//! | no price yet | every leg | every leg | every leg | every leg | every leg |
//! | stale: older than `max_age` | every leg | every leg | the leg touched | | |
//! | not current: older than `liquidation_age` | | | | the legs moved; every leg at first | |
//! | too volatile: off the median of the last five minutes | every leg | every leg | | every leg | |
//! | second source in charge for less than a minute | | | | every leg | |
//! | too uncertain: wide confidence interval | every leg | every leg | | | |
//! | divergent: the second source disagrees | every leg | every leg | | | |
//! | option's array stale: too old, or the price has left it | every leg | every leg | | the legs moved | |
//! | option's volatility stale | every leg | every leg | | | |
//!
//! A liquidation needs near arrays of what it moves, since it moves it at the marks that follow from them. Anyone may refresh, with
//! no more than the fresh price that a liquidation needs anyway, so that a stale array shields nobody. The liquidator takes on risk
//! of the legs' underlyings at the same prices; guards that do not stop the liquidation do not stop the liquidator either.
//!
//! Whoever liquidates picks the moment. `liquidation_age` is short, so that nobody puts the worst price of the last ten seconds on the
//! board, liquidates, and puts the present one there afterwards. Nor does anybody judge an account at a price that jumped a moment
//! ago, or at prices of two times of his choice: slices, notices and seizures alike wait for a price of anything held that is too
//! volatile, and for [`REFRESH_SECONDS`] after that age for an old one. Only a price that nobody was able to refresh is passed over:
//! what is held at it is not moved, and stops nothing else.
//!
//! What is settled is worth a fixed sum: it needs no array, and where all that is held of an underlying is settled, no price. To a
//! liquidation orders are nothing that is held: maintenance margin has no part for them.
//!
//! A price that is not positive never reaches the board. A price that jumps is blocked for at most [`CONSISTENT_SECONDS`] of
//! prints on one side of the median, so that a real crash still liquidates, even one that goes on. After five minutes of silence there is
//! no median: the first print is compared with the last price, at [`SILENCE_MOVES`] times the bound.

mod purpose;
mod set;
mod state;

pub use purpose::{Arrays, Purpose};
pub use set::UnderlyingSet;
pub use state::{
    CONSISTENT_SECONDS, Guards, REFRESH_SECONDS, SAMPLE_SECONDS, SAMPLES, SILENCE_MOVES, SecondPrice, flag,
};
