//! The arguments that what is on the chain has.

use ballast::{
    args::{
        FeeArgs, FundingArgs, InstrumentChangeArgs, InterestArgs, MarginArgs, OptionParamsArgs, RangeArgs,
        UnderlyingArgs,
    },
    state::{Exchange, Market},
};
use ballast_risk::{Instrument, InterestParams, MarginParams, Underlying};

pub(super) fn fees(e: &Exchange) -> FeeArgs {
    FeeArgs {
        taker_fee_ppm: e.taker_fee_ppm,
        maker_fee_ppm: e.maker_fee_ppm,
        block_fee_ppm: e.block_fee_ppm,
        maker_penalty_ppm: e.maker_penalty_ppm,
        maker_penalty: e.maker_penalty.0,
    }
}

pub(super) fn margin(p: &MarginParams) -> MarginArgs {
    MarginArgs {
        initial_ratio: p.initial_ratio.0,
        liquidation_buffer: p.liquidation_buffer.0,
        discount_base: p.discount_base.0,
        discount_max: p.discount_max.0,
        discount_of_freed: p.discount_of_freed.0,
        insurance_share: p.insurance_share.0,
        dust_value: p.dust_value.0,
        warning_buffer: p.warning_buffer.0,
    }
}

pub(super) fn interest(p: &InterestParams) -> InterestArgs {
    InterestArgs {
        base_rate: p.base_rate.0,
        optimal_rate: p.optimal_rate.0,
        max_rate: p.max_rate.0,
        optimal_utilisation: p.optimal_utilisation.0,
        max_utilisation: p.max_utilisation.0,
        reserve: p.reserve.0,
        epoch_seconds: p.epoch_seconds,
    }
}

pub(super) fn underlying(u: &Underlying) -> UnderlyingArgs {
    let (p, r, o, g) = (&u.params, &u.range_params, &u.option_params, &u.guard_params);
    UnderlyingArgs {
        name: u.name,
        first: u.first.into(),
        second: u.second.into(),
        max_price: u.max_price,
        liquidity: p.liquidity.0,
        profit_cap: p.profit_cap.0,
        scan_range: p.scan_range.0,
        max_confidence: p.max_confidence.0,
        calendar: p.calendar.0,
        concentration: p.concentration.0,
        concentration_cap: p.concentration_cap.0,
        stable_rate: p.stable_rate.0,
        max_age: p.max_age,
        short_minimum: p.short_minimum.0,
        crowding: p.crowding.0,
        crowding_cap: p.crowding_cap.0,
        open_interest_liquidity: p.open_interest_liquidity.0,
        range: RangeArgs {
            sigmas: r.sigmas,
            cap: r.cap.0,
            horizon: r.horizon,
            half_life: r.half_life,
            fall_rate: r.fall_rate.0,
        },
        options: OptionParamsArgs {
            volatility_range: o.volatility_range.0,
            volatility_power: o.volatility_power.0,
            volatility_floor_days: o.volatility_floor_days,
            max_array_age: o.max_array_age,
            max_volatility_age: o.max_volatility_age,
        },
        max_move: g.max_move.0,
        max_divergence: g.max_divergence.0,
        scale_bits: u.scale_bits,
        unit_exponent: u.unit_exponent,
        group: u.group,
    }
}

pub(super) fn instrument(i: &Instrument, market: &Market) -> InstrumentChangeArgs {
    InstrumentChangeArgs {
        max_position: i.max_position.0,
        min_order_value: i.min_order_value.0,
        open_interest_cap: market.open_interest_cap.0,
        funding: FundingArgs {
            impact_notional: i.funding.impact_notional.0,
            max_premium: i.funding.max_premium.0,
            period: i.funding.period,
            max_basis: i.funding.max_basis.0,
        },
        price_band: i.price_band.0,
        generation: i.generation,
        max_orders: i.max_orders,
        reduce_only: i.reduce_only,
    }
}
