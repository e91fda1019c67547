//! Dated futures, options, volatilities and second price sources of the fixture's exchange.

use crate::{Sent, Svm, svm::Failed};
use anyhow::Result;
use ballast_client::{
    ballast::{
        args::{FutureArgs, SurfaceArgs},
        oracle::{OraclePrice, Source},
        state::VolatilitySurface,
    },
    config::{Config, FeedConfig, name},
    instruction, oracle,
    risk::{Feed, Ppm, QuoteNative, Smile, SurfaceParams},
    series::{self, Series},
    terms::Terms,
};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The surface that [`Svm::open_surface`] makes: one publisher is enough, and moves freely.
pub const SURFACE: SurfaceArgs = SurfaceArgs {
    params: SurfaceParams {
        min_publishers: 1,
        max_quote_age: 3_600,
        update_bound: Ppm::new(200_000),
        hour_bound: Ppm::ONE,
        first_bound: Ppm::ONE,
        reserved: 0,
    },
    underlying: 0,
};

/// The smile that expiries are opened with: 60 % at the money.
pub const SMILE: Smile = Smile { level: Ppm::new(600_000), skew: -20_000, curvature: 10_000 };

/// The second source of the fixtures.
pub const SECOND: Source = Source::Switchboard;
/// Its id of the feeds that it has.
pub const SECOND_ID: [u8; 32] = [0x5B; 32];

/// Gives an underlying a second source, in the configuration of an exchange to make: the account at an address.
pub fn with_second(config: &mut Config, underlying: u16, account: &Address) {
    let feed = FeedConfig::new(SECOND, Some(account), &SECOND_ID);
    config.underlying[usize::from(underlying)].second = Some(feed);
}

impl Svm {
    /// The second feed of an underlying, if it has one.
    pub fn second_feed(&self, underlying: u16) -> Option<Feed> {
        let second = self.config.underlying.get(usize::from(underlying))?.second.as_ref()?;
        Some(second.feed().expect("a valid configuration"))
    }

    /// Account of the second source of an underlying, if it has one.
    pub fn second_account(&self, underlying: u16) -> Option<Address> {
        self.second_feed(underlying).as_ref().and_then(oracle::pinned)
    }

    /// Writes the second source of an underlying: a price of now in dollars per whole asset.
    pub fn write_second(&mut self, underlying: u16, dollars: &str) {
        let price = oracle::dollars(dollars, self.now()).expect("a decimal price");
        self.write_second_print(underlying, &OraclePrice { confidence: 0, ..price });
    }

    /// Writes the second source of an underlying with any print.
    pub fn write_second_print(&mut self, underlying: u16, price: &OraclePrice) {
        let feed = self.second_feed(underlying).expect("the underlying has a second source");
        let address = oracle::pinned(&feed).expect("a second source names its account");
        self.write_feed(address, &feed, price);
    }

    /// Who publishes volatilities.
    pub fn publisher(&self) -> Keypair {
        Keypair::new_from_array([0x77; 32])
    }

    /// Makes the volatility surface of an underlying, with [`Svm::publisher`] as its only publisher.
    pub fn open_surface(&mut self, underlying: u16) -> Result<()> {
        let publisher = self.publisher().pubkey();
        self.open_surface_of(&SurfaceArgs { underlying, ..SURFACE }, &[publisher])
    }

    /// Makes a volatility surface with any parameters and publishers.
    pub fn open_surface_of(&mut self, args: &SurfaceArgs, publishers: &[Address]) -> Result<()> {
        let (payer, admin) = (self.payer.pubkey(), self.admin.insecure_clone());
        let (e, a) = (self.exchange, admin.pubkey());
        let open = instruction::open_surface(&e, &payer, &a, args);
        let set = instruction::set_publishers(&e, &a, args.underlying, publishers);
        self.send(&[open], &[&admin])?;
        self.send(&[set], &[&admin])?;
        Ok(())
    }

    /// Adds an expiry to a surface.
    pub fn open_expiry(&mut self, underlying: u16, expiry: i64, smile: &Smile) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        let ix = instruction::open_expiry(&self.exchange, &admin.pubkey(), underlying, expiry, smile);
        self.send(&[ix], &[&admin])
    }

    /// The volatility surface of an underlying.
    pub fn surface(&self, underlying: u16) -> Box<VolatilitySurface> {
        self.decode(&self.exchange.surface(underlying))
    }

    /// Lists calls and puts like an underlying's perpetual, with strikes in dollars per whole asset, from an index on.
    /// Returns their indices. The surface must be open.
    pub fn list_options(
        &mut self,
        underlying: u16,
        expiries: &[i64],
        strikes: &[&str],
        first: u16,
    ) -> Result<Vec<u16>> {
        let series = self.series(underlying, expiries, strikes, first)?;
        let (payer, admin) = (self.payer.pubkey(), self.admin.insecure_clone());
        for ix in series.listing(&self.exchange, &payer, &admin.pubkey(), &SMILE)? {
            self.send(&[ix], &[&admin])?;
        }
        let listed: Vec<u16> = series.options()?.iter().map(|o| o.contract.instrument).collect();
        for instrument in &listed {
            let all = instruction::complete_market(&self.exchange, &payer, *instrument);
            self.send(&all, &[])?;
        }
        Ok(listed)
    }

    /// The series that [`Svm::list_options`] lists.
    pub fn series(&self, underlying: u16, expiries: &[i64], strikes: &[&str], first: u16) -> Result<Series> {
        let perpetual = &self.config.perpetual[usize::from(underlying)];
        let mut args = self.config.instrument_args(perpetual, first)?;
        // An option's price is a small part of its underlying's.
        args.limits.min_order_value = QuoteNative::new(1_000_000);
        let terms = Terms::of(&self.board().board, underlying)?;
        let written = strikes.iter().map(|s| Ok((terms.ticks(s)?, (*s).to_owned()))).collect::<Result<_>>()?;
        Ok(Series {
            contract: args,
            asset: perpetual.contract.underlying.clone(),
            expiries: expiries.to_vec(),
            strikes: written,
            first,
        })
    }

    /// Lists a dated future like an underlying's perpetual at an index.
    pub fn list_future(&mut self, underlying: u16, expiry: i64, instrument: u16) -> Result<Sent, Failed> {
        let perpetual = &self.config.perpetual[usize::from(underlying)];
        let mut contract = self.config.instrument_args(perpetual, instrument).expect("a valid configuration");
        contract.name = name(&format!("{}-{instrument}", perpetual.contract.underlying)).expect("a short name");
        let (payer, admin) = (self.payer.pubkey(), self.admin.insecure_clone());
        let args = FutureArgs { contract, expiry };
        let mut all = vec![instruction::list_future(&self.exchange, &payer, &admin.pubkey(), &args)];
        all.extend(instruction::complete_market(&self.exchange, &payer, instrument));
        self.send(&all, &[&admin])
    }

    /// Publishes a smile for an expiry.
    pub fn publish_smile(&mut self, underlying: u16, expiry: i64, smile: &Smile) -> Result<Sent, Failed> {
        let publisher = self.publisher();
        self.publish_smile_by(&publisher, underlying, expiry, smile)
    }

    /// Publishes a smile for an expiry, anyone signing.
    pub fn publish_smile_by(
        &mut self,
        publisher: &Keypair,
        underlying: u16,
        expiry: i64,
        smile: &Smile,
    ) -> Result<Sent, Failed> {
        let ix = instruction::publish_volatility(&self.exchange, &publisher.pubkey(), underlying, expiry, smile);
        self.send(&[ix], &[publisher])
    }

    /// Refreshes a list of options of an underlying.
    pub fn refresh_options(&mut self, underlying: u16, instruments: &[u16]) -> Result<Sent, Failed> {
        let ix = instruction::refresh_options(&self.exchange, underlying, instruments);
        self.send(&[ix], &[])
    }

    /// Refreshes every option of an underlying.
    pub fn refresh_all_options(&mut self, underlying: u16) -> Result<(), Failed> {
        for ix in series::refreshes(&self.exchange, &self.board().board, underlying, self.now()) {
            self.send(&[ix], &[])?;
        }
        Ok(())
    }
}
