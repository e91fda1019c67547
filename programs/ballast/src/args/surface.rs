//! Arguments of volatility surfaces.

args! {
    /// A volatility surface; see `ballast_risk::surface::SurfaceParams` for meaning and bounds.
    SurfaceArgs {
        /// Publishers without whom there is no median.
        min_publishers: u32,
        /// Oldest quote that counts, seconds.
        max_quote_age: u32,
        /// Farthest move of a minute, pro rata, millionths.
        update_bound: u32,
        /// Farthest move of an hour, millionths.
        hour_bound: u32,
        /// Farthest that the first publication may be from what was listed, millionths.
        first_bound: u32,
        /// The underlying.
        underlying: u16,
    }
}

args! {
    /// A smile; see `ballast_risk::surface::Smile` for meaning and bounds.
    SmileArgs {
        /// Volatility at the money, millionths a year.
        level: u32,
        /// Millionths.
        skew: i32,
        /// Millionths.
        curvature: i32,
    }
}
