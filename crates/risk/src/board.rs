//! The risk board: every number that the margin check of any account reads, in one slab.

use crate::{
    ExpiryArrays, Instrument, Interest, Lots, MarginParams, ProductGroup, RiskError, Times, Token, Underlying,
    group::{MAX_GROUPS, kept_apart},
    scenario::{ROWS, Scenario},
    surface::Surface,
};
use bytemuck::{Pod, Zeroable};

/// Underlyings on a board.
pub const MAX_UNDERLYINGS: usize = 32;
/// Instruments on a board.
pub const MAX_INSTRUMENTS: usize = 512;
/// Collateral tokens on a board.
pub const MAX_TOKENS: usize = 16;

/// The slab. Written by refreshes, cranks and listings; read by every check.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Board {
    /// Margin parameters of the whole exchange.
    pub params: MarginParams,
    /// Rates and indices of borrowing and lending.
    pub interest: Interest,
    /// The earliest time at which a listed instrument that is not settled is to be, seconds; 0 where there is none. A day before
    /// it margin begins to see the settlement coming.
    pub next_settlement: i64,
    /// The scenario table.
    pub scenarios: [Scenario; ROWS],
    /// Product groups; an underlying names its group by index + 1.
    pub groups: [ProductGroup; MAX_GROUPS],
    /// Tokens accepted as collateral.
    pub tokens: [Token; MAX_TOKENS],
    /// Underlyings.
    pub underlyings: [Underlying; MAX_UNDERLYINGS],
    /// Instruments.
    pub instruments: [Instrument; MAX_INSTRUMENTS],
}

impl Board {
    /// The underlying at an index, if one is listed there.
    #[inline(always)]
    pub fn underlying(&self, index: u16) -> Result<&Underlying, RiskError> {
        match self.underlyings.get(usize::from(index)) {
            Some(u) if u.is_listed() => Ok(u),
            _ => Err(RiskError::NotListed { index }),
        }
    }

    /// As [`Board::underlying`], to change it.
    pub fn underlying_mut(&mut self, index: u16) -> Result<&mut Underlying, RiskError> {
        match self.underlyings.get_mut(usize::from(index)) {
            Some(u) if u.is_listed() => Ok(u),
            _ => Err(RiskError::NotListed { index }),
        }
    }

    /// The instrument at an index, if one is listed there.
    #[inline(always)]
    pub fn instrument(&self, index: u16) -> Result<&Instrument, RiskError> {
        match self.instruments.get(usize::from(index)) {
            Some(i) if i.is_listed() => Ok(i),
            _ => Err(RiskError::NotListed { index }),
        }
    }

    /// The token at an index, if one is listed there.
    #[inline(always)]
    pub fn token(&self, index: u16) -> Result<&Token, RiskError> {
        match self.tokens.get(usize::from(index)) {
            Some(t) if t.is_listed() => Ok(t),
            _ => Err(RiskError::NotListed { index }),
        }
    }

    /// As [`Board::instrument`], to change it.
    pub fn instrument_mut(&mut self, index: u16) -> Result<&mut Instrument, RiskError> {
        match self.instruments.get_mut(usize::from(index)) {
            Some(i) if i.is_listed() => Ok(i),
            _ => Err(RiskError::NotListed { index }),
        }
    }

    /// Premium of an expiry's forward over the index price of an underlying, millionths: that of the dated future of this
    /// expiry, where one is listed.
    pub fn basis(&self, underlying: u16, expiry: i64) -> Result<i64, RiskError> {
        let mut next = self.underlying(underlying)?.first_linear;
        for _ in 0..MAX_INSTRUMENTS {
            let Some(slot) = next.checked_sub(1) else { break };
            let i = self.instruments.get(usize::from(slot)).ok_or(RiskError::NotListed { index: slot })?;
            if i.expiry == expiry {
                return Ok(i.basis);
            }
            next = i.next_linear;
        }
        Ok(0)
    }

    /// Refreshes the options of one underlying in the order given, from its price on the board and a surface.
    ///
    /// An expiry's shared parts are made once for as long as the list stays with it; a call and a put of one strike that
    /// follow one another are priced once.
    ///
    /// # Errors
    /// [`RiskError::NotAnOption`], [`RiskError::Expired`], [`RiskError::NoVolatility`]; [`RiskError::NotListed`] for an
    /// instrument of another underlying.
    pub fn refresh_options(
        &mut self,
        underlying: u16,
        surface: &Surface,
        list: impl Iterator<Item = u16>,
        now: i64,
    ) -> Result<(), RiskError> {
        let mut arrays: Option<ExpiryArrays> = None;
        let mut last: Option<u16> = None;
        for index in list {
            let i = *self.instrument(index)?;
            if i.underlying != underlying {
                return Err(RiskError::NotListed { index });
            }
            if !i.is_option() {
                return Err(RiskError::NotAnOption { instrument: index });
            }
            if now >= i.expiry {
                return Err(RiskError::Expired { instrument: index, expiry: i.expiry });
            }
            let basis = match &arrays {
                Some(made) if made.expiry() == i.expiry => None,
                _ => Some(self.basis(underlying, i.expiry)?),
            };
            let Self { scenarios, underlyings, instruments, .. } = self;
            let u = underlyings.get(usize::from(underlying)).ok_or(RiskError::NotListed { index: underlying })?;
            if let Some(basis) = basis {
                arrays = Some(ExpiryArrays::new(scenarios, u, surface.expiry(i.expiry)?, basis, now)?);
            }
            let Some(arrays) = &arrays else { return Err(RiskError::NoVolatility { expiry: i.expiry }) };
            let twin =
                last.and_then(|l| instruments.get(usize::from(l))).filter(|t| t.same_strike(&i)).map(|t| t.option);
            let i = instruments.get_mut(usize::from(index)).ok_or(RiskError::NotListed { index })?;
            match &twin {
                Some(terms) => arrays.copy(i, u, terms)?,
                None => arrays.refresh(i, u, scenarios, now)?,
            }
            last = Some(index);
        }
        Ok(())
    }

    /// Checks that the least calendar charge that may be in force covers the basis of every perpetual and future of an underlying.
    ///
    /// # Errors
    /// [`RiskError::BasisAboveCalendar`].
    pub fn require_basis_covered(&self, underlying: u16) -> Result<(), RiskError> {
        let u = self.underlying(underlying)?;
        let calendar = u.calendar_at(u.scan_range().min(u.params.scan_range), kept_apart(&self.groups, u.group))?;
        let mut next = u.first_linear;
        for _ in 0..MAX_INSTRUMENTS {
            let Some(slot) = next.checked_sub(1) else { break };
            let i = self.instruments.get(usize::from(slot)).ok_or(RiskError::NotListed { index: slot })?;
            i.require_basis_covered(calendar)?;
            next = i.next_linear;
        }
        Ok(())
    }

    /// Takes what a sweep says of an instrument's open interest into that of its underlying.
    pub fn report_open_interest(&mut self, instrument: u16, lots: Lots) -> Result<(), RiskError> {
        let i = self.instrument_mut(instrument)?;
        let change = lots.minus(i.open_interest)?.times(i.lot_units)?;
        i.open_interest = lots;
        let underlying = i.underlying;
        let u = self.underlying_mut(underlying)?;
        u.open_interest = u.open_interest.plus(change)?;
        Ok(())
    }

    /// Writes what a new index price of one underlying implies: its shocks and the marks of its linear instruments.
    ///
    /// A perpetual's or future's mark is `S · lot units · (1 + basis)`, rounded down to the underlying's scale. The basis of a
    /// closed market fades on the way.
    pub fn reprice(&mut self, index: u16) -> Result<(), RiskError> {
        let Self { scenarios, groups, underlyings, instruments, .. } = self;
        let u = match underlyings.get_mut(usize::from(index)) {
            Some(u) if u.is_listed() => u,
            _ => return Err(RiskError::NotListed { index }),
        };
        u.set_shocks(scenarios, kept_apart(groups, u.group))?;
        let mut next = u.first_linear;
        // The chain is made at listing and has at most one link per instrument.
        for _ in 0..MAX_INSTRUMENTS {
            let Some(slot) = next.checked_sub(1) else { break };
            let i = instruments.get_mut(usize::from(slot)).ok_or(RiskError::NotListed { index: slot })?;
            i.fade_basis(u.publish_time)?;
            i.reprice_linear(u)?;
            next = i.next_linear;
        }
        Ok(())
    }
}
