//! Block trades.

use crate::{
    bench::{Bench, SPREAD, dollars},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    ballast::{args::LegArgs, constants::MAX_LEGS},
    terms::Terms,
};
use ballast_testkit::Trader;

/// The rows.
pub const ROWS: &[Row] = &[
    row("block_trade_1_16", 23_200, "a block of one leg, both sides hold 16 positions"),
    row("block_trade_8_16", 44_800, "a block of eight legs on 8 underlyings, both sides hold 16 positions"),
];

/// Blocks of perpetuals on as many underlyings, bought and sold in turn.
pub fn blocks(b: &mut Bench, one: &Trader, other: &Trader) -> Result<()> {
    let board = b.svm.board();
    let leg = |instrument: u16| -> Result<LegArgs> {
        let price = Terms::of(&board.board, instrument)?.ticks(dollars(instrument % SPREAD))?;
        Ok(LegArgs { lots: if instrument.is_multiple_of(2) { 5 } else { -5 }, price, instrument })
    };
    let legs = (0..MAX_LEGS as u16).map(leg).collect::<Result<Vec<_>>>()?;
    for (row, count) in [("block_trade_1_16", 1), ("block_trade_8_16", MAX_LEGS)] {
        let ix = b.svm.block_of(one, other, &legs[..count]);
        b.measure(row, ix, &[&one.key, &other.key])?;
    }
    Ok(())
}
