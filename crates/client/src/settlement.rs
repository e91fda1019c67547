//! What a keeper has to do for settlements: which prints are missing, what is to be settled.

use crate::{instruction, pda::Exchange};
use ballast_risk::{
    Board,
    fixing::{SAMPLES, sample_time},
};
use solana_instruction::Instruction;
use std::collections::{BTreeMap, BTreeSet};

/// Instruments that one transaction settles.
pub const SETTLE_BATCH: usize = 16;

/// A sample of a settlement price that is wanted: the one print of the underlying's feed with
/// `previous publish time < time ≤ publish time`, published less than a minute after the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The underlying.
    pub underlying: u16,
    /// The expiry, seconds.
    pub expiry: i64,
    /// Which sample, from 1.
    pub sample: u32,
    /// Its time, seconds.
    pub time: i64,
}

/// Underlyings and expiries that something listed awaits, with the instruments, in ascending order.
fn awaited(board: &Board) -> BTreeMap<(u16, i64), Vec<u16>> {
    let mut awaited = BTreeMap::<_, Vec<u16>>::new();
    let listed = board.instruments.iter().filter(|i| i.is_listed() && i.settles_at != 0 && i.settled == 0);
    for i in listed {
        awaited.entry((i.underlying, i.settles_at)).or_default().push(i.index);
    }
    awaited
}

/// The samples whose time has come and that were not taken yet, oldest first within an expiry. A print may be posted as long
/// as the expiry is not settled; the feed's history has those that are late.
pub fn missing(board: &Board, now: i64) -> BTreeSet<Missing> {
    let mut missing = BTreeSet::new();
    for (underlying, expiry) in awaited(board).into_keys() {
        let Ok(u) = board.underlying(underlying) else { continue };
        let fixing = u.fixings.iter().find(|f| f.expiry == expiry).copied().unwrap_or_default();
        if fixing.price != 0 {
            continue;
        }
        for sample in (1..=SAMPLES).filter(|sample| !fixing.has(*sample)) {
            match sample_time(expiry, sample) {
                Some(time) if time <= now => missing.insert(Missing { underlying, expiry, sample, time }),
                _ => continue,
            };
        }
    }
    missing
}

/// The instructions that settle what has expired and whose price is known, [`SETTLE_BATCH`] at a time: one to a transaction.
pub fn settlements(e: &Exchange, board: &Board, now: i64) -> Vec<Instruction> {
    let mut instructions = Vec::new();
    for ((underlying, expiry), indices) in awaited(board) {
        let Ok(u) = board.underlying(underlying) else { continue };
        let fixing = u.fixings.iter().find(|f| f.expiry == expiry).copied();
        let mut fixing = fixing.unwrap_or_default();
        fixing.expiry = expiry;
        let known = fixing.price != 0 || fixing.settlement_price(now).is_ok();
        if now >= expiry && known {
            let batches = indices.chunks(SETTLE_BATCH);
            instructions.extend(batches.map(|batch| instruction::settle_expiry(e, underlying, batch)));
        }
    }
    instructions
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_risk::{Instrument, Kind};
    use bytemuck::Zeroable;

    const EXPIRY: i64 = 1_800_000_000;

    fn board() -> Box<Board> {
        let mut board: Box<Board> = bytemuck::allocation::zeroed_box();
        board.underlyings[2].listed = 1;
        board.instruments[7] = Instrument {
            kind: Kind::Future as u8,
            underlying: 2,
            index: 7,
            expiry: EXPIRY,
            settles_at: EXPIRY,
            ..Instrument::zeroed()
        };
        board
    }

    #[test]
    fn samples_are_missing_from_their_time_until_they_are_taken() {
        let mut board = board();
        assert!(missing(&board, EXPIRY - 29 * 60 - 1).is_empty());
        let times =
            |board: &Board, now| missing(board, now).iter().map(|m| (m.sample, m.time - EXPIRY)).collect::<Vec<_>>();
        assert_eq!(times(&board, EXPIRY - 28 * 60), [(1, -29 * 60), (2, -28 * 60)]);
        board.underlyings[2].fixings[3].expiry = EXPIRY;
        board.underlyings[2].fixings[3].take(1, 5).unwrap();
        assert_eq!(times(&board, EXPIRY - 28 * 60), [(2, -28 * 60)]);
        assert_eq!(times(&board, EXPIRY + 3_600).len(), 29);
        board.instruments[7].settled = 1;
        assert!(missing(&board, EXPIRY + 3_600).is_empty());
    }

    #[test]
    fn an_expiry_is_settled_when_its_samples_will_do() {
        let (mut board, e) = (board(), Exchange::new(1));
        let fixing = &mut board.underlyings[2].fixings[0];
        fixing.expiry = EXPIRY;
        (1..=20).for_each(|sample| fixing.take(sample, 5).unwrap());
        assert!(settlements(&e, &board, EXPIRY + 599).is_empty());
        assert_eq!(settlements(&e, &board, EXPIRY + 600), [instruction::settle_expiry(&e, 2, &[7])]);
    }
}
