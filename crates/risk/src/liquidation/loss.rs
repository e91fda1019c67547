//! Loss sharing: what the insurance fund cannot pay of a debt.
//!
//! ```text
//! leg l of the episode bears   debt · |v_l| / Σ |v|          v: what was held of it, at the marks; at most |v_l|
//! its loss index rises by      ⌈share · 2^k / open interest of the other side⌉, in one episode at most r · S · lot units / 4
//! the debtor is credited       the share, or ⌊rise · open interest / 2^k⌋ where the bound cut it
//! what is left                 rises the loss index of lent cash, see `lending.rs`
//! ```
//!
//! The other side's profit is what the debtor did not pay. A leg whose contract was settled or has made room for another bears
//! nothing, and its part does not go to the other legs: so a small leg never bears more than its part of the notional. Indices
//! are rounded up, so that those who are charged pay at least what is credited; the rest stays in the market as dust.

use super::{Episode, EpisodeLeg, MAX_EPISODE_LEGS};
use crate::{Board, Instrument, LotValue, Lots, QuoteNative, RiskError, math::mul_div_floor};

/// The whole of [`EpisodeLeg::borne`].
const WHOLE: i64 = u16::MAX as i64;

impl EpisodeLeg {
    /// The instrument whose other side bears this leg's part: the same contract, not settled.
    pub fn open<'a>(&self, board: &'a Board) -> Option<&'a Instrument> {
        let i = board.instrument(self.instrument).ok()?;
        (!self.value.is_zero() && i.generation == self.generation && i.settled == 0).then_some(i)
    }

    /// Charges a share of a debt to the other side of its instrument, of which `open` lots are held, ≥ 0. Returns what it bears.
    pub fn bear(&mut self, board: &mut Board, open: Lots, share: QuoteNative) -> Result<QuoteNative, RiskError> {
        let (range_value, scale) = {
            let u = board.underlying(board.instrument(self.instrument)?.underlying)?;
            (u.range_value, u.scale())
        };
        let i = board.instrument_mut(self.instrument)?;
        let bound = (i.lot_units * range_value).get() / 4;
        let left = mul_div_floor(bound, WHOLE - i64::from(self.borne), WHOLE)?;
        if open <= Lots::ZERO || share <= QuoteNative::ZERO || left <= 0 {
            return Ok(QuoteNative::ZERO);
        }
        let open = i128::from(open.get());
        // A share is below 2^63 and a scale below 2^6 bits: no product below reaches 2^127.
        let wanted = ((i128::from(share.get()) << scale) + open - 1) / open;
        let (rise, credited) = match i64::try_from(wanted) {
            Ok(rise) if rise <= left => (rise, share),
            _ => {
                let credited = i64::try_from((i128::from(left) * open) >> scale).map_err(|_| RiskError::Overflow)?;
                (left, QuoteNative::new(credited))
            }
        };
        let index = if self.value.get() > 0 { &mut i.loss_index_short } else { &mut i.loss_index_long };
        *index = index.plus(LotValue::new(rise))?;
        let part = mul_div_floor(rise, WHOLE, bound)?.checked_add(1).ok_or(RiskError::Overflow)?;
        self.borne = (i64::from(self.borne) + part).min(WHOLE) as u16;
        Ok(credited)
    }
}

impl Episode {
    /// What each leg's other side is to bear of a debt, ≥ 0, rounded down.
    pub fn shares(&self, debt: QuoteNative) -> Result<[QuoteNative; MAX_EPISODE_LEGS], RiskError> {
        let size = |l: &EpisodeLeg| i128::from(l.value.get().unsigned_abs());
        let all: i128 = self.legs.iter().map(size).sum();
        let mut shares = [QuoteNative::ZERO; MAX_EPISODE_LEGS];
        if all > 0 {
            for (share, leg) in shares.iter_mut().zip(&self.legs) {
                let part = i128::from(debt.get()) * size(leg) / all;
                *share = QuoteNative::new(i64::try_from(part.min(size(leg))).map_err(|_| RiskError::Overflow)?);
            }
        }
        Ok(shares)
    }
}
