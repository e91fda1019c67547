//! The measurements of blocks, transfers, funding and settlement, on an exchange of their own: that of
//! `exchange.rs` with funding of one perpetual, and a dated future and ten options of one expiry.

use crate::exchange::{Bench, IMPACT_ORDERS, RICH, SIXTEEN, SPREAD, Units, dollars, failure};
use anyhow::{Result, ensure};
use ballast_client::{
    ballast::{args::LegArgs, constants::MAX_LEGS, state::permission},
    instruction,
    risk::fixing::SAMPLES,
    terms::Terms,
};
use ballast_testkit::{BTC, ETH, Order, Trader, options::SMILE};
use solana_signer::Signer;

/// The future, and the first option, on Bitcoin.
const FUTURE: u16 = 200;
const OPTIONS: u16 = 201;
/// Strikes of the options: a call and a put of each.
const STRIKES: [&str; 5] = ["36000", "38000", "40000", "42000", "44000"];
/// Seconds until they expire.
const LIFE: i64 = 7_200;

/// Runs everything; returns compute units by row.
pub fn all() -> Result<Units> {
    let mut bench = Bench::with_funding()?;
    let (one, other) = (bench.holder(RICH, SIXTEEN)?, bench.holder(RICH, SIXTEEN)?);
    blocks(&mut bench, &one, &other)?;
    accounts(&mut bench, &one)?;
    orders(&mut bench, &one)?;
    settlement(&mut bench)?;
    Ok(bench.units)
}

/// Blocks of perpetuals on as many underlyings, bought and sold in turn.
fn blocks(b: &mut Bench, one: &Trader, other: &Trader) -> Result<()> {
    let board = b.svm.board();
    let leg = |instrument: u16| -> Result<LegArgs> {
        let price = Terms::of(&board.board, instrument)?.ticks(dollars(instrument % SPREAD))?;
        Ok(LegArgs { lots: if instrument.is_multiple_of(2) { 5 } else { -5 }, price, instrument })
    };
    let legs = (0..MAX_LEGS as u16).map(leg).collect::<Result<Vec<_>>>()?;
    for (row, count) in [("block_trade_1_16", 1), ("block_trade_8_16", MAX_LEGS)] {
        let ix = b.svm.block_of(one, other, &legs[..count]);
        b.measure(row, ix, &[&one.key, &other.key])?;
    }
    Ok(())
}

/// Delegates, and transfers to a second account of the same owner.
fn accounts(b: &mut Bench, t: &Trader) -> Result<()> {
    let e = b.svm.exchange;
    let second = b.svm.sub_account(t.key.insecure_clone(), 1, &RICH.replace('_', ""))?;
    b.hold(&second, SIXTEEN)?;
    let cash = instruction::transfer_cash(&e, &t.address(), &t.margin, &second.margin, 1_000_000);
    b.measure("transfer_cash_16", cash, &[&t.key])?;
    let position = instruction::transfer_position(&e, &t.address(), &t.margin, &second.margin, BTC, 5);
    b.measure("transfer_position_16", position, &[&t.key])?;
    let (to, until) = (b.house.address(), b.svm.now() + 60);
    let delegate = instruction::set_delegate(&e, &t.address(), &t.margin, &to, permission::ALL, until);
    b.measure("set_delegate", delegate, &[&t.key])?;
    Ok(())
}

/// A sample of a book of which every order counts, and orders that have expired.
fn orders(b: &mut Bench, t: &Trader) -> Result<()> {
    let e = b.svm.exchange;
    let makers = [b.trader(RICH)?, b.trader(RICH)?, b.trader(RICH)?];
    for n in 0..IMPACT_ORDERS {
        let maker = &makers[n % makers.len()];
        // 7 and the number of orders have no common divisor: placed in no order.
        let away = n * 7 % IMPACT_ORDERS + 1;
        b.svm.rest(maker, Order::buy(&b.svm, BTC, &(40_000 - away).to_string(), 10).post_only())?;
        b.svm.rest(maker, Order::sell(&b.svm, BTC, &(40_000 + away).to_string(), 10).post_only())?;
    }
    let until = b.svm.now() + 5;
    for n in 0..8 {
        b.svm.rest(t, Order::buy(&b.svm, ETH, &format!("2_4{n}0"), 10).post_only().until(until))?;
    }
    b.svm.advance(5);
    b.measure("sample_market_30", instruction::sample_market(&e, BTC), &[])?;
    b.measure("prune_expired_8", instruction::prune_expired(&e, &t.margin, ETH, u16::MAX), &[])?;
    Ok(())
}

/// Lists what expires; returns the expiry and the options.
fn list(b: &mut Bench) -> Result<(i64, Vec<u16>)> {
    let expiry = b.svm.now() / 60 * 60 + LIFE;
    b.svm.list_future(BTC, expiry, FUTURE).map_err(failure)?;
    b.svm.open_surface(BTC)?;
    let options = b.svm.list_options(BTC, &[expiry], &STRIKES, OPTIONS)?;
    b.svm.publish_smile(BTC, expiry, &SMILE).map_err(failure)?;
    b.svm.refresh_all_options(BTC).map_err(failure)?;
    Ok((expiry, options))
}

/// An expiry from its first sample to the end of its instruments.
fn settlement(b: &mut Bench) -> Result<()> {
    let e = b.svm.exchange;
    let (expiry, options) = list(b)?;
    let t = b.holder(RICH, SIXTEEN.skip(1))?;
    b.trade_at(&t, FUTURE, 10, dollars(BTC))?;
    ensure!(b.svm.portfolio(&t).position_count == 16, "not 16 positions");

    for sample in 1..=SAMPLES {
        b.svm.write_sample(BTC, expiry, sample, "40_100");
        let ix = instruction::sample_settlement(&e, &b.svm.price_account(BTC), BTC, expiry);
        b.send("sample_settlement_11", ix, &[])?;
    }
    b.send("settle_expiry_10", instruction::settle_expiry(&e, BTC, &options), &[])?;
    b.run(instruction::settle_expiry(&e, BTC, &[FUTURE]), &[])?;

    let settle = |margin| instruction::settle_position(&e, &margin, FUTURE);
    b.send("settle_position_16", settle(t.margin), &[])?;
    b.run(settle(b.house.margin), &[])?;
    for instrument in [FUTURE, options[0]] {
        b.send("delist", instruction::delist(&e, &b.svm.admin.pubkey(), instrument), &[])?;
    }
    Ok(())
}
