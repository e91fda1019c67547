//! Exact fractions that are never reduced: finding common divisors would take nine tenths of the reference's time.

use core::{
    cmp::Ordering,
    fmt,
    iter::Sum,
    ops::{Add, Div, Mul, Sub},
};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;
use std::prelude::v1::*;

/// A fraction with a positive denominator.
#[derive(Clone)]
pub struct Q {
    numerator: BigInt,
    denominator: BigInt,
}

impl Q {
    pub fn new(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Self {
        let (numerator, denominator) = (numerator.into(), denominator.into());
        assert!(denominator > BigInt::zero());
        Self { numerator, denominator }
    }

    /// The greatest whole number that is not above it.
    pub fn floor(&self) -> BigInt {
        self.numerator.div_floor(&self.denominator)
    }

    /// The smallest whole number that is not below it.
    pub fn ceil(&self) -> BigInt {
        self.numerator.div_ceil(&self.denominator)
    }

    /// The nearest whole number that is not farther from zero.
    pub fn towards_zero(&self) -> BigInt {
        &self.numerator / &self.denominator
    }

    /// The nearest whole number that is not nearer to zero.
    pub fn away_from_zero(&self) -> BigInt {
        let up = |n: &BigInt| n.div_ceil(&self.denominator);
        if self.numerator < BigInt::zero() { -up(&-&self.numerator) } else { up(&self.numerator) }
    }

    pub fn is_zero(&self) -> bool {
        self.numerator.is_zero()
    }
}

pub fn whole(n: impl Into<BigInt>) -> Q {
    Q::new(n, 1)
}

pub fn ppm(n: impl Into<BigInt>) -> Q {
    Q::new(n, 1_000_000)
}

fn sum(a: &Q, b: &Q, sign: i32) -> Q {
    if a.denominator == b.denominator {
        return Q { numerator: &a.numerator + &b.numerator * sign, denominator: a.denominator.clone() };
    }
    Q {
        numerator: &a.numerator * &b.denominator + &b.numerator * &a.denominator * sign,
        denominator: &a.denominator * &b.denominator,
    }
}

macro_rules! operator {
    ($($trait:ident $name:ident $of:expr;)*) => { $(
        impl $trait<&Q> for &Q {
            type Output = Q;
            fn $name(self, other: &Q) -> Q {
                let of: fn(&Q, &Q) -> Q = $of;
                of(self, other)
            }
        }
        impl $trait<Q> for &Q {
            type Output = Q;
            fn $name(self, other: Q) -> Q {
                self.$name(&other)
            }
        }
        impl $trait<&Q> for Q {
            type Output = Q;
            fn $name(self, other: &Q) -> Q {
                (&self).$name(other)
            }
        }
        impl $trait<Q> for Q {
            type Output = Q;
            fn $name(self, other: Q) -> Q {
                (&self).$name(&other)
            }
        }
    )* };
}

operator! {
    Add add |a, b| sum(a, b, 1);
    Sub sub |a, b| sum(a, b, -1);
    Mul mul |a, b| Q { numerator: &a.numerator * &b.numerator, denominator: &a.denominator * &b.denominator };
    Div div |a, b| Q::new(&a.numerator * &b.denominator, &a.denominator * &b.numerator);
}

impl Sum for Q {
    fn sum<I: Iterator<Item = Q>>(iter: I) -> Q {
        iter.fold(whole(0), |a, b| a + b)
    }
}

impl Ord for Q {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }
}

impl PartialOrd for Q {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Q {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Q {}

/// Whole part and six digits, rounded down: for messages.
impl fmt::Display for Q {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millionths = (self * whole(1_000_000)).floor();
        let (whole, rest) = millionths.div_mod_floor(&1_000_000.into());
        write!(f, "{whole} + {rest}/10^6")
    }
}
