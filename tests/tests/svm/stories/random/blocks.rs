//! Block trades and delegates.

use super::world::{FUTURE, OPTIONS, World};
use ballast_client::ballast::events::BlockTraded;
use ballast_client::{
    ballast::{args::LegArgs, state::Permissions},
    event,
    instruction::{self, Party},
    risk::Instrument,
};
use ballast_testkit::{BTC, ETH};
use solana_signer::Signer;

impl World {
    /// One to three legs, at prices about the marks.
    pub fn block(&mut self) {
        let (a, b) = (self.anyone(), self.anyone());
        if a == b {
            return;
        }
        let mut instruments = vec![BTC, ETH, FUTURE, OPTIONS.start, OPTIONS.end - 1];
        instruments.retain(|_| self.random.one_in(2));
        instruments.retain(|i| self.svm.board().board.instrument(*i).is_ok());
        if instruments.is_empty() {
            return;
        }
        let legs: Vec<LegArgs> = instruments.iter().map(|i| self.leg(*i)).collect();
        let expires_at = self.svm.now() + self.random.between(0, 20);
        let keys = [self.signer_of(a, Permissions::BLOCK), self.signer_of(b, Permissions::BLOCK)];
        if keys[0].pubkey() == keys[1].pubkey() {
            return;
        }
        let before = self.portfolios();
        let [one, other] = [(a, 0), (b, 1)]
            .map(|(t, k): (usize, usize)| Party { authority: keys[k].pubkey(), margin: self.traders[t].margin });
        let ix = instruction::block_trade(&self.svm.exchange, &one, &other, &legs, expires_at, 0);
        if let Some(sent) = self.send("block", ix, &[&keys[0], &keys[1]]) {
            let fee = event::find::<BlockTraded>(&sent.log)[0].fee;
            self.assert_may(&before[a], a, fee);
            self.assert_may(&before[b], b, fee);
            self.assert_untouched(&before, &[a, b]);
        }
    }

    fn leg(&mut self, instrument: u16) -> LegArgs {
        let board = self.svm.board();
        let i: &Instrument = board.board.instrument(instrument).unwrap();
        let u = board.board.underlying(i.underlying).unwrap();
        let mark = i.mark_ticks_floor(u, self.svm.now()).get();
        let price = (mark + mark * self.random.between(-15, 15) / 1_000).max(1);
        let lots = self.random.between(1, 60) * if self.random.one_in(2) { 1 } else { -1 };
        LegArgs { lots, price, instrument }
    }

    /// An owner gives or takes a permission.
    pub fn delegate(&mut self) {
        let of = self.anyone();
        let t = &self.traders[of];
        let permissions = Permissions::from_bits_retain(self.random.below(17) as u8); // one of them unknown
        let until = self.svm.now() + self.random.between(0, 600);
        let ix = instruction::set_delegate(
            &self.svm.exchange,
            &t.address(),
            &t.margin,
            &self.delegate.pubkey(),
            permissions,
            until,
        );
        let key = t.key.insecure_clone();
        self.send("delegate", ix, &[&key]);
    }
}
