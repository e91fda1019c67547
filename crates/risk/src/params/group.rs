//! Product groups.

use super::list::parameters;
use ballast_units::Ppm;

parameters! {
    /// Parameters of a product group.
    GroupParams "Product group" {
        /// c: 1 − c is the floor that stands for a breakdown of correlation.
        offset: Ppm in 0..=950_000, Ratio;
    } reserved [u32; 3]
}
