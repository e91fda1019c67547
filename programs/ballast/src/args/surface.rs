//! Arguments of volatility surfaces.

use super::*;

args! {
    /// A volatility surface.
    SurfaceArgs {
        /// Parameters.
        params: SurfaceParams,
        /// The underlying.
        underlying: u16,
    }
}
