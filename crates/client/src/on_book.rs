//! What `liquidate_on_book` would do. The program's own code, on accounts read through RPC.

use crate::margin::Result;
use ballast::state::{MarginAccount, Market};
use ballast_risk::{
    Board, Fill, Lots, Portfolio, Ppm, QuoteNative, Ticks,
    guard::UnderlyingSet,
    liquidation::{BookClose, BookClosed, Workspace, close_on_book},
    math::mul_ppm_ceil,
};

/// A close on the order book that might be: of whose position, and in which market.
#[derive(Clone, Copy)]
pub struct BookLiquidation<'a> {
    /// The board.
    pub board: &'a Board,
    /// The account below maintenance.
    pub account: &'a MarginAccount,
    /// The market.
    pub market: &'a Market,
    /// Most lots.
    pub max_lots: i64,
    /// The exchange's taker fee.
    pub taker_fee: Ppm,
    /// Time, seconds.
    pub now: i64,
}

impl BookLiquidation<'_> {
    /// The order that would be sent to the book.
    ///
    /// # Errors
    /// Those of [`close_on_book`], and [`BookWindowFull`](ballast_risk::RiskError::BookWindowFull).
    pub fn order(&self) -> Result<BookClose> {
        let i = self.board.instrument(self.market.instrument)?;
        let u = self.board.underlying(i.underlying)?;
        let most = Lots::new(self.max_lots).min(self.market.book_window.room(i, u, self.now)?);
        let (portfolio, mut episode, mut room) = (self.portfolio()?, self.account.episode, workspace());
        close_on_book(self.board, &portfolio, &mut episode, i, most, self.taker_fee, self.now, &mut room)
    }

    /// What the order would come to with these fills: the lots and the price of each.
    ///
    /// # Errors
    /// Those of [`BookClose::judge`]: the program would undo the fills.
    pub fn after(&self, order: &BookClose, fills: &[(Lots, Ticks)]) -> Result<BookClosed> {
        let i = self.board.instrument(self.market.instrument)?;
        let u = self.board.underlying(i.underlying)?;
        let (mut portfolio, mut episode, mut room) = (self.portfolio()?, self.account.episode, workspace());
        room.begin(self.board, &portfolio, UnderlyingSet::one(u.index), self.now)?;
        for (lots, price) in fills {
            let value = i.value_at(*lots, *price)?;
            portfolio.fill(i, u, Fill::of(order.side, *lots, value))?;
            portfolio.cash = portfolio.cash.minus(mul_ppm_ceil(value, self.taker_fee)?)?;
        }
        order.judge(self.board, &portfolio, &mut episode, QuoteNative::ZERO, &room)
    }

    /// The account as the program finds it: interest accrued.
    fn portfolio(&self) -> Result<Box<Portfolio>> {
        let mut portfolio = Box::new(self.account.portfolio);
        portfolio.accrue(&self.board.interest, self.now)?;
        Ok(portfolio)
    }
}

/// Room for what does not move, summed once.
fn workspace() -> Box<Workspace> {
    bytemuck::allocation::zeroed_box()
}
