//! The program in an SVM: every instruction, what it does and what it refuses.
//!
//! One binary, because each would link the same SVM.

mod accounts;
mod governance;
mod liquidation;
mod mutation;
mod oracle;
mod random;
mod refusal;
mod smoke;
mod tables;
mod trading;
