//! Slices of random portfolios of all kinds: that they help, what they cost, and that nothing is lost on the way.

use super::{
    random::{Rng, cases},
    rational::{Q, ppm, whole},
    world::{LAST, NOW, Reach, USDC, World, plain},
};
use crate::{
    Board, Lots, MAX_HELD, Portfolio, Ppm, Purpose, QuoteNative, Requirements, RiskError,
    guard::{REFRESH_SECONDS, flag},
    liquidation::{
        Cut, Episode, FRACTION_ONE, LegMoved, Legs, Payment, Request, Slice, Sliced, Terms, Workspace, cut, slice,
    },
    margin::check,
};
use bytemuck::Zeroable;
use core::cell::Cell;
use std::prelude::v1::*;

pub fn require(board: &Board, p: &Portfolio) -> Requirements {
    check(board, p, LAST).unwrap()
}

/// A liquidator who can carry anything.
pub fn rich() -> Portfolio {
    Portfolio { cash: QuoteNative::new(1 << 59), ..Portfolio::zeroed() }
}

/// A slice, and both accounts after it.
pub struct Done {
    pub slice: Slice,
    pub sliced: Sliced,
    pub account: Portfolio,
    pub liquidator: Portfolio,
    pub legs: Vec<LegMoved>,
    pub room: Box<Workspace>,
}

pub fn room() -> Box<Workspace> {
    bytemuck::zeroed_box()
}

/// Finds a slice and moves it to a rich liquidator.
pub fn done(board: &Board, account: &Portfolio, episode: &mut Episode, request: &Request) -> Result<Done, RiskError> {
    let mut room = room();
    let budget = episode.budget;
    let found = slice(board, account, episode, budget, request, NOW, &mut room)?;
    let (mut account, mut liquidator, mut legs) = (*account, rich(), vec![]);
    let book = |leg: &LegMoved| {
        legs.push(*leg);
        Ok::<(), RiskError>(())
    };
    let sliced = found.apply(board, &room, &mut account, &mut liquidator, NOW, book)?;
    Ok(Done { slice: found, sliced, account, liquidator, legs, room })
}

/// What an account is worth at the marks, to the unit and beyond: cash, positions with all that is unsettled, tokens.
fn worth(board: &Board, p: &Portfolio) -> Q {
    let mut sum = whole(p.cash.get()) - whole(p.interest_due(&board.interest, NOW).unwrap().get());
    for position in p.open() {
        let i = board.instrument(position.key.instrument()).unwrap();
        let u = board.underlying(i.underlying).unwrap();
        let one = whole(1i64 << u.scale());
        sum = sum + whole(position.lots.get()) * whole(i.mark_at(u, NOW).get()) / &one;
        sum = sum + whole(position.quote.get()) + whole(position.unsettled(i).unwrap()) / one;
    }
    for balance in p.balances.iter().filter(|b| b.amount > 0) {
        let token = board.token(balance.token).unwrap();
        let u = board.underlying(token.underlying).unwrap();
        sum =
            sum + whole(balance.amount) * whole(u.price.get()) / whole(token.atoms_per_unit) / whole(1i64 << u.scale());
    }
    sum
}

/// The payment for a margin freed, written from `docs/model.md#liquidation`.
fn payment(board: &Board, before: &Requirements, freed: i64) -> i64 {
    let p = &board.params;
    let million = 1_000_000i128;
    let (e, m) = (i128::from(before.equity.get()), i128::from(before.maintenance.get()));
    let ratio = if e >= m { million } else { e.max(0) * million / m };
    let (base, max) = (i128::from(p.discount_base.get()), i128::from(p.discount_max.get()));
    let share = base + (max - base) * (million - ratio) / million;
    let rate = share.min(i128::from(p.discount_of_equity.get()) * ratio / million);
    (i128::from(freed.max(0)) * rate / million) as i64
}

/// A random world in which any group may offset up to 0.95, and some prices are stale or too volatile.
fn world(rng: &mut Rng, reach: Reach, some_stuck: bool) -> World {
    let mut world = World::random(rng, reach, 4);
    for group in &mut world.board.groups {
        if rng.chance(30) {
            group.params.offset = Ppm::new(rng.range(500_000, 950_000) as u32);
        }
    }
    for index in world.underlyings.clone() {
        world.board.reprice(index).unwrap();
        if world.surfaces.contains_key(&index) {
            world.refresh_at(index, NOW);
        }
        if some_stuck && rng.chance(15) {
            let u = &mut world.board.underlyings[usize::from(index)];
            match rng.below(5) {
                0 => u.publish_time = NOW - i64::from(u.guard_params.liquidation_age) - rng.range(1, REFRESH_SECONDS),
                1 | 2 => u.publish_time = NOW - 1_000_000,
                _ => u.guards.flags |= flag::VOLATILE,
            }
        }
    }
    world
}

/// Puts an account's equity at a part of its maintenance margin, in hundredths.
fn distress(board: &Board, account: &mut Portfolio, percent: i64) {
    let r = require(board, account);
    let target = (i128::from(r.maintenance.get()) * i128::from(percent) / 100) as i64;
    account.cash = QuoteNative::new(account.cash.get() + target - r.equity.get());
}

/// The arrays made anew where a price moved since.
fn refresh(world: &mut World) {
    for index in world.underlyings.clone() {
        if world.surfaces.contains_key(&index) {
            world.refresh_at(index, NOW);
        }
    }
}

fn random_legs(rng: &mut Rng, world: &World, account: &Portfolio) -> Legs {
    if rng.chance(50) {
        return Legs::ALL;
    }
    let mut legs = Legs::default();
    for p in account.open() {
        if rng.chance(60) {
            legs.add(account, world.instrument(p.key.instrument()).0);
        }
    }
    legs.add_tokens(account, rng.next() as u16);
    legs
}

#[derive(Default)]
struct Seen {
    done: Cell<u32>,
    whole: Cell<u32>,
    buffer: Cell<u32>,
    part: Cell<u32>,
    bankrupt: Cell<u32>,
    refused: Cell<u32>,
    small: Cell<u32>,
    stuck: Cell<u32>,
    healthy: Cell<u32>,
    hedged: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

fn is_stuck(world: &World, underlying: u16) -> bool {
    world.board.underlyings[usize::from(underlying)].require_movable(NOW).is_err()
}

/// True if no price of what the account has is to be refreshed before anything is liquidated.
fn is_refreshed(world: &World, account: &Portfolio) -> bool {
    let refreshed = |u: u16| world.board.underlyings[usize::from(u)].require_refreshed(NOW).is_ok();
    let position = |p: &crate::Position| {
        let is_settled = world.instrument(p.key.instrument()).0.settled != 0;
        p.lots.is_zero() || is_settled || refreshed(p.key.underlying())
    };
    let balance = |b: &crate::Balance| {
        let token = &world.board.tokens[usize::from(b.token)];
        b.amount == 0 || token.units(b.amount).unwrap().get() == 0 || refreshed(token.underlying)
    };
    account.open().iter().all(position) && account.balances.iter().all(balance)
}

/// True if the account holds something that could move of an underlying, and something that could not.
fn has(world: &World, account: &Portfolio, stuck: bool) -> bool {
    let position = |p: &&crate::Position| {
        let i = world.instrument(p.key.instrument()).0;
        !p.lots.is_zero() && i.settled == 0 && is_stuck(world, i.underlying) == stuck
    };
    let balance = |b: &&crate::Balance| {
        b.amount > 0 && is_stuck(world, world.board.tokens[usize::from(b.token)].underlying) == stuck
    };
    account.open().iter().any(|p| position(&p)) || account.balances.iter().any(|b| balance(&b))
}

fn one_account(rng: &mut Rng, reach: Reach, seen: &Seen) {
    let mut world = world(rng, reach, true);
    let most = rng.pick(&[1, 3, 12, MAX_HELD]);
    let mut account = world.portfolio(rng, most);
    if rng.chance(20) {
        world.fix_or_settle(rng);
    }
    for index in world.underlyings.clone() {
        let stale = is_stuck(&world, index);
        if world.surfaces.contains_key(&index) && !stale {
            world.refresh_at(index, NOW);
        }
    }
    let board = &world.board;
    distress(board, &mut account, rng.range(-60, 103));
    let legs = random_legs(rng, &world, &account);
    let request =
        Request { legs, most: Ppm::new(if rng.chance(70) { 1_000_000 } else { rng.range(1, 999_999) as u32 }) };
    let before = require(board, &account);
    let mut episode = Episode::zeroed();
    let did = match done(board, &account, &mut episode, &request) {
        Ok(did) => did,
        Err(RiskError::NotLiquidatable { .. }) => {
            assert!(!before.is_liquidatable());
            return count(&seen.healthy);
        }
        Err(RiskError::NothingToLiquidate) => return,
        Err(RiskError::StalePrice { .. } | RiskError::PriceTooVolatile { .. }) => {
            // Nothing that was asked for can move, or what cannot move needs all the margin alone, or a price is to be refreshed.
            assert!(has(&world, &account, true) || !is_refreshed(&world, &account));
            return count(&seen.stuck);
        }
        Err(RiskError::SliceTooSmall { freed, least }) => {
            assert!(freed < least);
            assert!(request != Request::ALL, "all of it is never too small");
            return count(&seen.small);
        }
        Err(RiskError::LiquidationDoesNotHelp { .. }) => {
            assert!(request != Request::ALL, "all of it always helps");
            return count(&seen.refused);
        }
        // A random position may be beyond what a second account can take on top of nothing, or a sum may not fit.
        Err(RiskError::Overflow) => return,
        Err(other) => unreachable!("{other:?}"),
    };
    count(&seen.done);
    assert!(is_refreshed(&world, &account));
    let Done { slice: found, sliced, account: after, liquidator, legs: moved, .. } = &did;
    assert!(before.is_liquidatable() && found.before.maintenance == before.maintenance);

    // I41: what is predicted is what a check finds.
    assert_eq!(found.maintenance, sliced.account.maintenance);
    let purpose = Purpose::Liquidation { now: NOW, moved: found.moved };
    assert_eq!(check(board, after, purpose), Ok(sliced.account));

    // I42: the discount is a share of what is freed and of the equity that there is.
    let freed = before.maintenance.get() - found.maintenance.get();
    let Payment { discount, from_account, from_budget, insurance } = found.payment;
    assert_eq!(discount.get(), payment(board, &before, freed));
    assert!(discount.get() <= before.equity.get().max(0) && discount == from_account && from_budget.is_zero());
    let part = (whole(discount.get()) * ppm(board.params.insurance_share.get())).floor();
    assert_eq!(num_bigint::BigInt::from(insurance.get()), part);

    // I43: as rounded, maintenance margin falls and the ratio of equity to it rises; or all of it was taken.
    let all = found.fraction == FRACTION_ONE;
    let is_whole = all && legs.require_whole(board, &account, NOW).is_ok();
    let ratio = |e: QuoteNative, m: QuoteNative| i128::from(e.get().max(0)) * i128::from(m.get());
    assert!(is_whole || found.maintenance < before.maintenance);
    if !is_whole && before.equity.get() > 0 {
        assert!(ratio(sliced.account.equity, before.maintenance) > ratio(before.equity, found.maintenance));
    }
    if is_whole {
        count(&seen.whole);
        assert!(found.maintenance <= before.maintenance);
        assert!(has(&world, &account, true) || found.maintenance.is_zero());
    }
    if before.equity.get() <= 0 {
        count(&seen.bankrupt);
        assert!(discount.is_zero());
    }
    if before.calendar.get() > 0 {
        count(&seen.hedged);
    }

    // I44: the account loses the discount, and rounding of less than four units a leg; the sum of all is the same, but for the
    // fund's part. Settled funding is rounded down to the unit, for the market.
    let legs_moved = moved.len() as i64;
    let lost = worth(board, &account) - worth(board, after) - whole(discount.get());
    assert!(lost >= whole(0) && lost < whole(4 * legs_moved + 1));
    let (had, has_now) = (worth(board, &account) + whole(1i64 << 59), worth(board, after) + worth(board, liquidator));
    let missing = had - has_now - whole(insurance.get());
    assert!(missing >= whole(0) && missing < whole(2 * legs_moved + 1));

    // I45: it ends at the buffer; or a lot of the coarsest leg less does not reach it; or it is all that was asked for.
    let reaches = |e: i64, m: i64| whole(e) >= whole(m) * (whole(1) + ppm(board.params.liquidation_buffer.get()));
    let at_buffer = reaches(sliced.account.equity.get(), sliced.account.maintenance.get());
    if at_buffer && !all {
        count(&seen.buffer);
    } else if !at_buffer {
        count(&seen.part);
    }
    // I46: less than all frees at least 2 % and the dust value, unless it reaches the buffer.
    let least = (before.maintenance.get() / 50).max(board.params.dust_value.get());
    assert!(at_buffer || is_whole || freed >= least);
    if before.maintenance < board.params.dust_value {
        assert!(all);
    }
}

fn many(reach: Reach, n: u64) {
    let seen = Seen::default();
    cases(n, |rng| one_account(rng, reach, &seen));
    if seen.done.get() > 100 {
        for (name, cell) in [
            ("whole", &seen.whole),
            ("to the buffer", &seen.buffer),
            ("not to the buffer", &seen.part),
            ("bankrupt", &seen.bankrupt),
            ("refused", &seen.refused),
            ("too small", &seen.small),
            ("stuck", &seen.stuck),
            ("healthy", &seen.healthy),
            ("with a calendar charge", &seen.hedged),
        ] {
            assert!(cell.get() > 5, "{name}: only {} of {}", cell.get(), seen.done.get());
        }
    }
}

/// I40 to I46, I447, I449, I501.
#[test]
fn usual_accounts_are_sliced_by_the_rules() {
    many(Reach::Usual, 6_000);
}

/// I40 to I46, I447, I449, I501.
#[test]
fn legal_accounts_are_sliced_by_the_rules() {
    many(Reach::Legal, 6_000);
}

/// I47. All of an account can always be liquidated, however far it is under water, however it is hedged and whatever its lots are;
/// then nothing is left that could move.
#[test]
fn all_of_it_always_works() {
    let taken = Cell::new(0);
    cases(4_000, |rng| {
        let reach = rng.pick(&[Reach::Usual, Reach::Legal]);
        let mut world = world(rng, reach, false);
        let most = rng.pick(&[1, 2, 6, MAX_HELD]);
        let mut account = world.portfolio(rng, most);
        refresh(&mut world);
        distress(&world.board, &mut account, rng.range(-200, 99));
        if !has(&world, &account, false) || !require(&world.board, &account).is_liquidatable() {
            return;
        }
        // From one unit on: where the buffer is nearer than all of it, all is asked for by making the rest dust.
        world.board.params.dust_value = QuoteNative::new(i64::MAX);
        let did = match done(&world.board, &account, &mut Episode::zeroed(), &Request::ALL) {
            Err(RiskError::Overflow) => return,
            other => other.unwrap(),
        };
        assert!(
            did.account.has_no_holdings()
                || did
                    .account
                    .open()
                    .iter()
                    .all(|p| { p.lots.is_zero() || world.instrument(p.key.instrument()).0.settled != 0 })
        );
        assert_eq!(did.sliced.account.maintenance.get(), 0);
        taken.set(taken.get() + 1);
    });
    assert!(taken.get() > 100, "{}", taken.get());
}

/// I448. A hundred slices pay at most 1.02 times one.
#[test]
fn a_hundred_slices_pay_no_more_than_one() {
    let compared = Cell::new(0);
    cases(400, |rng| {
        let mut world = world(rng, Reach::Usual, false);
        let mut account = world.portfolio(rng, 8);
        refresh(&mut world);
        world.board.params.dust_value = QuoteNative::ZERO;
        let board = &world.board;
        distress(board, &mut account, rng.range(1, 99));
        let r = require(board, &account);
        // Enough for a hundred slices to be told from rounding.
        if !r.is_liquidatable() || r.maintenance.get() < 1_000_000_000 {
            return;
        }
        let Ok(once) = done(board, &account, &mut Episode::zeroed(), &Request::ALL) else { return };
        let (mut episode, mut left, mut paid) = (Episode::zeroed(), account, 0i64);
        for _ in 0..100 {
            // As little as is possible, and more where that is too little.
            let smallest = (20_000..=1_000_000).step_by(35_000).find_map(|most| {
                let request = Request { legs: Legs::ALL, most: Ppm::new(most) };
                done(board, &left, &mut episode.clone(), &request).ok().map(|did| (did, request))
            });
            let Some((did, request)) = smallest else { break };
            slice(board, &left, &mut episode, QuoteNative::ZERO, &request, NOW, &mut room()).unwrap();
            paid += did.slice.payment.discount.get();
            left = did.account;
            if !did.sliced.account.is_liquidatable() {
                break;
            }
        }
        let once = once.slice.payment.discount.get();
        assert!(whole(paid) <= whole(once) * ppm(1_020_000) + whole(200), "{paid} in many, {once} in one");
        compared.set(compared.get() + 1);
    });
    assert!(compared.get() > 50, "{}", compared.get());
}

/// I483. Of a seized account too a hundred slices pay at most 1.02 times one that frees as much, at every equity, budget and time
/// since the seizure.
#[test]
fn a_hundred_slices_of_a_seized_account_pay_no_more_than_one() {
    let compared = Cell::new(0);
    cases(600, |rng| {
        let mut world = world(rng, Reach::Usual, false);
        let mut account = world.portfolio(rng, 8);
        refresh(&mut world);
        world.board.params.dust_value = QuoteNative::ZERO;
        let board = &world.board;
        distress(board, &mut account, rng.range(1, 105));
        let m = require(board, &account).maintenance.get();
        if m < 1_000_000_000 {
            return;
        }
        let [budget, claims] =
            [(); 2].map(|()| QuoteNative::new(if rng.chance(50) { rng.range(0, m / 10) } else { 0 }));
        let seized_at = NOW - rng.range(0, 2_400);
        let start = Episode { seized_at, budget, advanced: claims, ..Episode::zeroed() };
        let (mut episode, mut left, mut paid) = (start, account, 0i64);
        for _ in 0..100 {
            let smallest = (20_000..=1_000_000).step_by(35_000).find_map(|most| {
                let request = Request { legs: Legs::ALL, most: Ppm::new(most) };
                let mut after = episode;
                done(board, &left, &mut after, &request).ok().map(|did| (did, after))
            });
            let Some((did, after)) = smallest else { break };
            let payment = did.slice.payment;
            episode = after;
            episode.budget = episode.budget.minus(payment.from_budget).unwrap();
            episode.advance(payment.from_budget).unwrap();
            paid += payment.discount.get();
            left = did.account;
        }
        let before = require(board, &account);
        let terms = Terms::of(&board.params, &mut start.clone(), &start.net(&before).unwrap(), budget, NOW).unwrap();
        let freed = before.maintenance.minus(require(board, &left).maintenance).unwrap();
        let once = terms.pay(freed).unwrap().discount.get();
        assert!(whole(paid) <= whole(once) * ppm(1_020_000) + whole(200), "{paid} in many, {once} in one");
        compared.set(compared.get() + usize::from(once > 0));
    });
    assert!(compared.get() > 100, "{}", compared.get());
}

/// I450, I475, I481, I483. Of a seized account the discount comes from its equity first and from the budget then, and never exceeds both,
/// nor φ of what is freed. It rises from that of a liquidation before the seizure. What others have paid for it is not counted.
#[test]
fn a_seized_account_pays_first_and_its_budget_the_rest() {
    cases(2_000, |rng| {
        let maintenance = QuoteNative::new(rng.log_range(1, 1 << 50));
        let equity = QuoteNative::new(rng.range(-maintenance.get(), maintenance.get()));
        let budget = QuoteNative::new(rng.log_range(1, maintenance.get()));
        let before = Requirements { equity, maintenance, ..Requirements::default() };
        let after = rng.range(1, 4_000);
        let [advanced, shared] = [0; 2].map(|_| QuoteNative::new(rng.range(0, maintenance.get() / 4)));
        let mut episode = Episode { seized_at: NOW - after, budget, advanced, shared, ..Episode::zeroed() };
        let params = World::random(rng, Reach::Usual, 1).board.params;
        let net = episode.net(&before).unwrap();
        let counted = (equity.get() - advanced.get() - shared.get()).max(0);
        assert_eq!(net.equity.get().max(0), counted);
        let ordinary = Terms::of(&params, &mut Episode::zeroed(), &net, QuoteNative::ZERO, NOW).unwrap();
        let terms = Terms::of(&params, &mut episode, &net, budget, NOW).unwrap();
        let (least, rate) = (ordinary.rate, terms.rate);
        let most = |n: i64, of: i64| (i128::from(n) * 1_000_000 / i128::from(of)).min(1_000_000) as i64;
        let total = most(counted + budget.get(), maintenance.get());
        let opened = most(after.min(1_800), 1_800) * total.min(params.seizure_ratio.get().into()) / 1_000_000;
        let expected = i64::from(least.get()).max(opened).min(params.discount_max.get().into());
        assert_eq!(i64::from(rate.get()), expected);
        let freed = QuoteNative::new(rng.range(0, maintenance.get()));
        let p = terms.pay(freed).unwrap();
        let asked = (i128::from(expected) * i128::from(freed.get()) / 1_000_000) as i64;
        assert_eq!(p.discount.get(), asked, "equity and budget suffice for it");
        assert_eq!(p.from_account.get(), asked.min(counted));
        assert_eq!(p.from_account.get() + p.from_budget.get(), p.discount.get());
        assert!(p.from_budget <= budget && p.insurance.is_zero());
        // It is paid as far as there is something, whatever is asked.
        let all = terms.pay(QuoteNative::new(1 << 60)).unwrap();
        assert!(all.from_account.get() <= counted && all.from_budget <= budget);
    });
}

/// I511. An account that was seized by a notice alone keeps something: at half of its maintenance margin it pays at most a third of what
/// is freed, however long nobody came, and is at the buffer before all is sold. At no ratio does a lower price raise the rate.
#[test]
fn time_takes_no_solvent_account_whole() {
    let world = plain();
    let seized = Episode { seized_at: NOW - 7_200, noticed_at: NOW - 8_000, ..Episode::zeroed() };
    let left = |percent: i64| {
        let mut account = Portfolio::zeroed();
        world.buy(&mut account, 0, 10_000, 10 * USDC);
        distress(&world.board, &mut account, percent);
        let did = done(&world.board, &account, &mut seized.clone(), &Request::ALL).unwrap();
        (did.slice.payment.discount.get() / USDC, did.sliced.account.equity.get() / USDC)
    };
    // (1.05 − 0.5) / (1.05 − 0.3333) of 10,000 is freed, a third of which is paid.
    assert_eq!(left(50), (2_558, 2_441));
    assert_eq!(left(34), (3_302, 97));
    // What an ordinary discount would be after ten minutes of notice: half of the ratio.
    assert_eq!(left(90), (1_125, 7_874));
    let rate = |percent: i64| {
        let maintenance = QuoteNative::new(1_000_000);
        let net = Requirements { equity: QuoteNative::new(percent * 10_000), maintenance, ..Requirements::default() };
        Terms::of(&world.board.params, &mut seized.clone(), &net, QuoteNative::ZERO, NOW).unwrap().rate
    };
    assert!((1..100).all(|percent| rate(percent) >= rate(percent - 1)));
}

/// I446. The legs of a slice are those of a cut.
#[test]
fn a_slice_takes_what_a_cut_takes() {
    cases(500, |rng| {
        let mut world = world(rng, Reach::Usual, false);
        let mut account = world.portfolio(rng, 12);
        refresh(&mut world);
        distress(&world.board, &mut account, rng.range(1, 99));
        let Ok(did) = done(&world.board, &account, &mut Episode::zeroed(), &Request::ALL) else { return };
        let mut legs = did.room.legs().to_vec();
        cut(&mut legs, did.slice.fraction);
        assert_eq!(legs, did.room.legs());
    });
}

/// Equity beyond the buffer.
fn beyond_buffer(board: &Board, r: &Requirements) -> i64 {
    r.equity.get() - r.target(&board.params).unwrap().get()
}

/// The fraction that a lot of the coarsest leg, by the value of its delta, is of that leg.
fn lot_of_coarsest(board: &Board, legs: &[Cut]) -> u64 {
    let value = |leg: &&Cut| {
        let u = &board.underlyings[usize::from(leg.underlying)];
        (u128::from(leg.lot) * u.price.get() as u128) >> u.scale()
    };
    let coarsest = legs.iter().max_by_key(value).unwrap();
    FRACTION_ONE / coarsest.held.unsigned_abs().max(1)
}

/// Equity beyond the buffer after a fraction of the legs, from a check of what it leaves: less what is paid, and what rounding may
/// take.
fn beyond_buffer_after(board: &Board, account: &Portfolio, did: &Done, fraction: u64) -> i64 {
    let mut legs = did.room.legs().to_vec();
    cut(&mut legs, fraction);
    let (mut rest, mut moved) = (*account, 0);
    for leg in &legs {
        let slot = usize::from(leg.slot);
        if leg.is_token == 0 {
            rest.positions[slot].lots = Lots::new(rest.positions[slot].lots.get() - leg.taken);
        } else {
            rest.balances[slot].amount -= leg.taken as u64 * board.tokens[usize::from(leg.index)].atoms_per_unit;
        }
        moved += i64::from(leg.taken != 0);
    }
    let purpose = Purpose::Liquidation { now: NOW, moved: did.slice.moved };
    let maintenance = check(board, &rest, purpose).unwrap().maintenance;
    let before = &did.slice.before;
    let paid = payment(board, before, before.maintenance.get() - maintenance.get());
    let equity = QuoteNative::new(before.equity.get() - paid - 4 * moved);
    beyond_buffer(board, &Requirements { equity, maintenance, ..Requirements::default() })
}

/// I45. A slice of less than all that reaches the buffer ends there, within a thousandth of maintenance margin; or a lot of its
/// coarsest leg less does not reach it. Its trials are six: less than one end in a hundred is further away, mostly where the excess of
/// a book that is rounded to lots jumps. What it promises of the points that it tried is exact, see `search.rs`.
#[test]
fn a_lot_of_the_coarsest_leg_less_does_not_reach_the_buffer() {
    let (near, less, far) = (Cell::new(0), Cell::new(0), Cell::new(0));
    cases(6_000, |rng| {
        let reach = rng.pick(&[Reach::Usual, Reach::Legal]);
        let mut world = world(rng, reach, false);
        let most = rng.pick(&[1, 2, 6, 12, MAX_HELD]);
        let mut account = world.portfolio(rng, most);
        refresh(&mut world);
        let board = &world.board;
        distress(board, &mut account, rng.range(1, 99));
        let Ok(did) = done(board, &account, &mut Episode::zeroed(), &Request::ALL) else { return };
        let (fraction, before) = (did.slice.fraction, did.slice.before);
        if fraction == FRACTION_ONE || beyond_buffer(board, &did.sliced.account) < 0 {
            return;
        }
        if beyond_buffer_after(board, &account, &did, fraction) <= before.maintenance.get() >> 10 {
            return count(&near);
        }
        let lot = lot_of_coarsest(board, did.room.legs());
        let reaches = fraction > lot && beyond_buffer_after(board, &account, &did, fraction - lot) >= 0;
        count(if reaches { &far } else { &less });
    });
    let (near, less, far) = (near.get(), less.get(), far.get());
    assert!(
        near > 100 && less > 100 && far * 100 < near + less,
        "{near} at the buffer, {less} a lot less, {far} further"
    );
}

/// I454. A slice of more legs, hedges, tokens and settled positions among them, costs no more than one of fewer legs that reaches the
/// buffer too, but for what the larger one's last lots go beyond it; settled legs change nothing.
#[test]
fn more_legs_raise_no_discount() {
    let (compared, settled) = (Cell::new(0), Cell::new(0));
    cases(6_000, |rng| {
        let mut world = world(rng, Reach::Usual, false);
        let mut account = world.portfolio(rng, 12);
        world.fix_or_settle(rng);
        refresh(&mut world);
        let board = &world.board;
        distress(board, &mut account, rng.range(1, 99));
        let [mut few, mut more, mut with_settled] = [Legs::default(); 3];
        let mut has_settled = false;
        for p in account.open() {
            let i = world.instrument(p.key.instrument()).0;
            with_settled.add(&account, i);
            if i.settled != 0 {
                has_settled |= !p.lots.is_zero();
                continue;
            }
            more.add(&account, i);
            if rng.chance(70) {
                few.add(&account, i);
            }
        }
        more.add_tokens(&account, u16::MAX);
        with_settled.add_tokens(&account, u16::MAX);
        if rng.chance(50) {
            few.add_tokens(&account, u16::MAX);
        }
        let of = |legs| done(board, &account, &mut Episode::zeroed(), &Request { legs, most: Ppm::ONE });
        let (few, more, with_settled) = (of(few), of(more), of(with_settled));
        let slice = |did: &Result<Done, RiskError>| did.as_ref().map(|did| did.slice).map_err(|e| *e);
        assert_eq!(slice(&more), slice(&with_settled), "settled positions are no legs");
        if has_settled && more.is_ok() {
            count(&settled);
        }
        let (Ok(few), Ok(more)) = (few, more) else { return };
        let before = few.slice.before;
        for did in [&few, &more] {
            let freed = before.maintenance.get() - did.slice.maintenance.get();
            assert_eq!(did.slice.payment.discount.get(), payment(board, &before, freed));
        }
        // Of a token's last part of a unit the account is paid too: it is left out here.
        let [reached, beyond] = [&few, &more].map(|did| {
            let equity = before.equity.minus(did.slice.payment.discount).unwrap();
            beyond_buffer(
                board,
                &Requirements { equity, maintenance: did.slice.maintenance, ..Requirements::default() },
            )
        });
        if reached < 0 {
            return;
        }
        // D = rate · freed, and what is beyond the buffer = E − D − (1 + b)·(M − freed): D follows from it.
        let rate = ppm(payment(board, &before, 1_000_000) as u32);
        let kept = whole(1) + ppm(board.params.liquidation_buffer.get()) - &rate;
        let allowed = whole((beyond - reached).max(0) + 2) * rate / kept + whole(1);
        let [few, more] = [&few, &more].map(|did| did.slice.payment.discount.get());
        assert!(whole(more) <= whole(few) + &allowed, "{more} of more legs, {few} of few");
        count(&compared);
    });
    assert!(compared.get() > 200 && settled.get() > 50, "{} {}", compared.get(), settled.get());
}
