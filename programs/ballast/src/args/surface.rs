//! Arguments of volatility surfaces.

use ballast_risk::SurfaceParams;

args! {
    /// A volatility surface.
    SurfaceArgs {
        /// Parameters.
        params: SurfaceParams,
        /// The underlying.
        underlying: u16,
    }
}
