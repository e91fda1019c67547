//! Who plays, what they bring and what they trade.

use crate::Trader;
use ballast_client::{pda::Exchange, risk::Side};
use solana_address::Address;

/// Index of the BTC perpetual, and of its underlying.
pub const BTC: u16 = 0;
/// Index of the ETH perpetual, and of its underlying.
pub const ETH: u16 = 1;
/// Index of the SOL perpetual, and of its underlying.
pub const SOL: u16 = 2;

/// What somebody does in the story.
pub struct Part {
    pub name: &'static str,
    pub role: &'static str,
    /// Deposit in USDC.
    pub usdc: &'static str,
    /// Deposit in SOL.
    pub sol: &'static str,
    /// Trades at the beginning: perpetual, side, size in whole assets.
    pub trades: &'static [(u16, Side, &'static str)],
}

const fn part(name: &'static str, role: &'static str, usdc: &'static str, sol: &'static str) -> Part {
    Part { name, role, usdc, sol, trades: &[] }
}

/// The parts, in the order of the tables.
pub const PARTS: [Part; 13] = [
    part("Maya", "makes markets, tight", "250000", "0"),
    part("Milo", "makes markets, wide", "250000", "0"),
    Part { trades: &[(BTC, Side::Bid, "2")], ..part("Lena", "long BTC, nearly four times her money", "24000", "0") },
    Part {
        trades: &[(BTC, Side::Bid, "3"), (ETH, Side::Ask, "39.4")],
        ..part("Hugo", "long BTC against short ETH, as much as he can", "26000", "0")
    },
    Part { trades: &[(BTC, Side::Bid, "1")], ..part("Carl", "long BTC, less than twice his money", "25000", "0") },
    Part { trades: &[(ETH, Side::Ask, "10")], ..part("Ines", "short ETH", "30000", "0") },
    Part { trades: &[(SOL, Side::Ask, "1000")], ..part("Nils", "a SOL deposit against short SOL", "0", "1000") },
    Part { trades: &[(SOL, Side::Bid, "1000")], ..part("Sara", "long SOL, three times her money", "14375", "0") },
    part("Vito", "will buy SOL, three times his money", "18600", "0"),
    part("Cora", "will write a covered call", "25000", "0"),
    part("Olaf", "will sell an iron condor", "10000", "0"),
    part("Bess", "will buy BTC against its future", "25000", "0"),
    part("Bot", "liquidator, a process of its own", "100000", "0"),
];

/// Who buys SOL with all he has, and in which hour: the last before its oracle falls silent.
pub const LATE: (&str, &str, i64) = ("Vito", "1600", SILENCE.0);
/// The hours from the first, not included, to the second, not included either, in which the oracle of SOL is silent.
pub const SILENCE: (i64, i64) = (1_621_684_800, 1_621_764_000);
/// The insurance fund of the story, in USDC: small enough to be emptied.
pub const INSURANCE: &str = "5_000";
/// Sub-id of the account that the liquidator opens for what it takes over.
const DESK: u16 = 1;

/// A book of futures and options that somebody has for a moment.
pub struct Book {
    pub name: &'static str,
    /// What it is, and what its table shows.
    pub what: &'static str,
    /// The end of each instrument's name, side, size in whole assets; in an order in which each leg can be paid for, and
    /// closed in the opposite one.
    pub legs: &'static [(&'static str, Side, &'static str)],
}

/// The books, in the order in which they are shown.
pub const BOOKS: [Book; 3] = [
    Book {
        name: "Cora",
        what: "a covered call; where the call loses, the BTC behind it gains",
        legs: &[("BTC-PERP", Side::Bid, "1"), ("-48000C", Side::Ask, "1")],
    },
    Book {
        name: "Olaf",
        what: "an iron condor; whatever BTC does, its wings bound the loss to 4,000 less the premium",
        legs: &[
            ("-40000P", Side::Bid, "1"),
            ("-52000C", Side::Bid, "1"),
            ("-44000P", Side::Ask, "1"),
            ("-48000C", Side::Ask, "1"),
        ],
    },
    Book {
        name: "Bess",
        what: "BTC against its future; only the calendar is left to be charged for",
        legs: &[("BTC-PERP", Side::Bid, "1"), ("BTC-30D", Side::Ask, "1")],
    },
];

/// Sizes that makers quote on either side of each perpetual, in whole assets.
pub const QUOTE_SIZES: [&str; 3] = ["4", "50", "1200"];
/// Half the spread of each maker, in millionths.
pub const HALF_SPREADS: [i64; 2] = [300, 600];

/// Everybody, in the order of [`PARTS`].
pub struct Cast(pub Vec<Trader>);

impl Cast {
    pub fn makers(&self) -> &[Trader] {
        &self.0[..HALF_SPREADS.len()]
    }

    pub fn liquidator(&self) -> &Trader {
        &self.0[self.0.len() - 1]
    }

    /// Those who trade with the makers, with their parts.
    pub fn takers(&self) -> impl Iterator<Item = (&Part, &Trader)> {
        PARTS.iter().zip(&self.0).filter(|(part, _)| !part.trades.is_empty())
    }

    /// Whoever has a name.
    pub fn named(&self, name: &str) -> Option<&Trader> {
        self.0.iter().find(|t| t.name == name)
    }

    /// The account that the liquidator opens for what it takes over.
    pub fn desk(&self, exchange: &Exchange) -> Address {
        exchange.margin(&self.liquidator().address(), DESK)
    }

    /// The name behind a margin account.
    pub fn name_of(&self, margin: &Address) -> &str {
        self.0.iter().find(|t| t.margin == *margin).map_or("somebody", |t| &t.name)
    }
}
