//! The margin of an account before and after what it might do. The program's own code, on accounts read through RPC.

use ballast::{
    args::LiquidateArgs,
    state::{MarginAccount, Treasury},
};
use ballast_risk::{
    Balance, Board, Fill, Leg as BlockLeg, Lots, Portfolio, Position, Ppm, Purpose, QuoteNative, Requirements,
    RiskError, Ticks,
    block::legs_at_marks,
    liquidation::{Episode, LegMoved, Legs, Request, Slice, Workspace, slice},
    margin::check,
    rule,
};

/// What a calculation gives, or why the program would refuse it.
pub type Result<T> = core::result::Result<T, RiskError>;

/// The margin of a portfolio at a time, in seconds, at the board's last prices.
pub fn requirements(board: &Board, portfolio: &Portfolio, now: i64) -> Result<Requirements> {
    check(board, portfolio, Purpose::Maintenance { now })
}

/// The margin that a portfolio would have after buying (positive) or selling (negative) lots at a price, with a fee.
pub fn after_fill(
    board: &Board,
    portfolio: &Portfolio,
    instrument: u16,
    lots: i64,
    price: i64,
    fee: i64,
    now: i64,
) -> Result<Requirements> {
    let mut after = Box::new(*portfolio);
    let i = board.instrument(instrument)?;
    let u = board.underlying(i.underlying)?;
    let value = i.value_at(Lots::new(lots), Ticks::new(price))?;
    after.fill(i, u, Fill { lots: Lots::new(lots), value })?;
    after.cash = after.cash.minus(QuoteNative::new(fee))?;
    requirements(board, &after, now)
}

/// A liquidation that might be: of whom, and of what.
#[derive(Clone, Copy)]
pub struct Liquidation<'a> {
    /// The board.
    pub board: &'a Board,
    /// The treasury, whose insurance fund pays a part of what liquidators of seized accounts get.
    pub treasury: &'a Treasury,
    /// The account below maintenance, with the clocks of its episode as the program counts them: after
    /// [`Episode::resume`] with the exchange's `liquidations_open_since`.
    pub account: &'a MarginAccount,
    /// The instruments of its positions that are legs.
    pub instruments: &'a [u16],
    /// The program's arguments.
    pub args: LiquidateArgs,
    /// Time, seconds.
    pub now: i64,
}

/// What a liquidation would leave behind.
#[derive(Clone, Debug)]
pub struct AfterSlice {
    /// The slice.
    pub slice: Slice,
    /// What moves, leg by leg.
    pub legs: Vec<LegMoved>,
    /// The margin of the account that was below maintenance.
    pub account: Requirements,
    /// The liquidator's margin.
    pub liquidator: Requirements,
}

impl Liquidation<'_> {
    /// What `liquidate` would take, if anything. The program's own code, on the same steps.
    pub fn slice(&self) -> Result<Slice> {
        let mut room: Box<Workspace> = bytemuck::allocation::zeroed_box();
        let portfolio = self.portfolio()?;
        self.found(&portfolio, &mut room)
    }

    /// What `liquidate` would leave of both accounts, if the liquidator's can carry it.
    pub fn after_slice(&self, own: &Portfolio) -> Result<AfterSlice> {
        let mut room: Box<Workspace> = bytemuck::allocation::zeroed_box();
        let (mut portfolio, mut own) = (self.portfolio()?, Box::new(*own));
        own.accrue(&self.board.interest, self.now)?;
        let slice = self.found(&portfolio, &mut room)?;
        let mut legs = Vec::new();
        let book = |leg: &LegMoved| {
            legs.push(*leg);
            Ok(())
        };
        let sliced = slice.apply(self.board, &room, &mut portfolio, &mut own, self.now, book)?;
        Ok(AfterSlice { slice, legs, account: sliced.account, liquidator: sliced.liquidator })
    }

    /// The account as the program finds it: interest accrued, settled positions closed.
    fn portfolio(&self) -> Result<Box<Portfolio>> {
        let mut portfolio = Box::new(self.account.portfolio);
        portfolio.accrue(&self.board.interest, self.now)?;
        for index in self.instruments {
            let i = self.board.instrument(*index)?;
            if i.settled != 0 {
                portfolio.close_settled(i, self.board.underlying(i.underlying)?)?;
            }
        }
        Ok(portfolio)
    }

    fn found(&self, portfolio: &Portfolio, room: &mut Workspace) -> Result<Slice> {
        let mut legs = Legs::default();
        for index in self.instruments {
            legs.add(portfolio, self.board.instrument(*index)?);
        }
        legs.add_tokens(portfolio, self.args.tokens);
        if self.args.whole != 0 {
            legs.require_whole(self.board, portfolio, self.now)?;
        }
        let request = Request { legs, most: Ppm::new(self.args.most) };
        let mut episode = self.account.episode;
        let budget = self.treasury.open_budget(self.board, portfolio, &episode, self.now)?;
        slice(self.board, portfolio, &mut episode, budget, &request, self.now, room)
    }
}

/// The markets that `resolve_bad_debt` wants, in their order: those of the legs of an account's episode that still trade.
pub fn sharing_markets(board: &Board, episode: &Episode) -> Vec<u16> {
    episode.legs.iter().filter_map(|leg| leg.open(board)).map(|i| i.index).collect()
}

/// What a block trade would do to one of its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockEffect {
    /// The fee, quote-native.
    pub fee: QuoteNative,
    /// What the legs cost beyond their marks, positive for a loss. Who pays must be able to withdraw as much.
    pub cost: QuoteNative,
    /// The margin before, at the last prices.
    pub before: Requirements,
    /// The margin after, at the last prices.
    pub after: Requirements,
    /// Why the program would refuse it for this account, if it would.
    pub refused: Option<RiskError>,
}

/// What a block trade would do to an account: the legs from its side, the fee of either side in millionths. Fills and rule
/// are the program's own; what it checks of instruments and prices beside them is not looked at, nor what liquidations of the last
/// minutes leave of a discount.
pub fn block_effect(
    board: &Board,
    portfolio: &Portfolio,
    legs: &[BlockLeg],
    fee_ppm: u32,
    now: i64,
) -> Result<BlockEffect> {
    let (mut before, mut after) = (Box::new(*portfolio), Box::new(*portfolio));
    let mut fee = QuoteNative::ZERO;
    for leg in legs {
        let i = board.instrument(leg.instrument)?;
        let u = board.underlying(i.underlying)?;
        after.fill(i, u, leg.fill)?;
        fee = leg.fee(Ppm::new(fee_ppm)).and_then(|f| Ok(fee.plus(f)?))?;
    }
    after.cash = after.cash.minus(fee)?;
    Ok(BlockEffect {
        fee,
        cost: legs_at_marks(board, legs, now)?.cost,
        before: requirements(board, portfolio, now)?,
        after: requirements(board, &after, now)?,
        refused: rule::after_block(board, &mut before, &after, &Episode::default(), legs, fee, now).err(),
    })
}

/// A part of a portfolio that is margined alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// A position.
    Position(Position),
    /// A token balance.
    Token(Balance),
}

/// Every token balance and position of a portfolio, and what each would be asked for if the account held nothing else.
/// Their sum over what [`requirements`] says of the whole is what netting saves.
pub fn legs(board: &Board, portfolio: &Portfolio, now: i64) -> Result<Vec<(Leg, Requirements)>> {
    let mut legs = Vec::new();
    for balance in portfolio.balances.iter().filter(|b| b.amount > 0) {
        let mut alone: Box<Portfolio> = bytemuck::allocation::zeroed_box();
        alone.balances[0] = *balance;
        legs.push((Leg::Token(*balance), requirements(board, &alone, now)?));
    }
    for position in portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
        let mut alone: Box<Portfolio> = bytemuck::allocation::zeroed_box();
        alone.position_count = 1;
        alone.positions[0] = *position;
        legs.push((Leg::Position(*position), requirements(board, &alone, now)?));
    }
    Ok(legs)
}
