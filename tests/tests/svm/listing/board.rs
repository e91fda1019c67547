//! What a board has room for, and what its instruments are listed with.

use crate::harness::refusal::{assert_refused, refused};
use ballast_client::{
    BallastError as E,
    ballast::args::{CollateralArgs, UnderlyingArgs},
    config, instruction,
    risk::{Feed, MAX_TOKENS, MAX_UNDERLYINGS, Ppm, TokenParams},
};
use ballast_testkit::{BTC, ETH, Order, Svm};
use solana_address::Address;
use solana_signer::Signer;

#[test]
fn a_board_takes_as_many_underlyings_as_it_has_slots() {
    let mut svm = Svm::new().unwrap();
    let admin = svm.admin.insecure_clone();
    let like = svm.config.underlying_args(&svm.config.underlying[0]).unwrap();
    let list = |svm: &Svm, n: usize| {
        let first = Feed { id: [n as u8 + 100; 32], ..like.first };
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
    let args = CollateralArgs {
        name: [b'T'; 16],
        params: TokenParams { deposit_limit: 1, haircut: Ppm::new(0), reserved: 0 },
        underlying: BTC,
    };
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
    for offset in [0, 600_000, 900_000] {
        let name = config::name("MAJORS").unwrap();
        let ix =
            instruction::set_product_group(&svm.exchange, &admin.pubkey(), 0, name, &ballast_testkit::offset(offset));
        svm.send(&[ix], &[&admin]).unwrap();
        let scan = svm.requirements(&alice).scan.get();
        assert!(scan < last, "more offset, less margin");
        last = scan;
    }
}
