//! The exchange's accounts, product groups, underlyings, surfaces, collateral and perpetuals.

use super::{
    difference::{Differences, amount, quote, ratio},
    listed,
    need::{Planner, text},
};
use crate::{
    config::{QUOTE, SurfaceConfig, UnderlyingConfig},
    decimal, instruction,
};
use anyhow::Result;
use ballast::{
    args::{CollateralChangeArgs, InstrumentArgs, InstrumentChangeArgs, UnderlyingArgs},
    constants::{MAX_GROWTH, MAX_MARKET_LEN},
    state::{Market, RiskBoard, VolatilitySurface},
};
use ballast_risk::{Instrument, Kind, surface::MAX_PUBLISHERS};
use solana_address::Address;

impl Planner<'_> {
    /// `initialize_exchange`, and the board grown until it is complete.
    pub fn begin(&mut self) -> Result<()> {
        let exchange = &self.config.exchange;
        match &self.state.exchange {
            None => {
                let mint = exchange.mint()?;
                let [risk, pause] = exchange.authorities()?.map(|a| a.unwrap_or(self.keys.admin));
                let args = self.config.exchange_args(&risk, &pause)?;
                let ix = instruction::initialize_exchange(&self.keys.payer, &self.keys.admin, &mint, &args);
                let what = format!("initialize exchange {}: {} in {mint}", exchange.id, self.e.address);
                self.list("exchange", what, ix);
            }
            Some(e) => {
                if e.admin != self.keys.admin {
                    self.found.conflicts.push(format!("the admin is {}, not {}", e.admin, self.keys.admin));
                }
                let named = exchange.quote_mint.as_ref().map(|_| exchange.mint()).transpose()?;
                if named.is_some_and(|mint| mint != e.quote_mint) {
                    self.found.conflicts.push(format!("the quote mint is {}", e.quote_mint));
                }
            }
        }
        let len = if self.state.exchange.is_some() { self.state.board_len } else { MAX_GROWTH };
        if self.state.board.is_none() {
            let ix = instruction::grow_board(&self.e, &self.keys.payer);
            self.grow("the risk board", &ix, len, RiskBoard::LEN, true);
        }
        Ok(())
    }

    /// Product groups.
    pub fn groups(&mut self) -> Result<()> {
        for g in &self.config.group {
            let place = self.slots.group(&g.name)?;
            let (name, offset) = g.args()?;
            let ix = instruction::set_product_group(&self.e, &self.keys.admin, place, name, offset);
            match self.board().map(|b| b.groups[usize::from(place)]).filter(|set| set.name == name) {
                None => self.list(&g.name, format!("product group {}: offset {}", g.name, ratio(offset.into())), ix),
                Some(set) if set.offset.0 != offset => {
                    let (old, new) = (ratio(set.offset.0.into()), ratio(offset.into()));
                    self.change(&g.name, format!("product group {}: offset {old} -> {new}", g.name), ix);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

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
            let feed = |l: &&ballast_risk::Underlying| l.is_listed() && l.feed_id == args.feed_id;
            let all = self.board().map_or(&[][..], |b| &b.underlyings);
            match all.iter().find(same).or_else(|| all.iter().find(feed)).copied() {
                None => {
                    let place = self.slots.new_underlying(&u.name)?;
                    let what = format!(
                        "list underlying {} at {place}: scan range {}, feed {}",
                        u.name,
                        ratio(args.scan_range.into()),
                        u.feed
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
        let d = underlying_differences(old, new);
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

    /// Collateral tokens, and changes of those that are listed.
    pub fn collateral(&mut self) -> Result<()> {
        for c in &self.config.collateral {
            let mint = c.mint()?;
            let mut args = self.config.collateral_args(c)?;
            args.underlying = self.slots.underlying(&c.underlying)?;
            let place = self.slots.token(&mint)?;
            let decimals = u32::from(c.decimals);
            let listed = self.board().map(|b| b.tokens[usize::from(place)]).filter(|t| t.is_listed());
            let Some(listed) = listed else {
                let what = format!(
                    "list collateral {} at {place}: haircut {}, deposits up to {}, mint {mint}",
                    c.name,
                    ratio(args.haircut.into()),
                    amount(args.deposit_limit, decimals)
                );
                self.list(
                    &c.name,
                    what,
                    instruction::list_collateral(&self.e, &self.keys.payer, &self.keys.admin, &mint, &args),
                );
                continue;
            };
            let mut d = Differences::default();
            d.fixed("name", listed.name, args.name, |n| text(&n));
            d.fixed("underlying", listed.underlying, args.underlying, |n| n.to_string());
            d.fixed("decimals", listed.decimals, c.decimals, |n| n.to_string());
            d.fixed("atoms in a delta unit", listed.atoms_per_unit, args.atoms_per_unit, |n| n.to_string());
            d.ratio("haircut", listed.haircut.0, args.haircut);
            d.value("deposit_limit", listed.deposit_limit, args.deposit_limit, |v| amount(v, decimals));
            self.take_conflicts(&c.name, &d);
            if let Some(changed) = d.changed().filter(|_| d.conflicts().is_empty()) {
                let args =
                    CollateralChangeArgs { deposit_limit: args.deposit_limit, haircut: args.haircut, token: place };
                let ix = instruction::change_collateral(&self.e, &self.keys.admin, &args);
                self.change(&c.name, format!("collateral {}: {changed}", c.name), ix);
            }
        }
        Ok(())
    }

    /// Perpetuals, and changes of those that are listed.
    pub fn perpetuals(&mut self) -> Result<()> {
        for p in &self.config.perpetual {
            let mut args = self.config.instrument_args(p, 0)?;
            args.underlying = self.slots.underlying(&p.underlying)?;
            match self.instrument(|i| i.kind == Kind::Perpetual as u8 && i.name == args.name) {
                None => {
                    args.instrument = self.slots.new_instrument(&p.name)?;
                    let what = format!("list perpetual {}", self.terms(&p.name, &args)?);
                    self.list(
                        &p.name,
                        what,
                        instruction::list_perpetual(&self.e, &self.keys.payer, &self.keys.admin, &args),
                    );
                    self.size(&p.name, args.instrument, p.orders);
                }
                Some(listed) => self.change_instrument(&p.name, &listed, &args, p.orders)?,
            }
        }
        Ok(())
    }

    /// The first instrument on the board of which something holds.
    pub fn instrument(&self, holds: impl Fn(&Instrument) -> bool) -> Option<Instrument> {
        self.board()?.instruments.iter().find(|i| i.is_listed() && holds(i)).copied()
    }

    /// What a listing says of an instrument: its place, lot and tick.
    pub fn terms(&self, name: &str, args: &InstrumentArgs) -> Result<String> {
        let units = self.units(args.underlying)?;
        let lot = decimal::format(args.lot_units, units, 0);
        // Dollars a tick of a whole asset; exact, since it was made of a decimal price.
        let tick = i128::from(args.tick_value) * 10i128.pow(units) / i128::from(args.lot_units);
        Ok(format!("{name} at {}: lot {lot}, tick {}", args.instrument, quote(i64::try_from(tick)?)))
    }

    /// Changes of an instrument that is listed, and room for its orders.
    pub fn change_instrument(
        &mut self,
        name: &str,
        listed: &Instrument,
        args: &InstrumentArgs,
        orders: u32,
    ) -> Result<()> {
        let Some(market) = self.state.markets.get(&listed.index) else { return Ok(()) };
        let old = listed::instrument(listed, &market.header);
        let new = InstrumentChangeArgs {
            max_position: args.max_position,
            min_order_value: args.min_order_value,
            open_interest_cap: args.open_interest_cap,
            funding: args.funding,
            price_band: args.price_band,
            max_orders: args.max_orders,
            // Not the file's: whoever stopped new risk there knew why.
            reduce_only: old.reduce_only,
        };
        let units = self.units(args.underlying)?;
        let lots = |lots: i64| decimal::format(lots.saturating_mul(args.lot_units), units, 0);
        let mut d = Differences::default();
        d.fixed("underlying", listed.underlying, args.underlying, |n| n.to_string());
        d.fixed("lot", listed.lot_units.0, args.lot_units, |n| decimal::format(n, units, 0));
        d.fixed("tick of a lot", listed.tick_value.0, args.tick_value, quote);
        d.value("max_position", old.max_position, new.max_position, lots);
        d.value("open_interest_cap", old.open_interest_cap, new.open_interest_cap, lots);
        d.quote("min_order_value", old.min_order_value, new.min_order_value);
        d.ratio("price_band", old.price_band, new.price_band);
        d.number("max_orders", old.max_orders, new.max_orders);
        d.quote("funding.impact_notional", old.funding.impact_notional, new.funding.impact_notional);
        d.ratio("funding.max_premium", old.funding.max_premium, new.funding.max_premium);
        d.number("funding.period", old.funding.period, new.funding.period);
        d.ratio("funding.max_basis", old.funding.max_basis, new.funding.max_basis);
        self.take_conflicts(name, &d);
        if let Some(changed) = d.changed().filter(|_| d.conflicts().is_empty()) {
            let ix = instruction::change_instrument(&self.e, &self.keys.admin, listed.index, &new);
            self.change(name, format!("{name}: {changed}"), ix);
        }
        self.size(name, listed.index, orders);
        Ok(())
    }

    /// Room in a market for so many resting orders.
    pub fn size(&mut self, name: &str, instrument: u16, orders: u32) {
        let needed = Market::BOOK_OFFSET + ballast_book::required_len(orders as usize);
        let found = self.state.markets.get(&instrument).map(|m| m.len);
        if needed > MAX_MARKET_LEN {
            self.found.conflicts.push(format!("{name}: no market has room for {orders} orders"));
        } else {
            let ix = instruction::grow_market(&self.e, &self.keys.payer, instrument);
            let what = format!("the market of {name} for {orders} orders");
            self.grow(&what, &ix, found.unwrap_or(MAX_GROWTH), needed, found.is_none());
        }
    }

    /// Decimals of a delta unit of an underlying on the board or in the file.
    fn units(&self, underlying: u16) -> Result<u32> {
        for u in &self.config.underlying {
            if self.slots.underlying(&u.name)? == underlying {
                return Ok(u32::from(u.unit_exponent));
            }
        }
        anyhow::bail!("underlying {underlying} is not in the configuration")
    }

    /// Notes what cannot be changed.
    pub fn take_conflicts(&mut self, name: &str, d: &Differences) {
        self.found.conflicts.extend(d.conflicts().iter().map(|c| format!("{name}: {c}, which cannot be changed")));
    }
}

/// What differs in an underlying. Groups are compared by their places.
fn underlying_differences(old: &UnderlyingArgs, new: &UnderlyingArgs) -> Differences {
    let mut d = Differences::default();
    let price = |args: &UnderlyingArgs| {
        quote_at(args.max_price >> args.scale_bits, QUOTE.saturating_sub(u32::from(args.unit_exponent)))
    };
    d.fixed("unit_exponent", old.unit_exponent, new.unit_exponent, |n| n.to_string());
    d.fixed("scale_bits", old.scale_bits, new.scale_bits, |n| n.to_string());
    d.fixed("max_price", (old.max_price, price(old)), (new.max_price, price(new)), |(_, shown)| shown);
    d.value("name", old.name, new.name, |n| text(&n));
    d.value("feed", old.feed_id, new.feed_id, |id| hex(&id));
    d.value("group", old.group, new.group, |g| if g == 0 { "none".to_owned() } else { format!("number {g}") });
    d.quote("liquidity", old.liquidity, new.liquidity);
    d.quote("profit_cap", old.profit_cap, new.profit_cap);
    d.number("max_age", old.max_age, new.max_age);
    d.number("range.horizon", old.range.horizon, new.range.horizon);
    d.number("range.half_life", old.range.half_life, new.range.half_life);
    d.value("range.sigmas", old.range.sigmas, new.range.sigmas, |n| decimal::format(n.into(), 2, 0));
    d.quote("crowd.open_interest_liquidity", old.open_interest_liquidity, new.open_interest_liquidity);
    d.value("guard.second_feed", old.second_feed, new.second_feed, |a| Address::from(a).to_string());
    d.value("guard.second_hash", old.second_hash, new.second_hash, |h| hex(&h));
    d.number("option.volatility_floor_days", old.options.volatility_floor_days, new.options.volatility_floor_days);
    d.number("option.max_array_age", old.options.max_array_age, new.options.max_array_age);
    d.number("option.max_volatility_age", old.options.max_volatility_age, new.options.max_volatility_age);
    for (name, of) in UNDERLYING_RATIOS {
        d.ratio(name, of(old), of(new));
    }
    d
}

/// The ratios of an underlying, as the file names them.
const UNDERLYING_RATIOS: &[(&str, fn(&UnderlyingArgs) -> u32)] = &[
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

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
