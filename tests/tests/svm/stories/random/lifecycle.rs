//! Time that passes: funding, settlement, delisting and listing anew.

use super::world::{FUTURE, NEAR_MINUTES, OPTIONS, World};
use ballast_client::instruction;
use ballast_testkit::{BTC, ETH, SOL, options::SMILE};
use solana_signer::Signer;

impl World {
    /// Goes to the next whole minute: prints of that very second, samples of funding and of what is about to settle.
    pub fn minute(&mut self) {
        let now = self.svm.now();
        self.svm.set_time(now - now % 60 + 60);
        for u in [BTC, ETH, SOL] {
            self.publish(u);
        }
        if self.random.one_in(3) {
            self.volatility();
        }
        if self.random.one_in(3) {
            let ix =
                instruction::sample_settlement(&self.svm.exchange, &self.svm.price_account(BTC), BTC, self.expiries[0]);
            self.send("sample settlement", ix, &[]);
        }
        for instrument in [BTC, ETH, SOL, FUTURE] {
            if self.random.one_in(2) && self.svm.board().board.instrument(instrument).is_ok() {
                let index = self.svm.board().board.instrument(instrument).unwrap().funding_index;
                let ix = instruction::sample_market(&self.svm.exchange, instrument);
                self.send("sample market", ix, &[]);
                if self.svm.board().board.instrument(instrument).unwrap().funding_index != index {
                    self.tally.did("funding paid", 1);
                }
            }
        }
    }

    /// What follows an expiry: the settlement price, every account, delisting, the next series.
    pub fn settle(&mut self) {
        let expiry = self.expiries[0];
        let now = self.svm.now();
        if now < expiry && !self.random.one_in(3) {
            return;
        }
        if now >= expiry {
            self.sample_the_rest(BTC, expiry);
        }
        let near: Vec<u16> = std::iter::once(FUTURE).chain(OPTIONS.take(2)).collect();
        let listed: Vec<u16> = near
            .iter()
            .copied()
            .filter(|i| self.svm.board().board.instrument(*i).is_ok_and(|i| i.settles_at == expiry))
            .collect();
        let unsettled: Vec<u16> =
            listed.iter().copied().filter(|i| self.svm.board().board.instrument(*i).unwrap().settled == 0).collect();
        if !unsettled.is_empty() {
            let ix = instruction::settle_expiry(&self.svm.exchange, BTC, &unsettled);
            self.send("settle expiry", ix, &[]);
        }
        for instrument in &listed {
            for t in 0..self.traders.len() {
                let held = self.svm.lots(&self.traders[t], *instrument);
                let ix = instruction::settle_position(&self.svm.exchange, &self.traders[t].margin, *instrument);
                if self.send("settle", ix, &[]).is_some() && OPTIONS.contains(instrument) && held != 0 {
                    self.tally.did("option settled", 1);
                }
            }
            let ix = instruction::delist(&self.svm.exchange, &self.svm.admin.pubkey(), *instrument);
            self.send("delist", ix, &[]);
        }
        let gone = |w: &Self, i: &u16| w.svm.board().board.instrument(*i).is_err();
        if !listed.is_empty() && near.iter().all(|i| gone(self, i)) {
            self.list_again();
        }
    }

    /// Posts the prints of the window that nobody took in time: history keeps them.
    pub fn sample_the_rest(&mut self, underlying: u16, expiry: i64) {
        let price = self.svm.price_account(underlying);
        let kept = self.svm.account(&price);
        for minutes in 0..30 {
            self.write_price_of(underlying, expiry - minutes * 60);
            let ix = instruction::sample_settlement(&self.svm.exchange, &price, underlying, expiry);
            self.send("sample settlement", ix, &[]);
        }
        if let Some(account) = kept {
            self.svm.set_account(price, account);
        }
    }

    /// The next future and options, in the same slots: of the next settlement time, shortly before it.
    fn list_again(&mut self) {
        let life = NEAR_MINUTES * 60;
        let expiry = self.svm.board().board.params.settlement_from(self.svm.now() + life).unwrap();
        self.svm.set_time(expiry - life);
        self.expiries[0] = expiry;
        self.svm.list_future(BTC, expiry, FUTURE).unwrap();
        self.svm.list_options(BTC, &[expiry], &["40000"], OPTIONS.start).unwrap();
        self.publish(BTC);
        let publisher = self.svm.publisher();
        let ix = instruction::publish_volatility(&self.svm.exchange, &publisher.pubkey(), BTC, expiry, &SMILE);
        self.send("volatility", ix, &[&publisher]);
        self.tally.did("list", 1);
    }
}
