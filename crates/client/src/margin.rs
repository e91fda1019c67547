//! The margin of an account before and after what it might do. The program's own code, on accounts read through RPC.

use anyhow::{Result, anyhow};
use ballast_risk::{
    Board, Fill, Lots, Portfolio, QuoteNative, Requirements, Ticks,
    liquidation::{Takeover, take_over},
    margin::{Prices, check},
};

/// The margin of a portfolio at the board's last prices.
pub fn requirements(board: &Board, portfolio: &Portfolio) -> Result<Requirements> {
    check(board, portfolio, Prices::Last).map_err(|e| anyhow!("{e:?}"))
}

/// The margin that a portfolio would have after buying (positive) or selling (negative) lots at a price, with a fee.
pub fn after_fill(
    board: &Board,
    portfolio: &Portfolio,
    instrument: u16,
    lots: i64,
    price: i64,
    fee: i64,
) -> Result<Requirements> {
    let mut after = Box::new(*portfolio);
    let i = board.instrument(instrument).map_err(|e| anyhow!("{e:?}"))?;
    let u = board.underlying(i.underlying).map_err(|e| anyhow!("{e:?}"))?;
    let value = i.value_at(Lots(lots), Ticks(price)).map_err(|e| anyhow!("{e:?}"))?;
    after.fill(i, u, Fill { lots: Lots(lots), value }).map_err(|e| anyhow!("{e:?}"))?;
    after.cash = after.cash.minus(QuoteNative(fee)).map_err(|e| anyhow!("{e:?}"))?;
    requirements(board, &after)
}

/// What `liquidate` would do to an account, if anything.
pub fn takeover(board: &Board, portfolio: &Portfolio, instrument: u16, max_lots: i64, now: i64) -> Result<Takeover> {
    let mut scratch = Box::new(*portfolio);
    let i = board.instrument(instrument).map_err(|e| anyhow!("{e:?}"))?;
    take_over(board, &mut scratch, i, Lots(max_lots), now).map_err(|e| anyhow!("{e:?}"))
}
