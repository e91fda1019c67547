//! Which position of an account to close on its order book.

use super::{Case, Passed};
use crate::book::{Meeting, Resting};
use ballast_client::{
    on_book::BookLiquidation,
    risk::{Ppm, Side, liquidation::BookClosed},
};
use solana_address::Address;

/// What a caller of `liquidate_on_book` knows and wants.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The exchange's taker fee.
    pub taker_fee: Ppm,
    /// Least reward, quote-native.
    pub min_profit: i64,
    /// What becomes of an order of an account that is met.
    pub meeting: &'a dyn Fn(&Address) -> Meeting,
}

/// A close to ask for.
#[derive(Clone, Debug)]
pub struct Close {
    /// The instrument.
    pub instrument: u16,
    /// Most lots.
    pub lots: i64,
    /// The makers that it meets.
    pub makers: Vec<Address>,
    /// What it would come to.
    pub closed: BookClosed,
}

/// The positions of an account that can be closed on a book, with the side of the book that takes them: those that are not settled
/// and have not come to their settlement.
pub fn closable(case: &Case) -> Vec<(u16, Side)> {
    let positions = case.account.portfolio.open().iter().filter(|p| !p.lots.is_zero());
    let closable = positions.filter_map(|p| {
        let i = case.board.instrument(p.key.instrument()).ok()?;
        let trades = i.settled == 0 && (i.settles_at == 0 || case.now < i.settles_at);
        trades.then_some((i.index, if p.lots.get() > 0 { Side::Bid } else { Side::Ask }))
    });
    closable.collect()
}

/// The closes that pay, the one that pays most first. `books` are those of the positions that can be closed.
///
/// # Errors
/// Why not even the best is asked for.
pub fn closes(case: &Case, books: &[Resting], terms: &Terms) -> Result<Vec<Close>, Passed> {
    let (mut found, mut why): (Vec<Close>, Option<Passed>) = (Vec::new(), None);
    for book in books {
        match attempt(case, book, terms) {
            Ok(close) => found.push(close),
            // That a leg is the hedge of another says least of why nothing is closed.
            Err(passed) if matches!(why, None | Some(Passed::Refused(_))) => why = Some(passed),
            Err(_) => {}
        }
    }
    found.sort_by_key(|close| std::cmp::Reverse(close.closed.reward));
    if found.is_empty() { Err(why.unwrap_or(Passed::NobodyTakes)) } else { Ok(found) }
}

/// As much of a position as the program closes and the book takes.
fn attempt(case: &Case, book: &Resting, terms: &Terms) -> Result<Close, Passed> {
    let Case { board, account, now, .. } = *case;
    let market = &*book.market;
    let close = BookLiquidation { board, account, market, max_lots: i64::MAX, taker_fee: terms.taker_fee, now };
    let order = close.order()?;
    let met = book.meet(order.side, order.price, order.lots, now, |maker, _| (terms.meeting)(maker));
    if met.fills.is_empty() {
        return Err(Passed::NobodyTakes);
    }
    let closed = close.after(&order, &met.fills)?;
    let (profit, least) = (closed.reward.get(), terms.min_profit);
    if profit <= least {
        return Err(Passed::TooLittle { profit, least });
    }
    Ok(Close { instrument: market.instrument, lots: order.lots.get(), makers: met.makers, closed })
}
