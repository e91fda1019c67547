//! Differences between what is on the chain and what the file says, as people read them.

use crate::{
    config::{PPM, QUOTE},
    decimal,
};

/// What differs.
#[derive(Default)]
pub(super) struct Differences {
    /// What can be changed: "scan_range 0.15 -> 0.2".
    changed: Vec<String>,
    /// What cannot.
    fixed: Vec<String>,
}

impl Differences {
    /// Compares a value that can be changed.
    pub fn value<T: PartialEq>(&mut self, name: &str, old: T, new: T, show: impl Fn(T) -> String) {
        if old != new {
            self.changed.push(format!("{name} {} -> {}", show(old), show(new)));
        }
    }

    /// Compares a value that cannot be changed after listing.
    pub fn fixed<T: PartialEq>(&mut self, name: &str, old: T, new: T, show: impl Fn(T) -> String) {
        if old != new {
            self.fixed.push(format!("{name} is {}, the file says {}", show(old), show(new)));
        }
    }

    /// Compares a ratio in millionths.
    pub fn ratio(&mut self, name: &str, old: impl Into<i64>, new: impl Into<i64>) {
        self.value(name, old.into(), new.into(), ratio);
    }

    /// Compares an amount of the quote currency.
    pub fn quote(&mut self, name: &str, old: i64, new: i64) {
        self.value(name, old, new, quote);
    }

    /// Compares a number that has no unit, or seconds, which its name says.
    pub fn number(&mut self, name: &str, old: impl Into<i64>, new: impl Into<i64>) {
        self.value(name, old.into(), new.into(), |n| n.to_string());
    }

    /// What can be changed, in one line; none if nothing differs.
    pub fn changed(&self) -> Option<String> {
        (!self.changed.is_empty()).then(|| self.changed.join(", "))
    }

    /// What cannot be changed and differs.
    pub fn conflicts(&self) -> &[String] {
        &self.fixed
    }
}

/// A ratio in millionths, as the file has it.
pub(super) fn ratio(ppm: i64) -> String {
    decimal::format(ppm, PPM, 0)
}

/// An amount of the quote currency.
pub(super) fn quote(native: i64) -> String {
    format!("{} USDC", decimal::format(native, QUOTE, 0))
}

/// An amount of units of `10^-decimals`. What does not fit is shown as the largest that does.
pub(super) fn amount(value: u64, decimals: u32) -> String {
    decimal::format(i64::try_from(value).unwrap_or(i64::MAX), decimals, 0)
}
