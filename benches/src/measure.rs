//! The measurements. All but those of the setup are simulations, so that none changes what the next one meets.

use crate::{
    exchange::{Bench, DEPTH, MANY, ONE, SPREAD, Units, dollars, failure, native},
    options,
    pricing::{self, Measured},
};
use anyhow::{Context, Result, ensure};
use ballast_client::{ballast::constants::pause, instruction, margin};
use ballast_testkit::{BTC, ETH, Order, SOL, Trader, lending::INTEREST};
use solana_instruction::Instruction;
use solana_signer::Signer;

/// Perpetuals of 16 positions over 8 underlyings.
const SIXTEEN: std::ops::Range<u16> = 0..2 * SPREAD;
/// Perpetuals of 64 positions over 8 underlyings.
const SIXTY_FOUR: std::ops::Range<u16> = 0..DEPTH * SPREAD;

/// Deposit of an account that is never short of margin.
pub const RICH: &str = "100_000_000";
/// Lots of the position that is liquidated, 450 BTC: a bisection of 19 steps.
const LARGE: i64 = 450_000;

/// Runs everything; returns compute units by row, and what pricing costs.
pub fn all() -> Result<(Units, Vec<Measured>)> {
    let mut bench = Bench::new()?;
    accounts(&mut bench)?;
    let makers = trading(&mut bench)?;
    cranks(&mut bench)?;
    administration(&mut bench)?;
    liquidation(&mut bench, &makers[0])?;
    interest(&mut bench, &makers[1])?;
    let mut units = bench.units;
    for (row, most) in options::all()? {
        let known = units.entry(row).or_default();
        *known = most.max(*known);
    }
    let pricing = pricing::measure(&mut units)?;
    Ok((units, pricing))
}

/// Deposits, withdrawals, views, and what the margin check is of them.
fn accounts(b: &mut Bench) -> Result<()> {
    let (e, usdc, wsol) = (b.svm.exchange, b.svm.usdc, b.svm.wsol);
    let nothing = b.trader("0")?;
    let close = instruction::close_margin_account(&e, &nothing.address(), 0);
    b.measure("close_margin_account", close, &[&nothing.key])?;

    let withdraw = |t: &Trader| instruction::withdraw(&e, &t.address(), &t.margin, &t.usdc, &usdc, 1_000_000);
    let cash = b.trader(RICH)?;
    let sixteen = b.holder(RICH, SIXTEEN)?;
    let narrow = b.holder(RICH, SIXTY_FOUR.filter(|i| i % SPREAD < 2))?;
    let sixty_four = b.holder(RICH, SIXTY_FOUR)?;
    let token = b.holder(RICH, SIXTEEN)?;
    b.svm.deposit_sol(&token, 10_000_000_000).map_err(failure)?;

    let base = b.measure("withdraw_0", withdraw(&cash), &[&cash.key])?;
    let with_16 = b.measure("withdraw_16", withdraw(&sixteen), &[&sixteen.key])?;
    let with_64 = b.measure("withdraw_64", withdraw(&sixty_four), &[&sixty_four.key])?;
    let with_narrow = b.simulate(withdraw(&narrow), &[&narrow.key])?;
    let with_token = b.simulate(withdraw(&token), &[&token.key])?;
    for (row, units) in [
        ("margin_check_16", with_16 - base),
        ("margin_check_64", with_64 - base),
        ("margin_check_per_position", (with_64 - with_16).div_ceil(48)),
        ("margin_check_per_underlying", (with_16 - with_narrow).div_ceil(u64::from(SPREAD) - 2)),
        ("margin_check_per_token", with_token - with_16),
    ] {
        b.units.insert(row, units);
    }

    let out = instruction::withdraw(&e, &token.address(), &token.margin, &token.wsol, &wsol, 1_000_000_000);
    b.measure("withdraw_token_16", out, &[&token.key])?;
    let t = &sixteen;
    let quote = instruction::deposit(&e, &t.address(), &t.margin, &t.usdc, &usdc, 1_000_000);
    b.measure("deposit_quote", quote, &[&t.key])?;
    let sol = instruction::deposit(&e, &t.address(), &t.margin, &t.wsol, &wsol, 1_000_000_000);
    b.measure("deposit_token", sol, &[&t.key])?;
    b.measure("view_margin_16", instruction::view_margin(&e, &t.margin, 0), &[])?;
    Ok(())
}

/// Orders; returns the makers, of whom each holds 16 positions.
fn trading(b: &mut Bench) -> Result<Vec<Trader>> {
    // Post-only orders into an empty book of a market in which the account has a position.
    for (row, positions) in
        [("place_post_only_0", 0..0), ("place_post_only_16", SIXTEEN), ("place_post_only_64", SIXTY_FOUR)]
    {
        let t = b.holder(RICH, positions)?;
        let order = Order::buy(&b.svm, ETH, "2_475", 10).post_only();
        b.measure_order(row, &t, order, &[])?;
    }

    // A book of 30 bids by three accounts, at 30 prices, placed in no order; the new one goes into the middle.
    let owners = [b.trader(RICH)?, b.trader(RICH)?, b.trader(RICH)?];
    for n in 0..30 {
        let price = format!("39.{:03}", 100 + n * 7 % 30 * 10);
        b.svm.rest(&owners[n % 3], Order::buy(&b.svm, SOL, &price, 10).post_only())?;
    }
    let taker = b.holder(RICH, SIXTEEN)?;
    let middle = Order::buy(&b.svm, SOL, "39.245", 10).post_only();
    b.measure_order("place_post_only_16_book_30", &taker, middle, &[])?;

    // Four makers, one order each: the makers reduce, the taker adds.
    let mut makers = Vec::new();
    for price in ["40_000", "40_001", "40_002", "40_003"] {
        let maker = b.holder(RICH, SIXTEEN)?;
        b.svm.rest(&maker, Order::sell(&b.svm, BTC, price, 10).post_only())?;
        makers.push(maker);
    }
    let one = Order::buy(&b.svm, BTC, "40_010", 10).immediate();
    b.measure_order("take_1_maker_16", &taker, one, &[&makers[0]])?;
    let four = Order::buy(&b.svm, BTC, "40_010", 40).immediate();
    b.measure_order("take_4_makers_16", &taker, four, &makers.iter().collect::<Vec<_>>())?;

    let market = 4;
    let (large_maker, large_taker) = (b.holder(RICH, SIXTY_FOUR)?, b.holder(RICH, SIXTY_FOUR)?);
    b.svm.rest(&large_maker, Order::sell(&b.svm, market, dollars(market), 10).post_only())?;
    let order = Order::buy(&b.svm, market, dollars(market), 10).immediate();
    b.measure_order("take_1_maker_64", &large_taker, order, &[&large_maker])?;

    let e = b.svm.exchange;
    let none = instruction::cancel_all_orders(&e, &taker.address(), &taker.margin, BTC, u16::MAX);
    b.measure("cancel_all_orders_0", none, &[&taker.key])?;

    // Eight orders; the oldest is the last in the owner's list.
    let market = 3;
    let t = b.holder(RICH, SIXTEEN)?;
    let mut oldest = None;
    for n in 0..8 {
        let id = b.svm.rest(&t, Order::buy(&b.svm, market, &format!("39.{n}"), 10).post_only())?;
        oldest.get_or_insert(id);
    }
    let (handle, sequence) = oldest.context("no order")?;
    let cancel = instruction::cancel_order(&e, &t.address(), &t.margin, market, handle, sequence);
    b.measure("cancel_order", cancel, &[&t.key])?;
    let all = instruction::cancel_all_orders(&e, &t.address(), &t.margin, market, u16::MAX);
    b.measure("cancel_all_orders_8", all, &[&t.key])?;
    Ok(makers)
}

/// Refreshes and cranks.
fn cranks(b: &mut Bench) -> Result<()> {
    let (e, payer) = (b.svm.exchange, b.svm.payer.pubkey());
    let refresh = |b: &Bench, u: u16| instruction::refresh_underlying(&e, &b.svm.price_account(u), u);
    let again = refresh(b, ONE);
    b.measure("refresh_underlying_again", again, &[])?;
    b.svm.advance(1);
    for (row, underlying) in [("refresh_underlying", ONE), ("refresh_underlying_22", MANY)] {
        b.svm.write_price(underlying, "40.1");
        let ix = refresh(b, underlying);
        b.measure(row, ix, &[])?;
    }
    b.measure("sweep", instruction::sweep(&e, BTC), &[])?;
    b.measure("grow_market", instruction::grow_market(&e, &payer, SOL), &[])?;
    Ok(())
}

/// What the setup did not measure.
fn administration(b: &mut Bench) -> Result<()> {
    let admin = b.svm.admin.insecure_clone();
    let stop = instruction::set_pause(&b.svm.exchange, &admin.pubkey(), pause::NEW_RISK);
    b.measure("set_pause", stop, &[&admin])?;
    let gift = gift(b, "25_000")?;
    b.send("fund_insurance", gift, &[])
}

fn gift(b: &mut Bench, usdc: &str) -> Result<Instruction> {
    let (giver, mint, amount) = (b.svm.payer.pubkey(), b.svm.usdc, native(usdc)?);
    let source = b.svm.create_token_account(&mint, &giver, amount);
    Ok(instruction::fund_insurance(&b.svm.exchange, &giver, &source, &mint, amount))
}

/// Interest: an account of 16 positions begins to lend.
fn interest(b: &mut Bench, lender: &Trader) -> Result<()> {
    let (e, admin) = (b.svm.exchange, b.svm.admin.insecure_clone());
    let set = instruction::set_interest(&e, &admin.pubkey(), &INTEREST);
    b.send("set_interest", set, &[&admin])?;
    b.send("update_interest", instruction::update_interest(&e), &[])?;
    b.send("accrue_interest_16", instruction::accrue_interest(&e, &lender.margin), &[])?;
    b.svm.advance(i64::from(INTEREST.epoch_seconds));
    b.send("update_interest", instruction::update_interest(&e), &[])
}

/// Bitcoin falls from 40,000 to 36,000 and later to 20,000.
fn liquidation(b: &mut Bench, maker: &Trader) -> Result<()> {
    let mut pairs = Vec::new();
    for (row, positions) in [("liquidate_16", SIXTEEN), ("liquidate_64", SIXTY_FOUR)] {
        let t = b.trader("4_750_000")?;
        b.trade(&t, BTC, LARGE)?;
        b.hold(&t, positions.clone().skip(1))?;
        pairs.push((row, t, b.holder(RICH, positions)?));
    }
    let debtor = b.trader("80_000")?;
    b.trade(&debtor, BTC, 10_000)?;

    b.svm.advance(1);
    b.svm.publish(BTC, "36_000").map_err(failure)?;
    b.svm.rest(maker, Order::buy(&b.svm, BTC, "36_000", 10).post_only())?;
    let e = b.svm.exchange;
    let take_over =
        |by: &Trader, of: &Trader| instruction::liquidate(&e, &by.address(), &by.margin, &of.margin, BTC, i64::MAX);
    for (row, of, by) in &pairs {
        let portfolio = b.svm.margin(&of.margin).portfolio;
        let expected = margin::takeover(&b.svm.board().board, &portfolio, BTC, i64::MAX, b.svm.now())?;
        let lots = -expected.fill.lots.0;
        ensure!(0 < lots && lots < LARGE, "{row}: {lots} lots, so the bisection has nothing to do");
        b.measure(row, take_over(by, of), &[&by.key])?;
    }
    let (_, below_maintenance, liquidator) = &pairs[0];
    let order = Order::sell(&b.svm, BTC, "36_000", 10).immediate().reduce_only();
    b.measure_order("take_reducing_16", below_maintenance, order, &[maker])?;

    b.svm.advance(1);
    b.svm.publish(BTC, "20_000").map_err(failure)?;
    b.run(take_over(liquidator, &debtor), &[&liquidator.key])?;
    let cash = b.svm.margin(&debtor.margin).portfolio.cash.0;
    ensure!(cash < 0, "the debtor has {cash}, so there is no bad debt left");
    let gift = gift(b, "1_000_000")?;
    b.run(gift, &[])?;
    b.measure("resolve_bad_debt", instruction::resolve_bad_debt(&e, &debtor.margin), &[])?;
    Ok(())
}
