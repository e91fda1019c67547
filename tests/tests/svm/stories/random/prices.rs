//! Prices, volatilities, refreshes.

use super::world::{CENTS, OPTIONS, World};
use ballast_client::{
    ballast::oracle::OraclePrice,
    instruction,
    risk::{Instrument, Ppm, Smile, guard::CONSISTENT_SECONDS},
};
use ballast_testkit::{BTC, ETH, SOL, options::SMILE};
use solana_signer::Signer;

impl World {
    /// Moves one price a little, or all of them far.
    pub fn price(&mut self) {
        let jump = self.random.one_in(8);
        for u in [BTC, ETH, SOL] {
            if jump {
                self.jump(u);
            } else if self.random.one_in(2) {
                self.move_price(u, 15);
            }
        }
    }

    /// Moves a price by up to 15 %, sometimes 45 %, and tells the board.
    pub fn jump(&mut self, u: u16) {
        let most = if self.random.one_in(2) { 450 } else { 150 };
        self.move_price(u, most);
    }

    fn move_price(&mut self, u: u16, most: i64) {
        let permille = self.random.between(-most, most);
        let cents = &mut self.cents[usize::from(u)];
        let start = CENTS[usize::from(u)];
        *cents = (*cents + *cents * permille / 1_000).clamp(start / 3, start * 3);
        self.publish(u);
    }

    /// Publishes the present price as of now, and mostly the arrays that follow.
    pub fn publish(&mut self, u: u16) {
        self.write_price_of(u, self.svm.now());
        let ix = instruction::refresh_underlying(&self.svm.exchange, &self.svm.price_account(u), u);
        self.send("price", ix, &[]);
        if u == BTC && !self.random.one_in(4) {
            self.refresh();
        }
    }

    /// Publishes the present price with a confidence interval of 3 %, more than any underlying here takes for certain.
    pub fn publish_uncertain(&mut self, u: u16) {
        self.write_print(u, self.svm.now(), 30_000);
        let ix = instruction::refresh_underlying(&self.svm.exchange, &self.svm.price_account(u), u);
        self.send("price", ix, &[]);
    }

    /// Writes the present price into its price account, published at a time.
    pub fn write_price_of(&mut self, u: u16, time: i64) {
        self.write_print(u, time, 500);
    }

    /// `confidence` is in millionths of the price.
    fn write_print(&mut self, u: u16, time: i64, confidence: u64) {
        let cents = self.cents[usize::from(u)];
        let print = OraclePrice {
            price: cents * 1_000_000,
            confidence: cents as u64 * confidence,
            exponent: -8,
            publish_time: time,
            previous_publish_time: time - 1,
        };
        self.svm.write_print(u, &print);
    }

    /// Publishes a smile, sometimes a far one: it moves as far as its bounds let it.
    pub fn volatility(&mut self) {
        let expiry = self.expiries[self.random.below(2) as usize];
        let spread = if self.random.one_in(6) { 400_000 } else { 50_000 };
        let said = Smile {
            level: Ppm::new(self.random.between(600_000 - spread, 600_000 + spread) as u32),
            skew: self.random.between(-100_000, 50_000) as i32,
            curvature: self.random.between(0, 60_000) as i32,
        };
        let publisher = self.svm.publisher();
        let ix = instruction::publish_volatility(&self.svm.exchange, &publisher.pubkey(), BTC, expiry, &said);
        self.send("volatility", ix, &[&publisher]);
    }

    /// Prices, volatilities and arrays of everything, long enough after a move for it to be believed.
    pub fn all_fresh(&mut self) {
        for _ in 0..2 {
            self.svm.advance(CONSISTENT_SECONDS);
            for u in [BTC, ETH, SOL] {
                self.publish(u);
            }
        }
        let publisher = self.svm.publisher();
        for expiry in self.expiries {
            let ix = instruction::publish_volatility(&self.svm.exchange, &publisher.pubkey(), BTC, expiry, &SMILE);
            self.send("volatility", ix, &[&publisher]);
        }
        let (now, board) = (self.svm.now(), self.svm.board());
        let live = |i: &u16| board.board.instrument(*i).is_ok_and(|i| now < i.expiry);
        let list: Vec<u16> = OPTIONS.filter(live).collect();
        let ix = instruction::refresh_options(&self.svm.exchange, BTC, &list);
        self.send("refresh", ix, &[]);
    }

    /// Refreshes some of the options, mostly all of them. Marks keep parity.
    pub fn refresh(&mut self) {
        let some = self.random.one_in(4);
        let (now, board) = (self.svm.now(), self.svm.board());
        let live = |i: &u16| board.board.instrument(*i).is_ok_and(|i| now < i.expiry);
        let list: Vec<u16> = OPTIONS.filter(live).filter(|_| !some || self.random.one_in(2)).collect();
        if list.is_empty() {
            return;
        }
        let ix = instruction::refresh_options(&self.svm.exchange, BTC, &list);
        if self.send("refresh", ix, &[]).is_none() {
            return;
        }
        let board = self.svm.board();
        let u = board.board.underlying(BTC).unwrap();
        for call in OPTIONS.step_by(2).filter(|call| list.contains(call) && list.contains(&(call + 1))) {
            let [call, put] = [call, call + 1].map(|n| board.board.instrument(n).unwrap());
            let mark = |i: &Instrument| i.mark_at(u, self.svm.now());
            let forward = call.delta_units.get() * u.price.get() + call.option.carry;
            assert_eq!(mark(call).get() - mark(put).get(), forward - call.option.strike, "parity");
        }
    }
}
