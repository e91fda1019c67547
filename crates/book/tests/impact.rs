//! The impact price against the plainest way to reckon it: one lot at a time.

mod common;

use ballast_book::{BookError, Impact, Order, Reach, Side};
use ballast_units::{Lots, QuoteNative, TickValue};
use common::{Pair, Rng};

/// Orders counted and walked.
const REACH: Reach = Reach { counted: 2, walked: 4 };

/// Lots one by one, from the best order on, until they are worth the notional.
fn naive(pair: &Pair, side: Side, lot_value: i64, notional: i64, reach: Reach, odd_only: bool) -> Option<Impact> {
    let mut sum = Impact { lots: Lots::new(0), value: QuoteNative::new(0) };
    let walked = pair.side(side).iter().take(reach.walked);
    for order in walked.filter(|o| !odd_only || o.client_id % 2 == 1).take(reach.counted) {
        for _ in 0..order.lots {
            sum.lots = Lots::new(sum.lots.get() + 1);
            sum.value = QuoteNative::new(sum.value.get() + order.price * lot_value);
            if sum.value >= QuoteNative::new(notional) {
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
            let reach = Reach { counted: rng.below(20) as usize, walked: rng.below(40) as usize };
            let odd_only = rng.below(2) == 0;
            let counts = |o: &Order| !odd_only || o.client_id % 2 == 1;
            let found =
                pair.view().impact(side, TickValue::new(lot_value), QuoteNative::new(notional), reach, counts).unwrap();
            assert_eq!(found, naive(&pair, side, lot_value, notional, reach, odd_only), "seed {seed}");
        }
    }
}

/// I294.
#[test]
fn what_does_not_fit_is_an_error_and_an_empty_side_has_no_price() {
    let mut pair = Pair::new(8, 1);
    assert_eq!(pair.view().impact(Side::Bid, TickValue::new(1), QuoteNative::new(1), REACH, |_| true), Ok(None));
    pair.insert(Side::Bid, 0, i64::MAX, 5, 0).unwrap();
    assert_eq!(
        pair.view().impact(Side::Bid, TickValue::new(2), QuoteNative::new(1), REACH, |_| true),
        Err(BookError::Overflow)
    );
    assert_eq!(
        pair.view().impact(Side::Bid, TickValue::new(1), QuoteNative::new(1), REACH, |_| true),
        Ok(Some(Impact { lots: Lots::new(1), value: QuoteNative::new(i64::MAX) }))
    );
    assert_eq!(pair.view().impact(Side::Bid, TickValue::new(1), QuoteNative::new(i64::MIN), REACH, |_| true), Ok(None));
}

/// I292, I294. Orders that do not count use up the walk only, orders that count the count as well.
#[test]
fn what_does_not_count_hides_nothing_behind_it() {
    for (others, counted, found) in [(0, 2, true), (2, 2, true), (3, 2, false), (0, 3, false)] {
        let mut pair = Pair::new(16, 1);
        for n in 0..others {
            pair.insert(Side::Bid, 0, 10, 1, 2 * n).unwrap();
        }
        for _ in 0..counted {
            pair.insert(Side::Bid, 0, 9, 1, 1).unwrap();
        }
        let impact = pair
            .view()
            .impact(Side::Bid, TickValue::new(1), QuoteNative::new(9 * counted), REACH, |o| o.client_id == 1)
            .unwrap();
        assert_eq!(
            impact,
            found.then_some(Impact { lots: Lots::new(counted), value: QuoteNative::new(9 * counted) }),
            "{others}, {counted}"
        );
    }
}
