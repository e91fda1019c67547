//! Volatilities, and the prices of options.

use crate::Venue;
use anyhow::{Context, Result};
use ballast_client::{instruction, risk::Smile, rpc::Failed, rpc::Sent, series};
use solana_signer::Signer;
use std::collections::BTreeSet;

impl Venue<'_> {
    /// The smile with which an underlying's expiries were opened.
    pub fn smile(&self, underlying: u16) -> Result<Smile> {
        let u = &self.config.underlying[usize::from(underlying)];
        u.surface.as_ref().with_context(|| format!("{} has options but no surface", u.name))?.smile()
    }

    /// Publishes a smile of an expiry, as the publisher. The price on the board must be fresh.
    pub fn publish_smile(&self, underlying: u16, expiry: i64, smile: &Smile) -> Result<Sent, Failed> {
        let publisher = self.publisher.pubkey();
        let ix = instruction::publish_volatility(&self.exchange, &publisher, underlying, expiry, smile);
        self.net.send(&[ix], self.net.payer(), &[&self.publisher])
    }

    /// Publishes the configured smile of every expiry to come, and prices every option.
    pub fn publish_volatilities(&self) -> Result<()> {
        let (board, now) = (self.net.rpc().board(&self.exchange)?.board, self.net.rpc().now()?);
        let options = board.instruments.iter().filter(|i| i.is_option() && now < i.expiry);
        let expiries: BTreeSet<(u16, i64)> = options.map(|i| (i.underlying, i.expiry)).collect();
        for (underlying, expiry) in expiries {
            self.publish_smile(underlying, expiry, &self.smile(underlying)?)?;
        }
        self.refresh_options()
    }

    /// Prices every option anew, at the prices and volatilities of now: arrays, marks, Greeks. Anyone may.
    pub fn refresh_options(&self) -> Result<()> {
        let (board, now) = (self.net.rpc().board(&self.exchange)?.board, self.net.rpc().now()?);
        for underlying in (0u16..).take(self.config.underlying.len()) {
            for ix in series::refreshes(&self.exchange, &board, underlying, now) {
                self.net.send(&[ix], self.net.payer(), &[])?;
            }
        }
        Ok(())
    }
}
