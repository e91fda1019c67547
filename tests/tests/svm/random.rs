//! Random instructions of several traders; after each step everything that must always hold (I200, I210 to I213, I220 to
//! I222, I226, I227, I233, I264). Perpetuals, a dated future, and calls and puts of two expiries of BTC.
//!
//! `BALLAST_STEPS` asks for more steps than a test run takes, `BALLAST_SEED` for another sequence.

use crate::refusal::{Expected, difference, outcome, snapshot};
use ballast_client::{
    BallastError as E,
    ballast::args::{BOTH_SIDES, OrderArgs, SmileArgs, order_kind},
    book::Side,
    event, instruction, margin,
    risk::{Instrument, Portfolio, Requirements},
};
use ballast_testkit::{BTC, ETH, Failed, SOL, Sent, Svm, Trader, options::SMILE};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeMap;

/// Steps of a test run.
const STEPS: usize = 2_000;
/// Steps of one exchange: the next starts afresh, with another seed.
const STEPS_OF_A_WORLD: usize = 500;
/// The first seed.
const SEED: u64 = 0x0BA1_1A57;
/// Dollars of the traders at the start.
const WEALTH: [&str; 6] = ["300", "1000", "3000", "10000", "100000", "1000000"];
/// Cents of the prices at the start.
const CENTS: [i64; 3] = [4_000_000, 250_000, 4_000];
/// Index of the dated future of BTC.
const FUTURE: u16 = 3;
/// Indices of the options of BTC: a call and a put of each of two expiries.
const OPTIONS: std::ops::Range<u16> = 10..14;

#[test]
fn whatever_happens_the_books_balance_and_nobody_takes_risk_without_margin() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let steps = asked("BALLAST_STEPS").unwrap_or(STEPS as u64) as usize;
    let first = asked("BALLAST_SEED").unwrap_or(SEED);
    let mut done = Tally::default();
    for (seed, start) in (first..).zip((0..steps).step_by(STEPS_OF_A_WORLD)) {
        let mut world = World::new(seed);
        for step in 0..STEPS_OF_A_WORLD.min(steps - start) {
            let _said = OnPanic { seed, step };
            world.step();
        }
        done.add(&world.tally);
    }
    println!("{done:#?}");
    // A sequence that does nothing proves nothing.
    if steps >= STEPS {
        for what in ["deposit", "withdraw", "rest", "fill", "cancel", "price", "liquidate", "sweep", "maker cancelled"]
        {
            assert!(done.did.get(what).is_some_and(|n| *n > 0), "never happened: {what}");
        }
        for what in ["future fill", "option fill", "option liquidated", "volatility", "refresh"] {
            assert!(done.did.get(what).is_some_and(|n| *n > 0), "never happened: {what}");
        }
        for error in [
            E::BelowInitialMargin,
            E::PriceStale,
            E::NotLiquidatable,
            E::WouldCross,
            E::BelowWithdrawalMargin,
            E::StaleRiskArray,
        ] {
            assert!(done.refused.get(error.name()).is_some_and(|n| *n > 0), "never happened: {error:?}");
        }
    }
}

/// Says how to come back to the step that failed.
struct OnPanic {
    seed: u64,
    step: usize,
}

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("BALLAST_SEED={} fails at step {}", self.seed, self.step);
        }
    }
}

/// How often what happened.
#[derive(Debug, Default)]
struct Tally {
    did: BTreeMap<&'static str, usize>,
    refused: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        for (from, to) in [(&other.did, &mut self.did), (&other.refused, &mut self.refused)] {
            for (what, n) in from {
                *to.entry(what).or_default() += n;
            }
        }
    }
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A perpetual half of the time, else the future or an option.
    fn instrument(&mut self) -> u16 {
        match self.below(12) {
            n @ 0..6 => [BTC, ETH, SOL][n as usize % 3],
            6 => FUTURE,
            _ => OPTIONS.start + self.below(OPTIONS.len() as u64) as u16,
        }
    }
}

struct World {
    svm: Svm,
    random: Random,
    traders: Vec<Trader>,
    cents: [i64; 3],
    expiries: [i64; 2],
    tally: Tally,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut svm = Svm::with_config(|c| c.exchange.insurance = "50".to_owned()).unwrap();
        let mut traders: Vec<Trader> = WEALTH.iter().map(|usdc| svm.trader(usdc).unwrap()).collect();
        // One owner with two accounts.
        let key = traders[3].key.insecure_clone();
        traders.push(svm.sub_account(key, 1, "5000").unwrap());
        let expiries = [7, 60].map(|days| svm.now() + days * 86_400);
        svm.open_surface(BTC).unwrap();
        svm.list_future(BTC, expiries[0], FUTURE).unwrap();
        let options = svm.list_options(BTC, &expiries, &["40000"], OPTIONS.start).unwrap();
        assert_eq!(options, OPTIONS.collect::<Vec<_>>());
        for expiry in expiries {
            svm.publish_smile(BTC, expiry, &SMILE).unwrap();
        }
        svm.refresh_all_options(BTC).unwrap();
        Self { svm, random: Random(seed), traders, cents: CENTS, expiries, tally: Tally::default() }
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..5 => self.deposit(),
            5..11 => self.withdraw(),
            11..62 => self.order(),
            62..68 => self.cancel(),
            68..70 => self.cancel_all(),
            70..82 => self.price(),
            82 => self.volatility(),
            83 => self.refresh(),
            84..89 => {
                let seconds = self.random.between(1, 9);
                self.svm.advance(seconds);
            }
            89..98 => self.liquidate(),
            98 => self.crank(),
            _ => self.insurance(),
        }
        self.svm.assert_reconciled();
    }

    fn portfolios(&self) -> Vec<Portfolio> {
        self.traders.iter().map(|t| self.svm.portfolio(t)).collect()
    }

    fn anyone(&mut self) -> usize {
        self.random.below(self.traders.len() as u64) as usize
    }

    /// Sends an instruction. A refusal must be one that such an instruction may meet, and change nothing.
    fn send(&mut self, what: &'static str, ix: Instruction, key: Option<&Keypair>) -> Option<Sent> {
        let before = snapshot(&self.svm);
        let keys: Vec<&Keypair> = key.into_iter().collect();
        match self.svm.send(&[ix], &keys) {
            Ok(sent) => {
                *self.tally.did.entry(what).or_default() += 1;
                Some(sent)
            }
            Err(failed) => {
                assert_eq!(difference(&before, &snapshot(&self.svm)), None, "a refusal changes nothing");
                *self.tally.refused.entry(expected_refusal(what, &failed).name()).or_default() += 1;
                None
            }
        }
    }

    fn deposit(&mut self) {
        let (t, sol) = (self.anyone(), self.random.one_in(3));
        let t = &self.traders[t];
        let (source, mint) = if sol { (t.wsol, self.svm.wsol) } else { (t.usdc, self.svm.usdc) };
        let amount = if sol { self.random.below(20_000_000_000) } else { self.random.below(500_000_000) };
        let ix = instruction::deposit(&self.svm.exchange, &t.address(), &t.margin, &source, &mint, amount);
        let key = t.key.insecure_clone();
        self.send("deposit", ix, Some(&key));
    }

    fn withdraw(&mut self) {
        let (t, sol) = (self.anyone(), self.random.one_in(3));
        let t = &self.traders[t];
        let portfolio = self.svm.portfolio(t);
        let (destination, mint) = if sol { (t.wsol, self.svm.wsol) } else { (t.usdc, self.svm.usdc) };
        let held = if sol { portfolio.balance(0) } else { portfolio.cash.0.max(0) as u64 };
        let amount = self.random.below(held + held / 50 + 2);
        let ix = instruction::withdraw(&self.svm.exchange, &t.address(), &t.margin, &destination, &mint, amount);
        let (key, margin) = (t.key.insecure_clone(), t.margin);
        if self.send("withdraw", ix, Some(&key)).is_some() {
            let r = self.requirements(&self.svm.margin(&margin).portfolio);
            assert!(r.withdraw_equity >= r.initial, "a withdrawal leaves initial margin: {r:?}");
        }
    }

    fn requirements(&self, portfolio: &Portfolio) -> Requirements {
        margin::requirements(&self.svm.board().board, portfolio, self.svm.now()).unwrap()
    }

    fn order(&mut self) {
        let (taker, instrument) = (self.anyone(), self.random.instrument());
        let args = self.order_args(taker, instrument);
        let makers = self.makers(taker, instrument, args.side);
        let t = &self.traders[taker];
        let addresses: Vec<Address> = makers.iter().map(|m| self.traders[*m].margin).collect();
        let ix = instruction::place_order(&self.svm.exchange, &t.address(), &t.margin, instrument, &addresses, &args);
        let (key, before) = (t.key.insecure_clone(), self.portfolios());
        let Some(sent) = self.send("order", ix, Some(&key)) else { return };

        let order = &event::orders(&sent.log).unwrap()[0];
        let mut count = |what, n: usize| *self.tally.did.entry(what).or_default() += n;
        count("rest", usize::from(order.resting > 0));
        count("fill", order.fills.len());
        count("future fill", if instrument == FUTURE { order.fills.len() } else { 0 });
        count("option fill", if OPTIONS.contains(&instrument) { order.fills.len() } else { 0 });
        count("maker cancelled", order.makers_cancelled.into());
        assert!(order.filled + order.resting <= args.lots);
        assert_eq!(order.fills.iter().map(|f| f.lots).sum::<i64>(), order.filled);
        assert!(order.fills.iter().all(|f| f.maker != order.margin && f.lots > 0));
        let good = |price: i64| if args.side == 0 { price <= args.price } else { price >= args.price };
        assert!(order.fills.iter().all(|f| good(f.price)), "no fill is worse than the limit");
        self.assert_may(&before[taker], taker, order.fee);
        for (maker, portfolio) in before.iter().enumerate().filter(|(m, _)| *m != taker) {
            let fills = order.fills.iter().filter(|f| f.maker == self.traders[maker].margin);
            let (n, fees) = fills.fold((0, 0), |(n, fees), f| (n + 1, fees + f.maker_fee));
            if n > 0 {
                self.assert_may(portfolio, maker, fees);
            } else if !makers.contains(&maker) {
                assert_eq!(*portfolio, self.svm.portfolio(&self.traders[maker]), "only who was passed in is changed");
            }
        }
    }

    /// Whoever traded covers initial margin, or has less risk than before.
    fn assert_may(&self, before: &Portfolio, trader: usize, fees: i64) {
        let is = self.requirements(&self.svm.portfolio(&self.traders[trader]));
        let was = self.requirements(before);
        let covered = is.initial_equity >= is.initial;
        let health = |r: &Requirements| r.equity.0 - r.maintenance.0;
        let reduced =
            is.maintenance <= was.maintenance && is.initial <= was.initial && health(&is) + fees >= health(&was);
        assert!(covered || reduced, "trader {trader} took risk without margin:\n{was:?}\n{is:?}");
    }

    fn order_args(&mut self, taker: usize, instrument: u16) -> OrderArgs {
        let board = self.svm.board();
        let i = board.board.instrument(instrument).unwrap();
        let u = board.board.underlying(i.underlying).unwrap();
        let mark = i.mark_ticks_floor(u, self.svm.now()).0;
        let r = &mut self.random;
        let side = r.below(2) as u8;
        // Mostly near the mark, sometimes far and beyond the band.
        let spread = if r.one_in(20) { 150 } else { 12 };
        // An option's price varies with its underlying's, not with its own.
        let about = if i.is_option() { i.lot_units.0 * u.price / 16 / i.tick_value.0 / 10 } else { mark };
        let mut price = mark + about * r.between(-spread, spread) / 1_000;
        // Half of the orders go for the best price of the other side.
        let market = self.svm.market(instrument);
        let other = if side == 0 { Side::Ask } else { Side::Bid };
        if let Some(best) = market.book().unwrap().best_price(other).unwrap()
            && r.one_in(2)
        {
            price = best;
        }
        let value = if i.is_option() { i.lot_units.0 * u.price } else { i.mark } / 16;
        let wealth = self.svm.requirements(&self.traders[taker]).equity.0.clamp(50_000_000, 100_000_000_000);
        let most = (wealth * 5 / value).max(2) as u64;
        let held = self.svm.lots(&self.traders[taker], instrument);
        let reduce_only = if held == 0 { r.one_in(40) } else { r.one_in(5) };
        OrderArgs {
            side,
            kind: match r.below(20) {
                0..8 => order_kind::LIMIT,
                8..12 => order_kind::POST_ONLY,
                12..18 => order_kind::IMMEDIATE_OR_CANCEL,
                _ => order_kind::FILL_OR_KILL,
            },
            self_trade: r.below(3) as u8,
            reduce_only: u8::from(reduce_only),
            price,
            lots: if reduce_only && held != 0 { held.abs() } else { 1 + r.below(most) as i64 },
            client_id: r.next(),
            expires_at: if r.one_in(6) { self.svm.now() + r.between(1, 20) } else { 0 },
        }
    }

    /// Mostly the makers at the top of the other side, sometimes not all of them and some that are not there.
    fn makers(&mut self, taker: usize, instrument: u16, side: u8) -> Vec<usize> {
        let market = self.svm.market(instrument);
        let other = if side == 0 { Side::Ask } else { Side::Bid };
        let mut makers = Vec::new();
        for order in market.book().unwrap().orders(other).take(12) {
            let owner = Address::new_from_array(*order.unwrap().1.owner.as_bytes());
            let maker = self.traders.iter().position(|t| t.margin == owner).expect("a known owner");
            if maker != taker && !makers.contains(&maker) && !self.random.one_in(12) {
                makers.push(maker);
            }
        }
        let extra = self.anyone();
        if extra != taker && !makers.contains(&extra) && self.random.one_in(4) {
            makers.push(extra);
        }
        makers
    }

    fn cancel(&mut self) {
        let instrument = self.random.instrument();
        let market = self.svm.market(instrument);
        let book = market.book().unwrap();
        let all: Vec<_> = Side::BOTH.into_iter().flat_map(|s| book.orders(s)).map(|o| o.unwrap()).collect();
        if all.is_empty() {
            return;
        }
        let (handle, order) = all[self.random.below(all.len() as u64) as usize];
        let owner = Address::new_from_array(*order.owner.as_bytes());
        // Now and then somebody else's.
        let by = if self.random.one_in(5) { self.anyone() } else { self.position_of(&owner) };
        let t = &self.traders[by];
        let ix =
            instruction::cancel_order(&self.svm.exchange, &t.address(), &t.margin, instrument, handle.0, order.seq);
        let (key, own) = (t.key.insecure_clone(), t.margin == owner);
        assert_eq!(self.send("cancel", ix, Some(&key)).is_some(), own, "everybody cancels his own, and only his own");
    }

    fn position_of(&self, margin: &Address) -> usize {
        self.traders.iter().position(|t| t.margin == *margin).expect("a known trader")
    }

    fn cancel_all(&mut self) {
        let (t, instrument, limit) = (self.anyone(), self.random.instrument(), self.random.below(4) as u16);
        let t = &self.traders[t];
        let ix =
            instruction::cancel_all_orders(&self.svm.exchange, &t.address(), &t.margin, instrument, BOTH_SIDES, limit);
        let key = t.key.insecure_clone();
        assert!(self.send("cancel all", ix, Some(&key)).is_some());
    }

    /// Moves one price a little, or all of them far.
    fn price(&mut self) {
        let jump = self.random.one_in(8);
        for u in [BTC, ETH, SOL] {
            if !jump && self.random.one_in(2) {
                continue;
            }
            let permille = if jump { self.random.between(-150, 150) } else { self.random.between(-15, 15) };
            let cents = &mut self.cents[usize::from(u)];
            let start = CENTS[usize::from(u)];
            *cents = (*cents + *cents * permille / 1_000).clamp(start / 3, start * 3);
            let dollars = format!("{}.{:02}", *cents / 100, *cents % 100);
            self.svm.write_price(u, &dollars);
            let ix = instruction::refresh_underlying(&self.svm.exchange, &self.svm.price_account(u), u);
            assert!(self.send("price", ix, None).is_some());
            if u == BTC && !self.random.one_in(4) {
                self.refresh();
            }
        }
    }

    /// Publishes a smile, sometimes a far one: it moves as far as its bounds let it.
    fn volatility(&mut self) {
        let expiry = self.expiries[self.random.below(2) as usize];
        let spread = if self.random.one_in(6) { 400_000 } else { 50_000 };
        let said = SmileArgs {
            level: self.random.between(600_000 - spread, 600_000 + spread) as u32,
            skew: self.random.between(-100_000, 50_000) as i32,
            curvature: self.random.between(0, 60_000) as i32,
        };
        let publisher = self.svm.publisher();
        let ix = instruction::publish_volatility(&self.svm.exchange, &publisher.pubkey(), BTC, expiry, &said);
        self.send("volatility", ix, Some(&publisher));
    }

    /// Refreshes some of the options, mostly all of them. Marks keep parity.
    fn refresh(&mut self) {
        let some = self.random.one_in(4);
        let list: Vec<u16> = OPTIONS.filter(|_| !some || self.random.one_in(2)).collect();
        if list.is_empty() {
            return;
        }
        let ix = instruction::refresh_options(&self.svm.exchange, BTC, &list);
        if self.send("refresh", ix, None).is_none() {
            return;
        }
        let board = self.svm.board();
        let u = board.board.underlying(BTC).unwrap();
        for call in OPTIONS.step_by(2).filter(|call| list.contains(call) && list.contains(&(call + 1))) {
            let [call, put] = [call, call + 1].map(|n| board.board.instrument(n).unwrap());
            let mark = |i: &Instrument| i.mark_at(u, self.svm.now());
            assert_eq!(mark(call) - mark(put), 10 * u.price + call.option.carry - call.option.strike, "parity");
        }
    }

    /// Somebody tries to take something over; sometimes who is below maintenance, by who can.
    fn liquidate(&mut self) {
        let below = |w: &Self, t: &usize| w.svm.requirements(&w.traders[*t]).is_liquidatable();
        let candidates: Vec<usize> = (0..self.traders.len()).filter(|t| below(self, t)).collect();
        let of = match candidates.as_slice() {
            [] => self.anyone(),
            some => some[self.random.below(some.len() as u64) as usize],
        };
        let by = if self.random.one_in(5) { self.anyone() } else { WEALTH.len() - 1 };
        if by == of {
            return;
        }
        let portfolio = self.svm.portfolio(&self.traders[of]);
        let held: Vec<u16> = portfolio.open().iter().map(|p| p.key.instrument()).collect();
        let instrument = match held.as_slice() {
            [] => self.random.instrument(),
            some => some[self.random.below(some.len() as u64) as usize],
        };
        let lots = if self.random.one_in(2) { i64::MAX } else { self.random.between(1, 50) };
        let (l, m) = (&self.traders[by], &self.traders[of]);
        let ix = instruction::liquidate(&self.svm.exchange, &l.address(), &l.margin, &m.margin, instrument, lots);
        let (key, was) = (l.key.insecure_clone(), self.requirements(&portfolio));
        let Some(sent) = self.send("liquidate", ix, Some(&key)) else { return };

        let did = event::liquidations(&sent.log)[0];
        assert!(was.is_liquidatable(), "only below maintenance");
        assert!(did.lots.abs() <= lots && did.lots != 0);
        let health = |equity: i64, maintenance: i64| equity - maintenance;
        assert!(
            health(did.equity_after, did.maintenance_after) > health(did.equity_before, did.maintenance_before),
            "health rises"
        );
        let board = self.svm.board();
        let i = board.board.instrument(instrument).unwrap();
        let u = board.board.underlying(i.underlying).unwrap();
        let per_lot = i.discount_value(u, did.lots > 0, i.mark_at(u, self.svm.now()));
        let most = did.lots.abs() * per_lot / 16 / 20;
        assert!((0..=most).contains(&did.discount), "at most five per cent, of an option of its underlying");
        if i.is_option() {
            *self.tally.did.entry("option liquidated").or_default() += 1;
        }
        let r = self.requirements(&self.svm.portfolio(&self.traders[by]));
        assert!(r.initial_equity >= r.initial, "a liquidator ends above initial margin");
    }

    fn crank(&mut self) {
        let instrument = self.random.instrument();
        let ix = instruction::sweep(&self.svm.exchange, instrument);
        let market = self.svm.market(instrument).header;
        assert!(market.unswept_fees.0 >= 0, "rebates never exceed fees");
        let reported = self.svm.board().board.instrument(instrument).unwrap().open_interest;
        let something = market.unswept_fees.0 > 0 || market.open_interest_long != reported;
        assert_eq!(self.send("sweep", ix, None).is_some(), something);
    }

    fn insurance(&mut self) {
        let amount = self.random.below(50_000_000) + 1;
        self.svm.fund_insurance(amount).unwrap();
        let of = self.anyone();
        let ix = instruction::resolve_bad_debt(&self.svm.exchange, &self.traders[of].margin);
        self.send("resolve", ix, None);
    }
}

/// The error of a refusal, if an instruction of this kind may meet it.
fn expected_refusal(what: &str, failed: &Failed) -> E {
    let Expected::Ballast(error) = outcome(failed) else {
        panic!("{what}: {failed:#?}");
    };
    let may: &[E] = match what {
        "deposit" => &[E::ZeroAmount],
        "withdraw" => &[
            E::ZeroAmount,
            E::WouldBorrow,
            E::InsufficientBalance,
            E::InsufficientVault,
            E::BelowWithdrawalMargin,
            E::PriceStale,
            E::StaleRiskArray,
            E::StaleVolatility,
        ],
        "order" => &[
            E::BelowInitialMargin,
            E::PriceStale,
            E::Bankrupt,
            E::FillWorseThanLiquidation,
            E::BadPrice,
            E::BadSize,
            E::WouldCross,
            E::WouldNotFill,
            E::NothingToReduce,
            E::SelfTrade,
            E::TooManyOrders,
            E::BookFull,
            E::PositionLimit,
            E::StaleRiskArray,
            E::StaleVolatility,
        ],
        "cancel" => &[E::OrderNotOwned],
        "liquidate" => &[
            E::NotLiquidatable,
            E::NothingToLiquidate,
            E::LiquidationDoesNotHelp,
            E::LiquidatorIsOwner,
            E::BelowInitialMargin,
            E::PriceStale,
            E::StaleRiskArray,
            E::StaleVolatility,
        ],
        "sweep" => &[E::NothingToSweep],
        "resolve" => &[E::NoBadDebt],
        "volatility" | "refresh" => &[E::PriceStale],
        _ => &[],
    };
    assert!(may.contains(&error), "{what} is not to be refused with {error:?}: {:#?}", failed.log);
    error
}
