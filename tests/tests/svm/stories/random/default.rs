//! Notice, receivership, and what becomes of bad debt (I366 to I371).

use super::world::{CROWD, World};
use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::{
        events::{AccountReleased, AccountSeized, BadDebtResolved},
        state::Pause,
    },
    event, instruction,
    risk::liquidation::{Episode, SEIZURE_NOTICE_SECONDS, UNTAKEN_SECONDS},
};
use ballast_testkit::{BTC, ETH, SOL};
use solana_signer::Signer;

impl World {
    /// Somebody goes on with a default, mostly of an account that is in one.
    pub fn go_on_with_default(&mut self) {
        let in_default = |w: &Self, t: &usize| {
            let seized = w.svm.margin(&w.traders[*t].margin).episode.is_seized();
            seized || w.svm.requirements(&w.traders[*t]).is_liquidatable()
        };
        let candidates: Vec<usize> = (0..self.traders.len()).filter(|t| in_default(self, t)).collect();
        let of = match candidates.as_slice() {
            [] => self.anyone(),
            some => some[self.random.below(some.len() as u64) as usize],
        };
        match self.random.below(8) {
            0..2 => self.give_notice(of),
            2..5 => self.seize(of),
            5 => {
                if self.random.one_in(2) {
                    self.rescue(of);
                } else {
                    self.release(of);
                }
            }
            6 => self.resolve(of),
            _ => {
                let instrument = [BTC, ETH, SOL][self.random.below(3) as usize];
                let ix = instruction::wind_down_seized(&self.svm.exchange, &self.traders[of].margin, instrument);
                self.send("wind down seized", ix, &[]);
            }
        }
    }

    fn episode(&self, of: usize) -> Episode {
        self.svm.margin(&self.traders[of].margin).episode
    }

    fn give_notice(&mut self, of: usize) {
        let (was, r) = (self.episode(of), self.svm.requirements(&self.traders[of]));
        let ix = instruction::give_notice(&self.svm.exchange, &self.traders[of].margin);
        if self.send("notice", ix, &[]).is_some() {
            let is = self.episode(of);
            assert!(r.is_liquidatable() && is.seen_at == self.svm.now() || was != is && is == Episode::default());
        }
    }

    /// The fund pays what is lacking, as far as it goes; the rest is shared at once.
    fn seize(&mut self, of: usize) {
        let fund = self.svm.treasury().insurance.get();
        let r = self.svm.requirements(&self.traders[of]);
        let ix = instruction::seize(&self.svm.exchange, &self.traders[of].margin);
        let Some(sent) = self.send("seize", ix, &[]) else { return };
        let did = event::find::<AccountSeized>(&sent.log)[0];
        let lacking = (-did.equity - self.svm.portfolio(&self.traders[of]).accrued_interest.get()).max(0);
        assert!(r.is_liquidatable() && [0, fund.min(lacking)].contains(&did.paid), "nothing at prices in doubt");
        assert_eq!(did.paid + did.uncovered, lacking);
        assert!(did.equity * 10 < did.maintenance || did.budget == 0, "no budget where equity covers a tenth");
        if did.uncovered > 0 {
            self.resolve(of);
        }
    }

    /// Pays and shares what an account lacks. Nobody is below zero after it for whom anybody lends anything.
    pub fn resolve(&mut self, of: usize) {
        let markets = self.svm.sharing_markets(&self.traders[of]);
        let ix = instruction::resolve_bad_debt(&self.svm.exchange, &self.traders[of].margin, &markets);
        let Some(sent) = self.send("resolve", ix, &[]) else { return };
        let did = event::find::<BadDebtResolved>(&sent.log)[0];
        let interest = self.svm.portfolio(&self.traders[of]).accrued_interest.get();
        let equity = self.svm.requirements(&self.traders[of]).equity.get();
        assert_eq!((equity + interest).min(0), -did.uncovered);
        let lending = self.svm.treasury().lending;
        assert!(did.uncovered == 0 || lending.lent == lending.receivable, "somebody lends, and bears nothing of it");
        self.tally.did("debt shared", usize::from(did.shared > 0));
        self.tally.did("debt of lenders", usize::from(did.lenders > 0));
    }

    fn release(&mut self, of: usize) {
        let was = self.episode(of);
        let sold = self.svm.portfolio(&self.traders[of]).has_no_holdings();
        let ix = instruction::release(&self.svm.exchange, &self.traders[of].margin);
        if let Some(sent) = self.send("release", ix, &[]) {
            let r = self.svm.requirements(&self.traders[of]);
            let did = event::find::<AccountReleased>(&sent.log)[0];
            let target = r.target(&self.svm.board().board.params).unwrap();
            assert!(r.initial_equity >= r.initial || r.equity >= target);
            assert!(sold || did.repaid == was.claims().unwrap().get(), "others are repaid first");
            assert_eq!(self.episode(of), Episode::default());
        }
    }

    /// Whoever is seized is released, having been given what is missing, where it is not too much.
    fn rescue(&mut self, of: usize) {
        let claims = self.episode(of).claims().unwrap().get();
        let r = self.svm.requirements(&self.traders[of]);
        let missing = (r.initial.get() + claims - r.initial_equity.get()).max(0) as u64 + 1;
        if self.episode(of).is_seized() && missing < 1_000_000_000_000 {
            self.svm.deposit_usdc(&self.traders[of], missing).unwrap();
            self.release(of);
        }
    }

    /// The end of a world: a last crash, and every default to its end. Who can be seized, is; what nobody took in a day is wound down and
    /// settled; what is left is sold or rescued. After each step nobody is below zero for whom anybody could still pay.
    pub fn end(&mut self) {
        let admin = self.svm.admin.insecure_clone();
        let reopen = instruction::set_pause(&self.svm.exchange, &admin.pubkey(), Pause::empty());
        self.send("pause", reopen, &[&admin]);
        self.all_fresh();
        let over = self.overreach();
        for u in [BTC, ETH] {
            self.jump(u);
        }
        let cents = &mut self.cents[usize::from(SOL)];
        *cents -= over * *cents * 45 / 100;
        self.svm.advance(SEIZURE_NOTICE_SECONDS);
        self.all_fresh();
        self.pay_every_debt();

        self.svm.advance(UNTAKEN_SECONDS);
        self.settle();
        self.all_fresh();
        self.wind_down();
        self.all_fresh();
        self.pay_every_debt();

        for of in 0..self.traders.len() {
            if of != CROWD && self.episode(of).is_seized() {
                self.take_all(CROWD, of);
                self.all_fresh();
                self.rescue(of);
            }
        }
        self.all_fresh();
        self.pay_every_debt();
    }

    /// Two newcomers buy, or sell, as much SOL as their margin allows, from who has the most. Returns the sign of what they hold.
    fn overreach(&mut self) -> i64 {
        let sign = if self.random.one_in(2) { 1 } else { -1 };
        let cents = self.cents[usize::from(SOL)];
        let price = format!("{}.{:02}", cents / 100, cents % 100);
        for usdc in ["1000", "2000"] {
            let t = self.svm.trader(usdc).unwrap();
            let crowd = &self.traders[CROWD];
            let mut sizes = (0..96).rev().map(|n| sign * (1 << (n / 4)) * (4 + n % 4) / 4);
            let took = sizes.any(|lots| lots != 0 && self.svm.block(&t, crowd, &[(SOL, lots, &price)]).is_ok());
            self.tally.did("overreach", usize::from(took));
            self.traders.push(t);
        }
        sign
    }

    /// Seizes whoever can be, and has every debt paid and shared; then nobody is below zero, or nobody has anything left to pay it with.
    fn pay_every_debt(&mut self) {
        // What one could not pay may take another below zero, who bears a part of it.
        let mut lacking = true;
        for _ in 0..self.traders.len() {
            if !lacking {
                break;
            }
            for of in 0..self.traders.len() {
                self.seize(of);
                self.resolve(of);
            }
            lacking = self.traders.iter().any(|t| self.svm.requirements(t).equity.get() < 0);
        }
        for of in 0..self.traders.len() {
            let p = self.svm.portfolio(&self.traders[of]);
            let equity = self.svm.requirements(&self.traders[of]).equity.get() + p.accrued_interest.get();
            let treasury = self.svm.treasury();
            let all_paid = treasury.insurance.get() == 0 && treasury.lending.lent == treasury.lending.receivable;
            assert!(equity >= 0 || all_paid, "trader {of} lacks {equity}, and somebody could pay it");
            if equity >= 0 && p.has_no_holdings() && p.accrued_interest.is_zero() {
                let t = &self.traders[of];
                refused(&mut self.svm, |svm| svm.resolve_bad_debt(t), E::NoBadDebt);
            }
        }
        self.svm.assert_reconciled();
    }

    /// Winds down every perpetual that nobody took, and settles it.
    fn wind_down(&mut self) {
        let perpetuals = [BTC, ETH, SOL];
        for of in 0..self.traders.len() {
            for instrument in perpetuals {
                let ix = instruction::wind_down_seized(&self.svm.exchange, &self.traders[of].margin, instrument);
                self.send("wind down seized", ix, &[]);
            }
        }
        for instrument in perpetuals {
            let i = *self.svm.board().board.instrument(instrument).unwrap();
            if i.settles_at == 0 {
                continue;
            }
            self.svm.set_time(self.svm.now().max(i.settles_at));
            self.sample_the_rest(i.underlying, i.settles_at);
            let ix = instruction::settle_expiry(&self.svm.exchange, i.underlying, &[instrument]);
            assert!(self.send("settle expiry", ix, &[]).is_some());
            for t in 0..self.traders.len() {
                let ix = instruction::settle_position(&self.svm.exchange, &self.traders[t].margin, instrument);
                self.send("settle", ix, &[]);
                assert_eq!(self.svm.lots(&self.traders[t], instrument), 0);
            }
        }
        self.settle();
    }
}
