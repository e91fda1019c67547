//! What a suspect price stops, action by action, as the table at the head of the guards says (I251 to I255).

use crate::harness::refusal::{assert_refused, refused};
use ballast_client::ballast::args::LiquidateArgs;
use ballast_client::ballast::events::OrderPlaced;
use ballast_client::{
    BallastError as E,
    ballast::oracle::OraclePrice,
    config::Config,
    event, instruction, oracle,
    risk::{
        Ppm, Smile,
        guard::{REFRESH_SECONDS, flag},
    },
};
use ballast_testkit::{
    BTC, ETH, Failed, Order, SOL, Svm, Trader,
    options::{SMILE, with_second},
};
use solana_address::Address;

/// Ten lots of a hundred.
const TENTH: LiquidateArgs = LiquidateArgs { most: 100_000, ..LiquidateArgs::of(0) };

/// Alice is long 100 lots of BTC with 900 dollars, which is too little at 36,000; Bob is short as much, and bids for ten
/// of them; Carol is long ten and rich; two liquidators are rich, one flat and one short ten.
struct Desk {
    svm: Svm,
    alice: Trader,
    bob: Trader,
    carol: Trader,
    flat: Trader,
    short: Trader,
}

/// A guard, and how it is put up at 36,000 dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// None: what every action is like without.
    None,
    Stale,
    Volatile,
    Uncertain,
    Divergent,
}

impl Guard {
    const UP: [Self; 4] = [Self::Stale, Self::Volatile, Self::Uncertain, Self::Divergent];

    fn error(self) -> E {
        match self {
            Self::None => panic!("no guard is no error"),
            Self::Stale => E::PriceStale,
            Self::Volatile => E::PriceTooVolatile,
            Self::Uncertain => E::PriceTooUncertain,
            Self::Divergent => E::PriceDivergent,
        }
    }
}

fn second_source(c: &mut Config) {
    with_second(c, BTC, &Address::new_from_array([0xB7; 32]));
}

impl Desk {
    fn with(config: impl FnOnce(&mut Config)) -> Self {
        let mut svm = Svm::with_config(config).unwrap();
        let alice = svm.trader("900").unwrap();
        let [bob, carol, flat, short] = [(); 4].map(|()| svm.trader("100000").unwrap());
        svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        svm.trade(&carol, &short, BTC, "40000", 10).unwrap();
        svm.rest(&bob, Order::buy(&svm, BTC, "36000", 10)).unwrap();
        Self { svm, alice, bob, carol, flat, short }
    }

    /// A desk at 36,000 dollars with a guard up.
    fn up(guard: Guard) -> Self {
        let mut desk = match guard {
            Guard::Volatile => Self::with(|c| c.underlying[0].guard.set("max_move", "0.05")),
            Guard::Divergent => Self::with(second_source),
            _ => Self::with(|_| {}),
        };
        desk.steady();
        desk.put_up(guard, "36000");
        desk
    }

    /// Five minutes of steady prices, and a second.
    fn steady(&mut self) {
        for _ in 0..10 {
            self.svm.advance(30);
            self.svm.publish(BTC, "40000").unwrap();
        }
        self.svm.advance(1);
    }

    fn put_up(&mut self, guard: Guard, dollars: &str) {
        let svm = &mut self.svm;
        match guard {
            Guard::Uncertain => publish_uncertain(svm, BTC, dollars),
            Guard::Divergent => {
                svm.write_second(BTC, "40000");
                svm.publish(BTC, dollars).unwrap();
            }
            _ => drop(svm.publish(BTC, dollars).unwrap()),
        }
        if guard == Guard::Stale {
            svm.advance(11);
        }
        let flags = svm.board().board.underlying(BTC).unwrap().guards.flags;
        let expected = match guard {
            Guard::None | Guard::Stale => 0,
            Guard::Volatile => flag::VOLATILE,
            Guard::Uncertain => flag::UNCERTAIN,
            Guard::Divergent => flag::DIVERGENT,
        };
        assert_eq!(flags, expected);
    }

    /// Carol adds to her position.
    fn new_risk(&mut self) -> Result<(), Failed> {
        let order = Order::buy(&self.svm, BTC, "35000", 1);
        self.svm.place(&self.carol, order, &[]).map(drop)
    }

    /// Carol withdraws a dollar.
    fn withdrawal(&mut self) -> Result<(), Failed> {
        self.svm.withdraw_usdc(&self.carol, 1_000_000).map(drop)
    }

    /// Alice, who is below maintenance, sells ten lots to Bob, who is short.
    fn reduction(&mut self) -> Result<(), Failed> {
        let sell = Order::sell(&self.svm, BTC, "36000", 10).immediate();
        let sent = self.svm.place(&self.alice, sell, &[&self.bob])?;
        assert_eq!(event::find::<OrderPlaced>(&sent.log)[0].filled, 10, "both sides reduce");
        Ok(())
    }

    /// Alice's position is taken over in part by somebody who holds none.
    fn liquidation(&mut self) -> Result<(), Failed> {
        self.svm.slice(&self.flat, &self.alice, &[BTC], TENTH).map(drop)
    }

    /// The same by somebody who is short as much, and is flat after it.
    fn liquidation_by_a_short(&mut self) -> Result<(), Failed> {
        self.svm.slice(&self.short, &self.alice, &[BTC], TENTH).map(drop)
    }

    fn assert_refused(&mut self, act: fn(&mut Self) -> Result<(), Failed>, error: E) {
        let before = crate::harness::refusal::snapshot(&self.svm);
        let failed = act(self).unwrap_err();
        assert_eq!(crate::harness::refusal::outcome(&failed), error.into(), "{:#?}", failed.log);
        assert_eq!(crate::harness::refusal::difference(&before, &crate::harness::refusal::snapshot(&self.svm)), None);
    }
}

/// Puts a price on the board whose interval is three per cent wide.
fn publish_uncertain(svm: &mut Svm, underlying: u16, dollars: &str) {
    let price = oracle::dollars(dollars, svm.now()).unwrap();
    svm.write_print(underlying, &OraclePrice { confidence: price.price as u64 * 3 / 100, ..price });
    svm.refresh(underlying).unwrap();
}

/// I251.
#[test]
fn without_a_guard_every_action_passes() {
    for act in [Desk::new_risk, Desk::withdrawal, Desk::reduction, Desk::liquidation, Desk::liquidation_by_a_short] {
        let mut desk = Desk::up(Guard::None);
        act(&mut desk).unwrap();
        desk.svm.assert_reconciled();
    }
}

/// I251.
#[test]
fn every_guard_stops_new_risk_and_withdrawals() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        desk.assert_refused(Desk::new_risk, guard.error());
        desk.assert_refused(Desk::withdrawal, guard.error());
    }
}

/// I252.
#[test]
fn only_a_stale_price_of_its_own_leg_stops_a_reduction() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        if guard == Guard::Stale {
            desk.assert_refused(Desk::reduction, E::PriceStale);
        } else {
            desk.reduction().unwrap();
            desk.svm.assert_reconciled();
        }
    }
}

/// I252.
#[test]
fn a_reduce_only_order_may_rest_whatever_guard_is_up_but_staleness() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        let order = Order::sell(&desk.svm, BTC, "36500", 10).reduce_only();
        let placed = desk.svm.place(&desk.alice, order, &[]);
        assert_eq!(placed.is_ok(), guard != Guard::Stale, "{guard:?}");
    }
}

/// I253.
#[test]
fn a_stale_and_a_too_volatile_price_of_its_leg_stop_a_liquidation() {
    for guard in [Guard::Stale, Guard::Volatile] {
        let mut desk = Desk::up(guard);
        desk.assert_refused(Desk::liquidation, guard.error());
        desk.assert_refused(Desk::liquidation_by_a_short, guard.error());
    }
}

/// I253.
#[test]
fn an_uncertain_and_a_divergent_price_stop_no_liquidation_by_who_takes_on_no_risk() {
    for guard in [Guard::Uncertain, Guard::Divergent] {
        let mut desk = Desk::up(guard);
        desk.liquidation_by_a_short().unwrap();
        assert_eq!((desk.svm.lots(&desk.alice, BTC), desk.svm.lots(&desk.short, BTC)), (90, 0));
        desk.svm.assert_reconciled();
    }
}

/// I253.
#[test]
fn an_uncertain_and_a_divergent_price_stop_no_liquidation() {
    for guard in [Guard::Uncertain, Guard::Divergent] {
        let mut desk = Desk::up(guard);
        desk.liquidation().unwrap();
        desk.svm.assert_reconciled();
    }
}

/// I252.
#[test]
fn every_guard_leaves_cancelling_deposits_and_maintenance_margin_alone() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        desk.svm.cancel_all(&desk.bob, BTC, 1).unwrap();
        desk.svm.deposit_usdc(&desk.alice, 1).unwrap();
        let view = desk.svm.view_margin(&desk.alice);
        let here = desk.svm.requirements(&desk.alice);
        assert_eq!((view.equity, view.maintenance), (here.equity.get(), here.maintenance.get()));
    }
}

#[test]
fn every_guard_is_down_again_with_the_next_good_price() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        desk.svm.advance(1);
        if guard == Guard::Divergent {
            desk.svm.write_second(BTC, "39000");
        }
        desk.svm.publish(BTC, "39000").unwrap();
        let order = Order::buy(&desk.svm, BTC, "39000", 1);
        desk.svm.place(&desk.carol, order, &[]).unwrap();
        desk.withdrawal().unwrap();
    }
}

/// I253.
#[test]
fn a_crash_liquidates_after_two_minutes_of_consistent_prints() {
    let mut desk = Desk::with(|c| c.underlying[0].guard.set("max_move", "0.05"));
    desk.steady();
    let crash = desk.svm.now();
    for (after, dollars) in [(0, "36000"), (40, "36010"), (80, "35900"), (119, "36000")] {
        desk.svm.set_time(crash + after);
        desk.svm.publish(BTC, dollars).unwrap();
        desk.assert_refused(Desk::liquidation, E::PriceTooVolatile);
        desk.assert_refused(Desk::new_risk, E::PriceTooVolatile);
    }
    desk.svm.set_time(crash + 120);
    desk.svm.publish(BTC, "36000").unwrap();
    desk.liquidation().unwrap();
    desk.new_risk().unwrap();
    desk.svm.assert_reconciled();
}

/// I253.
#[test]
fn a_crash_that_goes_on_is_believed_after_two_minutes_and_the_other_side_begins_them_anew() {
    let at = |desk: &mut Desk, time: i64, dollars: &str| {
        desk.svm.set_time(time);
        desk.svm.publish(BTC, dollars).unwrap();
    };
    let mut desk = Desk::with(|c| c.underlying[0].guard.set("max_move", "0.05"));
    desk.steady();
    let crash = desk.svm.now();
    for (after, dollars) in [(10, "37000"), (70, "35000"), (129, "34500")] {
        at(&mut desk, crash + after, dollars);
        desk.assert_refused(Desk::liquidation, E::PriceTooVolatile);
    }
    at(&mut desk, crash + 130, "34500");
    desk.liquidation().unwrap();

    let mut desk = Desk::with(|c| c.underlying[0].guard.set("max_move", "0.05"));
    desk.steady();
    let crash = desk.svm.now();
    for (after, dollars) in [(10, "37000"), (70, "43000"), (131, "43000")] {
        at(&mut desk, crash + after, dollars);
        desk.assert_refused(Desk::liquidation, E::PriceTooVolatile);
    }
}

/// I253.
#[test]
fn without_new_prints_a_jump_is_not_believed_by_the_clock_alone() {
    let mut desk = Desk::up(Guard::Volatile);
    desk.svm.advance(5);
    desk.assert_refused(Desk::liquidation, E::PriceTooVolatile);
    desk.svm.advance(1_000);
    desk.assert_refused(Desk::liquidation, E::PriceStale);
}

/// Alice is long BTC and ETH with too little, Bob short both; ETH has a guard up at its old price.
fn guard_elsewhere(guard: Guard) -> Desk {
    let mut desk = Desk::with(|c| {
        c.underlying[1].guard.set("max_move", "0.05");
        with_second(c, ETH, &Address::new_from_array([0xE7; 32]));
    });
    let svm = &mut desk.svm;
    svm.trade(&desk.alice, &desk.bob, ETH, "2500", 10).unwrap();
    svm.trade(&desk.carol, &desk.bob, ETH, "2500", 10).unwrap();
    match guard {
        // A price that went stale less than two minutes ago is to be refreshed first.
        Guard::Stale => svm.advance(11 + REFRESH_SECONDS),
        _ => svm.advance(1),
    }
    match guard {
        Guard::None | Guard::Stale => {}
        Guard::Volatile => drop(svm.publish(ETH, "2300").unwrap()),
        Guard::Uncertain => publish_uncertain(svm, ETH, "2500"),
        Guard::Divergent => {
            svm.write_second(ETH, "2300");
            svm.publish(ETH, "2500").unwrap();
        }
    }
    svm.publish(BTC, "36000").unwrap();
    desk
}

/// I254, I611. But for a print that is not believed yet: nobody judges Alice by it, whichever leg is taken.
#[test]
fn a_guard_elsewhere_stops_new_risk_of_who_holds_it_and_neither_reduction_nor_liquidation() {
    for guard in Guard::UP {
        let mut desk = guard_elsewhere(guard);
        desk.assert_refused(Desk::new_risk, guard.error());
        desk.assert_refused(Desk::withdrawal, guard.error());
        // Alice and Bob hold the other leg too; the liquidator does not.
        desk.reduction().unwrap();
        if guard == Guard::Volatile {
            desk.assert_refused(Desk::liquidation, guard.error());
            let on_book =
                |desk: &mut Desk| desk.svm.liquidate_on_book(&desk.flat, &desk.alice, BTC, 10, &[&desk.bob]).map(drop);
            desk.assert_refused(on_book, guard.error());
        } else {
            desk.liquidation().unwrap();
        }
        desk.svm.assert_reconciled();
        // Its own leg is another matter.
        let (svm, flat, alice) = (&mut desk.svm, &desk.flat, &desk.alice);
        if let Guard::Stale | Guard::Volatile = guard {
            refused(svm, |svm| svm.liquidate(flat, alice, &[ETH]), guard.error());
        }
    }
}

/// I254.
#[test]
fn who_holds_nothing_of_it_does_not_mind_a_guard() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        desk.svm.publish(SOL, "40").unwrap();
        desk.svm.rest(&desk.flat, Order::buy(&desk.svm, SOL, "40", 10)).unwrap();
        desk.svm.withdraw_usdc(&desk.flat, 1_000_000).unwrap();
    }
}

/// Alice is short a hundred calls with little, and Bob long them; Carol is short ten and rich.
struct Short {
    svm: Svm,
    alice: Trader,
    bob: Trader,
    carol: Trader,
    /// A liquidator who holds none, and one who is long ten.
    flat: Trader,
    long: Trader,
    call: u16,
    expiry: i64,
}

impl Short {
    /// At 44,000 dollars, at which Alice is below maintenance; with fresh arrays.
    fn new() -> Self {
        let mut svm = Svm::new().unwrap();
        let expiry = svm.now() + 7 * 86_400;
        svm.open_surface(BTC).unwrap();
        let call = svm.list_options(BTC, &[expiry], &["40000"], 10).unwrap()[0];
        svm.publish_smile(BTC, expiry, &SMILE).unwrap();
        svm.refresh_all_options(BTC).unwrap();
        let alice = svm.trader("700").unwrap();
        let [bob, carol, flat, long] = [(); 4].map(|()| svm.trader("100000").unwrap());
        svm.trade(&bob, &alice, call, "1300", 100).unwrap();
        svm.trade(&long, &carol, call, "1300", 10).unwrap();
        let mut short = Self { svm, alice, bob, carol, flat, long, call, expiry };
        for dollars in ["41500", "43000", "44000"] {
            short.svm.advance(1);
            short.svm.publish(BTC, dollars).unwrap();
            short.svm.publish_smile(BTC, expiry, &SMILE).unwrap();
            short.svm.refresh_all_options(BTC).unwrap();
        }
        assert!(short.svm.requirements(&short.alice).is_liquidatable());
        // Bob asks for what is a fair price then, so that ten lots can be bought back.
        short.svm.rest(&short.bob, Order::sell(&short.svm, call, "4300", 10).reduce_only()).unwrap();
        short
    }

    /// Two minutes later, with a fresh price and volatility.
    fn with_a_stale_array() -> Self {
        let mut short = Self::new();
        short.svm.advance(121);
        short.svm.refresh_all();
        short.svm.publish_smile(BTC, short.expiry, &SMILE).unwrap();
        short
    }

    /// Fifteen minutes later, with a fresh price and array.
    fn with_a_stale_volatility() -> Self {
        let mut short = Self::new();
        short.svm.advance(901);
        short.svm.refresh_all();
        short.svm.refresh_all_options(BTC).unwrap();
        short
    }

    fn assert_close_only(&mut self, error: E) {
        let Self { svm, alice, bob, carol, call, long, .. } = self;
        let line = format!("of instrument {call} is ");
        for failed in [
            {
                let order = Order::sell(svm, *call, "4400", 1);
                refused(svm, |svm| svm.place(carol, order, &[]), error)
            },
            refused(svm, |svm| svm.withdraw_usdc(carol, 1), error),
        ] {
            assert!(failed.log.iter().any(|l| l.contains(&line)), "the refusal names the option: {:#?}", failed.log);
        }
        // A liquidation asks for an array made lately and nearby, which anyone can have made, and for no volatility.
        if error == E::StaleRiskArray {
            refused(svm, |svm| svm.liquidate(long, alice, &[*call]), error);
        } else {
            svm.slice(long, alice, &[*call], TENTH).unwrap();
            assert_eq!((svm.lots(long, *call), svm.lots(alice, *call)), (0, -90));
        }
        // Both sides reduce.
        let buy = Order::buy(svm, *call, "4300", 10).immediate();
        let sent = svm.place(alice, buy, &[bob]).unwrap();
        assert_eq!(event::find::<OrderPlaced>(&sent.log)[0].filled, 10);
        svm.assert_reconciled();
    }
}

/// I613. A resting bid for an option needs no array: its owner's other legs are liquidated whatever is not refreshed.
#[test]
fn a_resting_bid_for_an_option_stops_no_liquidation() {
    let Short { mut svm, bob, flat, call, .. } = Short::new();
    let dora = svm.trader("1500").unwrap();
    svm.trade(&dora, &bob, BTC, "44000", 100).unwrap();
    svm.rest(&dora, Order::buy(&svm, call, "4000", 1)).unwrap();
    svm.advance(1);
    svm.publish(BTC, "33000").unwrap();
    assert!(svm.requirements(&dora).is_liquidatable());
    svm.give_notice(&dora).unwrap();
    svm.slice(&flat, &dora, &[BTC], TENTH).unwrap();
    assert_eq!(svm.lots(&dora, BTC), 90);
    svm.assert_reconciled();
}

/// I255.
#[test]
fn a_stale_array_makes_an_option_close_only() {
    Short::with_a_stale_array().assert_close_only(E::StaleRiskArray);
}

/// I255.
#[test]
fn a_stale_volatility_makes_an_option_close_only() {
    Short::with_a_stale_volatility().assert_close_only(E::StaleVolatility);
}

/// I255.
#[test]
fn an_option_of_stale_volatility_can_be_taken_over_by_who_holds_none() {
    let mut short = Short::with_a_stale_volatility();
    short.svm.liquidate(&short.flat, &short.alice, &[short.call]).unwrap();
    short.svm.assert_reconciled();
}

/// I255.
#[test]
fn an_array_is_stale_after_its_age_and_beyond_a_sixth_of_the_scan_range() {
    let mut short = Short::new();
    let (svm, carol, call) = (&mut short.svm, &short.carol, short.call);
    // A sixth of 15 % is 2.5 % of the price on the board: of 45,128.2 dollars 1,128.205.
    for (dollars, good) in [("45128.2", true), ("45128.3", false), ("42926.9", true), ("42926.7", false)] {
        svm.advance(1);
        svm.publish(BTC, dollars).unwrap();
        let order = at_mark(svm, call);
        let placed = svm.place(carol, order, &[]);
        assert_eq!(placed.err().and_then(|f| f.ballast()), (!good).then_some(E::StaleRiskArray), "{dollars}");
    }
    svm.refresh_all_options(BTC).unwrap();
    svm.rest(carol, at_mark(svm, call)).unwrap();
    svm.advance(120);
    svm.refresh_all();
    svm.rest(carol, at_mark(svm, call)).unwrap();
    svm.advance(1);
    svm.refresh_all();
    let order = at_mark(svm, call);
    refused(svm, |svm| svm.place(carol, order, &[]), E::StaleRiskArray);
}

/// An order to sell one lot at the mark.
fn at_mark(svm: &Svm, option: u16) -> Order {
    let board = svm.board();
    let i = board.board.instrument(option).unwrap();
    let mark = i.mark_ticks_floor(board.board.underlying(i.underlying).unwrap(), svm.now());
    let mut order = Order::sell(svm, option, "40000", 1);
    order.args.price = mark.get();
    order
}

/// I255.
#[test]
fn an_option_takes_no_risk_after_its_expiry() {
    let mut short = Short::new();
    let (svm, carol, call) = (&mut short.svm, &short.carol, short.call);
    svm.set_time(short.expiry - 60);
    svm.refresh_all();
    svm.publish_smile(BTC, short.expiry, &SMILE).unwrap();
    svm.refresh_all_options(BTC).unwrap();
    svm.set_time(short.expiry - 1);
    svm.refresh_all();
    let order = Order::sell(svm, call, "4010", 1);
    svm.rest(carol, order).unwrap();
    svm.set_time(short.expiry);
    svm.refresh_all();
    refused(svm, |svm| svm.place(carol, order, &[]), E::InstrumentExpired);
    // It is worth 4,000 dollars, and may be bought back for that.
    let view = svm.view_margin(carol);
    assert_eq!(view.equity, svm.requirements(carol).equity.get());
}

#[test]
fn a_smile_that_is_published_again_ends_close_only_with_the_next_refresh() {
    let mut short = Short::with_a_stale_volatility();
    let (svm, carol, call) = (&mut short.svm, &short.carol, short.call);
    let order = Order::sell(svm, call, "4400", 1);
    svm.publish_smile(BTC, short.expiry, &Smile { level: Ppm::new(610_000), ..SMILE }).unwrap();
    refused(svm, |svm| svm.place(carol, order, &[]), E::StaleVolatility);
    svm.refresh_all_options(BTC).unwrap();
    svm.rest(carol, order).unwrap();
    let made: Smile = svm.surface(BTC).surface.expiry(short.expiry).unwrap().smile;
    assert_eq!(made.level.get(), 610_000);
}

#[test]
fn a_refused_liquidation_by_a_stranger_changes_nothing_under_any_guard() {
    for guard in Guard::UP {
        let mut desk = Desk::up(guard);
        let ix = instruction::liquidate(
            &desk.svm.exchange,
            &desk.bob.address(),
            &desk.flat.margin,
            &desk.alice.margin,
            &[BTC],
            &LiquidateArgs::of(0),
        );
        assert_refused(&mut desk.svm, &[ix], &[&desk.bob.key], E::Unauthorized);
    }
}
