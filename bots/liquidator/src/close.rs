//! Closing positions of accounts in default on the order books, for a share of the discount: what needs no capital.

use crate::{
    attend::{Outcome, case, usd},
    book::{Meeting, Resting},
    bot::Liquidator,
    chain::{Chain, Found},
    choose::on_book::{self, Close, Terms},
};
use anyhow::{Context, Result};
use ballast_client::{ballast::events::LiquidatedOnBook, event, instruction, terms};
use solana_address::Address;
use tracing::info;

impl Liquidator {
    /// Closes as much of the position that pays best as its book takes; of the next, where that is refused.
    pub(crate) fn close_on_book(&self, chain: &Chain, found: &Found) -> Result<Outcome> {
        if found.account.episode.is_seized() {
            return Ok(Outcome::NotNow); // it is sold by slices
        }
        let (instruments, sides): (Vec<u16>, Vec<_>) = on_book::closable(&case(chain, found)).into_iter().unzip();
        if instruments.is_empty() {
            return Ok(Outcome::NotNow);
        }
        let markets = self.rpc.markets(&self.exchange, &instruments)?;
        let both = markets.into_iter().zip(sides);
        let books = both.filter_map(|(market, side)| Some(Resting::of(market?, side))).collect::<Result<Vec<_>>>()?;
        let meeting = |maker: &Address| self.meeting(chain, found, maker);
        let terms = Terms { taker_fee: chain.taker_fee, min_profit: self.settings.min_profit, meeting: &meeting };
        let closes = match on_book::closes(&case(chain, found), &books, &terms) {
            Ok(closes) => closes,
            Err(passed) => return Ok(Outcome::Left(passed)),
        };
        let mut refused = None;
        for close in &closes {
            match self.send_close_on_book(chain, found, close) {
                Ok(()) => return Ok(Outcome::Done),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        refused.map_or(Ok(Outcome::NotNow), Err)
    }

    /// What becomes of an order of an account that is met. One of the account's owner ends the match, as in every self-trade; so does
    /// one of the account that would be paid, which cannot be named twice.
    fn meeting(&self, chain: &Chain, found: &Found, maker: &Address) -> Meeting {
        if *maker == found.address {
            return Meeting::Passed;
        }
        match chain.holders.get(maker) {
            _ if *maker == self.own.main => Meeting::Ends,
            Some(holder) if holder.seized => Meeting::TakenOff,
            Some(holder) if holder.owner == found.account.owner => Meeting::Ends,
            _ => Meeting::Trades,
        }
    }

    fn send_close_on_book(&self, chain: &Chain, found: &Found, close: &Close) -> Result<()> {
        let ix = instruction::liquidate_on_book(
            &self.exchange,
            &self.own.owner,
            &self.own.main,
            &found.address,
            close.instrument,
            &close.makers,
            close.lots,
        );
        let sent = self.rpc.send(&[ix], &self.key, &[])?;
        let closed = event::find::<LiquidatedOnBook>(&sent.log);
        let done = closed.first().context("the log has no close")?;
        let terms = terms::Terms::of(&chain.board, done.instrument)?;
        info!(
            instrument = %terms.name,
            size = %terms.show_lots(done.lots),
            reward = %usd(done.reward),
            account = %found.address,
            "closed a position of it on the book"
        );
        Ok(())
    }
}
