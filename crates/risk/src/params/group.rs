//! Product groups.

use super::list::parameters;
use ballast_units::Ppm;

parameters! {
    /// Parameters of a product group.
    GroupParams "Product group" {
        /// c: 1 − c is the floor that stands for a breakdown of correlation. Of two opposite risks at least a tenth of either
        /// stays required.
        offset: Ppm in 0..=900_000, Ratio;
    } reserved [u32; 3]
}
