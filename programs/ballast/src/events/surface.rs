//! Events of volatility surfaces.

use ballast_risk::{Ppm, SurfaceParams};
use solana_address::Address;

events! {
    /// A volatility surface was made.
    SurfaceOpened {
        /// The exchange.
        exchange: Address,
        /// The surface.
        surface: Address,
        /// The underlying.
        underlying: u16,
    }
    /// A surface's parameters changed.
    SurfaceChanged {
        /// The surface.
        surface: Address,
        /// The parameters.
        params: SurfaceParams,
    }
    /// A surface's publishers were named.
    PublishersSet {
        /// The surface.
        surface: Address,
        /// How many.
        count: u32,
    }
    /// An expiry was added to a surface.
    ExpiryOpened {
        /// The surface.
        surface: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Volatility at the money that it was listed with, millionths.
        level: Ppm,
    }
    /// A publisher said what it takes a smile to be; the smile in force follows.
    VolatilityPublished {
        /// The surface.
        surface: Address,
        /// The publisher.
        publisher: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Volatility at the money in force, millionths.
        level: u32,
        /// Skew in force, millionths.
        skew: i32,
        /// Curvature in force, millionths.
        curvature: i32,
        /// Publishers that counted.
        publishers: u32,
    }
}
