//! The scenario table: the price and volatility moves under which every portfolio is revalued.
//!
//! Source: SPAN (Chicago Mercantile Exchange), sixteen scenarios, of which the last two are extreme moves of three
//! ranges whose loss counts at a third.

use crate::{MAX_UNIT_PRICE, Ppm, RiskError, math::mul_bounded};
use bytemuck::{Pod, Zeroable};

/// Number of rows of a scenario table.
pub const ROWS: usize = 16;

/// Largest price move of a row, in thirds of the scan range.
pub const MAX_MOVE: i64 = 9;

/// The price never falls below this fraction of itself in a scenario.
pub const PRICE_FACTOR_FLOOR: Ppm = Ppm::new(50_000);

/// One scenario.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Scenario {
    /// Price move, in thirds of the price scan range.
    pub price_thirds: i16,
    /// Volatility move, in volatility scan ranges.
    pub volatility: i16,
    /// Weight of the loss.
    pub weight: Ppm,
}

/// A loss per delta unit in each row, at the underlying's scale.
pub type Row16 = [i64; ROWS];

const fn row(price_thirds: i16, volatility: i16, weight: u32) -> Scenario {
    Scenario { price_thirds, volatility, weight: Ppm::new(weight) }
}

/// SPAN's table.
pub const SPAN: [Scenario; ROWS] = [
    row(0, 1, 1_000_000),
    row(0, -1, 1_000_000),
    row(1, 1, 1_000_000),
    row(1, -1, 1_000_000),
    row(-1, 1, 1_000_000),
    row(-1, -1, 1_000_000),
    row(2, 1, 1_000_000),
    row(2, -1, 1_000_000),
    row(-2, 1, 1_000_000),
    row(-2, -1, 1_000_000),
    row(3, 1, 1_000_000),
    row(3, -1, 1_000_000),
    row(-3, 1, 1_000_000),
    row(-3, -1, 1_000_000),
    row(9, 0, 330_000),
    row(-9, 0, 330_000),
];

/// What the price does in each row of every table: 0 it stays, 1 it rises, -1 it falls. That it is the same in all tables
/// lets the check tell rows apart without looking.
pub const DIRECTIONS: [i16; ROWS] = [0, 0, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, -1];

/// Checks a table against its hard bounds: moves of at most three ranges in the row's [direction](DIRECTIONS), weights in
/// (0, 100 %].
pub fn validate(table: &[Scenario; ROWS]) -> Result<(), RiskError> {
    for ((row, s), direction) in (0u16..).zip(table).zip(DIRECTIONS) {
        if s.price_thirds.signum() != direction
            || s.weight.is_zero()
            || !(-MAX_MOVE..=MAX_MOVE).contains(&i64::from(s.price_thirds))
            || !(-1..=1).contains(&s.volatility)
            || s.weight > Ppm::ONE
        {
            return Err(RiskError::BadScenario { row });
        }
    }
    Ok(())
}

/// The weighted loss of one long delta unit in each row: `−w · S · (max(1 + m·r, 0.05) − 1)`.
///
/// `price` is S per delta unit at the underlying's scale, in (0, 2^43]; `range` is r. Rounded away from zero, so that a
/// long and a short see exactly opposite numbers, and neither ever needs less than the exact product, however few units
/// the price has. The integer is the model; it is less than 2^-k quote-native per unit from the exact product.
pub fn linear_array(table: &[Scenario; ROWS], price: i64, range: Ppm) -> Result<Row16, RiskError> {
    if price <= 0 {
        return Err(RiskError::NotPositive { what: "the price" });
    }
    if price > MAX_UNIT_PRICE || range > Ppm::ONE {
        return Err(RiskError::Overflow);
    }
    let mut array = [0; ROWS];
    let (mut last, mut last_loss) = ((0, Ppm::ZERO), 0);
    for (loss, scenario) in array.iter_mut().zip(table) {
        // Rows that differ in volatility alone follow one another.
        if (scenario.price_thirds, scenario.weight) == last {
            *loss = last_loss;
            continue;
        }
        // Thirds of a millionth: |move| ≤ 9 · 10^6.
        let floor = -3 * (i64::from(Ppm::ONE.get()) - i64::from(PRICE_FACTOR_FLOOR.get()));
        let shift = (i64::from(scenario.price_thirds) * i64::from(range.get())).max(floor);
        // |shift · weight| ≤ 9·10^12 in units of 1/(3·10^12), exact in 128 bits.
        let exact = i128::from(price) * i128::from(mul_bounded(-shift, i64::from(scenario.weight.get())));
        *loss = round_away(exact, 3_000_000_000_000)?;
        (last, last_loss) = ((scenario.price_thirds, scenario.weight), *loss);
    }
    Ok(array)
}

fn round_away(numerator: i128, denominator: i128) -> Result<i64, RiskError> {
    let most = denominator - 1;
    let rounded = if numerator < 0 { (numerator - most) / denominator } else { (numerator + most) / denominator };
    i64::try_from(rounded).map_err(|_| RiskError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_table_is_within_bounds() {
        validate(&SPAN).unwrap();
    }

    #[test]
    fn losses_are_those_of_the_formula() {
        // A unit worth 3,000,000 with a range of 10 %: a third of the range is 100,000.
        let a = linear_array(&SPAN, 3_000_000, Ppm::new(100_000)).unwrap();
        assert_eq!(&a[..6], &[0, 0, -100_000, -100_000, 100_000, 100_000]);
        assert_eq!(&a[10..], &[-300_000, -300_000, 300_000, 300_000, -297_000, 297_000]);
    }

    #[test]
    fn a_fall_stops_at_the_floor() {
        // Three ranges of 50 % would be −150 %; the floor leaves 5 %, and the row counts a third of the loss.
        let a = linear_array(&SPAN, 1_000_000, Ppm::new(500_000)).unwrap();
        assert_eq!(a[14], -495_000);
        assert_eq!(a[15], 313_500);
    }

    #[test]
    fn a_price_of_few_units_still_has_a_loss() {
        let a = linear_array(&SPAN, 7, Ppm::new(10_000)).unwrap();
        assert_eq!(&a[..6], &[0, 0, -1, -1, 1, 1]);
        assert_eq!(&a[10..], &[-1, -1, 1, 1, -1, 1]);
    }

    #[test]
    fn every_row_has_the_direction_that_the_check_takes_it_to_have() {
        let rows = |direction| (0..ROWS).filter(|k| DIRECTIONS[*k] == direction).collect::<std::vec::Vec<_>>();
        assert_eq!((rows(0), rows(1)), (std::vec![0, 1], std::vec![2, 3, 6, 7, 10, 11, 14]));
        assert_eq!(rows(-1), std::vec![4, 5, 8, 9, 12, 13, 15]);
    }

    #[test]
    fn a_table_out_of_bounds_names_its_row() {
        let mut table = SPAN;
        table[7].price_thirds = 10;
        assert_eq!(validate(&table), Err(RiskError::BadScenario { row: 7 }));
        table = SPAN;
        table[4].price_thirds = 1;
        assert_eq!(validate(&table), Err(RiskError::BadScenario { row: 4 }));
        table = SPAN;
        table[0].weight = Ppm::new(0);
        assert_eq!(validate(&table), Err(RiskError::BadScenario { row: 0 }));
    }
}
