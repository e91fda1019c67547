//! `transfer_position`

use super::transfer_cash::require_transferable;
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    error::Logged,
    events::PositionTransferred,
    instructions::{
        admission::admit_transfer,
        load::{boxed, call_for_margin, now},
    },
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{
    Leg, Lots, QuoteNative,
    block::legs_at_marks,
    rule::{self, Trade},
    transfer::transfer,
};

/// Accounts of `transfer_position`.
#[derive(Accounts)]
pub struct TransferPosition {
    /// The owner, or somebody who may transfer for both accounts.
    pub authority: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market of the position.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// The giving account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            from.owner.as_ref(),
            bytemuck::bytes_of(&from.sub_id),
        ],
        bump = from.bump
    )]
    pub from: Account<MarginAccount>,
    /// The receiving account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            to.owner.as_ref(),
            bytemuck::bytes_of(&to.sub_id),
        ],
        bump = to.bump
    )]
    pub to: Account<MarginAccount>,
}

/// Runs `transfer_position`.
///
/// The lots go with what they cost, so that nothing is realised by the giver. For the margin rule they are sold and bought at
/// that price: the giver ends at or above initial margin or with less risk, and below maintenance gives away no more than a
/// liquidator would get; the receiver ends at or above initial margin. A receiver that takes over a loss must be able to pay
/// it, as the payer in a block: profit that it could not withdraw covers no loss without which the giver could withdraw more.
pub fn transfer_position(ctx: &mut Context<TransferPosition>, lots: i64) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    require_transferable(&a.from, &a.to, a.authority.address(), now)?;
    let board = &a.board.board;
    let i = board.instrument(a.market.instrument).logged()?;
    let u = board.underlying(i.underlying).logged()?;
    admit_transfer(&a.exchange, &a.to, i, u, now)?;

    for margin in [&mut a.from, &mut a.to] {
        margin.portfolio.accrue(&board.interest, now).logged()?;
    }
    let (before, mut receiver_before) = (boxed(&a.from.portfolio), boxed(&a.to.portfolio));
    let moved = transfer(&mut a.from.portfolio, &mut a.to.portfolio, i, u, Lots::new(lots)).logged()?;
    for filled in [&moved.giver, &moved.receiver] {
        a.market.book(filled).logged()?;
    }
    a.market.invariant(i)?;

    let received = Leg { instrument: i.index, fill: moved.fill };
    let given = received.reversed().logged()?;
    let at_mark = legs_at_marks(board, &[given], now).logged()?;
    let trade = Trade { underlying: u.index, now, cost: at_mark.cost, filled: true, ..Trade::default() };
    let left = rule::after_trade(board, &before, &a.from.portfolio, &a.from.episode, &trade).logged()?;
    let taken = if legs_at_marks(board, &[received], now).logged()?.cost > QuoteNative::ZERO {
        rule::after_block(
            board,
            &mut receiver_before,
            &a.to.portfolio,
            &a.to.episode,
            &[received],
            QuoteNative::ZERO,
            now,
        )
    } else {
        rule::require_initial(board, &a.to.portfolio, now)
    }
    .logged()?;
    a.from.portfolio.note_owed(&left);
    a.to.portfolio.note_owed(&taken);
    call_for_margin(a.from.address(), board, &left)?;
    call_for_margin(a.to.address(), board, &taken)?;
    a.from.count_change()?;
    a.to.count_change()?;
    emit!(PositionTransferred {
        from: *a.from.address(),
        to: *a.to.address(),
        lots: moved.fill.lots.get(),
        value: moved.fill.value.get(),
        instrument: i.index,
    });
    Ok(())
}
