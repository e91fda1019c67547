//! A liquidator: finds accounts in default and takes slices of them over.
//!
//! It knows nothing but what JSON-RPC tells: it reads the risk board, the treasury and all margin accounts of one exchange, and computes
//! every margin with the program's own code. For each account in default it does, pass by pass, what comes next: it refreshes prices
//! and risk arrays and takes the slice over that pays. Where none does, it closes a position on its book, and where none can be closed it
//! releases what has recovered, seizes, has bad debt paid, cancels orders, winds down what nobody takes, and gives notice. Slices go
//! into an account of their own, funded as far as each needs. There they are closed on the order books, unless they are to be kept,
//! tokens are handed on, and the cash returns.
//!
//! - [`Liquidator`]: the bot, one pass at a time or in a loop. [`Settings`]: what it does and wants.
//! - [`book`]: what an order would meet on an order book.
//! - [`choose`]: which slice to take over, and which position to close on its book, as pure functions.
//!
//! It logs by `tracing`: what it did and what it left undone as information, what failed as a warning, each cause once.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod attend;
pub mod book;
mod bot;
mod chain;
pub mod choose;
mod close;
mod oracle;
mod purse;
mod receivership;
mod report;
mod table;
mod tokens;
mod unwind;

pub use bot::{Liquidator, Settings, Tokens};
