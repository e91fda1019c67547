//! Matching: an incoming order against the book, both sides settled and checked at once.

use super::order::{Incoming, take_reduce_only_lots};
use crate::{
    args::self_trade,
    constants::{FAILED_MAKER_WEIGHT, MAKER_GRACE_SECONDS, MAX_FILLS, MAX_MAKERS, MAX_PASSED},
    error::{BallastError, Logged},
    events::{FillRecord, PenaltyRecord},
    instructions::load::{boxed, margin_mut},
    state::{Exchange, MarginAccount, Market, permission},
};
use alloc::{boxed::Box, vec::Vec};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Handle, Order, Owner, Side};
use ballast_risk::{
    Board, Fill, Instrument, Lots, Portfolio, Ppm, Purpose, QuoteNative, RiskError, Scaled, Ticks, Underlying,
    math::{mul_bounded, mul_ppm_ceil, mul_ppm_floor},
    rule::{self, Trade},
};

/// What matching did for the taker.
#[derive(Default)]
pub struct Matched {
    /// Lots, positive.
    pub lots: Lots,
    /// Value, positive.
    pub value: QuoteNative,
    /// What a liquidation's discount on the same lots would be a ratio of.
    pub discount_value: QuoteNative,
    /// Fee.
    pub fee: QuoteNative,
    /// What the fills cost against the mark.
    pub cost: QuoteNative,
    /// What makers paid who could not carry a fill.
    pub penalties: QuoteNative,
    /// Matches.
    pub fills: u8,
    /// Resting orders cancelled because their maker could not carry the fill.
    pub makers_cancelled: u8,
    /// True if the order met one of its owner and is not to rest.
    pub ended_by_self_trade: bool,
}

impl Matched {
    /// For the rule. A penalty is a gift and makes no trade a reduction: it counts as a negative fee.
    pub fn trade(&self, underlying: u16, now: i64) -> Result<Trade> {
        let fees = self.fee.minus(self.penalties).logged()?;
        Ok(Trade { underlying, now, fees, discount_value: self.discount_value, cost: self.cost })
    }
}

/// A maker's account among the further accounts.
struct Maker {
    address: Owner,
    account: &'static mut MarginAccount,
    /// True once a penalty was asked for in this instruction.
    penalised: bool,
}

/// Everything that matching reads and changes in one instruction, beside the taker.
pub struct Matcher<'a> {
    /// The exchange.
    pub exchange: &'a Exchange,
    /// Its board.
    pub board: &'a Board,
    /// The instrument.
    pub i: &'a Instrument,
    /// Its underlying.
    pub u: &'a Underlying,
    /// Time of the instruction.
    pub now: i64,
    /// The book.
    pub book: BookMut<'a>,
    /// The matches of all orders, in their order.
    pub fills: Vec<FillRecord>,
    /// What makers paid.
    pub penalties: Vec<PenaltyRecord>,
    authority: &'a Address,
    market: &'a mut Market,
    makers: Vec<Maker>,
    /// The maker at hand before the fill, made when first needed.
    scratch: Option<Box<Portfolio>>,
    /// Resting orders that were stepped over or cancelled; one of a maker who could not carry the fill counts
    /// [`FAILED_MAKER_WEIGHT`] times.
    passed: usize,
    open_interest_before: Lots,
}

/// What is to be done about a resting order.
enum Meeting {
    /// Trade with the maker of this index, so many lots.
    Trade(usize, Lots),
    /// Take it off the book; its maker is of this index.
    Cancel(usize),
    /// Leave it and go on.
    StepOver,
    /// End the match.
    End,
}

impl<'a> Matcher<'a> {
    /// Loads the makers. Refuses an account that is passed in twice.
    #[allow(clippy::too_many_arguments)] // a constructor of parts that are borrowed from different accounts
    #[inline(always)]
    pub fn new(
        exchange: &'a Exchange,
        exchange_address: &Address,
        board: &'a Board,
        i: &'a Instrument,
        u: &'a Underlying,
        market: &'a mut Market,
        book: BookMut<'a>,
        authority: &'a Address,
        views: &[AccountView],
        now: i64,
    ) -> Result<Self> {
        require!(views.len() <= MAX_MAKERS, BallastError::TooManyMakers);
        let mut makers: Vec<Maker> = Vec::with_capacity(views.len());
        for view in views {
            let address = Owner::new(view.address().as_array());
            require!(makers.iter().all(|m| m.address != address), BallastError::DuplicateAccount);
            makers.push(Maker { address, account: margin_mut(*view, exchange_address)?, penalised: false });
        }
        let open_interest_before = market.open_interest_long;
        Ok(Self {
            exchange,
            board,
            i,
            u,
            now,
            book,
            fills: Vec::new(),
            penalties: Vec::new(),
            authority,
            market,
            makers,
            scratch: None,
            passed: 0,
            open_interest_before,
        })
    }

    /// Price of the first resting order of the other side that a limit reaches and that has not expired. At most
    /// [`MAX_PASSED`] expired ones are looked past; the next one counts whether it has expired or not.
    pub fn reached(&self, side: Side, limit: Ticks) -> Result<Option<Ticks>> {
        let mut next = self.book.best(side.opposite());
        for looked_past in 0..=MAX_PASSED {
            let Some(handle) = next else { break };
            let resting = self.book.get(handle).logged()?;
            if !reaches(side, limit, resting) {
                break;
            }
            if !resting.is_expired(self.now) || looked_past == MAX_PASSED {
                return Ok(Some(Ticks::new(resting.price_ticks)));
            }
            next = self.book.next(handle).logged()?;
        }
        Ok(None)
    }

    /// True if an order meets anybody in the book, be it an order that has expired.
    pub fn meets(&self, order: &Incoming) -> Result<bool> {
        let Some(best) = self.book.best(order.side.opposite()) else { return Ok(false) };
        Ok(reaches(order.side, order.price, self.book.get(best).logged()?))
    }

    /// Requires that open interest did not grow past its cap.
    pub fn require_open_interest_cap(&self) -> Result<()> {
        let open = self.market.open_interest_long;
        if open > self.i.limits.open_interest_cap && open > self.open_interest_before {
            msg!("open interest {}, cap {}", open.get(), self.i.limits.open_interest_cap.get());
            return Err(BallastError::OpenInterestCap.into());
        }
        Ok(())
    }

    /// Matches an order against the book. The bounds on fills and on orders passed are those of the instruction.
    pub fn run(&mut self, taker: &mut MarginAccount, address: &Address, order: &Incoming) -> Result<Matched> {
        let taker_key = Owner::new(address.as_array());
        let mut matched = Matched::default();
        self.open_interest_before = self.market.open_interest_long;
        let mut next = self.book.best(order.side.opposite());
        while let Some(handle) = next {
            let left = order.lots.minus(matched.lots).logged()?;
            let resting = *self.book.get(handle).logged()?;
            let spent = self.fills.len() == MAX_FILLS || self.passed >= MAX_PASSED;
            if left.is_zero() || spent || !reaches(order.side, order.price, &resting) {
                break;
            }
            next = self.book.next(handle).logged()?;
            if resting.owner == taker_key {
                match order.self_trade {
                    self_trade::CANCEL_MAKER => {
                        take_off_book(&mut self.book, handle, address, &mut taker.portfolio, self.i)?;
                        self.passed += 1;
                        continue;
                    }
                    self_trade::CANCEL_TAKER => {
                        matched.ended_by_self_trade = true;
                        break;
                    }
                    _ => return Err(BallastError::SelfTrade.into()),
                }
            }
            match self.meet(&resting, taker, order, left, &mut matched)? {
                Meeting::Trade(maker, lots) => {
                    if !self.trade(maker, handle, &resting, lots, taker, &mut matched)? {
                        matched.makers_cancelled += 1; // at most MAX_PASSED
                        self.passed += FAILED_MAKER_WEIGHT;
                    }
                }
                Meeting::Cancel(maker) => {
                    self.cancel(maker, handle)?;
                    self.passed += 1;
                }
                Meeting::StepOver => self.passed += 1,
                Meeting::End => break,
            }
        }
        Ok(matched)
    }

    /// Decides what is to be done about a resting order of somebody else's account.
    fn meet(
        &self,
        resting: &Order,
        taker: &MarginAccount,
        order: &Incoming,
        left: Lots,
        matched: &mut Matched,
    ) -> Result<Meeting> {
        let expired = resting.is_expired(self.now);
        let Some(maker) = self.makers.iter().position(|m| m.address == resting.owner) else {
            // The taker could not know of a young order; an older one must not be traded through.
            let age = self.now.checked_sub(resting.placed_at).ok_or(BallastError::Overflow)?;
            let young = age <= MAKER_GRACE_SECONDS;
            return Ok(if expired || young { Meeting::StepOver } else { Meeting::End });
        };
        if expired {
            return Ok(Meeting::Cancel(maker));
        }
        let account = &self.makers[maker].account;
        if account.owner == taker.owner {
            // A delegate of one account has no say over orders of the owner's others.
            let may_cancel = || account.allows(self.authority, permission::TRADE, self.now);
            return match order.self_trade {
                self_trade::CANCEL_MAKER if may_cancel() => Ok(Meeting::Cancel(maker)),
                self_trade::CANCEL_MAKER | self_trade::CANCEL_TAKER => {
                    matched.ended_by_self_trade = true;
                    Ok(Meeting::End)
                }
                _ => Err(BallastError::SelfTrade.into()),
            };
        }
        let mut lots = Lots::new(left.get().min(resting.lots));
        if resting.is_reduce_only() {
            lots = take_reduce_only_lots(&account.portfolio, self.i, order.side.opposite(), lots);
            if lots.is_zero() {
                return Ok(Meeting::Cancel(maker));
            }
        }
        Ok(Meeting::Trade(maker, lots))
    }

    /// Settles one match with both sides. False if the maker could not carry it and the order was cancelled instead. An
    /// error if the maker was refused while what is traded cannot be taken on by anybody.
    fn trade(
        &mut self,
        maker: usize,
        handle: Handle,
        resting: &Order,
        lots: Lots,
        taker: &mut MarginAccount,
        matched: &mut Matched,
    ) -> Result<bool> {
        let value = self.i.value_at(lots, Ticks::new(resting.price_ticks)).logged()?;
        let maker_fee = fee(value, self.exchange.fees.maker_fee)?;
        let taker_fee = fee(value, self.exchange.fees.taker_fee.get() as i32)?;
        let worth = |per_lot: i64| Scaled::new(mul_bounded(lots.get(), per_lot)).to_native_floor(self.u.scale());
        let mark = self.i.mark_at(self.u, self.now);
        let mark_value = worth(mark.get());
        // A seller may close a long position, a buyer a short one.
        let discount_value = |buys: bool| worth((self.i.discount_value(self.u, !buys, mark)).get());
        let maker_buys = resting.side().logged()? == Side::Bid;
        let maker_lots_before;
        {
            let account = &mut self.makers[maker].account;
            account.portfolio.accrue(&self.board.interest, self.now).logged()?;
            let scratch = match &mut self.scratch {
                Some(scratch) => {
                    scratch.as_mut().clone_from(&account.portfolio);
                    scratch
                }
                None => self.scratch.insert(boxed(&account.portfolio)),
            };
            maker_lots_before = account.portfolio.lots(self.i);
            let cost = if maker_buys { value.minus(mark_value) } else { mark_value.minus(value) }.logged()?;
            let discount_value = discount_value(maker_buys);
            let trade = Trade { underlying: self.u.index, now: self.now, fees: maker_fee, discount_value, cost };
            let settled =
                settle_maker(account, self.board, self.i, self.u, resting, lots, value, maker_fee, scratch, &trade);
            let settled = match settled {
                Ok(settled) => settled,
                Err(refused) => {
                    // Where nobody may take this instrument's risk, the maker is not at fault.
                    require_leg(self.i, self.u, self.now)?;
                    account.portfolio.clone_from(scratch);
                    self.cancel(maker, handle)?;
                    if lacks_margin(&refused) {
                        self.penalise(maker, value, taker, matched)?;
                    }
                    return Ok(false);
                }
            };
            self.market.pay(settled)?;
            let position = account.portfolio.slot(self.i).logged()?;
            if lots.get() == resting.lots {
                self.book.remove(handle, &resting.owner, &mut position.orders_head).logged()?;
            } else {
                self.book.reduce(handle, lots.get()).logged()?;
            }
            account.portfolio.release(self.i).logged()?;
            account.count_change()?;
        }
        let maker_lots_after = self.makers[maker].account.portfolio.lots(self.i);

        let taker_lots_before = taker.portfolio.lots(self.i);
        let settled = taker.portfolio.fill(self.i, self.u, signed(!maker_buys, lots, value)).logged()?;
        self.market.pay(settled)?;
        taker.portfolio.cash = taker.portfolio.cash.minus(taker_fee).logged()?;
        let taker_lots_after = taker.portfolio.lots(self.i);

        let market = &mut self.market;
        market.unswept_fees = market.unswept_fees.plus(taker_fee).and_then(|f| f.plus(maker_fee)).logged()?;
        // The sum of the longs changes by what each side's long part changes by; likewise the shorts.
        for (before, after) in [(maker_lots_before, maker_lots_after), (taker_lots_before, taker_lots_after)] {
            move_open_interest(market, before, after)?;
        }
        market.last_price = resting.price_ticks;
        market.last_trade_time = self.now;

        matched.lots = matched.lots.plus(lots).logged()?;
        matched.value = matched.value.plus(value).logged()?;
        matched.discount_value = matched.discount_value.plus(discount_value(!maker_buys)).logged()?;
        matched.fee = matched.fee.plus(taker_fee).logged()?;
        let cost = if maker_buys { mark_value.minus(value) } else { value.minus(mark_value) }.logged()?;
        matched.cost = matched.cost.plus(cost).logged()?;
        matched.fills += 1; // at most MAX_FILLS
        self.fills.push(FillRecord {
            maker: Address::new_from_array(*resting.owner.as_bytes()),
            maker_sequence: resting.seq,
            maker_client_id: resting.client_id,
            price: resting.price_ticks,
            lots: lots.get(),
            maker_fee: maker_fee.get(),
        });
        Ok(true)
    }

    /// Has a maker who could not carry a fill of this value pay the taker, at most once an instruction: out of cash, and
    /// never below maintenance margin.
    #[cold]
    #[inline(never)]
    fn penalise(
        &mut self,
        maker: usize,
        value: QuoteNative,
        taker: &mut MarginAccount,
        matched: &mut Matched,
    ) -> Result<()> {
        let maker = &mut self.makers[maker];
        if core::mem::replace(&mut maker.penalised, true) || self.exchange.fees.maker_penalty.is_zero() {
            return Ok(());
        }
        let due = mul_ppm_floor(value, self.exchange.fees.maker_penalty_rate).logged()?;
        let due = due.min(self.exchange.fees.maker_penalty);
        let portfolio = &mut maker.account.portfolio;
        // A maker pays nothing where what it can spare cannot be computed.
        let spare = rule::spare_cash(self.board, portfolio, self.now).unwrap_or(QuoteNative::ZERO);
        let penalty = due.min(spare);
        if penalty.is_zero() {
            return Ok(());
        }
        portfolio.cash = portfolio.cash.minus(penalty).logged()?;
        taker.portfolio.cash = taker.portfolio.cash.plus(penalty).logged()?;
        matched.penalties = matched.penalties.plus(penalty).logged()?;
        let maker = Address::new_from_array(*maker.address.as_bytes());
        self.penalties.push(PenaltyRecord { maker, amount: penalty.get() });
        Ok(())
    }

    /// Takes a maker's order off the book.
    fn cancel(&mut self, maker: usize, handle: Handle) -> Result<()> {
        let maker = &mut self.makers[maker];
        let address = Address::new_from_array(*maker.address.as_bytes());
        take_off_book(&mut self.book, handle, &address, &mut maker.account.portfolio, self.i)?;
        maker.account.count_change()?;
        Ok(())
    }
}

/// Applies a fill to the maker and checks the rule; returns what funding it settled. On an error the caller puts the
/// portfolio back.
#[allow(clippy::too_many_arguments)] // one step of `Matcher::trade`, apart from it for the size of its frame
#[inline(never)]
fn settle_maker(
    account: &mut MarginAccount,
    board: &Board,
    i: &Instrument,
    u: &Underlying,
    resting: &Order,
    lots: Lots,
    value: QuoteNative,
    maker_fee: QuoteNative,
    before: &Portfolio,
    trade: &Trade,
) -> core::result::Result<QuoteNative, RiskError> {
    let buys = resting.side() == Ok(Side::Bid);
    let reduce_only = resting.is_reduce_only();
    let position = account.portfolio.slot(i)?;
    if lots.get() == resting.lots {
        position.remove_order(buys, reduce_only, lots, value)?;
    } else {
        position.fill_order(buys, reduce_only, lots, value)?;
    }
    let settled = account.portfolio.fill(i, u, signed(buys, lots, value))?;
    account.portfolio.cash = account.portfolio.cash.minus(maker_fee)?;
    let measured = rule::after_trade(board, before, &account.portfolio, trade)?;
    account.portfolio.note_owed(&measured);
    Ok(settled)
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
        RiskError::BelowInitialMargin { .. } | RiskError::FillWorseThanLiquidation { .. } | RiskError::Bankrupt { .. }
    )
}

/// True if the limit of an incoming order of a side reaches a resting order's price.
fn reaches(side: Side, limit: Ticks, resting: &Order) -> bool {
    match side {
        Side::Bid => limit.get() >= resting.price_ticks,
        Side::Ask => limit.get() <= resting.price_ticks,
    }
}

/// The fill of the side that buys or sells.
fn signed(buys: bool, lots: Lots, value: QuoteNative) -> Fill {
    if buys {
        Fill { lots, value }
    } else {
        Fill { lots: Lots::new(-lots.get()), value: QuoteNative::new(-value.get()) }
    }
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

/// Moves a market's open interest by one position's change.
pub fn move_open_interest(market: &mut Market, before: Lots, after: Lots) -> Result<()> {
    let long = Lots::new(after.get().max(0)).minus(Lots::new(before.get().max(0))).logged()?;
    market.open_interest_long = market.open_interest_long.plus(long).logged()?;
    let short = Lots::new((-after.get()).max(0)).minus(Lots::new((-before.get()).max(0))).logged()?;
    market.open_interest_short = market.open_interest_short.plus(short).logged()?;
    Ok(())
}

/// Takes one order off the book and out of its account's totals.
pub fn take_off_book(
    book: &mut BookMut<'_>,
    handle: Handle,
    address: &Address,
    portfolio: &mut Portfolio,
    i: &Instrument,
) -> Result<Order> {
    let position = portfolio.slot(i).logged()?;
    let order = book.remove(handle, &Owner::new(address.as_array()), &mut position.orders_head).logged()?;
    let value = i.value_at(Lots::new(order.lots), Ticks::new(order.price_ticks)).logged()?;
    let bid = order.side().logged()? == Side::Bid;
    position.remove_order(bid, order.is_reduce_only(), Lots::new(order.lots), value).logged()?;
    portfolio.release(i).logged()?;
    Ok(order)
}

/// Takes those of an account's orders off the book that `wanted` says, the newest first, `limit` at most; returns how many.
pub fn take_all_off_book(
    book: &mut BookMut<'_>,
    address: &Address,
    portfolio: &mut Portfolio,
    i: &Instrument,
    limit: u32,
    wanted: impl Fn(&Order) -> bool,
) -> Result<u32> {
    let (head, orders) = portfolio.position(i).map_or((0, 0), |p| (p.orders_head, p.order_count));
    let mut next = (head != 0).then_some(Handle(head));
    let mut count = 0;
    for _ in 0..orders {
        let Some(handle) = next else { break };
        if count == limit {
            break;
        }
        next = book.older(handle).logged()?;
        if wanted(book.get(handle).logged()?) {
            take_off_book(book, handle, address, portfolio, i)?;
            count += 1;
        }
    }
    Ok(count)
}
