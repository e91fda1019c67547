//! Liquidation and bad debt.

use crate::{
    bench::{Bench, RICH, SIXTEEN, SIXTY_FOUR, SPREAD, failure, native},
    exchange,
    options::{MIDDLE, move_prices, option as series, refresh_all, trade},
    row::{Row, row},
};
use anyhow::{Context, Result, ensure};
use ballast_client::{instruction, margin};
use ballast_testkit::{BTC, Order, SOL, Trader, lending::INTEREST};

/// The rows.
pub const ROWS: &[Row] = &[
    row("liquidate_16", 52_400, "450,000 lots, of which the fewest that do are searched; both sides hold 16 positions")
        .target(90_000),
    row("liquidate_64", 65_400, "the same with 64 positions each").target(250_000),
    row("liquidate_16_options", 64_600, "450,000 lots of a short call; both sides hold 16 positions, 8 options"),
    row(
        "liquidate_on_book_16",
        65_500,
        "4,000 lots, of which the fewest that do are searched, against 1 maker; all hold 16 positions",
    )
    .target(90_000),
    row("resolve_bad_debt", 2_200, "debt left after the last position, paid by the insurance fund"),
    row(
        "liquidate_token_16",
        43_000,
        "SOL of an account that borrowed dollars, the fewest units that do; both sides hold 16 positions",
    ),
];

/// Lots of the positions that are liquidated, 450 BTC: a bisection of 19 steps.
const LARGE: i64 = 450_000;

/// Wrapped SOL, the only token, and how much of it the borrower deposits: 100,000 dollars.
const TOKEN: u16 = 0;
const COLLATERAL: u64 = 2_500_000_000_000;

/// Bitcoin falls from 40,000 to 36,000 and later to 20,000.
pub fn perpetuals(b: &mut Bench, maker: &Trader) -> Result<()> {
    let mut pairs = Vec::new();
    for (row, positions) in [("liquidate_16", SIXTEEN), ("liquidate_64", SIXTY_FOUR)] {
        let t = b.trader("4_750_000")?;
        b.trade(&t, BTC, LARGE)?;
        b.hold(&t, positions.clone().skip(1))?;
        pairs.push((row, t, b.holder(RICH, positions)?));
    }
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
    let take_over = |by: &Trader, of: &Trader| {
        instruction::liquidate(&e, &by.address(), &by.margin, &of.margin, &[BTC], &LiquidateArgs::of(0))
    };
    for (row, of, by) in &pairs {
        let portfolio = b.svm.margin(&of.margin).portfolio;
        let expected = margin::takeover(&b.svm.board().board, &portfolio, BTC, i64::MAX, b.svm.now())?;
        let lots = -expected.fill.lots.get();
        ensure!(0 < lots && lots < LARGE, "{row}: {lots} lots, so the bisection has nothing to do");
        b.measure(row, take_over(by, of), &[&by.key])?;
    }
    let (_, below_maintenance, liquidator) = &pairs[0];
    let (who, makers) = (liquidator.address(), [maker.margin]);
    let close = instruction::liquidate_on_book(&e, &who, &liquidator.margin, &weak.margin, BTC, &makers, i64::MAX);
    b.measure("liquidate_on_book_16", close, &[&liquidator.key])?;
    let order = Order::sell(&b.svm, BTC, "36_000", 10).immediate().reduce_only();
    b.measure_order("place_order_take_reducing_16", below_maintenance, order, &[maker])?;

    b.svm.advance(1);
    b.svm.publish(BTC, "20_000").map_err(failure)?;
    b.run(take_over(liquidator, &debtor), &[&liquidator.key])?;
    let cash = b.svm.margin(&debtor.margin).portfolio.cash.get();
    ensure!(cash < 0, "the debtor has {cash}, so there is no bad debt left");
    let gift = exchange::gift(b, "1_000_000")?;
    b.run(gift, &[])?;
    b.measure("resolve_bad_debt", instruction::resolve_bad_debt(&e, &debtor.margin), &[])?;
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

    let portfolio = b.svm.portfolio(&of);
    let expected = margin::takeover(&b.svm.board().board, &portfolio, short, i64::MAX, b.svm.now())
        .context("nothing to take over")?;
    let lots = expected.fill.lots.get();
    ensure!(0 < lots && lots < LARGE, "{lots} lots, so the bisection has nothing to do");
    let ix = instruction::liquidate(&b.svm.exchange, &by.address(), &by.margin, &of.margin, short, i64::MAX);
    b.measure("liquidate_16_options", ix, &[&by.key])?;
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
    let portfolio = b.svm.portfolio(&of);
    let expected = margin::token_sale(&b.svm.board().board, &portfolio, TOKEN, u64::MAX, b.svm.now())
        .context("nothing to take over")?;
    ensure!(0 < expected.amount && expected.amount < COLLATERAL, "{} sold, so nothing is searched", expected.amount);
    let e = b.svm.exchange;
    let ix = instruction::liquidate_token(&e, &by.address(), &by.margin, &of.margin, TOKEN, u64::MAX);
    b.measure("liquidate_token_16", ix, &[&by.key])?;
    Ok(())
}
