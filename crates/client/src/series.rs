//! Series of options: expiries times strikes, a call and a put of each, and what keeps their risk arrays fresh.

use crate::{instruction, pda::Exchange, time};
use anyhow::{Context, Result, ensure};
use ballast::args::{InstrumentArgs, OptionArgs};
use ballast_risk::{Board, Smile};
use solana_address::Address;
use solana_instruction::Instruction;

/// Options that one transaction refreshes: so many stay well below the compute limit of a transaction.
pub const REFRESH_BATCH: usize = 16;

/// Options of one underlying to list.
#[derive(Clone, Debug)]
pub struct Series {
    /// What all have in common; name and index are replaced.
    pub contract: InstrumentArgs,
    /// Name of the underlying, with which names of options begin.
    pub asset: String,
    /// Expiries, seconds, whole minutes, ascending.
    pub expiries: Vec<i64>,
    /// Strikes: ticks, and how they are written in names.
    pub strikes: Vec<(i64, String)>,
    /// Index of the first option on the board; the others follow, the put after its call, so that a refresh prices each
    /// pair once.
    pub first: u16,
}

impl Series {
    /// Arguments of `list_option` for every option, by expiry, then strike, then call and put.
    pub fn options(&self) -> Result<Vec<OptionArgs>> {
        let mut options = Vec::new();
        for expiry in &self.expiries {
            for (strike, written) in &self.strikes {
                for put in [0, 1] {
                    let instrument = usize::from(self.first) + options.len();
                    options.push(OptionArgs {
                        contract: InstrumentArgs {
                            name: option_name(&self.asset, *expiry, written, put == 1)?,
                            instrument: u16::try_from(instrument)?,
                            ..self.contract
                        },
                        expiry: *expiry,
                        strike: *strike,
                        put,
                    });
                }
            }
        }
        Ok(options)
    }

    /// The instructions that list the series, in order: each expiry is opened with a smile, then its options are listed.
    /// The underlying must have a surface without these expiries.
    pub fn listing(&self, e: &Exchange, from: &Address, admin: &Address, smile: &Smile) -> Result<Vec<Instruction>> {
        let open = |expiry: &i64| instruction::open_expiry(e, admin, self.contract.underlying, *expiry, smile);
        let mut instructions: Vec<Instruction> = self.expiries.iter().map(open).collect();
        instructions.extend(self.options()?.iter().map(|args| instruction::list_option(e, from, admin, args)));
        Ok(instructions)
    }
}

/// The instructions that refresh every option of an underlying that has not expired, [`REFRESH_BATCH`] at a time: one to a
/// transaction.
pub fn refreshes(e: &Exchange, board: &Board, underlying: u16, now: i64) -> Vec<Instruction> {
    let options = board.instruments.iter().filter(|i| i.is_option() && i.underlying == underlying && now < i.expiry);
    let indices: Vec<u16> = options.map(|i| i.index).collect();
    indices.chunks(REFRESH_BATCH).map(|batch| instruction::refresh_options(e, underlying, batch)).collect()
}

/// An option's name on the board: underlying, day of expiry, strike and kind, as in `BTC271126-60000C`.
pub fn option_name(asset: &str, expiry: i64, strike: &str, put: bool) -> Result<[u8; 16]> {
    let kind = if put { 'P' } else { 'C' };
    let day = time::date(expiry).with_context(|| format!("the expiry {expiry} is not in the calendar"))?;
    let day = format!("{:02}{:02}{:02}", day.day(), day.month(), day.year() % 100);
    let text = format!("{asset}{day}-{strike}{kind}");
    ensure!(text.len() <= 16, "the name {text} has more than 16 letters: write the asset or the strike shorter");
    crate::config::name(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_underlying_day_strike_and_kind() {
        // 2026-11-27 08:00 and 2024-02-29 00:00, UTC.
        assert_eq!(&option_name("BTC", 1_795_766_400, "60000", false).unwrap(), b"BTC271126-60000C");
        assert_eq!(&option_name("SOL", 1_709_164_800, "100", true).unwrap()[..14], b"SOL290224-100P");
        assert!(option_name("BTC", 1_795_766_400, "160000", false).is_err());
    }

    #[test]
    fn a_series_pairs_every_call_with_its_put() {
        let contract = InstrumentArgs {
            name: [0; 16],
            terms: ballast_risk::ContractTerms::default(),
            limits: ballast_risk::InstrumentLimits::default(),
            funding: ballast_risk::FundingParams::default(),
            underlying: 0,
            instrument: 0,
        };
        let strikes = vec![(100, "10".to_owned()), (200, "20".to_owned())];
        let series =
            Series { contract, asset: "X".into(), expiries: vec![1_795_766_400, 1_795_852_800], strikes, first: 7 };
        let options = series.options().unwrap();
        let found: Vec<_> = options.iter().map(|o| (o.contract.instrument, o.strike, o.put)).collect();
        assert_eq!(found[..4], [(7, 100, 0), (8, 100, 1), (9, 200, 0), (10, 200, 1)]);
        assert_eq!((options.len(), options[7].expiry), (8, 1_795_852_800));
    }
}
