//! Every list, its bounds and its document.

use super::*;
use crate::{Ppm, QuoteNative, RiskError, bound::Bound};
use std::{collections::BTreeSet, env, fmt::Write, format, fs, prelude::v1::*};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/bounds.md");

/// Does something for every list, in the order of the document.
macro_rules! for_every_list {
    ($do:ident $(, $argument:expr)?) => {
        for_every_list!(
            @ $do ($($argument)?) FeeParams ExchangeParams WithdrawalLimit MarginParams InterestParams GroupParams
            UnderlyingParams UnderlyingTerms RangeParams GuardParams OptionParams SurfaceParams Smile TokenParams
            InstrumentLimits ContractTerms FundingParams
        )
    };
    (@ $do:ident $arguments:tt $($list:ident)*) => { $( $do::<$list> $arguments; )* };
}

/// A list with every parameter at its least value.
fn least<P: Parameters>() -> P {
    let mut list = P::zeroed();
    P::BOUNDS.iter().for_each(|b| assert!(list.set(b.name, b.low), "{}: {}", P::LIST, b.name));
    list
}

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

fn table<P: Parameters>() -> String {
    let mut text =
        format!("\n## {}\n\n| parameter | least | largest | unit | what |\n|---|---|---|---|---|\n", P::LIST);
    for (b, doc) in P::BOUNDS.iter().zip(P::DOCS) {
        let low = if b.or_zero { format!("0, or {}", readable(b.low)) } else { readable(b.low) };
        writeln!(text, "| `{}` | {low} | {} | {} | {} |", b.name, readable(b.high), b.unit.word(), doc.trim()).unwrap();
    }
    text
}

fn document() -> String {
    let mut text = String::from(
        "# Hard bounds\n\nWhat no admin can go beyond, whatever the timelock. Both ends are included. The name is the field of the struct, the\n\
         key in a configuration and the word in the log. `BALLAST_BLESS=1 cargo test -p ballast-risk params` writes this file from\n\
         `crates/risk/src/params`.\n",
    );
    fn push<P: Parameters>(text: &mut String) {
        text.push_str(&table::<P>());
    }
    for_every_list!(push, &mut text);
    text
}

/// I311.
#[test]
fn the_document_is_the_lists() {
    if env::var("BALLAST_BLESS").is_ok() {
        fs::write(DOCUMENT, document()).unwrap();
    } else {
        assert_eq!(fs::read_to_string(DOCUMENT).unwrap(), document(), "BALLAST_BLESS=1 writes it anew");
    }
}

#[test]
fn names_are_unique_and_bounds_in_order() {
    fn check<P: Parameters>() {
        let list = P::LIST;
        assert_eq!(P::NAMES.iter().collect::<BTreeSet<_>>().len(), P::BOUNDS.len(), "{list}");
        assert_eq!((P::DOCS.len(), P::DEFAULTS.len()), (P::BOUNDS.len(), P::BOUNDS.len()));
        for ((b, name), default) in P::BOUNDS.iter().zip(P::NAMES).zip(P::DEFAULTS) {
            assert!((b.list, b.name) == (list, name) && b.low < b.high, "{list}: {name}");
            assert!(!b.admits(b.high + 1) && !b.admits(b.low - 1), "{list}: {name}");
            assert_eq!(b.admits(0), b.low <= 0 && b.high >= 0 || b.or_zero);
            assert!(default.is_none_or(|d| b.admits(d)), "{list}: {name}");
        }
    }
    for_every_list!(check);
}

/// I311. Every parameter of every list is admitted at its bounds, and refused one beyond, by its name and value.
#[test]
fn every_parameter_is_held_to_its_bound() {
    fn check<P: Parameters>() {
        for bound in P::BOUNDS {
            let with = |value| {
                let mut list = least::<P>();
                list.set(bound.name, value).then(|| list.validate_bounds())
            };
            for admitted in [bound.low, bound.high] {
                assert_eq!(with(admitted), Some(Ok(())), "{}: {} {admitted}", P::LIST, bound.name);
            }
            assert!(!bound.or_zero || with(0) == Some(Ok(())), "{}: {} zero", P::LIST, bound.name);
            for value in [bound.low - 1, bound.high + 1, i64::MIN, i64::MAX, u32::MAX.into(), i32::MIN.into()] {
                let refused = Some(Err(RiskError::ParameterOutOfBounds { bound, value }));
                // What its type cannot hold cannot be sent either.
                let unheld = value < 0 || value > bound.high;
                assert!(
                    bound.admits(value) || with(value) == refused || with(value).is_none() && unheld,
                    "{}: {} {value}",
                    P::LIST,
                    bound.name
                );
            }
            // One above is held by every type: the bound is tighter than the type.
            let value = bound.high + 1;
            assert_eq!(with(value), Some(Err(RiskError::ParameterOutOfBounds { bound, value })));
        }
    }
    for_every_list!(check);
}

/// A value beyond `i64` is out of bounds too.
#[test]
fn the_type_s_end_is_out_of_bounds() {
    let limit = WithdrawalLimit { limit: u64::MAX, window: 60, reserved: 0 };
    let bound: &'static Bound = &WithdrawalLimit::BOUNDS[0];
    assert_eq!(limit.validate_bounds(), Err(RiskError::ParameterOutOfBounds { bound, value: i64::MAX }));
}

/// What is read back is what was set, and no name is known but those of the list.
#[test]
fn fields_are_what_was_set() {
    fn check<P: Parameters>() {
        let mut list = least::<P>();
        for (n, bound) in P::BOUNDS.iter().enumerate() {
            assert!(list.set(bound.name, bound.high));
            let now: Vec<i64> = list.fields().map(|(_, value)| value).collect();
            for (k, other) in P::BOUNDS.iter().enumerate() {
                assert_eq!(now[k], if k <= n { other.high } else { other.low }, "{}: {}", P::LIST, other.name);
            }
        }
        assert!(!list.set("reserved", 0) && !list.set("", 0));
    }
    for_every_list!(check);
}

/// Every byte of a list is a byte of a parameter or reserved, and reserved bytes are zero.
/// I311.
#[test]
fn reserved_bytes_are_refused() {
    fn check<P: Parameters>() {
        let good = least::<P>();
        for n in 0..size_of::<P>() {
            let mut changed = good;
            bytemuck::bytes_of_mut(&mut changed)[n] ^= 1;
            let same = good.fields().eq(changed.fields());
            let refused = Err(RiskError::ReservedNotZero { list: P::LIST });
            assert_eq!(changed.validate_bounds() == refused, same, "{}: byte {n}", P::LIST);
        }
    }
    for_every_list!(check);
}

/// I555.
#[test]
fn what_two_parameters_must_be_to_one_another_is_checked() {
    let rule = |result: Result<(), RiskError>| matches!(result, Err(RiskError::ParameterRule { .. }));
    let fees = FeeParams { taker_fee: Ppm::new(500), maker_fee: -500, ..least() };
    assert_eq!(fees.validate(), Ok(()));
    for maker_fee in [-501, 501] {
        assert!(rule(FeeParams { maker_fee, ..fees }.validate()));
    }
    let base = Ppm::new(100_001);
    let margin = MarginParams { discount_base: base, discount_max: base, ..least() };
    assert_eq!(margin.validate(), Ok(()));
    assert!(rule(MarginParams { discount_max: Ppm::new(100_000), ..margin }.validate()));
    let margin = MarginParams { liquidation_buffer: Ppm::new(50_000), ..margin };
    assert_eq!((margin.initial_ratio.get(), margin.validate()), (1_050_000, Ok(())));
    assert!(rule(MarginParams { liquidation_buffer: Ppm::new(50_001), ..margin }.validate()));
    let underlying = UnderlyingParams { calendar: Ppm::new(10_000), ..least() };
    assert_eq!(underlying.validate(), Ok(()));
    assert!(rule(UnderlyingParams { calendar: Ppm::new(10_001), ..underlying }.validate()));
    let range = least::<RangeParams>();
    assert_eq!(range.validate(range.cap), Ok(()));
    assert!(rule(range.validate(Ppm::new(range.cap.get() + 1))));
    let funding = FundingParams { period: 0, impact_notional: QuoteNative::ZERO, ..least() };
    assert_eq!(funding.validate(), Ok(()));
    assert!(rule(FundingParams { impact_notional: QuoteNative::new(1_000_000), ..funding }.validate()));
    let funding = FundingParams { max_premium: Ppm::new(9), max_basis: Ppm::new(9), ..funding };
    assert_eq!(funding.validate(), Ok(()));
    assert!(rule(FundingParams { max_basis: Ppm::new(10), ..funding }.validate()));
    let surface = least::<SurfaceParams>();
    assert_eq!(surface.validate(true), Ok(()));
    assert!(rule(surface.validate(false)));
    assert_eq!(SurfaceParams { min_publishers: 2, ..surface }.validate(false), Ok(()));
    let interest = InterestParams { optimal_rate: Ppm::new(5), max_rate: Ppm::new(5), ..least() };
    assert_eq!(interest.validate(), Ok(()));
    assert!(rule(InterestParams { max_rate: Ppm::new(4), ..interest }.validate()));
    assert!(rule(InterestParams { base_rate: Ppm::new(6), ..interest }.validate()));
    assert!(rule(InterestParams { max_owed: Ppm::new(1), ..interest }.validate()));
    assert_eq!(InterestParams { max_owed: Ppm::new(1), max_utilisation: Ppm::new(1), ..interest }.validate(), Ok(()));
}

/// What is sent is what is stored.
#[cfg(all(feature = "borsh", feature = "wincode"))]
#[test]
fn the_bytes_on_the_wire_are_those_of_memory() {
    fn check<P>()
    where
        P: Parameters + borsh::BorshSerialize + borsh::BorshDeserialize + core::fmt::Debug,
        P: wincode::SchemaWrite<wincode::config::DefaultConfig, Src = P>,
        P: for<'de> wincode::SchemaRead<'de, wincode::config::DefaultConfig, Dst = P>,
    {
        let mut list = P::zeroed();
        for (n, byte) in bytemuck::bytes_of_mut(&mut list).iter_mut().enumerate() {
            *byte = n as u8 + 1;
        }
        let bytes = bytemuck::bytes_of(&list);
        assert_eq!(borsh::to_vec(&list).unwrap(), bytes, "{}", P::LIST);
        assert_eq!(borsh::from_slice::<P>(bytes).unwrap(), list);
        let mut written = [0; 128];
        wincode::serialize_into(&mut written[..], &list).unwrap();
        assert_eq!(written[..bytes.len()], *bytes, "{}", P::LIST);
        assert_eq!(wincode::deserialize::<P>(bytes).unwrap(), list);
    }
    for_every_list!(check);
}
