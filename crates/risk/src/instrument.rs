//! An instrument: contract terms, mark, risk array and the indices that settle into positions.

use crate::{
    ContractTerms, FundingParams, InstrumentLimits, LotValue, Lots, OptionTerms, Parameters, Ppm, QuoteNative,
    RiskError, TickValue, Ticks, Times, Underlying, UnitsPerLot,
    math::{NATIVE_LIMIT, PRODUCT_LIMIT},
};
use bytemuck::{Pod, Zeroable};

/// The largest bases that two instruments of an underlying can move against one another by.
const SWING: u32 = 4;

/// What an instrument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A perpetual future.
    Perpetual = 1,
    /// A future with an expiry, settled in cash.
    Future = 2,
    /// A European call, settled in cash.
    Call = 3,
    /// A European put, settled in cash.
    Put = 4,
}

impl Kind {
    /// The kind that a stored byte names.
    #[inline(always)]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Perpetual),
            2 => Some(Self::Future),
            3 => Some(Self::Call),
            4 => Some(Self::Put),
            _ => None,
        }
    }
}

/// An instrument of the board.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Instrument {
    /// Name, padded with zeros.
    pub name: [u8; 16],
    /// Mark of one lot, at the underlying's scale. Of an option: when its array was made; [`Instrument::mark_at`] moves it on.
    pub mark: LotValue,
    /// Delta units in one lot (of an option: of its underlying's contract).
    pub lot_units: UnitsPerLot,
    /// Quote-native per tick and lot.
    pub tick_value: TickValue,
    /// Expiry, seconds; 0 for a perpetual.
    pub expiry: i64,
    /// Cumulative funding paid by one long lot, at the underlying's scale.
    pub funding_index: LotValue,
    /// Cumulative loss borne by one long lot, at the underlying's scale.
    pub loss_index_long: LotValue,
    /// Cumulative loss borne by one short lot, at the underlying's scale.
    pub loss_index_short: LotValue,
    /// Basis of the mark over the index, ratio in millionths, signed. Of a closed market it fades with each repricing.
    pub basis: i64,
    /// Counts the uses of this slot, so that an old position cannot be taken for one in a later contract.
    pub generation: u32,
    /// Underlying.
    pub underlying: u16,
    /// This instrument's own index.
    pub index: u16,
    /// Next linear instrument of the same underlying, index + 1; 0 at the end, and of options.
    pub next_linear: u16,
    /// [`Kind`], 0 where the slot is free.
    pub kind: u8,
    /// 1 where only reducing trades are allowed.
    pub reduce_only: u8,
    /// Reserved, zero.
    pub reserved_word: u32,
    /// Limits.
    pub limits: InstrumentLimits,
    /// Strike of an option, ticks.
    pub strike: Ticks,
    /// An option's terms and array.
    pub option: OptionTerms,
    /// Open interest that the last sweep of the market reported, lots of one side.
    pub open_interest: Lots,
    /// Delta units that one lot still has: `lot_units`, less what the average of its settlement has fixed; 0 once settled.
    pub delta_units: UnitsPerLot,
    /// Value of one lot that is fixed already, at the underlying's scale; once settled, what the lot pays.
    pub fixed: LotValue,
    /// When it is settled, seconds: the expiry; of a perpetual 0, until its delisting is decided.
    pub settles_at: i64,
    /// Funding and basis.
    pub funding: FundingParams,
    /// 1 once the settlement price is in `fixed`.
    pub settled: u8,
    /// `reduce_only` before the last series of tightenings.
    pub reduce_only_before: u8,
    /// Reserved, zero.
    pub reserved_bytes: [u8; 6],
    /// When the market closed for a basis, seconds: from then on the basis fades; 0 while it may have one.
    pub closed_at: i64,
    /// The basis then.
    pub closing_basis: i64,
    /// When the risk authority last tightened the limits, seconds; 0 where there is nothing to take back.
    pub tightened_at: i64,
    /// `max_position` before the last series of tightenings.
    pub max_position_before: Lots,
    /// `open_interest_cap` before it.
    pub open_interest_cap_before: Lots,
    /// Reserved, zero.
    pub reserved: [u64; 3],
}

impl Instrument {
    /// True if an instrument is listed in this slot.
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.kind != 0
    }

    /// Checks the contract terms, and proves the bound that keeps every product of the model exact:
    /// `4 · max position · lot units · max price < 2^56`, where 4 covers the largest scenario move (three ranges of 100 %),
    /// and the same product in whole quote-native below [`NATIVE_LIMIT`].
    ///
    /// A future's and an option's expiry is a whole minute, since a position's key keeps minutes. A strike is at most the
    /// underlying's maximum price, so that the bound holds for puts too.
    ///
    /// # Errors
    /// [`RiskError::BadStrike`]; what the lists of parameters refuse; [`RiskError::Overflow`]
    /// where the bound does not hold.
    pub fn validate(&self, u: &Underlying) -> Result<(), RiskError> {
        self.terms().validate_bounds()?;
        self.limits.validate_bounds()?;
        self.funding.validate()?;
        let whole = self.has_expiry() && self.expiry > 0 && self.expiry % 60 == 0;
        if !whole && (self.has_expiry() || self.expiry != 0) {
            return Err(RiskError::ParameterRule {
                rule: "an expiry must be a whole minute, and a perpetual has none",
            });
        }
        self.require_exact(self.limits.max_position, u)?;
        if self.is_option() != (self.strike.get() > 0) {
            return Err(self.bad_strike(u));
        }
        let most = self.lot_units * u.max_price;
        if self.is_option() && !self.strike_value(u).is_ok_and(|strike| strike <= most) {
            return Err(self.bad_strike(u));
        }
        Ok(())
    }

    /// Checks that the calendar charge covers what an unsettled perpetual or future and another can move against one another by
    /// their bases: from one at the top and the other at the bottom to the opposite, four times the largest basis. The charge on
    /// delta matched between them is all that such a pair requires. `calendar` is the least that may be in force.
    ///
    /// # Errors
    /// [`RiskError::BasisAboveCalendar`].
    pub(crate) fn require_basis_covered(&self, calendar: Ppm) -> Result<(), RiskError> {
        let (max_basis, calendar) = (self.funding.max_basis.get(), calendar.get());
        if self.is_option() || self.settled != 0 || max_basis <= calendar / SWING {
            return Ok(());
        }
        Err(RiskError::BasisAboveCalendar { instrument: self.index, max_basis, calendar })
    }

    fn bad_strike(&self, u: &Underlying) -> RiskError {
        RiskError::BadStrike { strike: self.strike.get(), max_price: u.max_price.get() }
    }

    /// What was fixed when it was listed.
    pub const fn terms(&self) -> ContractTerms {
        ContractTerms { lot_units: self.lot_units, tick_value: self.tick_value }
    }

    /// Checks the bound of [`Instrument::validate`] for a number of lots, whatever the position limit is.
    pub fn require_exact(&self, lots: Lots, u: &Underlying) -> Result<(), RiskError> {
        let units = lots.times(self.lot_units)?.get();
        let most = units.checked_mul(u.max_price.get()).and_then(|v| v.checked_mul(4)).ok_or(RiskError::Overflow)?;
        if most >= PRODUCT_LIMIT || most >> u.scale() >= NATIVE_LIMIT {
            return Err(RiskError::Overflow);
        }
        Ok(())
    }

    /// True if losses were ever shared among holders of this contract.
    #[inline(always)]
    pub const fn has_losses(&self) -> bool {
        self.loss_index_long.get() | self.loss_index_short.get() != 0
    }

    /// True for calls and puts.
    #[inline(always)]
    pub const fn is_option(&self) -> bool {
        self.kind > Kind::Future as u8
    }

    /// True for a put.
    #[inline(always)]
    pub const fn is_put(&self) -> bool {
        self.kind == Kind::Put as u8
    }

    /// True for all but perpetuals.
    pub const fn has_expiry(&self) -> bool {
        self.kind != Kind::Perpetual as u8
    }

    /// True for an option of the same strike, expiry and size: the call and the put of a pair.
    pub fn same_strike(&self, other: &Self) -> bool {
        let terms = |i: &Self| (i.is_option(), i.underlying, i.expiry, i.strike, i.tick_value, i.lot_units);
        terms(self) == terms(other)
    }

    /// An option's strike for one lot, at the underlying's scale.
    pub fn strike_value(&self, u: &Underlying) -> Result<LotValue, RiskError> {
        Ok(self.strike.times(self.tick_value)?.to_scale(u.scale())?)
    }

    /// True if an order of this value, ≥ 0, is an odd lot: worth less than a sixteenth of the impact notional, or than sixteen
    /// of the least orders. Orders that are no odd lots are worth a taker's while, so that none is traded through.
    #[inline(always)]
    pub const fn is_odd_lot(&self, value: QuoteNative) -> bool {
        // Rounded down, the quotient is less than a whole number exactly if the dividend is less than so many times it.
        let value = value.get();
        value / 16 < self.limits.min_order_value.get() || value < self.funding.impact_notional.get() / 16
    }

    /// Value of `lots` at a price in ticks, quote-native, exact. Signed like `lots`.
    #[inline]
    pub fn value_at(&self, lots: Lots, price: Ticks) -> Result<QuoteNative, RiskError> {
        Ok(lots.times(price.times(self.tick_value)?)?)
    }
}
