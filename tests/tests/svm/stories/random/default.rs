//! Notice, receivership, and what becomes of bad debt (I366 to I371).

use super::world::World;
use crate::harness::refusal::refused;
use ballast_client::{
    BallastError as E,
    ballast::events::{AccountReleased, AccountSeized, BadDebtResolved},
    event, instruction,
    risk::liquidation::Episode,
};
use ballast_testkit::{BTC, ETH, SOL};

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
            5 => self.release(of),
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

    /// The end of a world: whatever debt is left and can be resolved, is, and then there is none, or nobody lends anything.
    pub fn end(&mut self) {
        self.svm.set_time(self.svm.now() + 1);
        for of in 0..self.traders.len() {
            let p = self.svm.portfolio(&self.traders[of]);
            if p.has_no_holdings() && p.cash.get() < 0 {
                self.resolve(of);
                if self.svm.portfolio(&self.traders[of]).cash.get() >= 0 {
                    let t = &self.traders[of];
                    refused(&mut self.svm, |svm| svm.resolve_bad_debt(t), E::NoBadDebt);
                }
            }
        }
        self.svm.assert_reconciled();
    }
}
