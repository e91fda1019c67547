//! The end: everybody closes, withdraws and leaves.

use super::{
    cast::{Cast, PARTS},
    hours::{Hour, hours},
    opening::{describe, pull, quote, take},
    stage::{Stage, usd},
};
use crate::{Trader, Venue};
use anyhow::{Context, Result, ensure};
use ballast_client::{
    account::decode,
    ballast::{
        args::{OrderArgs, OrderKind},
        state::Market,
    },
    config::Config,
    decimal, instruction,
    reconcile::Reconciliation,
    risk::Side,
    terms::Terms,
};
use solana_address::Address;

/// Markets that are swept in one transaction.
const SWEEPS: usize = 16;

/// What somebody brought and took away, in the smallest units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Who.
    pub name: String,
    /// USDC deposited.
    pub deposited: i64,
    /// USDC withdrawn.
    pub withdrawn: i64,
    /// SOL deposited.
    pub sol_deposited: u64,
    /// SOL withdrawn.
    pub sol_withdrawn: u64,
    /// Fees paid, less rebates.
    pub fees: i64,
    /// What liquidations cost against the mark, or brought if negative.
    pub liquidation_cost: i64,
}

impl Statement {
    /// What was withdrawn over what was deposited, in quote-native.
    pub fn profit(&self) -> i64 {
        self.withdrawn - self.deposited
    }
}

/// Everybody closes their positions: traders with the makers, then the makers with each other.
pub fn close(stage: &mut Stage, venue: &Venue, cast: &Cast) -> Result<()> {
    stage.step("Everyone closes")?;
    let last = hours()?.pop().context("there are no prices")?;
    quote(stage, venue, cast, &last)?;
    for (_, trader) in cast.takers() {
        for terms in venue.perpetuals() {
            close_with_makers(stage, venue, cast, trader, terms, &last)?;
        }
    }
    for maker in cast.makers() {
        stage.note(&venue.act(maker, &pull(venue, maker))?)?;
    }
    let [maya, milo] = cast.makers() else { anyhow::bail!("there are two makers") };
    for terms in venue.perpetuals() {
        let held = lots(venue, maya, terms)?;
        if held != 0 {
            // What one is long the other is short: a quote at the index, and both are flat.
            let order = closing_order(terms, -held, &last, 0)?.kind(OrderKind::PostOnly);
            stage.note(&venue.act(milo, &[venue.place(milo, terms.instrument, &order, &[])])?)?;
            close_with_makers(stage, venue, cast, maya, terms, &last)?;
        }
    }
    Ok(())
}

fn close_with_makers(
    stage: &mut Stage,
    venue: &Venue,
    cast: &Cast,
    trader: &Trader,
    terms: &Terms,
    hour: &Hour,
) -> Result<()> {
    let held = lots(venue, trader, terms)?;
    if held == 0 {
        return Ok(());
    }
    let order = closing_order(terms, held, hour, 5_000)?.immediate_or_cancel();
    let placed = take(stage, venue, cast, trader, terms, &order)?;
    ensure!(placed.filled == held.abs(), "{} could not close all of {}", trader.name, terms.name);
    stage.line(describe(terms, &trader.name, &placed))
}

/// A reduce-only order against a position, at most some millionths worse than the index.
fn closing_order(terms: &Terms, held: i64, hour: &Hour, slippage: i64) -> Result<OrderArgs> {
    let (side, slippage) = if held > 0 { (Side::Ask, -slippage) } else { (Side::Bid, slippage) };
    let price = terms.ticks_near(hour.price(terms.instrument)?, slippage);
    Ok(OrderArgs::limit(side, price, held.abs()).reduce_only())
}

fn lots(venue: &Venue, trader: &Trader, terms: &Terms) -> Result<i64> {
    let portfolio = venue.margin_of(trader)?.portfolio;
    Ok(portfolio.open().iter().find(|p| p.key.instrument() == terms.instrument).map_or(0, |p| p.lots.get()))
}

/// Everybody withdraws everything and closes the account.
pub fn withdraw(stage: &mut Stage, venue: &Venue, cast: &Cast) -> Result<Vec<Statement>> {
    stage.step("Everyone withdraws, and closes the account")?;
    let mut statements = Vec::new();
    for (part, trader) in PARTS.iter().zip(&cast.0) {
        let portfolio = venue.margin_of(trader)?.portfolio;
        let (cash, sol) = (portfolio.cash.get(), portfolio.balance(0));
        ensure!(cash >= 0, "{} owes {}", trader.name, usd(-cash));
        if cash > 0 {
            venue.withdraw_usdc(trader, cash as u64)?;
        }
        if sol > 0 {
            venue.withdraw_sol(trader, sol)?;
        }
        venue.act(trader, &[instruction::close_margin_account(&venue.exchange, &trader.address(), 0)])?;
        let sol_shown = if sol > 0 { format!(" and {} SOL", decimal::format(sol as i64, 9, 0)) } else { String::new() };
        stage.line(format!("{:<4} takes {:>10} USDC{sol_shown}", trader.name, usd(cash)))?;
        // The liquidator has a second account, for what it takes over.
        let desk = Some(cast.desk(&venue.exchange)).filter(|_| trader.margin == cast.liquidator().margin);
        let sum_of = |of: &dyn Fn(&Address) -> i64| of(&trader.margin) + desk.as_ref().map_or(0, of);
        statements.push(Statement {
            name: trader.name.clone(),
            deposited: decimal::parse(part.usdc, 6)?,
            withdrawn: cash,
            sol_deposited: decimal::parse(part.sol, 9)? as u64,
            sol_withdrawn: sol,
            fees: sum_of(&|margin| stage.ledger.fees_of(margin)),
            liquidation_cost: sum_of(&|margin| stage.ledger.liquidation_cost(margin)),
        });
    }
    Ok(statements)
}

/// The markets' fees go to the treasury.
pub fn sweep(stage: &mut Stage, venue: &Venue) -> Result<()> {
    let mut sweeps = Vec::new();
    for (_, account) in venue.net.rpc().exchange_accounts::<Market>(&venue.exchange)? {
        let market = decode::<Market>(&account.data)?;
        if market.unswept_fees.get() != 0 {
            sweeps.push(instruction::sweep(&venue.exchange, market.instrument));
        }
    }
    for batch in sweeps.chunks(SWEEPS) {
        venue.net.send(batch, venue.net.payer(), &[])?;
    }
    let fees = venue.net.rpc().treasury(&venue.exchange)?.fees.get();
    stage.line(format!("the fees of {} markets are swept into the treasury: {} USDC", sweeps.len(), usd(fees)))
}

/// What the exchange gained, in quote-native.
pub struct Gains {
    /// Fees in the treasury.
    pub fees: i64,
    /// What the insurance fund has more than it started with, or less if negative.
    pub insurance: i64,
    /// What of the fees is none: units that rounding left in markets, for whoever pays pays too much rather than too little.
    pub dust: i64,
}

impl Gains {
    /// What the treasury says, everyone gone and all fees swept.
    pub fn of(everyone_gone: &Reconciliation, last: &Reconciliation, config: &Config) -> Result<Self> {
        let fund = decimal::parse(&config.exchange.insurance, 6)?;
        let dust = i64::try_from(everyone_gone.unpaid_funding)?;
        Ok(Self { fees: i64::try_from(last.fees)?, insurance: i64::try_from(last.insurance)? - fund, dust })
    }
}

/// What all traders lost together is what the exchange gained, and events tell the same as accounts. `told` is what the insurance
/// fund gained by the events.
pub fn require_zero_sum(statements: &[Statement], gains: &Gains, told: i64) -> Result<()> {
    let profit: i64 = statements.iter().map(Statement::profit).sum();
    let Gains { fees, insurance, dust } = *gains;
    ensure!(profit + fees + insurance == 0, "profits {profit}, fees {fees}, insurance fund {insurance}");
    let paid: i64 = statements.iter().map(|s| s.fees).sum();
    ensure!(paid + dust == fees, "by the events fees are {paid}, the treasury has {fees}, of it {dust} by rounding");
    ensure!(told == insurance, "by the events the insurance fund gained {told}, it has {insurance} more");
    for s in statements {
        ensure!(s.sol_deposited == s.sol_withdrawn, "{} did not get all SOL back", s.name);
    }
    Ok(())
}
