//! Settlement prices, settled contracts, delisting.
