//! Settlement prices, settlement of positions, and the end of instruments.

use crate::{
    bench::{Bench, MANY, RICH, SIXTEEN, dollars, failure},
    row::{Row, row},
};
use anyhow::{Context, Result, ensure};
use ballast_client::{
    instruction,
    risk::{fixing::SAMPLES, settlement::LEAST_NOTICE},
};
use ballast_testkit::{BTC, options::SMILE};
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("sample_settlement_11", 24_300, "the dearest sample of an expiry with a future and ten options"),
    row("settle_expiry_10", 11_000, "ten options of one expiry"),
    row("settle_position_16", 11_700, "a future, by an account of 16 positions"),
    row("delist", 2_700, "a settled future or option; the dearer one"),
    row("wind_down_perpetual", 5_800, "one of 22 perpetuals of an underlying"),
];

/// The future, and the first option, on Bitcoin.
const FUTURE: u16 = 200;
const OPTIONS: u16 = 201;
/// Strikes of the options: a call and a put of each.
const STRIKES: [&str; 5] = ["36000", "38000", "40000", "42000", "44000"];
/// Seconds until they expire.
const LIFE: i64 = 7_200;

/// Lists what expires; returns the expiry and the options.
fn list(b: &mut Bench) -> Result<(i64, Vec<u16>)> {
    let expiry = b.svm.now() / 60 * 60 + LIFE;
    b.svm.settle_at(expiry).map_err(failure)?;
    b.svm.list_future(BTC, expiry, FUTURE).map_err(failure)?;
    b.svm.open_surface(BTC)?;
    let options = b.svm.list_options(BTC, &[expiry], &STRIKES, OPTIONS)?;
    b.svm.publish_smile(BTC, expiry, &SMILE).map_err(failure)?;
    b.svm.refresh_all_options(BTC).map_err(failure)?;
    Ok((expiry, options))
}

/// An expiry from its first sample to the end of its instruments.
pub fn settlement(b: &mut Bench) -> Result<()> {
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

/// A perpetual gets an expiry.
pub fn wind_down(b: &mut Bench) -> Result<()> {
    let (e, admin) = (b.svm.exchange, b.svm.admin.insecure_clone());
    let a = admin.pubkey();
    let listed = b.svm.board();
    let last = listed.board.instruments.iter().rev().find(|i| i.is_listed() && i.underlying == MANY);
    let (last, generation) = last.map(|i| (i.index, i.generation)).context("a perpetual is listed")?;
    let settles_at = listed.board.params.settlement_from(b.svm.now() + LEAST_NOTICE)?;
    b.measure(
        "wind_down_perpetual",
        instruction::wind_down_perpetual(&e, &a, last, generation, settles_at),
        &[&admin],
    )?;
    Ok(())
}
