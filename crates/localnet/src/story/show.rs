//! Tables and proofs between the acts.

use super::{
    Statement,
    cast::Cast,
    closing::Gains,
    stage::{Stage, usd},
};
use crate::{Localnet, Trader, Venue, table::numbers};
use anyhow::{Context, Result, ensure};
use ballast_client::{
    ballast::view::MarginView,
    decimal,
    margin::{self, Leg, requirements},
    reconcile::Reconciliation,
    risk::Requirements,
};

/// Two books whose margin is less than the sum of their legs.
pub fn netting(stage: &mut Stage, venue: &Venue, cast: &Cast) -> Result<()> {
    stage.step("What netting is worth")?;
    let books =
        [("Hugo", "Hugo: BTC and ETH are one product group"), ("Nils", "Nils: a token is a position of delta one")];
    for (name, title) in books {
        let trader = cast.named(name).with_context(|| format!("{name} is not in the cast"))?;
        book(stage, venue, trader, title)?;
    }
    stage.line("The program's own view_margin and the client's simulator agree on both to the unit.")
}

/// A book's margin beside that of each of its legs alone, by the client and by the program.
pub fn book(stage: &mut Stage, venue: &Venue, trader: &Trader, title: &str) -> Result<()> {
    stage.line(title)?;
    let board = venue.net.rpc().board(&venue.exchange)?.board;
    let portfolio = venue.margin_of(trader)?.portfolio;
    // Its clock runs on while the story is told, and an option's value with it.
    let (there, _) = venue.net.rpc().view_margin(&venue.exchange, venue.net.payer(), &trader.margin)?;
    let now = there.time;
    let whole = requirements(&board, &portfolio, now)?;
    require_same(trader, &whole, &there)?;

    let mut table = numbers(&["", "traded at", "maintenance", "initial"]);
    let mut sum = (0, 0);
    for (leg, alone) in margin::legs(&board, &portfolio, now)? {
        table.add_row([
            describe(venue, &leg),
            traded_at(venue, &leg),
            usd(alone.maintenance.get()),
            usd(alone.initial.get()),
        ]);
        sum = (sum.0 + alone.maintenance.get(), sum.1 + alone.initial.get());
    }
    table.add_row([""]);
    table.add_row(["the legs, each alone".to_owned(), String::new(), usd(sum.0), usd(sum.1)]);
    table.add_row(["together".to_owned(), String::new(), usd(whole.maintenance.get()), usd(whole.initial.get())]);
    let of_sum = (share(whole.maintenance.get(), sum.0), share(whole.initial.get(), sum.1));
    table.add_row(["of the sum".to_owned(), String::new(), of_sum.0, of_sum.1]);
    stage.table(table)?;
    stage.gap()
}

/// A ratio in percent, rounded to a tenth.
fn share(part: i64, whole: i64) -> String {
    let ppm = i128::from(part) * 1_000_000 / i128::from(whole.max(1));
    format!("{} %", decimal::rounded(ppm as i64, 4, 1))
}

/// The client and the program must say the same.
fn require_same(trader: &Trader, here: &Requirements, there: &MarginView) -> Result<()> {
    let here = (here.equity.get(), here.maintenance.get(), here.initial.get());
    let there = (there.equity, there.maintenance, there.initial);
    ensure!(here == there, "{}: client {here:?}, program {there:?}", trader.name);
    Ok(())
}

fn describe(venue: &Venue, leg: &Leg) -> String {
    match leg {
        Leg::Token(b) => {
            let listed = &venue.config.collateral[usize::from(b.token)];
            format!("{} {} deposited", decimal::format(b.amount as i64, u32::from(listed.decimals), 0), listed.name)
        }
        Leg::Position(p) => {
            let terms = &venue.terms[usize::from(p.key.instrument())];
            let side = if p.lots.get() > 0 { "long" } else { "short" };
            format!("{side} {} {}", terms.show_lots(p.lots.get().abs()), terms.name)
        }
    }
}

/// The average price of a position.
fn traded_at(venue: &Venue, leg: &Leg) -> String {
    match leg {
        Leg::Token(_) => String::new(),
        Leg::Position(p) => {
            let terms = &venue.terms[usize::from(p.key.instrument())];
            usd(terms.average(p.quote.get().abs(), p.lots.get().abs()))
        }
    }
}

/// What the liquidator said.
pub fn bot(stage: &mut Stage, said: &[String]) -> Result<()> {
    stage.step("What the liquidator says, which saw nothing but JSON-RPC")?;
    for line in said {
        stage.line(line)?;
    }
    Ok(())
}

/// Compute units.
pub fn compute(stage: &mut Stage, net: &Localnet) -> Result<()> {
    stage.step("Compute units")?;
    stage.table(net.meter().table())
}

/// What everyone brought and took away, and where the difference went.
pub fn statements(stage: &mut Stage, statements: &[Statement], gains: &Gains, shared: i64) -> Result<()> {
    stage.step("Who brought what, and left with what")?;
    let head = ["", "USDC in", "USDC out", "SOL in", "SOL out", "profit", "of it fees", "liquidations"];
    let mut table = numbers(&head);
    let unless_zero = |n: i64, shown: String| if n == 0 { String::new() } else { shown };
    let sol = |lamports: u64| unless_zero(lamports as i64, decimal::format(lamports as i64, 9, 0));
    for s in statements {
        table.add_row([
            s.name.clone(),
            usd(s.deposited),
            usd(s.withdrawn),
            sol(s.sol_deposited),
            sol(s.sol_withdrawn),
            usd(s.profit()),
            usd(-s.fees),
            unless_zero(s.liquidation_cost, usd(-s.liquidation_cost)),
        ]);
    }
    table.add_row([""]);
    let sum = |of: fn(&Statement) -> i64| usd(statements.iter().map(of).sum());
    let sol_sum = |of: fn(&Statement) -> u64| sol(statements.iter().map(of).sum());
    table.add_row([
        "all".to_owned(),
        sum(|s| s.deposited),
        sum(|s| s.withdrawn),
        sol_sum(|s| s.sol_deposited),
        sol_sum(|s| s.sol_withdrawn),
        sum(Statement::profit),
        sum(|s| -s.fees),
        sum(|s| -s.liquidation_cost),
    ]);
    stage.table(table)?;
    stage.gap()?;
    stage.line(format!("What they left behind: {} of fees for the exchange.", usd(gains.fees)))?;
    stage.line(format!("The insurance fund paid {} more than it was given.", usd(-gains.insurance)))?;
    stage.line(format!("Debts of {} that it could not pay came out of the profits of the other side.", usd(shared)))
}

/// The sums at several times, side by side.
pub fn reconciliation(stage: &mut Stage, at: &[Reconciliation; 3]) -> Result<()> {
    stage.step("Does it add up? In USDC, to the unit")?;
    let mut table = numbers(&["", "after the crash", "everyone gone", "fees swept"]);
    let show = |n: i128| decimal::format(n as i64, 6, 6);
    let mut line = |name: &str, of: fn(&Reconciliation) -> i128| {
        table.add_row([name.to_owned(), show(of(&at[0])), show(of(&at[1])), show(of(&at[2]))]);
    };
    line("cash of all accounts", |r| r.cash);
    line("open positions", |r| r.quote);
    line("insurance fund", |r| r.insurance);
    line("fees in the treasury", |r| r.fees);
    line("fees not yet swept", |r| r.unswept);
    line("losses not yet paid", |r| r.unpaid_funding);
    line("interest", |r| r.interest - r.receivable);
    line("sum", Reconciliation::claims);
    line("quote vault", |r| r.vault);
    line("difference", Reconciliation::difference);
    stage.table(table)
}
