//! Pauses: who sets them, and what each stops (I202, I205).

use crate::harness::refusal::{assert_refused, refused};
use ballast_client::{
    BallastError as E,
    ballast::state::{Exchange, Pause},
    instruction,
};
use ballast_testkit::{BTC, Failed, Order, Sent, Svm, Trader};
use solana_signer::Signer;

/// I202.
#[test]
fn the_pause_authority_adds_bits_and_only_the_admin_clears_them() {
    let mut svm = Svm::new().unwrap();
    let (pauser, admin) = (svm.pauser.insecure_clone(), svm.admin.insecure_clone());
    svm.fund(&pauser.pubkey());
    let e = svm.exchange;
    let set = |who: &solana_keypair::Keypair, bits| instruction::set_pause(&e, &who.pubkey(), bits);
    let bits = |svm: &Svm| svm.decode::<Exchange>(&e.address).pause;
    svm.send(&[set(&pauser, Pause::WITHDRAW)], &[&pauser]).unwrap();
    svm.send(&[set(&pauser, Pause::WITHDRAW | Pause::NEW_RISK)], &[&pauser]).unwrap();
    assert_eq!(bits(&svm), Pause::WITHDRAW | Pause::NEW_RISK);
    for fewer in [Pause::empty(), Pause::WITHDRAW, Pause::NEW_RISK, Pause::NEW_RISK | Pause::DEPOSIT] {
        assert_refused(&mut svm, &[set(&pauser, fewer)], &[&pauser], E::Unauthorized);
    }
    svm.send(&[set(&admin, Pause::NEW_RISK)], &[&admin]).unwrap();
    assert_eq!(bits(&svm), Pause::NEW_RISK);
    svm.send(&[set(&admin, Pause::empty())], &[&admin]).unwrap();
    assert_eq!(bits(&svm), Pause::empty());
}

/// Everything that a pause may stop, by name.
type Act = (&'static str, Pause, fn(&mut Svm, &People) -> Result<Sent, Failed>);

struct People {
    alice: Trader,
    bob: Trader,
    poor: Trader,
    order: (u32, u64),
}

/// I205.
#[test]
fn each_bit_stops_what_it_names_and_nothing_else() {
    let acts: &[Act] = &[
        ("deposit", Pause::DEPOSIT, |svm, p| svm.deposit_usdc(&p.alice, 1)),
        ("deposit a token", Pause::DEPOSIT, |svm, p| svm.deposit_sol(&p.alice, 1)),
        ("withdraw", Pause::WITHDRAW, |svm, p| svm.withdraw_usdc(&p.alice, 1)),
        ("bid", Pause::NEW_RISK, |svm, p| svm.place(&p.alice, Order::buy(svm, BTC, "35000", 1), &[])),
        ("ask", Pause::NEW_RISK, |svm, p| svm.place(&p.alice, Order::sell(svm, BTC, "37000", 1), &[])),
        ("reduce", Pause::empty(), |svm, p| svm.place(&p.alice, Order::sell(svm, BTC, "37000", 1).reduce_only(), &[])),
        ("trade to reduce", Pause::empty(), |svm, p| {
            svm.place(&p.alice, Order::sell(svm, BTC, "35900", 1).reduce_only().immediate(), &[&p.bob])
        }),
        ("cancel", Pause::empty(), |svm, p| svm.cancel(&p.alice, BTC, p.order)),
        ("cancel all", Pause::empty(), |svm, p| svm.cancel_all(&p.alice, BTC, 9)),
        ("liquidate", Pause::LIQUIDATE | Pause::DEPOSIT, |svm, p| svm.liquidate(&p.bob, &p.poor, &[BTC])),
        ("sweep", Pause::empty(), |svm, _| svm.sweep(BTC)),
        ("refresh", Pause::empty(), |svm, _| svm.refresh(BTC)),
        ("grow a market", Pause::empty(), |svm, _| svm.grow_market(BTC)),
        ("give to the insurance fund", Pause::empty(), |svm, _| svm.fund_insurance(1)),
    ];
    for bit in [Pause::DEPOSIT, Pause::WITHDRAW, Pause::NEW_RISK, Pause::LIQUIDATE, Pause::all()] {
        for (what, stopped_by, act) in acts {
            let (mut svm, people) = everybody();
            svm.set_pause(bit).unwrap();
            println!("{what}, paused {bit:?}");
            if stopped_by.intersects(bit) {
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
