//! `RESULTS.md` for people and `results.json` for programs.

use crate::{
    bench::Units,
    native::{self, Native},
    pricing::{self, Measured},
    rows,
};
use Head::{Left, Right};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::PathBuf,
};

/// The file for people, and the one for programs.
const MARKDOWN: &str = "RESULTS.md";
const JSON: &str = "results.json";

/// A figure and its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Compute units.
    pub cu: u64,
    /// Most that it may be.
    pub ceiling: u64,
}

/// The program that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elf {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
}

/// `results.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The program.
    pub elf: Elf,
    /// Compute units.
    pub rows: BTreeMap<String, Figure>,
    /// Prices by ballast-pricing and by another crate, side by side.
    #[serde(default)]
    pub pricing: Vec<Measured>,
    /// Times on the machine that wrote the file, if they were measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<Native>,
}

impl Results {
    /// Puts what was measured together with the ceilings and the program.
    pub fn new(units: &Units, pricing: Vec<Measured>, native: Option<Native>) -> Result<Self> {
        let path = ballast_testkit::elf_path();
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { elf: Elf { sha256, size: bytes.len() as u64 }, rows: figures(units)?, pricing, native })
    }

    /// The results in a file that was written before.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(file(JSON)).with_context(|| format!("no {JSON}: run `cargo xtask bench`"))?;
        serde_json::from_str(&text).context(JSON)
    }

    /// Writes both files.
    pub fn write(&self) -> Result<()> {
        fs::write(file(JSON), serde_json::to_string_pretty(self)? + "\n")?;
        fs::write(file(MARKDOWN), self.markdown()?)?;
        Ok(())
    }

    /// The rows whose figure or ceiling is another one than in older results.
    pub fn changes(&self, older: &Self) -> Vec<String> {
        let names: BTreeSet<_> = self.rows.keys().chain(older.rows.keys()).collect();
        let show =
            |figure: Option<&Figure>| figure.map_or("nothing".to_owned(), |f| format!("{} of {}", f.cu, f.ceiling));
        let changed = names.into_iter().filter(|name| self.rows.get(*name) != older.rows.get(*name));
        changed.map(|n| format!("{n}: {} was {}", show(self.rows.get(n)), show(older.rows.get(n)))).collect()
    }

    /// The rows above their ceilings.
    pub fn too_dear(&self) -> impl Iterator<Item = (&String, &Figure)> {
        self.rows.iter().filter(|(_, figure)| figure.cu > figure.ceiling)
    }

    /// The times above their ceilings.
    pub fn too_slow(&self) -> impl Iterator<Item = String> {
        let times = self.native.iter().flatten().filter(|(_, time)| time.ns > time.ceiling);
        times.map(|(name, time)| format!("{name}: {}, ceiling {}", duration(time.ns), duration(time.ceiling)))
    }

    /// As Markdown.
    pub fn markdown(&self) -> Result<String> {
        let mut out = String::from(HEAD);
        writeln!(out, "\nMeasured: `ballast.so`, {} bytes, SHA-256 `{}`.", grouped(self.elf.size), self.elf.sha256)?;
        for (heading, rows) in rows::SECTIONS {
            writeln!(out, "\n## {heading}\n")?;
            let lines = rows.iter().map(|row| {
                let figure = self.rows[row.name];
                let over = if figure.cu > figure.ceiling { " **above**" } else { "" };
                let target = row.target.map_or_else(String::new, grouped);
                let (cu, ceiling) = (grouped(figure.cu), grouped(figure.ceiling));
                [format!("`{}`", row.name), format!("{cu}{over}"), ceiling, target, row.what.to_owned()]
            });
            let heads = [Left("row"), Right("CU"), Right("ceiling"), Right("target"), Left("what")];
            table(&mut out, heads, lines)?;
        }
        self.profile(&mut out)?;
        self.beside(&mut out)?;
        if let Some(native) = &self.native {
            writeln!(out, "\n## Native\n\n{NATIVE}")?;
            let lines = native::ROWS.iter().map(|row| {
                let time = native[row.name];
                let over = if time.ns > time.ceiling { " **above**" } else { "" };
                let target = row.target.map_or_else(String::new, duration);
                let (ns, ceiling) = (duration(time.ns), duration(time.ceiling));
                [format!("`{}`", row.name), format!("{ns}{over}"), ceiling, target, row.what.to_owned()]
            });
            let heads = [Left("row"), Right("time"), Right("ceiling"), Right("target"), Left("what")];
            table(&mut out, heads, lines)?;
        }
        Ok(out)
    }

    /// Prices by this project and by another, side by side.
    fn beside(&self, out: &mut String) -> Result<()> {
        writeln!(out, "\n## Pricing beside solmath\n\n{}", PRICING.replace("INPUTS", &pricing::inputs()))?;
        let lines = self.pricing.iter().map(|m| {
            let native = self.native.as_ref().and_then(|native| native.get(&m.name.replace(' ', "_")));
            [
                format!("`{}`", m.name),
                grouped(m.cu),
                grouped(m.mean_cu),
                native.map_or_else(String::new, |time| grouped(time.ns)),
                m.error.map_or_else(String::new, |femto| format!("{:.6}", femto as f64 / 1e6)),
                if m.refused == 0 { String::new() } else { m.refused.to_string() },
            ]
        });
        let heads = [
            Left("function"),
            Right("CU, dearest"),
            Right("CU, mean"),
            Right("native ns"),
            Right("worst error, 1e-9 of the forward"),
            Right("inputs refused"),
        ];
        table(out, heads, lines)
    }

    /// Where the units of a post-only order go, by differences of rows.
    fn profile(&self, out: &mut String) -> Result<()> {
        let cu = |name: &str| self.rows[name].cu;
        let (whole, accounts) = (cu("place_order_post_only_16"), cu("cancel_all_orders_0"));
        let check = cu("margin_check_16");
        let rest = whole.saturating_sub(accounts + check);
        let parts = [
            (accounts, "five accounts with their seeds, time, dispatch, an event: `cancel_all_orders` without orders"),
            (check, "the margin check: `margin_check_16`"),
            (rest, "validation, the copy of the portfolio, the book, order margin, the rest of the event"),
            (whole, "`place_order_post_only_16`"),
        ];
        writeln!(out, "\n## Where the units of a post-only order go\n")?;
        let share = |units: u64| format!("{} %", (100 * units + whole / 2) / whole.max(1));
        let lines = parts.iter().map(|(units, what)| [grouped(*units), share(*units), (*what).to_owned()]);
        table(out, [Right("CU"), Right("share"), Left("what")], lines)
    }
}

/// Every row must have been measured, and nothing else.
fn figures(units: &Units) -> Result<BTreeMap<String, Figure>> {
    let mut figures = BTreeMap::new();
    for row in rows::all() {
        let cu = *units.get(row.name).with_context(|| format!("{} was not measured", row.name))?;
        figures.insert(row.name.to_owned(), Figure { cu, ceiling: row.ceiling });
    }
    for name in units.keys() {
        ensure!(figures.contains_key(*name), "{name} was measured and has no ceiling");
    }
    Ok(figures)
}

const HEAD: &str = "\
# Compute units

Written by `cargo xtask bench`, which fails where a row is above its ceiling. Do not edit.

Every figure is what the program itself consumed, calls of the token program included, in an SVM with mainnet's features;
the compute budget's own instruction (150 CU) is not in it. Keys are constants, so that the same ELF gives the same figures
to the unit. \"16 positions\" are two perpetuals on each of 8 underlyings, \"64\" eight on each, \"64 mixed\" a perpetual,
three dated futures and four options over two expiries and two strikes on each, long and short; every underlying has net delta and
is in one of two product groups. The rows of the margin check are differences between real instructions with and
without the positions. A target was set before the code was written: the row is to stay below it.
";

const PRICING: &str = "\
Calls on a forward, without interest, by `ballast-pricing` and by the crate `solmath` 0.2.0, both in the self-test program
(`toolchain/selftest`), built by the same compiler for sBPF v3. A cost is half the difference between an instruction that runs
the function twice and one that does not. `black76_shared` has logarithm and σ√τ given; `bs_full` and `bs_full_hp` compute the
Greeks too.

INPUTS; the forward is 100, counted in 1e-12.
The error is that of the value computed on chain, against Black-76 in double precision, for `solmath` at the time rounded to the
1e-12 years that it takes. Rounding down to 1e-12 is up to 0.00001 of it, and double precision is good to some 0.000001.
";

const NATIVE: &str = "\
Times on the machine that wrote this file, one core, the fastest of many rounds. The sweep checks a million accounts with 8
positions in the mean (1 % have 48, the others 1 to 14; more than half are options) and says which may be liquidated: 50,000
distinct portfolios, 290 MB, are met 20 times each in scattered order, against one board of 250 KB.
";

/// Nanoseconds as people read them.
fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..10_000_000 => format!("{:.1} µs", ns as f64 / 1e3),
        _ => format!("{:.2} s", ns as f64 / 1e9),
    }
}

/// A column's heading, and the side to which its cells are set.
#[derive(Clone, Copy)]
enum Head {
    Left(&'static str),
    Right(&'static str),
}

/// Writes a table, its columns aligned for those who read the file as it is.
fn table<const N: usize>(out: &mut String, heads: [Head; N], lines: impl Iterator<Item = [String; N]>) -> Result<()> {
    let mut lines: Vec<_> = lines.collect();
    lines.insert(0, heads.map(|(Left(text) | Right(text))| text.to_owned()));
    let width: [usize; N] = std::array::from_fn(|c| lines.iter().map(|l| l[c].chars().count()).max().unwrap_or(0));
    let rule = std::array::from_fn(|c| match heads[c] {
        Left(_) => "-".repeat(width[c]),
        Right(_) => "-".repeat(width[c] - 1) + ":",
    });
    lines.insert(1, rule);
    for line in &lines {
        let cells = line.iter().zip(heads).zip(width).map(|((text, head), width)| match head {
            Left(_) => format!("{text:<width$}"),
            Right(_) => format!("{text:>width$}"),
        });
        writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}

/// A number with its thousands separated.
fn grouped(number: u64) -> String {
    ballast_client::decimal::format(number as i64, 0, 0)
}

/// A file of this package.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned() {
        let mut out = String::new();
        let line = ["`a`".to_owned(), "12".to_owned()];
        table(&mut out, [Left("row"), Right("CU")], std::iter::once(line)).unwrap();
        assert_eq!(out, "| row | CU |\n| --- | -: |\n| `a` | 12 |\n");
    }

    #[test]
    fn every_row_is_needed_and_no_other() {
        let units: Units = rows::all().map(|row| (row.name, row.ceiling)).collect();
        assert_eq!(figures(&units).unwrap().len(), units.len());
        let mut more = units.clone();
        more.insert("unheard_of", 1);
        assert!(figures(&more).is_err());
        let mut less = units;
        less.remove("sweep");
        assert!(figures(&less).is_err());
    }
}
