//! Collateral tokens.

use super::list::parameters;
use ballast_units::Ppm;

parameters! {
    /// Parameters of a collateral token.
    TokenParams "Collateral token" {
        /// Most that all accounts together may deposit.
        deposit_limit: u64 in 1..=1 << 62, Atoms;
        /// Haircut for liquidity; the price risk is in the scan.
        haircut: Ppm in 0..=900_000, Ratio;
    } reserved u32
}
