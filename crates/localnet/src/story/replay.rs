//! The replay: hour by hour, real prices at their own time, and the liquidator at work.

use super::{
    Bot,
    cast::{Cast, PARTS},
    hours::Hour,
    opening::quote,
    stage::{Stage, percent, time, usd},
};
use crate::Venue;
use anyhow::{Context, Result, ensure};
use ballast_client::{
    ballast::{
        events::{Liquidated, LiquidatedPosition},
        state::MarginAccount,
    },
    margin::requirements,
    risk::Board,
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

/// What is read of the exchange between two hours.
struct Accounts {
    now: i64,
    board: Box<Board>,
    margins: Vec<(Address, Box<MarginAccount>)>,
}

/// What there is for the liquidator to do.
enum Pending {
    /// Somebody is below maintenance.
    Liquidation(Address),
    /// It holds what it took over.
    Unwinding,
}

/// Replays all hours but the first.
pub fn play(stage: &mut Stage, venue: &Venue, cast: &Cast, hours: &[Hour], bot: &mut dyn Bot) -> Result<()> {
    stage.step(format!("{} hours of May 2021, with the crash of the 19th", hours.len() - 1))?;
    stage.line("equity in percent of maintenance margin; below 100 % anyone may liquidate")?;
    stage.gap()?;
    let watched: Vec<_> = cast.takers().map(|(part, _)| format!("{:>7}", part.name)).collect();
    stage.line(format!("{:<13} {:>9} {:>8} {:>6} {}", "UTC", "BTC", "ETH", "SOL", watched.join(" ")))?;
    // So far it has signed what the story sent.
    let mut last_seen = signatures_since(venue, cast, None)?.pop();
    stage.begin(hours.len() - 1);
    for (n, hour) in hours.iter().enumerate().skip(1) {
        stage.next(time(hour.time));
        venue.net.set_time(hour.time)?;
        for (underlying, close) in (0u16..).zip(&hour.closes) {
            venue.write_price(underlying, close, hour.time)?;
        }
        venue.net.send(&venue.refresh(hour.closes.len()), venue.net.payer(), &[])?;
        let (accounts, acted) = let_bot_act(stage, venue, cast, hour, bot)?;
        if acted {
            for liquidated in new_liquidations(stage, venue, cast, &mut last_seen)? {
                stage.line(describe(venue, cast, hour, &liquidated))?;
            }
        }
        if n % HOURS_A_LINE == 0 || n + 1 == hours.len() {
            stage.line(row(cast, hour, &accounts)?)?;
        }
    }
    stage.end();
    Ok(())
}

/// Waits until nobody is below maintenance and the liquidator holds nothing; makers quote when it wants to trade.
/// Returns the accounts then, and whether it had anything to do.
fn let_bot_act(
    stage: &mut Stage,
    venue: &Venue,
    cast: &Cast,
    hour: &Hour,
    bot: &mut dyn Bot,
) -> Result<(Accounts, bool)> {
    let began = Instant::now();
    let (mut acted, mut quoted) = (false, false);
    loop {
        bot.check()?;
        let accounts = Accounts {
            now: venue.net.rpc().now()?,
            board: Box::new(venue.net.rpc().board(&venue.exchange)?.board),
            margins: venue.net.rpc().margin_accounts(&venue.exchange)?,
        };
        let why = match accounts.pending(cast)? {
            None => return Ok((accounts, acted)),
            Some(Pending::Liquidation(address)) => format!("{} is below maintenance", cast.name_of(&address)),
            Some(Pending::Unwinding) => {
                if !quoted {
                    quote(stage, venue, cast, hour)?;
                    quoted = true;
                }
                "it holds what it took over".to_owned()
            }
        };
        acted = true;
        let seconds = BOT_TIMEOUT.as_secs();
        ensure!(began.elapsed() < BOT_TIMEOUT, "the liquidator did nothing for {seconds} s, though {why}");
        sleep(Duration::from_millis(5));
    }
}

impl Accounts {
    fn pending(&self, cast: &Cast) -> Result<Option<Pending>> {
        let mut pending = None;
        for (address, account) in &self.margins {
            if requirements(&self.board, &account.portfolio, self.now)?.is_liquidatable() {
                return Ok(Some(Pending::Liquidation(*address)));
            }
            if *address == cast.liquidator().margin && account.portfolio.position_count > 0 {
                pending = Some(Pending::Unwinding);
            }
        }
        Ok(pending)
    }
}

/// Reads what the liquidator did since the last time, from the chain.
fn new_liquidations(
    stage: &mut Stage,
    venue: &Venue,
    cast: &Cast,
    last_seen: &mut Option<Signature>,
) -> Result<Vec<Liquidated>> {
    let before = stage.ledger.liquidations.len();
    for signature in signatures_since(venue, cast, *last_seen)? {
        let sent = venue.net.rpc().transaction(&signature)?;
        venue.net.measure(&sent);
        stage.note(&sent)?;
        *last_seen = Some(signature);
    }
    Ok(stage.ledger.liquidations[before..].to_vec())
}

/// The successful transactions that the liquidator signed after a given one, the oldest first.
fn signatures_since(venue: &Venue, cast: &Cast, last: Option<Signature>) -> Result<Vec<Signature>> {
    let config = GetConfirmedSignaturesForAddress2Config { until: last, ..Default::default() };
    let rpc = venue.net.rpc().client();
    let found = rpc.get_signatures_for_address_with_config(&cast.liquidator().address(), config)?;
    let successful = found.iter().rev().filter(|s| s.err.is_none());
    successful.map(|s| Ok(s.signature.parse()?)).collect()
}

fn describe(venue: &Venue, cast: &Cast, hour: &Hour, l: &Liquidated) -> String {
    let leg = |leg: &LiquidatedPosition| {
        let terms = &venue.terms[leg.instrument as usize];
        let mark = usd(terms.average(leg.mark_value.abs(), leg.lots.abs()));
        format!("{} {} at {mark}", terms.show_lots(leg.lots.abs()), terms.name)
    };
    let legs: Vec<String> = l.positions.iter().map(leg).collect();
    format!(
        "{}  {} at {}: the liquidator takes {}, and {} for it; back at {}",
        time(hour.time),
        cast.name_of(&l.margin),
        percent(l.equity_before, l.maintenance_before),
        legs.join(", "),
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
