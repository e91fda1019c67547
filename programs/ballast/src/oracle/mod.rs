//! Oracles: from an account's bytes to a price, or an error. Each has a file; what is outside of this folder names none.

pub mod admission;
pub mod pyth;
pub mod switchboard;

use crate::error::BallastError;
use ballast_risk::Feed;
pub use ballast_risk::OraclePrice;
use solana_address::Address;

/// An oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Source {
    /// Pyth; a feed's id is its feed id.
    Pyth = 1,
    /// Switchboard On-Demand; a feed's id is its feed hash.
    Switchboard = 2,
}

impl Source {
    /// Every oracle.
    pub const ALL: [Self; 2] = [Self::Pyth, Self::Switchboard];

    /// The oracle that a [`Feed::source`] stands for; none for 0 and for what is unknown.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Pyth),
            2 => Some(Self::Switchboard),
            _ => None,
        }
    }

    /// Its name in configurations and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pyth => "pyth",
            Self::Switchboard => "switchboard",
        }
    }

    /// Its programs that own accounts of feeds; a [`Feed::program`] is an index of this list. Which programs are an oracle is code, so
    /// that no key names one of its own.
    pub const fn programs(self) -> &'static [Address] {
        match self {
            Self::Pyth => &pyth::RECEIVERS,
            Self::Switchboard => &switchboard::PROGRAMS,
        }
    }

    /// True if one of its feeds may be an underlying's first; see [`admission`].
    pub const fn can_be_first(self) -> bool {
        match self {
            Self::Pyth => true,
            Self::Switchboard => false,
        }
    }
}

/// Reads a feed from the owner and the bytes of an account. Checks that the owner is the one of the oracle's programs that shows
/// the prints of that time, and all that makes it a price of that feed, see each oracle's `parse`; age, confidence and order in time are [`ballast_risk::publish`]'s. The address is the caller's: a first feed
/// is read from any account, a second one from the account that it names (see [`admission`]).
pub fn read(feed: &Feed, owner: &Address, data: &[u8]) -> Result<OraclePrice, BallastError> {
    let source = Source::from_byte(feed.source).ok_or(BallastError::UnknownOracle)?;
    let price = match source {
        Source::Pyth => pyth::parse(owner, data, &feed.id),
        Source::Switchboard => switchboard::parse(owner, data, &feed.id),
    }?;
    match source.programs().get(usize::from(feed.program_at(price.publish_time))) {
        Some(program) if program == owner => Ok(price),
        _ => Err(BallastError::OracleWrongOwner),
    }
}

/// As [`read`], from an account that an instruction was given.
#[cfg(feature = "program")]
pub fn read_account(
    feed: &Feed,
    account: &anchor_lang::prelude::AccountView,
) -> anchor_lang::prelude::Result<OraclePrice> {
    Ok(read(feed, account.owner(), &account.try_borrow()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_an_oracle_and_back() {
        for source in Source::ALL {
            assert_eq!(Source::from_byte(source as u8), Some(source));
        }
        let known = (0..=u8::MAX).filter(|byte| Source::from_byte(*byte).is_some());
        assert_eq!(known.collect::<Vec<_>>(), [1, 2]);
    }
}
