//! The program in an SVM: every instruction, what it does and what it refuses. A folder for each family of instructions.
//!
//! One binary, because each would link the same SVM.

mod account;
mod block;
mod exchange;
mod governance;
mod harness;
mod lending;
mod liquidation;
mod listing;
mod market;
mod settlement;
mod stories;
mod surface;
mod trading;
