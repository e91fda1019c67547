//! What the underlyings of one book are asked for together.

use super::UnderlyingRisk;
use crate::{
    Board, MAX_GROUPS, Ppm, QuoteNative, RiskError, Scaled, Underlying,
    math::{add_bounded, mul_ppm_floor},
    scenario::Row16,
};
use bytemuck::{Pod, Zeroable};

/// Sums of the requirements of a book: the present one, or what expiries leave of it. In quote-native.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Asked {
    /// Scanning risk of underlyings that stand alone.
    scan_alone: QuoteNative,
    /// What initial margin adds to scanning risk.
    pub surcharge: QuoteNative,
    /// Drift of options, of initial margin too.
    pub drift: QuoteNative,
    pub short_minimum: QuoteNative,
    pub calendar: QuoteNative,
    pub concentration: QuoteNative,
    groups: [GroupSum; MAX_GROUPS],
}

/// A product group's sums, in quote-native.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
struct GroupSum {
    scan: QuoteNative,
    extra: QuoteNative,
    rows: Row16,
}

impl Asked {
    /// Adds one underlying. No sum overflows, see `Margin::add`.
    #[inline(always)]
    pub fn add(&mut self, board: &Board, u: &Underlying, risk: &UnderlyingRisk) {
        let add = |sum: &mut QuoteNative, term: QuoteNative| *sum = sum.plus_bounded(term);
        add(&mut self.surcharge, risk.surcharge);
        add(&mut self.drift, risk.drift);
        add(&mut self.short_minimum, risk.short_minimum);
        add(&mut self.calendar, risk.calendar);
        add(&mut self.concentration, risk.concentration);

        let group = match usize::from(u.group).checked_sub(1).and_then(|g| self.groups.get_mut(g)) {
            Some(group) if board.groups[usize::from(u.group) - 1].params.offset > Ppm::ZERO => group,
            _ => return add(&mut self.scan_alone, risk.scan),
        };
        add(&mut group.scan, risk.scan);
        add(&mut group.extra, risk.extra);
        add_native(&mut group.rows, &risk.rows, u.scale());
    }

    /// Scanning risk after product groups.
    #[inline(always)]
    pub fn scan(&self, board: &Board) -> Result<QuoteNative, RiskError> {
        let mut scan = self.scan_alone;
        for (sum, group) in self.groups.iter().zip(&board.groups) {
            if sum.scan.is_zero() {
                continue;
            }
            // (1 − c)·Σ + c·netted = Σ − c·(Σ − netted): the benefit is rounded down.
            let netted = QuoteNative::new(worst(&sum.rows).max(0)).plus(sum.extra)?;
            let benefit = mul_ppm_floor(sum.scan.minus(netted)?, group.params.offset)?;
            scan = scan.plus(sum.scan)?.minus(benefit)?;
        }
        Ok(scan)
    }

    /// F: maintenance margin of the book, from its scan and the tokens' haircut.
    #[inline(always)]
    pub fn maintenance(&self, scan: QuoteNative, haircut: QuoteNative) -> Result<QuoteNative, RiskError> {
        let add_on = self.calendar.plus(self.concentration)?.plus(self.short_minimum)?;
        Ok(scan.plus(add_on)?.plus(haircut)?)
    }

    /// What initial margin is a ratio of, from maintenance margin.
    #[inline(always)]
    pub fn stressed(&self, maintenance: QuoteNative) -> Result<QuoteNative, RiskError> {
        Ok(maintenance.plus(self.surcharge)?.plus(self.drift)?)
    }
}

/// `sum += rows`, each rounded up to whole quote-native.
#[inline(never)]
fn add_native(sum: &mut Row16, rows: &Row16, scale_bits: u32) {
    for (sum, loss) in sum.iter_mut().zip(rows) {
        *sum = add_bounded(*sum, Scaled::new(*loss).to_native_ceil(scale_bits).get());
    }
}

/// Largest entry of a row of losses.
#[inline(always)]
fn worst(rows: &Row16) -> i64 {
    let mut worst = rows[0];
    for loss in &rows[1..] {
        worst = worst.max(*loss);
    }
    worst
}
