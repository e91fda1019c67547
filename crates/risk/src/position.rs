//! A position: lots, what they cost, and the orders that may add to them.

use crate::{Instrument, LotValue, Lots, QuoteNative, RiskError, Side, Underlying, Units, math::mul_div_floor};
use bytemuck::{Pod, Zeroable};

/// Sort key and identity of a position: underlying, expiry, instrument. Positions are kept in this order, so that the
/// margin check meets one underlying after the other, and in it one calendar bucket after the other.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
pub struct PositionKey(pub u64);

impl PositionKey {
    /// The key of an instrument: underlying in 8 bits, expiry in minutes in 40 bits, instrument in 16 bits.
    #[inline(always)]
    pub const fn of(i: &Instrument) -> Self {
        let minutes = (i.expiry as u64) / 60;
        Self(((i.underlying as u64) << 56) | ((minutes & 0xff_ffff_ffff) << 16) | i.index as u64)
    }

    /// The greatest key that a position of an underlying may have.
    #[inline(always)]
    pub const fn last_of(underlying: u16) -> Self {
        Self(((underlying as u64) << 56) | (u64::MAX >> 8))
    }

    /// The greatest key that a perpetual of an underlying may have: what has an expiry comes after it.
    #[inline(always)]
    pub const fn last_perpetual_of(underlying: u16) -> Self {
        Self(((underlying as u64) << 56) | u16::MAX as u64)
    }

    /// Index of the underlying.
    #[inline(always)]
    pub const fn underlying(self) -> u16 {
        (self.0 >> 56) as u16
    }

    /// Index of the instrument.
    #[inline(always)]
    pub const fn instrument(self) -> u16 {
        self.0 as u16
    }

    /// The calendar bucket, named by the greatest key that it may hold: all instruments of an expiry are one, every perpetual
    /// is one of its own.
    #[inline(always)]
    pub const fn bucket(self) -> Self {
        if self.is_perpetual() { self } else { Self(self.0 | u16::MAX as u64) }
    }

    /// True for a key without an expiry.
    #[inline(always)]
    pub const fn is_perpetual(self) -> bool {
        self.0 << 8 >> 24 == 0
    }
}

/// A position and its open orders in one instrument.
///
/// Its profit and loss is `lots · mark + quote`, exactly.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Position {
    /// Underlying, expiry and instrument.
    pub key: PositionKey,
    /// Signed lots.
    pub lots: Lots,
    /// Signed cash flow of the open part: what it was sold for less what it was bought for.
    pub quote: QuoteNative,
    /// The instrument's funding index up to which funding is settled.
    pub funding_index: LotValue,
    /// The instrument's loss index, of this side, up to which losses are settled.
    pub loss_index: LotValue,
    /// Lots of resting bids, reduce-only orders aside.
    pub bid_lots: Lots,
    /// Lots of resting asks, reduce-only orders aside.
    pub ask_lots: Lots,
    /// Value of resting bids at their limits, reduce-only orders aside.
    pub bid_value: QuoteNative,
    /// Value of resting asks at their limits, reduce-only orders aside.
    pub ask_value: QuoteNative,
    /// The contract's generation.
    pub generation: u32,
    /// Resting orders, reduce-only orders included.
    pub order_count: u32,
    /// First of this account's orders in the book, handle + 1; 0 where there is none.
    pub orders_head: u32,
    /// Reserved, zero.
    pub reserved: u32,
}

/// What a fill does to cash, beside the position that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Signed lots: positive bought, negative sold.
    pub lots: Lots,
    /// Value of the lots, of the same sign: what is paid for them.
    pub value: QuoteNative,
}

impl Fill {
    /// The fill of a side that buys or sells these lots, ≥ 0, for this value, ≥ 0.
    #[inline(always)]
    pub const fn of(side: Side, lots: Lots, value: QuoteNative) -> Self {
        match side {
            Side::Bid => Self { lots, value },
            Side::Ask => Self { lots: Lots::new(-lots.get()), value: QuoteNative::new(-value.get()) },
        }
    }

    /// The same fill from the other side.
    #[inline(always)]
    pub fn reversed(&self) -> Result<Self, RiskError> {
        Ok(Self { lots: self.lots.negated()?, value: self.value.negated()? })
    }
}

/// What a fill did to an account, for the market that counts it: see `Market::book`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Funding and losses that were settled, in cash already: the market pays them.
    pub settled: QuoteNative,
    /// Lots held before.
    pub before: Lots,
    /// Lots held after.
    pub after: Lots,
}

impl Position {
    /// True if the slot may be given back: no lots, no orders.
    pub const fn is_empty(&self) -> bool {
        self.lots.get() == 0 && self.order_count == 0
    }

    /// Profit and loss of funding and losses not yet settled into cash, at the underlying's scale.
    #[inline(always)]
    pub fn unsettled(&self, i: &Instrument) -> Result<i64, RiskError> {
        let funding = i.funding_index.minus(self.funding_index)?.get();
        let loss = self.loss_index_of(i).checked_sub(self.loss_index.get()).ok_or(RiskError::Overflow)?;
        if funding == 0 && loss == 0 || self.lots.is_zero() {
            return Ok(0);
        }
        let funding = self.lots.get().checked_mul(funding).ok_or(RiskError::Overflow)?;
        let loss = self.lots.magnitude()?.get().checked_mul(loss).ok_or(RiskError::Overflow)?;
        funding.checked_add(loss).and_then(i64::checked_neg).ok_or(RiskError::Overflow)
    }

    #[inline(always)]
    fn loss_index_of(&self, i: &Instrument) -> i64 {
        if self.lots.get() < 0 { i.loss_index_short.get() } else { i.loss_index_long.get() }
    }

    /// Settles funding and losses up to the instrument's indices; returns what goes to cash, rounded down.
    pub fn settle(&mut self, i: &Instrument, u: &Underlying) -> Result<QuoteNative, RiskError> {
        let due = self.unsettled(i)?;
        self.funding_index = i.funding_index;
        self.loss_index = LotValue::new(self.loss_index_of(i));
        Ok(QuoteNative::new(due >> u.scale()))
    }

    /// Applies a fill and returns what is realised to cash. The position must be settled first.
    ///
    /// A fill that adds only moves `quote`. One that reduces by q lots realises `fill + quote · q/|lots|`, rounded down,
    /// what is left staying in `quote`. A fill through zero is split at zero; at zero lots what is left of `quote` is
    /// realised. `lots · mark + quote + realised` is the same before and after at the fill's own price.
    pub fn apply_fill(&mut self, fill: Fill, i: &Instrument) -> Result<QuoteNative, RiskError> {
        let held = self.lots.get();
        let traded = fill.lots.get();
        if traded == 0 || traded.signum() != fill.value.get().signum() && fill.value.get() != 0 {
            return Err(RiskError::Corrupt { what: "a fill" });
        }
        let paid = fill.value.negated()?;
        if held == 0 || held.signum() == traded.signum() {
            self.lots = self.lots.plus(fill.lots)?;
            self.quote = self.quote.plus(paid)?;
            self.reset_loss_index(i);
            return Ok(QuoteNative::ZERO);
        }
        let size = self.lots.magnitude()?.get();
        let closing = fill.lots.magnitude()?.get();
        if closing < size {
            let part = QuoteNative::new(mul_div_floor(self.quote.get(), closing, size)?);
            self.quote = self.quote.minus(part)?;
            self.lots = self.lots.plus(fill.lots)?;
            return Ok(paid.plus(part)?);
        }
        // At or through zero: the closing part takes its share of the fill, rounded down.
        let closing_value = QuoteNative::new(mul_div_floor(paid.get(), size, closing)?);
        let realised = self.quote.plus(closing_value)?;
        self.lots = self.lots.plus(fill.lots)?;
        self.quote = paid.minus(closing_value)?;
        self.reset_loss_index(i);
        Ok(realised)
    }

    fn reset_loss_index(&mut self, i: &Instrument) {
        self.loss_index = LotValue::new(self.loss_index_of(i));
    }

    /// Signed delta of the lots, in units.
    #[inline(always)]
    pub fn delta(&self, i: &Instrument) -> Units {
        self.lots * i.delta_units
    }

    /// Counts an order that starts to rest. A reduce-only order carries no margin: it only counts as an order.
    pub fn add_order(
        &mut self,
        side: Side,
        reduce_only: bool,
        lots: Lots,
        value: QuoteNative,
    ) -> Result<(), RiskError> {
        self.order_count = self.order_count.checked_add(1).ok_or(RiskError::Overflow)?;
        self.change_order_totals(side, reduce_only, lots, value)
    }

    /// Counts an order that no longer rests, with the lots and value that were left of it.
    pub fn remove_order(
        &mut self,
        side: Side,
        reduce_only: bool,
        lots: Lots,
        value: QuoteNative,
    ) -> Result<(), RiskError> {
        self.order_count =
            self.order_count.checked_sub(1).ok_or(RiskError::Corrupt { what: "the number of orders" })?;
        self.change_order_totals(side, reduce_only, lots.negated()?, value.negated()?)
    }

    /// Takes the filled part off an order's totals. The order goes on resting.
    pub fn fill_order(
        &mut self,
        side: Side,
        reduce_only: bool,
        lots: Lots,
        value: QuoteNative,
    ) -> Result<(), RiskError> {
        self.change_order_totals(side, reduce_only, lots.negated()?, value.negated()?)
    }

    fn change_order_totals(
        &mut self,
        side: Side,
        reduce_only: bool,
        lots: Lots,
        value: QuoteNative,
    ) -> Result<(), RiskError> {
        if reduce_only {
            return Ok(());
        }
        let (total_lots, total_value) = match side {
            Side::Bid => (&mut self.bid_lots, &mut self.bid_value),
            Side::Ask => (&mut self.ask_lots, &mut self.ask_value),
        };
        let (lots, value) = (total_lots.plus(lots)?, total_value.plus(value)?);
        if lots.get() < 0 || value.get() < 0 {
            return Err(RiskError::Corrupt { what: "totals of orders" });
        }
        (*total_lots, *total_value) = (lots, value);
        Ok(())
    }

    /// Checks that the lots, with the orders of either side, stay within the instrument's limit.
    pub fn require_within_limit(&self, i: &Instrument) -> Result<(), RiskError> {
        let lots = self.most_lots()?.get();
        if lots > i.limits.max_position.get() {
            return Err(RiskError::PositionLimit { instrument: i.index, lots, limit: i.limits.max_position.get() });
        }
        Ok(())
    }

    /// Most lots that this could come to, of either sign, with the orders of a side.
    pub(crate) fn most_lots(&self) -> Result<Lots, RiskError> {
        let long = self.lots.plus(self.bid_lots)?;
        let short = self.lots.minus(self.ask_lots)?.negated()?;
        Ok(long.max(short).max(self.bid_lots).max(self.ask_lots))
    }
}
