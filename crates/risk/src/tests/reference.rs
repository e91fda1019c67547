//! The margin model over exact rationals, written from `docs/model.md` and the heads of `margin/`
//! and `option/mod.rs`: slow, and without a rounding anywhere but where the model is defined in integers. Those definitions:
//!
//! - shocks, linear marks, the worst rows for orders and what a refresh wrote are integers of the board;
//! - the relative price move of an option since its refresh counts in 2^-20, towards zero;
//! - the turn of its delta counts in 2^-30, down, and so does half of it;
//! - the corrected call of one lot is rounded down, as is the delta of a position in whole units;
//! - λ of a settlement counts in 2^-20, down; of the legs next to one another that are settled at one time, what is kept of the
//!   sums of deltas is cut toward zero in whole units, of rows, of what no row shows and of short options up.

use super::rational::{Q, ppm, whole};
use crate::{
    Board, Instrument, Portfolio, Underlying, UnitPrice,
    scenario::{ROWS, Scenario},
};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::{collections::BTreeMap, prelude::v1::*};

/// A delta of positions belongs to one perpetual or to an expiry; spot is a bucket too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Perpetual(u16),
    Expiry(i64),
}

/// Which book is looked at: the present one, or what settlements leave of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Present,
    Maintenance,
    Initial,
}

impl View {
    /// 1 − λ of legs that are settled at a time, in 2^-20.
    fn kept(self, settles_at: i64, now: i64) -> BigInt {
        let one = BigInt::from(1 << 20);
        let passed = now + 86_400 - settles_at;
        if self == Self::Present || settles_at == 0 || passed <= 0 {
            return one;
        }
        let gone = match self {
            Self::Initial => Q::new(passed, 43_200),
            _ => Q::new(passed, 82_800) * Q::new(passed, 82_800),
        };
        &one - (gone.min(whole(1)) * whole(1 << 20)).floor()
    }
}

/// What is kept of a sum: toward zero, and up.
fn part(sum: &BigInt, kept: &BigInt) -> (BigInt, BigInt) {
    let exact = Q::new(sum * kept, 1 << 20);
    (exact.clone().towards_zero(), exact.ceil())
}

/// Sums of legs that are next to one another and settled at one time.
#[derive(Default)]
struct Legs {
    settles_at: i64,
    buckets: BTreeMap<Bucket, BigInt>,
    gross: BigInt,
    linear: BigInt,
    short_units: BigInt,
    rows: Vec<BigInt>,
    extra: BigInt,
    drift: Option<Q>,
    drift_slack: Option<Q>,
}

/// What the exact model says of one underlying. Rows are at its scale, the rest in quote-native.
#[derive(Clone)]
pub struct ExactUnderlying {
    pub index: u16,
    pub group: usize,
    pub delta: BigInt,
    pub rows: Vec<BigInt>,
    pub scan: Q,
    /// The part of the scan that no row shows.
    pub extra: Q,
    pub drift: Q,
    pub drift_slack: Q,
    pub surcharge: Q,
    /// What the minimum for short options asks for.
    pub short_least: Q,
    /// 1 − c of its group.
    pub kept: Q,
    pub calendar: Q,
    pub concentration: Q,
    pub haircut: Q,
    pub order_margin: Q,
    pub pnl: Q,
    pub token_value: Q,
    pub profit_limit: Q,
    pub stable_charge: Q,
    /// By how much the model in integers may ask for more in the concentration charge.
    pub concentration_slack: Q,
    /// The same of the scan, of the surcharge.
    pub scan_slack: Q,
    pub surcharge_slack: Q,
    pub order_slack: Q,
    /// The same of the calendar charge, and for less.
    pub calendar_slack: (Q, Q),
    /// Tokens held.
    pub tokens: usize,
}

impl ExactUnderlying {
    /// What the minimum for short options asks beyond everything else.
    pub fn short_minimum(&self) -> Q {
        (&self.short_least - &self.kept * &self.scan - &self.calendar - &self.concentration).max(whole(0))
    }

    /// By how much the model in integers may ask for more than this, and for less, since it counts the other charges
    /// rounded up.
    pub fn short_slack(&self) -> (Q, Q) {
        let less = &self.kept * &self.scan_slack + &self.calendar_slack.0 + &self.concentration_slack;
        // The value up, its share up, the part of the scan that is not netted down.
        let more = if self.short_least.is_zero() { whole(0) } else { Q::new(22, 10) + &self.calendar_slack.1 };
        (more, less)
    }
}

/// What the exact model says of a portfolio, and how far the model in integers may be from it, always on the side of the
/// exchange.
#[derive(Clone)]
pub struct Exact {
    pub underlyings: Vec<ExactUnderlying>,
    pub equity: Q,
    pub initial_equity: Q,
    pub withdraw_equity: Q,
    pub own_cash: Q,
    pub backing: Q,
    pub scan: Q,
    pub surcharge: Q,
    pub drift: Q,
    pub short_minimum: Q,
    pub calendar: Q,
    pub concentration: Q,
    pub haircut: Q,
    pub order_margin: Q,
    /// Of the present book alone.
    pub maintenance_now: Q,
    pub maintenance: Q,
    /// What initial margin is a ratio of.
    pub stressed: Q,
    pub initial: Q,
    pub scan_slack: Q,
    pub surcharge_slack: Q,
    pub drift_slack: Q,
    pub short_slack: (Q, Q),
    pub calendar_slack: (Q, Q),
    pub concentration_slack: Q,
    pub haircut_slack: Q,
    pub order_slack: Q,
    pub equity_slack: Q,
    pub initial_equity_slack: Q,
    /// What settlements leave of the book, as maintenance margin and as initial margin see it.
    pub ahead: Vec<Exact>,
}

/// Loss of one long delta unit in each row: `−w · S · (max(1 + m·r, 0.05) − 1)`, away from zero to an integer.
pub fn shocks(price: i64, range: u32, table: &[Scenario; ROWS]) -> Vec<BigInt> {
    let one = whole(1);
    let loss = |s: &Scenario| {
        let factor = &one + Q::new(s.price_thirds, 3) * ppm(range);
        let factor = factor.max(ppm(50_000));
        (whole(price) * ppm(s.weight.get()) * (&one - factor)).away_from_zero()
    };
    table.iter().map(loss).collect()
}

/// Mark of one lot of a perpetual or future, at the underlying's scale.
pub fn linear_mark(i: &Instrument, price: i64) -> BigInt {
    BigInt::from(i.fixed.get()) + (whole(price) * whole(i.delta_units.get()) * (whole(1) + ppm(i.basis))).floor()
}

/// One lot of an option at the board's price and a time: mark, delta of one, and drift.
pub struct ExactOption {
    pub mark: BigInt,
    pub delta: Q,
    pub drift: Q,
    /// How far the integer model's drift may be above this: it multiplies with the eight and the sixteen lowest
    /// bits dropped.
    pub drift_slack: Q,
}

/// `C(S + dS) = C + mean·dS − decay·dt` with the mean of a delta that turns by Γ·dS and stays within [0, 1]; no less than
/// intrinsic and no more than the forward; a put by parity.
pub fn option(i: &Instrument, u: &Underlying, now: i64) -> ExactOption {
    let t = &i.option;
    let units = whole(i.delta_units.get());
    let forward = &units * whole(u.price.get()) + whole(t.carry);
    let intrinsic = (&forward - whole(t.strike)).max(whole(0));
    let one = |n: &Q| n.clone().max(whole(0)).min(whole(1));
    let in_2_30 = |n: Q| Q::new((n * whole(1 << 30)).floor(), 1 << 30);

    let (call, delta, drift) = if now >= i.expiry {
        (intrinsic.clone(), whole(i32::from(intrinsic > whole(0))), whole(0))
    } else {
        let moved = whole(u.price.get()) - whole(t.price);
        let relative = match t.price {
            0 => whole(0),
            from => Q::new((&moved * whole(1 << 20) / whole(from)).towards_zero(), 1 << 20),
        };
        let relative = relative.max(whole(-4)).min(whole(4));
        let turned = in_2_30(Q::new(t.gamma, 1 << 16) * relative);
        let first = Q::new(t.delta, 1 << 30);
        let end = &first + &turned;
        let mean = if end > whole(1) {
            whole(1) - in_2_30((whole(1) - &first) * (whole(1) - &first) / (&turned * whole(2)))
        } else if end < whole(0) {
            in_2_30(&first * &first / (whole(-2) * &turned))
        } else {
            &first + in_2_30(&turned / whole(2))
        };
        let elapsed = (now - t.time).max(0);
        let gained = whole((&units * &moved * mean).floor());
        let decayed = whole(Q::new(BigInt::from(t.decay) * elapsed, 1 << 8).floor());
        let drift = &units * moved.clone().max(whole(0) - &moved) * Q::new(t.turn, 1 << 30);
        ((whole(t.call) + gained - decayed).min(forward.clone()).max(intrinsic), one(&(first + turned)), drift)
    };
    let (mark, delta) = match i.is_put() {
        true => (call - (forward - whole(t.strike)), delta - whole(1)),
        false => (call, delta),
    };
    let drift_slack = match u.price == UnitPrice::new(t.price) || now >= i.expiry {
        true => whole(0),
        false => {
            units * whole((u.price.get() - t.price).abs()) * Q::new(1, 1 << 14) + Q::new(t.turn, 1 << 22) + whole(2)
        }
    };
    ExactOption { mark: mark.floor(), delta, drift, drift_slack }
}

/// How far the calendar charge of a book with options may be above the exact one, and below it. Doubled, before it is
/// halved and rounded up: the charges of both sides by 2.2, and what a row is less than the scan by 2 of 2 each.
fn calendar_slack(u: &Underlying) -> (Q, Q) {
    if u.calendar.is_zero() { (whole(0), whole(0)) } else { (Q::new(46, 10), whole(0)) }
}

fn most<'a>(values: impl IntoIterator<Item = &'a BigInt>) -> BigInt {
    values.into_iter().max().cloned().unwrap_or_default().max(BigInt::zero())
}

/// One underlying, or nothing if the portfolio has nothing in it.
fn underlying(board: &Board, portfolio: &Portfolio, index: u16, now: i64, view: View) -> Option<ExactUnderlying> {
    let u = &board.underlyings[usize::from(index)];
    let count = portfolio.position_count as usize;
    let positions: Vec<_> = portfolio.positions[..count]
        .iter()
        .map(|p| (p, &board.instruments[(p.key.0 & 0xffff) as usize]))
        .filter(|(_, i)| i.underlying == index)
        .collect();
    let tokens: Vec<_> = portfolio
        .balances
        .iter()
        .filter(|b| b.amount > 0)
        .map(|b| (b.amount, &board.tokens[usize::from(b.token)]))
        .filter(|(_, t)| t.underlying == index)
        .collect();
    if positions.is_empty() && tokens.is_empty() {
        return None;
    }

    let scale = BigInt::from(1) << u.scale_bits;
    let native = |n: &BigInt| Q::new(n.clone(), scale.clone());
    let price = BigInt::from(u.price.get());
    let shocks = u.shocks.map(BigInt::from);

    let mut runs: Vec<Legs> = Vec::new();
    let mut pnl = BigInt::zero();
    let (mut orders, mut order_slack) = (whole(0), whole(0));
    let mut position_delta = BigInt::zero();
    let mut options = false;
    for (p, i) in &positions {
        // What is settled goes nowhere.
        let settles_at = if i.settled != 0 { 0 } else { i.settles_at };
        if runs.last().is_none_or(|legs| legs.settles_at != settles_at) {
            let rows = vec![BigInt::zero(); ROWS];
            runs.push(Legs { settles_at, rows, ..Legs::default() });
        }
        let legs = runs.last_mut().unwrap();
        let lots = BigInt::from(p.lots.get());
        let units = &lots * i.delta_units.get();
        let t = &i.option;
        let (mark, delta, worst_long, worst_short) = if i.is_option() && i.settled == 0 {
            let state = option(i, u, now);
            let delta = (whole(units.clone()) * &state.delta).floor();
            if now >= i.expiry {
                // What it pays moves with the price, or not at all.
                legs.linear += &delta;
            } else {
                options |= p.lots.get() != 0;
                for (k, row) in legs.rows.iter_mut().enumerate() {
                    *row += &lots * t.array[k];
                }
                // A put is the call less the forward.
                if i.is_put() {
                    legs.linear -= &units;
                }
                let held = lots.abs();
                let drift = whole(held.clone()) * &state.drift;
                let slack = whole(held.clone()) * &state.drift_slack;
                legs.drift = Some(legs.drift.take().unwrap_or(whole(0)) + drift);
                legs.drift_slack = Some(legs.drift_slack.take().unwrap_or(whole(0)) + slack);
                legs.extra += held * t.model_error;
                if p.lots.get() > 0 {
                    legs.extra += &lots * t.convexity;
                } else {
                    legs.short_units -= &units;
                }
            }
            // An order's worst row drifts with the option.
            order_slack = order_slack + whole(p.bid_lots.get().max(p.ask_lots.get())) * &state.drift_slack;
            let worst = |of_one: i64| whole(of_one) + &state.drift;
            (state.mark, delta, worst(t.worst_long), worst(t.worst_short))
        } else {
            legs.linear += &units;
            let worst = |of_one: i64| whole(i.delta_units.get()) * whole(of_one);
            (linear_mark(i, u.price.get()), units, worst(u.worst_long.get()), worst(u.worst_short.get()))
        };
        legs.gross += delta.abs();
        position_delta += &delta;
        let bucket = if i.expiry == 0 { Bucket::Perpetual(i.index) } else { Bucket::Expiry(i.expiry) };
        *legs.buckets.entry(bucket).or_default() += delta;

        let funding = &lots * (i.funding_index.get() - p.funding_index.get());
        let losses = if p.lots.get() < 0 { i.loss_index_short } else { i.loss_index_long }.get() - p.loss_index.get();
        let losses = if p.lots.get() == 0 { BigInt::zero() } else { lots.abs() * losses };
        pnl += &lots * &mark + &scale * p.quote.get() - funding - losses;

        let (bids, asks) = (BigInt::from(p.bid_lots.get()), BigInt::from(p.ask_lots.get()));
        let above = (&scale * p.bid_value.get() - &bids * &mark).max(BigInt::zero());
        let below = (&asks * &mark - &scale * p.ask_value.get()).max(BigInt::zero());
        let bid = whole(bids) * worst_long + whole(above);
        let ask = whole(asks) * worst_short + whole(below);
        orders = orders + bid.max(ask);
    }
    let mut units = BigInt::zero();
    let mut haircut = whole(0);
    for (amount, token) in &tokens {
        let whole_units = BigInt::from(amount / token.atoms_per_unit);
        haircut = haircut + native(&(&whole_units * &price)) * ppm(token.params.haircut.get());
        units += whole_units;
    }
    let delta = &position_delta + &units;

    let (mut gross, mut linear, mut long, mut short) = (units.clone(), units.clone(), units.clone(), BigInt::zero());
    let (mut short_units, mut extra) = (BigInt::zero(), BigInt::zero());
    let (mut drift, mut drift_slack) = (whole(0), whole(0));
    let mut rows = vec![BigInt::zero(); ROWS];
    for legs in &runs {
        let kept = view.kept(legs.settles_at, now);
        let of_sign =
            |sign: i32| -> BigInt { legs.buckets.values().map(|b| b * sign).filter(BigInt::is_positive).sum() };
        gross += part(&legs.gross, &kept).0;
        linear += part(&legs.linear, &kept).0;
        long += part(&of_sign(1), &kept).0;
        short += part(&of_sign(-1), &kept).0;
        short_units += part(&legs.short_units, &kept).1;
        extra += part(&legs.extra, &kept).1;
        rows.iter_mut().zip(&legs.rows).for_each(|(row, more)| *row += part(more, &kept).1);
        if let (Some(more), Some(slack)) = (&legs.drift, &legs.drift_slack) {
            drift = drift + more * Q::new(kept.clone(), 1 << 20);
            // And up to the next unit.
            drift_slack = drift_slack + slack + whole(1);
        }
    }
    for (row, shock) in rows.iter_mut().zip(&shocks) {
        *row += &linear * shock;
    }
    // What is matched or left of a book whose buckets were cut by themselves.
    let bucket_delta = &long - &short;
    let worst = native(&most(&rows));
    let extra = native(&extra);
    let drift = drift / whole(scale.clone());
    let drift_slack = drift_slack / whole(scale.clone()) + whole(1);
    let scan = &worst + &extra;
    let c = match u.group {
        0 => whole(0),
        g => ppm(board.groups[usize::from(g) - 1].params.offset.get()),
    };
    let kept = whole(1) - c;
    let (calendar, calendar_slack) = if options {
        let half = native(&price) * ppm(u.calendar.get()) / whole(2);
        let left =
            |(row, shock): (&BigInt, &BigInt)| &kept * native(row) - &half * whole(&bucket_delta * shock.signum());
        let left = rows.iter().zip(&shocks).map(left).max().unwrap().max(whole(0));
        (left + half * whole(long + short) - &kept * &worst, calendar_slack(u))
    } else {
        // The matched value up, its charge up: c + 1 ≤ 1.1.
        (native(&(long.min(short) * &price)) * ppm(u.calendar.get()), (Q::new(11, 10), whole(0)))
    };
    // The worst row up, and what no row shows.
    let scan_slack = whole(1 + i32::from(options));

    let kappa = ppm(u.params.concentration.get());
    let cap = ppm(u.params.concentration_cap.get());
    let liquidity = whole(u.params.liquidity.get());
    let excess = (native(&(&gross * &price)) / &liquidity - whole(1)).max(whole(0)).min(cap.clone());
    let crowding = ppm(u.crowding.get());
    let base = &scan + &calendar;
    let base_slack = &scan_slack + &calendar_slack.0;
    let concentration = &base * (&kappa * &excess + &crowding);
    // Rounding the base (by s), κ's product and the charge up: at most (s·κ + 1) · cap + 1. Rounding the gross notional up:
    // at most κ · (base + s) / liquidity, and that only below the cap. The part of crowding: s · crowding + 1.
    let of_gross = if excess < cap { &kappa * (&base + &base_slack) / &liquidity } else { whole(0) };
    let of_own =
        if kappa.is_zero() { whole(0) } else { (&base_slack * &kappa + whole(1)) * &cap + of_gross + whole(1) };
    let of_all = if crowding.is_zero() { whole(0) } else { &base_slack * &crowding + whole(1) };
    let concentration_slack = of_own + of_all;
    let surcharge = ppm(u.surcharge.get());

    let matched = units.clone().min((-&position_delta).max(BigInt::zero()));
    let pnl = native(&pnl);
    let profit_limit = whole(u.params.profit_cap.get()) + native(&(matched * &price));
    let stable = native(&(&delta * (u.price.get() - u.stable_price.get()))).max(whole(0));
    Some(ExactUnderlying {
        index,
        group: usize::from(u.group),
        delta,
        rows,
        surcharge: &scan * &surcharge,
        surcharge_slack: if surcharge.is_zero() { whole(0) } else { &scan_slack * &surcharge + whole(1) },
        scan,
        extra,
        drift,
        drift_slack,
        short_least: native(&(short_units * &price)) * ppm(u.params.short_minimum.get()),
        kept,
        calendar,
        concentration,
        haircut,
        order_margin: orders / whole(scale.clone()),
        order_slack: order_slack / whole(scale.clone()) + whole(1),
        pnl,
        token_value: native(&(units * &price)),
        profit_limit,
        stable_charge: stable,
        concentration_slack,
        scan_slack,
        calendar_slack,
        tokens: tokens.len(),
    })
}

/// The whole model: the present book, or what settlements leave of it where that asks for more.
pub fn check(board: &Board, portfolio: &Portfolio, now: i64) -> Exact {
    let mut exact = check_book(board, portfolio, now, View::Present);
    if board.next_settlement == 0 || board.next_settlement > now + 86_400 {
        return exact;
    }
    exact.ahead = [View::Maintenance, View::Initial].map(|view| check_book(board, portfolio, now, view)).into();
    exact.maintenance = exact.maintenance.max(exact.ahead[0].maintenance.clone());
    for ahead in &exact.ahead {
        exact.stressed = exact.stressed.max(ahead.stressed.clone());
    }
    exact.initial = ppm(board.params.initial_ratio.get()) * &exact.stressed + &exact.order_margin;
    exact
}

/// F of one view of the book, and all else.
fn check_book(board: &Board, portfolio: &Portfolio, now: i64, view: View) -> Exact {
    let held: Vec<_> = (0..board.underlyings.len() as u16)
        .filter_map(|index| underlying(board, portfolio, index, now, view))
        .collect();
    let cash = whole(portfolio.cash.get()) - whole(portfolio.accrued_interest.get());
    let (mut equity, mut initial_equity, mut withdraw_equity) = (cash.clone(), cash.clone(), cash.clone());
    let (mut own_cash, mut backing) = (cash, whole(0));
    for x in &held {
        equity = equity + &x.token_value + &x.pnl;
        initial_equity = initial_equity + &x.token_value + x.pnl.clone().min(x.profit_limit.clone()) - &x.stable_charge;
        own_cash = own_cash + x.pnl.clone().min(whole(0));
        backing = backing + &x.token_value + x.pnl.clone().min(x.profit_limit.clone()).max(whole(0));
        withdraw_equity = withdraw_equity + &x.token_value + x.pnl.clone().min(whole(0)) - &x.stable_charge;
    }

    let mut scan = whole(0);
    let mut groups = 0;
    for (g, group) in board.groups.iter().enumerate() {
        let members: Vec<_> = held.iter().filter(|x| x.group == g + 1).collect();
        if members.is_empty() {
            continue;
        }
        groups += 1;
        let sum: Q = members.iter().map(|x| x.scan.clone()).sum();
        let row = |k: usize| -> Q {
            members
                .iter()
                .map(|x| {
                    Q::new(x.rows[k].clone(), BigInt::from(1) << board.underlyings[usize::from(x.index)].scale_bits)
                })
                .sum()
        };
        let extra: Q = members.iter().map(|x| x.extra.clone()).sum();
        let netted = (0..ROWS).map(row).max().unwrap().max(whole(0)) + extra;
        let c = ppm(group.params.offset.get());
        scan = scan + (whole(1) - &c) * sum + c * netted;
    }
    scan = scan + held.iter().filter(|x| x.group == 0).map(|x| x.scan.clone()).sum::<Q>();

    let sum = |of: fn(&ExactUnderlying) -> &Q| -> Q { held.iter().map(|x| of(x).clone()).sum() };
    let (calendar, concentration) = (sum(|x| &x.calendar), sum(|x| &x.concentration));
    let (haircut, order_margin) = (sum(|x| &x.haircut), sum(|x| &x.order_margin));
    let short_minimum: Q = held.iter().map(ExactUnderlying::short_minimum).sum();
    let (surcharge, drift) = (sum(|x| &x.surcharge), sum(|x| &x.drift));
    let maintenance = &scan + &calendar + &concentration + &short_minimum + &haircut;
    let stressed = &maintenance + &surcharge + &drift;
    let initial = ppm(board.params.initial_ratio.get()) * &stressed + &order_margin;
    let count = held.len();
    Exact {
        equity,
        initial_equity,
        withdraw_equity,
        own_cash,
        backing,
        scan,
        surcharge,
        drift,
        short_minimum,
        calendar,
        haircut,
        order_margin,
        maintenance_now: maintenance.clone(),
        maintenance,
        stressed,
        initial,
        concentration,
        // Each underlying's scan up to the next unit, each group's benefit down to one.
        scan_slack: sum(|x| &x.scan_slack) + whole(groups),
        surcharge_slack: sum(|x| &x.surcharge_slack),
        drift_slack: sum(|x| &x.drift_slack),
        ahead: Vec::new(),
        short_slack: (held.iter().map(|x| x.short_slack().0).sum(), held.iter().map(|x| x.short_slack().1).sum()),
        calendar_slack: (
            held.iter().map(|x| x.calendar_slack.0.clone()).sum(),
            held.iter().map(|x| x.calendar_slack.1.clone()).sum(),
        ),
        concentration_slack: sum(|x| &x.concentration_slack),
        // A token's value up, its haircut up: h + 1 ≤ 1.9.
        haircut_slack: whole(held.iter().map(|x| x.tokens).sum::<usize>()) * Q::new(19, 10),
        order_slack: sum(|x| &x.order_slack),
        // The tokens' value down, the profit or loss down.
        equity_slack: whole(2 * count),
        // And the stable price's charge up.
        initial_equity_slack: whole(3 * count),
        underlyings: held,
    }
}

impl Exact {
    /// How much more F the model in integers may ask for.
    pub fn book_slack(&self) -> Q {
        let add_ons = &self.calendar_slack.0 + &self.concentration_slack + &self.short_slack.0;
        &self.scan_slack + add_ons + &self.haircut_slack
    }

    /// How much more maintenance margin it may ask for: of two numbers, no more than either is above its own.
    pub fn maintenance_slack(&self) -> Q {
        self.views().map(Self::book_slack).max().unwrap()
    }

    /// The same of what initial margin is a ratio of.
    pub fn stressed_slack(&self) -> Q {
        self.views().map(|x| x.book_slack() + &x.surcharge_slack + &x.drift_slack).max().unwrap()
    }

    /// The present book, and what settlements leave of it.
    fn views(&self) -> impl Iterator<Item = &Self> {
        [self].into_iter().chain(&self.ahead)
    }
}
