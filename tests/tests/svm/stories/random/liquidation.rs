//! Liquidations, bad debt and the insurance fund.

use super::world::{CROWD, World};
use ballast_client::ballast::events::Liquidated;
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
        let instrument = match held.as_slice() {
            [] => self.instrument(),
            some => some[self.random.below(some.len() as u64) as usize],
        };
        let lots = if self.random.one_in(2) { i64::MAX } else { self.random.between(1, 50) };
        let (l, m) = (&self.traders[by], &self.traders[of]);
        let ix = instruction::liquidate(&self.svm.exchange, &l.address(), &l.margin, &m.margin, instrument, lots);
        let (key, was) = (l.key.insecure_clone(), self.requirements(&portfolio));
        let Some(sent) = self.send("liquidate", ix, &[&key]) else { return };

        let did = event::find::<Liquidated>(&sent.log)[0];
        assert!(was.is_liquidatable(), "only below maintenance");
        assert!(did.lots.abs() <= lots && did.lots != 0);
        let health = |equity: i64, maintenance: i64| equity - maintenance;
        assert!(
            health(did.equity_after, did.maintenance_after) > health(did.equity_before, did.maintenance_before),
            "health rises"
        );
        let board = self.svm.board();
        let i = board.board.instrument(instrument).unwrap();
        let u = board.board.underlying(i.underlying).unwrap();
        let per_lot = i.discount_value(u, did.lots > 0, i.mark_at(u, self.svm.now()));
        let most = did.lots.abs() * per_lot.get() / 16 / 20;
        assert!((0..=most).contains(&did.discount), "at most five per cent, of an option of its underlying");
        if i.is_option() {
            self.tally.did("option liquidated", 1);
        }
        let r = self.requirements(&self.svm.portfolio(&self.traders[by]));
        assert!(r.initial_equity >= r.initial, "a liquidator ends above initial margin");
    }

    /// Somebody tries to buy the tokens of an account, mostly of one that owes.
    pub fn liquidate_token(&mut self) {
        let owes = |w: &Self, t: &usize| {
            let r = w.svm.requirements(&w.traders[*t]);
            r.is_liquidatable() && w.svm.portfolio(&w.traders[*t]).balance(0) > 0
        };
        let of = (0..CROWD).find(|t| owes(self, t)).unwrap_or_else(|| self.anyone());
        if of == CROWD {
            return;
        }
        let (e, l) = (self.svm.exchange, &self.traders[CROWD]);
        let amount = if self.random.one_in(2) { u64::MAX } else { self.random.below(5_000_000_000) };
        let ix = instruction::liquidate_token(&e, &l.address(), &l.margin, &self.traders[of].margin, 0, amount);
        let (key, was) = (l.key.insecure_clone(), self.svm.requirements(&self.traders[of]));
        if self.send("liquidate token", ix, &[&key]).is_some() {
            let is = self.svm.requirements(&self.traders[of]);
            assert!(was.is_liquidatable() && was.owed().get() > 0, "only who owes, below maintenance");
            assert!(is.equity.get() - is.maintenance.get() > was.equity.get() - was.maintenance.get(), "health rises");
            let r = self.requirements(&self.svm.portfolio(&self.traders[CROWD]));
            assert!(r.initial_equity >= r.initial, "a liquidator ends above initial margin");
        }
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
