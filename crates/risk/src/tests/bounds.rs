//! The bounds of products: at the extreme of what is admitted, every check succeeds, and `mul_bounded` (which asserts in
//! these builds) never meets a product that does not fit.

use super::{
    differential::agree,
    random::{Rng, cases},
    world::{NOW, Reach, World, empty_board, guard_params, most_lots, plain, print, range_params, usual_option_params},
};
use crate::{
    Fill, Instrument, Kind, Lots, MAX_HELD, Parameters, Portfolio, Ppm, QuoteNative, RiskError, Side, TickValue, Ticks,
    Token, Underlying, UnderlyingParams, UnitPrice, Units, UnitsPerLot,
    math::{NATIVE_LIMIT, PRODUCT_LIMIT},
    scenario::{SPAN, Scenario, validate},
};
use bytemuck::Zeroable;
use std::prelude::v1::*;

/// A board with every parameter at its bound, `spread` underlyings and 64 instruments.
fn extreme(rng: &mut Rng, spread: u16) -> World {
    let options = rng.chance(50);
    let mut board = empty_board();
    board.params.initial_ratio = Ppm::new(3_000_000);
    board.params.validate().unwrap();
    if rng.chance(70) {
        for s in &mut board.scenarios {
            *s = Scenario { price_thirds: 9 * s.price_thirds.signum(), volatility: s.volatility, weight: Ppm::ONE };
        }
    }
    validate(&board.scenarios).unwrap();
    board.groups[0] = super::world::group(Ppm::new(rng.pick(&[1, 900_000])));
    let mut world = World::of(board);
    for index in 0..spread {
        let mut params = UnderlyingParams::zeroed();
        UnderlyingParams::BOUNDS.iter().for_each(|b| assert!(params.set(b.name, b.high)));
        params.liquidity = QuoteNative::new(rng.pick(&[1, 1_000, 1 << 50]));
        params.open_interest_liquidity = QuoteNative::new(1);
        let mut u = Underlying {
            params,
            range_params: range_params(),
            option_params: usual_option_params(),
            guard_params: guard_params(),
            max_price: rng.pick(&[
                UnitPrice::new(1),
                UnitPrice::new(7),
                UnitPrice::new(1 << 20),
                UnitPrice::new((1 << 43) - 1),
                UnitPrice::new(1 << 43),
            ]),
            scale_bits: rng.pick(&[0, 1, 3, 4, 5, 16]),
            listed: 1,
            group: rng.pick(&[0, 1, 1]),
            index,
            ..Underlying::zeroed()
        };
        u.validate().unwrap();
        u.publish(&print(u.max_price.get(), NOW), None).unwrap();
        // The crowding charge at its bound.
        u.crowding = Ppm::new(1_000_000);
        u.open_interest = Units::new(1 << 60);
        u.stable_price = rng.pick(&[UnitPrice::new(1), u.max_price]);
        world.board.underlyings[usize::from(index)] = u;
        world.underlyings.push(index);
    }
    for index in 0..64 {
        let u = world.board.underlyings[usize::from(index % spread)];
        let lot_units = rng.pick(&[1, 2, most_lots(&u, 1).min(1 << 40)]).min(most_lots(&u, 1)).max(1);
        let mut expiry = if rng.chance(50) { 0 } else { NOW + rng.range(1, 3) * 3_600 };
        let mut kind = if expiry == 0 { Kind::Perpetual } else { Kind::Future };
        let mut strike = 0;
        // The price of four lots, and a premium, must be one that an option is priced at.
        let dearest = i128::from(lot_units) * i128::from(u.max_price.get());
        if options && dearest * 9 / 2 < i128::from(PRODUCT_LIMIT) && dearest >> u.scale() > 0 {
            strike = rng.log_range(1, (dearest >> u.scale()) as i64);
            expiry = NOW + rng.pick(&[60, 3_600, 365 * 86_400]);
            kind = rng.pick(&[Kind::Call, Kind::Put]);
        }
        let i = Instrument {
            lot_units: UnitsPerLot::new(lot_units),
            delta_units: UnitsPerLot::new(lot_units),
            tick_value: TickValue::new(1),
            // The drift of an option may be as much as its worst row and more: a book of nothing but options at the bound
            // would be asked for more than fits.
            limits: super::world::limits(Lots::new(
                (most_lots(&u, lot_units) / if strike > 0 { 4 } else { 1 }).clamp(1, 1 << 50),
            )),
            basis: if strike > 0 { 0 } else { rng.pick(&[0, 100_000, -100_000]) },
            expiry,
            strike: Ticks::new(strike),
            generation: 1,
            underlying: u.index,
            index,
            kind: kind as u8,
            ..Instrument::zeroed()
        };
        world.list(i);
    }
    for n in 0..8u16 {
        world.board.tokens[usize::from(n)] = Token {
            atoms_per_unit: 1,
            underlying: n % spread,
            listed: 1,
            params: super::world::token_params(Ppm::new(900_000)),
            ..Token::zeroed()
        };
        world.tokens.push(n);
    }
    for index in 0..spread {
        world.board.reprice(index).unwrap();
        world.open_surface(rng, Reach::Legal, index);
        world.refresh(rng, index);
    }
    world
}

/// As many positions with lots as there may be, and 8 tokens, at the bound; all 64 with orders and cash flows at theirs.
fn full(rng: &mut Rng, world: &World) -> Portfolio {
    let mut portfolio = Portfolio::zeroed();
    let pattern = rng.below(4);
    for (n, &index) in world.instruments.iter().enumerate() {
        let (i, u) = world.instrument(index);
        let most = i.limits.max_position.get();
        let lots = match pattern {
            0 => most,
            1 => -most,
            2 => [most, -most][n % 2],
            _ => rng.pick(&[most, -most, 1, -1]),
        };
        if n < MAX_HELD {
            portfolio.fill(i, u, Fill { lots: Lots::new(lots), value: QuoteNative::new(0) }).unwrap();
        }
        let p = portfolio.slot(i).unwrap();
        let limit = (PRODUCT_LIMIT >> u.scale()) - 1;
        p.quote = QuoteNative::new(rng.pick(&[limit, -limit, 0]));
        // Orders at the far end of the widest band, of a price at its bound.
        for bid in [true, false] {
            let room = most - if bid { p.lots.get().max(0) } else { (-p.lots.get()).max(0) };
            if room > 0 && rng.chance(70) {
                let worth = i128::from(room) * i128::from(i.mark_at(u, NOW).get()) * rng.pick(&[1, 3]) / 2;
                let value = (worth >> u.scale()) as i64;
                let side = if bid { Side::Bid } else { Side::Ask };
                p.add_order(side, false, Lots::new(room), QuoteNative::new(value)).unwrap();
                p.require_within_limit(i).unwrap();
            }
        }
    }
    for &token in &world.tokens {
        let terms = &world.board.tokens[usize::from(token)];
        let u = world.board.underlying(terms.underlying).unwrap();
        portfolio.credit(token, terms, u, most_lots(u, 1).max(1) as u64).unwrap();
    }
    portfolio.cash = QuoteNative::new(rng.pick(&[0, 1 << 60, -(1 << 60)]));
    portfolio
}

/// I2, I3, I17, I26, I27, I28.
#[test]
fn nothing_overflows_at_the_bounds() {
    cases(400, |rng| {
        let spread = rng.pick(&[1, 2, 8]);
        let mut world = extreme(rng, spread);
        let portfolio = full(rng, &world);
        agree(&world.board, &portfolio);
        // And after the prices fell.
        for index in 0..spread {
            let price = rng.range(1, world.board.underlyings[usize::from(index)].max_price.get());
            world.reprice(index, price);
        }
        agree(&world.board, &portfolio);
    });
}

/// I17. The charge on concentration is capped before it is multiplied out: it used to be an error for a legal liquidity.
#[test]
fn the_least_liquidity_is_no_error() {
    cases(200, |rng| {
        let mut world = World::random(rng, Reach::Legal, 2);
        let portfolio = world.portfolio(rng, 16);
        for index in world.underlyings.clone() {
            world.board.underlyings[usize::from(index)].params.liquidity = QuoteNative::new(1);
        }
        agree(&world.board, &portfolio);
    });
}

/// I17. One lot, one unit more than the bound, is not listed, and not credited.
#[test]
fn the_bounds_are_where_they_are_said_to_be() {
    cases(500, |rng| {
        let mut world = plain();
        let u = &mut world.board.underlyings[0];
        u.scale_bits = rng.range(0, 16) as u8;
        u.max_price = UnitPrice::new(rng.log_range(1, 1 << 43));
        u.publish(&print(rng.range(1, u.max_price.get()), NOW), None).unwrap();
        let most = most_lots(u, 1);
        let mut i = Instrument {
            lot_units: UnitsPerLot::new(1),
            delta_units: UnitsPerLot::new(1),
            ..world.board.instruments[0]
        };
        let within = |lots: i64| {
            let value = 4 * i128::from(lots) * i128::from(u.max_price.get());
            value < i128::from(PRODUCT_LIMIT) && (value >> u.scale()) < i128::from(NATIVE_LIMIT)
        };
        assert!(within(most) && !within(most + 1));
        if most < 1 << 50 {
            i.limits.max_position = Lots::new(most + 1);
            assert_eq!(i.validate(u), Err(RiskError::Overflow));
        }
        i.limits.max_position = Lots::new(most.min(1 << 50));
        assert_eq!(i.validate(u), Ok(()));
        let mut p = Portfolio::zeroed();
        assert_eq!(p.credit(0, &world.board.tokens[0], u, most as u64 + 1), Err(RiskError::Overflow));
        assert_eq!(p, Portfolio::zeroed());
        assert_eq!(p.credit(0, &world.board.tokens[0], u, most as u64), Ok(()));
    });
}

/// I17. What a position may have cost is bounded, so that it stays exact at the underlying's scale.
#[test]
fn a_cash_flow_beyond_its_bound_is_refused() {
    let world = plain();
    let (i, u) = world.instrument(0);
    let limit = PRODUCT_LIMIT >> u.scale();
    let buy = |value: i64| {
        Portfolio::zeroed()
            .fill(i, u, Fill { lots: Lots::new(1), value: QuoteNative::new(value) })
            .map(|filled| filled.settled)
    };
    assert_eq!(buy(limit), Err(RiskError::Overflow));
    assert_eq!(buy(limit - 1), Ok(QuoteNative::ZERO));
}

/// I18. A long and a short see exactly opposite numbers.
#[test]
fn shocks_are_opposite_for_long_and_short() {
    let array = crate::scenario::linear_array(&SPAN, 1 << 43, Ppm::ONE).unwrap();
    assert!(array.iter().all(|loss| loss.abs() <= 3 << 43));
    cases(2_000, |rng| {
        let mut table = SPAN;
        for s in &mut table {
            s.price_thirds = rng.range(-9, 9) as i16;
        }
        let mut opposite = table;
        for s in &mut opposite {
            s.price_thirds = -s.price_thirds;
        }
        // Where no fall reaches the floor.
        let (price, range) = (rng.log_range(1, 1 << 43), Ppm::new(rng.range(10_000, 310_000) as u32));
        let up = crate::scenario::linear_array(&table, price, range).unwrap();
        let down = crate::scenario::linear_array(&opposite, price, range).unwrap();
        assert_eq!(up.map(|l| -l), down);
    });
}
