//! Walks a portfolio underlying by underlying.

use crate::{
    Board, Portfolio, Position, PositionKey, QuoteNative, RiskError, Token, Underlying, Units, math::mul_ppm_ceil,
    portfolio::MAX_BALANCES,
};

/// The tokens that an account holds of one underlying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenHolding {
    /// Whole delta units.
    pub units: i64,
    /// Haircut on their value, rounded up.
    pub haircut: QuoteNative,
}

impl TokenHolding {
    /// Whole delta units of one token, within the bound of `Portfolio::credit`: their value stays below 2^54.
    #[inline(always)]
    pub fn of(token: &Token, u: &Underlying, units: i64) -> Result<Self, RiskError> {
        let value = (Units::new(units) * u.price).to_native_ceil(u.scale());
        Ok(Self { units, haircut: mul_ppm_ceil(value, token.params.haircut)? })
    }
}

/// Walks a portfolio underlying by underlying: the run of its positions, and its tokens.
pub struct Holdings<'a> {
    positions: &'a [Position],
    tokens: [(u16, TokenHolding); MAX_BALANCES],
    token_count: usize,
}

/// Stands for "no token" in [`Holdings`].
const NONE: u16 = u16::MAX;

impl<'a> Holdings<'a> {
    /// Starts a walk. Values the tokens.
    pub fn of(board: &Board, portfolio: &'a Portfolio) -> Result<Self, RiskError> {
        let mut tokens = [(NONE, TokenHolding::default()); MAX_BALANCES];
        let mut token_count = 0;
        for balance in portfolio.balances.iter().filter(|b| b.amount != 0) {
            let token = board.token(balance.token)?;
            let u = board.underlying(token.underlying)?;
            let units = token.units(balance.amount)?.get();
            tokens[token_count] = (token.underlying, TokenHolding::of(token, u, units)?);
            token_count += 1; // at most MAX_BALANCES
        }
        Ok(Self { positions: portfolio.open(), tokens, token_count })
    }

    /// The positions and tokens of one underlying; none where it is not held.
    pub fn of_underlying(
        board: &Board,
        portfolio: &'a Portfolio,
        underlying: u16,
    ) -> Result<(&'a [Position], TokenHolding), RiskError> {
        let mut holdings = Self::of(board, portfolio)?;
        while let Some((index, positions, tokens)) = holdings.next() {
            if index == underlying {
                return Ok((positions, tokens));
            }
        }
        Ok((&[], TokenHolding::default()))
    }

    /// The next underlying: its index, its positions, its tokens.
    #[allow(clippy::should_implement_trait)] // an iterator's item could not borrow less than it does here
    #[inline]
    pub fn next(&mut self) -> Option<(u16, &'a [Position], TokenHolding)> {
        let index = match self.positions.first() {
            Some(p) => p.key.underlying(),
            None => self.tokens[..self.token_count].iter().find(|(u, _)| *u != NONE)?.0,
        };
        let last = PositionKey::last_of(index);
        let run = self.positions.iter().take_while(|p| p.key <= last).count();
        let (positions, rest) = self.positions.split_at(run);
        self.positions = rest;
        let mut sum = TokenHolding::default();
        for (underlying, held) in &mut self.tokens[..self.token_count] {
            if *underlying == index {
                *underlying = NONE;
                // At most eight values below 2^54 each.
                sum.units += held.units;
                sum.haircut = QuoteNative::new(sum.haircut.get() + held.haircut.get());
            }
        }
        Some((index, positions, sum))
    }
}
