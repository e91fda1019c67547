//! The receivership of an account: its beginning, and its ends.

use crate::{
    attend::{Outcome, usd},
    bot::Liquidator,
    chain::{Chain, Found},
    choose::Passed,
};
use anyhow::{Context, Result};
use ballast_client::{
    ballast::events::{AccountReleased, AccountSeized, PerpetualWoundDown},
    event, instruction, receivership,
    risk::{
        Kind,
        liquidation::{self, UNTAKEN_SECONDS},
    },
    terms::Terms,
    time,
};
use tracing::info;

impl Liquidator {
    /// Puts an account into receivership, where that is due.
    pub(crate) fn seize(&self, chain: &Chain, found: &Found) -> Result<Outcome> {
        let (episode, portfolio) = (&found.account.episode, &found.account.portfolio);
        if episode.is_seized() || portfolio.has_no_holdings() {
            return Ok(Outcome::NotNow);
        }
        let due = liquidation::measure(&chain.board, portfolio, chain.now).and_then(|found| {
            episode.require_seizable(&chain.board.params, &found.required, chain.unchanged_since, chain.now)
        });
        if let Err(error) = due {
            return Ok(Outcome::Left(Passed::Refused(error)));
        }
        let sent = self.rpc.send(&[instruction::seize(&self.exchange, &found.address)], &self.key, &[])?;
        let seized = event::find::<AccountSeized>(&sent.log);
        let done = seized.first().context("the log has no seizure")?;
        info!(
            equity = %usd(done.equity),
            maintenance = %usd(done.maintenance),
            paid_by_fund = %usd(done.paid),
            uncovered = %usd(done.uncovered),
            account = %found.address,
            "seized"
        );
        Ok(Outcome::Done)
    }

    /// Gives a seized account back that has recovered.
    pub(crate) fn release(&self, chain: &Chain, found: &Found) -> Result<Outcome> {
        if !found.account.episode.is_seized() {
            return Ok(Outcome::NotNow);
        }
        if let Err(error) = receivership::release(&chain.board, &chain.treasury, &found.account, chain.now) {
            return Ok(Outcome::Left(Passed::Refused(error)));
        }
        let sent = self.rpc.send(&[instruction::release(&self.exchange, &found.address)], &self.key, &[])?;
        let released = event::find::<AccountReleased>(&sent.log);
        let done = released.first().context("the log has no release")?;
        info!(repaid = %usd(done.repaid), account = %found.address, "released");
        Ok(Outcome::Done)
    }

    /// Winds a perpetual down of which nobody took in a day what a seized account holds.
    pub(crate) fn wind_down(&self, chain: &Chain, found: &Found) -> Result<Outcome> {
        let episode = &found.account.episode;
        if !episode.is_seized() || chain.now.saturating_sub(episode.seized_at) < UNTAKEN_SECONDS {
            return Ok(Outcome::NotNow);
        }
        let held = found.account.portfolio.open().iter().filter(|p| !p.lots.is_zero()).map(|p| p.key.instrument());
        let perpetual = |index: &u16| {
            let i = chain.board.instrument(*index);
            i.is_ok_and(|i| i.kind == Kind::Perpetual as u8 && i.settles_at == 0)
        };
        let perpetuals: Vec<u16> = held.filter(perpetual).collect();
        if perpetuals.is_empty() {
            return Ok(Outcome::NotNow);
        }
        let mut why = None;
        for market in self.rpc.markets(&self.exchange, &perpetuals)?.into_iter().flatten() {
            match receivership::wind_down(&chain.board, &market.header, &found.account, chain.now) {
                Ok(_) => return self.send_wind_down(chain, found, market.header.instrument),
                Err(error) => why = why.or(Some(error)),
            }
        }
        Ok(why.map_or(Outcome::NotNow, |error| Outcome::Left(Passed::Refused(error))))
    }

    fn send_wind_down(&self, chain: &Chain, found: &Found, instrument: u16) -> Result<Outcome> {
        let ix = instruction::wind_down_seized(&self.exchange, &found.address, instrument);
        let sent = self.rpc.send(&[ix], &self.key, &[])?;
        let wound_down = event::find::<PerpetualWoundDown>(&sent.log);
        let done = wound_down.first().context("the log has no wind-down")?;
        info!(
            instrument = %Terms::of(&chain.board, done.instrument)?.name,
            settles_at = %time::format(done.settles_at),
            account = %found.address,
            "wound down what nobody took of it"
        );
        Ok(Outcome::Done)
    }
}
