//! Where the tables of bad input play: two exchanges and two traders.

use crate::harness::refusal::Expected;
use ballast_client::{BallastError as E, instruction, pda::Exchange};
use ballast_testkit::{BTC, ETH, Svm, Trader, options::SMILE};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Two exchanges, two traders on the first, and whoever pays.
pub struct World {
    pub svm: Svm,
    pub other: Exchange,
    pub alice: Trader,
    pub bob: Trader,
    /// Alice's account on the other exchange.
    pub abroad: Address,
    pub payer: Keypair,
    pub admin: Keypair,
}

impl World {
    pub fn new() -> Self {
        let mut svm = Svm::new().unwrap();
        let other = svm.another_exchange(2).unwrap();
        let alice = svm.trader("100000").unwrap();
        let bob = svm.trader("100000").unwrap();
        let open = instruction::open_margin_account(&other, &svm.payer.pubkey(), &alice.address(), 0);
        svm.send(&[open], &[&alice.key]).unwrap();
        let payer = Keypair::new();
        svm.fund(&payer.pubkey());
        let admin = svm.admin.insecure_clone();
        let abroad = other.margin(&alice.address(), 0);
        Self { svm, other, alice, bob, abroad, payer, admin }
    }

    /// As [`World::new`]; both exchanges have options of 40,000 and 2,500 dollars that expire at the time returned: a call
    /// and a put of BTC from index 10 on, of ETH from 20 on. They are priced on the first exchange only.
    pub fn with_options() -> (Self, i64) {
        let mut world = Self::new();
        let expiry = world.svm.now() + 7 * 86_400;
        let svm = &mut world.svm;
        for exchange in [world.other, svm.exchange] {
            let here = std::mem::replace(&mut svm.exchange, exchange);
            for (underlying, strike, first) in [(BTC, "40000", 10), (ETH, "2500", 20)] {
                svm.open_surface(underlying).unwrap();
                svm.list_options(underlying, &[expiry], &[strike], first).unwrap();
                svm.publish_smile(underlying, expiry, &SMILE).unwrap();
            }
            svm.exchange = here;
        }
        for underlying in [BTC, ETH] {
            svm.refresh_all_options(underlying).unwrap();
        }
        (world, expiry)
    }
}

/// What is changed in an instruction's arguments, how, and what that is refused with.
pub type Change<T> = (&'static str, fn(&mut T), E);

/// The instructions that changed arguments make.
pub fn refusals<T>(
    base: T,
    build: impl Fn(&T) -> Instruction,
    changes: &[Change<T>],
) -> Vec<(&'static str, Instruction, Expected)>
where
    T: Copy,
{
    let changed = changes.iter().map(|(what, change, error)| {
        let mut args = base;
        change(&mut args);
        (*what, build(&args), Expected::from(*error))
    });
    changed.collect()
}
