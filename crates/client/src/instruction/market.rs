//! Funding and basis.

use super::{build, read, write};
use crate::pda::Exchange;
use ballast::args::tag;
use solana_instruction::Instruction;

/// `sample_market`
pub fn sample_market(e: &Exchange, instrument: u16) -> Instruction {
    build(tag::SAMPLE_MARKET, vec![read(&e.address), write(&e.board), write(&e.market(instrument))], |_| {})
}
