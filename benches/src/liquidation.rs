//! Liquidation and bad debt.

use crate::{
    bench::{Bench, FORTY_EIGHT, RICH, SIXTEEN, SPREAD, failure, native, units},
    exchange,
    options::{MIDDLE, move_prices, option as series, refresh_all, trade},
    row::{Row, row},
};
use anyhow::{Result, ensure};
use ballast_client::{
    ballast::{args::LiquidateArgs, state::MarginAccount},
    instruction,
    risk::QuoteNative,
};
use ballast_testkit::{BTC, Order, SOL, Trader, lending::INTEREST};

/// The rows.
pub const ROWS: &[Row] = &[
    row("liquidate_16", 45_700, "a slice of one leg of 450,000 lots; both sides hold 16 positions").target(90_000),
    row("liquidate_48", 55_800, "the same with 48 positions each, the most that may hold lots").target(250_000),
    row("liquidate_slice_8", 67_500, "a slice of all 8 positions of an account").target(110_000),
    row(
        "liquidate_slice_48",
        322_000,
        "a slice of all 48 positions of an account, half of them options, by an empty account; with a lookup table",
    )
    .target(450_000),
    row("liquidate_seized_slice_8", 57_200, "all 8 positions of a seized account, its budget pays the discount")
        .target(120_000),
    row(
        "liquidate_16_options",
        56_800,
        "a slice of a short call of 450,000 lots; both sides hold 16 positions, 8 options",
    ),
    row("cancel_liquidatable_orders_16", 12_200, "one order of an account with 16 positions"),
    row(
        "liquidate_on_book_16",
        48_300,
        "4,000 lots, of which the fewest that do are searched, against 1 maker; all hold 16 positions",
    )
    .target(90_000),
    row("resolve_bad_debt", 3_600, "debt left after the last position, paid by the insurance fund"),
    row(
        "resolve_bad_debt_16",
        65_800,
        "what a seized account with 16 positions lacks, shared among 16 markets and those who lend",
    ),
    row("give_notice_16", 12_400, "an account below maintenance, 16 positions"),
    row("seize_16", 23_600, "a bankrupt account, 16 positions").target(40_000),
    row("release_16", 11_200, "an account that covers initial margin again, 16 positions"),
    row("wind_down_seized", 12_800, "a perpetual of which a seized account holds a half"),
    row("liquidate_token_16", 39_200, "SOL of an account that borrowed dollars; both sides hold 16 positions"),
];

/// Lots of the positions that are liquidated, 450 BTC.
const LARGE: i64 = 450_000;

/// Wrapped SOL, the only token, and how much of it the borrower deposits: 100,000 dollars.
const TOKEN: u16 = 0;
const COLLATERAL: u64 = 2_500_000_000_000;

/// Bitcoin falls from 40,000 to 36,000 and later to 20,000.
pub fn perpetuals(b: &mut Bench, maker: &Trader) -> Result<()> {
    let mut pairs = Vec::new();
    for (row, positions) in [("liquidate_16", SIXTEEN), ("liquidate_48", FORTY_EIGHT)] {
        let t = b.trader("4_750_000")?;
        b.trade(&t, BTC, LARGE)?;
        b.hold(&t, positions.clone().skip(1))?;
        pairs.push((row, t, b.holder(RICH, positions)?));
    }
    let eight = b.trader("36_500")?;
    b.trade(&eight, BTC, 4_000)?;
    b.hold(&eight, 1..8)?;
    let taker = b.holder(RICH, 0..8)?;
    let weak = b.trader("36_500")?;
    b.trade(&weak, BTC, 4_000)?;
    b.hold(&weak, SIXTEEN.skip(1))?;
    b.svm.rest(&weak, Order::buy(&b.svm, BTC, "36_000", 10).post_only())?;
    let debtor = b.trader("80_000")?;
    b.trade(&debtor, BTC, 10_000)?;

    b.svm.advance(1);
    b.svm.publish(BTC, "36_000").map_err(failure)?;
    // A maker below maintenance margin whose order would add: it is cancelled, by the rule's long way.
    ensure!(b.svm.requirements(&weak).is_liquidatable(), "the weak maker is above maintenance margin");
    let sell = Order::sell(&b.svm, BTC, "36_000", 10).immediate();
    b.measure_order("place_order_take_1_maker_cancelled_16", &pairs[0].2, sell, &[&weak])?;
    b.svm.cancel_all(&weak, BTC, 1).map_err(failure)?;
    b.svm.rest(maker, Order::buy(&b.svm, BTC, "36_000", 10).post_only())?;
    let e = b.svm.exchange;
    let take_over = |by: &Trader, of: &Trader, legs: &[u16]| {
        instruction::liquidate(&e, &by.address(), &by.margin, &of.margin, legs, &LiquidateArgs::of(0))
    };
    for (row, of, by) in &pairs {
        b.measure(row, take_over(by, of, &[BTC]), &[&by.key])?;
    }
    let legs = held(b, &eight);
    b.measure("liquidate_slice_8", take_over(&taker, &eight, &legs), &[&taker.key])?;
    let cancel = instruction::cancel_liquidatable_orders(&e, &weak.margin, BTC);
    b.measure("cancel_liquidatable_orders_16", cancel, &[])?;
    let (_, below_maintenance, liquidator) = &pairs[0];
    let (who, makers) = (liquidator.address(), [maker.margin]);
    let close = instruction::liquidate_on_book(&e, &who, &liquidator.margin, &weak.margin, BTC, &makers, i64::MAX);
    b.measure("liquidate_on_book_16", close, &[&liquidator.key])?;
    let order = Order::sell(&b.svm, BTC, "36_000", 10).immediate().reduce_only();
    b.measure_order("place_order_take_reducing_16", below_maintenance, order, &[maker])?;

    b.svm.advance(1);
    b.svm.publish(BTC, "20_000").map_err(failure)?;
    b.run(take_over(liquidator, &debtor, &[BTC]), &[&liquidator.key])?;
    let cash = b.svm.margin(&debtor.margin).portfolio.cash.get();
    ensure!(cash < 0, "the debtor has {cash}, so there is no bad debt left");
    let gift = exchange::gift(b, "1_000_000")?;
    b.run(gift, &[])?;
    b.measure("resolve_bad_debt", instruction::resolve_bad_debt(&e, &debtor.margin, &[]), &[])?;
    Ok(())
}

/// Bitcoin rises to 44,000: a short call is taken over.
pub fn option(b: &mut Bench) -> Result<()> {
    let short = series(BTC, 1, MIDDLE, 0);
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
            trade(b, &t, series(underlying, 1, MIDDLE, 0), lots)?;
        }
        Ok(t)
    };
    let (of, by) = (sixteen(b, "4_300_000", true)?, sixteen(b, RICH, false)?);
    move_prices(b, ["44_000", "2_500", "40"])?;
    refresh_all(b)?;

    let args = LiquidateArgs::of(0);
    let ix = instruction::liquidate(&b.svm.exchange, &by.address(), &by.margin, &of.margin, &[short], &args);
    b.measure("liquidate_16_options", ix, &[&by.key])?;
    Ok(())
}

/// All 48 positions of an account. So many accounts fit a transaction only by a lookup table.
pub fn whole(b: &mut Bench, of: &Trader) -> Result<()> {
    let by = b.trader(RICH)?;
    set_equity(b, of, 80);
    let legs = held(b, of);
    ensure!(legs.len() == 48, "{} positions", legs.len());
    let args = LiquidateArgs::WHOLE;
    let ix = instruction::liquidate(&b.svm.exchange, &by.address(), &by.margin, &of.margin, &legs, &args);
    let sent = b.svm.simulate_with_table(ix, &[&by.key]).map_err(failure)?;
    b.units.insert("liquidate_slice_48", units(&sent.log)?);
    Ok(())
}

/// An account that borrowed dollars against SOL, which falls from 40 to 16 dollars; both sides hold 16 positions.
pub fn tokens(b: &mut Bench, lender: &Trader) -> Result<()> {
    b.svm.set_interest(&INTEREST).map_err(failure)?;
    b.svm.update_interest().map_err(failure)?;
    b.svm.advance(i64::from(INTEREST.epoch_seconds));
    b.svm.update_interest().map_err(failure)?;
    b.svm.accrue_interest(lender).map_err(failure)?;
    b.publish_all()?;
    let (of, by) = (b.trader("0")?, b.holder(RICH, SIXTEEN)?);
    b.svm.deposit_sol(&of, COLLATERAL).map_err(failure)?;
    b.hold(&of, SIXTEEN)?;
    b.svm.withdraw_usdc(&of, native("30_000")?).map_err(failure)?;

    b.svm.advance(1);
    b.svm.publish(SOL, "16").map_err(failure)?;
    let (e, args) = (b.svm.exchange, LiquidateArgs::of(1 << TOKEN));
    let ix = instruction::liquidate(&e, &by.address(), &by.margin, &of.margin, &[], &args);
    b.measure("liquidate_token_16", ix, &[&by.key])?;
    Ok(())
}

/// All 8 positions of an account that was seized a quarter of an hour ago, with little left: the fund pays most of the discount.
fn seized(b: &mut Bench) -> Result<()> {
    let (of, by) = (b.trader("100_000")?, b.holder(RICH, 0..8)?);
    b.trade(&of, BTC, 4_000)?;
    b.hold(&of, 1..8)?;
    let gift = exchange::gift(b, "50_000")?;
    b.run(gift, &[])?;
    set_equity(b, &of, 2);
    b.run(instruction::seize(&b.svm.exchange, &of.margin), &[])?;
    ensure!(b.svm.margin(&of.margin).episode.budget.get() > 0, "the fund pays nothing");
    b.svm.advance(900);
    b.publish_all()?;
    let (legs, args) = (held(b, &of), LiquidateArgs::of(0));
    let ix = instruction::liquidate(&b.svm.exchange, &by.address(), &by.margin, &of.margin, &legs, &args);
    b.measure("liquidate_seized_slice_8", ix, &[&by.key])?;
    Ok(())
}

/// Puts an account's equity at a part of its maintenance margin, in hundredths.
fn set_equity(b: &mut Bench, of: &Trader, percent: i64) {
    let r = b.svm.requirements(of);
    let change = r.maintenance.get() / 100 * percent - r.equity.get();
    b.svm.modify::<MarginAccount>(&of.margin, |m| m.portfolio.cash = QuoteNative::new(m.portfolio.cash.get() + change));
}

/// Bitcoin falls from 40,000 to 20,000. A bankrupt account with 16 positions gets notice and is seized, its debt is shared; one
/// that was seized and has deposited is released; and after a day a perpetual is wound down.
pub fn receivership(b: &mut Bench) -> Result<()> {
    let e = b.svm.exchange;
    b.publish_all()?;
    seized(b)?;
    let sixteen = |b: &mut Bench| -> Result<Trader> {
        let t = b.trader("80_000")?;
        b.trade(&t, BTC, 10_000)?;
        b.hold(&t, SIXTEEN.skip(1))?;
        Ok(t)
    };
    let (sold, released) = (sixteen(b)?, sixteen(b)?);
    b.svm.advance(1);
    b.svm.publish(BTC, "20_000").map_err(failure)?;
    b.measure("give_notice_16", instruction::give_notice(&e, &sold.margin), &[])?;
    b.send("seize_16", instruction::seize(&e, &sold.margin), &[])?;
    let markets = b.svm.sharing_markets(&sold);
    ensure!(markets.len() == 16, "{} markets", markets.len());
    ensure!(b.svm.requirements(&sold).equity.get() < 0, "the fund has paid all");
    b.measure("resolve_bad_debt_16", instruction::resolve_bad_debt(&e, &sold.margin, &markets), &[])?;

    b.run(instruction::seize(&e, &released.margin), &[])?;
    b.svm.deposit_usdc(&released, native("10_000_000")? as u64).map_err(failure)?;
    b.measure("release_16", instruction::release(&e, &released.margin), &[])?;

    b.svm.advance(86_400);
    b.svm.refresh_all();
    b.measure("wind_down_seized", instruction::wind_down_seized(&e, &sold.margin, BTC), &[])?;
    Ok(())
}

/// The instruments in which an account holds lots.
fn held(b: &Bench, of: &Trader) -> Vec<u16> {
    let portfolio = b.svm.portfolio(of);
    portfolio.open().iter().filter(|p| !p.lots.is_zero()).map(|p| p.key.instrument()).collect()
}
