//! Premiums, settlement prices, settlements.

use crate::{Failed, Sent, Svm, Trader};
use ballast_client::{
    ballast::oracle::OraclePrice,
    instruction, oracle,
    risk::{MarginParams, fixing},
    settlement,
};
use solana_signer::Signer;

impl Svm {
    /// Samples the premium of a market.
    pub fn sample_market(&mut self, instrument: u16) -> Result<Sent, Failed> {
        let ix = instruction::sample_market(&self.exchange, instrument);
        self.send(&[ix], &[])
    }

    /// Makes the time of day of a moment that at which everything settles. Nothing may await its settlement yet.
    pub fn settle_at(&mut self, moment: i64) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        let settlement_time = u32::try_from(moment.rem_euclid(86_400)).expect("a second of a day");
        let params = MarginParams { settlement_time, ..self.board().board.params };
        self.send(&[instruction::change_margin(&self.exchange, &admin.pubkey(), &params)], &[&admin])
    }

    /// Writes the print of a sample of an expiry, in dollars per whole asset, and moves the clock to it if it is later.
    pub fn write_sample(&mut self, underlying: u16, expiry: i64, sample: u32, dollars: &str) {
        let time = fixing::sample_time(expiry, sample).expect("a sample of the window");
        self.set_time(self.now().max(time));
        let price = oracle::dollars(dollars, time).expect("a decimal price");
        self.write_print(underlying, &OraclePrice { confidence: 0, ..price });
    }

    /// Takes the print in the price account as a sample of an expiry.
    pub fn sample_settlement(&mut self, underlying: u16, expiry: i64) -> Result<Sent, Failed> {
        let ix = instruction::sample_settlement(&self.exchange, &self.price_account(underlying), underlying, expiry);
        self.send(&[ix], &[])
    }

    /// Takes some samples of an expiry at a price, as they become due.
    pub fn take_samples(
        &mut self,
        underlying: u16,
        expiry: i64,
        samples: std::ops::RangeInclusive<u32>,
        dollars: &str,
    ) -> Result<(), Failed> {
        for sample in samples {
            self.write_sample(underlying, expiry, sample, dollars);
            self.sample_settlement(underlying, expiry)?;
        }
        Ok(())
    }

    /// Settles instruments of one expiry.
    pub fn settle_expiry(&mut self, underlying: u16, instruments: &[u16]) -> Result<Sent, Failed> {
        let ix = instruction::settle_expiry(&self.exchange, underlying, instruments);
        self.send(&[ix], &[])
    }

    /// Settles all that a keeper would settle now.
    pub fn settle_all(&mut self) -> Result<(), Failed> {
        for ix in settlement::settlements(&self.exchange, &self.board().board, self.now()) {
            self.send(&[ix], &[])?;
        }
        Ok(())
    }

    /// Turns a trader's position in a settled instrument into cash.
    pub fn settle_position(&mut self, of: &Trader, instrument: u16) -> Result<Sent, Failed> {
        let ix = instruction::settle_position(&self.exchange, &of.margin, instrument);
        self.send(&[ix], &[])
    }

    /// Takes a settled instrument off the board.
    pub fn delist(&mut self, instrument: u16) -> Result<Sent, Failed> {
        let ix = instruction::delist(&self.exchange, &self.admin.pubkey(), instrument);
        self.send(&[ix], &[])
    }

    /// Winds a perpetual down, the admin signing.
    pub fn wind_down(&mut self, instrument: u16, settles_at: i64) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        let generation = self.board().board.instruments[usize::from(instrument)].generation;
        let ix = instruction::wind_down_perpetual(&self.exchange, &admin.pubkey(), instrument, generation, settles_at);
        self.send(&[ix], &[&admin])
    }
}
