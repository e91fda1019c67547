//! From an underlying's scale to quote-native and back.

use crate::{LotValue, NativePerLot, Overflow, QuoteNative, Scaled, product::mul_admit};

impl Scaled {
    /// In quote-native, rounded down: for value that an account owns.
    #[inline(always)]
    pub const fn to_native_floor(self, scale_bits: u32) -> QuoteNative {
        QuoteNative::new(self.get() >> scale_bits)
    }

    /// In quote-native, rounded up: for what is required of an account.
    #[inline(always)]
    pub const fn to_native_ceil(self, scale_bits: u32) -> QuoteNative {
        // Every Scaled the model makes is below 2^62 in magnitude, so the negation is exact.
        QuoteNative::new(-(self.get().wrapping_neg() >> scale_bits))
    }
}

impl NativePerLot {
    /// At an underlying's scale, exactly; or [`Overflow`] at [`crate::PRODUCT_LIMIT`] and above.
    #[inline]
    pub const fn to_scale(self, scale_bits: u32) -> Result<LotValue, Overflow> {
        match mul_admit(self.get(), 1 << scale_bits) {
            Ok(value) => Ok(LotValue::new(value)),
            Err(overflow) => Err(overflow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_rounded_down_and_requirements_up() {
        assert_eq!(Scaled::new(-33).to_native_floor(4), QuoteNative::new(-3));
        assert_eq!(Scaled::new(-33).to_native_ceil(4), QuoteNative::new(-2));
        assert_eq!(Scaled::new(33).to_native_ceil(4), QuoteNative::new(3));
        assert_eq!(NativePerLot::new(3).to_scale(4), Ok(LotValue::new(48)));
    }
}
