//! The margin model over exact rationals, written from section 6 of the design: slow, and without a rounding anywhere but
//! where the design makes the board's integers the model (shocks and marks).

use super::rational::{Q, ppm, whole};
use crate::{
    Board, Portfolio,
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
    /// Tokens held.
    pub tokens: usize,
}

/// What the exact model says of a portfolio, and how far the model in integers may be from it, always on the side of the
/// exchange.
#[derive(Clone)]
pub struct Exact {
    pub underlyings: Vec<ExactUnderlying>,
    pub equity: Q,
    pub initial_equity: Q,
    pub withdraw_equity: Q,
    pub scan: Q,
    pub calendar: Q,
    pub concentration: Q,
    pub haircut: Q,
    pub order_margin: Q,
    pub maintenance: Q,
    pub initial: Q,
    pub scan_slack: Q,
    pub calendar_slack: Q,
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
        (whole(price) * ppm(s.weight.0) * (&one - factor)).away_from_zero()
    };
    table.iter().map(loss).collect()
}

/// Mark of one lot of a perpetual or future, at the underlying's scale.
pub fn linear_mark(price: i64, lot_units: i64, basis: i64) -> BigInt {
    (whole(price) * whole(lot_units) * (whole(1) + ppm(basis))).floor()
}

fn most<'a>(values: impl IntoIterator<Item = &'a BigInt>) -> BigInt {
    values.into_iter().max().cloned().unwrap_or_default().max(BigInt::zero())
}

/// One underlying, or nothing if the portfolio has nothing in it.
fn underlying(board: &Board, portfolio: &Portfolio, index: u16) -> Option<ExactUnderlying> {
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
    let price = BigInt::from(u.price);
    let shocks = shocks(u.price, u.params.scan_range.0, &board.scenarios);
    let worst_long = most(&shocks);
    let worst_short = most(&shocks.iter().map(|s| -s).collect::<Vec<_>>());

    let mut buckets: BTreeMap<Bucket, BigInt> = BTreeMap::new();
    let (mut gross, mut pnl, mut orders) = (BigInt::zero(), BigInt::zero(), BigInt::zero());
    let mut position_delta = BigInt::zero();
    for (p, i) in &positions {
        let lots = BigInt::from(p.lots.0);
        let mark = linear_mark(u.price, i.lot_units.0, i.basis);
        let delta = &lots * i.lot_units.0;
        gross += delta.abs();
        position_delta += &delta;
        let bucket = if i.expiry == 0 { Bucket::Perpetual } else { Bucket::Expiry(i.expiry) };
        *buckets.entry(bucket).or_default() += delta;

        let funding = &lots * (i.funding_index - p.funding_index);
        let losses = if p.lots.0 < 0 { i.loss_index_short } else { i.loss_index_long } - p.loss_index;
        let losses = if p.lots.0 == 0 { BigInt::zero() } else { lots.abs() * losses };
        pnl += &lots * &mark + &scale * p.quote.0 - funding - losses;

        let (bids, asks) = (BigInt::from(p.bid_lots.0), BigInt::from(p.ask_lots.0));
        let above = (&scale * p.bid_value.0 - &bids * &mark).max(BigInt::zero());
        let below = (&asks * &mark - &scale * p.ask_value.0).max(BigInt::zero());
        let bid = bids * i.lot_units.0 * &worst_long + above;
        let ask = asks * i.lot_units.0 * &worst_short + below;
        orders += bid.max(ask);
    }
    let mut units = BigInt::zero();
    let mut haircut = whole(0);
    for (amount, token) in &tokens {
        let whole_units = BigInt::from(amount / token.atoms_per_unit);
        haircut = haircut + native(&(&whole_units * &price)) * ppm(token.haircut.0);
        units += whole_units;
    }
    gross += &units;
    let delta = &position_delta + &units;
    *buckets.entry(Bucket::Spot).or_default() += &units;

    let rows: Vec<BigInt> = shocks.iter().map(|s| &delta * s).collect();
    let scan = native(&most(&rows));
    let long: BigInt = buckets.values().filter(|b| b.is_positive()).sum();
    let short: BigInt = buckets.values().filter(|b| b.is_negative()).map(|b| -b).sum();
    let calendar = native(&(long.min(short) * &price)) * ppm(u.params.calendar.0);

    let kappa = ppm(u.params.concentration.0);
    let cap = ppm(u.params.concentration_cap.0);
    let liquidity = whole(u.params.liquidity.0);
    let excess = (native(&(&gross * &price)) / &liquidity - whole(1)).max(whole(0)).min(cap.clone());
    let concentration = &scan * &kappa * &excess;
    // Rounding the scan, κ's product and the charge up: at most (κ + 1) · cap + 1. Rounding the gross notional up: at most
    // κ · scan / liquidity, and that only below the cap.
    let of_gross = if excess < cap { &kappa * &scan / &liquidity } else { whole(0) };
    let concentration_slack = if kappa.is_zero() { whole(0) } else { (&kappa + whole(1)) * &cap + of_gross + whole(1) };

    let matched = units.clone().min((-&position_delta).max(BigInt::zero()));
    let pnl = native(&pnl);
    let profit_limit = whole(u.params.profit_cap.0) + native(&(matched * &price));
    let stable = native(&(&delta * (u.price - u.stable_price))).max(whole(0));
    Some(ExactUnderlying {
        index,
        group: usize::from(u.group),
        delta,
        rows,
        scan,
        calendar,
        concentration,
        haircut,
        order_margin: native(&orders),
        pnl,
        token_value: native(&(units * &price)),
        profit_limit,
        stable_charge: stable,
        concentration_slack,
        tokens: tokens.len(),
    })
}

/// The whole model.
pub fn check(board: &Board, portfolio: &Portfolio) -> Exact {
    let held: Vec<_> =
        (0..board.underlyings.len() as u16).filter_map(|index| underlying(board, portfolio, index)).collect();
    let cash = whole(portfolio.cash.0) - whole(portfolio.accrued_interest.0);
    let (mut equity, mut initial_equity, mut withdraw_equity) = (cash.clone(), cash.clone(), cash);
    for x in &held {
        equity = equity + &x.token_value + &x.pnl;
        initial_equity = initial_equity + &x.token_value + x.pnl.clone().min(x.profit_limit.clone()) - &x.stable_charge;
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
        let netted = (0..ROWS).map(row).max().unwrap().max(whole(0));
        let c = ppm(group.offset.0);
        scan = scan + (whole(1) - &c) * sum + c * netted;
    }
    scan = scan + held.iter().filter(|x| x.group == 0).map(|x| x.scan.clone()).sum::<Q>();

    let sum = |of: fn(&ExactUnderlying) -> &Q| -> Q { held.iter().map(|x| of(x).clone()).sum() };
    let (calendar, concentration) = (sum(|x| &x.calendar), sum(|x| &x.concentration));
    let (haircut, order_margin) = (sum(|x| &x.haircut), sum(|x| &x.order_margin));
    let maintenance = &scan + &calendar + &concentration + &haircut;
    let initial = ppm(board.params.initial_ratio.0) * &maintenance + &order_margin;
    let count = held.len();
    Exact {
        equity,
        initial_equity,
        withdraw_equity,
        scan,
        calendar,
        haircut,
        order_margin,
        maintenance,
        initial,
        concentration,
        // Each underlying's scan up to the next unit, each group's benefit down to one.
        scan_slack: whole(count + groups),
        // The matched value up, its charge up: c + 1 ≤ 1.1.
        calendar_slack: whole(count) * Q::new(11, 10),
        concentration_slack: sum(|x| &x.concentration_slack),
        // A token's value up, its haircut up: h + 1 ≤ 1.9.
        haircut_slack: whole(held.iter().map(|x| x.tokens).sum::<usize>()) * Q::new(19, 10),
        order_slack: whole(count),
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
        &self.scan_slack + &self.calendar_slack + &self.concentration_slack + &self.haircut_slack
    }
}
