//! Random instructions of several traders, keepers and authorities, of every kind and on every kind of instrument; after each
//! step everything that must always hold (I200, I210 to I213, I220 to I222, I226, I227, I233, I264, I330, I350).
//!
//! `BALLAST_STEPS` asks for more steps than a test run takes, `BALLAST_SEED` for other sequences. What fails says how to come
//! back to it, and prints the instructions that led there.

mod blocks;
mod cash;
mod default;
mod governance;
mod lifecycle;
mod liquidation;
mod on_book;
mod orders;
mod prices;
mod refusals;
mod source;
mod tally;
mod world;

use ballast_client::BallastError as E;
use std::sync::Mutex;
use std::thread;
use tally::Tally;
use world::World;

/// Steps of a test run.
const STEPS: u64 = 20_000;
/// Steps of one exchange: the next starts afresh, with another seed.
const STEPS_OF_A_WORLD: u64 = 1_000;
/// The first seed.
const SEED: u64 = 0x0BA1_1A57;

#[test]
fn whatever_happens_the_books_balance_and_nobody_takes_risk_without_margin() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let steps = asked("BALLAST_STEPS").unwrap_or(STEPS);
    let first = asked("BALLAST_SEED").unwrap_or(SEED);
    let worlds = Mutex::new((first..).zip((0..steps).step_by(STEPS_OF_A_WORLD as usize)));
    let done = Mutex::new(Tally::default());
    // Worlds have nothing in common: as many at a time as there are cores.
    let cores = thread::available_parallelism().map_or(1, |n| n.get());
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((seed, start)) = { worlds.lock().unwrap().next() } {
                    let mut world = World::new(seed);
                    for _ in 0..STEPS_OF_A_WORLD.min(steps - start) {
                        world.step();
                    }
                    world.end();
                    done.lock().unwrap().add(world.tally());
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    println!("{done:#?}");
    if steps >= STEPS {
        done.assert_happened(&WHAT_HAPPENS, &REFUSED);
        done.assert_at_least(DEFAULTS_ENDED, &["release", "seize", "wind down seized"]);
    }
}

/// How often a default must have gone each of its ways.
const DEFAULTS_ENDED: usize = 5;

/// A sequence that does nothing proves nothing: what must have happened.
const WHAT_HAPPENS: [&str; 50] = [
    "accrue interest",
    "batch",
    "block",
    "breaker",
    "cancel",
    "cancel all",
    "cancel by client id",
    "change",
    "debt of lenders",
    "debt shared",
    "delegate",
    "delist",
    "deposit",
    "fill",
    "funding paid",
    "future fill",
    "interest paid",
    "liquidate",
    "liquidate on book",
    "token liquidated",
    "list",
    "maker cancelled",
    "market order",
    "notice",
    "option fill",
    "option liquidated",
    "option settled",
    "order",
    "overreach",
    "pause",
    "price",
    "prune",
    "refresh",
    "release",
    "replace",
    "resolve",
    "rest",
    "sample market",
    "sample settlement",
    "seize",
    "settle",
    "settle expiry",
    "slide",
    "sweep",
    "tighten",
    "transfer cash",
    "transfer position",
    "volatility",
    "wind down seized",
    "withdraw",
];

/// Refusals that must have been met.
const REFUSED: [E; 9] = [
    E::BelowInitialMargin,
    E::BelowWithdrawalMargin,
    E::Halted,
    E::InstrumentExpired,
    E::NotLiquidatable,
    E::Paused,
    E::PriceStale,
    E::StaleRiskArray,
    E::WouldCross,
];
