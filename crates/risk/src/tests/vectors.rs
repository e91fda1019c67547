//! The published worked examples.

use super::{
    differential::agree_at,
    world::{empty_board, guard_params, print, range_params, usual_option_params},
};
use crate::{
    Balance, Board, Instrument, Kind, LotValue, Lots, MarginParams, OptionTerms, Portfolio, Ppm, Purpose, QuoteNative,
    Requirements, RiskError, TickValue, Ticks, Token, Underlying, UnderlyingParams, UnitPrice, UnitsPerLot,
    liquidation::{Episode, LegMoved, Legs, Request, Workspace, slice},
    margin::{UnderlyingRisk, check},
    scenario::Scenario,
};
use bytemuck::Zeroable;
use serde_json::Value;
use std::{prelude::v1::*, println};

const VECTORS: &str = include_str!("../../../../tests/vectors/margin.json");

fn int(v: &Value, name: &str) -> i64 {
    v[name].as_i64().unwrap_or_else(|| unreachable!("{name} in {v}"))
}

/// A field that only some entries have.
fn optional(v: &Value, name: &str) -> i64 {
    v.get(name).map_or(0, |n| n.as_i64().unwrap())
}

fn quote(v: &Value, name: &str) -> QuoteNative {
    QuoteNative::new(int(v, name))
}

fn ratio(v: &Value, name: &str) -> Ppm {
    Ppm::new(u32::try_from(int(v, name)).unwrap())
}

fn list<'a>(v: &'a Value, name: &str) -> &'a [Value] {
    v[name].as_array().unwrap()
}

fn row(v: &Value, name: &str) -> Vec<i64> {
    list(v, name).iter().map(|n| n.as_i64().unwrap()).collect()
}

fn kind(v: &Value) -> Kind {
    match v["kind"].as_str().unwrap() {
        "perpetual" => Kind::Perpetual,
        "future" => Kind::Future,
        "call" => Kind::Call,
        "put" => Kind::Put,
        other => unreachable!("{other}"),
    }
}

/// An option's terms as a refresh left them.
fn terms(v: &Value) -> OptionTerms {
    OptionTerms {
        price: int(v, "price"),
        time: int(v, "time"),
        call: int(v, "call"),
        strike: int(v, "strike"),
        carry: int(v, "carry"),
        delta: int(v, "delta"),
        gamma: int(v, "gamma"),
        decay: int(v, "decay"),
        convexity: int(v, "convexity"),
        model_error: int(v, "model_error"),
        turn: int(v, "turn"),
        worst_long: int(v, "worst_long"),
        worst_short: int(v, "worst_short"),
        volatility_time: int(v, "volatility_time"),
        volatility: ratio(v, "volatility"),
        reserved: 0,
        array: row(v, "array").try_into().unwrap(),
    }
}

/// The board of the vectors. Shocks and marks are written by the crate and compared with what the file expects.
fn board(v: &Value, now: i64) -> Box<Board> {
    let mut board = empty_board();
    let p = &v["params"];
    board.params = MarginParams {
        initial_ratio: ratio(p, "initial_ratio"),
        liquidation_buffer: ratio(p, "liquidation_buffer"),
        discount_base: ratio(p, "discount_base"),
        discount_max: ratio(p, "discount_max"),
        discount_of_equity: ratio(p, "discount_of_equity"),
        insurance_share: ratio(p, "insurance_share"),
        dust_value: quote(p, "dust_value"),
        warning_buffer: ratio(p, "warning_buffer"),
        seizure_ratio: Ppm::new(333_333),
        seizure_budget: Ppm::new(100_000),
        fund_budget: Ppm::new(10_000),
        settlement_time: 0,
        book_reward: Ppm::new(200_000),
        reserved: [0; 2],
    };
    board.params.validate().unwrap();
    board.next_settlement = optional(v, "next_settlement");
    for (slot, s) in board.scenarios.iter_mut().zip(list(v, "scenarios")) {
        let n = |k: usize| s[k].as_i64().unwrap();
        *slot = Scenario { price_thirds: n(0) as i16, volatility: n(1) as i16, weight: Ppm::new(n(2) as u32) };
    }
    for g in list(v, "groups") {
        board.groups[int(g, "index") as usize] = super::world::group(ratio(g, "offset"));
    }
    for u in list(v, "underlyings") {
        let p = &u["params"];
        let index = int(u, "index") as u16;
        let mut listed = Underlying {
            params: UnderlyingParams {
                liquidity: quote(p, "liquidity"),
                profit_cap: quote(p, "profit_cap"),
                scan_range: ratio(p, "scan_range"),
                max_confidence: ratio(p, "max_confidence"),
                calendar: ratio(p, "calendar"),
                concentration: ratio(p, "concentration"),
                concentration_cap: ratio(p, "concentration_cap"),
                stable_rate: ratio(p, "stable_rate"),
                max_age: int(p, "max_age") as u32,
                short_minimum: ratio(p, "short_minimum"),
                open_interest_liquidity: QuoteNative::new(1 << 60),
                ..UnderlyingParams::default()
            },
            range_params: range_params(),
            option_params: usual_option_params(),
            guard_params: guard_params(),
            max_price: UnitPrice::new(int(u, "max_price")),
            scale_bits: int(u, "scale_bits") as u8,
            unit_exponent: int(u, "unit_exponent") as u8,
            listed: 1,
            group: int(u, "group") as u8,
            index,
            ..Underlying::zeroed()
        };
        listed.validate().unwrap();
        listed.publish(&print(int(u, "price"), int(u, "publish_time")), None).unwrap();
        listed.stable_price = UnitPrice::new(int(u, "stable_price"));
        if u.get("initial_range").is_some() {
            (listed.range.maintenance, listed.range.initial) =
                (ratio(u, "maintenance_range"), ratio(u, "initial_range"));
            listed.surcharge = listed.range.surcharge();
            listed.crowding = ratio(u, "crowding");
        }
        board.underlyings[usize::from(index)] = listed;
    }
    for i in list(v, "instruments") {
        let u = &mut board.underlyings[int(i, "underlying") as usize];
        let index = int(i, "index") as u16;
        let listed = Instrument {
            lot_units: UnitsPerLot::new(int(i, "lot_units")),
            delta_units: UnitsPerLot::new(int(i, "lot_units")),
            tick_value: TickValue::new(quote(i, "tick_value").get()),
            expiry: int(i, "expiry"),
            settles_at: int(i, "expiry"),
            limits: super::world::limits(Lots::new(int(i, "max_position"))),
            basis: int(i, "basis"),
            funding_index: LotValue::new(int(i, "funding_index")),
            loss_index_long: LotValue::new(int(i, "loss_index_long")),
            loss_index_short: LotValue::new(int(i, "loss_index_short")),
            generation: 1,
            underlying: u.index,
            index,
            next_linear: u.first_linear,
            kind: kind(i) as u8,
            strike: Ticks::new(optional(i, "strike")),
            option: i.get("terms").map_or_else(Zeroable::zeroed, terms),
            ..Instrument::zeroed()
        };
        listed.validate(u).unwrap();
        if !listed.is_option() {
            u.first_linear = index + 1;
        }
        board.instruments[usize::from(index)] = listed;
    }
    for t in list(v, "tokens") {
        let token = Token {
            atoms_per_unit: int(t, "atoms_per_unit") as u64,
            underlying: int(t, "underlying") as u16,
            listed: 1,
            params: super::world::token_params(ratio(t, "haircut")),
            ..Token::zeroed()
        };
        token.validate().unwrap();
        board.tokens[int(t, "index") as usize] = token;
    }
    for u in list(v, "underlyings") {
        let index = int(u, "index") as u16;
        board.reprice(index).unwrap();
        assert_eq!(board.underlyings[usize::from(index)].shocks.to_vec(), row(&u["expect"], "shocks"));
        if u.get("initial_range").is_some() {
            let (got, expect) = (&board.underlyings[usize::from(index)], &u["expect"]);
            assert_eq!((got.calendar, got.surcharge), (ratio(expect, "calendar"), ratio(expect, "surcharge")));
            assert_eq!(got.worst_long, UnitPrice::new(int(expect, "worst_long")));
            assert_eq!(got.worst_short, UnitPrice::new(int(expect, "worst_short")));
        }
    }
    for i in list(v, "instruments") {
        let (got, expect) = (&board.instruments[int(i, "index") as usize], &i["expect"]);
        let u = board.underlying(got.underlying).unwrap();
        assert_eq!(got.mark_at(u, now), LotValue::new(int(expect, "mark")));
        if got.is_option() {
            let state = got.option.at(got, u, now);
            assert_eq!((state.delta, state.drift), (int(expect, "delta"), int(expect, "drift")));
        }
    }
    board
}

fn portfolio(board: &Board, v: &Value) -> Portfolio {
    let mut portfolio = Portfolio::zeroed();
    portfolio.cash = quote(v, "cash");
    portfolio.accrued_interest = quote(v, "accrued_interest");
    for (slot, b) in portfolio.balances.iter_mut().zip(list(v, "balances")) {
        *slot = Balance { amount: int(b, "amount") as u64, token: int(b, "token") as u16, reserved: [0; 3] };
    }
    for p in list(v, "positions") {
        let i = board.instrument(int(p, "instrument") as u16).unwrap();
        let slot = portfolio.slot(i).unwrap();
        slot.lots = Lots::new(int(p, "lots"));
        slot.quote = quote(p, "quote");
        slot.funding_index = LotValue::new(int(p, "funding_index"));
        slot.loss_index = LotValue::new(int(p, "loss_index"));
        (slot.bid_lots, slot.bid_value) = (Lots::new(int(p, "bid_lots")), quote(p, "bid_value"));
        (slot.ask_lots, slot.ask_value) = (Lots::new(int(p, "ask_lots")), quote(p, "ask_value"));
        slot.order_count = u32::from(slot.bid_lots.get() > 0) + u32::from(slot.ask_lots.get() > 0);
        slot.require_within_limit(i).unwrap();
    }
    portfolio
}

fn requirements(v: &Value, account: &Portfolio) -> Requirements {
    let losses: i64 = list(v, "underlyings").iter().map(|u| int(u, "pnl").min(0)).sum();
    let backs = |u: &Value| int(u, "token_value") + int(u, "pnl").min(int(u, "profit_limit")).max(0);
    let backing = list(v, "underlyings").iter().map(backs).sum();
    Requirements {
        own_cash: QuoteNative::new(account.cash.get() - account.accrued_interest.get() + losses),
        equity: quote(v, "equity"),
        initial_equity: quote(v, "initial_equity"),
        withdraw_equity: quote(v, "withdraw_equity"),
        scan: quote(v, "scan"),
        backing: QuoteNative::new(backing),
        surcharge: QuoteNative::new(optional(v, "surcharge")),
        drift: QuoteNative::new(optional(v, "drift")),
        short_minimum: QuoteNative::new(optional(v, "short_minimum")),
        calendar: quote(v, "calendar"),
        concentration: quote(v, "concentration"),
        haircut: quote(v, "haircut"),
        order_margin: quote(v, "order_margin"),
        expiry: QuoteNative::new(optional(v, "expiry")),
        expiry_initial: QuoteNative::new(optional(v, "expiry_initial")),
        maintenance: quote(v, "maintenance"),
        initial: quote(v, "initial"),
    }
}

fn underlying_risk(v: &Value) -> UnderlyingRisk {
    UnderlyingRisk {
        index: int(v, "index") as u16,
        delta: int(v, "delta"),
        rows: row(v, "rows").try_into().unwrap(),
        pnl: quote(v, "pnl"),
        profit_limit: quote(v, "profit_limit"),
        token_value: quote(v, "token_value"),
        stable_charge: quote(v, "stable_charge"),
        scan: quote(v, "scan"),
        extra: QuoteNative::new(optional(v, "extra")),
        drift: QuoteNative::new(optional(v, "drift")),
        surcharge: QuoteNative::new(optional(v, "surcharge")),
        short_minimum: QuoteNative::new(optional(v, "short_minimum")),
        calendar: quote(v, "calendar"),
        concentration: quote(v, "concentration"),
        haircut: quote(v, "haircut"),
        order_margin: quote(v, "order_margin"),
    }
}

/// I1 to I3, I41: `tests/vectors/margin.json`, whose numbers were reckoned apart from this crate.
#[test]
fn the_worked_examples_are_reproduced() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(int(&vectors, "format"), 1);
    let now = int(&vectors, "now");
    let board = board(&vectors["board"], now);
    for case in list(&vectors, "cases") {
        println!("{}", case["name"]);
        let account = portfolio(&board, &case["portfolio"]);
        let expect = &case["expect"];
        let (new_risk, last) = (Purpose::NewRisk { now }, Purpose::Maintenance { now });
        assert_eq!(check(&board, &account, last), Ok(requirements(expect, &account)));
        // With fresh prices and arrays the purpose makes no difference.
        match check(&board, &account, new_risk) {
            Err(RiskError::StaleRiskArray { .. }) => assert_eq!(case["purpose"], "maintenance"),
            other => assert_eq!(other, Ok(requirements(expect, &account))),
        }
        for x in list(expect, "underlyings") {
            let u = board.underlying(int(x, "index") as u16).unwrap();
            assert_eq!(UnderlyingRisk::in_portfolio(&board, u, &account, last), Ok(underlying_risk(x)));
        }
        agree_at(&board, &account, now);

        let liquidation = &case["liquidation"];
        if liquidation.is_object() {
            let i = board.instrument(int(liquidation, "instrument") as u16).unwrap();
            let mut legs = Legs::default();
            legs.add(&account, i);
            let request = Request { legs, most: ratio(liquidation, "most") };
            let mut room: Box<Workspace> = bytemuck::zeroed_box();
            let found =
                slice(&board, &account, &mut Episode::zeroed(), QuoteNative::ZERO, &request, now, &mut room).unwrap();
            let (mut after, mut liquidator) = (account, Portfolio::zeroed());
            liquidator.cash = QuoteNative::new(1 << 50);
            let mut moved = Vec::new();
            let book = |leg: &LegMoved| {
                moved.push(*leg);
                Ok::<(), RiskError>(())
            };
            let sliced = found.apply(&board, &room, &mut after, &mut liquidator, now, book).unwrap();
            let expect = &liquidation["expect"];
            let [LegMoved::Position { lots, value, .. }] = moved[..] else { unreachable!("{moved:?}") };
            assert_eq!((lots.get(), value), (int(expect, "lots"), quote(expect, "mark_value")));
            let p = found.payment;
            assert_eq!((p.discount, p.insurance), (quote(expect, "discount"), quote(expect, "insurance")));
            assert_eq!(sliced.account.equity, quote(expect, "equity_after"));
            assert_eq!(sliced.account.maintenance, quote(expect, "maintenance_after"));
        }
    }
}
