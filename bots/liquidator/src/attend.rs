//! What an account in default needs next, and doing it.

use crate::{
    bot::Liquidator,
    chain::{Chain, Found, Own},
    choose::{self, Case, Choice, Passed, Terms},
    oracle, purse, tokens,
};
use anyhow::{Context, Result};
use ballast_client::{
    ballast::events::{BadDebtResolved, Liquidated, OrdersPruned},
    decimal, event, instruction, margin,
    risk::{Portfolio, Underlying, guard::UnderlyingSet, liquidation},
    rpc::{AddressLookupTableAccount, Sent},
    terms,
};
use solana_address::Address;
use solana_instruction::Instruction;
use std::slice::from_ref;
use tracing::info;

/// Positions of a slice for which a transaction without a lookup table has room: twenty addresses, of which eight are taken, and one
/// more by an account that brings cash.
const POSITIONS_WITHOUT_TABLE: usize = 11;
/// Positions that an account can hold lots of: all fit into a transaction with a lookup table.
const POSITIONS: usize = 48;
/// A notice is confirmed once it is this old, seconds: well before it lapses.
const CONFIRM_SECONDS: i64 = liquidation::NOTICE_SECONDS - 60;
/// A slice that is refused is asked for again, half as large, so often.
const HALVINGS: u32 = 2;

/// What became of something that an account in default may need.
pub(crate) enum Outcome {
    /// It was done.
    Done,
    /// The account does not need it.
    NotNow,
    /// It was not done, for a reason.
    Left(Passed),
}

/// Something that an account in default may need: what it is, in "could not" and "did not", and what does it.
type Step = (&'static str, fn(&Liquidator, &Chain, &Found) -> Result<Outcome>);

/// What is tried where no slice is taken over, in this order.
const STEPS: [Step; 7] = [
    ("close it on the book", Liquidator::close_on_book),
    ("release it", Liquidator::release),
    ("seize it", Liquidator::seize),
    ("have its debt paid", Liquidator::resolve),
    ("cancel its orders", Liquidator::cancel_orders),
    ("wind a market down", Liquidator::wind_down),
    ("give notice", Liquidator::notify),
];

impl Liquidator {
    /// Does the first of these that an account in default needs: fresh prices and risk arrays, somebody who takes a slice, a close on
    /// a book, release, seizure, somebody who bears its debt, its orders off the books, the end of a market, notice. What fails is
    /// reported and keeps nothing else from being done. True if something was done; else it is said what was not, and why.
    pub(crate) fn attend(&self, chain: &mut Chain, found: &Found) -> bool {
        let account = &found.address;
        match self.refresh(chain, account, &found.account.portfolio) {
            Ok(false) => {}
            Ok(true) => return true,
            Err(error) => self.report.failed(account, "refresh what it is priced by", &error),
        }
        let mut left = Vec::new();
        match self.choose(chain, found, POSITIONS) {
            Err(passed) => left.push(("left it alone".to_owned(), passed)),
            Ok(choice) => match self.take(chain, found, choice) {
                Ok(true) => return true,
                Ok(false) => {}
                Err(error) => self.report.failed(account, "take a slice over", &error),
            },
        }
        for (what, act) in STEPS {
            match act(self, chain, found) {
                Ok(Outcome::Done) => return true,
                Ok(Outcome::NotNow) => {}
                // What stands in the way of several is said once.
                Ok(Outcome::Left(passed)) if left.iter().any(|(_, why)| *why == passed) => {}
                Ok(Outcome::Left(passed)) => left.push((format!("did not {what}"), passed)),
                Err(error) => self.report.failed(account, what, &error),
            }
        }
        for (what, passed) in &left {
            self.report.left(account, what, passed);
        }
        false
    }

    /// Refreshes the prices and the risk arrays that a liquidation of an account with this portfolio would find too old.
    pub(crate) fn refresh(&self, chain: &mut Chain, account: &Address, portfolio: &Portfolio) -> Result<bool> {
        let desk = chain.own.desk.as_ref().map(|desk| &desk.portfolio);
        let portfolios: Vec<&Portfolio> = std::iter::once(portfolio).chain(desk).collect();
        let stale = portfolios.iter().flat_map(|p| oracle::stale(&chain.board, p, chain.now)).collect();
        let newest = |u: &Underlying| oracle::newest(&self.rpc, u, chain.now);
        let prices = oracle::refresh(&chain.board, &stale, newest);
        let mut done = 0;
        // One by one: what refuses one price does not keep the others off the board.
        for shown in &prices.found {
            let (index, ix) = (shown.underlying, instruction::refresh_underlyings(&self.exchange, from_ref(shown)));
            match self.rpc.send(&[ix], &self.key, &[]) {
                Ok(_) => done += 1,
                Err(error) => {
                    self.report.failed(account, &format!("refresh the price of underlying {index}"), &error.into());
                }
            }
        }
        for (index, error) in &prices.failed {
            self.report.failed(account, &format!("look for a price of underlying {index}"), error);
        }
        if done > 0 {
            info!(count = done, "refreshed stale prices");
        }
        let arrays = oracle::refresh_options(&self.exchange, &chain.board, portfolios.into_iter(), chain.now);
        let mut refreshed = 0;
        for ix in &arrays {
            match self.rpc.send(from_ref(ix), &self.key, &[]) {
                Ok(_) => refreshed += 1,
                Err(error) => self.report.failed(account, "refresh risk arrays", &error.into()),
            }
        }
        if refreshed > 0 {
            info!(transactions = refreshed, "refreshed stale risk arrays");
        }
        if done + refreshed > 0 {
            *chain.board = self.rpc.board(&self.exchange)?.board;
        }
        Ok(done + refreshed > 0)
    }

    /// The slice to take, with transactions that have room for so many positions.
    fn choose(&self, chain: &Chain, found: &Found, positions: usize) -> Result<Choice, Passed> {
        let spare = purse::spare(&chain.board, &chain.own, &self.own, chain.now);
        let own = purse::with_spare(&chain.own, spare);
        let terms = Terms {
            own: &own,
            accepts: self.accepts(chain),
            positions,
            closing_cost: self.settings.closing_cost,
            min_profit: self.settings.min_profit,
            most_tokens: self.room_for_tokens(chain, found),
        };
        choose::best(&case(chain, found), &terms)
    }

    /// The underlyings that are wanted, and that the account may hold.
    fn accepts(&self, chain: &Chain) -> UnderlyingSet {
        let listed = (0u16..).zip(&chain.board.underlyings).filter(|(_, u)| u.listed != 0).map(|(index, _)| index);
        let wanted = listed.filter(|index| !self.settings.unwanted.contains(index));
        let desk = chain.own.desk.as_deref();
        let held = wanted.filter(|index| desk.is_none_or(|desk| desk.accepts_underlying(*index)));
        held.fold(UnderlyingSet::EMPTY, UnderlyingSet::with)
    }

    /// Takes a slice over; a smaller one where it is refused.
    fn take(&self, chain: &mut Chain, found: &Found, choice: Choice) -> Result<bool> {
        if chain.own.desk.is_none() {
            return self.open_desk(chain);
        }
        let (choice, tables) = if choice.instruments.len() <= POSITIONS_WITHOUT_TABLE {
            (choice, Vec::new())
        } else {
            match self.table.with_markets(&self.rpc, &self.key, &self.exchange, &choice.instruments) {
                Ok(Some(table)) => (choice, vec![table]),
                Ok(None) => return Ok(true),
                Err(error) => {
                    self.report.failed(&found.address, "make a lookup table", &error);
                    match self.choose(chain, found, POSITIONS_WITHOUT_TABLE) {
                        Ok(smaller) => (smaller, Vec::new()),
                        Err(_) => return Err(error),
                    }
                }
            }
        };
        let mut args = choice.args;
        for halving in 0..=HALVINGS {
            match self.send_slice(chain, found, &Choice { args, ..choice.clone() }, &tables) {
                Ok(sent) => {
                    self.tell(chain, found, &choice, &sent)?;
                    chain.own = Own::read(&self.rpc, &self.own)?;
                    return Ok(true);
                }
                Err(error) if halving == HALVINGS => return Err(error.into()),
                Err(error) if error.ballast().is_none() => return Err(error.into()),
                Err(_) => args.most = choice.halved(halving + 1),
            }
        }
        Ok(false)
    }

    /// Brings the cash that it needs in, and asks for the slice, in one transaction.
    fn send_slice(
        &self,
        chain: &Chain,
        found: &Found,
        choice: &Choice,
        tables: &[AddressLookupTableAccount],
    ) -> Result<Sent, ballast_client::rpc::Failed> {
        let spare = purse::spare(&chain.board, &chain.own, &self.own, chain.now);
        let amount = purse::wanted(&choice.after.liquidator, spare, choose::cost_of_tokens(&choice.after));
        let mut instructions: Vec<Instruction> = purse::bring(&self.exchange, &self.own, amount).into_iter().collect();
        instructions.push(instruction::liquidate(
            &self.exchange,
            &self.own.owner,
            &self.own.desk,
            &found.address,
            &choice.instruments,
            &choice.args,
        ));
        self.rpc.send_with(&instructions, &self.key, &[], tables)
    }

    /// Opens the account that takes slices over.
    fn open_desk(&self, chain: &mut Chain) -> Result<bool> {
        let ix = instruction::open_margin_account(&self.exchange, &self.own.owner, &self.own.owner, self.own.desk_id);
        self.rpc.send(&[ix], &self.key, &[])?;
        chain.own = Own::read(&self.rpc, &self.own)?;
        info!(account = %self.own.desk, sub_id = self.own.desk_id, "opened an account for what is taken over");
        Ok(true)
    }

    fn tell(&self, chain: &Chain, found: &Found, choice: &Choice, sent: &Sent) -> Result<()> {
        let liquidated = event::find::<Liquidated>(&sent.log);
        let done = liquidated.first().context("the log has no liquidation")?;
        let mut legs = Vec::new();
        for leg in done.positions.iter().filter(|leg| leg.lots != 0) {
            let terms = terms::Terms::of(&chain.board, leg.instrument)?;
            let mark = decimal::rounded(terms.average(leg.mark_value.abs(), leg.lots.abs()), 6, 2);
            legs.push(format!("{} {} at {mark}", terms.show_lots(leg.lots), terms.name));
        }
        legs.extend(done.tokens.iter().map(|t| tokens::shown(&chain.board, t.token, t.amount)));
        info!(
            legs = %legs.join(" and "),
            slice_of = %if choice.whole { "all" } else { "a part" },
            gain = %usd(done.discount - done.insurance),
            insurance = %usd(done.insurance),
            account = %found.address,
            "took over a slice"
        );
        Ok(())
    }

    /// Has what an account lacks paid by the fund and shared, unless that was tried and nothing has changed since.
    fn resolve(&self, chain: &Chain, found: &Found) -> Result<Outcome> {
        let lacking = found.lacking();
        let now = (lacking, chain.treasury.insurance.get());
        if lacking == 0 || self.tried.borrow().get(&found.address) == Some(&now) {
            return Ok(Outcome::NotNow);
        }
        self.tried.borrow_mut().insert(found.address, now);
        let markets = margin::sharing_markets(&chain.board, &found.account.episode);
        let ix = instruction::resolve_bad_debt(&self.exchange, &found.address, &markets);
        let sent = self.rpc.send(&[ix], &self.key, &[])?;
        let resolved = event::find::<BadDebtResolved>(&sent.log);
        let done = resolved.first().context("the log has no debt")?;
        info!(
            paid_by_fund = %usd(done.paid),
            shared = %usd(done.shared),
            by_lenders = %usd(done.lenders),
            uncovered = %usd(done.uncovered),
            account = %found.address,
            "had bad debt paid"
        );
        Ok(Outcome::Done)
    }

    /// Takes the orders of an account off one book where they would add to what it holds, or where it is seized: they are in the
    /// way of those who close what they took over.
    fn cancel_orders(&self, _: &Chain, found: &Found) -> Result<Outcome> {
        let seized = found.account.episode.is_seized();
        let in_the_way = found.account.portfolio.open().iter().find(|p| {
            let (bids, asks, lots) = (p.bid_lots.get() > 0, p.ask_lots.get() > 0, p.lots.get());
            if seized { bids || asks } else { bids && lots > 0 || asks && lots < 0 }
        });
        let Some(position) = in_the_way else { return Ok(Outcome::NotNow) };
        let ix = instruction::cancel_liquidatable_orders(&self.exchange, &found.address, position.key.instrument());
        let sent = self.rpc.send(&[ix], &self.key, &[])?;
        let count: u64 = event::find::<OrdersPruned>(&sent.log).iter().map(|e| u64::from(e.count)).sum();
        if count > 0 {
            info!(count, account = %found.address, "cancelled orders");
        }
        Ok(if count > 0 { Outcome::Done } else { Outcome::NotNow })
    }

    /// Gives or confirms notice, of which the discount and at last the seizure depend.
    fn notify(&self, chain: &Chain, found: &Found) -> Result<Outcome> {
        let episode = &found.account.episode;
        let confirmed = episode.notice_runs(chain.now) && chain.now - episode.seen_at < CONFIRM_SECONDS;
        if episode.is_seized() || confirmed {
            return Ok(Outcome::NotNow);
        }
        // At prices at which it cannot be liquidated it cannot be given notice either.
        match liquidation::measure(&chain.board, &found.account.portfolio, chain.now) {
            Err(error) => return Ok(Outcome::Left(Passed::Refused(error))),
            Ok(measured) if !measured.required.is_liquidatable() => return Ok(Outcome::NotNow),
            Ok(_) => {}
        }
        self.rpc.send(&[instruction::give_notice(&self.exchange, &found.address)], &self.key, &[])?;
        info!(account = %found.address, "gave notice");
        Ok(Outcome::Done)
    }
}

/// An account in default, and the exchange around it.
pub(crate) fn case<'a>(chain: &'a Chain, found: &'a Found) -> Case<'a> {
    Case { board: &chain.board, treasury: &chain.treasury, account: &found.account, now: chain.now }
}

pub(crate) fn usd(native: i64) -> String {
    decimal::rounded(native, 6, 2)
}
