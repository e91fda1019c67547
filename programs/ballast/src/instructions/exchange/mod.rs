//! The exchange as a whole.

pub mod fund_insurance;
pub mod grow_board;
pub mod initialize_exchange;
pub mod set_pause;
