//! The hard bounds of every parameter, in one place: what no admin can go beyond, whatever the timelock.
//!
//! Each list belongs to one `validate`, which names the parameter that fails by its number in the list. What two parameters
//! must be to one another (a largest discount not below the least, a calendar charge not above the scan range) is in the
//! `validate` itself. `docs/bounds.md` is this file as a table.

/// The bounds of one parameter, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Its number in its list.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// Least value.
    pub low: i64,
    /// Largest value.
    pub high: i64,
    /// True if zero is allowed too: it turns off what the parameter is for.
    pub or_zero: bool,
    /// What it counts in.
    pub unit: &'static str,
}

impl Bound {
    /// True if a value is inside the bounds.
    pub fn admits(&self, value: impl TryInto<i64>) -> bool {
        value.try_into().is_ok_and(|v| (self.low..=self.high).contains(&v) || self.or_zero && v == 0)
    }
}

/// Declares a list of bounds.
macro_rules! list {
    ($(#[$doc:meta])* $list:ident {
        $($constant:ident = $number:literal $name:literal, $low:expr, $high:expr, $unit:literal $(or $zero:literal)?;)*
    }) => {
        $(#[$doc])*
        pub mod $list {
            use super::Bound;
            $(
                #[doc = concat!("`", $name, "`, ", $unit, ".")]
                pub const $constant: Bound = Bound {
                    number: $number,
                    name: $name,
                    low: $low,
                    high: $high,
                    or_zero: false $( || $zero == 0 )?,
                    unit: $unit,
                };
            )*
            /// The whole list.
            pub const ALL: &[Bound] = &[$($constant),*];
        }
    };
}

list! {
    /// The exchange itself.
    exchange {
        TAKER_FEE = 0 "taker fee", 0, 10_000, "millionths of value";
        MAKER_FEE = 1 "maker fee", -10_000, 10_000, "millionths of value";
        BLOCK_FEE = 2 "block fee", 0, 10_000, "millionths of value";
        MAKER_PENALTY_RATE = 3 "maker penalty rate", 0, 10_000, "millionths of value";
        MAKER_PENALTY = 4 "maker penalty", 0, 100_000_000, "quote-native";
        TIMELOCK = 5 "timelock", 0, 2_592_000, "seconds";
        WITHDRAWAL_WINDOW = 6 "withdrawal window", 60, 604_800, "seconds";
        WITHDRAWAL_LIMIT = 7 "withdrawal limit", 0, 1 << 62, "smallest units";
    }
}

list! {
    /// [`crate::MarginParams`].
    margin {
        INITIAL_RATIO = 0 "initial ratio", 1_050_000, 3_000_000, "millionths";
        LIQUIDATION_BUFFER = 1 "liquidation buffer", 1_000, 500_000, "millionths";
        DISCOUNT_BASE = 2 "discount base", 0, 100_000, "millionths";
        DISCOUNT_MAX = 3 "largest discount", 0, 200_000, "millionths";
        DISCOUNT_OF_FREED = 4 "discount of freed margin", 1, 700_000, "millionths";
        INSURANCE_SHARE = 5 "insurance share", 0, 900_000, "millionths";
        DUST_VALUE = 6 "dust value", 0, 1_000_000_000, "quote-native";
        WARNING_BUFFER = 7 "warning buffer", 0, 1_000_000, "millionths";
    }
}

list! {
    /// [`crate::Underlying`] with [`crate::UnderlyingParams`], [`crate::range::RangeParams`] from 20 on,
    /// [`crate::OptionParams`] from 30 on and [`crate::guard::GuardParams`] from 40 on.
    underlying {
        LIQUIDITY = 0 "liquidity", 1, 1 << 50, "quote-native";
        PROFIT_CAP = 1 "profit cap", 0, 1 << 50, "quote-native";
        SCAN_RANGE = 2 "scan range", 10_000, 1_000_000, "millionths";
        MAX_CONFIDENCE = 3 "largest confidence interval", 100, 100_000, "millionths";
        CALENDAR = 4 "calendar charge", 0, 100_000, "millionths";
        CONCENTRATION = 5 "concentration charge", 0, 2_000_000, "millionths";
        CONCENTRATION_CAP = 6 "concentration cap", 0, 4_000_000, "millionths";
        STABLE_RATE = 7 "rate of the stable price", 1_000, 1_000_000, "millionths an hour";
        MAX_AGE = 8 "oldest price", 1, 600, "seconds";
        SHORT_MINIMUM = 9 "short option minimum", 0, 200_000, "millionths";
        OPEN_INTEREST_LIQUIDITY = 10 "liquidity of open interest", 1, 1 << 60, "quote-native";
        CROWDING = 11 "crowding charge", 0, 1_000_000, "millionths";
        CROWDING_CAP = 12 "crowding cap", 0, 1_000_000, "millionths";
        RANGE_SIGMAS = 20 "range sigmas", 100, 1_000, "hundredths" or 0;
        RANGE_CAP = 21 "range cap", 10_000, 1_000_000, "millionths";
        RANGE_HORIZON = 22 "range horizon", 300, 604_800, "seconds";
        RANGE_HALF_LIFE = 23 "range half-life", 3_600, 5_184_000, "seconds";
        RANGE_FALL_RATE = 24 "range fall rate", 1_000, 250_000, "millionths an hour";
        VOLATILITY_RANGE = 30 "volatility range", 0, 900_000, "millionths";
        VOLATILITY_POWER = 31 "volatility power", 0, 1_000_000, "millionths";
        VOLATILITY_FLOOR_DAYS = 32 "volatility floor", 1, 30, "days";
        MAX_ARRAY_AGE = 33 "oldest array", 1, 3_600, "seconds";
        MAX_VOLATILITY_AGE = 34 "oldest volatility", 10, 86_400, "seconds";
        MAX_MOVE = 40 "largest move", 10_000, 500_000, "millionths" or 0;
        MAX_DIVERGENCE = 41 "largest divergence", 1_000, 200_000, "millionths";
        SCALE_BITS = 100 "scale bits", 0, 16, "bits";
        UNIT_EXPONENT = 101 "unit exponent", 0, 9, "decimals";
        MAX_PRICE = 102 "maximum price", 1, crate::scenario::MAX_UNIT_PRICE, "scaled, a delta unit";
        GROUP = 103 "product group", 0, crate::MAX_GROUPS as i64, "index + 1";
    }
}

list! {
    /// [`crate::Instrument`], with [`crate::FundingParams`] from 20 on. Numbers 5 and 6 are the expiry and the strike, whose
    /// bounds depend on the kind and on the underlying.
    instrument {
        LOT_UNITS = 0 "lot units", 1, 1 << 40, "delta units";
        TICK_VALUE = 1 "tick value", 1, 1 << 40, "quote-native";
        MAX_POSITION = 2 "maximum position", 1, 1 << 50, "lots";
        PRICE_BAND = 3 "price band", 1_000, 500_000, "millionths";
        MIN_ORDER_VALUE = 4 "minimum order value", 0, 1_000_000_000_000, "quote-native";
        MAX_ORDERS = 7 "most orders", 1, 1_024, "orders";
        OPEN_INTEREST_CAP = 8 "open interest cap", 1, 1 << 55, "lots";
        IMPACT_NOTIONAL = 20 "impact notional", 1_000_000, 1 << 50, "quote-native" or 0;
        MAX_PREMIUM = 21 "largest premium", 0, 100_000, "millionths";
        FUNDING_PERIOD = 22 "funding period", 3_600, 604_800, "seconds";
        MAX_BASIS = 23 "largest basis", 0, 100_000, "millionths";
    }
}

list! {
    /// [`crate::Token`].
    token {
        HAIRCUT = 0 "haircut", 0, 900_000, "millionths";
        ATOMS_PER_UNIT = 1 "smallest units in a delta unit", 1, 1 << 60, "smallest units";
        DEPOSIT_LIMIT = 2 "deposit limit", 1, 1 << 62, "smallest units";
    }
}

list! {
    /// [`crate::ProductGroup`].
    group {
        OFFSET = 0 "offset", 0, 950_000, "millionths";
    }
}

list! {
    /// [`crate::InterestParams`].
    interest {
        BASE_RATE = 0 "base rate", 0, 1_000_000, "millionths a year";
        OPTIMAL_RATE = 1 "optimal rate", 0, 2_000_000, "millionths a year";
        MAX_RATE = 2 "largest rate", 0, 4_000_000, "millionths a year";
        OPTIMAL_UTILISATION = 3 "optimal utilisation", 10_000, 990_000, "millionths";
        MAX_UTILISATION = 4 "largest utilisation", 0, 950_000, "millionths";
        RESERVE = 5 "reserve", 0, 900_000, "millionths";
        EPOCH_SECONDS = 6 "epoch", 60, 604_800, "seconds";
    }
}

list! {
    /// [`crate::surface::SurfaceParams`].
    surface {
        MIN_PUBLISHERS = 0 "least publishers", 1, crate::surface::MAX_PUBLISHERS as i64, "publishers";
        MAX_QUOTE_AGE = 1 "oldest quote", 10, 3_600, "seconds";
        UPDATE_BOUND = 2 "move of a minute", 1_000, 200_000, "millionths";
        HOUR_BOUND = 3 "move of an hour", 10_000, 1_000_000, "millionths";
        FIRST_BOUND = 4 "first move", 10_000, 1_000_000, "millionths";
    }
}

list! {
    /// [`crate::surface::Smile`].
    smile {
        LEVEL = 0 "level", 50_000, 4_000_000, "millionths a year";
        SKEW = 1 "skew", -1_000_000, 1_000_000, "millionths";
        CURVATURE = 2 "curvature", 0, 1_000_000, "millionths";
    }
}

/// Every list, with what it is about.
pub const LISTS: &[(&str, &[Bound])] = &[
    ("Exchange", exchange::ALL),
    ("Margin", margin::ALL),
    ("Underlying", underlying::ALL),
    ("Instrument", instrument::ALL),
    ("Collateral token", token::ALL),
    ("Product group", group::ALL),
    ("Interest", interest::ALL),
    ("Volatility surface", surface::ALL),
    ("Smile", smile::ALL),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FundingParams, Instrument, InterestParams, MarginParams, ProductGroup, RiskError, Token, Underlying,
        surface::{Smile, SurfaceParams},
    };
    use bytemuck::Zeroable;
    use std::{collections::BTreeSet, env, fmt::Write, format, fs, prelude::v1::*};

    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/bounds.md");

    /// A number as people read it: powers of two by their exponent, thousands apart.
    fn readable(value: i64) -> String {
        if value >= 1 << 20 && value.count_ones() == 1 {
            return format!("2^{}", value.trailing_zeros());
        }
        let digits = value.unsigned_abs().to_string();
        let mut grouped = String::new();
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if value < 0 { format!("−{grouped}") } else { grouped }
    }

    fn document() -> String {
        let mut text = String::from(
            "# Hard bounds\n\nWhat no admin can go beyond, whatever the timelock. Both ends are included. The number is the one that the log\n\
             names when a parameter is out of bounds. `BALLAST_BLESS=1 cargo test -p ballast-risk bounds` writes this file from\n\
             `crates/risk/src/bounds.rs`.\n",
        );
        for (title, list) in LISTS {
            write!(text, "\n## {title}\n\n| number | parameter | least | largest | unit |\n|---|---|---|---|---|\n")
                .unwrap();
            for b in *list {
                let low = if b.or_zero { format!("0, or {}", readable(b.low)) } else { readable(b.low) };
                writeln!(text, "| {} | {} | {low} | {} | {} |", b.number, b.name, readable(b.high), b.unit).unwrap();
            }
        }
        text
    }

    /// I311.
    #[test]
    fn the_document_is_the_table() {
        if env::var("BALLAST_BLESS").is_ok() {
            fs::write(DOCUMENT, document()).unwrap();
        } else {
            assert_eq!(fs::read_to_string(DOCUMENT).unwrap(), document(), "BALLAST_BLESS=1 writes it anew");
        }
    }

    #[test]
    fn numbers_and_names_are_unique_in_their_list() {
        for (title, list) in LISTS {
            assert_eq!(list.iter().map(|b| b.number).collect::<BTreeSet<_>>().len(), list.len(), "{title}");
            assert_eq!(list.iter().map(|b| b.name).collect::<BTreeSet<_>>().len(), list.len(), "{title}");
            for b in *list {
                assert!(b.low < b.high && b.admits(b.low) && b.admits(b.high), "{title}: {}", b.name);
                assert!(!b.admits(b.high + 1) && !b.admits(b.low - 1) && !b.admits(u64::MAX), "{title}: {}", b.name);
                assert_eq!(b.admits(0), b.low <= 0 || b.or_zero);
            }
        }
    }

    /// How a value is written into what a list is about.
    type Set<T> = fn(&mut T, i64);

    /// Every bound of a list refuses the next value outside by its number, and admits itself.
    fn holds<T: Copy>(list: &[Bound], good: T, set: &[Set<T>], validate: impl Fn(&T) -> Result<(), RiskError>) {
        assert_eq!((list.len(), validate(&good)), (set.len(), Ok(())));
        for (bound, set) in list.iter().zip(set) {
            let with = |value| {
                let mut changed = good;
                set(&mut changed, value);
                validate(&changed)
            };
            let refused = |result| match result {
                Err(RiskError::ParameterOutOfBounds { parameter: n }) => n == bound.number,
                Err(RiskError::VolatilityOutOfBounds { field: n, .. }) => n == bound.number,
                _ => false,
            };
            assert!(refused(with(bound.high + 1)), "{} above {}", bound.name, bound.high);
            // What is stored without a sign cannot be below zero.
            if bound.low != 0 {
                assert!(refused(with(bound.low - 1)), "{} below {}", bound.name, bound.low);
            }
            for admitted in [bound.low, bound.high] {
                assert!(!refused(with(admitted)), "{} {admitted}", bound.name);
            }
            assert!(!bound.or_zero || !refused(with(0)), "{} zero", bound.name);
        }
    }

    /// I311. Each bound is the one that its parameter is held to.
    #[test]
    fn every_parameter_is_held_to_its_bound() {
        let mut m = MarginParams::zeroed();
        (m.initial_ratio.0, m.liquidation_buffer.0, m.discount_of_freed.0) = (1_250_000, 100_000, 500_000);
        let set: [Set<MarginParams>; 8] = [
            |m, v| m.initial_ratio.0 = v as u32,
            |m, v| m.liquidation_buffer.0 = v as u32,
            |m, v| (m.discount_base.0, m.discount_max.0) = (v as u32, 200_000),
            |m, v| m.discount_max.0 = v as u32,
            |m, v| m.discount_of_freed.0 = v as u32,
            |m, v| m.insurance_share.0 = v as u32,
            |m, v| m.dust_value.0 = v,
            |m, v| m.warning_buffer.0 = v as u32,
        ];
        holds(margin::ALL, m, &set, MarginParams::validate);

        let mut u = Underlying::zeroed();
        (u.params.liquidity.0, u.params.open_interest_liquidity.0) = (1, 1);
        (u.params.scan_range.0, u.params.max_confidence.0, u.params.stable_rate.0) = (150_000, 20_000, 100_000);
        (u.params.max_age, u.range_params.cap.0, u.range_params.horizon) = (10, 1_000_000, 86_400);
        (u.range_params.half_life, u.range_params.fall_rate.0) = (86_400, 20_000);
        let o = &mut u.option_params;
        (o.volatility_floor_days, o.max_array_age, o.max_volatility_age) = (3, 120, 900);
        (u.guard_params.max_divergence.0, u.max_price) = (20_000, 1);
        let set: [Set<Underlying>; 29] = [
            |u, v| u.params.liquidity.0 = v,
            |u, v| u.params.profit_cap.0 = v,
            |u, v| u.params.scan_range.0 = v as u32,
            |u, v| u.params.max_confidence.0 = v as u32,
            |u, v| u.params.calendar.0 = v as u32,
            |u, v| u.params.concentration.0 = v as u32,
            |u, v| u.params.concentration_cap.0 = v as u32,
            |u, v| u.params.stable_rate.0 = v as u32,
            |u, v| u.params.max_age = v as u32,
            |u, v| u.params.short_minimum.0 = v as u32,
            |u, v| u.params.open_interest_liquidity.0 = v,
            |u, v| u.params.crowding.0 = v as u32,
            |u, v| u.params.crowding_cap.0 = v as u32,
            |u, v| u.range_params.sigmas = v as u32,
            |u, v| (u.params.scan_range.0, u.range_params.cap.0) = (10_000, v as u32),
            |u, v| u.range_params.horizon = v as u32,
            |u, v| u.range_params.half_life = v as u32,
            |u, v| u.range_params.fall_rate.0 = v as u32,
            |u, v| u.option_params.volatility_range.0 = v as u32,
            |u, v| u.option_params.volatility_power.0 = v as u32,
            |u, v| u.option_params.volatility_floor_days = v as u32,
            |u, v| u.option_params.max_array_age = v as u32,
            |u, v| u.option_params.max_volatility_age = v as u32,
            |u, v| u.guard_params.max_move.0 = v as u32,
            |u, v| u.guard_params.max_divergence.0 = v as u32,
            |u, v| u.scale_bits = v as u8,
            |u, v| u.unit_exponent = v as u8,
            |u, v| u.max_price = v,
            |u, v| u.group = v as u8,
        ];
        holds(underlying::ALL, u, &set, Underlying::validate);

        let mut i = Instrument { kind: 1, max_orders: 1, ..Instrument::zeroed() };
        (i.lot_units.0, i.tick_value.0, i.max_position.0, i.price_band.0) = (1, 1, 1, 1_000);
        let of_terms: Vec<Bound> =
            instrument::ALL.iter().copied().filter(|b| b.number < 20 && *b != instrument::OPEN_INTEREST_CAP).collect();
        let set: [Set<Instrument>; 6] = [
            |i, v| i.lot_units.0 = v,
            |i, v| i.tick_value.0 = v,
            |i, v| i.max_position.0 = v,
            |i, v| i.price_band.0 = v as u32,
            |i, v| i.min_order_value.0 = v,
            |i, v| i.max_orders = v as u16,
        ];
        holds(&of_terms, i, &set, |i| i.validate(&u));

        let mut f = FundingParams::zeroed();
        f.period = 3_600;
        let of_funding: Vec<Bound> =
            instrument::ALL.iter().filter(|b| b.number >= 20).map(|b| Bound { number: b.number - 20, ..*b }).collect();
        let set: [Set<FundingParams>; 4] = [
            |f, v| f.impact_notional.0 = v,
            |f, v| f.max_premium.0 = v as u32,
            |f, v| f.period = v as u32,
            |f, v| f.max_basis.0 = v as u32,
        ];
        holds(&of_funding, f, &set, FundingParams::validate);

        let t = Token { atoms_per_unit: 1, deposit_limit: 1, ..Token::zeroed() };
        let set: [Set<Token>; 3] =
            [|t, v| t.haircut.0 = v as u32, |t, v| t.atoms_per_unit = v as u64, |t, v| t.deposit_limit = v as u64];
        holds(token::ALL, t, &set, Token::validate);
        let set: [Set<ProductGroup>; 1] = [|g, v| g.offset.0 = v as u32];
        holds(group::ALL, ProductGroup::zeroed(), &set, ProductGroup::validate);

        let mut p = InterestParams::zeroed();
        (p.optimal_rate.0, p.max_rate.0, p.optimal_utilisation.0, p.epoch_seconds) = (1, 4_000_000, 800_000, 60);
        let set: [Set<InterestParams>; 7] = [
            |p, v| (p.base_rate.0, p.optimal_rate.0) = (v as u32, 2_000_000),
            |p, v| p.optimal_rate.0 = v as u32,
            |p, v| p.max_rate.0 = v.max(1) as u32,
            |p, v| p.optimal_utilisation.0 = v as u32,
            |p, v| p.max_utilisation.0 = v as u32,
            |p, v| p.reserve.0 = v as u32,
            |p, v| p.epoch_seconds = v as u32,
        ];
        holds(interest::ALL, p, &set, InterestParams::validate);

        let mut s = SurfaceParams::zeroed();
        (s.min_publishers, s.max_quote_age, s.update_bound.0) = (1, 10, 1_000);
        (s.hour_bound.0, s.first_bound.0) = (10_000, 10_000);
        let set: [Set<SurfaceParams>; 5] = [
            |s, v| s.min_publishers = v as u32,
            |s, v| s.max_quote_age = v as u32,
            |s, v| s.update_bound.0 = v as u32,
            |s, v| s.hour_bound.0 = v as u32,
            |s, v| s.first_bound.0 = v as u32,
        ];
        holds(surface::ALL, s, &set, SurfaceParams::validate);
        let set: [Set<Smile>; 3] =
            [|s, v| s.level.0 = v as u32, |s, v| s.skew = v as i32, |s, v| s.curvature = v as i32];
        holds(smile::ALL, Smile { level: crate::Ppm(600_000), skew: 0, curvature: 0 }, &set, Smile::validate);
    }
}
