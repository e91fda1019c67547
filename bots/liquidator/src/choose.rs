//! Which slice of an account to take over, and which position to close on its book: pure functions of what was read.

pub mod on_book;

use ballast_client::{
    ballast::{
        args::LiquidateArgs,
        state::{MarginAccount, Treasury},
    },
    margin::{AfterSlice, Liquidation},
    risk::{
        Board, Portfolio, RiskError,
        guard::UnderlyingSet,
        liquidation::{FRACTION_ONE, LegMoved},
    },
};
use std::fmt;

/// A millionth is the finest fraction that can be asked for.
const ONE: u128 = 1_000_000;

/// An account that may be liquidated, and the exchange around it.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The board.
    pub board: &'a Board,
    /// The treasury.
    pub treasury: &'a Treasury,
    /// The account.
    pub account: &'a MarginAccount,
    /// Time, seconds.
    pub now: i64,
}

/// What a liquidator takes over with, and what it wants for it.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The account that takes the slice over, with all the cash that can be brought into it.
    pub own: &'a Portfolio,
    /// The underlyings that it takes anything of.
    pub accepts: UnderlyingSet,
    /// Positions for which a transaction has room.
    pub positions: usize,
    /// What closing costs, in millionths of the value taken over.
    pub closing_cost: u32,
    /// Least gain after that, quote-native.
    pub min_profit: i64,
    /// Most that the tokens of a slice may be worth, quote-native.
    pub most_tokens: i64,
}

/// A slice to ask for.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The instruments of the positions.
    pub instruments: Vec<u16>,
    /// Tokens, and the largest fraction.
    pub args: LiquidateArgs,
    /// What it would leave of both accounts.
    pub after: AfterSlice,
    /// What it gains after the cost of closing it, quote-native.
    pub profit: i64,
    /// True if its legs are all that the account has and that can move.
    pub whole: bool,
}

/// Why no slice of an account is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The program would refuse it.
    Refused(RiskError),
    /// It gains too little, quote-native.
    TooLittle {
        /// What the best slice gains after the cost of closing it.
        profit: i64,
        /// What it must exceed.
        least: i64,
    },
    /// A transaction has no room for so many positions.
    TooLarge {
        /// Positions.
        positions: usize,
        /// The most.
        room: usize,
    },
    /// Nothing that it holds is wanted.
    Unwanted,
    /// Its tokens are worth more than the limit on tokens leaves room for.
    TooManyTokens {
        /// What those of the slice are worth, quote-native.
        value: i64,
        /// The most.
        room: i64,
    },
    /// Nobody on the books takes any of it at a price that it may cost.
    NobodyTakes,
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usd = |n: &i64| ballast_client::decimal::rounded(*n, 6, 2);
        match self {
            Self::Refused(error) => write!(f, "{error}"),
            Self::TooLittle { profit, least } => {
                write!(f, "it would gain {} after costs, no more than {}", usd(profit), usd(least))
            }
            Self::TooLarge { positions, room } => {
                write!(f, "it holds {positions} positions, and a transaction has room for {room}")
            }
            Self::Unwanted => f.write_str("it holds nothing that is wanted here"),
            Self::TooManyTokens { value, room } => {
                write!(f, "its tokens are worth {}, and the limit on tokens has room for {}", usd(value), usd(room))
            }
            Self::NobodyTakes => f.write_str("nobody on the books takes any of it at a price that it may cost"),
        }
    }
}

impl From<RiskError> for Passed {
    fn from(error: RiskError) -> Self {
        Self::Refused(error)
    }
}

/// The slice of the whole account, if the program allows it, the liquidator can carry it and it pays. Otherwise the set of legs that
/// pays best: those of a product group, of an underlying, or one alone.
///
/// # Errors
/// Why not even the best is taken.
pub fn best(case: &Case, terms: &Terms) -> Result<Choice, Passed> {
    let legs = Legs::of(case)?;
    let wanted = legs.filtered(|leg| terms.accepts.contains(leg.underlying));
    if wanted.0.is_empty() {
        return Err(if legs.0.is_empty() { Passed::Refused(RiskError::NothingToLiquidate) } else { Passed::Unwanted });
    }
    let whole = wanted.0.len() == legs.0.len();
    let first = attempt(case, terms, &wanted);
    if whole && first.is_ok() {
        return first.map(|choice| Choice { whole, ..choice });
    }
    let parts = wanted.parts(case.board);
    let rest = parts.iter().map(|part| attempt(case, terms, part));
    best_of(std::iter::once(first).chain(rest))
}

/// The choice that gains most; where there is none, why the first was passed.
fn best_of(tried: impl Iterator<Item = Result<Choice, Passed>>) -> Result<Choice, Passed> {
    let (mut best, mut why): (Option<Choice>, Option<Passed>) = (None, None);
    for tried in tried {
        match tried {
            Ok(choice) if best.as_ref().is_none_or(|b| b.profit < choice.profit) => best = Some(choice),
            Ok(_) => {}
            Err(passed) => why = why.or(Some(passed)),
        }
    }
    best.ok_or(why.unwrap_or(Passed::Unwanted))
}

/// A slice of a set of legs: as much as the program takes, or, where the liquidator cannot carry that, half of it, and so on.
fn attempt(case: &Case, terms: &Terms, legs: &Legs) -> Result<Choice, Passed> {
    let instruments = legs.instruments();
    if instruments.len() > terms.positions {
        return Err(Passed::TooLarge { positions: instruments.len(), room: terms.positions });
    }
    let mut args = LiquidateArgs::of(legs.tokens());
    let mut refused = None;
    loop {
        let liquidation = Liquidation {
            board: case.board,
            treasury: case.treasury,
            account: case.account,
            instruments: &instruments,
            args,
            now: case.now,
        };
        // Once a smaller one is too small, the reason is that the liquidator could not carry a larger one.
        let slice = liquidation.slice().map_err(|error| refused.unwrap_or(Passed::Refused(error)))?;
        let cannot = match liquidation.after_slice(terms.own) {
            Ok(after) => match (cost_of_tokens(&after), terms.most_tokens) {
                (value, room) if value > room => Passed::TooManyTokens { value, room },
                _ => return terms.worth_it(Choice { instruments, args, profit: 0, whole: false, after }),
            },
            Err(error) => Passed::Refused(error),
        };
        let cannot = *refused.get_or_insert(cannot);
        args.most = halved(slice.fraction, 1);
        if args.most == 0 {
            return Err(cannot);
        }
    }
}

/// Half of a fraction, so often, in millionths.
fn halved(fraction: u64, times: u32) -> u32 {
    ((u128::from(fraction) * ONE / u128::from(FRACTION_ONE)) >> times) as u32 // at most a million
}

impl Choice {
    /// What to ask for where the slice is refused: half of it, so often.
    pub fn halved(&self, times: u32) -> u32 {
        halved(self.after.slice.fraction, times)
    }
}

impl Terms<'_> {
    /// The choice with what it gains, if that is enough.
    fn worth_it(&self, choice: Choice) -> Result<Choice, Passed> {
        let value: i128 = choice.after.legs.iter().map(value_of).map(|v| i128::from(v.unsigned_abs())).sum();
        let cost = (value * i128::from(self.closing_cost) / ONE as i128) as i64;
        let payment = &choice.after.slice.payment;
        let profit = payment.discount.get() - payment.insurance.get() - cost;
        if profit > self.min_profit {
            Ok(Choice { profit, ..choice })
        } else {
            Err(Passed::TooLittle { profit, least: self.min_profit })
        }
    }
}

/// Cash that the tokens of a slice cost, quote-native.
pub fn cost_of_tokens(after: &AfterSlice) -> i64 {
    after.legs.iter().filter(|leg| matches!(leg, LegMoved::Token { .. })).map(value_of).sum()
}

/// The value of a leg at the mark, quote-native.
pub fn value_of(leg: &LegMoved) -> i64 {
    match leg {
        LegMoved::Position { value, .. } | LegMoved::Token { value, .. } => value.get(),
    }
}

/// Something that an account holds and that can move.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Leg {
    underlying: u16,
    holding: Holding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holding {
    Position(u16),
    Token(u16),
}

#[derive(Clone, PartialEq, Eq)]
struct Legs(Vec<Leg>);

impl Legs {
    /// All that an account holds and that can move, and its settled positions, which are closed on the way.
    fn of(case: &Case) -> Result<Self, RiskError> {
        let Case { board, account, now, .. } = *case;
        let (mut legs, mut stuck) = (Vec::new(), None);
        for p in account.portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
            let i = board.instrument(p.key.instrument())?;
            let leg = Leg { underlying: i.underlying, holding: Holding::Position(i.index) };
            match board.underlying(i.underlying)?.require_movable(now) {
                Err(error) if i.settled == 0 => stuck = stuck.or(Some(error)),
                _ => legs.push(leg),
            }
        }
        for balance in account.portfolio.balances.iter().filter(|b| b.amount > 0) {
            let underlying = board.token(balance.token)?.underlying;
            match board.underlying(underlying)?.require_movable(now) {
                Err(error) => stuck = stuck.or(Some(error)),
                Ok(()) => legs.push(Leg { underlying, holding: Holding::Token(balance.token) }),
            }
        }
        match stuck {
            Some(error) if legs.is_empty() => Err(error),
            _ => Ok(Self(legs)),
        }
    }

    fn filtered(&self, keep: impl Fn(&Leg) -> bool) -> Self {
        Self(self.0.iter().copied().filter(keep).collect())
    }

    /// The sets that are tried where the whole does not do: each product group's, each underlying's, each leg alone.
    fn parts(&self, board: &Board) -> Vec<Self> {
        let group = |leg: &Leg| board.underlying(leg.underlying).map_or(0, |u| u.group);
        let mut parts: Vec<Self> = Vec::new();
        for leg in &self.0 {
            if group(leg) != 0 {
                parts.push(self.filtered(|other| group(other) == group(leg)));
            }
            parts.push(self.filtered(|other| other.underlying == leg.underlying));
            parts.push(Self(vec![*leg]));
        }
        let mut unique: Vec<Self> = Vec::new();
        for part in parts {
            if part != *self && !unique.contains(&part) {
                unique.push(part);
            }
        }
        unique
    }

    fn instruments(&self) -> Vec<u16> {
        let positions = self.0.iter().filter_map(|leg| match leg.holding {
            Holding::Position(instrument) => Some(instrument),
            Holding::Token(_) => None,
        });
        positions.collect()
    }

    fn tokens(&self) -> u16 {
        let tokens = self.0.iter().filter_map(|leg| match leg.holding {
            Holding::Position(_) => None,
            Holding::Token(token) => 1u16.checked_shl(token.into()),
        });
        tokens.fold(0, |mask, bit| mask | bit)
    }
}

#[cfg(test)]
mod tests;
