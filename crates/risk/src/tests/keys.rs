//! What a thief of the risk authority's key does to random books at initial margin, in hours.

use super::{
    random::cases,
    world::{NOW, Reach, World},
};
use crate::{
    Portfolio, Ppm, Purpose,
    margin::check,
    range::{MOST_RAISE, TIGHTENING_SECONDS},
};
use std::{prelude::v1::*, println, sync::Mutex};

const HOUR: i64 = 3_600;

/// Maintenance margin of a book with every scan range a ratio of what it was, the arrays of options made anew.
fn maintenance(world: &mut World, was: &[Ppm], portfolio: &Portfolio, ratio: f64) -> i64 {
    for (n, index) in world.underlyings.clone().into_iter().enumerate() {
        let raised = Ppm::new((f64::from(was[n].get()) * ratio).ceil().min(1e6) as u32);
        let u = &mut world.board.underlyings[usize::from(index)];
        (u.range.maintenance, u.range.initial) = (raised, raised);
        world.board.reprice(index).unwrap();
        world.refresh_at(index, NOW);
    }
    check(&world.board, portfolio, Purpose::Maintenance { now: NOW }).unwrap().maintenance.get()
}

/// Ratio of the least range in force after so many hours of raises as far and as early as the key may.
fn raised(hours: i64) -> f64 {
    let step = 1.0 + f64::from(MOST_RAISE.get()) / 1e6;
    let (series, rest) = (hours * HOUR / TIGHTENING_SECONDS, hours * HOUR % TIGHTENING_SECONDS);
    step.powi(series as i32) * (1.0 + (step - 1.0) * rest as f64 / TIGHTENING_SECONDS as f64)
}

/// I554. A thief of the risk authority's key raises every scan range as far as he may. An outright at initial margin (1.25 times
/// maintenance margin) can be liquidated after 28 hours, the worst of random books whose legs live as long after 14: options of a
/// day far from the money. None in the twelve hours in which the admin takes all of it back.
#[test]
fn a_stolen_risk_key_liquidates_no_book_at_initial_margin_in_twelve_hours() {
    let outright = (1..).find(|hours| raised(*hours) > 1.25);
    let found = Mutex::new(Vec::new());
    cases(300, |rng| {
        let mut world = World::random(rng, Reach::Usual, 3);
        let portfolio = world.portfolio(rng, 12);
        let ranges = |u: &u16| world.board.underlyings[usize::from(*u)].scan_range();
        let was: Vec<Ppm> = world.underlyings.iter().map(ranges).collect();
        let before = maintenance(&mut world, &was, &portfolio, 1.0);
        // Ten dollars: below, units of rounding count.
        if before < 10_000_000 {
            return;
        }
        let legs =
            portfolio.positions.iter().filter(|p| !p.lots.is_zero()).map(|p| world.instrument(p.key.instrument()).0);
        let ends = legs.filter(|i| i.settled == 0).map(|i| i.settles_at).filter(|at| *at != 0).min();
        let lives = ends.map_or(i64::MAX, |at| (at - NOW) / HOUR);
        let initial = i128::from(before) * 125 / 100;
        let mut hours = 1..=lives.min(60);
        let hours = hours.find(|h| i128::from(maintenance(&mut world, &was, &portfolio, raised(*h))) > initial);
        found.lock().unwrap().extend(hours);
    });
    let mut found = found.into_inner().unwrap();
    found.sort_unstable();
    println!("an outright: {outright:?} hours; books: {found:?}");
    assert_eq!(outright, Some(28));
    assert!(found.first().is_none_or(|hours| *hours > 12), "{found:?}");
}
