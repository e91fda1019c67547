//! Settlement prices, settlement of positions, and the end of instruments.

use super::{build, read, signer, write};
use crate::pda::Exchange;
use ballast::instruction::tag;
use solana_address::Address;
use solana_instruction::Instruction;

/// `sample_settlement`: see [`crate::settlement::missing`] for which prints are wanted.
pub fn sample_settlement(e: &Exchange, price_update: &Address, underlying: u16, expiry: i64) -> Instruction {
    build(tag::SAMPLE_SETTLEMENT, vec![read(&e.address), write(&e.board), read(price_update)], &(underlying, expiry))
}

/// `settle_expiry`: instruments of one underlying and expiry in ascending order.
pub fn settle_expiry(e: &Exchange, underlying: u16, instruments: &[u16]) -> Instruction {
    build(tag::SETTLE_EXPIRY, vec![read(&e.address), write(&e.board)], &(underlying, instruments))
}

/// `settle_position`
pub fn settle_position(e: &Exchange, margin: &Address, instrument: u16) -> Instruction {
    let accounts = vec![read(&e.address), read(&e.board), write(&e.market(instrument)), write(margin)];
    build(tag::SETTLE_POSITION, accounts, &())
}

/// `delist`: the rent goes to the exchange's admin.
pub fn delist(e: &Exchange, admin: &Address, instrument: u16) -> Instruction {
    let accounts =
        vec![read(&e.address), write(&e.treasury), write(&e.board), write(&e.market(instrument)), write(admin)];
    build(tag::DELIST, accounts, &())
}

/// `wind_down_perpetual`: `generation` is the instrument's on the board.
pub fn wind_down_perpetual(
    e: &Exchange,
    admin: &Address,
    instrument: u16,
    generation: u32,
    settles_at: i64,
) -> Instruction {
    build(
        tag::WIND_DOWN_PERPETUAL,
        vec![signer(admin), read(&e.address), write(&e.board)],
        &(instrument, generation, settles_at),
    )
}
