//! Events of orders and matching.

use alloc::vec::Vec;
use solana_address::Address;

records! {
    /// One match of an order.
    FillRecord {
        /// The maker's account.
        maker: Address,
        /// Sequence number of the maker's order.
        maker_sequence: u64,
        /// The maker's own number for it.
        maker_client_id: u64,
        /// Price, ticks.
        price: i64,
        /// Lots. Where what is left of the maker's order is worth less than the market's least order, it rests no more.
        lots: i64,
        /// Fee of the maker, negative for a rebate.
        maker_fee: i64,
    }
    /// What a maker paid the taker because he could not carry a fill.
    PenaltyRecord {
        /// The maker's account.
        maker: Address,
        /// Amount, quote-native, positive.
        amount: i64,
    }
    /// An order that was cancelled.
    CancelRecord {
        /// Its sequence number.
        sequence: u64,
        /// The owner's own number for it.
        client_id: u64,
        /// Lots that were left of it.
        lots: i64,
    }
    /// What became of an order that was placed.
    PlaceRecord {
        /// Sequence number under which the remainder rests; 0 if nothing does.
        sequence: u64,
        /// Where it rests, for cancelling; 0 if nothing does.
        handle: u32,
        /// 0 bid, 1 ask.
        side: u8,
        /// Resting orders of others that were cancelled because their maker could not carry the fill.
        makers_cancelled: u8,
        /// How many of the event's matches are this order's: they follow those of the orders before it.
        fills: u8,
        /// The owner's own number for it.
        client_id: u64,
        /// Limit price that it had in the book, ticks.
        price: i64,
        /// Lots matched.
        filled: i64,
        /// Value matched, quote-native.
        value: i64,
        /// Fee of the taker.
        fee: i64,
        /// Lots that rest.
        resting: i64,
    }
}

events! {
    /// An order was placed, matched or both.
    OrderPlaced with lists {
        /// The account.
        margin: Address,
        /// Sequence number under which the remainder rests; 0 if nothing does.
        sequence: u64,
        /// Where it rests, for cancelling; 0 if nothing does.
        handle: u32,
        /// The instrument.
        instrument: u16,
        /// 0 bid, 1 ask.
        side: u8,
        /// Resting orders of others that were cancelled because their maker could not carry the fill.
        makers_cancelled: u8,
        /// The owner's own number for it.
        client_id: u64,
        /// Limit price that it had in the book, ticks.
        price: i64,
        /// Lots matched.
        filled: i64,
        /// Value matched, quote-native.
        value: i64,
        /// Fee of the taker.
        fee: i64,
        /// Lots that rest.
        resting: i64,
        /// The matches.
        fills: Vec<FillRecord>,
        /// What makers paid the account.
        penalties: Vec<PenaltyRecord>,
    }
    /// An order took another one's place.
    OrderReplaced with lists {
        /// The account.
        margin: Address,
        /// The instrument.
        instrument: u16,
        /// The order that is gone, or that was reduced in place: then the new one has its sequence number.
        replaced: CancelRecord,
        /// The order in its place.
        placed: PlaceRecord,
        /// The matches.
        fills: Vec<FillRecord>,
        /// What makers paid the account.
        penalties: Vec<PenaltyRecord>,
    }
    /// Orders of one market were cancelled and placed at once.
    OrdersBatched with lists {
        /// The account.
        margin: Address,
        /// The instrument.
        instrument: u16,
        /// The orders that were cancelled, as they were named.
        cancelled: Vec<CancelRecord>,
        /// The orders that were placed, as they were given.
        placed: Vec<PlaceRecord>,
        /// The matches, those of the first order first.
        fills: Vec<FillRecord>,
        /// What makers paid the account.
        penalties: Vec<PenaltyRecord>,
    }
    /// An order was cancelled.
    OrderCancelled {
        /// The account.
        margin: Address,
        /// The order's sequence number.
        sequence: u64,
        /// The owner's own number for it.
        client_id: u64,
        /// Lots that were left of it.
        lots: i64,
        /// The instrument.
        instrument: u16,
    }
    /// An order gave way to one at a better price, since its side was full.
    OrderEvicted {
        /// The account.
        margin: Address,
        /// The account whose order took its place.
        by: Address,
        /// The order's sequence number.
        sequence: u64,
        /// The owner's own number for it.
        client_id: u64,
        /// Its price, ticks.
        price: i64,
        /// Lots that were left of it.
        lots: i64,
        /// The instrument.
        instrument: u16,
        /// 0 bid, 1 ask.
        side: u8,
    }
    /// All orders in a market were cancelled.
    OrdersCancelled {
        /// The account.
        margin: Address,
        /// How many.
        count: u32,
        /// The instrument.
        instrument: u16,
    }
    /// Orders of an account that had expired, or had nothing left to reduce, were taken off the book.
    OrdersPruned {
        /// The account.
        margin: Address,
        /// How many.
        count: u32,
        /// The instrument.
        instrument: u16,
    }
}
