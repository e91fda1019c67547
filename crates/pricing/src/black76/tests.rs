//! Edges of the formula; the rest is in `tests/`.

use super::*;
use crate::{MAX_TOTAL_VOLATILITY, exp, ln, ln_ratio, ratio, root_years};

fn at(ppm: u32, seconds: i64) -> TotalVolatility {
    TotalVolatility::new(ppm, root_years(seconds).unwrap()).unwrap()
}

fn priced(forward: i64, strike: i64, volatility: &TotalVolatility) -> Call {
    call(forward, strike, ln_ratio(forward, strike).unwrap(), volatility).unwrap()
}

#[test]
fn nothing_left_is_intrinsic() {
    for volatility in [at(0, 86_400), at(500_000, 0), at(0, 0)] {
        assert_eq!(priced(110, 100, &volatility), Call { value: 10, delta: I16F48::ONE });
        assert_eq!(priced(100, 100, &volatility), Call { value: 0, delta: HALF });
        assert_eq!(priced(90, 100, &volatility), Call { value: 0, delta: I16F48::ZERO });
        let put = put(90, 100, ln_ratio(90, 100).unwrap(), &volatility).unwrap();
        assert_eq!(put, Put { value: 10, delta: I16F48::NEG_ONE });
    }
}

#[test]
fn prices_outside_their_range_are_an_error() {
    let volatility = at(500_000, 86_400);
    for (forward, strike) in [(0, 1), (1, 0), (-1, 1), (1, -1), (MAX_PRICE + 1, 1), (1, MAX_PRICE + 1), (i64::MIN, 1)] {
        assert_eq!(call(forward, strike, I16F48::ZERO, &volatility), Err(PricingError::OutOfDomain));
        assert_eq!(put(forward, strike, I16F48::ZERO, &volatility), Err(PricingError::OutOfDomain));
        assert_eq!(greeks(forward, strike, I16F48::ZERO, &volatility, 1), Err(PricingError::OutOfDomain));
    }
}

#[test]
fn far_from_the_money_it_degrades_to_intrinsic() {
    let volatility = at(600_000, 30 * 86_400);
    assert_eq!(priced(MAX_PRICE, 1, &volatility), Call { value: MAX_PRICE - 1, delta: I16F48::ONE });
    assert_eq!(priced(1, MAX_PRICE, &volatility), Call { value: 0, delta: I16F48::ZERO });
    for factor in [50_000, 100_000, 4_000_000] {
        let shocked = 60_000_000_000 / 1_000_000 * factor;
        let sum =
            ln_ratio(60_000_000_000, 60_000_000_000 * 50).unwrap() + ln(ratio(factor, 1_000_000).unwrap()).unwrap();
        let found = call(shocked, 60_000_000_000 * 50, sum, &volatility).unwrap();
        assert_eq!(found, Call { value: 0, delta: found.delta });
        assert!(found.delta <= I16F48::from_bits(1 << 10));
    }
}

#[test]
fn a_logarithm_a_few_units_off_does_no_harm() {
    for volatility in [at(1, 1), at(10, 3_600), at(600_000, 86_400), at(5_000_000, 31_536_000)] {
        for (forward, strike) in
            [(1 << 40, 1 << 40), ((1 << 40) + 1, 1 << 40), (1 << 40, (1 << 40) + 1), (MAX_PRICE, 7)]
        {
            let exact = ln_ratio(forward, strike).unwrap();
            let right = call(forward, strike, exact, &volatility).unwrap();
            for off in -3..=3 {
                let found = call(forward, strike, I16F48::from_bits(exact.to_bits() + off), &volatility).unwrap();
                assert!(found.value >= forward - strike && found.value >= 0 && found.value <= forward);
                assert!((found.value - right.value).abs() <= 1);
            }
        }
    }
}

#[test]
fn at_the_money_with_little_volatility_it_is_the_straight_line() {
    // F·s/√(2π) while s³/24 is nothing.
    for bits in 1..30 {
        let volatility = TotalVolatility::from_value(I16F48::from_bits(1 << bits), I16F48::ONE).unwrap();
        let found = priced(MAX_PRICE, MAX_PRICE, &volatility).value;
        let line = (f64::from(1 << bits) * 256.0 * 0.398_942_280_401_432_7) as i64;
        assert!((found - line).abs() <= 60, "{bits}: {found} {line}"); // 2^56 · 8e-16
    }
}

#[test]
fn the_largest_volatility_gives_nearly_the_forward() {
    let volatility = TotalVolatility::from_value(MAX_TOTAL_VOLATILITY, I16F48::ONE).unwrap();
    let forward = 1 << 40;
    assert!(priced(forward, forward, &volatility).value >= forward - 1);
    // N(8 - ln(50)/16) · F - 50 · N(-8 - ln(50)/16) · F
    let found = priced(forward, 50 * forward, &volatility);
    assert!(found.value >= forward - 1 && found.delta > I16F48::ONE - I16F48::from_bits(10));
}

#[test]
fn greeks_at_their_limits() {
    let nothing = at(0, 86_400);
    let root = root_years(86_400).unwrap();
    let found = greeks(1_000_000, 1_000_000, I16F48::ZERO, &nothing, 86_400).unwrap();
    let vega = (1e6 * 0.398_942_280_4 * root.to_num::<f64>()) as i64;
    assert_eq!(found, Greeks { delta: HALF, gamma: I16F48::MAX, vega, decay: 0 });
    let found = greeks(1_000_001, 1_000_000, I16F48::from_bits(1 << 28), &nothing, 86_400).unwrap();
    assert_eq!(found, Greeks { delta: I16F48::ONE, gamma: I16F48::ZERO, vega: 0, decay: 0 });
    // More than fits.
    let wide = TotalVolatility::from_value(I16F48::ONE, I16F48::MAX).unwrap();
    let found = greeks(MAX_PRICE, MAX_PRICE, I16F48::ZERO, &wide, 1).unwrap();
    assert_eq!(found.vega, i64::MAX);
    let wider = TotalVolatility::from_value(MAX_TOTAL_VOLATILITY, I16F48::ONE).unwrap();
    let strike = 1 << 20;
    let x = ln_ratio(strike << 36, strike).unwrap();
    assert!(greeks(strike << 36, strike, x, &wider, 1).unwrap().decay >= 0);
    // A day's decay is the price's change over the day, where the day is a small part of what is left.
    let (forward, strike, seconds) = (60_000_000_000, 62_000_000_000, 90 * 86_400);
    let x = ln_ratio(forward, strike).unwrap();
    let found = greeks(forward, strike, x, &at(700_000, seconds), seconds).unwrap();
    let change = priced(forward, strike, &at(700_000, seconds + 600)).value
        - priced(forward, strike, &at(700_000, seconds - 600)).value;
    assert!((change - found.decay * 1_200 / 256).abs() <= 6, "{change} {}", found.decay);
    let change =
        priced(forward, strike, &at(701_000, seconds)).value - priced(forward, strike, &at(699_000, seconds)).value;
    assert!((change - found.vega / 500).abs() <= 20, "{change} {}", found.vega);
}

#[test]
fn the_limits_of_exp() {
    let top = I16F48::from_bits(2_926_553_797_577_511);
    assert!(exp(top).unwrap().to_bits() > i64::MAX - (1 << 17));
    assert_eq!(exp(top + I16F48::DELTA), Err(PricingError::Overflow));
    assert_eq!(exp(I16F48::MIN), Ok(I16F48::ZERO));
    assert_eq!(exp(I16F48::ZERO), Ok(I16F48::ONE));
}
