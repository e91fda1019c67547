//! Rust client of Ballast.
//!
//! - [`pda`]: the addresses of an exchange's accounts.
//! - [`instruction`]: one builder per instruction of the program.
//! - [`account`]: accounts from their bytes.
//! - [`event`]: events from a transaction's log.
//! - [`margin`]: the margin of an account before and after what it might do, with the program's own code.
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
//! use ballast_client::{ballast::args::BOTH_SIDES, instruction, pda::Exchange};
//! use solana_address::Address;
//!
//! let exchange = Exchange::new(1);
//! let owner = Address::new_from_array([7; 32]);
//! let margin = exchange.margin(&owner, 0);
//! let ix = instruction::cancel_all_orders(&exchange, &owner, &margin, 0, BOTH_SIDES, u16::MAX);
//! assert_eq!(ix.program_id, ballast::ID);
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
pub mod oracle;
pub mod pda;
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
