//! What transactions lock: two traders in two markets share nothing that is written but a fee payer (I279).

use ballast_client::{
    ballast::args::{BOTH_SIDES, CancelArgs},
    instruction,
};
use ballast_testkit::{BTC, ETH, Order, Svm, Trader};
use solana_address::Address;
use solana_instruction::Instruction;
use std::collections::BTreeSet;

/// What a transaction writes beside its fee payer.
fn written(payer: &Address, instructions: &[Instruction]) -> BTreeSet<Address> {
    let metas = instructions.iter().flat_map(|ix| &ix.accounts);
    metas.filter(|m| m.is_writable && m.pubkey != *payer).map(|m| m.pubkey).collect()
}

/// Every instruction on orders of a trader in a market, with one maker where orders may meet one.
fn everything(svm: &mut Svm, t: &Trader, maker: &Trader, instrument: u16, price: &str) -> Vec<Instruction> {
    let (handle, sequence) = svm.rest(t, Order::buy(svm, instrument, price, 2).client_id(7)).unwrap();
    let (e, who, old) = (svm.exchange, t.address(), CancelArgs { handle, sequence });
    let args = Order::buy(svm, instrument, price, 1).args;
    let makers = [maker.margin];
    vec![
        instruction::place_order(&e, &who, &t.margin, instrument, &makers, &args),
        instruction::cancel_order(&e, &who, &t.margin, instrument, handle, sequence),
        instruction::cancel_by_client_id(&e, &who, &t.margin, instrument, 7),
        instruction::cancel_all_orders(&e, &who, &t.margin, instrument, BOTH_SIDES, 9),
        instruction::replace_order(&e, &who, &t.margin, instrument, &makers, &old, &args),
        instruction::batch_orders(&e, &who, &t.margin, instrument, &makers, &[old], &[args, args]),
        instruction::prune_expired(&e, &t.margin, instrument, 9),
    ]
}

#[test]
fn disjoint_markets_share_no_account_that_is_written() {
    let mut svm = Svm::new().unwrap();
    let [alice, bob, carol, dave] = [(); 4].map(|()| svm.trader("100000").unwrap());
    let ours = everything(&mut svm, &alice, &bob, BTC, "39000");
    let theirs = everything(&mut svm, &carol, &dave, ETH, "2400");
    for (n, one) in ours.iter().enumerate() {
        let one_writes = written(&alice.address(), std::slice::from_ref(one));
        let expected = if one.accounts.len() == 6 { 3 } else { 2 };
        assert_eq!(one_writes.len(), expected, "instruction {n}: market and margin accounts");
        for other in &theirs {
            let other_writes = written(&carol.address(), std::slice::from_ref(other));
            assert!(one_writes.is_disjoint(&other_writes), "{one_writes:?} {other_writes:?}");
        }
    }
    // They are what they say: each goes through.
    for (instructions, t) in [(ours, &alice), (theirs, &carol)] {
        for ix in instructions {
            svm.simulate(&[ix], &[&t.key]).unwrap();
        }
    }
}

#[test]
fn an_order_that_matches_nobody_writes_the_market_and_the_margin_account() {
    let mut svm = Svm::new().unwrap();
    let alice = svm.trader("100000").unwrap();
    let order = Order::buy(&svm, BTC, "39000", 1).post_only();
    let e = svm.exchange;
    let place = instruction::place_order(&e, &alice.address(), &alice.margin, BTC, &[], &order.args);
    let batch = instruction::batch_orders(&e, &alice.address(), &alice.margin, BTC, &[], &[], &[order.args; 8]);
    for ix in [place, batch] {
        let expected: BTreeSet<_> = [e.market(BTC), alice.margin].into();
        assert_eq!(written(&alice.address(), std::slice::from_ref(&ix)), expected);
        let before = svm.program_accounts();
        svm.send(&[ix], &[&alice.key]).unwrap();
        let changed = before.iter().zip(svm.program_accounts()).filter(|((_, was), (_, is))| was != is);
        assert_eq!(changed.map(|((address, _), _)| *address).collect::<BTreeSet<_>>(), expected);
    }
}
