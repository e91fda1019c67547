//! Perpetuals, and what all instruments have in common.

use super::{
    difference::{Differences, quote},
    need::Planner,
};
use crate::{config::Scale, decimal, instruction};
use anyhow::Result;
use ballast::{
    args::{InstrumentArgs, InstrumentChangeArgs},
    constants::{MAX_GROWTH, MAX_MARKET_LEN, MIN_SIDE_ORDERS},
    state::Market,
};
use ballast_risk::{Instrument, Kind};

impl Planner<'_> {
    /// Perpetuals, and changes of those that are listed.
    pub fn perpetuals(&mut self) -> Result<()> {
        for p in &self.config.perpetual {
            let mut args = self.config.instrument_args(p, 0)?;
            args.underlying = self.slots.underlying(&p.contract.underlying)?;
            match self.instrument(|i| i.kind == Kind::Perpetual as u8 && i.name == args.name) {
                None => {
                    args.instrument = self.slots.new_instrument(&p.name)?;
                    let what = format!("list perpetual {}", self.terms(&p.name, &args)?);
                    self.list(
                        &p.name,
                        what,
                        instruction::list_perpetual(&self.e, &self.keys.payer, &self.keys.admin, &args),
                    );
                    self.size(&p.name, args.instrument, p.contract.orders);
                }
                Some(listed) => self.change_instrument(&p.name, &listed, &args, p.contract.orders)?,
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
        let lot = decimal::format(args.terms.lot_units.get(), units, 0);
        // Dollars a tick of a whole asset; exact, since it was made of a decimal price.
        let tick = i128::from(args.terms.tick_value.get()) * 10i128.pow(units) / i128::from(args.terms.lot_units.get());
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
        let new = InstrumentChangeArgs {
            limits: args.limits,
            funding: args.funding,
            generation: listed.generation,
            // Not the file's: whoever stopped new risk there knew why.
            reduce_only: listed.reduce_only,
        };
        let decimals = self.units(args.underlying)?;
        let (was, is) = (listed.terms(), args.terms);
        let mut d = Differences::default();
        d.fixed("underlying", listed.underlying, args.underlying, |n| n.to_string());
        d.fixed("lot", was.lot_units, is.lot_units, |n| decimal::format(n.get(), decimals, 0));
        d.fixed("tick of a lot", was.tick_value, is.tick_value, |n| quote(n.get()));
        d.list("", &listed.limits, &new.limits, &Scale { of: name, decimals, lot: is.lot_units.get() });
        d.list("funding.", &listed.funding, &new.funding, &Scale::NONE);
        self.take_conflicts(name, &d);
        if let Some(changed) = d.changed().filter(|_| d.conflicts().is_empty()) {
            let ix = instruction::change_instrument(&self.e, &self.keys.admin, listed.index, &new);
            self.change(name, format!("{name}: {changed}"), ix);
        }
        self.size(name, listed.index, orders);
        Ok(())
    }

    /// Room in a market for so many resting orders, and for as many as every market needs.
    pub fn size(&mut self, name: &str, instrument: u16, orders: u32) {
        let orders = (orders as usize).max(2 * MIN_SIDE_ORDERS);
        let needed = Market::BOOK_OFFSET + ballast_book::required_len(orders);
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
}
