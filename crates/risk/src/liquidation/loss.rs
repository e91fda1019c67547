//! Loss sharing: what the insurance fund cannot pay of a debt.
//!
//! ```text
//! v_l                          what was held of leg l, as delta at the price; net_u = Σ v of the legs of underlying u
//! w_l                          |net_u| · |v_l| / Σ |v| of the legs of u on its net side; of a leg on the other side 0
//! leg l of the episode bears   debt · w_l / Σ w, at most |v_l|; by w = |v| where every net is 0
//! its loss index rises by      ⌈share · 2^k / open interest of the other side⌉, in one episode at most
//!                              min(r / 4, calendar charge) · S · lot units, without a calendar charge r / 4
//! the debtor is credited       the share, or ⌊rise · open interest / 2^k⌋ where the bound cut it
//! what is left                 raises the loss index of lent cash, see `lending.rs`
//! ```
//!
//! The other side's profit is what the debtor did not pay. Legs that hedge one another lost nothing and weigh nothing: else a debtor
//! would choose by riskless pairs who bears what another leg of his lost to his own second account. A holder who is hedged has
//! a margin of hardly more than the calendar charge: more than that a lot would make a new debt of an old one.
//!
//! A leg whose contract was settled or has made room for another bears nothing, and its part does not go to the other legs: so a
//! small leg never bears more than its part. Indices are rounded up, so that those who are charged pay at least what is
//! credited; the rest stays in the market as dust.

use super::{Episode, EpisodeLeg, MAX_EPISODE_LEGS};
use crate::{Board, Instrument, LotValue, Lots, Ppm, QuoteNative, RiskError, Underlying, math::mul_div_floor};

/// The whole of [`EpisodeLeg::borne`].
const WHOLE: i64 = u16::MAX as i64;

impl EpisodeLeg {
    /// The instrument whose other side bears this leg's part: the same contract, not settled.
    pub fn open<'a>(&self, board: &'a Board) -> Option<&'a Instrument> {
        let i = board.instrument(self.instrument).ok()?;
        (!self.delta.is_zero() && i.generation == self.generation && i.settled == 0).then_some(i)
    }

    /// True if the account held lots of it long: a put that gains by a rise was sold.
    pub const fn is_long(&self, i: &Instrument) -> bool {
        (self.delta.get() > 0) != i.is_put()
    }

    /// Charges a share of a debt to the other side of its instrument, of which `open` lots are held, ≥ 0. Returns what it bears.
    pub fn bear(&mut self, board: &mut Board, open: Lots, share: QuoteNative) -> Result<QuoteNative, RiskError> {
        let index = self.instrument;
        let i = board.instrument(index)?;
        let u = board.underlying(i.underlying)?;
        let (bound, scale, is_long) = (most_a_lot(i, u)?, u.scale(), self.is_long(i));
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
        let i = board.instrument_mut(index)?;
        let index = if is_long { &mut i.loss_index_short } else { &mut i.loss_index_long };
        *index = index.plus(LotValue::new(rise))?;
        let part = mul_div_floor(rise, WHOLE, bound)?.checked_add(1).ok_or(RiskError::Overflow)?;
        self.borne = (i64::from(self.borne) + part).min(WHOLE) as u16;
        Ok(credited)
    }
}

/// Most that a lot bears in an episode.
fn most_a_lot(i: &Instrument, u: &Underlying) -> Result<i64, RiskError> {
    let quarter = (i.lot_units * u.range_value).get() / 4;
    if u.calendar.is_zero() {
        return Ok(quarter);
    }
    let calendar = mul_div_floor((i.lot_units * u.price).get(), u.calendar.get().into(), Ppm::ONE.get().into())?;
    Ok(quarter.min(calendar))
}

impl Episode {
    /// What each leg's other side is to bear of a debt, ≥ 0, rounded down.
    pub fn shares(&self, board: &Board, debt: QuoteNative) -> Result<[QuoteNative; MAX_EPISODE_LEGS], RiskError> {
        let mut weights = self.net_weights(board);
        if weights.iter().all(|w| *w == 0) {
            weights = self.legs.map(|l| l.delta.get().unsigned_abs().into());
        }
        let all: i128 = weights.iter().sum();
        let mut shares = [QuoteNative::ZERO; MAX_EPISODE_LEGS];
        if all > 0 {
            for ((share, leg), weight) in shares.iter_mut().zip(&self.legs).zip(weights) {
                // A debt is below 2^63, a weight at most 2^58.
                let part = i128::from(debt.get()) * weight / all;
                let most = i128::from(leg.delta.get().unsigned_abs());
                *share = QuoteNative::new(i64::try_from(part.min(most)).map_err(|_| RiskError::Overflow)?);
            }
        }
        Ok(shares)
    }

    /// Each leg's part of the net delta of its underlying. A leg whose slot has another contract by now has none.
    fn net_weights(&self, board: &Board) -> [i128; MAX_EPISODE_LEGS] {
        let underlying = |l: &EpisodeLeg| {
            let i = board.instrument(l.instrument).ok()?;
            (!l.delta.is_zero() && i.generation == l.generation).then_some(i.underlying)
        };
        let underlyings = self.legs.map(|l| underlying(&l));
        let mut weights = [0; MAX_EPISODE_LEGS];
        for ((weight, leg), of) in weights.iter_mut().zip(&self.legs).zip(underlyings) {
            if of.is_none() {
                continue;
            }
            let same =
                || self.legs.iter().zip(underlyings).filter(|(_, u)| *u == of).map(|(l, _)| i128::from(l.delta.get()));
            let net: i128 = same().sum();
            let own = i128::from(leg.delta.get());
            if net.signum() == own.signum() {
                let side: i128 = same().filter(|v| v.signum() == own.signum()).map(i128::abs).sum();
                // At most 16 legs of 2^58 each; the net is at most its side.
                *weight = net.abs() * own.abs() / side.max(1);
            }
        }
        weights
    }
}
