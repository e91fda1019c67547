//! A liquidator: finds accounts in default and takes slices of them over.
//!
//! It knows nothing but what JSON-RPC tells: it reads the risk board, the treasury and all margin accounts of one exchange, and computes
//! every margin with the program's own code. For each account in default it does, pass by pass, what comes next: it refreshes prices
//! and risk arrays, takes the slice over that pays, and where none pays it gives notice, cancels orders, seizes, and has bad debt
//! paid. Slices go into an account of their own, funded as far as each needs. There they are closed on the order books, unless they
//! are to be kept, and the cash returns.
//!
//! - [`Liquidator`]: the bot, one pass at a time or in a loop. [`Settings`]: what it does and wants.
//! - [`choose`]: which slice to take over, as a pure function.
//!
//! It logs by `tracing`: what it did and what it left undone as information, what failed as a warning, each cause once.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod attend;
mod bot;
mod chain;
pub mod choose;
mod oracle;
mod purse;
mod report;
mod table;
mod unwind;

pub use bot::{Liquidator, Settings};
