//! Oracles: from an account's bytes to a price, or an error. Each has a file; what is outside of this folder names none.

pub mod admission;
pub mod pyth;
pub mod switchboard;

use crate::error::BallastError;
use ballast_risk::{Feed, RiskError, Underlying};
use solana_address::Address;

/// An oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Source {
    /// Pyth; a feed's id is its feed id.
    Pyth = 1,
    /// Switchboard On-Demand; a feed's id is its feed hash.
    Switchboard = 2,
}

impl Source {
    /// Every oracle.
    pub const ALL: [Self; 2] = [Self::Pyth, Self::Switchboard];

    /// The oracle that a [`Feed::source`] stands for; none for 0 and for what is unknown.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Pyth),
            2 => Some(Self::Switchboard),
            _ => None,
        }
    }

    /// Its name in configurations and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pyth => "pyth",
            Self::Switchboard => "switchboard",
        }
    }

    /// True if one of its feeds may be an underlying's first; see [`admission`].
    pub const fn can_be_first(self) -> bool {
        match self {
            Self::Pyth => true,
            Self::Switchboard => false,
        }
    }
}

/// A price as an oracle publishes it: `price · 10^exponent` US dollars per whole unit of the asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OraclePrice {
    /// Mantissa, positive.
    pub price: i64,
    /// Confidence interval, same exponent.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// When it was published, seconds.
    pub publish_time: i64,
    /// When the update before it was published, seconds.
    pub previous_publish_time: i64,
}

/// Reads a feed from the owner and the bytes of an account. Checks all that makes it a price of that feed, see each
/// oracle's `parse`; age, confidence and order in time are the caller's, and so is the address: a first feed is read from any
/// account, a second one from the account that it names (see [`admission`]).
pub fn read(feed: &Feed, owner: &Address, data: &[u8]) -> Result<OraclePrice, BallastError> {
    match Source::from_byte(feed.source) {
        Some(Source::Pyth) => pyth::parse(owner, data, &feed.id),
        Some(Source::Switchboard) => switchboard::parse(owner, data, &feed.id),
        None => Err(BallastError::UnknownOracle),
    }
}

/// As [`read`], from an account that an instruction was given.
#[cfg(feature = "program")]
pub fn read_account(
    feed: &Feed,
    account: &anchor_lang::prelude::AccountView,
) -> anchor_lang::prelude::Result<OraclePrice> {
    Ok(read(feed, account.owner(), &account.try_borrow()?)?)
}

/// Decimals of the quote currency: prices in dollars become quote-native by this power of ten.
const QUOTE_DECIMALS: i32 = 6;

/// A mantissa and a power of ten of dollars per whole asset, as quote-native per delta unit at the underlying's scale.
///
/// Rounded to the nearest integer, a half upwards: neither long nor short has an advantage. Off by at most half of 2^-k.
pub fn to_board_price(mantissa: i64, exponent: i32, u: &Underlying) -> Result<i64, RiskError> {
    let power = exponent
        .checked_add(QUOTE_DECIMALS)
        .and_then(|p| p.checked_sub(i32::from(u.unit_exponent)))
        .ok_or(RiskError::Overflow)?;
    let scaled = i128::from(mantissa) << u.scale();
    let price = if power >= 0 {
        let factor = power_of_ten(power)?;
        scaled.checked_mul(factor).ok_or(RiskError::Overflow)?
    } else {
        let divisor = power_of_ten(power.checked_neg().ok_or(RiskError::Overflow)?)?;
        (scaled + divisor / 2).div_euclid(divisor)
    };
    i64::try_from(price).map_err(|_| RiskError::Overflow)
}

fn power_of_ten(power: i32) -> Result<i128, RiskError> {
    let power = u32::try_from(power).map_err(|_| RiskError::Overflow)?;
    10i128.checked_pow(power).filter(|p| *p <= 1_000_000_000_000_000_000_000_000).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn a_byte_is_an_oracle_and_back() {
        for source in Source::ALL {
            assert_eq!(Source::from_byte(source as u8), Some(source));
        }
        let known = (0..=u8::MAX).filter(|byte| Source::from_byte(*byte).is_some());
        assert_eq!(known.collect::<Vec<_>>(), [1, 2]);
    }

    fn btc() -> Underlying {
        // A delta unit of 0.0001 BTC, at scale 2^-4.
        Underlying { unit_exponent: 4, scale_bits: 4, ..Underlying::zeroed() }
    }

    #[test]
    fn dollars_become_scaled_native_per_unit() {
        // 40,000 $/BTC is 4 $ per unit, 4,000,000 native, 64,000,000 at 2^-4.
        assert_eq!(to_board_price(4_000_000_000_000, -8, &btc()), Ok(64_000_000));
        assert_eq!(to_board_price(40_000, 0, &btc()), Ok(64_000_000));
    }

    #[test]
    fn rounds_to_nearest() {
        // 10^-11 $ is 16 · 10^-9 of a unit's scale: nothing.
        assert_eq!(to_board_price(1, -11, &btc()), Ok(0));
        // 0.0003125 $/BTC is exactly half of 2^-4 native per unit... times 100: 3.125e-2 $ is 50 · 2^-4.
        assert_eq!(to_board_price(3_125, -5, &btc()), Ok(50));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(to_board_price(i64::MAX, 10, &btc()), Err(RiskError::Overflow));
        assert_eq!(to_board_price(1, i32::MAX, &btc()), Err(RiskError::Overflow));
        assert_eq!(to_board_price(1, i32::MIN, &btc()), Err(RiskError::Overflow));
    }
}
