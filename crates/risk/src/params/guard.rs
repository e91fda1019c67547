//! Guards on the index price.

use super::list::parameters;
use ballast_units::Ppm;

parameters! {
    /// Parameters of the guards that are not elsewhere: age and confidence are in [`super::UnderlyingParams`].
    GuardParams "Underlying, guard" {
        /// Farthest that a price may be from the median of the last five minutes; 0 turns the guard off.
        max_move: Ppm in 10_000..=500_000, Ratio or 0 default 0;
        /// Farthest that the two sources may be apart; used where a second source is listed.
        max_divergence: Ppm in 1_000..=200_000, Ratio default 20_000;
        /// Oldest price, by its publish time, at which anybody is liquidated.
        liquidation_age: u32 in 2..=10, Seconds default 5;
    } reserved u32
}
