//! Prices in dollars per whole asset and sizes in whole assets, to and from an instrument's ticks and lots. Exact: what
//! is no whole number of ticks or lots is refused where it comes in, and rounded only to be shown.

use crate::decimal;
use anyhow::{Context, Result, ensure};
use ballast_risk::{Board, Instrument, Underlying};

/// Decimals of the quote currency.
const QUOTE: u32 = 6;

/// The terms of an instrument that orders need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The instrument's index.
    pub instrument: u16,
    /// Its name.
    pub name: String,
    lot_units: i64,
    tick_value: i64,
    unit_exponent: u32,
    scale: u32,
}

impl Terms {
    /// The terms of an instrument of the board.
    pub fn of(board: &Board, instrument: u16) -> Result<Self> {
        let i: &Instrument = board.instrument(instrument)?;
        let u: &Underlying = board.underlying(i.underlying)?;
        Ok(Self {
            instrument,
            name: String::from_utf8_lossy(&i.name).trim_end_matches('\0').to_owned(),
            lot_units: i.lot_units.get(),
            tick_value: i.tick_value.get(),
            unit_exponent: u32::from(u.unit_exponent),
            scale: u.scale(),
        })
    }

    /// A size in whole assets, such as "1.5", in lots.
    pub fn lots(&self, assets: &str) -> Result<i64> {
        let units = decimal::parse(assets, self.unit_exponent)?;
        ensure!(units % self.lot_units == 0, "{assets} is no whole number of lots of {}", self.name);
        Ok(units / self.lot_units)
    }

    /// A price in dollars per whole asset, such as "42000.5", in ticks.
    pub fn ticks(&self, dollars: &str) -> Result<i64> {
        let native = i128::from(decimal::parse(dollars, QUOTE)?);
        let (lot, tick) = (i128::from(self.lot_units), self.tick());
        ensure!(native * lot % tick == 0, "{dollars} is no whole number of ticks of {}", self.name);
        i64::try_from(native * lot / tick).context("the price does not fit")
    }

    /// A mark of the board in ticks, moved by some millionths and rounded down.
    pub fn mark_ticks(&self, mark: i64, millionths: i64) -> i64 {
        let moved = i128::from(mark) * i128::from(1_000_000 + millionths);
        moved.div_euclid((i128::from(self.tick_value) << self.scale) * 1_000_000) as i64
    }

    /// A price per whole asset in quote-native, moved by some millionths, in ticks, rounded down.
    pub fn ticks_near(&self, native: i64, millionths: i64) -> i64 {
        let moved = i128::from(native) * i128::from(1_000_000 + millionths) * i128::from(self.lot_units);
        moved.div_euclid(self.tick() * 1_000_000) as i64
    }

    /// Lots as a size in whole assets.
    pub fn show_lots(&self, lots: i64) -> String {
        decimal::format(lots * self.lot_units, self.unit_exponent, 0)
    }

    /// Ticks as a price in dollars per whole asset, with at least two decimals.
    pub fn show_ticks(&self, ticks: i64) -> String {
        decimal::format((i128::from(ticks) * self.tick() / i128::from(self.lot_units)) as i64, QUOTE, 2)
    }

    /// Price per whole asset, in quote-native, of a value for some lots. Rounded down, zero for no lots.
    pub fn average(&self, value: i64, lots: i64) -> i64 {
        let units = i128::from(lots) * i128::from(self.lot_units);
        if units == 0 { 0 } else { (i128::from(value) * 10i128.pow(self.unit_exponent) / units) as i64 }
    }

    /// Quote-native per tick, times delta units in a whole asset.
    fn tick(&self) -> i128 {
        i128::from(self.tick_value) * 10i128.pow(self.unit_exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn btc() -> Terms {
        // A lot of 0.001 BTC in units of 0.0001, a tick of 0.1 $.
        Terms { instrument: 0, name: "BTC-PERP".into(), lot_units: 10, tick_value: 100, unit_exponent: 4, scale: 4 }
    }

    #[test]
    fn dollars_and_assets_go_there_and_back() {
        let t = btc();
        assert_eq!(t.ticks("42000.5").unwrap(), 420_005);
        assert_eq!(t.show_ticks(420_005), "42,000.50");
        assert_eq!(t.lots("1.5").unwrap(), 1_500);
        assert_eq!(t.show_lots(-1_500), "-1.5");
        assert!(t.ticks("42000.55").is_err());
        assert!(t.lots("0.0005").is_err());
    }

    #[test]
    fn marks_and_averages_are_per_whole_asset() {
        let t = btc();
        // 42,000 $ are 42 $ a lot, at 1/16 of 1e-6.
        assert_eq!(t.mark_ticks(42_000_000 * 16, 0), 420_000);
        assert_eq!(t.mark_ticks(42_000_000 * 16, -1_000), 419_580);
        assert_eq!(t.ticks_near(42_000_000_000, 0), 420_000);
        assert_eq!(t.ticks_near(42_000_000_000, 1_000), 420_420);
        assert_eq!(t.average(84_000_000, 2), 42_000_000_000);
        assert_eq!(t.average(0, 0), 0);
    }
}
