//! Operations on a book and on the naive model of the tests: they agree after every one.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

use ballast_book::Side;
use common::Pair;
use libfuzzer_sys::fuzz_target;

/// One operation: what, which order or owner, price, lots.
const STEP: usize = 4;

fuzz_target!(|data: &[u8]| {
    let mut pair = Pair::new(32, 3);
    for (n, step) in data.chunks_exact(STEP).enumerate() {
        let [what, pick, price, lots] = *step else { continue };
        let side = Side::BOTH[usize::from(what >> 7)];
        let len = pair.side(side).len();
        let rank = usize::from(pick) % len.max(1);
        match what & 7 {
            1 if len > 0 => pair.remove(side, rank),
            2 if len > 0 => pair.reduce(side, rank, i64::from(lots)),
            3 if len > 0 => pair.remove_as_other(side, rank),
            6 => {
                let _ = pair.evict(side, i64::from(price), i64::from(lots), &[usize::from(pick) % 3]);
            }
            4 => pair.check_client_id(usize::from(pick) % 3, u64::from(lots)),
            5 if pair.slots < 256 => {
                pair.slots += 1 + usize::from(lots % 4);
                pair.bytes.grow(pair.slots);
            }
            _ => {
                // Low prices and, by their complement, the highest there are.
                let price = if what & 64 == 0 { i64::from(price) } else { i64::MAX - i64::from(price) };
                let _ = pair.insert(side, usize::from(pick) % 3, price, i64::from(lots), n as u64 % 16);
            }
        }
    }
    pair.check_all();
});
