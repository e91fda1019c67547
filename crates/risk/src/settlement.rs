//! Settlement of instruments: how the samples of an average reach them, and what they pay in the end.
//!
//! Inside the window the value of a lot is `fixed + delta units · forward`: the units that the samples have fixed count at the
//! mean of the samples, the others at the forward. A call is one on its remaining units, with its strike less what is fixed.
//! It is priced with the whole volatility of the time that is left, which is more than that of an average, so that neither
//! side needs too little margin.
//!
//! ```text
//! delta units = lot units · (30 − samples) / 30               rounded to the nearest whole unit
//! fixed       = (lot units − delta units) · mean of samples   rounded down: lot units · sum / 30 where no unit was rounded
//! at the end  = lot units · price                             rounded to whole quote-native, the nearest
//! ```
//!
//! What a lot pays is whole, so that long and short receive and pay the same to the unit; a call less a put pays the
//! future less the strike.

use crate::{
    Board, Fill, Filled, Instrument, Kind, LotValue, Lots, MAX_INSTRUMENTS, MarginParams, OptionTerms, Portfolio,
    Print, QuoteNative, RiskError, Underlying, UnitPrice, UnitsPerLot,
    fixing::{Fixing, SAMPLES, sample_of},
    math::{mul_bounded, mul_div_floor, mul_ppm_floor},
};
use bytemuck::Zeroable;

/// Least time from the decision to wind a perpetual down to its settlement, seconds.
pub const LEAST_NOTICE: i64 = 86_400;
/// Longest such time, seconds: a year and a day.
const MOST_NOTICE: i64 = 366 * 86_400;

/// What a settlement came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The expiry.
    pub expiry: i64,
    /// Price of a delta unit, at the underlying's scale.
    pub price: i64,
    /// Samples that it is the mean of.
    pub samples: u32,
    /// Instruments settled.
    pub count: u32,
}

/// What the settlement of a position did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// What the lots were worth, of their sign.
    pub value: QuoteNative,
    /// The fill that closed them.
    pub filled: Filled,
}

impl Instrument {
    /// True if this is settled at an expiry, and is not yet.
    fn awaits(&self, underlying: u16, expiry: i64) -> bool {
        self.is_listed() && self.underlying == underlying && self.settles_at == expiry && self.settled == 0
    }

    /// Takes over what the samples of its expiry have fixed; `price` is that of the last sample.
    pub fn fix(&mut self, u: &Underlying, fixing: &Fixing, price: i64) -> Result<(), RiskError> {
        let left =
            i64::from(SAMPLES.checked_sub(fixing.count()).ok_or(RiskError::Corrupt { what: "samples of the expiry" })?);
        let (was, whole) = (self.delta_units, self.lot_units.get());
        // Lot units are below 2^41.
        let units = (2 * whole * left + i64::from(SAMPLES)) / (2 * i64::from(SAMPLES));
        self.delta_units = UnitsPerLot::new(units);
        self.fixed = match fixing.count() {
            0 => LotValue::ZERO,
            count => LotValue::new(mul_div_floor(whole - units, fixing.sum, count.into())?),
        };
        if self.is_option() {
            let strike = self.strike_value(u)?.minus_bounded(self.fixed).get();
            self.option.fix(was, self.delta_units, strike, price)?;
        }
        Ok(())
    }

    /// Writes what a lot pays in the end.
    fn settle(&mut self, u: &Underlying, price: i64) -> Result<(), RiskError> {
        let half = (1i64 << u.scale()) >> 1;
        let lot = mul_bounded(self.lot_units.get(), price).checked_add(half).ok_or(RiskError::Overflow)?;
        let lot = LotValue::new((lot >> u.scale()) << u.scale());
        self.fixed = match Kind::from_byte(self.kind) {
            Some(Kind::Call) => lot.minus_bounded(self.strike_value(u)?).max(LotValue::ZERO),
            Some(Kind::Put) => self.strike_value(u)?.minus_bounded(lot).max(LotValue::ZERO),
            _ => lot,
        };
        self.mark = self.fixed;
        self.delta_units = UnitsPerLot::ZERO;
        self.basis = 0;
        self.option = OptionTerms::zeroed();
        self.settled = 1;
        Ok(())
    }
}

impl Board {
    /// Takes over other margin parameters.
    ///
    /// # Errors
    /// What [`MarginParams::validate`] refuses; [`RiskError::AwaitsSettlement`] for another settlement time while something that
    /// is not settled has its time.
    pub fn change_margin(&mut self, params: &MarginParams) -> Result<(), RiskError> {
        params.validate()?;
        if params.settlement_time != self.params.settlement_time && self.next_settlement != 0 {
            return Err(RiskError::AwaitsSettlement { settles_at: self.next_settlement });
        }
        self.params = *params;
        Ok(())
    }

    /// Checks that something may settle at a moment, and counts it in the next settlement. All settlements are at one time of
    /// day, so that any two, of whatever underlyings, are at the same moment or at least a day apart.
    ///
    /// # Errors
    /// [`RiskError::NotASettlementTime`].
    pub fn await_settlement(&mut self, settles_at: i64) -> Result<(), RiskError> {
        if !self.params.is_settlement_time(settles_at) {
            let settlement_time = self.params.settlement_time;
            return Err(RiskError::NotASettlementTime { settles_at, settlement_time });
        }
        if self.next_settlement == 0 || settles_at < self.next_settlement {
            self.next_settlement = settles_at;
        }
        Ok(())
    }

    /// Least `settles_at` of what is not settled; 0 where there is none.
    fn find_next_settlement(&self) -> i64 {
        let unsettled = self.instruments.iter().filter(|i| i.is_listed() && i.settles_at != 0 && i.settled == 0);
        unsettled.map(|i| i.settles_at).min().unwrap_or(0)
    }

    /// Takes over what is fixed already of the expiry of an instrument that was just listed or given one.
    pub fn join_fixing(&mut self, index: u16) -> Result<(), RiskError> {
        let i = *self.instrument(index)?;
        let Self { underlyings, instruments, .. } = self;
        let u = underlyings.get(usize::from(i.underlying)).ok_or(RiskError::NotListed { index: i.underlying })?;
        match (
            u.fixings.iter().find(|f| f.expiry == i.settles_at && f.expiry != 0),
            instruments.get_mut(usize::from(index)),
        ) {
            (Some(fixing), Some(i)) => i.fix(u, fixing, u.price.get()),
            _ => Ok(()),
        }
    }

    /// Takes a print as a sample of an expiry, and moves what is settled by it on; returns which sample it was, from 1.
    ///
    /// # Errors
    /// [`RiskError::NothingToSample`] where the print is not the one of a sample that is still missing;
    /// [`RiskError::NotListed`] where nothing awaits this expiry; [`RiskError::NoFreeFixing`];
    /// [`RiskError::PriceTooUncertain`]: a print with a wide confidence interval is no sample.
    pub fn sample_settlement(&mut self, underlying: u16, expiry: i64, print: &Print) -> Result<u32, RiskError> {
        let sample = sample_of(expiry, print).ok_or(RiskError::NothingToSample)?;
        let u = self.underlying(underlying)?;
        let widest = mul_ppm_floor(QuoteNative::new(print.price.get()), u.params.max_confidence)?.get();
        if print.confidence > UnitPrice::new(widest) {
            let (confidence, price) = (print.confidence, print.price);
            return Err(RiskError::PriceTooUncertain { underlying, confidence: confidence.get(), price: price.get() });
        }
        let slot = self.fixing_slot(underlying, expiry)?;
        let Self { underlyings, instruments, .. } = self;
        let u = underlyings.get_mut(usize::from(underlying)).ok_or(RiskError::NotListed { index: underlying })?;
        let fixing = u.fixings.get_mut(slot).ok_or(RiskError::NoFreeFixing)?;
        if fixing.price != 0 {
            return Err(RiskError::AlreadySettled);
        }
        fixing.expiry = expiry;
        fixing.take(sample, print.price.get())?;
        let fixing = *fixing;
        for i in instruments.iter_mut().filter(|i| i.awaits(underlying, expiry)) {
            i.fix(u, &fixing, print.price.get())?;
            if !i.is_option() {
                i.reprice_linear(u)?;
            }
        }
        Ok(sample)
    }

    /// Where the average of an expiry is, or may be: something listed must await it.
    fn fixing_slot(&self, underlying: u16, expiry: i64) -> Result<usize, RiskError> {
        let fixings = &self.underlying(underlying)?.fixings;
        if expiry == 0 || !self.instruments.iter().any(|i| i.awaits(underlying, expiry)) {
            return Err(RiskError::NotListed { index: underlying });
        }
        let slot = fixings.iter().position(|f| f.expiry == expiry);
        slot.or_else(|| fixings.iter().position(|f| f.expiry == 0)).ok_or(RiskError::NoFreeFixing)
    }

    /// Settles instruments of one underlying and expiry; those that are settled already are left as they are.
    ///
    /// The price is the mean of the samples; a day after the expiry, where there is none, the fresh price on the board that
    /// no guard suspects. The first call fixes it for all of the expiry.
    ///
    /// # Errors
    /// [`RiskError::NotYetExpired`], [`RiskError::NotEnoughSamples`], [`RiskError::AlreadySettled`] where nothing was left to
    /// settle, [`RiskError::NotListed`] for an instrument of another underlying or expiry.
    pub fn settle_expiry(&mut self, underlying: u16, list: &[u16], now: i64) -> Result<Settlement, RiskError> {
        let first = *list.first().ok_or(RiskError::NotListed { index: underlying })?;
        let expiry = self.instrument(first)?.settles_at;
        if expiry == 0 || now < expiry {
            return Err(RiskError::NotYetExpired { expiry });
        }
        let mut count = 0;
        for index in list {
            let i = self.instrument(*index)?;
            if i.underlying != underlying || i.settles_at != expiry {
                return Err(RiskError::NotListed { index: *index });
            }
            count += u32::from(i.settled == 0);
        }
        if count == 0 {
            return Err(RiskError::AlreadySettled);
        }
        let slot = self.fixing_slot(underlying, expiry)?;
        let u = self.underlying_mut(underlying)?;
        let mut fixing = *u.fixings.get(slot).ok_or(RiskError::NoFreeFixing)?;
        fixing.expiry = expiry;
        if fixing.price == 0 {
            fixing.price = match fixing.settlement_price(now)? {
                Some(price) => price,
                None => u.settlement_price(now)?,
            };
        }
        for index in list {
            self.settle_instrument(*index, fixing.price)?;
        }
        let left = self.instruments.iter().any(|i| i.awaits(underlying, expiry));
        let u = self.underlying_mut(underlying)?;
        *u.fixings.get_mut(slot).ok_or(RiskError::NoFreeFixing)? = if left { fixing } else { Fixing::zeroed() };
        if !left {
            self.next_settlement = self.find_next_settlement();
        }
        Ok(Settlement { expiry, price: fixing.price, samples: fixing.count(), count })
    }

    /// Settles one instrument, and takes its open interest out of its underlying's: it is no risk any more.
    fn settle_instrument(&mut self, index: u16, price: i64) -> Result<(), RiskError> {
        if self.instrument(index)?.settled != 0 {
            return Ok(());
        }
        self.report_open_interest(index, Lots::ZERO)?;
        let Self { underlyings, instruments, .. } = self;
        let i = instruments.get_mut(usize::from(index)).ok_or(RiskError::NotListed { index })?;
        let u = underlyings.get(usize::from(i.underlying)).ok_or(RiskError::NotListed { index: i.underlying })?;
        i.settle(u, price)
    }

    /// Takes a settled instrument off the board. Its slot keeps the generation, so that what was held of it cannot be taken
    /// for a later contract. Nobody may hold lots or orders in it any more.
    pub fn delist(&mut self, index: u16) -> Result<(), RiskError> {
        let i = *self.instrument(index)?;
        if i.settled == 0 {
            return Err(RiskError::NotSettled { instrument: index });
        }
        self.report_open_interest(index, Lots::ZERO)?;
        if !i.is_option() {
            self.unlink(&i)?;
        }
        let slot = self.instrument_mut(index)?;
        *slot = Instrument { generation: i.generation, ..Instrument::zeroed() };
        Ok(())
    }

    /// Takes a linear instrument out of its underlying's chain.
    fn unlink(&mut self, i: &Instrument) -> Result<(), RiskError> {
        let link = i.index.checked_add(1).ok_or(RiskError::Overflow)?;
        let u = self.underlying_mut(i.underlying)?;
        if u.first_linear == link {
            u.first_linear = i.next_linear;
            return Ok(());
        }
        let mut next = u.first_linear;
        for _ in 0..MAX_INSTRUMENTS {
            let slot = next.checked_sub(1).ok_or(RiskError::NotListed { index: i.index })?;
            let before = self.instrument_mut(slot)?;
            if before.next_linear == link {
                before.next_linear = i.next_linear;
                return Ok(());
            }
            next = before.next_linear;
        }
        Err(RiskError::NotListed { index: i.index })
    }

    /// Gives a perpetual an expiry, at which it settles like a future. Until then it may only be reduced, its basis fades, and no
    /// tightening of it can be taken back.
    ///
    /// # Errors
    /// [`RiskError::NotListed`] for what is no perpetual; [`RiskError::AlreadySettled`] where it has an expiry;
    /// [`RiskError::NotASettlementTime`]; [`RiskError::ParameterRule`] for a time less than [`LEAST_NOTICE`] ahead.
    pub fn wind_down(&mut self, index: u16, settles_at: i64, now: i64) -> Result<(), RiskError> {
        let i = self.instrument(index)?;
        if i.kind != Kind::Perpetual as u8 {
            return Err(RiskError::NotListed { index });
        }
        if i.settles_at != 0 {
            return Err(RiskError::AlreadySettled);
        }
        let notice = settles_at.checked_sub(now).ok_or(RiskError::Overflow)?;
        if !(LEAST_NOTICE..=MOST_NOTICE).contains(&notice) {
            let rule = "a perpetual ends at least a day and at most a year and a day from now";
            return Err(RiskError::ParameterRule { rule });
        }
        self.await_settlement(settles_at)?;
        let i = self.instrument_mut(index)?;
        i.settles_at = settles_at;
        i.reduce_only = 1;
        i.tightened_at = 0;
        i.note_closed(now);
        Ok(())
    }
}

impl Underlying {
    /// The price on the board as a settlement price: fresh, and suspected by no guard.
    fn settlement_price(&self, now: i64) -> Result<i64, RiskError> {
        self.require_fresh(now)?;
        self.require_undoubted()?;
        Ok(self.price.get())
    }
}

impl Portfolio {
    /// Closes the position in a settled instrument at what a lot pays, and gives its slot back. The account must have no
    /// orders in it. Nothing is rounded: over all accounts it comes to nothing, to the unit.
    pub fn close_settled(&mut self, i: &Instrument, u: &Underlying) -> Result<Closed, RiskError> {
        if i.settled == 0 {
            return Err(RiskError::NotSettled { instrument: i.index });
        }
        let lots = self.lots(i);
        if lots.is_zero() {
            return Ok(Closed::default());
        }
        let value = (lots * i.fixed).to_native_floor(u.scale());
        let filled = self.fill(i, u, Fill { lots, value }.reversed()?)?;
        Ok(Closed { value, filled })
    }
}
