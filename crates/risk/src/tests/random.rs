//! Random numbers and the runner of random cases.

use std::{env, eprintln, prelude::v1::*, thread};

/// SplitMix64 (Steele, Lea, Flood 2014): small, and every seed is as good as any other.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In [low, high].
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "{low} > {high}");
        let width = (high as i128 - low as i128 + 1) as u128;
        (low as i128 + (u128::from(self.next()) % width) as i128) as i64
    }

    /// In [0, n).
    pub fn below(&mut self, n: usize) -> usize {
        self.range(0, n as i64 - 1) as usize
    }

    /// In [low, high], every order of magnitude equally likely; low > 0.
    pub fn log_range(&mut self, low: i64, high: i64) -> i64 {
        assert!(low > 0 && low <= high, "{low} > {high}");
        let bits = |n: i64| 63 - n.leading_zeros() as i64;
        let b = self.range(bits(low), bits(high));
        self.range(1 << b, ((1i128 << (b + 1)) - 1) as i64).clamp(low, high)
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.range(0, 99) < percent
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
    }
}

struct Reporter(u64);

impl Drop for Reporter {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("failed with BALLAST_SEED={}", self.0);
        }
    }
}

/// Runs a number of cases.
pub fn cases(count: u64, run: impl Fn(&mut Rng)) {
    let number = |name: &str| env::var(name).ok().map(|v| v.parse::<u64>().unwrap());
    let seeds: Vec<u64> = match number("BALLAST_SEED") {
        Some(seed) => [seed].into(),
        None => (0..count * number("BALLAST_CASES").unwrap_or(1)).collect(),
    };
    for seed in seeds {
        let reporter = Reporter(seed);
        run(&mut Rng(seed));
        drop(reporter);
    }
}
