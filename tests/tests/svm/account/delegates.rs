//! Delegates, isolated accounts, transfers between accounts of one owner (I237, I283 to I286, I334).

use crate::harness::refusal::{DUPLICATE, assert_refused, numbers, refused};
use ballast_client::risk::{LotValue, QuoteNative};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{BOTH_SIDES, LiquidateArgs},
        events::{CashTransferred, DelegateSet, PositionTransferred},
        state::Pause,
        state::{MarginAccount, Permissions, RiskBoard},
    },
    event, instruction,
};
use ballast_testkit::{BTC, ETH, Order, SOL, Svm, Trader};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

const USDC: i64 = 1_000_000;

/// A funded key.
fn somebody(svm: &mut Svm) -> Keypair {
    let key = Keypair::new();
    svm.fund(&key.pubkey());
    key
}

mod permissions {
    use super::*;

    /// Alice with a second account and a position, somebody to trade with, and a poor account to liquidate.
    struct Scene {
        svm: Svm,
        alice: Trader,
        second: Trader,
        bob: Trader,
        poor: Trader,
        delegate: Keypair,
    }

    fn scene() -> Scene {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader("100000").unwrap();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, "100000").unwrap();
        let (bob, poor) = (svm.trader("1000000").unwrap(), svm.trader("900").unwrap());
        svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
        svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
        svm.rest(&alice, Order::buy(&svm, ETH, "2400", 10)).unwrap();
        svm.advance(1);
        svm.publish(BTC, "36000").unwrap();
        let delegate = somebody(&mut svm);
        Scene { svm, alice, second, bob, poor, delegate }
    }

    /// Everything that somebody can do with Alice's account, and the permission that it needs; none is the owner's alone.
    fn acts(s: &Scene, who: &Address) -> Vec<(&'static str, Permissions, Instruction, bool)> {
        let (svm, e, m) = (&s.svm, s.svm.exchange, s.alice.margin);
        let order = Order::buy(svm, BTC, "36000", 1).args;
        let mut token = instruction::deposit(&e, who, &m, &s.alice.wsol, &svm.wsol, 1_000_000_000);
        // The delegate's own tokens.
        token.accounts[5].pubkey = Address::new_from_array([0xD5; 32]);
        let party = instruction::Party { authority: *who, margin: m };
        let leg = [svm.leg(BTC, 1, "36000")];
        let block = instruction::block_trade(&e, &party, &s.bob.party(), &leg, svm.now() + 9, 0);
        let mirrored = instruction::block_trade(&e, &s.bob.party(), &party, &leg, svm.now() + 9, 0);
        let (other, stranger) = (s.second.margin, Address::new_from_array([7; 32]));
        vec![
            ("place_order", Permissions::TRADE, instruction::place_order(&e, who, &m, BTC, &[], &order), false),
            (
                "cancel_all_orders",
                Permissions::TRADE,
                instruction::cancel_all_orders(&e, who, &m, ETH, BOTH_SIDES, 9),
                false,
            ),
            ("deposit of a token", Permissions::TRADE, token, false),
            (
                "liquidate",
                Permissions::LIQUIDATE,
                instruction::liquidate(&e, who, &m, &s.poor.margin, &[BTC], &LiquidateArgs::of(0)),
                false,
            ),
            ("block_trade", Permissions::BLOCK, block, true),
            ("block_trade, second", Permissions::BLOCK, mirrored, true),
            ("transfer_cash", Permissions::TRANSFER, instruction::transfer_cash(&e, who, &m, &other, 1), false),
            ("transfer_cash, back", Permissions::TRANSFER, instruction::transfer_cash(&e, who, &other, &m, 1), false),
            (
                "transfer_position",
                Permissions::TRANSFER,
                instruction::transfer_position(&e, who, &m, &other, BTC, 10),
                false,
            ),
            ("withdraw", Permissions::empty(), instruction::withdraw(&e, who, &m, &s.alice.usdc, &svm.usdc, 1), false),
            (
                "set_delegate",
                Permissions::empty(),
                instruction::set_delegate(&e, who, &m, &stranger, Permissions::all(), svm.now() + 60),
                false,
            ),
            (
                "set_delegate of itself",
                Permissions::empty(),
                instruction::set_delegate(&e, who, &m, who, Permissions::all(), svm.now() + 99),
                false,
            ),
        ]
    }

    fn check(s: &mut Scene, granted: Permissions) {
        let (delegate, bob) = (s.delegate.insecure_clone(), s.bob.key.insecure_clone());
        for (what, needed, ix, with_bob) in acts(s, &delegate.pubkey()) {
            let keys: &[&Keypair] = if with_bob { &[&delegate, &bob] } else { &[&delegate] };
            if granted.intersects(needed) {
                let done = s.svm.simulate(std::slice::from_ref(&ix), keys);
                done.unwrap_or_else(|failed| panic!("{what} with {granted:?}: {failed:#?}"));
            } else {
                println!("{what} with {granted:?}");
                assert_refused(&mut s.svm, &[ix], keys, E::Unauthorized);
            }
        }
    }

    /// I635. A thief with the permission to liquidate, or to transfer, takes his own book over and moves what there is to and fro. A
    /// liquidation loses nothing at the marks, what is moved is conserved, and every account covers initial margin.
    #[test]
    fn a_stolen_key_that_liquidates_or_transfers_loses_nothing_at_the_marks() {
        let mut s = scene();
        let (who, until) = (s.delegate.pubkey(), s.svm.now() + 60);
        let delegate = s.delegate.insecure_clone();
        for t in [&s.alice, &s.second] {
            let ix = instruction::set_delegate(
                &s.svm.exchange,
                &t.address(),
                &t.margin,
                &who,
                Permissions::LIQUIDATE | Permissions::TRANSFER,
                until,
            );
            s.svm.send(&[ix], &[&t.key]).unwrap();
        }
        let (e, alice, second, poor) = (s.svm.exchange, s.alice.margin, s.second.margin, s.poor.margin);
        let equity = |svm: &Svm, t: &Trader| svm.requirements(t).equity.get();
        let before = equity(&s.svm, &s.alice);
        let all = instruction::liquidate(&e, &who, &alice, &poor, &[BTC], &LiquidateArgs::of(0));
        s.svm.send(&[all], &[&delegate]).unwrap();
        assert!(s.svm.lots(&s.alice, BTC) > 10 && equity(&s.svm, &s.alice) >= before);
        let sum = |s: &Scene| equity(&s.svm, &s.alice) + equity(&s.svm, &s.second);
        let total = sum(&s);
        let lots = s.svm.lots(&s.alice, BTC);
        let ix = instruction::transfer_position(&e, &who, &alice, &second, BTC, lots);
        s.svm.send(&[ix], &[&delegate]).unwrap();
        // As much as is possible, to and fro.
        for (from, to) in [(alice, second), (second, alice)] {
            let most = (0..=50).rev().find(|n| {
                let ix = instruction::transfer_cash(&e, &who, &from, &to, n * 4_000 * USDC as u64 + 1);
                s.svm.send(&[ix], &[&delegate]).is_ok()
            });
            assert!(most.is_some_and(|n| n > 10));
            for t in [&s.alice, &s.second] {
                let r = s.svm.requirements(t);
                assert!(r.initial_equity >= r.initial);
            }
        }
        assert!((0..=2).contains(&(total - sum(&s))), "rounded against the giver");
        s.svm.assert_reconciled();
    }

    /// I283. Each permission does what it names and nothing else; none withdraws or names delegates.
    #[test]
    fn each_does_what_it_names_and_nothing_else() {
        let mut s = scene();
        let tokens = s.svm.create_token_account(&s.svm.wsol.clone(), &s.delegate.pubkey(), 2_000_000_000);
        let account = s.svm.account(&tokens).unwrap();
        s.svm.set_account(Address::new_from_array([0xD5; 32]), account);
        check(&mut s, Permissions::empty());
        let (who, until) = (s.delegate.pubkey(), s.svm.now() + 60);
        for granted in (1..16).map(Permissions::from_bits_retain) {
            s.svm.delegate(&s.alice, &who, granted, until).unwrap();
            s.svm.delegate(&s.second, &who, granted, until).unwrap();
            check(&mut s, granted);
        }
        // What it could do until a second before, it cannot do from its expiry on.
        s.svm.set_time(until - 1);
        s.svm.refresh_all();
        check(&mut s, Permissions::all());
        s.svm.set_time(until);
        s.svm.refresh_all();
        check(&mut s, Permissions::empty());
    }

    /// I283. To transfer one must be allowed to on both accounts.
    #[test]
    fn to_transfer_they_must_be_of_both_accounts() {
        let mut s = scene();
        let (e, who, until) = (s.svm.exchange, s.delegate.insecure_clone(), s.svm.now() + 60);
        for granted in [Permissions::TRANSFER, !Permissions::TRANSFER].map(|one| [one, !one]) {
            for (account, granted) in [&s.alice, &s.second].into_iter().zip(granted) {
                s.svm.delegate(account, &who.pubkey(), granted, until).unwrap();
            }
            let cash = instruction::transfer_cash(&e, &who.pubkey(), &s.alice.margin, &s.second.margin, 1);
            let position = instruction::transfer_position(&e, &who.pubkey(), &s.alice.margin, &s.second.margin, BTC, 1);
            assert_refused(&mut s.svm, &[cash], &[&who], E::Unauthorized);
            assert_refused(&mut s.svm, &[position], &[&who], E::Unauthorized);
        }
    }

    /// I237, I283. Whom a liquidator lets act for his account he does not liquidate, while that lasts.
    #[test]
    fn of_a_liquidator_are_not_liquidated_by_him() {
        let mut s = scene();
        let (who, until) = (s.poor.address(), s.svm.now() + 60);
        s.svm.delegate(&s.alice, &who, Permissions::BLOCK, until).unwrap();
        refused(&mut s.svm, |svm| svm.liquidate(&s.alice, &s.poor, &[BTC]), E::LiquidatorIsOwner);
        s.svm.set_time(until);
        s.svm.refresh_all();
        s.svm.liquidate(&s.alice, &s.poor, &[BTC]).unwrap();
    }

    /// I237, I283. An account keeps no liquidator away by naming him, his key or his delegate as its own delegates.
    #[test]
    fn do_not_keep_a_liquidator_away() {
        let mut s = scene();
        let (e, bot, until) = (s.svm.exchange, s.delegate.insecure_clone(), s.svm.now() + 60);
        s.svm.delegate(&s.alice, &bot.pubkey(), Permissions::LIQUIDATE, until).unwrap();
        for who in [s.alice.address(), s.bob.address(), bot.pubkey()] {
            s.svm.delegate(&s.poor, &who, Permissions::all(), until).unwrap();
        }
        let tenth = LiquidateArgs { most: 30_000, ..LiquidateArgs::of(0) };
        s.svm.slice(&s.alice, &s.poor, &[BTC], tenth).unwrap();
        let ix =
            instruction::liquidate(&e, &bot.pubkey(), &s.alice.margin, &s.poor.margin, &[BTC], &LiquidateArgs::of(0));
        s.svm.send(&[ix], &[&bot]).unwrap();
        s.svm.assert_reconciled();
    }

    /// I283. Four at a time; one whose time is over makes room; who is set again keeps one slot.
    #[test]
    fn four_at_a_time() {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader("0").unwrap();
        let (now, who) = (svm.now(), |n: u8| Address::new_from_array([n; 32]));
        for n in 1..=4 {
            svm.delegate(&alice, &who(n), Permissions::from_bits_retain(n), now + i64::from(n) * 10).unwrap();
        }
        refused(&mut svm, |svm| svm.delegate(&alice, &who(5), Permissions::TRADE, now + 60), E::NoFreeDelegate);
        let sent = svm.delegate(&alice, &who(2), Permissions::all(), now + 100).unwrap();
        let set: Vec<DelegateSet> = event::find(&sent.log);
        assert_eq!((set[0].delegate, set[0].permissions, set[0].expires_at), (who(2), 15, now + 100));
        let slots = |svm: &Svm| svm.margin(&alice.margin).delegates.map(|d| (d.address, d.permissions, d.expires_at));
        assert_eq!(slots(&svm)[1], (who(2), Permissions::all(), now + 100));
        svm.set_time(now + 10);
        svm.delegate(&alice, &who(5), Permissions::TRADE, now + 60).unwrap();
        assert_eq!(slots(&svm)[0], (who(5), Permissions::TRADE, now + 60));
        // Taken away, a slot is as it was at first.
        svm.delegate(&alice, &who(2), Permissions::empty(), 0).unwrap();
        assert_eq!(slots(&svm)[1], (Address::default(), Permissions::empty(), 0));
        refused(&mut svm, |svm| svm.delegate(&alice, &who(2), Permissions::empty(), 0), E::NotADelegate);
        svm.delegate(&alice, &who(6), Permissions::TRADE, now + 60).unwrap();
    }
}

mod isolated {
    use super::*;

    /// I284. Nothing of another underlying enters, by no way there is.
    #[test]
    fn accounts_hold_one_underlying_only() {
        let mut svm = Svm::new().unwrap();
        let (bob, poor) = (svm.trader("1000000").unwrap(), svm.trader("900").unwrap());
        let alice = svm.isolated_account(Keypair::new(), 3, ETH, "10000").unwrap();
        let cross = svm.sub_account(alice.key.insecure_clone(), 4, "10000").unwrap();
        assert_eq!(svm.margin(&alice.margin).isolated_underlying, ETH + 1);
        // Its own underlying, by an order, a block, a transfer.
        svm.trade(&alice, &bob, ETH, "2500", 10).unwrap();
        svm.block(&bob, &alice, &[(ETH, -10, "2500")]).unwrap();
        svm.trade(&cross, &bob, ETH, "2500", 10).unwrap();
        svm.transfer_position(&cross, &alice, ETH, 10).unwrap();
        svm.transfer_cash(&alice, &cross, 1_000_000).unwrap();
        svm.transfer_cash(&cross, &alice, 1_000_000).unwrap();
        assert_eq!(svm.lots(&alice, ETH), 30);
        // And nothing else.
        svm.trade(&cross, &bob, BTC, "40000", 10).unwrap();
        svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
        let order = Order::buy(&svm, BTC, "40000", 10);
        refused(&mut svm, |svm| svm.place(&alice, order, &[]), E::OtherUnderlying);
        refused(&mut svm, |svm| svm.deposit_sol(&alice, 1_000_000_000), E::OtherUnderlying);
        refused(&mut svm, |svm| svm.block(&alice, &bob, &[(BTC, 1, "40000")]), E::OtherUnderlying);
        refused(&mut svm, |svm| svm.block(&bob, &alice, &[(BTC, 1, "40000"), (ETH, 1, "2500")]), E::OtherUnderlying);
        refused(&mut svm, |svm| svm.transfer_position(&cross, &alice, BTC, 10), E::OtherUnderlying);
        svm.advance(1);
        svm.publish(BTC, "36000").unwrap();
        svm.refresh_all();
        refused(&mut svm, |svm| svm.liquidate(&alice, &poor, &[BTC]), E::OtherUnderlying);
        svm.liquidate(&cross, &poor, &[BTC]).unwrap();
        svm.assert_reconciled();
    }

    /// I284. A token of the account's own underlying is welcome.
    #[test]
    fn accounts_take_their_own_token() {
        let mut svm = Svm::new().unwrap();
        let alice = svm.isolated_account(Keypair::new(), 0, SOL, "100").unwrap();
        svm.deposit_sol(&alice, 1_000_000_000).unwrap();
        svm.withdraw_sol(&alice, 1_000_000_000).unwrap();
        svm.assert_reconciled();
    }

    /// I284. Of 32 underlyings, no more.
    #[test]
    fn accounts_are_of_an_underlying_that_may_be() {
        let mut svm = Svm::new().unwrap();
        let (payer, key) = (svm.payer.pubkey(), somebody(&mut svm));
        let open = |svm: &Svm, u| instruction::open_isolated_account(&svm.exchange, &payer, &key.pubkey(), 0, u);
        for underlying in [32, 33, u16::MAX] {
            let ix = open(&svm, underlying);
            assert_refused(&mut svm, &[ix], &[&key], E::ParameterOutOfBounds);
        }
        let ix = open(&svm, 31);
        svm.send(&[ix], &[&key]).unwrap();
    }
}

mod cash {
    use super::*;

    fn two(usdc: [&str; 2]) -> (Svm, Trader, Trader, Trader) {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader(usdc[0]).unwrap();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, usdc[1]).unwrap();
        let bob = svm.trader("1000000").unwrap();
        (svm, alice, second, bob)
    }

    /// I285. To the unit, and no unit more than a withdrawal could take.
    #[test]
    fn moves_as_far_as_a_withdrawal_could_take_it() {
        let (mut svm, alice, second, bob) = two(["1000", "0"]);
        let sent = svm.transfer_cash(&alice, &second, 1).unwrap();
        let moved: Vec<CashTransferred> = event::find(&sent.log);
        assert_eq!((moved[0].amount, moved[0].from_cash, moved[0].to_cash), (1, 1_000 * USDC - 1, 1));
        svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
        let r = svm.requirements(&alice);
        let most = (r.withdraw_equity.get() - r.initial.get()) as u64;
        let failed = refused(&mut svm, |svm| svm.transfer_cash(&alice, &second, most + 1), E::BelowWithdrawalMargin);
        assert_eq!(numbers(&failed, "withdrawal margin:"), (r.initial.get(), r.initial.get() - 1));
        svm.transfer_cash(&alice, &second, most).unwrap();
        assert_eq!(svm.portfolio(&second).cash.get() as u64, most + 1);
        // Unrealised profit is none that could be given.
        svm.advance(1);
        svm.publish(BTC, "44000").unwrap();
        refused(&mut svm, |svm| svm.transfer_cash(&alice, &second, 1), E::BelowWithdrawalMargin);
        svm.assert_reconciled();
    }

    /// I285. Nothing is borrowed, and an account that may be liquidated gives nothing but takes.
    #[test]
    fn is_not_borrowed_nor_taken_from_who_may_be_liquidated() {
        let (mut svm, alice, second, bob) = two(["900", "500"]);
        svm.deposit_sol(&second, 100_000_000_000).unwrap();
        let failed = refused(&mut svm, |svm| svm.transfer_cash(&second, &alice, 500_000_001), E::WouldBorrow);
        assert_eq!(numbers(&failed, "cash:"), (500_000_001, 500_000_000));
        svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        svm.advance(1);
        svm.publish(BTC, "36000").unwrap();
        svm.refresh_all();
        assert!(svm.requirements(&alice).is_liquidatable());
        refused(&mut svm, |svm| svm.transfer_cash(&alice, &second, 1), E::BelowWithdrawalMargin);
        // A pause of withdrawals is none of transfers: nothing leaves the exchange.
        svm.set_pause(Pause::all()).unwrap();
        svm.transfer_cash(&second, &alice, 500_000_000).unwrap();
        assert!(!svm.requirements(&alice).is_liquidatable());
        svm.assert_reconciled();
    }

    /// I286.
    #[test]
    fn stays_with_its_owner() {
        let (mut svm, alice, second, bob) = two(["1000", "1000"]);
        refused(&mut svm, |svm| svm.transfer_cash(&alice, &bob, 1), E::DifferentOwners);
        refused(&mut svm, |svm| svm.transfer_cash(&alice, &alice, 1), DUPLICATE);
        // Not even a delegate of both moves anything from one owner to another.
        let (who, until) = (somebody(&mut svm), svm.now() + 60);
        for t in [&alice, &second, &bob] {
            svm.delegate(t, &who.pubkey(), Permissions::all(), until).unwrap();
        }
        let ix = instruction::transfer_cash(&svm.exchange, &who.pubkey(), &alice.margin, &bob.margin, 1);
        assert_refused(&mut svm, &[ix], &[&who], E::DifferentOwners);
        let ix = instruction::transfer_cash(&svm.exchange, &who.pubkey(), &alice.margin, &second.margin, 1);
        svm.send(&[ix], &[&who]).unwrap();
    }
}

mod positions {
    use super::*;

    /// Alice with two accounts, the first long ten lots of BTC at 40,000 dollars.
    fn two(usdc: [&str; 2]) -> (Svm, Trader, Trader, Trader) {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader(usdc[0]).unwrap();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, usdc[1]).unwrap();
        let bob = svm.trader("1000000").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
        (svm, alice, second, bob)
    }

    fn state(svm: &Svm, t: &Trader) -> (i64, i64, i64) {
        let (board, portfolio) = (svm.board(), svm.portfolio(t));
        let position = portfolio.position(board.board.instrument(BTC).unwrap());
        let (lots, quote) = position.map_or((0, 0), |p| (p.lots.get(), p.quote.get()));
        (lots, quote, portfolio.cash.get())
    }

    /// I285. At what they cost: no cash moves, whatever the price has done.
    #[test]
    fn move_at_what_they_cost() {
        let (mut svm, alice, second, _) = two(["1000", "1000"]);
        svm.advance(1);
        svm.publish(BTC, "44000").unwrap();
        let [(_, _, one), (_, _, other)] = [&alice, &second].map(|t| state(&svm, t));
        let equity = |svm: &Svm| svm.requirements(&alice).equity.get() + svm.requirements(&second).equity.get();
        let worth = equity(&svm);
        let sent = svm.transfer_position(&alice, &second, BTC, 3).unwrap();
        let moved: Vec<PositionTransferred> = event::find(&sent.log);
        assert_eq!((moved[0].lots, moved[0].value, moved[0].instrument), (3, 120 * USDC, BTC));
        assert_eq!((moved[0].from, moved[0].to), (alice.margin, second.margin));
        assert_eq!(state(&svm, &alice), (7, -280 * USDC, one));
        assert_eq!(state(&svm, &second), (3, -120 * USDC, other));
        assert_eq!(equity(&svm), worth);
        svm.transfer_position(&alice, &second, BTC, 7).unwrap();
        assert_eq!((state(&svm, &alice), state(&svm, &second)), ((0, 0, one), (10, -400 * USDC, other)));
        assert!(svm.portfolio(&alice).holds_only_cash());
        svm.assert_reconciled();
    }

    /// I285. Opposite positions close one another, and open interest follows.
    #[test]
    fn net_at_the_receiver() {
        let (mut svm, alice, second, bob) = two(["1000", "1000"]);
        svm.trade(&bob, &second, BTC, "41000", 4).unwrap();
        let interest = |svm: &Svm| {
            let m = svm.market(BTC).header;
            (m.open_interest_long.get(), m.open_interest_short.get())
        };
        // Bob's ten short and four long are six short.
        assert_eq!(interest(&svm), (10, 10));
        let (_, _, cash) = state(&svm, &second);
        svm.transfer_position(&alice, &second, BTC, 10).unwrap();
        // Sold four at 41,000 what cost 40,000: four dollars.
        assert_eq!(state(&svm, &second), (6, -240 * USDC, cash + 4 * USDC));
        assert_eq!(interest(&svm), (6, 6));
        svm.transfer_position(&second, &alice, BTC, 6).unwrap();
        svm.assert_reconciled();
    }

    /// I285. Funding is settled first, on both, through the market.
    #[test]
    fn settle_funding_first() {
        let (mut svm, alice, second, bob) = two(["1000", "1000"]);
        svm.trade(&bob, &second, BTC, "40000", 4).unwrap();
        let [(_, _, one), (_, _, other)] = [&alice, &second].map(|t| state(&svm, t));
        let board = svm.exchange.board;
        svm.modify::<RiskBoard>(&board, |b| {
            b.board.instruments[0].funding_index = LotValue::new(b.board.instruments[0].funding_index.get() + 160)
        });
        svm.transfer_position(&alice, &second, BTC, 1).unwrap();
        assert_eq!(state(&svm, &alice).2, one - 100);
        assert_eq!(state(&svm, &second), (-3, 120 * USDC, other + 40));
        assert_eq!(svm.market(BTC).header.unpaid_funding.get(), 60);
    }

    /// I286. The receiver ends above initial margin, to the unit.
    #[test]
    fn need_initial_margin_at_the_receiver() {
        // Ten lots ask for 75 dollars.
        let (mut svm, alice, second, _) = two(["1000", "74.999999"]);
        let failed = refused(&mut svm, |svm| svm.transfer_position(&alice, &second, BTC, 10), E::BelowInitialMargin);
        assert_eq!(numbers(&failed, "initial margin:"), (75 * USDC, 75 * USDC - 1));
        svm.deposit_usdc(&second, 1).unwrap();
        svm.transfer_position(&alice, &second, BTC, 10).unwrap();
        svm.assert_reconciled();
    }

    /// I286. The giver is not left worse off than before: below initial margin a loss may go, a profit may not.
    #[test]
    fn leave_the_giver_covered_or_with_less_risk() {
        let (mut svm, alice, second, bob) = two(["960", "10000"]);
        svm.trade(&alice, &bob, ETH, "2500", 150).unwrap();
        svm.advance(1);
        svm.publish(BTC, "48000").unwrap();
        svm.publish(ETH, "2350").unwrap();
        svm.refresh_all();
        let r = svm.requirements(&alice);
        assert!(r.initial_equity < r.initial && !r.is_liquidatable(), "{r:?}");
        // Ten lots of BTC have gained 80 dollars, and free 72 of maintenance margin.
        refused(&mut svm, |svm| svm.transfer_position(&alice, &second, BTC, 10), E::BelowInitialMargin);
        svm.transfer_position(&alice, &second, ETH, 150).unwrap();
        let r = svm.requirements(&alice);
        assert!(r.initial_equity >= r.initial);
        svm.transfer_position(&alice, &second, BTC, 10).unwrap();
        svm.assert_reconciled();
    }

    /// I286. Below maintenance a loss goes to where it is covered, and no profit goes beyond what a liquidator would get.
    #[test]
    fn rescue_an_account_and_do_not_empty_it() {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader("960").unwrap();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, "10000").unwrap();
        let bob = svm.trader("1000000").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 100).unwrap();
        svm.trade(&alice, &bob, SOL, "40", 30).unwrap();
        svm.advance(1);
        svm.publish(BTC, "36000").unwrap();
        svm.publish(SOL, "43").unwrap();
        svm.refresh_all();
        let r = svm.requirements(&alice);
        assert!(r.is_liquidatable() && r.equity.get() > 0, "{r:?}");
        refused(&mut svm, |svm| svm.transfer_position(&alice, &second, SOL, 30), E::FillWorseThanLiquidation);
        svm.transfer_position(&alice, &second, BTC, 100).unwrap();
        assert!(!svm.requirements(&alice).is_liquidatable());
        svm.assert_reconciled();
    }

    /// Changes what a position has cost, and the other side's with it.
    fn shift(svm: &mut Svm, t: &Trader, other: &Trader, instrument: u16, quote: i64) {
        let board = svm.board();
        let i = board.board.instrument(instrument).unwrap();
        for (t, quote) in [(t, quote), (other, -quote)] {
            svm.modify::<MarginAccount>(&t.margin, |m| {
                m.portfolio.slot(i).unwrap().quote = QuoteNative::new(m.portfolio.slot(i).unwrap().quote.get() + quote)
            });
        }
    }

    /// I334. A loss goes only to who could pay it out: not with another underlying's unrealised profit, nor with the
    /// same one's.
    #[test]
    fn bring_no_loss_that_the_receiver_could_not_pay() {
        let mut svm = Svm::new().unwrap();
        let alice = svm.trader("30000").unwrap();
        let second = svm.sub_account(alice.key.insecure_clone(), 1, "10000").unwrap();
        let bob = svm.trader("1000000").unwrap();
        svm.trade(&alice, &bob, BTC, "40000", 1_000).unwrap();
        svm.trade(&second, &bob, ETH, "2500", 10).unwrap();
        // One BTC from 60,000 dollars, at 40,000; and a profit of 30,000 in ETH.
        shift(&mut svm, &alice, &bob, BTC, -20_000 * USDC);
        shift(&mut svm, &second, &bob, ETH, 30_000 * USDC);
        svm.assert_reconciled();
        let (one, other) = (svm.requirements(&alice), svm.requirements(&second));
        let cash = svm.portfolio(&second).cash.get();
        assert_eq!(
            (one.withdraw_equity.get(), other.withdraw_equity.get()),
            (svm.portfolio(&alice).cash.get() - 20_000 * USDC, cash)
        );
        let give = |svm: &mut Svm| svm.transfer_position(&alice, &second, BTC, 1_000);
        let failed = refused(&mut svm, give, E::BelowWithdrawalMargin);
        let (required, available) = numbers(&failed, "withdrawal margin:");
        assert_eq!(available, cash - 20_000 * USDC);
        assert!(other.initial_equity.get() - 20_000 * USDC > required, "initial margin would be covered");
        // A profit of the same underlying pays no better: as if filled at the mark, 20,000 dollars of cash would be gone.
        svm.trade(&second, &bob, BTC, "40000", 10).unwrap();
        shift(&mut svm, &second, &bob, BTC, 30_000 * USDC);
        let cash = svm.portfolio(&second).cash.get();
        let failed = refused(&mut svm, give, E::BelowWithdrawalMargin);
        assert_eq!(numbers(&failed, "withdrawal margin:").1, cash - 20_000 * USDC);
        // Cash does.
        svm.deposit_usdc(&second, 20_000 * USDC as u64).unwrap();
        give(&mut svm).unwrap();
        svm.assert_reconciled();
    }

    /// I286.
    #[test]
    fn stay_with_their_owner_and_their_size() {
        let (mut svm, alice, second, bob) = two(["10000", "10000"]);
        refused(&mut svm, |svm| svm.transfer_position(&alice, &bob, BTC, 1), E::DifferentOwners);
        refused(&mut svm, |svm| svm.transfer_position(&alice, &alice, BTC, 1), DUPLICATE);
        refused(&mut svm, |svm| svm.transfer_position(&alice, &second, ETH, 1), E::NothingToTransfer);
        refused(&mut svm, |svm| svm.transfer_position(&second, &alice, BTC, 1), E::NothingToTransfer);
        for lots in [0, -1, 11, i64::MIN, i64::MAX] {
            refused(&mut svm, |svm| svm.transfer_position(&alice, &second, BTC, lots), E::NothingToTransfer);
        }
        svm.set_pause(Pause::NEW_RISK).unwrap();
        refused(&mut svm, |svm| svm.transfer_position(&alice, &second, BTC, 1), E::Paused);
        svm.set_pause(Pause::all() & !Pause::NEW_RISK).unwrap();
        svm.transfer_position(&alice, &second, BTC, 1).unwrap();
        let (board, until) = (svm.exchange.board, svm.now() + 9);
        let good = svm.account(&board).unwrap();
        let mut stopped = |change: fn(&mut RiskBoard, i64), error: E| {
            svm.modify::<RiskBoard>(&board, |b| change(b, until));
            refused(&mut svm, |svm| svm.transfer_position(&alice, &second, BTC, 1), error);
            svm.set_account(board, good.clone());
        };
        stopped(|b, until| b.board.instruments[0].settles_at = until - 9, E::InstrumentExpired);
        stopped(|b, until| b.board.underlyings[0].halted_until = until, E::Halted);
        stopped(|b, until| b.board.underlyings[0].publish_time = until - 20, E::PriceStale);
        // To bring a position where a market only reduces adds nothing.
        svm.modify::<RiskBoard>(&board, |b| b.board.instruments[0].reduce_only = 1);
        svm.transfer_position(&alice, &second, BTC, 1).unwrap();
    }

    /// I285. Orders that rest stay where they are.
    #[test]
    fn leave_orders_where_they_rest() {
        let (mut svm, alice, second, _) = two(["10000", "10000"]);
        let order = svm.rest(&alice, Order::sell(&svm, BTC, "41000", 10)).unwrap();
        svm.transfer_position(&alice, &second, BTC, 10).unwrap();
        svm.assert_reconciled();
        assert_eq!(svm.portfolio(&alice).position_count, 1);
        svm.cancel(&alice, BTC, order).unwrap();
        assert!(svm.portfolio(&alice).holds_only_cash());
    }
}
