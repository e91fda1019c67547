//! Dated futures, volatility surfaces and options.

use crate::Venue;
use anyhow::{Context, Result};
use ballast_client::{ballast::args::SmileArgs, instruction, rpc::Failed, rpc::Sent, series};
use solana_instruction::Instruction;
use solana_signer::Signer;
use std::collections::BTreeSet;

impl Venue<'_> {
    /// The instructions that list the futures and options of the configuration, their surfaces and expiries before them. A
    /// surface has one publisher: this venue's.
    pub(crate) fn dated_listings(&self, now: i64) -> Result<Vec<Instruction>> {
        let (e, config) = (&self.exchange, &self.config);
        let (payer, admin) = (self.net.payer().pubkey(), self.admin.pubkey());
        let mut listings = Vec::new();
        for (underlying, u) in (0u16..).zip(&config.underlying) {
            if let Some(surface) = &u.surface {
                listings.push(instruction::open_surface(e, &payer, &admin, &surface.args(underlying)?));
                listings.push(instruction::set_publishers(e, &admin, underlying, &[self.publisher.pubkey()]));
            }
        }
        for future in config.futures(now)? {
            listings.push(instruction::list_future(e, &payer, &admin, &future));
        }
        let mut open = BTreeSet::new();
        for series in config.series(now)? {
            let underlying = series.terms.underlying;
            let smile = self.smile(underlying)?;
            for expiry in &series.expiries {
                if open.insert((underlying, *expiry)) {
                    listings.push(instruction::open_expiry(e, &admin, underlying, *expiry, &smile));
                }
            }
            for option in series.options()? {
                listings.push(instruction::list_option(e, &payer, &admin, &option));
            }
        }
        Ok(listings)
    }

    /// The smile with which an underlying's expiries were opened.
    pub fn smile(&self, underlying: u16) -> Result<SmileArgs> {
        let u = &self.config.underlying[usize::from(underlying)];
        u.surface.as_ref().with_context(|| format!("{} has options but no surface", u.name))?.smile()
    }

    /// Publishes a smile of an expiry, as the publisher. The price on the board must be fresh.
    pub fn publish_smile(&self, underlying: u16, expiry: i64, smile: &SmileArgs) -> Result<Sent, Failed> {
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
