//! Who may do what (I313 to I315): every instruction of an authority, tried with every other key; authorities that change
//! hands.

use super::timelock::{set_timelock, waiting};
use crate::harness::{
    refusal::{assert_refused, numbers},
    world::World,
};
use ballast_client::{
    BallastError as E,
    ballast::{
        args::{Authority, InstrumentTightenArgs},
        events::{AuthorityAccepted, AuthorityNominated},
        instruction::tag,
        state::Pause,
        state::{Delegate, Exchange, MarginAccount, Permissions},
    },
    event,
    instruction::{self, accept_authority, nominate_authority},
};
use ballast_testkit::{BTC, ETH, Svm, Trader};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

fn exchange(svm: &Svm) -> Exchange {
    *svm.decode::<Exchange>(&svm.exchange.address)
}

/// A key with SOL.
fn somebody(svm: &mut Svm) -> Keypair {
    let key = Keypair::new();
    svm.fund(&key.pubkey());
    key
}

/// Makes somebody a delegate of a trader, with every permission.
fn delegate(svm: &mut Svm, of: &Trader) -> Keypair {
    let key = somebody(svm);
    let delegate =
        Delegate { address: key.pubkey(), expires_at: i64::MAX, permissions: Permissions::all(), reserved: [0; 7] };
    svm.modify::<MarginAccount>(&of.margin, |margin| margin.delegates[0] = delegate);
    key
}

/// An exchange whose admin changed hands, with everybody who might try what is not theirs.
struct Cast {
    svm: Svm,
    expiry: i64,
    admin: Keypair,
    risker: Keypair,
    pauser: Keypair,
    /// Those who are no authority: nominees of each kind, the old admin, a trader, a delegate, a publisher.
    others: Vec<(&'static str, Keypair)>,
}

impl Cast {
    fn new() -> Self {
        let (World { mut svm, alice, bob, .. }, expiry) = World::with_options();
        let (old, new) = (svm.admin.insecure_clone(), somebody(&mut svm));
        let (e, a) = (svm.exchange, new.pubkey());
        svm.send(&[nominate_authority(&e, &old.pubkey(), Authority::Admin, &a)], &[&old]).unwrap();
        svm.send(&[accept_authority(&e, &a, Authority::Admin)], &[&new]).unwrap();
        svm.admin = new.insecure_clone();
        let mut others = vec![("the old admin", old)];
        for kind in Authority::ALL {
            let nominee = somebody(&mut svm);
            svm.send(&[nominate_authority(&e, &a, kind, &nominee.pubkey())], &[&new]).unwrap();
            others.push(("a nominee", nominee));
        }
        others.push(("a delegate", delegate(&mut svm, &bob)));
        others.push(("a publisher", svm.publisher()));
        others.push(("a trader", alice.key));
        let (risker, pauser) = (svm.risker.insecure_clone(), svm.pauser.insecure_clone());
        for key in others.iter().map(|(_, k)| k.pubkey()).chain([risker.pubkey(), pauser.pubkey()]) {
            svm.fund(&key);
        }
        Self { svm, expiry, admin: new, risker, pauser, others }
    }

    /// Tries instructions, made for a signer, with everybody but those who may.
    fn refuse_all_but(&mut self, may: &[Address], mut build: impl FnMut(&mut Svm, &Address) -> Vec<Named>) {
        let keys =
            [("the admin", &self.admin), ("the risk authority", &self.risker), ("the pause authority", &self.pauser)];
        let keys = keys.into_iter().chain(self.others.iter().map(|(who, key)| (*who, key)));
        let mut tried = 0;
        for (who, key) in keys.filter(|(_, key)| !may.contains(&key.pubkey())) {
            for (what, ix) in build(&mut self.svm, &key.pubkey()) {
                println!("{who}: {what}");
                assert_refused(&mut self.svm, &[ix], &[key], E::Unauthorized);
                tried += 1;
            }
        }
        assert!(tried > 0);
    }
}

type Named = (&'static str, Instruction);

/// What only the admin may do: whatever waits for the timelock, and the rest.
fn of_admin(svm: &mut Svm, who: &Address, expiry: i64) -> Vec<Named> {
    let (e, from) = (svm.exchange, svm.payer.pubkey());
    let mut all = waiting(svm, who, expiry, 9);
    all.push(("relax_underlying", instruction::relax_underlying(&e, who, ETH, 180_001)));
    all.push(("relax_instrument", instruction::relax_instrument(&e, who, ETH)));
    all.push(("clear a pause", instruction::set_pause(&e, who, Pause::empty())));
    all.push(("propose_change", instruction::propose_change(&e, &from, who, 5, who, &[tag::CHANGE_FEES])));
    all.push(("cancel_change", instruction::cancel_change(&e, who, 4, &from)));
    for kind in Authority::ALL {
        all.push(("nominate_authority", nominate_authority(&e, who, kind, who)));
    }
    all
}

/// I314.
#[test]
fn only_the_admin_does_what_is_the_admins() {
    let mut cast = Cast::new();
    let (svm, admin, expiry) = (&mut cast.svm, cast.admin.insecure_clone(), cast.expiry);
    let (e, from) = (svm.exchange, svm.payer.pubkey());
    svm.set_pause(Pause::WITHDRAW).unwrap();
    let tighten = instruction::tighten_underlying(&e, &cast.risker.pubkey(), ETH, 198_000);
    let limits = svm.board().board.instrument(ETH).unwrap().limits;
    let args = InstrumentTightenArgs {
        max_position: limits.max_position.get(),
        open_interest_cap: limits.open_interest_cap.get(),
        reduce_only: 1,
    };
    let close = instruction::tighten_instrument(&e, &cast.risker.pubkey(), ETH, &args);
    svm.send(&[tighten, close], &[&cast.risker]).unwrap();
    let proposal = instruction::propose_change(&e, &from, &admin.pubkey(), 4, &from, &[tag::CHANGE_FEES]);
    svm.send(&[proposal], &[&admin]).unwrap();
    for (what, ix) in of_admin(svm, &admin.pubkey(), expiry) {
        svm.simulate(&[ix], &[&admin]).unwrap_or_else(|f| panic!("{what}: {f:#?}"));
    }
    cast.refuse_all_but(&[admin.pubkey()], |svm, who| of_admin(svm, who, expiry));
}

/// I314. The risk authority tightens, and nobody else does: the admin has its own instructions, which wait.
#[test]
fn only_the_risk_authority_tightens() {
    let mut cast = Cast::new();
    let risker = cast.risker.insecure_clone();
    let build = |svm: &mut Svm, who: &Address| -> Vec<Named> {
        let e = svm.exchange;
        let args = InstrumentTightenArgs { max_position: 100_000, open_interest_cap: 1, reduce_only: 1 };
        vec![
            ("tighten_underlying", instruction::tighten_underlying(&e, who, BTC, 165_000)),
            ("tighten_instrument", instruction::tighten_instrument(&e, who, BTC, &args)),
            ("tighten_collateral", instruction::tighten_collateral(&e, who, 0, 1)),
        ]
    };
    for (what, ix) in build(&mut cast.svm, &risker.pubkey()) {
        cast.svm.simulate(&[ix], &[&risker]).unwrap_or_else(|f| panic!("{what}: {f:#?}"));
    }
    cast.refuse_all_but(&[risker.pubkey()], build);
}

/// I314.
#[test]
fn only_the_pause_authority_and_the_admin_pause() {
    let mut cast = Cast::new();
    let (admin, pauser) = (cast.admin.insecure_clone(), cast.pauser.insecure_clone());
    let build = |svm: &mut Svm, who: &Address| -> Vec<Named> {
        [Pause::DEPOSIT, Pause::WITHDRAW, Pause::NEW_RISK, Pause::LIQUIDATE, Pause::all(), Pause::empty()]
            .map(|bits| ("set_pause", instruction::set_pause(&svm.exchange, who, bits)))
            .to_vec()
    };
    for key in [&admin, &pauser] {
        for (what, ix) in build(&mut cast.svm, &key.pubkey()) {
            cast.svm.simulate(&[ix], &[key]).unwrap_or_else(|f| panic!("{what}: {f:#?}"));
        }
    }
    cast.refuse_all_but(&[admin.pubkey(), pauser.pubkey()], build);
}

/// I315.
#[test]
fn an_authority_changes_hands_in_two_steps() {
    let mut svm = Svm::new().unwrap();
    let (e, admin) = (svm.exchange, svm.admin.insecure_clone());
    // The admin last: it is who nominates.
    for kind in [Authority::Risk, Authority::Pause, Authority::Admin] {
        let holder = |svm: &Svm| {
            let e = exchange(svm);
            [e.admin, e.risk_authority, e.pause_authority][kind as usize]
        };
        let (first, second, before) = (somebody(&mut svm), somebody(&mut svm), holder(&svm));
        let nominate = |who: Address| nominate_authority(&e, &admin.pubkey(), kind, &who);
        let accept = |who: &Keypair| accept_authority(&e, &who.pubkey(), kind);
        assert_refused(&mut svm, &[accept(&first)], &[&first], E::NotNominated);
        let sent = svm.send(&[nominate(first.pubkey())], &[&admin]).unwrap();
        let told = event::find::<AuthorityNominated>(&sent.log)[0];
        assert_eq!((told.who, told.kind), (first.pubkey(), kind as u8));
        assert_eq!(holder(&svm), before, "nothing changes until the nominee accepts");
        // Another nomination takes the place of the first; a nomination is for one authority.
        svm.send(&[nominate(second.pubkey())], &[&admin]).unwrap();
        assert_refused(&mut svm, &[accept(&first)], &[&first], E::NotNominated);
        for other in Authority::ALL.into_iter().filter(|k| *k != kind) {
            let ix = accept_authority(&e, &second.pubkey(), other);
            assert_refused(&mut svm, &[ix], &[&second], E::NotNominated);
        }
        // Withdrawn.
        svm.send(&[nominate(Address::default())], &[&admin]).unwrap();
        assert_refused(&mut svm, &[accept(&second)], &[&second], E::NotNominated);
        svm.send(&[nominate(second.pubkey())], &[&admin]).unwrap();
        let sent = svm.send(&[accept(&second)], &[&second]).unwrap();
        let told = event::find::<AuthorityAccepted>(&sent.log)[0];
        assert_eq!((told.before, told.who, told.kind), (before, second.pubkey(), kind as u8));
        assert_eq!(holder(&svm), second.pubkey());
        assert_refused(&mut svm, &[accept(&second)], &[&second], E::NotNominated);
    }
}

/// I315. Who stole the admin's key does not shut its owner out before anybody notices; the other keys change hands at once.
#[test]
fn an_admin_accepts_a_timelock_after_the_nomination() {
    let mut svm = Svm::new().unwrap();
    let (e, admin) = (svm.exchange, svm.admin.insecure_clone());
    let new = somebody(&mut svm);
    set_timelock(&mut svm, 3_600).unwrap();
    let nominate = |kind| nominate_authority(&e, &admin.pubkey(), kind, &new.pubkey());
    for kind in [Authority::Risk, Authority::Pause] {
        svm.send(&[nominate(kind), accept_authority(&e, &new.pubkey(), kind)], &[&admin, &new]).unwrap();
    }
    let accept = [accept_authority(&e, &new.pubkey(), Authority::Admin)];
    svm.send(&[nominate(Authority::Admin)], &[&admin]).unwrap();
    svm.advance(3_599);
    let failed = assert_refused(&mut svm, &accept, &[&new], E::ChangeNotReady);
    assert_eq!(numbers(&failed, "ready at"), (svm.now() + 1, svm.now()));
    // Another nomination waits anew; that of a risk authority changes nothing.
    svm.send(&[nominate(Authority::Admin)], &[&admin]).unwrap();
    svm.advance(3_599);
    svm.send(&[nominate(Authority::Risk)], &[&admin]).unwrap();
    assert_refused(&mut svm, &accept, &[&new], E::ChangeNotReady);
    svm.advance(1);
    svm.send(&accept, &[&new]).unwrap();
    assert_eq!(exchange(&svm).admin, new.pubkey());
}

/// I315.
#[test]
fn what_an_old_admin_nominated_is_void() {
    let mut svm = Svm::new().unwrap();
    let (e, old) = (svm.exchange, svm.admin.insecure_clone());
    let (new, friend) = (somebody(&mut svm), somebody(&mut svm));
    for (kind, who) in [(Authority::Risk, &friend), (Authority::Pause, &friend), (Authority::Admin, &new)] {
        svm.send(&[nominate_authority(&e, &old.pubkey(), kind, &who.pubkey())], &[&old]).unwrap();
    }
    svm.send(&[accept_authority(&e, &new.pubkey(), Authority::Admin)], &[&new]).unwrap();
    assert_eq!(exchange(&svm).nominated, [Address::default(); 3]);
    for kind in [Authority::Risk, Authority::Pause] {
        assert_refused(&mut svm, &[accept_authority(&e, &friend.pubkey(), kind)], &[&friend], E::NotNominated);
    }
}
