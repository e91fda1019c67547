//! What transactions did, from the events in their logs.

use anyhow::Result;
use ballast_client::{
    ballast::events::{Liquidated, OrderPlaced},
    event,
};
use solana_address::Address;
use std::collections::BTreeMap;

/// Fees and liquidations of all accounts.
#[derive(Default)]
pub struct Ledger {
    /// Fees that each account paid, in quote-native; less rebates.
    pub fees: BTreeMap<Address, i64>,
    /// Value that was traded, each match once.
    pub volume: i64,
    /// The liquidations, in their order.
    pub liquidations: Vec<Liquidated>,
}

impl Ledger {
    /// Adds the events of a transaction's log.
    pub fn read(&mut self, log: &[String]) -> Result<()> {
        for order in event::find::<OrderPlaced>(log) {
            *self.fees.entry(order.margin).or_default() += order.fee;
            self.volume += order.value;
            for fill in &order.fills {
                *self.fees.entry(fill.maker).or_default() += fill.maker_fee;
            }
        }
        self.liquidations.extend(event::find::<Liquidated>(log));
        Ok(())
    }

    /// Fees that an account paid.
    pub fn fees_of(&self, margin: &Address) -> i64 {
        self.fees.get(margin).copied().unwrap_or_default()
    }

    /// What liquidations cost an account against the mark, or brought it if negative.
    pub fn liquidation_cost(&self, margin: &Address) -> i64 {
        let cost = |l: &Liquidated| {
            if l.margin == *margin {
                l.discount
            } else if l.liquidator == *margin {
                l.insurance - l.discount
            } else {
                0
            }
        };
        self.liquidations.iter().map(cost).sum()
    }
}
