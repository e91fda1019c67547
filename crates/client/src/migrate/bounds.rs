//! The program's hard bounds and its rule on feeds, held against the file before anything is sent. What two numbers must be to
//! one another is the program's to judge: a step that it would refuse fails in its simulation.

use super::need::Planner;
use crate::config::{QUOTE, Scale};
use anyhow::Result;
use ballast::{
    args::{InstrumentArgs, QUOTE_TOKEN},
    oracle::admission,
};
use ballast_risk::{ExchangeParams, InterestParams, Parameters, RiskError};

impl Planner<'_> {
    /// Names every number of the file that no exchange can have.
    pub fn bounds(&mut self) -> Result<()> {
        self.exchange_bounds()?;
        for g in &self.config.group {
            self.require(&g.name, &g.args()?.1);
        }
        for u in &self.config.underlying {
            let args = self.config.underlying_args(u)?;
            self.require(&u.name, &args.terms);
            self.require(&u.name, &args.params);
            self.require(&u.name, &args.range);
            self.require(&u.name, &args.options);
            self.require(&u.name, &args.guards);
            if let Err(refusal) = admission::check(&args.first, &args.second) {
                self.found.conflicts.push(format!("{}: {}", u.name, refusal.message()));
            }
            let Some(surface) = &u.surface else { continue };
            let name = format!("the surface of {}", u.name);
            let params = surface.params()?;
            self.require(&name, &params);
            if let Err(rule @ RiskError::ParameterRule { .. }) = params.validate(self.config.exchange.timelock == 0) {
                self.found.conflicts.push(format!("{name}: {rule}"));
            }
            self.require(&name, &surface.smile()?);
        }
        for c in &self.config.collateral {
            let args = self.config.collateral_args(c)?;
            self.require(&c.name, &args.params);
            if let Some(limit) = &c.withdrawal_limit {
                self.require(&c.name, &limit.args(0, c.decimals.into())?.params);
            }
        }
        for p in &self.config.perpetual {
            self.instrument_bounds(&p.name, &self.config.instrument_args(p, 0)?);
        }
        for f in &self.config.future {
            self.instrument_bounds(&f.name, &self.config.future_args(f, 0)?.contract);
        }
        for s in &self.config.series {
            let contract = self.config.series_of(s, Vec::new())?.contract;
            self.instrument_bounds(&format!("the series of {}", s.contract.underlying), &contract);
        }
        Ok(())
    }

    fn exchange_bounds(&mut self) -> Result<()> {
        let e = &self.config.exchange;
        self.require("the exchange", &e.fees()?);
        self.require("the exchange", &ExchangeParams { timelock: e.timelock });
        self.require("the exchange", &self.config.margin.read(&Scale::NONE)?);
        if let Some(limit) = &e.withdrawal_limit {
            self.require("the exchange", &limit.args(QUOTE_TOKEN, QUOTE)?.params);
        }
        if let Some(interest) = &self.config.interest {
            let interest = interest.read(&Scale::NONE)?;
            // All zero turns interest off.
            if interest != InterestParams::default() {
                self.require("interest", &interest);
            }
        }
        Ok(())
    }

    fn instrument_bounds(&mut self, name: &str, args: &InstrumentArgs) {
        self.require(name, &args.terms);
        self.require(name, &args.limits);
        self.require(name, &args.funding);
    }

    /// Names the values that are out of their bounds, in the units of `docs/bounds.md`.
    fn require<P: Parameters>(&mut self, name: &str, list: &P) {
        for (bound, value) in list.fields().filter(|(bound, value)| !bound.admits(*value)) {
            self.found.conflicts.push(format!("{name}: {} is {value}, and must be {bound}", bound.name));
        }
    }
}
