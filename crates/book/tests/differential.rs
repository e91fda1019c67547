//! The book against two sorted vectors, under random operations.
//!
//! `BALLAST_BOOK_OPS` sets the total number of operations; the default is 1,200,000.

mod common;

use ballast_book::Side;
use common::{Pair, Rng};
use proptest::prelude::*;

/// How prices are chosen.
#[derive(Clone, Copy, Debug)]
enum Prices {
    /// Few levels with many orders each.
    Few,
    /// Nearly every order has its own level.
    Many,
    /// Around a mid that wanders, as in a market.
    Market,
    /// Ever rising: the insertion order that unbalances a plain tree.
    Rising,
    /// The extremes of i64 among others.
    Extreme,
}

fn price(prices: Prices, side: Side, step: u64, rng: &mut Rng) -> i64 {
    match prices {
        Prices::Few => 100 + rng.below(5) as i64,
        Prices::Many => 1 + rng.below(1 << 40) as i64,
        Prices::Market => {
            let mid = 100_000 + ((step >> 9) % 400) as i64;
            let away = (rng.below(64) * rng.below(64)) as i64;
            match side {
                Side::Bid => mid - away,
                Side::Ask => mid + away,
            }
        }
        Prices::Rising => 1 + step as i64 / 2,
        Prices::Extreme => match rng.below(4) {
            0 => i64::MAX,
            1 => 1,
            2 => i64::MAX - rng.below(100) as i64,
            _ => 1 << rng.below(63),
        },
    }
}

fn ops() -> u64 {
    match std::env::var("BALLAST_BOOK_OPS") {
        Ok(ops) => ops.parse().expect("BALLAST_BOOK_OPS is a number"),
        Err(_) => 1_200_000,
    }
}

/// `share` of 12 of the operations, on a book of `slots` slots.
fn run(prices: Prices, slots: usize, owners: usize, share: u64, seed: u64) {
    let mut rng = Rng::new(seed);
    let mut pair = Pair::new(slots, owners);
    let total = ops() * share / 12;
    let full_check = 64 + slots as u64 * 4;
    let (mut deepest, mut evicted) = (0, 0);
    for step in 0..total {
        let side = if rng.below(2) == 0 { Side::Bid } else { Side::Ask };
        let len = pair.side(side).len() as u64;
        // Fill up and drain in turns, so that both an empty and a full book are met.
        let filling = (step / (slots as u64 * 3)).is_multiple_of(2);
        let inserts = if filling { 65 } else { 25 };
        match rng.below(100) {
            dice if dice < inserts || len == 0 => {
                let price = price(prices, side, step, &mut rng);
                let who = rng.below(owners as u64) as usize;
                let lots = 1 + rng.below(1_000) as i64;
                // On a full side another order may give way.
                let full = pair.view().is_full(side);
                if full {
                    let passed: Vec<usize> = (0..3).map(|_| rng.below(owners as u64) as usize).collect();
                    evicted += u64::from(pair.evict(side, price, lots, &passed).is_some());
                }
                let room = !pair.view().is_full(side);
                assert_eq!(pair.insert(side, who, price, lots, rng.below(16)).is_ok(), room);
            }
            dice if dice < 70 => pair.remove(side, rng.below(len) as usize),
            dice if dice < 80 => pair.remove(side, 0),
            dice if dice < 82 => pair.remove(side, len as usize - 1),
            dice if dice < 92 => {
                let lots = rng.below(1_000) as i64 - 10;
                pair.reduce(side, rng.below(len.min(8)) as usize, lots);
            }
            dice if dice < 94 => pair.remove_as_other(side, rng.below(len) as usize),
            dice if dice < 98 => pair.check_gone(&mut rng),
            dice => {
                let who = rng.below(owners as u64) as usize;
                if dice == 99 || slots < 100 {
                    pair.check_client_id(who, rng.below(16));
                }
                let _ = pair.insert(side, who, 0, 1, 0);
                let _ = pair.insert(side, who, 1, -1, 0);
            }
        }
        deepest = deepest.max(pair.side(side).len());
        if step % full_check == 0 {
            pair.check_all();
        }
    }
    pair.check_all();
    // A run long enough met the full book, and orders that gave way.
    assert!(total < slots as u64 * 12 || deepest == slots / 2 && evicted > 0, "{evicted} gave way");
    for side in Side::BOTH {
        while !pair.side(side).is_empty() {
            let len = pair.side(side).len() as u64;
            pair.remove(side, rng.below(len) as usize);
        }
    }
    pair.check_all();
    assert!(pair.heads.iter().all(|head| *head == 0));
}

#[test]
fn few_levels() {
    run(Prices::Few, 64, 5, 2, 1);
}

#[test]
fn many_levels() {
    run(Prices::Many, 32, 3, 1, 2);
    run(Prices::Many, 600, 20, 2, 3);
}

#[test]
fn like_a_market() {
    run(Prices::Market, 600, 20, 2, 4);
}

#[test]
fn rising_prices() {
    run(Prices::Rising, 400, 7, 2, 5);
}

#[test]
fn extreme_prices() {
    run(Prices::Extreme, 128, 4, 2, 6);
}

#[test]
fn one_owner_alone() {
    run(Prices::Market, 100, 1, 1, 7);
}

/// I278.
#[test]
fn four_thousand_a_side() {
    for (prices, seed) in [(Prices::Many, 8), (Prices::Rising, 9), (Prices::Market, 10)] {
        let mut rng = Rng::new(seed);
        let mut pair = Pair::new(8192, 300);
        for step in 0..8192 {
            let side = Side::BOTH[step as usize % 2];
            let price = price(prices, side, step, &mut rng);
            let who = rng.below(300) as usize;
            pair.insert(side, who, price, 1 + step as i64, step).unwrap();
        }
        pair.check_all();
        for side in Side::BOTH {
            assert_eq!(pair.side(side).len(), 4096);
            assert!(pair.insert(side, 0, 5, 1, 0).is_err());
        }
        // Churn at the brim, then take the book from the top.
        for step in 0..4096 {
            let side = Side::BOTH[step as usize % 2];
            pair.remove(side, rng.below(4096) as usize);
            let price = price(prices, side, step, &mut rng);
            pair.insert(side, rng.below(300) as usize, price, 7, step).unwrap();
        }
        pair.check_all();
        while !pair.side(Side::Bid).is_empty() {
            pair.remove(Side::Bid, 0);
        }
        pair.check_all();
    }
}

#[test]
fn many_owners() {
    let mut rng = Rng::new(11);
    let mut pair = Pair::new(4096, 1000);
    for step in 0..4096u64 {
        let side = Side::BOTH[step as usize % 2];
        let price = price(Prices::Market, side, step, &mut rng);
        pair.insert(side, (step % 1000) as usize, price, 3, step / 1000).unwrap();
    }
    for who in 0..1000 {
        pair.check_client_id(who, rng.below(6));
    }
    // Every second owner cancels all, by walking its own list and nothing else.
    for who in (0..1000).step_by(2) {
        while pair.heads[who] != 0 {
            let handle = ballast_book::Handle(pair.heads[who]);
            let (side, rank) = Side::BOTH
                .iter()
                .find_map(|side| {
                    let rank = pair.side(*side).iter().position(|o| o.id.handle == handle)?;
                    Some((*side, rank))
                })
                .unwrap();
            assert_eq!(pair.side(side)[rank].owner, who);
            pair.remove(side, rank);
        }
    }
    pair.check_all();
    assert!(pair.model.iter().flatten().all(|o| o.owner % 2 == 1));
}

/// I107.
#[test]
fn growth() {
    let mut rng = Rng::new(12);
    let mut pair = Pair::new(2, 10);
    for step in 0..200_000u64 {
        let side = Side::BOTH[rng.below(2) as usize];
        let price = price(Prices::Market, side, step, &mut rng);
        let who = rng.below(10) as usize;
        let was_full = pair.side(side).len() == pair.slots / 2;
        let inserted = pair.insert(side, who, price, 1, step);
        assert_eq!(inserted.is_err(), was_full);
        if was_full {
            pair.check_all();
            if pair.slots >= 3_000 {
                break;
            }
            pair.slots += 1 + rng.below(400) as usize;
            pair.bytes.grow(pair.slots);
            pair.check_all();
        } else if rng.below(3) == 0 {
            let len = pair.side(side).len() as u64;
            pair.remove(side, rng.below(len) as usize);
        }
    }
    assert!(pair.slots >= 3_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// As above, in runs so short that a failure shrinks to something a person can read.
    #[test]
    fn short_runs(steps in prop::collection::vec((0u8..6, 0u8..2, 0usize..64, 1i64..12), 1..120)) {
        let mut pair = Pair::new(32, 3);
        for (what, side, pick, number) in steps {
            let side = Side::BOTH[side as usize];
            let len = pair.side(side).len();
            match what {
                0..=2 => { let _ = pair.insert(side, pick % 3, number, number, number as u64); }
                3 if len > 0 => pair.remove(side, pick % len),
                4 if len > 0 => pair.reduce(side, pick % len, number),
                5 => { let _ = pair.evict(side, number, number, &[pick % 3]); }
                _ => {}
            }
            pair.check_all();
        }
    }
}
