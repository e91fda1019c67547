//! `liquidate`

use super::{
    markets::Markets,
    parties::{Outcome, require_liquidator, settle},
};
use crate::{
    args::LiquidateArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::{Liquidated, LiquidatedPosition, LiquidatedToken},
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use alloc::{boxed::Box, vec::Vec};
use anchor_lang::prelude::*;
use ballast_risk::{
    Board, Ppm, RiskError,
    liquidation::{Episode, LegMoved, Request, Slice, Sliced, Workspace, names_token, slice},
};

/// Accounts of `liquidate`. The markets of the positions follow as further accounts, writable, in ascending order of their
/// instruments, each once.
#[derive(Accounts)]
pub struct Liquidate {
    /// The liquidator: owner, or a delegate who may liquidate, of the liquidator's account.
    pub authority: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account below maintenance.
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
    /// The liquidator's account, which takes the slice over.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            liquidator.owner.as_ref(),
            bytemuck::bytes_of(&liquidator.sub_id),
        ],
        bump = liquidator.bump
    )]
    pub liquidator: Account<MarginAccount>,
}

/// Runs `liquidate`. Orders stay. Tokens stay in the vault: what all accounts together deposited is as before.
pub fn liquidate(ctx: &mut Context<Liquidate>, args: LiquidateArgs) -> Result<()> {
    let views = ctx.remaining_accounts()?;
    let (now, a) = (now()?, &mut ctx.accounts);
    require_liquidator(&a.exchange, a.authority.address(), &a.liquidator, &a.margin, now)?;
    a.margin.episode.resume(a.exchange.liquidations_open_since);
    let (address, liquidator) = (*a.margin.address(), *a.liquidator.address());
    let board = &a.board.board;
    let mut markets = Markets::load(&views, a.exchange.address(), board)?;
    a.margin.portfolio.accrue(&board.interest, now).logged()?;
    a.liquidator.portfolio.accrue(&board.interest, now).logged()?;
    markets.close_settled(board, &mut a.margin)?;

    let request = requested(&args, &markets, board, &a.margin, &a.liquidator, now)?;
    let mut room: Box<Workspace> = bytemuck::allocation::zeroed_box();
    let margin = &mut *a.margin;
    let budget = a.treasury.open_budget(board, &margin.portfolio, &margin.episode, now).logged()?;
    let found = slice(board, &margin.portfolio, &mut margin.episode, budget, &request, now, &mut room).logged()?;
    let mut moved = Moved::default();
    let sliced = moved.apply(&found, board, &room, &mut markets, margin, &mut a.liquidator, now)?;

    let outcome = Outcome {
        account: &sliced.account,
        liquidator: &sliced.liquidator,
        payment: &found.payment,
        moved: found.moved,
    };
    let debt = settle(&mut a.treasury, &mut a.margin, &mut a.liquidator, &outcome, board, now)?;
    emit!(Liquidated {
        margin: address,
        liquidator,
        discount: found.payment.discount.get(),
        from_budget: found.payment.from_budget.get(),
        insurance: found.payment.insurance.get(),
        equity_before: found.before.equity.get(),
        maintenance_before: found.before.maintenance.get(),
        equity_after: sliced.account.equity.get(),
        maintenance_after: sliced.account.maintenance.get(),
        bad_debt: debt.paid.get(),
        uncovered: debt.uncovered.get(),
        positions: moved.positions,
        tokens: moved.tokens,
    });
    Ok(())
}

/// What the liquidator asks for: the positions of the markets passed and the tokens named.
#[inline(never)]
fn requested(
    args: &LiquidateArgs,
    markets: &Markets,
    board: &Board,
    margin: &MarginAccount,
    liquidator: &MarginAccount,
    now: i64,
) -> Result<Request> {
    let mut legs = markets.legs(board, margin, liquidator)?;
    let held = margin.portfolio.balances.iter().filter(|b| b.amount > 0);
    for token in held.map(|b| b.token).filter(|token| names_token(args.tokens, *token)) {
        let underlying = board.token(token).logged()?.underlying;
        require!(liquidator.accepts_underlying(underlying), BallastError::OtherUnderlying);
    }
    legs.add_tokens(&margin.portfolio, args.tokens);
    if args.whole != 0 {
        legs.require_whole(board, &margin.portfolio, now).logged()?;
    }
    Ok(Request { legs, most: Ppm::new(args.most) })
}

/// What moved, for the event.
#[derive(Default)]
struct Moved {
    positions: Vec<LiquidatedPosition>,
    tokens: Vec<LiquidatedToken>,
}

impl Moved {
    /// Moves the slice, and books it leg by leg: in the markets, in the account's episode, and for the event.
    #[inline(never)]
    #[allow(clippy::too_many_arguments)] // the two parties and what they meet on
    fn apply(
        &mut self,
        found: &Slice,
        board: &Board,
        room: &Workspace,
        markets: &mut Markets,
        margin: &mut MarginAccount,
        liquidator: &mut MarginAccount,
        now: i64,
    ) -> Result<Sliced> {
        self.positions.reserve_exact(room.legs().len());
        let MarginAccount { portfolio, episode, .. } = margin;
        let book = |leg: &LegMoved| self.book(leg, board, markets, episode, now);
        found.apply(board, room, portfolio, &mut liquidator.portfolio, now, book).logged()
    }

    fn book(
        &mut self,
        leg: &LegMoved,
        board: &Board,
        markets: &mut Markets,
        episode: &mut Episode,
        now: i64,
    ) -> core::result::Result<(), RiskError> {
        match *leg {
            LegMoved::Position { instrument, lots, value, ref account, ref liquidator } => {
                markets.book(board, instrument, [account, liquidator])?;
                episode.record(board, instrument, lots, now)?;
                self.positions.push(LiquidatedPosition { lots: lots.get(), mark_value: value.get(), instrument });
            }
            LegMoved::Token { token, amount, value } => {
                self.tokens.push(LiquidatedToken { amount, value: value.get(), token });
            }
        }
        Ok(())
    }
}
