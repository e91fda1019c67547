//! Interest on owed cash and what lenders get of it: the rate against exact rationals, the index, and random sequences of
//! everything that can happen to a few accounts and their pool.

use super::{
    random::{Rng, cases},
    rational::{Q, ppm, whole},
    world::{NOW, USDC, empty_board, plain},
};
use crate::{
    Board, Interest, InterestParams, LendingPool, Lots, Portfolio, Ppm, Purpose, QuoteNative, RiskError,
    interest::{INDEX_BITS, YEAR_SECONDS},
    margin::{breakdown, check},
};
use bytemuck::Zeroable;
use num_bigint::BigInt;
use std::{boxed::Box, prelude::v1::*};

const ONE: i64 = 1 << INDEX_BITS;

/// 2 % without use, 10 % at 80 %, 100 % at full use; borrowing up to 90 %; a tenth is kept; epochs of an hour.
fn params() -> InterestParams {
    InterestParams {
        base_rate: Ppm::new(20_000),
        optimal_rate: Ppm::new(100_000),
        max_rate: Ppm::new(1_000_000),
        optimal_utilisation: Ppm::new(800_000),
        max_utilisation: Ppm::new(900_000),
        max_owed: Ppm::new(900_000),
        reserve: Ppm::new(100_000),
        epoch_seconds: 3_600,
    }
}

fn steepest() -> InterestParams {
    InterestParams {
        base_rate: Ppm::new(1_000_000),
        optimal_rate: Ppm::new(2_000_000),
        max_rate: Ppm::new(4_000_000),
        ..params()
    }
}

fn any_params(rng: &mut Rng) -> InterestParams {
    let base = rng.range(0, 1_000_000);
    let optimal = rng.range(base, 2_000_000);
    let of = |rate: i64| Ppm::new(rate as u32);
    InterestParams {
        base_rate: of(base),
        optimal_rate: of(optimal),
        max_rate: of(rng.range(optimal, 4_000_000)),
        optimal_utilisation: of(rng.range(10_000, 990_000)),
        max_utilisation: of(rng.range(1, 950_000)),
        max_owed: of(rng.range(0, 900_000)),
        reserve: of(rng.range(0, 900_000)),
        epoch_seconds: rng.range(60, 604_800) as u32,
    }
}

/// Rate of a second at an exact utilisation.
fn exact_rate(p: &InterestParams, used: &Q) -> Q {
    let [base, optimal, max, kink] =
        [p.base_rate, p.optimal_rate, p.max_rate, p.optimal_utilisation].map(|r| ppm(r.get()));
    let used = used.clone().min(whole(1));
    let year = if used <= kink {
        &base + (&optimal - &base) * used / kink
    } else {
        &optimal + (&max - &optimal) * (used - &kink) / (whole(1) - kink)
    };
    year * whole(ONE) / whole(YEAR_SECONDS)
}

/// I410. The rate is the curve's, at a utilisation rounded up to 2^-32, and rounded up itself.
#[test]
fn a_rate_is_the_curves() {
    let grain = Q::new(1, BigInt::from(1u64 << 32));
    cases(5_000, |rng| {
        let p = any_params(rng);
        let lent = rng.log_range(1, i64::MAX);
        let owed = if rng.chance(30) {
            rng.range(0, i64::MAX)
        } else {
            (lent as i128 * rng.range(0, 1_000_000) as i128 / 900_000).min(i64::MAX as i128) as i64
        };
        let used = Q::new(owed, lent);
        let got = p.rate(owed as u128, lent as u128).unwrap();
        // Seconds times amounts, as many as fit, give the same rate but for the last bits.
        let shift = rng.range(0, 64) as u32;
        let shifted = p.rate((owed as u128) << shift, (lent as u128) << shift).unwrap();
        assert!(shifted.abs_diff(got) <= 1 || lent < 1 << 32, "{p:?}: {got} {shifted}");
        let least = exact_rate(&p, &used).ceil();
        let most = exact_rate(&p, &(used + &grain)).ceil();
        assert!(BigInt::from(got) >= least && BigInt::from(got) <= most, "{p:?}: {got}, {least} to {most}");
    });
    let p = params();
    let rate = |owed: u128, lent: u128| p.rate(owed, lent).unwrap();
    let a_year = |ppm: i128| ((ONE as i128 * ppm + 31_536_000_000_000 - 1) / 31_536_000_000_000) as u64;
    assert_eq!([rate(0, 0), rate(0, 1), rate(80, 100), rate(40, 100)], [20_000, 20_000, 100_000, 60_000].map(a_year));
    assert_eq!(
        [rate(1, 0), rate(100, 100), rate(u128::MAX, 1), rate(90, 100)],
        [1_000_000, 1_000_000, 1_000_000, 550_000].map(a_year)
    );
    assert_eq!(InterestParams::default().rate(5, 1), Ok(0));
    assert_eq!(p.rate(u128::MAX - 1, u128::MAX), p.rate(1, 1));
}

/// I410. Parameters out of bounds are named, all zero turns interest off.
#[test]
fn parameters_out_of_bounds_are_named() {
    type Change = fn(&mut InterestParams);
    let changes: [(&str, Change); 12] = [
        ("base_rate", |p| p.base_rate = Ppm::new(1_000_001)),
        ("optimal_rate", |p| p.optimal_rate = Ppm::new(19_999)),
        ("optimal_rate", |p| p.optimal_rate = Ppm::new(2_000_001)),
        ("max_rate", |p| p.max_rate = Ppm::new(99_999)),
        ("max_rate", |p| p.max_rate = Ppm::new(4_000_001)),
        ("optimal_utilisation", |p| p.optimal_utilisation = Ppm::new(9_999)),
        ("optimal_utilisation", |p| p.optimal_utilisation = Ppm::new(990_001)),
        ("max_utilisation", |p| p.max_utilisation = Ppm::new(950_001)),
        ("max_owed", |p| p.max_owed = Ppm::new(900_001)),
        ("max_owed", |p| p.max_utilisation = Ppm::ZERO),
        ("reserve", |p| p.reserve = Ppm::new(900_001)),
        ("epoch_seconds", |p| p.epoch_seconds = 604_801),
    ];
    for (name, change) in changes {
        let mut p = params();
        change(&mut p);
        super::world::refused_by_name(p.validate(), name);
    }
    let short = InterestParams { epoch_seconds: 59, ..params() };
    super::world::refused_by_name(short.validate(), "epoch_seconds");
    assert_eq!(params().validate(), Ok(()));
    assert_eq!(InterestParams::default().validate(), Ok(()));
}

/// I411. No index leaves its type in a thousand years at the highest rates, and a debt of a billion dollars never ends a check.
#[test]
fn rates_and_indices_stay_in_their_bounds() {
    let p = steepest();
    assert_eq!(p.validate(), Ok(()));
    let rate = p.rate(1, 0).unwrap();
    assert!(rate < 1 << 26);
    let years = 1_000;
    let mut interest = Interest { params: p, borrow_rate: rate, updated_at: NOW, ..Interest::default() };
    let later = NOW + years * YEAR_SECONDS;
    assert!(interest.borrow_index_at(later).unwrap() < 1 << 60);
    let mut debtor = Portfolio { owed: QuoteNative::new(1 << 50), ..Portfolio::zeroed() };
    debtor.accrue(&interest, later).unwrap();
    assert!(debtor.accrued_interest.get() < 1 << 62);
    interest.advance(later).unwrap();
    // Far beyond, and before, the index stays what it was.
    assert!(interest.borrow_index_at(i64::MAX >> 1).is_ok());
    assert_eq!(interest.borrow_index_at(NOW), Ok(interest.borrow_index));

    // The lend index rises no faster than the borrow index at its highest rate, whatever is collected for however little that
    // is lent.
    let one = QuoteNative::new(1);
    let mut pool = LendingPool { lent: one, owed: one, collected: QuoteNative::new(1 << 60), ..LendingPool::default() };
    let mut interest = Interest { params: p, epoch_started_at: NOW, ..Interest::default() };
    for minute in 1..=1_000 {
        pool.update(&mut interest, NOW + 3_600 * minute).unwrap();
    }
    assert_eq!(interest.lend_index, rate * 3_600_000);
    // What the index did not give waits.
    assert!(pool.undivided.get() > pool.lender_interest.get() - 1_000 * 10);
}

/// I411. The index is a straight line: however often it is moved on, it ends the same.
#[test]
fn the_index_is_exact() {
    cases(500, |rng| {
        let rate = rng.range(0, (1 << 26) - 1) as u64;
        let start = Interest {
            borrow_rate: rate,
            updated_at: NOW,
            borrow_index: rng.log_range(1, ONE) as u64,
            ..Interest::default()
        };
        let mut often = start;
        let mut now = NOW;
        for _ in 0..rng.range(1, 20) {
            now += rng.log_range(1, YEAR_SECONDS);
            often.advance(now).unwrap();
        }
        assert_eq!(often.borrow_index_at(now), start.borrow_index_at(now));
        assert_eq!(start.borrow_index_at(now).unwrap(), start.borrow_index + rate * (now - NOW) as u64);
    });
}

/// I412. Interest at a constant debt: never less than exact, and n touches never more than n units above one.
#[test]
fn interest_of_many_touches_is_that_of_one_and_their_rounding() {
    cases(1_000, |rng| {
        let interest =
            Interest { borrow_rate: rng.range(0, (1 << 26) - 1) as u64, updated_at: NOW, ..Interest::default() };
        let once = Portfolio { owed: QuoteNative::new(rng.log_range(1, 1 << 50)), ..Portfolio::zeroed() };
        let (mut many, mut once) = (once, once);
        let touches = rng.range(1, 30);
        let mut now = NOW;
        for _ in 0..touches {
            now += rng.log_range(1, 1 << 24);
            many.accrue(&interest, now).unwrap();
        }
        let due = once.interest_due(&interest, now).unwrap();
        once.accrue(&interest, now).unwrap();
        assert_eq!(once.accrued_interest, due);
        let exact = Q::new(BigInt::from(once.owed.get()) * (interest.borrow_rate * (now - NOW) as u64), ONE);
        assert_eq!(BigInt::from(due.get()), exact.ceil());
        assert!((0..=touches).contains(&(many.accrued_interest.get() - due.get())));
    });
}

/// I412. A check at any time counts what an account has not accrued yet, to the unit.
#[test]
fn a_check_counts_interest_that_nobody_has_accrued() {
    cases(500, |rng| {
        let mut world = plain();
        world.board.interest = Interest {
            borrow_rate: rng.range(0, (1 << 26) - 1) as u64,
            updated_at: NOW - 1_000,
            borrow_index: 77,
            ..Interest::default()
        };
        let mut p = Portfolio { cash: QuoteNative::new(rng.range(-100 * USDC, 100 * USDC)), ..Portfolio::zeroed() };
        if rng.chance(80) {
            let lots = |rng: &mut Rng| if rng.chance(50) { rng.range(1, 20) } else { rng.range(-20, -1) };
            world.buy(&mut p, 0, lots(rng), rng.range(8 * USDC, 12 * USDC));
            world.buy(&mut p, 1, lots(rng), rng.range(8 * USDC, 12 * USDC));
        }
        p.note_owed(&check(&world.board, &p, Purpose::Maintenance { now: NOW }).unwrap());
        p.borrow_index = world.board.interest.borrow_index_at(NOW).unwrap();
        let later = Purpose::Maintenance { now: NOW + rng.log_range(1, YEAR_SECONDS) };
        let untouched = check(&world.board, &p, later).unwrap();
        assert_eq!(breakdown(&world.board, &p, later, |_, _| {}).unwrap(), untouched);
        let mut touched = p;
        touched.accrue(&world.board.interest, later.now()).unwrap();
        assert_eq!(check(&world.board, &touched, later).unwrap(), untouched);
        let due = touched.accrued_interest.get();
        assert_eq!(due == 0, p.owed.is_zero() || world.board.interest.borrow_rate == 0);
        let free = check(&world.board, &Portfolio { owed: QuoteNative::ZERO, ..p }, later).unwrap();
        assert_eq!(free.equity.get() - untouched.equity.get(), due);
        assert_eq!(free.initial_equity.get() - untouched.initial_equity.get(), due);
        assert_eq!(free.withdraw_equity.get() - untouched.withdraw_equity.get(), due);
    });
}

/// I417. What is owed: cash, and the open losses of each underlying, of which another's profits pay nothing.
#[test]
fn an_open_losing_leg_is_no_free_loan() {
    let mut world = plain();
    let mut p = Portfolio { cash: QuoteNative::new(30 * USDC), ..Portfolio::zeroed() };
    world.buy(&mut p, 0, 20, 10 * USDC);
    world.buy(&mut p, 1, -10, 10 * USDC);
    let owed = |world: &super::world::World, p: &Portfolio| {
        check(&world.board, p, Purpose::Maintenance { now: NOW }).unwrap().owed().get()
    };
    assert_eq!(owed(&world, &p), 0);
    // 40 lost on the long, 10 gained on the short: the short's profit is not cash yet.
    world.reprice(0, 800_000);
    world.reprice(1, 900_000);
    assert_eq!(owed(&world, &p), 10 * USDC);
    p.accrued_interest = QuoteNative::new(3);
    assert_eq!(owed(&world, &p), 10 * USDC + 3);
    // Realised or not makes no difference.
    world.buy(&mut p, 0, -20, 8 * USDC);
    assert_eq!((p.cash.get(), p.lots(world.instrument(0).0)), (-10 * USDC, Lots::new(0)));
    assert_eq!(owed(&world, &p), 10 * USDC + 3);
}

/// I418. Nor is cash that covers an open loss lent: neither measured, nor noted anew by a deposit, nor after that.
#[test]
fn cash_that_covers_a_loss_is_not_lent() {
    let mut world = plain();
    let mut interest = Interest { epoch: 1, ..Interest::default() };
    let mut pool = LendingPool::default();
    let mut p = Portfolio { cash: QuoteNative::new(200 * USDC), ..Portfolio::zeroed() };
    let measure = |world: &super::world::World, p: &mut Portfolio| {
        let measured = check(&world.board, p, Purpose::Maintenance { now: NOW }).unwrap();
        p.note_owed(&measured);
        measured.own_cash
    };
    let own_cash = measure(&world, &mut p);
    pool.register(&mut p, own_cash, &interest, NOW).unwrap();
    world.buy(&mut p, 0, 100, 10 * USDC);
    measure(&world, &mut p);
    assert_eq!(p.lend_candidate.get(), 200 * USDC);
    // 150 lost, not realised: 50 are its own.
    world.reprice(0, 850_000);
    let own_cash = measure(&world, &mut p);
    assert_eq!((own_cash.get(), p.cash.get(), p.lend_candidate.get()), (50 * USDC, 200 * USDC, 50 * USDC));
    interest.epoch += 1;
    pool.register(&mut p, own_cash, &interest, NOW).unwrap();
    assert_eq!((pool.lent.get(), p.lend_candidate.get()), (50 * USDC, 50 * USDC));
    // What is given to it without a check waits for one.
    p.receive(QuoteNative::new(30 * USDC)).unwrap();
    let own_cash = p.known_own_cash().unwrap();
    pool.register(&mut p, own_cash, &interest, NOW).unwrap();
    assert_eq!(p.lend_candidate.get(), 50 * USDC);
    let own_cash = measure(&world, &mut p);
    pool.register(&mut p, own_cash, &interest, NOW).unwrap();
    assert_eq!((pool.lent.get(), p.lend_candidate.get()), (50 * USDC, 80 * USDC));
    // All of it lost: nothing is lent, in this epoch or the next.
    world.reprice(0, 770_000);
    for _ in 0..2 {
        let own_cash = measure(&world, &mut p);
        pool.register(&mut p, own_cash, &interest, NOW).unwrap();
        assert_eq!((own_cash.get(), pool.lent.get(), p.lend_candidate.get()), (0, 0, 0));
        interest.epoch += 1;
    }
}

/// A few accounts that hold only cash, and their pool.
struct Ledger {
    board: Box<Board>,
    pool: LendingPool,
    accounts: Vec<Portfolio>,
    fees: i64,
    deposits: i64,
    now: i64,
    /// Interest divided among lenders since the beginning, and paid to them.
    for_lenders: i64,
    earned: i64,
    /// Least cash of each account in this epoch, and what it may claim by that, 2^-48.
    least: Vec<i64>,
    claims: Vec<u128>,
}

impl Ledger {
    fn new(accounts: usize, params: InterestParams) -> Self {
        let mut board = empty_board();
        board.interest.set_params(params, NOW).unwrap();
        Self {
            board,
            pool: LendingPool::default(),
            accounts: vec![Portfolio::zeroed(); accounts],
            fees: 0,
            deposits: 0,
            now: NOW,
            for_lenders: 0,
            earned: 0,
            least: vec![0; accounts],
            claims: vec![0; accounts],
        }
    }

    fn settle(&mut self, n: usize) {
        let settled = self.pool.settle(&mut self.accounts[n], &self.board.interest, self.now).unwrap();
        // Nobody earns on cash that was not there from the beginning of an epoch to its end.
        assert!(u128::from(settled.earned.get() as u64) << INDEX_BITS <= self.claims[n]);
        self.claims[n] = 0;
        self.earned += settled.earned.get();
    }

    fn finish(&mut self, n: usize) {
        let p = &mut self.accounts[n];
        let own_cash = p.known_own_cash().unwrap();
        self.pool.register(p, own_cash, &self.board.interest, self.now).unwrap();
        self.least[n] = self.least[n].min(p.cash.get().max(0));
    }

    fn measure(&mut self, n: usize) {
        let p = &mut self.accounts[n];
        let measured = check(&self.board, p, Purpose::Maintenance { now: self.now }).unwrap();
        p.note_owed(&measured);
        self.least[n] = self.least[n].min(p.cash.get().max(0));
    }

    fn deposit(&mut self, n: usize, amount: i64) {
        self.settle(n);
        self.accounts[n].receive(QuoteNative::new(amount)).unwrap();
        self.pool.collect(&mut self.accounts[n]).unwrap();
        self.deposits += amount;
        self.finish(n);
    }

    fn withdraw(&mut self, n: usize, amount: i64) {
        self.settle(n);
        self.accounts[n].cash = QuoteNative::new(self.accounts[n].cash.get() - amount);
        self.deposits -= amount;
        self.measure(n);
        self.finish(n);
    }

    fn touch(&mut self, n: usize) {
        self.settle(n);
        self.measure(n);
        self.finish(n);
    }

    /// Cash that changes hands in a trade: the pool is not touched.
    fn trade(&mut self, from: usize, to: usize, amount: i64) {
        for (n, change) in [(from, -amount), (to, amount)] {
            self.accounts[n].accrue(&self.board.interest, self.now).unwrap();
            self.accounts[n].cash = QuoteNative::new(self.accounts[n].cash.get() + change);
            self.measure(n);
        }
    }

    fn update(&mut self) {
        let (index, collected, lent) =
            (self.board.interest.lend_index, self.pool.collected.get(), self.pool.lent.get());
        let Ok(division) = self.pool.update(&mut self.board.interest, self.now) else {
            assert!(!self.board.interest.epoch_is_over(self.now).unwrap());
            return;
        };
        self.fees += division.reserve.get();
        self.for_lenders += collected - self.pool.collected.get() - division.reserve.get();
        let reserve = whole(collected) * ppm(self.board.interest.params.reserve.get());
        assert!(
            lent == 0
                || BigInt::from(division.reserve.get()) == reserve.ceil()
                || self.pool.collected.get() == collected
        );
        let risen = u128::from(self.board.interest.lend_index - index);
        for n in 0..self.accounts.len() {
            self.claims[n] += self.least[n] as u128 * risen;
            self.least[n] = self.accounts[n].cash.get().max(0);
        }
    }

    fn assert_sound(&self) {
        let sum = |of: fn(&Portfolio) -> QuoteNative| self.accounts.iter().map(|p| of(p).get()).sum::<i64>();
        let held = sum(|p| p.cash) + self.pool.collected.get() + self.pool.lender_interest.get() + self.fees;
        assert_eq!(held, self.deposits, "not a unit comes or goes");
        assert_eq!(self.pool.lent.get(), sum(|p| p.lent));
        assert_eq!(self.pool.owed.get(), sum(|p| p.owed_registered));
        assert!(self.earned <= self.for_lenders);
        assert_eq!(self.for_lenders - self.earned, self.pool.lender_interest.get());
        let index = self.board.interest.lend_index;
        let claimed: u128 = self.accounts.iter().map(|p| p.lent.get() as u128 * u128::from(index - p.lend_index)).sum();
        assert!(self.pool.undivided.get() >= 0);
        assert!(claimed <= ((self.pool.lender_interest.get() - self.pool.undivided.get()) as u128) << INDEX_BITS);
        assert!(self.accounts.iter().all(|p| p.lent >= QuoteNative::ZERO && p.accrued_interest >= QuoteNative::ZERO));
    }
}

/// I413, I418. Whatever is done in whatever order: money is conserved to the unit, lenders are paid from interest
/// collected only, nobody earns on cash that was not there for the whole of an epoch, and everybody's claim is there to
/// be paid.
#[test]
fn lenders_get_what_was_collected_and_not_a_unit_more() {
    cases(300, |rng| {
        let mut ledger = Ledger::new(5, any_params(rng));
        let size = 1 << rng.range(3, 45);
        for _ in 0..200 {
            let n = rng.below(5);
            let cash = ledger.accounts[n].cash.get();
            match rng.range(0, 9) {
                0 | 1 => ledger.deposit(n, rng.log_range(1, size)),
                2 => ledger.withdraw(n, rng.range(0, cash.max(0)).max(1)),
                3 => ledger.withdraw(n, rng.log_range(1, size)),
                4 | 5 => ledger.trade(n, (n + 1) % 5, rng.log_range(1, size)),
                6 | 7 => ledger.touch(n),
                _ => {
                    let epoch = i64::from(ledger.board.interest.params.epoch_seconds);
                    ledger.now += rng.log_range(1, 3 * epoch);
                    ledger.update();
                }
            }
            ledger.assert_sound();
        }
        // Everybody pays back; what nobody can claim is dust: a unit a touch of each.
        for n in 0..5 {
            let due = ledger.accounts[n].interest_due(&ledger.board.interest, ledger.now).unwrap().get();
            ledger.deposit(n, (due - ledger.accounts[n].cash.get()).max(0) + 1);
            assert_eq!(ledger.accounts[n].accrued_interest, QuoteNative::ZERO);
            ledger.assert_sound();
        }
    });
}

/// I413. An epoch in numbers.
#[test]
fn an_epoch_in_numbers() {
    let mut ledger = Ledger::new(3, params());
    ledger.update(); // nothing was ever lent: the first epoch begins
    ledger.deposit(0, 1_000 * USDC);
    ledger.touch(0);
    assert_eq!((ledger.accounts[0].lent.get(), ledger.accounts[0].lend_candidate.get()), (0, 1_000 * USDC));
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(0);
    assert_eq!(ledger.pool.lent.get(), 1_000 * USDC);
    // Account 1 takes 800: a utilisation of 80 %, ten per cent a year from the next update on.
    ledger.withdraw(1, 800 * USDC);
    assert_eq!(ledger.pool.owed.get(), 800 * USDC);
    assert_eq!(ledger.pool.require_lendable(&params()), Ok(()));
    ledger.now += 3_600;
    ledger.update();
    let two_per_cent = ledger.accounts[1].interest_due(&ledger.board.interest, ledger.now).unwrap().get();
    assert_eq!(two_per_cent, 1_827); // 800e6 · 0.02 / 8,760 = 1,826.5
    ledger.now += 3_600;
    // Account 2 comes a second before the end of the epoch.
    ledger.deposit(2, 1_000_000 * USDC);
    ledger.deposit(1, 801 * USDC);
    // 800e6 · 0.1 / 8,760 = 9,132.4: ceil(1,826.5 + 9,132.4) at one touch.
    assert_eq!((ledger.pool.collected.get(), ledger.accounts[1].cash.get()), (10_959, USDC - 10_959));
    ledger.update();
    assert_eq!(ledger.fees, 1_096); // a tenth, rounded up
    ledger.touch(2);
    ledger.touch(0);
    assert_eq!(ledger.earned, 9_862); // 9,863 less what the index's grain leaves
    assert_eq!(ledger.accounts[0].cash.get(), 1_000 * USDC + 9_862);
    assert_eq!(ledger.accounts[2].cash.get(), 1_000_000 * USDC);
    ledger.assert_sound();
}

/// I418. The rate follows what was owed over the whole of an epoch: who owes for a second of it moves it by a second's
/// worth.
#[test]
fn nobody_chooses_the_moment_of_the_rate() {
    let mut ledger = Ledger::new(2, params());
    ledger.update();
    ledger.deposit(0, 1_000 * USDC);
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(0);
    ledger.now += 3_599;
    ledger.withdraw(1, 900 * USDC);
    ledger.now += 1;
    ledger.update();
    let used = Q::new(900, 1_000 * 3_600);
    let rate = BigInt::from(ledger.board.interest.borrow_rate);
    assert!(rate >= exact_rate(&params(), &used).ceil() && rate <= exact_rate(&params(), &used).ceil() + 1);
    // At once: of no weight at all.
    ledger.deposit(1, 1_000 * USDC);
    ledger.now += 3_600;
    ledger.withdraw(1, 1_000 * USDC);
    ledger.update();
    assert_eq!(ledger.board.interest.borrow_rate, params().rate(0, 1).unwrap());
    ledger.now += 3_600;
    let (owed, lent) = (ledger.pool.owed.get() as u128, ledger.pool.lent.get() as u128);
    assert!(owed >= 900 * USDC as u128);
    ledger.update();
    assert_eq!(ledger.board.interest.borrow_rate, params().rate(owed, lent).unwrap());
}

/// I413. With nothing lent the exchange gets what was collected; what an account could not claim is divided anew.
#[test]
fn what_nobody_lends_is_the_exchanges() {
    let mut ledger = Ledger::new(3, params());
    ledger.update();
    ledger.withdraw(1, 800 * USDC);
    ledger.now += 3_600;
    ledger.update(); // owed and nothing lent: a hundred per cent a year
    ledger.now += 3_600;
    ledger.deposit(1, 801 * USDC);
    let collected = ledger.pool.collected.get();
    ledger.update();
    assert_eq!((ledger.fees, ledger.pool.lender_interest.get()), (collected, 0));

    // Account 0 lends; its cash goes in a trade before the epoch is over: its share is for the next division.
    ledger.deposit(0, 100 * USDC);
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(0);
    ledger.pool.collected = QuoteNative::new(10_000);
    ledger.deposits += 10_000;
    ledger.trade(0, 2, 100 * USDC);
    ledger.trade(2, 0, 100 * USDC); // back again: too late
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(0);
    assert_eq!(ledger.earned, 0);
    assert!((8_990..=9_000).contains(&ledger.pool.undivided.get()));
    ledger.assert_sound();
}

/// I418. Who repays a year's interest at once while his other account lends for one epoch gets back no more than the
/// rate of that epoch; the rest waits, and whoever goes on lending gets it.
#[test]
fn late_interest_is_no_prize_for_one_epoch() {
    let mut ledger = Ledger::new(3, params());
    ledger.update();
    ledger.deposit(0, 1_000 * USDC);
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(0);
    ledger.withdraw(1, 800 * USDC);
    for _ in 0..365 {
        ledger.now += 86_400;
        ledger.update();
    }
    let rate = ledger.board.interest.borrow_rate;
    ledger.deposit(2, 100_000 * USDC);
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(2);
    assert_eq!(ledger.accounts[2].lent.get(), 100_000 * USDC);
    ledger.deposit(1, 900 * USDC);
    let collected = ledger.pool.collected.get();
    assert!(collected > 79 * USDC);
    ledger.now += 3_600;
    ledger.update();
    ledger.touch(2);
    let got = ledger.accounts[2].cash.get() - 100_000 * USDC;
    let ordinary = (100_000 * USDC as i128 * i128::from(rate) * 3_600) >> INDEX_BITS;
    assert!(i128::from(got) <= ordinary && got < 2 * USDC, "{got} {ordinary}");
    ledger.withdraw(2, ledger.accounts[2].cash.get());
    ledger.touch(0);
    // At two per cent of a thousand dollars a year, nothing being owed any more.
    let before = ledger.accounts[0].cash.get();
    ledger.now += 86_400;
    ledger.update();
    ledger.touch(0);
    let day = (1_000 * USDC as i128 * i128::from(ledger.board.interest.borrow_rate) * 86_400) >> INDEX_BITS;
    assert!(ledger.accounts[0].cash.get() > before && i128::from(ledger.accounts[0].cash.get() - before) <= 2 * day);
    assert!(ledger.pool.undivided.get() > 69 * USDC);
    ledger.assert_sound();
}

/// I413. Withdrawals borrow up to a utilisation, to the unit.
#[test]
fn borrowing_ends_at_its_utilisation() {
    let pool = |owed: i64| LendingPool {
        lent: QuoteNative::new(1_000),
        owed: QuoteNative::new(owed),
        ..LendingPool::default()
    };
    assert_eq!(pool(900).require_lendable(&params()), Ok(()));
    assert_eq!(pool(901).require_lendable(&params()), Err(RiskError::BorrowLimit { owed: 901, limit: 900 }));
}

/// I413. Before its end an epoch is not ended, unless the rate is to follow new parameters: that divides nothing.
#[test]
fn an_epoch_has_its_time() {
    let mut ledger = Ledger::new(1, params());
    ledger.update();
    let (pool, interest) = (&mut ledger.pool, &mut ledger.board.interest);
    assert_eq!(pool.update(interest, NOW + 3_599), Err(RiskError::EpochNotOver));
    interest.set_params(steepest(), NOW + 60).unwrap();
    pool.collected = QuoteNative::new(7);
    assert!(pool.update(interest, NOW + 60).is_ok());
    assert_eq!((interest.epoch, pool.collected.get()), (1, 7));
    assert_eq!(interest.borrow_rate, steepest().rate(0, 0).unwrap());
    assert_eq!(pool.update(interest, NOW + 61), Err(RiskError::EpochNotOver));
    assert!(pool.update(interest, NOW + 3_600).is_ok());
    assert_eq!((interest.epoch, pool.collected.get()), (2, 0));
}
