//! The units that Ballast counts in, so that a product that means nothing does not compile.
//!
//! | type | unit | scale |
//! |---|---|---|
//! | [`Lots`] | signed number of contracts (lots) | 1 |
//! | [`Ticks`] | price, ticks | 1 |
//! | [`TickValue`] | quote-native per tick and lot | 1e-6 USDC |
//! | [`NativePerLot`] | quote-native per lot | 1e-6 USDC |
//! | [`QuoteNative`] | quote currency (USDC) | 1e-6 USDC |
//! | [`Units`] | signed delta, in the delta units of one underlying (for example 0.0001 BTC) | 1 |
//! | [`UnitsPerLot`] | delta units per lot | 1 |
//! | [`UnitPrice`] | value of one delta unit | 2^-k quote-native |
//! | [`LotValue`] | value of one lot | 2^-k quote-native |
//! | [`Scaled`] | value | 2^-k quote-native |
//! | [`Ppm`] | ratio | 1e-6 |
//!
//! k is the scale of one underlying (`ballast_risk::Underlying::scale`).
//!
//! These products exist, in either order, and no others:
//!
//! ```text
//! Lots        · UnitsPerLot  = Units          Ticks · TickValue    = NativePerLot
//! Lots        · LotValue     = Scaled         Lots  · NativePerLot = QuoteNative
//! Units       · UnitPrice    = Scaled
//! UnitsPerLot · UnitPrice    = LotValue
//! ```
//!
//! A product is written in two ways. `a * b` is one machine multiplication, for values whose product is known to fit
//! because they were admitted; debug builds check it. [`Times::times`] is for values that are being admitted, and refuses
//! what reaches [`PRODUCT_LIMIT`].
//!
//! ```
//! use ballast_units::{LotValue, Lots, Scaled, Times};
//!
//! assert_eq!(Lots::new(3) * LotValue::new(40), Scaled::new(120));
//! assert!(Lots::new(1 << 30).times(LotValue::new(1 << 30)).is_err());
//! ```
//!
//! ```compile_fail
//! use ballast_units::{Lots, Ticks};
//!
//! let meaningless = Lots::new(3) * Ticks::new(40);
//! ```
//!
//! Sums and differences of one type are checked ([`Lots::plus`], [`Lots::minus`]) and never wrap.
#![no_std]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod bounded;
mod product;
mod quantity;
mod ratio;
mod scaled;
mod side;

pub use bounded::{add_bounded, mul_bounded, sub_bounded};
pub use product::{PRODUCT_LIMIT, Times, mul_admit};
pub use quantity::{
    LotValue, Lots, NativePerLot, QuoteNative, Scaled, TickValue, Ticks, UnitPrice, Units, UnitsPerLot,
};
pub use ratio::Ppm;
pub use side::Side;

/// A sum, difference or product that does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overflow;

impl core::fmt::Display for Overflow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the number does not fit")
    }
}

impl core::error::Error for Overflow {}
