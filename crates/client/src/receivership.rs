//! What ends a receivership: `release` and `wind_down_seized`. The program's own code, on accounts read through RPC.

use crate::margin::Result;
use ballast::state::{MarginAccount, Market, Treasury};
use ballast_risk::{
    Board, Lots, QuoteNative, Requirements, RiskError,
    liquidation::{measure, require_untaken},
    rule,
    settlement::LEAST_NOTICE,
};
use bytemuck::allocation::zeroed_box;

/// What `release` would leave of a seized account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// What it would repay the insurance fund.
    pub repaid: QuoteNative,
    /// What it would be required to have then.
    pub left: Requirements,
}

/// What `release` would do to a seized account.
///
/// # Errors
/// Those of [`rule::require_recovered`]: it has not recovered, or a price is not fresh.
pub fn release(board: &Board, treasury: &Treasury, account: &MarginAccount, now: i64) -> Result<Released> {
    let (mut portfolio, mut episode, mut lending) = (Box::new(account.portfolio), account.episode, treasury.lending);
    lending.settle(&mut portfolio, &board.interest, now)?;
    let nothing_left = portfolio.has_no_holdings();
    let repaid = if nothing_left { episode.repay(&mut portfolio) } else { episode.repay_all(&mut portfolio) }?;
    Ok(Released { repaid, left: rule::require_recovered(board, &portfolio, now)? })
}

/// When a market would be settled if `wind_down_seized` were called for a seized account, seconds.
///
/// # Errors
/// [`RiskError::WindDownNotDue`]; those of prices, see [`measure`]; those of
/// [`Board::wind_down`](ballast_risk::Board::wind_down).
pub fn wind_down(board: &Board, market: &Market, account: &MarginAccount, now: i64) -> Result<i64> {
    let (episode, portfolio) = (&account.episode, &account.portfolio);
    let i = board.instrument(market.instrument)?;
    let p = portfolio.position(i).ok_or(RiskError::WindDownNotDue { lots: 0, seconds: -1 })?;
    let side = if p.lots > Lots::ZERO { market.open_interest_long } else { market.open_interest_short };
    require_untaken(board, episode, p, side, now)?;
    let found = measure(board, portfolio, now)?;
    if !episode.may_be_sold(&board.params, &episode.net(&found.required)?)? {
        let seconds = now.saturating_sub(episode.seized_at);
        return Err(RiskError::WindDownNotDue { lots: p.lots.get(), seconds });
    }
    let settles_at = board.params.settlement_from(now.saturating_add(LEAST_NOTICE))?;
    let mut after: Box<Board> = zeroed_box();
    *after = *board;
    after.wind_down(market.instrument, settles_at, now)?;
    Ok(settles_at)
}
