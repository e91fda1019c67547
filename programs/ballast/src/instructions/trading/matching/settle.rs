//! One match: both sides filled, paid and checked.

use super::state::{Matched, Matcher};
use crate::{
    error::Logged,
    events::FillRecord,
    instructions::{
        load::boxed,
        trading::{
            off_book::{take_filled_off_book, take_off_book},
            reducing::reducible,
            venue::Venue,
        },
    },
    state::MarginAccount,
};
use anchor_lang::prelude::*;
use ballast_book::{Handle, Order, Side};
use ballast_risk::{
    Fill, Filled, Instrument, Lots, Portfolio, Ppm, Purpose, QuoteNative, RiskError, Underlying,
    math::{mul_ppm_ceil, mul_ppm_floor},
    rule::{self, Trade},
};

/// So many lots of a resting order, at its price.
struct Match<'a> {
    resting: &'a Order,
    /// Side of the resting order.
    side: Side,
    lots: Lots,
    value: QuoteNative,
    mark_value: QuoteNative,
}

impl<'a> Match<'a> {
    #[inline(always)]
    fn of(venue: &Venue<'_>, resting: &'a Order, lots: Lots) -> Result<Self> {
        let value = venue.i.value_at(lots, resting.price_ticks).logged()?;
        let mark_value = (lots * venue.i.mark_at(venue.u, venue.now)).to_native_floor(venue.u.scale());
        Ok(Self { resting, side: resting.side().logged()?, lots, value, mark_value })
    }

    /// What the match costs the one who buys or sells, against the mark.
    #[inline(always)]
    fn cost(&self, side: Side) -> Result<QuoteNative> {
        match side {
            Side::Bid => self.value.minus(self.mark_value),
            Side::Ask => self.mark_value.minus(self.value),
        }
        .logged()
    }

    /// True if nothing is left of the resting order.
    fn is_whole(&self) -> bool {
        self.lots == self.resting.lots
    }
}

impl Matcher<'_> {
    /// Settles one match with both sides. False if the maker could not carry it and the order was cancelled instead. An
    /// error if the maker was refused while what is traded cannot be taken on by anybody.
    #[inline(never)] // keeps the loop over resting orders small
    pub(super) fn trade(
        &mut self,
        maker: usize,
        handle: Handle,
        resting: &Order,
        lots: Lots,
        taker: &mut MarginAccount,
        matched: &mut Matched,
    ) -> Result<bool> {
        let venue = self.venue;
        let Venue { exchange, board, i, u, now } = venue;
        let m = Match::of(&venue, resting, lots)?;
        let maker_fee = fee(m.value, exchange.fees.maker_fee)?;
        let taker_fee = fee(m.value, exchange.fees.taker_fee.get() as i32)?;

        let account = &mut self.makers[maker].account;
        account.portfolio.accrue(&board.interest, now).logged()?;
        let before = match &mut self.scratch {
            Some(scratch) => {
                scratch.as_mut().clone_from(&account.portfolio);
                scratch
            }
            None => self.scratch.insert(boxed(&account.portfolio)),
        };
        let trade = Trade { underlying: u.index, now, fees: maker_fee, cost: m.cost(m.side)?, filled: true };
        let filled = match settle_maker(account, &venue, &m, before, &trade) {
            Ok(filled) => filled,
            Err(refused) => {
                // Where nobody may take this instrument's risk, the maker is not at fault.
                require_leg(i, u, now)?;
                account.portfolio.clone_from(before);
                self.cancel(maker, handle)?;
                if lacks_margin(&refused) {
                    self.penalise(maker, m.value, taker, matched)?;
                }
                return Ok(false);
            }
        };
        if m.is_whole() {
            take_filled_off_book(&mut self.book, handle, m.side, resting, &mut account.portfolio, i)?;
        } else {
            let left = self.book.reduce(handle, lots).logged()?;
            if !goes_on_resting(&account.portfolio, i, &m, left)? {
                let address = Address::new_from_array(*resting.owner.as_bytes());
                take_off_book(&mut self.book, handle, &address, &mut account.portfolio, i)?;
            }
        }
        account.count_change()?;
        self.market.book(&filled).logged()?;

        let side = m.side.opposite();
        let filled = taker.portfolio.fill(i, u, Fill::of(side, lots, m.value)).logged()?;
        taker.portfolio.cash = taker.portfolio.cash.minus(taker_fee).logged()?;
        self.market.book(&filled).logged()?;
        self.market.collect(taker_fee.plus(maker_fee).logged()?).logged()?;
        self.market.last_price = resting.price_ticks.get();
        self.market.last_trade_time = now;

        matched.lots = matched.lots.plus(lots).logged()?;
        matched.value = matched.value.plus(m.value).logged()?;
        matched.fee = matched.fee.plus(taker_fee).logged()?;
        matched.cost = matched.cost.plus(m.cost(side)?).logged()?;
        matched.fills += 1; // at most MAX_FILLS
        self.odd_lot_fills += usize::from(i.is_odd_lot(m.value)); // at most MAX_FILLS
        self.fills.push(FillRecord {
            maker: Address::new_from_array(*resting.owner.as_bytes()),
            maker_sequence: resting.seq,
            maker_client_id: resting.client_id,
            price: resting.price_ticks.get(),
            lots: lots.get(),
            maker_fee: maker_fee.get(),
        });
        Ok(true)
    }
}

/// Fills the maker and checks the rule. The order goes on counting as one that rests: it is not off the book yet, which no
/// error may change. On an error the caller puts the portfolio back.
#[inline(never)] // for the size of the caller's frame
fn settle_maker(
    account: &mut MarginAccount,
    venue: &Venue<'_>,
    m: &Match<'_>,
    before: &Portfolio,
    trade: &Trade,
) -> core::result::Result<Filled, RiskError> {
    let position = account.portfolio.slot(venue.i)?;
    position.fill_order(m.side, m.resting.is_reduce_only(), m.lots, m.value)?;
    let filled = account.portfolio.fill(venue.i, venue.u, Fill::of(m.side, m.lots, m.value))?;
    account.portfolio.cash = account.portfolio.cash.minus(trade.fees)?;
    let measured = rule::after_trade(venue.board, before, &account.portfolio, &account.episode, trade)?;
    account.portfolio.note_owed(&measured);
    Ok(filled)
}

/// True if what is left of an order that was filled in part may go on resting: if it is worth the market's least order and, where
/// it only reduces, its owner has something left to reduce.
fn goes_on_resting(portfolio: &Portfolio, i: &Instrument, m: &Match<'_>, left: Lots) -> Result<bool> {
    if i.value_at(left, m.resting.price_ticks).logged()? < i.limits.min_order_value {
        return Ok(false);
    }
    Ok(!m.resting.is_reduce_only() || reducible(portfolio, i, m.side) > Lots::ZERO)
}

/// Requires that what is traded could be taken on as new risk now. Where it could not, a maker's refusal says nothing of the
/// maker. Otherwise anyone could take everybody's orders off the book while a price is stale.
#[cold]
#[inline(never)]
fn require_leg(i: &Instrument, u: &Underlying, now: i64) -> Result<()> {
    Purpose::NewRisk { now }.require(u).logged()?;
    if i.is_option() {
        i.option.require_usable(i, u, now).logged()?;
    }
    Ok(())
}

/// True if a maker was refused a fill for want of margin, and not because that could not be computed.
fn lacks_margin(refused: &RiskError) -> bool {
    matches!(
        refused,
        RiskError::BelowInitialMargin { .. }
            | RiskError::OwedTooMuch { .. }
            | RiskError::FillWorseThanLiquidation { .. }
            | RiskError::Bankrupt { .. }
    )
}

/// A fee on a value: rounded up; a rebate (a negative rate) rounded down.
fn fee(value: QuoteNative, ppm: i32) -> Result<QuoteNative> {
    let rate = Ppm::new(ppm.unsigned_abs());
    if ppm >= 0 {
        mul_ppm_ceil(value, rate).logged()
    } else {
        Ok(QuoteNative::new(-mul_ppm_floor(value, rate).logged()?.get()))
    }
}
