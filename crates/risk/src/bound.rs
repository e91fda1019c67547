//! What a parameter is held to, and what it counts in.

use core::fmt;

/// What a parameter counts in: the word in the log and in `docs/bounds.md`, and how clients read and show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Millionths.
    Ratio,
    /// Quote-native, 1e-6 USDC.
    Quote,
    /// A price of one delta unit at its underlying's scale.
    Price,
    /// Lots.
    Lots,
    /// Delta units.
    DeltaUnits,
    /// Smallest units of a mint.
    Atoms,
    /// Seconds.
    Seconds,
    /// Days.
    Days,
    /// Hundredths.
    Hundredths,
    /// Bits.
    Bits,
    /// Decimals.
    Decimals,
    /// A number of things that the parameter's name says.
    Count,
}

impl Unit {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ratio => "millionths",
            Self::Quote => "quote-native",
            Self::Price => "scaled, a delta unit",
            Self::Lots => "lots",
            Self::DeltaUnits => "delta units",
            Self::Atoms => "smallest units",
            Self::Seconds => "seconds",
            Self::Days => "days",
            Self::Hundredths => "hundredths",
            Self::Bits => "bits",
            Self::Decimals => "decimals",
            Self::Count => "in number",
        }
    }
}

/// The hard bounds of one parameter, both included: no admin can go beyond them, whatever the timelock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The list that it belongs to.
    pub list: &'static str,
    /// Its name: the field of the struct, the key in TOML files, the word in the log.
    pub name: &'static str,
    /// Least value.
    pub low: i64,
    /// Largest value.
    pub high: i64,
    /// True if zero is allowed too: it turns off what the parameter is for.
    pub or_zero: bool,
    /// What it counts in.
    pub unit: Unit,
}

impl Bound {
    /// True if a value is inside the bounds.
    pub const fn admits(&self, value: i64) -> bool {
        self.low <= value && value <= self.high || self.or_zero && value == 0
    }
}

/// "from 1 to 600 seconds"
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zero = if self.or_zero { "0, or " } else { "" };
        write!(f, "{}from {} to {} {}", zero, self.low, self.high, self.unit.word())
    }
}
