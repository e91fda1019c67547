//! Black's formula in doubles, and a record of the worst case.
#![allow(dead_code, reason = "each test file uses a part")]

use libm::erfc;

/// N(x).
pub fn cdf(x: f64) -> f64 {
    erfc(-x / 2f64.sqrt()) / 2.0
}

/// φ(x).
pub fn pdf(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// ln(f/k), also near one.
pub fn log_ratio(forward: f64, strike: f64) -> f64 {
    let part = (forward - strike) / strike;
    if part.abs() < 0.5 { part.ln_1p() } else { (forward / strike).ln() }
}

/// A call's value and N(d1), as the textbook has them.
pub fn black(forward: f64, strike: f64, s: f64) -> (f64, f64) {
    let d1 = log_ratio(forward, strike) / s + s / 2.0;
    (forward * cdf(d1) - strike * cdf(d1 - s), cdf(d1))
}

/// The largest error seen, and where.
pub struct Worst {
    name: &'static str,
    count: u64,
    error: f64,
    place: String,
}

impl Worst {
    pub fn new(name: &'static str) -> Self {
        Self { name, count: 0, error: 0.0, place: String::new() }
    }

    pub fn see(&mut self, error: f64, place: impl Fn() -> String) {
        self.count += 1;
        assert!(!error.is_nan(), "{}: {}", self.name, place());
        if error.abs() > self.error.abs() {
            (self.error, self.place) = (error, place());
        }
    }

    pub fn assert_within(&self, limit: f64) {
        println!("{}: {:.3e} of {} at {}", self.name, self.error, self.count, self.place);
        assert!(self.error.abs() <= limit, "{}: {:e} at {}", self.name, self.error, self.place);
    }
}
