//! The products that mean something.

use crate::{
    LotValue, Lots, NativePerLot, Overflow, QuoteNative, Scaled, TickValue, Ticks, UnitPrice, Units, UnitsPerLot,
    bounded::mul_bounded,
};
use core::ops::Mul;

/// Every product of two quantities stays below this in magnitude. It is proven when an instrument is listed and kept by
/// the position limit when lots change.
pub const PRODUCT_LIMIT: i64 = 1 << 56;

/// `a · b`, or [`Overflow`] at [`PRODUCT_LIMIT`] and above. For values that are being admitted.
#[inline]
pub const fn mul_admit(a: i64, b: i64) -> Result<i64, Overflow> {
    match a.checked_mul(b) {
        Some(p) if p.unsigned_abs() < PRODUCT_LIMIT as u64 => Ok(p),
        _ => Err(Overflow),
    }
}

/// A product of values that are being admitted.
pub trait Times<Other> {
    /// What the product is.
    type Product;

    /// The product, or [`Overflow`] at [`PRODUCT_LIMIT`] and above.
    fn times(self, other: Other) -> Result<Self::Product, Overflow>;
}

macro_rules! products {
    ($($one:ident * $other:ident = $product:ident;)*) => { $(
        products!(@impl $one * $other = $product);
        products!(@impl $other * $one = $product);
    )* };
    (@impl $one:ident * $other:ident = $product:ident) => {
        impl Mul<$other> for $one {
            type Output = $product;

            #[inline(always)]
            fn mul(self, other: $other) -> $product {
                $product::new(mul_bounded(self.get(), other.get()))
            }
        }

        impl Times<$other> for $one {
            type Product = $product;

            #[inline]
            fn times(self, other: $other) -> Result<$product, Overflow> {
                mul_admit(self.get(), other.get()).map($product::new)
            }
        }
    };
}

products! {
    Lots * UnitsPerLot = Units;
    Lots * LotValue = Scaled;
    Lots * NativePerLot = QuoteNative;
    Ticks * TickValue = NativePerLot;
    Units * UnitPrice = Scaled;
    UnitsPerLot * UnitPrice = LotValue;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_admitted_below_the_limit() {
        assert_eq!(mul_admit(1 << 28, (1 << 28) - 1), Ok((1 << 56) - (1 << 28)));
        assert_eq!(mul_admit(1 << 28, 1 << 28), Err(Overflow));
        assert_eq!(mul_admit(-(1 << 28), 1 << 28), Err(Overflow));
        assert_eq!(mul_admit(i64::MIN, -1), Err(Overflow));
        assert_eq!(Ticks::new(5).times(TickValue::new(-7)), Ok(NativePerLot::new(-35)));
    }

    #[test]
    fn products_of_admitted_values_are_plain() {
        assert_eq!(Units::new(-3) * UnitPrice::new(7), Scaled::new(-21));
        assert_eq!(UnitPrice::new(7) * UnitsPerLot::new(2), LotValue::new(14));
    }
}
