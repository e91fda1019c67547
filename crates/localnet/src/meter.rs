//! Compute units by kind of instruction, from transaction logs.

use crate::table::numbers;
use ballast_client::{ballast, decimal, instruction, rpc::Sent};
use comfy_table::Table;
use std::collections::BTreeMap;

/// Compute units of every instruction seen, by its name.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    seen: BTreeMap<&'static str, Vec<u64>>,
}

impl Meter {
    /// Adds a transaction.
    pub fn add(&mut self, sent: &Sent) {
        let consumed = format!("Program {} consumed ", ballast::ID);
        let units = sent.log.iter().filter_map(|l| l.strip_prefix(&consumed)?.split(' ').next()?.parse().ok());
        for (data, units) in sent.instructions.iter().zip(units) {
            if let Some(name) = instruction::name(data) {
                self.seen.entry(name).or_default().push(units);
            }
        }
    }

    /// Number of instructions seen.
    pub fn count(&self) -> usize {
        self.seen.values().map(Vec::len).sum()
    }

    /// A table: how many of each kind, least, median and most compute units.
    pub fn table(&self) -> Table {
        let mut table = numbers(&["instruction", "count", "least", "median", "most"]);
        for (name, units) in &self.seen {
            let mut units = units.clone();
            units.sort_unstable();
            let show = |n: u64| decimal::format(n as i64, 0, 0);
            let (least, median, most) = (units[0], units[units.len() / 2], units[units.len() - 1]);
            table.add_row([(*name).to_owned(), show(units.len() as u64), show(least), show(median), show(most)]);
        }
        table
    }
}
