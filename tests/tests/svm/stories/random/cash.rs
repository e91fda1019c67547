//! Deposits, withdrawals, transfers, interest.

use super::world::World;
use ballast_client::{ballast::state::Permissions, instruction, risk::Portfolio};
use solana_signer::Signer;

impl World {
    pub fn deposit(&mut self) {
        let t = self.anyone();
        // The smallest hold no tokens: what they cannot pay is bad debt.
        let sol = t >= 3 && self.random.one_in(3);
        let t = &self.traders[t];
        let (source, mint) = if sol { (t.wsol, self.svm.wsol) } else { (t.usdc, self.svm.usdc) };
        let amount = if sol { self.random.below(20_000_000_000) } else { self.random.below(500_000_000) };
        let ix = instruction::deposit(&self.svm.exchange, &t.address(), &t.margin, &source, &mint, amount);
        let key = t.key.insecure_clone();
        self.send("deposit", ix, &[&key]);
    }

    /// Sometimes more cash than there is: that borrows.
    pub fn withdraw(&mut self) {
        let (t, sol) = (self.anyone(), self.random.one_in(3));
        let t = &self.traders[t];
        let portfolio = self.svm.portfolio(t);
        let (destination, mint) = if sol { (t.wsol, self.svm.wsol) } else { (t.usdc, self.svm.usdc) };
        let held = if sol { portfolio.balance(0) } else { portfolio.cash.get().max(0) as u64 };
        let more = if sol { 2 } else { self.random.below(50_000_000) };
        let amount = self.random.below(held + held / 50 + more + 2);
        let ix = instruction::withdraw(&self.svm.exchange, &t.address(), &t.margin, &destination, &mint, amount);
        let (key, margin) = (t.key.insecure_clone(), t.margin);
        if self.send("withdraw", ix, &[&key]).is_some() {
            let r = self.requirements(&self.svm.margin(&margin).portfolio);
            assert!(r.withdraw_equity >= r.initial, "a withdrawal leaves initial margin: {r:?}");
        }
    }

    /// Between the two accounts of one owner, or, refused, of two.
    pub fn transfer_cash(&mut self) {
        let (from, to) = self.two_accounts();
        let (cash, before) = (self.svm.portfolio(&self.traders[from]).cash.get().max(0), self.portfolios());
        let amount = self.random.below(cash as u64 / 2 + 2);
        let key = self.signer_of(from, Permissions::TRANSFER);
        let (a, b) = (self.traders[from].margin, self.traders[to].margin);
        let ix = instruction::transfer_cash(&self.svm.exchange, &key.pubkey(), &a, &b, amount);
        if self.send("transfer cash", ix, &[&key]).is_some() {
            let r = self.requirements(&self.svm.portfolio(&self.traders[from]));
            assert!(r.withdraw_equity >= r.initial, "as if it were paid out: {r:?}");
            assert!(self.traders[from].address() == self.traders[to].address(), "only within one owner's accounts");
            self.assert_untouched(&before, &[from, to]);
        }
    }

    pub fn transfer_position(&mut self) {
        let (from, to) = self.two_accounts();
        let before = self.portfolios();
        let held: Vec<(u16, i64)> = before[from].open().iter().map(|p| (p.key.instrument(), p.lots.get())).collect();
        let Some((instrument, lots)) = (!held.is_empty()).then(|| self.random.pick(&held)) else { return };
        let lots = lots.signum() * self.random.between(0, lots.abs());
        let key = self.signer_of(from, Permissions::TRANSFER);
        let (a, b) = (self.traders[from].margin, self.traders[to].margin);
        let who = key.pubkey();
        let ix = instruction::transfer_position(&self.svm.exchange, &who, &a, &b, instrument, lots);
        if self.send("transfer position", ix, &[&key]).is_some() {
            self.assert_may(&before[from], from, 0);
            self.assert_may(&before[to], to, 0);
            self.assert_untouched(&before, &[from, to]);
        }
    }

    pub fn accrue_interest(&mut self) {
        if self.random.one_in(2) {
            let ix = instruction::update_interest(&self.svm.exchange);
            self.send("update interest", ix, &[]);
        }
        let of = self.anyone();
        let ix = instruction::accrue_interest(&self.svm.exchange, &self.traders[of].margin);
        self.send("accrue interest", ix, &[]);
    }

    /// Mostly two accounts of one owner.
    fn two_accounts(&mut self) -> (usize, usize) {
        let last = self.traders.len() - 1;
        match self.random.below(8) {
            0..4 => (3, last),
            4..7 => (last, 3),
            _ => {
                let from = self.anyone();
                (from, (from + 1) % self.traders.len())
            }
        }
    }

    /// Of the traders only these were changed.
    pub fn assert_untouched(&self, before: &[Portfolio], but: &[usize]) {
        for (n, was) in before.iter().enumerate().filter(|(n, _)| !but.contains(n)) {
            assert_eq!(*was, self.svm.portfolio(&self.traders[n]), "trader {n} took no part");
        }
    }
}
