//! The expiry ramp: what a settlement takes out of a book is seen coming.
//!
//! A hedge that expires leaves the other leg alone, at once and with nobody's doing. So in the last day before a leg is
//! settled the requirement is that of the book as it is, or of what is left of it, whichever is more:
//!
//! ```text
//! s             = 86 400 − (settles at − now)                 seconds that the last day has lasted
//! λ_initial     = min(1, s / 43 200)                          whole twelve hours before
//! λ_maintenance = min(1, (s / 82 800)²)                       whole an hour before
//! P_λ           = the book with every leg counted 1 − λ of its settlement
//! maintenance   = max(F(P), F(P_λm))
//! initial       = ratio · max(stressed(P), stressed(P_λm), stressed(P_λi)) + order margin
//! ```
//!
//! λ counts in 2^-20, rounded down. Of each underlying the legs that are settled at one time are summed first; what is kept of
//! their deltas is rounded toward zero, of rows and charges up. Then the sums go through the whole model: scan, groups,
//! calendar, concentration, short minimum, surcharge. A leg whose time has come and that is not settled is counted as gone.
//! Tokens, profit and loss, and orders have no part in it.

use super::{
    Asked, Requirements, UnderlyingRisk,
    holdings::Holdings,
    initial_margin,
    sums::{Book, Sums, WHOLE},
};
use crate::{
    Board, Portfolio, Position, Purpose, QuoteNative, RiskError, Underlying,
    math::{add_bounded, mul_bounded, sub_bounded},
    scenario::Row16,
};

/// Length of the ramp.
const SECONDS: i64 = 86_400;
/// After so many of them nothing that is settled counts in initial margin.
const INITIAL_SECONDS: i64 = 43_200;
/// The same in maintenance margin.
const MAINTENANCE_SECONDS: i64 = 82_800;

/// True if anything on the board is settled within a day, or overdue.
#[inline(always)]
pub fn is_near(board: &Board, now: i64) -> bool {
    board.next_settlement != 0 && board.next_settlement <= add_bounded(now, SECONDS)
}

/// 1 − λ of what is settled at a time, for maintenance and for initial margin.
fn kept(settles_at: i64, now: i64) -> [i64; 2] {
    if settles_at == 0 {
        return [WHOLE; 2];
    }
    let s = sub_bounded(add_bounded(now, SECONDS), settles_at).clamp(0, SECONDS);
    let square = mul_bounded(s, s);
    let gone = [
        mul_bounded(square, WHOLE) / (MAINTENANCE_SECONDS * MAINTENANCE_SECONDS), // below 2^53
        mul_bounded(s, WHOLE) / INITIAL_SECONDS,
    ];
    gone.map(|gone| sub_bounded(WHOLE, gone.min(WHOLE)))
}

/// Raises the requirements of a book to what its expiries will leave, where that is more.
#[inline(never)]
pub fn raise(board: &Board, portfolio: &Portfolio, now: i64, r: &mut Requirements) -> Result<(), RiskError> {
    if !is_near(board, now) || !portfolio.open().iter().any(|p| leaves_at(board, p, now) != 0) {
        return Ok(());
    }
    let mut views = [Asked::default(); 2];
    add_portfolio(board, portfolio, now, &mut views)?;
    let [at_maintenance, at_initial] = &views;

    let stressed = r.maintenance.plus(r.surcharge)?.plus(r.drift)?;
    let of_maintenance = at_maintenance.maintenance(at_maintenance.scan(board)?, r.haircut)?;
    let of_initial = at_initial.maintenance(at_initial.scan(board)?, r.haircut)?;
    let most_stressed = stressed.max(at_maintenance.stressed(of_maintenance)?).max(at_initial.stressed(of_initial)?);

    r.expiry = of_maintenance.minus(r.maintenance)?.max(QuoteNative::ZERO);
    r.maintenance = r.maintenance.plus(r.expiry)?;
    r.expiry_initial = most_stressed.minus(stressed)?;
    r.initial = initial_margin(board, most_stressed, r.order_margin)?;
    Ok(())
}

/// The loss of one underlying in each scenario row of what settlements leave of it, at its scale: of P_λm, for maintenance margin.
#[inline(never)]
pub fn rows_left(board: &Board, u: &Underlying, portfolio: &Portfolio, now: i64) -> Result<Row16, RiskError> {
    let (positions, tokens) = Holdings::of_underlying(board, portfolio, u.index)?;
    let [at_maintenance, _] = books(board, u, positions, now)?;
    let mut risk = UnderlyingRisk { rows: at_maintenance.rows, ..UnderlyingRisk::default() };
    risk.charge(board, u, &at_maintenance.sums, &tokens)?;
    Ok(risk.rows)
}

/// When a position is settled, if that is within a day or overdue; else 0.
#[inline(always)]
fn leaves_at(board: &Board, p: &Position, now: i64) -> i64 {
    match board.instrument(p.key.instrument()) {
        Ok(i) if i.settles_at <= add_bounded(now, SECONDS) && i.settled == 0 => i.settles_at,
        _ => 0,
    }
}

/// Adds what every underlying is asked for in either view. Prices were checked with the book as it is.
#[inline(never)]
fn add_portfolio(board: &Board, portfolio: &Portfolio, now: i64, views: &mut [Asked; 2]) -> Result<(), RiskError> {
    let mut risk = UnderlyingRisk::default();
    let mut holdings = Holdings::of(board, portfolio)?;
    while let Some((index, positions, tokens)) = holdings.next() {
        let u = board.underlying(index)?;
        let books = books(board, u, positions, now)?;
        for (view, book) in views.iter_mut().zip(&books) {
            risk.rows = book.rows;
            risk.charge(board, u, &book.sums, &tokens)?;
            view.add(board, u, &risk);
        }
    }
    Ok(())
}

/// What is kept of one underlying's positions in either view.
#[inline(never)]
fn books(board: &Board, u: &Underlying, mut positions: &[Position], now: i64) -> Result<[Book; 2], RiskError> {
    let mut books = [Book::default(); 2];
    while let Some(first) = positions.first() {
        let settles_at = leaves_at(board, first, now);
        let same = |p: &&Position| leaves_at(board, p, now) == settles_at;
        let (run, rest) = positions.split_at(positions.iter().take_while(same).count());
        positions = rest;
        let mut of_run = Book::default();
        of_run.sums = Sums::of(board, u, run, Purpose::Maintenance { now }, &mut of_run.rows)?;
        for (book, kept) in books.iter_mut().zip(kept(settles_at, now)) {
            book.add_part(&of_run, kept);
        }
    }
    Ok(books)
}
