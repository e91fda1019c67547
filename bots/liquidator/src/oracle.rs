//! Refreshing prices that have become too old to liquidate at.

use anyhow::Result;
use ballast_client::{
    ballast::oracle::pyth::{DISCRIMINATOR, RECEIVERS, parse},
    instruction,
    pda::Exchange,
    risk::{Board, Portfolio, Underlying},
    rpc::Rpc,
};
use solana_address::Address;
use solana_instruction::Instruction;
use std::collections::BTreeSet;

/// Where a price update says that it is fully verified; its feed id follows.
const VERIFIED: usize = 40;

/// The underlyings of a portfolio's positions whose price on the board is too old for a takeover.
pub fn stale(board: &Board, portfolio: &Portfolio, now: i64) -> BTreeSet<u16> {
    let held = portfolio.open().iter().filter(|p| !p.lots.is_zero()).map(|p| p.key.underlying());
    held.filter(|u| board.underlying(*u).is_ok_and(|u| u.require_fresh(now).is_err())).collect()
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
            instructions.push(instruction::refresh_underlying(exchange, &price, *index));
        }
    }
    Ok(instructions)
}

/// The price account with the newest update of an underlying's feed that the board would take.
fn newest(rpc: &Rpc, u: &Underlying, now: i64) -> Result<Option<Address>> {
    let mut verified_feed = vec![1];
    verified_feed.extend_from_slice(&u.feed_id);
    let mut newest = None;
    for receiver in RECEIVERS {
        let filters = vec![(0, DISCRIMINATOR.to_vec()), (VERIFIED, verified_feed.clone())];
        for (address, account) in rpc.program_accounts(&receiver, filters)? {
            let Ok(update) = parse(&receiver, &account.data, &u.feed_id) else { continue };
            let age = now - update.publish_time;
            let usable = (0..=i64::from(u.params.max_age)).contains(&age) && update.publish_time > u.publish_time;
            if usable && newest.is_none_or(|(time, _)| time < update.publish_time) {
                newest = Some((update.publish_time, address));
            }
        }
    }
    Ok(newest.map(|(_, address)| address))
}
