//! What a thief of one key can do in an hour, in twelve hours and in a day (I650 to I658).

use super::{
    parameters::{btc, btc_args, by_admin, change_btc, tighten_btc},
    timelock::{allowed, propose_now, set_timelock, waiting},
};
use crate::{
    harness::{
        refusal::{assert_refused, numbers, refused},
        world::World,
    },
    liquidation::basis::{self, FUTURE},
};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{Authority, InstrumentTightenArgs},
        events::InstrumentChanged,
        instruction::tag,
        state::{MarginAccount, Pause, Permissions},
    },
    config::Section,
    event, instruction,
    risk::{LotValue, Ppm, QuoteNative, range::TIGHTENING_SECONDS},
};
use ballast_testkit::{BTC, ETH, Order, Svm, Trader};
use solana_keypair::Keypair;
use solana_signer::Signer;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const USDC: i64 = 1_000_000;

fn tighten(svm: &mut Svm, instrument: u16, change: impl FnOnce(&mut InstrumentTightenArgs)) -> InstrumentTightenArgs {
    let args = lowered(svm, instrument, change);
    let risker = svm.risker.insecure_clone();
    let ix = instruction::tighten_instrument(&svm.exchange, &risker.pubkey(), instrument, &args);
    svm.send(&[ix], &[&risker]).unwrap();
    args
}

fn lowered(svm: &Svm, instrument: u16, change: impl FnOnce(&mut InstrumentTightenArgs)) -> InstrumentTightenArgs {
    let limits = svm.board().board.instruments[usize::from(instrument)].limits;
    let (max_position, open_interest_cap) = (limits.max_position.get(), limits.open_interest_cap.get());
    let mut args = InstrumentTightenArgs { max_position, open_interest_cap, reduce_only: 0 };
    change(&mut args);
    args
}

/// I650. The thief raises the range as far as he may whenever he may. Before, he set it to 60 % in one instruction, and an account
/// at initial margin was liquidated within the hour.
#[test]
fn a_stolen_risk_key_raises_a_range_by_a_tenth_in_twelve_hours() {
    let mut svm = Svm::new().unwrap();
    let [poor, bob, carol] = ["452", "100000", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&poor, &bob, BTC, "40000", 60).unwrap();
    let r = svm.requirements(&poor);
    assert!(r.initial_equity >= r.initial && r.initial_equity.get() < r.initial.get() * 101 / 100, "{r:?}");

    let (risker, start) = (svm.risker.insecure_clone(), svm.now());
    let ix = |scan_range| instruction::tighten_underlying(&svm.exchange, &risker.pubkey(), BTC, scan_range);
    let (least, most, beyond, next, too_far) = (ix(150_001), ix(165_000), ix(165_001), ix(181_500), ix(181_501));
    let failed = assert_refused(&mut svm, std::slice::from_ref(&beyond), &[&risker], E::RaisedTooMuch);
    assert_eq!(numbers(&failed, "scan_range"), (165_000, 165_001));
    // A series counts from its first raise, whatever that was.
    svm.send(&[least], &[&risker]).unwrap();
    assert_refused(&mut svm, std::slice::from_ref(&beyond), &[&risker], E::RaisedTooMuch);
    svm.send(&[most], &[&risker]).unwrap();
    let mut ranges = Vec::new();
    for hour in 1..=24 {
        svm.set_time(start + hour * HOUR - 1);
        if hour <= 12 {
            assert_refused(&mut svm, std::slice::from_ref(&next), &[&risker], E::RaisedTooMuch);
        }
        svm.set_time(start + hour * HOUR);
        if hour == 12 {
            assert_refused(&mut svm, std::slice::from_ref(&too_far), &[&risker], E::RaisedTooMuch);
            svm.send(std::slice::from_ref(&next), &[&risker]).unwrap();
        }
        svm.publish(BTC, "40000").unwrap();
        ranges.push(btc(&svm).range.maintenance.get());
        refused(&mut svm, |svm| svm.liquidate(&carol, &poor, &[BTC]), E::NotLiquidatable);
    }
    assert_eq!((ranges[0], ranges[11], ranges[23]), (151_250, 165_000, 181_500), "an hour, twelve hours, a day");
}

/// I651. Three raises, and all of them are taken back after they have reached maintenance margin in part. Before, the admin came back to
/// the floor of the last raise only, and maintenance margin fell by 2 % an hour.
#[test]
fn a_relaxation_undoes_the_whole_series() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    let (calm, start) = (svm.requirements(&alice), svm.now());
    set_timelock(&mut svm, 2 * DAY as u32).unwrap();
    for (hour, range) in [(0, 155_000), (8, 160_000), (16, 165_000)] {
        svm.set_time(start + hour * HOUR);
        svm.publish(BTC, "40000").unwrap();
        tighten_btc(&mut svm, range).unwrap();
    }
    svm.set_time(start + 16 * HOUR + TIGHTENING_SECONDS - 1);
    svm.publish(BTC, "40000").unwrap();
    assert!(btc(&svm).range.maintenance.get() > 164_900);
    let ix = instruction::relax_underlying(&svm.exchange, &svm.admin.pubkey(), BTC, 150_000);
    by_admin(&mut svm, ix).unwrap();
    // At once, without another price.
    let r = svm.requirements(&alice);
    assert_eq!((btc(&svm).range.maintenance.get(), btc(&svm).range.initial.get()), (150_000, 150_000));
    assert_eq!((r.maintenance, r.initial), (calm.maintenance, calm.initial));
    // The thief may try again, from where it is now.
    let risker = svm.risker.insecure_clone();
    let beyond = instruction::tighten_underlying(&svm.exchange, &risker.pubkey(), BTC, 165_001);
    assert_refused(&mut svm, &[beyond], &[&risker], E::RaisedTooMuch);
}

/// An exchange whose future trades 0.3125 % below the index, and a pair against it 10 % above its maintenance margin of 50,000.
fn pair() -> (Svm, Trader, Trader) {
    let mut svm = basis::exchange();
    let [alice, mirror, maker] = ["62600", "62600", "300000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.rest(&maker, Order::buy(&svm, FUTURE, "38000", 700).post_only()).unwrap();
    svm.rest(&maker, Order::sell(&svm, FUTURE, "39200", 700).post_only()).unwrap();
    for _ in 0..300 {
        svm.advance(60);
        svm.publish(BTC, "40000").unwrap();
        svm.sample_market(FUTURE).unwrap();
    }
    svm.publish(BTC, "40000").unwrap();
    assert_eq!(svm.board().board.instrument(FUTURE).unwrap().basis, -3_125);
    svm.block(&alice, &mirror, &[(BTC, 100_000, "40000"), (FUTURE, -100_000, "39875")]).unwrap();
    let more = svm.requirements(&alice).equity.get() - 55_000 * USDC;
    for (of, sign) in [(&alice, -1), (&mirror, 1)] {
        svm.modify::<MarginAccount>(&of.margin, |m| {
            m.portfolio.cash = QuoteNative::new(m.portfolio.cash.get() + sign * more);
        });
    }
    assert_eq!(svm.requirements(&alice).maintenance.get(), 50_000 * USDC);
    (svm, alice, maker)
}

/// I652. A stolen risk key closes a market, and the admin opens it again. Before, the basis was gone with the next price, and a
/// pair 10 % above maintenance margin was 7,500 below it.
#[test]
fn a_closed_market_loses_its_basis_over_twelve_hours_and_opens_again() {
    let (mut svm, alice, maker) = pair();
    set_timelock(&mut svm, 2 * DAY as u32).unwrap();
    let (closed, before) = (svm.now(), svm.board().board.instruments[usize::from(FUTURE)].limits);
    tighten(&mut svm, FUTURE, |args| (args.max_position, args.reduce_only) = (args.max_position / 10, 1));
    let mut equities = Vec::new();
    for hour in 1..=4 {
        svm.set_time(closed + hour * HOUR);
        svm.publish(BTC, "40000").unwrap();
        let r = svm.requirements(&alice);
        assert!(!r.is_liquidatable(), "hour {hour}: {r:?}");
        equities.push(r.equity.get() / USDC);
    }
    // 12,500 in twelve hours.
    assert_eq!((equities[0], equities[3]), (53_956, 50_832));
    refused(&mut svm, |svm| svm.liquidate(&maker, &alice, &[BTC, FUTURE]), E::NotLiquidatable);

    let admin = svm.admin.insecure_clone();
    let relax = instruction::relax_instrument(&svm.exchange, &admin.pubkey(), FUTURE);
    let sent = svm.send(std::slice::from_ref(&relax), &[&admin]).unwrap();
    let told = event::find::<InstrumentChanged>(&sent.log)[0];
    assert_eq!((told.limits, told.reduce_only), (before, 0));
    assert_refused(&mut svm, std::slice::from_ref(&relax), &[&admin], E::ChangeNotProposed);
    svm.set_time(closed + DAY);
    svm.publish(BTC, "40000").unwrap();
    let basis = svm.board().board.instrument(FUTURE).unwrap().basis;
    assert_eq!((basis, svm.requirements(&alice).equity.get() / USDC), (-2_083, 50_832), "what is left stands");
    svm.sample_market(FUTURE).unwrap();
    assert!(svm.board().board.instrument(FUTURE).unwrap().basis < -2_083, "and the average goes on from there");
    // Twelve hours after the last tightening it is a change like any other.
    tighten(&mut svm, FUTURE, |args| args.reduce_only = 1);
    svm.advance(TIGHTENING_SECONDS);
    assert_refused(&mut svm, &[relax], &[&admin], E::ChangeNotProposed);
    svm.publish(BTC, "40000").unwrap();
    let i = *svm.board().board.instrument(FUTURE).unwrap();
    assert_eq!((i.basis, i.mark), (0, LotValue::new(40 * USDC * 16)));
}

/// I652. A wind-down lets the basis fade too, and cannot be taken back as a tightening.
#[test]
fn a_wind_down_lets_the_basis_fade() {
    let (mut svm, ..) = pair();
    tighten(&mut svm, BTC, |args| args.open_interest_cap = 1);
    let closed = svm.now();
    svm.board();
    let ends = svm.board().board.params.settlement_from(closed + DAY).unwrap();
    svm.modify::<ballast_client::ballast::state::RiskBoard>(&svm.exchange.board.clone(), |b| {
        b.board.instruments[usize::from(BTC)].basis = 3_000;
    });
    svm.wind_down(BTC, ends).unwrap();
    for (hours, basis) in [(0, 3_000), (3, 2_250), (6, 1_500), (12, 0)] {
        svm.set_time(closed + hours * HOUR + 1);
        svm.publish(BTC, "40000").unwrap();
        let is = svm.board().board.instrument(BTC).unwrap().basis;
        assert!((basis - 1..=basis).contains(&is), "{hours} h: {is}");
    }
    let admin = svm.admin.insecure_clone();
    let relax = instruction::relax_instrument(&svm.exchange, &admin.pubkey(), BTC);
    assert_refused(&mut svm, &[relax], &[&admin], E::ChangeNotProposed);
}

/// I653. A position limit that was lowered below what is held cuts no reduction: before, an order to close the position was
/// `BadSize`. And it is lowered to a tenth at most in a series.
#[test]
fn a_lowered_position_limit_cuts_no_reduction() {
    let mut svm =
        Svm::with_config(|c| c.perpetual[usize::from(BTC)].contract.limits.set("max_position", "0.1")).unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    let risker = svm.risker.insecure_clone();
    let least = lowered(&svm, BTC, |args| args.max_position = 9);
    let ix = instruction::tighten_instrument(&svm.exchange, &risker.pubkey(), BTC, &least);
    assert_refused(&mut svm, std::slice::from_ref(&ix), &[&risker], E::ParameterOutOfBounds);
    tighten(&mut svm, BTC, |args| args.max_position = 10);
    svm.advance(TIGHTENING_SECONDS - 1);
    svm.refresh_all();
    assert_refused(&mut svm, &[ix], &[&risker], E::ParameterOutOfBounds);
    let failed = svm.place(&alice, Order::sell(&svm, BTC, "40000", 100), &[]).unwrap_err();
    assert_eq!(failed.ballast(), Some(E::BadSize));
    svm.rest(&bob, Order::buy(&svm, BTC, "40000", 100).reduce_only()).unwrap();
    svm.place(&alice, Order::sell(&svm, BTC, "40000", 100).reduce_only().immediate(), &[&bob]).unwrap();
    assert_eq!((svm.lots(&alice, BTC), svm.lots(&bob, BTC)), (0, 0));
    svm.assert_reconciled();
}

/// I655. A larger offset of a group lowers the calendar charge in force, and the bases of its members must fit it. Before, nobody looked.
#[test]
fn a_group_offset_leaves_the_bases_covered() {
    let mut svm = Svm::with_config(|c| {
        c.underlying[usize::from(BTC)].params.set("calendar", "0.02");
        c.perpetual[usize::from(BTC)].contract.funding = Section::of(&[
            ("impact_notional", "25_000"),
            ("max_premium", "0.005"),
            ("period", "28_800"),
            ("max_basis", "0.005"),
        ]);
    })
    .unwrap();
    let admin = svm.admin.insecure_clone();
    let name = svm.board().board.groups[0].name;
    let set = |offset| {
        instruction::set_product_group(&svm.exchange, &admin.pubkey(), 0, name, &ballast_testkit::offset(offset))
    };
    // 0.133334 · 15 % is 2 %; a tenth of it 1.5 %, of which a quarter is less than the basis of 0.5 %.
    let (covered, large) = (set(866_666), set(900_000));
    let failed = assert_refused(&mut svm, &[large], &[&admin], E::BasisAboveCalendar);
    let named = "max_basis 5000 of instrument 0 is above a quarter of the calendar charge 15000";
    assert!(failed.log.iter().any(|l| l.contains(named)), "{:#?}", failed.log);
    svm.send(&[covered], &[&admin]).unwrap();
    // A smaller range of the underlying likewise.
    let mut args = btc_args(&svm);
    args.group = 1;
    args.params.scan_range = Ppm::new(149_000);
    refused(&mut svm, |svm| change_btc(svm, &args), E::BasisAboveCalendar);
}

/// I656. The admin's key alone changes no parameter and lists nothing before a timelock has passed, whatever it proposes; what it does
/// at once are pauses, nominations of the other authorities and what takes tightenings back.
#[test]
fn a_stolen_admin_key_waits() {
    let (World { mut svm, admin, .. }, expiry) = World::with_options();
    let all = waiting(&mut svm, &admin.pubkey(), expiry, 9);
    let timelock = 2 * DAY;
    set_timelock(&mut svm, timelock as u32).unwrap();
    let (before, start) = (svm.board(), svm.now());
    for (nonce, (_, ix)) in (0..).zip(&all) {
        propose_now(&mut svm, nonce, ix);
    }
    for seconds in [HOUR, 12 * HOUR, DAY, timelock - 1] {
        svm.set_time(start + seconds);
        for (nonce, (what, ix)) in (0..).zip(&all) {
            let now = allowed(&svm, nonce, ix);
            let failed = svm.simulate(std::slice::from_ref(&now), &[&admin]).unwrap_err();
            assert_eq!(failed.ballast(), Some(E::ChangeNotReady), "{what} after {seconds} s");
        }
    }
    assert_eq!(svm.board().board.params, before.board.params);
    assert_eq!(svm.board().board.underlyings, before.board.underlyings);
    // The thief's own nominee holds the other keys at once, and does with them what the rest of this file says.
    let thief = Keypair::new();
    svm.fund(&thief.pubkey());
    for kind in [Authority::Risk, Authority::Pause] {
        let nominate = instruction::nominate_authority(&svm.exchange, &admin.pubkey(), kind, &thief.pubkey());
        let accept = instruction::accept_authority(&svm.exchange, &thief.pubkey(), kind);
        svm.send(&[nominate, accept], &[&admin, &thief]).unwrap();
    }
    assert!(tag::waits(tag::OPEN_EXPIRY) && tag::waits(tag::CHANGE_SURFACE));
}

/// I657. A stolen pause key stops deposits, withdrawals, new risk and liquidations until the admin clears it, and moves nothing: whoever
/// held something holds it, at the same requirements, and reduces it meanwhile.
#[test]
fn a_stolen_pause_key_moves_nothing() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
    let calm = svm.requirements(&alice);
    let pauser = svm.pauser.insecure_clone();
    let pause = instruction::set_pause(&svm.exchange, &pauser.pubkey(), Pause::all());
    svm.send(&[pause], &[&pauser]).unwrap();
    svm.advance(DAY);
    svm.publish(BTC, "40000").unwrap();
    assert_eq!(svm.requirements(&alice), calm);
    svm.rest(&bob, Order::buy(&svm, BTC, "40000", 50).reduce_only()).unwrap();
    svm.place(&alice, Order::sell(&svm, BTC, "40000", 50).reduce_only().immediate(), &[&bob]).unwrap();
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, 1), E::Paused);
    svm.set_pause(Pause::empty()).unwrap();
    svm.withdraw_usdc(&alice, 1).unwrap();
    svm.assert_reconciled();
}

/// I658. A delegate who may trade loses the account to his own wallet within minutes, by trades at both ends of the band; one who may
/// not trade cannot. No delegate withdraws or transfers anything without the permission for it.
#[test]
fn a_stolen_delegate_key_trades_the_equity_away() {
    let mut svm = Svm::new().unwrap();
    let (alice, thief) = (svm.trader("100000").unwrap(), svm.trader("1000000").unwrap());
    let key = Keypair::new();
    svm.fund(&key.pubkey());
    let until = svm.now() + DAY;
    svm.delegate(&alice, &key.pubkey(), Permissions::TRADE, until).unwrap();
    let act = |svm: &mut Svm, order: Order| {
        let ix =
            instruction::place_order(&svm.exchange, &key.pubkey(), &alice.margin, BTC, &[thief.margin], &order.args);
        svm.send(&[ix], &[&key])
    };
    let mut left = vec![svm.requirements(&alice).equity.get() / USDC];
    for lots in [8_500, 2_700, 800, 240, 120] {
        svm.rest(&thief, Order::sell(&svm, BTC, "44000", lots).post_only()).unwrap();
        let buy = Order::buy(&svm, BTC, "44000", lots).immediate();
        act(&mut svm, buy).unwrap();
        svm.rest(&thief, Order::buy(&svm, BTC, "36000", lots).post_only()).unwrap();
        let sell = Order::sell(&svm, BTC, "36000", lots).immediate();
        act(&mut svm, sell).unwrap();
        left.push(svm.requirements(&alice).equity.get() / USDC);
    }
    // Five trades there and back.
    assert!(left[0] == 100_000 && left[5] < 1_000, "{left:?}");
    let withdraw = instruction::withdraw(&svm.exchange, &key.pubkey(), &alice.margin, &alice.usdc, &svm.usdc, 1);
    assert_refused(&mut svm, &[withdraw], &[&key], E::Unauthorized);
    assert_eq!(svm.lots(&alice, ETH), 0);
    svm.assert_reconciled();
}
