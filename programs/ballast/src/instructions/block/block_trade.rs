//! `block_trade`

use crate::{
    args::LegArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MAX_LEGS, MAX_QUOTE_LIFETIME},
    error::{BallastError, Logged},
    events::{BlockTraded, LegRecord},
    instructions::{
        admission::{admit_leg, is_inside, require_new_risk, require_open_interest_cap},
        load::{boxed, call_for_margin, market_mut, now},
    },
    state::{Exchange, MarginAccount, Market, Permissions, RiskBoard},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;
use ballast_risk::{Board, Instrument, Leg, Lots, Ppm, QuoteNative, Ticks, Underlying, rule};

/// Accounts of `block_trade`. The markets follow as further accounts, writable, one a leg and in the order of the legs.
#[derive(Accounts)]
pub struct BlockTrade {
    /// The first account's owner, or a delegate who may sign blocks.
    pub authority_a: Signer,
    /// The second account's owner, or a delegate who may sign blocks.
    pub authority_b: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The first account: lots are from its side.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin_a.owner.as_ref(),
            bytemuck::bytes_of(&margin_a.sub_id),
        ],
        bump = margin_a.bump
    )]
    pub margin_a: Account<MarginAccount>,
    /// The second account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin_b.owner.as_ref(),
            bytemuck::bytes_of(&margin_b.sub_id),
        ],
        bump = margin_b.bump
    )]
    pub margin_b: Account<MarginAccount>,
}

/// Runs `block_trade`. Each account is checked once, after all legs, see [`rule::after_block`].
pub fn block_trade(ctx: &mut Context<BlockTrade>, legs: Vec<LegArgs>, expires_at: i64, nonce: u64) -> Result<()> {
    let markets = ctx.remaining_accounts()?;
    let (now, a) = (now()?, &mut ctx.accounts);
    require!((1..=MAX_LEGS).contains(&legs.len()), BallastError::TooManyLegs);
    require!(markets.len() == legs.len(), BallastError::WrongMarket);
    let latest = now.checked_add(MAX_QUOTE_LIFETIME).ok_or(BallastError::Overflow)?;
    require!(expires_at > now && expires_at <= latest, BallastError::QuoteExpired);
    require!(a.margin_a.allows(a.authority_a.address(), Permissions::BLOCK, now), BallastError::Unauthorized);
    require!(a.margin_b.allows(a.authority_b.address(), Permissions::BLOCK, now), BallastError::Unauthorized);
    require!(a.margin_a.owner != a.margin_b.owner, BallastError::BlockWithSelf);
    a.margin_a.require_in_own_hands()?;
    a.margin_b.require_in_own_hands()?;
    require_new_risk(&a.exchange)?;
    for pair in legs.windows(2) {
        require!(pair[0].instrument != pair[1].instrument, BallastError::DuplicateInstrument);
        require!(pair[0].instrument < pair[1].instrument, BallastError::UnsortedInstruments);
    }

    let exchange = *a.exchange.address();
    let board = &a.board.board;
    for margin in [&mut a.margin_a, &mut a.margin_b] {
        margin.portfolio.accrue(&board.interest, now).logged()?;
    }
    let (mut before_a, mut before_b) = (boxed(&a.margin_a.portfolio), boxed(&a.margin_b.portfolio));
    let mut block = Block { now, rate: a.exchange.fees.block_fee, ..Block::default() };
    for (leg, view) in legs.iter().zip(markets) {
        let market = market_mut(view, &exchange, leg.instrument)?;
        block.trade(leg, board, market, &mut a.margin_a, &mut a.margin_b)?;
    }
    for margin in [&mut a.margin_a, &mut a.margin_b] {
        margin.portfolio.cash = margin.portfolio.cash.minus(block.fee).logged()?;
        margin.count_change()?;
    }
    let (one, other) = (*a.margin_a.address(), *a.margin_b.address());
    for (address, margin, before, legs) in
        [(&one, &mut a.margin_a, &mut before_a, &block.legs_a), (&other, &mut a.margin_b, &mut before_b, &block.legs_b)]
    {
        let checked =
            rule::after_block(board, before, &margin.portfolio, &margin.episode, legs, block.fee, now).logged()?;
        margin.portfolio.note_owed(&checked);
        call_for_margin(address, board, &checked)?;
    }
    emit!(BlockTraded { margin_a: one, margin_b: other, nonce, fee: block.fee.get(), legs: block.records });
    Ok(())
}

/// A block while its legs are filled.
#[derive(Default)]
struct Block {
    now: i64,
    rate: Ppm,
    /// Fee of either side so far.
    fee: QuoteNative,
    legs_a: Vec<Leg>,
    legs_b: Vec<Leg>,
    records: Vec<LegRecord>,
}

impl Block {
    /// Fills both accounts with a leg.
    #[inline(never)]
    fn trade(
        &mut self,
        args: &LegArgs,
        board: &Board,
        market: &mut Market,
        a: &mut MarginAccount,
        b: &mut MarginAccount,
    ) -> Result<()> {
        let i = board.instrument(args.instrument).logged()?;
        let u = board.underlying(i.underlying).logged()?;
        admit_leg([a, b], i, u, Lots::new(args.lots), self.now)?;
        let leg = self.priced(args, i, u)?;
        let other = leg.reversed().logged()?;
        let open_before = market.open_interest_long;
        for (account, leg) in [(a, &leg), (b, &other)] {
            let filled = account.portfolio.fill(i, u, leg.fill).logged()?;
            market.book(&filled).logged()?;
        }
        require_open_interest_cap(i, market, open_before)?;
        let fee = leg.fee(self.rate).logged()?;
        self.fee = self.fee.plus(fee).logged()?;
        market.collect(fee.plus(fee).logged()?).logged()?;
        market.invariant(i)?;
        self.legs_a.push(leg);
        self.legs_b.push(other);
        self.records.push(LegRecord {
            instrument: i.index,
            lots: args.lots,
            price: args.price,
            value: leg.fill.value.get(),
        });
        Ok(())
    }

    /// A leg, from the first account's side, if its price is inside the band.
    fn priced(&self, args: &LegArgs, i: &Instrument, u: &Underlying) -> Result<Leg> {
        let (price, band) = (Ticks::new(args.price), i.band(u, self.now).logged()?);
        if !is_inside(price, band) {
            let leg = self.records.len();
            msg!("leg {}: price {}, band {} to {} ticks", leg, args.price, band.0.get(), band.1.get());
            return Err(BallastError::BlockLegOutOfBand.into());
        }
        Leg::new(i, Lots::new(args.lots), price).logged()
    }
}
