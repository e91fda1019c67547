//! Where an order trades: what the instruction reads and does not change.

use crate::state::Exchange;
use ballast_risk::{Board, Instrument, Underlying};

/// The terms of trading at the time of an instruction.
#[derive(Clone, Copy)]
pub struct Venue<'a> {
    /// The exchange.
    pub exchange: &'a Exchange,
    /// Its board.
    pub board: &'a Board,
    /// The instrument.
    pub i: &'a Instrument,
    /// Its underlying.
    pub u: &'a Underlying,
    /// Time of the instruction.
    pub now: i64,
}
