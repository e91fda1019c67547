//! Where and in which order everything is measured: four exchanges, on each what its instruments allow.
//!
//! All but what sets an exchange up are simulations, so that none changes what the next one meets.

mod expiry;
mod options;
mod perpetuals;

use crate::{
    account,
    bench::{Bench, Units},
    exchange, listing,
    pricing::{self, Measured},
};
use anyhow::Result;
use ballast_testkit::Svm;

/// Measures everything; returns compute units by row, and what pricing costs.
pub fn all() -> Result<(Units, Vec<Measured>)> {
    let mut units = perpetuals::all()?;
    let others = options::all()?.into_iter().chain(expiry::all()?).chain(perpetuals::defaults()?);
    for (row, most) in others {
        let known = units.entry(row).or_default();
        *known = most.max(*known);
    }
    let pricing = pricing::measure(&mut units)?;
    Ok((units, pricing))
}

/// Makes an exchange of an extended configuration, measuring the instructions that do it.
fn open(extend: fn(&mut Svm) -> Result<()>) -> Result<Bench> {
    let mut b = Bench::new(extend)?;
    exchange::initialize(&mut b)?;
    listing::list(&mut b)?;
    account::open_house(&mut b)?;
    Ok(b)
}
