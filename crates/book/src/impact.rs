//! What a trade of some size would cost: the impact price of a side.

use crate::{error::BookError, layout::Order, view::Book};
use ballast_units::{Lots, QuoteNative, Side, TickValue};

/// The lots that a notional buys or sells at once, and their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impact {
    /// Lots, positive.
    pub lots: Lots,
    /// Their value at the prices of the book.
    pub value: QuoteNative,
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
    /// lots needed to reach it. `tick_value` is the value of a lot at a price of one tick. Only orders that `counts` accepts are
    /// traded with. `reach` bounds how many of them, and how many orders in all, are looked at. None where they do not
    /// suffice.
    ///
    /// # Errors
    /// [`BookError::Overflow`] where a value does not fit; [`BookError::Corrupt`].
    pub fn impact(
        &self,
        side: Side,
        tick_value: TickValue,
        notional: QuoteNative,
        reach: Reach,
        counts: impl Fn(&Order) -> bool,
    ) -> Result<Option<Impact>, BookError> {
        let mut sum = Impact { lots: Lots::ZERO, value: QuoteNative::ZERO };
        let mut left = reach.counted;
        for entry in self.orders(side).take(reach.walked) {
            let (_, order) = entry?;
            if !counts(order) {
                continue;
            }
            let Some(fewer) = left.checked_sub(1) else { break };
            left = fewer;
            let price = order.price_ticks.get().checked_mul(tick_value.get()).ok_or(BookError::Overflow)?;
            if price <= 0 {
                return Err(BookError::Corrupt);
            }
            let missing = notional.minus(sum.value)?.get();
            let needed = missing / price + i64::from(missing % price > 0);
            let lots = order.lots.min(Lots::new(needed));
            let value = QuoteNative::new(price.checked_mul(lots.get()).ok_or(BookError::Overflow)?);
            sum.lots = sum.lots.plus(lots)?;
            sum.value = sum.value.plus(value)?;
            if sum.value >= notional {
                return Ok((sum.lots > Lots::ZERO).then_some(sum));
            }
        }
        Ok(None)
    }
}
