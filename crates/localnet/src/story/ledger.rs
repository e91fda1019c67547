//! What transactions did, from the events in their logs.

use anyhow::Result;
use ballast_client::{
    ballast::events::{Event, Liquidated, OrderPlaced},
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
    /// What became of accounts in default, in its order: liquidations, seizures, debts paid.
    pub defaults: Vec<Event>,
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
        let of_default =
            |e: &Event| matches!(e, Event::Liquidated(_) | Event::AccountSeized(_) | Event::BadDebtResolved(_));
        self.defaults.extend(event::all(log).into_iter().filter(of_default));
        Ok(())
    }

    /// Fees that an account paid.
    pub fn fees_of(&self, margin: &Address) -> i64 {
        self.fees.get(margin).copied().unwrap_or_default()
    }

    /// The liquidations, in their order.
    pub fn liquidations(&self) -> impl Iterator<Item = &Liquidated> {
        self.defaults.iter().filter_map(|e| if let Event::Liquidated(l) = e { Some(l) } else { None })
    }

    /// What liquidations cost an account, or brought it if negative.
    pub fn liquidation_cost(&self, margin: &Address) -> i64 {
        let cost = |l: &Liquidated| {
            if l.margin == *margin {
                l.discount - l.from_budget
            } else if l.liquidator == *margin {
                l.insurance - l.discount
            } else {
                0
            }
        };
        self.liquidations().map(cost).sum()
    }

    /// What the insurance fund gained, or paid if negative.
    pub fn insurance(&self) -> i64 {
        let gained = |e: &Event| match e {
            Event::Liquidated(l) => l.insurance - l.from_budget - l.bad_debt,
            Event::AccountSeized(s) => -s.paid,
            Event::BadDebtResolved(r) => -r.paid,
            _ => 0,
        };
        self.defaults.iter().map(gained).sum()
    }

    /// What others bore of debts that the insurance fund could not pay.
    pub fn shared(&self) -> i64 {
        let borne = |e: &Event| if let Event::BadDebtResolved(r) = e { r.shared + r.lenders } else { 0 };
        self.defaults.iter().map(borne).sum()
    }
}
