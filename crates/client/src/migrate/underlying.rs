//! Underlyings and their volatility surfaces.

use super::{
    difference::Differences,
    need::{Planner, text},
};
use crate::{
    config::{QUOTE, Scale, SurfaceConfig, UnderlyingConfig, hex},
    decimal, instruction,
    oracle::pinned,
    time,
};
use anyhow::Result;
use ballast::{args::UnderlyingArgs, oracle::Source, state::VolatilitySurface};
use ballast_risk::{Feed, MAX_PUBLISHERS, Underlying, UnderlyingTerms, Unit};
use solana_address::Address;

impl Planner<'_> {
    /// Underlyings, and changes of those that are listed.
    pub fn underlyings(&mut self) -> Result<()> {
        for u in &self.config.underlying {
            let mut args = self.config.underlying_args(u)?;
            args.group = match &u.group {
                Some(group) => self.slots.group(group)? + 1,
                None => 0,
            };
            let same = |l: &&Underlying| l.is_listed() && l.name == args.name;
            // One that is renamed is known by its feed.
            let renamed = |l: &&Underlying| l.is_listed() && l.first.is_same(&args.first);
            let all = self.board().map_or(&[][..], |b| &b.underlyings);
            match all.iter().find(same).or_else(|| all.iter().find(renamed)).copied() {
                None => {
                    let place = self.slots.new_underlying(&u.name)?;
                    let what = format!(
                        "list underlying {} at {place}: scan range {}, feed {}",
                        u.name,
                        Scale::NONE.show(Unit::Ratio, args.params.scan_range.get().into()),
                        feed(args.first)
                    );
                    self.list(&u.name, what, instruction::list_underlying(&self.e, &self.keys.admin, &args));
                }
                Some(listed) => {
                    self.slots.rename_underlying(listed.index, &u.name);
                    self.change_underlying(u, &listed, &args);
                }
            }
        }
        Ok(())
    }

    fn change_underlying(&mut self, u: &UnderlyingConfig, old: &Underlying, new: &UnderlyingArgs) {
        let d = underlying_differences(old, new, |group| self.slots.group_name(group));
        self.take_conflicts(&u.name, &d);
        if let Some(changed) = d.changed().filter(|_| d.conflicts().is_empty()) {
            let ix = instruction::change_underlying(&self.e, &self.keys.admin, old.index, new);
            self.change(&u.name, format!("underlying {}: {changed}", u.name), ix);
        }
    }

    /// Volatility surfaces and their publishers.
    pub fn surfaces(&mut self) -> Result<()> {
        for u in &self.config.underlying {
            let Some(surface) = &u.surface else { continue };
            let underlying = self.slots.underlying(&u.name)?;
            let args = surface.args(underlying)?;
            let found = self.state.surfaces.get(&underlying).cloned();
            match &found {
                None => {
                    let what = format!("open the volatility surface of {}", u.name);
                    self.list(
                        &u.name,
                        what,
                        instruction::open_surface(&self.e, &self.keys.payer, &self.keys.admin, &args),
                    );
                }
                Some(found) => {
                    let d = surface_differences(surface, found)?;
                    if let Some(changed) = d.changed() {
                        let ix = instruction::change_surface(&self.e, &self.keys.admin, underlying, &args.params);
                        self.change(&u.name, format!("the surface of {}: {changed}", u.name), ix);
                    }
                }
            }
            self.publishers(&u.name, underlying, surface, found.as_deref())?;
        }
        Ok(())
    }

    fn publishers(
        &mut self,
        name: &str,
        underlying: u16,
        surface: &SurfaceConfig,
        found: Option<&VolatilitySurface>,
    ) -> Result<()> {
        let wanted = surface.publishers()?;
        anyhow::ensure!(wanted.len() <= MAX_PUBLISHERS, "{name} has more than {MAX_PUBLISHERS} publishers");
        if wanted.is_empty() {
            return Ok(());
        }
        let now: Vec<Address> = found.map_or(Vec::new(), |f| {
            f.surface.publishers.iter().filter(|p| **p != [0; 32]).map(|p| Address::from(*p)).collect()
        });
        if now == wanted {
            return Ok(());
        }
        let show = |all: &[Address]| match all {
            [] => "none".to_owned(),
            all => all.iter().map(Address::to_string).collect::<Vec<_>>().join(" "),
        };
        let what = format!("publishers of {name}: {} -> {}", show(&now), show(&wanted));
        let ix = instruction::set_publishers(&self.e, &self.keys.admin, underlying, &wanted);
        match found {
            None => self.list(name, what, ix),
            Some(_) => self.change(name, what, ix),
        }
        Ok(())
    }
}

/// What differs in an underlying. `group_name` is the name of a product group by its place + 1.
fn underlying_differences(old: &Underlying, new: &UnderlyingArgs, group_name: impl Fn(u8) -> String) -> Differences {
    let mut d = Differences::default();
    let price = |terms: UnderlyingTerms| {
        let decimals = QUOTE.saturating_sub(u32::from(terms.unit_exponent));
        quote_at(terms.max_price.get() >> terms.scale_bits, decimals)
    };
    let (listed, terms) = (old.terms(), new.terms);
    d.fixed("unit_exponent", listed.unit_exponent, terms.unit_exponent, |n| n.to_string());
    d.fixed("scale_bits", listed.scale_bits, terms.scale_bits, |n| n.to_string());
    d.fixed("max_price", (listed.max_price, price(listed)), (terms.max_price, price(terms)), |(_, shown)| shown);
    d.value("name", old.name, new.name, |n| text(&n));
    d.value("first", old.first, new.first, feed);
    d.value("second", old.second, new.second, feed);
    d.value("group", old.group, new.group, group_name);
    d.list("", &old.params, &new.params, &Scale::NONE);
    d.list("range.", &old.range_params, &new.range, &Scale::NONE);
    d.list("option.", &old.option_params, &new.options, &Scale::NONE);
    d.list("guard.", &old.guard_params, &new.guards, &Scale::NONE);
    d
}

/// What differs in a surface beside its publishers.
fn surface_differences(config: &SurfaceConfig, found: &VolatilitySurface) -> Result<Differences> {
    let mut d = Differences::default();
    d.list("", &found.surface.params, &config.params()?, &Scale::NONE);
    Ok(d)
}

/// A price of a delta unit, quote-native, per whole asset.
fn quote_at(native: i64, decimals: u32) -> String {
    format!("{} USDC", decimal::format(native, decimals, 0))
}

/// A feed in a few words.
fn feed(feed: Feed) -> String {
    let Some(source) = Source::from_byte(feed.source) else { return "none".to_owned() };
    let mut text = format!("{} {}", source.name(), hex(&feed.id));
    if let Some(account) = pinned(&feed) {
        text += &format!(" in {account}");
    }
    let program = |index: u8| source.programs().get(usize::from(index)).map_or("none".to_owned(), Address::to_string);
    // The first program of an oracle goes without saying.
    if feed.program != 0 {
        text += &format!(" of {}", program(feed.program));
    }
    if feed.next_from != 0 {
        text += &format!(", from {} on of {}", time::format(feed.next_from), program(feed.next_program));
    }
    text
}
