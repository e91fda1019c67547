//! Refreshing prices, and arrays of options, that have become too old to liquidate at.

use anyhow::{Error, Result};
use ballast_client::{
    ballast::oracle::read,
    instruction::{self, Shown},
    oracle::{pinned, searches},
    pda::Exchange,
    risk::{Board, OraclePrice, Portfolio, Position, Published, Quotes, RiskError, Underlying},
    rpc::Rpc,
    series::REFRESH_BATCH,
};
use solana_address::Address;
use solana_instruction::Instruction;
use std::collections::{BTreeMap, BTreeSet};

/// The underlyings of a portfolio's positions and tokens whose price on the board is too old for a liquidation.
pub fn stale(board: &Board, portfolio: &Portfolio, now: i64) -> BTreeSet<u16> {
    let unsettled =
        |p: &&Position| !p.lots.is_zero() && board.instrument(p.key.instrument()).is_ok_and(|i| i.settled == 0);
    let positions = portfolio.open().iter().filter(unsettled).map(|p| p.key.underlying());
    let tokens = portfolio.balances.iter().filter(|b| b.amount > 0);
    let tokens = tokens.filter_map(|b| board.token(b.token).ok()).map(|token| token.underlying);
    let is_stale = |index: &u16| board.underlying(*index).is_ok_and(|u| u.require_current(now).is_err());
    positions.chain(tokens).filter(is_stale).collect()
}

/// Instructions that refresh the options of portfolios whose arrays a takeover would not accept: too old, or made at a price
/// too far away.
pub fn refresh_options<'a>(
    exchange: &Exchange,
    board: &Board,
    portfolios: impl Iterator<Item = &'a Portfolio>,
    now: i64,
) -> Vec<Instruction> {
    let mut stale: BTreeMap<u16, BTreeSet<u16>> = BTreeMap::new();
    for position in portfolios.flat_map(Portfolio::open) {
        let Ok(i) = board.instrument(position.key.instrument()) else { continue };
        let Ok(u) = board.underlying(i.underlying) else { continue };
        let unusable = matches!(i.option.require_usable(i, u, now), Err(RiskError::StaleRiskArray { .. }));
        if i.is_option() && now < i.expiry && unusable {
            stale.entry(i.underlying).or_default().insert(i.index);
        }
    }
    let mut instructions = Vec::new();
    for (underlying, options) in stale {
        let options: Vec<u16> = options.into_iter().collect();
        let batches = options.chunks(REFRESH_BATCH);
        instructions.extend(batches.map(|b| instruction::refresh_options(exchange, underlying, b)));
    }
    instructions
}

/// What a search for newer prices came to.
#[derive(Default)]
pub struct Refreshes {
    /// The underlyings of which there is a newer price, and where it is shown.
    pub found: Vec<Shown>,
    /// Why nothing could be found out for other underlyings.
    pub failed: Vec<(u16, Error)>,
}

/// Looks for newer prices of some underlyings: `newest` finds the account of each, see [`newest`]. One feed that fails does not keep
/// the others from being found.
pub fn refresh(
    board: &Board,
    underlyings: &BTreeSet<u16>,
    newest: impl Fn(&Underlying) -> Result<Option<Address>>,
) -> Refreshes {
    let mut refreshes = Refreshes::default();
    for index in underlyings {
        let Ok(u) = board.underlying(*index) else { continue };
        match newest(u) {
            Ok(Some(price)) => {
                refreshes.found.push(Shown { underlying: *index, first: price, second: pinned(&u.second) });
            }
            Ok(None) => {}
            Err(error) => refreshes.failed.push((*index, error)),
        }
    }
    refreshes
}

/// The account with the newest price of an underlying's first feed with which the board would take a price: that one, or where it is
/// too old that of the second source, which stands in.
pub fn newest(rpc: &Rpc, u: &Underlying, now: i64) -> Result<Option<Address>> {
    let second = second_price(rpc, u)?;
    let mut newest = None;
    for search in searches(&u.first) {
        for (address, account) in rpc.program_accounts(&search.owner, search.filters)? {
            let Ok(price) = read(&u.first, &search.owner, &account.data) else { continue };
            if would_publish(u, Quotes { first: price, second }, now)
                && newest.is_none_or(|(time, _)| time < price.publish_time)
            {
                newest = Some((price.publish_time, address));
            }
        }
    }
    Ok(newest.map(|(_, address)| address))
}

/// The price of the second feed, where there is one and its account can be read.
fn second_price(rpc: &Rpc, u: &Underlying) -> Result<Option<OraclePrice>> {
    let Some(address) = pinned(&u.second) else { return Ok(None) };
    let account = rpc.account(&address)?;
    Ok(account.and_then(|account| read(&u.second, &account.owner, &account.data).ok()))
}

/// True if the board would take a price.
fn would_publish(u: &Underlying, quotes: Quotes, now: i64) -> bool {
    let mut copy = *u;
    matches!(copy.publish_quotes(&quotes, now), Ok(Published::Price { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;
    use bytemuck::allocation::zeroed_box;

    #[test]
    fn a_feed_that_fails_does_not_keep_the_others_from_being_found() {
        let mut board: Box<Board> = zeroed_box();
        for index in 0..4u16 {
            (board.underlyings[usize::from(index)].listed, board.underlyings[usize::from(index)].index) = (1, index);
        }
        let newest = |u: &Underlying| match u.index {
            0 => Err(anyhow!("the server is away")),
            1 => Ok(None),
            index => Ok(Some(Address::new_from_array([index as u8; 32]))),
        };
        let refreshes = refresh(&board, &(0..5).collect(), newest);
        let found: Vec<_> = refreshes.found.iter().map(|shown| (shown.underlying, shown.first)).collect();
        assert_eq!(found, [2, 3].map(|n| (u16::from(n), Address::new_from_array([n; 32]))));
        let failed: Vec<(u16, String)> = refreshes.failed.iter().map(|(index, e)| (*index, format!("{e:#}"))).collect();
        assert_eq!(failed, [(0, "the server is away".to_owned())]);
    }
}
