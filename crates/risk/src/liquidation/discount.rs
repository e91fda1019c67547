//! What a slice costs the account that it is taken from.
//!
//! The discount is a share of the margin that the slice frees. It has no fixed part and no part of the gross value: the account
//! pays the same whichever legs are chosen, and hedged pairs, tokens or settled legs that are added to a slice raise nothing.

use super::Episode;
use crate::{
    MarginParams, Ppm, QuoteNative, Requirements, RiskError,
    math::{mul_div_floor, mul_ppm_floor},
};

/// Seconds after the notice in which the discount rises to its maximum.
const RISE_SECONDS: i64 = 600;
/// Seconds after the seizure in which a receivership's discount rises to all that there is.
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
    /// Of a seized account: `pot · freed / maintenance`, paid from the account's equity first and then from the budget.
    Seized {
        /// What of equity and budget the time since the seizure has opened.
        pot: QuoteNative,
        /// Equity beyond what others have paid for the account, at least zero.
        equity: QuoteNative,
        /// Maintenance margin.
        maintenance: QuoteNative,
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
    /// The terms of an account as it stands. `least` is the least ratio of its equity at a liquidation of the last minutes, this
    /// one included.
    pub fn of(
        params: &MarginParams,
        episode: &Episode,
        before: &Requirements,
        least: Ppm,
        now: i64,
    ) -> Result<Self, RiskError> {
        if episode.is_seized() {
            // The equity of an account that has recovered is no prize: not more than an ordinary liquidation could take.
            let most = mul_ppm_floor(before.maintenance.max(QuoteNative::ZERO), params.discount_max)?;
            let equity = before.equity.minus(episode.claims()?)?.max(QuoteNative::ZERO).min(most);
            let all = equity.plus(episode.budget.max(QuoteNative::ZERO))?;
            let passed = now.saturating_sub(episode.seized_at).clamp(0, SEIZED_RISE_SECONDS);
            let pot = QuoteNative::new(mul_div_floor(all.get(), passed, SEIZED_RISE_SECONDS)?);
            return Ok(Self::Seized { pot, equity, maintenance: before.maintenance });
        }
        let notice = Ppm::new((episode.noticed_for(now).min(RISE_SECONDS) * 1_000_000 / RISE_SECONDS) as u32);
        let rate = share(params, before.equity_ratio()?, notice).min(of_equity(params, least));
        Ok(Self::Ordinary { rate, insurance_share: params.insurance_share })
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
            Self::Seized { pot, equity, maintenance } => {
                let discount = if maintenance.get() <= 0 {
                    QuoteNative::ZERO
                } else {
                    QuoteNative::new(mul_div_floor(pot.get(), freed.get(), maintenance.get())?)
                };
                let from_account = discount.min(equity);
                let from_budget = discount.minus(from_account)?;
                Ok(Payment { discount, from_account, from_budget, insurance: QuoteNative::ZERO })
            }
        }
    }

    /// The part of the margin freed that the account pays, for the start of a search.
    pub(super) fn rate(&self) -> Ppm {
        match self {
            Self::Ordinary { rate, .. } => *rate,
            Self::Seized { .. } => Ppm::ZERO,
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
