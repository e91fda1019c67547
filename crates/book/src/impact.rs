//! What a trade of some size would cost: the impact price of a side.

use crate::{error::BookError, layout::Order, view::Book};
use ballast_units::Side;

/// The lots that a notional buys or sells at once, and their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impact {
    /// Lots, positive.
    pub lots: i64,
    /// Their value at the prices of the book.
    pub value: i64,
}

/// How far a side is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Most orders that are traded with.
    pub counted: usize,
    /// Most orders that are looked at, those that do not count among them.
    pub walked: usize,
}

impl Book<'_> {
    /// Walks a side from its best order until the value of the lots passed reaches `notional`; of the last order, only the
    /// lots needed to reach it. `lot_value` is the value of a lot at a price of one. Only orders that `counts` accepts are
    /// traded with. `reach` bounds how many of them, and how many orders in all, are looked at. None where they do not
    /// suffice.
    ///
    /// # Errors
    /// [`BookError::Overflow`] where a value does not fit; [`BookError::Corrupt`].
    pub fn impact(
        &self,
        side: Side,
        lot_value: i64,
        notional: i64,
        reach: Reach,
        counts: impl Fn(&Order) -> bool,
    ) -> Result<Option<Impact>, BookError> {
        let mut sum = Impact { lots: 0, value: 0 };
        let mut left = reach.counted;
        for entry in self.orders(side).take(reach.walked) {
            let (_, order) = entry?;
            if !counts(order) {
                continue;
            }
            let Some(fewer) = left.checked_sub(1) else { break };
            left = fewer;
            let price = order.price_ticks.checked_mul(lot_value).filter(|p| *p > 0).ok_or(BookError::Overflow)?;
            let missing = notional.checked_sub(sum.value).ok_or(BookError::Overflow)?;
            let needed = missing / price + i64::from(missing % price > 0);
            let lots = order.lots.min(needed);
            let value = price.checked_mul(lots).ok_or(BookError::Overflow)?;
            sum.lots = sum.lots.checked_add(lots).ok_or(BookError::Overflow)?;
            sum.value = sum.value.checked_add(value).ok_or(BookError::Overflow)?;
            if sum.value >= notional {
                return Ok((sum.lots > 0).then_some(sum));
            }
        }
        Ok(None)
    }
}
