//! Orders and matching.

use crate::{
    bench::{Bench, FORTY_EIGHT, RICH, SIXTEEN, dollars, failure},
    options::{Holders, mixed},
    row::{Row, row},
};
use anyhow::{Result, ensure};
use ballast_client::ballast::events::OrderPlaced;
use ballast_client::{
    ballast::{
        args::{BOTH_SIDES, CancelArgs, OrderArgs},
        constants::{FAILED_MAKER_WEIGHT, MAX_PASSED},
    },
    book::Side,
    event, instruction,
};
use ballast_testkit::{BTC, ETH, Order, SOL, Trader};

/// The rows.
pub const ROWS: &[Row] = &[
    row("place_order_post_only_16", 12_800, "post-only order into an empty book, 16 positions held").target(25_000),
    row("place_order_post_only_0", 6_200, "the same by an account that holds nothing"),
    row("place_order_post_only_48", 15_800, "the same with 48 positions"),
    row("place_order_post_only_16_book_30", 13_000, "into the middle of 30 orders of the same side, 16 positions"),
    row("place_order_post_only_16_book_4096", 13_100, "into the middle of 4,096 bids at as many prices, 16 positions"),
    row(
        "place_order_post_only_16_evicting",
        15_000,
        "into that book, full: one of the eight worst orders gives way, 16 positions",
    ),
    row("place_order_post_only_48_mixed", 26_100, "the same with 48 positions, half of them options"),
    row("place_order_take_1_maker_16", 24_300, "takes one order whole, both sides hold 16 positions").target(45_000),
    row("place_order_take_4_makers_16", 59_500, "takes the orders of four makers, all five hold 16 positions"),
    row("place_order_take_1_maker_48", 29_900, "takes one order whole, both sides hold 48 positions"),
    row("place_order_take_reducing_16", 45_800, "reduces below maintenance against one maker: the rule's long way"),
    row("place_order_take_market_16", 24_400, "the same as `place_order_take_1_maker_16` by a market order"),
    row("place_order_match_each_16", 11_800, "a further maker who is met, with 16 positions: (4 makers − 1 maker) / 3"),
    row("place_order_match_step_over", 300, "a further order that is stepped over: (16 orders − none) / 16"),
    row("place_order_match_look_past", 270, "a further odd lot that is looked past: (16 orders − none) / 16"),
    row(
        "place_order_take_1_maker_cancelled_16",
        39_400,
        "an order whose maker is below maintenance margin is cancelled, nothing is traded; both hold 16 positions",
    ),
    row(
        "place_order_take_makers_failing_48_options",
        404_600,
        "an order that meets as many makers who cannot carry the fill as one instruction does, four; all five hold 48 \
         positions, 32 of them options",
    ),
    row("cancel_order", 3_400, "one order, 16 positions"),
    row("cancel_all_orders_0", 2_800, "no order to cancel: what every instruction of a market costs"),
    row("cancel_all_orders_8", 8_400, "eight orders of a market, 16 positions"),
    row("cancel_by_client_id", 3_700, "the oldest of eight orders by the owner's number, 16 positions"),
    row("replace_order_16", 13_800, "a post-only order by one at another price, 16 positions"),
    row("replace_order_in_place", 4_000, "an order by fewer lots of the same: it keeps its priority, no check"),
    row(
        "batch_orders_8_cancels_8_orders_16",
        32_300,
        "eight cancels and eight post-only orders with one check, 16 positions",
    ),
    row("prune_expired_8", 9_000, "eight orders that have expired, 16 positions"),
];

/// Orders in the deep book.
const DEEP: usize = 4_096;

/// Orders of perpetuals; returns the makers, of whom each holds 16 positions.
pub fn orders(b: &mut Bench) -> Result<Vec<Trader>> {
    // Post-only orders into an empty book of a market in which the account has a position.
    for (row, positions) in [
        ("place_order_post_only_0", 0..0),
        ("place_order_post_only_16", SIXTEEN),
        ("place_order_post_only_48", FORTY_EIGHT),
    ] {
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
    b.measure_order("place_order_post_only_16_book_30", &taker, middle, &[])?;

    // Four makers, one order each: the makers reduce, the taker adds.
    let mut makers = Vec::new();
    for price in ["40_000", "40_001", "40_002", "40_003"] {
        let maker = b.holder(RICH, SIXTEEN)?;
        b.svm.rest(&maker, Order::sell(&b.svm, BTC, price, 10).post_only())?;
        makers.push(maker);
    }
    let one = Order::buy(&b.svm, BTC, "40_010", 10).immediate();
    b.measure_order("place_order_take_1_maker_16", &taker, one, &[&makers[0]])?;
    let four = Order::buy(&b.svm, BTC, "40_010", 40).immediate();
    b.measure_order("place_order_take_4_makers_16", &taker, four, &makers.iter().collect::<Vec<_>>())?;

    b.measure_order("place_order_take_market_16", &taker, Order::market_buy(BTC, 10), &[&makers[0]])?;
    let each = (b.units["place_order_take_4_makers_16"] - b.units["place_order_take_1_maker_16"]).div_ceil(3);
    b.units.insert("place_order_match_each_16", each);
    // Sixteen young orders of somebody who is not passed in: worth sixteen of the least orders, or less.
    let passed = 5;
    let bystander = b.trader(RICH)?;
    let take = Order::buy(&b.svm, passed, "40.1", 20).immediate();
    let e = b.svm.exchange;
    let ix = instruction::place_order(&e, &taker.address(), &taker.margin, passed, &[], &take.args);
    let nobody = b.simulate(ix.clone(), &[&taker.key])?;
    for (row, lots) in [("place_order_match_step_over", 20), ("place_order_match_look_past", 10)] {
        for _ in 0..MAX_PASSED {
            b.svm.rest(&bystander, Order::sell(&b.svm, passed, "40", lots).post_only())?;
        }
        let sixteen = b.simulate(ix.clone(), &[&taker.key])?;
        b.svm.cancel_all(&bystander, passed, u16::MAX).map_err(failure)?;
        b.units.insert(row, (sixteen - nobody).div_ceil(MAX_PASSED as u64));
    }

    let market = 4;
    let (large_maker, large_taker) = (b.holder(RICH, FORTY_EIGHT)?, b.holder(RICH, FORTY_EIGHT)?);
    b.svm.rest(&large_maker, Order::sell(&b.svm, market, dollars(market), 10).post_only())?;
    let order = Order::buy(&b.svm, market, dollars(market), 10).immediate();
    b.measure_order("place_order_take_1_maker_48", &large_taker, order, &[&large_maker])?;

    let none = instruction::cancel_all_orders(&e, &taker.address(), &taker.margin, BTC, BOTH_SIDES, u16::MAX);
    b.measure("cancel_all_orders_0", none, &[&taker.key])?;

    // Eight orders; the oldest is the last in the owner's list.
    let market = 3;
    let t = b.holder(RICH, SIXTEEN)?;
    let mut all = Vec::new();
    for n in 0..8 {
        let order = Order::buy(&b.svm, market, &format!("39.{n}"), 10).post_only().client_id(n).until(b.svm.now() + 30);
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
    let less = OrderArgs { price: other.price - 50, lots: 9, expires_at: b.svm.now() + 30, ..other };
    let reduce = instruction::replace_order(&e, &t.address(), &t.margin, market, &[], &oldest, &less);
    b.measure("replace_order_in_place", reduce, &[&t.key])?;
    let eight: Vec<_> = (0..8).map(|n| OrderArgs { price: other.price + 10 * n, ..other }).collect();
    let batch = instruction::batch_orders(&e, &t.address(), &t.margin, market, &[], &all, &eight);
    b.measure("batch_orders_8_cancels_8_orders_16", batch, &[&t.key])?;
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
    b.measure_order("place_order_post_only_16_book_4096", &t, middle, &[])?;
    // The places that are left, at the worst price.
    let last = b.svm.trader("1000000")?;
    let room = b.svm.market(market).book()?.side_capacity() - DEEP;
    for _ in 0..room {
        b.svm.rest(&last, Order::buy(&b.svm, market, "39.6", 2).post_only())?;
    }
    b.measure_order("place_order_post_only_16_evicting", &t, middle, &[&last])?;
    makers.push(last);
    for maker in &makers {
        b.svm.cancel_all(maker, market, u16::MAX).map_err(failure)?;
    }
    Ok(())
}

/// A post-only order of an account half of whose positions are options.
pub fn post_only_of_options(b: &mut Bench, t: &Trader) -> Result<()> {
    let order = Order::buy(&b.svm, BTC, "40_000", 10).post_only();
    b.measure_order("place_order_post_only_48_mixed", t, order, &[])?;
    Ok(())
}

/// An order that meets the makers who end a match by failing, each with 48 positions, 48 of them options, and a penalty to pay.
pub fn failing_makers(b: &mut Bench, holders: &Holders) -> Result<()> {
    let most = MAX_PASSED.div_ceil(FAILED_MAKER_WEIGHT);
    let mut makers = Vec::new();
    for n in 0..most {
        // The house has room for no more lots of everything.
        let another = b.trader(RICH)?;
        let house = std::mem::replace(&mut b.house, another);
        let maker = mixed(b, 1, 4)?;
        b.house = house;
        let ask = Order::sell(&b.svm, BTC, dollars(BTC), 2_000 + n as i64).post_only();
        b.svm.rest(&maker, ask)?;
        // As much as the order, but not the position, leaves to be withdrawn.
        let r = b.svm.requirements(&maker);
        let spare = u64::try_from(r.withdraw_equity.get() - r.initial.get())?;
        let (e, usdc) = (b.svm.exchange, b.svm.usdc);
        b.run(instruction::withdraw(&e, &maker.address(), &maker.margin, &maker.usdc, &usdc, spare), &[&maker.key])?;
        makers.push(maker);
    }
    let (e, t) = (b.svm.exchange, &holders.whole);
    let take = Order::buy(&b.svm, BTC, dollars(BTC), 2_000).immediate();
    let addresses: Vec<_> = makers.iter().map(|m| m.margin).collect();
    let ix = instruction::place_order(&e, &t.address(), &t.margin, BTC, &addresses, &take.args);
    let log = b.svm.simulate(std::slice::from_ref(&ix), &[&t.key]).map_err(failure)?.log;
    let order = event::find::<OrderPlaced>(&log).remove(0);
    ensure!(usize::from(order.makers_cancelled) == most && order.fills.is_empty(), "not every maker failed");
    ensure!(order.penalties.len() == most, "{} penalties", order.penalties.len());
    b.measure("place_order_take_makers_failing_48_options", ix, &[&t.key])?;
    for maker in &makers {
        b.svm.cancel_all(maker, BTC, 1).map_err(failure)?;
    }
    Ok(())
}

/// Rests orders that expire in so many seconds.
pub fn rest_until(b: &mut Bench, t: &Trader, seconds: i64) -> Result<()> {
    let until = b.svm.now() + seconds;
    for n in 0..8 {
        b.svm.rest(t, Order::buy(&b.svm, ETH, &format!("2_4{n}0"), 10).post_only().until(until))?;
    }
    Ok(())
}

/// Takes the orders of [`rest_until`] off the book.
pub fn prune(b: &mut Bench, t: &Trader) -> Result<()> {
    b.measure("prune_expired_8", instruction::prune_expired(&b.svm.exchange, &t.margin, ETH, u16::MAX), &[])?;
    Ok(())
}
