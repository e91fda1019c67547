//! The margin of a book of linear instruments, calls, puts and tokens, against the margin of its parts.

use super::{
    random::{Rng, cases},
    rational::{ppm, whole},
    world::{LAST, NOW, Reach, World, most_lots},
};
use crate::{
    Board, Instrument, Kind, Lots, MAX_INSTRUMENTS, Portfolio, Position, Ppm, QuoteNative, Requirements, RiskError,
    Scaled, TickValue, UnitPrice, UnitsPerLot,
    liquidation::Episode,
    margin::{UnderlyingRisk, check},
    math::RATIO_ONE,
    rule::{self, Trade},
    scenario::SPAN,
};
use bytemuck::Zeroable;
use core::cell::Cell;
use std::prelude::v1::*;

fn require(board: &Board, portfolio: &Portfolio) -> Requirements {
    check(board, portfolio, LAST).unwrap()
}

fn risks(board: &Board, portfolio: &Portfolio) -> Vec<UnderlyingRisk> {
    let of = |u: &crate::Underlying| UnderlyingRisk::in_portfolio(board, u, portfolio, LAST).unwrap();
    board.underlyings.iter().filter(|u| u.is_listed()).map(of).collect()
}

fn reach(rng: &mut Rng) -> Reach {
    rng.pick(&[Reach::Usual, Reach::Legal])
}

/// Most of a calendar charge that leaves two books together no dearer than apart: `4/3·(1 − c_g)·r`, what the range and its
/// first third add up to. Beyond it two outrights, each hedged in its product group, are dearer as a calendar spread, and
/// the charge of a book with options is no longer that of a linear one.
fn most_calendar(board: &Board, u: &crate::Underlying) -> u32 {
    let group = usize::from(u.group).checked_sub(1).map_or(0, |g| board.groups[g].params.offset.get());
    let range = u64::from(u.scan_range().get().min(950_000));
    (4 * u64::from(1_000_000 - group) * range / 3_000_000) as u32
}

/// A world in which nothing is charged for size, the scenarios look to both sides and calendar charges are no more than
/// netting bears.
pub fn nettable(rng: &mut Rng) -> World {
    let reach = reach(rng);
    let mut world = World::random(rng, reach, 6);
    world.board.scenarios = SPAN;
    for index in world.underlyings.clone() {
        let u = &mut world.board.underlyings[usize::from(index)];
        (u.params.concentration, u.crowding, u.params.crowding_cap) = (Ppm::ZERO, Ppm::ZERO, Ppm::ZERO);
        let most = most_calendar(&world.board, &world.board.underlyings[usize::from(index)]);
        let calendar = &mut world.board.underlyings[usize::from(index)].params.calendar;
        *calendar = Ppm::new(calendar.get().min(most));
        world.board.reprice(index).unwrap();
        world.refresh(rng, index);
    }
    world
}

/// What rounding may add to the maintenance margin of one of two books that are compared.
///
/// Of an underlying: two units of scanning risk (rows and extra), eight of the calendar charge (three products, of which the
/// row's counts twice, and their halves), three of the minimum for short options; two units of each token's haircut and one
/// of each group's benefit. An option's delta is cut to a whole unit of its underlying, once as a bucket and once as tilt: a
/// unit's calendar charge for each option held. Of what is settled within a day a unit's worst row and calendar charge, and
/// what no row shows.
pub fn rounding(board: &Board, portfolio: &Portfolio) -> i64 {
    let mut sum = 2 * portfolio.balances.len() as i64 + board.groups.len() as i64;
    sum += 13 * board.underlyings.iter().filter(|u| u.is_listed()).count() as i64;
    for p in portfolio.open() {
        let i = &board.instruments[usize::from(p.key.instrument())];
        let u = &board.underlyings[usize::from(i.underlying)];
        let unit = Scaled::new(u.price.get()).to_native_ceil(u.scale()).get();
        let calendar = (i128::from(unit) * i128::from(u.params.calendar.get()) / 1_000_000) as i64 + 1;
        if i.is_option() {
            sum += calendar;
        }
        if i.settles_at != 0 {
            let worst = Scaled::new(u.worst_long.max(u.worst_short).get()).to_native_ceil(u.scale()).get();
            sum += 2 * (worst + calendar) + 3;
        }
    }
    sum
}

/// A book cut in two anywhere, even into a long and a short of one instrument; each token goes to one of them.
fn cut(rng: &mut Rng, book: &Portfolio) -> (Portfolio, Portfolio) {
    let (mut one, mut other) = (*book, *book);
    for ((a, b), p) in one.positions.iter_mut().zip(&mut other.positions).zip(book.open()) {
        let size = p.lots.get().abs();
        b.lots = Lots::new((p.lots.get() - rng.range(-size, size)).clamp(-size, size));
        a.lots = Lots::new(p.lots.get() - b.lots.get());
    }
    for (a, b) in one.balances.iter_mut().zip(&mut other.balances) {
        *if rng.chance(50) { a } else { b } = Zeroable::zeroed();
    }
    (one, other)
}

/// I80.
#[test]
fn two_books_in_one_account_never_ask_for_more_than_apart() {
    cases(3_000, |rng| {
        let mut world = nettable(rng);
        let book = world.portfolio(rng, 64);
        let (one, other) = cut(rng, &book);
        let asked = |p: &Portfolio| require(&world.board, p).maintenance.get();
        let (together, apart) = (asked(&book), asked(&one) + asked(&other));
        assert!(together <= apart + rounding(&world.board, &book), "{together} > {apart}");
    });
}

/// I81: the book half way between two never asks for more than the two on average.
#[test]
fn margin_is_convex_in_the_lots_of_all_instruments_at_once() {
    cases(3_000, |rng| {
        let mut world = nettable(rng);
        let low = world.portfolio(rng, 48);
        let (mut middle, mut high) = (low, low);
        for ((m, h), p) in middle.positions.iter_mut().zip(&mut high.positions).zip(low.open()) {
            let most = world.instrument(p.key.instrument()).0.limits.max_position.get();
            let step = rng.range(-most - p.lots.get(), most - p.lots.get()) / 2;
            (m.lots, h.lots) = (Lots::new(p.lots.get() + step), Lots::new(p.lots.get() + 2 * step));
        }
        let board = &world.board;
        let [low, middle, high] = [low, middle, high].map(|p| (require(board, &p), rounding(board, &p)));
        let twice = |of: fn(&Requirements) -> i64| 2 * of(&middle.0) - of(&low.0) - of(&high.0);
        assert!(twice(|r| r.scan.get()) <= 2 * middle.1);
        assert!(twice(|r| r.maintenance.get()) <= 2 * middle.1);
    });
}

/// I82.
#[test]
fn a_group_with_options_asks_for_its_floor_at_least() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        let portfolio = world.portfolio(rng, 64);
        let floor = risks(&world.board, &portfolio).into_iter().map(|r| {
            let group = usize::from(world.board.underlyings[usize::from(r.index)].group);
            let c = group.checked_sub(1).map_or(0, |g| world.board.groups[g].params.offset.get());
            assert!(r.extra.get() >= 0 && r.extra <= r.scan);
            (whole(1) - ppm(c)) * whole(r.scan.get())
        });
        assert!(whole(require(&world.board, &portfolio).scan.get()) >= floor.sum());
    });
}

/// An option of a world whose array was made now, and a perpetual of one delta unit in the same underlying.
fn option_and_hedge(rng: &mut Rng, world: &mut World) -> Option<(u16, u16)> {
    let fresh = |index: &u16| {
        let i = &world.board.instruments[usize::from(*index)];
        i.is_option() && i.option.price > 0 && i.expiry > NOW
    };
    let options: Vec<u16> = world.instruments.iter().copied().filter(fresh).collect();
    let option = *options.get(rng.below(options.len().max(1)))?;
    let u = world.board.underlyings[usize::from(world.board.instruments[usize::from(option)].underlying)];
    let hedge = (0..MAX_INSTRUMENTS as u16).find(|n| !world.board.instruments[usize::from(*n)].is_listed())?;
    world.list(Instrument {
        lot_units: UnitsPerLot::new(1),
        delta_units: UnitsPerLot::new(1),
        tick_value: TickValue::new(1),
        limits: super::world::limits(Lots::new(most_lots(&u, 1).min(1 << 50))),
        generation: 1,
        underlying: u.index,
        index: hedge,
        kind: Kind::Perpetual as u8,
        ..Instrument::zeroed()
    });
    world.board.reprice(u.index).unwrap();
    let surface = &world.surfaces[&u.index];
    world.board.refresh_options(u.index, surface, [option].into_iter(), NOW).unwrap();
    Some((option, hedge))
}

/// I83: the loss or profit of a hedged book is of second order, `½·Γ·dS²`, Γ being the largest of this volatility on the way,
/// `1 / (√2π · F · σ√τ)`; to rounding: 2^-29 of the move in the option's delta, half a unit of delta in the hedge, two units
/// of each mark and of equity.
#[test]
fn between_refreshes_a_hedged_book_moves_in_second_order() {
    cases(4_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 1);
        let Some((option, hedge)) = option_and_hedge(rng, &mut world) else { return };
        let (i, u) = (world.board.instruments[usize::from(option)], *world.instrument(option).1);
        let lots = rng.log_range(1, i.limits.max_position.get()) * rng.pick(&[1, -1]);
        let delta = i.option.at(&i, &u, NOW).delta;
        let units = lots * i.lot_units.get();
        let against = -(i128::from(units) * i128::from(delta) + i128::from(RATIO_ONE / 2)).div_euclid(RATIO_ONE.into());
        let mut book = Portfolio::zeroed();
        book.slot(&i).unwrap().lots = Lots::new(lots);
        book.slot(&world.board.instruments[usize::from(hedge)]).unwrap().lots = Lots::new(against as i64);

        let equity = |world: &World| require(&world.board, &book).equity.get();
        let before = equity(&world);
        let most = (u.max_price.get() - u.price.get()).min(u.price.get() - 1).min(u.price.get() / 2);
        if most < 1 {
            return;
        }
        let moved = rng.log_range(1, most) * rng.pick(&[1, -1]);
        world.reprice(u.index, u.price.get() + moved);
        let change = ((equity(&world) - before) << u.scale()).unsigned_abs() as f64;

        let t = &i.option;
        let spread = f64::from(t.volatility.get()) / 1e6 * ((i.expiry - NOW) as f64 / 31_536_000.0).sqrt();
        let least = (i.lot_units.get() * u.price.min(UnitPrice::new(u.price.get() + moved)).get() + t.carry.min(0))
            .max(1) as f64;
        let gamma = 1.0 / ((2.0 * core::f64::consts::PI).sqrt() * least * spread);
        let lot_moved = (i.lot_units.get() * moved).abs() as f64;
        let of_lot = gamma * lot_moved * lot_moved / 2.0 + lot_moved / f64::from(1 << 29) + 2.0 + least / 1e12;
        let bound = lots.abs() as f64 * of_lot + moved.abs() as f64 + f64::from(2 << u.scale());
        assert!(change <= bound, "{change} of {bound}, {moved} from {}", u.price);
    });
}

/// I83: from one price to the next a mark moves by at most the lot, and the turn of delta that a step of the relative move
/// (2^-20) makes on the whole move; drift by the turn of a lot, to its rounding: 2^-14 of a lot and 2^10 units.
#[test]
fn between_refreshes_marks_and_drift_have_no_jumps() {
    cases(4_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 1);
        let Some((option, _)) = option_and_hedge(rng, &mut world) else { return };
        let i = world.board.instruments[usize::from(option)];
        let mut u = *world.instrument(option).1;
        let (made_at, most) = (u.price, u.max_price.max(UnitPrice::new(3)).get() - 1);
        let mut at = |price: i64| {
            u.price = UnitPrice::new(price);
            i.option.at(&i, &u, NOW)
        };
        let step = rng.pick(&[1, -1]);
        let price = match rng.below(3) {
            0 => made_at,
            1 => UnitPrice::new(made_at.get() + rng.range(-made_at.get() / 10, made_at.get() / 10)),
            _ => UnitPrice::new(rng.range(1, most)),
        };
        let price = price.clamp(UnitPrice::new(2), UnitPrice::new(most));
        let (a, b) = (at(price.get()), at(price.get() + step));
        let lot = i.lot_units.get() as f64;
        let turn = i.option.gamma as f64 / 65_536.0 * (1.0 / made_at.get() as f64 + 1.0 / f64::from(1 << 20));
        let moved = (price.get() - made_at.get()).abs() as f64 + 1.0;
        let jump = (b.mark - a.mark).abs() as f64;
        assert!(jump <= lot * (1.0 + moved * turn.min(2.0) / 2.0 + moved / f64::from(1 << 29)) + 4.0, "{jump}");
        let jump = (b.drift - a.drift).abs() as f64;
        let turn = i.option.turn as f64 / f64::from(1 << 30) + 1.0 / f64::from(1 << 14);
        assert!(jump <= lot * turn + f64::from(1 << 10) * turn.max(1.0) + 4.0, "{jump}");
    });
}

/// I84: scanning risk is rounded up twice in an underlying, rows and extra, so n books are at most 2·n units dearer than one n
/// times as large, and never cheaper.
#[test]
fn a_book_with_options_n_times_as_large_scans_n_times_as_much() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut larger = world.portfolio(rng, 48);
        larger.balances = Zeroable::zeroed();
        let n = rng.range(2, 1_000);
        let mut book = larger;
        for (p, larger) in book.positions.iter_mut().zip(&mut larger.positions) {
            p.lots = Lots::new(p.lots.get() / n);
            larger.lots = Lots::new(p.lots.get() * n);
        }
        for (one, many) in risks(&world.board, &book).iter().zip(&risks(&world.board, &larger)) {
            assert_eq!(one.rows.map(|r| r * n), many.rows);
            assert!((0..2 * n).contains(&(one.scan.get() * n - many.scan.get())), "{} {}", one.scan, many.scan);
            assert!((0..n).contains(&(one.extra.get() * n - many.extra.get())));
        }
    });
}

/// I85.
#[test]
fn positions_in_any_order_make_one_book() {
    cases(1_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 6);
        let book = world.portfolio(rng, 64);
        let mut positions: Vec<Position> = book.open().to_vec();
        rng.shuffle(&mut positions);
        let mut again = Portfolio { positions: Zeroable::zeroed(), position_count: 0, ..book };
        for p in positions {
            *again.slot(world.instrument(p.key.instrument()).0).unwrap() = p;
        }
        rng.shuffle(&mut again.balances);
        assert_eq!(again.positions, book.positions);
        assert_eq!(require(&world.board, &again), require(&world.board, &book));
    });
}

/// I86.
#[test]
fn an_option_without_lots_changes_nothing() {
    cases(1_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let mut book = world.portfolio(rng, 16);
        let before = require(&world.board, &book);
        for index in world.instruments.clone() {
            if rng.chance(60) {
                let _ = book.slot(world.instrument(index).0);
            }
        }
        assert_eq!(require(&world.board, &book), before);
    });
}

/// I87: a row that counts, with any weight, never asks for less than the same row with next to none (but for the calendar
/// charge, which is what the scan does not show). Its price is a node of the convexity gap in both tables: one with a price
/// less would hide more between its neighbours and ask for more.
#[test]
fn a_row_that_counts_never_lowers_margin() {
    cases(1_500, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 4);
        let book = world.portfolio(rng, 48);
        let instrument = |index: &u16| &world.board.instruments[usize::from(*index)];
        if world.held(&book).iter().any(|i| instrument(i).is_option() && instrument(i).expiry <= NOW) {
            return; // no refresh would take the table's new weights into its array
        }
        for u in &mut world.board.underlyings {
            u.params.calendar = Ppm::ZERO;
        }
        let row = rng.below(SPAN.len());
        let weights = [1, rng.range(1, 1_000_000), 1_000_000].map(|w| Ppm::new(w as u32));
        let asked = weights.map(|weight| {
            world.board.scenarios[row].weight = weight;
            for index in world.underlyings.clone() {
                world.board.reprice(index).unwrap();
                let fresh = |i: &u16| world.board.instruments[usize::from(*i)].expiry > NOW;
                let list: Vec<u16> = world.options(index).into_iter().filter(fresh).collect();
                world.board.refresh_options(index, &world.surfaces[&index], list.into_iter(), NOW).unwrap();
            }
            require(&world.board, &book)
        });
        // Every part is rounded up from a sum that does not fall; the parts' roundings are not in step.
        // A row of next to no weight is one unit of the scale for every delta unit and lot, however little it weighs.
        let grain = |p: &Position| {
            let (i, u) = world.instrument(p.key.instrument());
            ((p.lots.get().abs().max(p.bid_lots.get()).max(p.ask_lots.get()) * (i.lot_units.get() + 1)) >> u.scale())
                + 1
        };
        let tokens: i64 = book.balances.iter().map(|b| (b.amount / 2) as i64).sum();
        let slack = rounding(&world.board, &book) + book.open().iter().map(grain).sum::<i64>() + tokens;
        let [without, part, all] = asked;
        for with in [part, all] {
            let falls = |without: QuoteNative, with: QuoteNative| i128::from(without.get()) - i128::from(with.get());
            assert!(falls(without.scan, with.scan) <= i128::from(slack));
            // A put's order is a call's less the forward's, each with a grain of its own.
            assert!(falls(without.order_margin, with.order_margin) <= 2 * i128::from(slack));
            // The concentration charge is at most κ · cap + crowding = 2 · 4 + 1 times the scan, its roundings included.
            assert!(falls(without.maintenance, with.maintenance) <= 10 * i128::from(slack));
            assert!(falls(without.initial, with.initial) <= 40 * i128::from(slack));
        }
    });
}

/// I88: whatever is listed and held within its bounds. E_init ≤ equity because a profit cap only takes off and the stable
/// price's charge is not negative; E_withdraw ≤ E_init because a profit cap is not negative either.
#[test]
fn with_options_too_requirements_and_equities_are_in_order() {
    cases(2_000, |rng| {
        let reach = reach(rng);
        let mut world = World::random(rng, reach, 8);
        let book = world.portfolio(rng, 48);
        let r = require(&world.board, &book);
        assert!(r.maintenance.get() >= 0 && r.initial >= r.maintenance);
        assert!(r.withdraw_equity <= r.initial_equity && r.initial_equity <= r.equity);
        for risk in risks(&world.board, &book) {
            assert!(risk.profit_limit.get() >= 0 && risk.stable_charge.get() >= 0);
            let parts = [risk.scan, risk.extra, risk.surcharge, risk.short_minimum, risk.calendar, risk.concentration];
            assert!(parts.iter().all(|part| part.get() >= 0));
        }
    });
}

/// A trade of an account at the mark: a part of a position, all of it, or anything.
fn trade(rng: &mut Rng, world: &World, book: &Portfolio) -> Option<(Portfolio, Trade)> {
    let index = rng.pick(&world.held(book));
    let (i, u) = world.instrument(index);
    let held = book.lots(i).get();
    let lots = match rng.below(4) {
        0 => rng.log_range(1, i.limits.max_position.get()) * rng.pick(&[1, -1]),
        1 => -held,
        _ => -held.signum() * rng.log_range(1, held.abs()),
    };
    let mark = QuoteNative::new(Scaled::new(lots * i.mark_at(u, NOW).get()).to_native_floor(u.scale()).get());
    let fill = world.fill_near_mark(rng, index, lots);
    let mut after = *book;
    after.fill(i, u, fill).ok()?;
    let cost = fill.value.minus(mark).unwrap();
    Some((after, Trade { underlying: u.index, now: NOW, fees: QuoteNative::ZERO, cost, filled: true }))
}

/// I89.
#[test]
fn reductions_of_options_never_end_with_more_to_ask_for() {
    let reductions = Cell::new(0);
    cases(1_500, |rng| {
        let mut world = World::random(rng, Reach::Usual, 3);
        let mut book = world.portfolio(rng, 12);
        let board = &world.board;
        let r = require(board, &book);
        // Somewhere between bankrupt and initial margin.
        book.cash =
            QuoteNative::new(book.cash.get() + (r.maintenance.get() / 100 * rng.range(-10, 120) - r.equity.get()));
        let start = require(board, &book);
        for _ in 0..24 {
            if world.held(&book).is_empty() {
                break;
            }
            let Some((after, trade)) = trade(rng, &world, &book) else { continue };
            let covered = rule::require_initial(board, &after, NOW).is_ok();
            match rule::after_trade(board, &book, &after, &Episode::default(), &trade) {
                Ok(now) if !covered => {
                    let was = require(board, &book);
                    assert!(now.maintenance <= was.maintenance && now.initial <= was.initial);
                    book = after;
                    reductions.set(reductions.get() + 1);
                }
                Ok(_) => {}
                Err(RiskError::Bankrupt { equity }) => assert!(equity <= 0),
                Err(_) => assert!(!covered),
            }
        }
        let end = require(board, &book);
        assert!(end.maintenance <= start.maintenance && end.initial <= start.initial);
        assert!(end.health().unwrap() >= start.health().unwrap());
    });
    assert!(reductions.get() == 0 || reductions.get() > 500, "only {} reductions", reductions.get());
}
