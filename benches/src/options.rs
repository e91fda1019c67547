//! The measurements of options and dated futures, on an exchange of their own: eight underlyings with a perpetual, a dated
//! future and twenty options each.

use crate::exchange::{Bench, RICH, SECOND, SPREAD, Units, dollars, failure, key};
use anyhow::{Context, Result, anyhow, ensure};
use ballast_client::{
    ballast::{
        args::{FutureArgs, SmileArgs, SurfaceArgs},
        constants::{FAILED_MAKER_WEIGHT, MAX_PASSED},
    },
    config::name,
    decimal, event, instruction, margin,
    series::{REFRESH_BATCH, Series},
    terms::Terms,
};
use ballast_testkit::{BTC, Order, SOL, Trader, options::SMILE};
use solana_signer::Signer;

/// Futures: the k-th of underlying u is instrument `FUTURES[k] + u`.
const FUTURES: [u16; 3] = [2 * SPREAD, 3 * SPREAD, OPTIONS + SERIES * SPREAD];
/// Options: those of underlying u begin at `OPTIONS + SERIES · u`.
const OPTIONS: u16 = 4 * SPREAD;
/// Options of an underlying: two expiries, five strikes, a call and a put.
const SERIES: u16 = 2 * STRIKES * 2;
const STRIKES: u16 = 5;
/// Index of the strike at the money.
const MIDDLE: u16 = STRIKES / 2;
/// Days until the two expiries from the start of the day on which everything happens.
const DAYS: [i64; 2] = [11, 39];
/// Publishers of every surface, and how many of them make a smile.
const PUBLISHERS: u8 = 5;
const SURFACE: SurfaceArgs = SurfaceArgs { min_publishers: 3, ..ballast_testkit::options::SURFACE };
/// Lots of the short call that is liquidated, 450 BTC.
const LARGE: i64 = 450_000;

/// The option positions of [`mixed`] on every underlying: expiry, strike, put, and whether they are long.
const LEGS: [(u16, u16, u16, bool); 6] = [
    (0, MIDDLE, 0, true),
    (1, MIDDLE + 1, 1, false),
    (0, MIDDLE + 1, 0, false),
    (1, MIDDLE, 0, true),
    (0, MIDDLE - 1, 1, true),
    (1, MIDDLE - 1, 1, false),
];

/// Runs everything; returns compute units by row.
pub fn all() -> Result<Units> {
    let mut bench = Bench::for_options()?;
    listing(&mut bench)?;
    let holders = holders(&mut bench)?;
    move_prices(&mut bench, ["40_400", "2_475", "40.6"])?;
    checks(&mut bench, &holders)?;
    failing_makers(&mut bench, &holders)?;
    refreshes(&mut bench)?;
    liquidation(&mut bench)?;
    Ok(bench.units)
}

/// An option's instrument.
fn option(underlying: u16, expiry: u16, strike: u16, put: u16) -> u16 {
    OPTIONS + SERIES * underlying + (expiry * STRIKES + strike) * 2 + put
}

/// Surfaces, futures, options, smiles and first arrays.
fn listing(b: &mut Bench) -> Result<()> {
    let (e, admin, payer) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.svm.payer.pubkey());
    let a = admin.pubkey();
    let start = b.svm.now();
    let expiries = DAYS.map(|days| start + days * 86_400 + 8 * 3_600);
    let publishers: Vec<_> = (0..PUBLISHERS).map(|n| key(0x20 + n)).collect();
    let addresses: Vec<_> = publishers.iter().map(|p| p.pubkey()).collect();
    for underlying in 0..SPREAD {
        let open = instruction::open_surface(&e, &payer, &a, &SurfaceArgs { underlying, ..SURFACE });
        b.send("open_surface", open, &[&admin])?;
        b.send("set_publishers", instruction::set_publishers(&e, &a, underlying, &addresses), &[&admin])?;
        for expiry in expiries {
            b.send("open_expiry", instruction::open_expiry(&e, &a, underlying, expiry, &SMILE), &[&admin])?;
        }

        let perpetual = b.svm.config.perpetual[usize::from(underlying)].clone();
        let mut terms = b.svm.config.instrument_args(&perpetual, 0)?;
        for ((k, first), expiry) in (1..).zip(FUTURES).zip([expiries[1], expiries[0], expiries[1] + 28 * 86_400]) {
            terms.name = name(&format!("{}-FUTURE-{k}", perpetual.underlying))?;
            terms.instrument = first + underlying;
            let args = FutureArgs { terms, expiry };
            b.send("list_future", instruction::list_future(&e, &payer, &a, &args), &[&admin])?;
        }

        // An option's price is a small part of its underlying's.
        terms.min_order_value = 10_000;
        let scale = Terms::of(&b.svm.board().board, underlying)?;
        let series = Series {
            terms,
            asset: perpetual.underlying.clone(),
            expiries: expiries.to_vec(),
            strikes: strikes(underlying)?.iter().map(|s| Ok((scale.ticks(s)?, s.clone()))).collect::<Result<_>>()?,
            first: OPTIONS + SERIES * underlying,
        };
        for args in series.options()? {
            b.send("list_option", instruction::list_option(&e, &payer, &a, &args), &[&admin])?;
        }
        for (level, publisher) in (0..).zip(&publishers) {
            for expiry in expiries {
                let smile = SmileArgs { level: SMILE.level + level * 1_000, ..SMILE };
                let ix = instruction::publish_volatility(&e, &publisher.pubkey(), underlying, expiry, &smile);
                b.send("publish_volatility", ix, &[publisher])?;
            }
        }
    }
    refresh_all(b)
}

/// Strikes at 80 to 120 % of the first price.
fn strikes(underlying: u16) -> Result<Vec<String>> {
    let middle = decimal::parse(dollars(underlying), 0)?;
    Ok([80, 90, 100, 110, 120].iter().map(|percent| (middle * percent / 100).to_string()).collect())
}

/// Prices every option at the present price and time.
fn refresh_all(b: &mut Bench) -> Result<()> {
    (0..SPREAD).try_for_each(|underlying| b.svm.refresh_all_options(underlying).map_err(failure))
}

/// Moves the clock by some seconds and the prices of all underlyings: the first two, and all others alike.
fn move_prices(b: &mut Bench, prices: [&str; 3]) -> Result<()> {
    b.svm.advance(4);
    (0..SPREAD).try_for_each(|underlying| b.publish(underlying, prices[usize::from(underlying.min(SOL))]))
}

/// Has a trader buy (positive) or sell lots of an option from the house at its mark.
fn trade(b: &mut Bench, trader: &Trader, instrument: u16, lots: i64) -> Result<()> {
    let board = b.svm.board();
    let i = board.board.instrument(instrument).map_err(|e| anyhow!("{e:?}"))?;
    let u = board.board.underlying(i.underlying).map_err(|e| anyhow!("{e:?}"))?;
    let at =
        Terms::of(&board.board, instrument)?.show_ticks(i.mark_ticks_floor(u, b.svm.now()).0.max(1)).replace(',', "");
    let Bench { svm, house, .. } = b;
    let (buyer, seller) = if lots > 0 { (trader, &*house) } else { (&*house, trader) };
    svm.trade(buyer, seller, instrument, &at, lots.abs()).with_context(|| format!("{lots} of {instrument} at {at}"))
}

/// A trader with a perpetual, so many dated futures and the first so many of [`LEGS`] on every underlying.
fn mixed(b: &mut Bench, futures: usize, legs: usize) -> Result<Trader> {
    let perpetuals = 0..SPREAD;
    let trader = b.holder(RICH, perpetuals.clone())?;
    for underlying in perpetuals {
        let sign = if underlying.is_multiple_of(2) { 1 } else { -1 };
        let lots = sign * (10 + i64::from(underlying));
        for first in &FUTURES[..futures] {
            b.trade(&trader, first + underlying, -lots)?;
        }
        for (expiry, strike, put, long) in &LEGS[..legs] {
            let instrument = option(underlying, *expiry, *strike, *put);
            trade(b, &trader, instrument, if *long { lots } else { -lots - 3 })?;
        }
    }
    Ok(trader)
}

/// Those whose margin checks are compared: with cash only; 16 linear positions; those and 16 options; those and 48 options;
/// and 64 positions of which half are options.
struct Holders {
    cash: Trader,
    linear: Trader,
    half: Trader,
    whole: Trader,
    mixed: Trader,
}

fn holders(b: &mut Bench) -> Result<Holders> {
    let (cash, linear, half, whole) = (b.trader(RICH)?, mixed(b, 1, 0)?, mixed(b, 1, 2)?, mixed(b, 1, LEGS.len())?);
    // The house has no slots left for two more futures each.
    let another = b.trader(RICH)?;
    let house = std::mem::replace(&mut b.house, another);
    let mixed = mixed(b, 3, 4)?;
    b.house = house;
    Ok(Holders { cash, linear, half, whole, mixed })
}

/// Margin checks over options, away from the price and time of their arrays.
fn checks(b: &mut Bench, holders: &Holders) -> Result<()> {
    let (e, usdc) = (b.svm.exchange, b.svm.usdc);
    let mut withdraw = |t: &Trader| {
        let ix = instruction::withdraw(&e, &t.address(), &t.margin, &t.usdc, &usdc, 1_000_000);
        b.simulate(ix, &[&t.key])
    };
    let base = withdraw(&holders.cash)?;
    let linear = withdraw(&holders.linear)? - base;
    let half = withdraw(&holders.half)? - base;
    let whole = withdraw(&holders.whole)? - base;
    let mixed = withdraw(&holders.mixed)? - base;
    for t in [&holders.whole, &holders.mixed] {
        let positions = b.svm.portfolio(t).position_count;
        ensure!(positions == 64, "{positions} positions instead of 64");
    }
    for (row, units) in [
        ("margin_check_64_mixed", mixed),
        ("margin_check_64_options", whole),
        ("margin_check_per_option", (whole - half).div_ceil(4 * u64::from(SPREAD))),
        ("margin_check_first_options", (half - linear).div_ceil(u64::from(SPREAD))),
    ] {
        b.units.insert(row, units);
    }

    let t = &holders.mixed;
    let order = Order::buy(&b.svm, BTC, "40_000", 10).post_only();
    b.measure_order("place_post_only_64_mixed", t, order, &[])?;
    b.measure("view_margin_64_mixed", instruction::view_margin(&e, &t.margin, 0), &[])?;
    Ok(())
}

/// An order that meets the makers who end a match by failing, each with 64 positions, 48 of them options, and a penalty to pay.
fn failing_makers(b: &mut Bench, holders: &Holders) -> Result<()> {
    let most = MAX_PASSED.div_ceil(FAILED_MAKER_WEIGHT);
    let mut makers = Vec::new();
    for n in 0..most {
        // The house has room for no more lots of everything.
        let another = b.trader(RICH)?;
        let house = std::mem::replace(&mut b.house, another);
        let maker = mixed(b, 1, LEGS.len())?;
        b.house = house;
        let ask = Order::sell(&b.svm, BTC, dollars(BTC), 2_000 + n as i64).post_only();
        b.svm.rest(&maker, ask)?;
        // As much as the order, but not the position, leaves to be withdrawn.
        let r = b.svm.requirements(&maker);
        let spare = u64::try_from(r.withdraw_equity.0 - r.initial.0)?;
        let (e, usdc) = (b.svm.exchange, b.svm.usdc);
        b.run(instruction::withdraw(&e, &maker.address(), &maker.margin, &maker.usdc, &usdc, spare), &[&maker.key])?;
        makers.push(maker);
    }
    let (e, t) = (b.svm.exchange, &holders.whole);
    let take = Order::buy(&b.svm, BTC, dollars(BTC), 2_000).immediate();
    let addresses: Vec<_> = makers.iter().map(|m| m.margin).collect();
    let ix = instruction::place_order(&e, &t.address(), &t.margin, BTC, &addresses, &take.args);
    let log = b.svm.simulate(std::slice::from_ref(&ix), &[&t.key]).map_err(failure)?.log;
    let order = event::orders(&log)?.remove(0);
    ensure!(usize::from(order.makers_cancelled) == most && order.fills.is_empty(), "not every maker failed");
    ensure!(order.penalties.len() == most, "{} penalties", order.penalties.len());
    b.measure("take_makers_failing_64_options", ix, &[&t.key])?;
    for maker in &makers {
        b.svm.cancel_all(maker, BTC, 1).map_err(failure)?;
    }
    Ok(())
}

/// What a refresh of options costs, whole and in parts; a second source.
fn refreshes(b: &mut Bench) -> Result<()> {
    let e = b.svm.exchange;
    let of = |list: &[u16]| instruction::refresh_options(&e, BTC, list);
    let calls: Vec<u16> = (0..STRIKES).map(|strike| option(BTC, 0, strike, 0)).collect();
    let one = b.simulate(of(&calls[..1]), &[])?;
    let middle = b.simulate(of(&[calls[usize::from(MIDDLE)]]), &[])?;
    let all = b.simulate(of(&calls), &[])?;
    let pair = b.simulate(of(&[calls[usize::from(MIDDLE)], calls[usize::from(MIDDLE)] + 1]), &[])?;
    // A perpetual is refused once all accounts are loaded and the price is found fresh.
    let refused = b.simulate_refusal(of(&[BTC]), &[])?;
    for (row, units) in [
        ("refresh_options_each", (all - one).div_ceil(u64::from(STRIKES) - 1)),
        ("refresh_options_pair", pair - middle),
        ("risk_array_16", middle - refused),
    ] {
        b.units.insert(row, units);
    }
    b.measure("refresh_options_1", of(&calls[..1]), &[])?;
    let batch: Vec<u16> = (option(BTC, 0, 0, 0)..).take(REFRESH_BATCH).collect();
    b.measure("refresh_options_16", of(&batch), &[])?;

    b.svm.write_price(SECOND, "40.1");
    let ix = b.refresh(SECOND, "40.1")?;
    b.measure("refresh_underlying_second", ix, &[])?;
    Ok(())
}

/// Bitcoin rises to 44,000: a short call is taken over.
fn liquidation(b: &mut Bench) -> Result<()> {
    let short = option(BTC, 1, MIDDLE, 0);
    move_prices(b, ["40_000", "2_500", "40"])?;
    refresh_all(b)?;
    let sixteen = |b: &mut Bench, usdc: &str, large: bool| -> Result<Trader> {
        let t = b.trader(usdc)?;
        if large {
            trade(b, &t, short, -LARGE)?;
        }
        b.hold(&t, 0..SPREAD)?;
        for underlying in (0..SPREAD).filter(|u| !large || *u != BTC) {
            let lots = if underlying.is_multiple_of(2) { -10 } else { 10 };
            trade(b, &t, option(underlying, 1, MIDDLE, 0), lots)?;
        }
        Ok(t)
    };
    let (of, by) = (sixteen(b, "4_300_000", true)?, sixteen(b, RICH, false)?);
    move_prices(b, ["44_000", "2_500", "40"])?;
    refresh_all(b)?;

    let portfolio = b.svm.portfolio(&of);
    let expected = margin::takeover(&b.svm.board().board, &portfolio, short, i64::MAX, b.svm.now())
        .with_context(|| format!("{:?}", b.svm.requirements(&of)))?;
    let lots = expected.fill.lots.0;
    ensure!(0 < lots && lots < LARGE, "{lots} lots, so the bisection has nothing to do");
    let ix = instruction::liquidate(&b.svm.exchange, &by.address(), &by.margin, &of.margin, short, i64::MAX);
    b.measure("liquidate_16_options", ix, &[&by.key])?;
    Ok(())
}
