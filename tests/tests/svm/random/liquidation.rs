//! Liquidations, bad debt and the insurance fund.

use super::world::{CROWD, World};
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

        let did = event::liquidations(&sent.log)[0];
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
        let most = did.lots.abs() * per_lot / 16 / 20;
        assert!((0..=most).contains(&did.discount), "at most five per cent, of an option of its underlying");
        if i.is_option() {
            self.tally.did("option liquidated", 1);
        }
        let r = self.requirements(&self.svm.portfolio(&self.traders[by]));
        assert!(r.initial_equity >= r.initial, "a liquidator ends above initial margin");
    }

    pub fn insurance(&mut self) {
        let amount = self.random.below(5_000_000) + 1;
        self.svm.fund_insurance(amount).unwrap();
        let owing = |w: &Self, t: &usize| {
            let p = w.svm.portfolio(&w.traders[*t]);
            p.has_no_holdings() && p.cash.0 < 0
        };
        let of = (0..self.traders.len()).find(|t| owing(self, t)).unwrap_or_else(|| self.anyone());
        let ix = instruction::resolve_bad_debt(&self.svm.exchange, &self.traders[of].margin);
        self.send("resolve", ix, &[]);
    }
}
