//! The demo: an exchange through the crash of 19 May 2021, told as a trader would want to read it.
//!
//! Everything that changes the exchange is a signed transaction. A liquidator that knows nothing but JSON-RPC watches.

mod books;
mod bot;
mod cast;
mod closing;
mod hours;
mod ledger;
mod opening;
mod replay;
mod show;
mod stage;

pub use bot::{Bot, Process, Seat};
pub use closing::Statement;
pub use hours::{Hour, hours};
pub use ledger::Ledger;

use anyhow::{Result, ensure};
use ballast_client::{ballast::events::Event, config::Config, reconcile::Reconciliation};
use closing::Gains;
use indicatif::ProgressBar;
use stage::Stage;
use std::{io::Write, time::Instant};

/// What the story ended with.
pub struct Outcome {
    /// The last reconciliation, everyone gone and all fees swept.
    pub reconciliation: Reconciliation,
    /// What became of accounts in default, in its order: liquidations, seizures, debts paid.
    pub defaults: Vec<Event>,
    /// What everyone brought and took away.
    pub statements: Vec<Statement>,
}

/// Plays the story and prints it, with its progress on a bar. `start_bot` starts a liquidator that may use nothing but what its
/// seat tells. Fails if anything does not add up to the unit.
pub fn run(
    start_bot: impl FnOnce(&Seat) -> Result<Box<dyn Bot>>,
    out: &mut dyn Write,
    progress: ProgressBar,
) -> Result<Outcome> {
    let began = Instant::now();
    let hours = hours()?;
    let mut config = Config::from_toml(include_str!("../../../../migrations/localnet.toml"))?;
    config.exchange.insurance = cast::INSURANCE.to_owned();
    let mut stage = Stage::new(out, progress);

    let net = opening::validator(&mut stage, &hours[0])?;
    let venue = opening::list(&mut stage, &net, &config, &hours[0])?;
    let cast = opening::deposit(&mut stage, &venue)?;
    let seat = Seat::new(&net, &config, cast.liquidator())?;
    let mut bot = start_bot(&seat)?;
    opening::trade(&mut stage, &venue, &cast, &hours[0])?;
    show::netting(&mut stage, &venue, &cast)?;
    books::show(&mut stage, &venue, &cast)?;
    let replayed = replay::play(&mut stage, &venue, &cast, &hours, bot.as_mut());
    // Stopped before any error is returned: no process is left behind.
    let said = bot.stop();
    replayed?;
    show::bot(&mut stage, &said?)?;
    let after_crash = venue.reconcile()?;

    closing::close(&mut stage, &venue, &cast)?;
    let statements = closing::withdraw(&mut stage, &venue, &cast)?;
    let after_withdrawals = venue.reconcile()?;
    closing::sweep(&mut stage, &venue)?;
    let last = venue.reconcile()?;
    show::compute(&mut stage, &net)?;
    let gains = Gains::of(&after_withdrawals, &last, &config)?;
    let shared = stage.ledger.shared();
    show::statements(&mut stage, &statements, &gains, shared)?;
    let sums = [after_crash, after_withdrawals, last];
    show::reconciliation(&mut stage, &sums)?;
    for at in &sums {
        ensure!(at.holds(), "the reconciliation does not hold: {at:?}");
    }
    closing::require_zero_sum(&statements, &gains, stage.ledger.insurance())?;
    stage.gap()?;
    let seconds = began.elapsed().as_secs_f64();
    stage.line(format!("Every unit is accounted for. {} instructions in {seconds:.0} s.", net.meter().count()))?;
    let defaults = std::mem::take(&mut stage.ledger.defaults);
    net.stop()?;
    let [_, _, reconciliation] = sums;
    Ok(Outcome { reconciliation, defaults, statements })
}
