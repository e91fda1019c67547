//! The margin of standard books, beside that of the same books leg by leg: the table of `docs/margin-efficiency.md`.
//!
//! `BALLAST_BLESS=1` writes the table into the document.

use super::world::{self, LAST, NOW, World, empty_board, guard_params, print, range_params, usual_option_params};
use crate::{
    Instrument, Kind, Lots, Portfolio, Ppm, QuoteNative, Requirements, Scaled, Smile, TickValue, Ticks, Token,
    Underlying, UnderlyingParams, UnitPrice, UnitsPerLot,
    margin::{UnderlyingRisk, check},
    math::{RATIO_ONE, mul_ppm_ceil},
};
use bytemuck::Zeroable;
use std::{env, format, fs, prelude::v1::*};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/margin-efficiency.md");
/// The parameters that the document's figures are of.
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/mainnet.example.toml");
/// First cell of the table, and of that of the parameters.
const HEAD: &str = "| book |";
const PARAMETERS: &str = "| parameter |";

const DAY: i64 = 86_400;
const USDC: i64 = 1_000_000;

/// Delta units in a lot.
const LOT_UNITS: i64 = 100;
/// Lots in a coin, by underlying.
const BTC: i64 = 100;
const ETH: i64 = 10;
const SOL: i64 = 1;

/// Parameters of a board, in millionths; those of underlyings are of BTC, ETH and SOL.
pub struct Terms {
    initial_ratio: u32,
    offset: u32,
    ranges: [u32; 3],
    calendars: [u32; 3],
    concentrations: [u32; 3],
    /// In USDC.
    liquidities: [i64; 3],
    grouped: [bool; 3],
    short_minimum: u32,
    haircut: u32,
}

/// Round numbers, without concentration: other tests have figures of them.
const ROUND: Terms = Terms {
    initial_ratio: 1_250_000,
    offset: 600_000,
    ranges: [150_000, 180_000, 200_000],
    calendars: [3_000; 3],
    concentrations: [0; 3],
    liquidities: [1_000_000_000; 3],
    grouped: [true; 3],
    short_minimum: 10_000,
    haircut: 50_000,
};

impl Terms {
    /// Those of the example for real money.
    fn shipped() -> Self {
        let text = fs::read_to_string(SHIPPED).unwrap();
        // The tables of the file: head, then `key = "value"` lines.
        let table = |head: &str, name: &str| {
            let mut tables = text.split("\n[").filter(|t| t.trim_start_matches('[').starts_with(head));
            tables.find(|t| t.contains(&format!("name = \"{name}\"")) || name.is_empty()).unwrap()
        };
        let read = |table: &str, key: &str| -> Option<String> {
            let line = table.lines().find(|l| l.split('=').next().is_some_and(|k| k.trim() == key))?;
            Some(line.split('"').nth(1).unwrap().replace('_', ""))
        };
        let ppm = |table: &str, key: &str| (read(table, key).unwrap().parse::<f64>().unwrap() * 1e6).round() as u32;
        let of = ["BTC", "ETH", "SOL"].map(|name| table("underlying]]", name));
        Self {
            initial_ratio: ppm(table("margin]", ""), "initial_ratio"),
            offset: ppm(table("group]]", "MAJORS"), "offset"),
            ranges: of.map(|t| ppm(t, "scan_range")),
            calendars: of.map(|t| ppm(t, "calendar")),
            concentrations: of.map(|t| ppm(t, "concentration")),
            liquidities: of.map(|t| read(t, "liquidity").unwrap().parse().unwrap()),
            grouped: of.map(|t| read(t, "group").is_some()),
            short_minimum: ppm(of[0], "short_minimum"),
            haircut: ppm(table("collateral]]", "SOL"), "haircut"),
        }
    }

    /// The table of the document.
    fn table(&self) -> String {
        let percent = |ppm: u32| format!("{} %", f64::from(ppm) / 1e4);
        let each = |all: [u32; 3]| format!("{} BTC, {} ETH, {} SOL", percent(all[0]), percent(all[1]), percent(all[2]));
        let names: Vec<_> =
            ["BTC", "ETH", "SOL"].into_iter().zip(self.grouped).filter(|(_, g)| *g).map(|(n, _)| n).collect();
        let liquidities = self.liquidities.map(|usdc| usdc / 1_000_000);
        format!(
            "{PARAMETERS} in `migrations/mainnet.example.toml` |\n|---|---|\n\
             | prices | BTC 60,000, ETH 3,000, SOL 150 USDC |\n\
             | scan range r | {} |\n\
             | product group | {} in one, c = {} |\n\
             | scenarios | SPAN's sixteen: 0, ±1/3, ±2/3, ±1 range with volatility up and down, ±3 ranges at 33 % |\n\
             | options | 60 % volatility at every strike, 30 days; the calendar spread's far leg 60 days |\n\
             | volatility scan range | 25 % of the volatility at 30 days, by the square root of time for other expiries |\n\
             | calendar charge | {} |\n\
             | concentration | {} of what is above {}, {} and {} million USDC, in multiples of it |\n\
             | haircut of SOL | {} |\n\
             | minimum for short options | {} of the index price |\n\
             | initial margin | {} times maintenance margin |\n",
            each(self.ranges),
            names.join(" and "),
            f64::from(self.offset) / 1e6,
            each(self.calendars),
            percent(self.concentrations[0]),
            liquidities[0],
            liquidities[1],
            liquidities[2],
            percent(self.haircut),
            percent(self.short_minimum),
            f64::from(self.initial_ratio) / 1e6,
        )
    }
}

/// The board of the document: BTC at 60,000, ETH at 3,000 and SOL at 150 USDC, and their instruments by name.
pub struct Market {
    pub world: World,
    names: Vec<String>,
}

impl Market {
    pub fn new() -> Self {
        Self::of(&ROUND)
    }

    fn of(terms: &Terms) -> Self {
        let mut world = World::of(empty_board());
        world.board.params.initial_ratio = Ppm::new(terms.initial_ratio);
        world.board.groups[0] = super::world::group(Ppm::new(terms.offset));
        let prices = [("BTC", 60_000, BTC), ("ETH", 3_000, ETH), ("SOL", 150, SOL)];
        for (index, (_, price, lots)) in (0..).zip(prices) {
            let n = usize::from(index);
            let mut u = Underlying {
                params: UnderlyingParams {
                    liquidity: QuoteNative::new(terms.liquidities[n] * USDC),
                    concentration: Ppm::new(terms.concentrations[n]),
                    concentration_cap: Ppm::new(2_000_000),
                    profit_cap: QuoteNative::new(1 << 50),
                    scan_range: Ppm::new(terms.ranges[n]),
                    max_confidence: Ppm::new(20_000),
                    calendar: Ppm::new(terms.calendars[n]),
                    stable_rate: Ppm::new(100_000),
                    max_age: 10,
                    short_minimum: Ppm::new(terms.short_minimum),
                    open_interest_liquidity: QuoteNative::new(1 << 60),
                    ..UnderlyingParams::zeroed()
                },
                range_params: range_params(),
                option_params: usual_option_params(),
                guard_params: guard_params(),
                max_price: UnitPrice::new(1 << 36),
                scale_bits: 8,
                listed: 1,
                group: u8::from(terms.grouped[n]),
                index,
                ..Underlying::zeroed()
            };
            u.validate().unwrap();
            u.publish(&print((price * USDC / lots / LOT_UNITS) << u.scale(), NOW), None).unwrap();
            world.board.underlyings[n] = u;
            world.surfaces.insert(index, world::surface());
        }
        let mut market = Self { world, names: Vec::new() };
        for (index, (name, ..)) in (0..).zip(prices) {
            market.list(format!("{name}-PERP"), index, Kind::Perpetual, 0, 0);
        }
        for days in [30, 60] {
            market.publish(days);
            market.list(format!("future {days}"), 0, Kind::Future, days, 0);
            for strike in [48_000, 54_000, 60_000, 66_000, 72_000] {
                market.list(format!("call {days} {strike}"), 0, Kind::Call, days, strike);
                market.list(format!("put {days} {strike}"), 0, Kind::Put, days, strike);
            }
        }
        market.list("call 30 120000".into(), 0, Kind::Call, 30, 120_000);
        for index in 0..3 {
            let board = &mut market.world.board;
            board.reprice(index).unwrap();
            let options = market.world.options(index).into_iter();
            market.world.board.refresh_options(index, &market.world.surfaces[&index], options, NOW).unwrap();
        }
        market.world.board.tokens[0] = Token {
            atoms_per_unit: 1,
            underlying: 2,
            listed: 1,
            params: super::world::token_params(Ppm::new(terms.haircut)),
            ..Token::zeroed()
        };
        market
    }

    /// A flat smile of 60 %.
    fn publish(&mut self, days: i64) {
        let (expiry, smile) = (NOW + days * DAY, Smile { level: Ppm::new(600_000), ..Smile::default() });
        let price = self.world.board.underlyings[0].price;
        let surface = self.world.surfaces.get_mut(&0).unwrap();
        surface.open_expiry(expiry, smile, NOW).unwrap();
        surface.publish(&world::PUBLISHER, expiry, smile, price.get(), NOW).unwrap();
    }

    /// Strikes in USDC a coin.
    fn list(&mut self, name: String, underlying: u16, kind: Kind, days: i64, strike: i64) {
        self.world.list(Instrument {
            lot_units: UnitsPerLot::new(LOT_UNITS),
            delta_units: UnitsPerLot::new(LOT_UNITS),
            tick_value: TickValue::new(USDC / 100),
            expiry: if days == 0 { 0 } else { NOW + days * DAY },
            strike: Ticks::new(strike * 100 / BTC),
            limits: super::world::limits(Lots::new(1_000)),
            generation: 1,
            underlying,
            index: self.names.len() as u16,
            kind: kind as u8,
            ..Instrument::zeroed()
        });
        self.names.push(name);
    }

    pub fn instrument(&self, name: &str) -> &Instrument {
        let index = self.names.iter().position(|n| n == name).unwrap();
        &self.world.board.instruments[index]
    }

    fn portfolio(&self, legs: &[Leg]) -> Portfolio {
        let mut portfolio = Portfolio::zeroed();
        for leg in legs {
            match leg {
                Leg::Lots(name, lots) => portfolio.slot(self.instrument(name)).unwrap().lots = Lots::new(*lots),
                Leg::Token(lots) => {
                    let (token, u) = (&self.world.board.tokens[0], &self.world.board.underlyings[2]);
                    portfolio.credit(0, token, u, (lots * LOT_UNITS) as u64).unwrap();
                }
            }
        }
        portfolio
    }

    fn ballast(&self, legs: &[Leg]) -> Requirements {
        check(&self.world.board, &self.portfolio(legs), LAST).unwrap()
    }

    /// Maintenance margin with each leg by itself: its worst scenario, and a token's haircut.
    fn additive(&self, legs: &[Leg]) -> i64 {
        let alone = |leg: &Leg| -> i64 {
            let portfolio = self.portfolio(core::slice::from_ref(leg));
            let of = |u: &Underlying| {
                let risk = UnderlyingRisk::in_portfolio(&self.world.board, u, &portfolio, LAST).unwrap();
                let worst = risk.rows.into_iter().fold(0, i64::max);
                Scaled::new(worst).to_native_ceil(u.scale()).get() + risk.haircut.get()
            };
            self.world.board.underlyings[..3].iter().map(of).sum()
        };
        legs.iter().map(alone).sum()
    }
}

/// A leg of a book: lots of an instrument, or as much SOL as these lots of SOL-PERP are of.
#[derive(Clone)]
enum Leg {
    Lots(&'static str, i64),
    Token(i64),
}

use Leg::{Lots as L, Token as T};

/// The books of the document, in coins times the lots of a coin.
fn books(market: &Market) -> Vec<(&'static str, Vec<Leg>)> {
    let straddle = vec![L("call 30 60000", -10 * BTC), L("put 30 60000", -10 * BTC)];
    let call = market.instrument("call 30 60000").option.delta;
    // Delta of a call and a put is 2·Δ − 1; the hedge is to the nearest lot.
    let hedge = (10 * BTC * (2 * call - RATIO_ONE) + RATIO_ONE / 2) / RATIO_ONE;
    let hedged = [straddle, vec![L("BTC-PERP", hedge)]].concat();
    vec![
        ("outright: long 1 BTC-PERP", vec![L("BTC-PERP", BTC)]),
        ("basis: long 1 BTC future, short 1 BTC-PERP", vec![L("future 30", BTC), L("BTC-PERP", -BTC)]),
        ("cash and carry: 1,000 SOL deposited, short 1,000 SOL-PERP", vec![T(1_000), L("SOL-PERP", -1_000 * SOL)]),
        ("pair: long 1 BTC-PERP, short 20 ETH-PERP", vec![L("BTC-PERP", BTC), L("ETH-PERP", -20 * ETH)]),
        ("covered call: long 1 BTC-PERP, short 1 call 66,000", vec![L("BTC-PERP", BTC), L("call 30 66000", -BTC)]),
        ("protective put: long 1 BTC-PERP, long 1 put 54,000", vec![L("BTC-PERP", BTC), L("put 30 54000", BTC)]),
        (
            "vertical spread: long 1 call 60,000, short 1 call 66,000",
            vec![L("call 30 60000", BTC), L("call 30 66000", -BTC)],
        ),
        (
            "iron condor: short 1 put 54,000 and 1 call 66,000, long 1 put 48,000 and 1 call 72,000",
            vec![L("put 30 54000", -BTC), L("call 30 66000", -BTC), L("put 30 48000", BTC), L("call 30 72000", BTC)],
        ),
        ("short straddle: short 10 calls and 10 puts 60,000, hedged with BTC-PERP", hedged),
        (
            "calendar spread: long 1 call 60,000 of 60 days, short 1 of 30 days",
            vec![L("call 60 60000", BTC), L("call 30 60000", -BTC)],
        ),
        ("long call: long 1 call 60,000", vec![L("call 30 60000", BTC)]),
        ("long straddle: long 1 call and 1 put 60,000", vec![L("call 30 60000", BTC), L("put 30 60000", BTC)]),
        ("far short call: short 1 call 120,000", vec![L("call 30 120000", -BTC)]),
        ("large outright: long 2,000 BTC-PERP", vec![L("BTC-PERP", 2_000 * BTC)]),
    ]
}

/// Whole USDC, rounded up, with commas.
fn usdc(native: i64) -> String {
    let digits = (native.div_euclid(USDC) + i64::from(native % USDC > 0)).to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn table(market: &Market) -> String {
    let mut text = format!(
        "{HEAD} maintenance, Ballast | additive | initial, Ballast | additive | Ballast / additive |\n\
         |---|---:|---:|---:|---:|---:|\n"
    );
    for (name, legs) in books(market) {
        let (ballast, additive) = (market.ballast(&legs), market.additive(&legs));
        let initial = mul_ppm_ceil(QuoteNative::new(additive), market.world.board.params.initial_ratio).unwrap().get();
        let percent = (ballast.maintenance.get() * 100 + additive / 2) / additive;
        text += &format!(
            "| {name} | {} | {} | {} | {} | {percent} % |\n",
            usdc(ballast.maintenance.get()),
            usdc(additive),
            usdc(ballast.initial.get()),
            usdc(initial)
        );
    }
    text
}

/// I96.
#[test]
fn the_document_says_what_standard_books_ask_for() {
    let terms = Terms::shipped();
    for (head, table) in [(PARAMETERS, terms.table()), (HEAD, table(&Market::of(&terms)))] {
        let document = fs::read_to_string(DOCUMENT).unwrap();
        let start = document.find(head).unwrap();
        let end = document[start..].find("\n\n").map_or(document.len(), |length| start + length + 1);
        if env::var("BALLAST_BLESS").is_ok() {
            fs::write(DOCUMENT, format!("{}{table}{}", &document[..start], &document[end..])).unwrap();
        } else {
            assert_eq!(&document[start..end], table, "BALLAST_BLESS=1 writes the table anew");
        }
    }
}

/// I96: an outright costs the same in both models, a book of several legs less than they do, and a long option alone more by
/// its convexity gap and model error.
#[test]
fn only_a_long_option_alone_costs_more_than_leg_by_leg() {
    let market = Market::new();
    for (name, legs) in books(&market) {
        let (ballast, additive) = (market.ballast(&legs).maintenance.get(), market.additive(&legs));
        match legs.as_slice() {
            [L("BTC-PERP", _)] => assert_eq!(ballast, additive),
            [L(_, lots)] if *lots < 0 => assert!(ballast > additive, "{name}: the minimum for short options"),
            [L(option, lots)] => {
                let (t, u) = (&market.instrument(option).option, &market.world.board.underlyings[0]);
                let unseen = Scaled::new(lots * (t.convexity + t.model_error)).to_native_ceil(u.scale()).get();
                // The gap apart from the row, and a calendar charge of nothing, are each rounded up.
                assert!((0..=2).contains(&(ballast - additive - unseen)), "{name}");
            }
            _ => assert!(ballast < additive, "{name}"),
        }
    }
}
