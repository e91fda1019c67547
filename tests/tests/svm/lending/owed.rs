//! What an account may owe, and what a settlement ahead asks of it (I341, I342).

use crate::harness::refusal::{numbers, refused};
use ballast_client::{BallastError as E, ballast::state::RiskBoard};
use ballast_testkit::{BTC, ETH, Order, SOL, Svm};

const USDC: i64 = 1_000_000;
const LAMPORTS: u64 = 1_000_000_000;

/// I341. 1,000 SOL hedged by a short perpetual, where nobody lends: the owner buys dear of a second wallet and sells to it cheap.
/// As long as cash pays for it he may; not a unit is borrowed. Without the limit he would end with nine tenths of the
/// collateral owed.
#[test]
fn hedged_collateral_is_not_lost_on_credit() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("400").unwrap(), svm.trader("1000000").unwrap());
    svm.deposit_sol(&alice, 1_000 * LAMPORTS).unwrap();
    svm.trade(&bob, &alice, SOL, "40", 10_000).unwrap();
    let mut rounds = 0;
    let failed = loop {
        svm.rest(&bob, Order::sell(&svm, SOL, "41.5", 1_000)).unwrap();
        let buy = Order::buy(&svm, SOL, "41.5", 1_000).immediate();
        if let Err(failed) = svm.place(&alice, buy, &[&bob]) {
            break failed;
        }
        svm.rest(&bob, Order::buy(&svm, SOL, "38.5", 1_000)).unwrap();
        let sell = Order::sell(&svm, SOL, "38.5", 1_000).immediate();
        if let Err(failed) = svm.place(&alice, sell, &[&bob]) {
            break failed;
        }
        rounds += 1;
    };
    assert!(failed.log.iter().any(|line| line.contains("the account would owe")), "{:#?}", failed.log);
    assert_eq!(numbers(&failed, "the account would owe").1, 0);
    let r = svm.requirements(&alice);
    assert_eq!((r.owed().get(), r.backing.get(), rounds), (0, 40_000 * USDC, 1));
    assert!(r.equity.get() >= 39_999 * USDC, "{r:?}");
    svm.assert_reconciled();
}

/// I342. A hedge that is settled in an hour counts for nothing any more, in a withdrawal and in what the program shows.
#[test]
fn what_a_settlement_leaves_is_asked_for_before() {
    let mut svm = Svm::new().unwrap();
    let (alice, bob) = (svm.trader("1000").unwrap(), svm.trader("100000").unwrap());
    svm.trade(&alice, &bob, BTC, "40000", 10).unwrap();
    svm.trade(&bob, &alice, ETH, "2500", 4).unwrap();
    let before = svm.view_margin(&alice);
    let (board, now) = (svm.exchange.board, svm.now());
    svm.modify::<RiskBoard>(&board, |account| {
        account.board.instruments[usize::from(ETH)].settles_at = now + 3_600;
        account.board.next_settlement = now + 3_600;
    });
    let (view, here) = (svm.view_margin(&alice), svm.requirements(&alice));
    assert_eq!((before.expiry, before.expiry_initial), (0, 0));
    // The outright's margin is more than the pair's in its group.
    assert!(view.expiry > 0 && view.maintenance == before.maintenance + view.expiry, "{view:?}");
    let shown = (view.maintenance, view.initial, view.expiry, view.expiry_initial);
    let computed = (here.maintenance, here.initial, here.expiry, here.expiry_initial);
    assert_eq!(shown, (computed.0.get(), computed.1.get(), computed.2.get(), computed.3.get()));
    let most = view.withdraw_equity - view.initial;
    let was = before.withdraw_equity - before.initial;
    assert!(most < was);
    refused(&mut svm, |svm| svm.withdraw_usdc(&alice, most as u64 + 1), E::BelowWithdrawalMargin);
    svm.withdraw_usdc(&alice, most as u64).unwrap();
}
