//! Batches of one market: what they do, and that they equal their orders one by one (I275, I276).

use crate::harness::refusal::{difference, refused, snapshot};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{CancelArgs, OrderArgs, OrderKind, SelfTrade},
        constants::{MAX_BATCH_CANCELS, MAX_BATCH_ORDERS},
        events::OrdersBatched,
        state::{DISCRIMINATOR_LEN, MarginAccount},
    },
    book::Side,
    event, instruction,
};
use ballast_testkit::{BTC, Failed, Order, Sent, Svm, Trader};
use solana_account::Account;
use solana_address::Address;
use solana_instruction::Instruction;

#[track_caller]
fn batched(sent: Result<Sent, Failed>) -> OrdersBatched {
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    event::find::<OrdersBatched>(&sent.log).remove(0)
}

/// Client ids, prices and lots of one side of a book, best first.
fn side(svm: &Svm, instrument: u16, side: Side) -> Vec<(u64, i64, i64)> {
    let market = svm.market(instrument);
    let book = market.book().unwrap();
    book.check_invariants().unwrap();
    book.orders(side).map(|o| o.unwrap().1).map(|o| (o.client_id, o.price_ticks.get(), o.lots.get())).collect()
}

fn two() -> (Svm, Trader, Trader) {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("1000000").unwrap(), svm.trader("1000000").unwrap());
    (svm, alice, bob)
}

#[test]
fn a_batch_cancels_then_places_and_says_so_in_one_event() {
    let (mut svm, alice, bob) = two();
    let old = [1, 2].map(|n| svm.rest(&alice, Order::sell(&svm, BTC, "40000", n).client_id(n as u64)).unwrap());
    svm.rest(&bob, Order::sell(&svm, BTC, "40010", 2).client_id(8)).unwrap();
    svm.rest(&bob, Order::sell(&svm, BTC, "40020", 2).client_id(9)).unwrap();
    let orders = [
        Order::buy(&svm, BTC, "39000", 5).post_only().client_id(3),
        Order::buy(&svm, BTC, "40015", 3).client_id(4),
        Order::market_buy(BTC, 1).client_id(5),
        Order::sell(&svm, BTC, "40001", 6).slide().client_id(6),
    ];
    let batch = batched(svm.batch(&alice, BTC, &old, &orders, &[&bob]));
    assert_eq!((batch.margin, batch.instrument), (alice.margin, BTC));
    assert_eq!(
        batch.cancelled.iter().map(|c| (c.sequence, c.client_id, c.lots)).collect::<Vec<_>>(),
        [(old[0].1, 1, 1), (old[1].1, 2, 2)]
    );
    let said: Vec<_> =
        batch.placed.iter().map(|p| (p.client_id, p.price, p.filled, p.resting, p.fills, p.side)).collect();
    assert_eq!(
        said,
        [
            (3, 390_000, 0, 5, 0, 0),
            (4, 400_150, 2, 1, 1, 0),
            (5, 440_000, 1, 0, 1, 0),
            // Behind the second's remainder.
            (6, 400_151, 0, 6, 0, 1)
        ]
    );
    let fills: Vec<_> = batch.fills.iter().map(|f| (f.maker_client_id, f.price, f.lots)).collect();
    assert_eq!(fills, [(8, 400_100, 2), (9, 400_200, 1)]);
    assert_eq!(side(&svm, BTC, Side::Bid), [(4, 400_150, 1), (3, 390_000, 5)]);
    assert_eq!(side(&svm, BTC, Side::Ask), [(6, 400_151, 6), (9, 400_200, 1)]);
    for placed in batch.placed.iter().filter(|p| p.resting > 0) {
        svm.cancel(&alice, BTC, (placed.handle, placed.sequence)).unwrap();
    }
    svm.assert_reconciled();
}

#[test]
fn what_is_cancelled_carries_what_is_placed() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("1000").unwrap();
    let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 160)).unwrap();
    let new = [1, 2, 3, 4].map(|n| Order::buy(&svm, BTC, &format!("3900{n}"), 40).post_only());
    refused(&mut svm, |svm| svm.batch(&alice, BTC, &[], &new, &[]), E::BelowInitialMargin);
    batched(svm.batch(&alice, BTC, &[old], &new, &[]));
    assert_eq!(side(&svm, BTC, Side::Bid).len(), 4);
    svm.assert_reconciled();
}

/// I276.
#[test]
fn one_refusal_refuses_all() {
    let (mut svm, alice, bob) = two();
    let old = svm.rest(&alice, Order::buy(&svm, BTC, "39000", 1)).unwrap();
    let bobs = svm.rest(&bob, Order::sell(&svm, BTC, "41000", 1)).unwrap();
    let good = Order::buy(&svm, BTC, "39500", 1).post_only();
    let mut bad = good;
    bad.args.price = 1;
    for (cancels, orders, error) in [
        (vec![old], vec![good, good, bad], E::BadPrice),
        (vec![old, old], vec![good], E::OrderNotFound),
        (vec![old, bobs], vec![good], E::OrderNotOwned),
        (vec![old], vec![good, Order::buy(&svm, BTC, "41000", 2).fill_or_kill()], E::WouldNotFill),
        (vec![old], vec![good, Order::buy(&svm, BTC, "41000", 1).post_only()], E::WouldCross),
        (vec![], vec![], E::TooManyLegs),
    ] {
        refused(&mut svm, |svm| svm.batch(&alice, BTC, &cancels, &orders, &[&bob]), error);
    }
}

/// I276.
#[test]
fn a_batch_has_at_most_32_cancels_and_16_orders() {
    let (mut svm, alice, _) = two();
    svm.grow_market(BTC).unwrap();
    let good = Order::buy(&svm, BTC, "39500", 1).post_only();
    let mut resting = Vec::new();
    for _ in 0..3 {
        let batch = batched(svm.batch(&alice, BTC, &[], &[good; MAX_BATCH_ORDERS], &[]));
        resting.extend(batch.placed.iter().map(|p| (p.handle, p.sequence)));
    }
    refused(&mut svm, |svm| svm.batch(&alice, BTC, &[], &[good; MAX_BATCH_ORDERS + 1], &[]), E::TooManyLegs);
    let too_many = &resting[..MAX_BATCH_CANCELS + 1];
    refused(&mut svm, |svm| svm.batch(&alice, BTC, too_many, &[], &[]), E::TooManyLegs);
    let batch = batched(svm.batch(&alice, BTC, &resting[..MAX_BATCH_CANCELS], &[good; MAX_BATCH_ORDERS], &[]));
    assert_eq!((batch.cancelled.len(), batch.placed.len()), (MAX_BATCH_CANCELS, MAX_BATCH_ORDERS));
    assert_eq!(side(&svm, BTC, Side::Bid).len(), 32);
    svm.assert_reconciled();
}

/// I276. Sixteen fills, sixteen orders and thirty-two cancels fit into memory and log.
#[test]
fn the_largest_batch_fits() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("10000000").unwrap();
    let makers: Vec<Trader> = (0..8).map(|_| svm.trader("1000000").unwrap()).collect();
    for _ in 0..3 {
        svm.grow_market(BTC).unwrap();
    }
    let away = Order::buy(&svm, BTC, "36000", 1).post_only();
    let mut resting = Vec::new();
    for _ in 0..2 {
        let batch = batched(svm.batch(&alice, BTC, &[], &[away; MAX_BATCH_ORDERS], &[]));
        resting.extend(batch.placed.iter().map(|p| (p.handle, p.sequence)));
    }
    for n in 0..16 {
        svm.rest(&makers[n % 8], Order::sell(&svm, BTC, "40000", 2).post_only()).unwrap();
    }
    let take = Order::buy(&svm, BTC, "40000", 2);
    let all: Vec<&Trader> = makers.iter().collect();
    let sent = svm.batch(&alice, BTC, &resting, &[take; MAX_BATCH_ORDERS], &all);
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    let logged: usize = sent.log.iter().map(String::len).sum();
    assert!(logged < 10_000, "{logged} bytes of log");
    let batch = event::find::<OrdersBatched>(&sent.log).remove(0);
    assert_eq!((batch.fills.len(), batch.placed.iter().filter(|p| p.fills == 1).count()), (16, 16));
    assert_eq!((svm.lots(&alice, BTC), side(&svm, BTC, Side::Ask)), (32, vec![]));
    svm.assert_reconciled();
}

/// I276. With penalties too: of eight makers five are filled three or four times and three cannot carry their fill.
#[test]
fn the_largest_batch_fits_with_penalties() {
    let mut svm = Svm::with_config(|c| {
        c.exchange.fees.set("maker_penalty_rate", "0.001");
        c.exchange.fees.set("maker_penalty", "10");
    })
    .unwrap();
    let alice = svm.trader("10000000").unwrap();
    let poor: Vec<Trader> = (0..3).map(|_| svm.trader("100").unwrap()).collect();
    let rich: Vec<Trader> = (0..5).map(|_| svm.trader("1000000").unwrap()).collect();
    for _ in 0..3 {
        svm.grow_market(BTC).unwrap();
    }
    let away = Order::buy(&svm, BTC, "36000", 1).post_only();
    let mut resting = Vec::new();
    for _ in 0..2 {
        let batch = batched(svm.batch(&alice, BTC, &[], &[away; MAX_BATCH_ORDERS], &[]));
        resting.extend(batch.placed.iter().map(|p| (p.handle, p.sequence)));
    }
    // As orders they are carried, as positions not.
    for t in &poor {
        svm.rest(t, Order::sell(&svm, BTC, "40000", 16).post_only()).unwrap();
    }
    for n in 0..16 {
        svm.rest(&rich[n % 5], Order::sell(&svm, BTC, "40000", 16).post_only()).unwrap();
    }
    let all: Vec<&Trader> = poor.iter().chain(&rich).collect();
    let take = Order::buy(&svm, BTC, "40000", 16);
    let sent = svm.batch(&alice, BTC, &resting, &[take; MAX_BATCH_ORDERS], &all);
    let sent = sent.unwrap_or_else(|failed| panic!("{failed:#?}"));
    let logged: usize = sent.log.iter().map(String::len).sum();
    assert!(logged < 10_000, "{logged} bytes of log");
    let batch = event::find::<OrdersBatched>(&sent.log).remove(0);
    assert_eq!((batch.cancelled.len(), batch.placed.len()), (MAX_BATCH_CANCELS, MAX_BATCH_ORDERS));
    assert_eq!((batch.fills.len(), batch.penalties.len()), (16, 3));
    assert_eq!(batch.placed.iter().map(|p| p.makers_cancelled).sum::<u8>(), 3);
    assert_eq!((svm.lots(&alice, BTC), side(&svm, BTC, Side::Ask)), (256, vec![]));
    svm.assert_reconciled();
}

/// I276. The bounds on fills are those of an instruction: what a batch cannot match any more is dropped, as with one
/// order.
#[test]
fn a_batch_has_at_most_sixteen_fills() {
    let (mut svm, alice, bob) = two();
    for _ in 0..18 {
        svm.rest(&bob, Order::sell(&svm, BTC, "40000", 2)).unwrap();
    }
    let take = Order::buy(&svm, BTC, "40000", 20);
    let batch = batched(svm.batch(&alice, BTC, &[], &[take, take], &[&bob]));
    let said: Vec<_> = batch.placed.iter().map(|p| (p.filled, p.resting, p.fills)).collect();
    assert_eq!(said, [(20, 0, 10), (12, 0, 6)]);
    let all = Order::buy(&svm, BTC, "40000", 2).fill_or_kill();
    batched(svm.batch(&alice, BTC, &[], &[all, all], &[&bob]));
    svm.assert_reconciled();
}

/// I275. An order that lowers the margin of those beside it stands alone: checked at the end only, the two that follow
/// would be carried by what it takes off, and one by one the first is refused.
#[test]
fn an_order_that_lowers_margin_stands_alone() {
    let mut svm = Svm::with_config(|c| c.perpetual[0].contract.limits.set("price_band", "0.3")).unwrap();
    let alice = svm.trader("1000").unwrap();
    // Bids above the mark, which is where a fall left them.
    svm.rest(&alice, Order::buy(&svm, BTC, "40000", 80)).unwrap();
    svm.advance(1);
    svm.publish(BTC, "37000").unwrap();
    let (dear, cheap) =
        (Order::buy(&svm, BTC, "37000", 80).post_only(), Order::buy(&svm, BTC, "27000", 20).post_only());
    svm.place(&alice, cheap, &[]).unwrap();
    let lower = svm.requirements(&alice);
    svm.cancel_all(&alice, BTC, 1).unwrap();
    assert!(lower.initial < svm.requirements(&alice).initial, "the cheap order lowers margin");
    let one_by_one = |svm: &mut Svm, orders: &[Order]| {
        let e = svm.exchange;
        let place = |o: &Order| instruction::place_order(&e, &alice.address(), &alice.margin, BTC, &[], &o.args);
        let all: Vec<_> = orders.iter().map(place).collect();
        svm.simulate(&all, &[&alice.key]).is_ok()
    };
    let mut split = 0;
    for lots in 1..200 {
        let mut dear = dear;
        dear.args.lots = lots;
        for orders in [[dear, cheap], [cheap, dear]] {
            let e = svm.exchange;
            let args = orders.map(|o| o.args);
            let ix = instruction::batch_orders(&e, &alice.address(), &alice.margin, BTC, &[], &[], &args);
            let batch = svm.simulate(&[ix], &[&alice.key]).is_ok();
            assert_eq!(batch, one_by_one(&mut svm, &orders), "{lots} lots");
            split += usize::from(batch);
        }
    }
    assert!((1..398).contains(&split), "some are accepted and some are not: {split}");
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// A machine in which one batch is tried in both ways.
struct Pair {
    svm: Svm,
    random: Random,
    traders: Vec<Trader>,
    price: i64,
}

impl Pair {
    fn new(seed: u64) -> Self {
        let mut svm = Svm::with_config(|c| c.perpetual[0].contract.limits.set("price_band", "0.2")).unwrap();
        let traders = ["1000", "3000", "300", "100000"].map(|usdc| svm.trader(usdc).unwrap()).into();
        Self { svm, random: Random(seed), traders, price: 40_000 }
    }

    fn order(&mut self) -> OrderArgs {
        let r = &mut self.random;
        let spread = if r.one_in(5) { 7_000 } else { 100 };
        let kind = OrderKind::from_byte(r.below(12) as u8).unwrap_or(OrderKind::PostOnlySlide);
        let price = if kind == OrderKind::Market { 0 } else { (self.price + r.between(-spread, spread)) * 10 };
        let side = Side::BOTH[r.below(2) as usize];
        let mode = SelfTrade::ALL[r.below(3) as usize];
        let reduce_only = r.one_in(6);
        let lots = if r.one_in(4) { r.between(20, 160) } else { r.between(1, 12) };
        let order = OrderArgs::limit(side, price, lots).kind(kind).self_trade(mode).client_id(r.next());
        let order = if reduce_only { order.reduce_only() } else { order };
        order.expires_at(if r.one_in(8) { self.svm.now() + r.between(28, 39) } else { 0 })
    }

    /// The account's orders, some of them, now and then one that is not there.
    fn cancels(&mut self, t: usize) -> Vec<CancelArgs> {
        let owner = self.traders[t].margin.to_bytes();
        let market = self.svm.market(BTC);
        let book = market.book().unwrap();
        let mut cancels = Vec::new();
        for (handle, order) in Side::BOTH.into_iter().flat_map(|s| book.orders(s)).map(|o| o.unwrap()) {
            if *order.owner.as_bytes() == owner && self.random.one_in(3) && cancels.len() < 8 {
                cancels.push(CancelArgs { handle: handle.0, sequence: order.seq });
            }
        }
        if self.random.one_in(30) {
            cancels.push(CancelArgs { handle: 1, sequence: 0 });
        }
        cancels
    }

    /// Keeps the book so short that no instruction meets its bounds on fills.
    fn thin(&mut self) {
        for side in Side::BOTH {
            let market = self.svm.market(BTC);
            if market.book().unwrap().len(side) > 10 {
                for t in &self.traders {
                    self.svm.cancel_all(t, BTC, u16::MAX).unwrap();
                }
            }
        }
    }

    /// True if the batch was accepted.
    fn step(&mut self) -> bool {
        self.thin();
        if self.random.one_in(3) {
            self.svm.advance(1);
            self.price = (self.price + self.random.between(-600, 600)).clamp(30_000, 50_000);
            self.svm.publish(BTC, &self.price.to_string()).unwrap();
        }
        if self.random.one_in(12) {
            self.svm.advance(11); // a stale price
        }
        let who = self.random.below(self.traders.len() as u64) as usize;
        let cancels = self.cancels(who);
        let orders: Vec<OrderArgs> = (0..self.random.between(1, 5)).map(|_| self.order()).collect();
        let t = &self.traders[who];
        let makers: Vec<Address> = self.traders.iter().map(|t| t.margin).filter(|m| *m != t.margin).collect();
        let (e, authority) = (self.svm.exchange, t.address());

        let mut one_by_one: Vec<Instruction> = Vec::new();
        for c in &cancels {
            one_by_one.push(instruction::cancel_order(&e, &authority, &t.margin, BTC, c.handle, c.sequence));
        }
        for args in &orders {
            one_by_one.push(instruction::place_order(&e, &authority, &t.margin, BTC, &makers, args));
        }
        let batch = instruction::batch_orders(&e, &authority, &t.margin, BTC, &makers, &cancels, &orders);

        let start = self.svm.vm.clone();
        let singly = self.svm.send(&one_by_one, &[&t.key]);
        let singly_left = uncounted(snapshot(&self.svm));
        self.svm.vm = start;
        let together = self.svm.send(&[batch], &[&t.key]);
        let together_left = uncounted(snapshot(&self.svm));
        assert_eq!(singly.is_ok(), together.is_ok(), "{cancels:?} {orders:?}\n{singly:#?}\n{together:#?}");
        assert_eq!(difference(&singly_left, &together_left), None, "{cancels:?} {orders:?}");
        together.is_ok()
    }
}

/// Without what counts the instructions of an account.
fn uncounted(mut accounts: Vec<(Address, Account)>) -> Vec<(Address, Account)> {
    let len = DISCRIMINATOR_LEN + size_of::<MarginAccount>();
    let prefix = ballast_client::account::discriminator("MarginAccount");
    for (_, account) in accounts.iter_mut().filter(|(_, a)| a.data.len() == len && a.data.starts_with(&prefix)) {
        let body = &mut account.data[DISCRIMINATOR_LEN..];
        let mut margin: MarginAccount = bytemuck::pod_read_unaligned(body);
        margin.sequence = 0;
        body.copy_from_slice(bytemuck::bytes_of(&margin));
    }
    accounts
}

/// A batch is accepted exactly when its cancels and orders one by one are, and leaves the same bytes (I272, I275).
#[test]
fn a_batch_equals_its_orders_one_by_one() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 1..=6 {
        let mut pair = Pair::new(seed);
        for _ in 0..70 {
            if pair.step() { accepted += 1 } else { refused += 1 }
        }
        pair.svm.assert_reconciled();
    }
    assert!(accepted > 100 && refused > 50, "{accepted} accepted, {refused} refused");
}
