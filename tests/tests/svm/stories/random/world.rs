//! The exchange on which it all happens, and what must hold after every step.

use super::{
    refusals::expected_refusal,
    source::Random,
    tally::{Replay, Tally},
};
use crate::harness::refusal::{difference, snapshot};
use ballast_client::{
    ballast::state::{Exchange, Permissions},
    config::Section,
    instruction, margin,
    risk::{InterestParams, Portfolio, Ppm, Requirements},
};
use ballast_testkit::{BTC, ETH, SOL, Sent, Svm, Trader, options::SMILE};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Dollars of the traders at the start.
pub const WEALTH: [&str; 6] = ["300", "1000", "3000", "10000", "100000", "1000000"];
/// The trader who takes over what others cannot carry.
pub const CROWD: usize = WEALTH.len() - 1;
/// Cents of the prices at the start.
pub const CENTS: [i64; 3] = [4_000_000, 250_000, 4_000];
/// Index of the dated future of BTC.
pub const FUTURE: u16 = 3;
/// Indices of the options of BTC: a call and a put of each of two expiries.
pub const OPTIONS: std::ops::Range<u16> = 10..14;
/// Minutes until the future and the nearer options expire.
pub const NEAR_MINUTES: i64 = 40;

/// An exchange with traders and everybody else.
pub struct World {
    pub svm: Svm,
    pub random: Random,
    pub traders: Vec<Trader>,
    /// May trade and sign blocks for some accounts, never more.
    pub delegate: Keypair,
    pub cents: [i64; 3],
    /// Of the near and the far options; the future expires with the near ones.
    pub expiries: [i64; 2],
    pub tally: Tally,
    /// Interest that the treasury had collected after the last step.
    collected: i64,
    replay: Replay,
}

impl World {
    /// An exchange with every parameter on that can be.
    pub fn new(seed: u64) -> Self {
        let mut svm = Svm::with_config(|c| {
            c.exchange.insurance = "5".to_owned();
            c.exchange.fees.set("block_fee", "0.0002");
            c.exchange.fees.set("maker_penalty_rate", "0.001");
            c.exchange.fees.set("maker_penalty", "5");
            for p in &mut c.perpetual {
                p.contract.funding = Section::of(&[("impact_notional", "500"), ("max_basis", "0.003")]);
            }
            // A hundredth of it is a position that a seized account can have.
            c.underlying[usize::from(SOL)].params.set("liquidity", "50_000");
            // Elsewhere a crash liquidates at once.
            c.underlying[usize::from(BTC)].guard.set("max_move", "0.14");
        })
        .unwrap();
        let admin = svm.admin.insecure_clone();
        let rates = InterestParams {
            base_rate: Ppm::new(20_000),
            optimal_rate: Ppm::new(200_000),
            max_rate: Ppm::new(2_000_000),
            optimal_utilisation: Ppm::new(800_000),
            max_utilisation: Ppm::new(900_000),
            max_owed: Ppm::new(900_000),
            reserve: Ppm::new(100_000),
            epoch_seconds: 300,
        };
        let ix = instruction::set_interest(&svm.exchange, &admin.pubkey(), &rates);
        svm.send(&[ix], &[&admin]).unwrap();
        let mut traders: Vec<Trader> = WEALTH.iter().map(|usdc| svm.trader(usdc).unwrap()).collect();
        // One owner with two accounts.
        let key = traders[3].key.insecure_clone();
        traders.push(svm.sub_account(key, 1, "5000").unwrap());
        let now = svm.now();
        let near = now - now % 60 + NEAR_MINUTES * 60;
        svm.settle_at(near).unwrap();
        let expiries = [near, near + 60 * 86_400];
        svm.open_surface(BTC).unwrap();
        svm.list_future(BTC, expiries[0], FUTURE).unwrap();
        let options = svm.list_options(BTC, &expiries, &["40000"], OPTIONS.start).unwrap();
        assert_eq!(options, OPTIONS.collect::<Vec<_>>());
        for expiry in expiries {
            svm.publish_smile(BTC, expiry, &SMILE).unwrap();
        }
        svm.refresh_all_options(BTC).unwrap();
        let (random, replay) = (Random(seed), Replay::new(seed));
        let delegate = Keypair::new();
        Self { svm, random, traders, delegate, cents: CENTS, expiries, tally: Tally::default(), collected: 0, replay }
    }

    /// What happened.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// One step, and what must hold after it.
    pub fn step(&mut self) {
        self.replay.next_step();
        match self.random.below(1_000) {
            0..30 => self.deposit(),
            30..70 => self.withdraw(),
            70..80 => self.transfer_cash(),
            80..95 => self.transfer_position(),
            95..105 => self.accrue_interest(),
            105..535 => self.order(),
            535..560 => self.go_on_with_default(),
            560..600 => self.batch(),
            600..630 => self.replace(),
            630..655 => self.cancel(),
            655..660 => self.cancel_all(),
            660..670 => self.cancel_by_client_id(),
            670..680 => self.prune(),
            680..710 => self.block(),
            710..780 => self.price(),
            780..790 => self.volatility(),
            790..800 => self.refresh(),
            800..820 => {
                let seconds = self.random.between(1, 9);
                self.svm.advance(seconds);
            }
            820..880 => self.minute(),
            880..925 => self.liquidate(),
            925..955 => self.liquidate_on_book(),
            955..960 => self.crank(),
            960..975 => self.insurance(),
            975..985 => self.settle(),
            985..992 => self.delegate(),
            _ => self.govern(),
        }
        self.svm.assert_reconciled();
        self.assert_next_settlement();
        let collected = self.svm.treasury().lending.collected.get();
        self.tally.did("interest paid", usize::from(collected > std::mem::replace(&mut self.collected, collected)));
    }

    /// I350: the board's next settlement is that of a scan of all instruments.
    fn assert_next_settlement(&self) {
        let board = self.svm.board();
        let awaits = board.board.instruments.iter().filter(|i| i.is_listed() && i.settles_at != 0 && i.settled == 0);
        assert_eq!(board.board.next_settlement, awaits.map(|i| i.settles_at).min().unwrap_or(0));
    }

    pub fn portfolios(&self) -> Vec<Portfolio> {
        self.traders.iter().map(|t| self.svm.portfolio(t)).collect()
    }

    pub fn anyone(&mut self) -> usize {
        self.random.below(self.traders.len() as u64) as usize
    }

    pub fn position_of(&self, margin: &Address) -> usize {
        self.traders.iter().position(|t| t.margin == *margin).expect("a known trader")
    }

    /// Any instrument that is listed: a perpetual half of the time.
    pub fn instrument(&mut self) -> u16 {
        loop {
            let index = match self.random.below(12) {
                n @ 0..6 => [BTC, ETH, SOL][n as usize % 3],
                6 => FUTURE,
                _ => OPTIONS.start + self.random.below(OPTIONS.len() as u64) as u16,
            };
            if self.svm.board().board.instrument(index).is_ok() {
                return index;
            }
        }
    }

    /// Who signs for a trader: mostly the owner, sometimes the delegate.
    pub fn signer_of(&mut self, trader: usize, needed: Permissions) -> Keypair {
        let t = &self.traders[trader];
        let margin = self.svm.margin(&t.margin);
        let may = margin.allows(&self.delegate.pubkey(), needed, self.svm.now());
        let owner = t.key.insecure_clone();
        if may && self.random.one_in(2) { self.delegate.insecure_clone() } else { owner }
    }

    /// The owner, or a delegate who may trade.
    pub fn who_trades(&mut self, trader: usize) -> Keypair {
        self.signer_of(trader, Permissions::TRADE)
    }

    pub fn exchange(&self) -> Box<Exchange> {
        self.svm.decode(&self.svm.exchange.address)
    }

    pub fn requirements(&self, portfolio: &Portfolio) -> Requirements {
        margin::requirements(&self.svm.board().board, portfolio, self.svm.now()).unwrap()
    }

    /// Sends an instruction. A refusal must be one that such an instruction may meet, and change nothing.
    pub fn send(&mut self, what: &'static str, ix: Instruction, keys: &[&Keypair]) -> Option<Sent> {
        self.replay.note(self.svm.now(), &ix);
        let before = snapshot(&self.svm);
        match self.svm.send(&[ix], keys) {
            Ok(sent) => {
                self.tally.did(what, 1);
                Some(sent)
            }
            Err(failed) => {
                assert_eq!(difference(&before, &snapshot(&self.svm)), None, "a refusal changes nothing");
                self.tally.refused(expected_refusal(what, &failed));
                None
            }
        }
    }

    /// Whoever acted covers initial margin, or has less risk than before.
    pub fn assert_may(&self, before: &Portfolio, trader: usize, fees: i64) {
        let after = self.svm.portfolio(&self.traders[trader]);
        assert!(
            self.may(before, &after, fees),
            "trader {trader} took risk without margin:\n{:?}\n{:?}",
            self.requirements(before),
            self.requirements(&after)
        );
    }

    /// True if what changed leaves initial margin covered, or is a reduction.
    pub fn may(&self, before: &Portfolio, after: &Portfolio, fees: i64) -> bool {
        let (was, is) = (self.requirements(before), self.requirements(after));
        let health = |r: &Requirements| r.equity.get() - r.maintenance.get();
        let reduced =
            is.maintenance <= was.maintenance && is.initial <= was.initial && health(&is) + fees >= health(&was);
        is.initial_equity >= is.initial || reduced
    }
}
