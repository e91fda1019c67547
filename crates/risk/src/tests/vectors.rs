//! The published worked examples.

use super::{differential::agree, world::empty_board};
use crate::{
    Balance, Board, Instrument, Kind, Lots, MarginParams, Portfolio, Ppm, ProductGroup, QuoteNative, Requirements,
    Ticks, Token, Underlying, UnderlyingParams, Units,
    liquidation::take_over,
    margin::{Prices, UnderlyingRisk, check},
    scenario::Scenario,
};
use bytemuck::Zeroable;
use serde_json::Value;
use std::{prelude::v1::*, println};

const VECTORS: &str = include_str!("../../../../tests/vectors/margin.json");

fn int(v: &Value, name: &str) -> i64 {
    v[name].as_i64().unwrap_or_else(|| unreachable!("{name} in {v}"))
}

fn quote(v: &Value, name: &str) -> QuoteNative {
    QuoteNative(int(v, name))
}

fn ratio(v: &Value, name: &str) -> Ppm {
    Ppm(u32::try_from(int(v, name)).unwrap())
}

fn list<'a>(v: &'a Value, name: &str) -> &'a [Value] {
    v[name].as_array().unwrap()
}

fn row(v: &Value, name: &str) -> Vec<i64> {
    list(v, name).iter().map(|n| n.as_i64().unwrap()).collect()
}

/// The board of the vectors. Shocks and marks are written by the crate and compared with what the file expects.
fn board(v: &Value) -> Box<Board> {
    let mut board = empty_board();
    let p = &v["params"];
    board.params = MarginParams {
        initial_ratio: ratio(p, "initial_ratio"),
        liquidation_buffer: ratio(p, "liquidation_buffer"),
        discount_base: ratio(p, "discount_base"),
        discount_max: ratio(p, "discount_max"),
        discount_of_freed: ratio(p, "discount_of_freed"),
        insurance_share: ratio(p, "insurance_share"),
        dust_value: quote(p, "dust_value"),
        warning_buffer: ratio(p, "warning_buffer"),
        reserved: [0; 7],
    };
    board.params.validate().unwrap();
    for (slot, s) in board.scenarios.iter_mut().zip(list(v, "scenarios")) {
        let n = |k: usize| s[k].as_i64().unwrap();
        *slot = Scenario { price_thirds: n(0) as i16, volatility: n(1) as i16, weight: Ppm(n(2) as u32) };
    }
    for g in list(v, "groups") {
        board.groups[int(g, "index") as usize] = ProductGroup { offset: ratio(g, "offset"), ..Zeroable::zeroed() };
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
            },
            max_price: int(u, "max_price"),
            scale_bits: int(u, "scale_bits") as u8,
            unit_exponent: int(u, "unit_exponent") as u8,
            listed: 1,
            group: int(u, "group") as u8,
            index,
            ..Underlying::zeroed()
        };
        listed.validate().unwrap();
        listed.publish(int(u, "price"), 0, int(u, "publish_time")).unwrap();
        listed.stable_price = int(u, "stable_price");
        board.underlyings[usize::from(index)] = listed;
    }
    for i in list(v, "instruments") {
        let u = &mut board.underlyings[int(i, "underlying") as usize];
        let index = int(i, "index") as u16;
        let listed = Instrument {
            lot_units: Units(int(i, "lot_units")),
            tick_value: quote(i, "tick_value"),
            expiry: int(i, "expiry"),
            max_position: Lots(int(i, "max_position")),
            basis: int(i, "basis"),
            funding_index: int(i, "funding_index"),
            loss_index_long: int(i, "loss_index_long"),
            loss_index_short: int(i, "loss_index_short"),
            generation: 1,
            underlying: u.index,
            index,
            next_linear: u.first_linear,
            kind: if i["kind"] == "perpetual" { Kind::Perpetual } else { Kind::Future } as u8,
            price_band: Ppm(100_000),
            strike: Ticks::ZERO,
            ..Instrument::zeroed()
        };
        listed.validate(u).unwrap();
        u.first_linear = index + 1;
        board.instruments[usize::from(index)] = listed;
    }
    for t in list(v, "tokens") {
        let token = Token {
            atoms_per_unit: int(t, "atoms_per_unit") as u64,
            deposit_limit: 1 << 60,
            underlying: int(t, "underlying") as u16,
            listed: 1,
            haircut: ratio(t, "haircut"),
            ..Token::zeroed()
        };
        token.validate().unwrap();
        board.tokens[int(t, "index") as usize] = token;
    }
    for u in list(v, "underlyings") {
        let index = int(u, "index") as u16;
        board.reprice(index).unwrap();
        assert_eq!(board.underlyings[usize::from(index)].shocks.to_vec(), row(&u["expect"], "shocks"));
    }
    for i in list(v, "instruments") {
        assert_eq!(board.instruments[int(i, "index") as usize].mark, int(&i["expect"], "mark"));
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
        slot.lots = Lots(int(p, "lots"));
        slot.quote = quote(p, "quote");
        slot.funding_index = int(p, "funding_index");
        slot.loss_index = int(p, "loss_index");
        (slot.bid_lots, slot.bid_value) = (Lots(int(p, "bid_lots")), quote(p, "bid_value"));
        (slot.ask_lots, slot.ask_value) = (Lots(int(p, "ask_lots")), quote(p, "ask_value"));
        slot.order_count = u32::from(slot.bid_lots.0 > 0) + u32::from(slot.ask_lots.0 > 0);
        slot.require_within_limit(i).unwrap();
    }
    portfolio
}

fn requirements(v: &Value) -> Requirements {
    Requirements {
        equity: quote(v, "equity"),
        initial_equity: quote(v, "initial_equity"),
        withdraw_equity: quote(v, "withdraw_equity"),
        scan: quote(v, "scan"),
        calendar: quote(v, "calendar"),
        concentration: quote(v, "concentration"),
        haircut: quote(v, "haircut"),
        order_margin: quote(v, "order_margin"),
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
    let board = board(&vectors["board"]);
    for case in list(&vectors, "cases") {
        println!("{}", case["name"]);
        let account = portfolio(&board, &case["portfolio"]);
        let expect = &case["expect"];
        assert_eq!(check(&board, &account, Prices::Fresh { now }), Ok(requirements(expect)));
        for x in list(expect, "underlyings") {
            let u = board.underlying(int(x, "index") as u16).unwrap();
            assert_eq!(UnderlyingRisk::in_portfolio(&board, u, &account), Ok(underlying_risk(x)));
        }
        agree(&board, &account);

        let liquidation = &case["liquidation"];
        if liquidation.is_object() {
            let i = board.instrument(int(liquidation, "instrument") as u16).unwrap();
            let taken = take_over(&board, &mut account.clone(), i, Lots(int(liquidation, "max_lots")), now).unwrap();
            let expect = &liquidation["expect"];
            assert_eq!((taken.fill.lots.0, taken.fill.value.0), (int(expect, "lots"), int(expect, "value")));
            assert_eq!((taken.mark_value, taken.discount), (quote(expect, "mark_value"), quote(expect, "discount")));
            assert_eq!(taken.insurance, quote(expect, "insurance"));
            assert_eq!(taken.after.equity, quote(expect, "equity_after"));
            assert_eq!(taken.after.maintenance, quote(expect, "maintenance_after"));
        }
    }
}
