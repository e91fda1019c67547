//! The program's hard bounds and its rule on feeds, held against the file before anything is sent. What two numbers must be to one another is the
//! program's to judge: a step that it would refuse fails in its simulation.

use super::need::Planner;
use anyhow::Result;
use ballast::{
    args::{FundingArgs, InstrumentArgs, InterestArgs, UnderlyingArgs},
    oracle::admission,
};
use ballast_risk::bounds::{Bound, exchange, group, instrument, interest, margin, smile, surface, token, underlying};

impl Planner<'_> {
    /// Names every number of the file that no exchange can have.
    pub fn bounds(&mut self) -> Result<()> {
        self.exchange_bounds()?;
        for g in &self.config.group {
            self.require(&g.name, &[(group::OFFSET, g.args()?.1.into())]);
        }
        for u in &self.config.underlying {
            let args = self.config.underlying_args(u)?;
            self.require(&u.name, &of_underlying(&args));
            if let Err(refusal) = admission::check(&args.first.into(), &args.second.into()) {
                self.found.conflicts.push(format!("{}: {}", u.name, refusal.message()));
            }
            let Some(surface) = &u.surface else { continue };
            let (args, smile) = (surface.args(0)?, surface.smile()?);
            self.require(
                &format!("the surface of {}", u.name),
                &[
                    (surface::MIN_PUBLISHERS, args.min_publishers.into()),
                    (surface::MAX_QUOTE_AGE, args.max_quote_age.into()),
                    (surface::UPDATE_BOUND, args.update_bound.into()),
                    (surface::HOUR_BOUND, args.hour_bound.into()),
                    (surface::FIRST_BOUND, args.first_bound.into()),
                    (smile::LEVEL, smile.level.into()),
                    (smile::SKEW, smile.skew.into()),
                    (smile::CURVATURE, smile.curvature.into()),
                ],
            );
        }
        for c in &self.config.collateral {
            let args = self.config.collateral_args(c)?;
            let mut values = vec![
                (token::HAIRCUT, args.haircut.into()),
                (token::ATOMS_PER_UNIT, args.atoms_per_unit.into()),
                (token::DEPOSIT_LIMIT, args.deposit_limit.into()),
            ];
            values.extend(c.withdrawal_limit.as_ref().map(|l| (exchange::WITHDRAWAL_WINDOW, l.window.into())));
            self.require(&c.name, &values);
        }
        self.instrument_bounds()
    }

    fn exchange_bounds(&mut self) -> Result<()> {
        let e = &self.config.exchange;
        let (fees, args) = (e.fees()?, self.config.margin.args()?);
        let mut values = vec![
            (exchange::TAKER_FEE, fees.taker_fee_ppm.into()),
            (exchange::MAKER_FEE, fees.maker_fee_ppm.into()),
            (exchange::BLOCK_FEE, fees.block_fee_ppm.into()),
            (exchange::MAKER_PENALTY_RATE, fees.maker_penalty_ppm.into()),
            (exchange::MAKER_PENALTY, fees.maker_penalty.into()),
            (exchange::TIMELOCK, e.timelock.into()),
            (margin::INITIAL_RATIO, args.initial_ratio.into()),
            (margin::LIQUIDATION_BUFFER, args.liquidation_buffer.into()),
            (margin::DISCOUNT_BASE, args.discount_base.into()),
            (margin::DISCOUNT_MAX, args.discount_max.into()),
            (margin::DISCOUNT_OF_FREED, args.discount_of_freed.into()),
            (margin::INSURANCE_SHARE, args.insurance_share.into()),
            (margin::DUST_VALUE, args.dust_value.into()),
            (margin::WARNING_BUFFER, args.warning_buffer.into()),
        ];
        values.extend(e.withdrawal_limit.as_ref().map(|l| (exchange::WITHDRAWAL_WINDOW, l.window.into())));
        self.require("the exchange", &values);
        if let Some(interest) = &self.config.interest {
            self.require("interest", &of_interest(&interest.args()?));
        }
        Ok(())
    }

    fn instrument_bounds(&mut self) -> Result<()> {
        for p in &self.config.perpetual {
            self.require(&p.name, &of_instrument(&self.config.instrument_args(p, 0)?));
        }
        for f in &self.config.future {
            self.require(&f.name, &of_instrument(&self.config.future_args(f, 0)?.terms));
        }
        for s in &self.config.series {
            let terms = self.config.series_of(s, Vec::new())?.terms;
            self.require(&format!("the series of {}", s.underlying), &of_instrument(&terms));
        }
        Ok(())
    }

    /// Names the values that are out of their bounds, in the units of `docs/bounds.md`.
    fn require(&mut self, name: &str, values: &[(Bound, i128)]) {
        for (bound, value) in values.iter().filter(|(bound, value)| !bound.admits(*value)) {
            let Bound { name: parameter, low, high, unit, .. } = bound;
            let conflict = format!("{name}: {parameter} is {value} {unit}, and must be in [{low}, {high}]");
            self.found.conflicts.push(conflict);
        }
    }
}

fn of_underlying(args: &UnderlyingArgs) -> Vec<(Bound, i128)> {
    vec![
        (underlying::LIQUIDITY, args.liquidity.into()),
        (underlying::PROFIT_CAP, args.profit_cap.into()),
        (underlying::SCAN_RANGE, args.scan_range.into()),
        (underlying::MAX_CONFIDENCE, args.max_confidence.into()),
        (underlying::CALENDAR, args.calendar.into()),
        (underlying::CONCENTRATION, args.concentration.into()),
        (underlying::CONCENTRATION_CAP, args.concentration_cap.into()),
        (underlying::STABLE_RATE, args.stable_rate.into()),
        (underlying::MAX_AGE, args.max_age.into()),
        (underlying::SHORT_MINIMUM, args.short_minimum.into()),
        (underlying::OPEN_INTEREST_LIQUIDITY, args.open_interest_liquidity.into()),
        (underlying::CROWDING, args.crowding.into()),
        (underlying::CROWDING_CAP, args.crowding_cap.into()),
        (underlying::RANGE_SIGMAS, args.range.sigmas.into()),
        (underlying::RANGE_CAP, args.range.cap.into()),
        (underlying::RANGE_HORIZON, args.range.horizon.into()),
        (underlying::RANGE_HALF_LIFE, args.range.half_life.into()),
        (underlying::RANGE_FALL_RATE, args.range.fall_rate.into()),
        (underlying::VOLATILITY_RANGE, args.options.volatility_range.into()),
        (underlying::VOLATILITY_POWER, args.options.volatility_power.into()),
        (underlying::VOLATILITY_FLOOR_DAYS, args.options.volatility_floor_days.into()),
        (underlying::MAX_ARRAY_AGE, args.options.max_array_age.into()),
        (underlying::MAX_VOLATILITY_AGE, args.options.max_volatility_age.into()),
        (underlying::MAX_MOVE, args.max_move.into()),
        (underlying::MAX_DIVERGENCE, args.max_divergence.into()),
        (underlying::SCALE_BITS, args.scale_bits.into()),
        (underlying::UNIT_EXPONENT, args.unit_exponent.into()),
        (underlying::MAX_PRICE, args.max_price.into()),
    ]
}

fn of_instrument(args: &InstrumentArgs) -> Vec<(Bound, i128)> {
    let mut values = vec![
        (instrument::LOT_UNITS, args.lot_units.into()),
        (instrument::TICK_VALUE, args.tick_value.into()),
        (instrument::MAX_POSITION, args.max_position.into()),
        (instrument::PRICE_BAND, args.price_band.into()),
        (instrument::MIN_ORDER_VALUE, args.min_order_value.into()),
        (instrument::MAX_ORDERS, args.max_orders.into()),
        (instrument::OPEN_INTEREST_CAP, args.open_interest_cap.into()),
    ];
    values.extend(of_funding(&args.funding));
    values
}

fn of_funding(args: &FundingArgs) -> Vec<(Bound, i128)> {
    let mut values = vec![
        (instrument::IMPACT_NOTIONAL, args.impact_notional.into()),
        (instrument::MAX_PREMIUM, args.max_premium.into()),
        (instrument::MAX_BASIS, args.max_basis.into()),
    ];
    // Where nothing is sampled the period may be left zero.
    if args.impact_notional != 0 || args.period != 0 {
        values.push((instrument::FUNDING_PERIOD, args.period.into()));
    }
    values
}

fn of_interest(args: &InterestArgs) -> Vec<(Bound, i128)> {
    let values = vec![
        (interest::BASE_RATE, args.base_rate.into()),
        (interest::OPTIMAL_RATE, args.optimal_rate.into()),
        (interest::MAX_RATE, args.max_rate.into()),
        (interest::OPTIMAL_UTILISATION, args.optimal_utilisation.into()),
        (interest::MAX_UTILISATION, args.max_utilisation.into()),
        (interest::RESERVE, args.reserve.into()),
        (interest::EPOCH_SECONDS, args.epoch_seconds.into()),
    ];
    // All zero turns interest off.
    if values.iter().all(|(_, value)| *value == 0) { Vec::new() } else { values }
}
