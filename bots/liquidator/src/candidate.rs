//! Which position of an account below maintenance to take over.

use anyhow::Result;
use ballast_client::{
    margin,
    risk::{Board, Portfolio, liquidation::Takeover},
};

/// A position that could be taken over.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The instrument.
    pub instrument: u16,
    /// Most lots to ask for; the program may take fewer.
    pub max_lots: i64,
    /// What the program would do.
    pub takeover: Takeover,
}

impl Candidate {
    /// What the liquidator gains against the mark, in quote-native.
    pub fn profit(&self) -> i64 {
        self.takeover.discount.get() - self.takeover.insurance.get()
    }
}

/// The position whose takeover gains most, of those that the program would allow and the liquidator's own account could
/// carry.
pub fn best(board: &Board, account: &Portfolio, own: &Portfolio, now: i64) -> Option<Candidate> {
    let legs = account.open().iter().filter(|p| !p.lots.is_zero());
    let candidates = legs.filter_map(|p| affordable(board, account, own, p.key.instrument(), p.lots.get().abs(), now));
    candidates.max_by_key(Candidate::profit)
}

/// The takeover of one position, with as many lots as the liquidator's own initial margin allows, halving from the whole.
fn affordable(
    board: &Board,
    account: &Portfolio,
    own: &Portfolio,
    instrument: u16,
    held: i64,
    now: i64,
) -> Option<Candidate> {
    let mut max_lots = held;
    while max_lots > 0 {
        // An error is a refusal by the program: a stale price, or a takeover that would not help.
        let takeover = margin::takeover(board, account, instrument, max_lots, now).ok()?;
        if carries(board, own, instrument, &takeover, now).unwrap_or(false) {
            return Some(Candidate { instrument, max_lots, takeover });
        }
        max_lots = takeover.fill.lots.get().abs() / 2;
    }
    None
}

fn carries(board: &Board, own: &Portfolio, instrument: u16, takeover: &Takeover, now: i64) -> Result<bool> {
    let after = margin::after_takeover(board, own, instrument, takeover, now)?;
    Ok(after.initial_equity >= after.initial)
}
