//! Moving a position between two accounts of one owner, at what it cost.

use crate::{
    Fill, Filled, Instrument, Lots, Portfolio, Position, QuoteNative, RiskError, Underlying, math::mul_div_floor,
};

/// A part of a position that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What the receiver is filled with: the lots, and what they cost the giver.
    pub fill: Fill,
    /// What it did to the giver.
    pub giver: Filled,
    /// What it did to the receiver.
    pub receiver: Filled,
}

/// The fill that takes `lots` of a position, signed as the position is, at what they cost: their share of `quote`, rounded
/// down. [`RiskError::NothingToTransfer`] where the account does not hold them.
pub fn at_cost(position: &Position, lots: Lots) -> Result<Fill, RiskError> {
    let held = position.lots;
    if lots.is_zero() || lots.get().signum() != held.get().signum() || lots.magnitude()? > held.magnitude()? {
        return Err(RiskError::NothingToTransfer);
    }
    let share =
        QuoteNative::new(mul_div_floor(position.quote.get(), lots.magnitude()?.get(), held.magnitude()?.get())?);
    Ok(Fill { lots, value: share.negated()? })
}

/// Moves lots of a position, signed as the position is, from one account to another with their share of `quote`.
///
/// Both settle funding and losses first. The giver realises nothing: what the lots have gained or lost goes with them, and
/// stays unrealised. At the receiver they are a fill at that price: they add to a position of the same sign, and close
/// one of the other. Cash, `quote` and lots of the two together are the same before and after, but for what was settled; so
/// is their profit and loss, at any mark.
pub fn transfer(
    from: &mut Portfolio,
    to: &mut Portfolio,
    i: &Instrument,
    u: &Underlying,
    lots: Lots,
) -> Result<Moved, RiskError> {
    let fill = at_cost(from.position(i).ok_or(RiskError::NothingToTransfer)?, lots)?;
    let giver = from.fill(i, u, fill.reversed()?)?;
    let receiver = to.fill(i, u, fill)?;
    Ok(Moved { fill, giver, receiver })
}
