//! The expiry ramp, and what else tells risk that is hedged from risk that is none: calendar buckets, concentration, drift, and
//! the limit on what is owed.

use super::{
    efficiency::Market,
    netting::{nettable, rounding},
    random::{Rng, cases},
    world::{LAST, NOW, Reach, USDC, World, limits, plain},
};
use crate::{
    Board, GroupParams, Instrument, InterestParams, Kind, Lots, Parameters, Portfolio, Ppm, Purpose, QuoteNative,
    Requirements, RiskError,
    guard::UnderlyingSet,
    liquidation::Episode,
    margin::{breakdown, check},
    rule::{self, Trade},
};
use bytemuck::Zeroable;
use core::cell::Cell;
use std::prelude::v1::*;

const HOUR: i64 = 3_600;

/// A portfolio's requirements at the last prices.
fn at(board: &Board, portfolio: &Portfolio, now: i64) -> Requirements {
    check(board, portfolio, Purpose::Maintenance { now }).unwrap()
}

/// BTC at 40,000 with a range of 12 % and a calendar charge of 0.3 %, in lots of a hundredth: a perpetual, 0, another, 3, and a
/// future, 2, that is settled in five days.
fn basis_market() -> World {
    let mut world = plain();
    let u = &mut world.board.underlyings[0];
    (u.params.scan_range, u.params.calendar) = (Ppm::new(120_000), Ppm::new(3_000));
    u.validate().unwrap();
    let perpetual = world.board.instruments[0];
    world.list(Instrument { index: 2, kind: Kind::Future as u8, expiry: SETTLEMENT, ..perpetual });
    world.list(Instrument { index: 3, ..perpetual });
    world.reprice(0, 40 * USDC);
    world
}

const SETTLEMENT: i64 = NOW + 120 * HOUR;
/// Lots of 1,000 BTC, and their price.
const THOUSAND: i64 = 100_000;
const LOT: i64 = 400 * USDC;

/// Long one instrument against another, with a deposit.
fn pair(world: &World, long: u16, short: u16, deposit: i64) -> Portfolio {
    let mut portfolio = Portfolio::zeroed();
    portfolio.cash = QuoteNative::new(deposit);
    world.buy(&mut portfolio, long, THOUSAND, LOT);
    world.buy(&mut portfolio, short, -THOUSAND, LOT);
    portfolio
}

/// I421. Two perpetuals of one underlying are no hedge that costs nothing.
#[test]
fn perpetuals_are_calendar_buckets_of_their_own() {
    let world = basis_market();
    let asked = |long, short| at(&world.board, &pair(&world, long, short, 0), NOW);
    // 0.3 % of 40M, times 1.25.
    for (long, short) in [(0, 3), (3, 0), (0, 2)] {
        let r = asked(long, short);
        assert_eq!((r.scan.get(), r.calendar.get(), r.initial.get()), (0, 120_000 * USDC, 150_000 * USDC));
    }
}

/// I422. A book without scanning risk is concentrated too: 40M on either side, of 20M of liquidity.
#[test]
fn concentration_counts_matched_delta() {
    let mut world = basis_market();
    let u = &mut world.board.underlyings[0];
    u.params.liquidity = QuoteNative::new(20_000_000 * USDC);
    (u.params.concentration, u.params.concentration_cap) = (Ppm::new(500_000), Ppm::new(2_000_000));
    let r = at(&world.board, &pair(&world, 0, 2, 0), NOW);
    // 80M of gross notional are three times more than the liquidity: at the cap of 2.
    assert_eq!((r.scan.get(), r.calendar.get(), r.concentration.get()), (0, 120_000 * USDC, 120_000 * USDC));
}

/// I423. The largest offset leaves a tenth of both legs, and no larger one is admitted.
#[test]
fn a_product_group_keeps_a_tenth() {
    let bound = GroupParams::BOUNDS.iter().find(|b| b.name == "offset").unwrap();
    assert_eq!(bound.high, 900_000);
    let mut world = plain();
    world.board.groups[0] = super::world::group(Ppm::new(900_000));
    for index in [0, 1] {
        world.board.underlyings[index].group = 1;
    }
    let mut pair = Portfolio::zeroed();
    world.buy(&mut pair, 0, 1_000, 10 * USDC);
    world.buy(&mut pair, 1, -1_000, 10 * USDC);
    // 1,000 USDC of scan each.
    assert_eq!(at(&world.board, &pair, NOW).maintenance.get(), 200 * USDC);
}

/// I424. A short straddle whose price moved by 2.45 % while its arrays stayed: what a refresh takes off again is asked of new
/// risk, and liquidates nobody.
#[test]
fn drift_liquidates_nobody() {
    let mut market = Market::new();
    let mut straddle = Portfolio::zeroed();
    for name in ["call 30 60000", "put 30 60000"] {
        straddle.slot(market.instrument(name)).unwrap().lots = Lots::new(-100);
    }
    let world = &mut market.world;
    world.reprice(0, (world.board.underlyings[0].price.get() as i128 * 10_245 / 10_000) as i64);
    let stale = at(&world.board, &straddle, NOW);
    let surface = &world.surfaces[&0];
    let options = world.options(0).into_iter();
    let mut refreshed = world.board.clone();
    refreshed.refresh_options(0, surface, options, NOW).unwrap();
    let fresh = at(&refreshed, &straddle, NOW);

    // Enough for the refreshed book, not for what the drift would add.
    straddle.cash = QuoteNative::new((fresh.maintenance.get() - fresh.equity.get()) * 101 / 100);
    let [stale_now, fresh_now] = [&world.board, &refreshed].map(|board| at(board, &straddle, NOW));
    assert!(!fresh_now.is_liquidatable() && !stale_now.is_liquidatable());
    assert!(stale.drift.get() > 0 && fresh.drift.is_zero());
    assert!(stale_now.equity.get() < stale.maintenance.get() + stale.drift.get(), "liquidated before");
    // New risk is asked for it: initial margin is a ratio of all three.
    let stressed = stale.maintenance.get() + stale.surcharge.get() + stale.drift.get();
    assert_eq!(stale.initial.get(), stressed * 5 / 4 + i64::from(stressed % 4 != 0));
}

/// I425, I427. Long 1,000 BTC of a perpetual against as much of a future, 155,000 deposited, the price flat. Before the ramp
/// 120,000 of maintenance were asked for until the settlement left 4,800,000.
#[test]
fn a_hedge_that_expires_is_called_for_hours_before() {
    let world = basis_market();
    for (long, short) in [(0, 2), (2, 0)] {
        let account = pair(&world, long, short, 155_000 * USDC);
        let before = |seconds: i64| at(&world.board, &account, SETTLEMENT - seconds);
        let hours_before = |h: i64| before(h * HOUR);
        assert!(rule::require_initial(&world.board, &account, NOW).is_ok());
        for h in [24, 25, 100] {
            let r = hours_before(h);
            assert_eq!((r.maintenance.get(), r.expiry.get(), r.initial.get()), (120_000 * USDC, 0, 150_000 * USDC));
        }
        // λ of initial margin is a twelfth an hour: 4.8M / 12 and eleven twelfths of the calendar charge, times 1.25.
        assert_eq!(hours_before(23).initial.get() / USDC, 637_503);
        assert_eq!(hours_before(12).initial.get(), 6_000_000 * USDC);
        // λ of maintenance margin is (1/23)², (1.5/23)², (2/23)²: called for margin at 22 and a half hours, liquidatable at 22.
        let seen = |seconds: i64| {
            let r = before(seconds);
            (r.maintenance.get() / USDC, r.is_margin_call(&world.board.params).unwrap(), r.is_liquidatable())
        };
        assert_eq!(seen(23 * HOUR), (128_849, false, false));
        assert_eq!(seen(22 * HOUR + HOUR / 2), (139_904, true, false));
        assert_eq!(seen(22 * HOUR), (155_385, true, true));
        assert_eq!(seen(12 * HOUR), (1_393_952, true, true));
        for h in [1, 0, -1] {
            let r = hours_before(h);
            assert_eq!((r.maintenance.get(), r.expiry.get()), (4_800_000 * USDC, 4_680_000 * USDC));
            assert_eq!(r.maintenance_without_ramp().get(), 120_000 * USDC);
        }
    }
}

/// I427. A hedge in a later expiry does not hide what the earlier one leaves: of three legs that come to nothing, two
/// thousand are long when the first is settled.
#[test]
fn a_later_expiry_hides_nothing() {
    let mut world = basis_market();
    let future = world.board.instruments[2];
    world.list(Instrument { index: 4, expiry: SETTLEMENT + 24 * HOUR, ..future });
    world.reprice(0, 40 * USDC);
    let mut account = pair(&world, 0, 2, 0);
    world.buy(&mut account, 4, THOUSAND, LOT);
    world.buy(&mut account, 2, -THOUSAND, LOT);
    let asked = |now| at(&world.board, &account, now).maintenance.get();
    assert_eq!(asked(NOW), 240_000 * USDC);
    // 80M outright at 12 %.
    assert_eq!(asked(SETTLEMENT), 9_600_000 * USDC);
    // What is settled is gone, and the next one is a day away.
    let mut after = account;
    let i = world.board.instruments[2];
    let u = world.board.underlying(0).unwrap();
    after
        .fill(&i, u, crate::Fill { lots: Lots::new(2 * THOUSAND), value: QuoteNative::new(2 * THOUSAND * LOT) })
        .unwrap();
    let mut board = world.board.clone();
    board.next_settlement = SETTLEMENT + 24 * HOUR;
    assert_eq!(at(&board, &after, SETTLEMENT).maintenance.get(), 9_600_000 * USDC);
}

/// I428. A perpetual that is wound down is seen going like an expiry.
#[test]
fn a_wound_down_perpetual_is_seen_going() {
    let mut world = basis_market();
    let account = pair(&world, 0, 3, 155_000 * USDC);
    world.board.instruments[3].settles_at = NOW + 30 * HOUR;
    world.note_next_settlement();
    assert_eq!(at(&world.board, &account, NOW + 6 * HOUR).maintenance.get(), 120_000 * USDC);
    assert_eq!(at(&world.board, &account, NOW + 29 * HOUR).maintenance.get(), 4_800_000 * USDC);
}

/// A world in which nothing is charged for size, a portfolio on it, and a time in the day before one of its settlements.
fn before_a_settlement(rng: &mut Rng, most: usize) -> (World, Portfolio, i64) {
    let mut world = nettable(rng);
    let portfolio = world.portfolio(rng, most);
    let dated = |index: &u16| world.board.instruments[usize::from(*index)].settles_at;
    let times: Vec<i64> = world.held(&portfolio).iter().map(dated).filter(|t| *t > NOW).collect();
    let now = match times.first() {
        Some(settles_at) => settles_at - rng.range(-HOUR, 26 * HOUR),
        None => NOW,
    };
    (world, portfolio, now)
}

/// The same requirements as if nothing were about to be settled.
fn without_ramp(world: &World, portfolio: &Portfolio, now: i64) -> Requirements {
    let mut board = world.board.clone();
    board.next_settlement = 0;
    at(&board, portfolio, now)
}

/// I425. No requirement falls below that of the book as it is, and only the two parts of the ramp and what they are added to
/// differ; a day before the first settlement nothing does.
#[test]
fn a_requirement_is_never_below_that_of_the_book() {
    let raised = Cell::new(0);
    cases(2_000, |rng| {
        let (world, portfolio, now) = before_a_settlement(rng, 24);
        let (seen, now_alone) = (at(&world.board, &portfolio, now), without_ramp(&world, &portfolio, now));
        assert!(seen.maintenance >= now_alone.maintenance && seen.initial >= now_alone.initial);
        assert!(seen.initial >= seen.maintenance);
        assert_eq!(seen.maintenance_without_ramp(), now_alone.maintenance);
        let (expiry, expiry_initial, maintenance, initial) =
            (seen.expiry, seen.expiry_initial, seen.maintenance, seen.initial);
        assert_eq!(seen, Requirements { expiry, expiry_initial, maintenance, initial, ..now_alone });
        assert_eq!(breakdown(&world.board, &portfolio, Purpose::Maintenance { now }, |_, _| ()).unwrap(), seen);
        raised.set(raised.get() + u32::from(seen.expiry.get() > 0));
        if now + 24 * HOUR <= world.board.next_settlement {
            assert_eq!(seen, now_alone);
        }
    });
    assert!(raised.get() == 0 || raised.get() > 100, "{}", raised.get());
}

/// I426. From one second to the next a requirement moves by no more than the part of the legs that the second takes: of
/// initial margin a 43,200th of what they are asked for alone, of either sign, of maintenance margin a 41,400th at the most.
#[test]
fn a_requirement_has_no_jumps() {
    cases(2_000, |rng| {
        let (world, portfolio, now) = before_a_settlement(rng, 24);
        let leaving = |i: &Instrument| i.settles_at != 0 && i.settles_at > now && i.settles_at - now <= 24 * HOUR;
        let overdue = |i: &Instrument| i.is_option() && (i.expiry == now || i.expiry == now + 1);
        let (mut legs, mut opposite) = (portfolio, portfolio);
        (legs.balances, opposite.balances) = (Zeroable::zeroed(), Zeroable::zeroed());
        for (leg, other) in legs.positions.iter_mut().zip(&mut opposite.positions).take(portfolio.open().len()) {
            let i = world.instrument(leg.key.instrument()).0;
            if overdue(i) {
                return; // an option that expires is another instrument: what it pays is settled
            }
            let lots = if leaving(i) { leg.lots.get() } else { 0 };
            (leg.lots, other.lots) = (Lots::new(lots), Lots::new(-lots));
        }
        let alone = [legs, opposite].map(|p| without_ramp(&world, &p, now));
        let of = |part: fn(&Requirements) -> i64| alone.iter().map(part).max().unwrap();
        let slack = 4 * rounding(&world.board, &portfolio);
        let moved = |part: fn(&Requirements) -> i64| {
            (part(&at(&world.board, &portfolio, now + 1)) - part(&at(&world.board, &portfolio, now))).abs()
        };
        assert!(moved(|r| r.maintenance.get()) <= of(|r| r.maintenance.get()) / 41_400 + slack);
        let ratio = i64::from(world.board.params.initial_ratio.get()) / 1_000_000 + 1;
        // Orders have no part in it: their margin moves with the marks.
        let initial = |r: &Requirements| r.initial.get() - r.order_margin.get();
        assert!(moved(initial) <= of(initial) / 41_400 + ratio * slack);
    });
}

/// I428. An hour before a settlement, and until it is done, at least what it leaves is asked for.
#[test]
fn a_settlement_asks_for_nothing_new() {
    let tried = Cell::new(0);
    cases(2_000, |rng| {
        let (world, portfolio, _) = before_a_settlement(rng, 16);
        let times = world.held(&portfolio).into_iter().map(|n| world.board.instruments[usize::from(n)].settles_at);
        let Some(settles_at) = times.filter(|t| *t > NOW).min() else { return };
        let now = settles_at - rng.range(-HOUR, HOUR);
        // Of two settlements less than a day apart, which no board has, the later takes from this one's rest.
        if world
            .instruments
            .iter()
            .any(|n| (settles_at + 1..=now + 24 * HOUR).contains(&world.instrument(*n).0.settles_at))
        {
            return;
        }
        let mut left = portfolio;
        for p in left.positions.iter_mut().take(portfolio.open().len()) {
            if (1..=settles_at).contains(&world.instrument(p.key.instrument()).0.settles_at) {
                p.lots = Lots::ZERO;
            }
        }
        let (seen, after) = (at(&world.board, &portfolio, now), without_ramp(&world, &left, now));
        // The charge of a book that had options is rounded once more.
        let slack = rounding(&world.board, &portfolio);
        assert!(seen.maintenance.get() + slack >= after.maintenance.get(), "{seen:?} {after:?}");
        tried.set(tried.get() + 1);
    });
    assert!(tried.get() == 0 || tried.get() > 200, "{}", tried.get());
}

/// I503. Long 1,000 BTC against a future near its settlement, below initial margin or below maintenance: the owner can close either
/// leg on the book in the last hour, and some of the leg that stays six hours before. More of the leg that goes leaves more to the
/// settlement.
#[test]
fn either_leg_of_a_pair_can_be_closed_near_its_expiry() {
    let world = basis_market();
    for deposit in [155_000 * USDC, 5_000_000 * USDC] {
        let account = pair(&world, 0, 2, deposit);
        let after = |seconds: i64, index: u16, lots: i64| {
            let now = SETTLEMENT - seconds;
            let mut board = world.board.clone();
            board.underlyings[0].publish_time = now;
            let mut after = account;
            world.buy(&mut after, index, lots, LOT);
            let trade = Trade { underlying: 0, now, filled: true, ..Trade::default() };
            rule::after_trade(&board, &account, &after, &Episode::default(), &trade).map(|r| r.maintenance.get())
        };
        for seconds in [HOUR, HOUR / 2, 1, 0] {
            // What is left of either leg alone is what the settlement would leave of the pair: 12 % of 40M.
            assert_eq!(after(seconds, 0, -THOUSAND), Ok(4_800_000 * USDC), "{deposit} {seconds}");
            assert_eq!(after(seconds, 2, THOUSAND), Ok(4_800_000 * USDC));
            // Half of the leg that stays: half of either, and the calendar charge of what is still a pair.
            assert_eq!(after(seconds, 0, -THOUSAND / 2), Ok((2_400_000 + 60_000) * USDC));
            for lots in [1, -2 * THOUSAND] {
                assert!(after(seconds, 0, lots).is_err(), "{lots}");
            }
        }
        assert!(after(6 * HOUR, 0, -THOUSAND * 3 / 10).is_ok());
        assert!(after(6 * HOUR, 2, THOUSAND * 3 / 10).is_err());
        // Long before, where the ramp does not bind, a leg of the hedge is as risky to close as ever.
        assert_eq!(after(30 * HOUR, 0, -THOUSAND).is_ok(), deposit > 4_800_000 * USDC * 5 / 4);
    }
}

/// 1,000 SOL at 40 USDC, hedged by a short perpetual, and no cash.
fn hedged_collateral() -> (World, Portfolio) {
    let mut world = plain();
    world.board.instruments[0].limits = limits(Lots::new(1_000_000));
    let mut account = Portfolio::zeroed();
    let u = world.board.underlying(0).unwrap();
    account.credit(0, &world.board.tokens[0], u, 40_000).unwrap();
    world.buy(&mut account, 0, -4_000, 10 * USDC);
    (world, account)
}

/// Buys 500 lots at 9 % above the mark and sells them as far below, as long as the rule allows, with another wallet on the other
/// side of each. Returns what the account owes in the end, and the refusal.
fn lose_inside_the_band(world: &World, mut account: Portfolio) -> (QuoteNative, RiskError) {
    for round in 0..1_000 {
        let (lots, per_lot) = if round % 2 == 0 { (500, 10_900_000) } else { (-500, 9_100_000) };
        let mut after = account;
        world.buy(&mut after, 0, lots, per_lot);
        let trade =
            Trade { underlying: 0, now: NOW, cost: QuoteNative::new(500 * 900_000), filled: true, ..Trade::default() };
        match rule::after_trade(&world.board, &account, &after, &Episode::default(), &trade) {
            Ok(_) => account = after,
            Err(refused) => return (at(&world.board, &account, NOW).owed(), refused),
        }
    }
    unreachable!("nothing ends this")
}

/// I429, I430. Collateral that lends its value to nobody: a trading loss borrows no more than a withdrawal may.
#[test]
fn a_loss_to_oneself_does_not_borrow() {
    let (mut world, account) = hedged_collateral();
    let value = at(&world.board, &account, NOW).backing;
    assert_eq!(value.get(), 40_000 * USDC);
    // Nobody lends: not a unit is owed. Without the limit nine tenths of the collateral were.
    let (owed, refused) = lose_inside_the_band(&world, account);
    assert_eq!((owed.get(), refused), (0, RiskError::OwedTooMuch { owed: 450 * USDC, limit: 0 }));
    // With a limit of half, no more than that.
    world.board.interest.params =
        InterestParams { max_utilisation: Ppm::new(800_000), max_owed: Ppm::new(500_000), ..Zeroable::zeroed() };
    let (owed, refused) = lose_inside_the_band(&world, account);
    assert!(matches!(refused, RiskError::OwedTooMuch { limit: 20_000_000_000, .. }), "{refused:?}");
    assert!(owed.get() > 19_000 * USDC && owed.get() <= 20_000 * USDC, "{owed}");
}

/// I430. The limit counts tokens and the profits that count, of each underlying by itself; it holds for new risk and
/// withdrawals, and stops no reduction.
#[test]
fn what_is_owed_is_backed_and_reductions_go_on() {
    let (mut world, mut account) = hedged_collateral();
    let params = |max_owed| InterestParams {
        max_utilisation: Ppm::new(900_000),
        max_owed: Ppm::new(max_owed),
        ..Zeroable::zeroed()
    };
    // A profit of 1,000 on the other underlying, of which 400 count, and a loss of 500 on this one.
    world.board.underlyings[1].params.profit_cap = QuoteNative::new(400 * USDC);
    world.buy(&mut account, 1, 100, 0);
    account.cash = QuoteNative::new(-9_600 * USDC);
    account.positions[0].quote = account.positions[0].quote.minus(QuoteNative::new(500 * USDC)).unwrap();
    let r = check(&world.board, &account, LAST).unwrap();
    assert_eq!((r.owed().get(), r.backing.get()), (10_100 * USDC, 40_400 * USDC));
    for (max_owed, allowed) in [(250_000, true), (249_999, false)] {
        world.board.interest.params = params(max_owed);
        let limit = 40_400 * i64::from(max_owed);
        let refused = RiskError::OwedTooMuch { owed: 10_100 * USDC, limit };
        let expected = if allowed { Ok(r) } else { Err(refused) };
        assert_eq!(rule::require_initial(&world.board, &account, NOW), expected);
        assert_eq!(rule::require_withdrawable(&world.board, &account, NOW), expected);
        assert_eq!(rule::require_taken_over(&world.board, &account, UnderlyingSet::one(0), NOW), Ok(r));
    }
    // Half of the other position is sold at the mark.
    let mut after = account;
    world.buy(&mut after, 1, -50, 10 * USDC);
    let trade = Trade { underlying: 1, now: NOW, filled: true, ..Trade::default() };
    assert!(rule::after_trade(&world.board, &account, &after, &Episode::default(), &trade).is_ok());
}

/// I429. In random accounts nothing owed is beyond the limit after what the rule accepts as new risk.
#[test]
fn no_new_risk_leaves_more_owed_than_is_backed() {
    let (kept, refused) = (Cell::new(0), Cell::new(0));
    cases(1_000, |rng| {
        let mut world = World::random(rng, Reach::Usual, 3);
        let mut account = world.portfolio(rng, 6);
        let r = at(&world.board, &account, NOW);
        // Initial margin is covered, with little cash.
        let short = r.initial.get() - r.initial_equity.get() + rng.range(0, r.backing.get() / 4 + 1);
        account.cash = QuoteNative::new(account.cash.get() + short);
        world.board.interest.params.max_owed = Ppm::new(rng.range(0, 900_000) as u32);
        match rule::require_initial(&world.board, &account, NOW) {
            Ok(r) => {
                let limit = i128::from(r.backing.get()) * i128::from(world.board.interest.params.max_owed.get());
                assert!(i128::from(r.owed().get()) * 1_000_000 <= limit);
                kept.set(kept.get() + 1);
            }
            Err(RiskError::OwedTooMuch { owed, limit }) => {
                assert!(owed > limit);
                refused.set(refused.get() + 1);
            }
            Err(_) => {}
        }
    });
    assert!(kept.get() + refused.get() < 100 || refused.get() > 20 && kept.get() > 20, "{kept:?} {refused:?}");
}
