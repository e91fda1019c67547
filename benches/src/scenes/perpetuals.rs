//! On the exchange of perpetuals.

use super::open;
use crate::{
    account,
    bench::{Units, extend},
    exchange, governance, lending, liquidation, market, settlement, trading,
};
use anyhow::Result;

/// Measures everything there.
pub fn all() -> Result<Units> {
    let mut b = open(extend)?;
    account::deposits_and_withdrawals(&mut b)?;
    let makers = trading::orders(&mut b)?;
    market::perpetuals(&mut b)?;
    exchange::pause_and_gift(&mut b)?;
    liquidation::perpetuals(&mut b, &makers[0])?;
    lending::interest(&mut b, &makers[1])?;
    settlement::wind_down(&mut b)?;
    governance::all(&mut b)?;
    Ok(b.units)
}

/// Measures what becomes of accounts in default, on an exchange of its own: most of it is sent, not simulated.
pub fn defaults() -> Result<Units> {
    let mut b = open(extend)?;
    liquidation::receivership(&mut b)?;
    Ok(b.units)
}
