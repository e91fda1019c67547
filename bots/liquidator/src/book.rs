//! What an order would meet on an order book.

use anyhow::{Result, anyhow};
use ballast_client::{
    account::MarketAccount,
    ballast::{
        constants::{MAX_FILLS, MAX_MAKERS},
        state::Market,
    },
    book::Order,
    risk::{Lots, Side, Ticks},
};
use solana_address::Address;

/// Resting orders of a side that are looked at: more than one order can fill and pass.
const LOOKED_AT: usize = 64;

/// A market and the orders that rest on one side of its book.
pub struct Resting {
    /// The market.
    pub market: Box<Market>,
    /// The best orders of the side, in order of priority.
    pub orders: Vec<Order>,
}

/// What becomes of an order of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It trades.
    Trades,
    /// It is taken off the book, for which its account has to be named.
    TakenOff,
    /// It is passed, or taken off without its account being named.
    Passed,
    /// It ends the match.
    Ends,
}

/// What an order would meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// The lots and the price of each fill.
    pub fills: Vec<(Lots, Ticks)>,
    /// The makers to name.
    pub makers: Vec<Address>,
}

impl Resting {
    /// The orders on one side of a market's book.
    ///
    /// # Errors
    /// The book cannot be read.
    pub fn of(market: MarketAccount, side: Side) -> Result<Self> {
        let mut orders = Vec::new();
        for order in market.book()?.orders(side).take(LOOKED_AT) {
            let (_, order) = order.map_err(|e| anyhow!("{e}"))?;
            orders.push(*order);
        }
        Ok(Self { market: market.header, orders })
    }

    /// What an order of the other side would meet: at most `most` lots, at its limit or better. `meeting` says what becomes of an
    /// order of an account; one that has expired is passed.
    pub fn meet(
        &self,
        side: Side,
        limit: Ticks,
        most: Lots,
        now: i64,
        mut meeting: impl FnMut(&Address, &Order) -> Meeting,
    ) -> Met {
        let mut met = Met::default();
        let mut left = most.get();
        for order in &self.orders {
            let reached = if side == Side::Ask { order.price_ticks >= limit } else { order.price_ticks <= limit };
            if !reached || left <= 0 || met.fills.len() == MAX_FILLS {
                break;
            }
            if order.is_expired(now) {
                continue;
            }
            let maker = Address::new_from_array(*order.owner.as_bytes());
            let meeting = meeting(&maker, order);
            match meeting {
                Meeting::Passed => continue,
                Meeting::Ends => break,
                Meeting::Trades | Meeting::TakenOff => {}
            }
            if !met.makers.contains(&maker) {
                if met.makers.len() == MAX_MAKERS {
                    break;
                }
                met.makers.push(maker);
            }
            if meeting == Meeting::Trades {
                let lots = order.lots.get().min(left);
                met.fills.push((Lots::new(lots), order.price_ticks));
                left -= lots;
            }
        }
        met
    }
}

impl Met {
    /// Lots that would be filled.
    pub fn lots(&self) -> i64 {
        self.fills.iter().map(|(lots, _)| lots.get()).sum()
    }
}
