//! The model in integers against the exact one.

use super::{
    random::{Rng, cases},
    rational::{Q, ppm, whole},
    reference::{self, Exact},
    world::{Reach, World},
};
use crate::{
    Board, Portfolio, Requirements,
    margin::{Prices, UnderlyingRisk, check},
};
use num_bigint::BigInt;
use std::prelude::v1::*;

/// `exact ≤ got ≤ exact + slack`.
fn above(what: &str, got: i64, exact: &Q, slack: &Q) {
    let over = whole(got) - exact;
    assert!(over >= whole(0) && over <= *slack, "{what}: {got} is {over} above {exact}, allowed {slack}");
}

/// `exact − slack ≤ got ≤ exact`.
fn below(what: &str, got: i64, exact: &Q, slack: &Q) {
    let under = exact - whole(got);
    assert!(under >= whole(0) && under <= *slack, "{what}: {got} is {under} below {exact}, allowed {slack}");
}

/// Compares every number of a check with the exact one.
pub fn agree(board: &Board, portfolio: &Portfolio) -> (Requirements, Exact) {
    let got = check(board, portfolio, Prices::Last).unwrap();
    let exact = reference::check(board, portfolio);
    for x in &exact.underlyings {
        let u = board.underlying(x.index).unwrap();
        let risk = UnderlyingRisk::in_portfolio(board, u, portfolio).unwrap();
        let rows: Vec<BigInt> = risk.rows.iter().map(|r| BigInt::from(*r)).collect();
        assert_eq!(rows, x.rows, "rows of underlying {}", x.index);
        assert_eq!(BigInt::from(risk.delta), x.delta, "delta of underlying {}", x.index);
        above("scan_u", risk.scan.0, &x.scan, &whole(1));
        above("calendar_u", risk.calendar.0, &x.calendar, &Q::new(11, 10));
        above("concentration_u", risk.concentration.0, &x.concentration, &x.concentration_slack);
        above("order margin_u", risk.order_margin.0, &x.order_margin, &whole(1));
        below("PnL_u", risk.pnl.0, &x.pnl, &whole(1));
        below("token value_u", risk.token_value.0, &x.token_value, &whole(1));
    }
    let maintenance_slack = exact.maintenance_slack();
    let ratio = ppm(board.params.initial_ratio.0);
    let initial_slack = ratio * &maintenance_slack + whole(1) + &exact.order_slack;
    above("scan", got.scan.0, &exact.scan, &exact.scan_slack);
    above("calendar", got.calendar.0, &exact.calendar, &exact.calendar_slack);
    above("concentration", got.concentration.0, &exact.concentration, &exact.concentration_slack);
    above("haircut", got.haircut.0, &exact.haircut, &exact.haircut_slack);
    above("order margin", got.order_margin.0, &exact.order_margin, &exact.order_slack);
    above("maintenance", got.maintenance.0, &exact.maintenance, &maintenance_slack);
    above("initial", got.initial.0, &exact.initial, &initial_slack);
    below("equity", got.equity.0, &exact.equity, &exact.equity_slack);
    below("initial equity", got.initial_equity.0, &exact.initial_equity, &exact.initial_equity_slack);
    below("withdrawable equity", got.withdraw_equity.0, &exact.withdraw_equity, &exact.initial_equity_slack);
    (got, exact)
}

/// Shocks and marks of the board against the formulas.
fn board_agrees(board: &Board) {
    for u in board.underlyings.iter().filter(|u| u.is_listed()) {
        let shocks: Vec<BigInt> = u.shocks.iter().map(|s| BigInt::from(*s)).collect();
        assert_eq!(shocks, reference::shocks(u.price, u.params.scan_range.0, &board.scenarios));
    }
    for i in board.instruments.iter().filter(|i| i.is_listed()) {
        let u = board.underlying(i.underlying).unwrap();
        assert_eq!(BigInt::from(i.mark), reference::linear_mark(u.price, i.lot_units.0, i.basis));
    }
}

/// Several portfolios on one board.
fn compare(rng: &mut Rng, reach: Reach, portfolios: usize) {
    let mut world = World::random(rng, reach, 8);
    for _ in 0..portfolios {
        let most = rng.pick(&[2, 8, 64]);
        let portfolio = world.portfolio(rng, most);
        agree(&world.board, &portfolio);
    }
    board_agrees(&world.board);
}

/// I1, I2, I3.
#[test]
fn usual_boards_agree_with_the_exact_model() {
    cases(1_800, |rng| compare(rng, Reach::Usual, 6));
}

/// I1, I2, I3.
#[test]
fn legal_boards_agree_with_the_exact_model() {
    cases(1_800, |rng| compare(rng, Reach::Legal, 6));
}
