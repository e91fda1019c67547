//! Unit newtypes, so that a meaningless product does not compile.
//!
//! | type | unit | scale |
//! |---|---|---|
//! | [`Lots`] | signed number of contracts (lots) | 1 |
//! | [`Ticks`] | price in ticks per lot | 1 |
//! | [`QuoteNative`] | quote currency (USDC) | 1e-6 |
//! | [`Units`] | signed delta in an underlying's delta units | 1 |
//! | [`Scaled`] | quote-native of one underlying's model | 2^-k, k = [`crate::Underlying::scale_bits`] |
//! | [`Ppm`] | ratio | 1e-6 |
//!
//! Arithmetic between values of one type is checked and yields [`RiskError::Overflow`]; it never wraps.

use crate::RiskError;
use bytemuck::{Pod, Zeroable};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($repr:ty)) => {
        $(#[$doc])*
        #[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
        pub struct $name(pub $repr);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(0);

            /// The sum, or [`RiskError::Overflow`].
            #[inline(always)]
            pub fn plus(self, other: Self) -> Result<Self, RiskError> {
                self.0.checked_add(other.0).map(Self).ok_or(RiskError::Overflow)
            }

            /// The difference, or [`RiskError::Overflow`].
            #[inline(always)]
            pub fn minus(self, other: Self) -> Result<Self, RiskError> {
                self.0.checked_sub(other.0).map(Self).ok_or(RiskError::Overflow)
            }

            /// True if the value is zero.
            #[inline(always)]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

macro_rules! signed {
    ($($name:ident),*) => { $(
        impl $name {
            /// The value with its sign turned, or [`RiskError::Overflow`] for the one value that has no opposite.
            #[inline(always)]
            pub fn negated(self) -> Result<Self, RiskError> {
                self.0.checked_neg().map(Self).ok_or(RiskError::Overflow)
            }

            /// The magnitude, or [`RiskError::Overflow`] for the one value that has none.
            #[inline(always)]
            pub fn magnitude(self) -> Result<Self, RiskError> {
                self.0.checked_abs().map(Self).ok_or(RiskError::Overflow)
            }
        }
    )* };
}

unit!(
    /// A signed number of contracts: positive is long or bought, negative short or sold.
    Lots(i64)
);
unit!(
    /// A price in ticks per lot.
    Ticks(i64)
);
unit!(
    /// An amount of the quote currency in its smallest unit, 1e-6 USDC.
    QuoteNative(i64)
);
unit!(
    /// A delta, counted in the delta units of one underlying (for example 0.0001 BTC).
    Units(i64)
);
unit!(
    /// Quote-native at an underlying's own scale 2^-k.
    Scaled(i64)
);
unit!(
    /// A ratio in millionths.
    Ppm(u32)
);
signed!(Lots, Ticks, QuoteNative, Units, Scaled);

impl Ppm {
    /// One, that is 100 %.
    pub const ONE: Self = Self(1_000_000);
}

impl Scaled {
    /// In quote-native, rounded down: for value that an account owns.
    #[inline(always)]
    pub const fn to_native_floor(self, scale_bits: u32) -> QuoteNative {
        QuoteNative(self.0 >> scale_bits)
    }

    /// In quote-native, rounded up: for what is required of an account.
    #[inline(always)]
    pub const fn to_native_ceil(self, scale_bits: u32) -> QuoteNative {
        // Every Scaled the model makes is below 2^62 in magnitude, so the negation is exact.
        QuoteNative(-(self.0.wrapping_neg() >> scale_bits))
    }
}
