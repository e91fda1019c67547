//! The margin model over exact rationals, written from `docs/model.md` and the heads of `margin/`
//! and `option/mod.rs`: slow, and without a rounding anywhere but where the model is defined in integers. Those definitions:
//!
//! - shocks, linear marks, the worst rows for orders and what a refresh wrote are integers of the board;
//! - the relative price move of an option since its refresh counts in 2^-20, towards zero;
//! - the turn of its delta counts in 2^-30, down, and so does half of it;
//! - the corrected call of one lot is rounded down, as is the delta of a position in whole units.

use super::rational::{Q, ppm, whole};
use crate::{
    Board, Instrument, Portfolio, Underlying, UnitPrice,
    scenario::{ROWS, Scenario},
};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::{collections::BTreeMap, prelude::v1::*};

/// A delta belongs to spot, to perpetuals, or to an expiry.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Spot,
    Perpetual,
    Expiry(i64),
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
    pub extra_slack: Q,
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
    pub scan: Q,
    pub surcharge: Q,
    pub short_minimum: Q,
    pub calendar: Q,
    pub concentration: Q,
    pub haircut: Q,
    pub order_margin: Q,
    pub maintenance: Q,
    pub initial: Q,
    pub scan_slack: Q,
    pub surcharge_slack: Q,
    pub short_slack: (Q, Q),
    pub calendar_slack: (Q, Q),
    pub concentration_slack: Q,
    pub haircut_slack: Q,
    pub order_slack: Q,
    pub equity_slack: Q,
    pub initial_equity_slack: Q,
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
fn underlying(board: &Board, portfolio: &Portfolio, index: u16, now: i64) -> Option<ExactUnderlying> {
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

    let mut buckets: BTreeMap<Bucket, BigInt> = BTreeMap::new();
    let (mut gross, mut pnl) = (BigInt::zero(), BigInt::zero());
    let (mut orders, mut order_slack) = (whole(0), whole(0));
    let (mut position_delta, mut short_units) = (BigInt::zero(), BigInt::zero());
    let (mut extra, mut extra_slack) = (whole(0), whole(0));
    let mut rows = vec![BigInt::zero(); ROWS];
    let mut options = false;
    for (p, i) in &positions {
        let lots = BigInt::from(p.lots.get());
        let units = &lots * i.delta_units.get();
        let t = &i.option;
        let (mark, delta, worst_long, worst_short) = if i.is_option() && i.settled == 0 {
            let state = option(i, u, now);
            let delta = (whole(units.clone()) * &state.delta).floor();
            if now >= i.expiry {
                // What it pays moves with the price, or not at all.
                for (row, shock) in rows.iter_mut().zip(&shocks) {
                    *row += &delta * shock;
                }
            } else {
                options |= p.lots.get() != 0;
                for (k, row) in rows.iter_mut().enumerate() {
                    // A put is the call less the forward.
                    *row += &lots * t.array[k] - if i.is_put() { &units * &shocks[k] } else { BigInt::zero() };
                }
                let held = whole(lots.abs());
                extra = extra + &held * (whole(t.model_error) + &state.drift);
                extra_slack = extra_slack + held * &state.drift_slack;
                if p.lots.get() > 0 {
                    extra = extra + whole(&lots * t.convexity);
                } else {
                    short_units -= &units;
                }
            }
            // An order's worst row drifts with the option.
            order_slack = order_slack + whole(p.bid_lots.get().max(p.ask_lots.get())) * &state.drift_slack;
            let worst = |of_one: i64| whole(of_one) + &state.drift;
            (state.mark, delta, worst(t.worst_long), worst(t.worst_short))
        } else {
            for (row, shock) in rows.iter_mut().zip(&shocks) {
                *row += &units * shock;
            }
            let worst = |of_one: i64| whole(i.delta_units.get()) * whole(of_one);
            (linear_mark(i, u.price.get()), units, worst(u.worst_long.get()), worst(u.worst_short.get()))
        };
        gross += delta.abs();
        position_delta += &delta;
        let bucket = if i.expiry == 0 { Bucket::Perpetual } else { Bucket::Expiry(i.expiry) };
        *buckets.entry(bucket).or_default() += delta;

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
    gross += &units;
    let delta = &position_delta + &units;
    *buckets.entry(Bucket::Spot).or_default() += &units;

    for (row, shock) in rows.iter_mut().zip(&shocks) {
        *row += &units * shock;
    }
    let worst = native(&most(&rows));
    let extra = extra / whole(scale.clone());
    let extra_slack = extra_slack / whole(scale.clone());
    let scan = &worst + &extra;
    let c = match u.group {
        0 => whole(0),
        g => ppm(board.groups[usize::from(g) - 1].params.offset.get()),
    };
    let kept = whole(1) - c;
    let long: BigInt = buckets.values().filter(|b| b.is_positive()).sum();
    let short: BigInt = buckets.values().filter(|b| b.is_negative()).map(|b| -b).sum();
    let (calendar, calendar_slack) = if options {
        let half = native(&price) * ppm(u.calendar.get()) / whole(2);
        let left = |(row, shock): (&BigInt, &BigInt)| &kept * native(row) - &half * whole(&delta * shock.signum());
        let left = rows.iter().zip(&shocks).map(left).max().unwrap().max(whole(0));
        (left + half * whole(long + short) - &kept * &worst, calendar_slack(u))
    } else {
        // The matched value up, its charge up: c + 1 ≤ 1.1.
        (native(&(long.min(short) * &price)) * ppm(u.calendar.get()), (Q::new(11, 10), whole(0)))
    };
    // The worst row up, and what no row shows.
    let scan_slack = whole(1 + i32::from(options)) + &extra_slack;

    let kappa = ppm(u.params.concentration.get());
    let cap = ppm(u.params.concentration_cap.get());
    let liquidity = whole(u.params.liquidity.get());
    let excess = (native(&(&gross * &price)) / &liquidity - whole(1)).max(whole(0)).min(cap.clone());
    let crowding = ppm(u.crowding.get());
    let concentration = &scan * (&kappa * &excess + &crowding);
    // Rounding the scan (by s), κ's product and the charge up: at most (s·κ + 1) · cap + 1. Rounding the gross notional up:
    // at most κ · (scan + s) / liquidity, and that only below the cap. The part of crowding: s · crowding + 1.
    let of_gross = if excess < cap { &kappa * (&scan + &scan_slack) / &liquidity } else { whole(0) };
    let of_own =
        if kappa.is_zero() { whole(0) } else { (&scan_slack * &kappa + whole(1)) * &cap + of_gross + whole(1) };
    let of_all = if crowding.is_zero() { whole(0) } else { &scan_slack * &crowding + whole(1) };
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
        extra_slack,
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

/// The whole model.
pub fn check(board: &Board, portfolio: &Portfolio, now: i64) -> Exact {
    let held: Vec<_> =
        (0..board.underlyings.len() as u16).filter_map(|index| underlying(board, portfolio, index, now)).collect();
    let cash = whole(portfolio.cash.get()) - whole(portfolio.accrued_interest.get());
    let (mut equity, mut initial_equity, mut withdraw_equity) = (cash.clone(), cash.clone(), cash.clone());
    let mut own_cash = cash;
    for x in &held {
        equity = equity + &x.token_value + &x.pnl;
        initial_equity = initial_equity + &x.token_value + x.pnl.clone().min(x.profit_limit.clone()) - &x.stable_charge;
        own_cash = own_cash + x.pnl.clone().min(whole(0));
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
    let surcharge = sum(|x| &x.surcharge);
    let maintenance = &scan + &calendar + &concentration + &short_minimum + &haircut;
    let initial = ppm(board.params.initial_ratio.get()) * (&maintenance + &surcharge) + &order_margin;
    let count = held.len();
    Exact {
        equity,
        initial_equity,
        withdraw_equity,
        own_cash,
        scan,
        surcharge,
        short_minimum,
        calendar,
        haircut,
        order_margin,
        maintenance,
        initial,
        concentration,
        // Each underlying's scan up to the next unit, each group's benefit down to one.
        scan_slack: sum(|x| &x.scan_slack) + whole(groups),
        surcharge_slack: sum(|x| &x.surcharge_slack),
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
    /// How much more maintenance margin the model in integers may ask for.
    pub fn maintenance_slack(&self) -> Q {
        let add_ons = &self.calendar_slack.0 + &self.concentration_slack + &self.short_slack.0;
        &self.scan_slack + add_ons + &self.haircut_slack
    }
}
