//! Changes of parameters by the admin, tightening by the risk authority, the breaker (I316 to I319).

use super::timelock::{fees, instrument_change};
use crate::harness::refusal::{assert_refused, numbers, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{
            CollateralChangeArgs, FutureArgs, InstrumentChangeArgs, InstrumentTightenArgs, QUOTE_TOKEN, UnderlyingArgs,
            WithdrawalLimitArgs,
        },
        events::{
            BreakerTripped, CollateralChanged, InstrumentChanged, ScanRangeRaised, ScanRangeRelaxed, UnderlyingChanged,
            WithdrawalLimitSet,
        },
        oracle::OraclePrice,
        state::Exchange,
    },
    config, event, instruction, oracle,
    risk::{
        BREAKER_REST_SECONDS, BREAKER_SECONDS, BREAKER_SUSPECT_SECONDS, FeeParams, Feed, FundingParams,
        InstrumentLimits, Lots, MarginParams, Ppm, QuoteNative, TokenParams, Underlying, UnitPrice, WithdrawalLimit,
        guard::flag, range::TIGHTENING_SECONDS,
    },
};
use ballast_testkit::{BTC, ETH, Failed, Order, Sent, Svm, Trader, options::SECOND};
use solana_instruction::Instruction;
use solana_signer::Signer;

const HOUR: i64 = 3_600;

pub fn btc(svm: &Svm) -> Underlying {
    *svm.board().board.underlying(BTC).unwrap()
}

pub fn btc_args(svm: &Svm) -> UnderlyingArgs {
    svm.config.underlying_args(&svm.config.underlying[0]).unwrap()
}

pub fn by_admin(svm: &mut Svm, ix: Instruction) -> Result<Sent, Failed> {
    let admin = svm.admin.insecure_clone();
    svm.send(&[ix], &[&admin])
}

fn by_risk_authority(svm: &mut Svm, ix: Instruction) -> Result<Sent, Failed> {
    let risker = svm.risker.insecure_clone();
    svm.send(&[ix], &[&risker])
}

pub fn change_btc(svm: &mut Svm, args: &UnderlyingArgs) -> Result<Sent, Failed> {
    let ix = instruction::change_underlying(&svm.exchange, &svm.admin.pubkey(), BTC, args);
    by_admin(svm, ix)
}

pub fn tighten_btc(svm: &mut Svm, scan_range: u32) -> Result<Sent, Failed> {
    let ix = instruction::tighten_underlying(&svm.exchange, &svm.risker.pubkey(), BTC, scan_range);
    by_risk_authority(svm, ix)
}

/// An exchange on which Alice is long 100 lots of BTC at 40,000 dollars and Bob short as much.
fn traded() -> (Svm, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    (svm, alice, bob)
}

/// I316.
#[test]
fn fees_hold_from_the_next_fill_on() {
    let (mut svm, alice, bob) = traded();
    let before = svm.market(BTC).header.unswept_fees.get();
    let args = FeeParams {
        taker_fee: Ppm::new(1_000),
        maker_fee: 200,
        block_fee: Ppm::new(300),
        maker_penalty_rate: Ppm::new(4_000),
        maker_penalty: QuoteNative::new(5_000_000),
    };
    let ix = instruction::change_fees(&svm.exchange, &svm.admin.pubkey(), &args);
    by_admin(&mut svm, ix).unwrap();
    let e = *svm.decode::<Exchange>(&svm.exchange.address);
    assert_eq!((e.fees.taker_fee.get(), e.fees.maker_fee, e.fees.block_fee.get()), (1_000, 200, 300));
    assert_eq!((e.fees.maker_penalty_rate.get(), e.fees.maker_penalty.get()), (4_000, 5_000_000));
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    // 400 dollars: twelve in ten thousand of both sides together.
    assert_eq!(svm.market(BTC).header.unswept_fees.get() - before, 480_000);
    svm.assert_reconciled();
}

/// I317.
#[test]
fn margin_parameters_change_initial_margin_and_leave_maintenance_alone() {
    let (mut svm, alice, _) = traded();
    let before = svm.requirements(&alice);
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap().margin;
    let args = MarginParams { initial_ratio: Ppm::new(2_500_000), discount_max: Ppm::new(600_000), ..args };
    let ix = instruction::change_margin(&svm.exchange, &svm.admin.pubkey(), &args);
    by_admin(&mut svm, ix).unwrap();
    let after = svm.requirements(&alice);
    assert_eq!((after.maintenance, after.initial.get()), (before.maintenance, 2 * before.initial.get()));
    assert_eq!(svm.board().board.params.discount_max.get(), 600_000);
}

/// I311. A refusal names the parameter and its bounds.
#[test]
fn the_log_names_what_is_out_of_bounds() {
    let mut svm = Svm::new().unwrap();
    let (e, admin) = (svm.exchange, svm.admin.insecure_clone());
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap().margin;
    let low = MarginParams { initial_ratio: Ppm::new(1), ..args };
    let a = admin.pubkey();
    let cases = [
        (instruction::change_margin(&e, &a, &low), "initial_ratio: 1, from 1050000 to 3000000 millionths"),
        (instruction::change_fees(&e, &a, &fees(&svm, 10_001)), "taker_fee: 10001, from 0 to 10000 millionths"),
        (instruction::set_timelock(&e, &a, u32::MAX), "timelock: 4294967295, from 0 to 2592000 seconds"),
        (
            instruction::set_product_group(&e, &a, 0, [1; 16], &ballast_testkit::offset(900_001)),
            "offset: 900001, from 0 to 900000 millionths",
        ),
    ];
    for (ix, line) in cases {
        let failed = assert_refused(&mut svm, &[ix], &[&admin], E::ParameterOutOfBounds);
        assert!(failed.log.contains(&format!("Program log: {line}")), "{:#?}", failed.log);
    }
}

/// I311. Reserved bytes are zero, wherever parameters are sent.
#[test]
fn reserved_bytes_are_refused_by_name() {
    let mut svm = Svm::new().unwrap();
    let (e, admin) = (svm.exchange, svm.admin.insecure_clone());
    let a = admin.pubkey();
    let mut margin = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap().margin;
    margin.reserved[1] = 1;
    let mut limits = instrument_change(&svm, BTC);
    limits.limits.reserved[1] = 1;
    let mut funding = instrument_change(&svm, BTC);
    funding.funding.reserved = 1;
    let mut range = btc_args(&svm);
    range.range.reserved[0] = 1;
    let mut group = ballast_testkit::offset(0);
    group.reserved[0] = 1;
    let token =
        CollateralChangeArgs { params: TokenParams { deposit_limit: 1, haircut: Ppm::ZERO, reserved: 1 }, token: 0 };
    let limit =
        WithdrawalLimitArgs { params: WithdrawalLimit { limit: 1, window: 60, reserved: 1 }, token: QUOTE_TOKEN };
    for (ix, list) in [
        (instruction::change_margin(&e, &a, &margin), "Margin"),
        (instruction::change_instrument(&e, &a, BTC, &limits), "Instrument"),
        (instruction::change_instrument(&e, &a, BTC, &funding), "Instrument, funding"),
        (instruction::change_underlying(&e, &a, BTC, &range), "Underlying, range"),
        (instruction::set_product_group(&e, &a, 0, [1; 16], &group), "Product group"),
        (instruction::change_collateral(&e, &a, &token), "Collateral token"),
        (instruction::set_withdrawal_limit(&e, &a, &limit), "Withdrawal limit"),
    ] {
        let failed = assert_refused(&mut svm, &[ix], &[&admin], E::ParameterOutOfBounds);
        assert!(failed.log.contains(&format!("Program log: {list}: reserved must be zero")), "{:#?}", failed.log);
    }
    let mut terms = btc_args(&svm);
    terms.terms.reserved[0] = 1;
    let ix = instruction::change_underlying(&e, &a, BTC, &terms);
    assert_refused(&mut svm, &[ix], &[&admin], E::ImmutableParameter);
    terms.first.id = [7; 32];
    let ix = instruction::list_underlying(&e, &a, &terms);
    assert_refused(&mut svm, &[ix], &[&admin], E::ParameterOutOfBounds);
}

/// I316. What the model's bounds of products were proven with stays.
#[test]
fn price_bound_scale_and_unit_of_an_underlying_stay() {
    let mut svm = Svm::new().unwrap();
    let args = btc_args(&svm);
    let others: [fn(&mut UnderlyingArgs); 3] = [
        |u| u.terms.max_price = UnitPrice::new(u.terms.max_price.get() + 1),
        |u| u.terms.scale_bits += 1,
        |u| u.terms.unit_exponent -= 1,
    ];
    let admin = svm.admin.insecure_clone();
    for change in others {
        let mut args = args;
        change(&mut args);
        let ix = instruction::change_underlying(&svm.exchange, &admin.pubkey(), BTC, &args);
        assert_refused(&mut svm, &[ix], &[&admin], E::ImmutableParameter);
    }
    let taken = UnderlyingArgs { first: svm.first_feed(ETH), ..args };
    let ix = instruction::change_underlying(&svm.exchange, &admin.pubkey(), BTC, &taken);
    assert_refused(&mut svm, &[ix], &[&admin], E::AlreadyExists);
}

/// I316.
#[test]
fn an_underlying_takes_another_feed_and_other_parameters() {
    let mut svm = Svm::new().unwrap();
    let before = btc(&svm);
    let first = Feed { id: [7; 32], ..before.first };
    let second = Feed { source: SECOND as u8, account: [8; 32], id: [9; 32], ..Feed::NONE };
    let mut args = UnderlyingArgs { name: config::name("XBT").unwrap(), first, second, group: 0, ..btc_args(&svm) };
    (args.params.concentration, args.params.max_age) = (Ppm::new(700_000), 20);
    args.guards.max_move = Ppm::new(30_000);
    let sent = change_btc(&mut svm, &args).unwrap();
    let told = event::find::<UnderlyingChanged>(&sent.log)[0];
    assert_eq!((told.feed_id, told.name, told.underlying), ([7; 32], args.name, BTC));
    assert_eq!((told.before, told.params), (before.params, args.params));
    let u = btc(&svm);
    assert_eq!((u.name, u.first, u.second), (args.name, first, second));
    assert_eq!(
        (u.params.concentration.get(), u.params.max_age, u.guard_params.max_move.get(), u.group),
        (700_000, 20, 30_000, 0)
    );
    // What is not a parameter stays: price, chain of instruments, ranges.
    assert_eq!((u.price, u.publish_time, u.first_linear, u.range), {
        (before.price, before.publish_time, before.first_linear, before.range)
    });
    // The old feed is refused from now on.
    svm.advance(1);
    svm.write_price(BTC, "40000");
    assert!(svm.refresh(BTC).is_err());
}

/// I317. The range of initial margin rises with the next price, that of maintenance margin in twelve hours, and nobody is
/// liquidated by the change itself.
#[test]
fn a_raised_scan_range_asks_for_initial_margin_at_once_and_for_maintenance_in_twelve_hours() {
    for by_change in [false, true] {
        let (mut svm, alice, bob) = traded();
        let poor = svm.trader("610").unwrap();
        svm.trade(&poor, &bob, BTC, "40000", 60).unwrap();
        let (calm, calm_poor) = (svm.requirements(&alice), svm.requirements(&poor));
        assert!(
            calm_poor.initial_equity >= calm_poor.initial && calm_poor.equity.get() < 2 * calm_poor.maintenance.get()
        );
        // The admin's change may be any, the risk authority's a tenth.
        let raised = if by_change { 300_000 } else { 165_000 };
        if by_change {
            let mut args = btc_args(&svm);
            args.params.scan_range = Ppm::new(raised);
            change_btc(&mut svm, &args).unwrap();
        } else {
            let sent = tighten_btc(&mut svm, raised).unwrap();
            let told = event::find::<ScanRangeRaised>(&sent.log)[0];
            assert_eq!((told.before, told.scan_range, told.underlying), (150_000, raised, BTC));
        }
        let more = i64::from(raised) - 150_000;
        // The very next price, a second later.
        let raised_at = svm.now();
        svm.advance(1);
        svm.publish(BTC, "40000").unwrap();
        let now = svm.requirements(&alice);
        let range = btc(&svm).range;
        assert_eq!((range.initial.get(), i64::from(range.maintenance.get())), (raised, 150_000 + more / 43_200));
        // To two millionths: a ratio is rounded up to one, and a shock to a sixteenth of a unit's millionth of a dollar.
        let asked = calm.initial.get() * i64::from(raised) / 150_000;
        assert!((asked..=asked + asked / 500_000).contains(&now.initial.get()), "{} {asked}", now.initial.get());
        assert!(now.maintenance.get() - calm.maintenance.get() < calm.maintenance.get() / 10_000);
        // Who had enough for the old range is not liquidated, and may not add.
        let carol = svm.trader("100000").unwrap();
        let failed = svm.liquidate(&carol, &poor, &[BTC]).unwrap_err();
        assert_eq!(failed.ballast(), Some(E::NotLiquidatable));
        let failed = svm.place(&poor, Order::buy(&svm, BTC, "39000", 30), &[]).unwrap_err();
        assert_eq!(failed.ballast(), Some(E::BelowInitialMargin));
        // Never faster than the ramp, and there at its end.
        for hour in 1..=12 {
            svm.set_time(raised_at + hour * HOUR);
            svm.publish(BTC, "40000").unwrap();
            let expected = 150_000 + more * (hour * HOUR) / TIGHTENING_SECONDS;
            assert_eq!(i64::from(btc(&svm).range.maintenance.get()), expected, "hour {hour}");
        }
        let end = svm.requirements(&alice);
        assert!((end.maintenance.get() - calm.maintenance.get() * i64::from(raised) / 150_000).abs() < 10);
        assert_eq!(btc(&svm).range.initial, Ppm::new(raised));
        assert_eq!(svm.liquidate(&carol, &poor, &[BTC]).is_ok(), by_change);
        svm.assert_reconciled();
    }
}

/// I318.
#[test]
fn the_risk_authority_raises_a_scan_range_and_never_lowers_it() {
    let mut svm = Svm::new().unwrap();
    let risker = svm.risker.insecure_clone();
    let ix = |scan_range| instruction::tighten_underlying(&svm.exchange, &risker.pubkey(), BTC, scan_range);
    let (same, lower, much) = (ix(150_000), ix(149_999), ix(165_001));
    for (ix, range) in [(same, 150_000), (lower, 149_999)] {
        let failed = assert_refused(&mut svm, &[ix], &[&risker], E::OnlyTightens);
        assert_eq!(numbers(&failed, "scan_range"), (150_000, range));
    }
    assert_refused(&mut svm, &[much], &[&risker], E::RaisedTooMuch);
    tighten_btc(&mut svm, 150_001).unwrap();
    tighten_btc(&mut svm, 165_000).unwrap();
    // The cap of the dynamic range is the admin's.
    let mut svm = Svm::with_config(|c| c.underlying[0].range.set("cap", "0.16")).unwrap();
    refused(&mut svm, |svm| tighten_btc(svm, 160_001), E::ParameterOutOfBounds);
    tighten_btc(&mut svm, 160_000).unwrap();
}

/// I318. A lowered limit refuses what would go beyond it and stops no reduction.
#[test]
fn a_tightened_instrument_only_takes_reductions() {
    let (mut svm, alice, bob) = traded();
    let tighten = |svm: &mut Svm, max_position, cap, reduce_only| {
        let args = InstrumentTightenArgs { max_position, open_interest_cap: cap, reduce_only };
        let ix = instruction::tighten_instrument(&svm.exchange, &svm.risker.pubkey(), BTC, &args);
        by_risk_authority(svm, ix)
    };
    let (position, cap) = (svm.board().board.instrument(BTC).unwrap().limits.max_position.get(), 5_000_000);
    assert_eq!(svm.board().board.instruments[usize::from(BTC)].limits.open_interest_cap.get(), cap);
    let failed = tighten(&mut svm, position + 1, cap, 0).unwrap_err();
    assert_eq!((failed.ballast(), numbers(&failed, "max_position")), (Some(E::OnlyTightens), (position, position + 1)));
    let failed = tighten(&mut svm, position, cap + 1, 0).unwrap_err();
    assert_eq!((failed.ballast(), numbers(&failed, "open_interest_cap")), (Some(E::OnlyTightens), (cap, cap + 1)));

    let sent = tighten(&mut svm, position / 10, 100, 0).unwrap();
    let told = event::find::<InstrumentChanged>(&sent.log)[0];
    assert_eq!(
        (told.limits.max_position.get(), told.limits.open_interest_cap.get(), told.reduce_only),
        (position / 10, 100, 0)
    );
    let failed = svm.place(&alice, Order::buy(&svm, BTC, "39000", position / 10), &[]).unwrap_err();
    assert_eq!(failed.ballast(), Some(E::PositionLimit));
    let (carol, dave) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.rest(&carol, Order::sell(&svm, BTC, "40000", 1)).unwrap();
    let failed = svm.place(&dave, Order::buy(&svm, BTC, "40000", 1).immediate(), &[&carol]).unwrap_err();
    assert_eq!(failed.ballast(), Some(E::OpenInterestCap));
    svm.cancel_all(&carol, BTC, 9).unwrap();

    tighten(&mut svm, position / 10, 100, 1).unwrap();
    let failed = svm.place(&dave, Order::buy(&svm, BTC, "39000", 1), &[]).unwrap_err();
    assert_eq!(failed.ballast(), Some(E::MarketReduceOnly));
    // A zero leaves the market close-only: only the admin opens it again.
    tighten(&mut svm, position / 10, 90, 0).unwrap();
    assert_eq!(svm.board().board.instrument(BTC).unwrap().reduce_only, 1);
    svm.rest(&bob, Order::buy(&svm, BTC, "40000", 30).reduce_only()).unwrap();
    let sell = Order::sell(&svm, BTC, "40000", 30).reduce_only().immediate();
    svm.place(&alice, sell, &[&bob]).unwrap();
    assert_eq!((svm.lots(&alice, BTC), svm.lots(&bob, BTC)), (70, -70));
    let open = instrument_change(&svm, BTC);
    let ix = instruction::change_instrument(&svm.exchange, &svm.admin.pubkey(), BTC, &open);
    by_admin(&mut svm, ix).unwrap();
    svm.place(&alice, Order::buy(&svm, BTC, "39000", 1), &[]).unwrap();
    svm.assert_reconciled();
}

/// I316.
#[test]
fn a_changed_instrument_has_its_new_limits() {
    let mut svm = Svm::new().unwrap();
    let mut args = instrument_change(&svm, ETH);
    args.funding.impact_notional = QuoteNative::new(5_000_000_000);
    args.funding.period = 8 * 3_600;
    args.funding.max_premium = Ppm::new(10_000);
    args.limits = InstrumentLimits {
        max_position: Lots::new(77),
        open_interest_cap: Lots::new(99),
        min_order_value: QuoteNative::new(6_000_000),
        price_band: Ppm::new(200_000),
        max_orders: 3,
        reserved: [0; 2],
    };
    args.reduce_only = 1;
    let before = *svm.board().board.instrument(ETH).unwrap();
    let ix = instruction::change_instrument(&svm.exchange, &svm.admin.pubkey(), ETH, &args);
    by_admin(&mut svm, ix).unwrap();
    let i = *svm.board().board.instrument(ETH).unwrap();
    assert_eq!(
        (i.limits.max_position.get(), i.limits.min_order_value.get(), i.limits.price_band.get()),
        (77, 6_000_000, 200_000)
    );
    assert_eq!((i.limits.max_orders, i.reduce_only), (3, 1));
    let f = i.funding;
    assert_eq!((f.impact_notional.get(), f.period, f.max_premium.get()), (5_000_000_000, 28_800, 10_000));
    assert_eq!(svm.board().board.instruments[usize::from(ETH)].limits.open_interest_cap.get(), 99);
    assert_eq!((i.name, i.mark, i.generation, i.next_linear), {
        (before.name, before.mark, before.generation, before.next_linear)
    });
}

/// I316, I318.
#[test]
fn a_token_takes_another_limit_and_haircut() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("100").unwrap();
    svm.deposit_sol(&alice, 10_000_000_000).unwrap();
    let before = svm.requirements(&alice);
    let args = CollateralChangeArgs {
        params: TokenParams { deposit_limit: 20_000_000_000, haircut: Ppm::new(100_000), reserved: 0 },
        token: 0,
    };
    let ix = instruction::change_collateral(&svm.exchange, &svm.admin.pubkey(), &args);
    let sent = by_admin(&mut svm, ix).unwrap();
    let told = event::find::<CollateralChanged>(&sent.log)[0];
    assert_eq!((told.mint, told.params), (svm.wsol, args.params));
    // Ten SOL of 40 dollars: ten per cent instead of five.
    let after = svm.requirements(&alice);
    assert_eq!((before.haircut.get(), after.haircut.get()), (20_000_000, 40_000_000));

    let tighten = |svm: &mut Svm, limit| {
        let ix = instruction::tighten_collateral(&svm.exchange, &svm.risker.pubkey(), 0, limit);
        by_risk_authority(svm, ix)
    };
    let failed = tighten(&mut svm, 20_000_000_001).unwrap_err();
    assert_eq!(failed.ballast(), Some(E::OnlyTightens));
    assert_eq!(numbers(&failed, "deposit_limit"), (20_000_000_000, 20_000_000_001));
    tighten(&mut svm, 5_000_000_000).unwrap();
    // Below what is deposited: nothing more comes in, what is there may go.
    assert_eq!(svm.deposit_sol(&alice, 1).unwrap_err().ballast(), Some(E::DepositLimit));
    svm.withdraw_sol(&alice, 10_000_000_000).unwrap();
    svm.assert_reconciled();
}

/// I316. Whoever raises a limit and lowers it again opens nothing; who turns it off does.
#[test]
fn a_withdrawal_limit_keeps_what_has_flowed_out() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("1000").unwrap();
    let set = |svm: &mut Svm, token: u16, limit: u64, window: u32| {
        let args = WithdrawalLimitArgs { params: WithdrawalLimit { limit, window, reserved: 0 }, token };
        let ix = instruction::set_withdrawal_limit(&svm.exchange, &svm.admin.pubkey(), &args);
        let sent = by_admin(svm, ix).unwrap();
        let told = event::find::<WithdrawalLimitSet>(&sent.log)[0];
        let treasury = svm.treasury();
        let (mint, set) = if token == QUOTE_TOKEN {
            (svm.usdc, treasury.quote_window)
        } else {
            (svm.wsol, treasury.token_windows[usize::from(token)])
        };
        assert_eq!((told.mint, told.params), (mint, set.params));
        assert_eq!((set.params.limit, set.params.window, set.updated_at), (limit, window, svm.now()));
        set.level
    };
    assert_eq!(set(&mut svm, QUOTE_TOKEN, 100_000_000, 3_600), 0);
    svm.withdraw_usdc(&alice, 80_000_000).unwrap();
    assert_eq!(set(&mut svm, QUOTE_TOKEN, 500_000_000, 60), 80_000_000);
    assert_eq!(set(&mut svm, QUOTE_TOKEN, 90_000_000, 60), 80_000_000);
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 10_000_001), E::WithdrawalWindow);
    svm.withdraw_usdc(&alice, 10_000_000).unwrap();
    assert_eq!(set(&mut svm, QUOTE_TOKEN, 0, 3_600), 0);
    svm.withdraw_usdc(&alice, 500_000_000).unwrap();
    assert_eq!(set(&mut svm, 0, 1 << 62, 604_800), 0);
    svm.assert_reconciled();
}

/// A price of BTC whose confidence interval is too wide.
pub fn publish_uncertain(svm: &mut Svm) {
    let price = oracle::dollars("40000", svm.now()).unwrap();
    svm.write_print(BTC, &OraclePrice { confidence: price.price as u64 * 3 / 100, ..price });
    svm.refresh(BTC).unwrap();
}

/// I319.
#[test]
fn anybody_trips_the_breaker_while_a_guard_of_a_fresh_price_is_up() {
    let mut svm = Svm::new().unwrap();
    let e = svm.exchange;
    let trip = |underlying| instruction::trip_breaker(&e, underlying);
    assert_refused(&mut svm, &[trip(BTC)], &[], E::BreakerNotTripped);
    assert_refused(&mut svm, &[trip(3)], &[], E::NotListed);
    assert_refused(&mut svm, &[trip(u16::MAX)], &[], E::NotListed);
    svm.advance(1);
    publish_uncertain(&mut svm);
    svm.advance(11);
    assert_refused(&mut svm, &[trip(BTC)], &[], E::PriceStale);
    publish_uncertain(&mut svm);
    svm.advance(5);
    svm.publish(BTC, "40000").unwrap();
    publish_later(&mut svm, BREAKER_SUSPECT_SECONDS, publish_uncertain);
    // One price is not enough, nor are two that are not far enough apart.
    assert_refused(&mut svm, &[trip(BTC)], &[], E::BreakerNotTripped);
    publish_later(&mut svm, BREAKER_SUSPECT_SECONDS - 1, publish_uncertain);
    assert_refused(&mut svm, &[trip(BTC)], &[], E::BreakerNotTripped);
    publish_later(&mut svm, 1, publish_uncertain);
    assert_refused(&mut svm, &[trip(ETH)], &[], E::PriceStale);
    let sent = svm.send(&[trip(BTC)], &[]).unwrap();
    let until = svm.now() + BREAKER_SECONDS;
    let told = event::find::<BreakerTripped>(&sent.log)[0];
    assert_eq!((told.halted_until, told.flags, told.underlying), (until, flag::UNCERTAIN.into(), BTC));
    assert_eq!(btc(&svm).halted_until, until);
    // It outlasts the guard, and is not prolonged once that is down.
    svm.advance(1);
    svm.publish(BTC, "40000").unwrap();
    assert_refused(&mut svm, &[trip(BTC)], &[], E::BreakerNotTripped);
    assert_eq!(btc(&svm).halted_until, until);
}

/// I319. A wide price every five minutes does not keep a market shut; one that stays wide does.
#[test]
fn the_breaker_is_not_held_tripped_by_a_price_now_and_then() {
    let mut svm = Svm::new().unwrap();
    let trip = [instruction::trip_breaker(&svm.exchange, BTC)];
    let suspect = |svm: &mut Svm| {
        publish_later(svm, 1, publish_uncertain);
        publish_later(svm, BREAKER_SUSPECT_SECONDS, publish_uncertain);
    };
    suspect(&mut svm);
    svm.send(&trip, &[]).unwrap();
    let tripped_at = svm.now();
    // Uncertain all along: prolonged at once.
    publish_later(&mut svm, BREAKER_SECONDS, publish_uncertain);
    svm.send(&trip, &[]).unwrap();
    let prolonged_at = svm.now();
    assert_eq!(prolonged_at, tripped_at + BREAKER_SECONDS);
    // The guard came down once: not again for a quarter of an hour.
    publish_later(&mut svm, 1, |svm| {
        svm.publish(BTC, "40000").unwrap();
    });
    suspect(&mut svm);
    assert_refused(&mut svm, &trip, &[], E::BreakerNotTripped);
    svm.set_time(prolonged_at + BREAKER_REST_SECONDS - 1);
    publish_uncertain(&mut svm);
    assert_refused(&mut svm, &trip, &[], E::BreakerNotTripped);
    svm.advance(1);
    svm.send(&trip, &[]).unwrap();
}

/// I336. What a stolen risk key raised is taken back before it reaches maintenance margin, without a wait.
#[test]
fn a_raised_scan_range_is_taken_back_at_once_while_its_ramp_runs() {
    let mut svm = Svm::new().unwrap();
    let (e, admin) = (svm.exchange, svm.admin.insecure_clone());
    let relax = |range| instruction::relax_underlying(&e, &admin.pubkey(), BTC, range);
    super::timelock::set_timelock(&mut svm, 172_800).unwrap();
    for range in [0, 149_999, 150_000] {
        assert_refused(&mut svm, &[relax(range)], &[&admin], E::ChangeNotProposed);
    }
    tighten_btc(&mut svm, 165_000).unwrap();
    let raised_at = svm.now();
    svm.advance(TIGHTENING_SECONDS - 1);
    for range in [0, 149_999, 165_000, 165_001, u32::MAX] {
        assert_refused(&mut svm, &[relax(range)], &[&admin], E::ChangeNotProposed);
    }
    let sent = by_admin(&mut svm, relax(160_000)).unwrap();
    let told = event::find::<ScanRangeRelaxed>(&sent.log)[0];
    assert_eq!((told.before, told.scan_range, told.underlying), (165_000, 160_000, BTC));
    let sent = by_admin(&mut svm, relax(150_000)).unwrap();
    let told = event::find::<ScanRangeRelaxed>(&sent.log)[0];
    assert_eq!((told.before, told.scan_range), (160_000, 150_000));
    svm.publish(BTC, "40000").unwrap();
    assert_eq!((btc(&svm).params.scan_range.get(), btc(&svm).range.maintenance.get()), (150_000, 150_000));
    // Once it is in force it is a change like any other.
    tighten_btc(&mut svm, 165_000).unwrap();
    svm.set_time(raised_at + 2 * TIGHTENING_SECONDS - 1);
    assert_refused(&mut svm, &[relax(150_000)], &[&admin], E::ChangeNotProposed);
}

/// I351. The basis of a perpetual or future is at most a quarter of its underlying's calendar charge: at its listing, when it
/// changes, and when the charge does. That of a future that is settled is not bound.
#[test]
fn a_basis_is_within_a_quarter_of_the_calendar_charge() {
    let (mut svm, future) = (Svm::new().unwrap(), 3);
    let (payer, admin, expiry) = (svm.payer.pubkey(), svm.admin.pubkey(), svm.now() + 86_400);
    let mut contract = svm.config.instrument_args(&svm.config.perpetual[0], future).unwrap();
    let mut list = |svm: &mut Svm, max_basis: u32| {
        contract.funding.max_basis = Ppm::new(max_basis);
        by_admin(svm, instruction::list_future(&svm.exchange, &payer, &admin, &FutureArgs { contract, expiry }))
    };
    let failed = refused(&mut svm, |svm| list(svm, 3_126), E::BasisAboveCalendar);
    let named = "max_basis 3126 of instrument 3 is above a quarter of the calendar charge 12500";
    assert!(failed.log.iter().any(|l| l.contains(named)), "{:#?}", failed.log);
    list(&mut svm, 3_125).unwrap();

    let change = |svm: &mut Svm, instrument: u16, max_basis: u32| {
        let i = *svm.board().board.instrument(instrument).unwrap();
        let funding = FundingParams { max_basis: Ppm::new(max_basis), ..i.funding };
        let args = InstrumentChangeArgs { limits: i.limits, funding, generation: i.generation, reduce_only: 0 };
        by_admin(svm, instruction::change_instrument(&svm.exchange, &admin, instrument, &args))
    };
    refused(&mut svm, |svm| change(svm, future, 3_126), E::BasisAboveCalendar);
    refused(&mut svm, |svm| change(svm, BTC, 3_126), E::BasisAboveCalendar);
    change(&mut svm, BTC, 3_125).unwrap();

    let mut args = btc_args(&svm);
    args.params.calendar = Ppm::new(12_499);
    for bound in [future, BTC] {
        refused(&mut svm, |svm| change_btc(svm, &args), E::BasisAboveCalendar);
        change(&mut svm, bound, 3_124).unwrap();
    }
    change_btc(&mut svm, &args).unwrap();

    args.params.calendar = Ppm::ZERO;
    change(&mut svm, BTC, 0).unwrap();
    refused(&mut svm, |svm| change_btc(svm, &args), E::BasisAboveCalendar);
    svm.take_samples(BTC, expiry, 1..=30, "40000").unwrap();
    svm.settle_expiry(BTC, &[future]).unwrap();
    change_btc(&mut svm, &args).unwrap();
}

pub fn publish_later(svm: &mut Svm, seconds: i64, publish: impl FnOnce(&mut Svm)) {
    svm.advance(seconds);
    publish(svm);
}
