//! The exchange, its listings, its authorities and its pauses (I202, I204, I205).

use crate::refusal::{assert_refused, refused};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{CollateralArgs, FeedArgs, UnderlyingArgs},
        constants::{MAX_GROWTH, MAX_MARKET_LEN, pause},
        state::{Exchange, RiskBoard},
    },
    config, instruction,
    risk::{MAX_TOKENS, MAX_UNDERLYINGS},
};
use ballast_testkit::{BTC, ETH, Failed, Order, Sent, Svm, Trader};
use solana_account::Account;
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_signer::Signer;

#[test]
fn an_exchange_is_what_its_arguments_say() {
    let svm = Svm::new().unwrap();
    let exchange = svm.decode::<Exchange>(&svm.exchange.address);
    assert_eq!((exchange.admin, exchange.pause_authority), (svm.admin.pubkey(), svm.pauser.pubkey()));
    assert_eq!((exchange.quote_mint, exchange.quote_vault), (svm.usdc, svm.exchange.vault(&svm.usdc)));
    assert_eq!((exchange.id, exchange.pause), (1, 0));
    assert_eq!((exchange.taker_fee_ppm, exchange.maker_fee_ppm), (500, -100));
    let params = svm.board().board.params;
    assert_eq!((params.initial_ratio.0, params.liquidation_buffer.0), (1_250_000, 100_000));
    assert_eq!(svm.treasury().insurance.0, 25_000_000_000);
    svm.assert_reconciled();
}

#[test]
fn an_admin_may_pay_for_the_whole_exchange() {
    let mut svm = Svm::bare().unwrap();
    svm.payer = svm.admin.insecure_clone();
    svm.initialize_exchange().unwrap();
    svm.list_all().unwrap();
    svm.grow_market(BTC).unwrap();
    assert_eq!(svm.decode::<Exchange>(&svm.exchange.address).admin, svm.payer.pubkey());
}

#[test]
fn an_exchange_is_made_once() {
    let mut svm = Svm::new().unwrap();
    let (payer, admin) = (svm.payer.pubkey(), svm.admin.insecure_clone());
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let ix = instruction::initialize_exchange(&payer, &admin.pubkey(), &svm.usdc, &args);
    assert_refused(&mut svm, &[ix], &[&admin], I::Custom(0)); // the system program: already in use
}

#[test]
fn lamports_sent_ahead_do_not_keep_an_exchange_from_being_made() {
    let mut svm = Svm::bare().unwrap();
    let e = svm.exchange;
    let ahead = [e.address, e.treasury, e.board, e.vault(&svm.usdc), e.vault(&svm.wsol), e.market(BTC)];
    for (n, address) in ahead.into_iter().enumerate() {
        let lamports = if n % 2 == 0 { 1 } else { 1_000_000_000_000 };
        svm.set_account(address, Account { lamports, ..Account::default() });
    }
    svm.initialize_exchange().unwrap();
    svm.list_all().unwrap();
    assert_eq!(svm.market(BTC).header.instrument, BTC);
}

#[test]
fn the_board_is_complete_after_as_many_calls_as_its_length_takes() {
    let mut svm = Svm::bare().unwrap();
    let args = svm.config.exchange_args(&svm.risker.pubkey(), &svm.pauser.pubkey()).unwrap();
    let (payer, admin) = (svm.payer.pubkey(), svm.admin.insecure_clone());
    let ix = instruction::initialize_exchange(&payer, &admin.pubkey(), &svm.usdc, &args);
    svm.send(&[ix], &[&admin]).unwrap();
    let grow = instruction::grow_board(&svm.exchange, &payer);
    let calls = RiskBoard::LEN.div_ceil(MAX_GROWTH) - 1;
    for _ in 0..calls {
        let list = instruction::set_product_group(&svm.exchange, &admin.pubkey(), 0, [1; 16], 0);
        assert!(svm.simulate(&[list], &[&admin]).is_err(), "a board that is not complete is of no use");
        svm.send(std::slice::from_ref(&grow), &[]).unwrap();
    }
    assert_eq!(svm.account(&svm.exchange.board).unwrap().data.len(), RiskBoard::LEN);
    assert_eq!(svm.board().exchange, svm.exchange.address);
    assert_refused(&mut svm, &[grow], &[], E::AlreadyComplete);
}

#[test]
fn a_board_takes_as_many_underlyings_as_it_has_slots() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    let like = svm.config.underlying_args(&svm.config.underlying[0]).unwrap();
    let list = |svm: &Svm, n: usize| {
        let first = FeedArgs { id: [n as u8 + 100; 32], ..like.first };
        let args = UnderlyingArgs { first, ..like };
        instruction::list_underlying(&svm.exchange, &svm.admin.pubkey(), &args)
    };
    for n in svm.config.underlying.len()..MAX_UNDERLYINGS {
        let ix = list(&svm, n);
        svm.send(&[ix], &[&admin]).unwrap();
        assert_eq!(usize::from(svm.board().board.underlying(n as u16).unwrap().index), n);
    }
    let ix = list(&svm, MAX_UNDERLYINGS);
    assert_refused(&mut svm, &[ix], &[&admin], E::NoFreeSlot);
}

#[test]
fn a_board_takes_as_many_tokens_as_it_has_slots() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    let args = CollateralArgs { name: [b'T'; 16], atoms_per_unit: 1, deposit_limit: 1, haircut: 0, underlying: BTC };
    let list = |svm: &mut Svm| {
        let mint = Address::new_unique();
        svm.create_mint(mint, 9);
        instruction::list_collateral(&svm.exchange, &svm.payer.pubkey(), &svm.admin.pubkey(), &mint, &args)
    };
    for _ in 1..MAX_TOKENS {
        let ix = list(&mut svm);
        svm.send(&[ix], &[&admin]).unwrap();
    }
    let ix = list(&mut svm);
    assert_refused(&mut svm, &[ix], &[&admin], E::NoFreeSlot);
}

#[test]
fn a_perpetual_listed_after_the_price_has_a_mark_at_once() {
    let mut svm = Svm::new().unwrap();
    svm.list_more(1).unwrap();
    let board = svm.board();
    assert_eq!(board.board.instrument(3).unwrap().mark, board.board.instrument(BTC).unwrap().mark);
    let (alice, bob) = (svm.trader("1000").unwrap(), svm.trader("1000").unwrap());
    svm.trade(&alice, &bob, 3, "40000", 1).unwrap();
    // And follows the next price, as the other of its underlying does.
    svm.advance(1);
    svm.publish(BTC, "41000").unwrap();
    let board = svm.board();
    assert_eq!(board.board.instrument(3).unwrap().mark, board.board.instrument(BTC).unwrap().mark);
}

#[test]
fn a_market_without_a_price_takes_no_order() {
    let mut svm = Svm::bare().unwrap();
    svm.initialize_exchange().unwrap();
    svm.list_all().unwrap();
    let alice = svm.trader("1000").unwrap();
    refused(&mut svm, |svm| svm.place(&alice, Order::buy(svm, BTC, "40000", 1), &[]), E::PriceMissing);
    svm.publish(BTC, "40000").unwrap();
    svm.place(&alice, Order::buy(&svm, BTC, "40000", 1), &[]).unwrap();
}

#[test]
fn a_product_group_sets_what_a_hedge_costs() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("10000").unwrap(), svm.trader("10000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    svm.trade(&bob, &alice, ETH, "2500", 16).unwrap();
    let admin = svm.admin.insecure_clone();
    let mut last = i64::MAX;
    for offset in [0, 600_000, 950_000] {
        let name = config::name("MAJORS").unwrap();
        let ix = instruction::set_product_group(&svm.exchange, &admin.pubkey(), 0, name, offset);
        svm.send(&[ix], &[&admin]).unwrap();
        let scan = svm.requirements(&alice).scan.0;
        assert!(scan < last, "more offset, less margin");
        last = scan;
    }
}

#[test]
fn a_market_grows_to_its_largest_size_and_no_further() {
    let mut svm = Svm::new().unwrap();
    let market = svm.exchange.market(BTC);
    let mut len = svm.account(&market).unwrap().data.len();
    assert_eq!(len, MAX_GROWTH);
    while len < MAX_MARKET_LEN {
        svm.grow_market(BTC).unwrap();
        let account = svm.account(&market).unwrap();
        assert_eq!(account.data.len(), MAX_MARKET_LEN.min(len + MAX_GROWTH));
        assert!(account.lamports >= svm.vm.minimum_balance_for_rent_exemption(account.data.len()));
        len = account.data.len();
    }
    refused(&mut svm, |svm| svm.grow_market(BTC), E::AlreadyComplete);
}

#[test]
fn a_sweep_moves_exactly_the_fees() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("1000").unwrap(), svm.trader("1000").unwrap());
    refused(&mut svm, |svm| svm.sweep(BTC), E::NothingToSweep);
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    // 400 dollars: 5 in ten thousand from the taker, 1 of them to the maker.
    assert_eq!(svm.market(BTC).header.unswept_fees.0, 160_000);
    svm.sweep(BTC).unwrap();
    assert_eq!((svm.market(BTC).header.unswept_fees.0, svm.treasury().fees.0), (0, 160_000));
    svm.assert_reconciled();
    refused(&mut svm, |svm| svm.sweep(BTC), E::NothingToSweep);
}

#[test]
fn a_gift_to_the_insurance_fund_counts_to_the_unit() {
    let mut svm = Svm::new().unwrap();
    svm.fund_insurance(1).unwrap();
    assert_eq!(svm.treasury().insurance.0, 25_000_000_001);
    svm.assert_reconciled();
}

#[test]
fn the_pause_authority_adds_bits_and_only_the_admin_clears_them() {
    let mut svm = Svm::new().unwrap();
    let (pauser, admin) = (svm.pauser.insecure_clone(), svm.admin.insecure_clone());
    svm.fund(&pauser.pubkey());
    let e = svm.exchange;
    let set = |who: &solana_keypair::Keypair, bits| instruction::set_pause(&e, &who.pubkey(), bits);
    let bits = |svm: &Svm| svm.decode::<Exchange>(&e.address).pause;
    svm.send(&[set(&pauser, pause::WITHDRAW)], &[&pauser]).unwrap();
    svm.send(&[set(&pauser, pause::WITHDRAW | pause::NEW_RISK)], &[&pauser]).unwrap();
    assert_eq!(bits(&svm), pause::WITHDRAW | pause::NEW_RISK);
    for fewer in [0, pause::WITHDRAW, pause::NEW_RISK, pause::NEW_RISK | pause::DEPOSIT] {
        assert_refused(&mut svm, &[set(&pauser, fewer)], &[&pauser], E::Unauthorized);
    }
    svm.send(&[set(&admin, pause::NEW_RISK)], &[&admin]).unwrap();
    assert_eq!(bits(&svm), pause::NEW_RISK);
    svm.send(&[set(&admin, 0)], &[&admin]).unwrap();
    assert_eq!(bits(&svm), 0);
}

/// Everything that a pause may stop, by name.
type Act = (&'static str, u32, fn(&mut Svm, &People) -> Result<Sent, Failed>);

struct People {
    alice: Trader,
    bob: Trader,
    poor: Trader,
    order: (u32, u64),
}

#[test]
fn each_bit_stops_what_it_names_and_nothing_else() {
    let acts: &[Act] = &[
        ("deposit", pause::DEPOSIT, |svm, p| svm.deposit_usdc(&p.alice, 1)),
        ("deposit a token", pause::DEPOSIT, |svm, p| svm.deposit_sol(&p.alice, 1)),
        ("withdraw", pause::WITHDRAW, |svm, p| svm.withdraw_usdc(&p.alice, 1)),
        ("bid", pause::NEW_RISK, |svm, p| svm.place(&p.alice, Order::buy(svm, BTC, "35000", 1), &[])),
        ("ask", pause::NEW_RISK, |svm, p| svm.place(&p.alice, Order::sell(svm, BTC, "37000", 1), &[])),
        ("reduce", 0, |svm, p| svm.place(&p.alice, Order::sell(svm, BTC, "37000", 1).reduce_only(), &[])),
        ("trade to reduce", 0, |svm, p| {
            svm.place(&p.alice, Order::sell(svm, BTC, "35900", 1).reduce_only().immediate(), &[&p.bob])
        }),
        ("cancel", 0, |svm, p| svm.cancel(&p.alice, BTC, p.order)),
        ("cancel all", 0, |svm, p| svm.cancel_all(&p.alice, BTC, 9)),
        ("liquidate", pause::LIQUIDATE | pause::DEPOSIT, |svm, p| svm.liquidate(&p.bob, &p.poor, BTC, 1)),
        ("sweep", 0, |svm, _| svm.sweep(BTC)),
        ("refresh", 0, |svm, _| svm.refresh(BTC)),
        ("grow a market", 0, |svm, _| svm.grow_market(BTC)),
        ("give to the insurance fund", 0, |svm, _| svm.fund_insurance(1)),
    ];
    for bit in [pause::DEPOSIT, pause::WITHDRAW, pause::NEW_RISK, pause::LIQUIDATE, pause::ALL] {
        for (what, stopped_by, act) in acts {
            let (mut svm, people) = everybody();
            svm.set_pause(bit).unwrap();
            println!("{what}, paused {bit}");
            if stopped_by & bit != 0 {
                refused(&mut svm, |svm| act(svm, &people), E::Paused);
            } else {
                act(&mut svm, &people).unwrap_or_else(|failed| panic!("{failed:#?}"));
            }
        }
    }
}

/// Alice is long and has an ask, Bob bids, and somebody is below maintenance.
fn everybody() -> (Svm, People) {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("100000").unwrap(), svm.trader("100000").unwrap());
    let poor = svm.trader("900").unwrap();
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    svm.trade(&poor, &bob, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "36000").unwrap();
    let order = svm.rest(&alice, Order::sell(&svm, BTC, "38000", 1)).unwrap();
    svm.rest(&bob, Order::buy(&svm, BTC, "35900", 1)).unwrap();
    (svm, People { alice, bob, poor, order })
}
