//! Arguments of interest and lending.

args! {
    /// Interest; see `ballast_risk::InterestParams` for meaning and bounds.
    InterestArgs {
        /// Rate a year at no utilisation, millionths.
        base_rate: u32,
        /// Rate at the optimal utilisation, millionths.
        optimal_rate: u32,
        /// Rate at full utilisation, millionths.
        max_rate: u32,
        /// Utilisation at which the two lines meet, millionths.
        optimal_utilisation: u32,
        /// Utilisation up to which withdrawals may borrow, millionths.
        max_utilisation: u32,
        /// Part of the interest that the exchange keeps, millionths.
        reserve: u32,
        /// Length of an epoch of lending, seconds.
        epoch_seconds: u32,
    }
}
