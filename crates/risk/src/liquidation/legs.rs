//! Which positions and tokens of an account a slice is of.

use crate::{Board, Instrument, MAX_BALANCES, MAX_POSITIONS, Portfolio, PositionKey, RiskError};

/// A set of an account's positions and token balances, by their places in it. It holds until a position opens or closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Legs {
    positions: u64,
    balances: u8,
}

const _: () = assert!(MAX_POSITIONS <= u64::BITS as usize && MAX_BALANCES <= u8::BITS as usize);

/// True if a mask of indices on the board names a token.
pub fn names_token(tokens: u16, token: u16) -> bool {
    tokens.checked_shr(token.into()).unwrap_or(0) & 1 == 1
}

impl Legs {
    /// Everything that an account holds.
    pub const ALL: Self = Self { positions: u64::MAX, balances: u8::MAX };

    /// Adds the account's position in an instrument. Where it has none, nothing is added.
    pub fn add(&mut self, account: &Portfolio, i: &Instrument) {
        if let Ok(slot) = account.search(PositionKey::of(i)) {
            self.positions |= 1 << slot; // below MAX_POSITIONS
        }
    }

    /// As [`Legs::add`], of tokens: a mask of their indices on the board.
    pub fn add_tokens(&mut self, account: &Portfolio, tokens: u16) {
        for (slot, balance) in account.balances.iter().enumerate() {
            if balance.amount > 0 && names_token(tokens, balance.token) {
                self.balances |= 1 << slot; // below MAX_BALANCES
            }
        }
    }

    /// True if the position in a slot is one of them.
    pub(super) const fn has_position(&self, slot: usize) -> bool {
        self.positions >> slot & 1 == 1
    }

    /// True if the balance in a slot is one of them.
    pub(super) const fn has_balance(&self, slot: usize) -> bool {
        self.balances >> slot & 1 == 1
    }

    /// Requires that all tokens and all positions with lots are among them, but for those that are settled and those whose
    /// underlying's price does not let them move.
    ///
    /// # Errors
    /// [`RiskError::PositionMissing`] and [`RiskError::TokenMissing`] of the first that is missing.
    pub fn require_whole(&self, board: &Board, account: &Portfolio, now: i64) -> Result<(), RiskError> {
        for (slot, p) in account.open().iter().enumerate() {
            if self.has_position(slot) || p.lots.is_zero() {
                continue;
            }
            let i = board.instrument(p.key.instrument())?;
            if i.settled == 0 && board.underlying(i.underlying)?.require_movable(now).is_ok() {
                return Err(RiskError::PositionMissing { instrument: i.index });
            }
        }
        for (slot, balance) in account.balances.iter().enumerate() {
            if self.has_balance(slot) || balance.amount == 0 {
                continue;
            }
            let token = board.token(balance.token)?;
            if board.underlying(token.underlying)?.require_movable(now).is_ok() {
                return Err(RiskError::TokenMissing { token: balance.token });
            }
        }
        Ok(())
    }
}
