//! The instructions, one file each.

pub mod account;
mod admission;
pub mod block;
pub mod exchange;
pub mod governance;
pub mod lending;
pub mod liquidation;
pub mod listing;
mod load;
pub mod market;
mod mint;
pub mod settlement;
pub mod surface;
mod token;
pub mod trading;

// Whole modules: Anchor's macros look for what they derive beside each accounts struct.
pub use {
    account::*, block::*, exchange::*, governance::*, lending::*, liquidation::*, listing::*, market::*, settlement::*,
    surface::*, trading::*,
};
