//! The impact price against the plainest way to reckon it: one lot at a time.

mod common;

use ballast_book::{BookError, Impact, Order, Side};
use common::{Pair, Rng};

/// Lots one by one, from the best order on, until they are worth the notional.
fn naive(pair: &Pair, side: Side, lot_value: i64, notional: i64, most: usize, odd_only: bool) -> Option<Impact> {
    let mut sum = Impact { lots: 0, value: 0 };
    for order in pair.side(side).iter().take(most) {
        if odd_only && order.client_id % 2 == 0 {
            continue;
        }
        for _ in 0..order.lots {
            sum.lots += 1;
            sum.value += order.price * lot_value;
            if sum.value >= notional {
                return Some(sum);
            }
        }
    }
    None
}

/// I294.
#[test]
fn the_impact_price_is_that_of_lots_taken_one_by_one() {
    for seed in 0..400 {
        let mut rng = Rng::new(seed);
        let mut pair = Pair::new(64, 3);
        for n in 0..rng.below(30) {
            for side in Side::BOTH {
                let (price, lots) = (1 + rng.below(50) as i64, 1 + rng.below(20) as i64);
                pair.insert(side, rng.below(3) as usize, price, lots, n).unwrap();
            }
        }
        for side in Side::BOTH {
            let (lot_value, notional) = (1 + rng.below(10) as i64, 1 + rng.below(20_000) as i64);
            let (most, odd_only) = (rng.below(40) as usize, rng.below(2) == 0);
            let counts = |o: &Order| !odd_only || o.client_id % 2 == 1;
            let found = pair.view().impact(side, lot_value, notional, most, counts).unwrap();
            assert_eq!(found, naive(&pair, side, lot_value, notional, most, odd_only), "seed {seed}");
        }
    }
}

/// I294.
#[test]
fn what_does_not_fit_is_an_error_and_an_empty_side_has_no_price() {
    let mut pair = Pair::new(8, 1);
    assert_eq!(pair.view().impact(Side::Bid, 1, 1, 64, |_| true), Ok(None));
    pair.insert(Side::Bid, 0, i64::MAX, 5, 0).unwrap();
    assert_eq!(pair.view().impact(Side::Bid, 2, 1, 64, |_| true), Err(BookError::Overflow));
    assert_eq!(pair.view().impact(Side::Bid, 1, 1, 64, |_| true), Ok(Some(Impact { lots: 1, value: i64::MAX })));
    assert_eq!(pair.view().impact(Side::Bid, 1, i64::MIN, 64, |_| true), Ok(None));
}
