//! Seeds and limits that are not parameters.

use ballast_book::{Reach, required_len};

/// Seed of the exchange.
pub const EXCHANGE_SEED: &[u8] = b"exchange";
/// Seed of the treasury.
pub const TREASURY_SEED: &[u8] = b"treasury";
/// Seed of the risk board.
pub const BOARD_SEED: &[u8] = b"board";
/// Seed of a market.
pub const MARKET_SEED: &[u8] = b"market";
/// Seed of a margin account.
pub const MARGIN_SEED: &[u8] = b"margin";
/// Seed of a token vault.
pub const VAULT_SEED: &[u8] = b"vault";

/// Seed of a pending change.
pub const CHANGE_SEED: &[u8] = b"change";

/// Seed of a volatility surface.
pub const SURFACE_SEED: &[u8] = b"surface";

/// Most options that one `refresh_options` may name.
pub const MAX_REFRESHED: usize = 32;

/// Most bytes by which the runtime lets an account grow in one instruction.
pub const MAX_GROWTH: usize = 10_240;

/// Largest size of a market account: room for some 23,000 orders a side.
pub const MAX_MARKET_LEN: usize = 5 * 1024 * 1024;

/// Orders of a side that a market has room for before the first one may rest in it: nobody fills a side for the rent of a small one.
pub const MIN_SIDE_ORDERS: usize = 256;

/// Size of a market account from which on orders may rest in it.
pub const MIN_MARKET_LEN: usize = crate::state::Market::BOOK_OFFSET + required_len(2 * MIN_SIDE_ORDERS);

/// Shortest time in seconds from which on an order that rests may expire.
pub const MIN_ORDER_LIFE: i64 = 30;

/// Most maker accounts that one order may be matched against.
pub const MAX_MAKERS: usize = 8;

/// Orders of a side that the impact price counts and looks at: the bound on its compute. Orders that do not count (young,
/// expired or reduce-only) cost less, and must not hide the quotes behind them.
pub const IMPACT_REACH: Reach = Reach { counted: 64, walked: 256 };

/// Most fills of one instruction, of one order or of a batch: the bound on its compute and on its event.
pub const MAX_FILLS: usize = 16;

/// Most resting orders that the orders of one instruction may step over or cancel, beside their fills and [`MAX_LOOKED_PAST`]. The order of a maker who
/// could not carry the fill counts [`FAILED_MAKER_WEIGHT`] times; the last may go beyond.
pub const MAX_PASSED: usize = 16;

/// How many of [`MAX_PASSED`] an order counts for whose maker could not carry the fill. Such a maker is checked by the rule's
/// long way and for the penalty, the dearest thing that a match does (bench row `take_makers_failing_48_options`). So one
/// instruction meets at most four of them; then the match ends, and their cancellations stand. Sixteen would exceed what a
/// transaction has, and nobody could trade through them.
pub const FAILED_MAKER_WEIGHT: usize = 5;

/// Most resting orders that the orders of one instruction look past without counting them: those that have expired or have
/// nothing left to reduce, and odd lots. Looking at one costs little (bench row `place_order_match_look_past`).
pub const MAX_LOOKED_PAST: usize = 256;

/// Most of [`MAX_LOOKED_PAST`] that are taken off the book in passing, where their account was passed in.
pub const MAX_PRUNED: usize = 16;

/// Most of [`MAX_FILLS`] that are worth no more than an odd lot. The others are for orders that are worth more: a wall of small
/// orders stops no large one.
pub const MAX_ODD_LOT_FILLS: usize = 8;

/// Most orders that a batch cancels.
pub const MAX_BATCH_CANCELS: usize = 32;

/// Most orders that a batch places.
pub const MAX_BATCH_ORDERS: usize = 16;

/// Most orders that one instruction takes of an account below maintenance: the bound on its compute.
pub const MAX_LIQUIDATED_ORDERS: u32 = 32;

/// Most legs of a block trade.
pub const MAX_LEGS: usize = 8;

/// Cash up to which an account can be closed, quote-native: one cent. Anyone may deposit cash into any account, so that an account
/// that had to be empty to the unit could be kept open by a gift just before. To exceed the cent is to pay the owner.
pub const CLOSING_DUST: i64 = 10_000;

/// Farthest that a block trade's quote may expire from now, seconds: one day.
pub const MAX_QUOTE_LIFETIME: i64 = 86_400;

/// Farthest that a delegate's permission may end from now, seconds: ten years of 365 days.
pub const MAX_DELEGATION: i64 = 315_360_000;

/// Age in seconds up to which a resting order whose maker's account was not passed in is stepped over. An older one ends
/// the match: the taker had the time to learn of it.
pub const MAKER_GRACE_SECONDS: i64 = 2;

/// Seconds after its time for which a pending change can be executed: 14 days.
pub const CHANGE_LIFETIME: i64 = 1_209_600;
