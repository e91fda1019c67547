//! The replay: hour by hour, real prices at their own time, and the liquidator at work.

use super::{
    Bot,
    cast::{Cast, LATE, PARTS, SILENCE, SOL},
    hours::Hour,
    opening::{describe as bought, quote, take, worst_price},
    stage::{Stage, percent, time, usd},
};
use crate::Venue;
use anyhow::{Context, Result, ensure};
use ballast_client::{
    ballast::{
        args::{LiquidateArgs, OrderArgs},
        events::{Event, Liquidated, LiquidatedPosition},
        state::MarginAccount,
    },
    instruction::{self, Shown},
    margin::requirements,
    pda::Exchange,
    risk::{Board, Side},
};
use solana_address::Address;
use solana_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_signature::Signature;
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// Hours between two lines of the story, if nothing happens.
const HOURS_A_LINE: usize = 12;
/// How long the liquidator may take.
const BOT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long it is given to act before minutes pass.
const BOT_PAUSE: Duration = Duration::from_millis(600);
/// Seconds that pass at a time while somebody is seized.
const SEIZED_STEP: i64 = 300;

/// What is read of the exchange between two hours.
struct Accounts {
    now: i64,
    board: Box<Board>,
    margins: Vec<(Address, Box<MarginAccount>)>,
}

/// What there is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    /// Somebody is in default, and the liquidator has something to do about it.
    Default(Address),
    /// The liquidator holds what it took over.
    Unwinding,
    /// Somebody is seized, and nobody is paid enough yet to take what is left.
    Waiting(Address),
    /// Somebody is seized, and there is nothing left to pay anybody with.
    Worthless(Address),
}

/// Replays all hours but the first.
pub fn play(stage: &mut Stage, venue: &Venue, cast: &Cast, hours: &[Hour], bot: &mut dyn Bot) -> Result<()> {
    stage.step(format!("{} hours of May 2021, with the crash of the 19th", hours.len() - 1))?;
    stage.line(
        "equity in percent of maintenance margin; below 100 % anyone may take a slice: the same part of every leg",
    )?;
    stage.gap()?;
    let watched: Vec<_> = cast.takers().map(|(part, _)| format!("{:>7}", part.name)).collect();
    stage.line(format!("{:<13} {:>9} {:>8} {:>6} {}", "UTC", "BTC", "ETH", "SOL", watched.join(" ")))?;
    // So far it has signed what the story sent.
    let mut last_seen = signatures_since(venue, cast, None)?.pop();
    stage.begin(hours.len() - 1);
    for (n, hour) in hours.iter().enumerate().skip(1) {
        stage.next(time(hour.time));
        venue.net.set_time(hour.time)?;
        publish(venue, hour, hour.time)?;
        note_silence(stage, hour)?;
        let mut act = Act { stage, venue, cast, hour, bot, last_seen };
        let accounts = act.wait()?;
        last_seen = act.last_seen;
        if hour.time == LATE.2 {
            buy_late(stage, venue, cast, hour)?;
        }
        if n % HOURS_A_LINE == 0 || n + 1 == hours.len() {
            stage.line(row(cast, hour, &accounts)?)?;
        }
    }
    stage.end();
    Ok(())
}

/// Writes the prices of an hour as they are published at a time, and puts them on the board.
fn publish(venue: &Venue, hour: &Hour, at: i64) -> Result<()> {
    let mut shown = Vec::new();
    for (underlying, close) in (0u16..).zip(&hour.closes).filter(|(u, _)| hour.is_heard(*u)) {
        venue.write_price(underlying, close, at)?;
        shown.push(Shown { underlying, first: venue.prices[usize::from(underlying)], second: None });
    }
    let refresh = instruction::refresh_underlyings(&venue.exchange, &shown);
    venue.net.send(&[refresh], venue.net.payer(), &[])?;
    Ok(())
}

/// Says when the oracle of SOL falls silent, and when it is heard again.
fn note_silence(stage: &mut Stage, hour: &Hour) -> Result<()> {
    if hour.time == LATE.2 + 3_600 {
        stage.line(format!(
            "{}  the oracle of SOL falls silent: nobody is liquidated at a price that is not known",
            time(hour.time)
        ))
    } else if hour.time == SILENCE.1 {
        stage.line(format!("{}  the oracle of SOL is back, at {}", time(hour.time), usd(hour.price(SOL)?)))
    } else {
        Ok(())
    }
}

/// Somebody buys SOL with all he has.
fn buy_late(stage: &mut Stage, venue: &Venue, cast: &Cast, hour: &Hour) -> Result<()> {
    let (name, size, _) = LATE;
    let trader = cast.named(name).with_context(|| format!("{name} is not in the cast"))?;
    let terms = &venue.terms[usize::from(SOL)];
    quote(stage, venue, cast, hour)?;
    let order = OrderArgs::limit(Side::Bid, worst_price(terms, hour, Side::Bid)?, terms.lots(size)?).fill_or_kill();
    let placed = take(stage, venue, cast, trader, terms, &order)?;
    stage.line(format!("{}  {}", time(hour.time), bought(terms, name, &placed)))
}

/// An hour in which the liquidator acts.
struct Act<'a, 'b> {
    stage: &'a mut Stage<'b>,
    venue: &'a Venue<'a>,
    cast: &'a Cast,
    hour: &'a Hour,
    bot: &'a mut dyn Bot,
    /// The last of the liquidator's transactions that was read.
    last_seen: Option<Signature>,
}

impl Act<'_, '_> {
    /// Waits until nobody is in default and the liquidator holds nothing, and tells what happened. Makers quote when the liquidator
    /// wants to trade. Minutes pass where somebody is seized, until somebody is paid enough. Returns the accounts then.
    fn wait(&mut self) -> Result<Accounts> {
        let (mut began, mut quoted, mut acted) = (Instant::now(), false, false);
        loop {
            self.bot.check()?;
            let accounts = Accounts::read(self.venue)?;
            // Nobody trades who holds something whose price is not known.
            let pending = accounts.pending(self.cast, &self.venue.exchange)?;
            let pending = pending.filter(|p| *p != Pending::Unwinding || self.hour.is_heard(SOL));
            acted |= pending.is_some();
            let why = match pending {
                None => {
                    if acted {
                        self.tell()?;
                    }
                    return Ok(accounts);
                }
                Some(Pending::Default(address)) => format!("{} is in default", self.cast.name_of(&address)),
                Some(Pending::Unwinding) => {
                    if !quoted {
                        quote(self.stage, self.venue, self.cast, self.hour)?;
                        quoted = true;
                    }
                    "it holds what it took over".to_owned()
                }
                Some(Pending::Waiting(address)) => {
                    if began.elapsed() > BOT_PAUSE {
                        let now = accounts.now + SEIZED_STEP;
                        self.venue.net.set_time(now)?;
                        publish(self.venue, self.hour, now)?;
                        (began, quoted) = (Instant::now(), false);
                    }
                    format!("{} is seized", self.cast.name_of(&address))
                }
                Some(Pending::Worthless(address)) => {
                    if began.elapsed() > BOT_PAUSE {
                        self.tell()?;
                        self.take_for_nothing(&address)?;
                    }
                    format!("{} is seized", self.cast.name_of(&address))
                }
            };
            let seconds = BOT_TIMEOUT.as_secs();
            ensure!(began.elapsed() < BOT_TIMEOUT, "the liquidator did nothing for {seconds} s, though {why}");
            sleep(Duration::from_millis(5));
        }
    }

    /// A maker takes at the marks what nobody is paid for.
    fn take_for_nothing(&mut self, of: &Address) -> Result<()> {
        let (venue, maker) = (self.venue, &self.cast.makers()[0]);
        let account: Box<MarginAccount> = venue.net.rpc().decode(of)?;
        let held = account.portfolio.open().iter().filter(|p| !p.lots.is_zero());
        let instruments: Vec<u16> = held.map(|p| p.key.instrument()).collect();
        let (e, args) = (&venue.exchange, LiquidateArgs::WHOLE);
        let ix = instruction::liquidate(e, &maker.address(), &maker.margin, of, &instruments, &args);
        let before = self.stage.ledger.defaults.len();
        let sent = venue.act(maker, &[ix])?;
        self.stage.note(&sent)?;
        self.describe_since(before)
    }

    /// Reads what the liquidator did since the last time from the chain, and tells it.
    fn tell(&mut self) -> Result<()> {
        let before = self.stage.ledger.defaults.len();
        for signature in signatures_since(self.venue, self.cast, self.last_seen)? {
            let sent = self.venue.net.rpc().transaction(&signature)?;
            self.venue.net.measure(&sent);
            self.stage.note(&sent)?;
            self.last_seen = Some(signature);
        }
        self.describe_since(before)
    }

    fn describe_since(&mut self, before: usize) -> Result<()> {
        let events = &self.stage.ledger.defaults[before..];
        let told: Vec<String> = events.iter().filter_map(|event| self.describe(event)).collect();
        let time = time(self.hour.time);
        told.iter().try_for_each(|text| self.stage.line(format!("{time}  {text}")))
    }

    fn describe(&self, event: &Event) -> Option<String> {
        let name = |margin| self.cast.name_of(margin);
        match event {
            Event::Liquidated(l) => Some(describe(self.venue, self.cast, l)),
            Event::AccountSeized(s) => Some(format!(
                "{} is bankrupt, {} short: seized; the insurance fund pays {}",
                name(&s.margin),
                usd(-s.equity),
                usd(s.paid),
            )),
            Event::BadDebtResolved(r) => Some(format!(
                "the fund is empty: {} of {}'s debt come out of the profits of those who are short SOL",
                usd(r.shared + r.lenders),
                name(&r.margin),
            )),
            _ => None,
        }
    }
}

impl Accounts {
    fn read(venue: &Venue) -> Result<Self> {
        let rpc = venue.net.rpc();
        Ok(Self {
            now: rpc.now()?,
            board: Box::new(rpc.board(&venue.exchange)?.board),
            margins: rpc.margin_accounts(&venue.exchange)?,
        })
    }

    fn pending(&self, cast: &Cast, exchange: &Exchange) -> Result<Option<Pending>> {
        let (desk, mut pending) = (cast.desk(exchange), None);
        for (address, account) in &self.margins {
            let (portfolio, episode) = (&account.portfolio, &account.episode);
            let r = requirements(&self.board, portfolio, self.now)?;
            if *address == desk {
                if portfolio.position_count > 0 || !portfolio.cash.is_zero() {
                    pending = Some(Pending::Unwinding);
                }
            } else if r.is_liquidatable() && (!episode.is_seized() || r.equity.get() < 0) {
                return Ok(Some(Pending::Default(*address)));
            } else if episode.is_seized() && pending.is_none() {
                let is_worthless = episode.budget.is_zero() && r.equity.get() <= 0;
                let waiting = if is_worthless { Pending::Worthless } else { Pending::Waiting };
                pending = Some(waiting(*address));
            }
        }
        Ok(pending)
    }
}

/// The successful transactions that the liquidator signed after a given one, the oldest first.
fn signatures_since(venue: &Venue, cast: &Cast, last: Option<Signature>) -> Result<Vec<Signature>> {
    let config = GetConfirmedSignaturesForAddress2Config { until: last, ..Default::default() };
    let rpc = venue.net.rpc().client();
    let found = rpc.get_signatures_for_address_with_config(&cast.liquidator().address(), config)?;
    let successful = found.iter().rev().filter(|s| s.err.is_none());
    successful.map(|s| Ok(s.signature.parse()?)).collect()
}

fn describe(venue: &Venue, cast: &Cast, l: &Liquidated) -> String {
    let leg = |leg: &LiquidatedPosition| {
        let terms = &venue.terms[leg.instrument as usize];
        let side = if leg.lots > 0 { "long" } else { "short" };
        format!("{side} {} {}", terms.show_lots(leg.lots.abs()), terms.name)
    };
    let legs: Vec<String> = l.positions.iter().map(leg).collect();
    let (legs, name) = (legs.join(" and "), cast.name_of(&l.margin));
    let taker = if l.liquidator == cast.desk(&venue.exchange) { "the liquidator" } else { cast.name_of(&l.liquidator) };
    if l.from_budget > 0 {
        return format!("minutes later {taker} takes {name}'s {legs} for {} of the fund's", usd(l.discount));
    }
    if l.discount == 0 {
        return format!("{taker} takes {name}'s {legs} for nothing: at the mark, it closes her own short");
    }
    let hedge = if l.positions.len() > 1 { ", as one slice" } else { "" };
    format!(
        "{name} {}: {taker} takes {legs} for {}{hedge}; now {}",
        percent(l.equity_before, l.maintenance_before),
        usd(l.discount),
        percent(l.equity_after, l.maintenance_after),
    )
}

fn row(cast: &Cast, hour: &Hour, accounts: &Accounts) -> Result<String> {
    let mut row = format!("{:<13}", time(hour.time));
    for (underlying, width) in (0u16..).zip([9, 8, 6]) {
        row.push_str(&format!(" {:>width$}", usd(hour.price(underlying)?)));
    }
    for (part, trader) in PARTS.iter().zip(&cast.0).filter(|(part, _)| !part.trades.is_empty()) {
        let found = accounts.margins.iter().find(|(address, _)| *address == trader.margin);
        let account = &found.with_context(|| format!("{} has no account", part.name))?.1;
        let r = requirements(&accounts.board, &account.portfolio, accounts.now)?;
        row.push_str(&format!(" {:>7}", percent(r.equity.get(), r.maintenance.get())));
    }
    Ok(row)
}
