//! The model in integers against the exact one.

use super::{
    random::{Rng, cases},
    rational::{Q, ppm, whole},
    reference::{self, Exact},
    world::{NOW, Reach, World},
};
use crate::{
    Board, Portfolio, Purpose, Requirements,
    margin::{UnderlyingRisk, check},
};
use num_bigint::BigInt;
use num_traits::Zero;
use std::prelude::v1::*;

/// `exact ≤ got ≤ exact + slack`.
fn above(what: &str, got: i64, exact: &Q, slack: &Q) {
    let over = whole(got) - exact;
    assert!(over >= whole(0) && over <= *slack, "{what}: {got} is {over} above {exact}, allowed {slack}");
}

/// `exact − less ≤ got ≤ exact + more`.
fn around(what: &str, got: i64, exact: &Q, (more, less): &(Q, Q)) {
    above(what, got, &(exact - less), &(more + less));
}

/// `exact − slack ≤ got ≤ exact`.
fn below(what: &str, got: i64, exact: &Q, slack: &Q) {
    let under = exact - whole(got);
    assert!(under >= whole(0) && under <= *slack, "{what}: {got} is {under} below {exact}, allowed {slack}");
}

/// Compares every number of a check with the exact one.
pub fn agree(board: &Board, portfolio: &Portfolio) -> (Requirements, Exact) {
    agree_at(board, portfolio, NOW)
}

/// As [`agree`], at another time.
pub fn agree_at(board: &Board, portfolio: &Portfolio, now: i64) -> (Requirements, Exact) {
    let purpose = Purpose::Maintenance { now };
    let got = check(board, portfolio, purpose).unwrap();
    let exact = reference::check(board, portfolio, now);
    for x in &exact.underlyings {
        let u = board.underlying(x.index).unwrap();
        let risk = UnderlyingRisk::in_portfolio(board, u, portfolio, purpose).unwrap();
        let rows: Vec<BigInt> = risk.rows.iter().map(|r| BigInt::from(*r)).collect();
        assert_eq!(rows, x.rows, "rows of underlying {}", x.index);
        assert_eq!(BigInt::from(risk.delta), x.delta, "delta of underlying {}", x.index);
        // The worst row is the model's to the unit, and so is what no row shows.
        let worst = BigInt::from(risk.scan.get() - risk.extra.get());
        assert_eq!(worst, (&x.scan - &x.extra).ceil(), "worst row of underlying {}", x.index);
        assert_eq!(BigInt::from(risk.extra.get()), x.extra.ceil(), "extra of underlying {}", x.index);
        above("drift_u", risk.drift.get(), &x.drift, &x.drift_slack);
        above("surcharge_u", risk.surcharge.get(), &x.surcharge, &x.surcharge_slack);
        around("calendar_u", risk.calendar.get(), &x.calendar, &x.calendar_slack);
        above("concentration_u", risk.concentration.get(), &x.concentration, &x.concentration_slack);
        let short = x.short_minimum();
        around("short minimum_u", risk.short_minimum.get(), &short, &x.short_slack());
        // What it lacks, the charges that it counts have too much: all together are never below.
        let together = |scan: Q, rest: Q| &x.kept * scan + rest;
        let got = together(whole(risk.scan.get()), whole((risk.add_on().unwrap().get()) - risk.haircut.get()));
        let exact = together(x.scan.clone(), &x.calendar + &x.concentration + short);
        let exact = exact - &x.calendar_slack.1;
        assert!(got >= exact, "scan and charges of underlying {}: {got} below {exact}", x.index);
        above("order margin_u", risk.order_margin.get(), &x.order_margin, &x.order_slack);
        below("PnL_u", risk.pnl.get(), &x.pnl, &whole(1));
        below("token value_u", risk.token_value.get(), &x.token_value, &whole(1));
    }
    let maintenance_slack = exact.maintenance_slack();
    let ratio = ppm(board.params.initial_ratio.get());
    let initial_slack = &ratio * exact.stressed_slack() + whole(1) + &exact.order_slack;
    above("scan", got.scan.get(), &exact.scan, &exact.scan_slack);
    around("backing", got.backing.get(), &exact.backing, &(exact.equity_slack.clone(), exact.equity_slack.clone()));
    above("drift", got.drift.get(), &exact.drift, &exact.drift_slack);
    above("surcharge", got.surcharge.get(), &exact.surcharge, &exact.surcharge_slack);
    around("short minimum", got.short_minimum.get(), &exact.short_minimum, &exact.short_slack);
    around("calendar", got.calendar.get(), &exact.calendar, &exact.calendar_slack);
    above("concentration", got.concentration.get(), &exact.concentration, &exact.concentration_slack);
    above("haircut", got.haircut.get(), &exact.haircut, &exact.haircut_slack);
    above("order margin", got.order_margin.get(), &exact.order_margin, &exact.order_slack);
    let less = exact.calendar_slack.1.clone();
    let without_ramp = (exact.book_slack(), less.clone());
    around("maintenance now", got.maintenance_without_ramp().get(), &exact.maintenance_now, &without_ramp);
    assert!(got.expiry.get() >= 0 && got.expiry_initial.get() >= 0);
    around("maintenance", got.maintenance.get(), &exact.maintenance, &(maintenance_slack, less.clone()));
    around("initial", got.initial.get(), &exact.initial, &(initial_slack, ratio * less));
    below("equity", got.equity.get(), &exact.equity, &exact.equity_slack);
    below("initial equity", got.initial_equity.get(), &exact.initial_equity, &exact.initial_equity_slack);
    below("withdrawable equity", got.withdraw_equity.get(), &exact.withdraw_equity, &exact.initial_equity_slack);
    below("own cash", got.own_cash.get(), &exact.own_cash, &exact.equity_slack);
    (got, exact)
}

/// Shocks and marks of the board against the formulas.
fn board_agrees(board: &Board) {
    for u in board.underlyings.iter().filter(|u| u.is_listed()) {
        let shocks: Vec<BigInt> = u.shocks.iter().map(|s| BigInt::from(*s)).collect();
        assert_eq!(shocks, reference::shocks(u.price.get(), u.scan_range().get(), &board.scenarios));
        assert_eq!(BigInt::from(u.range_value.get()), (whole(u.price.get()) * ppm(u.scan_range().get())).ceil());
        let offset = match u.group {
            0 => 0,
            g => board.groups[usize::from(g) - 1].params.offset.get(),
        };
        // The charge on a hedge is no more than what a product group leaves of the range.
        let left = (whole(u.scan_range().get()) * (whole(1) - ppm(offset))).floor();
        assert_eq!(BigInt::from(u.calendar.get()), left.min(u.params.calendar.get().into()));
        let worst = |sign: i64| shocks.iter().map(|s| s * sign).max().unwrap().max(BigInt::zero());
        let stressed = |loss: BigInt| (whole(loss) * (whole(1) + ppm(u.surcharge.get()))).ceil();
        assert_eq!(BigInt::from(u.worst_long.get()), stressed(worst(1)));
        assert_eq!(BigInt::from(u.worst_short.get()), stressed(worst(-1)));
    }
    for i in board.instruments.iter().filter(|i| i.is_listed() && !i.is_option()) {
        let u = board.underlying(i.underlying).unwrap();
        assert_eq!(BigInt::from(i.mark.get()), reference::linear_mark(i, u.price.get()));
    }
}

/// Many portfolios on one board, whose prices move and whose arrays age.
fn compare(rng: &mut Rng, reach: Reach, portfolios: usize) {
    let mut world = World::random(rng, reach, 8);
    let windows = rng.chance(40);
    for _ in 0..portfolios {
        if windows && rng.chance(20) {
            world.fix_or_settle(rng);
        }
        let most = rng.pick(&[2, 2, 4, 8, 16, 64]);
        let portfolio = world.portfolio(rng, most);
        agree(&world.board, &portfolio);
    }
    board_agrees(&world.board);
}

/// I1, I2, I3.
#[test]
fn usual_boards_agree_with_the_exact_model() {
    cases(1_000, |rng| compare(rng, Reach::Usual, 50));
}

/// I1, I2, I3.
#[test]
fn legal_boards_agree_with_the_exact_model() {
    cases(1_000, |rng| compare(rng, Reach::Legal, 50));
}
