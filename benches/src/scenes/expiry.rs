//! On an exchange with funding of one perpetual, and a dated future and ten options of one expiry: blocks, transfers, samples,
//! settlement, and the sale of tokens.

use super::open;
use crate::{
    account,
    bench::{RICH, SIXTEEN, Units, extend_with_funding},
    block, liquidation, market, settlement, trading,
};
use anyhow::Result;

/// Measures everything there.
pub fn all() -> Result<Units> {
    let mut b = open(extend_with_funding)?;
    let (one, other) = (b.holder(RICH, SIXTEEN)?, b.holder(RICH, SIXTEEN)?);
    block::blocks(&mut b, &one, &other)?;
    account::transfers(&mut b, &one)?;
    trading::rest_until(&mut b, &one, 30)?;
    b.svm.advance(25);
    b.publish_all()?;
    market::quotes(&mut b)?;
    b.svm.advance(5);
    market::sample(&mut b)?;
    trading::prune(&mut b, &one)?;
    settlement::settlement(&mut b)?;
    liquidation::tokens(&mut b, &one)?;
    Ok(b.units)
}
