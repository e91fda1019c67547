//! The margin of an account before and after what it might do. The program's own code, on accounts read through RPC.

use anyhow::{Result, anyhow};
use ballast_risk::{
    Balance, Board, Fill, Lots, Portfolio, Position, Purpose, QuoteNative, Requirements, Ticks,
    liquidation::{Takeover, take_over},
    margin::check,
};

/// The margin of a portfolio at a time, in seconds, at the board's last prices.
pub fn requirements(board: &Board, portfolio: &Portfolio, now: i64) -> Result<Requirements> {
    check(board, portfolio, Purpose::Maintenance { now }).map_err(|e| anyhow!("{e:?}"))
}

/// The margin that a portfolio would have after buying (positive) or selling (negative) lots at a price, with a fee.
pub fn after_fill(
    board: &Board,
    portfolio: &Portfolio,
    instrument: u16,
    lots: i64,
    price: i64,
    fee: i64,
    now: i64,
) -> Result<Requirements> {
    let mut after = Box::new(*portfolio);
    let i = board.instrument(instrument).map_err(|e| anyhow!("{e:?}"))?;
    let u = board.underlying(i.underlying).map_err(|e| anyhow!("{e:?}"))?;
    let value = i.value_at(Lots(lots), Ticks(price)).map_err(|e| anyhow!("{e:?}"))?;
    after.fill(i, u, Fill { lots: Lots(lots), value }).map_err(|e| anyhow!("{e:?}"))?;
    after.cash = after.cash.minus(QuoteNative(fee)).map_err(|e| anyhow!("{e:?}"))?;
    requirements(board, &after, now)
}

/// What `liquidate` would do to an account, if anything.
pub fn takeover(board: &Board, portfolio: &Portfolio, instrument: u16, max_lots: i64, now: i64) -> Result<Takeover> {
    let mut scratch = Box::new(*portfolio);
    let i = board.instrument(instrument).map_err(|e| anyhow!("{e:?}"))?;
    take_over(board, &mut scratch, i, Lots(max_lots), now).map_err(|e| anyhow!("{e:?}"))
}

/// The margin that a liquidator would have after a takeover.
pub fn after_takeover(
    board: &Board,
    own: &Portfolio,
    instrument: u16,
    taken: &Takeover,
    now: i64,
) -> Result<Requirements> {
    let mut after = Box::new(*own);
    let i = board.instrument(instrument).map_err(|e| anyhow!("{e:?}"))?;
    let u = board.underlying(i.underlying).map_err(|e| anyhow!("{e:?}"))?;
    let fill = Fill { lots: Lots(-taken.fill.lots.0), value: QuoteNative(-taken.fill.value.0) };
    after.fill(i, u, fill).map_err(|e| anyhow!("{e:?}"))?;
    after.cash = after.cash.minus(taken.insurance).map_err(|e| anyhow!("{e:?}"))?;
    requirements(board, &after, now)
}

/// A part of a portfolio that is margined alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// A position.
    Position(Position),
    /// A token balance.
    Token(Balance),
}

/// Every token balance and position of a portfolio, and what each would be asked for if the account held nothing else.
/// Their sum over what [`requirements`] says of the whole is what netting saves.
pub fn legs(board: &Board, portfolio: &Portfolio, now: i64) -> Result<Vec<(Leg, Requirements)>> {
    let mut legs = Vec::new();
    for balance in portfolio.balances.iter().filter(|b| b.amount > 0) {
        let mut alone: Box<Portfolio> = bytemuck::allocation::zeroed_box();
        alone.balances[0] = *balance;
        legs.push((Leg::Token(*balance), requirements(board, &alone, now)?));
    }
    for position in portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
        let mut alone: Box<Portfolio> = bytemuck::allocation::zeroed_box();
        alone.position_count = 1;
        alone.positions[0] = *position;
        legs.push((Leg::Position(*position), requirements(board, &alone, now)?));
    }
    Ok(legs)
}
