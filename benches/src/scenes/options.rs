//! On the exchange of options: eight underlyings with a perpetual, three dated futures and twenty options each.

use super::open;
use crate::{
    account,
    bench::{Bench, SPREAD, Units, dollars, extend_for_options, failure},
    liquidation, listing, margin, market,
    options::{FUTURES, Holders, OPTIONS, SERIES, move_prices, refresh_all},
    surface, trading,
};
use anyhow::Result;
use ballast_client::{config::name, decimal, risk::QuoteNative, series::Series, terms::Terms};

/// Days until the two expiries from the start of the day on which everything happens.
const DAYS: [i64; 2] = [11, 39];

/// Measures everything there.
pub fn all() -> Result<Units> {
    let mut b = open(extend_for_options)?;
    list(&mut b)?;
    let holders = Holders::new(&mut b)?;
    move_prices(&mut b, ["40_400", "2_475", "40.6"])?;
    margin::options(&mut b, &holders)?;
    trading::post_only_of_options(&mut b, &holders.mixed)?;
    account::view(&mut b, "view_margin_48_mixed", &holders.mixed)?;
    trading::failing_makers(&mut b, &holders)?;
    market::options(&mut b)?;
    liquidation::whole(&mut b, &holders.mixed)?;
    liquidation::option(&mut b)?;
    Ok(b.units)
}

/// Surfaces, futures, options, smiles and first arrays.
fn list(b: &mut Bench) -> Result<()> {
    let start = b.svm.now();
    let expiries = DAYS.map(|days| start + days * 86_400 + 8 * 3_600);
    b.svm.settle_at(expiries[0]).map_err(failure)?;
    for underlying in 0..SPREAD {
        surface::open(b, underlying, expiries)?;
        let perpetual = b.svm.config.perpetual[usize::from(underlying)].clone();
        let mut contract = b.svm.config.instrument_args(&perpetual, 0)?;
        for ((k, first), expiry) in (1..).zip(FUTURES).zip([expiries[1], expiries[0], expiries[1] + 28 * 86_400]) {
            contract.name = name(&format!("{}-FUTURE-{k}", perpetual.contract.underlying))?;
            contract.instrument = first + underlying;
            listing::future(b, contract, expiry)?;
        }

        // An option's price is a small part of its underlying's.
        contract.limits.min_order_value = QuoteNative::new(10_000);
        let scale = Terms::of(&b.svm.board().board, underlying)?;
        let series = Series {
            contract,
            asset: perpetual.contract.underlying.clone(),
            expiries: expiries.to_vec(),
            strikes: strikes(underlying)?.iter().map(|s| Ok((scale.ticks(s)?, s.clone()))).collect::<Result<_>>()?,
            first: OPTIONS + SERIES * underlying,
        };
        for args in series.options()? {
            listing::option(b, &args)?;
        }
        surface::publish(b, underlying, expiries)?;
    }
    refresh_all(b)
}

/// Strikes at 80 to 120 % of the first price.
fn strikes(underlying: u16) -> Result<Vec<String>> {
    let middle = decimal::parse(dollars(underlying), 0)?;
    Ok([80, 90, 100, 110, 120].iter().map(|percent| (middle * percent / 100).to_string()).collect())
}
