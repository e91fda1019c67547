//! The two sides of a market.

/// A side of a market: of an order, of a fill, of a position's resting orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Side {
    /// Buys; the highest price has priority.
    Bid = 0,
    /// Sells; the lowest price has priority.
    Ask = 1,
}

impl Side {
    /// Both sides, in the order of their indices.
    pub const BOTH: [Self; 2] = [Self::Bid, Self::Ask];

    /// The side stored as `index`: 0 is bid, 1 is ask.
    #[inline(always)]
    pub const fn from_index(index: u8) -> Option<Self> {
        match index {
            0 => Some(Self::Bid),
            1 => Some(Self::Ask),
            _ => None,
        }
    }

    /// The other side.
    #[inline(always)]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }
}
