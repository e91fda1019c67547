//! Block trades: several fills between two accounts, settled together and checked once.

use crate::{Board, Fill, Instrument, Lots, Ppm, QuoteNative, RiskError, Ticks, Times, math::mul_ppm_ceil};

/// A leg of a block trade, from the side of one of the two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The instrument.
    pub instrument: u16,
    /// What the account buys or sells, and for how much.
    pub fill: Fill,
}

impl Leg {
    /// A leg at a price per lot in ticks: positive lots are bought, negative ones sold.
    pub fn new(i: &Instrument, lots: Lots, price: Ticks) -> Result<Self, RiskError> {
        Ok(Self { instrument: i.index, fill: Fill { lots, value: i.value_at(lots, price)? } })
    }

    /// The same leg from the other side.
    pub fn reversed(&self) -> Result<Self, RiskError> {
        Ok(Self { instrument: self.instrument, fill: self.fill.reversed()? })
    }

    /// Fee of either side: a ratio of the value, rounded up.
    pub fn fee(&self, rate: Ppm) -> Result<QuoteNative, RiskError> {
        mul_ppm_ceil(self.fill.value.magnitude()?, rate)
    }

    /// The fill that the same lots would have at the mark. Its value is rounded down, so that what a leg costs
    /// beyond it is rounded up.
    pub fn at_mark(&self, board: &Board, now: i64) -> Result<Fill, RiskError> {
        let i = board.instrument(self.instrument)?;
        let u = board.underlying(i.underlying)?;
        let value = self.fill.lots.times(i.mark_at(u, now))?.to_native_floor(u.scale());
        Ok(Fill { lots: self.fill.lots, value })
    }
}

/// What the legs of one side come to against the marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtMarks {
    /// What they cost beyond their marks, positive for a loss; rounded up, leg by leg.
    pub cost: QuoteNative,
    /// The underlying, where all legs are of one.
    pub underlying: Option<u16>,
}

/// Compares the legs of one side with the marks.
pub fn legs_at_marks(board: &Board, legs: &[Leg], now: i64) -> Result<AtMarks, RiskError> {
    let mut sum = AtMarks::default();
    let mut several = false;
    for leg in legs {
        let i = board.instrument(leg.instrument)?;
        let u = board.underlying(i.underlying)?;
        several |= *sum.underlying.get_or_insert(u.index) != u.index;
        sum.cost = sum.cost.plus(leg.fill.value.minus(leg.at_mark(board, now)?.value)?)?;
    }
    if several {
        sum.underlying = None;
    }
    Ok(sum)
}
