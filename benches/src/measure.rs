//! The measurements. All but those of the setup are simulations, so that none changes what the next one meets.

use crate::{
    exchange::{Bench, MANY, ONE, RICH, SIXTEEN, SIXTY_FOUR, SPREAD, Units, dollars, failure, native},
    governance, lifecycle, options,
    pricing::{self, Measured},
};
use anyhow::{Result, ensure};
use ballast_client::{
    ballast::{
        args::{BOTH_SIDES, CancelArgs, OrderArgs},
        constants::{MAX_PASSED, pause},
    },
    book::Side,
    instruction, margin,
};
use ballast_testkit::{BTC, ETH, Order, SOL, Trader, lending::INTEREST};
use solana_instruction::Instruction;
use solana_signer::Signer;

/// Orders in the deep book.
const DEEP: usize = 4_096;
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
    governance::all(&mut bench)?;
    let mut units = bench.units;
    for (row, most) in options::all()?.into_iter().chain(lifecycle::all()?) {
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

    b.measure_order("take_market_16", &taker, Order::market_buy(BTC, 10), &[&makers[0]])?;
    let each = (b.units["take_4_makers_16"] - b.units["take_1_maker_16"]).div_ceil(3);
    b.units.insert("match_each_16", each);
    // Sixteen young orders of somebody who is not passed in.
    let passed = 5;
    let bystander = b.trader(RICH)?;
    let take = Order::buy(&b.svm, passed, "40.1", 10).immediate();
    let e = b.svm.exchange;
    let ix = instruction::place_order(&e, &taker.address(), &taker.margin, passed, &[], &take.args);
    let nobody = b.simulate(ix.clone(), &[&taker.key])?;
    for _ in 0..MAX_PASSED {
        b.svm.rest(&bystander, Order::sell(&b.svm, passed, "40", 10).post_only())?;
    }
    let sixteen = b.simulate(ix, &[&taker.key])?;
    b.svm.cancel_all(&bystander, passed, u16::MAX).map_err(failure)?;
    b.units.insert("match_step_over", (sixteen - nobody).div_ceil(MAX_PASSED as u64));

    let market = 4;
    let (large_maker, large_taker) = (b.holder(RICH, SIXTY_FOUR)?, b.holder(RICH, SIXTY_FOUR)?);
    b.svm.rest(&large_maker, Order::sell(&b.svm, market, dollars(market), 10).post_only())?;
    let order = Order::buy(&b.svm, market, dollars(market), 10).immediate();
    b.measure_order("take_1_maker_64", &large_taker, order, &[&large_maker])?;

    let none = instruction::cancel_all_orders(&e, &taker.address(), &taker.margin, BTC, BOTH_SIDES, u16::MAX);
    b.measure("cancel_all_orders_0", none, &[&taker.key])?;

    // Eight orders; the oldest is the last in the owner's list.
    let market = 3;
    let t = b.holder(RICH, SIXTEEN)?;
    let mut all = Vec::new();
    for n in 0..8 {
        let order = Order::buy(&b.svm, market, &format!("39.{n}"), 10).post_only().client_id(n).until(b.svm.now() + 1);
        let (handle, sequence) = b.svm.rest(&t, order)?;
        all.push(CancelArgs { handle, sequence });
    }
    let oldest = all[0];
    let cancel = instruction::cancel_order(&e, &t.address(), &t.margin, market, oldest.handle, oldest.sequence);
    b.measure("cancel_order", cancel, &[&t.key])?;
    let by_id = instruction::cancel_by_client_id(&e, &t.address(), &t.margin, market, 0);
    b.measure("cancel_by_client_id", by_id, &[&t.key])?;
    let other = Order::buy(&b.svm, market, "39.05", 10).post_only().args;
    let replace = instruction::replace_order(&e, &t.address(), &t.margin, market, &[], &oldest, &other);
    b.measure("replace_order_16", replace, &[&t.key])?;
    let less = OrderArgs { price: other.price - 50, lots: 9, expires_at: b.svm.now() + 1, ..other };
    let reduce = instruction::replace_order(&e, &t.address(), &t.margin, market, &[], &oldest, &less);
    b.measure("replace_order_in_place", reduce, &[&t.key])?;
    let eight: Vec<_> = (0..8).map(|n| OrderArgs { price: other.price + 10 * n, ..other }).collect();
    let batch = instruction::batch_orders(&e, &t.address(), &t.margin, market, &[], &all, &eight);
    b.measure("batch_8_cancels_8_orders_16", batch, &[&t.key])?;
    let all = instruction::cancel_all_orders(&e, &t.address(), &t.margin, market, BOTH_SIDES, u16::MAX);
    b.measure("cancel_all_orders_8", all, &[&t.key])?;
    deep_book(b)?;
    Ok(makers)
}

/// A market with 4,096 bids, each at its own price, placed in no order; the new one goes into the middle.
fn deep_book(b: &mut Bench) -> Result<()> {
    let market = 6;
    let t = b.holder(RICH, SIXTEEN)?;
    while b.svm.market(market).book()?.side_capacity() <= DEEP {
        b.svm.grow_market(market).map_err(failure)?;
    }
    let bid = Order::buy(&b.svm, market, "43.999", 2).post_only();
    let mut makers = Vec::new();
    for n in 0..DEEP / 64 {
        // An account has 64 orders.
        let maker = b.svm.trader("1000000")?;
        for batch in 4 * n..4 * n + 4 {
            // 2,731 is odd, so that every price is met once.
            let at = |k: usize| ((batch * 16 + k) * 2_731 % DEEP) as i64;
            let order = |k| Order { args: OrderArgs { price: bid.args.price - at(k), ..bid.args }, ..bid };
            let orders: Vec<_> = (0..16).map(order).collect();
            b.svm.batch(&maker, market, &[], &orders, &[]).map_err(failure)?;
        }
        makers.push(maker);
    }
    ensure!(b.svm.market(market).book()?.len(Side::Bid) == DEEP, "the book is not full");
    let middle = Order::buy(&b.svm, market, "41.95", 10).post_only();
    b.measure_order("place_post_only_16_book_4096", &t, middle, &[])?;
    for maker in &makers {
        b.svm.cancel_all(maker, market, u16::MAX).map_err(failure)?;
    }
    Ok(())
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
    b.measure_order("take_1_maker_cancelled_16", &pairs[0].2, sell, &[&weak])?;
    b.svm.cancel_all(&weak, BTC, 1).map_err(failure)?;
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
