//! Underlyings and their volatility surfaces.

use super::{
    difference::{Differences, ratio},
    listed,
    need::{Planner, text},
};
use crate::{
    config::{QUOTE, SurfaceConfig, UnderlyingConfig, hex},
    decimal, instruction,
    oracle::pinned,
};
use anyhow::Result;
use ballast::{
    args::{FeedArgs, UnderlyingArgs},
    oracle::Source,
    state::VolatilitySurface,
};
use ballast_risk::surface::MAX_PUBLISHERS;
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
            let same = |l: &&ballast_risk::Underlying| l.is_listed() && l.name == args.name;
            // One that is renamed is known by its feed.
            let first = args.first.into();
            let renamed = |l: &&ballast_risk::Underlying| l.is_listed() && l.first.is_same(&first);
            let all = self.board().map_or(&[][..], |b| &b.underlyings);
            match all.iter().find(same).or_else(|| all.iter().find(renamed)).copied() {
                None => {
                    let place = self.slots.new_underlying(&u.name)?;
                    let what = format!(
                        "list underlying {} at {place}: scan range {}, feed {}",
                        u.name,
                        ratio(args.scan_range.into()),
                        feed(args.first)
                    );
                    self.list(&u.name, what, instruction::list_underlying(&self.e, &self.keys.admin, &args));
                }
                Some(listed) => {
                    self.slots.rename_underlying(listed.index, &u.name);
                    self.change_underlying(u, listed.index, &listed::underlying(&listed), &args);
                }
            }
        }
        Ok(())
    }

    fn change_underlying(&mut self, u: &UnderlyingConfig, index: u16, old: &UnderlyingArgs, new: &UnderlyingArgs) {
        let d = underlying_differences(old, new, |group| self.slots.group_name(group));
        self.take_conflicts(&u.name, &d);
        if let Some(changed) = d.changed().filter(|_| d.conflicts().is_empty()) {
            let ix = instruction::change_underlying(&self.e, &self.keys.admin, index, new);
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
                    self.take_conflicts(&format!("the surface of {}", u.name), &d);
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
fn underlying_differences(
    old: &UnderlyingArgs,
    new: &UnderlyingArgs,
    group_name: impl Fn(u8) -> String,
) -> Differences {
    let mut d = Differences::default();
    let price = |args: &UnderlyingArgs| {
        quote_at(args.max_price >> args.scale_bits, QUOTE.saturating_sub(u32::from(args.unit_exponent)))
    };
    d.fixed("unit_exponent", old.unit_exponent, new.unit_exponent, |n| n.to_string());
    d.fixed("scale_bits", old.scale_bits, new.scale_bits, |n| n.to_string());
    d.fixed("max_price", (old.max_price, price(old)), (new.max_price, price(new)), |(_, shown)| shown);
    d.value("name", old.name, new.name, |n| text(&n));
    d.value("first", old.first, new.first, feed);
    d.value("second", old.second, new.second, feed);
    d.value("group", old.group, new.group, group_name);
    d.quote("liquidity", old.liquidity, new.liquidity);
    d.quote("profit_cap", old.profit_cap, new.profit_cap);
    d.number("max_age", old.max_age, new.max_age);
    d.number("range.horizon", old.range.horizon, new.range.horizon);
    d.number("range.half_life", old.range.half_life, new.range.half_life);
    d.value("range.sigmas", old.range.sigmas, new.range.sigmas, |n| decimal::format(n.into(), 2, 0));
    d.quote("crowd.open_interest_liquidity", old.open_interest_liquidity, new.open_interest_liquidity);
    d.number("option.volatility_floor_days", old.options.volatility_floor_days, new.options.volatility_floor_days);
    d.number("option.max_array_age", old.options.max_array_age, new.options.max_array_age);
    d.number("option.max_volatility_age", old.options.max_volatility_age, new.options.max_volatility_age);
    for (name, of) in UNDERLYING_RATIOS {
        d.ratio(name, of(old), of(new));
    }
    d
}

/// Reads a ratio.
type Ratio = fn(&UnderlyingArgs) -> u32;

/// The ratios of an underlying, as the file names them.
const UNDERLYING_RATIOS: &[(&str, Ratio)] = &[
    ("scan_range", |u| u.scan_range),
    ("max_confidence", |u| u.max_confidence),
    ("calendar", |u| u.calendar),
    ("concentration", |u| u.concentration),
    ("concentration_cap", |u| u.concentration_cap),
    ("stable_rate", |u| u.stable_rate),
    ("short_minimum", |u| u.short_minimum),
    ("crowd.rate", |u| u.crowding),
    ("crowd.cap", |u| u.crowding_cap),
    ("range.cap", |u| u.range.cap),
    ("range.fall_rate", |u| u.range.fall_rate),
    ("guard.max_move", |u| u.max_move),
    ("guard.max_divergence", |u| u.max_divergence),
    ("option.volatility_range", |u| u.options.volatility_range),
    ("option.volatility_power", |u| u.options.volatility_power),
];

/// What differs in a surface; nothing of it can be changed but its publishers.
fn surface_differences(config: &SurfaceConfig, found: &VolatilitySurface) -> Result<Differences> {
    let (old, new) = (&found.surface.params, config.args(found.underlying)?);
    let show = |ppm: u32| ratio(ppm.into());
    let mut d = Differences::default();
    d.fixed("min_publishers", old.min_publishers, new.min_publishers, |n| n.to_string());
    d.fixed("max_quote_age", old.max_quote_age, new.max_quote_age, |n| n.to_string());
    d.fixed("update_bound", old.update_bound.0, new.update_bound, show);
    d.fixed("hour_bound", old.hour_bound.0, new.hour_bound, show);
    d.fixed("first_bound", old.first_bound.0, new.first_bound, show);
    Ok(d)
}

/// A price of a delta unit, quote-native, per whole asset.
fn quote_at(native: i64, decimals: u32) -> String {
    format!("{} USDC", decimal::format(native, decimals, 0))
}

/// A feed in a few words.
fn feed(feed: FeedArgs) -> String {
    let Some(source) = Source::from_byte(feed.source) else { return "none".to_owned() };
    match pinned(&feed.into()) {
        Some(account) => format!("{} {} in {account}", source.name(), hex(&feed.id)),
        None => format!("{} {}", source.name(), hex(&feed.id)),
    }
}
