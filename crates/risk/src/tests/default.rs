//! Default: notice, receivership, and what becomes of a debt that the insurance fund cannot pay.

use super::{
    random::{Rng, cases},
    slice::done,
    world::{NOW, Reach, USDC, World, plain},
};
use crate::{
    Fill, Instrument, Interest, LendingPool, Lots, MAX_UNDERLYINGS, MarginParams, Portfolio, Position, PositionKey,
    Ppm, Purpose, QuoteNative, Requirements, RiskError, Side,
    guard::{REFRESH_SECONDS, UnderlyingSet, flag},
    liquidation::{
        CountedRatio, Episode, EpisodeLeg, Noticed, Request, Spending, held, measure, require_untaken, seizure_level,
    },
    margin::check,
    settlement::LEAST_NOTICE,
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

fn quote(n: i64) -> QuoteNative {
    QuoteNative::new(n)
}

/// A margin of a thousand and this equity.
fn at(equity: i64) -> Requirements {
    Requirements { equity: quote(equity), maintenance: quote(1_000), ..Requirements::default() }
}

/// I471. A notice runs only while it is confirmed every five minutes; what happens between maintenance and buffer changes nothing;
/// the buffer ends it, with all that the account is remembered for.
#[test]
fn a_notice_runs_while_it_is_confirmed() {
    let params = plain().board.params; // a buffer of 5 %
    let mut e = Episode::default();
    assert_eq!(e.notice(&params, &at(1_000), NOW), Ok(Noticed::Unchanged));
    assert_eq!(e.notice(&params, &at(5_000), NOW), Ok(Noticed::Unchanged));
    assert_eq!(e, Episode::default(), "nobody gives a healthy account notice");

    assert_eq!(e.notice(&params, &at(999), NOW), Ok(Noticed::Below));
    assert_eq!((e.noticed_for(NOW), e.noticed_for(NOW + 300), e.noticed_for(NOW + 301)), (0, 300, 0));
    assert_eq!(e.notice(&params, &at(0), NOW + 300), Ok(Noticed::Below));
    assert_eq!((e.noticed_at, e.seen_at), (NOW, NOW + 300));
    assert_eq!(e.notice(&params, &at(1_049), NOW + 301), Ok(Noticed::Unchanged));
    assert_eq!((e.noticed_at, e.seen_at), (NOW, NOW + 300));
    // Unconfirmed for longer than that it begins anew.
    assert_eq!(e.notice(&params, &at(-1), NOW + 601), Ok(Noticed::Below));
    assert_eq!((e.noticed_at, e.noticed_for(NOW + 700)), (NOW + 601, 99));

    e.legs[3] = EpisodeLeg { delta: quote(7), ..EpisodeLeg::default() };
    e.equity.ratio = Ppm::new(5);
    // A notice that goes on keeps its legs, one that begins anew has none; an account that holds nothing has no other default.
    let mut other = e;
    assert_eq!(other.notice(&params, &at(-1), NOW + 901), Ok(Noticed::Below));
    assert_eq!(other.legs[3].delta, quote(7));
    let nothing = Requirements { maintenance: quote(0), ..at(-1) };
    assert_eq!(other.notice(&params, &nothing, NOW + 1_202), Ok(Noticed::Below));
    assert_eq!(other.legs[3].delta, quote(7));
    assert_eq!(other.notice(&params, &at(-1), NOW + 1_503), Ok(Noticed::Below));
    assert_eq!(other.legs[3], EpisodeLeg::default());
    assert_eq!(e.notice(&params, &at(1_050), NOW + 602), Ok(Noticed::Over));
    assert_eq!(e, Episode::default());
}

/// I472. Prices must be good; one that nobody was able to refresh for two minutes counts as it was and shields nothing; where none is
/// good, there is nothing to judge by.
#[test]
fn one_good_price_is_enough_and_needed() {
    let mut world = plain();
    let mut p = Portfolio::zeroed();
    p.cash = quote(USDC);
    world.buy(&mut p, 0, 100, 10 * USDC);
    world.buy(&mut p, 1, 100, 10 * USDC);
    let whole = measure(&world.board, &p, NOW).unwrap();
    assert_eq!(held(&world.board, &p).unwrap(), UnderlyingSet::one(0).with(1));
    let stale = |world: &World, now: i64| matches!(measure(&world.board, &p, now), Err(RiskError::StalePrice { .. }));
    let later = NOW + i64::from(world.board.underlyings[0].guard_params.liquidation_age) + REFRESH_SECONDS + 1;
    assert!(stale(&world, NOW + 11) && stale(&world, later));
    // A price that was only not refreshed is no dead one.
    world.board.underlyings[1].publish_time = later - 1;
    assert!(stale(&world, later - 1));
    let judged = measure(&world.board, &p, later).unwrap();
    assert_eq!(judged.required, whole.required);
    let mut cash = Portfolio::zeroed();
    cash.cash = quote(-5);
    assert_eq!(measure(&world.board, &cash, later).unwrap().required.equity, quote(-5));
}

/// I508. A resting order without lots is nothing that is held: its market's price may be stale, or too volatile, and its underlying
/// has no part in what the fund spends of a day.
#[test]
fn a_resting_order_is_nothing_that_is_held() {
    let mut world = plain();
    let mut p = Portfolio { cash: quote(USDC), ..Portfolio::zeroed() };
    world.buy(&mut p, 0, 100, 10 * USDC);
    let without = measure(&world.board, &p, NOW).unwrap();
    let slot = p.slot(world.instrument(1).0).unwrap();
    slot.add_order(Side::Bid, false, Lots::new(1), quote(10 * USDC)).unwrap();
    assert_eq!(held(&world.board, &p).unwrap(), UnderlyingSet::one(0));
    for (publish_time, flags) in [(NOW, 0), (NOW - 11, 0), (NOW, flag::VOLATILE), (NOW, flag::DIVERGENT)] {
        let u = &mut world.board.underlyings[1];
        (u.publish_time, u.guards.flags) = (publish_time, flags);
        let found = measure(&world.board, &p, NOW).unwrap();
        assert_eq!((found.required.equity, found.required.maintenance), (quote(USDC), without.required.maintenance));
        assert_eq!(found.doubt, None);
        let slice = done(&world.board, &p, &mut Episode::default(), &Request::ALL).unwrap();
        assert_eq!(slice.account.lots(world.instrument(0).0).get(), 0);
    }
    // With a lot it is.
    world.buy(&mut p, 1, 1, 10 * USDC);
    assert!(measure(&world.board, &p, NOW).unwrap().doubt.is_some());
}

/// I484. Nobody is made to pay at a price that is dead or that a guard doubts, and nothing is judged by one that is too volatile.
#[test]
fn a_price_in_doubt_makes_nobody_pay() {
    let mut world = plain();
    let mut p = Portfolio::zeroed();
    p.cash = quote(-5_000 * USDC);
    world.buy(&mut p, 0, 100, 10 * USDC);
    world.buy(&mut p, 1, 100, 10 * USDC);
    let clear = measure(&world.board, &p, NOW).unwrap();
    assert!(clear.doubt.is_none() && clear.required.equity < QuoteNative::ZERO);
    for flag in [flag::UNCERTAIN, flag::DIVERGENT] {
        world.board.underlyings[1].guards.flags = flag;
        let found = measure(&world.board, &p, NOW).unwrap();
        assert!(found.doubt.is_some() && found.required == clear.required);
    }
    world.board.underlyings[1].guards.flags = flag::VOLATILE;
    assert!(matches!(measure(&world.board, &p, NOW), Err(RiskError::PriceTooVolatile { underlying: 1, .. })));
    world.board.underlyings[1].guards.flags = 0;
    world.board.underlyings[0].publish_time = NOW + 601;
    let dead = measure(&world.board, &p, NOW + 601).unwrap();
    assert!(matches!(dead.doubt, Some(RiskError::StalePrice { underlying: 1, .. })));
    // What is settled needs no price.
    world.board.instruments[1].settled = 1;
    assert_eq!(measure(&world.board, &p, NOW + 601).unwrap().doubt, None);
}

/// I485. The ramp of expiries is a forecast: it neither makes an account one that is seized nor raises its budget.
#[test]
fn the_ramp_takes_no_account_from_its_owner() {
    let world = plain();
    let params = world.board.params;
    // 1,000 of maintenance, 900 of which the ramp adds.
    let ramped = |equity: i64| Requirements { expiry: quote(900), ..at(equity) };
    let mut e = Episode::default();
    for after in [0, 300, 600] {
        e.notice(&params, &ramped(100), NOW + after).unwrap();
    }
    assert_eq!(e.noticed_for(NOW + 600), 600, "it is below maintenance");
    assert!(e.require_seizable(&params, &ramped(100), 0, NOW + 600).is_err());
    assert!(e.require_seizable(&params, &ramped(99), 0, NOW + 600).is_ok());
    assert!(Episode::default().require_seizable(&params, &ramped(33), 0, NOW).is_err());
    assert!(Episode::default().require_seizable(&params, &ramped(32), 0, NOW).is_ok());
    let rich = quote(1 << 40);
    e.seize(&world.board, &Portfolio::zeroed(), &ramped(4), (rich, rich), NOW).unwrap();
    assert_eq!(e.budget.get(), 6, "a tenth of 100");
}

/// I486. A seized account is sold while it is below the buffer, net of what others have paid for it, and repays them whole.
#[test]
fn a_seized_account_is_sold_to_the_buffer() {
    let params = plain().board.params; // a buffer of 5 %
    let mut e = Episode { seized_at: NOW, advanced: quote(200), shared: quote(50), ..Episode::default() };
    let sold = |e: &Episode, equity: i64| e.may_be_sold(&params, &e.net(&at(equity)).unwrap()).unwrap();
    assert!(sold(&e, 1_299) && !sold(&e, 1_300));
    assert!(!sold(&Episode::default(), 1_000) && sold(&Episode::default(), 999));
    let mut p = Portfolio::zeroed();
    p.cash = quote(100);
    assert_eq!((e.repay_all(&mut p), p.cash), (Ok(quote(250)), quote(-150)));
}

/// I473. Seized at once below a third of maintenance; else after ten minutes of notice, and only below maintenance.
#[test]
fn who_may_be_seized() {
    let params = plain().board.params;
    assert_eq!(seizure_level(&params, &at(0)), Ok(quote(333)));
    let refused = |e: &Episode, equity, now| e.require_seizable(&params, &at(equity), 0, now).is_err();
    let mut e = Episode::default();
    assert!(refused(&e, 333, NOW) && !refused(&e, 332, NOW) && !refused(&e, i64::from(i32::MIN), NOW));
    for after in [0, 300, 599] {
        assert!(refused(&e, 999, NOW + after) && refused(&e, 333, NOW + after));
        e.notice(&params, &at(999), NOW + after).unwrap();
    }
    assert!(!refused(&e, 999, NOW + 600) && refused(&e, 1_000, NOW + 600));
    assert!(!refused(&e, 999, NOW + 899) && refused(&e, 999, NOW + 900), "nobody confirmed it any more");
}

/// I531. A pause is no time of a notice, of a seizure or of what nobody took: all begin when it ended. Nobody is seized for how little
/// equity he has in the ten minutes after it, or after a change of parameters.
#[test]
fn a_pause_stops_every_clock() {
    let params = plain().board.params;
    cases(500, |rng| {
        let [noticed_at, seized_at, open_since] =
            [(); 3].map(|()| if rng.chance(30) { 0 } else { NOW - rng.range(0, 4_000) });
        let was = Episode { noticed_at, seen_at: NOW, seized_at, counted_at: 5, ..Episode::zeroed() };
        let mut e = was;
        e.resume(open_since);
        let from = |clock: i64| if clock == 0 { 0 } else { clock.max(open_since) };
        assert_eq!(e, Episode { noticed_at: from(noticed_at), seized_at: from(seized_at), ..was });
        let once = e;
        e.resume(open_since);
        assert_eq!(e, once);
        assert!(e.noticed_for(NOW) <= NOW - open_since);

        let since = open_since.max(NOW - rng.range(0, 1_200));
        let seizable = |equity| e.require_seizable(&params, &at(equity), since, NOW).is_ok();
        let noticed = e.noticed_for(NOW) >= 600;
        assert_eq!(seizable(332), NOW - since >= 600 || noticed);
        assert_eq!(seizable(999), noticed);
        assert!(!seizable(1_000));
    });
}

/// I530. A budget that is set anew is what a seizure now would set, of equity beyond what others have paid, where that is more. Neither
/// the clock of the seizure nor the least ratio begins anew.
#[test]
fn a_budget_is_set_anew_where_it_would_be_more() {
    let world = plain();
    cases(500, |rng| {
        let (advanced, shared) = (quote(rng.range(0, 200)), quote(rng.range(0, 200)));
        let was = Episode {
            seized_at: NOW - 9_000,
            counted_at: NOW,
            total: CountedRatio { ratio: Ppm::new(7), left: Ppm::new(9) },
            budget: quote(rng.range(0, 120)),
            advanced,
            shared,
            ..Episode::zeroed()
        };
        let (equity, fund, room) = (rng.range(-500, 600), rng.range(0, 20_000), rng.range(0, 200));
        let mut e = was;
        let opened = e.seize(&world.board, &Portfolio::zeroed(), &at(equity), (quote(fund), quote(room)), NOW).unwrap();
        let net = (equity - advanced.get() - shared.get()).max(0);
        let most = (fund / 100).min(room).min(100) - net;
        assert_eq!(e, Episode { budget: was.budget.max(quote(most)), ..was });
        assert_eq!(opened, most > was.budget.get());
    });
}

/// I474. The budget fills equity up to a tenth of maintenance, of a hundredth of the fund at most, and of what is left of the
/// day. It is nothing for an account with that much equity.
#[test]
fn the_budget_is_what_is_missing_to_a_tenth() {
    let world = plain();
    let budget = |equity: i64, fund: i64, room: i64| {
        let mut e = Episode::default();
        e.seize(&world.board, &Portfolio::zeroed(), &at(equity), (quote(fund), quote(room)), NOW).unwrap();
        assert_eq!((e.seized_at, e.noticed_at, e.advanced), (NOW, 0, QuoteNative::ZERO));
        e.budget.get()
    };
    let rich = 1 << 40;
    assert_eq!([0, -500, 1, 99, 100, 101, 999].map(|e| budget(e, rich, rich)), [100, 100, 99, 1, 0, 0, 0]);
    assert_eq!((budget(0, 5_000, rich), budget(20, 5_000, rich), budget(60, 5_000, rich)), (50, 30, 0));
    assert_eq!((budget(0, rich, 7), budget(6, rich, 7), budget(0, 0, rich), budget(0, -3, rich)), (7, 1, 0, 0));
}

/// I474. What is seized is recorded whole, as delta at the price, and nothing after it.
#[test]
fn a_seizure_records_what_is_held() {
    let world = plain();
    let mut p = Portfolio::zeroed();
    world.buy(&mut p, 0, 100, 10 * USDC);
    world.buy(&mut p, 1, -7, 10 * USDC);
    let mut e = Episode::default();
    e.record(&world.board, 0, Lots::new(2), NOW).unwrap();
    e.seize(&world.board, &p, &at(0), (quote(0), quote(0)), NOW).unwrap();
    e.record(&world.board, 1, Lots::new(-7), NOW).unwrap();
    assert_eq!([0, 1, 2].map(|n| e.legs[n].delta.get()), [1_020 * USDC, -70 * USDC, 0]);
}

/// I487. A thief's second account lost 4.4 million to his first one on bitcoin, and holds 9 million of another underlying long and short.
/// All of the debt is the bitcoin holders', and of the pair as much as it is out of balance. Where everything is hedged, all bear by size.
#[test]
fn legs_that_hedge_one_another_bear_nothing() {
    let mut world = plain();
    let mut future = world.board.instruments[1];
    future.index = 2;
    world.board.instruments[2] = future;
    let leg = |instrument: u16, millions: i64| EpisodeLeg {
        delta: quote(millions * 1_000_000 * USDC / 10),
        generation: world.board.instruments[usize::from(instrument)].generation,
        instrument,
        borne: 0,
    };
    let shares = |legs: &[EpisodeLeg], debt: i64| {
        let mut e = Episode::default();
        e.legs[..legs.len()].copy_from_slice(legs);
        let shares = e.shares(&world.board, quote(debt)).unwrap();
        [0, 1, 2].map(|n| shares[n].get())
    };
    let debt = 100_000 * USDC;
    assert_eq!(shares(&[leg(0, 44), leg(1, 90), leg(2, -90)], debt), [debt, 0, 0]);
    // By gross value the pair would have borne 180 of 224.
    assert_eq!(shares(&[leg(0, 44), leg(1, 90), leg(2, -79)], debt), [debt * 44 / 55, debt * 11 / 55, 0]);
    assert_eq!(shares(&[leg(0, 44), leg(1, -90), leg(2, 79)], debt), [debt * 44 / 55, debt * 11 / 55, 0]);
    assert_eq!(shares(&[leg(0, 30), leg(1, 60), leg(2, 30)], debt), [debt / 4, debt / 2, debt / 4]);
    assert_eq!(shares(&[leg(0, 0), leg(1, 90), leg(2, -90)], debt), [0, debt / 2, debt / 2]);
}

/// I476. In a day no more than the fund's part goes to any underlying, whatever sets it is spent on; the next day begins anew.
#[test]
fn a_day_has_its_limit_for_each_underlying() {
    let params = MarginParams { fund_budget: Ppm::new(10_000), ..plain().board.params };
    cases(200, |rng| {
        let (mut spending, mut spent, fund) =
            (Spending::default(), [0i64; MAX_UNDERLYINGS], rng.log_range(100, 1 << 50));
        let mut now = NOW;
        for _ in 0..50 {
            if rng.chance(5) {
                now += 86_400;
                spent = [0; MAX_UNDERLYINGS];
            }
            let mut set = UnderlyingSet::EMPTY;
            for _ in 0..rng.range(1, 4) {
                set = set.with(rng.below(MAX_UNDERLYINGS) as u16);
            }
            let room = spending.room(&params, quote(fund), set, now).unwrap().get();
            assert_eq!(room, set.iter().map(|u| fund / 100 - spent[usize::from(u)]).min().unwrap());
            let amount = rng.range(0, room);
            spending.spend(quote(amount), set, now).unwrap();
            set.iter().for_each(|u| spent[usize::from(u)] += amount);
            assert!(spent.iter().all(|s| *s <= fund / 100));
        }
    });
    assert_eq!(Spending::default().room(&params, quote(-1), UnderlyingSet::EMPTY, NOW), Ok(quote(0)));
}

/// Accounts that hold lots of one instrument: as many long as short.
struct Holders {
    accounts: Vec<Portfolio>,
    open: i64,
}

impl Holders {
    fn of(rng: &mut Rng, i: &Instrument) -> Self {
        let (mut accounts, mut open) = (Vec::new(), 0);
        for sign in [1, -1] {
            let mut left = open;
            for n in 0..rng.range(1, 5) {
                let lots = match sign {
                    1 => rng.log_range(1, (i.limits.max_position.get() / 5).max(1)),
                    _ if n == 4 => left,
                    _ => rng.range(0, left),
                };
                open += if sign == 1 { lots } else { 0 };
                left -= lots;
                accounts.extend((lots > 0).then(|| Self::holder(i, sign * lots)));
            }
            if sign == -1 && left > 0 {
                accounts.push(Self::holder(i, -left));
            }
        }
        Self { accounts, open }
    }

    fn holder(i: &Instrument, lots: i64) -> Portfolio {
        let mut p = Portfolio::zeroed();
        p.position_count = 1;
        p.positions[0] = Position {
            key: PositionKey::of(i),
            lots: Lots::new(lots),
            funding_index: i.funding_index,
            loss_index: if lots < 0 { i.loss_index_short } else { i.loss_index_long },
            generation: i.generation,
            ..Position::zeroed()
        };
        p
    }
}

/// Net delta of the legs of each underlying whose contracts are still there.
fn nets(world: &World, e: &Episode) -> Vec<i128> {
    let mut nets = vec![0; MAX_UNDERLYINGS];
    for l in &e.legs {
        let i = &world.board.instruments[usize::from(l.instrument)];
        if i.generation == l.generation {
            nets[usize::from(i.underlying)] += i128::from(l.delta.get());
        }
    }
    nets
}

/// I477, I478, I487. What a debt's legs bear is charged to the other side and to nobody else; all together they pay at least what is
/// credited, and less than a unit a position and one more beyond it, which stays in the market. No lot bears more in an episode
/// than a quarter of a scan range or the calendar charge, in however many parts. A leg bears at most its part of the net delta, settled legs and those
/// of another contract nothing, and nobody bears their parts.
#[test]
fn the_other_side_pays_what_the_debtor_is_credited() {
    cases(300, |rng| {
        let mut world = World::random(rng, Reach::Legal, 8);
        let mut e = Episode::default();
        let mut markets = Vec::new();
        let count = rng.range(1, 16) as usize;
        for index in world.instruments.iter().copied().take(count).collect::<Vec<_>>() {
            if rng.chance(10) {
                world.board.instruments[usize::from(index)].settled = 1;
            }
            let i = world.board.instruments[usize::from(index)];
            let delta = quote(rng.log_range(1, 1 << 50) * rng.pick(&[1, -1]));
            e.legs[markets.len()] = EpisodeLeg { delta, generation: i.generation, instrument: i.index, borne: 0 };
            if rng.chance(10) {
                world.board.instruments[usize::from(index)].generation += 1;
            }
            markets.push(Holders::of(rng, &world.board.instruments[usize::from(index)]));
        }
        let before = world.board.instruments;
        let nets = nets(&world, &e);
        let net: i128 = nets.iter().map(|n| n.abs()).sum();
        let mut credited = [0i64; 16];
        for _ in 0..rng.range(1, 3) {
            let debt = rng.log_range(1, 1 << 52);
            let shares = e.shares(&world.board, quote(debt)).unwrap();
            let all: i64 = shares.iter().map(|s| s.get()).sum();
            assert!(all <= debt);
            for (n, market) in markets.iter().enumerate() {
                let delta = e.legs[n].delta.get();
                assert!(shares[n].get() as u64 <= delta.unsigned_abs());
                let i = &world.board.instruments[usize::from(e.legs[n].instrument)];
                let own = if i.generation == e.legs[n].generation { nets[usize::from(i.underlying)] } else { 0 };
                if net != 0 {
                    assert!(i128::from(shares[n].get()) <= i128::from(debt) * own.abs() / net);
                    assert!(own.signum() == i128::from(delta).signum() || shares[n].is_zero(), "it hedges the others");
                }
                if e.legs[n].open(&world.board).is_some() {
                    let got = e.legs[n].bear(&mut world.board, Lots::new(market.open), shares[n]).unwrap();
                    assert!(got.get() >= 0 && got <= shares[n]);
                    credited[n] += got.get();
                }
            }
        }
        for (n, market) in markets.iter_mut().enumerate() {
            let (leg, index) = (e.legs[n], usize::from(e.legs[n].instrument));
            let (i, was) = (world.board.instruments[index], before[index]);
            let u = world.board.underlyings[usize::from(i.underlying)];
            let rise = [
                i.loss_index_long.get() - was.loss_index_long.get(),
                i.loss_index_short.get() - was.loss_index_short.get(),
            ];
            let charged = usize::from(leg.is_long(&was));
            assert_eq!(rise[1 - charged], 0, "only the other side bears");
            let calendar = (i.lot_units * u.price).get() as i128 * i128::from(u.calendar.get()) / 1_000_000;
            let calendar = if u.calendar.is_zero() { i64::MAX } else { calendar as i64 };
            assert!((0..=calendar.min((i.lot_units * u.range_value).get() / 4)).contains(&rise[charged]));
            let (mut paid, mut positions) = (0, 0);
            for p in &mut market.accounts {
                let lots = p.positions[0].lots.get();
                let due = -p.positions[0].settle(&i, &u).unwrap().get();
                assert!(due >= 0 && ((lots < 0) == (charged == 1) || due == 0));
                positions += i64::from(due > 0);
                paid += due;
            }
            // Three parts at most, the index rounded up in each.
            let dust = positions + 3 * (market.open >> u.scale()) + 3;
            assert!((credited[n]..=credited[n] + dust).contains(&paid), "{paid} of {}", credited[n]);
        }
    });
}

/// I477. A part that the bound does not cut is credited to the unit; one that it cuts leaves the rest for those who lend.
#[test]
fn a_quarter_of_a_range_and_no_more() {
    let mut world = plain(); // a lot of 10 USDC with a range of 1 USDC: 0.25 USDC
    let mut leg = EpisodeLeg { delta: quote(1_000 * USDC), generation: 1, instrument: 0, borne: 0 };
    let bear = |world: &mut World, leg: &mut EpisodeLeg, share: i64| {
        leg.bear(&mut world.board, Lots::new(100), quote(share)).unwrap().get()
    };
    assert_eq!(bear(&mut world, &mut leg, 10 * USDC), 10 * USDC);
    assert_eq!(world.board.instruments[0].loss_index_short.get(), USDC / 10);
    let rest = bear(&mut world, &mut leg, 100 * USDC);
    assert!(rest <= 15 * USDC && rest > 15 * USDC - 100 * 10, "a part in 65,535 of the bound is lost: {rest}");
    assert_eq!((bear(&mut world, &mut leg, 100 * USDC), leg.borne), (0, u16::MAX));
    assert_eq!(world.board.instruments[0].loss_index_long.get(), 0);
    let mut leg = EpisodeLeg { delta: quote(1), generation: 1, instrument: 1, borne: 0 };
    assert_eq!(leg.bear(&mut world.board, Lots::ZERO, quote(5)), Ok(QuoteNative::ZERO), "there is no other side");
}

/// I479, I480. What lent cash bears is credited to the unit, counted by every check at once, and paid by those who lend in parts
/// that together are no less; the few units beyond it are interest. No more is charged than what is lent.
#[test]
fn lenders_pay_what_is_credited() {
    cases(300, |rng| {
        let mut board = super::world::empty_board();
        let (mut pool, mut accounts) = (LendingPool::default(), Vec::new());
        for _ in 0..rng.range(1, 20) {
            let mut p = Portfolio::zeroed();
            p.cash = quote(rng.log_range(1, 1 << 45));
            p.lent = quote(if rng.chance(80) { rng.range(0, p.cash.get()) } else { 0 });
            pool.lent = pool.lent.plus(p.lent).unwrap();
            accounts.push(p);
        }
        let mut credited = 0;
        let start: i64 = accounts.iter().map(|p| p.cash.get()).sum();
        for _ in 0..rng.range(1, 4) {
            let (debt, free) = (rng.log_range(1, 1 << 50), pool.lent.get() - pool.receivable.get());
            let borne = pool.share_loss(&mut board.interest, quote(debt)).unwrap().get();
            // Less than 2^-16 of what is lent stays, unless all of it goes.
            assert!(
                borne == debt.min(free) || debt < free && borne >= free - (free >> 10),
                "{borne} of {debt}, {free}"
            );
            credited += borne;
            if rng.chance(25) {
                let n = rng.below(accounts.len());
                touch(&board.interest, &mut pool, &mut accounts[n]);
            }
        }
        for p in &mut accounts {
            let counted = check(&board, p, Purpose::Maintenance { now: NOW }).unwrap().equity;
            touch(&board.interest, &mut pool, p);
            assert_eq!(p.cash, counted, "the check counted it before it was taken");
            assert!(p.cash >= QuoteNative::ZERO, "nobody pays more than he lends");
        }
        let end: i64 = accounts.iter().map(|p| p.cash.get()).sum();
        assert_eq!(pool.receivable, QuoteNative::ZERO);
        assert_eq!(start, end + credited + pool.collected.get());
        assert!(pool.collected.get() <= 5 * (accounts.len() as i64 + 1));
    });
}

fn touch(interest: &Interest, pool: &mut LendingPool, p: &mut Portfolio) {
    let lost = pool.settle(p, interest, NOW).unwrap().lost;
    assert!(lost.get() >= 0);
    assert_eq!(pool.settle(p, interest, NOW).unwrap().lost, QuoteNative::ZERO, "taken once");
}

/// I479. Who stopped lending bears nothing of what is charged after it.
#[test]
fn an_account_in_default_does_not_bear_its_own_debt() {
    let (mut interest, mut pool) = (Interest::default(), LendingPool::default());
    let [mut debtor, mut lender] = [Portfolio::zeroed(); 2];
    (debtor.lent, lender.lent, pool.lent) = (quote(600), quote(400), quote(1_000));
    pool.stop_lending(&mut debtor, NOW).unwrap();
    assert_eq!((pool.lent, debtor.lent), (quote(400), quote(0)));
    assert_eq!(pool.share_loss(&mut interest, quote(500)), Ok(quote(400)));
    assert_eq!(pool.share_loss(&mut interest, quote(100)), Ok(quote(0)));
    for (p, due) in [(&mut debtor, 0), (&mut lender, 400)] {
        assert_eq!(pool.settle(p, &interest, NOW).unwrap().lost, quote(due));
    }
}

/// I488. Losses are charged to what is left of what is lent: a sleeper who has lost nine tenths loses the last tenth to the next debt and
/// no more, and whoever came later his part of that one alone. All is lost once, and what is lent after it is lent anew.
#[test]
fn nobody_loses_more_than_he_lends() {
    let (mut interest, mut pool) = (Interest::default(), LendingPool::default());
    let lender = |pool: &mut LendingPool, interest: &Interest, amount: i64| {
        let mut p = Portfolio::zeroed();
        (p.cash, p.lent, p.loss_index) = (quote(amount), quote(amount), interest.loss_index);
        pool.lent = pool.lent.plus(quote(amount)).unwrap();
        p
    };
    let mut sleeper = lender(&mut pool, &interest, 100 * USDC);
    assert_eq!(pool.share_loss(&mut interest, quote(90 * USDC)), Ok(quote(90 * USDC)));
    assert_eq!(sleeper.losses_due(&interest), Ok(quote(90 * USDC + 1)), "rounded against who lends");
    let mut second = lender(&mut pool, &interest, 1_000 * USDC);
    assert_eq!(second.losses_due(&interest), Ok(quote(0)));
    // Half of what is left of both.
    assert_eq!(pool.share_loss(&mut interest, quote(505 * USDC)), Ok(quote(505 * USDC)));
    let due = [&sleeper, &second].map(|p| p.losses_due(&interest).unwrap().get());
    assert!(
        (95 * USDC..=95 * USDC + 1).contains(&due[0]) && (500 * USDC..=500 * USDC + 1).contains(&due[1]),
        "{due:?}"
    );
    // More than there is: all.
    assert_eq!(pool.share_loss(&mut interest, quote(5_000 * USDC)), Ok(quote(505 * USDC)));
    let mut third = lender(&mut pool, &interest, 10 * USDC);
    assert_eq!(pool.share_loss(&mut interest, quote(4 * USDC)), Ok(quote(4 * USDC)));
    for (p, lost) in [(&mut sleeper, 100), (&mut second, 1_000), (&mut third, 4)] {
        let paid = pool.settle(p, &interest, NOW).unwrap().lost.get();
        assert!((lost * USDC..=lost * USDC + 1).contains(&paid), "{paid} of {lost}");
    }
    assert_eq!(pool.receivable, quote(0));

    cases(500, |rng| {
        let (mut interest, mut pool, mut all) = (Interest::default(), LendingPool::default(), Vec::new());
        let (mut credited, mut paid) = (0, 0);
        for _ in 0..rng.range(1, 30) {
            match rng.below(3) {
                0 => all.push(lender(&mut pool, &interest, rng.log_range(1, 1 << 50))),
                1 => credited += pool.share_loss(&mut interest, quote(rng.log_range(1, 1 << 52))).unwrap().get(),
                _ if all.is_empty() => {}
                _ => {
                    let n = rng.below(all.len());
                    paid += pool.settle(&mut all[n], &interest, NOW).unwrap().lost.get();
                }
            }
        }
        for p in &mut all {
            let due = p.losses_due(&interest).unwrap();
            assert!(due <= p.lent, "more than is lent");
            paid += pool.settle(p, &interest, NOW).unwrap().lost.get();
            assert!(p.cash >= QuoteNative::ZERO);
        }
        assert!(paid >= credited, "{paid} of {credited}");
        assert_eq!(pool.receivable, QuoteNative::ZERO);
    });
}

/// I481. What is left repays what others paid, as far as it goes.
#[test]
fn others_are_repaid_first() {
    for (cash, repaid) in [(-5, 0), (0, 0), (29, 29), (30, 30), (500, 30)] {
        let mut p = Portfolio::zeroed();
        p.cash = quote(cash);
        let mut e = Episode { advanced: quote(20), shared: quote(10), ..Episode::default() };
        assert_eq!((e.repay(&mut p), p.cash), (Ok(quote(repaid)), quote(cash - repaid)));
    }
}

/// I482. A perpetual ends for a seized account only after a day, for a twentieth of the market that is worth a hundredth of the
/// underlying's liquidity, at midnight, one to two days ahead.
#[test]
fn a_small_rest_closes_no_market() {
    let e = Episode { seized_at: NOW, ..Episode::default() };
    let mut world = plain(); // a lot of 10 USDC
    world.board.underlyings[0].params.liquidity = quote(5_000 * USDC);
    let key = PositionKey::of(&world.board.instruments[0]);
    let p = |lots: i64| Position { key, lots: Lots::new(lots), ..Position::zeroed() };
    let day = NOW + 86_400;
    for lots in [5, -5, 6, 100] {
        assert_eq!(require_untaken(&world.board, &e, &p(lots), Lots::new(100), day), Ok(()));
    }
    for (e, lots, now) in [(&e, 4, day), (&e, -4, day), (&e, 0, day), (&e, 5, day - 1), (&Episode::default(), 5, day)] {
        let refused = require_untaken(&world.board, e, &p(lots), Lots::new(100), now);
        assert!(matches!(refused, Err(RiskError::WindDownNotDue { .. })), "{refused:?}");
    }
    // All of a market is not much, where the market is nothing.
    world.board.underlyings[0].params.liquidity = quote(5_001 * USDC);
    assert!(require_untaken(&world.board, &e, &p(5), Lots::new(5), day).is_err());
    assert!(require_untaken(&world.board, &e, &p(6), Lots::new(6), day).is_ok());
    let params = plain().board.params;
    for now in [NOW, NOW + 1, NOW + 40_000, NOW - NOW % 86_400, NOW - NOW % 86_400 - 1] {
        let at = params.settlement_from(now + LEAST_NOTICE).unwrap();
        assert!(at % 86_400 == 0 && (86_400..2 * 86_400).contains(&(at - now)), "{now}: {at}");
    }
}

/// I477. A position that a loss was charged to is worth that much less in every check before it settles.
#[test]
fn a_shared_loss_counts_at_once() {
    let mut world = plain();
    let mut short = Portfolio::zeroed();
    short.cash = quote(100 * USDC);
    world.buy(&mut short, 0, -100, 10 * USDC);
    let equity =
        |world: &World, p: &Portfolio| check(&world.board, p, Purpose::Maintenance { now: NOW }).unwrap().equity;
    let was = equity(&world, &short);
    let mut leg = EpisodeLeg { delta: quote(1_000 * USDC), generation: 1, instrument: 0, borne: 0 };
    leg.bear(&mut world.board, Lots::new(100), quote(3 * USDC)).unwrap();
    assert_eq!(equity(&world, &short), was.minus(quote(3 * USDC)).unwrap());
    let (i, u) = world.instrument(0);
    let filled = short.fill(i, u, Fill { lots: Lots::new(1), value: quote(10 * USDC) }).unwrap();
    assert_eq!(filled.settled, quote(-3 * USDC));
}
