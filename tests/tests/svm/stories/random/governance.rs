//! Authorities: pauses, the breaker, parameters.

use super::world::World;
use ballast_client::{
    ballast::{args::InstrumentTightenArgs, state::Pause},
    instruction,
    risk::{BREAKER_SUSPECT_SECONDS, FeeParams, Ppm, QuoteNative},
};
use ballast_testkit::{BTC, ETH, SOL};
use solana_signer::Signer;

impl World {
    pub fn govern(&mut self) {
        match self.random.below(5) {
            0 => self.pause(),
            1 => self.change_fees(),
            2 => self.tighten(),
            3 => self.trip_breaker(),
            _ => self.crank(),
        }
    }

    /// The pause key adds a bit; the admin clears them soon.
    fn pause(&mut self) {
        let e = self.svm.exchange;
        let (pauser, admin) = (self.svm.pauser.insecure_clone(), self.svm.admin.insecure_clone());
        let was = self.exchange().pause;
        let paused = if was.is_empty() { Pause::from_bits_retain(1 << self.random.below(4)) } else { Pause::empty() };
        let key = if paused.is_empty() { &admin } else { &pauser };
        let ix = instruction::set_pause(&e, &key.pubkey(), paused);
        assert!(self.send("pause", ix, &[key]).is_some());
        if !paused.is_empty() && !self.random.one_in(3) {
            let ix = instruction::set_pause(&e, &admin.pubkey(), Pause::empty());
            assert!(self.send("pause", ix, &[&admin]).is_some());
        }
    }

    fn change_fees(&mut self) {
        let taker = self.random.below(1_000) as u32;
        let fees = FeeParams {
            taker_fee: Ppm::new(taker),
            maker_fee: -(self.random.below(u64::from(taker) / 2 + 1) as i32),
            block_fee: Ppm::new(self.random.below(300) as u32),
            maker_penalty_rate: Ppm::new(self.random.below(2_000) as u32),
            maker_penalty: QuoteNative::new(self.random.below(10_000_000) as i64),
        };
        let admin = self.svm.admin.insecure_clone();
        let ix = instruction::change_fees(&self.svm.exchange, &admin.pubkey(), &fees);
        assert!(self.send("change", ix, &[&admin]).is_some());
    }

    /// The risk authority lowers a cap by a thousandth.
    fn tighten(&mut self) {
        let instrument = self.random.pick(&[BTC, ETH, SOL]);
        let cap = self.svm.board().board.instruments[usize::from(instrument)].limits.open_interest_cap.get();
        let most = self.svm.board().board.instrument(instrument).unwrap().limits.max_position.get();
        let args = InstrumentTightenArgs {
            max_position: most - most / 1_000,
            open_interest_cap: cap - cap / 1_000,
            reduce_only: 0,
        };
        let key = self.svm.risker.insecure_clone();
        let ix = instruction::tighten_instrument(&self.svm.exchange, &key.pubkey(), instrument, &args);
        assert!(self.send("tighten", ix, &[&key]).is_some());
    }

    /// Works only while a guard stays up: mostly prices are too uncertain first, for as long as the breaker asks.
    fn trip_breaker(&mut self) {
        let u = self.random.pick(&[BTC, ETH, SOL]);
        if !self.random.one_in(4) {
            for seconds in [1, BREAKER_SUSPECT_SECONDS] {
                self.svm.advance(seconds);
                self.publish_uncertain(u);
            }
        }
        let ix = instruction::trip_breaker(&self.svm.exchange, u);
        self.send("breaker", ix, &[]);
    }

    pub fn crank(&mut self) {
        let instrument = self.instrument();
        let ix = instruction::sweep(&self.svm.exchange, instrument);
        let market = self.svm.market(instrument).header;
        assert!(market.unswept_fees.get() >= 0, "rebates never exceed fees");
        self.send("sweep", ix, &[]);
    }
}
