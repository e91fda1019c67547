//! Events of the exchange as a whole.

use solana_address::Address;

events! {
    /// An exchange was made.
    ExchangeInitialized {
        /// The exchange.
        exchange: Address,
        /// Its admin.
        admin: Address,
        /// Its id.
        id: u64,
    }
    /// The board grew.
    BoardGrown {
        /// The exchange.
        exchange: Address,
        /// Bytes it has now.
        len: u64,
        /// Bytes it will have when it is complete.
        full: u64,
    }
    /// The pause bits changed.
    PauseSet {
        /// The exchange.
        exchange: Address,
        /// Who changed them.
        authority: Address,
        /// All bits, after the change.
        pause: u32,
    }
    /// The insurance fund was given something.
    InsuranceFunded {
        /// The exchange.
        exchange: Address,
        /// Amount, quote-native.
        amount: i64,
        /// The fund after it.
        insurance: i64,
    }
}
