//! Bad input for the instructions of this family: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::harness::mutation`]; a table lists the rest.

use super::contracts::{DAY, LONGEST, terms};
use crate::harness::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::assert_refused,
    world::{Change, World, refusals},
};
use ballast_client::{
    BallastError as E, TOKEN_PROGRAM,
    ballast::{
        args::{CollateralArgs, FutureArgs, InstrumentArgs, OptionArgs, UnderlyingArgs},
        oracle::Source,
    },
    config, instruction,
    risk::{Feed, Lots, OptionParams, Ppm, QuoteNative, RangeParams, TickValue, TokenParams, UnitPrice, UnitsPerLot},
};
use ballast_testkit::{BTC, ETH, SOL, Svm};
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

#[test]
fn set_product_group() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build =
        |group, offset| instruction::set_product_group(&e, &a, group, [b'G'; 16], &ballast_testkit::offset(offset));
    let arguments = [
        ("a group beyond the last", build(8, 0), E::NotListed.into()),
        ("a group at the type's end", build(u8::MAX, 0), E::NotListed.into()),
        ("an offset above 90 %", build(0, 900_001), E::ParameterOutOfBounds.into()),
        ("an offset at the type's end", build(0, u32::MAX), E::ParameterOutOfBounds.into()),
    ];
    Case::new("set_product_group", build(0, 900_000), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// The first byte after those of the known oracles.
const UNKNOWN: u8 = Source::ALL.len() as u8 + 1;

/// Feeds that no underlying may have; see `oracle::admission`.
pub const BAD_FEEDS: &[Change<UnderlyingArgs>] = &[
    ("no first feed", |u| u.first = Feed::NONE, E::InvalidFeed),
    ("a first feed without an id", |u| u.first.id = [0; 32], E::InvalidFeed),
    ("a program that its oracle does not have", |u| u.first.program = 2, E::InvalidFeed),
    ("a next program without a date", |u| u.first.next_program = 1, E::InvalidFeed),
    ("a date without a next program", |u| u.first.next_from = 1, E::InvalidFeed),
    ("a first feed with a reserved byte", |u| u.first.reserved[4] = 1, E::InvalidFeed),
    ("a first feed of no oracle", |u| u.first.source = 0, E::UnknownOracle),
    ("a first feed of an oracle that is not known", |u| u.first.source = UNKNOWN, E::UnknownOracle),
    ("a source at the type's end", |u| u.first.source = u8::MAX, E::UnknownOracle),
    ("a first feed in one account", |u| u.first.account = [5; 32], E::FeedCannotBeFirst),
    ("a first feed that has no samples", |u| u.first.source = Source::Switchboard as u8, E::FeedCannotBeFirst),
    ("the same in one account", |u| u.first = pinned(Source::Switchboard), E::FeedCannotBeFirst),
    ("a second feed in any account", |u| u.second.account = [0; 32], E::FeedNotPinned),
    ("the same of the first's oracle", |u| u.second = Feed { id: [9; 32], ..u.first }, E::FeedNotPinned),
    ("the first feed twice", |u| u.second = Feed { account: [5; 32], ..u.first }, E::SameFeedTwice),
    ("a second feed without an id", |u| u.second.id = [0; 32], E::InvalidFeed),
    ("a second feed with a reserved byte", |u| u.second.reserved[0] = 1, E::InvalidFeed),
    ("a second feed of no oracle", |u| u.second.source = 0, E::UnknownOracle),
    ("a second feed of an oracle that is not known", |u| u.second.source = UNKNOWN, E::UnknownOracle),
    ("an account without a feed", |u| u.second = Feed { account: [5; 32], ..Feed::NONE }, E::InvalidFeed),
    ("a source without a feed", |u| u.second = Feed { source: 2, ..Feed::NONE }, E::InvalidFeed),
    ("both feeds changed about", |u| std::mem::swap(&mut u.first, &mut u.second), E::FeedCannotBeFirst),
];

/// A feed of any oracle in one account.
pub fn pinned(source: Source) -> Feed {
    Feed { source: source as u8, account: [5; 32], id: [6; 32], ..Feed::NONE }
}

#[test]
fn list_underlying() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let mut args = svm.config.underlying_args(&svm.config.underlying[0]).unwrap();
    (args.first.id, args.second) = ([7; 32], pinned(Source::Switchboard));
    let build = |args: &UnderlyingArgs| instruction::list_underlying(&e, &a, args);
    let listed = svm.first_feed(BTC);
    let bounds: &[Change<UnderlyingArgs>] = &[
        ("a group beyond the last", |u| u.group = 9, E::ParameterOutOfBounds),
        ("no highest price", |u| u.terms.max_price = UnitPrice::new(0), E::ParameterOutOfBounds),
        ("a negative highest price", |u| u.terms.max_price = UnitPrice::new(i64::MIN), E::ParameterOutOfBounds),
        (
            "a highest price beyond the bound of products",
            |u| u.terms.max_price = UnitPrice::new((1 << 43) + 1),
            E::ParameterOutOfBounds,
        ),
        ("no liquidity", |u| u.params.liquidity = QuoteNative::new(0), E::ParameterOutOfBounds),
        ("liquidity at the type's end", |u| u.params.liquidity = QuoteNative::new(i64::MAX), E::ParameterOutOfBounds),
        ("a negative profit cap", |u| u.params.profit_cap = QuoteNative::new(-1), E::ParameterOutOfBounds),
        (
            "a profit cap at the type's end",
            |u| u.params.profit_cap = QuoteNative::new(i64::MAX),
            E::ParameterOutOfBounds,
        ),
        ("a scan range below 1 %", |u| u.params.scan_range = Ppm::new(9_999), E::ParameterOutOfBounds),
        ("a scan range above 100 %", |u| u.params.scan_range = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a confidence bound of zero", |u| u.params.max_confidence = Ppm::new(0), E::ParameterOutOfBounds),
        ("a confidence bound above 10 %", |u| u.params.max_confidence = Ppm::new(100_001), E::ParameterOutOfBounds),
        ("a calendar charge above 10 %", |u| u.params.calendar = Ppm::new(100_001), E::ParameterOutOfBounds),
        (
            "a concentration charge above 200 %",
            |u| u.params.concentration = Ppm::new(2_000_001),
            E::ParameterOutOfBounds,
        ),
        (
            "a concentration cap above 400 %",
            |u| u.params.concentration_cap = Ppm::new(4_000_001),
            E::ParameterOutOfBounds,
        ),
        ("a stable price that stands still", |u| u.params.stable_rate = Ppm::new(999), E::ParameterOutOfBounds),
        ("a stable rate above 100 %", |u| u.params.stable_rate = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("no age at all", |u| u.params.max_age = 0, E::ParameterOutOfBounds),
        ("an age above ten minutes", |u| u.params.max_age = 601, E::ParameterOutOfBounds),
        ("a short minimum above 20 %", |u| u.params.short_minimum = Ppm::new(200_001), E::ParameterOutOfBounds),
        (
            "a calendar charge above the scan range",
            |u| (u.params.scan_range, u.params.calendar) = (Ppm::new(10_000), Ppm::new(10_001)),
            E::ParameterOutOfBounds,
        ),
        (
            "no liquidity of open interest",
            |u| u.params.open_interest_liquidity = QuoteNative::new(0),
            E::ParameterOutOfBounds,
        ),
        (
            "negative liquidity of open interest",
            |u| u.params.open_interest_liquidity = QuoteNative::new(i64::MIN),
            E::ParameterOutOfBounds,
        ),
        (
            "liquidity of open interest beyond 2^60",
            |u| u.params.open_interest_liquidity = QuoteNative::new((1 << 60) + 1),
            E::ParameterOutOfBounds,
        ),
        ("a crowding charge above 100 %", |u| u.params.crowding = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a crowding cap above 100 %", |u| u.params.crowding_cap = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a range of less than one sigma", |u| u.range.sigmas = 99, E::ParameterOutOfBounds),
        ("a range of more than ten sigmas", |u| u.range.sigmas = 1_001, E::ParameterOutOfBounds),
        ("sigmas at the type's end", |u| u.range.sigmas = u32::MAX, E::ParameterOutOfBounds),
        (
            "a range whose cap is below its floor",
            |u| u.range.cap = Ppm::new(u.params.scan_range.get() - 1),
            E::ParameterOutOfBounds,
        ),
        ("a range above 100 %", |u| u.range.cap = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a horizon below five minutes", |u| u.range.horizon = 299, E::ParameterOutOfBounds),
        ("a horizon above a week", |u| u.range.horizon = 604_801, E::ParameterOutOfBounds),
        ("a half-life below an hour", |u| u.range.half_life = 3_599, E::ParameterOutOfBounds),
        ("a half-life above 60 days", |u| u.range.half_life = 5_184_001, E::ParameterOutOfBounds),
        ("a volatility range above 90 %", |u| u.options.volatility_range = Ppm::new(900_001), E::ParameterOutOfBounds),
        ("a volatility power above one", |u| u.options.volatility_power = Ppm::new(1_000_001), E::ParameterOutOfBounds),
        ("a volatility range that grows without end", |u| u.options.volatility_floor_days = 0, E::ParameterOutOfBounds),
        ("a volatility floor above 30 days", |u| u.options.volatility_floor_days = 31, E::ParameterOutOfBounds),
        ("no age of an array", |u| u.options.max_array_age = 0, E::ParameterOutOfBounds),
        ("an age of an array above an hour", |u| u.options.max_array_age = 3_601, E::ParameterOutOfBounds),
        ("an age of a volatility below ten seconds", |u| u.options.max_volatility_age = 9, E::ParameterOutOfBounds),
        ("an age of a volatility above a day", |u| u.options.max_volatility_age = 86_401, E::ParameterOutOfBounds),
        ("a guard on moves below 1 %", |u| u.guards.max_move = Ppm::new(9_999), E::ParameterOutOfBounds),
        ("a guard on moves above 50 %", |u| u.guards.max_move = Ppm::new(500_001), E::ParameterOutOfBounds),
        ("no divergence at all", |u| u.guards.max_divergence = Ppm::new(999), E::ParameterOutOfBounds),
        ("a divergence above 20 %", |u| u.guards.max_divergence = Ppm::new(200_001), E::ParameterOutOfBounds),
        ("a liquidation age below 2 s", |u| u.guards.liquidation_age = 1, E::ParameterOutOfBounds),
        ("a liquidation age above 10 s", |u| u.guards.liquidation_age = 11, E::ParameterOutOfBounds),
        ("a scale above 16 bits", |u| u.terms.scale_bits = 17, E::ParameterOutOfBounds),
        ("a delta unit below 1e-9", |u| u.terms.unit_exponent = 10, E::ParameterOutOfBounds),
    ];
    let mut arguments = refusals(args, build, bounds);
    arguments.extend(refusals(args, build, BAD_FEEDS));
    arguments.push((
        "a feed that is listed",
        build(&UnderlyingArgs { first: listed, ..args }),
        E::AlreadyExists.into(),
    ));
    // The bounds themselves are within them.
    let least = |u: &mut UnderlyingArgs| {
        let p = &mut u.params;
        (p.scan_range, p.calendar) = (Ppm::new(10_000), Ppm::new(10_000));
        (p.crowding, p.crowding_cap, p.open_interest_liquidity) = (Ppm::ZERO, Ppm::ZERO, QuoteNative::new(1));
        u.range = RangeParams { sigmas: 100, cap: Ppm::new(10_000), horizon: 300, half_life: 3_600, reserved: [0; 2] };
        u.options = OptionParams {
            volatility_range: Ppm::ZERO,
            volatility_power: Ppm::ZERO,
            volatility_floor_days: 1,
            max_array_age: 1,
            max_volatility_age: 10,
            reserved: 0,
        };
        (u.guards.max_move, u.guards.max_divergence) = (Ppm::new(10_000), Ppm::new(1_000));
        u.guards.liquidation_age = 2;
    };
    let most = |u: &mut UnderlyingArgs| {
        let p = &mut u.params;
        (p.scan_range, p.calendar) = (Ppm::ONE, Ppm::new(100_000));
        (p.crowding, p.crowding_cap, p.open_interest_liquidity) = (Ppm::ONE, Ppm::ONE, QuoteNative::new(1 << 60));
        u.range =
            RangeParams { sigmas: 1_000, cap: Ppm::ONE, horizon: 604_800, half_life: 5_184_000, reserved: [0; 2] };
        u.options = OptionParams {
            volatility_range: Ppm::new(900_000),
            volatility_power: Ppm::ONE,
            volatility_floor_days: 30,
            max_array_age: 3_600,
            max_volatility_age: 86_400,
            reserved: 0,
        };
        (u.guards.max_move, u.guards.max_divergence) = (Ppm::new(500_000), Ppm::new(200_000));
        u.guards.liquidation_age = 10;
    };
    for at_bounds in [
        least as fn(&mut UnderlyingArgs),
        most,
        |u| (u.range.sigmas, u.guards.max_move) = (0, Ppm::ZERO),
        |u| u.second = Feed::NONE,
        |u| u.second = pinned(Source::Pyth),
    ] {
        let mut args = args;
        at_bounds(&mut args);
        svm.simulate(&[build(&args)], &[&admin]).unwrap();
    }
    Case::new("list_underlying", build(&args), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn list_collateral() {
    let World { mut svm, other, payer, admin, .. } = World::new();
    let (e, from, a, mint, another) =
        (svm.exchange, payer.pubkey(), admin.pubkey(), Address::new_unique(), Address::new_unique());
    svm.create_mint(mint, 8);
    svm.create_mint(another, 8);
    let args = CollateralArgs {
        name: config::name("WBTC").unwrap(),
        params: TokenParams { deposit_limit: 1_000, haircut: Ppm::new(50_000), reserved: 0 },
        underlying: BTC,
    };
    let build = |args: &CollateralArgs| instruction::list_collateral(&e, &from, &a, &mint, args);
    let bounds: &[Change<CollateralArgs>] = &[
        ("an underlying that is not listed", |c| c.underlying = 3, E::NotListed),
        ("an underlying beyond the last", |c| c.underlying = u16::MAX, E::NotListed),
        ("a haircut above 90 %", |c| c.params.haircut = Ppm::new(900_001), E::ParameterOutOfBounds),
        ("no deposits", |c| c.params.deposit_limit = 0, E::ParameterOutOfBounds),
        ("deposits without a limit", |c| c.params.deposit_limit = u64::MAX, E::ParameterOutOfBounds),
    ];
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, BOARD, Slot::Unchecked, Slot::Unchecked, TOKENS, SYSTEM];
    Case::new("list_collateral", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(2, other.address)
        .other_exchange(3, other.board)
        .other_exchange(5, other.vault(&mint))
        .sibling(4, another)
        .sibling(5, e.vault(&another))
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), E::Unauthorized)
        .run(&mut svm);
    let usdc = instruction::list_collateral(&e, &from, &a, &svm.usdc, &args);
    assert_refused(&mut svm, &[usdc], &[&payer, &admin], E::WrongMint);
    let wsol = instruction::list_collateral(&e, &from, &a, &svm.wsol, &args);
    assert_refused(&mut svm, &[wsol], &[&payer, &admin], E::AlreadyExists);
    // What is no mint: a token account, the token program's with an extension or a multisig like one, and a mint of another
    // token program.
    for (owner, len) in
        [(TOKEN_PROGRAM, 165), (TOKEN_PROGRAM, 300), (TOKEN_PROGRAM, 355), (Address::new_from_array([9; 32]), 82)]
    {
        let fake = Address::new_unique();
        let mut account = svm.account(&svm.usdc).unwrap();
        account.owner = owner;
        account.data.resize(len, 0);
        if let Some(account_type) = account.data.get_mut(165) {
            *account_type = 1;
        }
        svm.set_account(fake, account);
        let ix = instruction::list_collateral(&e, &from, &a, &fake, &args);
        assert_refused(&mut svm, &[ix], &[&payer, &admin], E::WrongMint);
    }
    // BTC counts delta in 0.00001: a mint of four decimals cannot express it, one of 24 is beyond all bounds.
    for decimals in [4, 24, u8::MAX] {
        let mint = Address::new_unique();
        svm.create_mint(mint, decimals);
        let ix = instruction::list_collateral(&e, &from, &a, &mint, &args);
        assert_refused(&mut svm, &[ix], &[&payer, &admin], E::ParameterOutOfBounds);
    }
}

/// I771.
#[test]
fn a_token_is_worth_what_the_decimals_of_its_mint_say() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    for (decimals, atoms) in [(5, 1), (8, 1_000), (23, 1_000_000_000_000_000_000)] {
        let mint = Address::new_unique();
        svm.create_mint(mint, decimals);
        let args = CollateralArgs {
            name: config::name("WBTC").unwrap(),
            params: TokenParams { deposit_limit: 1_000, haircut: Ppm::new(50_000), reserved: 0 },
            underlying: BTC,
        };
        let ix = instruction::list_collateral(&svm.exchange, &svm.payer.pubkey(), &admin.pubkey(), &mint, &args);
        svm.send(&[ix], &[&admin]).unwrap();
        let board = svm.board();
        let listed = board.board.tokens.iter().find(|t| t.mint == mint.to_bytes()).unwrap();
        assert_eq!((listed.atoms_per_unit, listed.decimals), (atoms, decimals));
    }
}

#[test]
fn list_perpetual() {
    let World { mut svm, other, payer, admin, .. } = World::new();
    let (e, from, a) = (svm.exchange, payer.pubkey(), admin.pubkey());
    let mut args = svm.config.perpetual_args(&svm.config.perpetual[0]).unwrap();
    args.instrument = 3;
    let build = |args: &InstrumentArgs| instruction::list_perpetual(&e, &from, &a, args);
    let bounds: &[Change<InstrumentArgs>] = &[
        ("an underlying that is not listed", |p| p.underlying = 3, E::NotListed),
        ("an underlying beyond the last", |p| p.underlying = u16::MAX, E::NotListed),
        ("an index that is taken", |p| p.instrument = ETH, E::AlreadyExists),
        ("an index beyond the last", |p| p.instrument = 512, E::NotListed),
        ("an index at the type's end", |p| p.instrument = u16::MAX, E::NotListed),
        ("no lot", |p| p.terms.lot_units = UnitsPerLot::new(0), E::ParameterOutOfBounds),
        ("a negative lot", |p| p.terms.lot_units = UnitsPerLot::new(i64::MIN), E::ParameterOutOfBounds),
        ("a lot at the type's end", |p| p.terms.lot_units = UnitsPerLot::new(i64::MAX), E::ParameterOutOfBounds),
        ("no tick", |p| p.terms.tick_value = TickValue::new(0), E::ParameterOutOfBounds),
        ("a tick at the type's end", |p| p.terms.tick_value = TickValue::new(i64::MAX), E::ParameterOutOfBounds),
        ("no position", |p| p.limits.max_position = Lots::new(0), E::ParameterOutOfBounds),
        ("a position at the type's end", |p| p.limits.max_position = Lots::new(i64::MAX), E::ParameterOutOfBounds),
        (
            "a position whose value leaves the bound of products",
            |p| p.limits.max_position = Lots::new(1 << 40),
            E::Overflow,
        ),
        ("a band below 0.1 %", |p| p.limits.price_band = Ppm::new(999), E::ParameterOutOfBounds),
        ("a band above 50 %", |p| p.limits.price_band = Ppm::new(500_001), E::ParameterOutOfBounds),
        ("a negative least value", |p| p.limits.min_order_value = QuoteNative::new(-1), E::ParameterOutOfBounds),
        (
            "a least value at the type's end",
            |p| p.limits.min_order_value = QuoteNative::new(i64::MAX),
            E::ParameterOutOfBounds,
        ),
        ("no open interest", |p| p.limits.open_interest_cap = Lots::new(0), E::ParameterOutOfBounds),
        ("negative open interest", |p| p.limits.open_interest_cap = Lots::new(i64::MIN), E::ParameterOutOfBounds),
        (
            "open interest at the type's end",
            |p| p.limits.open_interest_cap = Lots::new(i64::MAX),
            E::ParameterOutOfBounds,
        ),
    ];
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, BOARD, Slot::Unchecked, SYSTEM];
    Case::new("list_perpetual", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(2, other.address)
        .other_exchange(3, other.board)
        .other_exchange(4, other.market(3))
        .sibling(4, e.market(BTC))
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), E::Unauthorized)
        .run(&mut svm);
}

/// Bounds of what every instrument has.
const BAD_TERMS: &[Change<InstrumentArgs>] = &[
    ("an index that is taken", |p| p.instrument = BTC, E::AlreadyExists),
    ("an option's index", |p| p.instrument = 11, E::AlreadyExists),
    ("an index beyond the last", |p| p.instrument = 512, E::NotListed),
    ("an index at the type's end", |p| p.instrument = u16::MAX, E::NotListed),
    ("no lot", |p| p.terms.lot_units = UnitsPerLot::new(0), E::ParameterOutOfBounds),
    ("a negative lot", |p| p.terms.lot_units = UnitsPerLot::new(i64::MIN), E::ParameterOutOfBounds),
    ("a lot at the type's end", |p| p.terms.lot_units = UnitsPerLot::new(i64::MAX), E::ParameterOutOfBounds),
    ("no tick", |p| p.terms.tick_value = TickValue::new(0), E::ParameterOutOfBounds),
    ("a negative tick", |p| p.terms.tick_value = TickValue::new(-1), E::ParameterOutOfBounds),
    ("a tick at the type's end", |p| p.terms.tick_value = TickValue::new(i64::MAX), E::ParameterOutOfBounds),
    ("no position", |p| p.limits.max_position = Lots::new(0), E::ParameterOutOfBounds),
    ("a position at the type's end", |p| p.limits.max_position = Lots::new(i64::MAX), E::ParameterOutOfBounds),
    (
        "a position whose value leaves the bound of products",
        |p| p.limits.max_position = Lots::new(1 << 40),
        E::Overflow,
    ),
    ("a band below 0.1 %", |p| p.limits.price_band = Ppm::new(999), E::ParameterOutOfBounds),
    ("a band above 50 %", |p| p.limits.price_band = Ppm::new(500_001), E::ParameterOutOfBounds),
    ("a negative least value", |p| p.limits.min_order_value = QuoteNative::new(-1), E::ParameterOutOfBounds),
    (
        "a least value at the type's end",
        |p| p.limits.min_order_value = QuoteNative::new(i64::MAX),
        E::ParameterOutOfBounds,
    ),
    ("no open interest", |p| p.limits.open_interest_cap = Lots::new(0), E::ParameterOutOfBounds),
    ("negative open interest", |p| p.limits.open_interest_cap = Lots::new(i64::MIN), E::ParameterOutOfBounds),
    ("open interest at the type's end", |p| p.limits.open_interest_cap = Lots::new(i64::MAX), E::ParameterOutOfBounds),
];

/// Expiries that no contract can have at a time.
fn bad_expiries(now: i64) -> [(&'static str, i64); 10] {
    [
        ("no expiry", 0),
        ("a negative expiry", -60),
        ("an expiry at the type's beginning", i64::MIN),
        ("an expiry a minute ago", now - 60),
        ("an expiry of now", now),
        ("an expiry in a second", now + 1),
        ("an expiry that is no whole minute", now + DAY + 30),
        ("an expiry a minute beyond three years", now + LONGEST + 60),
        ("an expiry at the type's end", i64::MAX),
        ("a whole minute at the type's end", i64::MAX / 60 * 60),
    ]
}

/// I240.
#[test]
fn list_future() {
    let (World { mut svm, other, payer, admin, .. }, _) = World::with_options();
    let (e, from, a, now) = (svm.exchange, payer.pubkey(), admin.pubkey(), svm.now());
    let args = FutureArgs { contract: terms(&svm, 3), expiry: now + 30 * DAY };
    let build = |args: &FutureArgs| instruction::list_future(&e, &from, &a, args);
    let more: &[Change<FutureArgs>] = &[
        ("an underlying that is not listed", |f| f.contract.underlying = 3, E::NotListed),
        ("an underlying beyond the last", |f| f.contract.underlying = u16::MAX, E::NotListed),
    ];
    let mut arguments = refusals(args, build, more);
    for (what, change, error) in BAD_TERMS {
        let mut args = args;
        change(&mut args.contract);
        arguments.push((*what, build(&args), (*error).into()));
    }
    for (what, expiry) in bad_expiries(now) {
        arguments.push((what, build(&FutureArgs { expiry, ..args }), E::BadExpiry.into()));
    }
    for expiry in [now + DAY, now + LONGEST] {
        svm.simulate(&[build(&FutureArgs { expiry, ..args })], &[&payer, &admin]).unwrap();
    }
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, BOARD, Slot::Unchecked, SYSTEM];
    Case::new("list_future", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(2, other.address)
        .other_exchange(3, other.board)
        .other_exchange(4, other.market(3))
        .sibling(4, e.market(BTC))
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), E::Unauthorized)
        .run(&mut svm);
}

/// I240.
#[test]
fn list_option() {
    let (World { mut svm, other, payer, admin, .. }, expiry) = World::with_options();
    let (e, from, a, now) = (svm.exchange, payer.pubkey(), admin.pubkey(), svm.now());
    let args = OptionArgs { contract: terms(&svm, 3), expiry, strike: 440_000, put: 1 };
    let build = |args: &OptionArgs| instruction::list_option(&e, &from, &a, args);
    let more: &[Change<OptionArgs>] = &[
        ("neither call nor put", |o| o.put = 2, E::ParameterOutOfBounds),
        ("a kind at the type's end", |o| o.put = u8::MAX, E::ParameterOutOfBounds),
        ("no strike", |o| o.strike = 0, E::BadStrike),
        ("a negative strike", |o| o.strike = -1, E::BadStrike),
        ("a strike at the type's beginning", |o| o.strike = i64::MIN, E::BadStrike),
        ("a strike a tick above the highest price", |o| o.strike = 10_000_001, E::BadStrike),
        ("a strike at the type's end", |o| o.strike = i64::MAX, E::BadStrike),
        ("an expiry that the surface does not have", |o| o.expiry += 60, E::NoVolatility),
        (
            "an expiry that another surface does not have",
            |o| (o.contract.underlying, o.expiry) = (ETH, o.expiry - 60),
            E::NoVolatility,
        ),
    ];
    let mut arguments = refusals(args, build, more);
    for (what, change, error) in BAD_TERMS {
        let mut args = args;
        change(&mut args.contract);
        arguments.push((*what, build(&args), (*error).into()));
    }
    for (what, expiry) in bad_expiries(now) {
        arguments.push((what, build(&OptionArgs { expiry, ..args }), E::BadExpiry.into()));
    }
    let without_surface = |underlying| {
        let mut args = args;
        args.contract.underlying = underlying;
        build(&args)
    };
    arguments.push(("an underlying without a surface", without_surface(SOL), I::UninitializedAccount.into()));
    arguments.push(("an underlying that is not listed", without_surface(3), I::UninitializedAccount.into()));
    arguments.push(("an underlying beyond the last", without_surface(u16::MAX), I::UninitializedAccount.into()));
    for (strike, put) in [(1, 0), (1, 1), (10_000_000, 0), (10_000_000, 1)] {
        svm.simulate(&[build(&OptionArgs { strike, put, ..args })], &[&payer, &admin]).unwrap();
    }
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, BOARD, Slot::Unchecked, SURFACE, SYSTEM];
    Case::new("list_option", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(2, other.address)
        .other_exchange(3, other.board)
        .other_exchange(4, other.market(3))
        .other_exchange(5, other.surface(BTC))
        .sibling(4, e.market(BTC))
        .sibling(5, e.surface(ETH))
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, E::Unauthorized)
        .except(0, SwappedWithNext, E::Unauthorized)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), E::Unauthorized)
        .run(&mut svm);
}
