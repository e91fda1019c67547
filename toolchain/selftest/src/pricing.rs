//! Functions whose cost `cargo xtask bench` measures: a price of `ballast-pricing`, and the same one by another crate.

use ballast_pricing::{TotalVolatility, call, greeks, implied_volatility, ln_ratio, root_years};
use core::hint::black_box;

/// What is priced: a call on a forward, without interest.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Forward, in 1e-12: so many digits does the other crate count.
    pub forward: i64,
    /// Strike, likewise.
    pub strike: i64,
    /// Volatility, millionths a year.
    pub volatility: u32,
    /// Time to expiry.
    pub seconds: i64,
}

/// A function that is measured.
pub struct Pricing {
    /// Name of its figures.
    pub name: &'static str,
    /// Prices an input so many times; the last result, zero for no times, `None` where it has none.
    pub run: fn(&Input, u32) -> Option<i64>,
}

/// All of them, at the index that the instruction takes.
pub static PRICINGS: &[Pricing] = &[
    Pricing { name: "black76", run: price },
    Pricing { name: "black76_shared", run: price_shared },
    Pricing { name: "black76_greeks", run: price_greeks },
    Pricing { name: "implied_volatility", run: implied },
    #[cfg(feature = "solmath")]
    Pricing { name: "solmath black_scholes_price", run: solmath::price },
    #[cfg(feature = "solmath")]
    Pricing { name: "solmath black_scholes_price_hp", run: solmath::price_hp },
    #[cfg(feature = "solmath")]
    Pricing { name: "solmath bs_full", run: solmath::full },
    #[cfg(feature = "solmath")]
    Pricing { name: "solmath bs_full_hp", run: solmath::full_hp },
    #[cfg(feature = "solmath")]
    Pricing { name: "solmath implied_vol", run: solmath::implied },
];

/// Runs a function so many times, hiding the input from the compiler each time.
#[inline(always)]
fn repeat(input: &Input, times: u32, run: impl Fn(&Input) -> Option<i64>) -> Option<i64> {
    let mut result = Some(0);
    for _ in 0..times {
        result = black_box(run(black_box(input)));
    }
    result
}

fn total(i: &Input) -> Option<TotalVolatility> {
    TotalVolatility::new(i.volatility, root_years(i.seconds).ok()?).ok()
}

/// The value, from nothing but the input.
fn price(input: &Input, times: u32) -> Option<i64> {
    repeat(input, times, |i| {
        let x = ln_ratio(i.forward, i.strike).ok()?;
        Some(call(i.forward, i.strike, x, &total(i)?).ok()?.value)
    })
}

/// The value and delta, logarithm and σ√τ being there: as for every scenario of an array.
fn price_shared(input: &Input, times: u32) -> Option<i64> {
    let x = ln_ratio(input.forward, input.strike).ok()?;
    let total = total(input)?;
    repeat(input, times, |i| Some(call(i.forward, i.strike, x, black_box(&total)).ok()?.value))
}

/// The Greeks, from nothing but the input; returns gamma.
fn price_greeks(input: &Input, times: u32) -> Option<i64> {
    repeat(input, times, |i| {
        let x = ln_ratio(i.forward, i.strike).ok()?;
        let g = greeks(i.forward, i.strike, x, &total(i)?, i.seconds).ok()?;
        black_box(g.vega.wrapping_add(g.decay).wrapping_add(g.delta.to_bits()));
        Some(g.gamma.to_bits())
    })
}

/// The volatility of the value, in millionths.
fn implied(input: &Input, times: u32) -> Option<i64> {
    let value = price(input, 1)?;
    repeat(input, times, |i| implied_volatility(black_box(value), i.forward, i.strike, i.seconds).ok().map(i64::from))
}

/// The crate `solmath` on the same input, with an interest rate of zero.
#[cfg(feature = "solmath")]
mod solmath {
    use super::{Input, black_box, repeat};
    use solmath::{BsFull, SCALE, black_scholes_price, black_scholes_price_hp, bs_full, bs_full_hp, implied_vol};

    const YEAR: u128 = 31_536_000;

    /// Spot, strike, rate, volatility and years as it counts them.
    #[inline(always)]
    fn convert(i: &Input) -> (u128, u128, u128, u128, u128) {
        let years = i.seconds as u128 * SCALE / YEAR;
        (i.forward as u128, i.strike as u128, 0, u128::from(i.volatility) * 1_000_000, years)
    }

    // The conversion is outside the loop: it is not the crate's cost.

    pub fn price(input: &Input, times: u32) -> Option<i64> {
        let at = convert(input);
        repeat(input, times, |_| {
            let (s, k, r, sigma, t) = black_box(at);
            Some(black_scholes_price(s, k, r, sigma, t).ok()?.0 as i64)
        })
    }

    pub fn price_hp(input: &Input, times: u32) -> Option<i64> {
        let at = convert(input);
        repeat(input, times, |_| {
            let (s, k, r, sigma, t) = black_box(at);
            Some(black_scholes_price_hp(s, k, r, sigma, t).ok()?.0 as i64)
        })
    }

    fn all(f: BsFull) -> Option<i64> {
        black_box(&f);
        Some(f.call as i64)
    }

    pub fn full(input: &Input, times: u32) -> Option<i64> {
        let at = convert(input);
        repeat(input, times, |_| {
            let (s, k, r, sigma, t) = black_box(at);
            all(bs_full(s, k, r, sigma, t).ok()?)
        })
    }

    pub fn full_hp(input: &Input, times: u32) -> Option<i64> {
        let at = convert(input);
        repeat(input, times, |_| {
            let (s, k, r, sigma, t) = black_box(at);
            all(bs_full_hp(s, k, r, sigma, t).ok()?)
        })
    }

    /// In millionths.
    pub fn implied(input: &Input, times: u32) -> Option<i64> {
        let (s, k, r, _, t) = convert(input);
        let value = super::price(input, 1)? as u128;
        repeat(input, times, |_| {
            let found = implied_vol(black_box(value), black_box(s), k, r, t).ok()?;
            Some((found / 1_000_000) as i64)
        })
    }
}
