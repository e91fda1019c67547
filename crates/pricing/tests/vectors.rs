//! The crate against `tests/vectors/pricing.json`: textbook formulas in 60 digits, by `reference/vectors.py`.

mod reference;

use ballast_pricing::*;
use reference::{Worst, black};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/pricing.json")).unwrap()
}

fn rows<'a>(vectors: &'a Value, name: &str) -> &'a Vec<Value> {
    vectors[name].as_array().unwrap()
}

fn whole(value: &Value) -> i128 {
    value.as_str().unwrap().parse().unwrap()
}

fn raw(value: &Value) -> I16F48 {
    I16F48::from_bits(value.as_str().unwrap().parse().unwrap())
}

fn integer(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// A number less its expected value in 2^-64, in units of 2^-48.
fn units(found: I16F48, expected: &Value) -> f64 {
    ((i128::from(found.to_bits()) << 16) - whole(expected)) as f64 / 65_536.0
}

#[test]
fn elementary_functions() {
    let vectors = vectors();
    let one = |name: &'static str, limit: f64, f: &dyn Fn(I16F48) -> I16F48| {
        let mut worst = Worst::new(name);
        for row in rows(&vectors, name) {
            worst.see(units(f(raw(&row[0])), &row[1]), || format!("{row}"));
        }
        worst.assert_within(limit);
    };
    one("ln", 0.57, &|x| ln(x).unwrap());
    one("sqrt", 1.0, &|x| sqrt(x).unwrap());
    one("cdf", 1.1, &normal_cdf);
    one("pdf", 0.51, &normal_pdf);
    one("root_years", 0.51, &|x| root_years(x.to_bits()).unwrap());
    let mut worst = Worst::new("ln_ratio");
    for row in rows(&vectors, "ln_ratio") {
        worst.see(units(ln_ratio(raw(&row[0]).to_bits(), raw(&row[1]).to_bits()).unwrap(), &row[2]), || {
            format!("{row}")
        });
    }
    worst.assert_within(0.57);
    // Relative, beyond half a unit.
    let relative = |found: I16F48, expected: &Value| {
        let miss = units(found, expected);
        (miss.abs() - 0.5).max(0.0) * 65_536.0 / whole(expected).max(1) as f64
    };
    let mut worst = Worst::new("exp, relative");
    for row in rows(&vectors, "exp") {
        worst.see(relative(exp(raw(&row[0])).unwrap(), &row[1]), || format!("{row}"));
    }
    worst.assert_within(2f64.powi(-51));
    let mut worst = Worst::new("pow, of what is stated");
    for row in rows(&vectors, "pow") {
        let power = raw(&row[1]);
        let allowed = 2f64.powi(-50) + power.to_num::<f64>().abs() / 2f64.powi(55);
        worst.see(relative(pow(raw(&row[0]), power).unwrap(), &row[2]) / allowed, || format!("{row}"));
    }
    worst.assert_within(1.0);
}

/// Any moneyness, and a total volatility of up to 16: only the smaller side's error counts.
#[test]
fn options_outside_the_domain() {
    let vectors = vectors();
    let (mut value, mut delta) = (Worst::new("wide: call / smaller side"), Worst::new("wide: delta"));
    for row in rows(&vectors, "wide") {
        let [forward, strike, ppm, seconds] =
            ["forward", "strike", "volatility", "seconds"].map(|field| integer(&row[field]));
        let volatility = TotalVolatility::new(ppm as u32, root_years(seconds).unwrap()).unwrap();
        let found = call(forward, strike, ln_ratio(forward, strike).unwrap(), &volatility).unwrap();
        let miss = ((i128::from(found.value) << 32) - whole(&row["call"])) as f64 / 2f64.powi(32);
        let beyond = if miss > 0.0 { miss } else { (miss + 1.0).min(0.0) };
        // The root of the time is in 2^-48.
        let allowed = 0.2 * ppm as f64 / 1e6 / 2f64.powi(48);
        value.see((beyond.abs() / forward.min(strike) as f64 - allowed).max(0.0), || format!("{row}"));
        delta.see(units(found.delta, &row["delta"]) / 2f64.powi(48), || format!("{row}"));
    }
    value.assert_within(1e-14);
    delta.assert_within(1e-11);
}

#[test]
fn options() {
    let vectors = vectors();
    let (mut value, mut in_double) = (Worst::new("call / smaller side"), Worst::new("f64 reference / forward"));
    let mut extreme = Worst::new("call / smaller side, volatility above 1000 %");
    let (mut units_off, mut delta) = (Worst::new("call up to 2^40, in units"), Worst::new("delta · min(s, 1)"));
    let (mut gamma, mut vega) = (Worst::new("gamma · s · min(s, 1)"), Worst::new("vega / (F·√τ) · min(s, 1)"));
    let mut decay = Worst::new("decay / (F·s/2τ) · min(s, 1)");
    for row in rows(&vectors, "options") {
        let [forward, strike, ppm, seconds] =
            ["forward", "strike", "volatility", "seconds"].map(|field| integer(&row[field]));
        let place = || format!("{row}");
        let root = root_years(seconds).unwrap();
        let volatility = TotalVolatility::new(ppm as u32, root).unwrap();
        let log_moneyness = ln_ratio(forward, strike).unwrap();
        let found = call(forward, strike, log_moneyness, &volatility).unwrap();
        let miss = ((i128::from(found.value) << 32) - whole(&row["call"])) as f64 / 2f64.powi(32);
        // One unit is the rounding down.
        let beyond = if miss > 0.0 { miss } else { (miss + 1.0).min(0.0) };
        // The root of the time is in 2^-48, so up to half of that times the volatility is missing in s.
        if ppm > 10_000_000 {
            extreme.see(beyond / forward.min(strike) as f64, place);
        } else {
            value.see(beyond / forward.min(strike) as f64, place);
            if forward.max(strike) <= 1 << 40 {
                units_off.see(miss, place);
            }
        }
        let s = ppm as f64 / 1e6 * (seconds as f64 / 31_536_000.0).sqrt();
        let expected = whole(&row["call"]) as f64 / 2f64.powi(32);
        // The vectors are in 2^-32 units.
        if forward > 1 << 15 {
            in_double.see((black(forward as f64, strike as f64, s).0 - expected) / forward as f64, place);
        }
        // Half a unit of the logarithm is divided by s.
        delta.see(units(found.delta, &row["delta"]) / 2f64.powi(48) * s.min(1.0), place);

        let greeks = greeks(forward, strike, log_moneyness, &volatility, seconds).unwrap();
        assert_eq!(greeks.delta, found.delta);
        let exact = whole(&row["gamma"]) as f64 / 2f64.powi(64);
        if exact < 32_768.0 {
            gamma.see(units(greeks.gamma, &row["gamma"]) / 2f64.powi(48) * s * s.min(1.0), place);
        } else {
            assert!(greeks.gamma.to_bits() > i64::MAX - (1 << 40));
        }
        let miss = ((i128::from(greeks.vega) << 32) - whole(&row["vega"])) as f64 / 2f64.powi(32);
        // F·φ is rounded down to 2^-5.
        let root: f64 = root.to_num();
        vega.see((miss.abs() - 1.0 - root / 32.0).max(0.0) / (forward as f64 * root) * s.min(1.0), place);
        let miss = ((i128::from(greeks.decay) << 32) - whole(&row["decay"])) as f64 / 2f64.powi(32);
        let rounding = 1.0 + 4.0 * s / seconds as f64;
        decay.see((miss.abs() - rounding).max(0.0) / (forward as f64 * 128.0 / seconds as f64) * s.min(1.0) / s, place);
    }
    value.assert_within(1e-14);
    extreme.assert_within(4e-12);
    in_double.assert_within(1e-13);
    units_off.assert_within(1.01);
    delta.assert_within(2e-12);
    gamma.assert_within(2e-12);
    vega.assert_within(2e-12);
    decay.assert_within(2e-12);
}
