//! Events of settlement and the end of instruments.

use solana_address::Address;

events! {
    /// A print became a sample of a settlement price.
    SettlementSampled {
        /// The exchange.
        exchange: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Price of a delta unit, scaled.
        price: i64,
        /// The underlying.
        underlying: u16,
        /// Which sample, from 1 to 30.
        sample: u32,
    }
    /// Instruments of an expiry were settled.
    ExpirySettled {
        /// The exchange.
        exchange: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Settlement price of a delta unit, scaled.
        price: i64,
        /// The underlying.
        underlying: u16,
        /// Samples that the price is the mean of; 0 where it is the board's.
        samples: u32,
        /// How many instruments.
        count: u32,
    }
    /// A position in a settled instrument was turned into cash.
    PositionSettled {
        /// The account.
        margin: Address,
        /// Lots that were held, signed.
        lots: i64,
        /// What they were worth, quote-native, of their sign.
        value: i64,
        /// Funding settled, quote-native, positive where it was received.
        funding: i64,
        /// Orders that were cancelled.
        orders_cancelled: u32,
        /// The instrument.
        instrument: u16,
    }
    /// An instrument was taken off the board.
    InstrumentDelisted {
        /// The exchange.
        exchange: Address,
        /// Its market, closed.
        market: Address,
        /// Fees and dust swept, quote-native.
        swept: i64,
        /// The slot that is free.
        instrument: u16,
        /// The generation that ended.
        generation: u32,
    }
    /// A perpetual was given an expiry.
    PerpetualWoundDown {
        /// The exchange.
        exchange: Address,
        /// When it is settled, seconds.
        settles_at: i64,
        /// The instrument.
        instrument: u16,
    }
}
