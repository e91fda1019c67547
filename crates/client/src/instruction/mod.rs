//! One builder per instruction of the program, in the program's families.

mod account;
mod block;
mod exchange;
mod governance;
mod lending;
mod liquidation;
mod listing;
mod market;
mod settlement;
mod surface;
mod trading;

pub use account::*;
pub use block::*;
pub use exchange::*;
pub use governance::*;
pub use lending::*;
pub use liquidation::*;
pub use listing::*;
pub use market::*;
pub use settlement::*;
pub use surface::*;
pub use trading::*;

use borsh::BorshSerialize;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};

fn signer(address: &Address) -> AccountMeta {
    AccountMeta::new_readonly(*address, true)
}

fn payer(address: &Address) -> AccountMeta {
    AccountMeta::new(*address, true)
}

fn read(address: &Address) -> AccountMeta {
    AccountMeta::new_readonly(*address, false)
}

fn write(address: &Address) -> AccountMeta {
    AccountMeta::new(*address, false)
}

/// An instruction of the program: its discriminator, then its arguments in the order of the handler's.
fn build(tag: u8, accounts: Vec<AccountMeta>, args: &impl BorshSerialize) -> Instruction {
    let data = borsh::to_vec(&(tag, args)).expect("no list has more than 2^32 items");
    Instruction { program_id: ballast::ID, accounts, data }
}

/// The name of an instruction of the program, from its data.
pub fn name(data: &[u8]) -> Option<&'static str> {
    ballast::instruction::name(*data.first()?)
}
