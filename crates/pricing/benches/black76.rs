//! Native time of a price, of an option's risk array as a refresh makes it, and of the same price by the crate `solmath`.
//! Prints a line per figure, `NAME NS`, which `cargo xtask bench` reads. Run it alone with
//!
//! ```text
//! cargo bench --manifest-path crates/pricing/Cargo.toml --bench black76
//! ```

use ballast_pricing::{TotalVolatility, call, greeks, ln_ratio, ratio, root_years};
use solmath::{SCALE, black_scholes_price, black_scholes_price_hp, bs_full, bs_full_hp};
use std::{hint::black_box, time::Instant};

/// Forward: 100 in 1e-12, so many digits does the other crate count.
const FORWARD: i64 = 100_000_000_000_000;
/// Strikes as percent of the forward, volatilities in millionths, times in seconds.
const STRIKES: [i64; 5] = [80, 95, 100, 105, 125];
const VOLATILITIES: [u32; 2] = [600_000, 1_000_000];
const SECONDS: [i64; 3] = [86_400, 2_592_000, 31_536_000];
const YEAR: u128 = 31_536_000;

/// The fastest round counts.
const ROUNDS: u32 = 2_000;

fn main() {
    let inputs: Vec<(i64, u32, i64)> = STRIKES
        .iter()
        .flat_map(|percent| VOLATILITIES.iter().map(move |v| (FORWARD / 100 * percent, *v)))
        .flat_map(|(strike, v)| SECONDS.iter().map(move |seconds| (strike, v, *seconds)))
        .collect();
    let ours = |run: fn(i64, u32, i64) -> Option<i64>| fastest(&inputs, |(k, v, t)| run(k, v, t));
    println!("black76 {}", ours(price));
    println!("risk_array_16 {}", ours(array));
    let others = |run: fn(u128, u128, u128) -> Option<u128>| {
        fastest(&inputs, |(k, v, t)| {
            run(k as u128, u128::from(v) * 1_000_000, t as u128 * SCALE / YEAR).map(|v| v as i64)
        })
    };
    const F: u128 = FORWARD as u128;
    println!("solmath_black_scholes_price {}", others(|k, v, t| Some(black_scholes_price(F, k, 0, v, t).ok()?.0)));
    println!(
        "solmath_black_scholes_price_hp {}",
        others(|k, v, t| Some(black_scholes_price_hp(F, k, 0, v, t).ok()?.0))
    );
    println!("solmath_bs_full {}", others(|k, v, t| Some(bs_full(F, k, 0, v, t).ok()?.call)));
    println!("solmath_bs_full_hp {}", others(|k, v, t| Some(bs_full_hp(F, k, 0, v, t).ok()?.call)));
}

/// Mean nanoseconds of an input in the fastest round.
fn fastest(inputs: &[(i64, u32, i64)], run: impl Fn((i64, u32, i64)) -> Option<i64>) -> u64 {
    let mut best = u128::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for input in inputs {
            black_box(run(black_box(*input))).expect("a price");
        }
        best = best.min(start.elapsed().as_nanos());
    }
    (best / inputs.len() as u128) as u64
}

fn price(strike: i64, volatility: u32, seconds: i64) -> Option<i64> {
    let x = ln_ratio(FORWARD, strike).ok()?;
    let total = TotalVolatility::new(volatility, root_years(seconds).ok()?).ok()?;
    Some(call(FORWARD, strike, x, &total).ok()?.value)
}

/// Greeks, value, and sixteen more values: seven price moves with volatility up and down, two extremes.
fn array(strike: i64, volatility: u32, seconds: i64) -> Option<i64> {
    let x = ln_ratio(FORWARD, strike).ok()?;
    let root = root_years(seconds).ok()?;
    let total = |ppm| TotalVolatility::new(ppm, root).ok();
    let (down, same, up) = (total(volatility / 100 * 65)?, total(volatility)?, total(volatility / 100 * 135)?);
    let g = greeks(FORWARD, strike, x, &same, seconds).ok()?;
    let mut sum = call(FORWARD, strike, x, &same).ok()?.value.wrapping_add(g.vega);
    let mut node = |thirds: i64, total: &TotalVolatility| {
        let moved = FORWARD / 60 * thirds;
        let log = black_box(ratio(thirds, 60).ok()?);
        let at = call(FORWARD + moved, strike, x.checked_add(log)?, total).ok()?;
        sum = sum.wrapping_add(at.value);
        Some(())
    };
    for thirds in -3..=3 {
        node(thirds, &down)?;
        node(thirds, &up)?;
    }
    node(-9, &same)?;
    node(9, &same)?;
    Some(sum)
}
