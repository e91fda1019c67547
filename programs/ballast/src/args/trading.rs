//! Arguments of orders.

use ballast_risk::Side;

args! {
    /// An order.
    OrderArgs {
        /// A [`Side`].
        side: u8,
        /// An [`OrderKind`].
        kind: u8,
        /// A [`SelfTrade`].
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

impl OrderArgs {
    /// A limit order of a side, price in ticks, good till cancelled. It aborts where it would trade with its owner.
    pub const fn limit(side: Side, price: i64, lots: i64) -> Self {
        Self {
            side: side as u8,
            kind: OrderKind::Limit as u8,
            self_trade: SelfTrade::Abort as u8,
            reduce_only: 0,
            price,
            lots,
            client_id: 0,
            expires_at: 0,
        }
    }

    /// An order that only rests.
    pub const fn post_only(side: Side, price: i64, lots: i64) -> Self {
        Self::limit(side, price, lots).kind(OrderKind::PostOnly)
    }

    /// A market order: it trades at any price inside the band.
    pub const fn market(side: Side, lots: i64) -> Self {
        Self::limit(side, 0, lots).kind(OrderKind::Market)
    }

    /// Of another kind.
    pub const fn kind(self, kind: OrderKind) -> Self {
        Self { kind: kind as u8, ..self }
    }

    /// Drops what it cannot trade at once.
    pub const fn immediate_or_cancel(self) -> Self {
        self.kind(OrderKind::ImmediateOrCancel)
    }

    /// Trades whole or not at all.
    pub const fn fill_or_kill(self) -> Self {
        self.kind(OrderKind::FillOrKill)
    }

    /// Only rests, and slides behind what it would trade with.
    pub const fn slide(self) -> Self {
        self.kind(OrderKind::PostOnlySlide)
    }

    /// May only reduce the position.
    pub const fn reduce_only(self) -> Self {
        Self { reduce_only: 1, ..self }
    }

    /// With the owner's own number.
    pub const fn client_id(self, client_id: u64) -> Self {
        Self { client_id, ..self }
    }

    /// Expires at a time, seconds; 0 for never.
    pub const fn expires_at(self, expires_at: i64) -> Self {
        Self { expires_at, ..self }
    }

    /// With another way to meet an order of the same owner.
    pub const fn self_trade(self, mode: SelfTrade) -> Self {
        Self { self_trade: mode as u8, ..self }
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

/// What an order does with what it cannot trade at once. One byte on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OrderKind {
    /// Trades what it can and rests with the remainder.
    Limit = 0,
    /// Only rests; refused if it would trade.
    PostOnly = 1,
    /// Trades what it can; the remainder is dropped.
    ImmediateOrCancel = 2,
    /// Trades whole or not at all.
    FillOrKill = 3,
    /// Trades what it can at any price inside the band; its own price is 0. The remainder is dropped.
    Market = 4,
    /// Only rests: where it would trade, one tick behind the best order of the other side instead.
    PostOnlySlide = 5,
}

impl OrderKind {
    /// Every kind, in the order of their bytes.
    pub const ALL: [Self; 6] =
        [Self::Limit, Self::PostOnly, Self::ImmediateOrCancel, Self::FillOrKill, Self::Market, Self::PostOnlySlide];

    /// The kind of a byte.
    #[inline(always)]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Limit),
            1 => Some(Self::PostOnly),
            2 => Some(Self::ImmediateOrCancel),
            3 => Some(Self::FillOrKill),
            4 => Some(Self::Market),
            5 => Some(Self::PostOnlySlide),
            _ => None,
        }
    }

    /// True if it only rests and meets nobody.
    #[inline(always)]
    pub const fn only_posts(self) -> bool {
        matches!(self, Self::PostOnly | Self::PostOnlySlide)
    }

    /// True if what is left of it rests.
    #[inline(always)]
    pub const fn may_rest(self) -> bool {
        matches!(self, Self::Limit | Self::PostOnly | Self::PostOnlySlide)
    }
}

/// What happens when an order meets one of the same owner. One byte on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SelfTrade {
    /// The resting order is cancelled.
    CancelMaker = 0,
    /// The incoming order ends.
    CancelTaker = 1,
    /// The instruction fails.
    Abort = 2,
}

impl SelfTrade {
    /// Every mode, in the order of their bytes.
    pub const ALL: [Self; 3] = [Self::CancelMaker, Self::CancelTaker, Self::Abort];

    /// The mode of a byte.
    #[inline(always)]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::CancelMaker),
            1 => Some(Self::CancelTaker),
            2 => Some(Self::Abort),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_names_one_kind_and_one_mode_or_none() {
        for byte in 0..=u8::MAX {
            let kind = OrderKind::ALL.get(usize::from(byte)).copied();
            assert_eq!((OrderKind::from_byte(byte), kind.map(|k| k as u8)), (kind, kind.map(|_| byte)));
            let mode = SelfTrade::ALL.get(usize::from(byte)).copied();
            assert_eq!((SelfTrade::from_byte(byte), mode.map(|m| m as u8)), (mode, mode.map(|_| byte)));
        }
    }
}
