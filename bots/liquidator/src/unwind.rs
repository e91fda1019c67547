//! Closing on the order books what was taken over, handing on its tokens, and returning the cash.

use crate::{
    book::{Meeting, Resting},
    bot::Liquidator,
    chain::Chain,
    purse,
};
use anyhow::{Context, Result};
use ballast_client::{
    account::MarketAccount,
    ballast::{args::OrderArgs, constants::MAX_MAKERS, events::OrderPlaced},
    book::Order,
    decimal, event, instruction, margin,
    risk::{Board, Portfolio, Position, Requirements, Side, Ticks},
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
    /// Closes what one book takes of one position; where there is none, hands tokens on and returns the cash. True if it did
    /// something.
    pub(crate) fn unwind(&self, chain: &mut Chain) -> Result<bool> {
        self.report.holds(&self.own.desk, &self.holdings(chain));
        let Some(desk) = chain.own.desk.clone().filter(|_| !self.settings.keep) else { return Ok(false) };
        match self.refresh(chain, &self.own.desk, &desk.portfolio) {
            Ok(false) => {}
            Ok(true) => return Ok(true),
            Err(error) => self.report.failed(&self.own.desk, "refresh what it is priced by", &error),
        }
        let spare = purse::spare(&chain.board, &chain.own, &self.own, chain.now);
        let portfolio = purse::with_spare(&chain.own, spare);
        let mut closes = Vec::new();
        for p in desk.portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
            match self.close_of(chain, &portfolio, p) {
                Ok(Some(close)) => closes.push(close),
                Ok(None) => {}
                Err(error) => {
                    let what = format!("close a position in instrument {}", p.key.instrument());
                    self.report.failed(&self.own.desk, &what, &error);
                }
            }
        }
        // Of a hedge the leg first whose other side needs the least margin alone.
        closes.sort_by_key(|close| close.after.initial);
        for close in &closes {
            match self.send_close(close, spare) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) => {
                    let what = format!("close a position in instrument {}", close.terms.instrument);
                    self.report.failed(&self.own.desk, &what, &error);
                }
            }
        }
        if desk.portfolio.open().iter().any(|p| !p.lots.is_zero()) {
            return Ok(false);
        }
        Ok(self.hand_tokens_on(chain) || self.return_cash(chain)?)
    }

    /// The order that closes as much of a position as its book takes and the rest can carry. None, and said so, where the book takes
    /// nothing.
    fn close_of(&self, chain: &Chain, portfolio: &Portfolio, p: &Position) -> Result<Option<Close>> {
        let terms = Terms::of(&chain.board, p.key.instrument())?;
        let market = self.rpc.market(&self.exchange, terms.instrument)?;
        let (limit, lots, makers) = taken_by_book(&chain.board, market, p, &terms, &self.own.desk, chain.now)?;
        if lots == 0 {
            let why = format!("nobody takes {} of {} near the mark", terms.show_lots(p.lots.get()), terms.name);
            let what = format!("kept a position in {}", terms.name);
            self.report.note(&self.own.desk, &what, terms.show_lots(p.lots.get()), &why);
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

    /// Returns the cash of the account that takes slices over to the main one.
    fn return_cash(&self, chain: &Chain) -> Result<bool> {
        let Some(desk) = chain.own.desk.as_deref().filter(|_| !self.own.are_one()) else { return Ok(false) };
        let p = &desk.portfolio;
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
    market: MarketAccount,
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
    let book = Resting::of(market, side.opposite())?;
    // The program looks past the odd lots of makers who are not named. No wall of them takes all the places of makers.
    let mut odd_lots = 0;
    let meeting = |maker: &Address, order: &Order| {
        let is_odd = i.value_at(order.lots, order.price_ticks).is_ok_and(|value| i.is_odd_lot(value));
        odd_lots += usize::from(is_odd);
        if maker == own || is_odd && odd_lots > MAX_MAKERS / 2 { Meeting::Passed } else { Meeting::Trades }
    };
    let met = book.meet(side, Ticks::new(limit), p.lots.magnitude()?, now, meeting);
    Ok((limit, met.lots(), met.makers))
}
