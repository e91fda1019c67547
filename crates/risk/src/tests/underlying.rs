//! Prices, the stable price and what is written from them.

use super::{
    random::cases,
    world::{NOW, plain, print, range_params},
};
use crate::{LotValue, Ppm, QuoteNative, RiskError, Underlying, UnderlyingParams, UnitPrice};
use bytemuck::Zeroable;
use std::prelude::v1::*;

fn listed(rate: u32) -> Underlying {
    Underlying {
        max_price: UnitPrice::new(1 << 43),
        listed: 1,
        params: UnderlyingParams {
            stable_rate: Ppm::new(rate),
            max_age: 10,
            open_interest_liquidity: QuoteNative::new(1 << 60),
            ..UnderlyingParams::zeroed()
        },
        range_params: range_params(),
        ..Underlying::zeroed()
    }
}

/// I19.
#[test]
fn the_stable_price_moves_at_most_its_rate() {
    cases(5_000, |rng| {
        let rate = rng.range(1_000, 1_000_000);
        let mut u = listed(rate as u32);
        let mut time = NOW;
        u.publish(&print(rng.log_range(1, 1 << 43), time), None).unwrap();
        assert_eq!(u.stable_price, u.price);
        for _ in 0..20 {
            let was = u.stable_price;
            time += rng.pick(&[0, 1, 10, 600, 3_600, 100_000]);
            let since = (time - u.stable_time).clamp(0, 3_600);
            let price = rng.log_range(1, 1 << 43);
            u.publish(&print(price, time), None).unwrap();
            let moved = i128::from((u.stable_price.get() - was.get()).abs());
            assert!(moved * 3_600 * 1_000_000 <= i128::from(was.get()) * i128::from(rate) * i128::from(since));
            // Towards the price, never past it.
            assert!(
                (was.min(UnitPrice::new(price))..=was.max(UnitPrice::new(price))).contains(&u.stable_price)
                    && u.stable_price > UnitPrice::new(0)
            );
        }
    });
}

/// I19. Prices every second, each too short a time for one unit, do not hold the stable price still.
#[test]
fn frequent_prices_do_not_hold_the_stable_price_still() {
    let mut u = listed(1_000);
    u.publish(&print(100_000, NOW), None).unwrap();
    // 0.1 % an hour of 100,000 is a unit in 36 seconds.
    for second in 1..=3_600 {
        u.publish(&print(200_000, NOW + second), None).unwrap();
    }
    assert_eq!(u.stable_price, UnitPrice::new(100_100));
    // Time at rest is not saved up: at most an hour's worth at once, and none while the two agree.
    u.publish(&print(100_100, NOW + 3_601), None).unwrap();
    u.publish(&print(100_100, NOW + 7_200), None).unwrap();
    u.publish(&print(200_000, NOW + 7_236), None).unwrap();
    assert_eq!(u.stable_price, UnitPrice::new(100_101));
}

/// I18.
#[test]
fn a_price_out_of_bounds_is_refused() {
    let mut u = listed(1_000);
    u.max_price = UnitPrice::new(1_000);
    for price in [0, -1] {
        assert_eq!(u.publish(&print(price, NOW), None), Err(RiskError::PrintNotPositive));
    }
    assert_eq!(u.publish(&print(1_001, NOW), None), Err(RiskError::PrintTooHigh { price: 1_001, bound: 1_000 }));
    assert_eq!(u.require_priced(), Err(RiskError::NoPrice { underlying: 0 }));
    u.publish(&print(1_000, NOW), None).unwrap();
    assert_eq!(u.require_fresh(NOW + 10), Ok(()));
    assert_eq!(u.require_fresh(NOW + 11), Err(RiskError::StalePrice { underlying: 0, age: 11, limit: 10 }));
}

/// I18. A new price rewrites every shock and every mark of the chain.
#[test]
fn a_price_rewrites_shocks_and_marks() {
    let mut world = plain();
    world.board.instruments[0].basis = -12_345;
    world.reprice(0, 1_234_567);
    let u = world.board.underlying(0).unwrap();
    assert_eq!((u.worst_long, u.worst_short), (UnitPrice::new(123_457), UnitPrice::new(123_457)));
    // 12,345,670 · 0.987655 = 12,193,262.7…, down.
    assert_eq!(world.instrument(0).0.mark, LotValue::new(12_193_262));
    assert_eq!(world.instrument(1).0.mark, LotValue::new(10_000_000));
    assert_eq!(world.board.reprice(2), Err(RiskError::NotListed { index: 2 }));
}

/// I17. Every bound of the parameters refuses by its name.
#[test]
fn parameters_out_of_bounds_are_named() {
    let world = plain();
    let good = world.board.underlying(0).unwrap().params;
    let refuse = |name: &str, change: &dyn Fn(&mut UnderlyingParams)| {
        let mut p = good;
        change(&mut p);
        super::world::refused_by_name(p.validate(), name);
    };
    refuse("liquidity", &|p| p.liquidity = QuoteNative::new(0));
    refuse("profit_cap", &|p| p.profit_cap = QuoteNative::new(-1));
    refuse("scan_range", &|p| p.scan_range = Ppm::new(9_999));
    refuse("scan_range", &|p| p.scan_range = Ppm::new(1_000_001));
    refuse("max_confidence", &|p| p.max_confidence = Ppm::new(99));
    refuse("calendar", &|p| p.calendar = Ppm::new(100_001));
    refuse("calendar", &|p| (p.scan_range, p.calendar) = (Ppm::new(20_000), Ppm::new(20_001)));
    refuse("concentration", &|p| p.concentration = Ppm::new(2_000_001));
    refuse("concentration_cap", &|p| p.concentration_cap = Ppm::new(4_000_001));
    refuse("stable_rate", &|p| p.stable_rate = Ppm::new(999));
    refuse("max_age", &|p| p.max_age = 601);
    refuse("short_minimum", &|p| p.short_minimum = Ppm::new(200_001));
    refuse("open_interest_liquidity", &|p| p.open_interest_liquidity = QuoteNative::new(0));
    refuse("crowding", &|p| p.crowding = Ppm::new(1_000_001));
    refuse("crowding_cap", &|p| p.crowding_cap = Ppm::new(1_000_001));
    let refuse = |name: &str, change: &dyn Fn(&mut Underlying)| {
        let mut u = *world.board.underlying(0).unwrap();
        change(&mut u);
        super::world::refused_by_name(u.validate(), name);
    };
    refuse("scale_bits", &|u| u.scale_bits = 17);
    refuse("unit_exponent", &|u| u.unit_exponent = 10);
    refuse("max_price", &|u| u.max_price = UnitPrice::new((1 << 43) + 1));
}
