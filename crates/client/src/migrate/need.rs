//! What is missing, before anybody asks whether it must wait.

use super::{Keys, State, difference::Differences};
use crate::{config::Config, pda};
use anyhow::{Context, Result};
use ballast::constants::MAX_GROWTH;
use ballast_risk::{Board, MAX_GROUPS, MAX_INSTRUMENTS, MAX_TOKENS, MAX_UNDERLYINGS};
use solana_address::Address;
use solana_instruction::Instruction;
use std::collections::BTreeSet;

/// Growing instructions in one transaction.
const GROWTHS: usize = 8;

/// Something that is missing: one transaction.
pub(super) struct Need {
    /// What it does.
    pub what: String,
    /// How; where it waits for the timelock, one instruction.
    pub instructions: Vec<Instruction>,
    /// True if it makes something that later listings may need, or needs what earlier ones make.
    pub listing: bool,
    /// True if it does not wait although its like does.
    pub at_once: bool,
    /// What it is about: by this its pending change is found, whatever it says.
    pub about: String,
}

/// What is missing, and what cannot be done.
#[derive(Default)]
pub(super) struct Found {
    pub needs: Vec<Need>,
    pub conflicts: Vec<String>,
    pub notes: Vec<String>,
}

/// Compares a configuration with the chain.
pub(super) struct Planner<'a> {
    pub config: &'a Config,
    pub keys: &'a Keys,
    pub state: &'a State,
    pub now: i64,
    pub e: pda::Exchange,
    pub slots: Slots,
    pub found: Found,
}

/// What is missing, in order.
pub(super) fn needs(config: &Config, keys: &Keys, state: &State, now: i64) -> Result<Found> {
    let slots = state.board.as_ref().map_or_else(Slots::empty, |b| Slots::of(&b.board));
    let mut planner = Planner { config, keys, state, now, e: state.addresses, slots, found: Found::default() };
    planner.bounds()?;
    planner.begin()?;
    planner.groups()?;
    planner.underlyings()?;
    planner.surfaces()?;
    planner.collateral()?;
    planner.perpetuals()?;
    planner.dated()?;
    planner.insurance()?;
    planner.interest()?;
    planner.withdrawal_limits()?;
    planner.fees()?;
    planner.margin()?;
    planner.authorities()?;
    planner.timelock()?;
    Ok(planner.found)
}

impl Planner<'_> {
    /// Something to list or make.
    pub fn list(&mut self, about: &str, what: String, ix: Instruction) {
        let (about, instructions) = (about.to_owned(), vec![ix]);
        self.found.needs.push(Need { what, instructions, listing: true, at_once: false, about });
    }

    /// A parameter to change.
    pub fn change(&mut self, about: &str, what: String, ix: Instruction) {
        let (about, instructions) = (about.to_owned(), vec![ix]);
        self.found.needs.push(Need { what, instructions, listing: false, at_once: false, about });
    }

    /// An account to grow from a length to at least another, so many bytes an instruction as the runtime allows.
    pub fn grow(&mut self, what: &str, ix: &Instruction, from: usize, to: usize, listing: bool) {
        let mut len = from;
        while len < to {
            let count = (to - len).div_ceil(MAX_GROWTH).min(GROWTHS);
            let grown = len + count * MAX_GROWTH;
            let what = format!("grow {what}: {len} -> {} bytes", grown.min(to));
            let instructions = vec![ix.clone(); count];
            self.found.needs.push(Need { what, instructions, listing, at_once: false, about: String::new() });
            len = grown;
        }
    }

    /// Notes what cannot be changed.
    pub fn take_conflicts(&mut self, name: &str, d: &Differences) {
        self.found.conflicts.extend(d.conflicts().iter().map(|c| format!("{name}: {c}, which cannot be changed")));
    }

    /// The board, once it is complete.
    pub fn board(&self) -> Option<&Board> {
        self.state.board.as_ref().map(|b| &b.board)
    }
}

/// Where things are on the board, and where the next ones come.
pub(super) struct Slots {
    groups: Vec<String>,
    underlyings: Vec<Option<String>>,
    tokens: Vec<Option<Address>>,
    taken: BTreeSet<u16>,
}

impl Slots {
    fn empty() -> Self {
        Self {
            groups: vec![String::new(); MAX_GROUPS],
            underlyings: vec![None; MAX_UNDERLYINGS],
            tokens: vec![None; MAX_TOKENS],
            taken: BTreeSet::new(),
        }
    }

    fn of(board: &Board) -> Self {
        Self {
            groups: board.groups.iter().map(|g| text(&g.name)).collect(),
            underlyings: board.underlyings.iter().map(|u| u.is_listed().then(|| text(&u.name))).collect(),
            tokens: board.tokens.iter().map(|t| t.is_listed().then(|| t.mint.into())).collect(),
            taken: board.instruments.iter().filter(|i| i.is_listed()).map(|i| i.index).collect(),
        }
    }

    /// The place of a product group, or the next free one.
    pub fn group(&mut self, name: &str) -> Result<u8> {
        let place =
            self.groups.iter().position(|g| g == name).or_else(|| self.groups.iter().position(String::is_empty));
        let place = place.with_context(|| format!("there is no room for product group {name}"))?;
        name.clone_into(&mut self.groups[place]);
        Ok(place as u8)
    }

    /// The name of the product group of an underlying: index + 1, 0 for none.
    pub fn group_name(&self, group: u8) -> String {
        let place = usize::from(group).checked_sub(1);
        place.map_or_else(|| "none".to_owned(), |place| self.groups.get(place).cloned().unwrap_or_default())
    }

    /// The place of an underlying.
    pub fn underlying(&self, name: &str) -> Result<u16> {
        let place = self.underlyings.iter().position(|u| u.as_deref() == Some(name));
        Ok(place.with_context(|| format!("'{name}' is not in the configuration"))? as u16)
    }

    /// The next free place of an underlying.
    pub fn new_underlying(&mut self, name: &str) -> Result<u16> {
        let place = self.underlyings.iter().position(Option::is_none);
        let place = place.with_context(|| format!("there is no room for underlying {name}"))?;
        self.underlyings[place] = Some(name.to_owned());
        Ok(place as u16)
    }

    /// Gives an underlying on the board another name.
    pub fn rename_underlying(&mut self, place: u16, name: &str) {
        self.underlyings[usize::from(place)] = Some(name.to_owned());
    }

    /// The place of a token, or the next free one.
    pub fn token(&mut self, mint: &Address) -> Result<u16> {
        let place = self.tokens.iter().position(|t| t.as_ref() == Some(mint));
        let place = place.or_else(|| self.tokens.iter().position(Option::is_none));
        let place = place.with_context(|| format!("there is no room for token {mint}"))?;
        self.tokens[place] = Some(*mint);
        Ok(place as u16)
    }

    /// The next free place of an instrument.
    pub fn new_instrument(&mut self, name: &str) -> Result<u16> {
        let place = (0..MAX_INSTRUMENTS as u16).find(|i| !self.taken.contains(i));
        let place = place.with_context(|| format!("there is no room for instrument {name}"))?;
        self.taken.insert(place);
        Ok(place)
    }
}

/// A name of the board without its padding.
pub(super) fn text(name: &[u8; 16]) -> String {
    String::from_utf8_lossy(name).trim_end_matches('\0').to_owned()
}
