//! The library calls against the host's arithmetic, on random numbers and on those where carries and digits go wrong.
extern crate std;

use super::*;

/// A short count in debug, where every step is checked; the long one with `cargo test --release -p sbf-rt`.
const CASES: u32 = if cfg!(debug_assertions) { 300_000 } else { 20_000_000 };

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn wide(&mut self) -> i128 {
        let full = ((self.next() as u128) << 64) | self.next() as u128;
        let any_length = full >> (self.next() % 128);
        (match self.next() % 10 {
            0 => u128::MAX,
            1 => 1 << (self.next() % 128),
            2 => (1u128 << (self.next() % 128)).wrapping_sub(1),
            3 => i128::MIN as u128,
            4 => any_length.wrapping_neg(),
            5 => ((self.next() as u128) << 64) | u64::MAX as u128,
            6 => ((u32::MAX as u128) << (self.next() % 97)) + (self.next() % 3) as u128,
            _ => any_length,
        }) as i128
    }
}

#[test]
fn library_calls_agree_with_the_host() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for _ in 0..CASES {
        let (a, b) = (random.wide(), random.wide());
        let (ua, ub) = (a as u128, b as u128);
        assert_eq!(__multi3(a, b), a.wrapping_mul(b), "{a} * {b}");
        if b != 0 {
            assert_eq!(__udivti3(a, b) as u128, ua / ub, "{ua} / {ub}");
            assert_eq!(__umodti3(a, b) as u128, ua % ub, "{ua} % {ub}");
            assert_eq!(__divti3(a, b), a.wrapping_div(b), "{a} / {b}");
            assert_eq!(__modti3(a, b), a.wrapping_rem(b), "{a} % {b}");
        }
    }
}
