//! What one margin account holds.

use crate::{
    Instrument, Interest, Lots, Position, PositionKey, QuoteNative, Requirements, RiskError, Times, Token, Underlying,
    interest::interest_ceil,
    math::{NATIVE_LIMIT, PRODUCT_LIMIT},
    position::{Fill, Filled},
};
use bytemuck::{Pod, Zeroable};

/// Positions in an account.
pub const MAX_POSITIONS: usize = 64;
/// Positions with lots in an account: as many as one transaction can liquidate, with a market for each. More slots may have orders.
pub const MAX_HELD: usize = 48;
/// Token balances in an account.
pub const MAX_BALANCES: usize = 8;

/// A token balance.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Balance {
    /// Amount in the token's smallest unit; a slot with zero is free.
    pub amount: u64,
    /// The token's index on the board.
    pub token: u16,
    /// Reserved, zero.
    pub reserved: [u16; 3],
}

/// Cash, tokens and positions of one margin account.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Portfolio {
    /// Quote currency, may be owed.
    pub cash: QuoteNative,
    /// Interest accrued on owed cash and not yet taken from it.
    pub accrued_interest: QuoteNative,
    /// What interest accrues on, ≥ 0: cash and unpaid variation margin owed when the account was last checked.
    pub owed: QuoteNative,
    /// The part of `owed` that the treasury counts.
    pub owed_registered: QuoteNative,
    /// Cash that earns interest, as far as it is still there: what the treasury counts.
    pub lent: QuoteNative,
    /// The least cash of its own, open losses taken off, that there was since it was last noted for lending: it will earn if
    /// it is still there in a later epoch.
    pub lend_candidate: QuoteNative,
    /// Borrow index up to which interest is accrued, 2^-48.
    pub borrow_index: u64,
    /// Lend index up to which interest is paid, 2^-48.
    pub lend_index: u64,
    /// Loss index of lent cash up to which losses are taken from the cash, 2^-48.
    pub loss_index: u64,
    /// Epoch in which `lend_candidate` was noted.
    pub lend_epoch: u32,
    /// Number of positions in use, the first of `positions`.
    pub position_count: u32,
    /// Token balances, in no order.
    pub balances: [Balance; MAX_BALANCES],
    /// Positions in ascending order of their keys.
    pub positions: [Position; MAX_POSITIONS],
}

impl Portfolio {
    /// Accrues interest on what is owed, up to `now`, rounded up. The first step of every instruction that may change cash or
    /// positions; the last is [`Portfolio::note_owed`]. Costs next to nothing where nothing is owed.
    #[inline(always)]
    pub fn accrue(&mut self, interest: &Interest, now: i64) -> Result<(), RiskError> {
        let index = interest.borrow_index_at(now)?;
        if !self.owed.is_zero() {
            let due = interest_ceil(
                self.owed,
                index.checked_sub(self.borrow_index).ok_or(RiskError::Backwards { what: "the borrow index" })?,
            )?;
            self.accrued_interest = self.accrued_interest.plus(due)?;
        }
        self.borrow_index = index;
        Ok(())
    }

    /// Notes what a check has measured: what interest runs on from now, and what own cash is still there to lend. Cash that
    /// covers open losses belongs to others already.
    #[inline(always)]
    pub fn note_owed(&mut self, measured: &Requirements) {
        self.owed = measured.owed();
        self.lend_candidate = self.lendable().min(measured.own_cash.max(QuoteNative::ZERO));
    }

    /// Own cash that is known without a check, for an instruction that needs none: all of it where no position is held, else
    /// only what was there to lend.
    pub fn known_own_cash(&self) -> Result<QuoteNative, RiskError> {
        if self.position_count == 0 { Ok(self.cash.minus(self.accrued_interest)?) } else { Ok(self.lendable()) }
    }

    /// Cash that is there since it was noted for lending, ≥ 0.
    #[inline(always)]
    pub fn lendable(&self) -> QuoteNative {
        self.lend_candidate.min(self.cash.max(QuoteNative::ZERO))
    }

    /// Interest due at `now`: what is accrued, and what runs since on what is owed.
    #[inline(always)]
    pub fn interest_due(&self, interest: &Interest, now: i64) -> Result<QuoteNative, RiskError> {
        if self.owed.is_zero() {
            return Ok(self.accrued_interest);
        }
        let risen = interest
            .borrow_index_at(now)?
            .checked_sub(self.borrow_index)
            .ok_or(RiskError::Backwards { what: "the borrow index" })?;
        Ok(self.accrued_interest.plus(interest_ceil(self.owed, risen)?)?)
    }

    /// Losses of others that the cash lent bears and that were not taken from it yet, rounded up. Costs a comparison where there
    /// are none.
    #[inline(always)]
    pub fn losses_due(&self, interest: &Interest) -> Result<QuoteNative, RiskError> {
        if self.loss_index == interest.loss_index || self.lent.is_zero() {
            return Ok(QuoteNative::ZERO);
        }
        interest.loss_since(self.lent, self.loss_index)
    }

    /// Takes in cash from outside: a deposit, earned interest, what the insurance fund pays. From now on the account owes as
    /// much less.
    pub fn receive(&mut self, amount: QuoteNative) -> Result<(), RiskError> {
        self.cash = self.cash.plus(amount)?;
        self.owed = self.owed.minus(amount)?.max(QuoteNative::ZERO);
        Ok(())
    }

    /// Gives up the interest of an account that has nothing left; returns what was accrued.
    pub fn write_off_interest(&mut self) -> QuoteNative {
        self.owed = QuoteNative::ZERO;
        core::mem::take(&mut self.accrued_interest)
    }

    /// The positions in use.
    #[inline(always)]
    pub fn open(&self) -> &[Position] {
        let n = (self.position_count as usize).min(MAX_POSITIONS);
        &self.positions[..n]
    }

    /// Where the position with a key is, or where it would be inserted.
    #[inline]
    pub fn search(&self, key: PositionKey) -> Result<usize, usize> {
        self.open().binary_search_by_key(&key, |p| p.key)
    }

    /// The position in an instrument, if the account has a slot for it.
    pub fn position(&self, i: &Instrument) -> Option<&Position> {
        self.search(PositionKey::of(i)).ok().and_then(|slot| self.positions.get(slot))
    }

    /// The slot of an instrument, made if there is none.
    pub fn slot(&mut self, i: &Instrument) -> Result<&mut Position, RiskError> {
        let slot = self.slot_index(i)?;
        Ok(&mut self.positions[slot])
    }

    /// Where the slot of an instrument is, made if there is none.
    #[inline(always)]
    fn slot_index(&mut self, i: &Instrument) -> Result<usize, RiskError> {
        let key = PositionKey::of(i);
        let slot = match self.search(key) {
            Ok(slot) => slot,
            Err(slot) => {
                let n = self.position_count as usize;
                if n >= MAX_POSITIONS {
                    return Err(RiskError::NoFreePosition);
                }
                self.positions.copy_within(slot..n, slot + 1);
                self.positions[slot] = Position {
                    key,
                    generation: i.generation,
                    funding_index: i.funding_index,
                    loss_index: i.loss_index_long,
                    ..Position::zeroed()
                };
                self.position_count += 1;
                slot
            }
        };
        if self.positions[slot].generation != i.generation {
            return Err(RiskError::NotListed { index: i.index });
        }
        Ok(slot)
    }

    /// Gives the slot of an instrument back if it is empty; what is left of its `quote` goes to cash. A fill does so itself.
    pub fn release(&mut self, i: &Instrument) -> Result<(), RiskError> {
        match self.search(PositionKey::of(i)) {
            Ok(slot) if self.positions[slot].is_empty() => self.remove_slot(slot),
            _ => Ok(()),
        }
    }

    /// Takes an empty slot out.
    #[cold]
    fn remove_slot(&mut self, slot: usize) -> Result<(), RiskError> {
        self.cash = self.cash.plus(self.positions[slot].quote)?;
        let n = self.position_count as usize;
        self.positions.copy_within(slot + 1..n, slot);
        self.positions[n - 1] = Position::zeroed();
        self.position_count -= 1;
        Ok(())
    }

    /// Settles the position in an instrument, applies a fill to it, and gives its slot back where nothing is left in it: no
    /// lots, no orders. The market counts what is returned, see `Market::book`.
    ///
    /// The position limit holds for every fill but one that only brings the position nearer to zero: a limit that was
    /// lowered must not stop a reduction. Nor a liquidation: see [`Portfolio::fill_takeover`]. No fill opens more than
    /// [`MAX_HELD`] positions.
    pub fn fill(&mut self, i: &Instrument, u: &Underlying, fill: Fill) -> Result<Filled, RiskError> {
        self.fill_within(i, u, fill, |position| position.require_within_limit(i))
    }

    /// As [`Portfolio::fill`], for the liquidator in a takeover. The only limit is the bound of products, by which every
    /// limit was admitted, so that no limit keeps liquidators away.
    pub fn fill_takeover(&mut self, i: &Instrument, u: &Underlying, fill: Fill) -> Result<Filled, RiskError> {
        self.fill_within(i, u, fill, |position| i.require_exact(position.most_lots()?, u))
    }

    #[inline(always)]
    fn fill_within(
        &mut self,
        i: &Instrument,
        u: &Underlying,
        fill: Fill,
        require: impl FnOnce(&Position) -> Result<(), RiskError>,
    ) -> Result<Filled, RiskError> {
        let slot = self.slot_index(i)?;
        let position = &mut self.positions[slot];
        let settled = position.settle(i, u)?;
        let before = position.lots;
        let realised = position.apply_fill(fill, i)?;
        let after = position.lots;
        if after < before.min(Lots::ZERO) || after > before.max(Lots::ZERO) {
            require(position)?;
        }
        // Keeps `quote` exact at the underlying's scale, see [`crate::math::PRODUCT_LIMIT`].
        if position.quote.get().unsigned_abs() >= (PRODUCT_LIMIT as u64) >> u.scale() {
            return Err(RiskError::Overflow);
        }
        let empty = position.is_empty();
        self.cash = self.cash.plus(settled)?.plus(realised)?;
        if before.is_zero() {
            self.require_holdable()?;
        }
        if empty {
            self.remove_slot(slot)?;
        }
        Ok(Filled { settled, before, after })
    }

    /// Checks that no more than [`MAX_HELD`] positions hold lots.
    #[inline(always)]
    fn require_holdable(&self) -> Result<(), RiskError> {
        if self.position_count as usize > MAX_HELD && self.held_positions() > MAX_HELD {
            return Err(RiskError::TooManyPositions { limit: MAX_HELD as u32 });
        }
        Ok(())
    }

    /// Number of positions with lots.
    pub fn held_positions(&self) -> usize {
        self.open().iter().filter(|p| !p.lots.is_zero()).count()
    }

    /// Adds to the balance of the token at an index. Refused where the balance's value could leave the bounds that keep
    /// products exact, and where the token's price was never published: no check of the account would succeed.
    pub fn credit(&mut self, token: u16, terms: &Token, u: &Underlying, amount: u64) -> Result<(), RiskError> {
        u.require_priced()?;
        let slot = match self.balances.iter().position(|b| b.amount > 0 && b.token == token) {
            Some(slot) => slot,
            None => self.balances.iter().position(|b| b.amount == 0).ok_or(RiskError::NoFreeToken)?,
        };
        let balance = &mut self.balances[slot];
        let amount = balance.amount.checked_add(amount).ok_or(RiskError::Overflow)?;
        let most = terms.units(amount)?.times(u.max_price)?.get();
        if most >= PRODUCT_LIMIT / 4 || most >> u.scale() >= NATIVE_LIMIT / 4 {
            return Err(RiskError::Overflow);
        }
        balance.token = token;
        balance.amount = amount;
        Ok(())
    }

    /// Takes from a token balance.
    pub fn debit(&mut self, token: u16, amount: u64) -> Result<(), RiskError> {
        let balance =
            self.balances.iter_mut().find(|b| b.amount > 0 && b.token == token).ok_or(RiskError::InsufficientToken)?;
        balance.amount = balance.amount.checked_sub(amount).ok_or(RiskError::InsufficientToken)?;
        if balance.amount == 0 {
            *balance = Balance::zeroed();
        }
        Ok(())
    }

    /// Amount held of a token.
    pub fn balance(&self, token: u16) -> u64 {
        self.balances.iter().find(|b| b.amount > 0 && b.token == token).map_or(0, |b| b.amount)
    }

    /// Signed lots held in an instrument.
    pub fn lots(&self, i: &Instrument) -> Lots {
        self.position(i).map_or(Lots::ZERO, |p| p.lots)
    }

    /// True if no lots and no tokens are held. Orders may still rest.
    pub fn has_no_holdings(&self) -> bool {
        self.open().iter().all(|p| p.lots.is_zero()) && self.balances.iter().all(|b| b.amount == 0)
    }

    /// True if nothing is held: no position, no token.
    pub fn holds_only_cash(&self) -> bool {
        self.position_count == 0 && self.balances.iter().all(|b| b.amount == 0)
    }
}
