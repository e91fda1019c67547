//! Arguments and events have the same bytes by Anchor's codec, which the program runs, and by Borsh's, which everybody else
//! does.

use crate::{
    args::*,
    events::{self, EventData, ForEach},
};
use anchor_lang::{
    BORSH_CONFIG, BorshConfig,
    wincode::{
        SchemaRead, SchemaWrite,
        config::{deserialize, serialize},
    },
};
use ballast_risk::{
    ContractTerms, FeeParams, Feed, FundingParams, GroupParams, GuardParams, InstrumentLimits, InterestParams,
    MarginParams, OptionParams, RangeParams, Smile, SurfaceParams, TokenParams, UnderlyingParams, UnderlyingTerms,
    WithdrawalLimit,
};
use borsh::{
    BorshDeserialize, BorshSerialize,
    io::{Error, ErrorKind, Read, Result},
};
use core::fmt::Debug;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

/// Random bytes, so many. Whoever reads four of them at once may be reading the length of a list, so these can be kept small.
struct Noise {
    state: u64,
    left: usize,
    short_lists: bool,
}

impl Read for Noise {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        self.left = self.left.checked_sub(out.len()).ok_or(Error::from(ErrorKind::UnexpectedEof))?;
        for byte in out.iter_mut() {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.state >> 56) as u8;
        }
        if self.short_lists && out.len() == 4 {
            out[0] %= 5;
            out[1..].fill(0);
        }
        Ok(out.len())
    }
}

/// Random values: some with lists of up to four, and, where there are no lists, some with every number random.
fn values<T: BorshDeserialize>() -> Vec<T> {
    let mut values = Vec::new();
    for (state, short_lists) in (0..100).flat_map(|state| [(state, true), (state, false)]) {
        // A list of random length would be longer than this.
        let value = T::deserialize_reader(&mut Noise { state, left: 1 << 12, short_lists });
        assert!(value.is_ok() || !short_lists);
        values.extend(value);
    }
    values
}

fn same_argument<T>(name: &'static str, seen: &mut BTreeSet<&'static str>)
where
    T: BorshSerialize + BorshDeserialize + PartialEq + Debug,
    T: SchemaWrite<BorshConfig, Src = T> + for<'de> SchemaRead<'de, BorshConfig, Dst = T>,
{
    seen.insert(name);
    for value in values::<T>() {
        let bytes = borsh::to_vec(&value).unwrap();
        assert_eq!(serialize(&value, BORSH_CONFIG).unwrap(), bytes, "{name}");
        assert_eq!(deserialize::<T, _>(&bytes, BORSH_CONFIG).unwrap(), value, "{name}");
    }
}

/// Compares the two codecs of an event.
struct SameBytes;

impl ForEach for SameBytes {
    fn of_kind<T: EventData + anchor_lang::Event + PartialEq + Debug>(&self) {
        assert_eq!(<T as EventData>::DISCRIMINATOR, <T as anchor_lang::Discriminator>::DISCRIMINATOR, "{}", T::NAME);
        for value in values::<T>() {
            let mut bytes = <T as EventData>::DISCRIMINATOR.to_vec();
            value.serialize(&mut bytes).unwrap();
            assert_eq!(value.data(), bytes, "{}", T::NAME);
            assert_eq!(T::decode(&bytes), Some(value), "{}", T::NAME);
        }
    }
}

/// The structs that a type of the IDL names.
fn defined(of: &Value, found: &mut BTreeSet<String>) {
    match of {
        Value::Object(fields) => {
            if let Some(name) = fields.get("defined").and_then(|d| d["name"].as_str()) {
                found.insert(name.to_string());
            }
            fields.values().for_each(|value| defined(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| defined(item, found)),
        _ => {}
    }
}

fn idl() -> Value {
    serde_json::from_str(include_str!("../../../idl/ballast.json")).unwrap()
}

macro_rules! arguments {
    ($($name:ident),* $(,)?) => {{
        let mut seen = BTreeSet::new();
        $( same_argument::<$name>(stringify!($name), &mut seen); )*
        seen
    }};
}

/// I337.
#[test]
fn every_argument_has_the_same_bytes_by_both_codecs() {
    let seen = arguments!(
        CancelArgs,
        CollateralArgs,
        CollateralChangeArgs,
        ExchangeArgs,
        FutureArgs,
        InstrumentArgs,
        InstrumentChangeArgs,
        InstrumentTightenArgs,
        LegArgs,
        LiquidateArgs,
        OptionArgs,
        OrderArgs,
        SurfaceArgs,
        UnderlyingArgs,
        WithdrawalLimitArgs,
        ContractTerms,
        FeeParams,
        Feed,
        FundingParams,
        GroupParams,
        GuardParams,
        InstrumentLimits,
        InterestParams,
        MarginParams,
        OptionParams,
        RangeParams,
        Smile,
        SurfaceParams,
        TokenParams,
        UnderlyingParams,
        UnderlyingTerms,
        WithdrawalLimit,
    );
    let mut named = BTreeSet::new();
    for instruction in idl()["instructions"].as_array().unwrap() {
        defined(&instruction["args"], &mut named);
    }
    assert!(!named.is_empty());
    let missing: Vec<_> = named.iter().filter(|name| !seen.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "not compared: {missing:?}");
}

/// I337.
#[test]
fn every_event_has_the_same_bytes_by_both_codecs() {
    events::for_each(&SameBytes);
}

/// I337.
#[test]
fn the_idl_has_the_same_events() {
    let idl = idl();
    let listed: BTreeSet<&str> = idl["events"].as_array().unwrap().iter().filter_map(|e| e["name"].as_str()).collect();
    let here: BTreeSet<&str> = events::NAMES.iter().copied().collect();
    assert_eq!(here.len(), events::NAMES.len(), "a name occurs twice");
    assert_eq!(listed, here);
}
