//! Events of block trades.

use alloc::vec::Vec;
use solana_address::Address;

records! {
    /// One leg of a block trade, from the first account's side.
    LegRecord {
        /// The instrument.
        instrument: u16,
        /// Lots, positive bought, negative sold.
        lots: i64,
        /// Price, ticks.
        price: i64,
        /// Value, signed like the lots, quote-native.
        value: i64,
    }
}

events! {
    /// A block was traded.
    BlockTraded with lists {
        /// The first account, from whose side the legs are.
        margin_a: Address,
        /// The second account.
        margin_b: Address,
        /// The quote's number.
        nonce: u64,
        /// Fee of either side, quote-native.
        fee: i64,
        /// The legs.
        legs: Vec<LegRecord>,
    }
}
