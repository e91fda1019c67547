//! The volatility surface of one underlying: a small smile per expiry, made of what permitted publishers say.
//!
//! This is the one input of the model that is trusted, and it is bounded: a smile is the median of a minimum number of
//! publishers, each field by itself, and moves by at most so much a minute and an hour, and from the listed one at first.
//! A smile that was not published for too long makes its expiry close-only.

use crate::{MAX_PUBLISHERS, Parameters, Ppm, RiskError, Smile, SurfaceParams};
use ballast_pricing::I16F48;
use bytemuck::{Pod, Zeroable};

/// Expiries of a surface.
pub const MAX_EXPIRIES: usize = 16;

/// Least volatility of an option, a year.
pub const MIN_VOLATILITY: Ppm = Ppm::new(20_000);
/// Largest volatility of an option, a year.
pub const MAX_VOLATILITY: Ppm = Ppm::new(5_000_000);

/// Seconds over which [`SurfaceParams::update_bound`] counts.
const UPDATE_SECONDS: i64 = 60;

/// Standardised moneyness beyond which a smile stays level, in millionths.
const MAX_MONEYNESS_PPM: i64 = 3_000_000;

impl Smile {
    /// Volatility at a strike, rounded down to a millionth. `moneyness` is ln(strike / forward), `root_years` positive.
    pub fn volatility(&self, moneyness: I16F48, root_years: I16F48) -> Ppm {
        // In millionths throughout: |x| ≤ 3·10^6, its square by 10^6 at most 9·10^6, factors at most 13·10^6.
        let x = match root_years.to_bits() {
            1.. => (i128::from(moneyness.to_bits()) * 1_000_000 / i128::from(root_years.to_bits()))
                .clamp((-MAX_MONEYNESS_PPM).into(), MAX_MONEYNESS_PPM.into()) as i64,
            _ => 0,
        };
        let square = x * x / 1_000_000;
        let factor = 1_000_000 + (i64::from(self.skew) * x + i64::from(self.curvature) * square).div_euclid(1_000_000);
        let volatility = i64::from(self.level.get()) * factor.max(0) / 1_000_000;
        Ppm::new(volatility.clamp(MIN_VOLATILITY.get().into(), MAX_VOLATILITY.get().into()) as u32)
    }

    /// This smile, no farther from another than a bound: the level by a ratio of the other's, skew and curvature by what moves
    /// no volatility by more than that ratio of the level.
    fn within(self, bound: Ppm, of: Self) -> Self {
        let room = (u64::from(of.level.get()) * u64::from(bound.get()) / 1_000_000) as u32;
        // A bound is at most one, and every field far from its type's end. At the largest moneyness, 3, skew counts three times and curvature nine times.
        let step = bound.get().min(1_000_000) as i32;
        let (skew, curvature) = (step / 3, step / 9);
        Self {
            level: Ppm::new(self.level.get().clamp(of.level.get() - room, of.level.get() + room)),
            skew: self.skew.clamp(of.skew - skew, of.skew + skew),
            curvature: self.curvature.clamp(of.curvature - curvature, of.curvature + curvature),
        }
    }
}

/// What one publisher says of one expiry.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Quote {
    /// The smile.
    pub smile: Smile,
    /// Reserved, zero.
    pub reserved: u32,
    /// When it was said, seconds; 0 for never.
    pub time: i64,
}

/// One expiry of a surface.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct ExpirySmile {
    /// Expiry, seconds; 0 where the slot is free.
    pub expiry: i64,
    /// When the smile was last made from enough publishers, seconds; 0 for never.
    pub published_at: i64,
    /// Index price at that time, scaled: what the smile's moneyness counts from.
    pub anchor_price: i64,
    /// When the hour began over which the smile's move is bounded, seconds.
    pub hour_start: i64,
    /// The smile then.
    pub hour_smile: Smile,
    /// The smile in force. Before the first publication: the one listed with the expiry.
    pub smile: Smile,
    /// What each publisher said last.
    pub quotes: [Quote; MAX_PUBLISHERS],
}

/// The surface of an underlying.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Surface {
    /// Parameters.
    pub params: SurfaceParams,
    /// Who may publish; all zero where a slot is free.
    pub publishers: [[u8; 32]; MAX_PUBLISHERS],
    /// Expiries, in no order.
    pub expiries: [ExpirySmile; MAX_EXPIRIES],
}

impl Surface {
    /// Sets who may publish. What publishers said before is forgotten; smiles stay.
    pub fn set_publishers(&mut self, publishers: [[u8; 32]; MAX_PUBLISHERS]) -> Result<(), RiskError> {
        for (k, publisher) in publishers.iter().enumerate() {
            if *publisher != [0; 32] && publishers[..k].contains(publisher) {
                return Err(RiskError::DuplicatePublisher);
            }
        }
        self.publishers = publishers;
        for expiry in &mut self.expiries {
            expiry.quotes = [Quote::default(); MAX_PUBLISHERS];
        }
        Ok(())
    }

    /// The smile of an expiry.
    pub fn expiry(&self, expiry: i64) -> Result<&ExpirySmile, RiskError> {
        self.expiries.iter().find(|e| e.expiry == expiry && expiry != 0).ok_or(RiskError::NoVolatility { expiry })
    }

    /// Lists an expiry with the smile that its first publication must be near. Slots of expiries that passed are used again.
    pub fn open_expiry(&mut self, expiry: i64, smile: Smile, now: i64) -> Result<(), RiskError> {
        smile.validate_bounds()?;
        let slot = match self.expiries.iter().position(|e| e.expiry == expiry) {
            Some(_) => return Err(RiskError::DuplicateExpiry { expiry }),
            None => self.expiries.iter().position(|e| e.expiry <= now).ok_or(RiskError::NoFreeExpiry)?,
        };
        self.expiries[slot] = ExpirySmile { expiry, smile, ..ExpirySmile::default() };
        Ok(())
    }

    /// Takes what a publisher says of an expiry, and makes the smile anew if enough publishers said something lately.
    /// Returns how many of them count.
    pub fn publish(
        &mut self,
        publisher: &[u8; 32],
        expiry: i64,
        said: Smile,
        price: i64,
        now: i64,
    ) -> Result<u32, RiskError> {
        let index = self.publishers.iter().position(|p| p == publisher && *p != [0; 32]);
        let index = index.ok_or(RiskError::NotAPublisher)?;
        said.validate_bounds()?;
        let params = self.params;
        let slot = self.expiries.iter_mut().find(|e| e.expiry == expiry && expiry != 0);
        let slot = slot.ok_or(RiskError::NoVolatility { expiry })?;
        slot.quotes[index] = Quote { smile: said, reserved: 0, time: now };

        let oldest = now.checked_sub(params.max_quote_age.into()).ok_or(RiskError::Overflow)?;
        // Room for the smile in force: where an even number speaks it is one voice more, so that none decides alone.
        let mut voices = [slot.smile; MAX_PUBLISHERS + 1];
        let mut count = 0;
        for quote in slot.quotes.iter().filter(|q| q.time != 0 && q.time >= oldest) {
            voices[count] = quote.smile;
            count += 1;
        }
        if count >= params.min_publishers as usize {
            let odd = count | 1;
            slot.make(median(&mut voices[..odd]), price, now, &params)?;
        }
        Ok(count as u32)
    }
}

impl ExpirySmile {
    /// Moves the smile towards a median as far as its bounds let it.
    fn make(&mut self, median: Smile, price: i64, now: i64, params: &SurfaceParams) -> Result<(), RiskError> {
        let since = |time: i64| now.checked_sub(time).ok_or(RiskError::Overflow);
        let first = self.published_at == 0;
        if first || since(self.hour_start)? >= 3_600 {
            self.hour_start = now;
            self.hour_smile = self.smile;
        }
        self.smile = if first {
            let made = median.within(params.first_bound, self.smile);
            self.hour_smile = made;
            made
        } else {
            let elapsed = since(self.published_at)?.clamp(0, UPDATE_SECONDS) as u32;
            let bound = Ppm::new(params.update_bound.get() * elapsed / UPDATE_SECONDS as u32);
            median.within(bound, self.smile).within(params.hour_bound, self.hour_smile)
        };
        self.published_at = now;
        self.anchor_price = price;
        Ok(())
    }
}

/// Field by field the middle value of an odd number of smiles.
fn median(smiles: &mut [Smile]) -> Smile {
    let middle = smiles.len() / 2;
    let mut result = Smile::default();
    smiles.sort_unstable_by_key(|s| s.level);
    result.level = smiles[middle].level;
    smiles.sort_unstable_by_key(|s| s.skew);
    result.skew = smiles[middle].skew;
    smiles.sort_unstable_by_key(|s| s.curvature);
    result.curvature = smiles[middle].curvature;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRY: i64 = 2_000_000_040;
    const NOW: i64 = 1_900_000_000;

    fn smile(level: u32) -> Smile {
        Smile { level: Ppm::new(level), skew: -50_000, curvature: 20_000 }
    }

    fn publisher(n: u8) -> [u8; 32] {
        [n; 32]
    }

    fn surface() -> Surface {
        let mut surface = Surface::zeroed();
        surface.params = SurfaceParams {
            min_publishers: 2,
            max_quote_age: 60,
            update_bound: Ppm::new(20_000),
            hour_bound: Ppm::new(100_000),
            first_bound: Ppm::new(200_000),
            reserved: 0,
        };
        surface.params.validate_bounds().unwrap();
        let mut publishers = [[0; 32]; MAX_PUBLISHERS];
        for n in 1..=3 {
            publishers[usize::from(n)] = publisher(n);
        }
        surface.set_publishers(publishers).unwrap();
        surface.open_expiry(EXPIRY, smile(600_000), NOW).unwrap();
        surface
    }

    #[test]
    fn one_publisher_alone_moves_nothing() {
        let mut s = surface();
        assert_eq!(s.publish(&publisher(1), EXPIRY, smile(650_000), 5, NOW), Ok(1));
        assert_eq!(s.publish(&publisher(1), EXPIRY, smile(660_000), 5, NOW), Ok(1), "said twice counts once");
        assert_eq!(s.expiry(EXPIRY).unwrap().published_at, 0);
        assert_eq!(s.publish(&publisher(2), EXPIRY, smile(640_000), 7, NOW + 1), Ok(2));
        let made = s.expiry(EXPIRY).unwrap();
        assert_eq!((made.smile.level, made.published_at, made.anchor_price), (Ppm::new(640_000), NOW + 1, 7));
    }

    #[test]
    fn old_quotes_do_not_count() {
        let mut s = surface();
        s.publish(&publisher(1), EXPIRY, smile(650_000), 5, NOW).unwrap();
        assert_eq!(s.publish(&publisher(2), EXPIRY, smile(640_000), 5, NOW + 61), Ok(1));
        assert_eq!(s.expiry(EXPIRY).unwrap().published_at, 0);
    }

    #[test]
    fn moves_are_bounded_at_first_per_update_and_per_hour() {
        let mut s = surface();
        let mut say = |level, now| {
            for n in 1..=3 {
                s.publish(&publisher(n), EXPIRY, smile(level), 5, now).unwrap();
            }
            s.expiry(EXPIRY).unwrap().smile.level.get()
        };
        // Two of three make the first smile, 20 % off what was listed; nothing moves twice in a second.
        assert_eq!(say(3_000_000, NOW), 720_000);
        assert_eq!(say(3_000_000, NOW), 720_000);
        assert_eq!(say(3_000_000, NOW + 30), 727_200, "half a minute's worth");
        for minute in 1..20 {
            say(3_000_000, NOW + 30 + minute * 60);
        }
        assert_eq!(say(3_000_000, NOW + 1_300), 792_000, "10 % above where the hour began");
        assert_eq!(say(3_000_000, NOW + 3_700), 807_840, "a new hour, a minute's worth");
    }

    #[test]
    fn the_median_ignores_an_outlier() {
        let mut s = surface();
        for (n, level) in [(1, 590_000), (2, 3_900_000), (3, 610_000)] {
            s.publish(&publisher(n), EXPIRY, smile(level), 5, NOW).unwrap();
        }
        // Of two and the smile listed the middle; then the middle of three, within the bound.
        assert_eq!(s.expiry(EXPIRY).unwrap().smile.level, Ppm::new(600_000));
        s.publish(&publisher(2), EXPIRY, smile(3_900_000), 5, NOW + 60).unwrap();
        assert_eq!(s.expiry(EXPIRY).unwrap().smile.level, Ppm::new(610_000));
    }

    #[test]
    fn where_two_speak_neither_decides_alone() {
        let mut s = surface();
        for (n, level) in [(1, 600_000), (2, 50_000)] {
            s.publish(&publisher(n), EXPIRY, smile(level), 5, NOW).unwrap();
        }
        assert_eq!(s.expiry(EXPIRY).unwrap().smile.level, Ppm::new(600_000));
    }

    #[test]
    fn refuses_strangers_duplicates_and_what_is_out_of_bounds() {
        let mut s = surface();
        let before = s;
        assert_eq!(s.publish(&publisher(9), EXPIRY, smile(600_000), 5, NOW), Err(RiskError::NotAPublisher));
        assert_eq!(s.publish(&[0; 32], EXPIRY, smile(600_000), 5, NOW), Err(RiskError::NotAPublisher));
        assert_eq!(
            s.publish(&publisher(1), EXPIRY, smile(49_999), 5, NOW),
            Err(RiskError::ParameterOutOfBounds { bound: &Smile::BOUNDS[0], value: 49_999 })
        );
        assert_eq!(s.publish(&publisher(1), 60, smile(600_000), 5, NOW), Err(RiskError::NoVolatility { expiry: 60 }));
        assert_eq!(s.set_publishers([publisher(1); MAX_PUBLISHERS]), Err(RiskError::DuplicatePublisher));
        assert_eq!(s.open_expiry(EXPIRY, smile(600_000), NOW), Err(RiskError::DuplicateExpiry { expiry: EXPIRY }));
        assert_eq!(s, before);
    }

    #[test]
    fn the_slot_of_a_passed_expiry_is_used_again() {
        let mut s = surface();
        for n in 1..MAX_EXPIRIES as i64 {
            s.open_expiry(EXPIRY + n * 60, smile(600_000), NOW).unwrap();
        }
        assert_eq!(s.open_expiry(EXPIRY + 6_000, smile(600_000), NOW), Err(RiskError::NoFreeExpiry));
        s.open_expiry(EXPIRY + 6_000, smile(600_000), EXPIRY).unwrap();
    }

    #[test]
    fn a_smile_is_its_polynomial_within_its_bounds() {
        let smile = Smile { level: Ppm::new(500_000), skew: -200_000, curvature: 100_000 };
        let at = |x: i64| smile.volatility(ballast_pricing::ratio(x, 1_000).unwrap(), I16F48::ONE).get();
        assert_eq!(at(0), 500_000);
        assert!((i64::from(at(1_000)) - 450_000).abs() <= 1);
        assert!((i64::from(at(-1_000)) - 650_000).abs() <= 1);
        assert_eq!(at(3_000), at(50_000), "level beyond three");
    }
}
