//! The macro that declares a list of parameters, and what every list can do.

use crate::{RiskError, bound::Bound};
use ballast_units::{Lots, Ppm, QuoteNative, TickValue, UnitPrice, UnitsPerLot};

/// A list of parameters: a struct that is stored as it is sent. Its bytes on the wire are its bytes in memory.
pub trait Parameters: Copy + Eq + bytemuck::Pod {
    /// What the list is about.
    const LIST: &'static str;
    /// The bounds of its parameters, in the order of declaration.
    const BOUNDS: &'static [Bound];
    /// Their names.
    const NAMES: &'static [&'static str];
    /// What each means.
    const DOCS: &'static [&'static str];
    /// The value of each where a configuration says nothing; none where it must say something.
    const DEFAULTS: &'static [Option<i64>];

    /// Every parameter with its bounds, in the order of declaration. A value beyond `i64`, which no bound admits, is its
    /// largest.
    fn fields(&self) -> impl Iterator<Item = (&'static Bound, i64)>;

    /// Sets the parameter of a name; false if there is none, or if its type cannot hold the value.
    fn set(&mut self, name: &str, value: i64) -> bool;

    /// True if the reserved bytes are zero.
    fn reserved_is_zero(&self) -> bool;

    /// Checks each parameter by itself, and that the reserved bytes are zero.
    ///
    /// # Errors
    /// [`RiskError::ParameterOutOfBounds`] of the first parameter that is out of its bounds; [`RiskError::ReservedNotZero`].
    fn validate_bounds(&self) -> Result<(), RiskError> {
        if let Some((bound, value)) = self.fields().find(|(bound, value)| !bound.admits(*value)) {
            return Err(RiskError::ParameterOutOfBounds { bound, value });
        }
        if self.reserved_is_zero() { Ok(()) } else { Err(RiskError::ReservedNotZero { list: Self::LIST }) }
    }
}

/// A type that a parameter can have.
pub(super) trait Value: Copy {
    /// The number; the largest `i64` for what is beyond it.
    fn number(self) -> i64;
    /// The value of a number, if there is one.
    fn of(number: i64) -> Option<Self>;
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl Value for $type {
            fn number(self) -> i64 {
                i64::from(self)
            }

            fn of(number: i64) -> Option<Self> {
                Self::try_from(number).ok()
            }
        }
    )* };
}
integers!(u8, u16, u32, i32);

impl Value for u64 {
    fn number(self) -> i64 {
        // No bound is above 2^62: what does not fit is beyond it in either form.
        i64::try_from(self).unwrap_or(i64::MAX)
    }

    fn of(number: i64) -> Option<Self> {
        Self::try_from(number).ok()
    }
}

impl Value for Ppm {
    fn number(self) -> i64 {
        i64::from(self.get())
    }

    fn of(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(Self::new)
    }
}

macro_rules! quantities {
    ($($type:ty),*) => { $(
        impl Value for $type {
            fn number(self) -> i64 {
                self.get()
            }

            fn of(number: i64) -> Option<Self> {
                Some(Self::new(number))
            }
        }
    )* };
}
quantities!(Lots, QuoteNative, TickValue, UnitPrice, UnitsPerLot);

/// Declares a list of parameters: a struct that can be an instruction's argument, a part of an account and of an event.
///
/// A line is `name: type in least..=largest, Unit;`. After the unit `or 0` allows zero too, and `default` is the value where
/// a configuration says nothing.
macro_rules! parameters {
    (
        $(#[doc = $about:literal])*
        $struct:ident $list:literal {
            $(
                $(#[doc = $doc:literal])*
                $field:ident: $type:ident in $low:literal..=$high:expr, $unit:ident
                    $(or $zero:literal)? $(default $default:literal)?;
            )*
        } $(reserved $reserved:ty)?
    ) => {
        $(#[doc = $about])*
        #[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
        #[cfg_attr(feature = "wincode", derive(wincode::SchemaRead, wincode::SchemaWrite))]
        #[cfg_attr(feature = "borsh", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
        pub struct $struct {
            $(
                $(#[doc = $doc])*
                #[doc = concat!("\n\nIn `", stringify!($low), "..=", stringify!($high), "`, ", stringify!($unit), $(", or ", $zero,)? ".")]
                pub $field: $type,
            )*
            $(
                /// Reserved, zero.
                pub reserved: $reserved,
            )?
        }

        impl $crate::params::Parameters for $struct {
            const LIST: &'static str = $list;
            const BOUNDS: &'static [$crate::bound::Bound] = &[$(
                $crate::bound::Bound {
                    list: $list,
                    name: stringify!($field),
                    low: $low,
                    high: $high,
                    or_zero: false $(|| $zero == 0)?,
                    unit: $crate::bound::Unit::$unit,
                }
            ),*];
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];
            const DOCS: &'static [&'static str] = &[$(concat!($($doc),*)),*];
            const DEFAULTS: &'static [Option<i64>] = &[$($crate::params::list::optional!($($default)?)),*];

            fn fields(&self) -> impl Iterator<Item = (&'static $crate::bound::Bound, i64)> {
                Self::BOUNDS.iter().zip([$($crate::params::list::Value::number(self.$field)),*])
            }

            fn set(&mut self, name: &str, value: i64) -> bool {
                $(
                    if name == stringify!($field) {
                        let value = $crate::params::list::Value::of(value);
                        return value.is_some_and(|value| { self.$field = value; true });
                    }
                )*
                false
            }

            fn reserved_is_zero(&self) -> bool {
                true $(&& self.reserved == <$reserved as Default>::default())?
            }
        }
    };
}
/// A value that may be left out.
macro_rules! optional {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

pub(super) use {optional, parameters};
