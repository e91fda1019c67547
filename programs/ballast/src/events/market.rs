//! Events of cranks of prices and markets.

use solana_address::Address;

events! {
    /// A market grew.
    MarketGrown {
        /// The market.
        market: Address,
        /// Bytes it has now.
        len: u64,
    }
    /// A new price is on the board.
    UnderlyingRefreshed {
        /// The exchange.
        exchange: Address,
        /// Price of a delta unit, scaled.
        price: i64,
        /// Stable price, scaled.
        stable_price: i64,
        /// When it was published.
        publish_time: i64,
        /// Which underlying.
        underlying: u16,
    }
    /// A market's totals were swept into the treasury.
    Swept {
        /// The market.
        market: Address,
        /// Fees, quote-native.
        fees: i64,
    }
    /// Risk arrays of options were made anew.
    OptionsRefreshed {
        /// The exchange.
        exchange: Address,
        /// Index price that they were made at, scaled.
        price: i64,
        /// The underlying.
        underlying: u16,
        /// How many.
        count: u32,
    }
    /// The premium of a market was sampled.
    MarketSampled {
        /// The market.
        market: Address,
        /// The bucket: its time divided by 60 s.
        bucket: i64,
        /// Premium of the impact prices over the index, millionths, clamped.
        premium: i64,
        /// The funding index after it, scaled.
        funding_index: i64,
        /// The basis that the next repricing uses, millionths.
        basis: i64,
        /// The instrument.
        instrument: u16,
    }
}
