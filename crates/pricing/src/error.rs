//! What can go wrong.

use core::fmt;

/// Why a function of this crate has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PricingError {
    /// An argument is outside the function's stated domain.
    OutOfDomain,
    /// The result is larger than its type holds.
    Overflow,
    /// A divisor is zero.
    DivisionByZero,
    /// No volatility of the domain gives the option this value.
    NoSolution,
}

impl fmt::Display for PricingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfDomain => "an argument is outside the function's domain",
            Self::Overflow => "the result is larger than its type holds",
            Self::DivisionByZero => "division by zero",
            Self::NoSolution => "no volatility gives the option this value",
        })
    }
}

impl core::error::Error for PricingError {}
