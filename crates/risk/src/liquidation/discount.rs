//! What a slice costs the account that it is taken from.
//!
//! The discount is a share of the margin that the slice frees. It has no fixed part and no part of the gross value: the account
//! pays the same whichever legs are chosen, and hedged pairs, tokens or settled legs that are added to a slice raise nothing.
//!
//! ```text
//! e = max(0, N) / M                N: equity less what others have paid for the account; M: maintenance margin
//! t = (max(0, N) + budget) / M     budget: what the insurance fund may spend on the account now
//! e*, t*                           e and t less what liquidations of the last ten minutes have raised them by
//! ordinary rate   min(δ, ψ · e*)
//! seized rate     min(φ, max(min(δ, ψ · e*), s · min(t*, σ)))    s: part of the half an hour since the seizure, σ: seizure ratio
//! ```
//!
//! A rate of at most `t` never lowers `t`. So many slices pay no more than one: with a rate that only followed what is there, what
//! early slices leave would raise the rate of the later ones. What a price raises counts at once, or a small close at a low would take
//! its reward from whoever comes later.
//!
//! Time opens no more than σ of what is freed: an account that was seized for nothing but a notice, above σ, keeps what one at σ
//! would not have had. The rate still falls with no ratio, so that nobody gains by waiting for a lower price.

use super::Episode;
use crate::{MarginParams, Ppm, QuoteNative, Requirements, RiskError, math::mul_ppm_floor};

/// Seconds after the notice in which the discount rises to its maximum.
const RISE_SECONDS: i64 = 600;
/// Seconds after the seizure in which the share of what there is that a receivership pays rises to all of it.
const SEIZED_RISE_SECONDS: i64 = 1_800;

/// Ratios to maintenance margin, between zero and one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ratios {
    /// Of net equity.
    pub equity: Ppm,
    /// Of net equity and budget together.
    pub total: Ppm,
}

impl Ratios {
    /// Of what an account is required to have, what others have paid for it taken off its equity, with so much of a budget.
    fn of(net: &Requirements, budget: QuoteNative) -> Result<Self, RiskError> {
        let equity = net.equity_ratio()?;
        if budget <= QuoteNative::ZERO {
            return Ok(Self { equity, total: equity });
        }
        let total = net.equity.max(QuoteNative::ZERO).plus(budget)?;
        Ok(Self { equity, total: Requirements { equity: total, ..*net }.equity_ratio()? })
    }
}

/// How the discount follows from the margin freed: `rate · freed`, from the account's equity first and from the budget then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The rate.
    pub rate: Ppm,
    /// Part of the discount that goes to the insurance fund: none of a seized account's.
    insurance_share: Ppm,
    /// Equity beyond what others have paid for the account, at least zero.
    equity: QuoteNative,
    /// What the insurance fund may spend on the account now, at least zero.
    budget: QuoteNative,
    /// The ratios before.
    ratios: Ratios,
    /// True of a seized account.
    pub(super) is_seized: bool,
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
    /// equity, `budget` what the insurance fund may spend on it now. The episode takes note of the ratios.
    pub fn of(
        params: &MarginParams,
        episode: &mut Episode,
        net: &Requirements,
        budget: QuoteNative,
        now: i64,
    ) -> Result<Self, RiskError> {
        let (equity, budget) = (net.equity.max(QuoteNative::ZERO), budget.max(QuoteNative::ZERO));
        let ratios = Ratios::of(net, budget)?;
        episode.note(&ratios, now);
        let notice = Ppm::new((episode.noticed_for(now).min(RISE_SECONDS) * 1_000_000 / RISE_SECONDS) as u32);
        let ordinary = share(params, ratios.equity, notice).min(of_equity(params, episode.equity.ratio));
        let is_seized = episode.is_seized();
        if !is_seized {
            let insurance_share = params.insurance_share;
            return Ok(Self { rate: ordinary, insurance_share, equity, budget, ratios, is_seized });
        }
        let passed = now.saturating_sub(episode.seized_at).clamp(0, SEIZED_RISE_SECONDS);
        let risen = (passed * 1_000_000 / SEIZED_RISE_SECONDS) as u32;
        let opened = part(risen, episode.total.ratio.min(params.seizure_ratio).get());
        let rate = ordinary.max(Ppm::new(opened)).min(params.discount_max);
        Ok(Self { rate, insurance_share: Ppm::ZERO, equity, budget, ratios, is_seized })
    }

    /// The discount of a slice that frees so much of the maintenance margin. Rounded down.
    pub fn pay(&self, freed: QuoteNative) -> Result<Payment, RiskError> {
        let asked = mul_ppm_floor(freed.max(QuoteNative::ZERO), self.rate)?;
        let from_account = asked.min(self.equity);
        let from_budget = asked.minus(from_account)?.min(self.budget);
        let discount = from_account.plus(from_budget)?;
        let insurance = mul_ppm_floor(discount, self.insurance_share)?;
        Ok(Payment { discount, from_account, from_budget, insurance })
    }

    /// Has the episode take note of what a liquidation left: `net` as in [`Terms::of`], and what it spent of the budget.
    pub(super) fn note_raised(
        &self,
        episode: &mut Episode,
        net: &Requirements,
        spent: QuoteNative,
    ) -> Result<(), RiskError> {
        episode.note_raised(&self.ratios, &Ratios::of(net, self.budget.minus(spent)?)?);
        Ok(())
    }
}

/// The share of the margin freed that an owner's own fill may cost an account below maintenance: no more than a liquidator would
/// be paid who came without a notice. The episode takes no note of such fills: they would take from what liquidators are paid.
pub fn owners_share(params: &MarginParams, was: &Requirements, episode: &Episode, now: i64) -> Result<Ppm, RiskError> {
    let ratio = was.equity_ratio()?;
    Ok(share(params, ratio, Ppm::ZERO).min(of_equity(params, episode.counted_equity(ratio, now))))
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
