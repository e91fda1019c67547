//! What holds of Black's formula exactly, in integers.

use ballast_pricing::*;
use proptest::prelude::*;

fn worth(forward: i64, strike: i64, volatility: &TotalVolatility) -> i64 {
    call(forward, strike, ln_ratio(forward, strike).unwrap(), volatility).unwrap().value
}

fn volatility(ppm: u32, seconds: i64) -> TotalVolatility {
    TotalVolatility::new(ppm, root_years(seconds).unwrap()).unwrap()
}

const THREE_YEARS: i64 = 3 * 31_536_000;

/// Any magnitude up to 2^`bits`, all equally likely.
fn magnitude(bits: u32) -> impl Strategy<Value = i64> {
    (0..bits, any::<u64>()).prop_map(|(bit, noise)| (1 << bit) | (noise & ((1 << bit) - 1)) as i64)
}

/// A strike within the domain, most of them within nine deviations of the money.
fn strike(forward: i64, place: f64, deviation: f64) -> i64 {
    let x = (place * deviation).clamp(-3.912, 3.912);
    ((forward as f64 * x.exp()) as i64).max(1)
}

/// More with PROPTEST_CASES.
fn config(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: cases.max(config.cases), failure_persistence: None, ..config }
}

proptest! {
    #![proptest_config(config(20_000))]

    /// Any forward, strike and volatility, and any logarithm, however wrong.
    #[test]
    fn bounds_and_parity(
        forward in magnitude(56),
        strike in magnitude(56),
        wrong in any::<i64>(),
        right in any::<bool>(),
        s in 0..=MAX_TOTAL_VOLATILITY.to_bits(),
        smaller in 0u32..60,
        root in 0..=i64::MAX,
    ) {
        let log_moneyness = if right { ln_ratio(forward, strike).unwrap() } else { I16F48::from_bits(wrong) };
        let volatility = TotalVolatility::from_value(I16F48::from_bits(s >> smaller), I16F48::from_bits(root)).unwrap();
        let found = call(forward, strike, log_moneyness, &volatility).unwrap();
        prop_assert_eq!(call_value(forward, strike, log_moneyness, &volatility), Ok(found.value));
        prop_assert!(found.value >= 0.max(forward - strike) && found.value <= forward);
        prop_assert!(found.delta >= I16F48::ZERO && found.delta <= I16F48::ONE);
        let other = put(forward, strike, log_moneyness, &volatility).unwrap();
        prop_assert!(other.value >= 0.max(strike - forward) && other.value <= strike);
        prop_assert_eq!(found.value - other.value, forward - strike);
        prop_assert_eq!(found.delta - other.delta, I16F48::ONE);
        // A put is the call on the strike with the forward's price.
        let mirrored = call(strike, forward, log_moneyness.saturating_neg(), &volatility).unwrap();
        prop_assert!(strike == forward || mirrored.value == other.value);
        for seconds in [0, 1, smaller.into(), root] {
            let greeks = greeks(forward, strike, log_moneyness, &volatility, seconds).unwrap();
            prop_assert_eq!(greeks.delta, found.delta);
            prop_assert!(greeks.gamma >= I16F48::ZERO && greeks.vega >= 0 && greeks.decay >= 0);
        }
    }

    /// Never one unit less, in either argument, for a step of a unit or more, while the logarithm resolves it.
    #[test]
    fn monotone_in_forward_and_strike(
        forward in magnitude(47),
        place in -9.0f64..9.0,
        ppm in 1u32..4_000_000,
        seconds in 1..=THREE_YEARS,
        step in magnitude(20),
    ) {
        let volatility = volatility(ppm, seconds);
        let strike = strike(forward, place, volatility.value().to_num());
        for step in [1, step] {
            let here = worth(forward, strike, &volatility);
            let higher = worth(forward + step, strike, &volatility);
            prop_assert!(higher >= here && higher <= here + step, "forward + {}: {} {}", step, here, higher);
            let dearer = worth(forward, strike + step, &volatility);
            prop_assert!(dearer <= here && dearer >= here - step, "strike + {}: {} {}", step, here, dearer);
        }
    }

    /// Above 2^48 by no more than the logarithm's unit is worth.
    #[test]
    fn large_prices_are_monotone_to_a_part_in_2_48(
        forward in (1i64 << 48)..(1 << 55),
        place in -9.0f64..9.0,
        ppm in 1u32..4_000_000,
        seconds in 1..=THREE_YEARS,
    ) {
        let volatility = volatility(ppm, seconds);
        let strike = strike(forward, place, volatility.value().to_num()).min(MAX_PRICE - 1);
        let here = worth(forward, strike, &volatility);
        let slack = 1 + (forward.max(strike) >> 48);
        let (higher, dearer) = (worth(forward + 1, strike, &volatility), worth(forward, strike + 1, &volatility));
        prop_assert!(higher >= here - slack && higher <= here + 1 + slack, "{} {}", here, higher);
        prop_assert!(dearer <= here + slack && dearer >= here - 1 - slack, "{} {}", here, dearer);
    }

    /// Never one unit less for a millionth more volatility or a second more.
    #[test]
    fn monotone_in_volatility_and_time(
        forward in magnitude(56),
        place in -9.0f64..9.0,
        ppm in 1u32..4_000_000,
        seconds in 1..THREE_YEARS,
        more in 1u32..1_000,
    ) {
        let at = volatility(ppm, seconds);
        let strike = strike(forward, place, at.value().to_num()).min(MAX_PRICE);
        let here = worth(forward, strike, &at);
        for (more_volatility, more_time) in [(1, 0), (more, 0), (0, 1), (0, more)] {
            let then = volatility(ppm + more_volatility, (seconds + i64::from(more_time)).min(THREE_YEARS));
            prop_assert!(worth(forward, strike, &then) >= here, "{} {}", more_volatility, more_time);
        }
    }

    /// Convex in the strike, but for the rounding of three prices.
    #[test]
    fn convex_in_the_strike(
        forward in magnitude(44),
        place in -9.0f64..9.0,
        ppm in 1u32..4_000_000,
        seconds in 1..=THREE_YEARS,
        step in magnitude(40),
    ) {
        let volatility = volatility(ppm, seconds);
        let strike = strike(forward, place, volatility.value().to_num()) + step;
        let [low, middle, high] = [strike - step, strike, strike + step].map(|k| worth(forward, k, &volatility));
        prop_assert!(low + high - 2 * middle >= -2);
    }

    /// Delta is the slope.
    #[test]
    fn delta_rises_with_the_forward(
        forward in magnitude(40),
        place in -9.0f64..9.0,
        ppm in 1u32..4_000_000,
        seconds in 1..=THREE_YEARS,
        step in magnitude(20),
    ) {
        let volatility = volatility(ppm, seconds);
        let strike = strike(forward, place, volatility.value().to_num());
        let [low, high] = [forward, forward + step]
            .map(|f| call(f, strike, ln_ratio(f, strike).unwrap(), &volatility).unwrap());
        prop_assert!(high.delta >= low.delta, "{:?} {:?}", low, high);
        let rise = (high.value - low.value) as f64;
        let [least, most] = [low, high].map(|c| c.delta.to_num::<f64>() * step as f64);
        prop_assert!(rise >= least - 1.1 && rise <= most + 1.1, "{} {} {}", least, rise, most);
    }

    #[test]
    fn elementary_functions_are_monotone(x in any::<i64>(), shift in 0u32..63, step in magnitude(40)) {
        let (low, high) = (I16F48::from_bits(x >> shift), I16F48::from_bits((x >> shift).saturating_add(step)));
        if let (Ok(a), Ok(b)) = (exp(low), exp(high)) {
            prop_assert!(a <= b);
        }
        if let (Ok(a), Ok(b)) = (ln(low), ln(high)) {
            prop_assert!(a <= b);
        }
        if let (Ok(a), Ok(b)) = (sqrt(low), sqrt(high)) {
            prop_assert!(a <= b);
        }
        prop_assert!(normal_cdf(low) <= normal_cdf(high));
    }

    #[test]
    fn roots_round_down(x in 0..=i64::MAX, shift in 0u32..63) {
        let x = x >> shift;
        let root = i128::from(sqrt(I16F48::from_bits(x)).unwrap().to_bits());
        let square = i128::from(x) << 48;
        prop_assert!(root * root <= square && (root + 1) * (root + 1) > square);
    }

    #[test]
    fn logarithms_of_ratios_are_odd_and_add_up(a in 1..=i64::MAX, b in 1..=i64::MAX, s in 0u32..63, t in 0u32..63) {
        let (a, b) = ((a >> s).max(1), (b >> t).max(1));
        let found = ln_ratio(a, b).unwrap();
        prop_assert_eq!(found, -ln_ratio(b, a).unwrap());
        prop_assert!((ln_integer(a).unwrap() - ln_integer(b).unwrap() - found).abs() <= I16F48::DELTA);
        prop_assert_eq!(ln_ratio(a, a), Ok(I16F48::ZERO));
    }

    #[test]
    fn powers_agree_with_roots_and_products(x in 1..I16F48::ONE.to_bits() * 100) {
        let base = I16F48::from_bits(x);
        prop_assert!((pow(base, I16F48::ONE).unwrap().to_bits() - x).abs() <= 1 + (x >> 50));
        prop_assert_eq!(pow(base, I16F48::ZERO), Ok(I16F48::ONE));
        let root = sqrt(base).unwrap().to_bits();
        prop_assert!((pow(base, I16F48::lit("0.5")).unwrap().to_bits() - root).abs() <= 1 + (root >> 50));
    }
}

proptest! {
    #![proptest_config(config(500))]

    /// The inverse of the price, to a millionth.
    #[test]
    fn implied_volatility_inverts_the_price(
        forward in magnitude(56),
        place in -9.0f64..9.0,
        ppm in 0u32..8_000_000,
        seconds in 1..=THREE_YEARS,
    ) {
        let at = volatility(ppm, seconds);
        let strike = strike(forward, place, at.value().to_num()).min(MAX_PRICE);
        let value = worth(forward, strike, &at);
        let found = implied_volatility(value, forward, strike, seconds).unwrap();
        prop_assert!(found <= ppm, "{} {}", found, ppm);
        prop_assert!(worth(forward, strike, &volatility(found, seconds)) >= value);
        prop_assert!(found == 0 || worth(forward, strike, &volatility(found - 1, seconds)) < value);
    }
}

/// Where one polynomial or table entry takes over from another.
#[test]
fn nothing_falls_at_the_seams() {
    for (exponent, part) in (6..63).flat_map(|e| (0..64i64).map(move |j| (e, j))) {
        let seam = (64 + part) << (exponent - 6);
        for near in 1..4 {
            assert!(ln_integer(seam - near).unwrap() <= ln_integer(seam).unwrap(), "{exponent} {part}");
            assert!(
                ln(I16F48::from_bits(seam - near)).unwrap() <= ln(I16F48::from_bits(seam)).unwrap(),
                "{exponent} {part}"
            );
        }
    }
    for step in -1500..480i64 {
        let seam = (step as f64 / 32.0 * std::f64::consts::LN_2 * 2f64.powi(48)) as i64;
        for near in -30..30 {
            assert!(
                exp(I16F48::from_bits(seam + near)).unwrap() <= exp(I16F48::from_bits(seam + near + 1)).unwrap(),
                "{step} {near}"
            );
        }
    }
    for seam in (-80..80i64).map(|j| j << 45) {
        for near in -300..300 {
            assert!(
                normal_cdf(I16F48::from_bits(seam + near)) <= normal_cdf(I16F48::from_bits(seam + near + 1)),
                "{seam} {near}"
            );
        }
    }
    // |a| or -b at a seam: at the money both are s/2, beside it one of them is.
    let forward = 1 << 47;
    for (seam, other) in (1..40i64).flat_map(|j| (-9..=9i64).map(move |k| (j << 45, k))) {
        for near in -4..4 {
            let s = (2 * seam - other.abs() * seam / 10 + near).min(5 << 48);
            // y/s = |s/2 - seam|.
            let x = (s as f64 / 2.0 - seam as f64) * s as f64 / 2f64.powi(96) * other.signum() as f64;
            let strike = (forward as f64 * x.clamp(-3.9, 3.9).exp()) as i64;
            let [here, more] =
                [s, s + 1].map(|s| TotalVolatility::from_value(I16F48::from_bits(s), I16F48::ONE).unwrap());
            let value = worth(forward, strike, &here);
            assert!(worth(forward, strike, &more) >= value, "{seam} {other} {near}");
            assert!(worth(forward + 1, strike, &here) >= value, "{seam} {other} {near}");
            assert!(worth(forward, strike + 1, &here) <= value, "{seam} {other} {near}");
        }
    }
}
