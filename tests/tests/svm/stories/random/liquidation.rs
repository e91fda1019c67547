//! Liquidations, bad debt and the insurance fund.

use super::world::{CROWD, World};
use ballast_client::ballast::{args::LiquidateArgs, events::Liquidated};
use ballast_client::{event, instruction};

impl World {
    /// Somebody tries to take something over; sometimes who is below maintenance, by who can.
    pub fn liquidate(&mut self) {
        let below = |w: &Self, t: &usize| w.svm.requirements(&w.traders[*t]).is_liquidatable();
        let candidates: Vec<usize> = (0..self.traders.len()).filter(|t| below(self, t)).collect();
        let of = match candidates.as_slice() {
            [] => self.anyone(),
            some => some[self.random.below(some.len() as u64) as usize],
        };
        let by = if self.random.one_in(5) { self.anyone() } else { CROWD };
        if by == of {
            return;
        }
        let portfolio = self.svm.portfolio(&self.traders[of]);
        let held: Vec<u16> = portfolio.open().iter().map(|p| p.key.instrument()).collect();
        // All of it mostly, else one leg; sometimes less than is needed.
        let legs: Vec<u16> = match held.as_slice() {
            [] => vec![self.instrument()],
            all if self.random.one_in(2) => all.to_vec(),
            some => vec![some[self.random.below(some.len() as u64) as usize]],
        };
        let most = if self.random.one_in(2) { 1_000_000 } else { self.random.between(20_000, 1_000_000) as u32 };
        let args = LiquidateArgs { most, tokens: self.random.below(2) as u16, whole: 0 };
        let (l, m) = (&self.traders[by], &self.traders[of]);
        let ix = instruction::liquidate(&self.svm.exchange, &l.address(), &l.margin, &m.margin, &legs, &args);
        let (key, was) = (l.key.insecure_clone(), self.requirements(&portfolio));
        let Some(sent) = self.send("liquidate", ix, &[&key]) else { return };

        let did = event::find::<Liquidated>(&sent.log)[0].clone();
        assert!(was.is_liquidatable(), "only below maintenance");
        assert!(did.maintenance_after <= did.maintenance_before, "margin does not rise");
        let freed = did.maintenance_before - did.maintenance_after;
        assert!((0..=freed / 2).contains(&did.discount), "at most half of what is freed");
        let from_account = did.discount - did.from_budget;
        assert!((0..=did.equity_before.max(0)).contains(&from_account), "and no more than there is, or the fund adds");
        if !did.tokens.is_empty() {
            self.tally.did("token liquidated", 1);
        }
        let board = self.svm.board();
        if did.positions.iter().any(|leg| board.board.instrument(leg.instrument).unwrap().is_option()) {
            self.tally.did("option liquidated", 1);
        }
        let r = self.requirements(&self.svm.portfolio(&self.traders[by]));
        assert!(r.initial_equity >= r.initial, "a liquidator ends above initial margin");
    }

    /// Somebody takes over all that another account holds and that can move.
    pub fn take_all(&mut self, by: usize, of: usize) {
        let portfolio = self.svm.portfolio(&self.traders[of]);
        let legs: Vec<u16> = portfolio.open().iter().map(|p| p.key.instrument()).collect();
        let (l, m) = (&self.traders[by], &self.traders[of]);
        let args = LiquidateArgs { tokens: u16::MAX, ..LiquidateArgs::of(0) };
        let ix = instruction::liquidate(&self.svm.exchange, &l.address(), &l.margin, &m.margin, &legs, &args);
        let key = l.key.insecure_clone();
        self.send("liquidate", ix, &[&key]);
    }

    pub fn insurance(&mut self) {
        let amount = self.random.below(5_000_000) + 1;
        self.svm.fund_insurance(amount).unwrap();
        let owing = |w: &Self, t: &usize| {
            let p = w.svm.portfolio(&w.traders[*t]);
            p.has_no_holdings() && p.cash.get() < 0
        };
        let of = (0..self.traders.len()).find(|t| owing(self, t)).unwrap_or_else(|| self.anyone());
        self.resolve(of);
    }
}
