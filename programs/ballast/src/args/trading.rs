//! Arguments of orders.

args! {
    /// An order.
    OrderArgs {
        /// 0 bid, 1 ask.
        side: u8,
        /// See [`order_kind`].
        kind: u8,
        /// See [`self_trade`].
        self_trade: u8,
        /// 1 if the order may only reduce the position.
        reduce_only: u8,
        /// Limit price, ticks.
        price: i64,
        /// Size, lots.
        lots: i64,
        /// The owner's own number for it.
        client_id: u64,
        /// When it expires, seconds; 0 for never.
        expires_at: i64,
    }
}

args! {
    /// Names one order.
    CancelArgs {
        /// Where it rests.
        handle: u32,
        /// Its sequence number.
        sequence: u64,
    }
}

/// Stands for both sides of the book where a side is asked for.
pub const BOTH_SIDES: u8 = 2;

/// Kinds of orders.
pub mod order_kind {
    /// Trades what it can and rests with the remainder.
    pub const LIMIT: u8 = 0;
    /// Only rests; refused if it would trade.
    pub const POST_ONLY: u8 = 1;
    /// Trades what it can; the remainder is dropped.
    pub const IMMEDIATE_OR_CANCEL: u8 = 2;
    /// Trades whole or not at all.
    pub const FILL_OR_KILL: u8 = 3;
    /// Trades what it can at any price inside the band; its own price is 0. The remainder is dropped.
    pub const MARKET: u8 = 4;
    /// Only rests: where it would trade, one tick behind the best order of the other side instead.
    pub const POST_ONLY_SLIDE: u8 = 5;
}

/// What happens when an order meets one of the same owner.
pub mod self_trade {
    /// The resting order is cancelled.
    pub const CANCEL_MAKER: u8 = 0;
    /// The incoming order ends.
    pub const CANCEL_TAKER: u8 = 1;
    /// The instruction fails.
    pub const ABORT: u8 = 2;
}
