//! Closing on the order book what was taken over.

use anyhow::{Result, anyhow};
use ballast_client::{
    account::MarketAccount,
    ballast::{args::OrderArgs, constants::MAX_MAKERS},
    book::Owner,
    risk::{Board, Position, Side},
    terms::Terms,
};
use solana_address::Address;

/// How far from the mark it may close, in millionths.
const SLIPPAGE: i64 = 5_000;

/// An order that closes a position.
pub struct Close {
    /// The order.
    pub args: OrderArgs,
    /// The makers it meets.
    pub makers: Vec<Address>,
}

/// The order that closes as much of a position as the book has within the slippage, if it has anything.
pub fn close(
    board: &Board,
    market: &MarketAccount,
    p: &Position,
    terms: &Terms,
    own: &Address,
    now: i64,
) -> Result<Option<Close>> {
    let i = board.instrument(terms.instrument)?;
    let mark = i.mark_at(board.underlying(i.underlying)?, now);
    let (side, limit) = if p.lots.get() > 0 {
        (Side::Ask, terms.mark_ticks(mark.get(), -SLIPPAGE))
    } else {
        (Side::Bid, terms.mark_ticks(mark.get(), SLIPPAGE))
    };
    let reached = |price: i64| if p.lots.get() > 0 { price >= limit } else { price <= limit };
    let (mut found, mut makers) = (0, Vec::new());
    for order in market.book()?.orders(side.opposite()) {
        let (_, order) = order.map_err(|e| anyhow!("{e}"))?;
        if !reached(order.price_ticks.get()) || found >= p.lots.get().abs() {
            break;
        }
        if order.owner == Owner::new(own.as_array()) {
            continue;
        }
        let maker = Address::new_from_array(*order.owner.as_bytes());
        if !makers.contains(&maker) {
            if makers.len() == MAX_MAKERS {
                break;
            }
            makers.push(maker);
        }
        if !order.is_expired(now) {
            found += order.lots.get();
        }
    }
    if found == 0 {
        return Ok(None);
    }
    let args = OrderArgs::limit(side, limit, p.lots.get().abs()).immediate_or_cancel().reduce_only();
    Ok(Some(Close { args, makers }))
}
