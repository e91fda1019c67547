//! Cranks of prices and markets.

use crate::{
    bench::{Bench, IMPACT_ORDERS, MANY, ONE, RICH, SECOND},
    options::{MIDDLE, STRIKES, option},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    instruction::{self, Shown},
    series::REFRESH_BATCH,
};
use ballast_testkit::{BTC, Order, SOL};
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("grow_market", 3_100, "10,240 bytes more for a book"),
    row("refresh_underlyings", 5_900, "a new price, one perpetual on the underlying"),
    row("refresh_underlyings_each", 4_500, "eight new prices, a part of eight").target(4_500),
    row("refresh_underlyings_22", 6_600, "a new price, 22 perpetuals on the underlying"),
    row("refresh_underlyings_again", 1_650, "a price that is on the board already"),
    row("refresh_underlyings_second", 7_300, "a new price, with a second source"),
    row("sweep", 2_600, "fees of one market"),
    row("refresh_options_each", 19_800, "a further option: (5 calls of one expiry − the first alone) / 4")
        .target(40_000),
    row("refresh_options_pair", 800, "the put of a call that was just refreshed"),
    row("refresh_options_1", 31_700, "one option"),
    row("refresh_options_16", 189_000, "eight calls and their puts, of two expiries"),
    row(
        "sample_market_30",
        19_800,
        "the premium of a book of 30 orders a side, all of which the impact notional takes",
    ),
];

/// Prices, fees and room, of perpetuals.
pub fn perpetuals(b: &mut Bench) -> Result<()> {
    let (e, payer) = (b.svm.exchange, b.svm.payer.pubkey());
    let refresh = |b: &Bench, u: u16| instruction::refresh_underlying(&e, &b.svm.price_account(u), u);
    let again = refresh(b, ONE);
    b.measure("refresh_underlyings_again", again, &[])?;
    b.svm.advance(1);
    for (row, underlying) in [("refresh_underlyings", ONE), ("refresh_underlyings_22", MANY)] {
        b.svm.write_price(underlying, "40.1");
        let ix = refresh(b, underlying);
        b.measure(row, ix, &[])?;
    }
    let mut shown = Vec::new();
    for underlying in 0..8 {
        b.svm.write_price(underlying, ["40_100", "2_510", "40.1"][usize::from(underlying.min(SOL))]);
        shown.push(Shown { underlying, first: b.svm.price_account(underlying), second: None });
    }
    let eight = b.simulate(instruction::refresh_underlyings(&e, &shown), &[])?;
    b.units.insert("refresh_underlyings_each", eight.div_ceil(8));
    b.measure("sweep", instruction::sweep(&e, BTC), &[])?;
    b.measure("grow_market", instruction::grow_market(&e, &payer, SOL), &[])?;
    Ok(())
}

/// What a refresh of options costs, whole and in parts; a second source.
pub fn options(b: &mut Bench) -> Result<()> {
    let e = b.svm.exchange;
    let of = |list: &[u16]| instruction::refresh_options(&e, BTC, list);
    let calls: Vec<u16> = (0..STRIKES).map(|strike| option(BTC, 0, strike, 0)).collect();
    let one = b.simulate(of(&calls[..1]), &[])?;
    let middle = b.simulate(of(&[calls[usize::from(MIDDLE)]]), &[])?;
    let all = b.simulate(of(&calls), &[])?;
    let pair = b.simulate(of(&[calls[usize::from(MIDDLE)], calls[usize::from(MIDDLE)] + 1]), &[])?;
    // A perpetual is refused once all accounts are loaded and the price is found fresh.
    let refused = b.simulate_refusal(of(&[BTC]), &[])?;
    for (row, units) in [
        ("refresh_options_each", (all - one).div_ceil(u64::from(STRIKES) - 1)),
        ("refresh_options_pair", pair - middle),
        ("risk_array_16", middle - refused),
    ] {
        b.units.insert(row, units);
    }
    b.measure("refresh_options_1", of(&calls[..1]), &[])?;
    let batch: Vec<u16> = (option(BTC, 0, 0, 0)..).take(REFRESH_BATCH).collect();
    b.measure("refresh_options_16", of(&batch), &[])?;

    b.svm.write_price(SECOND, "40.1");
    let ix = b.refresh(SECOND, "40.1")?;
    b.measure("refresh_underlyings_second", ix, &[])?;
    Ok(())
}

/// A book of which every order counts.
pub fn quotes(b: &mut Bench) -> Result<()> {
    let makers = [b.trader(RICH)?, b.trader(RICH)?, b.trader(RICH)?];
    for n in 0..IMPACT_ORDERS {
        let maker = &makers[n % makers.len()];
        // 7 and the number of orders have no common divisor: placed in no order.
        let away = n * 7 % IMPACT_ORDERS + 1;
        b.svm.rest(maker, Order::buy(&b.svm, BTC, &(40_000 - away).to_string(), 10).post_only())?;
        b.svm.rest(maker, Order::sell(&b.svm, BTC, &(40_000 + away).to_string(), 10).post_only())?;
    }
    Ok(())
}

/// A sample of the book of [`quotes`].
pub fn sample(b: &mut Bench) -> Result<()> {
    b.measure("sample_market_30", instruction::sample_market(&b.svm.exchange, BTC), &[])?;
    Ok(())
}
