//! What the client says that `liquidate_on_book`, `release` and `wind_down_seized` will do is what they do (I386, I369, I372).

use super::receivership::{Scene, USDC, copy, the_event};
use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        events::{AccountReleased, LiquidatedOnBook, PerpetualWoundDown},
        state::Exchange,
    },
    on_book::BookLiquidation,
    receivership,
    risk::{Lots, RiskError, Ticks},
};
use ballast_testkit::{BTC, Order, Svm, Trader};

/// The account after the fills of an event, as the client computes it from the accounts before them.
#[test]
fn a_close_on_the_book_comes_to_what_was_said() {
    for (lots, bids) in [(i64::MAX, &[("35950", 7), ("35900", 1_000)][..]), (20, &[("35950", 7)])] {
        let mut s = Scene::with_fund("25000").at("36000");
        let (alice, bob, carol) = (copy(&s.alice), copy(&s.bob), copy(&s.carol));
        for (price, lots) in bids {
            let bid = Order::buy(&s.svm, BTC, price, *lots);
            s.svm.rest(&bob, bid.post_only()).unwrap();
        }
        let svm = &mut s.svm;
        let (board, account, market) = (svm.board(), svm.margin(&alice.margin), svm.market(BTC));
        let fees = svm.decode::<Exchange>(&svm.exchange.address).fees;
        let close = BookLiquidation {
            board: &board.board,
            account: &account,
            market: &market.header,
            max_lots: lots,
            taker_fee: fees.taker_fee,
            now: svm.now(),
        };
        let order = close.order().unwrap();
        let did: LiquidatedOnBook = the_event(&svm.liquidate_on_book(&carol, &alice, BTC, lots, &[&bob]).unwrap());
        assert_eq!(order.price.get(), did.price);
        let fills: Vec<_> = did.fills.iter().map(|f| (Lots::new(f.lots), Ticks::new(f.price))).collect();
        let closed = close.after(&order, &fills).unwrap();
        assert_eq!((closed.discount.get(), closed.reward.get()), (did.discount, did.reward));
        let after = (closed.after.equity.get(), closed.after.maintenance.get());
        assert_eq!(after, (did.equity_after, did.maintenance_after));
        assert!(order.lots.get() >= did.lots && did.reward > 0);
        s.svm.assert_reconciled();
    }
}

fn release(svm: &Svm, t: &Trader) -> Result<receivership::Released, RiskError> {
    receivership::release(&svm.board().board, &svm.treasury(), &svm.margin(&t.margin), svm.now())
}

#[test]
fn a_release_repays_and_leaves_what_was_said() {
    let mut s = Scene::with_fund("25000").at("20000"); // −1,100 of 300
    let alice = copy(&s.alice);
    s.seize();
    assert!(matches!(release(&s.svm, &alice), Err(RiskError::BelowInitialMargin { .. })));
    refused(&mut s.svm, |svm| svm.release(&alice), E::BelowInitialMargin);
    s.svm.deposit_usdc(&alice, 1_430_000_000).unwrap();
    s.svm.advance(11);
    assert!(matches!(release(&s.svm, &alice), Err(RiskError::StalePrice { .. })));
    refused(&mut s.svm, |svm| svm.release(&alice), E::PriceStale);
    s.svm.refresh_all();
    let said = release(&s.svm, &alice).unwrap();
    let did: AccountReleased = the_event(&s.svm.release(&alice).unwrap());
    assert_eq!((said.repaid.get(), did.repaid), (1_100 * USDC, 1_100 * USDC));
    assert_eq!(said.left.equity, s.svm.requirements(&alice).equity);
}

#[test]
fn a_wind_down_is_due_when_it_was_said() {
    let mut svm = Svm::with_config(|c| c.underlying[0].params.set("liquidity", "400_000")).unwrap();
    let [alice, bob] = ["902", "100000"].map(|usdc| svm.trader(usdc).unwrap());
    svm.trade(&bob, &alice, BTC, "40000", 100).unwrap();
    svm.advance(1);
    svm.publish(BTC, "52000").unwrap();
    let due = |svm: &Svm| {
        let (board, market) = (svm.board(), svm.market(BTC));
        receivership::wind_down(&board.board, &market.header, &svm.margin(&alice.margin), svm.now())
    };
    svm.seize(&alice).unwrap();
    for (seconds, price) in [(86_399, "52000"), (1, "39000")] {
        svm.advance(seconds);
        svm.publish(BTC, price).unwrap();
        assert!(matches!(due(&svm), Err(RiskError::WindDownNotDue { .. })), "{seconds}");
        refused(&mut svm, |svm| svm.wind_down_seized(&alice, BTC), E::WindDownNotDue);
    }
    svm.advance(1);
    svm.publish(BTC, "52000").unwrap();
    let said = due(&svm).unwrap();
    let did: PerpetualWoundDown = the_event(&svm.wind_down_seized(&alice, BTC).unwrap());
    assert_eq!(did.settles_at, said);
    assert_eq!(due(&svm), Err(RiskError::AlreadySettled));
}
