//! Block trades and requests for quote (I280 to I282, I289).

use crate::{
    harness::refusal::{DUPLICATE, assert_refused, numbers, refused},
    stories::options,
};
use ballast_client::ballast::events::BlockTraded;
use ballast_client::risk::LotValue;
use ballast_client::{
    BallastError as E,
    ballast::{args::LegArgs, state::Pause, state::RiskBoard},
    event, instruction,
    margin::block_effect,
    rfq::{Quote, Request, RequestLeg},
    risk::{Leg, Lots, Ticks},
};
use ballast_testkit::{BTC, ETH, Failed, SOL, Sent, Svm, Trader, options::SMILE};
use solana_signer::Signer;

const USDC: i64 = 1_000_000;

/// Fee of either side of the fixtures' blocks, millionths.
const FEE: u32 = 300;

/// An exchange with a fee on blocks, and options as [`options::listed`].
fn listed() -> (Svm, Vec<u16>) {
    let svm = Svm::with_config(|c| c.exchange.fees.set("block_fee", "0.0003")).unwrap();
    let (mut svm, expiries, options) = options::with(svm);
    svm.list_future(BTC, expiries[0], 8).unwrap();
    svm.list_future(BTC, expiries[1], 9).unwrap();
    (svm, options)
}

/// A leg at the mark, moved by some ticks.
fn at_mark(svm: &Svm, instrument: u16, lots: i64, ticks: i64) -> LegArgs {
    let board = svm.board();
    let i = board.board.instrument(instrument).unwrap();
    let u = board.board.underlying(i.underlying).unwrap();
    LegArgs { lots, price: i.mark_ticks_floor(u, svm.now()).get() + ticks, instrument }
}

fn send(svm: &mut Svm, one: &Trader, other: &Trader, legs: &[LegArgs]) -> Result<Sent, Failed> {
    let ix = svm.block_of(one, other, legs);
    svm.send(&[ix], &[&one.key, &other.key])
}

/// The value of a leg, signed like its lots, and the fee on it.
fn value_and_fee(svm: &Svm, leg: &LegArgs) -> (i64, i64) {
    let tick = svm.board().board.instrument(leg.instrument).unwrap().tick_value.get();
    let value = leg.lots * leg.price * tick;
    (value, (value.abs() * i64::from(FEE) + 999_999) / 1_000_000)
}

/// Changes the board's bytes, as no instruction does.
fn edit_board(svm: &mut Svm, change: impl FnOnce(&mut RiskBoard)) {
    let board = svm.exchange.board;
    svm.modify::<RiskBoard>(&board, change);
}

/// I280. Option strategies trade as one block: every cash flow to the unit, opened, and closed at other prices.
#[test]
fn option_strategies_trade_as_blocks_to_the_unit() {
    // Near expiry: calls 10, 12, 14 of 36,000, 40,000 and 44,000, puts 11, 13, 15; far: calls 16, 18, 20. Futures 8 and 9.
    let strategies: [(&str, &[(u16, i64)]); 6] = [
        ("a vertical", &[(12, 50), (14, -50)]),
        ("a straddle", &[(12, 30), (13, 30)]),
        ("a short strangle", &[(11, -20), (14, -20)]),
        ("a calendar pair of calls", &[(12, -40), (18, 40)]),
        ("a calendar pair of futures", &[(8, 70), (9, -70)]),
        ("a conversion", &[(8, 100), (12, -100), (13, 100)]),
    ];
    let (mut svm, _) = listed();
    for (name, strategy) in strategies {
        let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
        let mut cash = [100_000 * USDC; 2];
        let mut flows = vec![0; strategy.len()];
        for (direction, ticks) in [(1, 3), (-1, 7)] {
            let legs: Vec<LegArgs> =
                strategy.iter().map(|(i, lots)| at_mark(&svm, *i, direction * lots, ticks)).collect();
            let unswept: Vec<i64> = legs.iter().map(|l| svm.market(l.instrument).header.unswept_fees.get()).collect();
            let sent = send(&mut svm, &alice, &bob, &legs).unwrap_or_else(|e| panic!("{name}: {e:#?}"));
            let events = event::find::<BlockTraded>(&sent.log);
            assert_eq!((events.len(), events[0].margin_a, events[0].margin_b), (1, alice.margin, bob.margin), "{name}");
            assert_eq!((events[0].nonce, events[0].legs.len()), (1, legs.len()));
            let mut fees = 0;
            for (n, leg) in legs.iter().enumerate() {
                let (value, fee) = value_and_fee(&svm, leg);
                fees += fee;
                flows[n] -= value;
                let record = events[0].legs[n];
                assert_eq!(
                    (record.instrument, record.lots, record.price, record.value),
                    (leg.instrument, leg.lots, leg.price, value)
                );
                let market = svm.market(leg.instrument).header;
                assert_eq!(market.unswept_fees.get() - unswept[n], 2 * fee, "{name}: both sides pay");
            }
            assert_eq!(events[0].fee, fees, "{name}");
            cash = cash.map(|c| c - fees);
            if direction == 1 {
                for (n, leg) in legs.iter().enumerate() {
                    let board = svm.board();
                    let i = board.board.instrument(leg.instrument).unwrap();
                    for (trader, sign) in [(&alice, 1), (&bob, -1)] {
                        let portfolio = svm.portfolio(trader);
                        let p = portfolio.position(i).unwrap();
                        assert_eq!((p.lots.get(), p.quote.get()), (sign * leg.lots, sign * flows[n]), "{name}");
                    }
                    assert_eq!(svm.market(leg.instrument).header.open_interest_long.get(), leg.lots.abs());
                }
                assert_eq!(
                    [&alice, &bob].map(|t| svm.portfolio(t).cash.get()),
                    cash,
                    "{name}: nothing is realised yet"
                );
            }
            svm.assert_reconciled();
        }
        // Closed: what was paid and received, legs and fees, is all that is left.
        let flow: i64 = flows.iter().sum();
        let expected = [cash[0] + flow, cash[1] - flow];
        assert_eq!([&alice, &bob].map(|t| svm.portfolio(t).cash.get()), expected, "{name}");
        assert!([&alice, &bob].iter().all(|t| svm.portfolio(t).holds_only_cash()), "{name}");
    }
}

/// I281. Each account is checked once, after all legs: a hedge is margined as one.
#[test]
fn a_block_is_margined_whole() {
    let (mut svm, _) = listed();
    let (alice, bob) = (svm.trader("450").unwrap(), svm.trader("100000").unwrap());
    let conversion = [at_mark(&svm, 8, 100, 0), at_mark(&svm, 12, -100, 0), at_mark(&svm, 13, 100, 0)];
    // 0.1 BTC bought outright asks for 750 dollars.
    refused(&mut svm, |svm| send(svm, &alice, &bob, &conversion[..1]), E::BelowInitialMargin);
    send(&mut svm, &alice, &bob, &conversion).unwrap();
    assert!(svm.requirements(&alice).initial.get() < 450 * USDC);
    svm.assert_reconciled();
}

/// I281, I289. What the program takes and refuses is what the client computes, to the tick.
#[test]
fn the_client_knows_what_a_block_does() {
    let (mut svm, _) = listed();
    let (alice, bob) = (svm.trader("5000").unwrap(), svm.trader("100000").unwrap());
    let effect = |svm: &Svm, args: &[LegArgs], trader: &Trader, reversed: bool| {
        let board = svm.board();
        let leg = |a: &LegArgs| {
            let leg = Leg::new(board.board.instrument(a.instrument).unwrap(), Lots::new(a.lots), Ticks::new(a.price))
                .unwrap();
            if reversed { leg.reversed().unwrap() } else { leg }
        };
        let legs: Vec<Leg> = args.iter().map(leg).collect();
        block_effect(&board.board, &svm.portfolio(trader), &legs, FEE, svm.now()).unwrap()
    };
    // 500 lots ask for 3,750 dollars: so many ticks of 0.0001 dollars a lot above the mark may be paid.
    let (mut low, mut high) = (0, 40_000);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let refused = effect(&svm, &[at_mark(&svm, BTC, 500, middle)], &alice, false).refused;
        if refused.is_none() { low = middle } else { high = middle }
    }
    assert!(low > 0 && low < 40_000, "{low}");
    let legs = [at_mark(&svm, BTC, 500, high)];
    let expected = effect(&svm, &legs, &alice, false);
    let failed = refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), E::BelowWithdrawalMargin);
    let (required, available) = numbers(&failed, "withdrawal margin:");
    let Some(ballast_client::risk::RiskError::BelowWithdrawalMargin { required: r, available: a }) = expected.refused
    else {
        panic!("{expected:?}")
    };
    assert_eq!((required, available), (r, a));
    let legs = [at_mark(&svm, BTC, 500, low)];
    let (one, other) = (effect(&svm, &legs, &alice, false), effect(&svm, &legs, &bob, true));
    assert!(one.cost.get() > 0 && other.cost.get() <= 0 && one.refused.is_none() && other.refused.is_none());
    send(&mut svm, &alice, &bob, &legs).unwrap();
    assert_eq!((svm.requirements(&alice), svm.requirements(&bob)), (one.after, other.after));
    svm.assert_reconciled();
}

/// I281. Profit that could not be withdrawn cannot be given away in a block either, in whatever instrument.
#[test]
fn a_block_carries_no_unrealised_profit_out() {
    let (mut svm, _) = listed();
    let [alice, bob, carol] = ["900", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&alice, &carol, BTC, "40000", 100).unwrap();
    for _ in 0..8 {
        // So slowly that the stable price follows.
        svm.advance(3_600);
        svm.publish(BTC, "50000").unwrap();
    }
    let expiry = svm.board().board.instrument(14).unwrap().expiry;
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.refresh_options(BTC, &[14]).unwrap();
    let r = svm.requirements(&alice);
    assert!(r.equity.get() - r.withdraw_equity.get() >= 1_000 * USDC, "a thousand dollars of profit: {r:?}");
    assert!(r.initial_equity.get() > r.initial.get() + 900 * USDC && r.withdraw_equity.get() < r.initial.get());
    // Above the mark bought, below it sold; the perpetual, a future, an option.
    for (instrument, lots, ticks) in [(BTC, 1, 1_000), (BTC, -1, -1_000), (8, 1, 1_000), (14, 1, 500)] {
        let legs = [at_mark(&svm, instrument, lots, ticks)];
        refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), E::BelowWithdrawalMargin);
        // From the second place too.
        let reversed = [LegArgs { lots: -lots, ..legs[0] }];
        refused(&mut svm, |svm| send(svm, &bob, &alice, &reversed), E::BelowWithdrawalMargin);
    }
    // At the mark or better it trades; what it could withdraw it may pay.
    let legs = [at_mark(&svm, BTC, 1, 0)];
    send(&mut svm, &alice, &bob, &legs).unwrap();
    svm.deposit_usdc(&alice, 300_000_000).unwrap();
    let free = {
        let r = svm.requirements(&alice);
        r.withdraw_equity.get() - r.initial.get()
    };
    assert!(free > 0, "{free}");
    let paid = [at_mark(&svm, BTC, -10, -1_000)];
    send(&mut svm, &alice, &bob, &paid).unwrap();
    svm.assert_reconciled();
}

/// I282. Below initial margin an account may still be taken out of risk by a block, at the mark or better.
#[test]
fn below_initial_margin_a_block_may_reduce() {
    let (mut svm, _) = listed();
    let [alice, bob, carol] = ["1200", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&alice, &carol, BTC, "40000", 100).unwrap();
    svm.trade(&alice, &carol, ETH, "2500", 50).unwrap();
    svm.advance(1);
    svm.publish(BTC, "37500").unwrap();
    svm.refresh_all();
    let r = svm.requirements(&alice);
    assert!(r.initial_equity < r.initial && !r.is_liquidatable(), "{r:?}");
    let reduce = at_mark(&svm, BTC, -2, 0);
    let worse = [LegArgs { price: reduce.price - 1, ..reduce }];
    refused(&mut svm, |svm| send(svm, &alice, &bob, &worse), E::BelowWithdrawalMargin);
    let both = [LegArgs { lots: -1, ..reduce }, at_mark(&svm, ETH, -1, 0)];
    refused(&mut svm, |svm| send(svm, &alice, &bob, &both), E::BelowInitialMargin);
    refused(&mut svm, |svm| send(svm, &alice, &bob, &[LegArgs { lots: 1, ..reduce }]), E::BelowInitialMargin);
    send(&mut svm, &alice, &bob, &[reduce]).unwrap();
    assert_eq!(svm.lots(&alice, BTC), 98);
    svm.assert_reconciled();
}

/// I280. Funding that a leg settles goes to and from the market.
#[test]
fn a_leg_settles_funding_through_the_market() {
    let mut svm = Svm::new().unwrap();
    let [alice, bob, carol] = [(); 3].map(|()| svm.trader("100000").unwrap());
    svm.block(&alice, &bob, &[(BTC, 10, "40000")]).unwrap();
    // Longs have paid 16 units a lot since, at the scale of 1/16.
    edit_board(&mut svm, |b| {
        b.board.instruments[0].funding_index = LotValue::new(b.board.instruments[0].funding_index.get() + 256)
    });
    svm.block(&carol, &alice, &[(BTC, 10, "40000")]).unwrap();
    assert_eq!(svm.portfolio(&alice).cash.get(), 100_000 * USDC - 160);
    assert_eq!(svm.market(BTC).header.unpaid_funding.get(), 160);
    svm.block(&bob, &carol, &[(BTC, 10, "40000")]).unwrap();
    assert_eq!(svm.portfolio(&bob).cash.get(), 100_000 * USDC + 160);
    assert_eq!(svm.market(BTC).header.unpaid_funding.get(), 0);
    assert_eq!(svm.market(BTC).header.open_interest_long.get(), 0);
    svm.assert_reconciled();
}

/// I280. Every leg inside its price band, to the tick; leg and band are named.
#[test]
fn every_leg_is_inside_its_band() {
    let (mut svm, _) = listed();
    let (alice, bob) = (svm.trader("1000000").unwrap(), svm.trader("1000000").unwrap());
    let board = svm.board();
    for instrument in [BTC, 8, 12] {
        let i = board.board.instrument(instrument).unwrap();
        let u = board.board.underlying(BTC).unwrap();
        let (low, high) = i.band(u, svm.now()).unwrap();
        let good = at_mark(&svm, BTC, 1, 0);
        for (price, inside) in [(low.get(), true), (high.get(), true), (low.get() - 1, false), (high.get() + 1, false)]
        {
            let mut legs = vec![LegArgs { lots: 1, price, instrument }];
            if instrument != BTC {
                legs.insert(0, good);
            }
            if inside {
                let ix = svm.block_of(&alice, &bob, &legs);
                svm.simulate(&[ix], &[&alice.key, &bob.key]).unwrap();
                continue;
            }
            let failed = refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), E::BlockLegOutOfBand);
            let line = format!("leg {}: price {price}, band {} to {} ticks", legs.len() - 1, low.get(), high.get());
            assert!(failed.log.iter().any(|l| l.contains(&line)), "{line}: {:?}", failed.log);
        }
    }
}

/// I280. A quote is good until its expiry, which is at most a day ahead.
#[test]
fn a_quote_expires() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    let e = svm.exchange;
    let legs = [svm.leg(BTC, 1, "40000")];
    let until = |at| instruction::block_trade(&e, &alice.party(), &bob.party(), &legs, at, 0);
    let keys = [&alice.key, &bob.key];
    let now = svm.now();
    for at in [0, -1, i64::MIN, now - 1, now, now + 86_401, i64::MAX] {
        assert_refused(&mut svm, &[until(at)], &keys, E::QuoteExpired);
    }
    svm.simulate(&[until(now + 1)], &keys).unwrap();
    svm.simulate(&[until(now + 86_400)], &keys).unwrap();
    svm.advance(5);
    assert_refused(&mut svm, &[until(now + 5)], &keys, E::QuoteExpired);
    svm.send(&[until(now + 6)], &keys).unwrap();
}

/// I280. No block adds risk where no order could.
#[test]
fn where_new_risk_is_stopped_blocks_are() {
    let (mut svm, _) = listed();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    let legs = [at_mark(&svm, BTC, 1, 0), at_mark(&svm, 8, 1, 0)];
    svm.set_pause(Pause::NEW_RISK).unwrap();
    refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), E::Paused);
    svm.set_pause(Pause::all() & !Pause::NEW_RISK).unwrap();
    send(&mut svm, &alice, &bob, &legs).unwrap();

    let good = svm.account(&svm.exchange.board).unwrap();
    let until = svm.now() + 10;
    let mut stopped = |change: fn(&mut RiskBoard, i64), error: E| {
        edit_board(&mut svm, |b| change(b, until));
        refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), error);
        svm.set_account(svm.exchange.board, good.clone());
    };
    stopped(|b, _| b.board.instruments[8].reduce_only = 1, E::MarketReduceOnly);
    stopped(|b, until| b.board.underlyings[0].halted_until = until, E::Halted);
    stopped(|b, until| b.board.instruments[0].settles_at = until - 10, E::InstrumentExpired);
    stopped(|b, until| b.board.underlyings[0].publish_time = until - 21, E::PriceStale);
    // An option that was never priced.
    let expiry = svm.board().board.instrument(10).unwrap().expiry;
    let option = svm.series(BTC, &[expiry], &["41000"], 30).unwrap().options().unwrap()[0];
    let admin = svm.admin.insecure_clone();
    let ix = instruction::list_option(&svm.exchange, &svm.payer.pubkey(), &admin.pubkey(), &option);
    svm.send(&[ix], &[&admin]).unwrap();
    let legs = [LegArgs { lots: 1, price: 1, instrument: 30 }];
    refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), E::StaleRiskArray);
    // A future of now has expired.
    let expiry = svm.board().board.instrument(8).unwrap().expiry;
    svm.set_time(expiry);
    svm.refresh_all();
    let legs = [at_mark(&svm, 8, -1, 0)];
    refused(&mut svm, |svm| send(svm, &alice, &bob, &legs), E::InstrumentExpired);
}

/// I280. A leg is judged by a fresh mark, also where both sides close and hold nothing of it in the end.
#[test]
fn a_leg_that_both_close_needs_a_fresh_mark() {
    let (mut svm, _) = listed();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    let (perpetual, call) = (at_mark(&svm, BTC, 10, 0), at_mark(&svm, 12, 10, 0));
    send(&mut svm, &alice, &bob, &[perpetual, call]).unwrap();
    svm.advance(11);
    refused(&mut svm, |svm| send(svm, &bob, &alice, &[perpetual, call]), E::PriceStale);
    svm.advance(110);
    svm.refresh_all();
    refused(&mut svm, |svm| send(svm, &bob, &alice, &[perpetual, call]), E::StaleRiskArray);
    svm.refresh_options(BTC, &[12]).unwrap();
    send(&mut svm, &bob, &alice, &[perpetual, call]).unwrap();
    assert!([&alice, &bob].iter().all(|t| svm.portfolio(t).holds_only_cash()));
    svm.assert_reconciled();
}

/// I280. Caps and limits hold as for orders.
#[test]
fn caps_and_limits_hold() {
    let mut svm = Svm::with_config(|c| {
        c.perpetual[0].contract.limits.set("open_interest_cap", "0.1");
        c.perpetual[1].contract.limits.set("max_position", "1");
    })
    .unwrap();
    let [alice, bob, carol] = [(); 3].map(|()| svm.trader("1000000").unwrap());
    refused(&mut svm, |svm| svm.block(&alice, &bob, &[(BTC, 101, "40000")]), E::OpenInterestCap);
    svm.block(&alice, &bob, &[(BTC, 100, "40000")]).unwrap();
    refused(&mut svm, |svm| svm.block(&carol, &bob, &[(BTC, 1, "40000")]), E::OpenInterestCap);
    // What changes hands adds nothing.
    svm.block(&carol, &alice, &[(BTC, 60, "40000")]).unwrap();
    refused(&mut svm, |svm| svm.block(&alice, &bob, &[(ETH, 101, "2500")]), E::BadSize);
    svm.block(&alice, &bob, &[(ETH, 100, "2500")]).unwrap();
    refused(&mut svm, |svm| svm.block(&alice, &carol, &[(ETH, 1, "2500")]), E::PositionLimit);
    refused(&mut svm, |svm| svm.block(&carol, &bob, &[(ETH, 1, "2500")]), E::PositionLimit);
    svm.assert_reconciled();
}

/// I280. Two owners, whatever their accounts.
#[test]
fn nobody_trades_a_block_with_himself() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("100000").unwrap();
    let other = svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
    refused(&mut svm, |svm| svm.block(&alice, &other, &[(BTC, 1, "40000")]), E::BlockWithSelf);
    refused(&mut svm, |svm| svm.block(&alice, &alice, &[(BTC, 1, "40000")]), DUPLICATE);
}

/// I280. Eight legs of three underlyings, and what they cost to compute.
#[test]
fn eight_legs_fit() {
    let (mut svm, _) = listed();
    let (alice, bob) = (svm.trader("1000000").unwrap(), svm.trader("1000000").unwrap());
    let legs: Vec<LegArgs> = [BTC, ETH, SOL, 8, 10, 11, 12, 13].iter().map(|i| at_mark(&svm, *i, 10, 1)).collect();
    let sent = send(&mut svm, &alice, &bob, &legs).unwrap();
    println!("eight legs: {} CU", sent.compute_units);
    assert!(sent.compute_units < 300_000, "{}", sent.compute_units);
    let sent = send(&mut svm, &bob, &alice, &legs[..1]).unwrap();
    println!("one leg: {} CU", sent.compute_units);
    svm.assert_reconciled();
}

/// I289. A request for a vertical: asked, quoted, checked by both sides, signed by both, traded.
#[test]
fn a_request_for_quote_ends_in_a_block() {
    let (mut svm, _) = listed();
    let (taker, maker) = (svm.trader("5000").unwrap(), svm.trader("100000").unwrap());
    let legs = vec![RequestLeg { instrument: 14, lots: -50 }, RequestLeg { instrument: 12, lots: 50 }];
    let asked = Request::new(svm.config.exchange.id, &taker.party(), legs, svm.now() + 30);

    // The maker, who got text.
    let request: Request = serde_json::from_str(&serde_json::to_string(&asked).unwrap()).unwrap();
    let (board, now) = (svm.board(), svm.now());
    request.validate(&board.board, now).unwrap();
    let prices = vec![at_mark(&svm, 12, 1, 20).price, at_mark(&svm, 14, 1, -10).price];
    let quoted = request.quote(&maker.party(), prices, now + 10, 42).unwrap();
    let own = quoted.effect_on_maker(&board.board, &svm.portfolio(&maker), FEE, now).unwrap();
    assert!(own.refused.is_none() && own.cost.get() < 0, "the maker earns: {own:?}");

    // The taker, who got text.
    let quote: Quote = serde_json::from_str(&serde_json::to_string(&quoted).unwrap()).unwrap();
    quote.answers(&asked, now).unwrap();
    let taken = quote.effect_on_taker(&board.board, &svm.portfolio(&taker), FEE, now).unwrap();
    assert!(taken.refused.is_none() && taken.cost.get() > 0, "{taken:?}");
    let refresh = instruction::refresh_options(&svm.exchange, BTC, &[12, 14]);
    let transaction = [refresh, quote.instruction()];

    // Both, before they sign.
    quote.verify(&transaction).unwrap();
    quoted.verify(&transaction).unwrap();
    let sent = svm.send(&transaction, &[&taker.key, &maker.key]).unwrap();
    assert_eq!(event::find::<BlockTraded>(&sent.log)[0].nonce, 42);
    assert_eq!((svm.requirements(&taker), svm.requirements(&maker)), (taken.after, own.after));
    assert_eq!((svm.lots(&taker, 12), svm.lots(&taker, 14), svm.lots(&maker, 12)), (50, -50, -50));
    svm.assert_reconciled();

    // Ten seconds later it is good no more.
    svm.advance(10);
    svm.refresh_all();
    assert!(quote.answers(&asked, svm.now()).is_err());
    refused(&mut svm, |svm| svm.send(&[quote.instruction()], &[&taker.key, &maker.key]), E::QuoteExpired);
    // A size that nobody could carry is refused before anybody signs.
    let huge = Request::new(1, &taker.party(), vec![RequestLeg { instrument: 12, lots: -100_000 }], svm.now() + 9);
    let quote = huge.quote(&maker.party(), vec![at_mark(&svm, 12, 1, 0).price], svm.now() + 9, 1).unwrap();
    let effect = quote.effect_on_taker(&svm.board().board, &svm.portfolio(&taker), FEE, svm.now()).unwrap();
    assert!(effect.refused.is_some());
}
