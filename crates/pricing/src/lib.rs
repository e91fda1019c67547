//! Option pricing in integers: exponential, logarithm, root, power and normal distribution in fixed point, and Black's
//! formula of 1976 on top of them. No float, no allocation, and no dependency but `fixed` for the number type; nothing here
//! knows of Solana.
//!
//! ```
//! use ballast_pricing::{TotalVolatility, call, ln_ratio, mul_floor, put, root_years};
//!
//! // 30 days, 60 % a year, forward 60,000 and strike 65,000 in millionths.
//! let volatility = TotalVolatility::new(600_000, root_years(30 * 86_400)?)?;
//! let (forward, strike) = (60_000_000_000, 65_000_000_000);
//! let log_moneyness = ln_ratio(forward, strike)?;
//! let call = call(forward, strike, log_moneyness, &volatility)?;
//! let put = put(forward, strike, log_moneyness, &volatility)?;
//! assert_eq!(call.value, 2_237_868_155);
//! assert_eq!(call.value - put.value, forward - strike);
//! assert_eq!(mul_floor(1_000_000, call.delta)?, 352_226);
//! # Ok::<(), ballast_pricing::PricingError>(())
//! ```
//!
//! # Numbers
//!
//! Prices are `i64` in any one scale, from 1 to 2^56. Everything else is an [`I16F48`] of the crate [`fixed`]: Q48, so steps
//! of 2^-48 (3.6e-15) up to 32,768. Inside, results are kept to 57 to 62 fraction bits. Options are undiscounted and rates are
//! zero: the forward is the forward of the expiry.
//!
//! `fixed` multiplies and divides in 128 bits, and its operators panic or wrap where a result does not fit. So nothing here
//! uses them: every product is one of 64-bit halves over the number's bits. [`ratio`] and [`mul_floor`] are the quotient and
//! the product for callers.
//!
//! # Accuracy
//!
//! The largest errors found by `tests/` (2,700 points in 60 digits, 355,000 in doubles), over moneyness 1/50 to 50, total
//! volatility 1e-6 to 5 and times from a second to three years:
//!
//! | what | largest error | where |
//! |---|---|---|
//! | call, put | 6.9e-15 of the smaller of forward and strike, and the rounding down of less than a unit | s = 0.008, at the money |
//! | delta | 5.6e-15 / min(s, 1) | s = 1; half a unit of the logarithm is divided by s |
//! | both, volatilities of 1,000 % to 400,000 % | 1.2e-12 | 217,000 %, one minute: √τ has 48 bits |
//! | [`normal_cdf`] | 4.2e-15 | -0.0389 |
//! | [`normal_pdf`] | 1.9e-15 | -0.126 |
//! | [`exp`] | 2.2e-16 relative, or half a unit | 1.397 |
//! | [`ln`], [`ln_ratio`] | 1.9e-15: 0.52 units | ln(5048 · 2^-48) |
//! | [`sqrt`] | rounded down exactly | |
//! | [`root_years`] | 1.8e-15: half a unit | |
//!
//! Outside that domain the value is as good (400 of the points have a moneyness of up to 2^42 and an s of up to 16); for s
//! below 1e-6 it stays so, as nothing is divided by s but the distance to the money. A given error ε of the logarithm costs
//! ε·F at most, one of s costs 0.4·ε·F.
//!
//! # What holds to the unit
//!
//! - `max(0, F - K) ≤ call ≤ F`, `max(0, K - F) ≤ put ≤ K` and `call - put = F - K`: by construction, whatever logarithm is
//!   passed.
//! - [`call`] never falls, not by one unit, with a higher volatility or a longer time (steps of a millionth, of a second) for
//!   any forward; nor with a higher forward or a lower strike (steps of a unit or more) while both are below 2^48. Puts
//!   likewise. Above 2^48 a unit is less than the logarithm resolves; a fall of up to 1 + 2^-48 of the price is possible.
//!   Found by search (eight million pairs, and every seam of the tables), not proven: the polynomials meet at the ends of
//!   their intervals and their slopes are good to 2^-40.
//! - [`exp`], [`ln`], [`sqrt`] and [`normal_cdf`] never fall.
//!
//! # Cost
//!
//! On sBPF a 64-bit product or quotient is one instruction, and a 128-bit product is some sixty; so all of this is made
//! of 64-bit ones. A call takes no division. Volatility and logarithm are arguments, so that calls can share them.
//! Measured: the rows `black76`, `black76_shared`, `black76_greeks` and `implied_volatility` of `benches/RESULTS.md`. There is no
//! loop whose length depends on an argument, except in [`implied_volatility`] and [`ratio`](fn@ratio), and no path to a
//! panic.
#![no_std]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
// The operators of a number panic or wrap where the result does not fit; so do those of integers.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

#[cfg(test)]
extern crate std;

mod black76;
mod error;
mod exponential;
mod implied;
mod normal;
mod ratio;
mod root;
mod tables;
mod volatility;
mod wide;

pub use black76::{Call, Greeks, MAX_PRICE, Put, call, call_value, greeks, put};
pub use error::PricingError;
pub use exponential::{exp, ln, ln_integer, ln_ratio, pow};
pub use fixed::types::I16F48;
pub use implied::implied_volatility;
pub use normal::{normal_cdf, normal_pdf};
pub use ratio::{mul_floor, ratio};
pub use root::{MAX_SECONDS, root_years, sqrt};
pub use volatility::{MAX_TOTAL_VOLATILITY, TotalVolatility};
