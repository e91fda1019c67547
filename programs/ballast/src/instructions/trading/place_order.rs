//! `place_order`

use super::matching::{Incoming, Matched, Matcher, take_reduce_only_lots};
use crate::{
    args::{OrderArgs, order_kind, self_trade},
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED, pause},
    error::{BallastError, Logged},
    events::OrderPlaced,
    instructions::load::{boxed, call_for_margin, market_and_book, now},
    state::{Exchange, MarginAccount, Market, RiskBoard, permission},
};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, NewOrder, Order, OrderId, Owner, Side};
use ballast_risk::{Instrument, Lots, Portfolio, Ticks, Underlying, rule};

/// Accounts of `place_order`. The makers' margin accounts follow as further accounts, writable.
#[derive(Accounts)]
pub struct PlaceOrder {
    /// The owner, or a delegate who may trade.
    pub authority: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// The account that trades.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `place_order`.
pub fn place_order(ctx: &mut Context<PlaceOrder>, args: OrderArgs) -> Result<()> {
    let makers = ctx.remaining_accounts()?;
    let now = now()?;
    let a = &mut ctx.accounts;
    require!(a.margin.allows(a.authority.address(), permission::TRADE, now), BallastError::Unauthorized);
    let address = *a.margin.address();
    let exchange_address = *a.exchange.address();
    let board = &a.board.board;
    let i = board.instrument(a.market.instrument).logged()?;
    let u = board.underlying(i.underlying).logged()?;
    let (market, book) = market_and_book(&mut a.market)?;
    let margin = &mut *a.margin;

    let reduce_only = args.reduce_only == 1;
    let order = validated(&args, margin, i, u, now, a.exchange.pause)?;
    margin.portfolio.accrue(&board.interest, now).logged()?;
    let before = boxed(&margin.portfolio);
    let mut matcher = Matcher::new(&a.exchange, &exchange_address, board, i, u, market, book, &makers, now)?;
    let matched = if args.kind == order_kind::POST_ONLY {
        require!(!matcher.crosses(&order)?, BallastError::WouldCross);
        Matched::default()
    } else {
        matcher.run(margin, &address, &order)?
    };
    let left = order.lots.minus(matched.lots).logged()?;
    if args.kind == order_kind::FILL_OR_KILL && !left.is_zero() {
        msg!("lots: needed {}, had {}", order.lots.0, matched.lots.0);
        return Err(BallastError::WouldNotFill.into());
    }
    let rests = !left.is_zero()
        && match args.kind {
            order_kind::POST_ONLY => true,
            // What could not be matched for want of a maker's account must not rest across the book.
            order_kind::LIMIT => !matched.ended_by_self_trade && !matcher.crosses(&order)?,
            _ => false,
        };
    let id = if rests {
        Some(rest(&mut matcher.book, &mut margin.portfolio, &address, i, &order, left, reduce_only, now)?)
    } else {
        None
    };
    margin.portfolio.release(i).logged()?;
    matcher.require_open_interest_cap()?;
    let now_required = rule::after_trade(board, &before, &margin.portfolio, &matched.trade(u.index, now)).logged()?;
    margin.portfolio.note_owed(&now_required);
    call_for_margin(&address, board, &now_required)?;
    margin.count_change()?;
    emit!(OrderPlaced {
        margin: address,
        sequence: id.map_or(0, |id| id.seq),
        handle: id.map_or(0, |id| id.handle.0),
        instrument: i.index,
        side: args.side,
        makers_cancelled: matched.makers_cancelled,
        client_id: args.client_id,
        price: args.price,
        filled: matched.lots.0,
        value: matched.value.0,
        fee: matched.fee.0,
        resting: if rests { left.0 } else { 0 },
        fills: matched.fills,
    });
    Ok(())
}

/// Checks what can be known of an order before it meets the book.
fn validated(
    args: &OrderArgs,
    margin: &MarginAccount,
    i: &Instrument,
    u: &Underlying,
    now: i64,
    paused: u32,
) -> Result<Incoming> {
    let side = Side::from_index(args.side).ok_or(BallastError::BadSide)?;
    require!(args.kind <= order_kind::FILL_OR_KILL, BallastError::BadOrderKind);
    require!(args.self_trade <= self_trade::ABORT, BallastError::BadSelfTrade);
    require!(args.reduce_only <= 1, BallastError::BadOrderKind);
    require!(args.expires_at == 0 || args.expires_at > now, BallastError::OrderExpired);
    require!(args.lots > 0 && args.lots <= i.max_position.0, BallastError::BadSize);
    let reduce_only = args.reduce_only == 1;
    require!(reduce_only || paused & pause::NEW_RISK == 0, BallastError::Paused);
    require!(reduce_only || i.reduce_only == 0, BallastError::MarketReduceOnly);
    require!(reduce_only || !i.has_expiry() || now < i.expiry, BallastError::InstrumentExpired);
    require!(margin.accepts_underlying(i.underlying), BallastError::Unauthorized);

    u.require_priced().logged()?;
    let (low, high) = i.band(u, now).logged()?;
    let price = Ticks(args.price);
    // Before its first refresh an option has no mark, and no order a price to be judged by.
    if i.is_option() && i.option.price == 0 {
        i.option.require_usable(i, u, now).logged()?;
    }
    if price < low || price > high {
        msg!("price {}, band {} to {} ticks", args.price, low.0, high.0);
        return Err(BallastError::BadPrice.into());
    }
    let mut lots = Lots(args.lots);
    if reduce_only {
        lots = take_reduce_only_lots(&margin.portfolio, i, side, lots);
        require!(!lots.is_zero(), BallastError::NothingToReduce);
    } else {
        let value = i.value_at(lots, price).logged()?;
        if value < i.min_order_value {
            msg!("order value {}, minimum {}", value.0, i.min_order_value.0);
            return Err(BallastError::BadSize.into());
        }
    }
    Ok(Incoming {
        side,
        price,
        lots,
        client_id: args.client_id,
        expires_at: args.expires_at,
        self_trade: args.self_trade,
    })
}

/// Lets what is left of an order rest.
#[allow(clippy::too_many_arguments)] // each is a different thing of one caller
fn rest(
    book: &mut BookMut<'_>,
    portfolio: &mut Portfolio,
    address: &Address,
    i: &Instrument,
    order: &Incoming,
    lots: Lots,
    reduce_only: bool,
    now: i64,
) -> Result<OrderId> {
    let value = i.value_at(lots, order.price).logged()?;
    let position = portfolio.slot(i).logged()?;
    require!(position.order_count < u32::from(i.max_orders), BallastError::TooManyOrders);
    let new = NewOrder {
        owner: Owner::new(address.as_array()),
        price_ticks: order.price.0,
        lots: lots.0,
        client_id: order.client_id,
        placed_at: now,
        expires_at: order.expires_at,
        flags: if reduce_only { Order::REDUCE_ONLY } else { 0 },
    };
    let id = book.insert(order.side, &new, &mut position.orders_head).logged()?;
    position.add_order(order.side == Side::Bid, reduce_only, lots, value).logged()?;
    // A limit that was lowered stops no reduction, and an order that only reduces does not count towards it.
    if !reduce_only {
        position.require_within_limit(i).logged()?;
    }
    Ok(id)
}
