//! One line of the table.
//!
//! A ceiling is a promise to whoever builds transactions: raise one only with a reason in the commit that does it. Where nobody
//! set a figure it is today's, plus some 12 %, in round numbers.

/// What is measured, and how much it may cost.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Name, as in `results.json`: of a family's row, an instruction's name and what is particular.
    pub name: &'static str,
    /// Most compute units it may cost.
    pub ceiling: u64,
    /// What the design aims at in the end, where it says so.
    pub target: Option<u64>,
    /// What is measured.
    pub what: &'static str,
}

/// A row without a target.
pub const fn row(name: &'static str, ceiling: u64, what: &'static str) -> Row {
    Row { name, ceiling, target: None, what }
}

impl Row {
    /// The same with what the design aims at.
    pub const fn target(mut self, units: u64) -> Self {
        self.target = Some(units);
        self
    }
}
