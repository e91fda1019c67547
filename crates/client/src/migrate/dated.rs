//! Futures and series of options.

use super::{
    ladder::{self, Rung},
    need::Planner,
    timelock::nonce_of,
};
use crate::{
    config::{FutureConfig, Scale, SeriesConfig},
    instruction, time,
};
use anyhow::{Context, Result, ensure};
use ballast::{
    args::{FutureArgs, InstrumentArgs, OptionArgs},
    instruction::tag,
};
use ballast_risk::{Instrument, Kind, Smile, Unit, fixing::SAMPLES};
use std::collections::BTreeSet;

/// Expiries and options that a plan has looked at. Where two series name the same one, the first has it.
#[derive(Default)]
struct Seen {
    expiries: BTreeSet<(u16, i64)>,
    options: BTreeSet<([u8; 16], i64)>,
}

impl Planner<'_> {
    /// Futures, then series, and changes of what is listed.
    pub fn dated(&mut self) -> Result<()> {
        for f in &self.config.future {
            self.future(f)?;
        }
        let mut seen = Seen::default();
        let mut kept = Vec::new();
        for s in &self.config.series {
            ensure!(
                !(s.days.is_empty() && s.expiries.is_empty()),
                "a series of {} has no expiry",
                s.contract.underlying
            );
            let contract = self.config.series_of(s, Vec::new())?.contract;
            self.note_coarse_lot(&format!("the series of {}", s.contract.underlying), &contract);
            for days in &s.days {
                let rung = self.rung(&s.contract.underlying, *days)?;
                self.expiry_of(s, rung.expiry, &days.to_string(), &mut seen)?;
                kept.push((s, rung.others));
            }
            for text in &s.expiries {
                let expiry = time::parse(text)?;
                if expiry > self.now {
                    self.expiry_of(s, expiry, text, &mut seen)?;
                }
            }
        }
        for (series, expiries) in kept {
            self.kept(series, expiries, &mut seen)?;
        }
        Ok(())
    }

    fn future(&mut self, f: &FutureConfig) -> Result<()> {
        let name = crate::config::name(&f.name)?;
        let now = self.now;
        // A future that passed is no more: the next one may have its name.
        let listed = self.instrument(|i| i.kind == Kind::Future as u8 && i.name == name && i.expiry > now);
        let expiry = match (f.days, &f.expiry) {
            (Some(days), None) => match &listed {
                Some(listed) => listed.expiry,
                None => self.rung(&f.contract.underlying, days)?.expiry,
            },
            (None, Some(text)) => time::parse(text)?,
            _ => anyhow::bail!("{} needs either days or expiry", f.name),
        };
        if expiry <= now {
            self.found.notes.push(format!("{} expired at {}", f.name, time::format(expiry)));
            return Ok(());
        }
        let FutureArgs { mut contract, .. } = self.config.future_args(f, expiry)?;
        self.note_coarse_lot(&f.name, &contract);
        contract.underlying = self.slots.underlying(&f.contract.underlying)?;
        let Some(listed) = listed else {
            contract.instrument = self.slots.new_instrument(&f.name)?;
            let what = format!("list future {}, expiry {}", self.terms(&f.name, &contract)?, time::format(expiry));
            let args = FutureArgs { contract, expiry };
            let ix = instruction::list_future(&self.e, &self.keys.payer, &self.keys.admin, &args);
            self.list(&about_future(f), what, ix);
            self.size(&f.name, contract.instrument, f.contract.orders);
            return Ok(());
        };
        if listed.expiry != expiry {
            let (old, new) = (time::format(listed.expiry), time::format(expiry));
            let conflict = format!("{}: expiry is {old}, the file says {new}, which cannot be changed", f.name);
            self.found.conflicts.push(conflict);
            return Ok(());
        }
        self.change_instrument(&f.name, &listed, &contract, f.contract.orders)
    }

    /// Warns of a lot that leaves in steps of more than a sample while its settlement price is averaged.
    fn note_coarse_lot(&mut self, name: &str, contract: &InstrumentArgs) {
        let units = contract.terms.lot_units.get();
        if units < i64::from(SAMPLES) {
            let note = format!(
                "{name}: a lot has {units} delta units, which {SAMPLES} samples fix in steps: give the underlying a larger \
                 unit_exponent, or the lot a larger size, for at least {SAMPLES} units a lot"
            );
            self.found.notes.push(note);
        }
    }

    /// One expiry of a series: the expiry itself, and its options. `entry` is how the file says it.
    fn expiry_of(&mut self, s: &SeriesConfig, expiry: i64, entry: &str, seen: &mut Seen) -> Result<()> {
        let underlying = self.slots.underlying(&s.contract.underlying)?;
        if seen.expiries.insert((underlying, expiry)) {
            self.open_expiry(&s.contract.underlying, entry, underlying, expiry)?;
        }
        for mut option in self.config.series_of(s, vec![expiry])?.options()? {
            option.contract.underlying = underlying;
            if seen.options.insert((option.contract.name, expiry)) {
                self.option(s, &option, entry)?;
            }
        }
        Ok(())
    }

    /// Options of expiries that are on a rung and are not what its entry stands for: they change with the series.
    fn kept(&mut self, s: &SeriesConfig, expiries: Vec<i64>, seen: &mut Seen) -> Result<()> {
        let underlying = self.slots.underlying(&s.contract.underlying)?;
        for mut option in self.config.series_of(s, expiries)?.options()? {
            option.contract.underlying = underlying;
            if !seen.options.insert((option.contract.name, option.expiry)) {
                continue;
            }
            if let Some(listed) = self.instrument(|i| is_the_option(i, &option)) {
                let name = super::need::text(&listed.name);
                self.change_instrument(&name, &listed, &option.contract, s.contract.orders)?;
            }
        }
        Ok(())
    }

    fn open_expiry(&mut self, name: &str, entry: &str, underlying: u16, expiry: i64) -> Result<()> {
        let found = self.state.surfaces.get(&underlying);
        if found.is_some_and(|f| f.surface.expiry(expiry).is_ok()) {
            return Ok(());
        }
        let smile = self.smile(name)?;
        let ix = instruction::open_expiry(&self.e, &self.keys.admin, underlying, expiry, &smile);
        let level = Scale::NONE.show(Unit::Ratio, smile.level.get().into());
        let about = format!("{name} {entry}");
        self.list(&about, format!("open expiry {} of {name} at volatility {level}", time::format(expiry)), ix);
        Ok(())
    }

    fn option(&mut self, s: &SeriesConfig, option: &OptionArgs, entry: &str) -> Result<()> {
        let name = super::need::text(&option.contract.name);
        let Some(listed) = self.instrument(|i| is_the_option(i, option)) else {
            let mut option = *option;
            option.contract.instrument = self.slots.new_instrument(&name)?;
            let what =
                format!("list option {}, expiry {}", self.terms(&name, &option.contract)?, time::format(option.expiry));
            let ix = instruction::list_option(&self.e, &self.keys.payer, &self.keys.admin, &option);
            self.list(&about_option(&s.contract.underlying, entry, option.strike, option.put), what, ix);
            self.size(&name, option.contract.instrument, s.contract.orders);
            return Ok(());
        };
        self.change_instrument(&name, &listed, &option.contract, s.contract.orders)
    }

    fn smile(&self, name: &str) -> Result<Smile> {
        let u = self.config.underlying_of(name)?;
        u.surface.as_ref().with_context(|| format!("{name} has options but no surface"))?.smile()
    }

    /// What an entry in days of an underlying stands for: what was proposed for it, else what is on its rung.
    fn rung(&self, underlying: &str, days: u32) -> Result<Rung> {
        if let Some(expiry) = self.proposed(underlying, days)? {
            return Ok(Rung { expiry, others: Vec::new() });
        }
        let of_futures = self.config.future.iter().filter(|f| f.contract.underlying == underlying);
        let of_series = self.config.series.iter().filter(|s| s.contract.underlying == underlying);
        let rungs =
            of_futures.clone().filter_map(|f| f.days).chain(of_series.clone().flat_map(|s| s.days.iter().copied()));
        let below = rungs.filter(|d| *d < days).max();
        let named = of_futures.filter_map(|f| f.expiry.as_ref()).chain(of_series.flat_map(|s| &s.expiries));
        let mut known = named.map(|text| time::parse(text)).collect::<Result<Vec<i64>>>()?;
        let index = self.slots.underlying(underlying)?;
        if let Some(found) = self.state.surfaces.get(&index) {
            known.extend(found.surface.expiries.iter().map(|e| e.expiry));
        }
        let instruments = self.board().map_or(&[][..], |b| &b.instruments);
        let dated = instruments.iter().filter(|i| i.is_listed() && i.underlying == index && i.has_expiry());
        known.extend(dated.map(|i| i.expiry));
        ladder::rung(&self.config.margin.read(&Scale::NONE)?, self.now, below, days, known.into_iter())
    }

    /// The expiry for which a future or the first option of an entry in days was proposed, if it is still to come.
    fn proposed(&self, underlying: &str, days: u32) -> Result<Option<i64>> {
        let mut nonces = Vec::new();
        for f in self.config.future.iter().filter(|f| f.contract.underlying == underlying && f.days == Some(days)) {
            nonces.push(nonce_of(tag::LIST_FUTURE, &about_future(f)));
        }
        for s in self.config.series.iter().filter(|s| s.contract.underlying == underlying && s.days.contains(&days)) {
            for (strike, _) in self.config.series_of(s, Vec::new())?.strikes {
                let about = about_option(underlying, &days.to_string(), strike, 0);
                nonces.push(nonce_of(tag::LIST_OPTION, &about));
            }
        }
        let changes = nonces.iter().filter_map(|n| self.state.changes.get(n));
        Ok(changes.filter_map(|c| expiry_in(c.data.get(..usize::from(c.len))?)).filter(|e| *e > self.now).max())
    }
}

/// What the proposal of a future is about.
fn about_future(f: &FutureConfig) -> String {
    f.name.clone()
}

/// What the proposal of an option is about.
fn about_option(underlying: &str, entry: &str, strike: i64, put: u8) -> String {
    format!("{underlying} {entry} {strike} {put}")
}

/// The expiry in the data of `list_future` or `list_option`. Behind it an option has its strike and kind.
fn expiry_in(data: &[u8]) -> Option<i64> {
    let behind = match *data.first()? {
        tag::LIST_FUTURE => 0,
        tag::LIST_OPTION => 9,
        _ => return None,
    };
    Some(i64::from_le_bytes(*data.get(..data.len().checked_sub(behind)?)?.last_chunk()?))
}

/// True if an instrument is the option of some arguments: the same underlying, expiry, kind and price of exercise. Its lot and
/// tick may differ.
fn is_the_option(i: &Instrument, option: &OptionArgs) -> bool {
    let kind = if option.put == 1 { Kind::Put } else { Kind::Call };
    let contract = &option.contract;
    // strike · tick value / lot units, multiplied out. What does not fit is no listed option.
    let price = |strike: i64, tick: i64, lot_of_the_other: i64| {
        i128::from(strike).checked_mul(i128::from(tick))?.checked_mul(i128::from(lot_of_the_other))
    };
    let listed = price(i.strike.get(), i.tick_value.get(), contract.terms.lot_units.get());
    let wanted = price(option.strike, contract.terms.tick_value.get(), i.lot_units.get());
    i.kind == kind as u8
        && i.underlying == contract.underlying
        && i.expiry == option.expiry
        && listed.is_some()
        && listed == wanted
}
