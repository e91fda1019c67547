//! What anyone does for a market: room for more orders, and its fees to the treasury (I202).

use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::constants::{MAX_GROWTH, MAX_MARKET_LEN, MIN_MARKET_LEN},
};
use ballast_testkit::{BTC, Svm};

#[test]
fn a_market_grows_to_its_largest_size_and_no_further() {
    let mut svm = Svm::new().unwrap();
    let market = svm.exchange.market(BTC);
    let mut len = svm.account(&market).unwrap().data.len();
    // As large as a market must be for orders to rest in it, in whole growths.
    assert_eq!(len, MIN_MARKET_LEN.next_multiple_of(MAX_GROWTH));
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
    assert_eq!(svm.market(BTC).header.unswept_fees.get(), 160_000);
    svm.sweep(BTC).unwrap();
    assert_eq!((svm.market(BTC).header.unswept_fees.get(), svm.treasury().fees.get()), (0, 160_000));
    svm.assert_reconciled();
    refused(&mut svm, |svm| svm.sweep(BTC), E::NothingToSweep);
}
