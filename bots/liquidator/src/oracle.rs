//! Refreshing prices, and arrays of options, that have become too old to liquidate at.

use anyhow::Result;
use ballast_client::{
    ballast::oracle::read,
    instruction,
    oracle::{pinned, searches},
    pda::Exchange,
    risk::{Board, Portfolio, RiskError, Underlying},
    rpc::Rpc,
    series::REFRESH_BATCH,
};
use solana_address::Address;
use solana_instruction::Instruction;
use std::collections::{BTreeMap, BTreeSet};

/// The underlyings of a portfolio's positions whose price on the board is too old for a takeover.
pub fn stale(board: &Board, portfolio: &Portfolio, now: i64) -> BTreeSet<u16> {
    let held = portfolio.open().iter().filter(|p| !p.lots.is_zero()).map(|p| p.key.underlying());
    held.filter(|u| board.underlying(*u).is_ok_and(|u| u.require_fresh(now).is_err())).collect()
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

/// Instructions that put newer prices of some underlyings on the board, as far as there are any on the chain.
pub fn refresh(
    rpc: &Rpc,
    exchange: &Exchange,
    board: &Board,
    underlyings: &BTreeSet<u16>,
    now: i64,
) -> Result<Vec<Instruction>> {
    let mut instructions = Vec::new();
    for index in underlyings {
        let Ok(u) = board.underlying(*index) else { continue };
        if let Some(price) = newest(rpc, u, now)? {
            let second = pinned(&u.second);
            instructions.push(instruction::refresh_underlying_from(exchange, &price, second.as_ref(), *index));
        }
    }
    Ok(instructions)
}

/// The account with the newest price of an underlying's first feed that the board would take.
fn newest(rpc: &Rpc, u: &Underlying, now: i64) -> Result<Option<Address>> {
    let mut newest = None;
    for search in searches(&u.first) {
        for (address, account) in rpc.program_accounts(&search.owner, search.filters)? {
            let Ok(price) = read(&u.first, &search.owner, &account.data) else { continue };
            let age = now - price.publish_time;
            let usable = (0..=i64::from(u.params.max_age)).contains(&age) && price.publish_time > u.publish_time;
            if usable && newest.is_none_or(|(time, _)| time < price.publish_time) {
                newest = Some((price.publish_time, address));
            }
        }
    }
    Ok(newest.map(|(_, address)| address))
}
