//! The beginning: an exchange, deposits, quotes, trades.

use super::{
    cast::{Cast, HALF_SPREADS, PARTS, QUOTE_SIZES},
    hours::Hour,
    stage::{Stage, percent, time, usd},
};
use crate::{Localnet, Trader, Venue};
use anyhow::{Context, Result};
use ballast_client::{
    ballast::{
        args::{BOTH_SIDES, OrderArgs},
        events::OrderPlaced,
    },
    config::Config,
    decimal, event, instruction,
    risk::Side,
    terms::Terms,
};
use comfy_table::{Cell, CellAlignment, Table, presets};
use solana_instruction::Instruction;

/// How long quotes are good for.
const QUOTE_SECONDS: i64 = 60;

/// Starts the validator, at the time of the first hour.
pub fn validator(stage: &mut Stage, first: &Hour) -> Result<Localnet> {
    stage.step("A validator of our own, and an exchange on it")?;
    let net = Localnet::start()?;
    net.set_time(first.time)?;
    let kilobytes = net.elf_len() / 1_000;
    stage.line(format!("Surfpool at {}, offline; Ballast deployed, {kilobytes} kB of sBPF", net.rpc_url()))?;
    stage.line(format!("its clock is set back to {} UTC of 2021", time(first.time)))?;
    Ok(net)
}

/// Makes the exchange and publishes the first prices.
pub fn list<'n>(stage: &mut Stage, net: &'n Localnet, config: &Config, first: &Hour) -> Result<Venue<'n>> {
    let venue = net.apply(config)?;
    let (perpetuals, futures) = (config.perpetual.len(), config.future.len());
    stage.line(format!(
        "exchange {} from migrations/localnet.toml: perpetuals ({perpetuals}), dated futures ({futures}), options ({})",
        config.exchange.id,
        venue.terms.len() - perpetuals - futures,
    ))?;
    stage
        .line(format!("its insurance fund starts with {} USDC", usd(decimal::parse(&config.exchange.insurance, 6)?)))?;
    venue.publish(&first.prices())?;
    let named = config.underlying.iter().zip(first.prices()).map(|(u, price)| format!("{} {price}", u.name));
    stage.line(format!("Pyth prices on the board, in dollars: {}", named.collect::<Vec<_>>().join(", ")))?;
    venue.publish_volatilities()?;
    for (u, surface) in config.underlying.iter().filter_map(|u| Some((u, u.surface.as_ref()?))) {
        let level = i64::from(surface.smile()?.level.get());
        stage.line(format!("a volatility of {} at the money published for {}", percent(level, 1_000_000), u.name))?;
    }
    Ok(venue)
}

/// Everybody opens an account and deposits.
pub fn deposit(stage: &mut Stage, venue: &Venue) -> Result<Cast> {
    stage.step("Deposits")?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut cast = Vec::new();
    for part in &PARTS {
        let trader = venue.trader(part.name, part.usdc, part.sol)?;
        for (amount, token) in [(part.usdc, "USDC"), (part.sol, "SOL")] {
            if amount == "0" {
                continue;
            }
            let sent = match token {
                "USDC" => venue.deposit_usdc(&trader, amount)?,
                _ => venue.deposit_sol(&trader, amount)?,
            };
            stage.note(&sent)?;
            let shown = decimal::format(decimal::parse(amount, 0)?, 0, 0);
            let amount = Cell::new(shown).set_alignment(CellAlignment::Right);
            table.add_row([part.name.into(), amount, token.into(), part.role.into()]);
        }
        cast.push(trader);
    }
    stage.table(table)?;
    Ok(Cast(cast))
}

/// Makers quote, traders take.
pub fn trade(stage: &mut Stage, venue: &Venue, cast: &Cast, hour: &Hour) -> Result<()> {
    stage.step("Two makers quote, six traders take")?;
    quote(stage, venue, cast, hour)?;
    for (part, trader) in cast.takers() {
        for (instrument, side, size) in part.trades {
            let terms = &venue.terms[usize::from(*instrument)];
            let price = worst_price(terms, hour, *side)?;
            let order = OrderArgs::limit(*side, price, terms.lots(size)?).fill_or_kill();
            let placed = take(stage, venue, cast, trader, terms, &order)?;
            stage.line(describe(terms, &trader.name, &placed))?;
        }
    }
    Ok(())
}

/// Makers quote around the prices of an hour, each in one transaction. Quotes are good for a minute.
pub fn quote(stage: &mut Stage, venue: &Venue, cast: &Cast, hour: &Hour) -> Result<()> {
    // Minutes may have passed in this hour.
    let now = venue.net.rpc().now()?;
    for (maker, half_spread) in cast.makers().iter().zip(HALF_SPREADS) {
        let mut instructions = pull(venue, maker);
        for (terms, size) in venue.perpetuals().iter().zip(QUOTE_SIZES) {
            if !hour.is_heard(terms.instrument) {
                continue;
            }
            let price = hour.price(terms.instrument)?;
            for (side, distance) in [(Side::Bid, -half_spread), (Side::Ask, half_spread)] {
                let order = OrderArgs::post_only(side, terms.ticks_near(price, distance), terms.lots(size)?)
                    .expires_at(now + QUOTE_SECONDS);
                instructions.push(venue.place(maker, terms.instrument, &order, &[]));
            }
        }
        let sent = venue.act(maker, &instructions).with_context(|| format!("{} could not quote", maker.name))?;
        stage.note(&sent)?;
    }
    Ok(())
}

/// Instructions by which a maker pulls all quotes of perpetuals.
pub fn pull(venue: &Venue, maker: &Trader) -> Vec<Instruction> {
    let cancel = |t: &Terms| {
        instruction::cancel_all_orders(
            &venue.exchange,
            &maker.address(),
            &maker.margin,
            t.instrument,
            BOTH_SIDES,
            u16::MAX,
        )
    };
    venue.perpetuals().iter().map(cancel).collect()
}

/// Sends an order that takes what makers quote.
pub fn take(
    stage: &mut Stage,
    venue: &Venue,
    cast: &Cast,
    trader: &Trader,
    terms: &Terms,
    order: &OrderArgs,
) -> Result<OrderPlaced> {
    let makers: Vec<&Trader> = cast.makers().iter().filter(|m| m.margin != trader.margin).collect();
    let ix = venue.place(trader, terms.instrument, order, &makers);
    let sent = venue.act(trader, &[ix]).with_context(|| format!("{} could not trade {}", trader.name, terms.name))?;
    stage.note(&sent)?;
    event::find::<OrderPlaced>(&sent.log).into_iter().next().context("the log has no order")
}

/// The worst price that a taker accepts: half a percent from the index.
pub fn worst_price(terms: &Terms, hour: &Hour, side: Side) -> Result<i64> {
    let slippage = if side == Side::Bid { 5_000 } else { -5_000 };
    Ok(terms.ticks_near(hour.price(terms.instrument)?, slippage))
}

/// An order that was filled, in words.
pub fn describe(terms: &Terms, name: &str, placed: &OrderPlaced) -> String {
    let verb = if placed.side == Side::Bid as u8 { "buys" } else { "sells" };
    format!(
        "{name} {verb:<5} {:>5} {:<8} at {:>9}   fee {:>6}",
        terms.show_lots(placed.filled),
        terms.name,
        usd(terms.average(placed.value, placed.filled)),
        usd(placed.fee),
    )
}
