//! Listing of underlyings, collateral and instruments.

use crate::{
    bench::{Bench, dollars, failure},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    ballast::args::{FutureArgs, InstrumentArgs, OptionArgs},
    instruction,
};
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("set_product_group", 1_750, "one group"),
    row("list_underlying", 2_700, "the dearest of ten"),
    row("list_collateral", 5_400, "one token, with its vault"),
    row("list_perpetual", 10_700, "the dearest of 96, with its market"),
    row("list_future", 13_500, "the dearest of eight, with its market"),
    row("list_option", 12_700, "the dearest of 160, with its market"),
];

/// Groups, underlyings, collateral and perpetuals of the configuration.
pub fn list(b: &mut Bench) -> Result<()> {
    let config = b.svm.config.clone();
    let (e, admin, payer) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.svm.payer.pubkey());
    let a = admin.pubkey();
    for (group, g) in (0u8..).zip(&config.group) {
        let (name, params) = g.args()?;
        let ix = instruction::set_product_group(&e, &a, group, name, &params);
        b.send("set_product_group", ix, &[&admin])?;
    }
    for u in &config.underlying {
        b.send("list_underlying", instruction::list_underlying(&e, &a, &config.underlying_args(u)?), &[&admin])?;
    }
    for c in &config.collateral {
        let ix = instruction::list_collateral(&e, &payer, &a, &b.svm.wsol, &config.collateral_args(c)?);
        b.send("list_collateral", ix, &[&admin])?;
    }
    // Prices first: a listing on a priced underlying writes its marks too.
    for underlying in 0..config.underlying.len() as u16 {
        b.publish(underlying, dollars(underlying))?;
    }
    for p in &config.perpetual {
        let ix = instruction::list_perpetual(&e, &payer, &a, &config.perpetual_args(p)?);
        b.send("list_perpetual", ix, &[&admin])?;
        complete(b, config.perpetual_args(p)?.instrument)?;
    }
    Ok(())
}

/// A dated future.
pub fn future(b: &mut Bench, contract: InstrumentArgs, expiry: i64) -> Result<()> {
    let (e, admin, payer) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.svm.payer.pubkey());
    let args = FutureArgs { contract, expiry };
    b.send("list_future", instruction::list_future(&e, &payer, &admin.pubkey(), &args), &[&admin])?;
    complete(b, contract.instrument)
}

/// An option.
pub fn option(b: &mut Bench, args: &OptionArgs) -> Result<()> {
    let (e, admin, payer) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.svm.payer.pubkey());
    b.send("list_option", instruction::list_option(&e, &payer, &admin.pubkey(), args), &[&admin])?;
    complete(b, args.contract.instrument)
}

/// Room for the orders of a market that was listed.
fn complete(b: &mut Bench, instrument: u16) -> Result<()> {
    let all = instruction::complete_market(&b.svm.exchange, &b.svm.payer.pubkey(), instrument);
    b.svm.send(&all, &[]).map_err(failure)?;
    Ok(())
}
