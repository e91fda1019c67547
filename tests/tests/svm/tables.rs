//! Bad input, for each of the program's instructions: accounts mutated one by one, arguments out of bounds (I201 to I203).
//!
//! What follows from how accounts are loaded is predicted by [`crate::mutation`]; a table lists the rest.

use crate::{
    mutation::{Case, Mutation::*, Slot, Verdict::Legal, slot::*},
    refusal::{DUPLICATE, Expected, INSUFFICIENT_FUNDS, MINT_MISMATCH, OWNER_MISMATCH, assert_refused},
};
use ballast_client::{
    BallastError as E, TOKEN_PROGRAM,
    ballast::{
        args::{
            BOTH_SIDES, CollateralArgs, ExchangeArgs, FeedArgs, InstrumentArgs, OptionParamsArgs, OrderArgs, RangeArgs,
            UnderlyingArgs, order_kind,
        },
        oracle::Source,
    },
    config, instruction,
    pda::Exchange,
    risk::Feed,
};
use ballast_testkit::{BTC, ETH, Order, SOL, Svm, Trader, options::SMILE};
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError as I};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Two exchanges, two traders on the first, and whoever pays.
pub struct World {
    pub svm: Svm,
    pub other: Exchange,
    pub alice: Trader,
    pub bob: Trader,
    /// Alice's account on the other exchange.
    pub abroad: Address,
    pub payer: Keypair,
    pub admin: Keypair,
}

impl World {
    pub fn new() -> Self {
        let mut svm = Svm::new().unwrap();
        let other = svm.another_exchange(2).unwrap();
        let alice = svm.trader("100000").unwrap();
        let bob = svm.trader("100000").unwrap();
        let open = instruction::open_margin_account(&other, &svm.payer.pubkey(), &alice.address(), 0);
        svm.send(&[open], &[&alice.key]).unwrap();
        let payer = Keypair::new();
        svm.fund(&payer.pubkey());
        let admin = svm.admin.insecure_clone();
        let abroad = other.margin(&alice.address(), 0);
        Self { svm, other, alice, bob, abroad, payer, admin }
    }

    /// As [`World::new`]; both exchanges have options of 40,000 and 2,500 dollars that expire at the time returned: a call
    /// and a put of BTC from index 10 on, of ETH from 20 on. They are priced on the first exchange only.
    pub fn with_options() -> (Self, i64) {
        let mut world = Self::new();
        let expiry = world.svm.now() + 7 * 86_400;
        let svm = &mut world.svm;
        for exchange in [world.other, svm.exchange] {
            let here = std::mem::replace(&mut svm.exchange, exchange);
            for (underlying, strike, first) in [(BTC, "40000", 10), (ETH, "2500", 20)] {
                svm.open_surface(underlying).unwrap();
                svm.list_options(underlying, &[expiry], &[strike], first).unwrap();
                svm.publish_smile(underlying, expiry, &SMILE).unwrap();
            }
            svm.exchange = here;
        }
        for underlying in [BTC, ETH] {
            svm.refresh_all_options(underlying).unwrap();
        }
        (world, expiry)
    }
}

/// What is changed in an instruction's arguments, how, and what that is refused with.
pub type Change<T> = (&'static str, fn(&mut T), E);

/// The instructions that changed arguments make.
pub fn refusals<T>(
    base: T,
    build: impl Fn(&T) -> Instruction,
    changes: &[Change<T>],
) -> Vec<(&'static str, Instruction, Expected)>
where
    T: Copy,
{
    let changed = changes.iter().map(|(what, change, error)| {
        let mut args = base;
        change(&mut args);
        (*what, build(&args), Expected::from(*error))
    });
    changed.collect()
}

#[test]
fn initialize_exchange() {
    let mut svm = Svm::bare().unwrap();
    let payer = Keypair::new();
    svm.fund(&payer.pubkey());
    let admin = svm.admin.insecure_clone();
    let (from, a, mint) = (payer.pubkey(), admin.pubkey(), svm.usdc);
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let build = |args: &ExchangeArgs| instruction::initialize_exchange(&from, &a, &mint, args);
    let other = Exchange::new(2);
    let bounds: &[Change<ExchangeArgs>] = &[
        ("taker fee above 1 %", |a| a.fees.taker_fee_ppm = 10_001, E::ParameterOutOfBounds),
        ("taker fee at the type's end", |a| a.fees.taker_fee_ppm = u32::MAX, E::ParameterOutOfBounds),
        ("maker fee above the taker fee", |a| a.fees.maker_fee_ppm = 501, E::ParameterOutOfBounds),
        ("rebate above the taker fee", |a| a.fees.maker_fee_ppm = -501, E::ParameterOutOfBounds),
        ("rebate at the type's end", |a| a.fees.maker_fee_ppm = i32::MIN, E::ParameterOutOfBounds),
        ("initial ratio below its bound", |a| a.margin.initial_ratio = 1_049_999, E::ParameterOutOfBounds),
        ("initial ratio above its bound", |a| a.margin.initial_ratio = 3_000_001, E::ParameterOutOfBounds),
        ("no liquidation buffer", |a| a.margin.liquidation_buffer = 999, E::ParameterOutOfBounds),
        ("liquidation buffer above its bound", |a| a.margin.liquidation_buffer = 500_001, E::ParameterOutOfBounds),
        ("discount base above its bound", |a| a.margin.discount_base = 100_001, E::ParameterOutOfBounds),
        ("discount maximum below the base", |a| a.margin.discount_max = 9_999, E::ParameterOutOfBounds),
        ("discount maximum above its bound", |a| a.margin.discount_max = 200_001, E::ParameterOutOfBounds),
        ("a discount of nothing freed", |a| a.margin.discount_of_freed = 0, E::ParameterOutOfBounds),
        ("a discount of all that is freed", |a| a.margin.discount_of_freed = 700_001, E::ParameterOutOfBounds),
        ("insurance share above its bound", |a| a.margin.insurance_share = 900_001, E::ParameterOutOfBounds),
        ("negative dust", |a| a.margin.dust_value = -1, E::ParameterOutOfBounds),
        ("dust above its bound", |a| a.margin.dust_value = i64::MAX, E::ParameterOutOfBounds),
        ("warning buffer above its bound", |a| a.margin.warning_buffer = 1_000_001, E::ParameterOutOfBounds),
    ];
    let slots = [
        Slot::Payer,
        Slot::Signer,
        Slot::Init,
        Slot::Init,
        Slot::Unchecked,
        Slot::Unchecked,
        Slot::Unchecked,
        TOKENS,
        SYSTEM,
    ];
    Case::new("initialize_exchange", build(&args), &[&payer, &admin], &slots)
        .arguments(&mut svm, &refusals(args, build, bounds))
        .other_exchange(2, other.address)
        .other_exchange(3, other.treasury)
        .other_exchange(4, other.board)
        .other_exchange(6, other.vault(&mint))
        .sibling(5, svm.wsol)
        .except(0, OtherSigner, Legal)
        .except(1, OtherSigner, Legal) // whoever signs becomes the admin
        .except(0, SwappedWithNext, Legal)
        .except(0, DuplicateOf(1), Legal) // the admin may pay
        .except(1, DuplicateOf(0), Legal)
        .run(&mut svm);
    let mut nine_decimals = build(&args);
    nine_decimals.accounts[5].pubkey = svm.wsol;
    nine_decimals.accounts[6].pubkey = svm.exchange.vault(&svm.wsol);
    assert_refused(&mut svm, &[nine_decimals], &[&payer, &admin], E::WrongMint);
}

#[test]
fn grow_board() {
    let mut svm = Svm::bare().unwrap();
    let payer = Keypair::new();
    svm.fund(&payer.pubkey());
    let admin = svm.admin.insecure_clone();
    for id in [1, 2] {
        svm.config.exchange.id = id;
        let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
        let ix = instruction::initialize_exchange(&payer.pubkey(), &admin.pubkey(), &svm.usdc, &args);
        svm.send(&[ix], &[&payer, &admin]).unwrap();
    }
    let (e, other) = (Exchange::new(1), Exchange::new(2));
    let slots = [Slot::Payer, EXCHANGE, Slot::Unchecked, SYSTEM];
    Case::new("grow_board", instruction::grow_board(&e, &payer.pubkey()), &[&payer], &slots)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .sibling(2, e.treasury)
        .except(0, OtherSigner, Legal) // anyone may pay
        .run(&mut svm);
    // Until it is complete the board is no board.
    let ix = instruction::set_product_group(&e, &admin.pubkey(), 0, [0; 16], 1);
    assert_refused(&mut svm, &[ix], &[&admin], I::AccountDataTooSmall);
    let mut complete = Svm::new().unwrap();
    let ix = instruction::grow_board(&complete.exchange, &complete.payer.pubkey());
    assert_refused(&mut complete, &[ix], &[], E::AlreadyComplete);
}

#[test]
fn set_product_group() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let build = |group, offset| instruction::set_product_group(&e, &a, group, [b'G'; 16], offset);
    let arguments = [
        ("a group beyond the last", build(8, 0), E::NotListed.into()),
        ("a group at the type's end", build(u8::MAX, 0), E::NotListed.into()),
        ("an offset above 95 %", build(0, 950_001), E::ParameterOutOfBounds.into()),
        ("an offset at the type's end", build(0, u32::MAX), E::ParameterOutOfBounds.into()),
    ];
    Case::new("set_product_group", build(0, 950_000), &[&admin], &[Slot::Signer, EXCHANGE, BOARD])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .except(0, OtherSigner, E::Unauthorized)
        .run(&mut svm);
}

/// Feeds that no underlying may have; see `oracle::admission`.
pub const BAD_FEEDS: &[Change<UnderlyingArgs>] = &[
    ("no first feed", |u| u.first = Feed::NONE.into(), E::InvalidFeed),
    ("a first feed without an id", |u| u.first.id = [0; 32], E::InvalidFeed),
    ("a first feed with a reserved byte", |u| u.first.reserved[6] = 1, E::InvalidFeed),
    ("a first feed of no oracle", |u| u.first.source = 0, E::UnknownOracle),
    ("a first feed of an oracle that is not known", |u| u.first.source = 3, E::UnknownOracle),
    ("a source at the type's end", |u| u.first.source = u8::MAX, E::UnknownOracle),
    ("a first feed in one account", |u| u.first.account = [5; 32], E::FeedCannotBeFirst),
    ("a first feed that has no samples", |u| u.first.source = Source::Switchboard as u8, E::FeedCannotBeFirst),
    ("the same in one account", |u| u.first = pinned(Source::Switchboard), E::FeedCannotBeFirst),
    ("a second feed in any account", |u| u.second.account = [0; 32], E::FeedNotPinned),
    ("the same of the first's oracle", |u| u.second = FeedArgs { id: [9; 32], ..u.first }, E::FeedNotPinned),
    ("the first feed twice", |u| u.second = FeedArgs { account: [5; 32], ..u.first }, E::SameFeedTwice),
    ("a second feed without an id", |u| u.second.id = [0; 32], E::InvalidFeed),
    ("a second feed with a reserved byte", |u| u.second.reserved[0] = 1, E::InvalidFeed),
    ("a second feed of no oracle", |u| u.second.source = 0, E::UnknownOracle),
    ("a second feed of an oracle that is not known", |u| u.second.source = 3, E::UnknownOracle),
    ("an account without a feed", |u| u.second = FeedArgs { account: [5; 32], ..Feed::NONE.into() }, E::InvalidFeed),
    ("a source without a feed", |u| u.second = FeedArgs { source: 2, ..Feed::NONE.into() }, E::InvalidFeed),
    ("both feeds changed about", |u| std::mem::swap(&mut u.first, &mut u.second), E::FeedCannotBeFirst),
];

/// A feed of any oracle in one account.
pub fn pinned(source: Source) -> FeedArgs {
    FeedArgs { source: source as u8, reserved: [0; 7], account: [5; 32], id: [6; 32] }
}

#[test]
fn list_underlying() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let mut args = svm.config.underlying_args(&svm.config.underlying[0]).unwrap();
    (args.first.id, args.second) = ([7; 32], pinned(Source::Switchboard));
    let build = |args: &UnderlyingArgs| instruction::list_underlying(&e, &a, args);
    let listed = svm.first_feed(BTC).into();
    let bounds: &[Change<UnderlyingArgs>] = &[
        ("a group beyond the last", |u| u.group = 9, E::ParameterOutOfBounds),
        ("no highest price", |u| u.max_price = 0, E::ParameterOutOfBounds),
        ("a negative highest price", |u| u.max_price = i64::MIN, E::ParameterOutOfBounds),
        ("a highest price beyond the bound of products", |u| u.max_price = (1 << 43) + 1, E::ParameterOutOfBounds),
        ("no liquidity", |u| u.liquidity = 0, E::ParameterOutOfBounds),
        ("liquidity at the type's end", |u| u.liquidity = i64::MAX, E::ParameterOutOfBounds),
        ("a negative profit cap", |u| u.profit_cap = -1, E::ParameterOutOfBounds),
        ("a profit cap at the type's end", |u| u.profit_cap = i64::MAX, E::ParameterOutOfBounds),
        ("a scan range below 1 %", |u| u.scan_range = 9_999, E::ParameterOutOfBounds),
        ("a scan range above 100 %", |u| u.scan_range = 1_000_001, E::ParameterOutOfBounds),
        ("a confidence bound of zero", |u| u.max_confidence = 0, E::ParameterOutOfBounds),
        ("a confidence bound above 10 %", |u| u.max_confidence = 100_001, E::ParameterOutOfBounds),
        ("a calendar charge above 10 %", |u| u.calendar = 100_001, E::ParameterOutOfBounds),
        ("a concentration charge above 200 %", |u| u.concentration = 2_000_001, E::ParameterOutOfBounds),
        ("a concentration cap above 400 %", |u| u.concentration_cap = 4_000_001, E::ParameterOutOfBounds),
        ("a stable price that stands still", |u| u.stable_rate = 999, E::ParameterOutOfBounds),
        ("a stable rate above 100 %", |u| u.stable_rate = 1_000_001, E::ParameterOutOfBounds),
        ("no age at all", |u| u.max_age = 0, E::ParameterOutOfBounds),
        ("an age above ten minutes", |u| u.max_age = 601, E::ParameterOutOfBounds),
        ("a short minimum above 20 %", |u| u.short_minimum = 200_001, E::ParameterOutOfBounds),
        (
            "a calendar charge above the scan range",
            |u| (u.scan_range, u.calendar) = (10_000, 10_001),
            E::ParameterOutOfBounds,
        ),
        ("no liquidity of open interest", |u| u.open_interest_liquidity = 0, E::ParameterOutOfBounds),
        ("negative liquidity of open interest", |u| u.open_interest_liquidity = i64::MIN, E::ParameterOutOfBounds),
        (
            "liquidity of open interest beyond 2^60",
            |u| u.open_interest_liquidity = (1 << 60) + 1,
            E::ParameterOutOfBounds,
        ),
        ("a crowding charge above 100 %", |u| u.crowding = 1_000_001, E::ParameterOutOfBounds),
        ("a crowding cap above 100 %", |u| u.crowding_cap = 1_000_001, E::ParameterOutOfBounds),
        ("a range of less than one sigma", |u| u.range.sigmas = 99, E::ParameterOutOfBounds),
        ("a range of more than ten sigmas", |u| u.range.sigmas = 1_001, E::ParameterOutOfBounds),
        ("sigmas at the type's end", |u| u.range.sigmas = u32::MAX, E::ParameterOutOfBounds),
        ("a range whose cap is below its floor", |u| u.range.cap = u.scan_range - 1, E::ParameterOutOfBounds),
        ("a range above 100 %", |u| u.range.cap = 1_000_001, E::ParameterOutOfBounds),
        ("a horizon below five minutes", |u| u.range.horizon = 299, E::ParameterOutOfBounds),
        ("a horizon above a week", |u| u.range.horizon = 604_801, E::ParameterOutOfBounds),
        ("a half-life below an hour", |u| u.range.half_life = 3_599, E::ParameterOutOfBounds),
        ("a half-life above 60 days", |u| u.range.half_life = 5_184_001, E::ParameterOutOfBounds),
        ("a range that never falls", |u| u.range.fall_rate = 999, E::ParameterOutOfBounds),
        ("a range that falls faster than 25 % an hour", |u| u.range.fall_rate = 250_001, E::ParameterOutOfBounds),
        ("a volatility range above 90 %", |u| u.options.volatility_range = 900_001, E::ParameterOutOfBounds),
        ("a volatility power above one", |u| u.options.volatility_power = 1_000_001, E::ParameterOutOfBounds),
        ("a volatility range that grows without end", |u| u.options.volatility_floor_days = 0, E::ParameterOutOfBounds),
        ("a volatility floor above 30 days", |u| u.options.volatility_floor_days = 31, E::ParameterOutOfBounds),
        ("no age of an array", |u| u.options.max_array_age = 0, E::ParameterOutOfBounds),
        ("an age of an array above an hour", |u| u.options.max_array_age = 3_601, E::ParameterOutOfBounds),
        ("an age of a volatility below ten seconds", |u| u.options.max_volatility_age = 9, E::ParameterOutOfBounds),
        ("an age of a volatility above a day", |u| u.options.max_volatility_age = 86_401, E::ParameterOutOfBounds),
        ("a guard on moves below 1 %", |u| u.max_move = 9_999, E::ParameterOutOfBounds),
        ("a guard on moves above 50 %", |u| u.max_move = 500_001, E::ParameterOutOfBounds),
        ("no divergence at all", |u| u.max_divergence = 999, E::ParameterOutOfBounds),
        ("a divergence above 20 %", |u| u.max_divergence = 200_001, E::ParameterOutOfBounds),
        ("a scale above 16 bits", |u| u.scale_bits = 17, E::ParameterOutOfBounds),
        ("a delta unit below 1e-9", |u| u.unit_exponent = 10, E::ParameterOutOfBounds),
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
        (u.scan_range, u.calendar, u.crowding, u.crowding_cap, u.open_interest_liquidity) = (10_000, 10_000, 0, 0, 1);
        u.range = RangeArgs { sigmas: 100, cap: 10_000, horizon: 300, half_life: 3_600, fall_rate: 1_000 };
        u.options = OptionParamsArgs {
            volatility_range: 0,
            volatility_power: 0,
            volatility_floor_days: 1,
            max_array_age: 1,
            max_volatility_age: 10,
        };
        (u.max_move, u.max_divergence) = (10_000, 1_000);
    };
    let most = |u: &mut UnderlyingArgs| {
        (u.scan_range, u.calendar) = (1_000_000, 100_000);
        (u.crowding, u.crowding_cap, u.open_interest_liquidity) = (1_000_000, 1_000_000, 1 << 60);
        u.range =
            RangeArgs { sigmas: 1_000, cap: 1_000_000, horizon: 604_800, half_life: 5_184_000, fall_rate: 250_000 };
        u.options = OptionParamsArgs {
            volatility_range: 900_000,
            volatility_power: 1_000_000,
            volatility_floor_days: 30,
            max_array_age: 3_600,
            max_volatility_age: 86_400,
        };
        (u.max_move, u.max_divergence) = (500_000, 200_000);
    };
    for at_bounds in [
        least as fn(&mut UnderlyingArgs),
        most,
        |u| (u.range.sigmas, u.max_move) = (0, 0),
        |u| u.second = Feed::NONE.into(),
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
        atoms_per_unit: 10_000,
        deposit_limit: 1_000,
        haircut: 50_000,
        underlying: BTC,
    };
    let build = |args: &CollateralArgs| instruction::list_collateral(&e, &from, &a, &mint, args);
    let bounds: &[Change<CollateralArgs>] = &[
        ("an underlying that is not listed", |c| c.underlying = 3, E::NotListed),
        ("an underlying beyond the last", |c| c.underlying = u16::MAX, E::NotListed),
        ("a haircut above 90 %", |c| c.haircut = 900_001, E::ParameterOutOfBounds),
        ("no atoms in a unit", |c| c.atoms_per_unit = 0, E::ParameterOutOfBounds),
        ("too many atoms in a unit", |c| c.atoms_per_unit = u64::MAX, E::ParameterOutOfBounds),
        ("no deposits", |c| c.deposit_limit = 0, E::ParameterOutOfBounds),
        ("deposits without a limit", |c| c.deposit_limit = u64::MAX, E::ParameterOutOfBounds),
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
    // What is no mint: a token account, and a mint of another token program.
    for (owner, len) in [(TOKEN_PROGRAM, 165), (Address::new_from_array([9; 32]), 82)] {
        let fake = Address::new_unique();
        let mut account = svm.account(&svm.usdc).unwrap();
        account.owner = owner;
        account.data.resize(len, 0);
        svm.set_account(fake, account);
        let ix = instruction::list_collateral(&e, &from, &a, &fake, &args);
        assert_refused(&mut svm, &[ix], &[&payer, &admin], E::WrongMint);
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
        ("no lot", |p| p.lot_units = 0, E::ParameterOutOfBounds),
        ("a negative lot", |p| p.lot_units = i64::MIN, E::ParameterOutOfBounds),
        ("a lot at the type's end", |p| p.lot_units = i64::MAX, E::ParameterOutOfBounds),
        ("no tick", |p| p.tick_value = 0, E::ParameterOutOfBounds),
        ("a tick at the type's end", |p| p.tick_value = i64::MAX, E::ParameterOutOfBounds),
        ("no position", |p| p.max_position = 0, E::ParameterOutOfBounds),
        ("a position at the type's end", |p| p.max_position = i64::MAX, E::ParameterOutOfBounds),
        ("a position whose value leaves the bound of products", |p| p.max_position = 1 << 40, E::Overflow),
        ("a band below 0.1 %", |p| p.price_band = 999, E::ParameterOutOfBounds),
        ("a band above 50 %", |p| p.price_band = 500_001, E::ParameterOutOfBounds),
        ("a negative least value", |p| p.min_order_value = -1, E::ParameterOutOfBounds),
        ("a least value at the type's end", |p| p.min_order_value = i64::MAX, E::ParameterOutOfBounds),
        ("no open interest", |p| p.open_interest_cap = 0, E::ParameterOutOfBounds),
        ("negative open interest", |p| p.open_interest_cap = i64::MIN, E::ParameterOutOfBounds),
        ("open interest at the type's end", |p| p.open_interest_cap = i64::MAX, E::ParameterOutOfBounds),
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

#[test]
fn grow_market() {
    let World { mut svm, other, payer, .. } = World::new();
    let e = svm.exchange;
    let ix = instruction::grow_market(&e, &payer.pubkey(), BTC);
    Case::new("grow_market", ix, &[&payer], &[Slot::Payer, EXCHANGE, MARKET, SYSTEM])
        .other_exchange(1, other.address)
        .other_exchange(2, other.market(BTC))
        .sibling(2, e.market(ETH))
        .except(0, OtherSigner, Legal) // anyone may pay
        .except(2, Sibling, Legal) // for any market
        .run(&mut svm);
}

#[test]
fn set_pause() {
    let World { mut svm, other, admin, .. } = World::new();
    let (e, a) = (svm.exchange, admin.pubkey());
    let arguments = [
        ("a bit that means nothing", instruction::set_pause(&e, &a, 16), E::ParameterOutOfBounds.into()),
        ("all bits of the type", instruction::set_pause(&e, &a, u32::MAX), E::ParameterOutOfBounds.into()),
    ];
    Case::new("set_pause", instruction::set_pause(&e, &a, 15), &[&admin], &[Slot::Signer, EXCHANGE])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .except(0, OtherSigner, E::Unauthorized)
        .except(1, OtherExchange, Legal) // the fixture's exchanges have the same admin
        .run(&mut svm);
}

#[test]
fn fund_insurance() {
    let World { mut svm, other, alice, bob, .. } = World::new();
    let (e, who, usdc) = (svm.exchange, alice.address(), svm.usdc);
    let build = |amount| instruction::fund_insurance(&e, &who, &alice.usdc, &usdc, amount);
    let all = svm.token_amount(&alice.usdc);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the giver has", build(all + 1), INSUFFICIENT_FUNDS),
        ("more than fits", build(i64::MAX as u64), E::Overflow.into()),
        ("more than fits the type", build(u64::MAX), E::Overflow.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, Slot::Unchecked, Slot::Unchecked, TOKENS];
    Case::new("fund_insurance", build(all), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(4, other.vault(&usdc))
        .sibling(3, bob.usdc)
        .sibling(4, e.vault(&svm.wsol))
        .except(0, OtherSigner, OWNER_MISMATCH)
        .except(3, Sibling, OWNER_MISMATCH)
        .except(3, OtherAddress, Legal) // any token account of the giver
        .except(3, OtherOwner, I::ExternalAccountDataModified)
        .except(3, Empty, I::InvalidAccountData)
        .except(3, SwappedWithNext, E::WrongVault)
        .except(4, OtherOwner, E::WrongVault)
        .except(4, OtherAddress, E::WrongVault)
        .except(4, Empty, E::WrongVault)
        .except(4, Sibling, E::WrongVault)
        .except(4, OtherExchange, E::WrongVault)
        .run(&mut svm);
}

#[test]
fn open_margin_account() {
    let World { mut svm, other, alice, bob, payer, .. } = World::new();
    let e = svm.exchange;
    let build = |sub_id| instruction::open_margin_account(&e, &payer.pubkey(), &alice.address(), sub_id);
    let slots = [Slot::Payer, Slot::Signer, EXCHANGE, Slot::Init, SYSTEM];
    Case::new("open_margin_account", build(1), &[&payer, &alice.key], &slots)
        .arguments(&mut svm, &[("a sub-id that is in use", build(0), I::Custom(0).into())])
        .other_exchange(2, other.address)
        .other_exchange(3, other.margin(&alice.address(), 1))
        .sibling(3, bob.margin)
        .except(0, OtherSigner, Legal) // anyone may pay
        .except(0, DuplicateOf(1), Legal) // the owner too
        .run(&mut svm);
}

#[test]
fn close_margin_account() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    svm.withdraw_usdc(&alice, 100_000_000_000).unwrap();
    let ix = instruction::close_margin_account(&e, &alice.address(), 0);
    Case::new("close_margin_account", ix, &[&alice.key], &[Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN])
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn deposit() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let (e, who, usdc) = (svm.exchange, alice.address(), svm.usdc);
    let build = |amount| instruction::deposit(&e, &who, &alice.margin, &alice.usdc, &usdc, amount);
    let all = svm.token_amount(&alice.usdc);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the depositor has", build(all + 1), INSUFFICIENT_FUNDS),
        ("more than fits", build(i64::MAX as u64), E::Overflow.into()),
        ("more than fits the type", build(u64::MAX), E::Overflow.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN, Slot::Unchecked, Slot::Unchecked, TOKENS];
    Case::new("deposit", build(all), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(6, other.vault(&usdc))
        .sibling(4, bob.margin)
        .sibling(5, bob.usdc)
        .sibling(6, e.vault(&svm.wsol))
        .except(0, OtherSigner, OWNER_MISMATCH)
        .except(4, Sibling, Legal) // anyone may deposit into any account
        .except(5, Sibling, OWNER_MISMATCH)
        .except(5, OtherAddress, Legal) // any token account of the depositor
        .except(5, OtherOwner, I::ExternalAccountDataModified)
        .except(5, Empty, I::InvalidAccountData)
        .except(5, SwappedWithNext, E::WrongVault)
        .except(6, OtherOwner, E::WrongVault)
        .except(6, OtherAddress, E::WrongVault)
        .except(6, Empty, E::WrongVault)
        .except(6, Sibling, E::DepositLimit)
        .except(6, OtherExchange, E::WrongVault)
        .run(&mut svm);
    // The vault says what is deposited: dollars are not taken for SOL.
    let mut dollars_as_sol = build(1);
    dollars_as_sol.accounts[6].pubkey = e.vault(&svm.wsol);
    assert_refused(&mut svm, &[dollars_as_sol], &[&alice.key], MINT_MISMATCH);
}

#[test]
fn withdraw() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let (e, who, usdc) = (svm.exchange, alice.address(), svm.usdc);
    svm.deposit_sol(&bob, 5_000_000_000).unwrap();
    let build = |amount| instruction::withdraw(&e, &who, &alice.margin, &alice.usdc, &usdc, amount);
    let arguments = [
        ("nothing", build(0), E::ZeroAmount.into()),
        ("more than the account has", build(100_000_000_001), E::WouldBorrow.into()),
        ("more than the vault has", build(225_000_000_001), E::InsufficientVault.into()),
        ("more than fits the type", build(u64::MAX), E::InsufficientVault.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARGIN, Slot::Unchecked, Slot::Unchecked, TOKENS];
    Case::new("withdraw", build(100_000_000_000), &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, abroad)
        .other_exchange(5, other.vault(&usdc))
        .sibling(4, bob.margin)
        .sibling(5, e.vault(&svm.wsol))
        .sibling(6, bob.usdc)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::Unauthorized)
        .except(5, Sibling, E::InsufficientVault)
        .except(5, OtherOwner, E::WrongVault)
        .except(5, OtherAddress, E::WrongVault)
        .except(5, Empty, E::WrongVault)
        .except(5, OtherExchange, E::WrongVault)
        .except(5, SwappedWithNext, E::WrongVault)
        .except(6, Sibling, Legal) // to whom is the owner's choice
        .except(6, OtherAddress, Legal)
        .except(6, OtherOwner, I::ExternalAccountDataModified)
        .except(6, Empty, I::InvalidAccountData)
        .run(&mut svm);
    // The vault says what is withdrawn: the destination must be of its mint, and the account must hold it.
    let mut as_sol = build(1);
    as_sol.accounts[6].pubkey = alice.wsol;
    assert_refused(&mut svm, &[as_sol], &[&alice.key], MINT_MISMATCH);
    let sol = instruction::withdraw(&e, &who, &alice.margin, &alice.wsol, &svm.wsol, 1);
    assert_refused(&mut svm, &[sol], &[&alice.key], E::InsufficientBalance);
}

#[test]
fn refresh_underlying() {
    let World { mut svm, other, .. } = World::new();
    let e = svm.exchange;
    svm.advance(1);
    svm.write_price(BTC, "40001");
    let price = svm.price_account(BTC);
    let build = |underlying| instruction::refresh_underlying(&e, &price, underlying);
    let arguments = [
        ("another underlying", build(ETH), E::OracleWrongFeed.into()),
        ("an underlying that is not listed", build(3), E::NotListed.into()),
        ("an underlying beyond the last", build(32), E::NotListed.into()),
        ("an underlying at the type's end", build(u16::MAX), E::NotListed.into()),
    ];
    Case::new("refresh_underlying", build(BTC), &[], &[EXCHANGE, BOARD, Slot::Unchecked])
        .arguments(&mut svm, &arguments)
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .sibling(2, svm.price_account(SOL))
        .except(2, OtherAddress, Legal) // any account of the oracle program with the feed
        .except(2, OtherOwner, E::OracleWrongOwner)
        .except(2, Empty, E::OracleWrongOwner)
        .except(2, Sibling, E::OracleWrongFeed)
        .except(2, DuplicateOf(0), E::OracleWrongOwner)
        .run(&mut svm);
}

#[test]
fn place_order() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let carol = svm.trader("100000").unwrap();
    let e = svm.exchange;
    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 10).post_only()).unwrap();
    let args = Order::buy(&svm, BTC, "40000", 10).args;
    let build =
        |args: &OrderArgs| instruction::place_order(&e, &alice.address(), &alice.margin, BTC, &[bob.margin], args);
    let bounds: &[Change<OrderArgs>] = &[
        ("a third side", |o| o.side = 2, E::BadSide),
        ("a side at the type's end", |o| o.side = u8::MAX, E::BadSide),
        ("a seventh kind", |o| o.kind = 6, E::BadOrderKind),
        ("a market order with a price", |o| o.kind = order_kind::MARKET, E::BadPrice),
        ("a fourth self-trade mode", |o| o.self_trade = 3, E::BadSelfTrade),
        ("reduce-only that is neither", |o| o.reduce_only = 2, E::BadOrderKind),
        ("no lots", |o| o.lots = 0, E::BadSize),
        ("negative lots", |o| o.lots = -1, E::BadSize),
        ("lots at the type's beginning", |o| o.lots = i64::MIN, E::BadSize),
        ("lots at the type's end", |o| o.lots = i64::MAX, E::BadSize),
        ("a lot more than any position", |o| o.lots = 1_000_001, E::BadSize),
        ("no price", |o| o.price = 0, E::BadPrice),
        ("a negative price", |o| o.price = -1, E::BadPrice),
        ("a price at the type's beginning", |o| o.price = i64::MIN, E::BadPrice),
        ("a price at the type's end", |o| o.price = i64::MAX, E::BadPrice),
        ("an expiry of long ago", |o| o.expires_at = 1, E::OrderExpired),
        ("a negative expiry", |o| o.expires_at = i64::MIN, E::OrderExpired),
        ("nothing to reduce", |o| o.reduce_only = 1, E::NothingToReduce),
    ];
    let slots = [Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN];
    let mut arguments = refusals(args, build, bounds);
    let now = OrderArgs { expires_at: svm.now(), ..args };
    arguments.push(("an expiry of now", build(&now), E::OrderExpired.into()));
    let without_maker = instruction::place_order(&e, &alice.address(), &alice.margin, BTC, &[], &args);
    Case::new("place_order", without_maker, &[&alice.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::BadPrice) // the price is one of another market
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);

    // Makers' accounts, which Anchor knows nothing of.
    let keys = [&alice.key];
    let with = |makers: &[Address]| instruction::place_order(&e, &alice.address(), &alice.margin, BTC, makers, &args);
    svm.simulate(&[with(&[bob.margin, carol.margin])], &keys).unwrap();
    assert_refused(&mut svm, &[with(&[bob.margin, bob.margin])], &keys, E::DuplicateAccount);
    assert_refused(&mut svm, &[with(&[bob.margin, alice.margin])], &keys, DUPLICATE);
    assert_refused(&mut svm, &[with(&[e.market(BTC)])], &keys, DUPLICATE);
    assert_refused(&mut svm, &[with(&[abroad])], &keys, E::WrongExchange);
    assert_refused(&mut svm, &[with(&[e.address])], &keys, I::AccountDataTooSmall);
    assert_refused(&mut svm, &[with(&[e.market(ETH)])], &keys, I::InvalidAccountData);
    assert_refused(&mut svm, &[with(&[e.board])], &keys, I::InvalidAccountData);
    assert_refused(&mut svm, &[with(&[Address::new_unique()])], &keys, I::IllegalOwner);
    assert_refused(&mut svm, &[with(&[alice.usdc])], &keys, I::IllegalOwner);
    let mut read_only = with(&[bob.margin]);
    read_only.accounts[5].is_writable = false;
    assert_refused(&mut svm, &[read_only], &keys, crate::refusal::NOT_WRITABLE);
    let bytes = svm.account(&bob.margin).unwrap();
    for (change, error) in [
        ((|a| a.owner = Address::new_from_array([9; 32])) as fn(&mut solana_account::Account), I::IllegalOwner),
        (|a| a.data[0] ^= 1, I::InvalidAccountData),
        (|a| a.data.truncate(a.data.len() - 1), I::AccountDataTooSmall),
        (|_| (), I::InvalidSeeds),
    ] {
        let elsewhere = Address::new_unique();
        let mut account = bytes.clone();
        change(&mut account);
        svm.set_account(elsewhere, account);
        assert_refused(&mut svm, &[with(&[elsewhere])], &keys, error);
    }
    let crowd: Vec<Trader> = (0..9).map(|_| svm.trader("0").unwrap()).collect();
    let crowd: Vec<Address> = crowd.iter().map(|t| t.margin).collect();
    svm.simulate(&[with(&crowd[..8])], &keys).unwrap();
    assert_refused(&mut svm, &[with(&crowd)], &keys, E::TooManyMakers);
}

#[test]
fn cancel_order() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let (handle, sequence) = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let bobs = svm.rest(&bob, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let build =
        |handle, sequence| instruction::cancel_order(&e, &alice.address(), &alice.margin, BTC, handle, sequence);
    let arguments = [
        ("another sequence number", build(handle, sequence + 1), E::OrderNotFound.into()),
        ("sequence number zero, that of a free slot", build(3, 0), E::OrderNotFound.into()),
        ("no handle", build(0, sequence), E::OrderNotFound.into()),
        ("a handle never in use", build(3, sequence), E::OrderNotFound.into()),
        ("a handle at the type's end", build(u32::MAX, sequence), E::OrderNotFound.into()),
        ("a sequence number at the type's end", build(handle, u64::MAX), E::OrderNotFound.into()),
        ("somebody else's order", build(bobs.0, bobs.1), E::OrderNotOwned.into()),
    ];
    Case::new("cancel_order", build(handle, sequence), &[&alice.key], &[Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, E::OrderNotFound)
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
    // Whoever holds no position slot in the market cannot cancel what is another's either.
    let carol = svm.trader("0").unwrap();
    let ix = instruction::cancel_order(&e, &carol.address(), &carol.margin, BTC, handle, sequence);
    assert_refused(&mut svm, &[ix], &[&carol.key], E::OrderNotOwned);
}

#[test]
fn cancel_all_orders() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    svm.rest(&alice, Order::buy(&svm, BTC, "39000", 10)).unwrap();
    let build = |side| instruction::cancel_all_orders(&e, &alice.address(), &alice.margin, BTC, side, 1);
    let arguments = [
        ("a fourth side", build(3), E::BadSide.into()),
        ("a side at the type's end", build(u8::MAX), E::BadSide.into()),
    ];
    let ix = build(BOTH_SIDES);
    Case::new("cancel_all_orders", ix, &[&alice.key], &[Slot::Signer, EXCHANGE, BOARD, MARKET, MARGIN])
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .other_exchange(4, abroad)
        .sibling(3, e.market(ETH))
        .sibling(4, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(3, Sibling, Legal) // nothing there to cancel
        .except(4, Sibling, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn sweep() {
    let World { mut svm, other, alice, bob, .. } = World::new();
    let e = svm.exchange;
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    Case::new("sweep", instruction::sweep(&e, BTC), &[], &[EXCHANGE, TREASURY, BOARD, MARKET])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.board)
        .other_exchange(3, other.market(BTC))
        .sibling(3, e.market(ETH))
        .except(3, Sibling, E::NothingToSweep)
        .run(&mut svm);
    svm.sweep(BTC).unwrap();
    assert_refused(&mut svm, &[instruction::sweep(&e, BTC)], &[], E::NothingToSweep);
}

#[test]
fn liquidate() {
    let World { mut svm, other, alice: liquidator, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let poor = svm.trader("900").unwrap();
    svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    let build = |lots| instruction::liquidate(&e, &liquidator.address(), &liquidator.margin, &poor.margin, BTC, lots);
    let arguments = [
        ("no lots", build(0), E::NothingToLiquidate.into()),
        ("negative lots", build(-1), E::NothingToLiquidate.into()),
        ("lots at the type's beginning", build(i64::MIN), E::NothingToLiquidate.into()),
    ];
    let slots = [Slot::Signer, EXCHANGE, TREASURY, BOARD, MARKET, MARGIN, MARGIN];
    Case::new("liquidate", build(i64::MAX), &[&liquidator.key], &slots)
        .arguments(&mut svm, &arguments)
        .other_exchange(1, other.address)
        .other_exchange(2, other.treasury)
        .other_exchange(3, other.board)
        .other_exchange(4, other.market(BTC))
        .other_exchange(5, abroad)
        .other_exchange(6, abroad)
        .sibling(4, e.market(ETH))
        .sibling(5, bob.margin)
        .sibling(6, bob.margin)
        .except(0, OtherSigner, E::Unauthorized)
        .except(4, Sibling, E::NothingToLiquidate)
        .except(5, Sibling, E::NotLiquidatable)
        .except(6, Sibling, E::Unauthorized)
        .except(5, SwappedWithNext, E::Unauthorized)
        .run(&mut svm);
}

#[test]
fn resolve_bad_debt() {
    let (mut svm, debtor) = crate::liquidation::uncovered_debt();
    let other = svm.another_exchange(2).unwrap();
    let bob = svm.trader("100").unwrap();
    let open = instruction::open_margin_account(&other, &svm.payer.pubkey(), &bob.address(), 0);
    svm.send(&[open], &[&bob.key]).unwrap();
    svm.fund_insurance(1).unwrap();
    let e = svm.exchange;
    let ix = instruction::resolve_bad_debt(&e, &debtor.margin);
    Case::new("resolve_bad_debt", ix, &[], &[EXCHANGE, TREASURY, MARGIN])
        .other_exchange(0, other.address)
        .other_exchange(1, other.treasury)
        .other_exchange(2, other.margin(&bob.address(), 0))
        .sibling(2, bob.margin)
        .except(2, Sibling, E::NoBadDebt)
        .run(&mut svm);
}

#[test]
fn view_margin() {
    let World { mut svm, other, alice, bob, abroad, .. } = World::new();
    let e = svm.exchange;
    let ix = instruction::view_margin(&e, &alice.margin, 0);
    Case::new("view_margin", ix, &[], &[EXCHANGE, BOARD, MARGIN])
        .arguments(&mut svm, &[])
        .other_exchange(0, other.address)
        .other_exchange(1, other.board)
        .other_exchange(2, abroad)
        .sibling(2, bob.margin)
        .except(2, Sibling, Legal) // anyone may look at any account
        .run(&mut svm);
}
