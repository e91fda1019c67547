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
        maker_penalty: e.maker_penalty.get(),
    }
}

pub(super) fn margin(p: &MarginParams) -> MarginArgs {
    MarginArgs {
        initial_ratio: p.initial_ratio.get(),
        liquidation_buffer: p.liquidation_buffer.get(),
        discount_base: p.discount_base.get(),
        discount_max: p.discount_max.get(),
        discount_of_freed: p.discount_of_freed.get(),
        insurance_share: p.insurance_share.get(),
        dust_value: p.dust_value.get(),
        warning_buffer: p.warning_buffer.get(),
    }
}

pub(super) fn interest(p: &InterestParams) -> InterestArgs {
    InterestArgs {
        base_rate: p.base_rate.get(),
        optimal_rate: p.optimal_rate.get(),
        max_rate: p.max_rate.get(),
        optimal_utilisation: p.optimal_utilisation.get(),
        max_utilisation: p.max_utilisation.get(),
        reserve: p.reserve.get(),
        epoch_seconds: p.epoch_seconds,
    }
}

pub(super) fn underlying(u: &Underlying) -> UnderlyingArgs {
    let (p, r, o, g) = (&u.params, &u.range_params, &u.option_params, &u.guard_params);
    UnderlyingArgs {
        name: u.name,
        first: u.first.into(),
        second: u.second.into(),
        max_price: u.max_price.get(),
        liquidity: p.liquidity.get(),
        profit_cap: p.profit_cap.get(),
        scan_range: p.scan_range.get(),
        max_confidence: p.max_confidence.get(),
        calendar: p.calendar.get(),
        concentration: p.concentration.get(),
        concentration_cap: p.concentration_cap.get(),
        stable_rate: p.stable_rate.get(),
        max_age: p.max_age,
        short_minimum: p.short_minimum.get(),
        crowding: p.crowding.get(),
        crowding_cap: p.crowding_cap.get(),
        open_interest_liquidity: p.open_interest_liquidity.get(),
        range: RangeArgs {
            sigmas: r.sigmas,
            cap: r.cap.get(),
            horizon: r.horizon,
            half_life: r.half_life,
            fall_rate: r.fall_rate.get(),
        },
        options: OptionParamsArgs {
            volatility_range: o.volatility_range.get(),
            volatility_power: o.volatility_power.get(),
            volatility_floor_days: o.volatility_floor_days,
            max_array_age: o.max_array_age,
            max_volatility_age: o.max_volatility_age,
        },
        max_move: g.max_move.get(),
        max_divergence: g.max_divergence.get(),
        scale_bits: u.scale_bits,
        unit_exponent: u.unit_exponent,
        group: u.group,
    }
}

pub(super) fn instrument(i: &Instrument, market: &Market) -> InstrumentChangeArgs {
    InstrumentChangeArgs {
        max_position: i.max_position.get(),
        min_order_value: i.min_order_value.get(),
        open_interest_cap: market.open_interest_cap.get(),
        funding: FundingArgs {
            impact_notional: i.funding.impact_notional.get(),
            max_premium: i.funding.max_premium.get(),
            period: i.funding.period,
            max_basis: i.funding.max_basis.get(),
        },
        price_band: i.price_band.get(),
        generation: i.generation,
        max_orders: i.max_orders,
        reduce_only: i.reduce_only,
    }
}
