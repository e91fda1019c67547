//! The program in an SVM: every instruction, what it does and what it refuses.
//!
//! One binary, because each would link the same SVM.

mod accounts;
mod authorities;
mod batches;
mod blocks;
mod deep_book;
mod delegates;
mod funding;
mod governance;
mod guards;
mod lending;
mod liquidation;
mod listing;
mod migrate;
mod mutation;
mod options;
mod oracle;
mod orders;
mod parallel;
mod parameters;
mod random;
mod ranges;
mod refresh;
mod refusal;
mod second;
mod settlement;
mod smoke;
mod surface;
mod tables;
mod timelock;
mod token2022;
mod token_liquidation;
mod trading;
