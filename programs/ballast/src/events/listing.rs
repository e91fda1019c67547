//! Events of listings.

use ballast_risk::GroupParams;
use solana_address::Address;

events! {
    /// A product group was set.
    ProductGroupSet {
        /// The exchange.
        exchange: Address,
        /// Name.
        name: [u8; 16],
        /// The parameters.
        params: GroupParams,
        /// Which.
        group: u8,
    }
    /// An underlying was listed.
    UnderlyingListed {
        /// The exchange.
        exchange: Address,
        /// Name.
        name: [u8; 16],
        /// Its index.
        underlying: u16,
    }
    /// A collateral token was listed.
    CollateralListed {
        /// The exchange.
        exchange: Address,
        /// Its mint.
        mint: Address,
        /// Its index.
        token: u16,
        /// Its underlying.
        underlying: u16,
    }
    /// An instrument was listed.
    InstrumentListed {
        /// The exchange.
        exchange: Address,
        /// Its market.
        market: Address,
        /// Name.
        name: [u8; 16],
        /// Its index.
        instrument: u16,
        /// Its underlying.
        underlying: u16,
    }
}
