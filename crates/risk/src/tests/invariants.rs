//! Properties of the margin model that hold for every board and portfolio.

use super::{
    random::{Rng, cases},
    rational::{ppm, whole},
    reference,
    world::{LAST, NOW, Reach, World},
};
use crate::{
    Board, Lots, MAX_HELD, Margin, Portfolio, QuoteNative, Requirements, RiskError, Scaled, Side, Ticks,
    guard::UnderlyingSet,
    liquidation::Episode,
    margin::{UnderlyingRisk, breakdown, check, check_changed, order_only_adds, rows_left},
    rule::{self, Trade},
};
use bytemuck::Zeroable;
use core::cell::Cell;
use std::prelude::v1::*;

fn reach(rng: &mut Rng) -> Reach {
    rng.pick(&[Reach::Usual, Reach::Legal])
}

fn require(board: &Board, portfolio: &Portfolio) -> Requirements {
    check(board, portfolio, LAST).unwrap()
}

fn risks(board: &Board, portfolio: &Portfolio) -> Vec<UnderlyingRisk> {
    let of = |u: &crate::Underlying| UnderlyingRisk::in_portfolio(board, u, portfolio, LAST).unwrap();
    board.underlyings.iter().filter(|u| u.is_listed()).map(of).collect()
}

/// Each position and each token of a portfolio in one of its own.
pub fn legs(portfolio: &Portfolio) -> Vec<Portfolio> {
    let mut legs = Vec::new();
    for p in portfolio.open() {
        let mut leg = Portfolio::zeroed();
        leg.positions[0] = *p;
        leg.position_count = 1;
        legs.push(leg);
    }
    for b in portfolio.balances.iter().filter(|b| b.amount > 0) {
        let mut leg = Portfolio::zeroed();
        leg.balances[0] = *b;
        legs.push(leg);
    }
    legs
}

/// I4.
#[test]
fn netting_never_costs_more_than_the_legs() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        // A table that looks to one side only would make a hedge's calendar charge dearer than the side it takes off.
        world.use_spans_table(rng);
        let portfolio = world.portfolio(rng, 64);
        let together = require(&world.board, &portfolio);
        let apart: Vec<_> = legs(&portfolio).iter().map(|leg| require(&world.board, leg)).collect();
        let sum = |of: fn(&Requirements) -> i64| -> i64 { apart.iter().map(of).sum() };
        assert!(together.scan.get() <= sum(|r| r.scan.get()));
        assert!(together.order_margin.get() <= sum(|r| r.order_margin.get()));
        // Concentration aside, which two legs may have and neither alone.
        for u in world.underlyings.clone() {
            let u = &mut world.board.underlyings[usize::from(u)];
            u.params.concentration = crate::Ppm::ZERO;
            u.crowding = crate::Ppm::ZERO;
        }
        let together = require(&world.board, &portfolio).maintenance.get();
        let apart: i64 = legs(&portfolio).iter().map(|leg| require(&world.board, leg).maintenance.get()).sum();
        // A calendar charge is rounded up where the legs' scans are not.
        let rounding = 5 * risks(&world.board, &portfolio).len() as i64;
        assert!(together <= apart + rounding, "{together} together, {apart} apart");
    });
}

/// I5.
#[test]
fn a_merger_creates_no_scanning_risk() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        let whole = world.portfolio(rng, 64);
        let (mut one, mut other) = (whole, whole);
        for ((a, b), p) in one.positions.iter_mut().zip(&mut other.positions).zip(whole.open()) {
            // Cut the lots anywhere, even into a long and a short.
            a.lots = Lots::new(rng.range(-p.lots.get().abs(), p.lots.get().abs()));
            b.lots = Lots::new((p.lots.get() - a.lots.get()).clamp(-p.lots.get().abs(), p.lots.get().abs()));
            a.lots = Lots::new(p.lots.get() - b.lots.get());
        }
        other.balances = Zeroable::zeroed();
        let scan = |p: &Portfolio| require(&world.board, p).scan.get();
        // The benefits of the parts are rounded down by less than one unit a group, the rows up by one an underlying.
        let rounding = 2 * (world.underlyings.len() as i64 + 8);
        assert!(scan(&whole) <= scan(&one) + scan(&other) + rounding);
    });
}

/// I6.
#[test]
fn scanning_risk_is_convex_in_lots() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut portfolio = world.portfolio(rng, 16);
        let Some(&index) = world.held(&portfolio).first() else { return };
        let (i, u) = world.instrument(index);
        let slot = portfolio.search(crate::PositionKey::of(i)).unwrap();
        let most = i.limits.max_position.get();
        let step = rng.range(0, most);
        let middle = rng.range(step - most, most - step);
        let mut at = |lots: i64| {
            portfolio.positions[slot].lots = Lots::new(lots);
            let rows = UnderlyingRisk::in_portfolio(&world.board, u, &portfolio, LAST).unwrap().rows;
            (rows.iter().copied().max().unwrap().max(0), require(&world.board, &portfolio).scan.get())
        };
        let (low, mid, high) = (at(middle - step), at(middle), at(middle + step));
        assert!(2 * i128::from(mid.0) <= i128::from(low.0) + i128::from(high.0));
        let rounding = 2 * (world.underlyings.len() as i64 + 8);
        assert!(2 * i128::from(mid.1) <= i128::from(low.1) + i128::from(high.1) + i128::from(rounding));
    });
}

/// I7.
#[test]
fn a_group_stays_between_its_floor_and_the_sum() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        let portfolio = world.portfolio(rng, 64);
        let total = require(&world.board, &portfolio).scan.get();
        let risks = risks(&world.board, &portfolio);
        let sum: i64 = risks.iter().map(|r| r.scan.get()).sum();
        let floor = risks.iter().map(|r| {
            let group = world.board.underlyings[usize::from(r.index)].group;
            let c = if group == 0 { 0 } else { world.board.groups[usize::from(group) - 1].params.offset.get() };
            (whole(1) - ppm(c)) * whole(r.scan.get())
        });
        assert!(total <= sum);
        assert!(whole(total) >= floor.sum());
    });
}

/// I8.
#[test]
fn a_portfolio_n_times_as_large_has_rows_n_times_as_large() {
    cases(1_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut portfolio = world.portfolio(rng, 32);
        let n = rng.range(2, 1_000);
        for p in &mut portfolio.positions {
            p.lots = Lots::new(p.lots.get() / n);
            p.quote = QuoteNative::new(p.quote.get() / n);
        }
        for b in &mut portfolio.balances {
            let unit = world.board.tokens[usize::from(b.token)].atoms_per_unit.max(1);
            b.amount = b.amount / n as u64 / unit * unit;
        }
        let mut larger = portfolio;
        for p in &mut larger.positions {
            p.lots = Lots::new(p.lots.get() * n);
            p.quote = QuoteNative::new(p.quote.get() * n);
        }
        for b in &mut larger.balances {
            b.amount *= n as u64;
        }
        for (one, many) in risks(&world.board, &portfolio).iter().zip(&risks(&world.board, &larger)) {
            // The delta of an option's position is rounded down to a unit.
            assert!(one.delta * n <= many.delta && one.delta * n >= many.delta - 32 * n);
            assert_eq!(one.rows.map(|r| r * n), many.rows);
            // In whole quote-native the smaller portfolio is rounded up, the worst row and what no row shows, so n of it are
            // never cheaper.
            assert!(one.scan.get() * n >= many.scan.get() && one.scan.get() * n < many.scan.get() + 2 * n);
        }
    });
}

/// I9.
#[test]
fn the_order_of_insertion_changes_nothing() {
    cases(1_000, |rng| {
        let reach = reach(rng);
        let world = World::random(rng, reach, 8);
        let mut acts: Vec<(u16, Option<crate::Fill>, u64)> = Vec::new();
        for &index in &world.instruments {
            if rng.chance(60) && acts.len() < MAX_HELD {
                let most = world.instrument(index).0.limits.max_position.get();
                let lots = rng.log_range(1, most) * rng.pick(&[1, -1]);
                acts.push((index, Some(world.fill_near_mark(rng, index, lots)), 0));
            }
        }
        for &token in &world.tokens {
            acts.push((token, None, rng.log_range(1, 1 << 20) as u64));
        }
        let run = |acts: &[(u16, Option<crate::Fill>, u64)]| {
            let mut portfolio = Portfolio::zeroed();
            for (index, fill, amount) in acts {
                match fill {
                    Some(fill) => {
                        let (i, u) = world.instrument(*index);
                        portfolio.fill(i, u, *fill).unwrap();
                    }
                    None => {
                        let terms = world.board.token(*index).unwrap();
                        let u = world.board.underlying(terms.underlying).unwrap();
                        let _ = portfolio.credit(*index, terms, u, *amount);
                    }
                }
            }
            portfolio
        };
        let first = run(&acts);
        rng.shuffle(&mut acts);
        let second = run(&acts);
        assert!(first.open().windows(2).all(|w| w[0].key < w[1].key));
        assert_eq!(first.positions, second.positions);
        assert_eq!(require(&world.board, &first), require(&world.board, &second));
    });
}

/// I10.
#[test]
fn an_empty_position_changes_nothing() {
    cases(1_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut portfolio = world.portfolio(rng, 16);
        let before = require(&world.board, &portfolio);
        for &index in &world.instruments {
            let u = world.instrument(index).1.index;
            let held = portfolio.open().iter().any(|p| p.key.underlying() == u);
            // An instrument of an underlying that is not held would bring its price into the check, no more.
            if rng.chance(70) || held {
                let _ = portfolio.slot(world.instrument(index).0);
            }
        }
        assert_eq!(require(&world.board, &portfolio), before);
    });
}

/// I11, I12.
#[test]
fn requirements_and_equities_are_in_order() {
    cases(3_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        let portfolio = world.portfolio(rng, 32);
        let r = require(&world.board, &portfolio);
        assert!(r.maintenance.get() >= 0 && r.initial >= r.maintenance);
        assert!(r.withdraw_equity <= r.initial_equity && r.initial_equity <= r.equity);
        for part in [r.scan, r.calendar, r.concentration, r.haircut, r.order_margin] {
            assert!(part.get() >= 0);
        }
    });
}

/// I13. Of the book as it is: what settlements leave of it is another sum.
#[test]
fn a_check_is_the_sum_of_its_underlyings() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        world.board.next_settlement = 0;
        let portfolio = world.portfolio(rng, 64);
        let board = &world.board;
        let whole = require(board, &portfolio);
        for &index in &world.underlyings {
            let one = UnderlyingSet::one(index);
            let mut others = Margin::default();
            others.measure(board, &portfolio, LAST, UnderlyingSet::ALL.except(one)).unwrap();
            assert_eq!(check_changed(&others, board, &portfolio, LAST, one).unwrap(), whole);
        }
    });
}

/// I94: the whole breakdown says what the check says, and its parts are the underlyings held, each once.
#[test]
fn the_breakdown_and_the_check_say_the_same() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        let size = rng.below(64);
        let portfolio = world.portfolio(rng, size);
        let (mut seen, mut value) = (Vec::new(), portfolio.cash.get() - portfolio.accrued_interest.get());
        let whole = breakdown(&world.board, &portfolio, LAST, |u, risk| {
            seen.push(u.index);
            value += risk.token_value.get() + risk.pnl.get();
            assert_eq!(*risk, UnderlyingRisk::in_portfolio(&world.board, u, &portfolio, LAST).unwrap());
        });
        let whole = whole.unwrap();
        assert_eq!((whole, whole.equity.get()), (require(&world.board, &portfolio), value));
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    });
}

/// A random trade of an account, as an order would make it: `None` if there was none to make.
fn random_trade(rng: &mut Rng, world: &World, portfolio: &Portfolio) -> Option<(Portfolio, Trade)> {
    let held = world.held(portfolio);
    let index = rng.pick(&held);
    let (i, u) = world.instrument(index);
    let now = portfolio.lots(i).get();
    let lots = match rng.below(4) {
        0 => rng.log_range(1, i.limits.max_position.get()) * rng.pick(&[1, -1]),
        1 => -now,
        _ => -now.signum() * rng.log_range(1, now.abs()),
    };
    let fill = world.fill_near_mark(rng, index, lots);
    let mark_value = Scaled::new(lots.abs() * i.mark_at(u, NOW).get()).to_native_floor(u.scale());
    let size = fill.value.get().abs();
    let cost = QuoteNative::new(if lots > 0 { size - mark_value.get() } else { mark_value.get() - size });
    let fees = QuoteNative::new(size / rng.range(1_000, 10_000) * rng.pick(&[1, 1, -1]));
    let mut after = *portfolio;
    after.fill(i, u, fill).ok()?;
    after.cash = QuoteNative::new(after.cash.get() - fees.get());
    Some((after, Trade { underlying: u.index, now: NOW, fees, cost, filled: true }))
}

/// I35, I503.
#[test]
fn a_series_of_reductions_never_ends_with_more_to_ask_for() {
    let reductions = Cell::new(0);
    cases(1_500, |rng| {
        let mut world = World::random(rng, Reach::Usual, 4);
        let mut portfolio = world.portfolio(rng, 12);
        let board = &world.board;
        let r = require(board, &portfolio);
        // Somewhere between bankrupt and initial margin.
        let target = r.maintenance.get() / 100 * rng.range(-10, 120);
        portfolio.cash = QuoteNative::new(portfolio.cash.get() + target - r.equity.get());
        let start = require(board, &portfolio);
        let rows = risks(board, &portfolio);
        let mut health = start.health().unwrap().get();
        let mut ramped = false;
        for _ in 0..24 {
            if world.held(&portfolio).is_empty() {
                break;
            }
            let Some((after, trade)) = random_trade(rng, &world, &portfolio) else { continue };
            let initial = rule::require_initial(board, &after, NOW);
            match rule::after_trade(board, &portfolio, &after, &Episode::default(), &trade) {
                Ok(_) if initial.is_err() => {
                    if !require(board, &portfolio).expiry.is_zero() {
                        let u = board.underlying(trade.underlying).unwrap();
                        let [was, is] = [&portfolio, &after].map(|p| rows_left(board, u, p, NOW).unwrap());
                        assert!(is.iter().zip(&was).all(|(is, was)| *is <= (*was).max(0)));
                        ramped = true;
                    }
                    portfolio = after;
                    health -= trade.fees.get();
                    reductions.set(reductions.get() + 1);
                }
                Ok(_) => {}
                Err(RiskError::Bankrupt { equity }) => assert!(equity <= 0),
                Err(_) => assert!(initial.is_err()),
            }
        }
        let end = require(board, &portfolio);
        assert!(end.maintenance <= start.maintenance && end.initial <= start.initial);
        assert!(end.health().unwrap().get() >= health);
        if ramped {
            return;
        }
        for (is, was) in risks(board, &portfolio).iter().zip(&rows) {
            assert!(is.rows.iter().zip(&was.rows).all(|(is, was)| (*is).max(0) <= (*was).max(0)));
            // What no row shows may grow, as long as maintenance margin does not.
            assert!(is.scan.get() - is.extra.get() <= was.scan.get() - was.extra.get());
        }
    });
    assert!(reductions.get() == 0 || reductions.get() > 500, "only {} reductions", reductions.get());
}

/// I11, I12: and not by its roundings alone.
#[test]
fn the_exact_requirements_and_equities_are_in_order_too() {
    cases(200, |rng| {
        let mut world = World::random(rng, Reach::Legal, 4);
        let portfolio = world.portfolio(rng, 16);
        let exact = reference::check(&world.board, &portfolio, NOW);
        assert!(exact.initial >= exact.maintenance);
        assert!(exact.withdraw_equity <= exact.initial_equity && exact.initial_equity <= exact.equity);
    });
}

/// I275: an order of which it is said that it only adds lowers no margin; and of others some do.
#[test]
fn an_order_that_only_adds_lowers_no_margin() {
    let (lowered, added) = (Cell::new(0), Cell::new(0));
    cases(2_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut portfolio = world.portfolio(rng, 8);
        for index in world.held(&portfolio) {
            for _ in 0..3 {
                world.order(rng, &mut portfolio, index);
            }
        }
        for index in world.held(&portfolio) {
            let (i, u) = world.instrument(index);
            let (Ok((low, high)), side) = (i.band(u, NOW), rng.pick(&Side::BOTH)) else { continue };
            let price = Ticks::new(rng.range(low.get(), high.get().max(low.get())));
            let was = require(&world.board, &portfolio).initial;
            let mut after = portfolio;
            let position = after.slot(i).unwrap();
            let adds = order_only_adds(u, i, position, side, price, NOW).unwrap();
            let (Ok(value), lots) = (i.value_at(Lots::new(1), price), Lots::new(1)) else { continue };
            if position.add_order(side, false, lots, value).is_err() || position.require_within_limit(i).is_err() {
                continue;
            }
            let is = require(&world.board, &after).initial;
            assert!(!adds || is >= was, "{is:?} {was:?}");
            lowered.set(lowered.get() + u32::from(is < was));
            added.set(added.get() + u32::from(adds));
        }
    });
    assert!(added.get() > 100 && lowered.get() > 10, "{} only add, {} lowered", added.get(), lowered.get());
}

/// I277: what a penalty may take leaves an account where it is against maintenance margin, and its cash positive.
#[test]
fn a_penalty_leaves_an_account_at_maintenance_margin() {
    let spared = Cell::new(0);
    cases(500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut portfolio = world.portfolio(rng, 8);
        world.move_prices(rng);
        let spare = rule::spare_cash(&world.board, &portfolio, NOW).unwrap();
        let before = require(&world.board, &portfolio);
        assert!(spare.get() >= 0 && spare.get() <= portfolio.cash.get().max(0));
        portfolio.cash = portfolio.cash.minus(spare).unwrap();
        let after = require(&world.board, &portfolio);
        assert_eq!(after.maintenance, before.maintenance);
        assert!(spare.get() == 0 || !after.is_liquidatable());
        spared.set(spared.get() + u32::from(spare.get() > 0 && spare < before.equity));
    });
    assert!(spared.get() > 50, "{}", spared.get());
}
