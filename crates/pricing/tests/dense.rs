//! The crate against Black's formula in doubles, over the whole domain: moneyness 1/50 to 50, total volatility 1e-6 to 5.

mod reference;

use ballast_pricing::*;
use reference::{Worst, black, cdf, log_ratio, pdf};

const UNIT: f64 = 1.0 / (1u64 << 48) as f64;

fn real(x: I16F48) -> f64 {
    x.to_num()
}

fn fixed(x: f64) -> I16F48 {
    I16F48::from_bits((x / UNIT).round() as i64)
}

/// Forwards that a double holds with its fraction of a unit to spare.
const FORWARDS: [i64; 3] = [60_000_000_000, (1 << 44) + 12_345, 1 << 50];

/// Every point is priced as a call with forward and strike as they are and with the two exchanged, and as puts.
#[test]
fn prices_over_the_domain() {
    let (mut value, mut delta) = (Worst::new("call / forward"), Worst::new("delta · min(s, 1)"));
    let (mut gamma, mut vega) = (Worst::new("gamma · s · min(s, 1)"), Worst::new("vega / (F·√τ) · min(s, 1)"));
    let mut see = |forward: i64, strike: i64, s: I16F48| {
        let place = || format!("{forward} {strike} {}", real(s));
        let root = I16F48::ONE;
        let volatility = TotalVolatility::from_value(s, root).unwrap();
        let log_moneyness = ln_ratio(forward, strike).unwrap();
        let (f, k) = (forward as f64, strike as f64);
        let found = call(forward, strike, log_moneyness, &volatility).unwrap();
        let (expected, expected_delta) = black(f, k, real(s));
        // Half a unit of the rounding down, on either side.
        let miss =
            (found.value - forward.max(strike) + strike) as f64 - (expected - (forward.max(strike) - strike) as f64);
        let beyond = (miss + 0.5).signum() * ((miss + 0.5).abs() - 0.5).max(0.0);
        value.see(beyond / f, place);
        // Half a unit of the logarithm is divided by s.
        delta.see((real(found.delta) - expected_delta) * real(s).min(1.0), place);
        let put = put(forward, strike, log_moneyness, &volatility).unwrap();
        assert_eq!(found.value - put.value, forward - strike);
        assert_eq!(found.delta - put.delta, I16F48::ONE);
        assert!(put.value >= 0 && found.value >= 0 && found.value <= forward && put.value <= strike);
        let greeks = greeks(forward, strike, log_moneyness, &volatility, 31_536_000).unwrap();
        let density = pdf(log_ratio(f, k) / real(s) + real(s) / 2.0);
        assert_eq!(greeks.delta, found.delta);
        if greeks.gamma != I16F48::MAX {
            // Rounded down, so half a unit on either side of a half less.
            let miss = ((real(greeks.gamma) + UNIT / 2.0) * real(s) - density).abs() - UNIT / 2.0 * real(s);
            gamma.see(miss.max(0.0) * real(s).min(1.0), place);
        }
        vega.see(((greeks.vega as f64 - f * density).abs() - 1.05).max(0.0) / f * real(s).min(1.0), place);
    };
    let mut volatilities: Vec<f64> = (0..72).map(|j| 1e-6 * 10f64.powf(j as f64 * 6.699 / 72.0)).collect();
    volatilities.extend([1e-4, 0.999e-4, 5.0, 4.9999, 1.0, 2.0]);
    for (which, s) in volatilities.iter().enumerate() {
        let forward = FORWARDS[which % FORWARDS.len()];
        let mut moneyness: Vec<f64> = (-600..=600).map(|j| j as f64 * 3.912_023 / 600.0).collect();
        // Around the money, out to nine deviations, and where d1 changes its sign; then the last strikes of the domain.
        moneyness.extend((-450..=450).map(|j| j as f64 * 0.02 * s));
        moneyness.extend((-50..=50).flat_map(|j| [-1.0, 1.0].map(|side| side * s * s / 2.0 + j as f64 * 1e-9)));
        moneyness.extend((0..50).flat_map(|j| [-1.0, 1.0].map(|side| side * (3.912_023_005 - j as f64 * 1e-7))));
        for x in moneyness {
            if x.abs() <= 3.912_023_006 {
                let strike = (forward as f64 * (-x).exp()).round() as i64;
                see(forward, strike, fixed(*s));
                see(strike, forward, fixed(*s));
            }
        }
    }
    value.assert_within(4e-14);
    delta.assert_within(6e-15);
    gamma.assert_within(6e-15);
    vega.assert_within(6e-15);
}

#[test]
fn the_normal_distribution_over_its_range() {
    let (mut distribution, mut density) = (Worst::new("cdf"), Worst::new("pdf"));
    for j in -200_000..=200_000i64 {
        let x = I16F48::from_bits((j << 48) / 20_000 + j % 7);
        distribution.see(real(normal_cdf(x)) - cdf(real(x)), || format!("{}", real(x)));
        density.see(real(normal_pdf(x)) - pdf(real(x)), || format!("{}", real(x)));
    }
    distribution.assert_within(4.5e-15);
    density.assert_within(2.5e-15);
}

#[test]
fn exponential_and_logarithm_over_their_range() {
    let (mut e, mut l) = (Worst::new("exp, relative"), Worst::new("ln"));
    for j in -300_000..=103_000i64 {
        let x = I16F48::from_bits((j << 48) / 10_000 + j % 11);
        let exact = real(x).exp();
        let miss = (real(exp(x).unwrap()) - exact).abs() - UNIT / 2.0;
        e.see(miss.max(0.0) / exact, || format!("{}", real(x)));
        let y = I16F48::from_bits((exact / UNIT) as i64 + 1);
        l.see(real(ln(y).unwrap()) - real(y).ln(), || format!("{}", real(y)));
    }
    e.assert_within(1e-15);
    l.assert_within(5.6e-15);
}
