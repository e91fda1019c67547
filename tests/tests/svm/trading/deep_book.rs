//! A market with 4,096 orders a side, and what it costs to trade in it (I278).

use ballast_client::ballast::events::{OrderPlaced, OrdersBatched};
use ballast_client::{book::Side, event, instruction};
use ballast_testkit::{Order, SOL, Sent, Svm, Trader};

/// Orders a side.
const DEEP: usize = 4_096;

/// What the program consumed.
fn units(sent: &Sent) -> u64 {
    let head = format!("Program {} consumed ", ballast_client::ballast::ID);
    let line = sent.log.iter().find_map(|l| l.strip_prefix(&head)).expect("the program's line");
    line.split(' ').next().unwrap().parse().unwrap()
}

/// Units of a simulation, which changes nothing.
fn cost(svm: &mut Svm, t: &Trader, order: Order, makers: &[&Trader]) -> u64 {
    let makers: Vec<_> = makers.iter().map(|m| m.margin).collect();
    let e = svm.exchange;
    let ix = instruction::place_order(&e, &t.address(), &t.margin, order.instrument, &makers, &order.args);
    units(&svm.simulate(&[ix], &[&t.key]).unwrap())
}

/// Fills a side with orders of many makers, two at each price, in no order of price. Returns the makers and the last of
/// the orders placed.
fn fill(svm: &mut Svm, side: Side) -> (Vec<Trader>, (u32, u64)) {
    let mut makers = Vec::new();
    let mut last = (0, 0);
    for batch in 0..DEEP / 16 {
        if batch % 4 == 0 {
            makers.push(svm.trader("100000").unwrap());
        }
        let maker = &makers[makers.len() - 1];
        // 2,731 is odd, so that every place is met once. Prices are a tick of a thousandth apart, bids below 40, asks above.
        let place = |n: usize| ((batch * 16 + n) * 2_731 % DEEP) as i64;
        let orders: Vec<_> = (0..16)
            .map(|n| {
                let mut order = Order::market_buy(SOL, 2).post_only();
                order.args.side = side as u8;
                order.args.price = if side == Side::Bid { 39_999 - place(n) / 2 } else { 40_001 + place(n) / 2 };
                order
            })
            .collect();
        let sent = svm.batch(maker, SOL, &[], &orders, &[]).unwrap_or_else(|f| panic!("{f:#?}"));
        let placed = &event::find::<OrdersBatched>(&sent.log)[0].placed;
        last = (placed[15].handle, placed[15].sequence);
    }
    (makers, last)
}

/// I278.
#[test]
fn a_market_trades_with_4096_orders_a_side() {
    let mut svm = Svm::new().unwrap();
    let taker = svm.trader("1000000").unwrap();
    let middle = |svm: &Svm| Order::buy(svm, SOL, "38.9", 2).post_only();
    let order = middle(&svm);
    let into_empty = cost(&mut svm, &taker, order, &[]);
    while svm.market(SOL).book().unwrap().side_capacity() < DEEP {
        svm.grow_market(SOL).unwrap();
    }
    let (bidders, last) = fill(&mut svm, Side::Bid);
    let (sellers, _) = fill(&mut svm, Side::Ask);
    let market = svm.market(SOL);
    let book = market.book().unwrap();
    book.check_invariants().unwrap();
    assert_eq!((book.len(Side::Bid), book.len(Side::Ask)), (DEEP, DEEP));

    // One fits in where one is gone, and costs little more than into an empty book.
    let owner = bidders.last().unwrap();
    let removed = units(&svm.cancel(owner, SOL, last).unwrap());
    let order = middle(&svm);
    let inserted = cost(&mut svm, &taker, order, &[]);
    let best_seller = {
        let (_, best) = book.orders(Side::Ask).next().unwrap().unwrap();
        sellers.iter().find(|t| t.margin.to_bytes() == *best.owner.as_bytes()).unwrap()
    };
    let take = Order::buy(&svm, SOL, "40.001", 2).immediate();
    let matched = cost(&mut svm, &taker, take, &[best_seller]);
    println!(
        "{DEEP} a side: insert {inserted} CU ({into_empty} into an empty book), match {matched}, remove {removed}"
    );
    assert!(inserted < into_empty + 1_200, "{inserted}");
    assert!(removed < 5_000 && matched < 22_000, "{removed} {matched}");

    // Sixteen fills from the top, then a full side again.
    let all: Vec<&Trader> = sellers.iter().collect();
    let mut filled = 0;
    for _ in 0..4 {
        let best: Vec<[u8; 32]> = {
            let market = svm.market(SOL);
            let book = market.book().unwrap();
            book.orders(Side::Ask).take(16).map(|o| *o.unwrap().1.owner.as_bytes()).collect()
        };
        let mut makers: Vec<&Trader> = all.iter().copied().filter(|t| best.contains(&t.margin.to_bytes())).collect();
        makers.truncate(8);
        let sent = svm.place(&taker, Order::market_buy(SOL, 40), &makers).unwrap_or_else(|f| panic!("{f:#?}"));
        let order = event::find::<OrderPlaced>(&sent.log).remove(0);
        filled += order.fills.len();
    }
    assert!(filled > 0);
    let market = svm.market(SOL);
    let book = market.book().unwrap();
    book.check_invariants().unwrap();
    assert_eq!(book.len(Side::Ask), DEEP - filled);
    svm.assert_reconciled();
}
