//! The quantities: signed 64-bit integers that do not mix.

use crate::{
    Overflow,
    bounded::{add_bounded, sub_bounded},
};
use bytemuck::{Pod, Zeroable};

macro_rules! quantity {
    ($($(#[$doc:meta])* $name:ident,)*) => { $(
        $(#[$doc])*
        #[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
        #[cfg_attr(feature = "wincode", derive(wincode::SchemaRead, wincode::SchemaWrite))]
        #[cfg_attr(feature = "borsh", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
        pub struct $name(i64);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(0);
            /// The largest value.
            pub const MAX: Self = Self(i64::MAX);

            /// So many.
            #[inline(always)]
            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            /// The number, without its unit.
            #[inline(always)]
            pub const fn get(self) -> i64 {
                self.0
            }

            /// True if the value is zero.
            #[inline(always)]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The sum, or [`Overflow`].
            #[inline(always)]
            pub const fn plus(self, other: Self) -> Result<Self, Overflow> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Ok(Self(sum)),
                    None => Err(Overflow),
                }
            }

            /// The difference, or [`Overflow`].
            #[inline(always)]
            pub const fn minus(self, other: Self) -> Result<Self, Overflow> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Ok(Self(difference)),
                    None => Err(Overflow),
                }
            }

            /// The sum where the caller's bounds prove that it fits; debug builds check.
            #[inline(always)]
            pub const fn plus_bounded(self, other: Self) -> Self {
                Self(add_bounded(self.0, other.0))
            }

            /// The difference where the caller's bounds prove that it fits; debug builds check.
            #[inline(always)]
            pub const fn minus_bounded(self, other: Self) -> Self {
                Self(sub_bounded(self.0, other.0))
            }

            /// The value with its sign turned, or [`Overflow`] for the one value that has no opposite.
            #[inline(always)]
            pub const fn negated(self) -> Result<Self, Overflow> {
                match self.0.checked_neg() {
                    Some(negated) => Ok(Self(negated)),
                    None => Err(Overflow),
                }
            }

            /// The magnitude, or [`Overflow`] for the one value that has none.
            #[inline(always)]
            pub const fn magnitude(self) -> Result<Self, Overflow> {
                match self.0.checked_abs() {
                    Some(magnitude) => Ok(Self(magnitude)),
                    None => Err(Overflow),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }
    )* };
}

quantity! {
    /// A signed number of contracts: positive is long or bought, negative short or sold.
    Lots,
    /// A price in ticks.
    Ticks,
    /// Quote-native per tick and lot.
    TickValue,
    /// Quote-native per lot.
    NativePerLot,
    /// An amount of the quote currency in its smallest unit, 1e-6 USDC.
    QuoteNative,
    /// A delta, counted in the delta units of one underlying (for example 0.0001 BTC).
    Units,
    /// Delta units per lot.
    UnitsPerLot,
    /// Value of one delta unit, in quote-native at its underlying's scale 2^-k.
    UnitPrice,
    /// Value of one lot, in quote-native at its underlying's scale 2^-k.
    LotValue,
    /// Value in quote-native at an underlying's scale 2^-k.
    Scaled,
}
