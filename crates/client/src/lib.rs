//! Rust client of Ballast.
//!
//! - [`pda`]: the addresses of an exchange's accounts.
//! - [`instruction`]: one builder per instruction of the program.
//! - [`account`]: accounts from their bytes.
//! - [`event`]: events from a transaction's log.
//! - [`margin`]: the margin of an account before and after what it might do, with the program's own code.
//! - [`on_book`], [`receivership`]: what a close on the order book, a release and a wind-down of what nobody takes would do.
//! - [`config`]: a whole exchange from one TOML file.
//! - [`migrate`]: what is still missing to make the chain what that file says, in order.
//! - [`decimal`]: exact decimal numbers between people and the program's integers.
//! - [`oracle`]: where the chain has the price accounts of a feed, and what an oracle would write, for local validators.
//! - [`series`]: listing of options by expiry and strike, and their refreshes.
//! - [`terms`]: prices in dollars and sizes in whole assets, to and from an instrument's ticks and lots.
//! - [`rfq`]: requests for quote: block trades agreed on away from the chain, checked by both sides before they sign.
//! - [`time`]: times as people write them.
//! - [`reconcile`]: what the quote vault holds against what everybody has.
//! - `rpc`, with the feature of that name: reading accounts and sending transactions through JSON-RPC.
//!
//! ```
//! use ballast_client::ballast::{args::{OrderArgs, SelfTrade}, state::{MarginAccount, RiskBoard}};
//! use ballast_client::{instruction, margin, pda::Exchange, risk::{RiskError, Side}};
//! use solana_address::Address;
//! use solana_instruction::Instruction;
//!
//! /// Buys up to 25 lots at 400,000 ticks or less, if the account can carry them.
//! fn buy(board: &RiskBoard, mine: &MarginAccount, makers: &[Address], now: i64) -> Result<Option<Instruction>, RiskError> {
//!     let (instrument, lots, price, fee) = (0, 25, 400_000, 1_000_000);
//!     // The margin of an order before it is signed, by the program's own code.
//!     let after = margin::after_fill(&board.board, &mine.portfolio, instrument, lots, price, fee, now)?;
//!     if after.initial_equity < after.initial {
//!         return Ok(None);
//!     }
//!     let exchange = Exchange::new(1);
//!     let account = exchange.margin(&mine.owner, mine.sub_id);
//!     let args = OrderArgs::limit(Side::Bid, price, lots).immediate_or_cancel().self_trade(SelfTrade::CancelMaker).client_id(7);
//!     Ok(Some(instruction::place_order(&exchange, &mine.owner, &account, instrument, makers, &args)))
//! }
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod account;
pub mod config;
pub mod decimal;
pub mod event;
pub mod instruction;
pub mod margin;
pub mod migrate;
pub mod on_book;
pub mod oracle;
pub mod pda;
pub mod receivership;
pub mod reconcile;
pub mod rfq;
#[cfg(feature = "rpc")]
pub mod rpc;
pub mod series;
pub mod settlement;
pub mod terms;
pub mod time;

pub use ballast;
pub use ballast::error::BallastError;
pub use ballast_book as book;
pub use ballast_risk as risk;

/// The SPL token program.
pub const TOKEN_PROGRAM: solana_address::Address =
    solana_address::address!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub const TOKEN_2022_PROGRAM: solana_address::Address =
    solana_address::address!("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The system program.
pub const SYSTEM_PROGRAM: solana_address::Address = solana_address::address!("11111111111111111111111111111111");
