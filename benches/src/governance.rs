//! What authorities change, and changes that wait.

use crate::{
    bench::{Bench, ONE, failure},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    ballast::{
        args::{
            Authority, CollateralChangeArgs, InstrumentChangeArgs, InstrumentTightenArgs, QUOTE_TOKEN,
            WithdrawalLimitArgs,
        },
        oracle::OraclePrice,
    },
    instruction,
    risk::{BREAKER_SUSPECT_SECONDS, FeeParams, Ppm, WithdrawalLimit},
};
use ballast_testkit::BTC;
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("propose_change", 4_500, "a change of the fees"),
    row("cancel_change", 1_600, "that proposal"),
    row("set_timelock", 940, "an hour"),
    row("nominate_authority", 1_000, "a new risk authority"),
    row("accept_authority", 1_010, "by whom was nominated"),
    row("change_fees", 2_300, "the same when its time has come, its proposal closed"),
    row("change_margin", 1_850, "all of the exchange's margin parameters"),
    row("change_underlying", 5_600, "all parameters of an underlying"),
    row("change_instrument", 3_100, "all parameters of a perpetual and its market"),
    row("change_collateral", 1_700, "haircut and limit of a token"),
    row("set_withdrawal_limit", 2_200, "of the quote currency"),
    row("tighten_underlying", 1_950, "a wider scan range, by the risk authority"),
    row("tighten_instrument", 3_200, "lower limits, by the risk authority"),
    row("tighten_collateral", 1_600, "a lower limit, by the risk authority"),
    row("trip_breaker", 1_600, "an underlying whose price is too uncertain"),
    row("relax_underlying", 4_600, "a raised scan range taken back while it is on its way, and what it moved"),
    row("relax_instrument", 3_200, "limits of one instrument"),
];

/// Seconds that changes wait.
const TIMELOCK: u32 = 3_600;

/// Runs everything, at the end of what is measured on an exchange: from here on its changes wait.
pub fn all(b: &mut Bench) -> Result<()> {
    parameters(b)?;
    tightening(b)?;
    authorities(b)?;
    waiting(b)
}

/// Parameters, by the admin.
fn parameters(b: &mut Bench) -> Result<()> {
    let (e, admin) = (b.svm.exchange, b.svm.admin.insecure_clone());
    let a = admin.pubkey();
    let config = b.svm.config.clone();
    let exchange = config.exchange_args(&b.svm.risker.pubkey(), &b.svm.pauser.pubkey())?;
    b.measure("change_margin", instruction::change_margin(&e, &a, &exchange.margin), &[&admin])?;
    let underlying = config.underlying_args(&config.underlying[usize::from(BTC)])?;
    b.measure("change_underlying", instruction::change_underlying(&e, &a, BTC, &underlying), &[&admin])?;
    let listed = config.perpetual_args(&config.perpetual[usize::from(BTC)])?;
    let instrument = InstrumentChangeArgs {
        limits: listed.limits,
        funding: listed.funding,
        reduce_only: 1,
        generation: b.svm.market(BTC).header.generation,
    };
    b.measure("change_instrument", instruction::change_instrument(&e, &a, BTC, &instrument), &[&admin])?;
    let token = config.collateral_args(&config.collateral[0])?;
    let token = CollateralChangeArgs { params: token.params, token: 0 };
    b.measure("change_collateral", instruction::change_collateral(&e, &a, &token), &[&admin])?;
    let limit = WithdrawalLimitArgs {
        params: WithdrawalLimit { limit: 1_000_000_000_000, window: 3_600, reserved: 0 },
        token: QUOTE_TOKEN,
    };
    b.measure("set_withdrawal_limit", instruction::set_withdrawal_limit(&e, &a, &limit), &[&admin])?;
    Ok(())
}

/// What the risk authority may do alone, and what anyone may.
fn tightening(b: &mut Bench) -> Result<()> {
    let (e, risker) = (b.svm.exchange, b.svm.risker.insecure_clone());
    let r = risker.pubkey();
    let scan = b.svm.board().board.underlyings[usize::from(BTC)].params.scan_range.get() + 1;
    b.measure("tighten_underlying", instruction::tighten_underlying(&e, &r, BTC, scan), &[&risker])?;
    let admin = b.svm.admin.insecure_clone();
    b.svm.send(&[instruction::tighten_underlying(&e, &r, BTC, scan)], &[&risker]).map_err(failure)?;
    b.measure("relax_underlying", instruction::relax_underlying(&e, &admin.pubkey(), BTC, scan - 1), &[&admin])?;
    let limits = b.svm.board().board.instruments[usize::from(BTC)].limits;
    let lower = InstrumentTightenArgs { max_position: limits.max_position.get(), open_interest_cap: 1, reduce_only: 1 };
    b.measure("tighten_instrument", instruction::tighten_instrument(&e, &r, BTC, &lower), &[&risker])?;
    b.svm.send(&[instruction::tighten_instrument(&e, &r, BTC, &lower)], &[&risker]).map_err(failure)?;
    b.measure("relax_instrument", instruction::relax_instrument(&e, &admin.pubkey(), BTC), &[&admin])?;
    b.measure("tighten_collateral", instruction::tighten_collateral(&e, &r, 0, 1), &[&risker])?;

    // The breaker asks for prices that stay suspect.
    for _ in 0..2 {
        b.svm.advance(BREAKER_SUSPECT_SECONDS);
        let now = b.svm.now();
        let (publish_time, previous_publish_time) = (now, now - 1);
        let uncertain = OraclePrice { price: 40, confidence: 20, exponent: 0, publish_time, previous_publish_time };
        b.svm.write_print(ONE, &uncertain);
        b.svm.refresh(ONE).map_err(failure)?;
    }
    b.measure("trip_breaker", instruction::trip_breaker(&e, ONE), &[])?;
    Ok(())
}

/// The risk authority is handed over.
fn authorities(b: &mut Bench) -> Result<()> {
    let (e, admin, heir) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.house.key.insecure_clone());
    let nominate = instruction::nominate_authority(&e, &admin.pubkey(), Authority::Risk, &heir.pubkey());
    b.send("nominate_authority", nominate, &[&admin])?;
    b.measure("accept_authority", instruction::accept_authority(&e, &heir.pubkey(), Authority::Risk), &[&heir])?;
    Ok(())
}

/// A change of the fees is proposed, waits, and is made.
fn waiting(b: &mut Bench) -> Result<()> {
    let (e, admin, payer) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.svm.payer.pubkey());
    let (a, nonce) = (admin.pubkey(), 1);
    b.send("set_timelock", instruction::set_timelock(&e, &a, TIMELOCK), &[&admin])?;
    let fees = b.svm.config.exchange.fees()?;
    let change = instruction::change_fees(&e, &a, &FeeParams { taker_fee: Ppm::new(fees.taker_fee.get() + 1), ..fees });
    let propose = instruction::propose(&e, &payer, &a, nonce, &instruction::subject(&change), &change);
    b.send("propose_change", propose, &[&admin])?;
    b.measure("cancel_change", instruction::cancel_change(&e, &a, nonce, &payer), &[&admin])?;
    b.svm.advance(i64::from(TIMELOCK));
    b.measure("change_fees", instruction::with_change(change, &e, nonce, &payer), &[&admin])?;
    Ok(())
}
