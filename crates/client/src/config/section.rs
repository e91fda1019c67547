//! Sections of a file that are lists of parameters: each key is the name of a parameter, and its unit says how the text is read
//! and shown.

use super::{PPM, QUOTE};
use crate::decimal;
use anyhow::{Context, Result, anyhow, ensure};
use ballast_risk::{Parameters, Unit};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

/// What amounts count in where that depends on what they are of.
#[derive(Clone, Copy, Debug)]
pub struct Scale<'a> {
    /// What they are of, for errors.
    pub of: &'a str,
    /// Decimals of a token, or of an underlying's delta unit.
    pub decimals: u32,
    /// Delta units in a lot; 1 for tokens.
    pub lot: i64,
}

impl Scale<'_> {
    /// For lists that have no such amounts.
    pub const NONE: Scale<'static> = Scale { of: "", decimals: 0, lot: 1 };

    /// The number that a text stands for.
    ///
    /// # Errors
    /// The text is no number, or no whole number of the unit.
    pub fn parse(&self, unit: Unit, text: &str) -> Result<i64> {
        match unit {
            Unit::Lots | Unit::Atoms => {
                let amount = decimal::parse(text, self.decimals)?;
                ensure!(amount % self.lot == 0, "{text} is no whole number of lots of {}", self.of);
                Ok(amount / self.lot)
            }
            Unit::Ratio => decimal::parse(text, PPM),
            Unit::Quote => decimal::parse(text, QUOTE),
            Unit::Hundredths => decimal::parse(text, 2),
            _ => decimal::parse(text, 0),
        }
    }

    /// A number as the file would have it, with the currency where there is one.
    pub fn show(&self, unit: Unit, value: i64) -> String {
        match unit {
            Unit::Lots | Unit::Atoms => decimal::format(value.saturating_mul(self.lot), self.decimals, 0),
            Unit::Ratio => decimal::format(value, PPM, 0),
            Unit::Quote => format!("{} USDC", decimal::format(value, QUOTE, 0)),
            Unit::Hundredths => decimal::format(value, 2, 0),
            _ => value.to_string(),
        }
    }
}

/// The texts of a list of parameters. What the list has a default for may be left out.
#[derive(Clone, Debug)]
pub struct Section<P> {
    texts: BTreeMap<String, String>,
    of: PhantomData<P>,
}

impl<P> Default for Section<P> {
    fn default() -> Self {
        Self { texts: BTreeMap::new(), of: PhantomData }
    }
}

impl<P: Parameters> Section<P> {
    /// A section of some texts.
    pub fn of(texts: &[(&str, &str)]) -> Self {
        let mut section = Self::default();
        texts.iter().for_each(|(name, text)| section.set(name, text));
        section
    }

    /// Writes the text of a parameter. A name that the list does not have is refused when the section is read.
    pub fn set(&mut self, name: &str, text: &str) {
        self.texts.insert(name.to_owned(), text.to_owned());
    }

    /// The parameters, exactly.
    ///
    /// # Errors
    /// A parameter without a default is left out; a text is no number, no whole number of its unit or too large.
    pub fn read(&self, scale: &Scale) -> Result<P> {
        if let Some(name) = self.texts.keys().find(|name| !P::NAMES.contains(&name.as_str())) {
            return Err(anyhow!("{}: {name} is not a parameter", P::LIST));
        }
        let mut list = P::zeroed();
        for (bound, default) in P::BOUNDS.iter().zip(P::DEFAULTS) {
            let name = bound.name;
            let value = match self.texts.get(name) {
                Some(text) => scale.parse(bound.unit, text).map_err(|e| anyhow!("{name}: {e}"))?,
                None => default.with_context(|| format!("{}: {name} is missing", P::LIST))?,
            };
            let sign = if value < 0 { "must not be negative" } else { "is too large" };
            ensure!(list.set(name, value), "{name}: {} {sign}", self.texts.get(name).map_or("", String::as_str));
        }
        Ok(list)
    }
}

impl<'de, P: Parameters> Deserialize<'de> for Section<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By names, so that a section may share its table with other keys.
        deserializer.deserialize_struct(P::LIST, P::NAMES, Table(PhantomData))
    }
}

struct Table<P>(PhantomData<P>);

impl<'de, P: Parameters> Visitor<'de> for Table<P> {
    type Value = Section<P>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a table of {}", P::NAMES.join(", "))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Section<P>, A::Error> {
        let mut section = Section::default();
        while let Some(key) = map.next_key::<String>()? {
            if !P::NAMES.contains(&key.as_str()) {
                return Err(A::Error::unknown_field(&key, P::NAMES));
            }
            let text: Text = map.next_value()?;
            section.set(&key, &text.0);
        }
        Ok(section)
    }
}

/// A number, as a text or by itself where it is whole.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a decimal number in quotes, or a whole number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
        }
        deserializer.deserialize_any(Number)
    }
}
