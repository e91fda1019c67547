//! Differences between what is on the chain and what the file says, as people read them.

use crate::{
    config::{QUOTE, Scale},
    decimal,
};
use ballast_risk::Parameters;

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

    /// Compares lists of parameters that can be changed. `prefix` is what the file has before their names.
    pub fn list<P: Parameters>(&mut self, prefix: &str, old: &P, new: &P, scale: &Scale) {
        for ((bound, old), (_, new)) in old.fields().zip(new.fields()) {
            self.value(&format!("{prefix}{}", bound.name), old, new, |value| scale.show(bound.unit, value));
        }
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

/// An amount of the quote currency.
pub(super) fn quote(native: i64) -> String {
    format!("{} USDC", decimal::format(native, QUOTE, 0))
}
