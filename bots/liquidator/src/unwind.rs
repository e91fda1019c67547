//! Closing on the order books what was taken over, and returning the cash.

use crate::{bot::Liquidator, chain::Chain, purse};
use anyhow::{Context, Result, anyhow};
use ballast_client::{
    account::MarketAccount,
    ballast::{args::OrderArgs, constants::MAX_MAKERS, events::OrderPlaced},
    book::Owner,
    decimal, event, instruction, margin,
    risk::{Board, Portfolio, Position, Requirements, Side},
    terms::Terms,
};
use solana_address::Address;
use tracing::info;

/// How far from the mark it may close, in millionths.
const SLIPPAGE: i64 = 5_000;

/// An order that closes a position.
struct Close {
    terms: Terms,
    /// The order.
    args: OrderArgs,
    /// The makers it meets.
    makers: Vec<Address>,
    /// The account's margin after it, with all the cash that can be brought in.
    after: Requirements,
}

impl Liquidator {
    /// Closes what one book takes of one position, or returns the cash where there is none. True if it did something.
    pub(crate) fn unwind(&self, chain: &Chain) -> Result<bool> {
        let Some(desk) = chain.own.desk.as_deref().filter(|_| !self.settings.keep) else { return Ok(false) };
        let spare = purse::spare(&chain.board, &chain.own, &self.own, chain.now);
        let portfolio = purse::with_spare(&chain.own, spare);
        let mut closes = Vec::new();
        for p in desk.portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
            match self.close_of(chain, &portfolio, p) {
                Ok(Some(close)) => closes.push(close),
                Ok(None) => {}
                Err(error) => self.report.failed(&self.own.desk, "close a position", &error),
            }
        }
        // Of a hedge the leg first whose other side needs the least margin alone.
        closes.sort_by_key(|close| close.after.initial);
        for close in &closes {
            match self.send_close(close, spare) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) => self.report.failed(&self.own.desk, "close a position", &error),
            }
        }
        self.return_cash(chain)
    }

    /// The order that closes as much of a position as its book takes and the rest can carry. None, and said so, where the book takes
    /// nothing.
    fn close_of(&self, chain: &Chain, portfolio: &Portfolio, p: &Position) -> Result<Option<Close>> {
        let terms = Terms::of(&chain.board, p.key.instrument())?;
        let market = self.rpc.market(&self.exchange, terms.instrument)?;
        let (limit, lots, makers) = taken_by_book(&chain.board, &market, p, &terms, &self.own.desk, chain.now)?;
        if lots == 0 {
            let why = format!("nobody takes {} of {} near the mark", terms.show_lots(p.lots.get()), terms.name);
            self.report.note(&self.own.desk, "kept a position", terms.name, &why);
            return Ok(None);
        }
        let (mut lots, long) = (lots, p.lots.get() > 0);
        loop {
            let signed = if long { -lots } else { lots };
            let after = margin::after_fill(&chain.board, portfolio, terms.instrument, signed, limit, 0, chain.now)?;
            // A single lot is tried in any case: it may be taken because it reduces.
            if after.initial_equity >= after.initial || lots == 1 {
                let side = if long { Side::Ask } else { Side::Bid };
                let args = OrderArgs::limit(side, limit, lots).immediate_or_cancel().reduce_only();
                return Ok(Some(Close { terms, args, makers, after }));
            }
            lots /= 2;
        }
    }

    fn send_close(&self, close: &Close, spare: i64) -> Result<bool> {
        let Close { terms, args, makers, after } = close;
        let bring = purse::bring(&self.exchange, &self.own, purse::wanted(after, spare, 0));
        let order =
            instruction::place_order(&self.exchange, &self.own.owner, &self.own.desk, terms.instrument, makers, args);
        let instructions: Vec<_> = bring.into_iter().chain([order]).collect();
        let sent = self.rpc.send(&instructions, &self.key, &[])?;
        let orders = event::find::<OrderPlaced>(&sent.log);
        let done = orders.first().context("the log has no order")?;
        if done.filled == 0 {
            return Ok(false);
        }
        let price = decimal::rounded(terms.average(done.value, done.filled), 6, 2);
        info!(instrument = %terms.name, size = %terms.show_lots(done.filled), %price, "closed");
        Ok(true)
    }

    /// Returns the cash of the account that takes slices over to the main one, once it holds no position. Tokens have no book.
    fn return_cash(&self, chain: &Chain) -> Result<bool> {
        let Some(desk) = chain.own.desk.as_deref().filter(|_| !self.own.are_one()) else { return Ok(false) };
        let p = &desk.portfolio;
        if p.open().iter().any(|p| !p.lots.is_zero()) {
            return Ok(false);
        }
        if p.balances.iter().any(|b| b.amount > 0) {
            let why = "tokens have no book: withdraw them and sell them elsewhere";
            self.report.note(&self.own.desk, "kept tokens", String::new(), &why);
        }
        let r = margin::requirements(&chain.board, p, chain.now)?;
        let free = r.withdraw_equity.get().saturating_sub(r.initial.get()).min(p.cash.get());
        let Some(ix) = purse::give_back(&self.exchange, &self.own, free) else { return Ok(false) };
        self.rpc.send(&[ix], &self.key, &[])?;
        info!(cash = %decimal::rounded(free, 6, 2), "returned cash to the main account");
        Ok(true)
    }
}

/// What a book takes of a position within the slippage: the limit, the lots and the makers.
fn taken_by_book(
    board: &Board,
    market: &MarketAccount,
    p: &Position,
    terms: &Terms,
    own: &Address,
    now: i64,
) -> Result<(i64, i64, Vec<Address>)> {
    let i = board.instrument(terms.instrument)?;
    let mark = i.mark_at(board.underlying(i.underlying)?, now);
    let (side, limit) = if p.lots.get() > 0 {
        (Side::Ask, terms.mark_ticks(mark.get(), -SLIPPAGE))
    } else {
        (Side::Bid, terms.mark_ticks(mark.get(), SLIPPAGE))
    };
    let reached = |price: i64| if p.lots.get() > 0 { price >= limit } else { price <= limit };
    let held = p.lots.get().abs();
    let (mut found, mut odd_lots, mut makers) = (0, 0, Vec::new());
    for order in market.book()?.orders(side.opposite()) {
        let (_, order) = order.map_err(|e| anyhow!("{e}"))?;
        if !reached(order.price_ticks.get()) || found >= held {
            break;
        }
        if order.owner == Owner::new(own.as_array()) || order.is_expired(now) {
            continue;
        }
        // The program looks past the odd lots of makers who are not named. No wall of them takes all the places of makers.
        if i.is_odd_lot(i.value_at(order.lots, order.price_ticks)?) {
            if odd_lots == MAX_MAKERS / 2 {
                continue;
            }
            odd_lots += 1;
        }
        let maker = Address::new_from_array(*order.owner.as_bytes());
        if !makers.contains(&maker) {
            if makers.len() == MAX_MAKERS {
                break;
            }
            makers.push(maker);
        }
        found += order.lots.get();
    }
    Ok((limit, found.min(held), makers))
}
