//! The main job in one test: deposit, trade, crash, liquidate, reconcile.

use ballast_client::ballast::events::{Liquidated, OrderPlaced};
use ballast_client::{BallastError, event, instruction, margin};
use ballast_testkit::{BTC, Order, Svm};

#[test]
fn a_trade_a_crash_and_a_liquidation_reconcile() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("900").unwrap();
    let bob = svm.trader("100000").unwrap();
    let liquidator = svm.trader("100000").unwrap();

    svm.rest(&bob, Order::sell(&svm, BTC, "40000", 200).post_only()).unwrap();
    let buy = Order::buy(&svm, BTC, "40010", 100).immediate();
    let sent = svm.place(&alice, buy, &[&bob]).unwrap();
    let order = &event::find::<OrderPlaced>(&sent.log)[0];
    assert_eq!((order.filled, order.value, order.fills.len()), (100, 4_000_000_000, 1));
    svm.assert_reconciled();

    let board = svm.board();
    let before = margin::requirements(&board.board, &svm.margin(&alice.margin).portfolio, svm.now()).unwrap();
    assert!(before.equity > before.initial);

    svm.advance(60);
    svm.publish(BTC, "36000").unwrap();
    let refused = svm.liquidate(&liquidator, &bob, &[BTC]).unwrap_err();
    assert_eq!(refused.ballast(), Some(BallastError::NotLiquidatable));
    let sent = svm.liquidate(&liquidator, &alice, &[BTC]).unwrap();
    let l = &event::find::<Liquidated>(&sent.log)[0];
    assert!(l.positions[0].lots > 0 && l.equity_before < l.maintenance_before && l.equity_after > l.maintenance_after);
    svm.assert_reconciled();

    let view = instruction::view_margin(&svm.exchange, &alice.margin, 0);
    let sent = svm.simulate(&[view], &[]).unwrap();
    let (head, _) = ballast_client::account::margin_view(&sent.return_data).unwrap();
    let now = margin::requirements(&svm.board().board, &svm.margin(&alice.margin).portfolio, svm.now()).unwrap();
    assert_eq!((head.equity, head.maintenance), (now.equity.get(), now.maintenance.get()));
}
