//! Random boards and portfolios, within the bounds that the crate admits.

use super::random::Rng;
use crate::{
    Board, Fill, GroupParams, GuardParams, Instrument, InstrumentLimits, Kind, LotValue, Lots, MAX_GROUPS, MAX_HELD,
    MAX_INSTRUMENTS, MAX_POSITIONS, MAX_TOKENS, MAX_UNDERLYINGS, MarginParams, OptionParams, Parameters, Portfolio,
    Position, Ppm, Print, ProductGroup, Purpose, QuoteNative, RangeParams, RiskError, Scaled, Side, Smile,
    SurfaceParams, TickValue, Ticks, Token, TokenParams, Underlying, UnderlyingParams, UnitPrice, Units, UnitsPerLot,
    fixing::{Fixing, SAMPLES},
    math::{NATIVE_LIMIT, PRODUCT_LIMIT, mul_div_floor},
    scenario::{DIRECTIONS, ROWS, SPAN, Scenario, validate},
    surface::Surface,
};
use bytemuck::Zeroable;
use std::{collections::BTreeMap, prelude::v1::*};

/// Time of every check.
pub const NOW: i64 = 1_800_000_000;

/// The account as it stands.
pub const LAST: Purpose = Purpose::Maintenance { now: NOW };

/// A price without a confidence interval.
pub fn print(price: i64, publish_time: i64) -> Print {
    Print {
        price: UnitPrice::new(price),
        confidence: UnitPrice::new(0),
        publish_time,
        previous_publish_time: publish_time - 1,
    }
}

/// How far parameters go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What an exchange would choose.
    Usual,
    /// Anything that the bounds admit, the bounds themselves often.
    Legal,
}

/// A board and what is listed on it.
pub struct World {
    pub board: Box<Board>,
    pub underlyings: Vec<u16>,
    pub instruments: Vec<u16>,
    pub tokens: Vec<u16>,
    /// Surfaces of the underlyings that have options.
    pub surfaces: BTreeMap<u16, Box<Surface>>,
}

/// A board with parameters and SPAN's table, and nothing listed.
pub fn empty_board() -> Box<Board> {
    let mut board: Box<Board> = bytemuck::zeroed_box();
    board.params = usual_params();
    board.scenarios = SPAN;
    board
}

pub fn usual_params() -> MarginParams {
    MarginParams {
        initial_ratio: Ppm::new(1_250_000),
        liquidation_buffer: Ppm::new(50_000),
        discount_base: Ppm::new(150_000),
        discount_max: Ppm::new(500_000),
        discount_of_equity: Ppm::new(500_000),
        insurance_share: Ppm::new(300_000),
        dust_value: QuoteNative::new(10_000_000),
        warning_buffer: Ppm::new(200_000),
        seizure_ratio: Ppm::new(333_333),
        seizure_budget: Ppm::new(100_000),
        fund_budget: Ppm::new(10_000),
        settlement_time: 0,
        book_reward: Ppm::new(200_000),
        reserved: [0; 2],
    }
}

/// One of the bounds in a third of the cases, else between them.
fn legal(rng: &mut Rng, low: i64, high: i64) -> i64 {
    match rng.below(6) {
        0 => low,
        1 => high,
        2 | 3 if low >= 0 => rng.log_range(low.max(1), high),
        _ => rng.range(low, high),
    }
}

fn params(rng: &mut Rng, reach: Reach) -> MarginParams {
    if reach == Reach::Usual {
        return usual_params();
    }
    let base = legal(rng, 0, 250_000);
    let ratio = legal(rng, 1_050_000, 3_000_000);
    let params = MarginParams {
        initial_ratio: Ppm::new(ratio as u32),
        liquidation_buffer: Ppm::new(legal(rng, 1_000, (ratio - 1_000_000).min(500_000)) as u32),
        discount_base: Ppm::new(base as u32),
        discount_max: Ppm::new(legal(rng, base.max(100_000), 700_000) as u32),
        discount_of_equity: Ppm::new(legal(rng, 1, 700_000) as u32),
        insurance_share: Ppm::new(legal(rng, 0, 500_000) as u32),
        dust_value: QuoteNative::new(legal(rng, 0, 1_000_000_000)),
        warning_buffer: Ppm::new(legal(rng, 0, 1_000_000) as u32),
        seizure_ratio: Ppm::new(legal(rng, 100_000, 500_000) as u32),
        seizure_budget: Ppm::new(legal(rng, 0, 100_000) as u32),
        fund_budget: Ppm::new(legal(rng, 0, 10_000) as u32),
        settlement_time: 28_800, // that of NOW
        book_reward: Ppm::new(legal(rng, 0, 500_000) as u32),
        reserved: [0; 2],
    };
    params.validate().unwrap();
    params
}

pub fn table(rng: &mut Rng, reach: Reach) -> [Scenario; ROWS] {
    if reach == Reach::Usual || rng.chance(60) {
        return SPAN;
    }
    let mut table = SPAN;
    for (s, direction) in table.iter_mut().zip(DIRECTIONS) {
        s.price_thirds = direction * legal(rng, 1, 9) as i16;
        s.volatility = rng.range(-1, 1) as i16;
        s.weight = Ppm::new(legal(rng, 1, 1_000_000) as u32);
    }
    validate(&table).unwrap();
    table
}

fn underlying_params(rng: &mut Rng, reach: Reach) -> UnderlyingParams {
    let params = if reach == Reach::Usual {
        UnderlyingParams {
            liquidity: QuoteNative::new(rng.log_range(10_000_000_000, 100_000_000_000_000)),
            profit_cap: QuoteNative::new(rng.log_range(1_000_000, 10_000_000_000_000)),
            scan_range: Ppm::new(rng.range(50_000, 300_000) as u32),
            max_confidence: Ppm::new(20_000),
            calendar: Ppm::new(rng.range(0, 20_000) as u32),
            concentration: Ppm::new(rng.range(0, 1_000_000) as u32),
            concentration_cap: Ppm::new(rng.range(500_000, 3_000_000) as u32),
            stable_rate: Ppm::new(rng.range(10_000, 500_000) as u32),
            max_age: 10,
            short_minimum: Ppm::new(10_000),
            open_interest_liquidity: QuoteNative::new(rng.log_range(1_000_000_000, 10_000_000_000_000)),
            crowding: Ppm::new(1_000_000),
            crowding_cap: Ppm::new(if rng.chance(50) { 0 } else { rng.range(1, 300_000) } as u32),
        }
    } else {
        let scan_range = legal(rng, 10_000, 1_000_000);
        UnderlyingParams {
            liquidity: QuoteNative::new(legal(rng, 1, 1 << 50)),
            profit_cap: QuoteNative::new(legal(rng, 0, 1 << 50)),
            scan_range: Ppm::new(scan_range as u32),
            max_confidence: Ppm::new(legal(rng, 100, 100_000) as u32),
            calendar: Ppm::new(legal(rng, 0, scan_range.min(100_000)) as u32),
            concentration: Ppm::new(legal(rng, 0, 2_000_000) as u32),
            concentration_cap: Ppm::new(legal(rng, 0, 4_000_000) as u32),
            stable_rate: Ppm::new(legal(rng, 1_000, 1_000_000) as u32),
            max_age: legal(rng, 1, 600) as u32,
            short_minimum: Ppm::new(legal(rng, 0, 200_000) as u32),
            open_interest_liquidity: QuoteNative::new(rng.log_range(1, 10_000_000_000_000)),
            crowding: Ppm::new(1_000_000),
            crowding_cap: Ppm::new(if rng.chance(50) { 0 } else { legal(rng, 0, 1_000_000) } as u32),
        }
    };
    params.validate().unwrap();
    params
}

/// A range at its floor.
pub fn range_params() -> RangeParams {
    RangeParams { sigmas: 0, cap: Ppm::new(1_000_000), horizon: 86_400, half_life: 86_400, reserved: [0; 2] }
}

/// The widest limits but that of an account's position.
pub fn limits(max_position: Lots) -> InstrumentLimits {
    InstrumentLimits {
        max_position,
        open_interest_cap: Lots::new(1 << 55),
        min_order_value: QuoteNative::new(10_000),
        price_band: Ppm::new(100_000),
        max_orders: 64,
        reserved: [0; 2],
    }
}

/// Checks that a validation failed by what a name stands for.
pub fn refused_by_name(result: Result<(), RiskError>, name: &str) {
    let said = result.unwrap_err().to_string();
    let mut words = said.split(|c: char| !c.is_alphanumeric() && c != '_');
    assert!(words.any(|word| word == name), "{name}: {said}");
}

/// A haircut, and room for all deposits.
pub fn token_params(haircut: Ppm) -> TokenParams {
    TokenParams { deposit_limit: 1 << 62, haircut, reserved: 0 }
}

/// A product group that offsets so much.
pub fn group(offset: Ppm) -> ProductGroup {
    ProductGroup { params: GroupParams { offset, reserved: [0; 3] }, ..ProductGroup::zeroed() }
}

/// No guard against moves.
pub fn guard_params() -> GuardParams {
    GuardParams { max_move: Ppm::ZERO, max_divergence: Ppm::new(10_000), liquidation_age: 5, reserved: 0 }
}

/// What an exchange would choose.
pub fn usual_option_params() -> OptionParams {
    OptionParams {
        volatility_range: Ppm::new(250_000),
        volatility_power: Ppm::new(500_000),
        volatility_floor_days: 3,
        max_array_age: 60,
        max_volatility_age: 600,
        reserved: 0,
    }
}

fn option_params(rng: &mut Rng, reach: Reach) -> OptionParams {
    let params = match reach {
        Reach::Usual => usual_option_params(),
        Reach::Legal => OptionParams {
            volatility_range: Ppm::new(legal(rng, 0, 900_000) as u32),
            volatility_power: Ppm::new(legal(rng, 0, 1_000_000) as u32),
            volatility_floor_days: legal(rng, 1, 30) as u32,
            max_array_age: legal(rng, 1, 3_600) as u32,
            max_volatility_age: legal(rng, 10, 86_400) as u32,
            reserved: 0,
        },
    };
    params.validate_bounds().unwrap();
    params
}

/// A smile.
pub fn smile(rng: &mut Rng, reach: Reach) -> Smile {
    let smile = match reach {
        Reach::Usual => Smile {
            level: Ppm::new(rng.range(300_000, 1_200_000) as u32),
            skew: rng.range(-200_000, 100_000) as i32,
            curvature: rng.range(0, 200_000) as i32,
        },
        Reach::Legal => Smile {
            level: Ppm::new(legal(rng, 50_000, 4_000_000) as u32),
            skew: legal(rng, -1_000_000, 1_000_000) as i32,
            curvature: legal(rng, 0, 1_000_000) as i32,
        },
    };
    smile.validate_bounds().unwrap();
    smile
}

/// The publisher of every surface.
pub const PUBLISHER: [u8; 32] = [1; 32];

/// A surface that believes its one publisher.
pub fn surface() -> Box<Surface> {
    let mut surface: Box<Surface> = bytemuck::zeroed_box();
    surface.params = SurfaceParams {
        min_publishers: 1,
        max_quote_age: 60,
        update_bound: Ppm::new(200_000),
        hour_bound: Ppm::new(1_000_000),
        first_bound: Ppm::new(1_000_000),
        reserved: 0,
    };
    surface.params.validate_bounds().unwrap();
    surface.publishers[0] = PUBLISHER;
    surface
}

pub fn underlying(rng: &mut Rng, reach: Reach, index: u16, groups: u8) -> Underlying {
    let usual = reach == Reach::Usual;
    let scale_bits = rng.range(if usual { 2 } else { 0 }, 16) as u8;
    let max_price = match reach {
        Reach::Usual => rng.log_range(1 << 20, 1 << 36),
        Reach::Legal => legal(rng, 1, 1 << 43),
    };
    let price = (max_price / if usual { rng.range(3, 30) } else { rng.range(1, 30) }).max(1);
    let mut u = Underlying {
        params: underlying_params(rng, reach),
        range_params: range_params(),
        option_params: option_params(rng, reach),
        guard_params: guard_params(),
        max_price: UnitPrice::new(max_price),
        scale_bits,
        unit_exponent: rng.range(0, 9) as u8,
        listed: 1,
        group: if rng.chance(30) { 0 } else { rng.range(1, i64::from(groups)) as u8 },
        index,
        ..Underlying::zeroed()
    };
    u.validate().unwrap();
    u.publish(&print(price, NOW), None).unwrap();
    if rng.chance(40) {
        // On the way up: initial margin's range, which the variance holds up, is ahead of maintenance margin's.
        let maintenance = rng.range(u.params.scan_range.get().into(), 1_000_000);
        let initial = rng.range(maintenance, (4 * maintenance).min(1_000_000));
        u.range.maintenance = Ppm::new(maintenance as u32);
        u.range_params.sigmas = 1_000;
        // Ten sigmas of a day in 2^-24, and one more for the rounding down; a bucket's variance is a 288th of its square.
        let sigma = (initial << 24) / 10_000_000 + 1;
        u.range.variance = sigma * sigma / 288 + 1;
        u.move_range(NOW).unwrap();
        assert!(u.range.maintenance.get() == maintenance as u32 && u.range.initial >= u.range.maintenance);
    }
    if !u.params.crowding_cap.is_zero() {
        // Twice the liquidity and more, so that the charge is at its cap.
        let notional = i128::from(u.params.open_interest_liquidity.get()) << (u.scale() + 2);
        u.open_interest = Units::new((notional / i128::from(price) + 1).min(1 << 60) as i64);
        u.crowding = Ppm::new(rng.range(0, u.params.crowding_cap.get().into()) as u32);
        u.crowded_at = NOW;
    }
    // Where the stable price is does not depend on how it got there.
    u.stable_price = match rng.below(4) {
        0 => UnitPrice::new(price),
        1 => UnitPrice::new(legal(rng, 1, max_price)),
        _ => UnitPrice::new((price - price / 5 + rng.range(0, price / 3)).clamp(1, max_price)),
    };
    u
}

/// Most lots of a size that an instrument may admit.
pub fn most_lots(u: &Underlying, lot_units: i64) -> i64 {
    let native = (i128::from(NATIVE_LIMIT) << u.scale()) - 1;
    let value = i128::from(PRODUCT_LIMIT - 1).min(native) as i64;
    value / 4 / u.max_price.get() / lot_units
}

/// One to three expiries up to a year away, some just passed.
fn expiries(rng: &mut Rng) -> Vec<i64> {
    let minutes = |rng: &mut Rng| if rng.chance(5) { -rng.range(0, 14) } else { rng.log_range(1, 525_600) };
    (0..1 + rng.below(3)).map(|_| NOW + 60 * minutes(rng)).collect()
}

/// A linear instrument with room for at least one lot, if there is any.
pub fn instrument(rng: &mut Rng, reach: Reach, u: &Underlying, expiries: &[i64], index: u16) -> Instrument {
    let room = most_lots(u, 1);
    let lot_units = rng.log_range(1, room.clamp(1, if reach == Reach::Usual { 10_000 } else { 1 << 40 }));
    let most = most_lots(u, lot_units).min(1 << 50);
    let max_position = if rng.chance(30) { most } else { rng.log_range(1, most) };
    let expiry = if rng.chance(50) { 0 } else { rng.pick(expiries) };
    let i = Instrument {
        lot_units: UnitsPerLot::new(lot_units),
        delta_units: UnitsPerLot::new(lot_units),
        tick_value: TickValue::new(rng.log_range(1, 1 << 20)),
        expiry,
        limits: limits(Lots::new(max_position)),
        basis: if rng.chance(50) { 0 } else { rng.range(-50_000, 50_000) },
        generation: rng.range(1, 5) as u32,
        underlying: u.index,
        index,
        kind: if expiry == 0 { Kind::Perpetual } else { Kind::Future } as u8,
        ..Instrument::zeroed()
    };
    i.validate(u).unwrap();
    i
}

/// An option with a strike near the price, where a strike can be said in ticks; else nothing.
pub fn option(rng: &mut Rng, reach: Reach, u: &Underlying, expiries: &[i64], index: u16) -> Option<Instrument> {
    let base = instrument(rng, reach, u, &[NOW + 60], index);
    let worth = i128::from(base.lot_units.get()) * i128::from(u.price.get());
    let thousandths = match rng.below(4) {
        0 => 1_000,
        1 => rng.range(50, 4_000),
        _ => rng.range(700, 1_300),
    };
    let wanted = worth * i128::from(thousandths);
    let most = (i128::from(base.lot_units.get()) * i128::from(u.max_price.get())) >> u.scale();
    if i128::from(base.lot_units.get()) * i128::from(u.max_price.get()) * 9 / 2 > i128::from(PRODUCT_LIMIT) {
        // With a premium, the forward of a lot would leave what is priced in an extreme row.
        return None;
    }
    let native = ((wanted / 1_000) >> u.scale()).min(most) as i64;
    if native == 0 {
        return None;
    }
    let tick = rng.log_range(1, (native / 10).clamp(1, 1 << 40));
    let i = Instrument {
        tick_value: TickValue::new(tick),
        strike: Ticks::new(native / tick),
        expiry: rng.pick(expiries),
        basis: 0,
        kind: rng.pick(&[Kind::Call, Kind::Put]) as u8,
        ..base
    };
    i.validate(u).unwrap();
    Some(i)
}

/// The other option of a pair.
pub fn twin(i: &Instrument, index: u16) -> Instrument {
    Instrument { index, kind: if i.is_put() { Kind::Call } else { Kind::Put } as u8, ..*i }
}

impl World {
    /// A random board with up to `most` underlyings.
    pub fn random(rng: &mut Rng, reach: Reach, most: usize) -> Self {
        let mut board = empty_board();
        board.params = params(rng, reach);
        board.scenarios = table(rng, reach);
        let groups = rng.range(1, 3) as u8;
        for g in board.groups.iter_mut().take(usize::from(groups)) {
            *g = group(Ppm::new(legal(rng, 0, 900_000) as u32));
            g.params.validate_bounds().unwrap();
        }
        // A group without a member, and one that only the last slot has.
        board.groups[MAX_GROUPS - 1].params.offset = Ppm::new(500_000);

        let mut world = Self::of(board);
        let count = 1 + rng.below(most);
        let mut slots: Vec<u16> = (0..MAX_UNDERLYINGS as u16).collect();
        rng.shuffle(&mut slots);
        for &slot in &slots[..count] {
            let mut u = underlying(rng, reach, slot, groups);
            if rng.chance(5) {
                u.group = MAX_GROUPS as u8;
            }
            world.board.underlyings[usize::from(slot)] = u;
            world.underlyings.push(slot);
        }
        let mut slots: Vec<u16> = (0..MAX_INSTRUMENTS as u16).collect();
        rng.shuffle(&mut slots);
        let per_underlying = 1 + rng.below(10);
        let expiries: Vec<_> = (0..count).map(|_| expiries(rng)).collect();
        let options = rng.pick(&[0, 50, 80]);
        let mut last: Vec<Option<Instrument>> = vec![None; count];
        for (n, &slot) in slots.iter().take(count * per_underlying).enumerate() {
            let u = world.board.underlyings[usize::from(world.underlyings[n % count])];
            let (expiries, last) = (&expiries[n % count], &mut last[n % count]);
            let listed = match last.take() {
                Some(i) if rng.chance(50) => Some(twin(&i, slot)),
                _ if rng.chance(options) => option(rng, reach, &u, expiries, slot),
                _ => None,
            };
            *last = listed;
            world.list(listed.unwrap_or_else(|| instrument(rng, reach, &u, expiries, slot)));
        }
        let mut slots: Vec<u16> = (0..MAX_TOKENS as u16).collect();
        rng.shuffle(&mut slots);
        for &slot in &slots[..rng.below(9)] {
            let token = Token {
                atoms_per_unit: legal(rng, 1, if reach == Reach::Usual { 1 << 30 } else { 1 << 60 }) as u64,
                underlying: rng.pick(&world.underlyings),
                listed: 1,
                params: token_params(Ppm::new(if reach == Reach::Usual {
                    rng.range(0, 200_000)
                } else {
                    legal(rng, 0, 900_000)
                } as u32)),
                ..Token::zeroed()
            };
            token.validate().unwrap();
            world.board.tokens[usize::from(slot)] = token;
            world.tokens.push(slot);
        }
        for index in world.underlyings.clone() {
            world.board.reprice(index).unwrap();
            world.open_surface(rng, reach, index);
            world.refresh(rng, index);
        }
        world
    }

    /// A board with nothing listed.
    pub fn of(board: Box<Board>) -> Self {
        Self { board, underlyings: vec![], instruments: vec![], tokens: vec![], surfaces: BTreeMap::new() }
    }

    /// Lists an instrument, as the program does.
    pub fn list(&mut self, mut i: Instrument) {
        let u = &mut self.board.underlyings[usize::from(i.underlying)];
        i.validate(u).unwrap();
        i.settles_at = i.expiry;
        if !i.is_option() {
            i.next_linear = u.first_linear;
            u.first_linear = i.index + 1;
        }
        self.board.instruments[usize::from(i.index)] = i;
        self.instruments.push(i.index);
        self.note_next_settlement();
    }

    /// Writes what is settled next, as the program does.
    pub fn note_next_settlement(&mut self) {
        let ahead = self.board.instruments.iter().filter(|i| i.is_listed() && i.settled == 0 && i.settles_at != 0);
        self.board.next_settlement = ahead.map(|i| i.settles_at).min().unwrap_or(0);
    }

    /// The options of an underlying.
    pub fn options(&self, underlying: u16) -> Vec<u16> {
        let of = |index: &u16| {
            let i = &self.board.instruments[usize::from(*index)];
            i.underlying == underlying && i.is_option()
        };
        self.instruments.iter().copied().filter(of).collect()
    }

    /// Opens a smile for every expiry of an underlying's options, some of them published.
    pub fn open_surface(&mut self, rng: &mut Rng, reach: Reach, underlying: u16) {
        let price = self.board.underlyings[usize::from(underlying)].price;
        let mut surface = surface();
        for index in self.options(underlying) {
            let expiry = self.board.instruments[usize::from(index)].expiry;
            if surface.expiry(expiry).is_ok() {
                continue;
            }
            surface.open_expiry(expiry, smile(rng, reach), NOW - 1_000).unwrap();
            if rng.chance(80) {
                let anchor = mul_div_floor(price.get(), rng.range(900_000, 1_100_000), 1_000_000).unwrap().max(1);
                let said = surface.expiry(expiry).unwrap().smile;
                let then = NOW - rng.pick(&[0, 10, 1_000]);
                surface.publish(&PUBLISHER, expiry, said, anchor, then).unwrap();
            }
        }
        self.surfaces.insert(underlying, surface);
    }

    /// Makes the arrays of an underlying's options at its price, now or some time ago. An option may have expired since.
    pub fn refresh(&mut self, rng: &mut Rng, underlying: u16) {
        let ago = rng.range(1, 900);
        self.refresh_at(underlying, NOW - rng.pick(&[0, 0, 1, 59, ago]));
    }

    /// Makes the arrays of an underlying's options at a time.
    pub fn refresh_at(&mut self, underlying: u16, now: i64) {
        let due = |i: &u16| {
            let i = &self.board.instruments[usize::from(*i)];
            i.expiry > now && i.settled == 0
        };
        let list = self.options(underlying).into_iter().filter(due).collect::<Vec<_>>();
        self.board.refresh_options(underlying, &self.surfaces[&underlying], list.into_iter(), now).unwrap();
    }

    /// Goes over to SPAN's table, with all that was made by another.
    pub fn use_spans_table(&mut self, rng: &mut Rng) {
        self.board.scenarios = SPAN;
        for index in self.underlyings.clone() {
            self.board.reprice(index).unwrap();
            self.refresh(rng, index);
        }
    }

    pub fn instrument(&self, index: u16) -> (&Instrument, &Underlying) {
        let i = self.board.instrument(index).unwrap();
        (i, self.board.underlying(i.underlying).unwrap())
    }

    /// A fill of some lots near the mark.
    pub fn fill_near_mark(&self, rng: &mut Rng, index: u16, lots: i64) -> Fill {
        let (i, u) = self.instrument(index);
        let value = Scaled::new(lots * i.mark_at(u, NOW).get()).to_native_floor(u.scale()).get();
        let value = mul_div_floor(value, rng.range(900_000, 1_100_000), 1_000_000).unwrap();
        Fill { lots: Lots::new(lots), value: QuoteNative::new(if value.signum() == lots.signum() { value } else { 0 }) }
    }

    /// Trades in an instrument within its limit.
    pub fn trade(&self, rng: &mut Rng, portfolio: &mut Portfolio, index: u16) {
        let (i, u) = self.instrument(index);
        let most = i.limits.max_position.get();
        let held = portfolio.position(i).copied().unwrap_or_default();
        let target = match rng.below(8) {
            0 => most,
            1 => -most,
            2 => 0,
            3 => -held.lots.get(),
            _ => rng.log_range(1, most) * rng.pick(&[1, -1]),
        };
        let target = target.clamp(held.ask_lots.get() - most, most - held.bid_lots.get());
        let is_full = held.lots.is_zero() && portfolio.held_positions() >= MAX_HELD;
        if target != held.lots.get() && !is_full {
            let fill = self.fill_near_mark(rng, index, target - held.lots.get());
            portfolio.fill(i, u, fill).unwrap();
        }
    }

    /// Lets a random order rest in an instrument the account has a slot for.
    pub fn order(&self, rng: &mut Rng, portfolio: &mut Portfolio, index: u16) {
        let (i, _) = self.instrument(index);
        let Ok(position) = portfolio.slot(i) else { return };
        let bid = rng.chance(50);
        let room = i.limits.max_position.get()
            - if bid {
                position.bid_lots.get() + position.lots.get().max(0)
            } else {
                position.ask_lots.get() - position.lots.get().min(0)
            };
        if room > 0 {
            let lots = rng.log_range(1, room);
            let value = self.fill_near_mark(rng, index, lots).value;
            let side = if bid { Side::Bid } else { Side::Ask };
            position.add_order(side, rng.chance(10), Lots::new(lots), value).unwrap();
            position.require_within_limit(i).unwrap();
        }
        portfolio.release(i).unwrap();
    }

    /// Pays a random amount of a token in.
    pub fn pay_in(&self, rng: &mut Rng, portfolio: &mut Portfolio, token: u16) -> bool {
        let terms = self.board.token(token).unwrap();
        let u = self.board.underlying(terms.underlying).unwrap();
        let room = most_lots(u, 1).max(1) as i128 * i128::from(terms.atoms_per_unit);
        let amount = rng.log_range(1, room.min(1 << 61) as i64);
        portfolio.credit(token, terms, u, amount as u64).is_ok()
    }

    /// A random portfolio of up to `most` positions, after which prices and indices moved.
    pub fn portfolio(&mut self, rng: &mut Rng, most: usize) -> Portfolio {
        let mut portfolio = Portfolio::zeroed();
        let count = rng.below(most.min(MAX_POSITIONS) + 1);
        let mut chosen = self.instruments.clone();
        rng.shuffle(&mut chosen);
        chosen.truncate(count);
        for &index in &chosen {
            if rng.chance(90) {
                self.trade(rng, &mut portfolio, index);
            }
            for _ in 0..rng.below(4) {
                self.order(rng, &mut portfolio, index);
            }
        }
        for token in self.tokens.clone() {
            if rng.chance(40) {
                self.pay_in(rng, &mut portfolio, token);
            }
        }
        portfolio.cash = QuoteNative::new(rng.log_range(1, 1 << 50) * rng.pick(&[1, 1, -1]));
        portfolio.accrued_interest = QuoteNative::new(if rng.chance(30) { rng.log_range(1, 1 << 30) } else { 0 });
        if rng.chance(60) {
            self.move_prices(rng);
        }
        if rng.chance(50) {
            self.move_indices(rng, &chosen);
        }
        portfolio
    }

    /// Publishes new prices of some underlyings.
    pub fn move_prices(&mut self, rng: &mut Rng) {
        for index in self.underlyings.clone() {
            if rng.chance(70) {
                let u = &mut self.board.underlyings[usize::from(index)];
                let part = match rng.below(3) {
                    0 => 1_000_000 + rng.range(-1, 1) * i64::from(u.scan_range().get()) / 7,
                    1 => rng.range(970_000, 1_030_000),
                    _ => rng.range(600_000, 1_500_000),
                };
                let price = mul_div_floor(u.price.get(), part, 1_000_000).unwrap();
                u.publish(&print(price.clamp(1, u.max_price.get()), NOW), None).unwrap();
                self.board.reprice(index).unwrap();
                if rng.chance(30) {
                    self.refresh(rng, index);
                }
            }
        }
    }

    /// Takes samples of an expiry of some underlying, or settles it.
    pub fn fix_or_settle(&mut self, rng: &mut Rng) {
        let index = rng.pick(&self.instruments);
        let first = self.board.instruments[usize::from(index)];
        if first.expiry == 0 || first.settled != 0 {
            return;
        }
        let same = |i: &Instrument| i.is_listed() && (i.underlying, i.expiry) == (first.underlying, first.expiry);
        let u = &mut self.board.underlyings[usize::from(first.underlying)];
        let mut fixing = Fixing { expiry: first.expiry, ..Fixing::zeroed() };
        let count = rng.range(0, SAMPLES.into()) as u32;
        for k in 1..=count {
            let price = mul_div_floor(u.price.get(), rng.range(950_000, 1_050_000), 1_000_000).unwrap();
            fixing.take(k, price.clamp(1, u.max_price.get())).unwrap();
        }
        let mut list: Vec<u16> = vec![];
        for i in self.board.instruments.iter_mut().filter(|i| same(i)) {
            list.push(i.index);
            i.fix(u, &fixing, u.price.get()).unwrap();
        }
        if rng.chance(30) && fixing.count() > 0 {
            fixing.price = fixing.mean().unwrap();
            u.fixings = [fixing, Fixing::zeroed(), Fixing::zeroed(), Fixing::zeroed()];
            self.board.settle_expiry(first.underlying, &list, first.expiry).unwrap();
            self.note_next_settlement();
        }
        self.board.reprice(first.underlying).unwrap();
    }

    /// Lets funding and losses accrue in some instruments.
    fn move_indices(&mut self, rng: &mut Rng, chosen: &[u16]) {
        for &index in chosen {
            let i = &mut self.board.instruments[usize::from(index)];
            let most = i.mark.get() / 50;
            if rng.chance(60) {
                i.funding_index = LotValue::new(i.funding_index.get() + rng.range(-most, most));
            }
            if rng.chance(30) {
                i.loss_index_long = LotValue::new(i.loss_index_long.get() + rng.range(0, most));
                i.loss_index_short = LotValue::new(i.loss_index_short.get() + rng.range(0, most));
            }
        }
    }

    /// The instruments in which a portfolio has lots.
    pub fn held(&self, portfolio: &Portfolio) -> Vec<u16> {
        portfolio.open().iter().filter(|p: &&Position| p.lots.get() != 0).map(|p| p.key.instrument()).collect()
    }
}

/// A board on which everything can be reckoned in the head: two underlyings, 0 and 1, whose delta unit costs one USDC, with a
/// range of 10 %; a perpetual of ten units on each, 0 and 1; a token of underlying 0 with a haircut of 5 %. A lot is worth
/// 10 USDC, its maintenance margin is 1 USDC, its initial margin 1.25 USDC.
pub fn plain() -> World {
    let mut world = World { underlyings: [0, 1].into(), tokens: [0].into(), ..World::of(empty_board()) };
    for index in [0, 1] {
        let mut u = Underlying {
            params: UnderlyingParams {
                liquidity: QuoteNative::new(1 << 50),
                profit_cap: QuoteNative::new(1 << 50),
                scan_range: Ppm::new(100_000),
                max_confidence: Ppm::new(20_000),
                stable_rate: Ppm::new(100_000),
                max_age: 10,
                open_interest_liquidity: QuoteNative::new(1 << 60),
                ..UnderlyingParams::zeroed()
            },
            range_params: range_params(),
            option_params: usual_option_params(),
            guard_params: guard_params(),
            max_price: UnitPrice::new(100_000_000),
            unit_exponent: 2,
            listed: 1,
            index,
            ..Underlying::zeroed()
        };
        u.validate().unwrap();
        u.publish(&print(1_000_000, NOW), None).unwrap();
        world.board.underlyings[usize::from(index)] = u;
        world.list(Instrument {
            lot_units: UnitsPerLot::new(10),
            delta_units: UnitsPerLot::new(10),
            tick_value: TickValue::new(1_000),
            limits: limits(Lots::new(1_000_000)),
            generation: 1,
            underlying: index,
            index,
            kind: Kind::Perpetual as u8,
            ..Instrument::zeroed()
        });
        world.board.reprice(index).unwrap();
    }
    world.board.tokens[0] =
        Token { atoms_per_unit: 1, params: token_params(Ppm::new(50_000)), listed: 1, ..Token::zeroed() };
    world
}

/// A USDC.
pub const USDC: i64 = 1_000_000;

impl World {
    /// Sets the price of an underlying, now.
    pub fn reprice(&mut self, underlying: u16, price: i64) {
        self.board.underlyings[usize::from(underlying)].publish(&print(price, NOW), None).unwrap();
        self.board.reprice(underlying).unwrap();
    }

    /// Buys (or sells) lots at a price per lot.
    pub fn buy(&self, portfolio: &mut Portfolio, index: u16, lots: i64, per_lot: i64) {
        let (i, u) = self.instrument(index);
        portfolio.fill(i, u, Fill { lots: Lots::new(lots), value: QuoteNative::new(lots * per_lot) }).unwrap();
    }
}
