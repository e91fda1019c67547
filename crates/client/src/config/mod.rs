//! A whole exchange from one TOML file: see `migrations/localnet.toml`.
//!
//! People write decimal numbers in US dollars and whole assets; this module turns them into the program's arguments,
//! exactly, or says which number is wrong. [`crate::migrate`] makes an exchange what such a file says.

mod exchange;
mod instrument;
mod number;
mod section;
mod underlying;

pub use exchange::{ExchangeConfig, GroupConfig};
pub use instrument::{FutureConfig, InstrumentConfig, PerpetualConfig, SeriesConfig, expiry};
pub(crate) use number::hex;
pub use number::name;
pub use section::{Scale, Section};
pub use underlying::{CollateralConfig, FeedConfig, SurfaceConfig, UnderlyingConfig};

use anyhow::{Context, Result};
use ballast_risk::{InterestParams, MarginParams};
use serde::Deserialize;

/// Decimals of ratios.
pub(crate) const PPM: u32 = 6;
/// Decimals of the quote currency.
pub(crate) const QUOTE: u32 = 6;

/// An exchange.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The exchange itself.
    pub exchange: ExchangeConfig,
    /// Margin parameters.
    pub margin: Section<MarginParams>,
    /// Interest; where it is left out, nobody borrows.
    pub interest: Option<Section<InterestParams>>,
    /// Product groups, at most eight.
    #[serde(default)]
    pub group: Vec<GroupConfig>,
    /// Underlyings, in the order of their indices.
    pub underlying: Vec<UnderlyingConfig>,
    /// Collateral tokens.
    #[serde(default)]
    pub collateral: Vec<CollateralConfig>,
    /// Perpetuals, in the order of their indices.
    #[serde(default)]
    pub perpetual: Vec<PerpetualConfig>,
    /// Dated futures. On a new exchange their indices follow those of the perpetuals.
    #[serde(default)]
    pub future: Vec<FutureConfig>,
    /// Series of options. On a new exchange their indices follow those of the futures.
    #[serde(default)]
    pub series: Vec<SeriesConfig>,
}

impl Config {
    /// Reads a TOML text.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).context("the exchange's TOML is not valid")
    }

    /// The index of an underlying in this configuration.
    pub fn underlying_index(&self, name: &str) -> Result<u16> {
        index_of(self.underlying.iter().map(|u| &u.name), name)
    }

    /// The index of a perpetual in this configuration.
    pub fn perpetual_index(&self, name: &str) -> Result<u16> {
        index_of(self.perpetual.iter().map(|p| &p.name), name)
    }

    /// The underlying of a name.
    pub(crate) fn underlying_of(&self, name: &str) -> Result<&UnderlyingConfig> {
        Ok(&self.underlying[usize::from(self.underlying_index(name)?)])
    }
}

fn index_of<'a>(mut names: impl Iterator<Item = &'a String>, name: &str) -> Result<u16> {
    let index = names.position(|n| n == name).with_context(|| format!("'{name}' is not in the configuration"))?;
    Ok(u16::try_from(index)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::option_name;
    use ballast_risk::{
        ExchangeParams, FeeParams, FundingParams, GroupParams, GuardParams, InstrumentLimits, OptionParams, Parameters,
        RangeParams, Smile, SurfaceParams, TokenParams, UnderlyingParams, UnderlyingTerms, WithdrawalLimit,
    };
    use solana_address::Address;

    const DAY: i64 = 86_400;

    fn localnet() -> Config {
        Config::from_toml(include_str!("../../../../migrations/localnet.toml")).unwrap()
    }

    #[test]
    fn the_localnet_exchange_is_valid() {
        let config = localnet();
        config.exchange_args(&Address::default(), &Address::default()).unwrap();
        let btc = config.underlying_args(&config.underlying[0]).unwrap();
        // 1,000,000 $/BTC is 10 $ per 0.00001 BTC, at 1/16 of 1e-6.
        assert_eq!(btc.terms.max_price.get(), 10_000_000 * 16);
        assert_eq!(btc.group, 1);
        let perp = config.perpetual_args(&config.perpetual[0]).unwrap();
        assert_eq!((perp.terms.lot_units.get(), perp.terms.tick_value.get()), (100, 100));
        assert_eq!(perp.limits.max_position.get(), 1_000_000);
        config.collateral_args(&config.collateral[0]).unwrap();
        assert!(config.interest.is_some() && config.exchange.withdrawal_limit.is_none());
    }

    #[test]
    fn futures_and_options_have_the_terms_of_their_sections() {
        let config = localnet();
        // Thirty days after 01:00:01 of 17 May 2021, at 08:00.
        let params = config.margin.read(&Scale::NONE).unwrap();
        let then = expiry(&params, 1_621_213_201, 30).unwrap();
        assert_eq!(then, 1_621_238_400 + 30 * DAY);
        let future = config.future_args(&config.future[0], then).unwrap();
        assert_eq!((future.contract.terms.lot_units.get(), future.expiry), (100, then));
        let options = config.series_of(&config.series[0], vec![then]).unwrap().options().unwrap();
        assert_eq!(options.len(), 2 * config.series[0].strikes.len());
        let put = &options[5];
        assert_eq!(put.contract.name, option_name("BTC", then, "44000", true).unwrap());
        assert_eq!(&put.contract.name, b"BTC160621-44000P");
        // 44,000 $ in ticks of 0.1 $.
        assert_eq!((put.strike, put.expiry, put.put), (440_000, then, 1));
        let surface = config.underlying[0].surface.as_ref().unwrap();
        assert_eq!((surface.params().unwrap().min_publishers, surface.smile().unwrap().level.get()), (1, 800_000));
    }

    #[test]
    fn what_is_optional_may_be_left_out_and_typing_errors_are_found() {
        let text = include_str!("../../../../migrations/localnet.toml");
        let perpetuals = text.split("[[future]]").next().unwrap();
        let config = Config::from_toml(perpetuals).unwrap();
        assert!(config.future.is_empty() && config.series.is_empty());
        let typo = format!("{perpetuals}[[series]]\nunderlaying = \"BTC\"\n");
        assert!(Config::from_toml(&typo).is_err());
    }

    #[test]
    fn interest_limits_and_absolute_expiries_are_read() {
        let text = include_str!("../../../../migrations/mainnet.example.toml");
        let config = Config::from_toml(text).unwrap();
        let interest = config.interest.as_ref().unwrap().read(&Scale::NONE).unwrap();
        assert!(interest.base_rate <= interest.optimal_rate && interest.optimal_rate < interest.max_rate);
        let quote = config.exchange.withdrawal_limit.as_ref().unwrap();
        assert!(quote.args(ballast::args::QUOTE_TOKEN, QUOTE).unwrap().params.limit > 0);
        assert!(config.exchange.timelock > 0 && config.exchange.quote_mint.is_some());
        let absolute = config.future.iter().find_map(|f| f.expiry.as_ref()).unwrap();
        assert_eq!(crate::time::parse(absolute).unwrap() % 60, 0);
    }

    /// Every parameter is a key of the example for real money, or has a default; and nothing else is.
    #[test]
    fn every_parameter_is_a_key_of_the_file_or_has_a_default() {
        fn check<P: Parameters>(text: &str) {
            for (name, default) in P::NAMES.iter().zip(P::DEFAULTS) {
                let key = format!("\n{name} = ");
                assert!(default.is_some() || text.contains(&key), "{}: {name}", P::LIST);
            }
            let unknown = format!("{}nonsense = 1\n", P::NAMES[0]);
            assert!(toml::from_str::<Section<P>>(&unknown).is_err());
        }
        let text = include_str!("../../../../migrations/mainnet.example.toml");
        check::<FeeParams>(text);
        check::<ExchangeParams>(text);
        check::<WithdrawalLimit>(text);
        check::<MarginParams>(text);
        check::<InterestParams>(text);
        check::<GroupParams>(text);
        check::<UnderlyingParams>(text);
        check::<UnderlyingTerms>(text);
        check::<RangeParams>(text);
        check::<GuardParams>(text);
        check::<OptionParams>(text);
        check::<SurfaceParams>(text);
        check::<Smile>(text);
        check::<TokenParams>(text);
        check::<InstrumentLimits>(text);
        check::<FundingParams>(text);
    }

    /// What is shown of a parameter is read back as it was, thousands aside.
    #[test]
    fn what_is_shown_is_read_back() {
        fn check<P: Parameters + std::fmt::Debug>() {
            let scale = Scale { of: "X", decimals: 4, lot: 10 };
            let mut list = P::zeroed();
            let mut section = Section::<P>::default();
            for bound in P::BOUNDS {
                let value = (bound.high / 3).min(1 << 50);
                assert!(list.set(bound.name, value));
                let shown = scale.show(bound.unit, value).replace(" USDC", "").replace(',', "_");
                section.set(bound.name, &shown);
            }
            assert_eq!(section.read(&scale).unwrap(), list);
        }
        check::<FeeParams>();
        check::<MarginParams>();
        check::<InterestParams>();
        check::<GroupParams>();
        check::<UnderlyingParams>();
        check::<RangeParams>();
        check::<GuardParams>();
        check::<OptionParams>();
        check::<SurfaceParams>();
        check::<Smile>();
        check::<TokenParams>();
        check::<InstrumentLimits>();
        check::<FundingParams>();
        check::<WithdrawalLimit>();
    }

    #[test]
    fn a_key_that_nobody_knows_is_refused_in_every_section() {
        let text = include_str!("../../../../migrations/mainnet.example.toml");
        for (n, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('[')) {
            let at = text.lines().take(n + 1).map(|line| line.len() + 1).sum::<usize>();
            let (head, tail) = text.split_at(at);
            assert!(Config::from_toml(&format!("{head}nonsense = 1\n{tail}")).is_err(), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_number_is_said() {
        let wrong = |name: &str, text: &str| {
            let mut config = localnet();
            config.perpetual[0].contract.limits.set(name, text);
            config.perpetual_args(&config.perpetual[0]).unwrap_err().to_string()
        };
        assert_eq!(wrong("max_position", "0.0005"), "max_position: 0.0005 is no whole number of lots of BTC-PERP");
        assert_eq!(wrong("price_band", "-0.1"), "price_band: -0.1 must not be negative");
        assert_eq!(wrong("max_orders", "70000"), "max_orders: 70000 is too large");
        assert_eq!(wrong("max_orders", "1.5"), "max_orders: '1.5' has more than 0 decimals");
        assert_eq!(wrong("nonsense", "1"), "Instrument: nonsense is not a parameter");
        let mut config = localnet();
        config.margin = Section::of(&[("initial_ratio", "1.2")]);
        assert_eq!(config.margin.read(&Scale::NONE).unwrap_err().to_string(), "Margin: liquidation_buffer is missing");
    }
}
