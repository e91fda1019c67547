//! Funding and basis: samples, accrual, conservation.

use super::{
    random::cases,
    world::{NOW, World, plain},
};
use crate::{
    Fill, FundingParams, Instrument, Kind, LotValue, Lots, Portfolio, Ppm, QuoteNative, RiskError, Underlying,
    fixing::WINDOW_SECONDS,
    funding::{AVERAGE_BITS, FADE_SECONDS, ImpactPrices, Samples, accrue, average, premium},
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

/// Sampled, with a premium of at most 1 % paid over eight hours and a basis of at most 1 %.
fn params() -> FundingParams {
    FundingParams {
        impact_notional: QuoteNative::new(1_000_000_000),
        max_premium: Ppm::new(10_000),
        period: 28_800,
        max_basis: Ppm::new(10_000),
        reserved: 0,
    }
}

/// Quotes both at one price.
fn at(price: i64) -> ImpactPrices {
    ImpactPrices { bid: price, ask: price }
}

/// I335, I409. Rounded down, and clamped either way; nothing while the index is between bid and ask, however far they
/// are apart.
#[test]
fn a_premium_is_rounded_down_and_clamped() {
    let most = Ppm::new(10_000);
    let of = |bid, ask, index| premium(&ImpactPrices { bid, ask }, index, most);
    assert_eq!(of(1_001_000, 1_002_000, 1_000_000), Ok(1_000));
    assert_eq!(of(998_000, 999_000, 1_000_000), Ok(-1_000));
    for (bid, ask) in [(1_000_000, 1_000_000), (999_999, 1_500_000), (1, 1_000_000), (1, i64::MAX)] {
        assert_eq!(of(bid, ask, 1_000_000), Ok(0));
    }
    assert_eq!(of(3_000_001, 3_000_001, 3_000_000), Ok(0));
    assert_eq!(of(2_999_999, 2_999_999, 3_000_000), Ok(-1));
    assert_eq!(of(2_000_000, 3_000_000, 1_000_000), Ok(10_000));
    assert_eq!(of(1, 1, 1_000_000), Ok(-10_000));
    assert_eq!(of(1, 1, 0), Err(RiskError::NotPositive { what: "a divisor" }));
    assert_eq!(of(i64::MIN, 1, 1), Err(RiskError::Overflow));
    assert_eq!(of(1, i64::MIN, 1), Err(RiskError::Overflow));
}

/// I409. Index and remainder together are the exact sum of all samples.
#[test]
fn accrual_loses_nothing_to_rounding() {
    assert_eq!(accrue(10_000_000, 1_000, 28_800, 0), Ok((20, 24_000_000_000)));
    assert_eq!(accrue(1, 1, 0, 0), Err(RiskError::NotPositive { what: "the period of funding" }));
    cases(300, |rng| {
        let period = rng.range(3_600, 604_800) as u32;
        let (mut index, mut remainder, mut exact) = (0i64, 0i64, 0i128);
        for _ in 0..100 {
            let lot = rng.log_range(1, 1 << 54);
            let premium = rng.range(-100_000, 100_000);
            let (paid, left) = accrue(lot, premium, period, remainder).unwrap();
            (index, remainder) = (index + paid, left);
            exact += i128::from(lot) * i128::from(premium) * 60;
            let one = 1_000_000 * i128::from(period);
            assert!((0..one).contains(&i128::from(remainder)));
            assert_eq!(i128::from(index) * one + i128::from(remainder), exact);
        }
    });
}

/// I409. Half of the way in fifteen samples, the basis within its bound; a bucket counts once and no longer than a minute.
#[test]
fn the_basis_follows_the_premium_by_half_in_fifteen_samples() {
    let mut world = plain();
    world.board.instruments[0].funding = params();
    let mut samples = Samples::default();
    for bucket in 0..15 {
        let now = NOW + 60 * bucket;
        assert!(samples.is_due(now) && samples.is_due(now + 59));
        let u = world.board.underlyings[0];
        samples.take(&mut world.board.instruments[0], &u, &at(10_080_000), now).unwrap();
        assert!(!samples.is_due(now) && !samples.is_due(now + 59));
    }
    let i = &world.board.instruments[0];
    assert_eq!((samples.premium, i.basis), (8_000, 3_999));
    // 15 samples of 10 USDC · 0.8 % · 60 / 28,800: 2,500 native, over ten hours of silence no more.
    assert_eq!((i.funding_index, samples.remainder), (LotValue::new(2_500), 0));
    assert_eq!(i.mark, LotValue::new(10_000_000), "in force from the next repricing");
    let u = world.board.underlyings[0];
    samples.take(&mut world.board.instruments[0], &u, &at(10_080_000), NOW + 36_000).unwrap();
    assert_eq!(world.board.instruments[0].funding_index, LotValue::new(2_666));
    world.board.reprice(0).unwrap();
    assert_eq!(world.board.instruments[0].mark, LotValue::new(10_000_000 + 10 * world.board.instruments[0].basis));
    for bucket in 601..700 {
        samples.take(&mut world.board.instruments[0], &u, &at(10_080_000), NOW + 60 * bucket).unwrap();
    }
    assert_eq!(world.board.instruments[0].basis, 7_960);
    assert!(average(8_000 << AVERAGE_BITS, 8_000) == 8_000 << AVERAGE_BITS);
}

/// I505. A premium beyond the largest basis counts in funding as it is, and in the average no more than that: after a day at it the
/// basis is at its bound, and takes as long to leave it as it would from anywhere. Without that the average followed the premium
/// to 1 %, stayed at the bound for ten samples of the opposite one, and was at the other bound after 30.
#[test]
fn a_premium_beyond_the_basis_winds_nothing_up() {
    let mut world = plain();
    world.board.instruments[0].funding = FundingParams { max_basis: Ppm::new(3_000), ..params() };
    let u = world.board.underlyings[0];
    let (mut i, mut samples, mut bucket) = (world.board.instruments[0], Samples::default(), 0);
    let mut sampled = |i: &mut Instrument, price, times| {
        for _ in 0..times {
            samples.take(i, &u, &at(price), NOW + 60 * bucket).unwrap();
            bucket += 1;
        }
        (samples.premium, i.basis)
    };
    assert_eq!(sampled(&mut i, 10_200_000, 15), (10_000, 1_499));
    assert_eq!(sampled(&mut i, 10_200_000, 1_440), (10_000, 2_999));
    for (times, basis) in [(15, 0), (15, -1_500), (15, -2_250), (1_440, -3_000)] {
        assert_eq!(sampled(&mut i, 9_800_000, times), (-10_000, basis));
    }
    // 1,455 samples of 10 dollars · 1 % · 60 / 28,800, and 1,485 back.
    assert_eq!(i.funding_index, LotValue::new(-(1_485 - 1_455) * 10_000_000 / 100 / 480));
    // A lower bound holds at once.
    i.funding.max_basis = Ppm::new(100);
    assert_eq!(sampled(&mut i, 10_000_000, 1), (0, -96));
}

/// I293, I409. Options, what has no impact notional, is close-only or halted, and a settlement window have no samples;
/// a future has a basis and no funding.
#[test]
fn what_has_no_premium_is_not_sampled() {
    let mut world = plain();
    let u = world.board.underlyings[0];
    let perpetual = Instrument { funding: params(), ..world.board.instruments[0] };
    let future = Instrument { kind: Kind::Future as u8, settles_at: NOW + WINDOW_SECONDS + 60, ..perpetual };
    let refused = Err(RiskError::NoFunding { instrument: 0 });
    let call = Instrument { kind: Kind::Call as u8, ..perpetual };
    assert_eq!(call.require_sampled(&u, NOW), refused);
    assert_eq!(world.board.instruments[0].require_sampled(&u, NOW), refused);
    assert_eq!(future.require_sampled(&u, NOW + 59), Ok(()));
    assert_eq!(future.require_sampled(&u, NOW + 60), refused);
    let halted = Underlying { halted_until: NOW + 30, ..u };
    assert_eq!(future.require_sampled(&halted, NOW + 29), refused);
    assert_eq!(future.require_sampled(&halted, NOW + 30), Ok(()));
    let closing = Instrument { reduce_only: 1, ..perpetual };
    assert_eq!(closing.require_sampled(&u, NOW), refused);
    let closed = |mut i: Instrument| {
        i.note_closed(NOW);
        i.closed_at
    };
    assert_eq!([perpetual, closing, world.board.instruments[0]].map(closed), [0, NOW, NOW]);
    let (mut i, mut samples) = (future, Samples::default());
    samples.take(&mut i, &u, &at(10_080_000), NOW).unwrap();
    assert_eq!((i.funding_index, i.basis), (LotValue::ZERO, 361));
    world.board.instruments[0] = i;
}

/// I409, I416. Whatever is traded, sampled and settled in whatever order: money is neither made nor lost, and when all
/// funding is settled what is left with the market is not negative, and nothing once nobody holds anything but what was
/// rounded.
#[test]
fn funding_is_conserved_to_the_unit() {
    cases(400, |rng| {
        let mut world = plain();
        world.board.underlyings[0].scale_bits = rng.range(0, 8) as u8;
        let price = rng.log_range(1 << 10, 100_000_000);
        world.reprice(0, price);
        world.board.instruments[0].funding =
            FundingParams { max_premium: Ppm::new(100_000), period: 3_600, ..params() };
        let mut accounts: Vec<Portfolio> = vec![Portfolio::zeroed(); 5];
        let (mut unpaid, mut samples, mut bucket) = (0i64, Samples::default(), NOW / 60);
        let total = |accounts: &[Portfolio], unpaid: i64| {
            let quote = |p: &Portfolio| p.open().iter().map(|p| p.quote.get()).sum::<i64>();
            accounts.iter().map(|p| p.cash.get() + quote(p)).sum::<i64>() + unpaid
        };
        for _ in 0..200 {
            let (mut i, u) = (world.board.instruments[0], world.board.underlyings[0]);
            if rng.chance(40) {
                bucket += rng.range(1, 3);
                let lot = 10 * u.price.get();
                samples.take(&mut i, &u, &at(rng.range(lot / 2, lot * 2)), 60 * bucket).unwrap();
                world.board.instruments[0] = i;
            } else {
                let (a, b) = (rng.below(5), rng.below(5));
                let (lots, value) = (rng.range(1, 1_000), rng.range(0, 1 << 30));
                for (account, sign) in [(a, 1), (b, -1)] {
                    let fill = Fill { lots: Lots::new(sign * lots), value: QuoteNative::new(sign * value) };
                    unpaid -= accounts[account].fill(&i, &u, fill).unwrap().settled.get();
                }
            }
            assert_eq!(total(&accounts, unpaid), 0);
            let due = |p: &Portfolio| p.position(&i).map_or(0, |p| p.unsettled(&i).unwrap() >> u.scale());
            assert!(unpaid >= accounts.iter().map(due).sum::<i64>());
        }
        let (i, u) = (world.board.instruments[0], world.board.underlyings[0]);
        let mut settled = 0;
        for account in &mut accounts {
            if let Some(p) = account.position(&i).copied() {
                let due = account.slot(&i).unwrap().settle(&i, &u).unwrap();
                account.cash = QuoteNative::new(account.cash.get() + due.get());
                (unpaid, settled) = (unpaid - due.get(), settled + i64::from(!p.lots.is_zero()));
            }
        }
        assert_eq!(total(&accounts, unpaid), 0);
        assert!(unpaid >= 0 && settled <= 5, "{unpaid}");
    });
}

/// I553. The basis of a market that closes fades along a line of twelve hours, whatever is repriced when; what is left when the
/// market opens again stands, and a second closing fades that.
#[test]
fn the_basis_of_a_closed_market_fades_over_twelve_hours() {
    let mut world = plain();
    let at = |world: &mut World, seconds: i64| {
        world.board.underlyings[0].publish_time = NOW + seconds;
        world.board.reprice(0).unwrap();
        world.board.instruments[0].basis
    };
    for basis in [4_320, -4_321] {
        let i = &mut world.board.instruments[0];
        (i.funding, i.reduce_only, i.basis, i.closed_at) = (params(), 0, basis, 0);
        i.note_closed(NOW);
        assert_eq!(at(&mut world, FADE_SECONDS), basis, "an open market keeps its basis");
        let i = &mut world.board.instruments[0];
        i.reduce_only = 1;
        i.note_closed(NOW);
        for seconds in [0, 1, 600, 601, 21_600, 40_000] {
            let left = basis * (FADE_SECONDS - seconds) / FADE_SECONDS;
            assert_eq!(at(&mut world, seconds), left);
            world.board.instruments[0].note_closed(NOW + seconds);
        }
        let i = &mut world.board.instruments[0];
        i.reduce_only = 0;
        i.note_closed(NOW + 40_000);
        let left = i.basis;
        assert_eq!(at(&mut world, 90_000), left);
        let i = &mut world.board.instruments[0];
        i.reduce_only = 1;
        i.note_closed(NOW + 90_000);
        assert_eq!(at(&mut world, 90_000 + FADE_SECONDS / 2), left / 2);
        assert_eq!(at(&mut world, 90_000 + FADE_SECONDS), 0);
        assert_eq!(at(&mut world, 90_000 + 2 * FADE_SECONDS), 0);
    }
}
