//! The program in an SVM: every instruction, what it does and what it refuses.
//!
//! One binary, because each would link the same SVM.

mod accounts;
mod blocks;
mod delegates;
mod governance;
mod guards;
mod liquidation;
mod listing;
mod mutation;
mod options;
mod oracle;
mod random;
mod ranges;
mod refresh;
mod refusal;
mod second;
mod smoke;
mod surface;
mod tables;
mod token2022;
mod trading;
