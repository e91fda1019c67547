//! What a margin check is for, and what of the prices it requires.

use super::UnderlyingSet;
use crate::{RiskError, Underlying};

/// What a margin check is for. The purpose decides which prices must be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An order, or anything else that may add risk.
    NewRisk {
        /// Time of the check, seconds.
        now: i64,
    },
    /// A withdrawal.
    Withdrawal {
        /// Time of the check, seconds.
        now: i64,
    },
    /// A change that only takes risk off one underlying; nothing unrelated may stop it.
    Reduction {
        /// Time of the check, seconds.
        now: i64,
        /// The underlying.
        underlying: u16,
    },
    /// A liquidation that moves legs of some underlyings; nothing unrelated may stop it, but a price that is yet to be refreshed or
    /// believed.
    Liquidation {
        /// Time of the check, seconds.
        now: i64,
        /// The underlyings.
        moved: UnderlyingSet,
    },
    /// The liquidator's side of a liquidation: new risk, but what does not stop the liquidation does not stop the liquidator.
    Takeover {
        /// Time of the check, seconds.
        now: i64,
        /// The underlyings whose legs it takes over.
        moved: UnderlyingSet,
    },
    /// The account as it stands, at the last prices, however old.
    Maintenance {
        /// Time of the check, seconds.
        now: i64,
    },
}

impl Purpose {
    /// Time of the check, seconds.
    #[inline(always)]
    pub const fn now(self) -> i64 {
        match self {
            Self::NewRisk { now }
            | Self::Withdrawal { now }
            | Self::Reduction { now, .. }
            | Self::Liquidation { now, .. }
            | Self::Takeover { now, .. }
            | Self::Maintenance { now } => now,
        }
    }

    /// True if resting orders without a position need prices and arrays: not where only maintenance margin is asked for.
    #[inline(always)]
    pub const fn counts_orders(self) -> bool {
        !matches!(self, Self::Liquidation { .. })
    }

    /// What arrays of an underlying's options must be.
    #[inline(always)]
    pub fn arrays(self, u: &Underlying) -> Arrays {
        match self {
            Self::NewRisk { .. } | Self::Withdrawal { .. } => Arrays::Usable,
            Self::Takeover { moved, .. } if !moved.contains(u.index) => Arrays::Usable,
            // What is not moved counts as it stands, and stops nothing.
            Self::Liquidation { moved, .. } if !moved.contains(u.index) => Arrays::Any,
            Self::Takeover { .. } | Self::Liquidation { .. } => Arrays::Near,
            Self::Reduction { .. } | Self::Maintenance { .. } => Arrays::Any,
        }
    }

    /// Checks an underlying's price against the table above.
    #[inline(always)]
    pub fn require(self, u: &Underlying) -> Result<(), RiskError> {
        u.require_priced()?;
        match self {
            Self::NewRisk { now } | Self::Withdrawal { now } => {
                u.require_fresh(now)?;
                u.require_undoubted()
            }
            Self::Reduction { now, underlying } if underlying == u.index => u.require_fresh(now),
            Self::Takeover { now, moved } if !moved.contains(u.index) => Self::NewRisk { now }.require(u),
            Self::Takeover { now, moved } => Self::Liquidation { now, moved }.require(u),
            Self::Liquidation { now, moved } if moved.contains(u.index) => u.require_movable(now),
            Self::Liquidation { now, .. } => u.require_refreshed(now),
            Self::Reduction { .. } | Self::Maintenance { .. } => Ok(()),
        }
    }
}

/// What a check requires of the arrays of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrays {
    /// Any array counts, at its corrected values.
    Any,
    /// Made a short time ago at a price nearby, but for options that have expired.
    Near,
    /// The same, with a volatility that was published lately, and not expired.
    Usable,
}
