//! The exchange as a whole.

mod fund_insurance;
mod grow_board;
mod initialize_exchange;
mod set_pause;

pub use {fund_insurance::*, grow_board::*, initialize_exchange::*, set_pause::*};
