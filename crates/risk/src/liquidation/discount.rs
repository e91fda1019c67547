//! What a slice costs the account that it is taken from.
//!
//! The discount is a share of the margin that the slice frees. It has no fixed part and no part of the gross value: the account
//! pays the same whichever legs are chosen, and hedged pairs, tokens or settled legs that are added to a slice raise nothing.
//!
//! ```text
//! e = max(0, N) / M                N: equity less what others have paid for the account; M: maintenance margin
//! t = (max(0, N) + budget) / M     budget: what the insurance fund may spend on the account now
//! e_low, t_low                     the least at a liquidation of the last ten minutes, this one included
//! ordinary rate   min(δ, ψ · e_low)
//! seized rate     min(φ, max(min(δ, ψ · e_low), s · t_low))    s: part of the half an hour since the seizure
//! ```
//!
//! A rate of at most `t` never lowers `t`. So many slices pay no more than one: with a rate that only followed what is there, what
//! early slices leave would raise the rate of the later ones.

use super::Episode;
use crate::{MarginParams, Ppm, QuoteNative, Requirements, RiskError, math::mul_ppm_floor};

/// Seconds after the notice in which the discount rises to its maximum.
const RISE_SECONDS: i64 = 600;
/// Seconds after the seizure in which the share of what there is that a receivership pays rises to all of it.
const SEIZED_RISE_SECONDS: i64 = 1_800;

/// How the discount follows from the margin freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Of an account whose owner is in charge: `rate · freed`.
    Ordinary {
        /// min(δ, ψ · least ratio of equity).
        rate: Ppm,
        /// Part of the discount that goes to the insurance fund.
        insurance_share: Ppm,
    },
    /// Of a seized account: `rate · freed` too, paid from the account's equity first and then from the budget.
    Seized {
        /// min(φ, max(min(δ, ψ · least ratio of equity), s · least ratio of all that there is)).
        rate: Ppm,
        /// Equity beyond what others have paid for the account, at least zero.
        equity: QuoteNative,
        /// What the insurance fund may spend on the account now.
        budget: QuoteNative,
    },
}

/// Who pays the discount, and who gets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// What the liquidator is paid in all, the insurance fund's part included, ≥ 0.
    pub discount: QuoteNative,
    /// What of it the account pays.
    pub from_account: QuoteNative,
    /// What of it the insurance fund pays out of the account's budget.
    pub from_budget: QuoteNative,
    /// What the liquidator passes on to the insurance fund.
    pub insurance: QuoteNative,
}

impl Terms {
    /// The terms of an account as it stands: `net` is what it is required to have, with what others have paid for it taken off its
    /// equity. The episode takes note of the ratios, and its budget is what may be spent of it now.
    pub fn of(params: &MarginParams, episode: &mut Episode, net: &Requirements, now: i64) -> Result<Self, RiskError> {
        let equity = net.equity.max(QuoteNative::ZERO);
        let budget = episode.budget.max(QuoteNative::ZERO);
        let ratio = net.equity_ratio()?;
        let total = Requirements { equity: equity.plus(budget)?, ..*net }.equity_ratio()?;
        let (least, least_total) = episode.note_ratios(ratio, total, now);
        let notice = Ppm::new((episode.noticed_for(now).min(RISE_SECONDS) * 1_000_000 / RISE_SECONDS) as u32);
        let ordinary = share(params, ratio, notice).min(of_equity(params, least));
        if !episode.is_seized() {
            return Ok(Self::Ordinary { rate: ordinary, insurance_share: params.insurance_share });
        }
        let passed = now.saturating_sub(episode.seized_at).clamp(0, SEIZED_RISE_SECONDS);
        let risen = Ppm::new((passed * 1_000_000 / SEIZED_RISE_SECONDS) as u32);
        let opened = Ppm::new(part(risen.get(), least_total.get()));
        let rate = ordinary.max(opened).min(params.discount_max);
        Ok(Self::Seized { rate, equity, budget })
    }

    /// The discount of a slice that frees so much of the maintenance margin. Rounded down.
    pub fn pay(&self, freed: QuoteNative) -> Result<Payment, RiskError> {
        let freed = freed.max(QuoteNative::ZERO);
        match *self {
            Self::Ordinary { rate, insurance_share } => {
                let discount = mul_ppm_floor(freed, rate)?;
                let insurance = mul_ppm_floor(discount, insurance_share)?;
                Ok(Payment { discount, from_account: discount, from_budget: QuoteNative::ZERO, insurance })
            }
            Self::Seized { rate, equity, budget } => {
                let asked = mul_ppm_floor(freed, rate)?;
                let from_account = asked.min(equity);
                let from_budget = asked.minus(from_account)?.min(budget);
                let discount = from_account.plus(from_budget)?;
                Ok(Payment { discount, from_account, from_budget, insurance: QuoteNative::ZERO })
            }
        }
    }

    /// The part of the margin freed that is paid, for the start of a search.
    pub(super) const fn rate(&self) -> Ppm {
        match self {
            Self::Ordinary { rate, .. } | Self::Seized { rate, .. } => *rate,
        }
    }
}

/// The share of the margin freed that an owner's own fill may cost an account below maintenance: no more than a liquidator would
/// be paid who came without a notice.
pub fn owners_share(params: &MarginParams, was: &Requirements) -> Result<Ppm, RiskError> {
    let ratio = was.equity_ratio()?;
    Ok(share(params, ratio, Ppm::ZERO).min(of_equity(params, ratio)))
}

/// δ: from the base to the maximum with the shortfall or with the time since the notice, whichever is further.
fn share(params: &MarginParams, ratio: Ppm, notice: Ppm) -> Ppm {
    let (base, max) = (params.discount_base.get(), params.discount_max.get());
    let grown = (Ppm::ONE.get() - ratio.get().min(Ppm::ONE.get())).max(notice.get());
    Ppm::new(base + part(max.saturating_sub(base), grown))
}

/// ψ · e: a part of the equity that covers what is freed.
fn of_equity(params: &MarginParams, ratio: Ppm) -> Ppm {
    Ppm::new(part(params.discount_of_equity.get(), ratio.get()))
}

/// The product of two ratios of at most one, rounded down.
fn part(a: u32, b: u32) -> u32 {
    (u64::from(a) * u64::from(b) / u64::from(Ppm::ONE.get())) as u32
}
